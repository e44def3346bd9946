"""Holds a client's workbook on the disk against the grids it was made from, cell by cell.

What a sheet has to hold comes row by row, as `sheet_reader` reads it; a stretch of rows is compared at once,
and cell by cell only where it is not equal: a cell may hold a text or a number in another form.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import chain, islice, zip_longest
from pathlib import Path
from typing import Any

from reports.money import ZERO
from reports.render.content.blocks import (
    Beside,
    Block,
    Book,
    Chart,
    DataTab,
    Group,
    Kind,
    Link,
    PageTab,
    Rows,
    Sheet,
)
from reports.render.verify.grid_check import Reference, add_values, check_data_grid
from reports.render.verify.refusals import join_values, make_difference, parse_number
from reports.render.verify.sheet_reader import LETTERS, FormulaCell, WrittenSheet, open_workbook

EPOCH = date(1899, 12, 30)
CHUNK_ROWS = 1_024
SECONDS_PER_DAY, DAY_PLACES = 86_400, 11
MAX_TEXT, MAX_LINK = 32_767, 255
"""UTF-16 units that a cell may hold, and a text in a formula."""
CUT = " […]"
"""What ends a text that was longer."""
AMOUNT_KINDS = frozenset({Kind.MONEY, Kind.NUMBER})
NUMBER_KINDS = AMOUNT_KINDS | {Kind.PERCENT, Kind.INTEGER}
BLANK = ("",) * len(LETTERS)
LINK_KINDS = frozenset({Kind.LINK, Kind.NAME_LINK})

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold."""


def check_workbook(path: Path, book: Book, reference: Reference) -> None:
    """Raises ClientError for the first cell of the workbook that is not as it has to be."""
    name = path.name
    with open_workbook(path) as workbook:
        for tab in book.tabs:
            if isinstance(tab, PageTab):
                _check_page_tab(_take_sheet(workbook.sheets, name, tab.title), tab)
                _check_charts(name, workbook.charts, tab)
            else:
                check_data_grid(f"{name}, {tab.title}", tab.sheet, reference)
                _check_data_tab(workbook.sheets, name, tab)
        for sheet in workbook.sheets:
            raise make_difference(sheet.where, "the sheet", "nothing", "one more")


def _take_sheet(sheets: Iterator[WrittenSheet], name: str, title: str) -> WrittenSheet:
    for sheet in sheets:
        return sheet
    raise make_difference(name, f"sheet {title}", "there", "missing")


def _check_page_tab(sheet: WrittenSheet, tab: PageTab) -> None:
    """Each row with a number in it, from left to right, against the lines of the page."""
    lines = (line for block in chain(*tab.pages) for line in _list_lines(block))
    due = (line for line in lines if any(not isinstance(cell, str) for cell in line))
    number = 0
    for number, row in enumerate(chain.from_iterable(sheet.stretches), start=1):
        found = [cell for cell in row if cell != ""]
        if all(isinstance(cell, str) for cell in found):
            continue
        line = next(due, [])
        if len(found) != len(line) or not all(map(_is_held, found, line)):
            raise make_difference(sheet.where, f"row {number}", join_values(line), join_values(found))
    for line in due:
        raise make_difference(sheet.where, f"a row below row {number}", join_values(line), "missing")


def _list_lines(block: Block) -> Iterator[list[Any]]:
    """The lines of a block as their cells, without empty ones; none for one without a grid."""
    if isinstance(block, Beside):
        for lines in zip_longest(_list_lines(block.left), _list_lines(block.right), fillvalue=()):
            yield [*chain.from_iterable(lines)]
    elif isinstance(block, Chart):
        series = [_list_cells(Kind.MONEY, amounts) for _, amounts in block.series]
        yield from map(list, zip(block.categories, *series, strict=True))
    elif isinstance(block, Sheet):
        yield [block.title]
        yield [column.heading for column in block.columns] if block.rows else [block.empty]
        totals = block.totals if block.rows and block.totals else ()
        for group in (*(block.groups or [Group("", block.rows, ())]), Group("", Rows([]), totals)):
            for row in (*group.rows, *([group.totals] if group.totals else ())):
                cells = chain.from_iterable(
                    _list_cells(column.kind, [value])
                    for column, value in zip(block.columns, row, strict=True)
                )
                yield [cell for cell in cells if cell != ""]


