"""Columns that workbook, statement and summary share: what is added, hidden and marked."""

from pathlib import Path

import pytest

from reports.render.content.blocks import Tone
from reports.render.content.columns import WORKBOOK_DOCUMENTS, WORKBOOK_LINE_ITEMS, columns_of
from tests.support import workbooks
from tests.support.workbooks import list_few_papers, read_conditions, read_sheets

DOCUMENTS, OPEN = 1, 4


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return tmp_path / "made.xlsx"


def test_overdue_and_settled_are_told_by_word_and_marked_quietly(made: Path) -> None:
    workbooks.write_client(made, list_few_papers(), language="en")
    documents, open_documents = read_sheets(made)[DOCUMENTS], read_sheets(made)[OPEN]
    assert ("C2:C4", "equal", '"Paid"') in read_conditions(documents)
    assert documents["C2"].value == "Paid"
    assert read_conditions(open_documents) == [
        ("E2:E3", "greaterThan", "0"),
        ("F2:F3", "equal", '"In your favour"'),
        ("F2:F3", "notEqual", '"Not due"'),
    ]
    assert [open_documents.cell(row=row, column=6).value for row in (2, 3)] == [
        "61 to 90 days",
        "In your favour",
    ]


def test_amounts_alone_are_added_up() -> None:
    added_up = [column.key for column in columns_of(tuple(WORKBOOK_DOCUMENTS), "en") if column.has_total]
    assert added_up == ["sum", "discount", "net", "tax", "rounding", "gross", "withholding", "payable"]
    lines = [column.key for column in columns_of(tuple(WORKBOOK_LINE_ITEMS), "en") if column.has_total]
    assert lines == ["discount", "net", "tax", "gross"]


def test_what_only_a_program_wants_is_hidden() -> None:
    keys = (*WORKBOOK_DOCUMENTS, *WORKBOOK_LINE_ITEMS)
    assert {column.key for column in columns_of(keys, "en") if column.is_hidden} == {
        *("archived", "id", "document_id"),
    }


def test_headings_are_in_the_language_and_keys_in_none() -> None:
    columns = columns_of(("gross", "due_date"), "pt")
    assert [(column.key, column.heading) for column in columns] == [
        ("gross", "Total com IVA"),
        ("due_date", "Vencimento"),
    ]


def test_a_status_to_which_nothing_is_to_be_done_stands_back() -> None:
    (status,) = columns_of(("status",), "en")
    assert [(mark.test, mark.value, mark.tone) for mark in status.marks] == [
        ("is", word, Tone.QUIET) for word in ("Paid", "Draft", "Cancelled", "Deleted")
    ]
