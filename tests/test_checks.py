"""What does not tie is found, named, and never repaired."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from reports.figures import checks, totals
from reports.figures.checks import RULES, Finding, check, hidden_by, warnings
from reports.figures.model import parse_page
from reports.figures.tables import build
from reports.figures.vocabulary import EXEMPTIONS
from reports.period import Period
from reports.source.sandbox_documents import Raw, line
from tests.papers import LIMITS_DAYS, OCTOBER, READ_ON, added, codes, findings, laid_out, paper, vat

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
    "LINES-NET": paper(items=[GOODS | {"total": "122.98"}]),
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
    "EXEMPTION-MISSING": paper(rate="0"),
    "EXEMPTION-M99": paper(rate="0", tax_exemption="M99"),
    "EXEMPTION-UNKNOWN": paper(rate="0", tax_exemption="M98"),
}
"""For each code a document that has nothing else to be found."""

OF_THE_READING = {"OUTSIDE-FILTER", "FILTER-HIDES", "PERIOD-NOT-OVER"}
OF_THE_CLIENT = {"NIF-INVALID", "DETAILS-MISSING", *(code for code in RULES if code.startswith("VENDOR-"))}
"""Provoked in test_details."""


def only(*papers: Raw, filters: Mapping[str, Sequence[str]] | None = None) -> Finding:
    (finding,) = findings(*papers, filters=filters)
    return finding


def test_every_code_is_provoked_here() -> None:
    assert {*PROVOKED} | OF_THE_READING | OF_THE_CLIENT == {*RULES}


@pytest.mark.parametrize("code", PROVOKED)
def test_each_code_is_found_alone_and_names_its_document(code: str) -> None:
    finding = only(PROVOKED[code])
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


def test_a_finding_says_what_was_expected_and_what_came() -> None:
    finding = only(paper(total="124"))
    assert (finding.expected, finding.found, finding.difference) == ("123.00", "124.00", "1.00")
    assert finding.message == (
        "FT 2026/1: the total 124.00 is neither net plus VAT (123.00) nor that less the withholding. "
        "Look at the document in InvoiceXpress."
    )


def test_findings_come_by_date_then_id_whatever_the_order_of_the_reply() -> None:
    days = {7: "05/10/2026", 3: "05/10/2026", 9: "01/10/2026"}
    papers = [paper(identity, total="124", date=day) for identity, day in days.items()]
    undated = paper(8, kind="Quote", date="soon")
    assert [finding.document for finding in findings(*papers, undated)] == [8, 9, 3, 7]


def test_braces_in_data_stay_braces() -> None:
    finding = only(paper(kind="{field}{0}"))
    assert "{field}{0} is not a known document type" in finding.message


@pytest.mark.parametrize("total", ["123", "123.02", "122.98"])
def test_a_total_within_two_cents_is_explained(total: str) -> None:
    assert codes(paper(total=total)) == []


@pytest.mark.parametrize("total", ["118", "118.02", "117.98", "123", "123.02"])
def test_a_total_may_be_before_or_after_the_withholding(total: str) -> None:
    assert codes(paper(retention=5, total=total)) == []
    assert codes(paper(retention=5, total="120")) == ["TOTAL-UNEXPLAINED"]


def test_the_documented_reply_has_nothing_but_its_withholding() -> None:
    reply = Path(__file__).with_name("documented_reply.json").read_text("utf-8")
    tables = build(parse_page(reply))
    june = Period(date(2017, 6, 1), date(2017, 6, 30))
    figures = totals.build(tables, period=june, read_on=READ_ON, limits=LIMITS_DAYS)
    assert [(found.code, found.found) for found in check(tables, figures, {})] == [
        ("WITHHOLDING-UNREADABLE", "'foo'")
    ]


def test_a_document_discount_is_found_with_its_difference() -> None:
    net, tax = findings(paper(document_discount="10"))
    assert (net.code, net.expected, net.found, net.difference) == ("LINES-NET", "90.00", "100.00", "10.00")
    assert (tax.code, tax.expected, tax.found, tax.difference) == ("LINES-TAX", "20.70", "23.00", "2.30")


def test_one_cent_is_rounding_wherever_it_is() -> None:
    assert codes(paper(sum="100.01")) == []
    assert codes(paper(items=[GOODS | {"total": "122.99"}])) == []


def test_a_cent_for_each_rate_is_rounding_and_two_are_not() -> None:
    lines = [line("a", "10", tax=vat("6")), line("b", "10", tax=vat("23"))]
    assert codes(paper(lines=lines, taxes="2.92", total="22.92")) == []
    assert codes(paper(lines=lines, taxes="2.93", total="22.93")) == ["LINES-TAX"]
    assert codes(paper(lines=[lines[0]] * 2, taxes="1.22", total="21.22")) == ["LINES-TAX"]


@pytest.mark.parametrize("subtotal", ["90", "100", "89.98"])
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


def test_a_missing_subtotal_is_not_compared() -> None:
    assert codes(paper(items=[GOODS | {"subtotal": None}])) == []


def test_a_subtotal_that_is_neither_is_named_by_its_line() -> None:
    goods = line("Pão", "100", tax=vat("23"), discount="10")
    finding = only(paper(lines=[goods, goods], items=[goods, goods | {"subtotal": "95"}]))
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


@pytest.mark.parametrize("tax", [None, "IVA23", {}, {"value": "23%"}])
def test_a_line_without_a_readable_tax_is_a_warning_each(tax: object) -> None:
    goods = GOODS | {"tax": tax}
    found = findings(paper(lines=[GOODS, GOODS], items=[goods, goods]))
    assert [(finding.code, finding.field) for finding in found] == [
        ("TAX-MISSING", "1"),
        ("TAX-MISSING", "2"),
    ]


@pytest.mark.parametrize("code", sorted({*EXEMPTIONS} - {"M99"}))
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
    assert only(paper(kind="")).found == "–"
    assert only(paper(status="")).found == "–"


def test_a_missing_currency_is_unknown() -> None:
    assert (only(paper(currency=None)).code, only(paper(currency="")).found) == ("CURRENCY-UNKNOWN", "?")


@pytest.mark.parametrize(
    "raw", [paper(kind="Brand new"), paper(status="strange"), paper(currency="Doubloon")]
)
def test_what_is_unknown_is_found_at_any_date(raw: Raw) -> None:
    assert len(findings(raw | OLD_AND_PAID | {"status": raw["status"]})) == 1


def test_old_open_documents_are_checked_for_what_open_rests_on() -> None:
    assert codes(paper(total="124") | OLD_AND_OPEN) == ["TOTAL-UNEXPLAINED"]
    assert codes(paper() | {"retention": "foo"} | OLD_AND_OPEN) == ["WITHHOLDING-UNREADABLE"]
    assert codes(paper(items=[]) | OLD_AND_OPEN) == []


def test_old_paid_documents_are_left_in_peace() -> None:
    assert codes(paper(total="124") | OLD_AND_PAID, paper() | {"retention": "foo"} | OLD_AND_PAID) == []


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
    assert hidden_by(filters) == hidden
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


def test_warnings_are_counted_and_information_is_not() -> None:
    provoked = [PROVOKED[code] for code in ("EXEMPTION-M99", "EXEMPTION-MISSING", "TYPE-UNKNOWN")]
    assert warnings(findings(*provoked)) == 1
    assert {rule.level for rule in checks.RULES.values()} == {"info", "warning"}
