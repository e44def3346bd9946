"""A period and its year beside those of the year before."""

from datetime import date
from decimal import Decimal

from reports.figures.account.last_year import Turnover, list_compared
from reports.period import Period
from tests.support.filed import build_account_month, build_month
from tests.support.papers import paper


def test_the_same_days_of_the_year_before() -> None:
    october = list_compared(Period(date(2026, 10, 1), date(2026, 10, 31)))
    assert october.period_before == Period(date(2025, 10, 1), date(2025, 10, 31))
    assert october.year == Period(date(2026, 1, 1), date(2026, 10, 31))
    assert october.year_before == Period(date(2025, 1, 1), date(2025, 10, 31))


def test_the_last_day_of_february_stays_the_last_day() -> None:
    assert list_compared(Period(date(2029, 2, 1), date(2029, 2, 28))).period_before.last == date(2028, 2, 29)
    assert list_compared(Period(date(2028, 2, 1), date(2028, 2, 29))).period_before.last == date(2027, 2, 28)
    assert list_compared(Period(date(2028, 2, 1), date(2028, 2, 20))).period_before.last == date(2027, 2, 20)


def test_counted_documents_are_added_for_each_client_and_for_the_account() -> None:
    part = build_month(
        paper(1),
        paper(2, "CreditNote", net="10"),
        paper(3, date="05/03/2026", net="1"),
        paper(4, date="31/10/2025", net="7"),
        paper(5, date="01/01/2025", net="2"),
        paper(6, date="31/12/2024", net="1000"),
        paper(7, status="canceled"),
        paper(8, date="01/11/2026", net="3000"),
        paper(9, currency="U.S. dollar"),
    )
    month = build_account_month(part, part)
    euro, dollars = part.years
    assert euro.period == Turnover(Decimal("90.00"), Decimal("20.70"), 2)
    assert euro.period_before == Turnover(Decimal("7.00"), Decimal("1.61"), 1)
    assert (euro.year.net, euro.year_before.net) == (Decimal("91.00"), Decimal("9.00"))
    assert (dollars.currency, dollars.period.documents) == ("USD", 1)
    both = month.account_years[0]
    assert (both.client, both.period, both.year_before.net) == (
        None,
        euro.period.plus(euro.period),
        Decimal("18.00"),
    )
