"""Streams rows of cells into the parts of a workbook's package, column by column and never cell by cell.

A chunk of rows is turned into columns, each column is encoded as its field declares, and the pieces are laid
between those that are the same in every row. So a cell is what its column declares: text from outside is
always text and never a formula, an amount is its exact decimal text, and every formula carries its result,
without which a mail preview shows an empty cell. A column of a chunk goes the quick way where one look at all
its texts together finds nothing that needs care; else it goes value by value.
"""

import datetime as dt
import re
import zipfile
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from html import escape
from itertools import islice
from typing import IO, Any, NamedTuple

CHUNK_ROWS = 512
MAX_ROWS = 1_048_576
MAX_TEXT = 32_767
"""UTF-16 units a cell may hold."""
MAX_LINK = 255
"""UTF-16 units a text in a formula may have."""
CUT = " […]"
EPOCH = dt.date(1899, 12, 30)
ZIP_SYSTEM = 3
"""Unix."""
ZIP_LEVEL = 1
"""A quarter larger than at zlib's usual 6, where compressing took more than all the rest."""

# What XML 1.0 cannot hold, shown as what it is: a character that could not be taken over.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Excel reads _x0041_ inside a text as the character it numbers; written like this it stays as it is.
_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_CONTROLS = bytes(code for code in range(32) if chr(code) not in "\t\n")
_NO_CHARACTERS = ("\ufffe".encode(), "\uffff".encode())
_ENTITIES = ((b"&", b"&amp;"), (b"<", b"&lt;"), (b">", b"&gt;"), (b'"', b"&quot;"), (b"'", b"&#x27;"))
_EMPTY = b"/>"
_TEXT = (b' t="inlineStr"><is><t xml:space="preserve">', b"</t></is></c>")
_NUMBER = (b"><v>", b"</v></c>")
_TRUE, _FALSE = (b' t="b"><v>%d</v></c>' % is_true for is_true in (True, False))
_LINK = (b' t="str"><f>HYPERLINK(&quot;', b"</v></c>")
_CAPTION, _STORED = b"&quot;,&quot;", b"&quot;)</f><v>"


class Cells(NamedTuple):
    """A column of cells: of each the rest of its element after the style, without what all of them share."""

    values: Sequence[bytes]
    before: bytes = b""
    after: bytes = b""


Encoder = Callable[[Sequence[Any]], Cells]


class Field(NamedTuple):
    """One column of a band: its letter, the look by which its style is known, and what its values are."""

    letter: str
    look: Any
    encode: Encoder


Row = tuple[Any, ...]
Height = Callable[[Row], float | None]


class Band(NamedTuple):
    """Rows of like cells, from row `first` on, one value per field.

    `height`, in points, is that of every row; or gives that of each, which programs may better, or None for
    that of one line.
    """

    first: int
    fields: Sequence[Field]
    rows: Iterable[Row]
    height: float | Height | None = None


class Total(NamedTuple):
    """A formula of ours, without its equals sign, and its result."""

    formula: str
    result: Decimal | int | None


