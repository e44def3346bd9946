"""How cells look: fonts, colours, number formats and widths, named once.

A look is a plain value; `dress` gives it to a cell of openpyxl's.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from reports.render.layout import Column, Kind, Sheet, Value

INK, ACCENT, QUIET, LINE = "1F2933", "1F4E78", "5B6770", "D5DCE2"
WIDTHS = {Kind.TEXT: (9, 38), Kind.LONG_TEXT: (14, 48), Kind.LINK: (8, 30)}
"""Narrowest and widest column of a kind, in characters; the others are as wide as their content."""

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
    right = "right" if column.kind in RIGHT else None
    if column.kind is Kind.MONEY:
        return look._replace(number_format=_money_format(grid.currency), horizontal=right)
    if column.kind is Kind.PERCENT:
        return look._replace(number_format=_percent_format(grid, index), horizontal=right)
    if column.kind is Kind.LINK and look is BODY:
        return look._replace(colour="0563C1", is_underlined=True)
    wraps = column.kind is Kind.LONG_TEXT
    return look._replace(number_format=_FORMATS.get(column.kind, "General"), horizontal=right, wraps=wraps)


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
    cell.alignment = Alignment(horizontal=look.horizontal, vertical="top", wrap_text=look.wraps)
    cell.number_format = look.number_format


def _side(style: Line | None) -> Side:
    return Side(style=style, color=ACCENT if style == "thin" else LINE) if style else Side()


def widths(grid: Sheet) -> list[float]:
    """A width per column, in characters, from its content and within its kind's bounds."""
    every = [*grid.rows, *([grid.totals] if grid.totals else [])]
    return [
        _width(column, [row[index] for row in every], grid.currency)
        for index, column in enumerate(grid.columns)
    ]


def _width(column: Column, values: Sequence[Value], currency: str | None) -> float:
    longest = max((_length(column.kind, value) for value in values), default=0)
    if column.kind is Kind.MONEY and currency:
        longest += 2 if currency == "EUR" else 4
    # A heading wraps between words; the filter button takes two characters.
    heading = max(len(word) for word in column.heading.split() or [""]) + 3
    narrow, wide = WIDTHS.get(column.kind, (8, 60))
    return float(min(max(longest + 2, heading, narrow), max(wide, heading)))


def _length(kind: Kind, value: Value) -> int:
    if value is None:
        return 0
    if kind is Kind.DATE:
        return 10
    if isinstance(value, Decimal):
        return len(f"{value:,.2f}")
    shown = value[0] if isinstance(value, tuple) else str(value)
    return max((len(line) for line in shown.splitlines()), default=0)
