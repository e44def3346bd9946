"""The sheets of the account's month in their order."""

from datetime import UTC, date, datetime
from decimal import Decimal

from reports.figures.account.collections import ClosedDocument, ClosedDocuments
from reports.period import Period
from reports.render.content.filing.month_tabs import build_month_tabs
from reports.render.content.labels import Labels
from tests.support.filed import build_month
from tests.support.filed_account import SPAIN, TAXES, build_account, join_months
from tests.support.papers import paper


def test_sheets_stand_in_the_order_of_the_contract() -> None:
    since = Period(date(2026, 9, 1), date(2026, 9, 30))
    gone = ClosedDocument(9, "FT 9", "Invoice", None, None, "EUR", Decimal("1.00"), None, is_paid=False)
    month = build_month(
        paper(1),
        paper(2, "CreditNote"),
        paper(3, rate="0", tax_exemption="M16", client=SPAIN),
        paper(4, "VatMossInvoice", rate="20"),
        taxes=TAXES,
        closed=ClosedDocuments(since, datetime(2026, 10, 2, tzinfo=UTC), (gone,)),
    )
    tabs = build_month_tabs(join_months(month), Labels("en"))
    assert [tab.title for tab in tabs] == [
        *("VAT return", "Field 40", "Recapitulative", "OSS", "Collections", "Against last year"),
        *("No longer open", "Series"),
    ]
    assert len({tab.sheet.key for tab in tabs}) == len(tabs)


def test_an_empty_month_has_none() -> None:
    assert build_month_tabs(build_account(), Labels("pt")) == ()


def test_headings_of_a_table_are_not_repeated() -> None:
    month = build_month(paper(1), paper(2, "CreditNote"), paper(3, currency="US Dollar"))
    for language in ("pt", "en", "es"):
        for tab in build_month_tabs(join_months(month), Labels(language)):
            headings = [column.heading.casefold() for column in tab.sheet.columns]
            assert len({*headings}) == len(headings)
