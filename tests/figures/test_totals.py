"""Figures add up: to the documents, to an independent sum, and never across currencies."""

import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.figures import tables, totals
from reports.figures.parse import parse_document, read_page
from reports.figures.totals import CurrencyTotals, Figures, buckets
from reports.period import Period
from reports.sandbox.documents import Raw, cents, line, vendor_day
from reports.sandbox.routes import json_text
from tests.support.examples import examples
from tests.support.papers import FIFTH, LIMITS_DAYS, OCTOBER, READ_ON, added, list_vat_rows, paper, vat

SIGNS = {
    "Invoice": 1,
    "InvoiceReceipt": 1,
    "VatMossInvoice": 1,
    "DebitNote": 1,
    "CreditNote": -1,
    "Receipt": 0,
}
COUNTED = {"final", "sent", "settled"}
RATES = {None: None, "0": "Isento", "6": "IVA6", "23": "IVA23"}

small_settings = examples(20)


def rounding(figures: Figures) -> list[tuple[str, str, str]]:
    return [(own.currency, str(own.base), str(own.tax)) for own in figures.vat_rounding]


def ageing(figures: Figures) -> dict[str, str]:
    return {bucket.bucket: str(bucket.amount) for bucket in figures.ageing if bucket.amount}


def list_texts(*amounts: Decimal) -> list[str]:
    return [*map(str, amounts)]


def only(figures: Figures) -> CurrencyTotals:
    (total,) = figures.totals
    return total


def test_totals_of_a_month_are_those_of_its_documents() -> None:
    total = only(added(paper(1, net="100", retention=25), paper(2, "CreditNote", net="40")))
    assert total == CurrencyTotals(
        currency="EUR",
        documents=2,
        net=Decimal("60.00"),
        tax=Decimal("13.80"),
        rounding=Decimal("0.00"),
        gross=Decimal("73.80"),
        withholding=Decimal("25.00"),
        payable=Decimal("48.80"),
        open=Decimal("48.80"),
        overdue=Decimal("98.00"),
        credit=Decimal("-49.20"),
    )


def test_what_gross_has_beyond_net_and_vat_is_the_rounding_of_documents() -> None:
    cent: Raw = {"before_taxes": "91.21", "taxes": "15.47"}
    totals_of = {1: "106.67", 2: "106.69", 3: "106.69"}
    figures = added(*(paper(identity) | cent | {"total": total} for identity, total in totals_of.items()))
    total = only(figures)
    assert list_texts(total.net, total.tax, total.rounding, total.gross) == [
        "273.63",
        "46.41",
        "0.01",
        "320.05",
    ]
    assert [str(own.rounding) for own in figures.types] == ["0.01"]
    note = only(added(paper(1, "CreditNote") | cent | {"total": "106.67"}))
    assert list_texts(note.rounding, note.gross) == ["0.01", "-106.67"]


def test_the_period_includes_both_its_ends_and_goes_by_date_then_id() -> None:
    days = {5: "30/09/2026", 4: "01/10/2026", 3: "31/10/2026", 2: "31/10/2026", 1: "01/11/2026"}
    figures = added(*(paper(identity, date=day) for identity, day in days.items()))
    assert figures.documents["id"].tolist() == [4, 2, 3]
    assert figures.line_items["document_id"].tolist() == [4, 2, 3]
    assert (figures.documents_read, only(figures).documents) == (5, 3)


def test_lines_follow_their_documents_and_keep_their_order() -> None:
    goods = [line("a", "1", tax=vat("6")), line("b", "2", tax=vat("6"))]
    figures = added(paper(2, lines=goods), paper(1, lines=goods))
    assert figures.line_items[["document_id", "name"]].to_numpy().tolist() == [
        *([1, "a"], [1, "b"]),
        *([2, "a"], [2, "b"]),
    ]


@pytest.mark.parametrize("kind", ["Receipt", "Quote", "Brand new"])
def test_what_is_no_sale_is_never_added(kind: str) -> None:
    assert added(paper(kind=kind)).totals == ()


@pytest.mark.parametrize("status", ["draft", "canceled", "deleted", "accepted"])
def test_what_has_no_standing_is_never_added(status: str) -> None:
    assert added(paper(status=status)).totals == ()


