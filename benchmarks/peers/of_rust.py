"""Writers in Rust with a face in Python, each as far as it can follow."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from benchmarks.content import Plain
from benchmarks.peers import looks


def frames(tabs: Sequence[Plain]) -> list[pd.DataFrame]:
    """The tabs as frames of floats, dates and texts; a link is its text."""
    return [
        pd.DataFrame(
            {
                heading: pd.Series(
                    [value and value[1] for value in values] if kind in looks.LINKS else values,
                    dtype="string" if kind in (*looks.LINKS, "text", "long-text") else None,
                )
                for heading, kind, values in zip(tab.headings, tab.kinds, tab.columns, strict=True)
            }
        )
        for tab in tabs
    ]


def arrow(tabs: Sequence[Plain]) -> list[Any]:
    """The frames as Arrow has them, which is what jetxl wants."""
    import pyarrow as pa

    return [pa.Table.from_pandas(frame, preserve_index=False) for frame in frames(tabs)]


def rvgsrust(tabs: Sequence[Plain], target: Path, frames: Sequence[pd.DataFrame]) -> None:
    """A frame with a format for each column, then the links over it."""
    from rvgsrust_xlsxwriter import Table, TableColumn, Workbook

    book = Workbook(str(target))
    for tab, frame in zip(tabs, frames, strict=True):
        sheet = book.add_worksheet(tab.title)
        rows = len(frame)
        formats = [_rvgs_format(book, kind) for kind in tab.kinds]
        head = book.add_format()
        head.set_bold().set_font_color(f"#{looks.PAPER}").set_background_color(f"#{looks.ACCENT}")
        head.set_text_wrap().set_font_name(looks.FONT).set_font_size(looks.SIZE)
        sheet.write_dataframe(
            0, 0, frame, header_format=head, column_formats=dict(zip(tab.headings, formats, strict=True))
        )
        for place, (kind, values) in enumerate(zip(tab.kinds, tab.columns, strict=True)):
            if kind in looks.LINKS:
                for row, link in enumerate(values, start=1):
                    if link:
                        sheet.write_url(row, place, link[0], formats[place], text=link[1])
        for place, width in enumerate(tab.widths):
            sheet.set_column_width(place, width)
            if place in tab.hidden:
                sheet.set_column_hidden(place)
        columns = [TableColumn().set_header(heading).set_header_format(head) for heading in tab.headings]
        table = Table().set_columns(columns).set_style("light1").set_banded_rows(True)
        sheet.add_table(0, 0, rows, len(tab.kinds) - 1, table)
        for place, total in enumerate(tab.totals):
            look = _rvgs_format(book, tab.kinds[place], is_total=True)
            if isinstance(total, float):
                sheet.write_formula(rows + 1, place, looks.subtotal(looks.letter(place), rows), look)
            else:
                sheet.write(rows + 1, place, total, look)
        sheet.freeze_panes(1, 1)
        sheet.set_landscape()
        sheet.set_paper_size(9)
        sheet.set_print_fit_to_pages(1, 0)
        sheet.set_repeat_rows(0, 0)
        sheet.set_footer(looks.FOOTER)
        sheet.set_screen_gridlines(False)
    book.close()


def xlsxturbo(tabs: Sequence[Plain], target: Path, frames: Sequence[pd.DataFrame]) -> None:
    """Frames with a table, and a format for each column."""
    from xlsxturbo import dfs_to_xlsx

    made = []
    for tab, frame in zip(tabs, frames, strict=True):
        rows = len(frame)
        totals = {
            f"{looks.letter(place)}{rows + 2}": {
                "value": looks.subtotal(looks.letter(place), rows) if isinstance(total, float) else total,
                "format": {"bold": True, "bg_color": f"#{looks.TINT}"}
                | ({"num_format": looks.EURO} if isinstance(total, float) else {}),
            }
            for place, total in enumerate(tab.totals)
            if total is not None
        }
        links = [
            (f"{looks.letter(place)}{row}", link[0], link[1])
            for place, (kind, values) in enumerate(zip(tab.kinds, tab.columns, strict=True))
            if kind in looks.LINKS
            for row, link in enumerate(values, start=2)
            if link
        ]
        options: dict[str, Any] = {
            "table_style": "Light1",
            "freeze_panes": (1, 1),
            "column_widths": dict(enumerate(tab.widths)),
            "header_format": {
                "bold": True,
                "font_color": f"#{looks.PAPER}",
                "bg_color": f"#{looks.ACCENT}",
                "wrap_text": True,
            },
            "column_formats": {
                heading: _turbo_format(kind) for heading, kind in zip(tab.headings, tab.kinds, strict=True)
            },
            "cells": totals,
        }
        if links:
            options["hyperlinks"] = links
        made.append((frame, tab.title, options))
    dfs_to_xlsx(made, str(target))


def rustpy(tabs: Sequence[Plain], target: Path, frames: Sequence[pd.DataFrame]) -> None:
    """Frames with a format for each column, bands and a totals row, in its constant memory."""
    from rustpy_xlsxwriter import FastExcel, Format

    book = FastExcel(str(target))
    head = Format().set_bold().set_font_color(f"#{looks.PAPER}").set_background_color(f"#{looks.ACCENT}")
    total = Format().set_bold().set_border_top("thin").set_background_color(f"#{looks.TINT}")
    total.set_num_format(looks.EURO)
    for tab, frame in zip(tabs, frames, strict=True):
        sums = {
            heading: "=SUBTOTAL(109,{col}{first}:{col}{last})"
            for heading, value in zip(tab.headings, tab.totals, strict=True)
            if isinstance(value, float)
        }
        book.sheet(
            tab.title,
            frame,
            column_widths=list(tab.widths),
            column_formats=[_rustpy_format(kind) for kind in tab.kinds],
            header_format=head,
            banded_rows=f"#{looks.BAND}",
            autofilter=True,
            totals_row=sums,
            totals_label="Total",
            totals_format=total,
            page_setup={
                "landscape": True,
                "paper_size": 9,
                "repeat_rows": 0,
                "fit_to_pages": (1, 0),
                "footer": looks.FOOTER,
            },
        )
        book.freeze(row=1, col=1, sheet=tab.title)
    book.save()


def jetxl(tabs: Sequence[Plain], target: Path, tables: Sequence[Any]) -> None:
    """Arrow's own columns, with number formats and a table; one thread."""
    import jetxl

    made = []
    for place, (tab, data) in enumerate(zip(tabs, tables, strict=True)):
        rows = len(tab.columns[0])
        made.append(
            {
                "data": data,
                "name": tab.title,
                "freeze_rows": 1,
                "freeze_cols": 1,
                "styled_headers": True,
                "column_widths": dict(zip(tab.headings, tab.widths, strict=True)),
                "column_formats": {
                    heading: looks.FORMATS[kind]
                    for heading, kind in zip(tab.headings, tab.kinds, strict=True)
                    if kind in looks.FORMATS
                },
                "hyperlinks": [
                    (row, column, link[0], link[1])
                    for column, (kind, values) in enumerate(zip(tab.kinds, tab.columns, strict=True))
                    if kind in looks.LINKS
                    for row, link in enumerate(values, start=2)
                    if link
                ],
                "formulas": [
                    (rows + 2, column, looks.subtotal(looks.letter(column), rows), str(total))
                    for column, total in enumerate(tab.totals)
                    if isinstance(total, float)
                ],
                "tables": [{"name": f"t{place}", "start_row": 1, "start_col": 0, "end_row": 0, "end_col": 0}],
                "hidden_columns": list(tab.hidden),
                "gridlines_visible": False,
            }
        )
    jetxl.write_sheets_arrow(made, str(target), num_threads=1)


