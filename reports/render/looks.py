"""How cells look: fonts, colours, number formats and widths, named once.

A look is a plain value; `dress` gives it to a cell of openpyxl's.
"""

import re
import textwrap
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from itertools import chain
from typing import Any, Literal, NamedTuple

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle

from reports.render.layout import Column, Kind, Link, Row, Sheet, Tone, Value
from reports.render.palette import Palette
from reports.render.rows import MAX_TEXT

WIDTHS = {Kind.TEXT: (9, 38), Kind.NAME_LINK: (9, 38), Kind.LONG_TEXT: (14, 48), Kind.LINK: (8, 30)}
"""Narrowest and widest column of a kind, in characters; the others are as wide as their content."""
NUMBER_SHAPES = {Kind.MONEY: ",.2f", Kind.NUMBER: ",.4f", Kind.PERCENT: ",.2f"}
HEADING_MARGIN = 3
"""Characters of a column that its heading leaves free, for the button of the filter."""
MAX_HEADING_LINES = 2
LETTERS_PER_DIGIT = 1.1
"""Widths count digits of the workbook's own font; the letters of cells are smaller."""
CELL_PADDING = 1.2
ONE_LINE_HEADING = 16
"""Characters of a heading that stand on one line on paper."""
ROW_POINTS, LINE_POINTS, MAX_ROW_POINTS = 15.0, 13.0, 409.0
TINT, BAND = 0.10, 0.04
"""How much of the accent there is in the white of total rows and of every other row."""

_FORMATS = {
    Kind.DATE: "dd/mm/yyyy",
    Kind.NUMBER: "#,##0.00##;[Red]\\-#,##0.00##",
    Kind.INTEGER: "0",
}
RIGHT = (Kind.MONEY, Kind.NUMBER, Kind.PERCENT, Kind.INTEGER)


Line = Literal["hair", "thin"]


class Ink(StrEnum):
    """A colour by what it is for."""

    TEXT = "text"
    QUIET = "quiet"
    LINE = "line"
    LINK = "link"
    PAPER = "paper"
    ACCENT = "accent"
    TINT = "tint"
    BAND = "band"
    LATE = "late"
    LATE_PAPER = "late paper"
    ALARM = "alarm"
    ALARM_PAPER = "alarm paper"


Inks = Mapping[Ink, str]
"""Six hexadecimal digits for each."""


class Look(NamedTuple):
    """How a cell looks."""

    size: float = 10
    is_bold: bool = False
    colour: Ink = Ink.TEXT
    fill: Ink | None = None
    above: Line | None = None
    below: Line | None = None
    horizontal: str | None = None
    vertical: str = "top"
    indent: int = 0
    wraps: bool = False
    number_format: str = "General"
    is_underlined: bool = False


TITLE = Look(size=20, is_bold=True, colour=Ink.ACCENT, below="thin", vertical="center")
SUBTITLE = Look(size=12, is_bold=True, colour=Ink.ACCENT, vertical="center")
LABEL = Look(colour=Ink.QUIET)
FACT = Look(wraps=True)
NOTE = Look(size=9, colour=Ink.QUIET)
PARAGRAPH = NOTE._replace(wraps=True)
HEAD = Look(is_bold=True, colour=Ink.PAPER, fill=Ink.ACCENT, wraps=True, vertical="center")
BODY = Look(below="hair")
TOTAL = Look(is_bold=True, above="thin", fill=Ink.TINT)
PAPER_BODY, PAPER_TOTAL = (look._replace(vertical="center") for look in (BODY, TOTAL))
"""On paper rows are higher than their one line."""
TONES = {
    Tone.QUIET: (Ink.QUIET, None),
    Tone.ATTENTION: (Ink.LATE, Ink.LATE_PAPER),
    Tone.ALARM: (Ink.ALARM, Ink.ALARM_PAPER),
}


def inks(colours: Palette) -> Inks:
    """The colours of a workbook: the issuer's accent, and what is the same for everybody."""
    accent = colours.accent.removeprefix("#").upper()
    return {
        Ink.TEXT: "1F2933",
        Ink.QUIET: "5B6770",
        Ink.LINE: "D5DCE2",
        Ink.LINK: "0563C1",
        Ink.PAPER: "FFFFFF",
        Ink.ACCENT: accent,
        Ink.TINT: _on_white(accent, TINT),
        Ink.BAND: _on_white(accent, BAND),
        Ink.LATE: "8A4B00",
        Ink.LATE_PAPER: "FDF3E3",
        Ink.ALARM: "A31515",
        Ink.ALARM_PAPER: "FBE9E9",
    }


