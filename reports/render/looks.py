"""How cells look: fonts, colours, number formats and widths, named once.

A look is a plain value; `dress` gives it to a cell of openpyxl's.
"""

import re
import textwrap
from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import chain
from typing import Any, Literal, NamedTuple

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from reports.render.layout import Column, Kind, Row, Sheet, Value

INK, ACCENT, QUIET, LINE = "1F2933", "1F4E78", "5B6770", "D5DCE2"
WIDTHS = {Kind.TEXT: (9, 38), Kind.LONG_TEXT: (14, 48), Kind.LINK: (8, 30)}
"""Narrowest and widest column of a kind, in characters; the others are as wide as their content."""
NUMBER_SHAPES = {Kind.MONEY: ",.2f", Kind.NUMBER: ",.4f", Kind.PERCENT: ",.2f"}
HEADING_MARGIN = 3
"""Characters of a column that its heading leaves free, for the button of the filter."""
MAX_HEADING_LINES = 2
LETTERS_PER_DIGIT = 1.1
"""Widths count digits of the workbook's own font; the letters of cells are smaller."""
ROW_POINTS, LINE_POINTS, MAX_ROW_POINTS = 15.0, 13.0, 409.0

_FORMATS = {
    Kind.DATE: "dd/mm/yyyy",
    Kind.NUMBER: "#,##0.00##;[Red]\\-#,##0.00##",
    Kind.INTEGER: "0",
}
RIGHT = (Kind.MONEY, Kind.NUMBER, Kind.PERCENT, Kind.INTEGER)


Line = Literal["hair", "thin"]


class Look(NamedTuple):
    """How a cell looks."""

    size: float = 10
    is_bold: bool = False
    colour: str = INK
    fill: str | None = None
    above: Line | None = None
    below: Line | None = None
    horizontal: str | None = None
    indent: int = 0
    wraps: bool = False
    number_format: str = "General"
    is_underlined: bool = False


TITLE = Look(size=18, is_bold=True, colour=ACCENT)
SUBTITLE = Look(size=12, is_bold=True, colour=ACCENT)
LABEL = Look(colour=QUIET)
FACT = Look()
NOTE = Look(size=9, colour=QUIET)
HEAD = Look(is_bold=True, colour="FFFFFF", fill=ACCENT, wraps=True)
BODY = Look(below="hair")
TOTAL = Look(is_bold=True, above="thin", fill="EEF2F6")


def of_kind(grid: Sheet, index: int, look: Look) -> Look:
    """`look` with the number format and the alignment of a column."""
    column = grid.columns[index]
    is_body = look is BODY
    look = look._replace(**_alignment(grid, index))
    if column.kind is Kind.MONEY:
        return look._replace(number_format=_money_format(grid.currency))
    if column.kind is Kind.PERCENT:
        return look._replace(number_format=_percent_format(grid, index))
    if column.kind is Kind.DATE:
        return look._replace(number_format=_FORMATS[Kind.DATE], horizontal="left")
    if column.kind is Kind.LINK and is_body:
        return look._replace(colour="0563C1", is_underlined=True)
    wraps = column.kind is Kind.LONG_TEXT
    return look._replace(number_format=_FORMATS.get(column.kind, "General"), wraps=wraps)


def of_heading(grid: Sheet, index: int, *, has_button: bool) -> Look:
    """The look of a column's heading, over its values, but clear of the filter's button where it has one."""
    look = HEAD._replace(**_alignment(grid, index))
    return look._replace(indent=2) if has_button and look.horizontal == "right" else look


def _alignment(grid: Sheet, index: int) -> dict[str, Any]:
    """Numbers to the right; text after a number a little away from it."""
    if grid.columns[index].kind in RIGHT:
        return {"horizontal": "right"}
    is_after_number = index > 0 and grid.columns[index - 1].kind in RIGHT
    return {"horizontal": "left", "indent": 1} if is_after_number else {}


def _money_format(currency: str | None) -> str:
    """Two decimals and the currency behind; negative in red and with a minus."""
    sign = {"EUR": r"\ [$€-816]", None: ""}.get(currency)
    if sign is None:
        sign = rf"\ [${currency}]" if currency and re.fullmatch("[A-Z]{3}", currency) else ""
    return rf"#,##0.00{sign};[Red]\-#,##0.00{sign}"


