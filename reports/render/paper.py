"""A worksheet that is read and printed like paper: blocks on one grid of columns, as wide as an A4 page.

Rows are of fixed heights in points, columns in characters of the workbook's font, so that what is drawn on
them, the chart and the logo, lies where it belongs in every program. The sheet is one page; with several
currencies it is a page each, by breaks, which Excel heeds at a scale of its own but not when it fits pages.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, zip_longest
from typing import Any, NamedTuple

from openpyxl.drawing.image import Image
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, OneCellAnchor, TwoCellAnchor
from openpyxl.drawing.xdr import XDRPositiveSize2D
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from reports.render import looks, picture
from reports.render.brand import Brand
from reports.render.charts import column_chart
from reports.render.layout import Beside, Block, Chart, Column, Fact, Head, Kind, PageTab, Row, Sheet
from reports.render.palette import palette
from reports.render.picture import Picture
from reports.render.rows import Band, Field, Part
from reports.render.styles import Styles

COLUMNS = 11
"""As many as the widest grid has, a VAT summary with credit notes."""
LABEL_WIDTH, CELL_WIDTH = (20.0, 26.0), 9.0
"""Narrowest and widest first column, and the narrowest of the others."""
TITLE_POINTS, SUBTITLE_POINTS, ROW_POINTS, GAP_POINTS = 36.0, 22.0, 17.0, 12.0
LOGO_PIXELS = (190, 64)
"""The room of the logo: it is made smaller to fit, never larger."""
MARGIN_INCHES = {"left": 0.45, "right": 0.45, "top": 0.5, "bottom": 0.65, "header": 0.3, "footer": 0.3}
SMALL_LETTERS = 1.15
"""How many letters of notes have the room of one elsewhere."""
PAPER_INCHES = (8.27, 11.69)
LONGEST_PAGE_POINTS = 1_400.0
"""A sheet longer than this is not pressed onto one page, where nobody could read it."""
PIXELS_PER_CHARACTER, PIXELS_PER_INCH, POINTS_PER_INCH = 7, 96, 72
EMU_PER_PIXEL = 9_525
SPARE = 0.92
"""Programs measure fonts a little differently: a page is filled by no more than this."""


class Line(NamedTuple):
    """A row of the page. `height` in points."""

    fields: Sequence[Field]
    values: Sequence[Any]
    height: float


class Paper:
    """One sheet in the making."""

    def __init__(self, sheet: Worksheet, styles: Styles, brand: Brand) -> None:
        self.descriptions: list[str] = []
        """What is to be seen on the charts and the logo, in the order of the drawing."""
        self._sheet = sheet
        self._styles = styles
        self._brand = brand
        self._logo = picture.read(brand.logo) if brand.logo else None
        self._bands: list[Band] = []
        self._merged: list[str] = []
        self._widths: list[float] = []
        self._page_points: list[float] = []

    def place(self, tab: PageTab, author: str) -> Part:
        """Lays out the sheet. `author` is whose logo it is."""
        self._widths = _widths(tab)
        for index, width in enumerate(self._widths, start=1):
            self._sheet.column_dimensions[get_column_letter(index)].width = width
        for number, page in enumerate(tab.pages):
            if number:
                self._sheet.row_breaks.append(Break(id=len(self._bands)))
            self._page_points.append(0)
            for block in page:
                self._block(block)
        if self._brand.footer:
            self._paragraphs(self._brand.footer.splitlines())
        if self._logo:
            self._place_logo(self._logo)
            self.descriptions.append(author)
        self._set_up()
        last_cell = f"{get_column_letter(len(self._widths))}{len(self._bands)}"
        return Part(self._bands, {}, last_cell, self._merged)

    def _block(self, block: Block) -> None:
        if isinstance(block, Head):
            self._head(block)
        elif isinstance(block, Sheet):
            self._add(self._grid(block))
        elif isinstance(block, Beside):
            self._beside(block)
        elif isinstance(block, Chart):
            self._chart(block)
        else:
            self._paragraphs(block.lines)
        self._add([Line((), (), GAP_POINTS)])

    def _head(self, head: Head) -> None:
        """The title over the whole width, its line under it; then the groups of facts beside each other."""
        height = max(TITLE_POINTS, _points(self._logo_size()[1]) + GAP_POINTS)
        columns = range(1, len(self._widths) + 1)
        fields = [self._styles.text(column, looks.TITLE) for column in columns]
        self._add([Line(fields, [head.title, *([None] * (len(fields) - 1))], height)])
        self._add([Line((), (), GAP_POINTS / 2)])
        groups = [group for group in head.groups if group]
        middle = len(self._widths) // 2
        places = ((1, 1, middle), (middle + 1, middle + 2, len(self._widths)))
        for facts in zip_longest(*groups):
            lines = [
                self._fact(fact, place)
                for fact, place in zip(facts, places, strict=False)
                if fact is not None
            ]
            self._add([_joined(lines)])

    def _fact(self, fact: Fact, place: tuple[int, int, int]) -> Line:
        """A label over the columns from the first to the second of `place`, its value up to the third."""
        first, label_end, end = place
        row = len(self._bands) + 1
        self._merge(row, first, label_end)
        self._merge(row, label_end + 1, end)
        fields = [self._styles.text(first, looks.LABEL), self._styles.text(label_end + 1, looks.FACT)]
        height = looks.text_height(fact.value, sum(self._widths[label_end:end]))
        return Line(fields, (fact.label, fact.value), height)

    def _grid(self, grid: Sheet, first: int = 1) -> list[Line]:
        """Title, headings, rows and totals of a grid whose first column is `first`.

        The title of a grid at the right end of the page ends there, as it may be wider than the grid.
        """
        title, look = first, looks.SUBTITLE
        if first > 1:
            title, look = len(self._widths), look._replace(horizontal="right")
        lines = [Line([self._styles.text(title, look)], (grid.title,), SUBTITLE_POINTS)]
        if not grid.rows:
            return [*lines, Line([self._styles.text(first, looks.NOTE)], (grid.empty,), ROW_POINTS)]
        grid = _wrapping(grid)
        widths = self._widths[first - 1 : first - 1 + len(grid.columns)]
        height = max(looks.heading_height(grid, widths, has_button=False) or 0, ROW_POINTS - 2)
        of_row = looks.row_height(grid, widths)
        headings = [column.heading for column in grid.columns]
        lines.append(Line(self._styles.headings(grid, first=first), headings, height + 2))
        body = self._styles.fields(grid, looks.PAPER_BODY, first=first)
        lines += [
            Line(body, row, max((of_row(row) if of_row else None) or 0, ROW_POINTS)) for row in grid.rows
        ]
        if grid.totals:
            total = self._styles.fields(grid, looks.PAPER_TOTAL, first=first)
            lines.append(Line(total, grid.totals, ROW_POINTS))
        return lines

    def _beside(self, block: Beside) -> None:
        left = self._grid(block.left)
        right = self._grid(block.right, _first_of_right(block))
        self._add(_joined([line for line in pair if line]) for pair in zip_longest(left, right))

    def _chart(self, block: Chart) -> None:
        """The months as a small grid, and to the right of it the chart of them."""
        grid = _months(block)
        first = len(self._bands) + 3
        lines = self._grid(grid)
        self._add(lines)
        chart = column_chart(
            block,
            self._sheet.title,
            first,
            inks=self._styles.inks,
            bars=palette(self._brand.colours)[1:],
        )
        # From cell to cell, so that it is as wide as the columns are in every program.
        place = TwoCellAnchor(
            editAs="oneCell",
            _from=AnchorMarker(len(grid.columns), EMU_PER_PIXEL * PIXELS_PER_CHARACTER, first - 2),
            to=AnchorMarker(len(self._widths), 0, len(self._bands)),
        )
        chart.anchor = place  # type: ignore[assignment] # the stub knows only the name of a cell
        self._sheet.add_chart(chart)
        names = ", ".join(name for name, _ in block.series)
        self.descriptions.append(f"{block.title}: {names}, {block.categories[0]} – {block.categories[-1]}")

    def _paragraphs(self, texts: Iterable[str]) -> None:
        for text in texts:
            self._merge(len(self._bands) + 1, 1, len(self._widths))
            height = looks.text_height(text, sum(self._widths) * SMALL_LETTERS)
            self._add([Line([self._styles.text(1, looks.PARAGRAPH)], (text,), height)])

    def _add(self, lines: Iterable[Line]) -> None:
        for line in lines:
            height = line.height
            row = len(self._bands) + 1
            self._bands.append(
                Band(row, line.fields, [tuple(line.values)], lambda _, height=height: height, is_fixed=True)  # type: ignore[misc]
            )
            self._page_points[-1] += height

    def _merge(self, row: int, first: int, last: int) -> None:
        if last > first:
            self._merged.append(f"{get_column_letter(first)}{row}:{get_column_letter(last)}{row}")

    def _logo_size(self) -> tuple[int, int]:
        """Width and height in pixels, both 0 without a logo."""
        if not self._logo:
            return 0, 0
        size = (self._logo.width, self._logo.height)
        share = min(1.0, *(room / own for room, own in zip(LOGO_PIXELS, size, strict=True)))
        return max(1, round(size[0] * share)), max(1, round(size[1] * share))

    def _place_logo(self, logo: Picture) -> None:
        """At the right end of the first row."""
        width, height = self._logo_size()
        left = max(0, _pixels(self._widths) - width)
        ends = list(accumulate(_pixels([own]) for own in self._widths))
        column = next(index for index, end in enumerate(ends) if end > left)
        offset = left - (ends[column - 1] if column else 0)
        image = _Image(logo)
        image.anchor = OneCellAnchor(
            _from=AnchorMarker(column, EMU_PER_PIXEL * offset),
            ext=XDRPositiveSize2D(EMU_PER_PIXEL * width, EMU_PER_PIXEL * height),
        )
        self._sheet.add_image(image)

    def _set_up(self) -> None:
        sheet = self._sheet
        sheet.page_setup.orientation = sheet.ORIENTATION_PORTRAIT
        for side, inches in MARGIN_INCHES.items():
            setattr(sheet.page_margins, side, inches)
        sheet.print_area = f"A1:{get_column_letter(len(self._widths))}{len(self._bands)}"
        sheet.print_options.horizontalCentered = True
        if len(self._page_points) == 1:
            is_short = self._page_points[0] <= LONGEST_PAGE_POINTS
            sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, int(is_short)
            return
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=False)
        sheet.page_setup.fitToWidth = sheet.page_setup.fitToHeight = None
        sheet.page_setup.scale = self._scale()

    def _scale(self) -> int:
        """The percentage at which every page fits its paper; at least what Excel takes."""
        width, height = PAPER_INCHES
        across = width - MARGIN_INCHES["left"] - MARGIN_INCHES["right"]
        down = height - MARGIN_INCHES["top"] - MARGIN_INCHES["bottom"]
        shares = (
            across * PIXELS_PER_INCH / _pixels(self._widths),
            down * POINTS_PER_INCH / min(max(self._page_points), LONGEST_PAGE_POINTS),
        )
        return max(10, min(100, int(100 * SPARE * min(shares))))


class _Image(Image):
    """openpyxl's own asks Pillow for the size; this one knows it."""

    def __init__(self, logo: Picture) -> None:
        self.width, self.height = logo.width, logo.height
        self.format = logo.kind
        self._content = logo.data

    def _data(self) -> bytes:
        return self._content