def test_documents_that_do_not_count_are_listed_with_the_reason() -> None:
    kinds = ["Receipt", "VatMossReceipt", "Quote", "Brand new", "Invoice", "Invoice", "Invoice", "Invoice"]
    statuses = ["settled", "final", "accepted", "final", "draft", "canceled", "deleted", "strange"]
    figures = added(
        *(
            paper(identity, kind, status=status)
            for identity, (kind, status) in enumerate(zip(kinds, statuses, strict=True), start=1)
        ),
        paper(20, status="draft", date="soon"),
        paper(21, status="draft", date="30/09/2026"),
    )
    assert figures.not_counted[["id", "reason"]].to_numpy().tolist() == [
        *([1, "payment"], [2, "payment"], [3, "not-fiscal"], [4, "unknown-type"]),
        *([5, "draft"], [6, "canceled"], [7, "deleted"], [8, "unknown-status"], [20, "draft"]),
    ]


def test_receipts_of_the_period_are_listed_by_date_then_id_and_added_to_nothing() -> None:
    statuses = ["settled", "final", "sent", "second_copy", "draft", "canceled", "deleted", "strange"]
    figures = added(
        *(paper(identity, "Receipt", status=status) for identity, status in enumerate(statuses, start=1)),
        paper(20, "VatMossReceipt", net="10", currency="US Dollar", date="01/10/2026"),
        paper(21, "Receipt", date="30/09/2026"),
        paper(22, "Receipt", date="31/10/2026"),
        paper(23, "Receipt", date="soon"),
    )
    assert figures.receipts["id"].tolist() == [20, 1, 2, 3, 4, 22]
    assert [*map(str, figures.receipts["amount"])] == ["12.30", *["123.00"] * 5]
    assert (figures.totals, figures.currencies) == ((), ())
    assert figures.receipt_currencies == ("EUR", "USD")


def test_what_a_receipt_says_was_paid_is_its_total_unless_withholding_is_still_in_it() -> None:
    of_nothing: Raw = {"before_taxes": "0", "taxes": "0", "total": "50.25", "items": []}
    figures = added(
        paper(1, "Receipt", net="100", retention="25"),
        paper(2, "Receipt", net="100", retention="25") | {"total": "123.00"},
        paper(3, "Receipt") | of_nothing,
        paper(4, "Receipt") | of_nothing | {"before_taxes": "?"},
        paper(5, "Receipt") | of_nothing | {"total": "?"},
    )
    assert figures.receipts["amount"].tolist() == [
        *(Decimal("98.00"), Decimal("98.00"), Decimal("50.25"), Decimal("50.25"), None)
    ]


def test_a_frame_without_receipts_has_the_columns_of_one_with_some() -> None:
    none, some = added(paper(1)).receipts, added(paper(1, "Receipt")).receipts
    assert (len(none), len(some)) == (0, 1)
    assert dict(none.dtypes) == dict(some.dtypes)


def test_nothing_is_added_across_currencies() -> None:
    figures = added(
        paper(1, net="1", currency="U.S. dollar"),
        paper(2, net="10"),
        paper(3, net="100", currency="Angolan kwanza"),
        paper(4, net="1000", currency="Doubloon", date="05/09/2026"),
        paper(5, net="10000", status="draft", currency="Swiss Franc"),
    )
    assert figures.currencies == ("EUR", "AOA", "Doubloon", "USD")
    assert [str(total.net) for total in figures.totals] == ["10.00", "100.00", "0.00", "1.00"]
    assert [str(total.open) for total in figures.totals] == ["12.30", "123.00", "1230.00", "1.23"]
    assert [total.documents for total in figures.totals] == [1, 1, 0, 1]
    assert [row[0] for row in rounding(figures)] == ["EUR", "AOA", "USD"]
    assert {row[0] for row in list_vat_rows(figures)} == {"EUR", "AOA", "USD"}
    assert len(figures.ageing) == 4 * 6
    assert {subtotal.currency for subtotal in figures.types} == {"EUR", "AOA", "USD"}


def test_subtotals_per_type_begin_with_invoices() -> None:
    figures = added(
        paper(1, net="100"), paper(2, net="50"), paper(3, "CreditNote", net="30"), paper(4, "InvoiceReceipt")
    )
    assert [(own.type, own.documents, str(own.net)) for own in figures.types] == [
        ("Invoice", 2, "150.00"),
        ("InvoiceReceipt", 1, "100.00"),
        ("CreditNote", 1, "-30.00"),
    ]


