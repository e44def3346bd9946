"""Sides of cells: what is written keeps clear of what stands beside it."""

from decimal import Decimal

import pytest

from reports.render.content.blocks import Column, Kind, Rows, Sheet
from reports.render.xlsx import cell_styles, cell_xml
from reports.render.xlsx.cell_fields import ENCODERS
from reports.render.xlsx.extents import Measure, measure_columns
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


@pytest.mark.parametrize("kind", Kind)
def test_wherever_numbers_stand_they_end_under_their_heading_and_apart_from_the_next_text(kind: Kind) -> None:
    columns = (Column("own", "Own", kind), Column("next", "Next", Kind.TEXT))
    sheet = Sheet("g", "G", columns, Rows([[], []]), empty="")
    looks = [cell_styles.style_column(sheet, index, cell_styles.BODY, Measure()) for index in range(2)]
    heading = cell_styles.style_heading(sheet, 0, has_button=True)
    if ENCODERS[kind] in (cell_xml.number, cell_xml.fraction, cell_xml.amount_or_text):
        assert (looks[0].horizontal, heading.horizontal, looks[1].indent) == ("right", "right", 1)
    else:
        assert (looks[0].horizontal, heading.horizontal, looks[1].indent) in (
            (None, None, 0),
            ("left", None, 0),
        )


def test_a_heading_of_numbers_keeps_clear_of_the_filter_button() -> None:
    sheet = build_grid("Net", Kind.MONEY, Decimal(1))
    assert cell_styles.style_heading(sheet, 0, has_button=True).indent > 0
    assert cell_styles.style_heading(sheet, 0, has_button=False).indent == 0
