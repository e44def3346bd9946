"""Worksheets: rows, columns, panes and what is printed."""

import re
from collections import Counter
from collections.abc import Iterator

from tests.support.ooxml.book import MAIN, MAX_COLUMNS, MAX_ROWS, Area, Book, area_of, place_of, units, whole

MAX_WIDTH, MAX_HEIGHT_POINTS = 255, 409.5
MAX_FOOTER = 255
MAX_FIT, MAX_MARGIN_INCHES = 32_767, 49
MIN_SCALE, MAX_SCALE = 10, 400
PAPER_A4 = "9"
PARTS = ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter")
FOOTER_CODE = re.compile(r'&(&|[LCRPNDTZFAGSXYUEBIHO+-]|\d{1,3}|"[^"]+"|K[0-9A-F]{6}|K\d\d[+-]\d{3})')


def rows_and_cells_ascend(book: Book) -> Iterator[str]:
    for sheet in book.sheets:
        last_row = 0
        for row in sheet.root.iter(f"{MAIN}row"):
            number = whole(row.get("r"))
            if not last_row < number <= MAX_ROWS:
                yield f"{sheet.part}: row {row.get('r')} follows row {last_row}"
            last_row = number
            last_column = 0
            for cell in row.iter(f"{MAIN}c"):
                place = place_of(cell.get("r", ""))
                if place is None or place[0] != number or place[1] <= last_column:
                    yield f"{sheet.part}: cell {cell.get('r')} follows column {last_column} in row {number}"
                else:
                    last_column = place[1]


def the_dimension_covers_all_cells(book: Book) -> Iterator[str]:
    for sheet in book.sheets:
        dimension = sheet.root.find(f"{MAIN}dimension")
        area = area_of(dimension.get("ref", "")) if dimension is not None else None
        if area is None:
            yield f"{sheet.part}: has no dimension"
            continue
        for place, cell in sheet.cells.items():
            if place not in area:
                yield f"{sheet.part} {cell.ref}: lies outside the dimension {dimension.get('ref')}"  # type: ignore[union-attr]


def columns_and_rows_have_possible_sizes(book: Book) -> Iterator[str]:
    for sheet in book.sheets:
        last = 0
        for column in sheet.root.iter(f"{MAIN}col"):
            start, end = whole(column.get("min")), whole(column.get("max"))
            if not last < start <= end <= MAX_COLUMNS:
                yield f"{sheet.part}: columns {column.get('min')} to {column.get('max')} follow column {last}"
            last = end
            if not 0 <= float(column.get("width", "0")) <= MAX_WIDTH:
                yield f"{sheet.part}: column {column.get('min')} is {column.get('width')} wide"
        for row in sheet.root.iter(f"{MAIN}row"):
            if not 0 <= float(row.get("ht", "0")) <= MAX_HEIGHT_POINTS:
                yield f"{sheet.part}: row {row.get('r')} is {row.get('ht')} points high"


def panes_are_frozen_where_they_say(book: Book) -> Iterator[str]:
    for sheet in book.sheets:
        for view in sheet.root.iter(f"{MAIN}sheetView"):
            pane = view.find(f"{MAIN}pane")
            columns, rows, active = 0, 0, "topLeft"
            if pane is not None:
                columns, rows = whole(pane.get("xSplit")), whole(pane.get("ySplit"))
                active = pane.get("activePane", "topLeft")
                corner = place_of(pane.get("topLeftCell", ""))
                if pane.get("state") != "frozen" or columns + rows < 1:
                    yield f"{sheet.part}: its panes are split at {columns}, {rows}, not frozen"
                if corner is None or corner[0] <= rows or corner[1] <= columns:
                    yield f"{sheet.part}: its pane at {columns}, {rows} begins with {pane.get('topLeftCell')}"
            right = {True: "Right", False: "Left"}
            possible = {"topLeft"} | {
                f"{'bottom' if below else 'top'}{right[aside]}"
                for below in {False, rows > 0}
                for aside in {False, columns > 0}
            }
            expected = f"{'bottom' if rows else 'top'}{right[columns > 0]}"
            if active != expected:
                yield f"{sheet.part}: the active pane is {active}, not {expected}"
            selections = [one.get("pane", "topLeft") for one in view.iter(f"{MAIN}selection")]
            for name, count in Counter(selections).items():
                if count > 1 or name not in possible:
                    yield f"{sheet.part}: {count} selections are in the pane {name}"


def selections_hold_their_active_cell(book: Book) -> Iterator[str]:
    for sheet in book.sheets:
        for one in sheet.root.iter(f"{MAIN}selection"):
            areas = [area_of(ref) for ref in one.get("sqref", "A1").split()]
            active = place_of(one.get("activeCell", "A1"))
            if None in areas or not any(area and active in area for area in areas):
                yield f"{sheet.part}: {one.get('activeCell')} is active outside of {one.get('sqref')}"


