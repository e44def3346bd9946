"""The summary workbook: the clients' rows under each other, a sheet a currency, totalled anew."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from reports.figures.changes import Comparison
from reports.render.content.account import FAILED, AccountSummary
from reports.render.content.blocks import Book, DataTab
from reports.render.content.labels import Labels
from reports.render.content.summary_book import build_summary_book
from reports.render.xlsx import workbook
from reports.sandbox.documents import Raw, line
from tests.support.filed import build_account_month
from tests.support.papers import OCTOBER, paper, vat
from tests.support.workbooks import READ_AT, client_book, write_summary

ENGLISH = Labels("en")
DOLLARS = paper(2, currency="US Dollar")


def build_book(
    clients: Mapping[str, Sequence[Raw]],
    *,
    failed: Sequence[str] = (),
    kept: Sequence[str] = (),
    without_sheets: Sequence[str] = (),
    changes: Comparison | None = None,
) -> Book:
    made = [
        client_book(papers, identity=identity, name=name, language="en")
        for identity, (name, papers) in enumerate(clients.items(), start=1)
    ]
    lines = tuple(
        replace(line, changes=changes, state=FAILED if line.name in {*failed, *kept} else line.state)
        for _, line, _ in made
    )
    lines = tuple(
        replace(line, is_kept=True, kept_from=line.read_at, read_at=None) if line.name in kept else line
        for line in lines
    )
    account = AccountSummary("office", "Exemplo", OCTOBER, lines, 3, {}, build_account_month())
    # The order in which clients were done says nothing.
    grids = {line.id: own for _, line, own in reversed(made) if line.name not in without_sheets}
    return build_summary_book(account, grids, labels=ENGLISH)


def find_tab(book: Book, title: str) -> DataTab:
    (tab,) = [tab for tab in book.tabs if tab.title == title]
    assert isinstance(tab, DataTab)
    return tab


def read_total(tab: DataTab, key: str) -> object:
    assert tab.sheet.totals is not None
    return tab.sheet.totals[[column.key for column in tab.sheet.columns].index(key)]


def test_an_account_of_one_currency_has_a_sheet_of_each_kind() -> None:
    book = build_book({"Ana": [paper(1)], "Rui": [paper(1)]})
    assert [tab.title for tab in book.tabs] == [
        *("Clients", "VAT", "Documents", "Open documents", "Not counted", "Findings"),
    ]
    assert (book.title, book.author, book.made_at) == ("office · 01/10/2026 – 31/10/2026", "Exemplo", READ_AT)


def test_currencies_have_sheets_of_their_own_and_no_common_total() -> None:
    book = build_book({"Ana": [paper(1)], "Rui": [paper(1), DOLLARS]})
    assert [tab.title for tab in book.tabs if tab.title.startswith("Documents")] == [
        *("Documents EUR", "Documents USD"),
    ]
    euros, dollars = find_tab(book, "Documents EUR"), find_tab(book, "Documents USD")
    assert (euros.sheet.currency, len(euros.sheet.rows), read_total(euros, "gross")) == (
        "EUR",
        2,
        Decimal("246.00"),
    )
    assert (dollars.sheet.currency, len(dollars.sheet.rows)) == ("USD", 1)
    assert read_total(dollars, "gross") == Decimal("123.00")


def test_an_account_without_documents_has_its_sheets_all_the_same() -> None:
    book = build_book({})
    assert [tab.title for tab in book.tabs][:4] == ["Clients", "VAT", "Documents", "Open documents"]
    assert find_tab(book, "Documents").sheet.totals is None
    assert (book.made_at.date(), find_tab(book, "VAT").sheet.empty) == (OCTOBER.last, "Nothing to list.")


def test_what_does_not_count_and_findings_have_no_total() -> None:
    book = build_book({"Ana": [paper(1, status="draft"), paper(2, rate=None)]})
    for title in ("Not counted", "Findings"):
        tab = find_tab(book, title)
        assert (len(tab.sheet.rows), tab.sheet.totals) == (1, None)


def test_changes_have_a_sheet_where_somebody_was_held_against_an_earlier_reading() -> None:
    compared = Comparison(((OCTOBER, READ_AT),), False, ())
    tab = find_tab(build_book({"Ana": [paper(1)]}, changes=compared), "Changes")
    assert tab.sheet.empty == "Nothing changed since 01/10/2026 – 31/10/2026 (read 02/11/2026 06:30)."
    assert tab.notes[0].startswith("Documents of earlier periods as they are now")


def test_what_lies_there_of_a_client_that_failed_is_in_no_sheet() -> None:
    book = build_book({"Ana": [paper(1)], "Rui": [paper(1), paper(2)]}, failed=["Rui"])
    assert len(find_tab(book, "Documents").sheet.rows) == 1
    assert read_total(find_tab(book, "Documents"), "gross") == Decimal("123.00")


def test_a_client_of_an_earlier_reading_is_added_and_marked_in_every_sheet() -> None:
    book = build_book({"Ana": [paper(1)], "Rui": [paper(1), paper(2)]}, kept=["Rui"])
    clients = find_tab(book, "Clients")
    columns = [column.key for column in clients.sheet.columns]
    (row,) = [row for row in clients.sheet.rows if row[1] == "Rui"]
    assert (row[columns.index("state")], row[columns.index("read_at")]) == (
        "Failed · as of 02/11/2026 06:30",
        READ_AT,
    )
    assert (
        read_total(find_tab(book, "Documents"), "gross") == read_total(clients, "gross") == Decimal("369.00")
    )
    note = (
        "Clients that failed and stand here with the figures of an earlier reading: 1, "
        "Rui (as of 02/11/2026 06:30)."
    )
    for title in ("Clients", "VAT", "Documents", "Open documents", "Not counted", "Findings"):
        assert note in find_tab(book, title).notes
    assert "Clients covered: 2 of the account's 3." in clients.notes
    assert not [text for text in clients.notes if "missing" in text or "Only the totals" in text]


def test_a_client_of_an_earlier_reading_without_its_pages_has_its_totals_alone() -> None:
    book = build_book({"Ana": [paper(1)], "Rui": [paper(1), paper(2)]}, kept=["Rui"], without_sheets=["Rui"])
    clients = find_tab(book, "Clients")
    assert read_total(clients, "gross") == Decimal("369.00")
    assert read_total(find_tab(book, "Documents"), "gross") == Decimal("123.00")
    assert "Only the totals of these clients are here, and none of their documents: Rui." in clients.notes


def test_many_clients_of_an_earlier_reading_are_counted_and_the_first_are_named() -> None:
    names = [f"C{number}" for number in range(12)]
    (note,) = find_tab(build_book({name: [] for name in names}, kept=names), "VAT").notes
    assert ": 12, C0 (" in note
    assert note.endswith("C9 (as of 02/11/2026 06:30), ….")


def make_clients(*counts: int) -> dict[int, list[dict[str, object]]]:
    """Clients with so many documents of one euro each."""
    return {
        100 + place: [
            paper(10 * place + number, lines=[line("Pão", "1.00", tax=vat("23"))]) for number in range(count)
        ]
        for place, count in enumerate(counts)
    }


def test_more_rows_than_a_sheet_holds_go_on_in_another_with_a_total_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MAX_DATA_ROWS", 4)
    book = CalamineWorkbook.from_path(
        write_summary(tmp_path / "summary.xlsx", make_clients(2, 3, 2, 1), language="en")
    )
    names = [name for name in book.sheet_names if name.startswith("Documents")]
    assert names == ["Documents 1", "Documents 2"]
    first, second = ["100", "100", "101", "101"], ["101", "102", "102", "103"]
    for name, expected in zip(names, (first, second), strict=True):
        heading, *rows, totals = book.get_sheet_by_name(name).to_python()
        assert [row[0] for row in rows] == [f"Cliente {client}" for client in expected]
        gross = heading.index("Gross")
        assert [Decimal(str(row[gross])) for row in (*rows, totals)] == [Decimal("1.23")] * 4 + [
            Decimal("4.92")
        ]


def test_a_column_is_hidden_only_where_every_client_hides_it(tmp_path: Path) -> None:
    def find_hidden(*rates: str | None) -> list[bool]:
        documents = {
            100 + place: [paper(place, lines=[line("Pão", "1.00", tax=vat("23"))], retention=rate)]
            for place, rate in enumerate(rates)
        }
        book = openpyxl.load_workbook(write_summary(tmp_path / "made.xlsx", documents, language="en"))
        sheet = book["Documents"]
        (letter,) = (cell.column_letter for cell in sheet[1] if cell.value == "Withholding")
        return [sheet.column_dimensions[letter].hidden]

    assert find_hidden(None, None) == [True]
    assert find_hidden(None, "25") == [False]
