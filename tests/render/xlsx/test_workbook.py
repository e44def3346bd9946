"""The workbook as paper: one page that is sent as it is, and tables that stay tables."""

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO

import pytest

from reports.render.content.brand import Brand
from reports.render.verify.sheet_reader import open_workbook
from reports.render.xlsx import sheet_xml
from reports.render.xlsx.summary_page import LOGO_PIXELS
from reports.sandbox.data import generate
from tests.support import workbooks
from tests.support.ooxml import violations
from tests.support.papers import paper
from tests.support.workbooks import list_few_papers, read_part, read_sheets

PLAIN_VERSION, ZIP64_VERSION = 20, 45
Parts = Iterable[tuple[str, Iterable[bytes]]]
ROOT = Path(__file__).parents[3]
SUMMARY, DOCUMENTS = 0, 1


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return tmp_path / "made.xlsx"


def test_colours_of_the_issuer_are_those_of_headings_bands_and_bars(made: Path) -> None:
    workbooks.write_client(made, list_few_papers(), brand=Brand(colours=("#7a1f3d", "#c08497")))
    heading = read_sheets(made)[DOCUMENTS]["A1"]
    assert (heading.fill.start_color.rgb, heading.font.color.rgb) == ("007A1F3D", "00FFFFFF")
    bars = re.findall(r'<c:ser>.*?<c:spPr>.*?val="(\w+)"', read_part(made, "xl/charts/chart1.xml"))
    assert bars == ["7A1F3D", "C08497"]


@pytest.mark.parametrize("colour", ["#ffffff", "#ffe600", "#00ff88", "#777777"])
def test_words_on_a_light_colour_can_be_read(colour: str, made: Path) -> None:
    workbooks.write_client(made, list_few_papers(), brand=Brand(colours=(colour, colour)))
    heading = read_sheets(made)[DOCUMENTS]["A1"]
    assert contrast(heading.fill.start_color.rgb, heading.font.color.rgb) >= 4.5
    assert contrast(read_sheets(made)[SUMMARY]["A1"].font.color.rgb, "00FFFFFF") >= 4.5


def test_a_workbook_with_a_part_too_large_for_a_plain_package_is_written_anew_as_zip64(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    papers = [paper(number) for number in range(1, 60)]
    plain = workbooks.write_client(made, papers).read_bytes()
    with zipfile.ZipFile(made) as package:
        parts = {name: package.read(name) for name in package.namelist()}
        versions = {info.extract_version for info in package.infolist()}
        extras = b"".join(info.extra for info in package.infolist())
    assert (versions, extras) == ({PLAIN_VERSION}, b"")
    limit = max(map(len, parts.values())) - 1
    with monkeypatch.context() as patch:
        patch.setattr(zipfile, "ZIP64_LIMIT", limit)
        large = workbooks.write_client(made, papers).read_bytes()
    with zipfile.ZipFile(made) as package:
        assert {info.extract_version for info in package.infolist()} == {ZIP64_VERSION}
        assert {name: package.read(name) for name in package.namelist()} == parts
        assert package.testzip() is None
        assert large.startswith(b"PK\x03\x04")
        assert package.infolist()[0].header_offset == 0
    assert violations(made) == []
    with open_workbook(made) as written:
        rows = [row for sheet in written.sheets for stretch in sheet.stretches for row in stretch]
    made.write_bytes(plain)
    with open_workbook(made) as written:
        assert rows == [row for sheet in written.sheets for stretch in sheet.stretches for row in stretch]


def test_what_is_left_of_a_first_try_is_not_in_the_second(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a reader would take the longer rest of it for the end of the package."""
    pack = sheet_xml.pack
    expected = workbooks.write_client(made, list_few_papers()).read_bytes()

    def fail_once(target: IO[bytes], parts: Parts, *, has_large_parts: bool = False) -> None:
        pack(target, parts)
        if not has_large_parts:
            target.write(bytes(100_000))
            raise RuntimeError("a part is too large")

    monkeypatch.setattr(sheet_xml, "pack", fail_once)
    assert workbooks.write_client(made, list_few_papers()).read_bytes() == expected


@pytest.mark.slow
def test_equal_books_are_equal_bytes_in_every_process(made: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tests.support import workbooks; "
        "from tests.support.papers import paper;"
        "workbooks.write_client(Path(sys.argv[1]), [paper(1), paper(2, 'CreditNote', net='3')])"
    )
    written = []
    for seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, "-c", program, made], env=environment, cwd=ROOT, check=True)
        written.append(made.read_bytes())
    assert written[0] == written[1]


@pytest.mark.slow
def test_workbooks_of_every_kind_of_client_break_no_rule_with_a_logo(tmp_path: Path) -> None:
    logo = tmp_path / "logo.png"
    logo.write_bytes(workbooks.png(*LOGO_PIXELS))
    documents = generate().documents
    for identity in (3100001, 3100007, 3100008, 3100012):
        path = tmp_path / f"{identity}.xlsx"
        workbooks.write_client(path, documents[identity], brand=Brand(logo=logo))
        assert violations(path) == []


def contrast(one: str, other: str) -> float:
    """By WCAG's relative luminance."""
    lights = sorted(map(_luminance, (one, other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (2, 4, 6)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
