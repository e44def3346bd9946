"""Who owes what, and what is open no longer."""

from datetime import date
from decimal import Decimal

from reports.figures.account.collections import Contact, find_contact, list_closed
from reports.figures.totals import CURRENT
from tests.support.filed import build_month
from tests.support.papers import laid_out, paper, parsed


def test_a_debt_is_spread_over_its_buckets_and_credits_stand_apart() -> None:
    papers = (
        paper(1, net="100", date="05/09/2026", due_date="01/10/2026", payment_reference="123 456 789"),
        paper(2, net="10", due_date="30/11/2026"),
        paper(3, "CreditNote", net="1"),
        paper(4, net="5", currency="U.S. dollar", due_date=None),
        paper(5, status="settled"),
    )
    euro, dollars = build_month(*papers).debts
    assert (euro.open, euro.overdue, euro.credit) == (Decimal("134.07"), Decimal("123.00"), Decimal("-1.23"))
    assert (euro.buckets["31-60"], euro.buckets[CURRENT]) == (Decimal("123.00"), Decimal("12.30"))
    assert sum(euro.buckets.values()) + euro.credit == euro.open
    assert (euro.oldest_due, dollars.oldest_due) == (date(2026, 10, 1), date(2026, 10, 5))
    assert (euro.references, dollars.references) == (("99999 / 123 456 789",), ())


def test_a_client_that_owes_nothing_has_no_debt() -> None:
    assert build_month(paper(1, status="settled")).debts == ()


def test_the_contact_is_the_newest_of_each_and_the_accounts_own_address_first() -> None:
    old = {"id": 11, "name": "Ana", "email": "old@example.com", "phone": "210 000 000"}
    new = old | {"email": "new@example.com", "phone": None}
    documents = parsed(paper(1, client=old, date="01/01/2026"), paper(2, client=new))
    assert find_contact(documents, None) == Contact("new@example.com", "210 000 000")
    assert find_contact(documents, "listed@example.com").email == "listed@example.com"
    assert find_contact([], None) == Contact(None, None)


def test_what_was_open_is_paid_cancelled_or_gone() -> None:
    then = laid_out(paper(1), paper(2), paper(3), paper(4), paper(5, status="settled"))
    now = laid_out(paper(1), paper(2, status="settled"), paper(3, status="canceled"), paper(6))
    found = [(one.number, one.status, one.is_paid, one.payable) for one in list_closed(then, now)]
    assert found == [
        ("FT 2026/2", "settled", True, Decimal("123.00")),
        ("FT 2026/3", "canceled", False, Decimal("123.00")),
        ("FT 2026/4", None, False, Decimal("123.00")),
    ]
