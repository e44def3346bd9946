"""The workbook: blocks as worksheets, styled for reading, printing and previews.

openpyxl makes everything but the data rows, which `rows` streams into its package. Equal books give equal
bytes: the only instants in the file are those of the book itself.
"""

import datetime as dt
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from html import escape
from io import BytesIO
from typing import IO, Any, Literal

from openpyxl import Workbook
from openpyxl.drawing.spreadsheet_drawing import SpreadsheetDrawing
from openpyxl.formatting.rule import Rule
from openpyxl.packaging.core import DocumentProperties
from openpyxl.styles.table import TableStyle, TableStyleElement
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.table import Table, TableColumn, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter
from openpyxl.xml.functions import tostring

from reports.render import looks, rows
from reports.render.brand import HOUSE, Brand
from reports.render.labels import Labels
from reports.render.layout import Book, DataTab, Mark, PageTab, Sheet, totals_of
from reports.render.palette import palette
from reports.render.paper import Paper
from reports.render.rows import Band, Part
from reports.render.styles import Styles

MAX_SHEET_NAME = 31
MAX_TABLE_NAME = 100
MAX_DATA_ROWS = rows.MAX_ROWS - 100
"""Leaves room for heading, totals and notes."""
TABLE_STYLE = "Banded"
MAX_FOOTER = 110
"""Characters, two units each at most: Excel refuses a whole footer of more than 255 units."""
OPERATORS: Mapping[str, Literal["equal", "notEqual", "greaterThan"]] = {
    "is": "equal",
    "is not": "notEqual",
    "above": "greaterThan",
}

_DRAWN = re.compile(r'<((?:\w+:)?cNvPr) id="(\d+)" name="([^"]*)"[^>]*?/>')


def write(book: Book, target: IO[bytes], *, labels: Labels, brand: Brand = HOUSE) -> None:
    """Writes `book` to an open file. Raises OSError when it cannot be written."""
    workbook = _Workbook(book, labels, brand)
    skeleton, parts = workbook.skeleton()
    rows.fill(skeleton, target, parts=parts, replaced=workbook.replaced(skeleton))


class _InMemory(ExcelWriter):
    """Openpyxl's own writer makes a file of each sheet first, where all programs have theirs.

    A run that is killed would leave it there for ever, with the client's name and totals in it.
    """

    def write_worksheet(self, ws: Any) -> None:
        drawing = SpreadsheetDrawing()
        drawing.charts, drawing.images = ws._charts, ws._images  # noqa: SLF001
        ws._drawing = drawing  # noqa: SLF001
        writer: Any = WorksheetWriter(ws, out=BytesIO())
        writer.write()
        ws._rels = writer._rels  # noqa: SLF001
        self._archive.writestr(ws.path[1:], writer.read())  # type: ignore[attr-defined] # not in the stub
        self.manifest.append(ws)


