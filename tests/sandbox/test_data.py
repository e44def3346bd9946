"""The generated account: healthy, the same every time, and with everything in it that the API can reply."""

from collections import Counter
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from itertools import product
from typing import Any

import pytest

from reports.sandbox.data import SandboxAccount, as_of, generate
from reports.sandbox.documents import Habits
from reports.sandbox.routes import json_text
from tests.support.sandbox_account import list_documents

DEMO_DAY = date(2026, 11, 2)
GONE = 3100020
"""The client that has a document and is not in the list."""

TYPES = {
    *("Invoice", "InvoiceReceipt", "SimplifiedInvoice", "VatMossInvoice", "CashInvoice", "DebitNote"),
    *("CreditNote", "VatMossCreditNote", "Receipt", "VatMossReceipt", "Quote", "Proforma", "FeesNote"),
    *("Shipping", "Transport", "Devolution", "PurchaseOrder"),
}
STATUSES = {"draft", "final", "sent", "second_copy", "settled", "canceled", "deleted", "accepted", "refused"}
OPEN = {"final", "sent", "second_copy"}
COUNTED = OPEN | {"settled"}
CODES = ("M05", "M07", "M16", "M30", "M31", "M35", "M40", "M41", "M44", "M99")
HABITS = [Habits(*flags) for flags in product((True, False), repeat=len(Habits._fields))]


@cache
def account_of(habits: Habits) -> SandboxAccount:
    """The account as a service with these habits shows it; to be looked at alone."""
    return generate(habits)


def exact(value: object) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("1E-8"))


def net_of(item: dict[str, Any], habits: Habits) -> Decimal:
    subtotal = exact(item["subtotal"])
    return subtotal if habits.subtotal_is_discounted else subtotal - exact(item["discount_amount"])


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)


def test_a_document_may_be_a_cent_off_its_net_and_vat(account: SandboxAccount) -> None:
    (one,) = (
        paper for paper in account.documents[3100001] if exact(paper["before_taxes"]) == Decimal("91.21")
    )
    assert (exact(one["taxes"]), exact(one["total"])) == (Decimal("15.47"), Decimal("106.67"))


def test_prices_of_four_decimals_are_shown_with_two(account: SandboxAccount) -> None:
    shown = {item["unit_price"] for one in list_documents(account) for item in one["items"]}
    assert max(len(price.partition(".")[2]) for price in shown) == 2
    snacks = [item for one in account.documents[3100010] for item in one["items"] if "nata" in item["name"]]
    assert {item["unit_price"] for item in snacks} == {"1.06"}
    assert {exact(item["subtotal"]) / exact(item["quantity"]) for item in snacks} == {Decimal("1.0619")}


def test_generate_gives_the_same_account_every_time(account: SandboxAccount) -> None:
    again = generate()
    assert again == account
    assert json_text(list_documents(again)) == json_text(list_documents(account))
    again.clients[0]["name"] = "changed"
    again.documents[3100001][0]["items"].clear()
    assert generate() == account


def test_the_account_shows_every_type_status_rate_code_and_currency(account: SandboxAccount) -> None:
    papers = list_documents(account)
    assert {one["type"] for one in papers} == TYPES
    assert {one["status"] for one in papers} == STATUSES
    assert {one["currency"] for one in papers} == {"Euro", "U.S. dollar", "Pound sterling"}
    taxes = {item["tax"]["name"] for one in papers for item in one["items"] if item["tax"]}
    assert {"IVA23", "IVA13", "IVA6", "IVA22 (Madeira)", "IVA12 (Madeira)", "IVA4 (Madeira)"} < taxes
    assert {"IVA16 (Açores)", "IVA9 (Açores)", "IVA4 (Açores)", "ES21", "DE19", "IT22", "FR5.5"} < taxes
    codes = {one.get("tax_exemption") for one in papers}
    assert codes == {None, "", *CODES}
    assert {str(one["retention"]) for one in papers} == {"None", "25.0", "11.5", "5"}
    assert {type(one["retention"]) for one in papers} == {type(None), str, Decimal}
    assert {type(one["sequence_id"]) for one in papers if "sequence_id" in one} == {int, str}
    assert {type(one["total"]) for one in papers} == {str, Decimal}
    assert {"N/D", "N/A", None} < {one.get("atcud") for one in papers}
    assert any(one["archived"] and one["status"] == "final" for one in papers)
    assert any("multicurrency" in one for one in papers)
    assert any("due_date" not in one for one in papers)


