"""The workbook's own part: names of sheets, what is shown first, defined names."""

import re
from collections import Counter
from collections.abc import Iterator

from tests.support.ooxml.book import MAIN, Book, area_of, place_of, reference_of, units, whole
from tests.support.ooxml.package import REFERENCE

MAX_SHEET_NAME = 31
MAX_SHEET_ID = 65_534
MIN_CALCULATION_ID = 191_029
"""Of Excel 2021, 2024 and 365."""
RESERVED_SHEET_NAMES = {"history"}
NAME = re.compile(r"[^\W\d]\w*([.\\]\w+)*|\\[\w.]+|_xlnm\.[A-Z]\w+")
TITLES = re.compile(r"\$(\d+):\$(\d+)|\$([A-Z]{1,3}):\$([A-Z]{1,3})")


def sheet_names_can_be_used(book: Book) -> Iterator[str]:
    if not book.sheets:
        yield f"{book.part}: has no sheet"
    for sheet in book.sheets:
        name = sheet.name
        if not 1 <= units(name) <= MAX_SHEET_NAME:
            yield f"{book.part}: the sheet name {name!r} has {units(name)} characters"
        if re.search(r"[\[\]:*?/\\\x00-\x1f]", name) or name.startswith("'") or name.endswith("'"):
            yield f"{book.part}: the sheet name {name!r} has a character that Excel forbids there"
        if name.casefold() in RESERVED_SHEET_NAMES:
            yield f"{book.part}: the sheet name {name!r} is reserved"
    for name, count in Counter(sheet.name.casefold() for sheet in book.sheets).items():
        if count > 1:
            yield f"{book.part}: {count} sheets are named {name!r}, but for case"


def sheet_ids_are_unique(book: Book) -> Iterator[str]:
    sheets = list(book.root.iter(f"{MAIN}sheet"))
    for key in ("sheetId", f"{REFERENCE}id"):
        for identity, count in Counter(sheet.get(key) for sheet in sheets).items():
            if count > 1:
                yield f"{book.part}: {count} sheets have the id {identity}"
    for sheet in sheets:
        if not 1 <= whole(sheet.get("sheetId")) <= MAX_SHEET_ID:
            yield f"{book.part}: the sheet {sheet.get('name')!r} has the id {sheet.get('sheetId')}"
    if len(sheets) != len(book.sheets):
        yield f"{book.part}: a sheet has no worksheet"


def one_visible_sheet_is_shown_first(book: Book) -> Iterator[str]:
    sheets = list(book.root.iter(f"{MAIN}sheet"))
    for view in book.root.iter(f"{MAIN}workbookView"):
        for key in ("activeTab", "firstSheet"):
            number = whole(view.get(key))
            if not 0 <= number < len(sheets):
                yield f"{book.part}: {key} is {view.get(key)}, of {len(sheets)} sheets"
            elif sheets[number].get("state", "visible") != "visible":
                yield f"{book.part}: {key} is the hidden sheet {sheets[number].get('name')!r}"
    selected = [
        sheet.name
        for sheet in book.sheets
        for view in sheet.root.iter(f"{MAIN}sheetView")
        if view.get("tabSelected") in ("1", "true")
    ]
    if len(selected) > 1:
        yield f"{book.part}: {len(selected)} sheets are selected together: what is typed goes into each"


def defined_names_are_names(book: Book) -> Iterator[str]:
    scopes = [(one.get("name", "").casefold(), one.get("localSheetId")) for one in book.names]
    for (name, scope), count in Counter(scopes).items():
        if count > 1:
            yield f"{book.part}: the name {name!r} is defined {count} times for the sheet {scope}"
    for one in book.names:
        name = one.get("name", "")
        if not is_name(name):
            yield f"{book.part}: {name!r} cannot be a name"
        if one.get("localSheetId") is not None and not 0 <= whole(one.get("localSheetId")) < len(book.sheets):
            yield f"{book.part}: the name {name!r} belongs to the sheet {one.get('localSheetId')}"


def defined_names_lead_to_cells(book: Book) -> Iterator[str]:
    for one in book.names:
        text = one.text or ""
        found = reference_of(text)
        if found is None:
            yield f"{book.part}: the name {one.get('name')!r} stands for {text!r}, which names no sheet"
            continue
        sheet, rest = found
        if book.sheet(sheet) is None:
            yield f"{book.part}: the name {one.get('name')!r} stands for {sheet!r}, which is no sheet"
            continue
        is_titles = one.get("name") == "_xlnm.Print_Titles"
        if is_titles and not _are_titles(rest, sheet):
            yield f"{book.part}: the print titles of {sheet!r} are {rest!r}"
        if is_titles and whole(one.get("localSheetId"), -1) != [own.name for own in book.sheets].index(sheet):
            yield f"{book.part}: the print titles of {sheet!r} belong to the sheet {one.get('localSheetId')}"
        if not is_titles and area_of(rest) is None:
            yield f"{book.part}: the name {one.get('name')!r} stands for {rest!r}"


def nothing_is_calculated_when_it_is_opened(book: Book) -> Iterator[str]:
    """Else Excel asks whether to save a workbook that nobody changed."""
    found = book.root.findall(f"{MAIN}calcPr")
    if len(found) != 1:
        yield f"{book.part}: says {len(found)} times how it is calculated"
    for one in found:
        if one.get("fullCalcOnLoad") not in (None, "0", "false"):
            yield f"{book.part}: is calculated anew whenever it is opened"
        if whole(one.get("calcId")) < MIN_CALCULATION_ID:
            yield f"{book.part}: was calculated by {one.get('calcId')}, an Excel before 2021"


RULES = (
    sheet_names_can_be_used,
    sheet_ids_are_unique,
    one_visible_sheet_is_shown_first,
    defined_names_are_names,
    defined_names_lead_to_cells,
    nothing_is_calculated_when_it_is_opened,
)


def is_name(name: str) -> bool:
    """Excel takes it for the name of a table or of cells, and not for a cell."""
    is_cell = place_of(name.upper()) or re.fullmatch(r"(?i)r\d*(c\d*)?|c\d*", name)
    return NAME.fullmatch(name) is not None and not is_cell and units(name) <= 255


def _are_titles(text: str, sheet: str) -> bool:
    """Rows, columns, or columns and then rows, as Excel has them."""
    quoted = "'" + sheet.replace("'", "''") + "'"
    columns, is_both, rows = text.partition(f",{quoted}!")
    if is_both:
        return _is_title(columns) and _is_title(rows) and not columns[1].isdigit() and rows[1].isdigit()
    return _is_title(text)


def _is_title(text: str) -> bool:
    match = TITLES.fullmatch(text)
    if not match:
        return False
    if match[1]:
        return 1 <= int(match[1]) <= int(match[2]) and place_of(f"A{match[2]}") is not None
    return area_of(f"{match[3]}1:{match[4]}1") is not None
