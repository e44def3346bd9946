"""The fields of a grid's rows: where each cell stands, how it looks, and how its value is written."""

from decimal import Decimal

from reports.render.content.blocks import Column, Kind, Rows, Sheet
from reports.render.xlsx import cell_styles, cell_xml
from reports.render.xlsx.cell_fields import ENCODERS, fields, headings, text
from reports.render.xlsx.extents import measure_columns
from reports.render.xlsx.sheet_xml import Field

NAME, NET, RATE = (
    Column("name", "Name", Kind.TEXT),
    Column("net", "Net", Kind.MONEY),
    Column("rate", "Rate", Kind.PERCENT),
)
ROWS = Rows([["Ana"], [Decimal("1.00")], [Decimal("5.5")]])
GRID = Sheet("g", "G", (NAME, NET, RATE), ROWS, empty="–", currency="EUR")


def test_every_kind_of_value_can_be_written() -> None:
    assert {*ENCODERS} == {*Kind}


def test_cells_stand_side_by_side_from_the_first_column_on() -> None:
    found = fields(GRID, measure_columns(GRID), cell_styles.BODY)
    assert [field.letter for field in found] == ["A", "B", "C"]
    further = fields(GRID, measure_columns(GRID), cell_styles.BODY, first=26)
    assert [field.letter for field in further] == ["Z", "AA", "AB"]
    assert [field[1:] for field in further] == [field[1:] for field in found]


def test_a_cell_is_written_and_looks_as_its_kind_does() -> None:
    name, net, rate = fields(GRID, measure_columns(GRID), cell_styles.TOTAL)
    assert (name.encode, net.encode, rate.encode) == (cell_xml.text, cell_xml.number, cell_xml.fraction)
    assert (name.look.horizontal, net.look.horizontal) == (None, "right")
    assert all(field.look.is_bold for field in (name, net, rate))
    assert "0.0%" in rate.look.number_format


def test_headings_are_texts_clear_of_the_buttons_where_there_are_some() -> None:
    with_button, without = (headings(GRID, has_button=has, first=2) for has in (True, False))
    assert [field.letter for field in with_button] == ["B", "C", "D"]
    assert {field.encode for field in with_button} == {cell_xml.text}
    assert with_button[1].look.indent > without[1].look.indent == 0


def test_a_text_has_the_look_that_it_is_given() -> None:
    assert text(28, cell_styles.NOTE) == Field("AB", cell_styles.NOTE, cell_xml.text)
