"""The package of a workbook without what is in it: openpyxl makes it, once for workbooks of the same outline.

An outline is all that openpyxl has to know, and holds no text from outside; the rest has places. So a
skeleton depends on its outline alone, and equal books give equal bytes whatever was made before.
"""

import posixpath
import re
import zipfile
from collections.abc import Hashable, Iterable, Iterator, Mapping
from functools import lru_cache
from io import BytesIO
from typing import Any, Literal, NamedTuple

from openpyxl import Workbook
from openpyxl.drawing.image import Image
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, OneCellAnchor, SpreadsheetDrawing
from openpyxl.drawing.xdr import XDRPositiveSize2D
from openpyxl.formatting.rule import Rule
from openpyxl.styles.table import TableStyle, TableStyleElement
from openpyxl.utils import get_column_letter
from openpyxl.workbook.properties import CalcProperties
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.worksheet.filters import AutoFilter
from openpyxl.worksheet.header_footer import HeaderFooterItem
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.table import Table, TableColumn, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.writer.excel import ExcelWriter
from openpyxl.xml.functions import fromstring, tostring

from reports.render.content.blocks import Mark
from reports.render.content.colours import palette
from reports.render.xlsx import cell_styles
from reports.render.xlsx.charts import column_chart
from reports.render.xlsx.outline import (
    EMU_PER_PIXEL,
    MARGIN_INCHES,
    ChartOutline,
    DataOutline,
    LogoOutline,
    Outline,
    PageOutline,
)
from reports.render.xlsx.placeholders import Places, insert_values

KEPT = 16
"""Skeletons, of about 100 KB each: a run's clients have few outlines."""
STRINGS_PART = "xl/sharedStrings.xml"
"""It comes behind the sheets, when every text of theirs has its place."""
TABLE_STYLE = "Banded"
RELATIONS_PART = "xl/_rels/workbook.xml.rels"
CALCULATION_ID = 191_029
"""Of Excel 2021. Of an older one, or told to calculate, Excel asks to save a file that nobody changed."""
FOOTER_POINTS = 9
"""LibreOffice shrinks a footer with its sheet, whatever the sheet says."""
OPERATORS: Mapping[str, Literal["equal", "notEqual", "greaterThan"]] = {
    "is": "equal",
    "is not": "notEqual",
    "above": "greaterThan",
}

_ROWS = re.compile(r"<sheetData ?/>|<sheetData></sheetData>")
_DIMENSION = re.compile(r'(?<=<dimension ref=")[^"]*')
_END = re.compile("<drawing |<tableParts|</worksheet>")
"""What may stand behind a sheet's ignored errors."""
_STRINGS_RELATION = (
    '<Relationship Id="rIdStrings" Target="sharedStrings.xml" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" />'
    "</Relationships>"
)
_TARGET = re.compile(r'(?<=Target=")/([^"]*)')
_TITLES = re.compile(r"('\d+'!\$1:\$1),('\d+'!\$[A-Z]+:\$[A-Z]+)")
"""Repeated rows and columns, which Excel itself has the other way round."""
_DRAWN = re.compile(r'(<(?:\w+:)?cNvPr id="\d+" name="[^"]*")[^>]*?/>')


class Content(NamedTuple):
    """What goes into a sheet: the element of its columns, its rows, and what is to stand after them."""

    columns: str
    rows: Iterable[bytes]
    merged: str


class Skeleton:
    """A package with places; `styles` has the id of every look."""

    def __init__(self, parts: Mapping[str, bytes], places: Places, styles: Mapping[Hashable, int]) -> None:
        self.styles = styles
        self._parts: dict[str, bytes | list[list[str]]] = {}
        for name, data in parts.items():
            if not name.endswith(".xml"):
                self._parts[name] = data
                continue
            found = [places.split_text(text) for text in _ROWS.split(data.decode())]
            is_constant = len(found) == 1 and len(found[0]) == 1
            self._parts[name] = data if is_constant else found

    def parts(
        self,
        values: Mapping[str, object],
        contents: Mapping[str, Content],
        replaced: Mapping[str, Iterable[bytes]],
    ) -> Iterator[tuple[str, Iterable[bytes]]]:
        """The parts by name: `values` in their places, `contents` in their sheets, `replaced` as a whole."""
        for name, part in self._parts.items():
            if name in replaced:
                yield name, replaced[name]
            elif isinstance(part, bytes):
                yield name, [part]
            elif name in contents:
                yield name, _sheet(part, values, contents[name])
            else:
                yield name, [insert_values(part[0], values).encode()]


@lru_cache(KEPT)
def skeleton(outline: Outline) -> Skeleton:
    """The skeleton of all workbooks of this outline."""
    return _Making(outline).made()


def sheet_part(number: int) -> str:
    """The name of the part of a sheet, counted from 1."""
    return f"xl/worksheets/sheet{number}.xml"


