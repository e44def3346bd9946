"""Every figure on the sheets of the account's month is the one that the raw replies give.

The sandbox's account is reported by the real command over HTTP; what it should say comes from the oracle of
the account's month, which uses nothing of the package.
"""

from datetime import date
from pathlib import Path

import pytest

from reports.sandbox.server import Sandbox
from tests.support.account_oracle.account import RawAccount
from tests.support.office import HTML_ONLY, Office
from tests.support.tie.month_sheets import Sheets, expect_sheets, list_month_sheets, month_differences
from tests.support.tie.printed import Book, read_book

FIRST, LAST, READ_ON = date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 2)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Sheets, Path]:
    """What the sandbox's account should say, and the summary of its October."""
    with Sandbox() as sandbox:
        office = Office(tmp_path_factory.mktemp("office"), sandbox)
        office.configure(language="en", output=HTML_ONLY)
        own = sandbox.account_data
        listed = {row["id"] for row in own.clients}
        documents = {client: papers for client, papers in own.documents.items() if client in listed}
        assert office.run().code in {0, 6}
        raw = RawAccount(documents, own.clients, own.taxes, FIRST, LAST, READ_ON)
        return expect_sheets(raw), office.month / "summary.xlsx"


@pytest.fixture
def book(made: tuple[Sheets, Path]) -> Book:
    return read_book(made[1])


def test_sheets_say_what_the_raw_data_say(made: tuple[Sheets, Path], book: Book) -> None:
    assert month_differences(made[0], book) == []
    names = [sheet.name for sheet in list_month_sheets(book)]
    assert names[:4] == ["VAT return", "Field 40", "Recapitulative", "OSS"]
    assert {"Collections EUR", "Collections GBP", "Against last year USD", "Series"} <= {*names}


def test_a_changed_number_is_reported_wherever_it_stands(made: tuple[Sheets, Path], book: Book) -> None:
    changed = 0
    for sheet in list_month_sheets(book):
        end = next(row for (row, column), cell in sheet.cells.items() if column == 1 and cell.text == "Total")
        for row in (2, end):
            cells = [cell for (place, _), cell in sorted(sheet.cells.items()) if place == row]
            for cell in (cell for cell in cells if cell.shows_number):
                kept, cell.value = cell.number, cell.number + 1
                assert month_differences(made[0], book), (sheet.name, row, kept)
                cell.value = kept
                changed += 1
    assert changed > 100


def test_amounts_that_are_compared_are_not_all_zero(book: Book) -> None:
    cells = (cell for sheet in list_month_sheets(book) for cell in sheet.cells.values())
    assert sum(cell.shows_number and cell.number != 0 for cell in cells) > 300
