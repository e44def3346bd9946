"""The looks of one workbook's cells as the style ids of openpyxl, and the fields of its rows."""

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from reports.render import looks, rows
from reports.render.layout import Kind, Sheet
from reports.render.looks import Inks, Look
from reports.render.rows import Field

_ENCODERS = {
    Kind.TEXT: rows.text,
    Kind.LONG_TEXT: rows.text,
    Kind.DATE: rows.day,
    Kind.MONEY: rows.number,
    Kind.NUMBER: rows.number,
    Kind.PERCENT: rows.fraction,
    Kind.INTEGER: rows.number,
    Kind.BOOLEAN: rows.boolean,
    Kind.LINK: rows.link,
    Kind.NAME_LINK: rows.name_link,
}


class Styles:
    """The looks that were used so far, each registered once with openpyxl."""

    def __init__(self, workbook: Workbook, inks: Inks) -> None:
        self.inks = inks
        # Its cells register looks with openpyxl; `close` takes the sheet away before the workbook is saved.
        self._scratch: Worksheet = workbook.create_sheet("styles")
        self._workbook = workbook
        self._known: dict[Look, int] = {}

    def close(self) -> None:
        self._workbook.remove(self._scratch)

    def style(self, look: Look) -> int:
        """openpyxl's style id of a look."""
        if look not in self._known:
            cell = self._scratch.cell(row=len(self._known) + 1, column=1)
            looks.dress(cell, look, self.inks)
            self._known[look] = cell.style_id
        return self._known[look]

    def text(self, column: int, look: Look) -> Field:
        """A cell of text in a column, counted from 1."""
        return Field(get_column_letter(column), self.style(look), rows.text)

    def fields(self, grid: Sheet, look: Look, *, first: int = 1) -> list[Field]:
        """The cells of a row of `grid` from column `first` on, by kind, in the colours of `look`."""
        return [
            Field(
                get_column_letter(first + index),
                self.style(looks.of_kind(grid, index, look)),
                _ENCODERS[column.kind],
            )
            for index, column in enumerate(grid.columns)
        ]

    def headings(self, grid: Sheet, *, first: int = 1) -> list[Field]:
        """The cells of the row of headings, without the filters' buttons."""
        return [
            self.text(first + index, looks.of_heading(grid, index, has_button=False))
            for index in range(len(grid.columns))
        ]
