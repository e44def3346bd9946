"""How cells look: fonts, colours and number formats, named once.

A look is a plain value; `dress` gives it to a cell of openpyxl's.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Literal, NamedTuple

from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle

from reports.render.content.blocks import Kind, Sheet, Tone
from reports.render.content.colours import Palette
from reports.render.xlsx.extents import Measure

TINT, BAND = 0.10, 0.04
"""How much of the accent there is in the white of total rows and of every other row."""

_FORMATS = {
    Kind.DATE: "dd/mm/yyyy",
    Kind.INSTANT: "dd/mm/yyyy hh:mm",
    Kind.NUMBER: "#,##0.00##;[Red]\\-#,##0.00##",
    Kind.INTEGER: "0",
}
_FORMATS[Kind.AMOUNT_OR_TEXT] = _FORMATS[Kind.NUMBER]
KEPT = 512
"""Looks that are put together once."""
WRAPPED = frozenset({Kind.LONG_TEXT, Kind.AMOUNT_OR_TEXT})
"""Kinds whose texts go on in further lines."""
RIGHT = (Kind.MONEY, Kind.NUMBER, Kind.PERCENT, Kind.INTEGER, Kind.AMOUNT_OR_TEXT)
"""Kinds whose values end at the right edge; words among amounts do too, under one heading."""


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
        Ink.TINT: _mix_with_white(accent, TINT),
        Ink.BAND: _mix_with_white(accent, BAND),
        Ink.LATE: "8A4B00",
        Ink.LATE_PAPER: "FDF3E3",
        Ink.ALARM: "A31515",
        Ink.ALARM_PAPER: "FBE9E9",
    }


def style_column(grid: Sheet, index: int, look: Look, measure: Measure) -> Look:
    """`look` with the number format and the alignment of a column."""
    column, is_after_number = grid.columns[index], _is_after_number(grid, index)
    kind = Kind.MONEY if column.currency else column.kind
    currency = column.currency or grid.shown_currency
    return _style_kind(look, kind, is_after_number, currency, measure.places, measure.opens)


def style_heading(grid: Sheet, index: int, *, has_button: bool) -> Look:
    """The look of a column's heading, over its values, but clear of the filter's button where it has one."""
    return _style_heading(grid.columns[index].kind, _is_after_number(grid, index), has_button)


def indent(grid: Sheet, index: int) -> int:
    """How far the values of a column stand in, in characters."""
    return _align(BODY, grid.columns[index].kind, _is_after_number(grid, index)).indent


@lru_cache(KEPT)
def _style_kind(
    look: Look, kind: Kind, is_after_number: bool, currency: str | None, places: int, opens: bool
) -> Look:
    is_body = not look.is_bold
    look = _align(look, kind, is_after_number)
    if kind is Kind.MONEY:
        return look._replace(number_format=_money_format(currency))
    if kind is Kind.PERCENT:
        return look._replace(number_format=f"0.{'0' * places}%" if places else "0%")
    if kind in (Kind.DATE, Kind.INSTANT):
        return look._replace(number_format=_FORMATS[kind], horizontal="left")
    if is_body and opens:
        return look._replace(colour=Ink.LINK, is_underlined=True)
    return look._replace(number_format=_FORMATS.get(kind, "General"), wraps=kind in WRAPPED)


@lru_cache(KEPT)
def _style_heading(kind: Kind, is_after_number: bool, has_button: bool) -> Look:
    look = _align(HEAD, kind, is_after_number)
    return look._replace(indent=2) if has_button and look.horizontal == "right" else look


def _align(look: Look, kind: Kind, is_after_number: bool) -> Look:
    """Numbers to the right; text after a number a little away from it."""
    if kind in RIGHT:
        return look._replace(horizontal="right")
    return look._replace(horizontal="left", indent=1) if is_after_number else look


def _is_after_number(grid: Sheet, index: int) -> bool:
    return index > 0 and grid.columns[index - 1].kind in RIGHT


def _money_format(currency: str | None) -> str:
    """Two decimals and the currency behind; negative in red and with a minus."""
    sign = {"EUR": r"\ [$€-816]", None: ""}.get(currency)
    if sign is None:
        sign = rf"\ [${currency}]" if currency and re.fullmatch("[A-Z]{3}", currency) else ""
    return rf"#,##0.00{sign};[Red]\-#,##0.00{sign}"


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


def style_tone(tone: Tone, colours: Inks) -> DifferentialStyle:
    """What a cell of this tone has instead of its own colours."""
    ink, paper = TONES[tone]
    fill = PatternFill(bgColor=colours[paper]) if paper else None
    return DifferentialStyle(font=Font(color=colours[ink], bold=paper is not None or None), fill=fill)


def band(colours: Inks) -> DifferentialStyle:
    """What every other row of a table has."""
    return DifferentialStyle(fill=PatternFill(bgColor=colours[Ink.BAND]))


def _side(style: Line | None, colours: Inks) -> Side:
    return Side(style=style, color=colours[Ink.ACCENT if style == "thin" else Ink.LINE]) if style else Side()


def _mix_with_white(colour: str, share: float) -> str:
    """White with so much of a colour mixed in."""
    return bytes(round(255 - (255 - part) * share) for part in bytes.fromhex(colour)).hex().upper()
