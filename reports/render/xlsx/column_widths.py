"""Widths of columns in characters and heights of rows in points: what is written can be read at once.

Excel finds the height of a row whose texts wrap by itself; LibreOffice and previews show one line of it.
On paper a sheet is made to fit the width of A4 laid across, in type of LEAST_POINTS at least. A wider one
leaves out columns that are empty throughout, then wraps long texts in what room there is, and where that is
not enough is as many pages wide as it takes, with the number of the document repeated on each, or the columns
that stay in sight where there is none.
"""

import textwrap
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from reports.render.content.blocks import Column, Kind, Row, Sheet, Value
from reports.render.text_xml import MAX_TEXT
from reports.render.xlsx import cell_styles
from reports.render.xlsx.extents import Measure
from reports.render.xlsx.outline import MARGIN_INCHES, PAPER_INCHES

WIDTHS = {
    **dict.fromkeys((Kind.TEXT, Kind.NAME_LINK), (9, 38)),
    Kind.LONG_TEXT: (14, 48),
    Kind.AMOUNT_OR_TEXT: (9, 24),
    Kind.LINK: (8, 30),
}
"""Narrowest and widest column of a kind, in characters; the others are as wide as their content."""
MOST_WRAPPED = 24
"""Characters of a long text's line where the sheet would be too wide for paper."""
HEADING_MARGIN, RIGHT_MARGIN = 3.0, 3.6
"""Characters of a column that its heading leaves free, for the button of the filter; the second at the right,
where it is indented to be clear of the button."""
MAX_HEADING_LINES = 2
LETTERS_PER_DIGIT = 1.1
"""Widths count digits of the workbook's own font; the letters of cells are smaller."""
CELL_PADDING = 1.0
ONE_LINE_HEADING = 10
"""Characters of a heading that stand on one line on paper."""
ROW_POINTS, LINE_POINTS, MAX_ROW_POINTS = 15.0, 13.0, 409.0
KEPT_HEADINGS = 256
LEAST_POINTS = 8
SPARE = 0.92
"""Programs measure fonts a little differently."""
PIXELS_PER_CHARACTER, PIXELS_PER_INCH = 7, 96
_INCHES = PAPER_INCHES[1] - MARGIN_INCHES["left"] - MARGIN_INCHES["right"]
PAGE_CHARACTERS = int(
    SPARE * _INCHES * PIXELS_PER_INCH * cell_styles.BODY.size / LEAST_POINTS / PIXELS_PER_CHARACTER
)
"""The sum of the widths of columns that a page has room for."""


class PrintLayout(NamedTuple):
    """The width of each column in characters, whether it is hidden, and how many pages are side by side.

    `repeated` are the first and the last column that is on each of them, counted from 1.
    """

    widths: Sequence[float]
    are_hidden: Sequence[bool]
    pages: int
    repeated: tuple[int, int]


def lay_out(grid: Sheet, measures: Sequence[Measure], *, frozen: int) -> PrintLayout:
    """The layout with the fewest pages side by side that changes least; `frozen` columns stay in sight."""
    numbers = [place for place, column in enumerate(grid.columns, start=1) if column.key.endswith("number")]
    repeated = (numbers[0], numbers[0]) if numbers else (1, frozen)
    hidden = [column.is_hidden for column in grid.columns]
    empty = [
        not any(value is not None and value != "" for value in values) or is_hidden
        for values, is_hidden in zip(grid.rows.columns, hidden, strict=True)
    ]
    wide, narrow = (widths(grid, measures, is_narrow=is_narrow) for is_narrow in (False, True))
    layouts = [
        PrintLayout(own, are_hidden, _count_pages(own, are_hidden, repeated), repeated)
        for own, are_hidden in ((wide, hidden), (wide, empty), (narrow, empty))
    ]
    return _widen(min(layouts, key=lambda layout: layout.pages), wide)


def widths(grid: Sheet, measures: Sequence[Measure], *, is_narrow: bool = False) -> list[float]:
    """A width per column, from its content and within its kind's bounds; long texts wrap early if narrow."""
    return [
        _width(column, _count_characters(column, measure, grid.shown_currency), is_narrow=is_narrow)
        + cell_styles.indent(grid, index)
        for index, (column, measure) in enumerate(zip(grid.columns, measures, strict=True))
    ]


def narrow_widths(grid: Sheet, measures: Sequence[Measure]) -> list[float]:
    """A width per column where space is dear: what values and headings without buttons take."""
    longest = [
        max(_count_characters(column, measure, grid.shown_currency), _narrow_heading(column.heading))
        for column, measure in zip(grid.columns, measures, strict=True)
    ]
    return [
        round(length / LETTERS_PER_DIGIT + CELL_PADDING + cell_styles.indent(grid, index), 1)
        for index, length in enumerate(longest)
    ]


