"""The workbook: blocks as worksheets, styled for reading, printing and previews.

openpyxl makes everything but the data rows, which `rows` streams into its package. Equal books give equal
bytes: the only instants in the file are those of the book itself.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import IO

from openpyxl import Workbook
from openpyxl.packaging.core import DocumentProperties
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.table import Table, TableColumn, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.functions import tostring

from reports.render import looks, rows
from reports.render.brand import HOUSE, Brand
from reports.render.charts import CHART_ROWS, column_chart
from reports.render.labels import Labels
from reports.render.layout import (
    Book,
    Chart,
    Column,
    DataTab,
    Fact,
    Facts,
    Kind,
    PageTab,
    Row,
    Sheet,
    totals_of,
)
from reports.render.looks import Look
from reports.render.rows import Band, Field, Part

MAX_SHEET_NAME = 31
MAX_TABLE_NAME = 100
MAX_DATA_ROWS = rows.MAX_ROWS - 100
"""Leaves room for heading, totals and notes."""
ROOMY_HEADING = 16
"""Characters of a heading that stand on one line where there are few columns."""
MAX_FOOTER = 110
"""Characters, two units each at most: Excel refuses a whole footer of more than 255 units."""

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
}


def write(book: Book, target: IO[bytes], *, labels: Labels, brand: Brand = HOUSE) -> None:
    """Writes `book` to an open file. Raises OSError when it cannot be written."""
    workbook = _Workbook(book, labels, brand)
    skeleton, parts, properties = workbook.skeleton()
    rows.fill(skeleton, target, parts=parts, replaced={"docProps/core.xml": properties})


class _Workbook:
    """One workbook in the making: openpyxl's side of it, and the rows that go in later."""

    def __init__(self, book: Book, labels: Labels, brand: Brand) -> None:
        self.book = book
        self.labels = labels
        self.brand = brand
        self.openpyxl = Workbook()
        # Its cells register looks with openpyxl; the sheet itself never reaches the file.
        self._scratch: Worksheet = self.openpyxl.create_sheet("styles")
        self._styles: dict[Look, int] = {}
        self._table_names: set[str] = set()

    def skeleton(self) -> tuple[bytes, dict[str, Part], bytes]:
        """The package without its rows, the rows by part name, and the document's properties."""
        first = self.openpyxl.worksheets[0]
        parts: dict[str, Part] = {}
        tabs = [part for tab in self.book.tabs for part in _fitting_tabs(tab)]
        names = _sheet_names([tab.title for tab in tabs])
        for number, (tab, name) in enumerate(zip(tabs, names, strict=True), start=1):
            sheet: Worksheet = first if number == 1 else self.openpyxl.create_sheet()
            sheet.title = name
            self._set_up(sheet)
            part = self._data(sheet, tab) if isinstance(tab, DataTab) else _Page(self, sheet).place(tab)
            parts[f"xl/worksheets/sheet{number}.xml"] = part
        self.openpyxl.remove(self._scratch)
        self.openpyxl.active = 0
        saved = BytesIO()
        self.openpyxl.save(saved)
        return saved.getvalue(), parts, self._properties()

    def style(self, look: Look) -> int:
        """openpyxl's style id of a look."""
        if look not in self._styles:
            cell = self._scratch.cell(row=len(self._styles) + 1, column=1)
            looks.dress(cell, look)
            self._styles[look] = cell.style_id
        return self._styles[look]

    def fields(self, sheet: Sheet, look: Look) -> list[Field]:
        """The cells of a row of `sheet`, by kind, in the colours of `look`."""
        return [
            Field(
                get_column_letter(index + 1),
                self.style(looks.of_kind(sheet, index, look)),
                _ENCODERS[column.kind],
            )
            for index, column in enumerate(sheet.columns)
        ]

    def _properties(self) -> bytes:
        made_at = self.book.made_at.astimezone(dt.UTC).replace(tzinfo=None, microsecond=0)
        properties = DocumentProperties(
            title=rows.legible(self.book.title),
            creator=rows.legible(self.book.author) or "invoicexpress-reports",
            language=self.book.language,
            created=made_at,
            modified=made_at,
        )
        # By openpyxl's own writer, which knows the prefixes: `dcterms` stands in a value too.
        written: bytes = tostring(properties.to_tree())  # type: ignore[assignment] # the stub says str
        return written

    def _set_up(self, sheet: Worksheet) -> None:
        sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
        sheet.page_setup.orientation = sheet.ORIENTATION_LANDSCAPE
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.page_margins.left = sheet.page_margins.right = 0.5
        sheet.page_margins.top, sheet.page_margins.bottom = 0.6, 0.7
        page = self.labels.text("Page {page} of {pages}").format(page="&P", pages="&N")
        footer = HeaderFooterItem()
        for part, text in ((footer.left, _footer(self.book.footer)), (footer.right, page)):
            if part is not None:
                part.text, part.size = text, 8
        sheet.oddFooter = footer
        sheet.sheet_view.showGridLines = False

    def _data(self, sheet: Worksheet, tab: DataTab) -> Part:
        """One grid as an Excel table from the first row, a totals row that follows its filter, then notes."""
        grid, notes = tab.sheet, tab.notes
        widths = looks.widths(grid)
        for index, (column, width) in enumerate(zip(grid.columns, widths, strict=True), start=1):
            dimension = sheet.column_dimensions[get_column_letter(index)]
            dimension.width, dimension.hidden = width, column.is_hidden
        if not grid.rows:
            return self._lines(1, [grid.empty, *notes])
        last_row, last_letter = len(grid.rows) + 1, get_column_letter(len(grid.columns))
        for index, column in enumerate(grid.columns, start=1):
            cell = sheet.cell(row=1, column=index, value=column.heading)
            looks.dress(cell, looks.of_heading(grid, index - 1, has_button=True))
        sheet.row_dimensions[1].height = looks.heading_height(grid, widths, has_button=True)
        results = self._totals(sheet, grid, last_row + 1)
        end = last_row + bool(grid.totals)
        sheet.add_table(self._table(grid, last_row, end))
        sheet.freeze_panes = "B2"
        sheet.print_title_rows = "1:1"
        body = Band(2, self.fields(grid, looks.BODY), grid.rows, looks.row_height(grid, widths))
        below = self._lines(end + 2, notes).bands if notes else ()
        return Part([body, *below], results, f"{last_letter}{end + (1 + len(notes) if notes else 0)}")

    def _lines(self, first: int, lines: Sequence[str]) -> Part:
        field = [Field("A", self.style(looks.NOTE), rows.text)]
        return Part([Band(first, field, [(line,) for line in lines])], {}, f"A{first + len(lines) - 1}")

    def _totals(self, sheet: Worksheet, grid: Sheet, row: int) -> dict[str, Decimal | int]:
        results: dict[str, Decimal | int] = {}
        name = self._table_name(grid)
        for index, (column, total) in enumerate(
            zip(grid.columns, grid.totals or (), strict=bool(grid.totals)), start=1
        ):
            cell = sheet.cell(row=row, column=index)
            looks.dress(cell, looks.of_kind(grid, index - 1, looks.TOTAL))
            if column.has_total and isinstance(total, (Decimal, int)):
                cell.value = f"=SUBTOTAL(109,{name}[{column.heading}])"
                results[cell.coordinate] = total
            elif index == 1:
                cell.value = str(total)
        return results

    def _table(self, grid: Sheet, last_row: int, end: int) -> Table:
        letter = get_column_letter(len(grid.columns))
        name = self._table_name(grid)
        self._table_names.add(name.casefold())
        table = Table(
            displayName=name, name=name, ref=f"A1:{letter}{end}", totalsRowCount=end - last_row or None
        )
        table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)
        table.autoFilter = AutoFilter(ref=f"A1:{letter}{last_row}")
        label = str(grid.totals[0]) if grid.totals else None
        # Named here, or openpyxl would read the headings from cells and so make every cell of the table.
        table.tableColumns = [
            TableColumn(
                id=index,
                name=column.heading,
                totalsRowLabel=label if index == 1 else None,
                totalsRowFunction="sum" if column.has_total and grid.totals else None,
            )
            for index, column in enumerate(grid.columns, start=1)
        ]
        return table

    def _table_name(self, grid: Sheet) -> str:
        """Unique in the workbook, ASCII, and not to be taken for a cell."""
        name = f"t_{re.sub(r'[^A-Za-z0-9]+', '_', grid.key)}"[:MAX_TABLE_NAME]
        while name.casefold() in self._table_names:
            name += "_"
        return name


