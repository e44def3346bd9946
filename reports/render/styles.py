"""The fields of a grid's rows: of each column what its values are and how they look."""

from collections.abc import Sequence

from openpyxl.utils import get_column_letter

from reports.render import looks, values
from reports.render.layout import Kind, Sheet
from reports.render.looks import Look
from reports.render.measure import Measure
from reports.render.rows import Field
from reports.render.values import Encoder

ENCODERS = {
    Kind.TEXT: values.text,
    Kind.LONG_TEXT: values.text,
    Kind.DATE: values.day,
    Kind.MONEY: values.number,
    Kind.NUMBER: values.number,
    Kind.PERCENT: values.fraction,
    Kind.INTEGER: values.number,
    Kind.BOOLEAN: values.boolean,
    Kind.LINK: values.link,
    Kind.NAME_LINK: values.name_link,
}


def text(column: int, look: Look, encode: Encoder = values.text) -> Field:
    """A cell of text in a column, counted from 1."""
    return Field(get_column_letter(column), look, encode)


def fields(grid: Sheet, measures: Sequence[Measure], look: Look, *, first: int = 1) -> list[Field]:
    """The cells of a row of `grid` from column `first` on, by kind, in the colours of `look`."""
    return [
        text(first + index, looks.of_kind(grid, index, look, measure), ENCODERS[column.kind])
        for index, (column, measure) in enumerate(zip(grid.columns, measures, strict=True))
    ]


def headings(grid: Sheet, *, has_button: bool, first: int = 1) -> list[Field]:
    """The cells of the row of headings, clear of the filters' buttons where they have some."""
    return [
        text(first + index, looks.of_heading(grid, index, has_button=has_button))
        for index in range(len(grid.columns))
    ]
