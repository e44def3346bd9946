"""Outlines: all that openpyxl has to know of a workbook to make its package, and no text from outside."""

from dataclasses import dataclass
from typing import NamedTuple

from reports.render.content.blocks import Column
from reports.render.xlsx.cell_styles import Look

PAPER_INCHES = (8.27, 11.69)
MARGIN_INCHES = {
    "left": 0.315,
    "right": 0.315,
    "top": 0.315,
    "bottom": 0.63,
    "header": 0.315,
    "footer": 0.315,
}
"""8 mm, and twice that where the footer stands."""
EMU_PER_PIXEL = 9_525


class ChartOutline(NamedTuple):
    """How many series over how many categories, and the column of the sheet at which the chart ends."""

    series: int
    categories: int
    end: int


@dataclass(frozen=True)
class DataOutline:
    """A sheet that is a table of `columns`, or sentences alone where it has none.

    `total` is the label of its totals row, None for a table without one. `frozen` columns stay in sight.
    The columns from the first to the last of `repeated` are on each of the pages side by side.
    """

    columns: tuple[Column, ...] = ()
    total: str | None = None
    frozen: int = 1
    repeated: tuple[int, int] = (1, 1)


class LogoOutline(NamedTuple):
    """What kind of picture it is, and the pixels that it takes."""

    kind: str
    width: int
    height: int


@dataclass(frozen=True)
class PageOutline:
    """A sheet like paper, of so many columns and, apart by breaks, pages.

    At a `scale` in percent, or made to fit the width of the paper. It `is_wide` where it is printed across.
    """

    columns: int
    pages: int
    scale: int | None
    is_wide: bool
    charts: tuple[ChartOutline, ...]
    logo: LogoOutline | None


@dataclass(frozen=True)
class Outline:
    """A workbook. `numbering` stands at the right of its footers, `looks` are those of its cells."""

    colours: tuple[str, str]
    numbering: str
    sheets: tuple[DataOutline | PageOutline, ...]
    looks: tuple[Look, ...]
