"""openpyxl in its three usual ways: streaming, cell by cell, and after pandas; wolfxl in the second."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd

from benchmarks.content import Plain
from benchmarks.peers import looks


class Dress:
    """The styles, made once; `styles` is openpyxl's room of them or that of a library with its interface."""

    def __init__(self, styles: ModuleType) -> None:
        side = styles.Side
        line, accent = side(style="hair", color=looks.LINE), side(style="thin", color=looks.ACCENT)
        self.font = styles.Font(name=looks.FONT, size=looks.SIZE, color=looks.INK)
        self.bold = styles.Font(name=looks.FONT, size=looks.SIZE, color=looks.INK, bold=True)
        self.white = styles.Font(name=looks.FONT, size=looks.SIZE, color=looks.PAPER, bold=True)
        self.link = styles.Font(name=looks.FONT, size=looks.SIZE, color=looks.LINK, underline="single")
        self.below, self.above = styles.Border(bottom=line), styles.Border(top=accent)
        self.accent, self.tint, self.band = (
            styles.PatternFill("solid", start_color=colour, end_color=colour)
            for colour in (looks.ACCENT, looks.TINT, looks.BAND)
        )
        self.left = styles.Alignment(vertical="top")
        self.right = styles.Alignment(horizontal="right", vertical="top")
        self.long = styles.Alignment(vertical="top", wrap_text=True)
        self.head = styles.Alignment(vertical="center", wrap_text=True)

    def alignment(self, kind: str) -> Any:
        """How values of a kind lie."""
        return self.right if kind in looks.RIGHT else self.long if kind == "long-text" else self.left

    def cell(self, cell: Any, kind: str, row: int, last: int) -> None:
        """A cell by its row, of which the `last` holds totals."""
        if row == 1:
            self.heading(cell)
        elif row == last:
            self.total(cell, kind)
        else:
            self.body(cell, kind, is_banded=row % 2 == 1)

    def heading(self, cell: Any) -> None:
        """A cell of the first row."""
        cell.font, cell.fill, cell.alignment = self.white, self.accent, self.head

    def body(self, cell: Any, kind: str, *, is_banded: bool) -> None:
        """A cell of the data."""
        cell.font = self.link if kind in looks.LINKS else self.font
        cell.border = self.below
        cell.alignment = self.alignment(kind)
        if is_banded:
            cell.fill = self.band
        if kind in looks.FORMATS:
            cell.number_format = looks.FORMATS[kind]

    def total(self, cell: Any, kind: str) -> None:
        """A cell of the last row."""
        cell.font, cell.fill, cell.border = self.bold, self.tint, self.above
        cell.alignment = self.alignment(kind)
        if kind in looks.FORMATS:
            cell.number_format = looks.FORMATS[kind]


def write_only(tabs: Sequence[Plain], target: Path) -> None:
    """Rows of cells that are given their styles one by one, streamed."""
    import openpyxl
    from openpyxl import styles
    from openpyxl.cell import WriteOnlyCell

    dress, book = Dress(styles), openpyxl.Workbook(write_only=True)
    for tab in tabs:
        sheet = book.create_sheet(tab.title)
        _set_up(sheet, tab)
        last = len(tab.columns[0]) + 2
        for row, values in enumerate(_rows(tab), start=1):
            cells = []
            for kind, value in zip(tab.kinds, values, strict=True):
                cell = WriteOnlyCell(sheet, value)
                dress.cell(cell, kind, row, last)
                cells.append(cell)
            sheet.append(cells)
    book.save(target)


def cell_by_cell(tabs: Sequence[Plain], target: Path) -> None:
    """Every cell made and styled by itself."""
    import openpyxl
    from openpyxl import styles

    _cell_by_cell(tabs, target, openpyxl.Workbook(), Dress(styles))


def wolfxl(tabs: Sequence[Plain], target: Path) -> None:
    """The same through wolfxl, which takes openpyxl's calls."""
    import wolfxl
    from wolfxl import styles

    _cell_by_cell(tabs, target, wolfxl.Workbook(), Dress(styles))


def to_excel(tabs: Sequence[Plain], target: Path, frames: Sequence[pd.DataFrame]) -> None:
    """`DataFrame.to_excel`, then a style for every cell."""
    from openpyxl import styles

    dress = Dress(styles)
    with pd.ExcelWriter(target, engine="openpyxl") as writer:
        for tab, frame in zip(tabs, frames, strict=True):
            frame.to_excel(writer, sheet_name=tab.title, index=False)
            sheet = writer.sheets[tab.title]
            _set_up(sheet, tab)
            sheet.append(_totals(tab))
            _styled(sheet, tab, dress)


def frames(tabs: Sequence[Plain]) -> list[pd.DataFrame]:
    """The tabs as frames of floats, dates, texts and formulas."""
    return [
        pd.DataFrame(
            {
                heading: [value and looks.hyperlink(value) for value in values]
                if kind in looks.LINKS
                else values
                for heading, kind, values in zip(tab.headings, tab.kinds, tab.columns, strict=True)
            }
        )
        for tab in tabs
    ]


def _cell_by_cell(tabs: Sequence[Plain], target: Path, book: Any, dress: Dress) -> None:
    book.remove(book.worksheets[0])
    for tab in tabs:
        sheet = book.create_sheet(tab.title)
        _set_up(sheet, tab)
        for row, values in enumerate(_rows(tab), start=1):
            for column, value in enumerate(values, start=1):
                sheet.cell(row=row, column=column, value=value)
        _styled(sheet, tab, dress)
    book.save(target)


def _styled(sheet: Any, tab: Plain, dress: Dress) -> None:
    last = len(tab.columns[0]) + 2
    for row, cells in enumerate(sheet.iter_rows(min_row=1, max_row=last), start=1):
        for cell, kind in zip(cells, tab.kinds, strict=True):
            dress.cell(cell, kind, row, last)


def _set_up(sheet: Any, tab: Plain) -> None:
    for place, width in enumerate(tab.widths):
        dimension = sheet.column_dimensions[looks.letter(place)]
        dimension.width, dimension.hidden = width, place in tab.hidden
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = f"A1:{looks.letter(len(tab.kinds) - 1)}{len(tab.columns[0]) + 1}"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.paperSize, sheet.page_setup.orientation = 9, "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = _fit_to_page(sheet)
    for side, inches in looks.MARGINS.items():
        setattr(sheet.page_margins, side, inches)


def _fit_to_page(sheet: Any) -> Any:
    from openpyxl.worksheet.properties import PageSetupProperties

    if type(sheet).__module__.startswith("openpyxl"):
        return PageSetupProperties(fitToPage=True)
    from wolfxl.worksheet.properties import PageSetupProperties as Properties

    return Properties(fitToPage=True)


def _rows(tab: Plain) -> Iterable[Sequence[Any]]:
    yield tab.headings
    columns = [
        [value and looks.hyperlink(value) for value in values] if kind in looks.LINKS else values
        for kind, values in zip(tab.kinds, tab.columns, strict=True)
    ]
    yield from zip(*columns, strict=True)
    yield _totals(tab)


def _totals(tab: Plain) -> list[Any]:
    rows = len(tab.columns[0])
    return [
        looks.subtotal(looks.letter(place), rows) if isinstance(total, float) else total
        for place, total in enumerate(tab.totals)
    ]