def test_vat_is_rounded_once_per_document_and_rate_and_the_rest_is_the_rounding_line() -> None:
    # 0.003 + 0.003 of VAT at 6 %, 0.0065 at 13 %: a cent each, and one cent in all on the document.
    lines = [
        line("a", "0.05", tax=vat("6")),
        line("b", "0.05", tax=vat("13")),
        line("c", "0.05", tax=vat("6")),
    ]
    figures = added(*(paper(identity, lines=lines) for identity in range(1, 11)))
    assert [row[2:] for row in list_vat_rows(figures)] == [
        ("13", None, "0.50", "0.10"),
        ("6", None, "1.00", "0.10"),
    ]
    assert rounding(figures) == [("EUR", "0.00", "-0.10")]
    assert str(only(figures).tax) == "0.10"


def test_a_discount_on_the_whole_document_lowers_its_rows_and_leaves_no_rounding() -> None:
    lines = [line("a", "100", tax=vat("23")), line("b", "50", tax=vat("6"))]
    figures = added(paper(lines=lines, document_discount="10"))
    assert [row[2:] for row in list_vat_rows(figures)] == [
        ("23", None, "90.00", "20.70"),
        ("6", None, "45.00", "2.70"),
    ]
    assert rounding(figures) == [("EUR", "0.00", "0.00")]
    assert figures.line_items["net"].tolist() == [100, 50]


def test_a_discount_that_net_and_vat_do_not_prove_stands_in_the_rounding_line() -> None:
    figures = added(paper(document_discount="10") | {"taxes": "20.68", "total": "110.68"})
    assert list_vat_rows(figures) == [("EUR", "pt", "23", None, "100.00", "23.00")]
    assert rounding(figures) == [("EUR", "-10.00", "-2.32")]
    assert list_texts(only(figures).net, only(figures).tax) == ["90.00", "20.68"]


def test_the_rounding_keeps_credit_notes_apart_too() -> None:
    unproven = {"taxes": "20.68", "total": "110.68"}
    figures = added(
        paper(1, document_discount="10") | unproven,
        paper(2, "CreditNote", document_discount="20") | {"taxes": "18.38", "total": "98.38"},
    )
    (own,) = figures.vat_rounding
    assert list_texts(own.base_invoices, own.tax_invoices) == ["-10.00", "-2.32"]
    assert list_texts(own.base_credit_notes, own.tax_credit_notes) == ["20.00", "4.62"]


def test_the_rounding_line_has_the_documents_own_cent_in_its_gross() -> None:
    figures = added(paper(total="123.01"), paper(2, "CreditNote", net="10"))
    (own,) = figures.vat_rounding
    assert list_texts(own.base, own.tax, own.gross) == ["0.00", "0.00", "0.01"]


def test_an_amount_without_lines_stands_in_the_rounding_line() -> None:
    assert rounding(added(paper(items=[]))) == [("EUR", "100.00", "23.00")]


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        *((-400, "current"), (-1, "current"), (0, "current"), (1, "1-30"), (30, "1-30"), (31, "31-60")),
        *((60, "31-60"), (61, "61-90"), (90, "61-90"), (91, "over-90"), (4000, "over-90")),
    ],
)
def test_a_document_ages_from_the_day_after_it_is_due(days: int, bucket: str) -> None:
    figures = added(paper(due_date=vendor_day(READ_ON - timedelta(days))))
    assert figures.open_documents[["bucket", "days_overdue"]].to_numpy().tolist() == [[bucket, max(days, 0)]]
    assert ageing(figures) == {bucket: "123.00"}
    assert only(figures).overdue == (0 if bucket == "current" else 123)


@pytest.mark.parametrize("due_date", [None, ""])
def test_without_a_due_date_the_issue_date_stands_in(due_date: str | None) -> None:
    issued = READ_ON - timedelta(31)
    assert ageing(added(paper(day=issued, due_date=due_date))) == {"31-60": "123.00"}


def test_buckets_follow_the_configured_limits() -> None:
    assert buckets([30, 60, 90]) == ("current", "1-30", "31-60", "61-90", "over-90", "credit")
    assert buckets([15]) == ("current", "1-15", "over-15", "credit")
    due = vendor_day(READ_ON - timedelta(16))
    assert ageing(added(paper(due_date=due), limits=[15])) == {"over-15": "123.00"}


