"""Reads a written workbook as it lies on the disk, a stretch of whole rows of a sheet at a time.

python-calamine reads the values: each stretch is given to it in a package of its own, so that no sheet is in
memory as a whole. Formulas, and numbers of more digits than a float keeps, come from the XML. One pattern
proves that a sheet has nothing but rows of the form they are written in, and expat that all around them is
well-formed. Nothing that writes a workbook is used here, so that no fault in writing is repeated in reading.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from functools import cache, lru_cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import IO, Any, NamedTuple
from xml.parsers import expat
from xml.sax.saxutils import unescape

from python_calamine import CalamineError, CalamineWorkbook

from reports.render.verify.refusals import make_damage_error, parse_number

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Of the columns that a sheet may have."""
CHUNK_BYTES = 262_144
PARTS_REMEMBERED = 64
FLOAT_DIGITS = 15
"""A number of so many digits is the same one after it was a float."""

_CHARACTERS = r"[^<>&\x00-\x08\x0b-\x1f\xef]*+"
# U+FFFE and U+FFFF are no characters.
_TEXT = rf"{_CHARACTERS}(?:(?:&(?:amp|lt|gt|quot|#x27|#13);|\xef(?!\xbf[\xbe\xbf])){_CHARACTERS})*+"
_NUMBER = r"<v>-?[0-9]++(?:\.[0-9]++)?+</v>"
_CONTENTS = (
    f' t="inlineStr"><is><t xml:space="preserve">{_TEXT}</t></is>',
    f">(?:<f>{_TEXT}</f>)?+{_NUMBER}",
    ' t="b"><v>[01]</v>',
    f' t="str"><f>{_TEXT}</f><v>{_TEXT}</v>',
)
"""What a cell holds that is not empty, from behind its style on."""
_REFERENCES = {"&quot;": '"', "&#x27;": "'", "&#13;": "\r"}
_LONG_NUMBER = re.compile(b"<v>[^<]{%d}" % (FLOAT_DIGITS + 1))
_TABLE = re.compile(rb'Target="/(xl/tables/[^"]+)"')
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')
_NUMBER_CACHE = re.compile(rb"<numCache>(.*?)</numCache>", re.DOTALL)
_VALUE = re.compile(rb"<v>([^<]*)</v>")
_CELL, _ROW_END = b'<c r="', b"</row>"
_SHEET, _CHART = "xl/worksheets/sheet", "xl/charts/chart"
_WORKBOOK_PARTS = ("_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels")
_DAMAGE = (CalamineError, zipfile.BadZipFile, zlib.error, expat.ExpatError, struct.error)
_FAULTS = (*_DAMAGE, EOFError, LookupError, OSError, OverflowError, RuntimeError, ValueError)
"""What the libraries raise for a package that is not whole, or not one, and what a disk does."""


class FormulaCell(NamedTuple):
    """A formula, without its equals sign, and the result that is stored with it.

    `otherwise` is what may stand in its place where a cell cannot hold it; no cell that is read has one.
    """

    formula: str
    result: Any
    otherwise: str | None = None


Cell = str | float | bool | Decimal | FormulaCell
"""A day is its serial number; a number is a Decimal where a float has too few digits; "" is an empty cell."""


class WrittenSheet(NamedTuple):
    """A worksheet: its place in errors, its table's attributes, {} for none, and its rows from the first on.

    Every row has as many cells as there are LETTERS.
    """

    where: str
    table: Mapping[str, str]
    stretches: Iterator[list[list[Cell]]]


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
            titles = _open_values(parts, {}).sheet_names
            charts = [_read_chart(data) for name, data in parts.items() if name.startswith(_CHART)]
        sheets = (
            _open_sheet(package, parts, number, where=f"{path.name}, sheet {title}")
            for number, title in enumerate(titles, start=1)
        )
        yield WrittenWorkbook(charts, sheets)


def _read_parts(package: zipfile.ZipFile, name: str) -> Mapping[str, bytes]:
    """All parts but the sheets, each proven well-formed."""
    parts = {}
    for part in package.namelist():
        if not part.startswith(_SHEET):
            with _refuse_damage(f"{name}, {part}"):
                parts[part] = package.read(part)
                if part.endswith((".xml", ".rels")):
                    _parse_part(parts[part])
    return parts


def _read_chart(data: bytes) -> list[Decimal]:
    return [parse_number(text.decode()) for text in _VALUE.findall(b"".join(_NUMBER_CACHE.findall(data)))]


