"""What stands in a written file, from its bytes on the disk: the cells of a workbook, the amounts of a page.

Nothing that writes is used here, and nothing but the standard library, so that a fault in writing cannot be
repeated in reading. A sheet is read row by row, whatever its size. Values are the text that is stored.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import IO, NamedTuple
from xml.parsers import expat

from reports.errors import ClientError

ADVICE = "Nothing of this client was published. Check the disk and run again; if it stays so, report it"
CHUNK_BYTES = 65_536
PARTS_OF_XML = (".xml", ".rels")
WORKBOOK = "xl/workbook.xml"
SHEETS, TABLES, CHARTS = "xl/worksheets/sheet", "xl/tables/", "xl/charts/chart"

NUMBER_KINDS = ("n", "b")
ERROR_KIND = "e"

_DIGITS = "0123456789"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    expat.ExpatError,
    struct.error,
    EOFError,
    LookupError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)
"""What the standard library raises for a package that is not whole, or not one, and what a disk does."""


class Row(NamedTuple):
    """A row, counted from 1, by the letters of its columns: a cell is a number or a text, or in none of both.

    A formula stands beside its stored result.
    """

    place: int
    numbers: dict[str, str]
    texts: dict[str, str]
    formulas: dict[str, str]


class Table(NamedTuple):
    """An Excel table by the name formulas know it by; `last` is its totals row where it `has_totals`."""

    name: str
    first: int
    last: int
    has_totals: bool


class Sheet(NamedTuple):
    """A worksheet; its rows come from the top, once, a few in memory at a time."""

    name: str
    table: Table | None
    rows: Iterator[Row]


class Amount(NamedTuple):
    """A `data` element of a page: its exact value, what is shown for it, and the section it stands in."""

    section: str
    value: str
    shown: str


class Workbook:
    """A workbook's package while it is open. Raises ClientError where a part is not whole and well-formed."""

    def __init__(self, package: zipfile.ZipFile, name: str) -> None:
        self._package = package
        self._name = name
        self.charts: list[list[str]] = []
        """The numbers that each chart keeps of its own, chart by chart."""
        for part in package.namelist():
            # Sheets are proven while their rows are read.
            if not part.startswith(SHEETS):
                self._prove(part)

    def sheets(self) -> Iterator[Sheet]:
        """The worksheets in the order of their tabs."""
        for name, part, table in self._tabs():
            place = f"{self._name}, sheet {name}"
            with _whole(place):
                stream = self._package.open(part)
            with stream:
                yield Sheet(name, table, _rows(stream, place))

    def _prove(self, part: str) -> None:
        with _whole(f"{self._name}, {part}"):
            data = self._package.read(part)
            if part.startswith(CHARTS):
                self.charts.append(_chart_numbers(data))
            elif part.endswith(PARTS_OF_XML):
                expat.ParserCreate().Parse(data, True)

    def _tabs(self) -> list[tuple[str, str, Table | None]]:
        with _whole(f"{self._name}, {WORKBOOK}"):
            parts = self._targets(WORKBOOK)
            return [
                (given["name"], part, self._table(part))
                for element, given, _ in self._elements(WORKBOOK)
                if element == "sheet"
                for part in [parts[given["r:id"]]]
            ]

    def _table(self, sheet: str) -> Table | None:
        part = next((part for part in self._targets(sheet).values() if part.startswith(TABLES)), None)
        if part is None:
            return None
        _, given, _ = self._elements(part)[0]
        first, last = (int(corner.lstrip(LETTERS)) for corner in given["ref"].split(":"))
        return Table(given["displayName"], first, last, given.get("totalsRowCount", "0") != "0")

    def _targets(self, part: str) -> Mapping[str, str]:
        """The parts that `part` refers to, by the id it has for each."""
        folder, _, name = part.rpartition("/")
        relations = f"{folder}/_rels/{name}.rels"
        if relations not in self._package.NameToInfo:
            return {}
        return {
            given["Id"]: given["Target"].lstrip("/")
            for element, given, _ in self._elements(relations)
            if element == "Relationship"
        }

    def _elements(self, part: str) -> list["_Element"]:
        return _elements(self._package.read(part))


