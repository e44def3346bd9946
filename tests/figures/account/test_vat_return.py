"""Rows of the VAT return, and what is decided by hand."""

from decimal import Decimal

from reports.figures.account.vat_return import FieldKey, FiledAmounts, OutsideKey, ReturnRounding, ReturnRow
from reports.money import ZERO
from reports.sandbox.documents import line
from tests.support.filed import build_account_month, build_month
from tests.support.papers import paper, vat

NOTHING_ROUNDED = ReturnRounding(ZERO, ZERO)


def amounts(base: str, tax: str) -> FiledAmounts:
    return FiledAmounts(base=Decimal(base), tax=Decimal(tax))


def test_vat_by_rate_is_the_base_times_the_rate_half_up_to_cents() -> None:
    row = ReturnRow(FieldKey("PT", "3", Decimal(23)), amounts("0.50", "0.11"))
    assert (row.tax_by_rate, row.difference) == (Decimal("0.12"), Decimal("-0.01"))


def test_credit_notes_stand_beside_invoices_and_a_document_counts_once_a_row() -> None:
    two_lines = [line("a", "10", tax=vat("23")), line("b", "20", tax=vat("23")), line("c", "5", tax=vat("6"))]
    month = build_account_month(build_month(paper(1, lines=two_lines), paper(2, "CreditNote", net="8")))
    reduced, normal = month.vat_return
    assert reduced.key == FieldKey("PT", "1", Decimal(6))
    assert (normal.amounts.base, normal.amounts.tax) == (Decimal("30.00"), Decimal("6.90"))
    assert (normal.amounts.credit_base, normal.amounts.credit_tax) == (Decimal("-8.00"), Decimal("-1.84"))
    assert (reduced.amounts.documents, normal.amounts.documents) == (1, 2)
    assert (reduced.tax_field, normal.tax_field) == ("2", "4")


def test_vat_on_a_line_at_zero_is_in_no_field_and_in_the_rounding() -> None:
    odd = line("a", "10", tax=vat("0")) | {"tax_amount": Decimal("1.00"), "total": Decimal("11.00")}
    month = build_account_month(build_month(paper(1, lines=[odd], tax_exemption="M07")))
    (row,) = month.vat_return
    assert (row.key.field, row.tax_field, row.amounts.tax) == ("9", None, Decimal("0.00"))
    assert month.rounding.tax == Decimal("1.00")


def test_other_currencies_are_outside_whatever_their_vat_and_not_in_the_rounding() -> None:
    dollars = paper(1, currency="U.S. dollar")
    month = build_account_month(build_month(dollars, paper(2, rate="0", tax_exemption="M99")))
    code, currency = month.outside
    assert (code.key.reason, code.key.code) == ("code", "M99")
    assert currency.key == OutsideKey("currency", None, "USD", "PT")
    assert currency.amounts.rates == {Decimal(23)}
    assert month.rounding == NOTHING_ROUNDED
