"""The sandbox's book of a month: what stands where, as recorded files of the service have it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

import pytest

from reports.sandbox.data import SandboxAccount
from reports.sandbox.documents import Habits, Raw, Tax, document, line
from reports.sandbox.saft import NAMESPACE, SaftRules
from reports.sandbox.saft_export import write_month
from tests.support.hostile import TEXTS

IVA23, IVA6 = Tax(1, "IVA23", Decimal(23)), Tax(2, "IVA6", Decimal(6))
ANA: Raw = {"id": 7, "name": "Ana", "fiscal_id": "PT 123 456 789"}
FIFTH = date(2026, 10, 5)


def book(*papers: Raw, rules: SaftRules | None = None) -> Element | None:
    account = SandboxAccount("book", [], {7: [*papers]}, saft=rules or SaftRules())
    text = write_month(account, 2026, 10)
    root = text and ET.fromstring(text)  # noqa: S314 - our own
    for element in root.iter() if isinstance(root, Element) else ():
        element.tag = element.tag.removeprefix(f"{{{NAMESPACE}}}")
    return root if isinstance(root, Element) else None


def issue(kind: str = "Invoice", *lines: Raw, day: date = FIFTH, client: Raw = ANA, **fields: Any) -> Raw:
    return document(
        kind,
        day,
        lines or [line("Pão", "10.00", tax=IVA23)],
        client=client,
        **{"identity": 1, "number_in_series": 1} | fields,
    )


def only(*papers: Raw, rules: SaftRules | None = None) -> Element:
    root = book(*papers, rules=rules)
    assert root is not None
    return root


def texts(root: Element, *paths: str) -> list[str | None]:
    return [root.findtext(f".//{path}") for path in paths]


def totals(root: Element) -> list[str | None]:
    return texts(root, "NetTotal", "TaxPayable", "GrossTotal", "WithholdingTaxAmount")


def test_numbers_have_prefix_series_and_count() -> None:
    root = only(issue(number_in_series=60), issue("CreditNote", identity=2, series="A 1/2"))
    assert [one.text for one in root.iter("InvoiceNo")] == ["FT 2026/60", "NC A-1-2/1"]


def test_drafts_receipts_and_other_months_are_not_in_it() -> None:
    absent = [issue(status="draft"), issue("Receipt"), issue("Quote"), issue(day=date(2026, 11, 1))]
    assert book(*absent) is None
    assert len([*only(*absent, issue()).iter("Invoice")]) == 1


def test_a_cancelled_document_is_in_it_as_such_and_in_no_control_total() -> None:
    root = only(issue(status="canceled"), issue(identity=2, number_in_series=2))
    assert [one.text for one in root.iter("InvoiceStatus")] == ["A", "N"]
    assert texts(root, "NumberOfEntries", "TotalCredit", "TotalDebit") == ["2", "10.00", "0.00"]


def test_a_credit_note_is_debited_above_zero_however_it_is_written() -> None:
    given = [line("Pão", "10.00", tax=IVA23)], [line("Pão", "-10.00", tax=IVA23)]
    for lines in given:
        root = only(issue("CreditNote", *lines))
        assert texts(root, "DebitAmount", "CreditAmount", "TotalDebit") == ["10.0000", None, "10.00"]
        assert totals(root) == ["10.00", "2.30", "12.30", None]


def test_a_line_that_lowers_its_document_stands_on_the_other_side() -> None:
    root = only(issue("Invoice", line("Pão", "10.00", tax=IVA23), line("Vale", "-2.00", tax=IVA23)))
    assert texts(root, "CreditAmount", "DebitAmount", "NetTotal") == ["10.0000", "2.0000", "8.00"]


def test_a_discount_on_the_whole_document_lowers_its_lines() -> None:
    root = only(issue("Invoice", line("Pão", "10.00", tax=IVA23), document_discount="15"))
    assert texts(root, "CreditAmount", "NetTotal") == ["8.5000", "8.50"]


@pytest.mark.parametrize("is_payable", [True, False])
def test_withholding_stands_apart_whichever_way_the_total_is_written(is_payable: bool) -> None:
    paper = issue(retention="25", habits=Habits(total_is_payable=is_payable))
    assert totals(only(paper)) == ["10.00", "2.30", "12.30", "2.50"]


@pytest.mark.parametrize("is_difference", [True, False])
def test_vat_is_what_gross_has_beyond_net_or_the_documents_own(is_difference: bool) -> None:
    lines = [line("Pão", "0.1234", tax=IVA23), line("Leite", "0.0123", tax=IVA6)]
    paper = issue("Invoice", *lines) | {"total": Decimal("0.18"), "taxes": Decimal("0.03")}
    root = only(paper, rules=SaftRules(tax_is_gross_less_net=is_difference))
    assert totals(root)[:3] == ["0.14", "0.04" if is_difference else "0.03", "0.18"]


@pytest.mark.parametrize("is_there", [True, False])
def test_the_amount_in_another_currency_stands_in_it_or_not(is_there: bool) -> None:
    root = only(issue(currency="U.S. dollar"), rules=SaftRules(has_currency=is_there))
    assert totals(root)[:3] == ["9.00", "2.07", "11.07"]
    assert [one.text for one in root.iter("CurrencyCode")] == ["EUR"] + ["USD"] * is_there
    assert texts(root, "CurrencyAmount") == ["12.30" if is_there else None]


def test_a_client_without_a_number_is_customer_0() -> None:
    root = only(issue(client={"id": 9, "name": "Rui"}), issue(identity=2, number_in_series=2))
    assert [one.findtext("CustomerID") for one in root.iter("Customer")] == ["0", "7"]
    assert [one.text for one in root.iter("CustomerTaxID")] == ["999999990", "PT 123 456 789"]


def test_a_line_at_0_has_a_reason_and_m99_where_none_was_given() -> None:
    lines = [line("Pão", "10.00", tax=Tax(3, "Isento", Decimal(0)))]
    for reason, code in (("M40", "M40"), (None, "M99"), ("<b>", "M99")):
        root = only(issue("Invoice", *lines, tax_exemption=reason))
        assert texts(root, "TaxExemptionCode", "TaxPercentage", "TaxCode") == [code, "0", "ISE"]


@pytest.mark.parametrize("text", TEXTS.values(), ids=[*TEXTS])
def test_any_text_is_written_as_xml(text: str) -> None:
    client = {"id": 7, "name": text, "address": text, "postal_code": text, "fiscal_id": text, "country": text}
    paper = issue("CreditNote", line(text, "1", tax=IVA23, unit=text), client=client, series=text)
    assert (
        len([*only(paper | {"reference": text, "tax_exemption": text, "currency": text}).iter("Line")]) == 1
    )


def test_every_month_of_the_demo_is_whole(account: SandboxAccount) -> None:
    for rules, month in product((SaftRules(), SaftRules(has_currency=False)), range(1, 11)):
        text = write_month(replace(account, saft=rules), 2026, month)
        root = ET.fromstring(str(text))  # noqa: S314 - our own
        count = len([*root.iter(f"{{{NAMESPACE}}}Invoice")])
        assert root.findtext(f".//{{{NAMESPACE}}}NumberOfEntries") == f"{count}"