def _shape(look: Any, kind: str) -> None:
    """What a kind of value asks of a format."""
    if kind in looks.FORMATS:
        look.set_num_format(looks.FORMATS[kind])
    if kind in looks.RIGHT:
        look.set_align("right")
    if kind == "long-text":
        look.set_text_wrap()


def _rvgs_format(book: Any, kind: str, *, is_total: bool = False) -> Any:
    look = book.add_format()
    look.set_font_name(looks.FONT).set_font_size(looks.SIZE).set_vertical_align("top")
    look.set_font_color(f"#{looks.LINK if kind in looks.LINKS and not is_total else looks.INK}")
    _shape(look, kind)
    if is_total:
        look.set_bold().set_top_border("thin").set_background_color(f"#{looks.TINT}")
    else:
        look.set_bottom_border("hair").set_border_bottom_color(f"#{looks.LINE}")
    return look


def _turbo_format(kind: str) -> dict[str, Any]:
    look: dict[str, Any] = {
        "font_name": looks.FONT,
        "font_size": float(looks.SIZE),
        "font_color": f"#{looks.INK}",
        "align_vertical": "top",
        "border_bottom": "hair",
    }
    if kind in looks.FORMATS:
        look["num_format"] = looks.FORMATS[kind]
    if kind in looks.RIGHT:
        look["align_horizontal"] = "right"
    if kind == "long-text":
        look["wrap_text"] = True
    return look


def _rustpy_format(kind: str) -> Any:
    from rustpy_xlsxwriter import Format

    look = Format().set_font_name(looks.FONT).set_font_size(looks.SIZE).set_font_color(f"#{looks.INK}")
    look.set_border_bottom("hair").set_border_bottom_color(f"#{looks.LINE}").set_align("top")
    _shape(look, kind)
    return look
