"""Widths, heights and sides of cells: what is written can be read without touching anything."""

from decimal import Decimal

import pytest

from reports.render.content.blocks import Column, Kind, Rows, Sheet, Value
from reports.render.xlsx import cell_styles, column_widths
from reports.render.xlsx.extents import measure_columns

ONE_LINE, TWO_LINES, THREE_LINES = None, 28.0, 41.0


def grid(heading: str, kind: Kind, *values: Value, currency: str | None = "EUR") -> Sheet:
    return Sheet("g", "G", (Column("c", heading, kind),), Rows([values]), empty="", currency=currency)


def widths(sheet: Sheet) -> list[float]:
    return column_widths.widths(sheet, measure_columns(sheet))


@pytest.mark.parametrize(
    ("text", "height"),
    [
        (None, ONE_LINE),
        ("short", ONE_LINE),
        ("one\ntwo\nthree", THREE_LINES),
        ("word " * 30, THREE_LINES),
        ("x" * 100, TWO_LINES),
        ("line\n" * 500, column_widths.MAX_ROW_POINTS),
    ],
)
def test_a_row_is_as_high_as_its_longest_text(text: str | None, height: float | None) -> None:
    sheet = grid("Observations", Kind.LONG_TEXT, text)
    of_row = column_widths.row_height(sheet, measure_columns(sheet), [48.0])
    assert [of_row(row) if of_row else ONE_LINE for row in sheet.rows] == [height]


def test_rows_without_long_texts_have_the_usual_height() -> None:
    sheet = grid("Number", Kind.TEXT, "FT 2026/1\nFT 2026/2")
    assert column_widths.row_height(sheet, measure_columns(sheet), [9.0]) is None


@pytest.mark.parametrize(
    ("heading", "height"),
    [("Net", ONE_LINE), ("Base credit notes", TWO_LINES), ("IVA das notas de crédito", TWO_LINES)],
)
def test_a_heading_takes_two_lines_at_most(heading: str, height: float | None) -> None:
    sheet = grid(heading, Kind.MONEY, Decimal("1.00"))
    assert column_widths.compute_heading_height(sheet, widths(sheet), has_button=True) == height


def test_a_column_is_wide_enough_for_its_longest_number() -> None:
    amounts = (Decimal("-1234567.89"), Decimal("5.00"))
    (width,) = widths(grid("Net", Kind.MONEY, *amounts))
    assert width >= len("-1,234,567.89 €")
    (width,) = widths(grid("Net", Kind.MONEY, *amounts, currency="USD"))
    assert width >= len("-1,234,567.89 USD")


def test_text_keeps_away_from_the_number_before_it() -> None:
    columns = (
        Column("net", "Net", Kind.MONEY),
        Column("exemption", "Exemption", Kind.TEXT),
        Column("reason", "Reason", Kind.TEXT),
    )
    sheet = Sheet(
        "g", "G", columns, Rows([[Decimal(1)], ["M07"], ["Artigo 9.º do CIVA"]]), empty="", currency="EUR"
    )
    net, exemption, reason = (
        cell_styles.style_column(sheet, index, cell_styles.BODY, measure)
        for index, measure in enumerate(measure_columns(sheet))
    )
    assert (net.horizontal, net.indent) == ("right", 0)
    assert (exemption.horizontal, exemption.indent) == ("left", 1)
    assert (reason.horizontal, reason.indent) == (None, 0)


def test_a_heading_of_numbers_keeps_clear_of_the_filter_button() -> None:
    sheet = grid("Net", Kind.MONEY, Decimal(1))
    assert cell_styles.style_heading(sheet, 0, has_button=True).indent > 0
    assert cell_styles.style_heading(sheet, 0, has_button=False).indent == 0