def test_the_account_has_clients_of_every_size(account: SandboxAccount) -> None:
    sizes = {identity: len(papers) for identity, papers in account.documents.items()}
    assert len(account.clients) == 19
    assert {one["id"] for one in account.clients} == {*sizes} - {GONE}
    assert sizes[3100008] == 0
    assert sizes[3100002] == 710
    assert 1400 < sum(len(one["items"]) for one in account.documents[3100002]) < 1600
    assert sizes[3100009] == 4
    assert not any(one["date"].endswith("/2026") for one in account.documents[3100009])
    assert {one["currency"] for one in account.documents[3100007]} == {
        "Euro",
        "U.S. dollar",
        "Pound sterling",
    }


@pytest.mark.parametrize("habits", HABITS, ids=str)
def test_every_header_is_rounded_once_from_its_unrounded_lines(habits: Habits) -> None:
    """One document is awkward on purpose: its total has the withholding in it when the others have not."""
    exceptions = []
    for one in list_documents(account_of(habits)):
        full, discount, before_taxes, taxes, total = (
            exact(one[name]) for name in ("sum", "discount", "before_taxes", "taxes", "total")
        )
        assert full - discount == before_taxes
        if not one["items"]:
            continue
        kept = 1 - exact(one.get("global_discount", {"value": 0})["value"]) / 100
        net = sum((net_of(item, habits) for item in one["items"]), Decimal(0))
        tax = sum((exact(item["tax_amount"]) for item in one["items"]), Decimal(0))
        assert (before_taxes, taxes) == (cents(net * kept), cents(tax * kept))
        withheld = cents(before_taxes * exact(one["retention"] or 0) / 100)
        gross = cents((net + tax) * kept)
        usual, other = gross - withheld, gross
        if not habits.total_is_payable:
            usual, other = other, usual
        if total != usual:
            assert total == other
            exceptions.append(one["client"]["id"])
    assert exceptions == [3100003]


@pytest.mark.parametrize("habits", HABITS, ids=str)
def test_every_line_adds_up(habits: Habits) -> None:
    for one in list_documents(account_of(habits)):
        for item in one["items"]:
            net, tax_amount = net_of(item, habits), exact(item["tax_amount"])
            gross = cents(net + tax_amount) if habits.rounds_line_totals else net + tax_amount
            assert exact(item["total"]) == gross
            rate = exact(item["tax"]["value"]) if item["tax"] else Decimal(0)
            assert tax_amount == net * rate / 100
            full = net + exact(item["discount_amount"])
            assert exact(item["discount_amount"]) == full * exact(item["discount"]) / 100


def test_a_total_is_within_a_cent_of_net_and_vat_and_sometimes_differs(account: SandboxAccount) -> None:
    differences: Counter[Decimal] = Counter()
    for one in list_documents(account):
        net, tax, total = (exact(one[name]) for name in ("before_taxes", "taxes", "total"))
        if one["retention"] is None:
            differences[total - net - tax] += 1
    assert set(differences) == {Decimal("-0.01"), Decimal(0), Decimal("0.01")}
    assert 100 < differences[Decimal("-0.01")] + differences[Decimal("0.01")] < 300


def test_only_a_document_of_no_sign_has_a_line_without_tax(account: SandboxAccount) -> None:
    without = {one["type"] for one in list_documents(account) for item in one["items"] if item["tax"] is None}
    assert without == {"Proforma", "Shipping", "Transport", "Devolution", "PurchaseOrder"}


def test_wholesale_vat_rounds_differently_by_document_and_by_month(account: SandboxAccount) -> None:
    papers = [
        one
        for one in account.documents[3100002]
        if one["date"].endswith("10/2026") and one["type"] == "Invoice" and one["status"] in COUNTED
    ]
    by_document = sum((exact(one["taxes"]) for one in papers), Decimal(0))
    unrounded = sum((exact(item["tax_amount"]) for one in papers for item in one["items"]), Decimal(0))
    assert by_document != cents(unrounded)
    lines = [item for one in papers for item in one["items"]]
    priced = [exact(item["unit_price"]) * exact(item["quantity"]) for item in lines]
    full = [exact(item["subtotal"]) + exact(item["discount_amount"]) for item in lines]
    assert sum(shown != real for shown, real in zip(priced, full, strict=True)) > 50
    assert any(len(str(item["tax_amount"])) > 17 for item in lines)


