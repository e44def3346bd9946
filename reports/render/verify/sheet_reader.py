"""Reads a written workbook as it lies on the disk, a stretch of whole rows of a sheet at a time.

One pattern proves that a sheet has nothing but rows of the form they are written in and takes their cells
apart, another does so with the shared strings, and expat proves that all around them is well-formed. Nothing
that writes a workbook is used here, so that no fault in writing is repeated in reading.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import IO, Any, NamedTuple
from xml.parsers import expat
from xml.sax.saxutils import unescape

from reports.render.verify.refusals import make_damage_error, parse_number

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Of the columns that a sheet may have."""
CHUNK_BYTES = 262_144
PARTS_REMEMBERED = 64

_CHARACTERS = r"[^<>&\x00-\x08\x0b-\x1f\xef]*+"
# U+FFFE and U+FFFF are no characters.
_TEXT = rf"{_CHARACTERS}(?:(?:&(?:amp|lt|gt|quot|#x27|#13);|\xef(?!\xbf[\xbe\xbf])){_CHARACTERS})*+"
_ITEM = re.compile(rf'<si><t xml:space="preserve">({_TEXT})</t></si>'.encode())
_CODE = re.compile("_x([0-9A-Fa-f]{4})_")
"""The number of a character, which programs read as that character; `_x005F_` is an underscore."""
_REFERENCES = {"&quot;": '"', "&#x27;": "'", "&#13;": "\r"}
_ELEMENT = re.compile(rb"<(?:row|c|si)\b")
_SHEET_TAG = re.compile(r"<sheet ([^>]*)>")
_RELATION_TAG = re.compile(r"<Relationship ([^>]*)>")
_TABLE = re.compile(rb'Target="\.\./(tables/[^"]+)"')
_ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')
_NUMBER_CACHE = re.compile(rb"<c:numCache>(.*?)</c:numCache>", re.DOTALL)
_VALUE = re.compile(rb"<c:v>([^<]*)</c:v>")
_SHEET, _CHART, _STRINGS = "xl/worksheets/sheet", "xl/charts/chart", "xl/sharedStrings.xml"
_BOOLEANS = {b"0": False, b"1": True}
_FAULTS = (
    *(zipfile.BadZipFile, zlib.error, expat.ExpatError, struct.error),
    *(EOFError, LookupError, OSError, OverflowError, RuntimeError, ValueError),
)
"""What the libraries raise for a package that is not whole, or not one, and what a disk does."""


class FormulaCell(NamedTuple):
    """A formula, without its equals sign, and the result that is stored with it.

    `otherwise` is what may stand in its place where a cell cannot hold it; no cell that is read has one.
    """

    formula: str
    result: Any
    otherwise: str | None = None


Cell = str | bytes | bool | FormulaCell
"""A number is its digits, a day that of its serial number; "" is an empty cell."""


class WrittenSheet(NamedTuple):
    """A worksheet: its place in errors, its table's attributes, {} for none, and its rows from the first on.

    Every row has as many cells as there are LETTERS.
    """

    where: str
    table: Mapping[str, str]
    stretches: Iterator[list[Sequence[Cell]]]


class WrittenWorkbook(NamedTuple):
    """A workbook: the numbers that each chart keeps of its own, and the sheets in the order of their tabs."""

    charts: list[list[Decimal]]
    sheets: Iterator[WrittenSheet]


@contextmanager
def open_workbook(path: Path) -> Iterator[WrittenWorkbook]:
    """Opens a workbook. Raises ClientError, now or while it is read, for what is not whole or no workbook."""
    with _refuse_damage(path.name):
        package = zipfile.ZipFile(path)
    with package:
        parts = _read_parts(package, path.name)
        with _refuse_damage(path.name):
            places = _list_sheets(parts)
            charts = [_read_chart(data) for name, data in parts.items() if name.startswith(_CHART)]
        with _refuse_damage(f"{path.name}, {_STRINGS}"), package.open(_STRINGS) as stream:
            strings = _read_strings(stream)
        sheets = (
            _open_sheet(package, parts, strings, place, where=f"{path.name}, sheet {title}")
            for title, place in places
        )
        yield WrittenWorkbook(charts, sheets)


def _read_parts(package: zipfile.ZipFile, name: str) -> Mapping[str, bytes]:
    """All parts but the sheets and their texts, each proven well-formed."""
    parts = {}
    for part in package.namelist():
        if not part.startswith((_SHEET, _STRINGS)):
            with _refuse_damage(f"{name}, {part}"):
                parts[part] = package.read(part)
                if part.endswith((".xml", ".rels")):
                    _parse_part(parts[part])
    return parts


def _list_sheets(parts: Mapping[str, bytes]) -> list[tuple[str, str]]:
    """The name of each sheet in the order of the tabs, and the part that its relation leads to."""
    tags = map(_read_attributes, _RELATION_TAG.findall(parts["xl/_rels/workbook.xml.rels"].decode()))
    targets = {tag["Id"]: f"xl/{tag['Target']}" for tag in tags}
    tags = map(_read_attributes, _SHEET_TAG.findall(parts["xl/workbook.xml"].decode()))
    return [(tag["name"], targets[tag["r:id"]]) for tag in tags]


def _read_attributes(tag: str) -> dict[str, str]:
    return {name: _unescape(value) for name, value in _ATTRIBUTE.findall(tag)}


def _read_chart(data: bytes) -> list[Decimal]:
    return [parse_number(text.decode()) for text in _VALUE.findall(b"".join(_NUMBER_CACHE.findall(data)))]


