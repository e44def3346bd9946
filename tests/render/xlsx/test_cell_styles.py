"""Sides of cells: what is written keeps clear of what stands beside it."""

from decimal import Decimal

from reports.render.content.blocks import Column, Kind, Rows, Sheet
from reports.render.xlsx import cell_styles
from reports.render.xlsx.extents import measure_columns
from tests.support.grids import build_grid


def test_text_keeps_away_from_the_number_before_it() -> None:
    columns = (
        Column("net", "Net", Kind.MONEY),
        Column("exemption", "Exemption", Kind.TEXT),
        Column("reason", "Reason", Kind.TEXT),
    )
    rows = Rows([[Decimal(1)], ["M07"], ["Artigo 9.º do CIVA"]])
    sheet = Sheet("g", "G", columns, rows, empty="", currency="EUR")
    net, exemption, reason = (
        cell_styles.style_column(sheet, index, cell_styles.BODY, measure)
        for index, measure in enumerate(measure_columns(sheet))
    )
    assert (net.horizontal, net.indent) == ("right", 0)
    assert (exemption.horizontal, exemption.indent) == ("left", 1)
    assert (reason.horizontal, reason.indent) == (None, 0)


def test_a_heading_of_numbers_keeps_clear_of_the_filter_button() -> None:
    sheet = build_grid("Net", Kind.MONEY, Decimal(1))
    assert cell_styles.style_heading(sheet, 0, has_button=True).indent > 0
    assert cell_styles.style_heading(sheet, 0, has_button=False).indent == 0
