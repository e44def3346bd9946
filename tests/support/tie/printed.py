"""What a written file says, read without the libraries that wrote it: workbooks as XML, pages as HTML.

Of a cell the stored value is read, of a formula both the formula and the result that is stored with it: that
is all that a mail preview or a phone shows.
"""

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

from tests.support.tie.raw import plain

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
PACKAGE_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
DAY_ZERO = date(1899, 12, 30)


@dataclass
class Cell:
    """A stored value, a number or text, and the formula that it is the result of."""

    value: Decimal | str | None
    formula: str | None = None

    @property
    def number(self) -> Decimal:
        if not isinstance(self.value, Decimal):
            raise TypeError(f"{self.value!r} is no number")
        return self.value

    @property
    def text(self) -> str:
        return "" if self.value is None else str(self.value)

    @property
    def shows_number(self) -> bool:
        return isinstance(self.value, Decimal)

    @property
    def rate(self) -> str:
        """A fraction as percent, `none` for an empty cell."""
        return plain(self.number * 100) if self.shows_number else "none"

    @property
    def day(self) -> str:
        """A date as ISO text, empty for an empty cell."""
        return "" if self.value is None else (DAY_ZERO + timedelta(days=int(self.number))).isoformat()


EMPTY = Cell(None)


@dataclass
class Series:
    """The numbers a chart keeps of its own, and the cells they were copied from."""

    sheet: str
    first: tuple[int, int]
    last: tuple[int, int]
    numbers: list[Cell]


@dataclass
class Sheet:
    """Cells by (row, column), both from 1."""

    name: str
    cells: dict[tuple[int, int], Cell]

    @property
    def rows(self) -> list[list[Cell]]:
        """Every row that holds something, with empty cells where it has gaps."""
        found: dict[int, dict[int, Cell]] = {}
        for (row, column), cell in self.cells.items():
            found.setdefault(row, {})[column] = cell
        return [
            [cells.get(column, EMPTY) for column in range(1, max(cells) + 1)]
            for _, cells in sorted(found.items())
        ]


@dataclass
class Book:
    """A workbook: its sheets in order, and the series of its charts."""

    sheets: list[Sheet]
    series: list[Series]

    def numbers(self) -> Iterator[tuple[str, Cell]]:
        """Every number that a reader can see or a program can read, with the place it stands in."""
        for sheet in self.sheets:
            for (row, column), cell in sheet.cells.items():
                if isinstance(cell.value, Decimal):
                    yield f"{sheet.name} row {row} column {column}", cell
        for series in self.series:
            for index, cell in enumerate(series.numbers):
                yield f"chart of {series.sheet} {series.first} point {index + 1}", cell


@dataclass
class PageCell:
    """A cell of a page's table: its text, and what `data` and `time` say in it."""

    text: str = ""
    amounts: list[str] = field(default_factory=list)
    day: str = ""
    columns: int = 1
    rows: int = 1

    @property
    def number(self) -> Decimal:
        """The amount in it, or else its text as a number."""
        return Decimal(self.amounts[0] if self.amounts else re.sub(r"\s", "", self.text))

    @property
    def shows_number(self) -> bool:
        return bool(self.amounts) or self.text.isdecimal()

    @property
    def rate(self) -> str:
        """Percent with a sign, in the language's figures; `none` for an empty cell."""
        shown = re.search(r"[\d.,]+", self.text)
        return plain(Decimal(shown.group().replace(",", "."))) if shown else "none"


@dataclass
class PageRow:
    """A row as wide as its table: a cell over several columns stands in the last of them."""

    kind: str
    cells: list[PageCell]


@dataclass
class PageTable:
    """A table of a page: its caption, its headings, and the rows below them."""

    caption: str = ""
    headings: list[str] = field(default_factory=list)
    rows: list[PageRow] = field(default_factory=list)


@dataclass
class Page:
    """The tables of a page, and its lists of terms: each a list of (term, what is said of it)."""

    tables: list[PageTable] = field(default_factory=list)
    lists: list[list[tuple[str, PageCell]]] = field(default_factory=list)


def read_book(path: Path) -> Book:
    """A workbook as it is stored. Raises `KeyError` for a part that is named and missing."""
    with zipfile.ZipFile(path) as parts:
        names = sheet_parts(parts)
        texts = read_texts(parts)
        sheets = [Sheet(name, dict(_cells(_parse(parts.read(part)), texts))) for name, part in names.items()]
        charts = sorted(name for name in parts.namelist() if name.startswith("xl/charts/chart"))
        series = [one for name in charts for one in _series(_parse(parts.read(name)))]
    return Book(sheets, series)


