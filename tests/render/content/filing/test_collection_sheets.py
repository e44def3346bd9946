"""Who owes what, and what is open no longer."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from reports.figures.account.client_month import FiledClient
from reports.figures.account.collections import ClosedDocument, ClosedDocuments
from reports.period import Period
from reports.render.content.account import AccountSummary
from reports.render.content.filing.collection_sheets import build_closed_tabs, build_collection_tabs
from reports.render.content.labels import Labels
from tests.support.filed import build_month
from tests.support.filed_account import (
    build_account,
    build_accounts,
    join_months,
    list_column,
    read_total,
)
from tests.support.papers import paper

ENGLISH, PORTUGUESE = Labels("en"), Labels("pt")
SEPTEMBER = Period(date(2026, 9, 1), date(2026, 9, 30))
READ_AT = datetime(2026, 10, 2, 6, 30, tzinfo=UTC)
CONTACT = {"id": 1, "name": "Ana", "email": "ana@example.com", "phone": "+351 000 000 001"}


def test_a_client_has_its_buckets_credit_oldest_date_contact_and_references() -> None:
    reference = {"entity": "99999", "reference": "000 000 001"}
    account = build_account(
        paper(1, net="100", due_date="01/10/2026", client=CONTACT, mb_reference=reference),
        paper(2, net="50", due_date="30/11/2026", client=CONTACT),
        paper(3, "CreditNote", net="10", client=CONTACT),
    )
    (tab,) = build_collection_tabs(account, ENGLISH)
    assert [column.heading for column in tab.sheet.columns if not column.is_hidden] == [
        *("Client", "Not due", "1 to 30 days", "31 to 60 days", "61 to 90 days", "Over 90 days", "Credit"),
        *("Open", "Oldest due date", "E-mail", "Phone", "Payment references"),
    ]
    (row,) = tab.sheet.rows
    zero = Decimal("0.00")
    assert row[:-1] == (
        *("Ana, Lda", 11, Decimal("61.50"), zero, Decimal("123.00"), zero, zero, Decimal("-12.30")),
        *(Decimal("172.20"), date(2026, 10, 1), "ana@example.com", "+351 000 000 001"),
    )
    assert account.month.debts[0].references == tuple(filter(None, [row[-1]]))
    assert "Part payments are not known" in tab.notes[-1]


def test_the_most_overdue_come_first_and_totals_are_those_of_all() -> None:
    account = build_accounts(
        {
            "Depois": [paper(1, net="900", due_date="30/11/2026")],
            "Pouco": [paper(2, net="10", due_date="01/10/2026")],
            "Muito": [paper(3, net="20", due_date="01/10/2026")],
        }
    )
    (tab,) = build_collection_tabs(account, ENGLISH)
    assert list_column(tab.sheet, "name") == ["Muito", "Pouco", "Depois"]
    assert read_total(tab.sheet, "open") == sum(debt.open for debt in account.month.debts)


def test_each_currency_has_a_sheet_and_one_alone_needs_no_name() -> None:
    account = build_account(paper(1), paper(2, currency="US Dollar"))
    tabs = build_collection_tabs(account, PORTUGUESE)
    assert [(tab.title, tab.sheet.currency) for tab in tabs] == [
        *(("Cobranças EUR", "EUR"), ("Cobranças USD", "USD")),
    ]
    assert [tab.title for tab in build_collection_tabs(build_account(paper(1)), PORTUGUESE)] == ["Cobranças"]
    assert build_collection_tabs(build_account(paper(1, status="settled")), PORTUGUESE) == []


@pytest.mark.slow
def test_three_hundred_clients_are_three_hundred_rows() -> None:
    account = build_accounts({f"Cliente {number}": [paper(number)] for number in range(1, 301)})
    (tab,) = build_collection_tabs(account, ENGLISH)
    assert len(tab.sheet.rows) == 300
    assert read_total(tab.sheet, "open") == Decimal("36900.00")


def close(*documents: ClosedDocument) -> AccountSummary:
    closed = ClosedDocuments(SEPTEMBER, READ_AT, documents)
    return join_months(build_month(client=FiledClient(11, "Ana, Lda", None), closed=closed))


def closed_document(
    identity: int, amount: str, status: str | None, *, currency: str = "EUR"
) -> ClosedDocument:
    day = date(2026, 9, 5)
    return ClosedDocument(
        document=identity,
        number=f"FT 2026/{identity}",
        type="Invoice",
        date=day,
        due_date=None,
        currency=currency,
        payable=Decimal(amount),
        status=status,
        is_paid=status == "settled",
    )


def test_what_was_paid_or_set_off_stands_apart_from_what_was_cancelled_or_is_gone() -> None:
    account = close(
        closed_document(1, "5.00", "canceled"),
        closed_document(2, "10.00", "settled"),
        closed_document(3, "2.50", None),
        closed_document(4, "20.00", "settled"),
    )
    (tab,) = build_closed_tabs(account, PORTUGUESE)
    assert tab.title == "Já não em aberto"
    names = ("number", "client", "status", "paid", "gone", "reported_in")
    assert list(zip(*(list_column(tab.sheet, name) for name in names), strict=True)) == [
        ("FT 2026/2", "Ana, Lda", "Paga", Decimal("10.00"), None, "2026-09"),
        ("FT 2026/4", "Ana, Lda", "Paga", Decimal("20.00"), None, "2026-09"),
        ("FT 2026/1", "Ana, Lda", "Cancelada", None, Decimal("5.00"), "2026-09"),
        ("FT 2026/3", "Ana, Lda", "Desaparecido", None, Decimal("2.50"), "2026-09"),
    ]
    assert (read_total(tab.sheet, "paid"), read_total(tab.sheet, "gone")) == (
        *(Decimal("30.00"), Decimal("7.50")),
    )
    assert tab.notes[-2:] == (
        "Pagos ou compensados: 30,00\xa0€ (documentos: 2).",
        "Cancelados ou desaparecidos: 7,50\xa0€ (documentos: 2).",
    )


def test_what_is_no_longer_open_has_a_sheet_a_currency_and_none_for_nothing() -> None:
    account = close(closed_document(1, "5", "settled"), closed_document(2, "7", "settled", currency="USD"))
    assert [tab.title for tab in build_closed_tabs(account, ENGLISH)] == [
        *("No longer open EUR", "No longer open USD"),
    ]
    assert build_closed_tabs(close(), ENGLISH) == []
    assert build_closed_tabs(build_account(paper(1)), ENGLISH) == []