def _percent_format(grid: Sheet, index: int) -> str:
    """As many decimals as the rates of this column need."""
    rates = [row[index] for row in grid.rows]
    places = max((_places(rate) for rate in rates if isinstance(rate, Decimal)), default=0)
    return f"0.{'0' * places}%" if places else "0%"


def _places(rate: Decimal) -> int:
    exponent = rate.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def dress(cell: Cell | MergedCell, look: Look) -> None:
    """Gives the cell its look."""
    cell.font = Font(
        name="Calibri",
        size=look.size,
        bold=look.is_bold,
        color=look.colour,
        underline="single" if look.is_underlined else None,
    )
    if look.fill:
        cell.fill = PatternFill("solid", start_color=look.fill, end_color=look.fill)
    cell.border = Border(top=_side(look.above), bottom=_side(look.below))
    cell.alignment = Alignment(
        horizontal=look.horizontal, vertical="top", wrap_text=look.wraps, indent=look.indent
    )
    cell.number_format = look.number_format


def _side(style: Line | None) -> Side:
    return Side(style=style, color=ACCENT if style == "thin" else LINE) if style else Side()


def widths(grid: Sheet) -> list[float]:
    """A width per column, in characters, from its content and within its kind's bounds."""
    every = [*grid.rows, *([grid.totals] if grid.totals else [])]
    return [
        _width(column, [row[index] for row in every], grid.currency)
        + _alignment(grid, index).get("indent", 0)
        for index, column in enumerate(grid.columns)
    ]


def _width(column: Column, values: Sequence[Value], currency: str | None) -> float:
    longest = _longest(column.kind, values)
    if column.kind is Kind.MONEY and currency:
        longest += 2 if currency == "EUR" else 4
    heading = _heading_room(column.heading) + HEADING_MARGIN
    narrow, wide = WIDTHS.get(column.kind, (8, 60))
    return float(min(max(longest + 2, heading, narrow), max(wide, heading)))


def _heading_room(heading: str) -> int:
    """The fewest characters a line that give `heading` whole words on at most two lines."""
    room = max((len(word) for word in heading.split()), default=1)
    while len(textwrap.wrap(heading, room, break_on_hyphens=False)) > MAX_HEADING_LINES:
        room += 1
    return room


def heading_height(grid: Sheet, widths: Sequence[float], *, has_button: bool) -> float | None:
    """Points that the row of headings needs in columns of these widths; None for one line."""
    margin = HEADING_MARGIN if has_button else 0
    lines = [
        _lines(column.heading, width - margin) for column, width in zip(grid.columns, widths, strict=True)
    ]
    return _height(max(lines))


def row_height(grid: Sheet, widths: Sequence[float]) -> Callable[[Row], float | None] | None:
    """What gives the points that a row's wrapped texts need, None for one line; itself None if nothing wraps.

    Excel finds the height of such a row by itself, LibreOffice and previews show one line of it.
    """
    wrapped = [
        (index, width)
        for index, (column, width) in enumerate(zip(grid.columns, widths, strict=True))
        if column.kind is Kind.LONG_TEXT
    ]
    if not wrapped:
        return None
    return lambda row: _height(max(_lines(row[index], width) for index, width in wrapped))


def _height(lines: int) -> float | None:
    return min(ROW_POINTS + (lines - 1) * LINE_POINTS, MAX_ROW_POINTS) if lines > 1 else None


def _lines(text: Value, width: float) -> int:
    """How many lines `text` takes in a column of `width`."""
    room = int(width * LETTERS_PER_DIGIT)
    if not isinstance(text, str) or (len(text) <= room and "\n" not in text):
        return 1
    return sum(len(textwrap.wrap(line, room, break_on_hyphens=False)) or 1 for line in text.splitlines())


def _longest(kind: Kind, values: Sequence[Value]) -> int:
    """Characters of the longest value; of numbers only the least and the greatest can be that."""
    if kind is Kind.DATE:
        return 10
    shape = NUMBER_SHAPES.get(kind, "")
    numbers = [value for value in values if isinstance(value, (int, Decimal))]
    ends = [min(numbers), max(numbers)] if numbers else []
    texts = [
        value[0] if isinstance(value, tuple) else value for value in values if isinstance(value, (str, tuple))
    ]
    lines = chain.from_iterable(map(str.splitlines, texts))
    return max(map(len, [*lines, *(f"{value:{shape}}" for value in ends)]), default=0)
