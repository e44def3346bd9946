"""The workbook: blocks as worksheets, styled for reading, printing and previews.

openpyxl makes everything but the cells, once for all workbooks of one outline (`package`), and `sheet_xml`
streams the cells into its package. Equal books give equal bytes: the only instants in the file are those of
the book.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import repeat
from typing import IO, NamedTuple

from openpyxl.packaging.core import DocumentProperties
from openpyxl.utils import get_column_letter
from openpyxl.xml.functions import tostring

from reports.render.content.blocks import Book, Column, DataTab, PageTab, Sheet, Value, totals_of
from reports.render.content.brand import HOUSE, Brand
from reports.render.content.labels import Labels
from reports.render.text_xml import legible
from reports.render.xlsx import cell_fields, cell_styles, cell_xml, column_widths, sheet_xml
from reports.render.xlsx.cell_styles import Look
from reports.render.xlsx.extents import measure_columns
from reports.render.xlsx.outline import DataOutline, Outline, PageOutline
from reports.render.xlsx.package import STRINGS_PART, Content, Skeleton, sheet_part, skeleton
from reports.render.xlsx.shared_strings import SharedStrings
from reports.render.xlsx.sheet_xml import Band, Field
from reports.render.xlsx.summary_page import PaperLayout

MAX_SHEET_NAME = 31
MAX_TABLE_NAME = 100
MAX_DATA_ROWS = sheet_xml.MAX_ROWS - 100
"""Leaves room for heading, totals and notes."""
MAX_FOOTER = 110
"""Characters, two units each at most: Excel refuses a whole footer of more than 255 units."""


def write(book: Book, target: IO[bytes], *, labels: Labels, brand: Brand = HOUSE) -> None:
    """Writes `book` to an open file. Raises OSError when it cannot be written."""
    made = _Workbook(book, brand)
    outline = Outline(
        colours=brand.colours,
        numbering=labels.text("Page {page} of {pages}").format(page="&P", pages="&N"),
        sheets=tuple(sheet.outline for sheet in made.sheets),
        looks=tuple(made.looks()),
    )
    made_of = skeleton(outline)
    try:
        sheet_xml.pack(target, made.parts(made_of))
    except RuntimeError:
        target.seek(0)
        target.truncate()
        sheet_xml.pack(target, made.parts(made_of), has_large_parts=True)


class _PlacedSheet(NamedTuple):
    """What a tab becomes."""

    outline: DataOutline | PageOutline
    bands: Sequence[Band]
    columns: str
    last_cell: str
    merged: Sequence[str] = ()


class _Workbook:
    """One workbook in the making: its sheets, and what belongs in the places of its skeleton."""

    def __init__(self, book: Book, brand: Brand) -> None:
        self.sheets: list[_PlacedSheet] = []
        self._book = book
        self._brand = brand
        self._values: dict[str, object] = {"footer": _footer(book.footer)}
        self._replaced: dict[str, Iterable[bytes]] = {"docProps/core.xml": [_properties(book)]}
        self._table_names: set[str] = set()
        self._charts = self._logos = 0
        tabs = [part for tab in book.tabs for part in _split_tab(tab)]
        names = _sheet_names([tab.title for tab in tabs])
        for number, (tab, name) in enumerate(zip(tabs, names, strict=True), start=1):
            sheet = self._data(tab, number) if isinstance(tab, DataTab) else self._page(tab, number, name)
            self._values |= {
                f"sheet {number}": name,
                f"'sheet {number}'": "'{}'".format(name.replace("'", "''")),
                f"area {number}": f"A1:{sheet.last_cell}",
            }
            self.sheets.append(sheet)

    def looks(self) -> Iterable[Look]:
        """Every look of a cell, in the order of their first use."""
        return dict.fromkeys(
            field.look for sheet in self.sheets for band in sheet.bands for field in band.fields
        )

    def parts(self, made: Skeleton) -> Iterator[tuple[str, Iterable[bytes]]]:
        strings = SharedStrings()
        contents = {
            sheet_part(number): Content(
                sheet.columns,
                sheet_xml.stream_rows(sheet.bands, made.styles, strings),
                sheet_xml.format_merged_cells(sheet.merged),
            )
            for number, sheet in enumerate(self.sheets, start=1)
        }
        return made.parts(self._values, contents, {**self._replaced, STRINGS_PART: strings.stream()})

    def _page(self, tab: PageTab, number: int, name: str) -> _PlacedSheet:
        paper = PaperLayout(
            tab, self._brand, author=self._book.author, number=number, name=name, charts=self._charts
        )
        outline = paper.outline()
        self._values |= paper.values
        self._charts += len(outline.charts)
        if paper.logo:
            self._logos += 1
            self._replaced[f"xl/media/image{self._logos}.{paper.logo.kind}"] = [paper.logo.data]
        return _PlacedSheet(outline, paper.bands(), _columns(paper.widths), paper.last_cell(), paper.merged)

    def _data(self, tab: DataTab, number: int) -> _PlacedSheet:
        """One grid as an Excel table from the first row, a totals row that follows its filter, then notes."""
        grid, notes, rows = tab.sheet, tab.notes, tab.sheet.rows
        measures = measure_columns(grid)
        widths, are_hidden, pages, repeated = column_widths.lay_out(grid, measures, frozen=tab.frozen)
        columns = _columns(widths, are_hidden)
        if not len(rows):
            lines = [grid.empty, *notes]
            return _PlacedSheet(DataOutline(), [_lines(1, lines)], columns, f"A{len(lines)}")
        name = self._table_name(grid)
        last = len(rows) + 1
        end = last + bool(grid.totals)
        self._values |= {
            f"table {number}": name,
            f"last {number}": last,
            f"end {number}": end,
            f"pages {number}": pages,
        }
        height = column_widths.compute_heading_height(grid, widths, has_button=True)
        headings = tuple(column.heading for column in grid.columns)
        bands = [
            Band.from_rows(1, cell_fields.headings(grid, has_button=True), [headings], height),
            Band(
                2,
                cell_fields.fields(grid, measures, cell_styles.BODY),
                rows.columns,
                2 + len(rows),
                column_widths.row_height(grid, measures, widths),
            ),
        ]
        if grid.totals:
            dressed = cell_fields.fields(grid, measures, cell_styles.TOTAL)
            totals = [_total(name, *own) for own in zip(dressed, grid.columns, grid.totals, strict=True)]
            fields, values = zip(*totals, strict=True)
            bands.append(Band.from_rows(end, fields, [values]))
        if notes:
            bands.append(_lines(end + 2, notes))
        last_cell = f"{get_column_letter(len(grid.columns))}{end + (1 + len(notes) if notes else 0)}"
        label = str(grid.totals[0]) if grid.totals else None
        return _PlacedSheet(DataOutline(grid.columns, label, tab.frozen, repeated), bands, columns, last_cell)

    def _table_name(self, grid: Sheet) -> str:
        """Unique in the workbook, ASCII, and not to be taken for a cell."""
        name = f"t_{re.sub(r'[^A-Za-z0-9]+', '_', grid.key)}"[:MAX_TABLE_NAME]
        while name.casefold() in self._table_names:
            name += "_"
        self._table_names.add(name.casefold())
        return name


def _properties(book: Book) -> bytes:
    made_at = book.made_at.astimezone(dt.UTC).replace(tzinfo=None, microsecond=0)
    properties = DocumentProperties(
        title=legible(book.title),
        subject=legible(book.subject) or None,
        creator=legible(book.author) or "invoicexpress-reports",
        keywords=legible(", ".join(book.keywords)) or None,
        language=book.language,
        created=made_at,
        modified=made_at,
    )
    # By openpyxl's own writer, which knows the prefixes: `dcterms` stands in a value too.
    written: bytes = tostring(properties.to_tree())  # type: ignore[assignment] # the stub says str
    return written


def _columns(widths: Sequence[float], are_hidden: Iterable[bool] = repeat(False)) -> str:
    """The element of a sheet's columns."""
    columns = "".join(
        f'<col width="{width:g}" customWidth="1" min="{index}" max="{index}" hidden="{is_hidden:d}"/>'
        for index, (width, is_hidden) in enumerate(zip(widths, are_hidden, strict=False), start=1)
    )
    return f"<cols>{columns}</cols>"


