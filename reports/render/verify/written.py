"""What stands in a written file, from its bytes on the disk: the cells of a workbook, the amounts of a page.

Nothing that writes is used here, and nothing but the standard library, so that a fault in writing cannot be
repeated in reading. A sheet is read in passing, whatever its size. Values are the text that is stored.
"""

import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from html import unescape
from pathlib import Path
from typing import IO, NamedTuple, TextIO
from xml.parsers import expat

from reports.errors import ClientError
from reports.render.verify.written_rows import LETTERS, Form, Reader, Row, Rows

ADVICE = "Nothing of this client was published. Check the disk and run again; if it stays so, report it"
CHUNK_BYTES = 262_144
TAIL_CHARACTERS = 100
PARTS_REMEMBERED = 64
DATA_END = "</data>"
PARTS_OF_XML = (".xml", ".rels")
WORKBOOK = "xl/workbook.xml"
SHEETS, TABLES, CHARTS = "xl/worksheets/sheet", "xl/tables/", "xl/charts/chart"

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


class Table(NamedTuple):
    """An Excel table by the name formulas know it by; `last` is its totals row where it `has_totals`."""

    name: str
    first: int
    last: int
    has_totals: bool


class Sheet:
    """A worksheet. Its rows come from the top, a few in memory at a time; either way they are read once."""

    def __init__(self, name: str, table: Table | None, *, stream: IO[bytes], place: str) -> None:
        self.name = name
        self.table = table
        self._stream = stream
        self._place = place

    def rows(self) -> Iterator[Row]:
        """The rows, one by one."""
        for rows in self._read(Reader()):
            yield from [rows] if isinstance(rows, Row) else rows.one_by_one()

    def rows_of(self, form: Form) -> Iterator[Row | Rows]:
        """The rows, those together that follow each other and are of the form."""
        return self._read(Reader(form))

    def _read(self, reader: Reader) -> Iterator[Row | Rows]:
        is_last = False
        while not is_last:
            with _whole(self._place):
                chunk = self._stream.read(CHUNK_BYTES)
                is_last = not chunk
                rows = reader.take(chunk)
            yield from rows


class Text:
    """The text of a page, read in passing; `tail` are the last characters that were read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.tail = ""

    def __iter__(self) -> Iterator[str]:
        """Raises ClientError for what is no text, and OSError where it cannot be opened."""
        with self._path.open(encoding="utf-8", newline="") as file:
            while piece := self._read(file):
                self.tail = (self.tail + piece)[-TAIL_CHARACTERS:]
                yield piece

    def _read(self, file: TextIO) -> str:
        with _whole(self._path.name):
            return file.read(CHUNK_BYTES)


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
        self._parts: dict[str, bytes] = {}
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
                yield Sheet(name, table, stream=stream, place=place)

    def _prove(self, part: str) -> None:
        with _whole(f"{self._name}, {part}"):
            data = self._package.read(part)
            if part.startswith(CHARTS):
                self.charts.append(_chart_numbers(data))
            elif part.endswith(PARTS_OF_XML):
                _check(data)
                self._parts[part] = data

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
        if relations not in self._parts:
            return {}
        return {
            given["Id"]: given["Target"].lstrip("/")
            for element, given, _ in self._elements(relations)
            if element == "Relationship"
        }

    def _elements(self, part: str) -> Sequence["_Element"]:
        return _known_elements(self._parts[part])


@contextmanager
def workbook(path: Path) -> Iterator[Workbook]:
    """The workbook, open. Raises ClientError for what Excel would not open."""
    with _whole(path.name):
        package = zipfile.ZipFile(path)
    with package:
        yield Workbook(package, path.name)


def amounts(page: Iterable[str]) -> Iterator[Amount]:
    """The `data` elements of a page that comes in pieces, in their order.

    Their section is the last id before them that names a part of the page: `1-documents` of
    `id="part-1-documents"`, and "" before the first.
    """
    section = ""
    for stretch in _stretches(page):
        before, *pieces = stretch.split("<data ")
        for piece in pieces:
            if ' id="part-' in before:
                section = before.rpartition(' id="part-')[2].partition('"')[0]
            given, _, rest = piece.partition(">")
            shown, _, before = rest.partition(DATA_END)
            yield Amount(section, unescape(given.partition('value="')[2].partition('"')[0]), unescape(shown))


def _stretches(page: Iterable[str]) -> Iterator[str]:
    """The same text, each piece but the last up to the end of a `data` element."""
    pieces: list[str] = []
    tail = ""
    for piece in page:
        pieces.append(piece)
        # The end may lie across two pieces, or more; what is joined has one.
        around = tail + piece
        tail = around[1 - len(DATA_END) :]
        if DATA_END in around:
            whole, end, rest = "".join(pieces).rpartition(DATA_END)
            pieces = [rest]
            yield whole + end
    yield "".join(pieces)


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


# Most parts of a workbook are, byte for byte, those of the one before.
@lru_cache(PARTS_REMEMBERED)
def _check(data: bytes) -> None:
    """Raises ExpatError for what is not well-formed."""
    expat.ParserCreate().Parse(data, True)


@lru_cache(PARTS_REMEMBERED)
def _known_elements(data: bytes) -> Sequence[_Element]:
    return _elements(data)


def _elements(data: bytes) -> Sequence[_Element]:
    """The elements of a small part, in the order of their starts, each with the text up to the next start."""
    found: list[_Element] = []
    parser = expat.ParserCreate()

    def start(name: str, given: dict[str, str]) -> None:
        found.append(_Element(name, given, []))

    def text(piece: str) -> None:
        found[-1].text.append(piece)

    parser.StartElementHandler, parser.CharacterDataHandler = start, text
    parser.Parse(data, True)
    return tuple(found)


def _chart_numbers(data: bytes) -> list[str]:
    numbers, cache = [], ""
    for name, _, text in _elements(data):
        if name in ("numCache", "strCache"):
            cache = name
        elif name == "v" and cache == "numCache":
            numbers.append("".join(text))
    return numbers