def _open_sheet(
    package: zipfile.ZipFile, parts: Mapping[str, bytes], number: int, *, where: str
) -> WrittenSheet:
    with _refuse_damage(where):
        stream = package.open(f"{_SHEET}{number}.xml")
        table = _TABLE.search(parts.get(f"xl/worksheets/_rels/sheet{number}.xml.rels", b""))
        tag = parts[table[1].decode()].partition(b"<table ")[2].partition(b">")[0] if table else b""
        attributes = dict(_ATTRIBUTE.findall(tag.decode()))
    return WrittenSheet(where, attributes, _read_stretches(stream, parts, number, where=where))


def _read_stretches(
    stream: IO[bytes], parts: Mapping[str, bytes], number: int, *, where: str
) -> Iterator[list[list[Cell]]]:
    parser, above, head, rest = expat.ParserCreate(), 0, b"", b""
    with stream, _refuse_damage(where):
        while chunk := stream.read(CHUNK_BYTES):
            stretch, end, rest = (rest + chunk).rpartition(_ROW_END)
            if end and not above:
                head, start, stretch = stretch.partition(b"<sheetData>")
                parser.Parse(head + start)
            if end:
                rows = _read_rows(stretch + end, parts, number, above=above)
                yield rows
                above += len(rows)
        if not head.startswith(b"<worksheet") or b"<c " in head + rest:
            raise ValueError("it is no worksheet, or has a cell in no row")
        parser.Parse(rest, True)


def _read_rows(stretch: bytes, parts: Mapping[str, bytes], number: int, *, above: int) -> list[list[Cell]]:
    """The rows below row `above`, those that are left out too, down to the last in the stretch."""
    pieces = _compile_row().split(stretch)
    numbers = [above, *map(int, pieces[1::2])]
    # A row is left out above notes. Were a number far off, calamine would make room for all rows before it.
    if any(pieces[::2]) or not all(0 < lower - upper <= 2 for upper, lower in pairwise(numbers)):
        raise ValueError(f"below row {above} is more than rows one after the other")
    data = b"".join((b"<worksheet><sheetData>", stretch, b"</sheetData></worksheet>"))
    sheet = _open_values(parts, {f"{_SHEET}{number}.xml": data}).get_sheet_by_index(number - 1)
    top, left = sheet.start or (above, 0)
    rows: list[list[Any]] = [[""] * len(LETTERS) for _ in range(numbers[-1] - above)]
    for row, cells in zip(rows[top - above :], sheet.to_python(), strict=False):
        row[left : left + len(cells)] = cells
    for place, column, text in _find_contents(stretch, b"<v>") if _LONG_NUMBER.search(stretch) else ():
        # It may be the text that a link shows.
        if len(text) > FLOAT_DIGITS and isinstance(rows[place - above - 1][column], float):
            rows[place - above - 1][column] = parse_number(text)
    for place, column, text in _find_contents(stretch, b"<f>"):
        rows[place - above - 1][column] = FormulaCell(text, rows[place - above - 1][column])
    return rows


@cache
def _compile_row() -> re.Pattern[bytes]:
    """A row: its number, and each of its cells once and in order. None is tried in two ways."""
    cells = "".join(
        rf'(?:<c r="{letter}\1"(?: s="[0-9]++")?+(?:/>|(?:{"|".join(_CONTENTS)})</c>))?+'
        for letter in LETTERS
    )
    start = '<row r="([0-9]++)"(?: ht="[0-9.]++")?+(?: customHeight="1")?+>'
    return re.compile(f"{start}{cells}</row>".encode())


def _find_contents(stretch: bytes, tag: bytes) -> Iterator[tuple[int, int, str]]:
    """The row, counted from 1, the column, from 0, and the text of each element of the kind `tag`."""
    pieces = stretch.split(tag)
    texts = unescape("\0".join(piece.partition(b"<")[0].decode() for piece in pieces[1:]), _REFERENCES)
    for before, text in zip(pieces[:-1], texts.split("\0"), strict=False):
        cell = before.rpartition(_CELL)[2]
        yield int(cell[1 : cell.index(b'"')]), cell[0] - ord(LETTERS[0]), text


def _open_values(parts: Mapping[str, bytes], sheets: Mapping[str, bytes]) -> CalamineWorkbook:
    """Opens a package of these sheets alone: without styles, a day stays the number it is."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        for name in _WORKBOOK_PARTS:
            package.writestr(name, parts[name])
        for name, data in sheets.items():
            package.writestr(name, data)
    target.seek(0)
    return CalamineWorkbook.from_filelike(target)


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
    except BaseException as error:
        # A panic of Rust code is no Exception, and its class has no module to import it from.
        if not isinstance(error, _FAULTS) and type(error).__name__ != "PanicException":
            raise
        raise make_damage_error(where, error) from error