def pack(target: IO[bytes], parts: Iterable[tuple[str, Iterable[bytes]]]) -> None:
    """Writes a package of these parts, by name, each as it comes."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=ZIP_LEVEL) as package:
        for name, pieces in parts:
            # By its name alone: a ZipInfo of ours would be compressed at zlib's own level, not the package's.
            with package.open(name, "w", force_zip64=True) as part:
                for piece in pieces:
                    part.write(piece)
            # Python would name the system it runs on, and a month has the same bytes wherever it is rendered.
            package.getinfo(name).create_system = ZIP_SYSTEM


def written(bands: Iterable[Band], styles: Mapping[Hashable, int]) -> Iterator[bytes]:
    """The rows of `bands`, a chunk at a time; `styles` has the style id of every look.

    Raises ValueError for a formula without a result and for more rows than a sheet holds.
    """
    for band in bands:
        fields = [
            (f'<c r="{field.letter}'.encode(), f'" s="{styles[field.look]}"'.encode(), field.encode)
            for field in band.fields
        ]
        first, rows = band.first, iter(band.rows)
        while chunk := list(islice(rows, CHUNK_ROWS)):
            if first + len(chunk) - 1 > MAX_ROWS:
                raise ValueError(f"a sheet holds {MAX_ROWS} rows")
            yield _chunk(first, chunk, fields, band.height)
            first += len(chunk)


def merged(areas: Sequence[str]) -> str:
    """Areas (`A1:C1`) that are one cell each, as they stand after the rows."""
    if not areas:
        return ""
    cells = "".join(f'<mergeCell ref="{area}"/>' for area in areas)
    return f'<mergeCells count="{len(areas)}">{cells}</mergeCells>'


def text(column: Sequence[object]) -> Cells:
    """Text, typed as text whatever it begins with; what a cell cannot hold is replaced or cut visibly."""
    try:
        texts = _texts(column)  # type: ignore[arg-type] # what is no text is found here
    except TypeError:
        texts = _texts(["" if value is None else str(value) for value in column])
    if all(texts):
        return Cells(texts, *_TEXT)
    before, after = _TEXT
    return Cells([before + one + after if one else _EMPTY for one in texts])


def number(column: Sequence[object]) -> Cells:
    """Numbers by their exact decimal text."""
    shown = "\0".join(map(str, column))
    # An exponent, None or NaN.
    if "E" in shown or "N" in shown:
        return _maybe_numbers([None if value is None else _plain(value) for value in column])
    return Cells(shown.encode().split(b"\0"), *_NUMBER)


def fraction(column: Sequence[object]) -> Cells:
    """Percentages (23) as the fractions Excel formats as percent (0.23)."""
    texts = list(map(str, column))
    shown = {
        own: _plain(rate / 100) if isinstance(rate, Decimal) else None
        for own, rate in dict(zip(texts, column, strict=True)).items()
    }
    return _maybe_numbers(list(map(shown.__getitem__, texts)))


def day(column: Sequence[object]) -> Cells:
    """Days as Excel's serial numbers."""
    shown = {day: b"%d" % (day - EPOCH).days if isinstance(day, dt.date) else None for day in set(column)}
    return _maybe_numbers(list(map(shown.__getitem__, column)))


def boolean(column: Sequence[object]) -> Cells:
    """TRUE or FALSE."""
    return Cells([_EMPTY if value is None else _TRUE if value else _FALSE for value in column])


def total(column: Sequence[Total]) -> Cells:
    """Formulas of ours with their results. Raises ValueError where a result is missing."""
    for formula, result in column:
        if result is None:
            raise ValueError(f"the formula {formula} has no result")
    return Cells([f"><f>{_xml(formula)}</f><v>{result}</v></c>".encode() for formula, result in column])


def link(column: Sequence[object]) -> Cells:
    """Pairs of text and address: a HYPERLINK formula with its text stored, else the one of them as text."""
    return _links(column, lambda shown, url: url or shown)


def name_link(column: Sequence[object]) -> Cells:
    """Pairs of name and address: a HYPERLINK formula with the name stored, else the name as text."""
    return _links(column, lambda shown, _: shown)


def legible(value: str) -> str:
    """`value` with what XML cannot hold replaced by U+FFFD."""
    return _ILLEGAL.sub("\ufffd", value)


