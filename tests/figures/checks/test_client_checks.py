"""The account's own word on a client: what is wanted of it, what is missing, and what does not fit ours."""

import json

import pytest

from reports.figures.checks.client_checks import NOT_ASKED, Word, check, read
from reports.figures.checks.finding import Finding
from reports.figures.identity import Identity
from tests.support.balances import DOCUMENTED_BALANCE
from tests.support.papers import added, paper

KEPT = {
    "client": '{"client": {"fiscal_id": "999999990", "city": "Lisboa"}}',
    "balance": json.dumps(DOCUMENTED_BALANCE | {"balance": {"with_vat": "123.00"}}),
}
WANTED = ("client", "balance")


def test_of_what_was_kept_only_what_is_wanted_is_taken() -> None:
    assert read(KEPT, wanted=(), filters={}) == Word(Identity(), None, ())
    word = read(KEPT, wanted=("client",), filters={})
    assert (word.identity, word.balance) == (Identity("999999990", "Lisboa"), None)
    assert str(getattr(read(KEPT, wanted=("balance",), filters={}).balance, "open", None)) == "123.00"


def test_what_is_missing_is_said_with_its_reason() -> None:
    word = read({"missing": {"client": "it answered 503"}}, wanted=WANTED, filters={})
    assert (word.identity, word.balance) == (Identity(), None)
    assert word.findings == (
        Finding("DETAILS-MISSING", found="it answered 503"),
        Finding("VENDOR-OPEN-MISSING", found=NOT_ASKED),
    )


def test_behind_a_filter_the_vendors_balance_is_not_looked_at() -> None:
    word = read(KEPT, wanted=WANTED, filters={"status": ["final"]})
    assert (word.balance, word.findings) == (None, (Finding("VENDOR-OPEN-FILTERED"),))


def test_a_balance_that_cannot_be_read_is_named_by_its_field() -> None:
    word = read({"balance": '{"currency": "Euro", "balance": "a lot"}'}, wanted=("balance",), filters={})
    assert word.findings == (Finding("VENDOR-OPEN-UNREADABLE", field="balance", found="a lot"),)


@pytest.mark.parametrize(
    ("number", "country", "is_found"),
    [
        ("500000011", "Portugal", True),
        ("PT 500 000 011", "Spain", True),
        ("500000011", "Spain", False),
        ("999999990", None, False),
    ],
)
def test_a_number_that_fails_its_check_digit_is_found(number: str, country: str, is_found: bool) -> None:
    found = list(check(Identity(number, None, country), Word(Identity(), None, ()), added()))
    assert found == ([Finding("NIF-INVALID", found="500000011")] if is_found else [])


@pytest.mark.parametrize(
    ("vendor", "difference"), [("123.00", None), ("100.5", "-22.50"), ("-1", "-124.00"), ("123.01", "0.01")]
)
def test_a_balance_of_another_amount_than_ours_is_found_with_the_difference(
    vendor: str, difference: str | None
) -> None:
    balance = json.dumps(DOCUMENTED_BALANCE | {"balance": {"with_vat": vendor}})
    word = read({"balance": balance}, wanted=("balance",), filters={})
    found = list(check(Identity(), word, added(paper(), paper(2, currency="US Dollar"))))
    assert [(one.code, one.field, one.expected, one.difference) for one in found] == (
        [("VENDOR-OPEN-DIFFERS", "EUR", "123.00", difference)] if difference else []
    )


def test_in_a_currency_without_documents_ours_is_nothing() -> None:
    word = read(KEPT, wanted=("balance",), filters={})
    (found,) = check(Identity(), word, added(paper(currency="US Dollar")))
    assert (found.field, found.expected, found.found) == ("EUR", "0.00", "123.00")
