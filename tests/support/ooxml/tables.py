"""Tables: their parts say of the cells what the cells say themselves, or Excel repairs the file."""

import re
from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from tests.support.ooxml.book import MAIN, Area, Book, Cell, Sheet, area_of, each_cell, shown, units, whole
from tests.support.ooxml.cells import SUBTOTAL
from tests.support.ooxml.sheets import overlap
from tests.support.ooxml.workbook import is_name

FUNCTIONS = {"sum": 109}
MAX_HEADING = 255


def tables_have_names_of_their_own(book: Book) -> Iterator[str]:
    named = [one.get("name", "") for one in book.names]
    tables = [table.get("displayName", "") for _, _, table in book.tables]
    for name, count in Counter(name.casefold() for name in named + tables).items():
        if count > 1 and name in map(str.casefold, tables):
            yield f"{book.part}: {count} tables or names are called {name!r}, but for case"
    for _, part, table in book.tables:
        name = table.get("displayName", "")
        if not is_name(name):
            yield f"{part}: {name!r} cannot be the name of a table"
        if table.get("name") != name:
            yield f"{part}: is called {table.get('name')!r} and shown as {name!r}"


def table_ids_are_unique(book: Book) -> Iterator[str]:
    for identity, count in Counter(table.get("id") for _, _, table in book.tables).items():
        if count > 1 or whole(identity) < 1:
            yield f"{book.part}: {count} tables have the id {identity}"


def a_part_is_the_table_of_one_sheet(book: Book) -> Iterator[str]:
    for part, count in Counter(part for _, part, _ in book.tables).items():
        if count > 1:
            yield f"{part}: is the table of {count} sheets"
    for sheet in book.sheets:
        for one in sheet.root.iter(f"{MAIN}tableParts"):
            if whole(one.get("count"), len(one)) != len(one):
                yield f"{sheet.part}: says it has {one.get('count')} tables and has {len(one)}"


def tables_lie_in_their_sheet_and_apart(book: Book) -> Iterator[str]:
    for sheet in book.sheets:
        areas = [(part, _area(table)) for part, table in sheet.tables.items()]
        for number, (part, area) in enumerate(areas):
            if area is None or area.last[0] - area.first[0] < 1:
                yield f"{part}: has no heading and row: {sheet.tables[part].get('ref')}"
                continue
            for other, another in areas[:number]:
                if another and overlap(area, another):
                    yield f"{part}: overlaps {other}"


def columns_are_the_heading_cells(book: Book) -> Iterator[str]:
    for sheet, part, table in book.tables:
        area, columns = _area(table), _columns(table)
        if area is None:
            continue
        across = area.last[1] - area.first[1] + 1
        counted = table.find(f"{MAIN}tableColumns")
        if len(columns) != across or counted is None or whole(counted.get("count")) != across:
            yield f"{part}: has {len(columns)} columns over {across} columns of cells"
        for column, number in zip(columns, range(area.first[1], area.last[1] + 1), strict=False):
            cell = sheet.cells.get((area.first[0], number))
            if cell is None or cell.type != "s" or cell.formula is not None:
                yield f"{part}: the heading of {column.get('name')!r} is no text"
            elif shown(cell.text or "") != shown(column.get("name", "")):
                yield f"{part}: the column {column.get('name')!r} has the heading {cell.text!r}"


def columns_have_names_and_ids_of_their_own(book: Book) -> Iterator[str]:
    for _, part, table in book.tables:
        columns = _columns(table)
        for name, count in Counter(one.get("name", "").casefold() for one in columns).items():
            if count > 1 or not name or units(name) > MAX_HEADING:
                yield f"{part}: {count} columns are named {name!r}"
        for identity, count in Counter(one.get("id") for one in columns).items():
            if count > 1 or whole(identity) < 1:
                yield f"{part}: {count} columns have the id {identity}"


