"""Values as cells of a workbook, a column at a time.

A cell is what its column declares: text from outside is always text and never a formula, an amount is its
exact decimal text, and every formula carries its result, without which a mail preview shows an empty cell. A
column goes the quick way where one look at all its texts together finds nothing that needs care; else it goes
value by value.
"""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from html import escape
from typing import Any, NamedTuple

MAX_TEXT = 32_767
"""UTF-16 units a cell may hold."""
MAX_LINK = 255
"""UTF-16 units a text in a formula may have."""
CUT = " […]"
EPOCH = dt.date(1899, 12, 30)
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


class TotalCell(NamedTuple):
    """A formula of ours, without its equals sign, and its result."""

    formula: str
    result: Decimal | int | None


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


def total(column: Sequence[TotalCell]) -> Cells:
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
    return [_xml(_cut_text(one)).encode() for one in texts]


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
    return before + _xml(_cut_text(value)).encode() + after if value else _EMPTY


def _plain(value: object) -> bytes:
    return (f"{value:f}" if isinstance(value, Decimal) else str(value)).encode()


def _cut_text(value: str) -> str:
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