class _Workbook:
    """One workbook in the making: openpyxl's side of it, and the rows that go in later."""

    def __init__(self, book: Book, labels: Labels, brand: Brand) -> None:
        self.book = book
        self.labels = labels
        self.brand = brand
        self.openpyxl = Workbook()
        self._styles = Styles(self.openpyxl, looks.inks(palette(brand.colours)))
        self._descriptions: list[list[str]] = []
        self._table_names: set[str] = set()

    def skeleton(self) -> tuple[bytes, dict[str, Part]]:
        """The package without its rows, and the rows by part name."""
        first = self.openpyxl.worksheets[0]
        parts: dict[str, Part] = {}
        tabs = [part for tab in self.book.tabs for part in _fitting_tabs(tab)]
        names = _sheet_names([tab.title for tab in tabs])
        for number, (tab, name) in enumerate(zip(tabs, names, strict=True), start=1):
            sheet: Worksheet = first if number == 1 else self.openpyxl.create_sheet()
            sheet.title = name
            self._set_up(sheet)
            part = self._data(sheet, tab) if isinstance(tab, DataTab) else self._paper(sheet, tab)
            parts[f"xl/worksheets/sheet{number}.xml"] = part
        self._styles.close()
        self.openpyxl.active = 0
        saved = BytesIO()
        _InMemory(self.openpyxl, zipfile.ZipFile(saved, "w")).save()
        return saved.getvalue(), parts

    def replaced(self, skeleton: bytes) -> Mapping[str, bytes]:
        """The parts that openpyxl cannot write as they are to be, by name."""
        with zipfile.ZipFile(BytesIO(skeleton)) as package:
            drawings = {
                name: _described(package.read(name).decode(), descriptions).encode()
                for number, descriptions in enumerate(self._descriptions, start=1)
                for name in [f"xl/drawings/drawing{number}.xml"]
            }
        return {"docProps/core.xml": self._properties(), **drawings}

    def _properties(self) -> bytes:
        made_at = self.book.made_at.astimezone(dt.UTC).replace(tzinfo=None, microsecond=0)
        properties = DocumentProperties(
            title=rows.legible(self.book.title),
            subject=rows.legible(self.book.subject) or None,
            creator=rows.legible(self.book.author) or "invoicexpress-reports",
            keywords=rows.legible(", ".join(self.book.keywords)) or None,
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

    def _paper(self, sheet: Worksheet, tab: PageTab) -> Part:
        paper = Paper(sheet, self._styles, self.brand)
        part = paper.place(tab, self.book.author)
        if paper.descriptions:
            self._descriptions.append(paper.descriptions)
        return part

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
            looks.dress(cell, looks.of_heading(grid, index - 1, has_button=True), self._styles.inks)
        sheet.row_dimensions[1].height = looks.heading_height(grid, widths, has_button=True)
        results = self._totals(sheet, grid, last_row + 1)
        end = last_row + bool(grid.totals)
        sheet.add_table(self._table(grid, last_row, end))
        self._mark(sheet, grid, last_row)
        sheet.freeze_panes = f"{get_column_letter(tab.frozen + 1)}2"
        sheet.print_title_rows = "1:1"
        body = Band(2, self._styles.fields(grid, looks.BODY), grid.rows, looks.row_height(grid, widths))
        below = self._lines(end + 2, notes).bands if notes else ()
        return Part([body, *below], results, f"{last_letter}{end + (1 + len(notes) if notes else 0)}")

    def _lines(self, first: int, lines: Sequence[str]) -> Part:
        field = [self._styles.text(1, looks.NOTE)]
        return Part([Band(first, field, [(line,) for line in lines])], {}, f"A{first + len(lines) - 1}")

    def _mark(self, sheet: Worksheet, grid: Sheet, last_row: int) -> None:
        """Conditional formats, which stay right when the table is sorted, filtered or edited."""
        for index, column in enumerate(grid.columns, start=1):
            letter = get_column_letter(index)
            for mark in column.marks:
                sheet.conditional_formatting.add(f"{letter}2:{letter}{last_row}", self._rule(mark))

    def _rule(self, mark: Mark) -> Rule:
        value = f'"{mark.value}"' if isinstance(mark.value, str) else str(mark.value)
        dxf = looks.toned(mark.tone, self._styles.inks)
        return Rule(type="cellIs", operator=OPERATORS[mark.test], formula=[value], dxf=dxf)

    def _totals(self, sheet: Worksheet, grid: Sheet, row: int) -> dict[str, Decimal | int]:
        results: dict[str, Decimal | int] = {}
        name = self._table_name(grid)
        for index, (column, total) in enumerate(
            zip(grid.columns, grid.totals or (), strict=bool(grid.totals)), start=1
        ):
            cell = sheet.cell(row=row, column=index)
            looks.dress(cell, looks.of_kind(grid, index - 1, looks.TOTAL), self._styles.inks)
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
        table.tableStyleInfo = TableStyleInfo(name=self._table_style(), showRowStripes=True)
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

    def _table_style(self) -> str:
        """The workbook's own style of tables: the issuer's colour, very light, behind every other row.

        Excel draws it and keeps it in step with sorting and filters. openpyxl writes such styles but has no
        public way to make one.
        """
        known = self.openpyxl._table_styles.tableStyle  # type: ignore[attr-defined]  # noqa: SLF001
        if not known:
            looks_known = self.openpyxl._differential_styles  # type: ignore[attr-defined]  # noqa: SLF001
            stripe = TableStyleElement(
                "secondRowStripe", dxfId=looks_known.add(looks.band(self._styles.inks))
            )
            known.append(TableStyle(TABLE_STYLE, pivot=False, count=1, tableStyleElement=[stripe]))
        return TABLE_STYLE

    def _table_name(self, grid: Sheet) -> str:
        """Unique in the workbook, ASCII, and not to be taken for a cell."""
        name = f"t_{re.sub(r'[^A-Za-z0-9]+', '_', grid.key)}"[:MAX_TABLE_NAME]
        while name.casefold() in self._table_names:
            name += "_"
        return name


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


def _described(drawing: str, descriptions: Sequence[str]) -> str:
    """The drawing with what is to be seen on each of its things, for those who cannot see it."""
    given = iter(descriptions)

    def described(match: re.Match[str]) -> str:
        text = escape(" ".join(rows.legible(next(given)).split()))
        return f'<{match[1]} id="{match[2]}" name="{match[3]}" descr="{text}" />'

    return _DRAWN.sub(described, drawing)


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
