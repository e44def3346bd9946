"""A PDF as it lies on paper: its texts, line by line, and the size of their type."""

import re
import subprocess
from html import unescape
from pathlib import Path
from typing import NamedTuple

from tests.readers.conftest import program

LEAST_POINTS, LEAST_AMOUNT_POINTS = 6.95, 7.95
"""7 and 8 pt, less what a PDF rounds."""
ZOOM = 3
FOOT_POINTS = 40
AMOUNT = re.compile(r"\d[.,]\d\d( .*)?$")
NOTE = re.compile(r"^M[0-9]{2}: |\bda Lista\b|[a-z].*[^\s]\.$")
"""An exemption's norm (`M35: … Verba 2.42 da Lista I …`), or a sentence below a sheet."""


class Text(NamedTuple):
    """A text of a printed page; places and size in points."""

    top: float
    left: float
    size: float
    text: str


class Page(NamedTuple):
    height: float
    texts: list[Text]

    @property
    def lines(self) -> list[str]:
        """Its lines without the page number."""
        lines: list[list[Text]] = []
        for text in sorted(text for text in self.texts if text.top < self.height - FOOT_POINTS):
            if not lines or text.top > lines[-1][0].top + 4:
                lines.append([])
            lines[-1].append(text)
        return [" ".join(text.text for text in sorted(line, key=lambda one: one.left)) for line in lines]


def read_pages(path: Path) -> list[Page]:
    command = [program("pdftohtml"), "-xml", "-i", "-stdout", "-zoom", str(ZOOM), "-q", str(path)]
    done = subprocess.run(command, capture_output=True, timeout=60, check=True)
    sizes: dict[str, float] = {}
    pages = []
    for page in re.split("<page ", done.stdout.decode("utf-8", "replace"))[1:]:
        height = int(re.search(r'height="(\d+)"', page)[1]) / ZOOM  # type: ignore[index]
        sizes |= {name: float(size) / ZOOM for name, size in re.findall(r'id="(\d+)" size="([\d.]+)"', page)}
        texts = re.findall(
            r'<text top="(-?\d+)" left="(-?\d+)"[^>]*font="(\d+)"[^>]*>(.*?)</text>', page, re.DOTALL
        )
        shown = [
            Text(
                int(top) / ZOOM, int(left) / ZOOM, sizes[font], unescape(re.sub("<[^>]*>", "", text)).strip()
            )
            for top, left, font, text in texts
        ]
        pages.append(Page(height, [text for text in shown if text.text]))
    return pages


def has_amount(text: str) -> bool:
    return bool(AMOUNT.search(text)) and not NOTE.search(text)


def list_small(pages: list[Page]) -> list[Text]:
    return [
        text
        for page in pages
        for text in page.texts
        if text.size < (LEAST_AMOUNT_POINTS if has_amount(text.text) else LEAST_POINTS)
    ]