def the_filter_leaves_the_totals_out(book: Book) -> Iterator[str]:
    for _, part, table in book.tables:
        area, found = _area(table), table.find(f"{MAIN}autoFilter")
        if area is None or whole(table.get("headerRowCount"), 1) != 1:
            yield f"{part}: has no heading"
        elif found is not None and area_of(found.get("ref", "")) != _without_totals(area, table):
            yield f"{part}: filters {found.get('ref')} of {table.get('ref')}"


def the_totals_row_is_what_the_table_says(book: Book) -> Iterator[str]:
    for sheet, part, table in book.tables:
        area, count = _area(table), _totals_rows(table)
        if count not in (0, 1) or area is None:
            yield f"{part}: has {table.get('totalsRowCount')} totals rows"
            continue
        for column, number in zip(_columns(table), range(area.first[1], area.last[1] + 1), strict=False):
            cell = sheet.cells.get((area.last[0], number))
            function, label = column.get("totalsRowFunction"), column.get("totalsRowLabel")
            if count == 0 and (function or label):
                yield f"{part}: the column {column.get('name')!r} has a total, and there is no totals row"
            elif count == 1:
                yield from _total(part, table, column, cell)


def structured_references_lead_to_a_column(book: Book) -> Iterator[str]:
    known = {
        table.get("displayName", "").casefold(): {one.get("name", "").casefold() for one in _columns(table)}
        for _, _, table in book.tables
    }
    for place, cell in each_cell(book):
        match = SUBTOTAL.fullmatch(cell.formula or "")
        if match and _unescaped(match["column"]).casefold() not in known.get(match["table"].casefold(), ()):
            yield f"{place}: {cell.formula} leads to no column"


RULES = (
    tables_have_names_of_their_own,
    table_ids_are_unique,
    a_part_is_the_table_of_one_sheet,
    tables_lie_in_their_sheet_and_apart,
    columns_are_the_heading_cells,
    columns_have_names_and_ids_of_their_own,
    the_filter_leaves_the_totals_out,
    the_totals_row_is_what_the_table_says,
    structured_references_lead_to_a_column,
)


def table_of(sheet: Sheet, row: int, column: int) -> Element | None:
    """The table that the cell lies in."""
    return next((table for table in sheet.tables.values() if (row, column) in (_area(table) or ())), None)


def _total(part: str, table: Element, column: Element, cell: Cell | None) -> Iterator[str]:
    name, function, label = (
        column.get("name", ""),
        column.get("totalsRowFunction"),
        column.get("totalsRowLabel"),
    )
    match = SUBTOTAL.fullmatch((cell.formula if cell else None) or "")
    if function is not None:
        if function not in FUNCTIONS or label is not None:
            yield f"{part}: the total of {name!r} is the function {function!r} and the label {label!r}"
        if not match or match["table"] != table.get("displayName") or _unescaped(match["column"]) != name:
            yield f"{part}: the total of {name!r} is {cell.formula if cell else None!r}"
    elif label is not None:
        if cell is None or cell.type != "s" or shown(cell.text or "") != shown(label):
            held = cell.text if cell else None
            yield f"{part}: the total of {name!r} is labelled {label!r}, and its cell holds {held!r}"
    elif cell is not None and (cell.text is not None or cell.formula is not None):
        yield f"{part}: the total of {name!r} is {cell.text!r}, and the table does not know of it"


def _area(table: Element) -> Area | None:
    return area_of(table.get("ref", ""))


def _columns(table: Element) -> list[Element]:
    return list(table.iterfind(f"{MAIN}tableColumns/{MAIN}tableColumn"))


def _totals_rows(table: Element) -> int:
    return whole(table.get("totalsRowCount"))


def _without_totals(area: Area, table: Element) -> Area:
    return Area(area.first, (area.last[0] - _totals_rows(table), area.last[1]))


def _unescaped(column: str) -> str:
    return re.sub(r"'(.)", r"\1", column)
