"""Who owes most, what was sold a year before, and what is open no longer."""

from datetime import date
from decimal import Decimal

from reports.figures.account.client_month import FiledClient
from reports.figures.totals import CURRENT
from reports.render.content.blocks import CurrencyAmount
from reports.render.content.filing import overview_grids
from reports.render.content.labels import Labels
from tests.support.filed import build_account_month, build_month
from tests.support.filed_accounts import build_filed_month
from tests.support.papers import paper

EN = Labels("en")


def test_the_most_overdue_stand_first_with_their_buckets_and_what_they_are_owed() -> None:
    euro, dollar = overview_grids.build_debtors_pages(build_filed_month(), EN)
    assert [row[0] for row in euro.sheet.rows] == ["Ana, Lda", "Ejemplo, S.L.", "Exemple", "Açor, Lda"]
    assert euro.sheet.rows[0] == (
        "Ana, Lda",
        Decimal("1305.33"),
        Decimal("1139.33"),
        date(2026, 6, 20),
    )
    assert euro.parts[0] == (
        ("Not due", Decimal("80.00")),
        ("1 to 30 days", Decimal("1270.00")),
        ("Over 90 days", Decimal("35.33")),
        ("Credit", Decimal("-246.00")),
    )
    assert euro.buckets[0] == EN.bucket(CURRENT)
    assert [sum(one) for one in euro.amounts] == [Decimal(n) for n in ("1385.33", "350", "156", "58")]
    assert euro.sheet.totals == ("All clients", Decimal("1869.33"), Decimal("1691.33"), None)
    assert euro.rest is None
    assert (dollar.sheet.currency, len(dollar.sheet.rows)) == ("USD", 1)


def test_of_many_debtors_fifteen_are_shown_and_the_rest_is_added_up() -> None:
    clients = [
        build_month(
            paper(number, net=str(number), rate="0", due_date="10/10/2026"),
            client=FiledClient(number, f"Cliente {number}", None),
        )
        for number in range(1, 18)
    ]
    (page,) = overview_grids.build_debtors_pages(build_account_month(*clients), EN)
    assert [row[1] for row in page.sheet.rows] == [Decimal(number) for number in range(17, 2, -1)]
    assert page.rest is not None
    assert page.rest.values == {
        "count": "2",
        "overdue": CurrencyAmount(Decimal("3.00"), "EUR"),
        "open": CurrencyAmount(Decimal("3.00"), "EUR"),
    }
    assert page.sheet.totals is not None
    assert page.sheet.totals[1] == Decimal(sum(range(1, 18)))


def test_period_and_year_stand_above_those_of_the_year_before_with_the_difference() -> None:
    euro, dollar = overview_grids.build_year_grids(build_filed_month(), EN)
    period, year = euro.groups
    assert list(period.rows) == [
        ("01/10/2026 – 31/10/2026", Decimal("1443.33"), Decimal("212.00"), 10),
        ("01/10/2025 – 31/10/2025", Decimal("500.00"), Decimal("115.00"), 1),
    ]
    assert period.totals == ("Difference", Decimal("943.33"), Decimal("97.00"), 9)
    assert [row[0] for row in year.rows] == ["01/01/2026 – 31/10/2026", "01/01/2025 – 31/10/2025"]
    assert dollar.currency == "USD"
    assert len(euro.rows) == 4


def test_what_is_open_no_longer_is_counted_apart_from_what_was_cancelled() -> None:
    month = build_filed_month()
    sheet = overview_grids.build_closed_grid(month, EN)
    assert sheet is not None
    assert list(sheet.rows) == [
        ("Paid or set off", "EUR", 2, Decimal("123.00")),
        ("Cancelled or gone", "EUR", 2, Decimal("123.00")),
    ]
    since, without = overview_grids.list_closed_notes(month, EN)
    assert "in the report of 01/09/2026 – 30/09/2026 (read 02/10/2026 06:30)" in since
    assert without == "Clients without an earlier reading with the same filters: 2."
    assert overview_grids.build_closed_grid(build_account_month(), EN) is None
