"""A package read as a workbook: its sheets with their cells and tables, its styles and names.

Cells are keyed by (row, column), both from 1; ranges are inclusive at both ends.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple
from xml.etree.ElementTree import Element

from tests.support.ooxml.package import OFFICE_KINDS, REFERENCE, Package

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
Place = tuple[int, int]

DATE_FORMATS = {*range(14, 23), 27, 30, 36, *range(45, 48), 50, 57}
"""Built-in number formats that show a date or a time."""

_CELL = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})")
_REFERENCE = re.compile(r"(?:'((?:[^']|'')+)'|([A-Za-z_][A-Za-z0-9_.]*))!(.+)")
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


class Area(NamedTuple):
    """A rectangle of cells."""

    first: Place
    last: Place

    def __contains__(self, place: object) -> bool:
        if not isinstance(place, tuple):
            return False
        row, column = place
        return bool(self.first[0] <= row <= self.last[0] and self.first[1] <= column <= self.last[1])

    @property
    def places(self) -> list[Place]:
        """Row by row."""
        columns = range(self.first[1], self.last[1] + 1)
        return [(row, column) for row in range(self.first[0], self.last[0] + 1) for column in columns]


class Cell(NamedTuple):
    """A cell as it is stored: `type` as in the file, `text` its value, or what that names in the table."""

    ref: str
    type: str
    style: int
    formula: str | None
    text: str | None


@dataclass
class Sheet:
    """A worksheet: `texts` of the workbook's table, `tables` by part."""

    name: str
    part: str
    root: Element
    texts: Sequence[str]
    tables: dict[str, Element] = field(default_factory=dict)

    @cached_property
    def cells(self) -> dict[Place, Cell]:
        """Cells with something in them or only a look."""
        return {
            place: stored(cell, self.texts)
            for cell in self.root.iter(f"{MAIN}c")
            if (place := place_of(cell.get("r", ""))) is not None
        }


@dataclass
class Book:
    """A workbook."""

    package: Package
    part: str
    root: Element
    sheets: list[Sheet]
    styles_part: str
    styles: Element
    strings_part: str
    strings: Element
    """The table of texts, which cells name by their place."""

    @cached_property
    def names(self) -> list[Element]:
        return list(self.root.iter(f"{MAIN}definedName"))

    @cached_property
    def tables(self) -> list[tuple[Sheet, str, Element]]:
        return [(sheet, part, table) for sheet in self.sheets for part, table in sheet.tables.items()]

    @cached_property
    def formats(self) -> list[int]:
        """The number format of every style of a cell."""
        return [whole(xf.get("numFmtId")) for xf in self.styles.iterfind(f"{MAIN}cellXfs/{MAIN}xf")]

    @cached_property
    def date_styles(self) -> set[int]:
        """The styles that show a date."""
        own = {
            whole(one.get("numFmtId"))
            for one in self.styles.iterfind(f"{MAIN}numFmts/{MAIN}numFmt")
            if re.search("[ymdhs]", _LITERAL.sub("", one.get("formatCode", "")), re.IGNORECASE)
        }
        return {style for style, format_id in enumerate(self.formats) if format_id in own | DATE_FORMATS}

    def sheet(self, name: str) -> Sheet | None:
        return next((sheet for sheet in self.sheets if sheet.name == name), None)


def read(package: Package) -> Book:
    """The workbook of a package that keeps the rules of packages."""
    part = next(
        one.target for one in package.relationships("") if one.kind == OFFICE_KINDS + "officeDocument"
    )
    root = package.roots[part]
    found = {
        kind: [one.target for one in package.relationships(part) if one.kind == OFFICE_KINDS + kind]
        for kind in ("styles", "sharedStrings")
    }
    styles_part, strings_part = (next(iter(targets), "") for targets in found.values())
    strings = package.roots.get(strings_part, Element("none"))
    texts = ["".join(text.text or "" for text in item.iter(f"{MAIN}t")) for item in strings]
    sheets = [
        Sheet(one.get("name", ""), name, package.roots[name], texts)
        for one in root.iter(f"{MAIN}sheet")
        if (name := package.target(part, one.get(f"{REFERENCE}id"), "worksheet"))
    ]
    for sheet in sheets:
        for one in sheet.root.iter(f"{MAIN}tablePart"):
            if name := package.target(sheet.part, one.get(f"{REFERENCE}id"), "table"):
                sheet.tables[name] = package.roots[name]
    styles = package.roots.get(styles_part, Element("none"))
    return Book(package, part, root, sheets, styles_part, styles, strings_part, strings)


def stored(cell: Element, texts: Sequence[str]) -> Cell:
    """A cell's element as a value; no text where it names a place that the table of texts has not."""
    kind = cell.get("t", "n")
    formula = cell.find(f"{MAIN}f")
    value = cell.find(f"{MAIN}v")
    text = value.text or "" if value is not None else None
    if kind == "s":
        place = whole(text, -1)
        text = texts[place] if 0 <= place < len(texts) else None
    return Cell(
        cell.get("r", ""), kind, whole(cell.get("s")), None if formula is None else formula.text or "", text
    )


def shown(text: str) -> str:
    """The text that `_xHHHH_` in the file stands for."""
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), text)


def place_of(ref: str) -> Place | None:
    """(row, column) of `B3`; None when no sheet has such a cell."""
    match = _CELL.fullmatch(ref)
    if not match:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    row = int(match[2])
    return (row, column) if row <= MAX_ROWS and column <= MAX_COLUMNS else None


def area_of(ref: str) -> Area | None:
    """`A1:B3`, or one cell; None when it is no area of a sheet."""
    first, _, last = ref.partition(":")
    start, end = place_of(first), place_of(last or first)
    if start is None or end is None or end[0] < start[0] or end[1] < start[1]:
        return None
    return Area(start, end)


def reference_of(text: str) -> tuple[str, str] | None:
    """Sheet and rest of `'My sheet'!$A$1`; None when the sheet's name is not quoted as it has to be."""
    match = _REFERENCE.fullmatch(text)
    if not match:
        return None
    quoted, bare, rest = match.groups()
    if bare and (place_of(bare.upper()) or re.fullmatch(r"(?i)r\d*c?\d*|c\d*", bare)):
        return None
    return (quoted.replace("''", "'") if quoted else bare), rest


def units(text: str) -> int:
    """UTF-16 units, in which Excel counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def whole(text: str | None, otherwise: int = 0) -> int:
    """A whole number of an attribute; -1 when it is none."""
    if text is None:
        return otherwise
    return int(text) if re.fullmatch(r"\d{1,10}", text, re.ASCII) else -1


def each_cell(book: Book) -> Iterator[tuple[str, Cell]]:
    """Every cell with its place as a sentence begins with it."""
    for sheet in book.sheets:
        for cell in sheet.cells.values():
            yield f"{sheet.part} {cell.ref}", cell
