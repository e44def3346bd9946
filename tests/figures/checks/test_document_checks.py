"""What does not tie is found, named, and never repaired."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from reports.data.tables import read_table
from reports.figures import totals
from reports.figures.checks.document_checks import check
from reports.figures.checks.finding import PDF_FAILED, RULES
from reports.figures.filters import list_hidden
from reports.figures.parse import parse_document, read_page
from reports.figures.tables import build
from reports.period import Period
from reports.sandbox.documents import Raw, line
from tests.support.papers import (
    LIMITS_DAYS,
    OCTOBER,
    READ_ON,
    added,
    codes,
    find_only,
    findings,
    laid_out,
    paper,
    vat,
)

GOODS = line("Pão", "100", tax=vat("23"))
ZERO_RATED = line("Livro", "100", tax=vat("0"))
EVERY_SALE = (
    *("Invoice", "InvoiceReceipt", "SimplifiedInvoice", "VatMossInvoice", "CashInvoice", "DebitNote"),
    *("CreditNote", "VatMossCreditNote"),
)
OLD_AND_OPEN: Raw = {"date": "05/01/2020"}
OLD_AND_PAID: Raw = {"date": "05/01/2020", "status": "settled"}

PROVOKED: Mapping[str, Raw] = {
    "TOTAL-UNEXPLAINED": paper(total="123.03"),
    "HEADER-NET": paper(sum="100.02"),
    "LINES-NET": paper(items=[GOODS | {"subtotal": "99.98", "total": "122.98"}]),
    "LINES-TAX": paper(items=[GOODS | {"tax_amount": "23.02", "total": "123.02"}]),
    "LINE-SUBTOTAL": paper(items=[GOODS | {"subtotal": "100.03"}]),
    "LINE-TAX": paper(items=[GOODS | {"tax": {"id": 1, "name": "IVA6", "value": 6}}]),
    "NO-LINES": paper(items=[]),
    "LINES-UNREADABLE": paper(net="0", items=None),
    "TAX-MISSING": paper(rate=None),
    "TYPE-UNKNOWN": paper(kind="Brand new"),
    "STATUS-UNKNOWN": paper(status="strange"),
    "CURRENCY-UNKNOWN": paper(currency="Doubloon"),
    "WITHHOLDING-UNREADABLE": paper() | {"retention": "foo"},
    "CREDIT-NOTE-NEGATIVE": paper(kind="CreditNote", net="-100"),
    "AMOUNT-PRECISION": paper(taxes="23.004"),
    "NUMBER-UNREADABLE": paper(items=[GOODS | {"quantity": "dois"}]),
    "VALUE-UNREADABLE": paper(status="draft", total=None),
    "SIGN-CONTRADICTS": paper(total="-123"),
    "CLIENT-ID-MISSING": paper(client={"name": "Ana & Filhos, Lda"}),
    "DOCUMENT-DISCOUNT": paper(document_discount="10"),
    "LINE-DERIVED": paper(items=[GOODS | {"tax_amount": None}]),
    "TAX-RESOLVED": paper(items=[GOODS | {"tax": {"id": 9, "name": None, "value": None}}]),
    "DUE-DATE-MISSING": paper(due_date=None),
    "EXEMPTION-MISSING": paper(rate="0"),
    "EXEMPTION-M99": paper(rate="0", tax_exemption="M99"),
    "EXEMPTION-UNKNOWN": paper(rate="0", tax_exemption="M98"),
}
"""For each code a document that has nothing else to be found."""

OF_THE_READING = {"OUTSIDE-FILTER", "FILTER-HIDES", "PERIOD-NOT-OVER"}
OF_TWO_DOCUMENTS = {"TYPE-AND-NUMBER-TWICE"}
OF_THE_ACCOUNT = {
    "REGION-UNDECIDED",
    "TAXES-MISSING",
    "CLIENT-GONE",
    "CLIENTS-GONE",
    "ACCOUNT-EMPTY",
    "PERIOD-NOT-BEGUN",
    "RATE-NOT-IN-FORCE",
    "VAT-NUMBER-MISSING",
    "EXEMPTION-COUNTRY",
    "EXEMPTION-NOT-IN-FORCE",
    "EXEMPTION-WITHOUT-LINE",
    "COUNTRY-UNKNOWN",
    "FORGOTTEN-DOCUMENTS",
    "FIELD-DIFFERENCE",
    "NEGATIVE-LINE",
}
OF_THE_CLIENT = {"NIF-INVALID", "DETAILS-MISSING", *(code for code in RULES if code.startswith("VENDOR-"))}
"""Provoked in test_client_checks."""


def test_every_code_is_provoked_here() -> None:
    assert {*PROVOKED} | {
        PDF_FAILED
    } | OF_THE_READING | OF_TWO_DOCUMENTS | OF_THE_ACCOUNT | OF_THE_CLIENT == {*RULES}


@pytest.mark.parametrize("code", PROVOKED)
def test_each_code_is_found_alone_and_names_its_document(code: str) -> None:
    finding = find_only(PROVOKED[code])
    assert finding.code == code
    assert (finding.document, finding.level) == (1, RULES[code].level)
    assert str(finding.number) in finding.message
    assert "None" not in finding.message


@pytest.mark.parametrize("code", PROVOKED)
def test_a_finding_never_changes_what_the_document_says(code: str) -> None:
    raw = PROVOKED[code]
    if raw["type"] != "Invoice" or raw["status"] != "final":
        return
    (total,) = added(raw).totals
    assert (str(total.net), total.documents) == (f"{Decimal(raw['before_taxes']):.2f}", 1)


def test_a_sound_document_has_no_finding() -> None:
    assert (
        codes(paper(1, retention=25), paper(2, "CreditNote"), paper(3, rate="0", tax_exemption="M07")) == []
    )


def test_findings_come_by_date_then_id_whatever_the_order_of_the_reply() -> None:
    days = {7: "05/10/2026", 3: "05/10/2026", 9: "01/10/2026"}
    papers = [paper(identity, total="124", date=day) for identity, day in days.items()]
    undated = paper(8, kind="Quote", date="soon")
    assert [finding.document for finding in findings(*papers, undated)] == [8, 9, 3, 7]


@pytest.mark.parametrize("total", ["123", "123.02", "122.98"])
def test_a_total_within_two_cents_is_explained(total: str) -> None:
    assert codes(paper(total=total)) == []


@pytest.mark.parametrize("total", ["118", "118.02", "117.98", "123", "123.02"])
def test_a_total_may_be_before_or_after_the_withholding(total: str) -> None:
    assert codes(paper(retention=5, total=total)) == []
    assert codes(paper(retention=5, total="120")) == ["TOTAL-UNEXPLAINED"]


def test_the_documented_reply_has_nothing_but_its_withholding() -> None:
    reply = (Path(__file__).parents[2] / "documented_reply.json").read_text("utf-8")
    tables = build(map(parse_document, read_page(reply).listed))
    june = Period(date(2017, 6, 1), date(2017, 6, 30))
    figures = totals.build(tables, period=june, read_on=READ_ON, limits=LIMITS_DAYS)
    assert [(found.code, found.found) for found in check(tables, figures, {})] == [
        ("WITHHOLDING-UNREADABLE", "'foo'")
    ]


def test_a_document_discount_is_said_with_its_difference() -> None:
    finding = find_only(paper(document_discount="10"))
    assert (finding.code, finding.level) == ("DOCUMENT-DISCOUNT", "info")
    assert (finding.expected, finding.found, finding.difference) == ("100.00", "90.00", "-10.00")


def test_a_document_that_is_lower_than_its_lines_and_proves_no_discount_is_a_warning_as_ever() -> None:
    net, tax = findings(paper(document_discount="10") | {"taxes": "20.68", "total": "110.68"})
    assert (net.code, net.expected, net.found, net.difference) == ("LINES-NET", "90.00", "100.00", "10.00")
    assert (tax.code, tax.expected, tax.found, tax.difference) == ("LINES-TAX", "20.68", "23.00", "2.32")
    higher = paper(before_taxes="110", sum="110", taxes="25.30", total="135.30")
    assert codes(higher) == ["LINES-NET", "LINES-TAX"]


def test_one_cent_is_rounding_wherever_it_is() -> None:
    assert codes(paper(sum="100.01")) == []
    assert codes(paper(items=[GOODS | {"subtotal": "99.99", "total": "122.99"}])) == []


def test_a_cent_for_each_rate_is_rounding_and_two_are_not() -> None:
    lines = [line("a", "10", tax=vat("6")), line("b", "10", tax=vat("23"))]
    assert codes(paper(lines=lines, taxes="2.92", total="22.92")) == []
    assert codes(paper(lines=lines, taxes="2.93", total="22.93")) == ["LINES-TAX"]
    assert codes(paper(lines=[lines[0]] * 2, taxes="1.22", total="21.22")) == ["LINES-TAX"]


def test_lines_of_four_decimals_with_totals_in_cents_are_an_ordinary_document() -> None:
    recorded = line("Recarga", "2.0244", tax=vat("23"))
    assert (recorded["tax_amount"], recorded["total"]) == (Decimal("0.465612"), Decimal("2.49"))
    assert codes(paper(lines=[recorded] * 3)) == []


def test_sum_and_discount_are_compared_only_where_both_are_there() -> None:
    assert codes(paper(sum="100.02", discount=None)) == []
    assert codes(paper(sum=None, discount="5")) == []
    assert codes(paper(sum="105", discount="5")) == []
    assert codes(paper(sum="105", discount="4.98")) == ["HEADER-NET"]
    assert codes(paper(sum="dez")) == ["NUMBER-UNREADABLE"]


@pytest.mark.parametrize("subtotal", ["90", "100", "89.995", "100.005"])
def test_a_subtotal_may_be_before_or_after_the_lines_discount(subtotal: str) -> None:
    goods = line("Pão", "100", tax=vat("23"), discount="10")
    assert codes(paper(lines=[goods], items=[goods | {"subtotal": subtotal}])) == []


@pytest.mark.parametrize(("tax", "is_found"), [("23.02", False), ("22.98", False), ("23.021", True)])
def test_a_lines_vat_is_its_rate_of_its_net_amount_to_two_cents(tax: str, *, is_found: bool) -> None:
    goods = GOODS | {"tax_amount": tax, "total": str(100 + Decimal(tax))}
    found = [one for one in findings(paper(items=[goods])) if one.code == "LINE-TAX"]
    assert [(one.field, one.expected, one.found) for one in found] == [("1", "23.00", "23.02")] * is_found


def test_vat_charged_without_a_rate_or_at_zero_is_found() -> None:
    charged = GOODS | {"tax": {"id": 1, "name": "Isento", "value": 0}}
    (at_zero, _) = findings(paper(items=[charged]))
    assert (at_zero.code, at_zero.expected, at_zero.difference) == ("LINE-TAX", "0.00", "23.00")
    assert codes(paper(items=[GOODS | {"tax": None}])) == ["TAX-MISSING"]


def test_a_missing_subtotal_is_derived_and_said() -> None:
    finding = find_only(paper(items=[GOODS | {"subtotal": None}]))
    assert (finding.code, finding.field, finding.found, finding.expected) == (
        *("LINE-DERIVED", "1"),
        *("100.00", "23.00"),
    )


def test_a_line_with_nothing_to_go_by_is_found_and_its_client_does_not_fail() -> None:
    nothing = GOODS | {"subtotal": None, "tax_amount": None, "total": None}
    (unreadable,) = findings(paper(items=[GOODS, nothing]))
    assert (unreadable.code, unreadable.field) == ("LINES-UNREADABLE", "items[2]")


def test_a_rate_that_was_worked_out_is_said_with_its_line() -> None:
    finding = find_only(PROVOKED["TAX-RESOLVED"])
    assert (finding.field, finding.found) == ("1", "23")


def test_a_subtotal_that_is_neither_is_named_by_its_line() -> None:
    goods = line("Pão", "100", tax=vat("23"), discount="10")
    finding = find_only(paper(lines=[goods, goods], items=[goods, goods | {"subtotal": "95"}]))
    assert (finding.code, finding.field, finding.expected, finding.found) == (
        *("LINE-SUBTOTAL", "2"),
        *("90.00", "95.00"),
    )


@pytest.mark.parametrize(
    "items",
    [None, {}, "x", [None]],
    ids=["null", "an object", "a text", "a list of null"],
)
def test_lines_that_are_none_are_found_and_their_amount_is_missed(items: object) -> None:
    assert codes(paper(items=items)) == ["LINES-UNREADABLE", "NO-LINES"]


def test_a_document_of_nothing_needs_no_lines() -> None:
    assert codes(paper(net="0", items=[])) == []
    assert codes(paper(kind="CreditNote", net="0", items=[])) == []
    assert codes(paper(rate=None, items=[])) == ["NO-LINES"]
    assert codes(paper(net="0", items=[], taxes="1", total="1")) == ["NO-LINES"]


@pytest.mark.parametrize(
    "tax", [None, "IVA23", {}, {"value": "23%"}, {"id": 5, "value": "23%"}, {"id": None, "value": None}]
)
def test_a_line_without_a_readable_tax_is_a_warning_each(tax: object) -> None:
    goods = GOODS | {"tax": tax}
    found = findings(paper(lines=[GOODS, GOODS], items=[goods, goods]))
    assert [(finding.code, finding.field) for finding in found] == [
        ("TAX-MISSING", "1"),
        ("TAX-MISSING", "2"),
    ]


@pytest.mark.parametrize("code", sorted({row["code"] for row in read_table("exemption-codes")} - {"M99"}))
def test_known_exemption_codes_are_no_finding(code: str) -> None:
    assert codes(paper(rate="0", tax_exemption=code)) == []


def test_an_exemption_code_matters_only_where_a_line_is_at_zero() -> None:
    assert codes(paper(tax_exemption="M99")) == []
    assert codes(paper(lines=[GOODS, ZERO_RATED])) == ["EXEMPTION-MISSING"]


@pytest.mark.parametrize("kind", ["Receipt", "Quote", "Shipping"])
@pytest.mark.parametrize("status", ["accepted", "strange", ""])
def test_statuses_of_what_is_no_sale_are_not_looked_at(kind: str, status: str) -> None:
    assert codes(paper(kind=kind, status=status)) == []


def test_an_empty_type_or_status_is_shown_as_a_dash() -> None:
    assert find_only(paper(kind="")).found == "–"
    assert find_only(paper(status="")).found == "–"


def test_a_missing_currency_is_unknown() -> None:
    assert (find_only(paper(currency=None)).code, find_only(paper(currency="")).found) == (
        "CURRENCY-UNKNOWN",
        "?",
    )


@pytest.mark.parametrize("raw", [paper(kind="Brand new"), paper(status="strange")])
def test_an_unknown_type_or_status_is_found_at_any_date(raw: Raw) -> None:
    assert len(findings(raw | OLD_AND_PAID | {"status": raw["status"]})) == 1


def test_an_unknown_currency_is_found_where_the_document_shows_in_a_figure() -> None:
    raw = PROVOKED["CURRENCY-UNKNOWN"]
    assert codes(raw) == codes(raw | OLD_AND_OPEN) == ["CURRENCY-UNKNOWN"]
    assert codes(raw | OLD_AND_PAID) == []
    assert codes(raw | {"status": "draft"}, paper(2, "Quote", currency="Doubloon")) == []


def test_old_open_documents_are_checked_for_what_open_rests_on() -> None:
    assert codes(paper(total="124") | OLD_AND_OPEN) == ["TOTAL-UNEXPLAINED"]
    assert codes(paper() | {"retention": "foo"} | OLD_AND_OPEN) == ["WITHHOLDING-UNREADABLE"]
    assert codes(paper(items=[]) | OLD_AND_OPEN) == []


def test_lines_of_old_documents_are_left_in_peace() -> None:
    for code in ("LINE-SUBTOTAL", "LINE-DERIVED", "TAX-RESOLVED", "DOCUMENT-DISCOUNT", "TAX-MISSING"):
        assert codes(PROVOKED[code] | OLD_AND_OPEN) == []


def test_old_paid_documents_are_left_in_peace() -> None:
    assert codes(paper(total="124") | OLD_AND_PAID, paper(2) | {"retention": "foo"} | OLD_AND_PAID) == []


@pytest.mark.parametrize(
    "field",
    [{"total": "x"}, {"date": "soon"}, {"due_date": "soon"}, {"items": None}, {"retention": "foo"}],
    ids=lambda field: next(iter(field)),
)
@pytest.mark.parametrize("kind", ["Invoice", "Receipt"])
def test_what_cannot_be_read_on_an_uncounted_document_is_no_warning(kind: str, field: Raw) -> None:
    (finding,) = findings(paper(kind=kind, status="draft") | field)
    assert (finding.code, finding.level, finding.field) == ("VALUE-UNREADABLE", "info", next(iter(field)))


def test_half_cents_on_a_draft_are_nobodys_business() -> None:
    assert codes(paper(status="draft", taxes="0.005")) == []


@pytest.mark.parametrize(
    ("filters", "raw", "found"),
    [
        ({"status": ["settled"]}, paper(status="final"), "status final"),
        ({"status": ["final"]}, paper(status="settled"), "status settled"),
        ({"by_type": ["InvoiceReceipt"]}, paper(status="settled"), "type Invoice"),
        ({"archived": ["archived"]}, paper(), "not archived"),
        ({"archived": ["non_archived"]}, paper(archived=True), "archived"),
    ],
)
def test_a_document_outside_the_filter_is_found_and_reported(
    filters: Mapping[str, Sequence[str]], raw: Raw, found: str
) -> None:
    outside = [finding for finding in findings(raw, filters=filters) if finding.code == "OUTSIDE-FILTER"]
    assert [(finding.found, finding.level) for finding in outside] == [(found, "warning")]
    assert len(added(raw).documents) == 1


@pytest.mark.parametrize(
    ("filters", "status"),
    [
        *(
            ({"status": ["final", "settled"]}, status)
            for status in ("final", "sent", "second_copy", "settled")
        ),
        *(({"status": ["sent", "settled"]}, status) for status in ("final", "sent")),
        ({"status": [], "by_type": [], "archived": ["archived", "non_archived"]}, "draft"),
        ({}, "settled"),
    ],
)
def test_a_filter_for_finalised_documents_brings_sent_ones_too(
    filters: Mapping[str, Sequence[str]], status: str
) -> None:
    assert codes(paper(status=status), filters=filters) == []


@pytest.mark.parametrize(
    ("filters", "hidden"),
    [
        ({}, ()),
        ({"status": [], "by_type": [], "archived": ["archived", "non_archived"]}, ()),
        ({"status": ["final"]}, ("settled",)),
        ({"status": ["final", "settled"]}, ()),
        ({"status": ["sent", "settled"]}, ()),
        ({"status": ["settled"]}, ("final",)),
        ({"status": ["second_copy", "settled"]}, ("final",)),
        ({"status": ["draft"]}, ("final", "settled")),
        ({"by_type": EVERY_SALE}, ()),
        ({"by_type": EVERY_SALE[1:]}, ("Invoice",)),
        ({"by_type": [*EVERY_SALE[:-2], "Receipt"]}, ("CreditNote", "VatMossCreditNote")),
        ({"by_type": ["InvoiceReceipt"]}, tuple(one for one in EVERY_SALE if one != "InvoiceReceipt")),
        ({"archived": ["non_archived"]}, ("archived",)),
        ({"archived": ["archived"]}, ("non_archived",)),
        (
            {"status": ["final"], "by_type": EVERY_SALE[:1] + EVERY_SALE[2:], "archived": ["non_archived"]},
            ("settled", "InvoiceReceipt", "archived"),
        ),
    ],
)
def test_what_a_filter_hides_is_said_once(
    filters: Mapping[str, Sequence[str]], hidden: tuple[str, ...]
) -> None:
    assert list_hidden(filters) == hidden
    said = [finding.found for finding in findings(filters=filters)]
    assert said == ([", ".join(hidden)] if hidden else [])


@pytest.mark.parametrize(
    ("read_on", "is_found"),
    [(date(2026, 10, 20), True), (date(2026, 10, 31), True), (date(2026, 11, 1), False)],
)
def test_a_period_that_is_not_over_is_said(read_on: date, *, is_found: bool) -> None:
    tables = laid_out()
    figures = totals.build(tables, period=OCTOBER, read_on=read_on, limits=LIMITS_DAYS)
    found = [finding.code for finding in check(tables, figures, {})]
    assert found == (["PERIOD-NOT-OVER"] if is_found else [])


# Signs that contradict


def test_a_credit_note_that_came_negative_is_said_and_taken_as_it_is() -> None:
    finding = find_only(PROVOKED["CREDIT-NOTE-NEGATIVE"])
    assert (finding.level, finding.found) == ("warning", "-123.00")
    assert codes(paper(kind="CreditNote")) == []


def test_an_invoice_of_a_negative_net_contradicts_its_type() -> None:
    finding = find_only(paper(net="-100"))
    assert (finding.code, finding.field, finding.found) == ("SIGN-CONTRADICTS", "before_taxes", "-100.00")
    assert codes(paper(net="0", items=[], taxes="-1", total="-1")) == ["NO-LINES"]


def test_a_total_of_the_other_sign_contradicts_net_and_vat() -> None:
    finding = find_only(paper(total="-123"))
    assert (finding.code, finding.field) == ("SIGN-CONTRADICTS", "total")
    assert (finding.expected, finding.found, finding.difference) == ("123.00", "-123.00", "-246.00")


def test_lines_of_the_other_sign_contradict_their_document() -> None:
    turned = line("Pão", "-100", tax=vat("23"))
    finding = find_only(paper(items=[turned]))
    assert (finding.code, finding.field, finding.found) == ("SIGN-CONTRADICTS", "items", "-100.00")


# Identity


def test_two_documents_of_one_type_and_number_are_found_on_both() -> None:
    first, second = findings(paper(1), paper(2, number_in_series=1))
    assert (first.code, first.document, first.found) == ("TYPE-AND-NUMBER-TWICE", 1, "2")
    assert (second.code, second.document, second.found) == ("TYPE-AND-NUMBER-TWICE", 2, "1")
    assert first.level == "warning"


@pytest.mark.parametrize(
    "other",
    [
        paper(2, "CreditNote", number_in_series=1),
        paper(2, number_in_series=2),
        paper(2, number_in_series=1, date="05/10/2025", day=date(2025, 10, 5), status="settled"),
        paper(2, number_in_series=1) | {"inverted_sequence_number": None},
    ],
    ids=["another type", "another number", "another series", "no number"],
)
def test_another_type_number_or_series_is_another_document(other: Raw) -> None:
    assert codes(paper(1), other) == []


def test_documents_that_are_no_sale_and_those_without_a_number_are_no_twins() -> None:
    assert codes(paper(1, "Receipt"), paper(2, "Receipt", number_in_series=1)) == []
    drafts = [paper(identity, status="draft") for identity in (1, 2)]
    assert codes(*drafts) == []


def test_of_twins_the_one_that_is_shown_is_found() -> None:
    old = {"date": "05/01/2026", "status": "settled"}
    assert [one.document for one in findings(paper(1), paper(2, number_in_series=1) | old)] == [1]
    cancelled = paper(2, number_in_series=1, status="canceled")
    assert [one.document for one in findings(paper(1), cancelled)] == [1]
    assert codes(paper(1) | old, paper(2, number_in_series=1) | old) == []


@pytest.mark.parametrize("client", [None, {}, {"id": None, "name": "Ana"}], ids=str)
def test_a_document_that_names_no_client_is_counted_and_found(client: object) -> None:
    raw = paper(client=client)
    finding = find_only(raw)
    assert (finding.code, finding.level, finding.document) == ("CLIENT-ID-MISSING", "warning", 1)
    assert [total.documents for total in added(raw).totals] == [1]
    assert codes(raw | OLD_AND_OPEN) == ["CLIENT-ID-MISSING"]
    assert codes(raw | OLD_AND_PAID, paper(2, status="draft", client=client)) == []


def test_open_documents_without_a_due_date_are_said_once_a_client() -> None:
    finding = find_only(
        paper(5, due_date=None),
        paper(4, due_date="", date="05/10/2025"),
        paper(3, due_date=None, date="06/10/2025"),
        paper(2),
        paper(1, due_date=None, date="05/10/2020", status="settled"),
    )
    assert (finding.code, finding.level) == ("DUE-DATE-MISSING", "info")
    assert (finding.document, finding.found) == (4, "3")


def test_a_due_date_matters_only_where_a_document_is_open() -> None:
    assert codes(paper(due_date=None, status="settled"), paper(2, "InvoiceReceipt", due_date=None)) == []


def test_an_ordinary_month_raises_nothing() -> None:
    lines = [
        line("a", "1.2345", quantity="7", tax=vat("23"), discount="5"),
        line("b", "0.3333", quantity="3", tax=vat("13")),
        line("c", "12.5", quantity="0.75", tax=vat("6")),
    ]
    papers = [paper(identity, lines=lines, retention=25 * (identity % 2)) for identity in range(1, 6)]
    assert codes(*papers, paper(6, "CreditNote", lines=lines), paper(7, "InvoiceReceipt", lines=lines)) == []
