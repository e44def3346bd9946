"""Why the account's month is not whole."""

from dataclasses import replace
from datetime import date

import pytest

from reports.figures.account.account_month import add_up
from reports.figures.account.client_month import ClientMonth
from reports.figures.account.coverage import Coverage
from tests.support.filed import build_month
from tests.support.papers import OCTOBER, paper

ANA = build_month(paper(1))


def list_reasons(*clients: ClientMonth, coverage: Coverage | None = None) -> tuple[str, ...]:
    covered = coverage or Coverage(len(clients), len(clients))
    month = add_up(clients, covered, period=OCTOBER, region="PT", listed=None)
    assert month.is_whole is not bool(month.why)
    return month.why


def test_a_month_of_which_everything_was_read_is_whole() -> None:
    everything = {"status": [], "by_type": [], "archived": ["archived", "non_archived"]}
    assert list_reasons(replace(ANA, filters=everything)) == ()


@pytest.mark.parametrize(
    ("coverage", "reason"),
    [
        (Coverage(None, 1), "How many clients the account has is not known."),
        (Coverage(3, 1), "Clients of the account that were not read: 2."),
        (Coverage(2, 1, failed=("Rui",)), "Clients that failed, without figures here: 1 (Rui)."),
        (Coverage(1, 1, kept=("Ana",)), "Clients with the figures of an earlier reading: 1 (Ana)."),
        (
            Coverage(9, 3, failed=tuple("abcdef")),
            "Clients that failed, without figures here: 6 (a, b, c, d, e, …).",
        ),
    ],
)
def test_what_was_not_read_is_a_reason(coverage: Coverage, reason: str) -> None:
    assert list_reasons(ANA, coverage=coverage) == (reason,)


def test_clients_that_are_no_longer_in_the_account_are_no_reason() -> None:
    assert list_reasons(ANA, coverage=Coverage(1, 2)) == ()


@pytest.mark.parametrize(
    "filters", [{"status": ["settled"]}, {"by_type": ["Invoice"]}, {"archived": ["archived"]}]
)
def test_a_filter_that_hides_what_counts_is_a_reason(filters: dict[str, list[str]]) -> None:
    (reason,) = list_reasons(replace(ANA, filters=filters), ANA)
    assert reason == "Clients of which a filter leaves out documents that count: 1."


@pytest.mark.parametrize(("read_on", "is_early"), [(date(2026, 10, 31), True), (date(2026, 11, 1), False)])
def test_a_reading_before_the_period_was_over_is_a_reason(read_on: date, is_early: bool) -> None:
    found = list_reasons(replace(ANA, read_on=read_on))
    assert found == (("Clients that were read before the period was over: 1.",) if is_early else ())