def merged_cells_do_not_overlap(book: Book) -> Iterator[str]:
    for sheet in book.sheets:
        taken: list[Area] = [
            area for table in sheet.tables.values() if (area := area_of(table.get("ref", ""))) is not None
        ]
        for one in sheet.root.iter(f"{MAIN}mergeCell"):
            area = area_of(one.get("ref", ""))
            if area is None or any(overlap(area, other) for other in taken):
                yield f"{sheet.part}: the merged cells {one.get('ref')} overlap others, or a table"
            else:
                taken.append(area)


def headers_and_footers_are_short_and_their_codes_known(book: Book) -> Iterator[str]:
    for sheet in book.sheets:
        for name in PARTS:
            text = sheet.root.findtext(f"{MAIN}headerFooter/{MAIN}{name}", "") or ""
            if units(text) > MAX_FOOTER:
                yield f"{sheet.part}: its {name} has {units(text)} characters"
            if "&" in FOOTER_CODE.sub("", text):
                yield f"{sheet.part}: its {name} has a code that Excel does not know: {text!r}"


def headers_and_footers_keep_their_size(book: Book) -> Iterator[str]:
    """Else those of a wide sheet shrink with it."""
    for sheet in book.sheets:
        found = sheet.root.find(f"{MAIN}headerFooter")
        if found is not None and found.get("scaleWithDoc") not in ("0", "false"):
            yield f"{sheet.part}: its header and footer are scaled with it"


def texts_of_digits_are_not_marked(book: Book) -> Iterator[str]:
    """A tax number is a text on purpose, and has no green corner anywhere on the sheet."""
    for sheet in book.sheets:
        dimension = sheet.root.find(f"{MAIN}dimension")
        ignored = [one.attrib for one in sheet.root.iterfind(f"{MAIN}ignoredErrors/{MAIN}ignoredError")]
        area = dimension.get("ref", "") if dimension is not None else ""
        if ignored != [{"sqref": area, "numberStoredAsText": "1"}]:
            yield f"{sheet.part}: ignores {ignored}, and not that numbers in {area} are texts"


def pages_are_a4_and_fit(book: Book) -> Iterator[str]:
    """Fitted pages across; where they are broken by hand, a scale, as Excel breaks none it has to fit."""
    for sheet in book.sheets:
        page = sheet.root.find(f"{MAIN}pageSetup")
        fits = sheet.root.find(f"{MAIN}sheetPr/{MAIN}pageSetUpPr")
        if page is None or page.get("paperSize") != PAPER_A4:
            yield f"{sheet.part}: is not set up for A4"
            continue
        across, down = whole(page.get("fitToWidth"), 1), whole(page.get("fitToHeight"), 1)
        is_fitted = fits is not None and fits.get("fitToPage") in ("1", "true")
        is_broken = sheet.root.find(f"{MAIN}rowBreaks") is not None
        if is_fitted == is_broken or not 1 <= across <= MAX_FIT or not 0 <= down <= MAX_FIT:
            yield f"{sheet.part}: is not set up to fit pages across: {page.attrib}"
        if is_broken and not MIN_SCALE <= whole(page.get("scale"), -1) <= MAX_SCALE:
            yield f"{sheet.part}: has breaks and the scale {page.get('scale')}"
        for margins in sheet.root.iter(f"{MAIN}pageMargins"):
            for side, inches in margins.attrib.items():
                if not 0 <= float(inches) < MAX_MARGIN_INCHES:
                    yield f"{sheet.part}: its margin {side} is {inches}"


def pages_are_broken_between_rows(book: Book) -> Iterator[str]:
    for sheet in book.sheets:
        for breaks in sheet.root.iter(f"{MAIN}rowBreaks"):
            places = [whole(one.get("id"), -1) for one in breaks]
            if places != sorted(set(places)) or not places or not 0 < places[0] <= places[-1] < MAX_ROWS:
                yield f"{sheet.part}: its pages are broken after the rows {places}"
            if {whole(breaks.get(key), -1) for key in ("count", "manualBreakCount")} != {len(places)}:
                yield f"{sheet.part}: says it has {breaks.attrib} breaks and has {len(places)}"


RULES = (
    rows_and_cells_ascend,
    the_dimension_covers_all_cells,
    columns_and_rows_have_possible_sizes,
    panes_are_frozen_where_they_say,
    selections_hold_their_active_cell,
    merged_cells_do_not_overlap,
    headers_and_footers_are_short_and_their_codes_known,
    headers_and_footers_keep_their_size,
    texts_of_digits_are_not_marked,
    pages_are_a4_and_fit,
    pages_are_broken_between_rows,
)


def overlap(one: Area, other: Area) -> bool:
    """They have a cell in common."""
    return (
        one.first[0] <= other.last[0]
        and other.first[0] <= one.last[0]
        and one.first[1] <= other.last[1]
        and other.first[1] <= one.last[1]
    )
