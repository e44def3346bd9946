"""An account's clients, a line each: who is ready, what was found, and what changed since it was reported."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import get_args

import pytest

from reports.figures.changes import Change, Comparison
from reports.figures.checks.finding import Finding
from reports.render.content.account import (
    FAILED,
    NO_ADDRESS,
    NOT_SELECTED,
    ON_PURPOSE,
    READY,
    TOO_LARGE,
    AccountFinding,
    AccountSummary,
    ClientLine,
    is_selected,
)
from reports.settings.validators import MailChoice
from tests.support.filed import build_account_month
from tests.support.papers import OCTOBER

READ_AT = dt.datetime(2026, 11, 2, 6, 30, tzinfo=dt.UTC)
SEPTEMBER_1, AUGUST_1 = dt.date(2026, 9, 1), dt.date(2026, 8, 1)
NO_TAXES = Finding("TAXES-MISSING")
UNDECIDED = Finding("REGION-UNDECIDED", number="FT 2026/1")
GONE = Finding("CLIENT-GONE", number="Zé")
ANA = ClientLine(1, "Ana", None, READY, read_at=READ_AT)
RUI = ClientLine(2, "Rui", None, READY, read_at=READ_AT + dt.timedelta(minutes=5))
EVA = ClientLine(3, "Eva", None, FAILED, reason="no answer")


def summarise(*clients: ClientLine, whole: tuple[AccountFinding, ...] = ()) -> AccountSummary:
    return AccountSummary("office", None, OCTOBER, clients, 4, {}, build_account_month(), whole)


def compare(*changes: tuple[int, tuple[dt.date, ...]]) -> Comparison:
    """Changes by document and the months whose VAT each touches."""
    found = tuple(
        Change(
            *("altered", document, f"FT 2026/{document}", "Invoice", AUGUST_1, "EUR", "net"),
            *(None, None, None, None),
            months,
            OCTOBER,
        )
        for document, months in changes
    )
    return Comparison(((OCTOBER, READ_AT),), False, found)


def test_clients_are_ready_or_failed_and_keep_their_order() -> None:
    account = summarise(RUI, EVA, ANA)
    assert (account.ready, account.failed) == ((RUI, ANA), (EVA,))


def test_the_reading_is_that_of_the_client_read_last() -> None:
    assert summarise(RUI, ANA, EVA).read_at == RUI.read_at
    assert summarise(EVA).read_at is None


def test_findings_of_the_account_come_first_and_missing_taxes_once() -> None:
    clients = (replace(ANA, filing=(NO_TAXES, UNDECIDED)), replace(RUI, filing=(NO_TAXES,)))
    assert summarise(*clients, whole=(AccountFinding(GONE, 9, "Zé"),)).findings == (
        AccountFinding(GONE, 9, "Zé"),
        AccountFinding(NO_TAXES),
        AccountFinding(UNDECIDED, ANA.id, "Ana"),
    )


def test_a_client_that_failed_shows_no_finding_of_the_account() -> None:
    assert summarise(replace(EVA, filing=(UNDECIDED,))).findings == ()


def test_warnings_of_the_account_are_none_of_its_clients() -> None:
    account = summarise(replace(ANA, findings=(Finding("NO-LINES"),), filing=(NO_TAXES, UNDECIDED)))
    assert (account.warnings, account.clients[0].warnings) == (1, 1)


def test_clients_without_a_mail_are_listed_by_the_reason() -> None:
    account = summarise(
        replace(ANA, unmailed=NO_ADDRESS), replace(RUI, unmailed=TOO_LARGE), replace(EVA, unmailed=NO_ADDRESS)
    )
    assert [client.name for client in account.list_unmailed(NO_ADDRESS)] == ["Ana"]
    assert [client.name for client in account.list_unmailed(TOO_LARGE)] == ["Rui"]


def test_an_address_that_is_not_one_is_said_where_it_decides() -> None:
    ana = replace(ANA, listed_address="ana@x.example; b@x.example")
    rui = replace(RUI, unmailed=NO_ADDRESS, listed_address="telefone")
    account = summarise(ana, rui)
    assert (account.several_addresses, account.unusable_addresses) == ((ana,), (rui,))
    account = summarise(replace(rui, unmailed=ON_PURPOSE), replace(ana, unmailed=NOT_SELECTED))
    assert (account.several_addresses, account.unusable_addresses) == ((), ())


@pytest.mark.parametrize(
    ("documents", "amounts", "overdue", "choices"),
    [
        (0, "0.00 0.00", "0.00", {"all"}),
        (1, "0.00", "0.00", {"all", "with-documents"}),
        (0, "10.00 0.00", "0.00", {"all", "open"}),
        (0, "5.00 -5.00", "0.00", {"all", "open"}),
        (2, "10.00", "10.00", {"all", "with-documents", "open", "overdue"}),
        (0, "0.00 -5.00", "-5.00", {"all", "open"}),
    ],
)
def test_who_gets_a_mail_is_chosen_by_figures(
    documents: int, amounts: str, overdue: str, choices: set[str]
) -> None:
    chosen = {
        choice
        for choice in get_args(MailChoice)
        if is_selected(
            choice,
            documents=documents,
            open_amounts=map(Decimal, amounts.split()),
            overdue=[Decimal(overdue)],
        )
    }
    assert chosen == choices


def test_changed_documents_are_those_whose_vat_is_touched_each_once() -> None:
    ana = replace(ANA, changes=compare((1, (SEPTEMBER_1,)), (1, (SEPTEMBER_1,)), (2, ())))
    rui = replace(RUI, changes=compare((7, (SEPTEMBER_1, AUGUST_1))))
    account = summarise(ana, rui, replace(EVA, changes=compare((8, (AUGUST_1,)))))
    assert (account.changed_documents, account.changed_months) == (2, (AUGUST_1, SEPTEMBER_1))
    assert (len(account.comparisons), ana.is_changed, ANA.is_changed) == (2, True, False)


def test_a_document_that_was_only_paid_changes_no_client() -> None:
    assert not replace(ANA, changes=compare((1, ()))).is_changed