def _sheet(part: list[list[str]], values: Mapping[str, object], content: Content) -> Iterator[bytes]:
    head, tail = (insert_values(pieces, values) for pieces in part)
    yield f"{head}{content.columns}<sheetData>".encode()
    yield from content.rows
    yield f"</sheetData>{content.merged}{tail}".encode()


def _mend_part(name: str, data: bytes) -> bytes:
    """A part as ExcelJS, and viewers that are made of it, read it: no absolute target, drawings by prefix."""
    if name.endswith(".rels"):
        folder = name.rpartition("_rels/")[0]
        return _TARGET.sub(lambda match: posixpath.relpath(match[1], folder or "."), data.decode()).encode()
    if name == "xl/workbook.xml":
        return _TITLES.sub(r"\2,\1", data.decode()).encode()
    if name.startswith(("xl/drawings/", "xl/charts/")):
        return tostring(fromstring(data))  # type: ignore[return-value] # the stub says str
    return data


class _StringsPart(NamedTuple):
    """The shared strings as openpyxl's list of parts wants them: it writes none itself."""

    path: str = f"/{STRINGS_PART}"
    mime_type: str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"


class _InMemory(ExcelWriter):
    """Openpyxl's own writer makes a file of each sheet first, where all programs have theirs.

    A run that is killed would leave it there for ever.
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


class _Making:
    """A skeleton in the making."""

    def __init__(self, outline: Outline) -> None:
        colours = palette(outline.colours)
        self._outline = outline
        self._places = Places()
        self._inks = cell_styles.inks(colours)
        self._bars = colours[1:]
        self._workbook = Workbook()
        self._charts = 0
        self._drawn: list[list[str]] = []
        """The places of what is to be seen on the things of each drawing, in their order."""

    def made(self) -> Skeleton:
        styles = self._styles()
        first = self._workbook.worksheets[0]
        for number, outline in enumerate(self._outline.sheets, start=1):
            sheet: Worksheet = first if number == 1 else self._workbook.create_sheet()
            sheet.title = self._places.digits(f"sheet {number}")
            self._set_up(sheet)
            if isinstance(outline, PageOutline):
                self._page(sheet, outline, number)
            elif outline.columns:
                self._table(sheet, outline, number)
        self._workbook.active = 0
        self._workbook.calculation = CalcProperties(calcId=CALCULATION_ID, fullCalcOnLoad=None)
        saved = BytesIO()
        writer = _InMemory(self._workbook, zipfile.ZipFile(saved, "w"))
        writer.manifest.append(_StringsPart())
        writer.save()
        with zipfile.ZipFile(saved) as package:
            parts = {name: package.read(name) for name in package.namelist()}
        return Skeleton(self._mend_parts(parts), self._places, styles)

    def _styles(self) -> dict[Hashable, int]:
        """Cells register looks with openpyxl; their sheet is taken away before the workbook is saved."""
        sheet: Worksheet = self._workbook.create_sheet("styles")
        styles: dict[Hashable, int] = {}
        for row, look in enumerate(self._outline.looks, start=1):
            cell = sheet.cell(row=row, column=1)
            cell_styles.dress(cell, look, self._inks)
            styles[look] = cell.style_id
        self._workbook.remove(sheet)
        return styles

    def _mend_parts(self, parts: Mapping[str, bytes]) -> dict[str, bytes]:
        """The parts with places where openpyxl has no way to put one, in the form that all programs read."""
        mended = {name: _mend_part(name, data) for name, data in parts.items()}
        for number in range(1, len(self._outline.sheets) + 1):
            area = self._places.digits(f"area {number}")
            name = sheet_part(number)
            sheet = _DIMENSION.sub(area, mended[name].decode(), count=1)
            # A NIF is a text of digits on purpose, and no mistake to be marked by a green corner.
            ignored = f'<ignoredError sqref="{area}" numberStoredAsText="1"/>'
            mended[name] = _END.sub(
                rf"<ignoredErrors>{ignored}</ignoredErrors>\g<0>", sheet, count=1
            ).encode()
        for number, names in enumerate(self._drawn, start=1):
            name = f"xl/drawings/drawing{number}.xml"
            words = map(self._places.digits, names)
            mended[name] = _DRAWN.sub(
                lambda match, words=words: f'{match[1]} descr="{next(words)}" />',  # type: ignore[misc]
                mended[name].decode(),
            ).encode()
        relations = mended[RELATIONS_PART].decode()
        mended[RELATIONS_PART] = relations.replace("</Relationships>", _STRINGS_RELATION).encode()
        return {**mended, STRINGS_PART: b""}

    def _set_up(self, sheet: Worksheet) -> None:
        sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
        sheet.page_setup.orientation = sheet.ORIENTATION_LANDSCAPE
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        for side, inches in MARGIN_INCHES.items():
            setattr(sheet.page_margins, side, inches)
        footer = HeaderFooterItem()
        for part, text in (
            (footer.left, self._places.digits("footer")),
            (footer.right, self._outline.numbering),
        ):
            if part is not None:
                part.text, part.size = text, FOOTER_POINTS
        sheet.oddFooter = footer
        # Else the footer of a wide sheet is as small as the sheet is made to fit its paper.
        sheet.HeaderFooter.scaleWithDoc = False
        sheet.sheet_view.showGridLines = False

    def _table(self, sheet: Worksheet, outline: DataOutline, number: int) -> None:
        """An Excel table from the first row; its headings and rows come later."""
        last, end = (self._places.row(f"{name} {number}") for name in ("last", "end"))
        letter = get_column_letter(len(outline.columns))
        name = self._places.digits(f"table {number}")
        table = Table(
            displayName=name,
            name=name,
            ref=f"A1:{letter}{end}",
            totalsRowCount=None if outline.total is None else 1,
        )
        table.tableStyleInfo = TableStyleInfo(name=self._table_style(), showRowStripes=True)
        table.autoFilter = AutoFilter(ref=f"A1:{letter}{last}")
        # Named here, or openpyxl would read the headings from cells and so make every cell of the table.
        table.tableColumns = [
            TableColumn(
                id=index,
                name=column.heading,
                totalsRowLabel=outline.total if index == 1 else None,
                totalsRowFunction="sum" if column.has_total and outline.total is not None else None,
            )
            for index, column in enumerate(outline.columns, start=1)
        ]
        sheet.add_table(table)
        # Conditional formats stay right when the table is sorted, filtered or edited.
        for index, column in enumerate(outline.columns, start=1):
            cells = f"{get_column_letter(index)}2:{get_column_letter(index)}{last}"
            for mark in column.marks:
                sheet.conditional_formatting.add(cells, self._rule(mark))
        sheet.freeze_panes = f"{get_column_letter(outline.frozen + 1)}2"
        sheet.print_title_rows = "1:1"
        sheet.print_title_cols = ":".join(map(get_column_letter, outline.repeated))
        sheet.page_setup.fitToWidth = self._places.number(f"pages {number}")

    def _rule(self, mark: Mark) -> Rule:
        value = f'"{mark.value}"' if isinstance(mark.value, str) else str(mark.value)
        dxf = cell_styles.style_tone(mark.tone, self._inks)
        # The first mark that fits is the one that shows.
        return Rule(type="cellIs", operator=OPERATORS[mark.test], formula=[value], dxf=dxf, stopIfTrue=True)

    def _table_style(self) -> str:
        """The workbook's own style of tables: the issuer's colour, very light, behind every other row.

        Excel draws it and keeps it in step with sorting and filters. openpyxl writes such styles but has no
        public way to make one.
        """
        known = self._workbook._table_styles.tableStyle  # type: ignore[attr-defined]  # noqa: SLF001
        if not known:
            looks_known = self._workbook._differential_styles  # type: ignore[attr-defined]  # noqa: SLF001
            stripe = TableStyleElement("secondRowStripe", dxfId=looks_known.add(cell_styles.band(self._inks)))
            known.append(TableStyle(TABLE_STYLE, pivot=False, count=1, tableStyleElement=[stripe]))
        return TABLE_STYLE

    def _page(self, sheet: Worksheet, outline: PageOutline, number: int) -> None:
        if not outline.is_wide:
            sheet.page_setup.orientation = sheet.ORIENTATION_PORTRAIT
        last = self._places.row(f"last {number}")
        sheet.print_area = f"A1:{get_column_letter(outline.columns)}{last}"
        sheet.print_options.horizontalCentered = True
        if outline.scale is not None:
            sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=False)
            sheet.page_setup.fitToWidth = sheet.page_setup.fitToHeight = None
            sheet.page_setup.scale = outline.scale
        for page in range(1, outline.pages):
            sheet.row_breaks.append(Break(id=self._places.number(f"break {number} {page}")))
        drawn = [self._chart(sheet, chart) for chart in outline.charts]
        if outline.logo:
            drawn.append(self._logo(sheet, outline.logo, number))
        if drawn:
            self._drawn.append(drawn)

    def _chart(self, sheet: Worksheet, outline: ChartOutline) -> str:
        self._charts += 1
        name = f"chart {self._charts}"
        sheet.add_chart(column_chart(outline, name, places=self._places, inks=self._inks, bars=self._bars))
        return f"{name} words"

    def _logo(self, sheet: Worksheet, outline: LogoOutline, number: int) -> str:
        """At the right end of the first row."""
        name = f"logo {number}"
        image = _Image(outline)
        image.anchor = OneCellAnchor(
            _from=AnchorMarker(self._places.number(f"{name} column"), self._places.number(f"{name} offset")),
            ext=XDRPositiveSize2D(EMU_PER_PIXEL * outline.width, EMU_PER_PIXEL * outline.height),
        )
        sheet.add_image(image)
        return f"{name} words"


class _Image(Image):
    """A picture that comes later; openpyxl's own asks Pillow for its size."""

    def __init__(self, logo: LogoOutline) -> None:
        self.width, self.height = logo.width, logo.height
        self.format = logo.kind

    def _data(self) -> bytes:
        return b""
