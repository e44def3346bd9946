"""The fields of a grid's rows: of each column what its values are and how they look."""

from collections.abc import Sequence

from openpyxl.utils import get_column_letter

from reports.render.content.blocks import Kind, Sheet
from reports.render.xlsx import cell_styles, cell_xml
from reports.render.xlsx.cell_styles import Look
from reports.render.xlsx.cell_xml import Encoder
from reports.render.xlsx.extents import Measure
from reports.render.xlsx.sheet_xml import Field

ENCODERS = {
    Kind.TEXT: cell_xml.text,
    Kind.LONG_TEXT: cell_xml.text,
    Kind.DATE: cell_xml.day,
    Kind.INSTANT: cell_xml.instant,
    Kind.MONEY: cell_xml.number,
    Kind.NUMBER: cell_xml.number,
    Kind.PERCENT: cell_xml.fraction,
    Kind.INTEGER: cell_xml.number,
    Kind.BOOLEAN: cell_xml.boolean,
    Kind.AMOUNT_OR_TEXT: cell_xml.amount_or_text,
    Kind.LINK: cell_xml.link,
    Kind.NAME_LINK: cell_xml.name_link,
}


def text(column: int, look: Look, encode: Encoder = cell_xml.text) -> Field:
    """A cell of text in a column, counted from 1."""
    return Field(get_column_letter(column), look, encode)


def fields(grid: Sheet, measures: Sequence[Measure], look: Look, *, first: int = 1) -> list[Field]:
    """The cells of a row of `grid` from column `first` on, by kind, in the colours of `look`."""
    return [
        text(first + index, cell_styles.style_column(grid, index, look, measure), ENCODERS[column.kind])
        for index, (column, measure) in enumerate(zip(grid.columns, measures, strict=True))
    ]


def headings(grid: Sheet, *, has_button: bool, first: int = 1) -> list[Field]:
    """The cells of the row of headings, clear of the filters' buttons where they have some."""
    return [
        text(first + index, cell_styles.style_heading(grid, index, has_button=has_button))
        for index in range(len(grid.columns))
    ]
