"""The summary workbook: the clients' parts under each other, a sheet a currency, totalled anew."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from reports.figures.changes import Comparison
from reports.render.content import account_report
from reports.render.content.account import FAILED, AccountSummary
from reports.render.content.blocks import Book
from reports.render.content.labels import Labels
from reports.render.summary_book import WHOLE, build_summary_book
from reports.render.xlsx.parts import ReadyTab, Shelf, pack
from reports.sandbox.documents import Raw
from tests.support.papers import OCTOBER, paper
from tests.support.workbooks import READ_AT, client_book

ENGLISH = Labels("en")
DOLLARS = paper(2, currency="US Dollar")


def build_book(
    folder: Path,
    clients: Mapping[str, Sequence[Raw]],
    *,
    failed: Sequence[str] = (),
    changes: Comparison | None = None,
) -> Book:
    made = [
        client_book(papers, identity=identity, name=name, language="en")
        for identity, (name, papers) in enumerate(clients.items(), start=1)
    ]
    lines = tuple(
        replace(line, changes=changes, state=FAILED if line.name in failed else line.state)
        for _, line, _ in made
    )
    account = AccountSummary("office", "Exemplo", OCTOBER, lines, 3, {})
    with closing(Shelf(folder)) as shelf:
        # The order in which clients were done says nothing.
        for _, line, grids in reversed(made):
            shelf.put(line.id, pack(grids))
        shelf.put(WHOLE, pack(account_report.account_grids(account, ENGLISH)))
        return build_summary_book(account, shelf, labels=ENGLISH)


def find_tab(book: Book, title: str) -> ReadyTab:
    (tab,) = [tab for tab in book.tabs if tab.title == title]
    assert isinstance(tab, ReadyTab)
    return tab


def read_total(tab: ReadyTab, key: str) -> object:
    assert tab.sheet.totals is not None
    return tab.sheet.totals[[column.key for column in tab.sheet.columns].index(key)]


def test_an_account_of_one_currency_has_a_sheet_of_each_kind(tmp_path: Path) -> None:
    book = build_book(tmp_path, {"Ana": [paper(1)], "Rui": [paper(1)]})
    assert [tab.title for tab in book.tabs] == [
        *("Clients", "VAT", "Documents", "Open documents", "Not counted", "Findings"),
    ]
    assert (book.title, book.author, book.made_at) == ("office · 01/10/2026 – 31/10/2026", "Exemplo", READ_AT)


def test_currencies_have_sheets_of_their_own_and_no_common_total(tmp_path: Path) -> None:
    book = build_book(tmp_path, {"Ana": [paper(1)], "Rui": [paper(1), DOLLARS]})
    assert [tab.title for tab in book.tabs if tab.title.startswith("Documents")] == [
        *("Documents EUR", "Documents USD"),
    ]
    euros, dollars = find_tab(book, "Documents EUR"), find_tab(book, "Documents USD")
    assert (euros.sheet.currency, len(euros.rows), read_total(euros, "gross")) == (
        "EUR",
        2,
        Decimal("246.00"),
    )
    assert (dollars.sheet.currency, len(dollars.rows)) == ("USD", 1)
    assert read_total(dollars, "gross") == Decimal("123.00")


def test_an_account_without_documents_has_its_sheets_all_the_same(tmp_path: Path) -> None:
    book = build_book(tmp_path, {})
    assert [tab.title for tab in book.tabs][:4] == ["Clients", "VAT", "Documents", "Open documents"]
    assert find_tab(book, "Documents").sheet.totals is None
    assert (book.made_at.date(), find_tab(book, "VAT").sheet.empty) == (OCTOBER.last, "Nothing to list.")


def test_what_does_not_count_and_findings_have_no_total(tmp_path: Path) -> None:
    book = build_book(tmp_path, {"Ana": [paper(1, status="draft"), paper(2, rate=None)]})
    for title in ("Not counted", "Findings"):
        tab = find_tab(book, title)
        assert (len(tab.rows), tab.sheet.totals) == (1, None)


def test_changes_have_a_sheet_where_somebody_was_held_against_an_earlier_reading(tmp_path: Path) -> None:
    compared = Comparison(((OCTOBER, READ_AT),), False, ())
    tab = find_tab(build_book(tmp_path, {"Ana": [paper(1)]}, changes=compared), "Changes")
    assert tab.sheet.empty == "Nothing changed since 01/10/2026 – 31/10/2026 (read 02/11/2026 06:30)."
    assert tab.notes[0].startswith("Documents of earlier periods as they are now")


def test_what_lies_there_of_a_client_that_failed_is_in_no_sheet(tmp_path: Path) -> None:
    book = build_book(tmp_path, {"Ana": [paper(1)], "Rui": [paper(1), paper(2)]}, failed=["Rui"])
    assert len(find_tab(book, "Documents").rows) == 1
    assert read_total(find_tab(book, "Documents"), "gross") == Decimal("123.00")
