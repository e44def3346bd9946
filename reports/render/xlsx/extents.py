"""Measures what the values of a grid take, column by column."""

from collections.abc import Sequence
from decimal import Decimal
from functools import reduce
from typing import NamedTuple

from reports.render.content.blocks import Kind, Link, Sheet, Value
from reports.render.xlsx.sheet_xml import CHUNK_ROWS

NUMBER_SHAPES = {Kind.MONEY: ",.2f", Kind.NUMBER: ",.4f", Kind.PERCENT: ",.2f", Kind.AMOUNT_OR_TEXT: ",.4f"}
DATE_LENGTHS = {Kind.DATE: 10, Kind.INSTANT: 16}

_TEXTS = (Kind.TEXT, Kind.LONG_TEXT)


class Measure(NamedTuple):
    """Of the values of a column, its total among them, in characters: the `longest` line, and the longest
    text as a `whole`, which may have `breaks`; the decimal `places` of percentages; whether a link `opens`.
    """

    longest: int = 0
    whole: int = 0
    breaks: bool = False
    places: int = 0
    opens: bool = False

    def merge(self, other: "Measure") -> "Measure":
        """The measure of the values of both."""
        return Measure(
            max(self.longest, other.longest),
            max(self.whole, other.whole),
            self.breaks or other.breaks,
            max(self.places, other.places),
            self.opens or other.opens,
        )


def measure_columns(grid: Sheet) -> list[Measure]:
    """A measure per column, of its values and its total."""
    totals = grid.totals or [None] * len(grid.columns)
    return [
        _measure_column(column.kind, values).merge(_measure_values(column.kind, (total,)))
        for column, values, total in zip(grid.columns, grid.rows.columns, totals, strict=True)
    ]


def _measure_column(kind: Kind, values: Sequence[Value]) -> Measure:
    """The measure of a column, of which a chunk at a time is copied."""
    chunks = (values[start : start + CHUNK_ROWS] for start in range(0, len(values), CHUNK_ROWS))
    return reduce(Measure.merge, (_measure_values(kind, chunk) for chunk in chunks), Measure())


def _measure_values(kind: Kind, values: Sequence[Value]) -> Measure:
    """The measure of some values. Most columns hold what their kind says, and need no look at each value."""
    if kind in DATE_LENGTHS:
        return Measure(longest=DATE_LENGTHS[kind])
    try:
        if kind in _TEXTS:
            return _measure_texts([value for value in values if value is not None])  # type: ignore[misc]
        return _measure_numbers(kind, values)  # type: ignore[arg-type]
    except TypeError:
        return _measure_any(kind, values)


def _measure_any(kind: Kind, values: Sequence[Value]) -> Measure:
    links = [value for value in values if isinstance(value, Link)]
    texts = [value for value in values if isinstance(value, str)]
    numbers = [value for value in values if isinstance(value, (int, Decimal))]
    shown = _measure_texts([*texts, *(link.text for link in links)])
    opens = any(link.url for link in links)
    return shown._replace(opens=opens).merge(_measure_numbers(kind, numbers))


def _measure_texts(texts: Sequence[str]) -> Measure:
    has_breaks = "\n" in "".join(texts)
    whole = max(texts, key=len, default="")
    lines = whole.splitlines()
    if lines != [whole]:
        # A break, at its end too: some shorter text may have the longest line.
        lines = [line for one in texts for line in one.splitlines()]
    return Measure(max(map(len, lines), default=0), len(whole), has_breaks)


def _measure_numbers(kind: Kind, numbers: Sequence[Decimal | int]) -> Measure:
    """Only the least and the greatest can be the longest. Raises TypeError where something is no number."""
    if not numbers:
        return Measure()
    shape = NUMBER_SHAPES.get(kind, "")
    if not isinstance(numbers[0], (int, Decimal)):
        raise TypeError
    ends = min(numbers), max(numbers)
    places = max(map(_places, set(numbers))) if kind is Kind.PERCENT else 0
    return Measure(max(len(f"{end:{shape}}") for end in ends), places=places)


def _places(rate: Decimal | int) -> int:
    """As many decimals as a rate needs."""
    exponent = rate.normalize().as_tuple().exponent if isinstance(rate, Decimal) else 0
    return max(0, -exponent) if isinstance(exponent, int) else 0