class _Page:
    """A worksheet that is read like a page: blocks below each other."""

    def __init__(self, workbook: _Workbook, sheet: Worksheet) -> None:
        self.workbook = workbook
        self.sheet = sheet
        self.bands: list[Band] = []
        self.row = 1
        self.last_column = 1
        self.widths: dict[int, float] = {}

    def place(self, tab: PageTab) -> Part:
        for block in tab.blocks:
            if isinstance(block, Facts):
                self._facts(block)
            elif isinstance(block, Sheet):
                self._grid(block)
            elif isinstance(block, Chart):
                self._chart(block)
            else:
                self._texts(block.lines, looks.NOTE)
            self.row += 1
        for index, width in self.widths.items():
            self.sheet.column_dimensions[get_column_letter(index)].width = width
        return Part(self.bands, {}, f"{get_column_letter(self.last_column)}{self.row}")

    def _facts(self, block: Facts) -> None:
        self._texts([block.title], looks.TITLE, height=28)
        style = self.workbook.style
        fields = [Field("A", style(looks.LABEL), rows.text), Field("B", style(looks.FACT), rows.text)]
        self._band(fields, [(fact.label, _line(fact)) for fact in block.facts])
        self._widen(1, max((len(fact.label) for fact in block.facts), default=0) + 2)

    def _grid(self, grid: Sheet) -> None:
        self._texts([grid.title], looks.SUBTITLE, height=20)
        if not grid.rows:
            self._texts([grid.empty], looks.NOTE)
            return
        widths = looks.widths(grid)
        self._headings(grid)
        self._band(self.workbook.fields(grid, looks.BODY), grid.rows, height=looks.row_height(grid, widths))
        if grid.totals:
            self._band(self.workbook.fields(grid, looks.TOTAL), [grid.totals])
        for index, (column, width) in enumerate(zip(grid.columns, widths, strict=True), start=1):
            # Room enough here for headings of two words on one line.
            self._widen(index, max(width, min(len(column.heading), ROOMY_HEADING)))

    def _headings(self, grid: Sheet) -> None:
        fields = [
            Field(
                get_column_letter(index),
                self.workbook.style(looks.of_heading(grid, index - 1, has_button=False)),
                rows.text,
            )
            for index in range(1, len(grid.columns) + 1)
        ]
        self._band(
            fields,
            [tuple(column.heading for column in grid.columns)],
            # Asked when the row is written: grids further down may still widen the columns.
            height=lambda _: looks.heading_height(
                grid, [self.widths[index] for index in range(1, len(fields) + 1)], has_button=False
            ),
        )

    def _chart(self, block: Chart) -> None:
        columns = (
            Column("month", block.category, Kind.TEXT),
            *(Column(name, name, Kind.MONEY) for name, _ in block.series),
        )
        months: list[Row] = list(zip(block.categories, *(values for _, values in block.series), strict=True))
        first = self.row + 2
        grid = Sheet(block.key, block.title, columns, months, empty="", currency=block.currency)
        self._grid(grid)
        chart = column_chart(block, self.sheet.title, first)
        self.sheet.add_chart(chart, f"{get_column_letter(len(columns) + 2)}{first - 1}")
        self.row = max(self.row, first - 1 + CHART_ROWS)

    def _texts(self, lines: Iterable[str], look: Look, *, height: float | None = None) -> None:
        field = [Field("A", self.workbook.style(look), rows.text)]
        self._band(field, [(line,) for line in lines], height=lambda _: height)

    def _band(
        self,
        fields: list[Field],
        values: Sequence[Row],
        *,
        height: Callable[[Row], float | None] | None = None,
    ) -> None:
        self.bands.append(Band(self.row, fields, values, height))
        self.row += len(values)
        self.last_column = max(self.last_column, len(fields))

    def _widen(self, index: int, width: float) -> None:
        self.widths[index] = max(self.widths.get(index, 0), width)


