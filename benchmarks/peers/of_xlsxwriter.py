"""XlsxWriter, in memory with Excel tables and with constant memory without; pyexcelerate."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.content import Plain
from benchmarks.peers import looks


def constant_memory(tabs: Sequence[Plain], target: Path) -> None:
    """Row by row, each cell by the method of its type: the fastest and leanest that XlsxWriter has.

    Tables are not to be had in this mode, so the bands are formats and the filter is the sheet's own.
    """
    _write(tabs, target, is_constant=True)


def in_memory(tabs: Sequence[Plain], target: Path) -> None:
    """With an Excel table, which bands the rows by itself."""
    _write(tabs, target, is_constant=False)


def pyexcelerate(tabs: Sequence[Plain], target: Path) -> None:
    """Values in bulk, a style for every column."""
    import pyexcelerate as px

    book = px.Workbook()
    side = px.Border.Border(color=_rgb(px, looks.LINE), style="hair")
    for tab in tabs:
        columns = [
            [value and looks.hyperlink(value) for value in values] if kind in looks.LINKS else values
            for kind, values in zip(tab.kinds, tab.columns, strict=True)
        ]
        rows = [list(tab.headings), *map(list, zip(*columns, strict=True)), _totals(tab)]
        sheet = book.new_sheet(tab.title, data=rows)
        for place, (kind, width) in enumerate(zip(tab.kinds, tab.widths, strict=True), start=1):
            sheet.set_col_style(
                place,
                px.Style(
                    font=px.Font(family=looks.FONT, size=looks.SIZE, color=_rgb(px, looks.INK)),
                    format=px.Format(looks.FORMATS.get(kind)),
                    alignment=px.Alignment(
                        horizontal="right" if kind in looks.RIGHT else "left", vertical="top"
                    ),
                    borders=px.Borders.Borders(bottom=side),
                    size=0 if place - 1 in tab.hidden else width,
                ),
            )
        sheet.set_row_style(
            1, px.Style(font=px.Font(bold=True), fill=px.Fill(background=_rgb(px, looks.ACCENT)))
        )
        sheet.set_row_style(
            len(rows), px.Style(font=px.Font(bold=True), fill=px.Fill(background=_rgb(px, looks.TINT)))
        )
        sheet.panes = px.Panes(1, 1)
        sheet.auto_filter = True
    book.save(str(target))


def _rgb(px: Any, colour: str) -> Any:
    return px.Color(*bytes.fromhex(colour))


def _totals(tab: Plain) -> list[Any]:
    rows = len(tab.columns[0])
    return [
        looks.subtotal(looks.letter(place), rows) if isinstance(total, float) else total
        for place, total in enumerate(tab.totals)
    ]


def _write(tabs: Sequence[Plain], target: Path, *, is_constant: bool) -> None:
    import xlsxwriter

    options = {"constant_memory": True} if is_constant else {}
    with xlsxwriter.Workbook(target, options) as book:
        head = book.add_format(
            {
                "font_name": looks.FONT,
                "font_size": looks.SIZE,
                "bold": True,
                "font_color": f"#{looks.PAPER}",
                "bg_color": f"#{looks.ACCENT}",
                "text_wrap": True,
                "valign": "vcenter",
            }
        )
        quiet = book.add_format({"font_color": f"#{looks.LINE}"})
        for tab in tabs:
            sheet = book.add_worksheet(tab.title)
            _set_up(sheet, tab)
            bodies = [[_format(book, kind, band=band) for kind in tab.kinds] for band in (False, is_constant)]
            totals = [_format(book, kind, is_total=True) for kind in tab.kinds]
            rows = len(tab.columns[0])
            for place, heading in enumerate(tab.headings):
                sheet.write_string(0, place, heading, head)
            if is_constant:
                sheet.autofilter(0, 0, rows, len(tab.kinds) - 1)
            else:
                _table(sheet, tab, rows, head)
            sheet.conditional_format(
                1,
                2,
                rows,
                2,
                {"type": "cell", "criteria": "==", "value": f'"{looks.QUIET}"', "format": quiet},
            )
            _body(sheet, tab, bodies)
            _total(sheet, tab, totals, rows)


def _body(sheet: Any, tab: Plain, bodies: Sequence[Sequence[Any]]) -> None:
    writers = [_writer(sheet, kind) for kind in tab.kinds]
    for row, values in enumerate(zip(*tab.columns, strict=True), start=1):
        formats = bodies[row % 2 == 0]
        for place, value in enumerate(values):
            if value is None:
                sheet.write_blank(row, place, None, formats[place])
            else:
                writers[place](row, place, value, formats[place])


def _writer(sheet: Any, kind: str) -> Any:
    def link(row: int, place: int, value: Any, look: Any) -> None:
        sheet.write_formula(row, place, looks.hyperlink(value), look, value[1])

    if kind in looks.LINKS:
        return link
    if kind in looks.RIGHT:
        return sheet.write_number
    return {"date": sheet.write_datetime, "boolean": sheet.write_boolean}.get(kind, sheet.write_string)


def _total(sheet: Any, tab: Plain, formats: Sequence[Any], rows: int) -> None:
    for place, total in enumerate(tab.totals):
        if isinstance(total, float):
            formula = looks.subtotal(looks.letter(place), rows)
            sheet.write_formula(rows + 1, place, formula, formats[place], total)
        else:
            sheet.write(rows + 1, place, total, formats[place])


def _table(sheet: Any, tab: Plain, rows: int, head: Any) -> None:
    columns = [{"header": heading, "header_format": head} for heading in tab.headings]
    sheet.add_table(
        0,
        0,
        rows,
        len(tab.kinds) - 1,
        {"columns": columns, "style": "Table Style Light 1", "autofilter": True},
    )


def _set_up(sheet: Any, tab: Plain) -> None:
    for place, width in enumerate(tab.widths):
        sheet.set_column(place, place, width, None, {"hidden": place in tab.hidden})
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(**looks.MARGINS)
    sheet.set_footer(looks.FOOTER)
    sheet.hide_gridlines(2)


def _format(book: Any, kind: str, *, band: bool = False, is_total: bool = False) -> Any:
    look = {
        "font_name": looks.FONT,
        "font_size": looks.SIZE,
        "font_color": f"#{looks.LINK if kind in looks.LINKS and not is_total else looks.INK}",
        "valign": "top",
        "align": "right" if kind in looks.RIGHT else "left",
        "text_wrap": kind == "long-text",
    }
    if kind in looks.FORMATS:
        look["num_format"] = looks.FORMATS[kind]
    if is_total:
        look |= {"bold": True, "top": 1, "top_color": f"#{looks.ACCENT}", "bg_color": f"#{looks.TINT}"}
    else:
        look |= {"bottom": 7, "bottom_color": f"#{looks.LINE}"}
    if band:
        look["bg_color"] = f"#{looks.BAND}"
    return book.add_format(look)