def test_open_credit_notes_lower_what_is_open_and_never_what_is_overdue() -> None:
    figures = added(
        paper(1, net="10", day=READ_ON - timedelta(5)),
        paper(2, "CreditNote", net="100", day=READ_ON - timedelta(10)),
        paper(3, "CreditNote", net="1", day=READ_ON + timedelta(10)),
    )
    assert ageing(figures) == {"1-30": "12.30", "credit": "-124.23"}
    total = only(figures)
    assert list_texts(total.open, total.overdue, total.credit) == ["-111.93", "12.30", "-124.23"]
    assert figures.open_documents[["id", "bucket", "days_overdue"]].to_numpy().tolist() == [
        *([2, "credit", 10], [1, "1-30", 5]),
        [3, "credit", 0],
    ]


@pytest.mark.parametrize(
    ("raw", "bucket"),
    [
        (paper(net="-100"), "credit"),
        (paper(retention=100, net="100", total="-1"), "1-30"),
        (paper(net="0", items=[]), "1-30"),
        (paper(kind="CreditNote", net="0", items=[]), "1-30"),
        (paper(kind="VatMossCreditNote"), "credit"),
    ],
    ids=["a negative invoice", "a payable above 0", "an invoice of 0", "a note of 0", "an OSS note"],
)
def test_what_is_owed_to_the_client_is_a_credit_whatever_its_type(raw: Raw, bucket: str) -> None:
    assert added(raw).open_documents["bucket"].tolist() == [bucket]


def test_open_is_of_any_date_and_leaves_out_what_is_paid() -> None:
    figures = added(
        paper(1, date="05/01/2020"),
        paper(2, day=date(2026, 12, 5)),
        paper(3, status="settled"),
        paper(4, "InvoiceReceipt"),
        paper(5, "CashInvoice", status="sent"),
        paper(6, status="draft"),
        paper(7, "Proforma"),
        paper(8, status="second_copy"),
    )
    assert figures.open_documents["id"].tolist() == [1, 8, 2]
    assert only(figures).open == 369


def test_open_is_what_is_to_be_paid_after_withholding() -> None:
    assert only(added(paper(retention=25))).open == 98


def test_zero_buckets_are_there() -> None:
    zeros = added(paper(status="settled")).ageing
    assert [own.bucket for own in zeros] == [*buckets(LIMITS_DAYS)]
    assert {(own.documents, str(own.amount)) for own in zeros} == {(0, "0.00")}


def test_the_last_twelve_months_hold_what_counted_in_each() -> None:
    figures = added(
        paper(1, date="31/10/2025"),
        paper(2, net="1", date="01/11/2025"),
        paper(3, net="2", date="30/11/2025"),
        paper(4, "CreditNote", net="4", date="15/06/2026"),
        paper(5, net="8", date="31/10/2026"),
        paper(6, net="16", date="01/11/2026"),
    )
    sums = {f"{month.first:%Y-%m}": (str(month.net), str(month.tax)) for month in figures.months}
    assert [*sums] == [month.label for month in OCTOBER.twelve_months]
    assert {label: own for label, own in sums.items() if own != ("0.00", "0.00")} == {
        "2025-11": ("3.00", "0.69"),
        "2026-06": ("-4.00", "-0.92"),
        "2026-10": ("8.00", "1.84"),
    }


def test_no_document_at_all_gives_empty_figures() -> None:
    figures = added()
    lists = (figures.totals, figures.types, figures.vat, figures.vat_rounding, figures.ageing, figures.months)
    assert [*map(len, lists)] == [0] * 6
    frames = (figures.documents, figures.line_items, figures.open_documents, figures.not_counted)
    assert [*map(len, (*frames, figures.receipts))] == [0] * 5


def test_figures_without_frames_keep_every_sum() -> None:
    figures = added(paper(1), paper(2, "Quote"), paper(3, "Receipt"))
    bare = figures.drop_frames()
    assert bare.totals == figures.totals
    assert bare.vat == figures.vat
    frames = (bare.documents, bare.line_items, bare.open_documents, bare.not_counted, bare.receipts)
    assert [*map(len, frames)] == [0] * 5


