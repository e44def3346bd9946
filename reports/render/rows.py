"""Streams rows into a workbook that openpyxl made, straight into the parts of its package.

openpyxl makes everything about a workbook (styles, tables, widths, freeze, print set-up, charts) and saves it
without the data. This room copies that package part by part, and where a sheet's rows belong it writes them
from templates compiled once per band. So a cell is what its column declares: text from outside is always text
and never a formula, an amount is its exact decimal text, and every formula carries its result, which openpyxl
cannot store and without which a mail preview shows an empty cell.
"""

import datetime as dt
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from html import escape
from io import BytesIO
from itertools import islice, repeat
from typing import IO, Any, NamedTuple

CHUNK_ROWS = 512
MAX_ROWS = 1_048_576
MAX_TEXT = 32_767
"""UTF-16 units a cell may hold."""
MAX_LINK = 255
"""UTF-16 units a text in a formula may have."""
CUT = " […]"
EPOCH = dt.date(1899, 12, 30)
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
"""The same in every package, so that equal content gives equal bytes."""
ZIP_SYSTEM = 3
"""Unix."""

# What XML 1.0 cannot hold, shown as what it is: a character that could not be taken over.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Excel reads _x0041_ inside a text as the character it numbers; written like this it stays as it is.
_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_DIMENSION = re.compile(r"<dimension [^>]*>")
_ROW = re.compile(r'<row r="(\d+)"[^>]*?(?:/>|>.*?</row>)', re.DOTALL)
_FORMULA = re.compile(r'(<c r="([A-Z]+\d+)"[^>]*>)(<f>.*?</f>)<v ?(?:/>|></v>)', re.DOTALL)


class Field(NamedTuple):
    """One column of a band: its letter, openpyxl's style id, and what its values are."""

    letter: str
    style: int
    encode: "Encoder"


class Band(NamedTuple):
    """Rows of like cells, from row `first` on, one value per field.

    `height` gives a row's height in points, or None for that of one line; programs may find a better one
    unless it `is_fixed`.
    """

    first: int
    fields: Sequence[Field]
    rows: Iterable[tuple[Any, ...]]
    height: Callable[[tuple[Any, ...]], float | None] | None = None
    is_fixed: bool = False


class Part(NamedTuple):
    """What goes into one sheet: bands in order of their rows, the result of every formula that openpyxl left
    without one (cell → number), the last cell in use, and areas (`A1:C1`) that are one cell each."""

    bands: Sequence[Band]
    results: Mapping[str, Decimal | int]
    last_cell: str
    merged: Sequence[str] = ()


Encoder = Callable[[object], str]
"""A value as the rest of its cell element, after the style."""