@contextmanager
def workbook(path: Path) -> Iterator[Workbook]:
    """The workbook, open. Raises ClientError for what Excel would not open."""
    with _whole(path.name):
        package = zipfile.ZipFile(path)
    with package:
        yield Workbook(package, path.name)


def amounts(page: str) -> Iterator[Amount]:
    """The `data` elements of a page, in their order.

    Their section is the last id before them that names a part of the page: `1-documents` of
    `id="part-1-documents"`, and "" before the first.
    """
    section = ""
    before, *pieces = page.split("<data ")
    for piece in pieces:
        if ' id="part-' in before:
            section = before.rpartition(' id="part-')[2].partition('"')[0]
        given, _, rest = piece.partition(">")
        shown, _, before = rest.partition("</data>")
        yield Amount(section, unescape(given.partition('value="')[2].partition('"')[0]), unescape(shown))


class _Element(NamedTuple):
    name: str
    attributes: Mapping[str, str]
    text: list[str]


@contextmanager
def _whole(place: str) -> Iterator[None]:
    try:
        yield
    except _FAULTS as error:
        raise ClientError(f"{place}: it cannot be read back ({error}). {ADVICE}") from error


def _rows(stream: IO[bytes], place: str) -> Iterator[Row]:
    """Rows as soon as the next one begins."""
    done: list[Row] = []
    parser = expat.ParserCreate()
    parser.buffer_text = True
    _listen(parser, done)
    is_last = False
    while not is_last:
        with _whole(place):
            chunk = stream.read(CHUNK_BYTES)
            is_last = not chunk
            parser.Parse(chunk, is_last)
        whole = len(done) if is_last else len(done) - 1
        yield from done[:whole]
        del done[:whole]


def _listen(parser: expat.XMLParserType, done: list[Row]) -> None:
    """Has the parser put rows in `done`. Hearing of starts alone, without ends, takes half the time."""
    row, column = "", ""
    numbers: dict[str, str] = {}
    texts: dict[str, str] = {}
    formulas: dict[str, str] = {}
    values = into = texts

    def start(name: str, given: dict[str, str]) -> None:
        nonlocal row, column, numbers, texts, formulas, values, into
        if name == "c":
            reference, kind = given["r"], given.get("t", "n")
            column = reference.rstrip(_DIGITS)
            if reference != column + row or kind == ERROR_KIND:
                raise ValueError(f"cell {reference} in row {row} is of type {kind}")
            values = numbers if kind in NUMBER_KINDS else texts
        elif name == "v":
            into = values
        elif name == "t":
            into = texts
        elif name == "f":
            into = formulas
        elif name == "row":
            row, numbers, texts, formulas = given["r"], {}, {}, {}
            done.append(Row(int(row), numbers, texts, formulas))
        elif name != "is":
            # What comes after the rows has texts of its own.
            into = {}

    def text(piece: str) -> None:
        into[column] = into.get(column, "") + piece

    parser.StartElementHandler, parser.CharacterDataHandler = start, text


def _elements(data: bytes) -> list[_Element]:
    """The elements of a small part, in the order of their starts, each with the text up to the next start."""
    found: list[_Element] = []
    parser = expat.ParserCreate()

    def start(name: str, given: dict[str, str]) -> None:
        found.append(_Element(name, given, []))

    def text(piece: str) -> None:
        found[-1].text.append(piece)

    parser.StartElementHandler, parser.CharacterDataHandler = start, text
    parser.Parse(data, True)
    return found


def _chart_numbers(data: bytes) -> list[str]:
    numbers, cache = [], ""
    for name, _, text in _elements(data):
        if name in ("numCache", "strCache"):
            cache = name
        elif name == "v" and cache == "numCache":
            numbers.append("".join(text))
    return numbers
