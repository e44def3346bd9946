"""Values stand in the places that wait for them, and no text of a client passes for a place."""

from pathlib import Path

import openpyxl
import pytest

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
    assert {cell.value for (cell,) in document.iter_rows(min_row=2, max_row=3, min_col=7, max_col=7)} == {
        text
    }
    assert text in (openpyxl.load_workbook(made).properties.title or "")
    assert text in read_part(made, "xl/worksheets/sheet2.xml").partition("</sheetData>")[2]
    assert f"t_documents_{text.strip(chr(39)).replace(' ', '_')}" in next(iter(document.tables))