def _fitting_tabs(tab: PageTab | DataTab) -> Iterator[PageTab | DataTab]:
    """The tab, or several numbered ones with a totals row each, where it has more rows than a sheet holds."""
    if isinstance(tab, PageTab) or len(tab.sheet.rows) <= MAX_DATA_ROWS:
        yield tab
        return
    grid = tab.sheet
    for number, start in enumerate(range(0, len(grid.rows), MAX_DATA_ROWS), start=1):
        part = grid.rows[start : start + MAX_DATA_ROWS]
        totals = totals_of(grid.columns, part, str(grid.totals[0])) if grid.totals else None
        yield DataTab(
            f"{tab.title} {number}",
            replace(grid, key=f"{grid.key}_{number}", rows=part, totals=totals),
            tab.notes if start == 0 else (),
        )


def _line(fact: Fact) -> str:
    return " · ".join(part.strip() for part in fact.value.splitlines())


def _footer(text: str) -> str:
    """Ampersands are codes in a footer; longer texts make Excel refuse it."""
    line = " ".join(rows.legible(text).split())
    return (line if len(line) <= MAX_FOOTER else f"{line[: MAX_FOOTER - 1]}…").replace("&", "&&")


def _cut(name: str, units: int) -> str:
    """`name` without blanks and apostrophes around it, of at most so many UTF-16 units."""
    kept = name.strip("' ").encode("utf-16-le")[: 2 * units]
    return kept.decode("utf-16-le", "ignore").rstrip("' ") or "-"


def _sheet_names(titles: Sequence[str]) -> list[str]:
    """Names Excel takes: without its forbidden characters, at most 31 long, unique whatever the case."""
    names: list[str] = []
    for title in titles:
        clean = _cut(re.sub(r"[\[\]:*?/\\]", "-", " ".join(rows.legible(title).split())), MAX_SHEET_NAME)
        name, count = clean, 1
        while name.casefold() in {used.casefold() for used in names}:
            count += 1
            name = f"{_cut(clean, MAX_SHEET_NAME - 4)}~{count}"
        names.append(name)
    return names
