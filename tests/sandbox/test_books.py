"""What clients were issued gets its numbers by the account's days, and what is about another names it."""

import random
from collections import Counter
from datetime import date, datetime
from typing import Any

from reports.sandbox.books import NAME_OF_ABOUT, DocumentBook, IssuedDocument, number_papers
from reports.sandbox.data import SandboxAccount
from reports.sandbox.documents import RECORDED, client
from reports.sandbox.taxes import IVA23
from tests.support.sandbox_account import list_documents


def open_book() -> DocumentBook:
    return DocumentBook(client(1, "Ana"), random.Random(1), RECORDED)


def number_of(paper: IssuedDocument) -> Any:
    return paper.raw["inverted_sequence_number"]


def test_ids_are_unique_numbers_too_and_nothing_is_in_order_of_date(account: SandboxAccount) -> None:
    papers = list_documents(account)
    assert len({one["id"] for one in papers}) == len(papers)
    numbers = Counter(
        (one["type"], one["sequence_number"]) for one in papers if one["sequence_number"][0].isdigit()
    )
    assert set(numbers.values()) == {1}
    days = [datetime.strptime(one["date"], "%d/%m/%Y").date() for one in account.documents[3100002]]  # noqa: DTZ007
    assert days != sorted(days)
    assert (min(days), max(days)) == (date(2024, 10, 1), date(2026, 10, 31))


def test_a_document_belongs_to_its_client_whose_empty_fields_are_left_out(account: SandboxAccount) -> None:
    for identity, papers in account.documents.items():
        assert {one["client"]["id"] for one in papers} <= {identity}
        assert all(value is not None for one in papers for value in one["client"].values())
    assert {one["client"]["name"] for one in account.documents[3100011]} == {
        "Obras Silveira",
        "OBRAS SILVEIRA  ",
        "Obras Silveira\n/ Norte / Sul",
    }


def test_a_credit_note_or_receipt_names_an_earlier_document(account: SandboxAccount) -> None:
    numbers = {
        f"FT {one['inverted_sequence_number']}"
        for one in list_documents(account)
        if one["type"] == "Invoice" and "inverted_sequence_number" in one
    }
    for identity in (3100001, 3100002):
        about = [one for one in account.documents[identity] if one["type"] in ("CreditNote", "Receipt")]
        assert {one["reference"] for one in about if one["reference"]} <= numbers
        assert sum(one["reference"] is not None for one in about) >= len(about) - 2


def test_numbers_follow_the_days_of_all_books_by_type_and_series() -> None:
    ana, rui = open_book(), open_book()
    later = ana.issue("Invoice", "2026-10-09")
    earlier, receipt = rui.issue("Invoice", "2026-10-08"), rui.issue("InvoiceReceipt", "2026-10-10")
    at_the_fair = rui.issue("Invoice", "2026-10-11", series="FEIRA")
    number_papers([*ana.papers, *rui.papers], RECORDED)
    assert list(map(number_of, (earlier, later, receipt, at_the_fair))) == [
        *("2026/1", "2026/2", "2026/1", "FEIRA/1")
    ]
    assert at_the_fair.raw["sequence_number"] == "1/FEIRA"
    assert len({one.raw["sequence_id"] for one in (earlier, at_the_fair)}) == 2


def test_a_document_that_is_dated_back_has_a_later_number() -> None:
    book = open_book()
    book.issue("Invoice", "2026-10-10")
    back = book.issue("Invoice", "2026-10-08", numbered_on="2026-10-10")
    number_papers(book.papers, RECORDED)
    assert (number_of(back), back.raw["date"]) == ("2026/2", "08/10/2026")


def test_a_draft_takes_no_number_and_a_withdrawn_document_does() -> None:
    book = open_book()
    book.issue("Invoice", "2026-10-01", status="draft")
    book.issue("Invoice", "2026-10-02", is_withdrawn=True)
    kept = book.issue("Invoice", "2026-10-03")
    number_papers(book.papers, RECORDED)
    assert number_of(kept) == "2026/2"


def test_what_is_about_another_names_its_printed_number_in_reference_or_observations() -> None:
    book = open_book()
    sold = book.issue("InvoiceReceipt", "2026-10-01")
    plain = book.issue("CreditNote", "2026-10-02", about=sold)
    told = book.issue("CreditNote", "2026-10-03", about=sold, observations=f"Anula a {NAME_OF_ABOUT}.")
    number_papers(book.papers, RECORDED)
    assert (plain.raw["reference"], plain.raw["observations"]) == ("FR 2026/1", None)
    assert (told.raw["reference"], told.raw["observations"]) == (None, "Anula a FR 2026/1.")


def test_months_of_history_are_two_years_before_october_or_every_so_many_of_those_asked_for() -> None:
    book, goods = open_book(), open_book().line("Pão", "1.00", tax=IVA23)
    book.every_month(goods)
    days = [paper.day for paper in book.papers]
    assert (len(days), days[0], days[-1]) == (24, date(2024, 10, 5), date(2026, 9, 5))
    book.papers.clear()
    book.every_month(goods, since=date(2025, 11, 1), months=9, step=4)
    assert [paper.day for paper in book.papers] == [date(2025, 11, 5), date(2026, 3, 5), date(2026, 7, 5)]
    assert Counter(paper.fields["status"] for paper in book.papers) == {"settled": 3}