def _widths(tab: PageTab) -> list[float]:
    """What each column needs for the grids of all pages."""
    widths = [LABEL_WIDTH[0], *([CELL_WIDTH] * (COLUMNS - 1))]
    for grid, first in (placed for page in tab.pages for block in page for placed in _grids(block)):
        own = looks.narrow_widths(_wrapping(grid))
        widths += [CELL_WIDTH] * (first - 1 + len(own) - len(widths))
        for index, width in enumerate(own if grid.rows else [], start=first - 1):
            widths[index] = max(widths[index], width)
    return [min(widths[0], LABEL_WIDTH[1]), *widths[1:]]


def _grids(block: Block) -> Iterator[tuple[Sheet, int]]:
    """The grids of a block, and the column each begins in, counted from 1."""
    if isinstance(block, Sheet):
        yield block, 1
    elif isinstance(block, Beside):
        yield from ((block.left, 1), (block.right, _first_of_right(block)))
    elif isinstance(block, Chart):
        yield _months(block), 1


def _first_of_right(block: Beside) -> int:
    """At the right end of the page, and a column away from the grid to the left."""
    return max(COLUMNS - len(block.right.columns), len(block.left.columns) + 1) + 1


def _months(block: Chart) -> Sheet:
    columns = (
        Column("month", block.category, Kind.TEXT),
        *(Column(name, name, Kind.MONEY) for name, _ in block.series),
    )
    months: list[Row] = list(zip(block.categories, *(values for _, values in block.series), strict=True))
    return Sheet(block.key, block.title, columns, months, empty="", currency=block.currency)


def _wrapping(grid: Sheet) -> Sheet:
    """Its first column wraps: what stands there has the words of others in it."""
    first, *others = grid.columns
    kind = Kind.LONG_TEXT if first.kind is Kind.TEXT else first.kind
    return replace(grid, columns=(replace(first, kind=kind), *others))


def _joined(lines: Sequence[Line]) -> Line:
    """Lines of different columns as one."""
    return Line(
        [field for line in lines for field in line.fields],
        [value for line in lines for value in line.values],
        max(line.height for line in lines),
    )


def _pixels(widths: Sequence[float]) -> int:
    return sum(round(width * PIXELS_PER_CHARACTER) for width in widths)


def _points(pixels: int) -> float:
    return pixels * POINTS_PER_INCH / PIXELS_PER_INCH
