"""Decides how a data sheet is printed: on A4 across, in type that can be read.

A sheet is made to fit the width of a page down to LEAST_POINTS. A wider one leaves out columns that are empty
throughout, then wraps long texts, and where that is not enough is as many pages wide as it takes, with the
number of the document repeated on each, or the columns that stay in sight where there is none.
"""

from collections.abc import Sequence
from typing import NamedTuple

from reports.render.content.blocks import Sheet
from reports.render.xlsx import column_widths
from reports.render.xlsx.cell_styles import BODY
from reports.render.xlsx.extents import Measure
from reports.render.xlsx.outline import MARGIN_INCHES, PAPER_INCHES

LEAST_POINTS = 8
SPARE = 0.92
"""Programs measure fonts a little differently."""
PIXELS_PER_CHARACTER, PIXELS_PER_INCH = 7, 96
_INCHES = PAPER_INCHES[1] - MARGIN_INCHES["left"] - MARGIN_INCHES["right"]
PAGE_CHARACTERS = int(SPARE * _INCHES * PIXELS_PER_INCH * BODY.size / LEAST_POINTS / PIXELS_PER_CHARACTER)
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
    layouts = [
        PrintLayout(widths, are_hidden, _count_pages(widths, are_hidden, repeated), repeated)
        for is_narrow, are_hidden in ((False, hidden), (False, empty), (True, empty))
        for widths in [column_widths.widths(grid, measures, is_narrow=is_narrow)]
    ]
    return min(layouts, key=lambda layout: layout.pages)


def _count_pages(widths: Sequence[float], are_hidden: Sequence[bool], repeated: tuple[int, int]) -> int:
    """How many pages it takes from left to right, each as full as whole columns make it."""
    shown = [0 if is_hidden else width for width, is_hidden in zip(widths, are_hidden, strict=True)]
    again, pages, used = sum(shown[repeated[0] - 1 : repeated[1]]), 1, 0.0
    for width in shown:
        if used + width > PAGE_CHARACTERS:
            pages, used = pages + 1, again
        used += width
    return pages