def test_open_documents_fall_into_every_bucket_on_the_day_of_the_demo(account: SandboxAccount) -> None:
    days_overdue = set()
    for one in account.documents[3100001]:
        if one["status"] in OPEN and one["type"] == "Invoice" and "due_date" in one:
            day, month, year = map(int, one["due_date"].split("/"))
            days_overdue.add((DEMO_DAY - date(year, month, day)).days)
    for low, high in ((-999, -1), (0, 0), (1, 30), (31, 60), (61, 90), (91, 999)):
        assert any(low <= days <= high for days in days_overdue)
    notes = [one for one in list_documents(account) if one["type"] == "CreditNote"]
    assert {one["status"] for one in notes} == {"final", "settled"}
    assert all(one["due_date"] == one["date"] and exact(one["total"]) > 0 for one in notes)
    assert any("mb_reference" in one for one in account.documents[3100001])


def test_empty_lists_of_lines_stand_on_receipts_and_on_a_document_of_nothing(account: SandboxAccount) -> None:
    empty = [one for one in list_documents(account) if not one["items"]]
    assert {one["type"] for one in empty} == {"Receipt", "VatMossReceipt", "SimplifiedInvoice"}
    (counted,) = (one for one in empty if one["type"] == "SimplifiedInvoice")
    assert exact(counted["total"]) == 0
    assert any(item["quantity"] == "0.0" for one in list_documents(account) for item in one["items"])


def test_no_nif_can_be_anybodys(account: SandboxAccount) -> None:
    def passes(nif: str) -> bool:
        control = -sum(int(digit) * weight for digit, weight in zip(nif, range(9, 1, -1), strict=False)) % 11
        return int(nif[-1]) == (0 if control == 10 else control)

    at_home = [one for one in account.clients if one["country"] == "Portugal"]
    given = [one["fiscal_id"] for one in at_home if one["fiscal_id"]]
    nifs = [text.removeprefix("PT").replace(" ", "") for text in given]
    assert {len(nif) for nif in nifs} == {9}
    assert [nif for nif in nifs if passes(nif)] == ["999999990"]


def test_texts_hold_what_is_turned_against_the_reader(account: SandboxAccount) -> None:
    texts = json_text(account.documents[3100012])
    for hostile in ("=1+1", "@SUM", "+351", "\\t=cmd", "<script>", "🎁", '3/4\\"', "\\u000b"):
        assert hostile in texts
    assert "\r" not in json_text(account.clients)


def test_days_stay_inside_the_two_years_before_the_demo_but_for_one_at_a_rate_that_has_ended(
    account: SandboxAccount,
) -> None:
    days = [datetime.strptime(one["date"], "%d/%m/%Y").date() for one in list_documents(account)]  # noqa: DTZ007
    assert sorted(days)[:2] == [date(2024, 9, 12), date(2024, 10, 1)]
    months = Counter(f"{day:%Y-%m}" for day in days if day >= date(2024, 10, 1))
    assert len(months) == 25
    assert min(months.values()) > 10
    assert max(days) == DEMO_DAY - timedelta(days=2)
    assert sum(day >= date(2026, 10, 1) for day in days) > 350


def test_account_as_of_a_day_has_nothing_later_and_other_states_of_the_last_weeks() -> None:
    now, day = generate(), date(2026, 10, 2)
    then = as_of(now, day)
    assert then == as_of(generate(), day)
    assert now == generate()
    dates = [str(paper["date"]).split("/")[::-1] for paper in list_documents(then)]
    assert max(dates) == ["2026", "10", "02"]
    today = {paper["id"]: paper for paper in list_documents(now)}
    states = Counter(
        (paper["status"], today[paper["id"]]["status"])
        for paper in list_documents(then)
        if paper != today[paper["id"]]
    )
    assert states == {("final", "settled"): 18, ("final", "canceled"): 1}
