"""The period, and the year to date, beside the year before."""

from datetime import date
from decimal import Decimal

import pytest

from reports.figures.account.last_year import list_compared
from reports.period import Period
from reports.render.content.filing.year_sheets import build_year_tabs, format_days
from reports.render.content.labels import Labels
from tests.support.filed_account import build_account, build_accounts, read_total
from tests.support.papers import paper

ENGLISH, PORTUGUESE = Labels("en"), Labels("pt")


def test_rows_are_clients_and_totals_the_account() -> None:
    account = build_accounts(
        {
            "Ana": [paper(1, net="100"), paper(2, net="40", day=date(2025, 10, 9))],
            "Rui": [paper(3, net="10", day=date(2026, 3, 1)), paper(4, net="7", day=date(2025, 1, 1))],
        }
    )
    (tab,) = build_year_tabs(account, ENGLISH)
    assert [column.heading for column in tab.sheet.columns if not column.is_hidden] == [
        *("Client", "Net Oct 2026", "Net Oct 2025", "VAT Oct 2026", "VAT Oct 2025"),
        *("Documents Oct 2026", "Documents Oct 2025"),
        *("Net Jan to Oct 2026", "Net Jan to Oct 2025", "VAT Jan to Oct 2026", "VAT Jan to Oct 2025"),
        *("Documents Jan to Oct 2026", "Documents Jan to Oct 2025"),
    ]
    ana, rui = tab.sheet.rows
    assert ana[:8] == (
        *("Ana", 1, Decimal("100.00"), Decimal("40.00"), Decimal("23.00"), Decimal("9.20"), 1, 1),
    )
    assert rui[8:14] == (*(Decimal("10.00"), Decimal("7.00"), Decimal("2.30"), Decimal("1.61"), 1, 1),)
    (own,) = account.month.account_years
    for field in ("period", "period_before", "year", "year_before"):
        for measure in ("net", "tax", "documents"):
            assert read_total(tab.sheet, f"{measure}_{field}") == getattr(getattr(own, field), measure)
    assert tab.notes[-1] == (
        "01/10/2026 – 31/10/2026 against 01/10/2025 – 31/10/2025; the year to date, 01/01/2026 – 31/10/2026, "
        "against 01/01/2025 – 31/10/2025."
    )


def test_each_currency_has_a_sheet_of_its_own() -> None:
    account = build_account(paper(1), paper(2, currency="US Dollar"))
    assert [tab.title for tab in build_year_tabs(account, PORTUGUESE)] == [
        *("Face ao ano anterior EUR", "Face ao ano anterior USD"),
    ]
    assert build_year_tabs(build_account(), PORTUGUESE) == []


def test_a_period_that_is_the_year_to_date_is_shown_once() -> None:
    year = Period(date(2026, 1, 1), date(2026, 12, 31))
    (tab,) = build_year_tabs(build_account(paper(1), compared=list_compared(year)), ENGLISH)
    assert [column.heading for column in tab.sheet.columns][2:4] == ["Net 2026", "Net 2025"]
    assert len(tab.sheet.columns) == 8


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        (date(2026, 10, 1), date(2026, 10, 31), "out. 2026"),
        (date(2026, 7, 1), date(2026, 9, 30), "jul. a set. 2026"),
        (date(2024, 1, 1), date(2024, 2, 29), "jan. a fev. 2024"),
        (date(2026, 1, 1), date(2026, 12, 31), "2026"),
        (date(2026, 10, 1), date(2026, 10, 20), "01/10/2026 a 20/10/2026"),
        (date(2025, 12, 1), date(2026, 1, 31), "01/12/2025 a 31/01/2026"),
    ],
)
def test_heads_say_which_days(first: date, last: date, text: str) -> None:
    assert format_days(Period(first, last), PORTUGUESE) == text
