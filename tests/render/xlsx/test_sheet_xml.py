"""Rows of a sheet follow each other at their heights, no sheet gets more of them than it holds, and the
package of all parts is one that any program reads."""

import json
import os
import re
import shutil
import struct
import subprocess
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import pytest

from reports.render.xlsx import cell_xml, sheet_xml
from reports.render.xlsx.shared_strings import SharedStrings

ROOT = Path(__file__).parents[3]
OTHER_PYTHONS = ("/usr/bin/python3", "python3.11", "python3.12", "python3.13", "python3.14", "python3.15")
OLDEST_PYTHON = (3, 11)
PARTS = {
    "first.xml": ["<a>", "Açúcar " * 10_000, "</a>"],
    "folder/second.xml": ["".join(f"<row r='{number}'/>" for number in range(5_000))],
    "empty.bin": [],
}
ASK = "import sys, zlib; print(sys.version_info.major, sys.version_info.minor, zlib.ZLIB_RUNTIME_VERSION)"
PACK = """
import json, sys
from reports.render.xlsx.sheet_xml import pack
parts = [(name, [piece.encode() for piece in pieces]) for name, pieces in json.load(sys.stdin).items()]
with open(sys.argv[1], "wb") as target:
    pack(target, parts)
"""
"""For a Python that is told (-S) of no library: packing needs none."""
ZIP64_FIELD = 1
PLAIN_VERSION, ZIP64_VERSION = 20, 45

NUMBER = sheet_xml.Field("A", 7, cell_xml.number)


def test_a_formula_without_a_result_is_refused() -> None:
    field = sheet_xml.Field("A", 0, cell_xml.total)
    band = sheet_xml.Band.from_rows(1, [field], [(cell_xml.TotalCell("1+1", None),)])
    with pytest.raises(ValueError, match=r"the formula 1\+1 has no result"):
        list(sheet_xml.stream_rows([band], {0: 0}, SharedStrings()))


def test_more_rows_than_a_sheet_holds_are_refused() -> None:
    def write(count: int) -> None:
        band = sheet_xml.Band.from_rows(sheet_xml.MAX_ROWS - 1, [NUMBER], [(1,)] * count)
        list(sheet_xml.stream_rows([band], {7: 7}, SharedStrings()))

    write(2)
    with pytest.raises(ValueError, match="a sheet holds 1048576 rows"):
        write(3)


def test_rows_follow_each_other_with_the_heights_they_have() -> None:
    bands = [
        sheet_xml.Band.from_rows(2, [NUMBER], [(1,), (2,)], lambda row: 30.0 if row == (2,) else None),
        sheet_xml.Band.from_rows(5, [NUMBER], [(count,) for count in range(600)]),
        sheet_xml.Band.from_rows(605, [NUMBER], [(1,), (2,)], 30.0),
        sheet_xml.Band.from_rows(607, [], [()], 12.0),
    ]
    sheet = b"".join(sheet_xml.stream_rows(bands, {7: 7}, SharedStrings())).decode()
    assert sheet.startswith('<row r="2"><c r="A2" s="7"><v>1</v></c></row><row r="3" ht="30.0"><c r="A3"')
    assert (
        '<row r="604"><c r="A604" s="7"><v>599</v></c></row><row r="605" ht="30.0" customHeight="1">' in sheet
    )
    assert '<row r="606" ht="30.0" customHeight="1"><c r="A606" s="7"><v>2</v></c></row>' in sheet
    assert sheet.endswith('<row r="607" ht="12.0" customHeight="1"></row>')
    assert re.findall(r'<row r="(\d+)"', sheet) == [*map(str, (2, 3, *range(5, 608)))]


def test_merged_areas_keep_their_order() -> None:
    assert sheet_xml.format_merged_cells(["A9:B9", "A1:B1"]) == (
        '<mergeCells count="2"><mergeCell ref="A9:B9"/><mergeCell ref="A1:B1"/></mergeCells>'
    )
    assert sheet_xml.format_merged_cells([]) == ""


def test_a_package_is_no_zip64_and_asks_for_no_more_than_any_program_reads() -> None:
    package = pack()
    assert headers(package) == {(PLAIN_VERSION, False)}
    assert read(package) == given_parts()


def test_a_part_that_is_too_large_is_refused_unless_there_may_be_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(zipfile, "ZIP64_LIMIT", 75_000)
        with pytest.raises(RuntimeError):
            pack()
        package = pack(has_large_parts=True)
    assert headers(package) == {(ZIP64_VERSION, True), (ZIP64_VERSION, False)}
    assert read(package) == given_parts()


@pytest.mark.slow
@pytest.mark.parametrize("name", OTHER_PYTHONS)
def test_another_python_packs_the_same_bytes(name: str, tmp_path: Path) -> None:
    python, its_zlib = find_python(name)
    target = tmp_path / "packed.zip"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [python, "-S", "-B", "-c", PACK, str(target)]
    subprocess.run(command, input=json.dumps(PARTS).encode(), env=environment, check=True)
    packed = target.read_bytes()
    assert read(packed) == given_parts()
    if is_zlib_ng(its_zlib) == is_zlib_ng(zlib.ZLIB_RUNTIME_VERSION):
        assert packed == pack()


def find_python(name: str) -> tuple[str, str]:
    """Where that Python is, and its zlib's version; skips the test where it cannot be had."""
    python = shutil.which(name)
    if python is None:
        pytest.skip(f"there is no {name} to pack with")
    asked = subprocess.run([python, "-S", "-c", ASK], capture_output=True, text=True, check=False)
    if asked.returncode:
        pytest.skip(f"{name} does not start")
    major, minor, its_zlib = asked.stdout.split()
    if (int(major), int(minor)) < OLDEST_PYTHON:
        pytest.skip(f"{name} is {major}.{minor}, too old to read the program")
    return python, its_zlib


def is_zlib_ng(version: str) -> bool:
    """Whether that version is of the library that compresses the same content to other bytes than zlib."""
    return "zlib-ng" in version


def given_parts() -> dict[str, bytes]:
    return {name: "".join(pieces).encode() for name, pieces in PARTS.items()}


def pack(*, has_large_parts: bool = False) -> bytes:
    target = BytesIO()
    parts = [(name, [piece.encode() for piece in pieces]) for name, pieces in PARTS.items()]
    sheet_xml.pack(target, parts, has_large_parts=has_large_parts)
    return target.getvalue()


def read(package: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(package)) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def headers(package: bytes) -> set[tuple[int, bool]]:
    """Of each part, where it lies and where it is listed: the version it asks for, whether it is ZIP64."""
    found = set()
    with zipfile.ZipFile(BytesIO(package)) as opened:
        for info in opened.infolist():
            version, name, extra = struct.unpack_from("<4xH20xHH", package, info.header_offset)
            start = info.header_offset + 30 + name
            found |= {
                (version, _is_zip64(package[start : start + extra])),
                (info.extract_version, _is_zip64(info.extra)),
            }
    return found


def _is_zip64(extra: bytes) -> bool:
    return bool(extra) and struct.unpack_from("<H", extra)[0] == ZIP64_FIELD