def _check_charts(name: str, charts: Sequence[Sequence[Decimal]], tab: PageTab) -> None:
    """The numbers a chart keeps of its own, for programs that do not look into its cells."""
    plotted = [block for block in chain(*tab.pages) if isinstance(block, Chart)]
    due = [[*chain.from_iterable(values for _, values in chart.series)] for chart in plotted]
    for number, (expected, found) in enumerate(zip_longest(due, charts, fillvalue=()), start=1):
        if [*expected] != [*found]:
            shown = join_values(expected), join_values(found)
            raise make_difference(f"{name}, chart {number}", "its numbers", *shown)


def _check_data_tab(sheets: Iterator[WrittenSheet], name: str, tab: DataTab) -> None:
    """One grid, which may go on in further sheets, each with a table and totals of its own."""
    rows, notes = tab.sheet.rows, tab.notes
    kinds = [column.kind for column in tab.sheet.columns]
    while True:
        sheet = _take_sheet(sheets, name, tab.title)
        count = _count_rows(sheet, tab.sheet, len(rows)) if rows else 0
        _check_rows(sheet, _list_rows(sheet, tab.sheet, rows[:count], notes), kinds)
        rows, notes = rows[count:], ()
        if not rows:
            return


def _count_rows(sheet: WrittenSheet, grid: Sheet, left: int) -> int:
    """How many rows the sheet's table says it has, at most `left`; it is one of the grid's columns."""
    letter, area = LETTERS[len(grid.columns) - 1], sheet.table.get("ref", "no table")
    last = area.removeprefix(f"A1:{letter}")
    if not last.isdecimal() or not 2 < int(last) <= left + 2 or sheet.table.get("totalsRowCount") != "1":
        raise make_difference(sheet.where, "its table", f"A1:{letter}{left + 2}, with totals", area)
    return int(last) - 2


def _list_rows(sheet: WrittenSheet, grid: Sheet, rows: Rows, notes: Iterable[str]) -> Iterator[Sequence[Any]]:
    """The cells of headings, rows, and totals, each stored with the formula that makes it; then of notes."""
    if not grid.rows:
        yield from ([text] for text in (grid.empty, *notes))
        return
    yield [column.heading for column in grid.columns]
    for start in range(0, len(rows), CHUNK_ROWS):
        values = rows[start : start + CHUNK_ROWS].columns
        cells = (_list_cells(column.kind, own) for column, own in zip(grid.columns, values, strict=True))
        yield from zip(*cells, strict=True)
    pairs = zip(grid.columns, rows.columns, strict=True)
    sums = [add_values(values) if column.has_total else ZERO for column, values in pairs]
    names = (f"{sheet.table.get('displayName')}[{column.heading}]" for column in grid.columns)
    totals = [
        FormulaCell(f"SUBTOTAL(109,{name})", total) if column.has_total else ""
        for column, name, total in zip(grid.columns, names, _list_numbers(sums), strict=True)
    ]
    yield [grid.totals[0] if grid.totals else "", *totals[1:]]
    yield from ([text] for text in (["", *notes] if notes else ()))


def _list_cells(kind: Kind, values: Sequence[Any]) -> list[Any]:
    """What the cells of these values hold, as `sheet_reader` reads them."""
    if kind in LINK_KINDS:
        return [_make_link(kind, value or Link("", None)) for value in values]
    if kind is Kind.DATE:
        return ["" if day is None else b"%d" % (day - EPOCH).days for day in values]
    if kind is Kind.INSTANT:
        return ["" if moment is None else _count_days(moment) for moment in values]
    if kind is Kind.AMOUNT_OR_TEXT:
        return [str(value).encode() if isinstance(value, Decimal) else value or "" for value in values]
    if kind is Kind.PERCENT:
        fractions = {rate: None if rate is None else rate / 100 for rate in {*values}}
        values = [fractions[rate] for rate in values]
    if kind in NUMBER_KINDS:
        return _list_numbers(values)
    return ["" if value is None else value for value in values]


