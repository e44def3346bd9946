"""Columns as wide as their longest number, rows as high as their longest text."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from reports.render.content.blocks import Column, Kind, Rows, Sheet
from reports.render.xlsx import column_widths
from reports.render.xlsx.extents import measure_columns
from tests.support.grids import build_grid

PAGE = column_widths.PAGE_CHARACTERS
ONE_LINE, TWO_LINES, THREE_LINES = None, 28.0, 41.0


def measure_widths(sheet: Sheet) -> list[float]:
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
    sheet = build_grid("Observations", Kind.LONG_TEXT, text)
    of_row = column_widths.row_height(sheet, measure_columns(sheet), [48.0])
    assert [of_row(row) if of_row else ONE_LINE for row in sheet.rows] == [height]


def test_rows_without_long_texts_have_the_usual_height() -> None:
    sheet = build_grid("Number", Kind.TEXT, "FT 2026/1\nFT 2026/2")
    assert column_widths.row_height(sheet, measure_columns(sheet), [9.0]) is None


@pytest.mark.parametrize(
    ("heading", "height"),
    [("Net", ONE_LINE), ("Base credit notes", TWO_LINES), ("IVA das notas de crédito", TWO_LINES)],
)
def test_a_heading_takes_two_lines_at_most(heading: str, height: float | None) -> None:
    sheet = build_grid(heading, Kind.MONEY, Decimal("1.00"))
    assert column_widths.compute_heading_height(sheet, measure_widths(sheet), has_button=True) == height


@pytest.mark.parametrize("kind", [Kind.MONEY, Kind.INTEGER, Kind.TEXT])
def test_a_heading_keeps_its_longest_word_whole_beside_the_button(kind: Kind) -> None:
    (width,) = measure_widths(build_grid("Documentos lidos", kind, None))
    # Bold letters of ten points take up to a tenth more than a character; the button is 18 pixels wide.
    button = 3.6 if kind is not Kind.TEXT else 3
    assert width >= len("Documentos") + button


def test_a_column_is_wide_enough_for_its_longest_number() -> None:
    amounts = (Decimal("-1234567.89"), Decimal("5.00"))
    (width,) = measure_widths(build_grid("Net", Kind.MONEY, *amounts))
    assert width >= len("-1,234,567.89 €")
    (width,) = measure_widths(build_grid("Net", Kind.MONEY, *amounts, currency="USD"))
    assert width >= len("-1,234,567.89 USD")


def lay_out(*columns: Column, texts: Sequence[str | None], frozen: int = 1) -> column_widths.PrintLayout:
    """The layout of a grid with one row of these texts."""
    sheet = Sheet("s", "S", columns, Rows([[text] for text in texts]), empty="")
    return column_widths.lay_out(sheet, measure_columns(sheet), frozen=frozen)


def list_columns(count: int, kind: Kind = Kind.TEXT) -> list[Column]:
    return [Column(f"c{place}", "A", kind) for place in range(count)]


def test_a_sheet_as_wide_as_its_paper_is_on_one_page_as_it_is() -> None:
    layout = lay_out(*list_columns(4), texts=["x" * 36] * 4)
    assert sum(layout.widths) <= PAGE
    assert (layout.pages, *layout.are_hidden) == (1, False, False, False, False)


def test_a_wider_sheet_leaves_out_its_empty_columns_first() -> None:
    layout = lay_out(*list_columns(22), texts=[*["x" * 30] * 4, *[None] * 9, *[""] * 9])
    assert (layout.pages, list(layout.are_hidden)) == (1, [False] * 4 + [True] * 18)


def test_long_texts_wrap_where_that_saves_a_page() -> None:
    layout = lay_out(*list_columns(5, Kind.LONG_TEXT), texts=["word " * 30] * 5)
    assert layout.pages == 1
    assert max(layout.widths) < 48
    assert PAGE - 5 < sum(layout.widths) <= PAGE


def test_what_a_page_leaves_free_is_shared_by_what_each_text_lacks() -> None:
    columns = [*list_columns(2, Kind.LONG_TEXT), *list_columns(4)]
    layout = lay_out(*columns, texts=["word " * 30, "x" * 30, *["x" * 30] * 3, "x" * 12])
    first, second, *others = layout.widths
    assert (layout.pages, others) == (1, [32.0] * 3 + [14.0])
    assert (first - 24, second - 24) == (12, 4)


def test_what_is_wider_still_is_several_pages_with_the_number_on_each() -> None:
    columns = [Column("client", "Client", Kind.TEXT), Column("linked_number", "Number", Kind.TEXT)]
    layout = lay_out(*columns, *list_columns(8), texts=["x" * 36] * 10)
    assert (layout.pages, layout.repeated) == (3, (2, 2))
    assert not any(layout.are_hidden)


def test_without_a_number_the_columns_in_sight_are_on_each_page() -> None:
    layout = lay_out(*list_columns(7), texts=["x" * 36] * 7, frozen=2)
    assert (layout.pages, layout.repeated) == (3, (1, 2))
