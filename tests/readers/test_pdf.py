"""The statements of a month as Chromium prints them, through a run with `output.pdf: true`."""

import json
import re
import subprocess
from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from html import unescape
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.readers.conftest import DEMO_CLIENTS, program

A4_POINTS = (595, 842)
XHTML = "{http://www.w3.org/1999/xhtml}"
Text = Callable[[Path], str]


@pytest.fixture(scope="module")
def papers(months: Mapping[str, Path]) -> list[Path]:
    return sorted(months["pt"].glob("*/*.pdf"))


def test_every_client_that_is_ready_has_a_pdf_with_its_files(months: Mapping[str, Path]) -> None:
    record = json.loads((months["pt"] / "run.json").read_text("utf-8"))
    printed = [
        [file["path"] for file in client["files"] if file["path"].endswith(".pdf")]
        for client in record["clients"]
        if client["state"] == "ready"
    ]
    assert [len(paths) for paths in printed] == [1] * len(DEMO_CLIENTS)
    overview = (months["pt"] / "index.html").read_text("utf-8")
    assert [path for (path,) in printed if f'<a href="{path}">PDF</a>' not in overview] == []


def test_pages_are_a4_with_all_text_inside(papers: list[Path]) -> None:
    for path in papers:
        for page in words(path):
            assert (round(page.width), round(page.height)) == A4_POINTS, path.name
            outside = [word for word, left, right in page.words if left < 0 or right > page.width]
            assert outside == [], path.name


def test_every_amount_of_the_statement_is_printed(papers: list[Path], printed: Text) -> None:
    for path in papers:
        shown = re.sub(r"\s", "", printed(path))
        page = without_details(path.with_suffix(".html").read_text("utf-8"))
        amounts = Counter(re.findall(r"<data [^>]*>([^<]*)</data>", page))
        for amount, count in amounts.items():
            text = re.sub(r"\s", "", unescape(amount))
            assert shown.count(text) >= count, (path.name, amount)


def test_totals_can_be_copied_out_of_the_pdf(
    months: Mapping[str, Path], papers: list[Path], printed: Text
) -> None:
    record = json.loads((months["pt"] / "run.json").read_text("utf-8"))
    seen = 0
    for client in record["clients"]:
        for total in client["totals"] if client["state"] == "ready" else ():
            (path,) = (path for path in papers if f"-{client['id']}-" in path.name)
            gross = Decimal(total["gross"])
            whole, cents = f"{abs(gross):,.2f}".replace(",", " ").split(".")
            lines = re.sub(r"[^\S\n]", " ", printed(path))
            assert f"{whole},{cents}" in lines or f"{whole.replace(' ', '')},{cents}" in lines, path.name
            seen += 1
    assert seen >= len(papers) - 1


def test_headings_are_repeated_on_every_page_of_documents(papers: list[Path], printed: Text) -> None:
    continued = 0
    for path in papers:
        for number, page in enumerate(printed(path).split("\f")):
            rows = re.search(r"^ *(FT|FR|FS|NC|ND) 2026/\d+", page, re.MULTILINE)
            if rows:
                assert re.search(r"^ *NÚMERO +", page[: rows.start()], re.MULTILINE), (path.name, number)
                continued += number > 0
    assert continued >= 5


def test_fonts_are_embedded_and_nothing_is_active(papers: list[Path]) -> None:
    for path in papers:
        fonts = output("pdffonts", path).splitlines()[2:]
        assert fonts
        assert [font for font in fonts if not re.search(r" yes (yes|no ) (yes|no ) +\d+ +\d+$", font)] == []
        assert re.search(r"^JavaScript: +no$", output("pdfinfo", path), re.MULTILINE)
        data = path.read_bytes()
        assert [name for name in (b"/EmbeddedFile", b"/Launch", b"/GoToR", b"/JS") if name in data] == []


class Page:
    """A printed page: its size and its words with left and right edge, in points."""

    def __init__(self, element: ET.Element) -> None:
        self.width, self.height = float(element.get("width", "")), float(element.get("height", ""))
        self.words = [
            (word.text or "", float(word.get("xMin", "")), float(word.get("xMax", "")))
            for word in element.iter(f"{XHTML}word")
        ]


def words(path: Path) -> list[Page]:
    text = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f]", "", output("pdftotext", "-bbox", path, "-"))
    return [Page(element) for element in ET.fromstring(text).iter(f"{XHTML}page")]  # noqa: S314 - our own


def without_details(page: str) -> str:
    """What is printed: tables that are folded in are not."""
    return re.sub("<details>.*?</details>", "", page, flags=re.DOTALL)


def output(name: str, *arguments: str | Path) -> str:
    done = subprocess.run([program(name), *arguments], capture_output=True, timeout=60, check=True)
    return done.stdout.decode("utf-8")
