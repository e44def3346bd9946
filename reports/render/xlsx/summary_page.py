"""A worksheet that is read and printed like paper: blocks on one grid of columns, as wide as an A4 page.

Rows are of fixed heights in points, columns in characters of the workbook's font, so that what is drawn on
them, the chart and the logo, lies where it belongs in every program. It is printed upright, or across where
it is too wide for type that can be read. With several currencies each begins a page, by breaks, which Excel
heeds at a scale of its own but not when it fits the width.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, groupby, zip_longest
from typing import Any, NamedTuple

from openpyxl.utils import get_column_letter

from reports.render.content import picture
from reports.render.content.blocks import (
    Beside,
    Block,
    Chart,
    Column,
    Fact,
    Group,
    Head,
    Kind,
    Note,
    PageTab,
    Rows,
    Sheet,
)
from reports.render.content.brand import Brand
from reports.render.xlsx import cell_fields, cell_styles, charts, column_widths
from reports.render.xlsx.extents import Measure, measure_columns
from reports.render.xlsx.outline import (
    EMU_PER_PIXEL,
    MARGIN_INCHES,
    PAPER_INCHES,
    ChartOutline,
    LogoOutline,
    PageOutline,
)
from reports.render.xlsx.sheet_xml import Band, Field

COLUMNS = 11
"""As many as the widest grid has, a VAT summary with credit notes."""
LABEL_WIDTH, CELL_WIDTH = (18.0, 20.0), 9.0
"""Narrowest and widest first column, and the narrowest of the others."""
TITLE_POINTS, SUBTITLE_POINTS, ROW_POINTS, GAP_POINTS = 36.0, 22.0, 17.0, 12.0
LOGO_PIXELS = (190, 64)
"""The room of the logo: it is made smaller to fit, never larger."""
SMALL_LETTERS = 1.15
"""How many letters of notes have the room of one elsewhere."""
POINTS_PER_INCH = 72
LEAST_SCALE = column_widths.LEAST_POINTS / cell_styles.BODY.size
"""Where type of the usual size is printed in the least."""
SPARE = 0.93
"""Programs measure fonts a little differently."""


class PageLine(NamedTuple):
    """A row of the page. `height` in points."""

    fields: Sequence[Field]
    values: Sequence[Any]
    height: float


class _PlacedGrid(NamedTuple):
    """A grid as it stands on the page: its first column wraps, for it has the words of others in it."""

    sheet: Sheet
    measures: list[Measure]
    first: int
    """Its first column on the page, counted from 1."""


class PaperLayout:
    """One sheet in the making: its `number` and `name`, and how many `charts` the sheets before it have."""

    def __init__(
        self, tab: PageTab, brand: Brand, *, author: str, number: int, name: str, charts: int
    ) -> None:
        """Lays out the sheet. `author` is whose logo it is."""
        self.values: dict[str, object] = {}
        """What belongs in the places of the skeleton."""
        self.merged: list[str] = []
        self.logo = picture.read(brand.logo) if brand.logo else None
        pages = [[_measure_block(block) for block in page] for page in tab.pages]
        self.widths = _widths(grid for page in pages for _, grids in page for grid in grids)
        self._number, self._name = number, name
        self._charts_before = charts
        self._charts: list[ChartOutline] = []
        self._lines: list[PageLine] = []
        self._pages = 1
        room = self._room()
        for index, page in enumerate(pages):
            if index:
                self._break(len(self._lines))
            top = len(self._lines)
            for block, grids in page:
                first = len(self._lines)
                self._block(block, grids)
                # A block ends with a gap, which may be lost below the page; sentences may go on there.
                is_higher = sum(line.height for line in self._lines[top:-1]) > room
                if first > top and is_higher and not isinstance(block, Note):
                    self._break(first)
                    top = first
        if brand.footer:
            self._paragraphs(brand.footer.splitlines())
        if self.logo:
            self._place_logo(author)
        self.values[f"last {number}"] = len(self._lines)

    def outline(self) -> PageOutline:
        """What openpyxl makes of the sheet."""
        return PageOutline(
            columns=len(self.widths),
            pages=self._pages,
            scale=None if self._pages == 1 else self._percent(),
            is_wide=self._is_wide(),
            charts=tuple(self._charts),
            logo=LogoOutline(self.logo.kind, *self._logo_size()) if self.logo else None,
        )

    def bands(self) -> list[Band]:
        """The rows; lines of one kind that follow each other are one band."""
        bands, first = [], 1
        for (fields, height), group in groupby(self._lines, key=lambda line: (line.fields, line.height)):
            rows = [tuple(line.values) for line in group]
            bands.append(Band.from_rows(first, fields, rows, height))
            first += len(rows)
        return bands

    def last_cell(self) -> str:
        return f"{get_column_letter(len(self.widths))}{len(self._lines)}"

    def _break(self, above: int) -> None:
        """Begins a page below the first `above` lines."""
        self.values[f"break {self._number} {self._pages}"] = above
        self._pages += 1

    def _block(self, block: Block, grids: Sequence[_PlacedGrid]) -> None:
        if isinstance(block, Head):
            self._head(block)
        elif isinstance(block, Chart):
            self._chart(block, *grids)
        elif isinstance(block, (Sheet, Beside)):
            lines = zip_longest(*map(self._grid, grids))
            self._add(_join_lines([line for line in beside if line]) for beside in lines)
        else:
            self._paragraphs(block.lines)
        self._add([PageLine((), (), GAP_POINTS)])

    def _head(self, head: Head) -> None:
        """The title over the whole width, its line under it; then the groups of facts beside each other."""
        height = max(TITLE_POINTS, _points(self._logo_size()[1]) + GAP_POINTS)
        columns = range(1, len(self.widths) + 1)
        fields = [cell_fields.text(column, cell_styles.TITLE) for column in columns]
        self._add([PageLine(fields, [head.title, *([None] * (len(fields) - 1))], height)])
        self._add([PageLine((), (), GAP_POINTS / 2)])
        groups = [group for group in head.groups if group]
        middle = len(self.widths) // 2
        places = ((1, 1, middle), (middle + 1, middle + 2, len(self.widths)))
        for facts in zip_longest(*groups):
            lines = [
                self._fact(fact, place)
                for fact, place in zip(facts, places, strict=False)
                if fact is not None
            ]
            self._add([_join_lines(lines)])

    def _fact(self, fact: Fact, place: tuple[int, int, int]) -> PageLine:
        """A label over the columns from the first to the second of `place`, its value up to the third."""
        first, label_end, end = place
        row = len(self._lines) + 1
        self._merge(row, first, label_end)
        self._merge(row, label_end + 1, end)
        fields = [
            cell_fields.text(first, cell_styles.LABEL),
            cell_fields.text(label_end + 1, cell_styles.FACT),
        ]
        height = column_widths.text_height(fact.value, sum(self.widths[label_end:end]))
        return PageLine(fields, (fact.label, fact.value), height)

    def _grid(self, placed: _PlacedGrid) -> list[PageLine]:
        """Title, headings, rows and totals of a grid.

        The title of a grid at the right end of the page ends there, as it may be wider than the grid.
        """
        grid, measures, first = placed
        title, look = first, cell_styles.SUBTITLE
        if first > 1:
            title, look = len(self.widths), look._replace(horizontal="right")
        lines = [PageLine([cell_fields.text(title, look)], (grid.title,), SUBTITLE_POINTS)]
        if not grid.rows:
            return [*lines, PageLine([cell_fields.text(first, cell_styles.NOTE)], (grid.empty,), ROW_POINTS)]
        widths = self.widths[first - 1 : first - 1 + len(grid.columns)]
        height = max(
            column_widths.compute_heading_height(grid, widths, has_button=False) or 0, ROW_POINTS - 2
        )
        of_row = column_widths.row_height(grid, measures, widths)
        headings = [column.heading for column in grid.columns]
        lines.append(
            PageLine(cell_fields.headings(grid, has_button=False, first=first), headings, height + 2)
        )
        body = cell_fields.fields(grid, measures, cell_styles.PAPER_BODY, first=first)
        total = cell_fields.fields(grid, measures, cell_styles.PAPER_TOTAL, first=first)
        for group in grid.groups or (Group("", grid.rows, ()),):
            lines += [
                PageLine(body, row, max((of_row(row) if of_row else None) or 0, ROW_POINTS))
                for row in group.rows
            ]
            if group.totals:
                lines.append(PageLine(total, group.totals, ROW_POINTS))
        if grid.totals:
            lines.append(PageLine(total, grid.totals, ROW_POINTS))
        return lines

    def _chart(self, block: Chart, months: _PlacedGrid) -> None:
        """The months as a small grid, and to the right of it the chart of them."""
        first = len(self._lines) + 3
        self._add(self._grid(months))
        self._charts.append(ChartOutline(len(block.series), len(block.categories), len(self.widths)))
        name = f"chart {self._charts_before + len(self._charts)}"
        self.values |= charts.values(block, name, self._name, first)

    def _paragraphs(self, texts: Iterable[str]) -> None:
        for text in texts:
            self._merge(len(self._lines) + 1, 1, len(self.widths))
            height = column_widths.text_height(text, sum(self.widths) * SMALL_LETTERS)
            self._add([PageLine([cell_fields.text(1, cell_styles.PARAGRAPH)], (text,), height)])

    def _add(self, lines: Iterable[PageLine]) -> None:
        for line in lines:
            self._lines.append(line)

    def _merge(self, row: int, first: int, last: int) -> None:
        if last > first:
            self.merged.append(f"{get_column_letter(first)}{row}:{get_column_letter(last)}{row}")

    def _logo_size(self) -> tuple[int, int]:
        """Width and height in pixels, both 0 without a logo."""
        if not self.logo:
            return 0, 0
        size = (self.logo.width, self.logo.height)
        share = min(1.0, *(room / own for room, own in zip(LOGO_PIXELS, size, strict=True)))
        return max(1, round(size[0] * share)), max(1, round(size[1] * share))

    def _place_logo(self, author: str) -> None:
        """At the right end of the first row."""
        width, _ = self._logo_size()
        left = max(0, _pixels(self.widths) - width)
        ends = list(accumulate(_pixels([own]) for own in self.widths))
        column = next(index for index, end in enumerate(ends) if end > left)
        offset = left - (ends[column - 1] if column else 0)
        name = f"logo {self._number}"
        self.values |= {
            f"{name} words": " ".join(author.split()),
            f"{name} column": column,
            f"{name} offset": EMU_PER_PIXEL * offset,
        }

    def _is_wide(self) -> bool:
        """Whether the sheet is printed across."""
        return self._scale(PAPER_INCHES[0]) < LEAST_SCALE

    def _percent(self) -> int:
        """The scale at which the sheet is as wide as its paper, at most its own size."""
        return int(100 * min(1, self._scale(PAPER_INCHES[self._is_wide()])))

    def _room(self) -> float:
        """Points of rows that a page has room for, where a program makes it as wide as its paper too."""
        is_wide = self._is_wide()
        inches = PAPER_INCHES[not is_wide] - MARGIN_INCHES["top"] - MARGIN_INCHES["bottom"]
        return inches * POINTS_PER_INCH / min(1, self._scale(PAPER_INCHES[is_wide]) / SPARE)

    def _scale(self, paper_inches: float) -> float:
        """How much of its size the sheet has on paper so wide."""
        inches = paper_inches - MARGIN_INCHES["left"] - MARGIN_INCHES["right"]
        return SPARE * inches * column_widths.PIXELS_PER_INCH / _pixels(self.widths)


def _widths(grids: Iterable[_PlacedGrid]) -> list[float]:
    """What each column needs for the grids of all pages."""
    widths = [LABEL_WIDTH[0], *([CELL_WIDTH] * (COLUMNS - 1))]
    for grid, measures, first in grids:
        own = column_widths.narrow_widths(grid, measures)
        widths += [CELL_WIDTH] * (first - 1 + len(own) - len(widths))
        for index, width in enumerate(own if grid.rows else [], start=first - 1):
            widths[index] = max(widths[index], width)
    return [min(widths[0], LABEL_WIDTH[1]), *widths[1:]]


def _measure_block(block: Block) -> tuple[Block, list[_PlacedGrid]]:
    """A block and its grids."""
    grids = [(_wrap_texts(grid), first) for grid, first in _grids(block)]
    return block, [_PlacedGrid(grid, measure_columns(grid), first) for grid, first in grids]


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
    months = Rows([block.categories, *(values for _, values in block.series)])
    return Sheet(block.key, block.title, columns, months, empty="", currency=block.currency)


def _wrap_texts(grid: Sheet) -> Sheet:
    first, *others = grid.columns
    kind = Kind.LONG_TEXT if first.kind is Kind.TEXT else first.kind
    return replace(grid, columns=(replace(first, kind=kind), *others))


def _join_lines(lines: Sequence[PageLine]) -> PageLine:
    """Lines of different columns as one."""
    return PageLine(
        [field for line in lines for field in line.fields],
        [value for line in lines for value in line.values],
        max(line.height for line in lines),
    )


def _pixels(widths: Sequence[float]) -> int:
    return sum(round(width * column_widths.PIXELS_PER_CHARACTER) for width in widths)


def _points(pixels: int) -> float:
    return pixels * POINTS_PER_INCH / column_widths.PIXELS_PER_INCH
