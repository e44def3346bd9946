"""What a run wrote, read so that nothing which is no text of ours or of data goes unseen.

Each `trouble_of_…` says in sentences what a reader would be done by it; nothing for what is harmless.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl

from tests.support.ooxml import violations

HYPERLINK = re.compile(r'=HYPERLINK\("((?i:https?)://(?:[^\s"]|"")+)","((?:[^"]|"")*)"\)', re.DOTALL)
ADDRESS = re.compile(r"(?i:https?)://[^\s/]\S*|#[a-z0-9-]+|[a-z0-9-]+(/[a-z0-9-]+)*\.(xlsx|html|pdf|log)")
FILE_NAME = re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9._-]{0,100}[a-zA-Z0-9])?|\.lock")
DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
LOG_LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (DEBUG|INFO|WARNING|ERROR) +\S")
UNSHOWABLE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
OVERVIEW = "index.html"
"""The one page with a script, which is ours."""

LOADING = set(
    "iframe frame object embed applet base form link audio video source track portal template".split()
)
ADDRESSES = set("href src action formaction srcset xlink:href background poster data cite ping".split())
TEXTS_IN_ATTRIBUTES = ("data-search", "alt", "aria-label", "title")

Cell = tuple[str, object]


@lru_cache(maxsize=200)
def cells_of(path: Path) -> Mapping[str, Sequence[Sequence[Cell]]]:
    """Sheet → rows of (type, value); a link of ours is its text, an empty row is none."""
    book = openpyxl.load_workbook(path)
    return {
        sheet.title: [
            cells
            for cells in (tuple(map(_cell, row)) for row in sheet.iter_rows())
            if any(value is not None for _, value in cells)
        ]
        for sheet in book.worksheets
    }


def _cell(cell: Any) -> Cell:
    if cell.data_type == "f" and (match := HYPERLINK.fullmatch(cell.value)):
        return "s", match[2].replace('""', '"')
    return cell.data_type, cell.value


@dataclass
class Page(HTMLParser):
    """What is in a page: how often each element with the names of its attributes, its texts, its scripts."""

    elements: Counter[tuple[str, ...]] = field(default_factory=Counter)
    started: list[tuple[str, list[tuple[str, str | None]]]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    scripts: set[str] = field(default_factory=set)
    inside: str = ""

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        self.elements[tag, *(name for name, _ in attrs)] += 1
        self.started.append((tag, attrs))
        self.texts += [value for name, value in attrs if value and name in TEXTS_IN_ATTRIBUTES]

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""
        self.elements[f"/{tag}",] += 1

    def handle_data(self, data: str) -> None:
        if self.inside == "script":
            self.scripts.add(data)
        elif data.strip():
            self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(data)


def read_page(path: Path) -> Page:
    page = Page()
    page.feed(path.read_text("utf-8"))
    page.close()
    return page


def trouble_of_workbook(path: Path) -> Iterator[str]:
    """What Excel would not take as it stands, formulas that are not ours, and cells that show an error."""
    yield from violations(path)
    for sheet, rows in cells_of(path).items():
        for kind, value in (cell for row in rows for cell in row):
            is_ours = isinstance(value, str) and value.startswith("=SUBTOTAL(109,")
            if kind == "e" or (kind == "f" and not is_ours):
                yield f"{path.name}, {sheet}: {value!r}"


def trouble_of_page(path: Path) -> Iterator[str]:
    """Scripts that are not ours, what acts or loads by itself, and links to anywhere but pages of the web."""
    page = read_page(path)
    if len(page.scripts) != (path.name == OVERVIEW):
        yield f"{path.name}: {len(page.scripts)} scripts"
    for tag, attributes in page.started:
        if tag in LOADING:
            yield f"{path.name}: an element {tag}"
        for name, value in attributes:
            is_picture = tag == "img" and (value or "").startswith("data:image/")
            if name.startswith("on") or name == "srcdoc":
                yield f"{path.name}: {tag} {name}={value!r}"
            if name in ADDRESSES and not is_picture and not ADDRESS.fullmatch(value or ""):
                yield f"{path.name}: {tag} {name}={value!r}"
            if name == "http-equiv" and (value or "").lower() != "content-security-policy":
                yield f"{path.name}: {tag} {name}={value!r}"
    for found in UNSHOWABLE.findall(path.read_text("utf-8")):
        yield f"{path.name}: the character {found!r}"


def trouble_of_names(folder: Path) -> Iterator[str]:
    """Names that Windows refuses or takes for something else, and that differ by case alone."""
    for path in folder.rglob("*"):
        if not FILE_NAME.fullmatch(path.name) or DEVICE.fullmatch(path.name):
            yield f"a name {path.name!r}"
    for place in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
        names = Counter(path.name.casefold() for path in place.iterdir())
        yield from (f"{count} names {name!r}" for name, count in names.items() if count > 1)


def trouble_of_lines(text: str, *, is_log: bool) -> Iterator[str]:
    """Characters that break or turn a line or command a terminal; lines of a log that begin as none does."""
    for mark in sorted(set(text) - {"\n"}):
        if unicodedata.category(mark) in ("Cc", "Zl", "Zp") or TURNING.match(mark):
            yield f"the character {mark!r}"
    for line in text.splitlines() if is_log else ():
        if not LOG_LINE.match(line):
            yield f"a line {line!r}"


def trouble_of_run(output: Path) -> list[str]:
    """All of these for a folder that runs wrote to."""
    return [
        *trouble_of_names(output),
        *(trouble for path in output.rglob("*.xlsx") for trouble in trouble_of_workbook(path)),
        *(trouble for path in output.rglob("*.html") for trouble in trouble_of_page(path)),
        *(
            trouble
            for path in output.rglob("run.log")
            for trouble in trouble_of_lines(path.read_text("utf-8"), is_log=True)
        ),
    ]