@st.composite
def one_paper(draw: st.DrawFn, kinds: Sequence[str] = tuple(SIGNS)) -> Raw:
    """A document without its id, of some weeks around October."""
    lines = []
    for _ in range(draw(st.integers(0, 3))):
        rate = draw(st.sampled_from(list(RATES)))
        price = Decimal(draw(st.integers(1, 99_999))).scaleb(-3)
        tax = vat(rate, RATES[rate]) if rate else None
        lines.append(line("Serviço", price, quantity=draw(st.sampled_from(["1", "2.5", "-1"])), tax=tax))
    day = date(2026, 9, 20) + timedelta(draw(st.integers(0, 50)))
    return paper(
        kind=draw(st.sampled_from(kinds)),
        day=day,
        due_date=draw(st.none() | st.integers(0, 120).map(lambda days: vendor_day(day - timedelta(days)))),
        lines=lines,
        status=draw(st.sampled_from(["final", "final", "sent", "settled", "draft", "canceled"])),
        retention=draw(st.sampled_from([None, None, Decimal(25)])),
        document_discount=draw(st.sampled_from(["0", "0", "5"])),
        currency=draw(st.sampled_from(["Euro", "Euro", "US Dollar"])),
        tax_exemption=draw(st.sampled_from([None, "M07", "M16"])),
    )


some_papers = st.lists(one_paper(), max_size=8).map(
    lambda papers: [own | {"id": identity} for identity, own in enumerate(papers, start=1)]
)


def sign(raw: Raw) -> int:
    """What the document counts with; a credit note whose lines make it negative is not turned again."""
    if raw["status"] not in COUNTED:
        return 0
    first = next((raw[key] for key in ("before_taxes", "taxes", "total") if raw[key]), 0)
    return -1 if SIGNS[raw["type"]] < 0 and first >= 0 else abs(SIGNS[raw["type"]])


def payable(raw: Raw) -> tuple[Decimal, Decimal]:
    """Gross and payable by the reading of `total` that is the nearer one."""
    own, total = raw["before_taxes"] + raw["taxes"], raw["total"]
    withheld = cents(raw["before_taxes"] * (raw["retention"] or 0) / 100)
    if abs(total - own + withheld) <= abs(total - own):
        return total + withheld, total
    return total, total - withheld


def everything(figures: Figures) -> tuple[Any, ...]:
    """All sums of a client, and its rows in order."""
    return (
        *(figures.totals, figures.types, figures.vat, figures.vat_rounding, figures.ageing, figures.months),
        *(figures.documents.to_dict("records"), figures.line_items.to_dict("records")),
        *(figures.open_documents.to_dict("records"), figures.not_counted.to_dict("records")),
        *figures.receipts.to_dict("records"),
    )


def raw_day(raw: Raw) -> date:
    day, month, year = raw["date"].split("/")
    return date(int(year), int(month), int(day))


@small_settings
@given(some_papers)
def test_sums_equal_an_independent_sum_of_the_reply(papers: list[Raw]) -> None:
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 8)
    for raw in papers:
        is_inside = raw_day(raw) in OCTOBER
        is_open = raw["status"] in {"final", "sent"} and raw["type"] != "InvoiceReceipt"
        if not sign(raw) or not (is_inside or is_open):
            continue
        net, tax, gross, due = (
            sign(raw) * amount for amount in (raw["before_taxes"], raw["taxes"], *payable(raw))
        )
        own = [
            Decimal(is_inside),
            *(is_inside * amount for amount in (net, tax, gross - net - tax, gross, due)),
            is_open * due,
            is_open * min(due, Decimal(0)),
        ]
        sums[raw["currency"]] = [one + more for one, more in zip(sums[raw["currency"]], own, strict=True)]
    found = {
        {"EUR": "Euro", "USD": "US Dollar"}[total.currency]: [
            *(Decimal(total.documents), total.net, total.tax, total.rounding, total.gross, total.payable),
            *(total.open, total.credit),
        ]
        for total in added(*papers).totals
    }
    assert found == sums


@small_settings
@given(some_papers)
def test_vat_rows_and_rounding_add_up_to_the_documents(papers: list[Raw]) -> None:
    figures = added(*papers)
    for own in figures.vat_rounding:
        documents = figures.documents[figures.documents["currency"] == own.currency]
        rows = [row for row in figures.vat if row.currency == own.currency]
        notes = documents["sign"] < 0
        for column, field in (("net", "base"), ("tax", "tax")):
            for chosen, part in ((~notes, "invoices"), (notes, "credit_notes")):
                key = f"{field}_{part}"
                assert sum(documents[column][chosen]) == sum(getattr(row, key) for row in [*rows, own])
            assert sum(documents[column]) == sum(getattr(row, field) for row in [*rows, own])
        assert sum(documents["gross"]) == sum(row.gross for row in rows) + own.gross


