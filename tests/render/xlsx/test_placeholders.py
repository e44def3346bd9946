"""Values stand in the places that wait for them, and no text of a client passes for a place."""

from pathlib import Path

import openpyxl
import pytest

from reports.render.xlsx.placeholders import Places, insert_values
from tests.support import workbooks
from tests.support.ooxml import violations
from tests.support.papers import paper
from tests.support.workbooks import read_part, read_sheets

DOCUMENTS = 1


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return tmp_path / "made.xlsx"


@pytest.mark.parametrize("text", ["1040000", "104000000", "'104000001'", "1040001 104000002"])
def test_a_text_like_a_stand_in_stays_what_it_is(text: str, made: Path) -> None:
    papers = [paper(number, currency=text, reference=text) for number in (1, 2)]
    workbooks.write_client(made, papers, name=text, language="en")
    assert violations(made) == []
    document = read_sheets(made)[DOCUMENTS]
    assert document.title == "Documents"
    (column,) = (cell.column_letter for cell in document[1] if cell.value == "Currency")
    assert {cell.value for (cell,) in document[f"{column}2:{column}3"]} == {text}
    assert text in (openpyxl.load_workbook(made).properties.title or "")
    assert text in read_part(made, "xl/worksheets/sheet2.xml").partition("</sheetData>")[2]
    assert f"t_documents_{text.strip(chr(39)).replace(' ', '_')}" in next(iter(document.tables))


def test_a_place_is_one_however_often_it_is_named() -> None:
    places = Places()
    row, number = places.row("last"), places.number("last")
    assert (places.row("last"), places.number("last")) == (row, number)
    assert len({row, number, places.row("end"), int(places.digits("words"))}) == 4


def test_values_stand_in_their_places_marked_up() -> None:
    places = Places()
    text = f'<a ref="A1:B{places.row("end")}">{places.digits("name")}</a>'
    pieces = places.split_text(text)
    assert pieces == ['<a ref="A1:B', "end", '">', "name", "</a>"]
    assert insert_values(pieces, {"end": 7, "name": '<Ana & "Rui">\x00'}) == (
        '<a ref="A1:B7">&lt;Ana &amp; &quot;Rui&quot;&gt;\ufffd</a>'
    )


def test_a_place_in_quotes_is_that_of_a_sheet() -> None:
    places = Places()
    assert places.split_text(f"'{places.digits('sheet 1')}'!A1") == ["", "'sheet 1'", "!A1"]


def test_a_number_that_is_no_place_stays() -> None:
    places = Places()
    row = places.row("end")
    text = f"1{row} {row}1 {row + 1} 104"
    assert places.split_text(text) == [text]


def test_a_place_without_a_value_is_an_error() -> None:
    places = Places()
    pieces = places.split_text(places.digits("name"))
    with pytest.raises(KeyError, match="name"):
        insert_values(pieces, {})