def _count_days(moment: datetime) -> bytes:
    """Days since the EPOCH by the clock of the moment's own zone, as precisely as a cell has them."""
    passed = moment.replace(tzinfo=None, microsecond=0) - datetime.combine(EPOCH, datetime.min.time())
    return f"{Decimal(passed // timedelta(seconds=1)) / SECONDS_PER_DAY:.{DAY_PLACES}f}".encode()


def _make_link(kind: Kind, link: Link) -> Any:
    """A formula that opens the address and shows the text, or one of the two where none can be."""
    text, url = link
    otherwise = text if kind is Kind.NAME_LINK else url or text
    if not text or not url:
        return otherwise
    target, caption = (part.replace('"', '""') for part in (url, text))
    is_short = "_x" not in url + text and max(len(text), len(url)) <= MAX_LINK // 2
    return FormulaCell(f'HYPERLINK("{target}","{caption}")', text, None if is_short else otherwise)


def _list_numbers(values: Sequence[Any]) -> list[Any]:
    """The digits of numbers, and "" for nothing."""
    return ["" if text == b"None" else text for text in "\0".join(map(str, values)).encode().split(b"\0")]


def _check_rows(sheet: WrittenSheet, due: Iterator[Sequence[Any]], kinds: Sequence[Kind]) -> None:
    number = 0
    for rows in sheet.stretches:
        expected = [(*row, *BLANK[len(row) :]) for row in islice(due, len(rows))]
        # To see that all are equal takes a hundredth of the time.
        pairs = zip_longest(rows, expected, fillvalue=BLANK) if rows != expected else ()
        for below, (row, own) in enumerate(pairs, start=number + 1):
            for letter, cell, value, kind in zip_longest(LETTERS, row, own, kinds):
                _check_cell(sheet.where, f"{letter}{below}", cell, value, kind=kind)
        number += len(rows)
    for missing in due:
        raise make_difference(sheet.where, f"row {number + 1}", join_values(missing), "missing")


def _check_cell(where: str, place: str, found: Any, due: Any, *, kind: Kind | None) -> None:
    if _is_held(found, due):
        return
    formulas = [getattr(cell, "formula", None) for cell in (due, found)]
    if formulas[0] != formulas[1]:
        raise make_difference(where, f"the formula {place}", *formulas)
    shown = (_format_cell(getattr(cell, "result", cell), kind) for cell in (due, found))
    raise make_difference(where, f"the stored total {place}" if formulas[0] else place, *shown)


def _is_held(found: Any, due: Any) -> bool:
    """Whether the cell holds what is due: a number exactly, a text as far as a cell can."""
    if found == due:
        return True
    if isinstance(due, FormulaCell):
        if not isinstance(found, FormulaCell):
            return due.otherwise is not None and _is_held(found, due.otherwise)
        return found.formula == _replace_illegal(due.formula) and _is_held(found.result, due.result)
    if isinstance(due, str) and isinstance(found, str):
        legible = _replace_illegal(due)
        is_cut = len(found) > MAX_TEXT // 4 and found.endswith(CUT)
        # What is cut may end in half of an escape, which is read as another text.
        return found == legible or (is_cut and legible.startswith(found[: -2 * len(CUT) - 2]))
    if isinstance(due, bytes) and isinstance(found, bytes):
        return parse_number(found.decode()) == parse_number(due.decode())
    return False


def _replace_illegal(text: str) -> str:
    return text if text.isprintable() else _ILLEGAL.sub("\ufffd", text)


def _format_cell(cell: Any, kind: Kind | None) -> object:
    """A cell as an error shows it: an amount has cents at least."""
    if not isinstance(cell, bytes):
        return cell
    number = parse_number(cell.decode())
    return number + ZERO if kind in AMOUNT_KINDS else number