def _lines(first: int, lines: Sequence[str]) -> Band:
    return Band.from_rows(first, [cell_fields.text(1, cell_styles.NOTE)], [(line,) for line in lines])


def _total(table: str, field: Field, column: Column, value: Value) -> tuple[Field, object]:
    """A cell of the totals row: a formula where the column has a sum, else text in the first or nothing."""
    if column.has_total and isinstance(value, (Decimal, int)):
        return field._replace(encode=cell_xml.total), cell_xml.TotalCell(
            f"SUBTOTAL(109,{table}[{column.heading}])", value
        )
    return field._replace(encode=cell_xml.text), value if isinstance(value, str) else None


def _split_tab(tab: PageTab | DataTab) -> Iterator[PageTab | DataTab]:
    """The tab, or several numbered ones with a totals row each, where it has more rows than a sheet holds."""
    if isinstance(tab, PageTab) or len(tab.sheet.rows) <= MAX_DATA_ROWS:
        yield tab
        return
    grid = tab.sheet
    for number, start in enumerate(range(0, len(grid.rows), MAX_DATA_ROWS), start=1):
        rows = grid.rows[start : start + MAX_DATA_ROWS]
        totals = totals_of(grid.columns, rows, str(grid.totals[0])) if grid.totals else None
        yield replace(
            tab,
            title=f"{tab.title} {number}",
            sheet=replace(grid, key=f"{grid.key}_{number}", rows=rows, totals=totals),
            notes=tab.notes if number == 1 else (),
        )


def _footer(text: str) -> str:
    """Ampersands are codes in a footer; longer texts make Excel refuse it."""
    line = " ".join(legible(text).split())
    return (line if len(line) <= MAX_FOOTER else f"{line[: MAX_FOOTER - 1]}…").replace("&", "&&")


def _cut(name: str, units: int) -> str:
    """`name` without blanks and apostrophes around it, of at most so many UTF-16 units."""
    kept = name.strip("' ").encode("utf-16-le")[: 2 * units]
    return kept.decode("utf-16-le", "ignore").rstrip("' ") or "-"


def _sheet_names(titles: Sequence[str]) -> list[str]:
    """Names Excel takes: without its forbidden characters, at most 31 long, unique whatever the case."""
    names: list[str] = []
    for title in titles:
        clean = _cut(re.sub(r"[\[\]:*?/\\]", "-", " ".join(legible(title).split())), MAX_SHEET_NAME)
        name, count = clean, 1
        while name.casefold() in {used.casefold() for used in names}:
            count += 1
            name = f"{_cut(clean, MAX_SHEET_NAME - 4)}~{count}"
        names.append(name)
    return names