def compute_heading_height(grid: Sheet, widths: Sequence[float], *, has_button: bool) -> float | None:
    """Points that the row of headings needs in columns of these widths; None for one line."""
    lines = [
        _lines(column.heading, width - (_heading_margin(column) if has_button else 0))
        for column, width in zip(grid.columns, widths, strict=True)
    ]
    return _height(max(lines))


def row_height(
    grid: Sheet, measures: Sequence[Measure], widths: Sequence[float]
) -> Callable[[Row], float | None] | None:
    """What gives the points that a row's texts need, None for one line; itself None if no text wraps."""
    wrapped = [
        (index, width)
        for index, (column, measure, width) in enumerate(zip(grid.columns, measures, widths, strict=True))
        if column.kind in cell_styles.WRAPPED and (measure.breaks or measure.whole > _room(width))
    ]
    if not wrapped:
        return None
    return lambda row: _height(max(_lines(row[index], width) for index, width in wrapped))


def text_height(text: str, width: float) -> float:
    """Points that `text` needs when it is wrapped in a width."""
    return _height(_lines(text, width)) or ROW_POINTS


def _widen(layout: PrintLayout, wide: Sequence[float]) -> PrintLayout:
    """The layout with what its one page leaves free given to the columns that are narrower than `wide`."""
    lacking = [
        0 if is_hidden else full - own
        for own, full, is_hidden in zip(layout.widths, wide, layout.are_hidden, strict=True)
    ]
    shown = zip(layout.widths, layout.are_hidden, strict=True)
    spare = PAGE_CHARACTERS - sum(width for width, is_hidden in shown if not is_hidden)
    if layout.pages > 1 or not any(lacking):
        return layout
    share = min(1, spare / sum(lacking))
    given = (own + int(lack * share) for own, lack in zip(layout.widths, lacking, strict=True))
    return layout._replace(widths=list(given))


def _count_pages(widths: Sequence[float], are_hidden: Sequence[bool], repeated: tuple[int, int]) -> int:
    """How many pages it takes from left to right, each as full as whole columns make it."""
    shown = [0 if is_hidden else width for width, is_hidden in zip(widths, are_hidden, strict=True)]
    again, pages, used = sum(shown[repeated[0] - 1 : repeated[1]]), 1, 0.0
    for width in shown:
        if used + width > PAGE_CHARACTERS:
            pages, used = pages + 1, again
        used += width
    return pages


def _count_characters(column: Column, measure: Measure, currency: str | None) -> int:
    """Characters of the longest value, its currency included."""
    has_currency = column.kind is Kind.MONEY and currency
    return measure.longest + ((2 if currency == "EUR" else 4) if has_currency else 0)


def _width(column: Column, longest: int, *, is_narrow: bool) -> float:
    heading = _count_heading_room(column.heading) + _heading_margin(column)
    narrow, wide = WIDTHS.get(column.kind, (8, 60))
    if is_narrow and column.kind is Kind.LONG_TEXT:
        wide = MOST_WRAPPED
    return float(min(max(longest + 2, heading, narrow), max(wide, heading)))


def _heading_margin(column: Column) -> float:
    return RIGHT_MARGIN if column.kind in cell_styles.RIGHT else HEADING_MARGIN


def _narrow_heading(heading: str) -> int:
    return len(heading) if len(heading) <= ONE_LINE_HEADING else _count_heading_room(heading)


@lru_cache(KEPT_HEADINGS)
def _count_heading_room(heading: str) -> int:
    """The fewest characters a line that give `heading` whole words on at most two lines."""
    room = max((len(word) for word in heading.split()), default=1)
    while _count_wrapped_lines(heading, room) > MAX_HEADING_LINES:
        room += 1
    return room


def _height(lines: int) -> float | None:
    return min(ROW_POINTS + (lines - 1) * LINE_POINTS, MAX_ROW_POINTS) if lines > 1 else None


def _room(width: float) -> int:
    """Characters on one line of a column."""
    return int(width * LETTERS_PER_DIGIT)


def _lines(text: Value, width: float) -> int:
    """How many lines `text` takes in a column of `width`."""
    room = _room(width)
    if not isinstance(text, str) or (len(text) <= room and "\n" not in text):
        return 1
    # More is not in the cell; and what a long word takes to be broken grows with its square.
    return sum(_count_wrapped_lines(line, room) or 1 for line in text[:MAX_TEXT].splitlines())


def _count_wrapped_lines(line: str, room: int) -> int:
    """As many lines as `textwrap` would make, which is slow where words are plain and fit."""
    words = line.split(" ")
    if not line.isprintable() or "" in words or max(map(len, words)) > room:
        return len(textwrap.wrap(line, room, break_on_hyphens=False))
    lines, used = 1, -1
    for word in words:
        used += 1 + len(word)
        if used > room:
            lines, used = lines + 1, len(word)
    return lines