def _chunk(
    first: int,
    rows: Sequence[Row],
    fields: Sequence[tuple[bytes, bytes, Encoder]],
    height: float | Height | None,
) -> bytes:
    """The rows from number `first` on.

    The pieces of one row, as often as there are rows, then what differs from row to row put in its places, a
    column at a time, and one join: Python has nothing faster.
    """
    count = len(rows)
    numbers = [b"%d" % place for place in range(first, first + count)]
    row = [b'<row r="', b"", b""]
    places: list[tuple[int, Sequence[bytes]]] = [(1, numbers), (2, _heights(rows, height))]
    before = b">"
    for (cell, style, encode), column in zip(fields, zip(*rows, strict=True), strict=True):
        cells = encode(column)
        places += [(len(row) + 1, numbers), (len(row) + 3, cells.values)]
        row += [before + cell, b"", style + cells.before, b""]
        before = cells.after
    row.append(before + b"</row>")
    pieces = row * count
    for place, values in places:
        pieces[place :: len(row)] = values
    return b"".join(pieces)


def _heights(rows: Sequence[Row], height: float | Height | None) -> Sequence[bytes]:
    """What stands after the number of each row."""
    if not callable(height):
        shown = '"' if height is None else f'" ht="{height}" customHeight="1"'
        return [shown.encode()] * len(rows)
    points = map(height, rows)
    return [b'"' if own is None else f'" ht="{own}"'.encode() for own in points]


def _maybe_numbers(shown: Sequence[bytes | None]) -> Cells:
    if None not in shown:
        return Cells(shown, *_NUMBER)  # type: ignore[arg-type]
    before, after = _NUMBER
    return Cells([_EMPTY if one is None else before + one + after for one in shown])


def _texts(texts: Sequence[str]) -> list[bytes]:
    """Texts as XML, as a cell can hold them. Raises TypeError where one is no text."""
    quick = _quick(texts)
    if quick and max(map(len, texts)) <= MAX_TEXT // 2:
        return quick
    return [_xml(_fitting(one)).encode() for one in texts]


def _quick(texts: Sequence[str]) -> list[bytes] | None:
    """Texts as XML, if every character of them can stand in a cell as it is or as an entity; whatever their
    lengths."""
    joined = "\0".join(texts)
    if "_x" in joined:
        return None
    try:
        data = joined.encode()
    except UnicodeEncodeError:
        return None
    separators = len(data) - len(data.translate(None, _CONTROLS))
    if separators != len(texts) - 1 or any(one in data for one in _NO_CHARACTERS):
        return None
    for character, entity in _ENTITIES:
        data = data.replace(character, entity)
    return data.split(b"\0")


def _links(column: Sequence[Any], otherwise: Callable[[str | None, str | None], str | None]) -> Cells:
    """HYPERLINK formulas; where one cannot be, what `otherwise` makes of text and address, as text."""
    pairs = [value if isinstance(value, tuple) else (value, None) for value in column]
    shown, urls = zip(*pairs, strict=True)
    if all(shown) and all(urls) and '"' not in "".join(shown + urls):
        quick = _quick(urls + shown)
        if quick and max(map(len, shown + urls)) <= MAX_LINK // 2:
            both = zip(quick, quick[len(pairs) :], strict=False)
            return Cells([b"".join((url, _CAPTION, text, _STORED, text)) for url, text in both], *_LINK)
    return Cells([_hyperlink(*pair) or _text(otherwise(*pair)) for pair in pairs])


def _hyperlink(shown: str | None, url: str | None) -> bytes | None:
    """The formula with its text stored; None where there is nothing to show or to open, or one cannot be."""
    # Whether _x0041_ in a formula is a character that it numbers, programs do not agree.
    if not shown or not url or _ESCAPED.search(shown + url):
        return None
    target, caption = (part.replace('"', '""') for part in (legible(url), legible(shown)))
    if max(_units(target), _units(caption)) > MAX_LINK:
        return None
    parts = [_xml(part).encode() for part in (target, caption, legible(shown))]
    return b"".join((_LINK[0], parts[0], _CAPTION, parts[1], _STORED, parts[2], _LINK[1]))


def _text(value: str | None) -> bytes:
    before, after = _TEXT
    return before + _xml(_fitting(value)).encode() + after if value else _EMPTY


def _plain(value: object) -> bytes:
    return (f"{value:f}" if isinstance(value, Decimal) else str(value)).encode()


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