def _read_strings(stream: IO[bytes]) -> list[str]:
    strings: list[str] = []
    for stretch in _read_elements(stream, root=b"<sst ", start=b'">', element=b"si"):
        pieces = _ITEM.split(stretch)
        if any(pieces[::2]):
            raise ValueError(f"behind text {len(strings)} is more than texts one after the other")
        texts = _decode_texts(pieces[1::2])
        strings += [_CODE.sub(_decode_code, text) if "_x" in text else text for text in texts]
    return strings


def _open_sheet(
    package: zipfile.ZipFile,
    parts: Mapping[str, bytes],
    strings: Sequence[str],
    place: str,
    *,
    where: str,
) -> WrittenSheet:
    with _refuse_damage(where):
        stream = package.open(place)
        relations = place.replace("worksheets/", "worksheets/_rels/", 1) + ".rels"
        table = _TABLE.search(parts.get(relations, b""))
        tag = parts[f"xl/{table[1].decode()}"].partition(b"<table ")[2].partition(b">")[0] if table else b""
        attributes = _read_attributes(tag.decode())
    return WrittenSheet(where, attributes, _read_sheet(stream, strings, where=where))


def _read_sheet(stream: IO[bytes], strings: Sequence[str], *, where: str) -> Iterator[list[Sequence[Cell]]]:
    above = 0
    with stream, _refuse_damage(where):
        for stretch in _read_elements(stream, root=b"<worksheet", start=b"<sheetData>", element=b"row"):
            rows = _read_rows(stretch, strings, above=above)
            yield rows
            above += len(rows)


def _read_elements(stream: IO[bytes], *, root: bytes, start: bytes, element: bytes) -> Iterator[bytes]:
    """Stretches of whole elements, which begin behind `start`; what is around them is proven well-formed."""
    parser, head, rest = expat.ParserCreate(), b"", b""
    while chunk := stream.read(CHUNK_BYTES):
        stretch, end, rest = (rest + chunk).rpartition(b"</%b>" % element)
        if end and not head:
            head, tag, stretch = stretch.partition(start)
            parser.Parse(head + tag)
        if end:
            yield stretch + end
    if not (head + rest).startswith(root) or _ELEMENT.search(head + rest):
        raise ValueError(f"it is no {root.decode()[1:]}, or has something at a wrong place")
    parser.Parse(rest, True)


def _read_rows(stretch: bytes, strings: Sequence[str], *, above: int) -> list[Sequence[Cell]]:
    """The rows below row `above`, those that are left out too, down to the last in the stretch."""
    row = _compile_row()
    pieces, step = row.split(stretch), row.groups + 1
    numbers = [above, *map(int, pieces[1::step])]
    # A row is left out above notes.
    if any(pieces[::step]) or not all(0 < lower - upper <= 2 for upper, lower in pairwise(numbers)):
        raise ValueError(f"below row {above} is more than rows one after the other")
    columns = [
        _read_column(pieces[place::step], pieces[place + 1 :: step], pieces[place + 2 :: step], strings)
        for place in range(2, step, 3)
    ]
    blank = ("",) * len(LETTERS)
    rows: list[Sequence[Cell]] = [blank] * (numbers[-1] - above)
    for place, cells in zip(numbers[1:], zip(*columns, strict=True), strict=True):
        rows[place - above - 1] = cells
    return rows


def _read_column(
    kinds: Sequence[bytes | None],
    formulas: Sequence[bytes | None],
    values: Sequence[bytes | None],
    strings: Sequence[str],
) -> Sequence[Cell]:
    """The cells of a column: what each is by its type, its formula, and its value as it is written."""
    cells: list[Any]
    pairs = zip(kinds, values, strict=True)
    if {*kinds} <= {b"s", None}:
        cells = [strings[int(value)] if kind else value or "" for kind, value in pairs]  # type: ignore[arg-type]
    else:
        cells = [_read_cell(kind, value, strings) for kind, value in pairs]
    if any(formulas):
        texts = iter(_decode_texts(filter(None, formulas)))
        cells = [
            FormulaCell(next(texts), cell) if formula else cell
            for formula, cell in zip(formulas, cells, strict=True)
        ]
    return cells


def _read_cell(kind: bytes | None, value: Any, strings: Sequence[str]) -> Cell:
    if kind == b"s":
        return strings[int(value)]
    if kind == b"str":
        return _unescape(value.decode())
    return _BOOLEANS[value] if kind else value or ""


@cache
def _compile_row() -> re.Pattern[bytes]:
    """A row: its number, and of each of its cells, once and in order, type, formula and value.

    None is tried in two ways.
    """
    content = rf'(?: t="(s|b|str)")?+>(?:<f>({_TEXT})</f>)?+<v>({_TEXT})</v></c>'
    cells = "".join(rf'(?:<c r="{letter}\1"(?: s="[0-9]++")?+(?:/>|{content}))?+' for letter in LETTERS)
    start = '<row r="([0-9]++)"(?: ht="[0-9.]++")?+(?: customHeight="1")?+>'
    return re.compile(f"{start}{cells}</row>".encode())


def _decode_texts(texts: Iterable[bytes]) -> list[str]:
    return _unescape(b"\0".join(texts).decode()).split("\0")


def _decode_code(code: re.Match[str]) -> str:
    return chr(int(code[1], 16))


def _unescape(text: str) -> str:
    return unescape(text, _REFERENCES)


# Most parts of a workbook are, byte for byte, those of the one before.
@lru_cache(PARTS_REMEMBERED)
def _parse_part(part: bytes) -> None:
    """Raises ExpatError for what is not well-formed."""
    expat.ParserCreate().Parse(part, True)


@contextmanager
def _refuse_damage(where: str) -> Iterator[None]:
    """Raises ClientError in place of what the libraries raise for a file that is damaged."""
    try:
        yield
    except _FAULTS as error:
        raise make_damage_error(where, error) from error