def fill(
    skeleton: bytes, target: IO[bytes], *, parts: Mapping[str, Part], replaced: Mapping[str, bytes]
) -> None:
    """Writes the package `skeleton` to `target` with the rows of `parts` in it (part name → content).

    `replaced` holds whole parts that stand in for openpyxl's. Raises ValueError for a formula without a
    result and for more rows than a sheet holds.
    """
    with (
        zipfile.ZipFile(BytesIO(skeleton)) as source,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as package,
    ):
        for name in source.namelist():
            info = zipfile.ZipInfo(name, ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            # Python would name the system it runs on, and a month has the same bytes wherever it is rendered.
            info.create_system = ZIP_SYSTEM
            with package.open(info, "w", force_zip64=name in parts) as part:
                if name in parts:
                    for text in _sheet(source.read(name).decode(), parts[name]):
                        part.write(text.encode())
                else:
                    part.write(replaced.get(name) or source.read(name))


def text(value: object) -> str:
    """Text, typed as text whatever it begins with; what a cell cannot hold is replaced or cut visibly."""
    if value is None or value == "":
        return "/>"
    return f' t="inlineStr"><is><t xml:space="preserve">{_xml(_fitting(str(value)))}</t></is></c>'


def number(value: object) -> str:
    """A number by its exact decimal text."""
    return (
        "/>"
        if value is None
        else f"><v>{value:f}</v></c>"
        if isinstance(value, Decimal)
        else f"><v>{value}</v></c>"
    )


def fraction(value: object) -> str:
    """A percentage (23) as the fraction Excel formats as percent (0.23)."""
    return number(value / 100 if isinstance(value, Decimal) else None)


def day(value: object) -> str:
    """A day as Excel's serial number."""
    return f"><v>{(value - EPOCH).days}</v></c>" if isinstance(value, dt.date) else "/>"


def boolean(value: object) -> str:
    """TRUE or FALSE."""
    return "/>" if value is None else f' t="b"><v>{int(bool(value))}</v></c>'


def link(value: object) -> str:
    """A pair of text and address: a HYPERLINK formula with its text stored, else the one of them as text."""
    shown, url = value if isinstance(value, tuple) else (value, None)
    return _hyperlink(shown, url) or text(url or shown)


def name_link(value: object) -> str:
    """A pair of name and address: a HYPERLINK formula with the name stored, else the name as text."""
    shown, url = value if isinstance(value, tuple) else (value, None)
    return _hyperlink(shown, url) or text(shown)


def legible(value: str) -> str:
    """`value` with what XML cannot hold replaced by U+FFFD."""
    return _ILLEGAL.sub("\ufffd", value)


def _hyperlink(shown: str | None, url: str | None) -> str | None:
    """The formula with its text stored; None where there is nothing to show or to open, or one cannot be."""
    # Whether _x0041_ in a formula is a character that it numbers, programs do not agree.
    if not shown or not url or _ESCAPED.search(shown + url):
        return None
    target, caption = (part.replace('"', '""') for part in (legible(url), legible(shown)))
    if max(_units(target), _units(caption)) > MAX_LINK:
        return None
    formula = f'HYPERLINK("{target}","{caption}")'
    return f' t="str"><f>{_xml(formula)}</f><v>{_xml(legible(shown))}</v></c>'


def _sheet(xml: str, part: Part) -> Iterator[str]:
    """The sheet part with the bands' rows at their places among openpyxl's own rows."""
    xml = xml.replace("<sheetData />", "<sheetData></sheetData>").replace(
        "<sheetData/>", "<sheetData></sheetData>"
    )
    start, end = xml.index("<sheetData>") + len("<sheetData>"), xml.index("</sheetData>")
    own = [(int(row[1]), row[0]) for row in _ROW.finditer(xml, start, end)]
    yield _DIMENSION.sub(f'<dimension ref="A1:{part.last_cell}"/>', xml[:start])
    for band in part.bands:
        while own and own[0][0] < band.first:
            yield _with_results(own.pop(0)[1], part.results)
        yield from _band(band)
    for _, row in own:
        yield _with_results(row, part.results)
    after = end + len("</sheetData>")
    yield xml[end:after] + _merged(part.merged) + xml[after:]


def _merged(areas: Sequence[str]) -> str:
    """In their order: openpyxl keeps them in a set, whose order changes from run to run."""
    if not areas:
        return ""
    cells = "".join(f'<mergeCell ref="{area}"/>' for area in areas)
    return f'<mergeCells count="{len(areas)}">{cells}</mergeCells>'


def _band(band: Band) -> Iterator[str]:
    template = _template(band)
    encoders = [field.encode for field in band.fields]
    rows, first = iter(band.rows), band.first
    while chunk := list(islice(rows, CHUNK_ROWS)):
        if first + len(chunk) - 1 > MAX_ROWS:
            raise ValueError(f"a sheet holds {MAX_ROWS} rows")
        columns = [
            map(encode, column) for encode, column in zip(encoders, zip(*chunk, strict=True), strict=True)
        ]
        points = _fixed_points if band.is_fixed else _points
        heights = map(points, map(band.height, chunk)) if band.height else repeat("")
        yield "".join(map(template, range(first, first + len(chunk)), heights, *columns))
        first += len(chunk)


def _template(band: Band) -> Callable[..., str]:
    cells = "".join(
        f'<c r="{field.letter}{{0}}" s="{field.style}"{{{place}}}'
        for place, field in enumerate(band.fields, start=2)
    )
    return f'<row r="{{0}}"{{1}}>{cells}</row>'.format


def _points(height: float | None) -> str:
    return "" if height is None else f' ht="{height}"'


def _fixed_points(height: float | None) -> str:
    return f'{_points(height)} customHeight="1"'


def _with_results(row: str, results: Mapping[str, Decimal | int]) -> str:
    def stored(match: re.Match[str]) -> str:
        if match[2] not in results:
            raise ValueError(f"the formula in {match[2]} has no result")
        return f"{match[1]}{match[3]}<v>{results[match[2]]}</v>"

    return _FORMULA.sub(stored, row)


def _fitting(value: str) -> str:
    """`value` as a cell can hold it; what is beyond MAX_TEXT is cut visibly."""
    value = _ESCAPED.sub("_x005F_", legible(value))
    if len(value) <= MAX_TEXT // 2 or _units(value) <= MAX_TEXT:
        return value
    kept = value.encode("utf-16-le")[: 2 * (MAX_TEXT - len(CUT))]
    return kept.decode("utf-16-le", "ignore") + CUT


def _units(value: str) -> int:
    return len(value.encode("utf-16-le")) // 2


def _xml(value: str) -> str:
    # A carriage return would be read as a line feed unless it is numbered.
    return escape(value).replace("\r", "&#13;")