def sheet_parts(parts: zipfile.ZipFile) -> dict[str, str]:
    """The part of each sheet, in the workbook's order."""
    targets = {
        one.attrib["Id"]: one.attrib["Target"].removeprefix("/").removeprefix("xl/")
        for one in _parse(parts.read("xl/_rels/workbook.xml.rels"))
    }
    sheets = _parse(parts.read("xl/workbook.xml")).iter(f"{MAIN}sheet")
    return {one.attrib["name"]: "xl/" + targets[one.attrib[PACKAGE_ID]] for one in sheets}


def read_texts(parts: zipfile.ZipFile) -> list[str]:
    """The texts that cells name by their place."""
    table = _parse(parts.read("xl/sharedStrings.xml"))
    return ["".join(part.text or "" for part in item.iter(f"{MAIN}t")) for item in table]


def read_page(text: str) -> Page:
    """The tables and lists of a page."""
    reader = _PageReader()
    reader.feed(text)
    reader.close()
    return reader.page


def _parse(data: bytes) -> ET.Element:
    return ET.fromstring(data)  # noqa: S314 - our own workbook


def _cells(sheet: ET.Element, texts: list[str]) -> Iterator[tuple[tuple[int, int], Cell]]:
    for one in sheet.iter(f"{MAIN}c"):
        stored, formula = one.find(f"{MAIN}v"), one.find(f"{MAIN}f")
        kind = one.attrib.get("t", "n")
        value: Decimal | str | None = None
        if kind == "inlineStr":
            raise ValueError("texts in their cells are not expected in these workbooks")
        if kind == "s":
            value = texts[int(one.findtext(f"{MAIN}v", ""))]
        elif stored is not None and stored.text is not None:
            value = Decimal(stored.text) if kind in {"n", "b"} else stored.text
        if value is not None or formula is not None:
            yield _place(one.attrib["r"]), Cell(value, None if formula is None else formula.text)


def _series(chart: ET.Element) -> Iterator[Series]:
    for values in chart.iter(f"{CHART}val"):
        source = values.findtext(f".//{CHART}f", "")
        sheet, first, last = re.fullmatch(r"'?(.+?)'?!(\$?[A-Z]+\$?\d+):(\$?[A-Z]+\$?\d+)", source).groups()  # type: ignore[union-attr]
        points = [one.findtext(f"{CHART}v", "") for one in values.iter(f"{CHART}pt")]
        yield Series(sheet, _place(first), _place(last), [Cell(Decimal(point)) for point in points])


def _place(reference: str) -> tuple[int, int]:
    letters, digits = re.fullmatch(r"\$?([A-Z]+)\$?(\d+)", reference).groups()  # type: ignore[union-attr]
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(digits), column


class _PageReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._table: PageTable | None = None
        self._row: PageRow | None = None
        self._cell: PageCell | None = None
        self._term = ""
        self._below: dict[int, int] = {}
        self._in_head = False
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "table":
            self._table, self._below = PageTable(), {}
            self.page.tables.append(self._table)
        elif tag == "dl":
            self.page.lists.append([])
        elif tag == "thead":
            self._in_head = True
        elif tag == "tr":
            self._row = PageRow(given.get("class", ""), [])
            self._fill_from_above()
        elif tag in {"td", "th", "dd", "dt", "caption"}:
            self._cell = PageCell(columns=int(given.get("colspan", 1)), rows=int(given.get("rowspan", 1)))
        elif tag == "data" and self._cell is not None:
            self._cell.amounts.append(given["value"])
        elif tag == "time" and self._cell is not None:
            self._cell.day = given["datetime"]
        elif tag in {"style", "svg", "script"}:
            self._silent += 1

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._silent:
            self._cell.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "thead":
            self._in_head = False
        elif tag in {"style", "svg", "script"}:
            self._silent -= 1
        elif tag == "tr" and self._row is not None and self._table is not None:
            if self._in_head:
                self._table.headings = [one.text for one in self._row.cells]
            else:
                self._table.rows.append(self._row)
            self._row = None
        elif tag in {"td", "th", "dd", "dt", "caption"} and self._cell is not None:
            self._end_cell(tag, self._cell)
            self._cell = None

    def _end_cell(self, tag: str, cell: PageCell) -> None:
        cell.text = cell.text.strip()
        if tag == "dt":
            self._term = cell.text
        elif tag == "dd":
            self.page.lists[-1].append((self._term, cell))
        elif tag == "caption" and self._table is not None:
            self._table.caption = cell.text
        elif self._row is not None:
            if cell.rows > 1:
                self._below[len(self._row.cells)] = cell.rows - 1
            self._row.cells += [PageCell() for _ in range(cell.columns - 1)] + [cell]
            self._fill_from_above()

    def _fill_from_above(self) -> None:
        """Leaves room for cells of an earlier row that reach down into this one."""
        while self._row is not None and (rest := self._below.pop(len(self._row.cells), 0)):
            if rest > 1:
                self._below[len(self._row.cells)] = rest - 1
            self._row.cells.append(PageCell())