def of_kind(grid: Sheet, index: int, look: Look) -> Look:
    """`look` with the number format and the alignment of a column."""
    column = grid.columns[index]
    is_body = not look.is_bold
    look = look._replace(**_alignment(grid, index))
    if column.kind is Kind.MONEY:
        return look._replace(number_format=_money_format(grid.currency))
    if column.kind is Kind.PERCENT:
        return look._replace(number_format=_percent_format(grid, index))
    if column.kind is Kind.DATE:
        return look._replace(number_format=_FORMATS[Kind.DATE], horizontal="left")
    if is_body and any(isinstance(row[index], Link) and row[index].url for row in grid.rows):  # type: ignore[union-attr]
        return look._replace(colour=Ink.LINK, is_underlined=True)
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


def dress(cell: Cell | MergedCell, look: Look, colours: Inks) -> None:
    """Gives the cell its look."""
    cell.font = Font(
        name="Calibri",
        size=look.size,
        bold=look.is_bold,
        color=colours[look.colour],
        underline="single" if look.is_underlined else None,
    )
    if look.fill:
        cell.fill = PatternFill("solid", start_color=colours[look.fill], end_color=colours[look.fill])
    cell.border = Border(top=_side(look.above, colours), bottom=_side(look.below, colours))
    cell.alignment = Alignment(
        horizontal=look.horizontal, vertical=look.vertical, wrap_text=look.wraps, indent=look.indent
    )
    cell.number_format = look.number_format


def toned(tone: Tone, colours: Inks) -> DifferentialStyle:
    """What a cell of this tone has instead of its own colours."""
    ink, paper = TONES[tone]
    fill = PatternFill(bgColor=colours[paper]) if paper else None
    return DifferentialStyle(font=Font(color=colours[ink], bold=paper is not None or None), fill=fill)


def band(colours: Inks) -> DifferentialStyle:
    """What every other row of a table has."""
    return DifferentialStyle(fill=PatternFill(bgColor=colours[Ink.BAND]))


def _side(style: Line | None, colours: Inks) -> Side:
    return Side(style=style, color=colours[Ink.ACCENT if style == "thin" else Ink.LINE]) if style else Side()


def _on_white(colour: str, share: float) -> str:
    """White with so much of a colour mixed in."""
    return bytes(round(255 - (255 - part) * share) for part in bytes.fromhex(colour)).hex().upper()


def widths(grid: Sheet) -> list[float]:
    """A width per column, in characters, from its content and within its kind's bounds."""
    every = [*grid.rows, *([grid.totals] if grid.totals else [])]
    return [
        _width(column, [row[index] for row in every], grid.currency)
        + _alignment(grid, index).get("indent", 0)
        for index, column in enumerate(grid.columns)
    ]


def narrow_widths(grid: Sheet) -> list[float]:
    """A width per column where space is dear: what values and headings without buttons take."""
    every = [*grid.rows, *([grid.totals] if grid.totals else [])]
    longest = [
        max(_longest_shown(column, [row[index] for row in every], grid.currency), _narrow_heading(column))
        for index, column in enumerate(grid.columns)
    ]
    return [
        round(length / LETTERS_PER_DIGIT + CELL_PADDING + _alignment(grid, index).get("indent", 0), 1)
        for index, length in enumerate(longest)
    ]


def _narrow_heading(column: Column) -> int:
    length = len(column.heading)
    return length if length <= ONE_LINE_HEADING else _heading_room(column.heading)


def _longest_shown(column: Column, values: Sequence[Value], currency: str | None) -> int:
    """Characters of the longest value, its currency included."""
    longest = _longest(column.kind, values)
    if column.kind is Kind.MONEY and currency:
        longest += 2 if currency == "EUR" else 4
    return longest


def _width(column: Column, values: Sequence[Value], currency: str | None) -> float:
    longest = _longest_shown(column, values, currency)
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


def text_height(text: str, width: float) -> float:
    """Points that `text` needs when it is wrapped in a width."""
    return _height(_lines(text, width)) or ROW_POINTS


def _height(lines: int) -> float | None:
    return min(ROW_POINTS + (lines - 1) * LINE_POINTS, MAX_ROW_POINTS) if lines > 1 else None


def _lines(text: Value, width: float) -> int:
    """How many lines `text` takes in a column of `width`."""
    room = int(width * LETTERS_PER_DIGIT)
    if not isinstance(text, str) or (len(text) <= room and "\n" not in text):
        return 1
    # More is not in the cell; and what a long word takes to be broken grows with its square.
    text = text[:MAX_TEXT]
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