@small_settings
@given(some_papers)
def test_buckets_partition_what_is_open(papers: list[Raw]) -> None:
    figures = added(*papers)
    assert sum(own.documents for own in figures.ageing) == len(figures.open_documents)
    for total in figures.totals:
        amounts = {own.bucket: own.amount for own in figures.ageing if own.currency == total.currency}
        assert sum(amounts.values()) == total.open
        assert total.credit == amounts["credit"] <= 0
        assert total.overdue == total.open - amounts["current"] - amounts["credit"] >= 0
        assert all(amount >= 0 for bucket, amount in amounts.items() if bucket != "credit")


@small_settings
@given(some_papers)
def test_subtotals_and_documents_add_up_to_the_totals(papers: list[Raw]) -> None:
    figures = added(*papers)
    for total in figures.totals:
        types = [own for own in figures.types if own.currency == total.currency]
        documents = figures.documents[figures.documents["currency"] == total.currency]
        assert sum(own.documents for own in types) == total.documents == len(documents)
        for key in totals.AMOUNTS:
            assert sum(getattr(own, key) for own in types) == getattr(total, key) == sum(documents[key])
        assert total.net + total.tax + total.rounding == total.gross
        assert total.gross - total.withholding == total.payable


@small_settings
@given(some_papers.flatmap(lambda papers: st.tuples(st.just(papers), st.permutations(papers))))
def test_the_order_of_documents_never_changes_a_figure(both: tuple[list[Raw], list[Raw]]) -> None:
    papers, shuffled = both
    assert everything(added(*papers)) == everything(added(*shuffled))


@small_settings
@given(some_papers, st.integers(1, 5))
def test_the_size_of_a_page_never_changes_a_figure(papers: list[Raw], size: int) -> None:
    pages = [json_text({"invoices": papers[start : start + size]}) for start in range(0, len(papers), size)]
    laid_out = tables.build(
        document for page in pages for document in map(parse_document, read_page(page).listed)
    )
    paged = totals.build(laid_out, period=OCTOBER, read_on=READ_ON, limits=LIMITS_DAYS)
    assert everything(paged) == everything(added(*papers))


@small_settings
@given(st.lists(one_paper(["Invoice", "VatMossInvoice"]), min_size=1, max_size=4))
def test_invoices_and_their_full_credit_notes_come_to_nothing(papers: list[Raw]) -> None:
    named = [
        raw | {"id": identity, "date": vendor_day(FIFTH), "status": "final"}
        for identity, raw in enumerate(papers, start=1)
        if min(raw["before_taxes"], raw["total"]) >= 0
    ]
    notes = [
        raw | {"id": 100 + raw["id"], "type": raw["type"].replace("Invoice", "CreditNote")} for raw in named
    ]
    figures = added(*named, *notes)
    for total in figures.totals:
        assert {getattr(total, key) for key in (*totals.AMOUNTS, "open")} == {0}
        buckets_of = [own for own in figures.ageing if own.currency == total.currency]
        assert sum(own.amount for own in buckets_of) == 0
        assert -total.credit == sum(own.amount for own in buckets_of if own.bucket != "credit")
    assert {row.base for row in figures.vat} | {own.base for own in figures.vat_rounding} <= {0}
    assert {row.tax for row in figures.vat} | {own.tax for own in figures.vat_rounding} <= {0}
    assert {own.gross for own in figures.vat_rounding} <= {0}


@small_settings
@given(some_papers)
def test_months_add_up_to_the_period_they_are(papers: list[Raw]) -> None:
    year = Period(date(2025, 11, 1), date(2026, 10, 31))
    figures = added(*papers, period=year)
    for total in figures.totals:
        months = [month for month in figures.months if month.currency == total.currency]
        assert (len(months), sum(month.net for month in months)) == (12, total.net)
        assert sum(month.tax for month in months) == total.tax


@small_settings
@given(some_papers)
def test_no_sum_is_a_negative_zero(papers: list[Raw]) -> None:
    assert not re.search(r"'-0(\.0*)?'", str(everything(added(*papers))))
