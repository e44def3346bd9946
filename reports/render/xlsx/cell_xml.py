"""Values as cells of a workbook, a column at a time.

A cell is what its column declares: text from outside is always text and never a formula, an amount is its
exact decimal text, and every formula carries its result, without which a mail preview shows an empty cell.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from reports.render.text_xml import count_units, escape_text, format_quickly, has_escape, legible
from reports.render.xlsx.shared_strings import SharedStrings

MAX_LINK = 255
"""UTF-16 units a text in a formula may have."""
EPOCH = dt.date(1899, 12, 30)
SECONDS_PER_DAY = 86_400
DAY_PLACES = 11
"""Decimals of a day that a double holds beside a serial number of today: a millionth of a second."""
_EMPTY = b"/>"
_TEXT = (b' t="s"><v>', b"</v></c>")
_NUMBER = (b"><v>", b"</v></c>")
_TRUE, _FALSE = (b' t="b"><v>%d</v></c>' % is_true for is_true in (True, False))
_LINK = (b' t="str"><f>HYPERLINK(&quot;', b"</v></c>")
_CAPTION, _STORED = b"&quot;,&quot;", b"&quot;)</f><v>"


class Cells(NamedTuple):
    """A column of cells: of each the rest of its element after the style, without what all of them share."""

    values: Sequence[bytes]
    before: bytes = b""
    after: bytes = b""


Encoder = Callable[[Sequence[Any], SharedStrings], Cells]
"""Makes the cells of a column's values; texts go into the table of the workbook."""


class TotalCell(NamedTuple):
    """A formula of ours, without its equals sign, and its result."""

    formula: str
    result: Decimal | int | None


def text(column: Sequence[object], strings: SharedStrings) -> Cells:
    """Text, typed as text whatever it begins with; what a cell cannot hold is replaced or cut visibly."""
    if set(map(type, column)) <= {str} and all(column):
        return Cells(strings.place(column), *_TEXT)  # type: ignore[arg-type] # seen in the line above
    texts = ["" if value is None else str(value) for value in column]
    before, after = _TEXT
    places = iter(strings.place(list(filter(None, texts))))
    return Cells([before + next(places) + after if one else _EMPTY for one in texts])


def number(column: Sequence[object], _: SharedStrings) -> Cells:
    """Numbers by their exact decimal text."""
    shown = "\0".join(map(str, column))
    # An exponent, None or NaN.
    if "E" in shown or "N" in shown:
        return _maybe_numbers([None if value is None else _plain(value) for value in column])
    return Cells(shown.encode().split(b"\0"), *_NUMBER)


def fraction(column: Sequence[object], _: SharedStrings) -> Cells:
    """Percentages (23) as the fractions Excel formats as percent (0.23)."""
    texts = list(map(str, column))
    shown = {
        own: _plain(rate / 100) if isinstance(rate, Decimal) else None
        for own, rate in dict(zip(texts, column, strict=True)).items()
    }
    return _maybe_numbers(list(map(shown.__getitem__, texts)))


def day(column: Sequence[object], _: SharedStrings) -> Cells:
    """Days as Excel's serial numbers."""
    shown = {day: b"%d" % (day - EPOCH).days if isinstance(day, dt.date) else None for day in set(column)}
    return _maybe_numbers(list(map(shown.__getitem__, column)))


def instant(column: Sequence[object], _: SharedStrings) -> Cells:
    """Instants by the clock of their own zone, as Excel's serial numbers with a part of the day."""
    return _maybe_numbers(
        [_format_instant(value) if isinstance(value, dt.datetime) else None for value in column]
    )


def amount_or_text(column: Sequence[object], strings: SharedStrings) -> Cells:
    """Amounts as numbers by their exact decimal text, words as text."""
    before, after = _NUMBER
    return Cells(
        [
            before + _plain(value) + after
            if isinstance(value, Decimal)
            else _text(None if value is None else str(value), strings)
            for value in column
        ]
    )


def boolean(column: Sequence[object], _: SharedStrings) -> Cells:
    """TRUE or FALSE."""
    return Cells([_EMPTY if value is None else _TRUE if value else _FALSE for value in column])


def total(column: Sequence[TotalCell], _: SharedStrings) -> Cells:
    """Formulas of ours with their results. Raises ValueError where a result is missing."""
    for formula, result in column:
        if result is None:
            raise ValueError(f"the formula {formula} has no result")
    return Cells(
        [f"><f>{escape_text(formula)}</f><v>{result}</v></c>".encode() for formula, result in column]
    )


def link(column: Sequence[object], strings: SharedStrings) -> Cells:
    """Pairs of text and address: a HYPERLINK formula with its text stored, else the one of them as text."""
    return _links(column, strings, lambda shown, url: url or shown)


def name_link(column: Sequence[object], strings: SharedStrings) -> Cells:
    """Pairs of name and address: a HYPERLINK formula with the name stored, else the name as text."""
    return _links(column, strings, lambda shown, _: shown)


def _maybe_numbers(shown: Sequence[bytes | None]) -> Cells:
    if None not in shown:
        return Cells(shown, *_NUMBER)  # type: ignore[arg-type]
    before, after = _NUMBER
    return Cells([_EMPTY if one is None else before + one + after for one in shown])


def _links(
    column: Sequence[Any], strings: SharedStrings, otherwise: Callable[[str | None, str | None], str | None]
) -> Cells:
    """HYPERLINK formulas; where one cannot be, what `otherwise` makes of text and address, as text."""
    pairs = [value if isinstance(value, tuple) else (value, None) for value in column]
    shown, urls = zip(*pairs, strict=True)
    if all(shown) and all(urls) and '"' not in "".join(shown + urls):
        quick = format_quickly(urls + shown)
        if quick and max(map(len, shown + urls)) <= MAX_LINK // 2:
            both = zip(quick, quick[len(pairs) :], strict=False)
            return Cells([b"".join((url, _CAPTION, text, _STORED, text)) for url, text in both], *_LINK)
    return Cells([_hyperlink(*pair) or _text(otherwise(*pair), strings) for pair in pairs])


def _hyperlink(shown: str | None, url: str | None) -> bytes | None:
    """The formula with its text stored; None where there is nothing to show or to open, or one cannot be."""
    # Whether _x0041_ in a formula is a character that it numbers, programs do not agree.
    if not shown or not url or has_escape(shown + url):
        return None
    target, caption = (part.replace('"', '""') for part in (legible(url), legible(shown)))
    if max(count_units(target), count_units(caption)) > MAX_LINK:
        return None
    parts = [escape_text(part).encode() for part in (target, caption, legible(shown))]
    return b"".join((_LINK[0], parts[0], _CAPTION, parts[1], _STORED, parts[2], _LINK[1]))


def _text(value: str | None, strings: SharedStrings) -> bytes:
    before, after = _TEXT
    return before + strings.place([value])[0] + after if value else _EMPTY


def _format_instant(moment: dt.datetime) -> bytes:
    seconds = (moment.hour * 60 + moment.minute) * 60 + moment.second
    share = round(Decimal(seconds) / SECONDS_PER_DAY, DAY_PLACES)
    return _plain((moment.date() - EPOCH).days + share)


def _plain(value: object) -> bytes:
    return (f"{value:f}" if isinstance(value, Decimal) else str(value)).encode()
