"""The overview's VAT return has every row in euro in one table, and its sums are the account's own."""

from dataclasses import replace
from decimal import Decimal

from reports.money import ZERO
from reports.render.content.blocks import CurrencyAmount
from reports.render.content.filing.return_page import PLACE, build_return_page
from reports.render.content.labels import Labels
from tests.support.filed import build_account_month
from tests.support.filed_account import SPAIN, build_account
from tests.support.filed_accounts import build_filed_account
from tests.support.papers import paper

EN = Labels("en")
SHEET = build_return_page(build_filed_account(), EN).sheet


def test_regions_stand_above_what_is_in_no_field() -> None:
    assert [group.title for group in SHEET.groups] == ["Mainland", "Azores – annex R", "In no field"]
    mainland, azores, _ = SHEET.groups
    assert [row[:3] for row in mainland.rows] == [
        ("1", "2", Decimal(6)),
        ("3", "4", Decimal(23)),
        ("7", None, Decimal(0)),
    ]
    assert mainland.rows[1][len(PLACE) :] == (
        *(Decimal("1000.00"), Decimal("230.00"), Decimal("230.00"), Decimal("0.00")),
        *(Decimal("-200.00"), Decimal("-46.00"), 2),
    )
    assert [row[:3] for row in azores.rows] == [("3", "4", Decimal(16))]


def test_what_is_in_no_field_has_its_reason_in_words() -> None:
    reasons = [row[0] for row in SHEET.groups[2].rows]
    assert [str(reason).partition(":")[0] for reason in reasons] == [
        "Not declared",
        "To be decided by hand",
        "To be decided by hand",
    ]
    assert str(reasons[1]).endswith("M99 Não sujeito ou não tributado (Mainland)")
    assert str(reasons[2]).endswith("OSS, France, 20%")


def test_the_sums_are_the_accounts_net_and_vat_in_euro() -> None:
    account = build_filed_account()
    euro = [total for client in account.clients for total in client.totals if total.currency == "EUR"]
    told, *_ = build_return_page(account, EN).sayings
    assert told.values == {
        "base": CurrencyAmount(sum((total.net for total in euro), ZERO), "EUR"),
        "tax": CurrencyAmount(sum((total.tax for total in euro), ZERO), "EUR"),
    }
    assert SHEET.totals is not None
    for place in (3, 4, 7, 8):
        others = [row[place] for group in SHEET.groups for row in group.rows]
        assert SHEET.totals[place] == sum((one for one in others if isinstance(one, Decimal)), ZERO)


def test_other_currencies_stand_apart() -> None:
    _, dollars, _ = build_return_page(build_filed_account(), EN).sayings
    assert dollars.values == {
        "currency": "USD",
        "base": CurrencyAmount(Decimal("70.00"), "USD"),
        "tax": CurrencyAmount(Decimal("16.10"), "USD"),
    }


def test_field_7_with_its_credit_notes_is_said_below() -> None:
    invoice = paper(1, rate="0", tax_exemption="M16", client=SPAIN)
    note = paper(2, "CreditNote", net="30", rate="0", tax_exemption="M16", client=SPAIN)
    account = build_account(invoice, note)
    told = [saying.form for saying in build_return_page(account, EN).sayings]
    assert told[-1] == "Field 7 of Mainland with its credit notes: €70.00."


def test_a_month_without_documents_has_no_rows() -> None:
    empty = replace(build_filed_account(), month=build_account_month())
    page = build_return_page(empty, EN)
    assert (page.sheet.groups, page.sheet.totals, page.sayings) == ((), None, ())
    assert page.sheet.empty == "No documents in this period."
