"""Writes the workbook with XlsxWriter in constant memory, its fastest and leanest way.

Styles are those of `render/xlsx/cell_styles`. Tables are not to be had in this mode, so the bands are formats
and the filter is the sheet's own.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.content import PlainSheet

FONT = {"font_name": "Calibri", "font_size": 10}
INK, PAPER, ACCENT, LINE, LINK = "#1F2933", "#FFFFFF", "#1F4E78", "#D5DCE2", "#0563C1"
TINT, BAND = "#E9EEF2", "#F6F8FA"
NUMBER_FORMATS = {
    "money": r"#,##0.00\ [$€-816];[Red]\-#,##0.00\ [$€-816]",
    "number": r"#,##0.00##;[Red]\-#,##0.00##",
    "percent": "0%",
    "date": "dd/mm/yyyy",
    "integer": "0",
}
NUMBERS = ("money", "number", "percent", "integer")
LINKS = ("link", "name-link")
MARGINS_INCHES = {"left": 0.5, "right": 0.5, "top": 0.6, "bottom": 0.7}
FOOTER = "&L&8Cliente de Ensaio, Lda · outubro de 2026&R&8Página &P de &N"
QUIET = "Paga"
"""A status that stands back, by a conditional format."""


def write_workbook(sheets: Sequence[PlainSheet], target: Path) -> None:
    """Writes row by row, each cell by the method of its type."""
    import xlsxwriter

    with xlsxwriter.Workbook(target, {"constant_memory": True}) as book:
        head_look = {"bold": True, "font_color": PAPER, "bg_color": ACCENT, "text_wrap": True}
        head = book.add_format(FONT | head_look | {"valign": "vcenter"})
        quiet = book.add_format({"font_color": LINE})
        for own in sheets:
            sheet, rows = book.add_worksheet(own.title), len(own.columns[0])
            _set_up(sheet, own)
            bodies = [[_add_format(book, kind, is_band=band) for kind in own.kinds] for band in (False, True)]
            totals = [_add_format(book, kind, is_total=True) for kind in own.kinds]
            for place, heading in enumerate(own.headings):
                sheet.write_string(0, place, heading, head)
            sheet.autofilter(0, 0, rows, len(own.kinds) - 1)
            is_quiet = {"type": "cell", "criteria": "==", "value": f'"{QUIET}"', "format": quiet}
            sheet.conditional_format(1, 2, rows, 2, is_quiet)
            _write_body(sheet, own, bodies)
            _write_totals(sheet, own, totals, rows)


def _write_body(sheet: Any, own: PlainSheet, bodies: Sequence[Sequence[Any]]) -> None:
    writers = [_choose_writer(sheet, kind) for kind in own.kinds]
    for row, values in enumerate(zip(*own.columns, strict=True), start=1):
        formats = bodies[row % 2 == 0]
        for place, value in enumerate(values):
            if value is None:
                sheet.write_blank(row, place, None, formats[place])
            else:
                writers[place](row, place, value, formats[place])


def _choose_writer(sheet: Any, kind: str) -> Any:
    def write_link(row: int, place: int, value: Any, look: Any) -> None:
        url, text = value
        sheet.write_formula(row, place, f'=HYPERLINK("{url}","{text}")', look, text)

    if kind in LINKS:
        return write_link
    if kind in NUMBERS:
        return sheet.write_number
    return {"date": sheet.write_datetime, "boolean": sheet.write_boolean}.get(kind, sheet.write_string)


def _write_totals(sheet: Any, own: PlainSheet, formats: Sequence[Any], rows: int) -> None:
    for place, total in enumerate(own.totals):
        if isinstance(total, float):
            letter = chr(ord("A") + place)  # There are no more than 26.
            formula = f"=SUBTOTAL(109,{letter}2:{letter}{rows + 1})"
            sheet.write_formula(rows + 1, place, formula, formats[place], total)
        else:
            sheet.write(rows + 1, place, total, formats[place])


def _set_up(sheet: Any, own: PlainSheet) -> None:
    for place, width in enumerate(own.widths):
        sheet.set_column(place, place, width, None, {"hidden": place in own.hidden})
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(**MARGINS_INCHES)
    sheet.set_footer(FOOTER)
    sheet.hide_gridlines(2)


def _add_format(book: Any, kind: str, *, is_band: bool = False, is_total: bool = False) -> Any:
    look: dict[str, Any] = FONT | {
        "font_color": LINK if kind in LINKS and not is_total else INK,
        "valign": "top",
        "align": "right" if kind in NUMBERS else "left",
        "text_wrap": kind == "long-text",
    }
    if kind in NUMBER_FORMATS:
        look["num_format"] = NUMBER_FORMATS[kind]
    if is_total:
        look |= {"bold": True, "top": 1, "top_color": ACCENT, "bg_color": TINT}
    else:
        look |= {"bottom": 7, "bottom_color": LINE}
    if is_band:
        look["bg_color"] = BAND
    return book.add_format(look)
