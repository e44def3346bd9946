"""The account's side: which documents, and each as it was issued."""

from datetime import date
from decimal import Decimal

import pytest

from reports.figures import tables
from reports.figures.saft.book import BookEntry, list_entries
from reports.figures.saft.saft_document import LineKey
from reports.figures.vat.taxes import KnownTax, Taxation
from reports.sandbox.documents import Habits, Raw, line
from tests.support.papers import OCTOBER, paper, parsed, vat

TEN, ZERO = Decimal("10.00"), Decimal("0.00")


def book(*papers: Raw, taxation: Taxation | None = None) -> list[BookEntry]:
    return [*list_entries(tables.build(parsed(*papers), taxation), OCTOBER, client=7, name="Ana")]


def entry(*args: object, taxation: Taxation | None = None, **fields: object) -> BookEntry:
    (found,) = book(paper(*args, **{"net": "10"} | fields), taxation=taxation)  # type: ignore[arg-type]
    return found


def amounts_of(own: BookEntry) -> tuple[Decimal, ...]:
    return own.net, own.tax, own.gross, own.withholding


def test_sales_that_were_issued_are_in_it_and_nothing_else() -> None:
    kinds = ("Invoice", "CreditNote", "Receipt", "Quote", "Transport", "InvoiceReceipt")
    papers = [paper(count, kind) for count, kind in enumerate(kinds)]
    papers += [paper(10, status="draft"), paper(11, status="deleted"), paper(12, status="canceled")]
    papers += [paper(13, day=date(2026, 9, 30)), paper(14, day=date(2026, 11, 1))]
    assert [one.document for one in book(*papers)] == [0, 1, 5, 12]


@pytest.mark.parametrize("status", ["final", "sent", "settled", "second_copy"])
def test_every_status_that_counts_is_issued(status: str) -> None:
    own = entry(status=status)
    assert (own.is_cancelled, own.number, own.client, own.name) == (False, "FT 2026/1", 7, "Ana")
    assert amounts_of(own) == (TEN, Decimal("2.30"), Decimal("12.30"), ZERO)


def test_a_cancelled_document_has_no_amounts() -> None:
    own = entry(status="canceled")
    assert own.is_cancelled
    assert amounts_of(own) == (ZERO, ZERO, ZERO, ZERO)
    assert own.lines == {}


def test_a_credit_note_is_above_zero_whichever_way_it_came() -> None:
    for net in ("10", "-10"):
        own = entry(kind="CreditNote", net=net, lines=[line("Pão", net, tax=vat("23"))])
        assert own.is_credit
        assert amounts_of(own) == (TEN, Decimal("2.30"), Decimal("12.30"), ZERO)
        assert own.lines == {LineKey(None, Decimal(23), None): TEN}


@pytest.mark.parametrize("is_payable", [True, False])
def test_gross_is_before_what_is_withheld(is_payable: bool) -> None:
    own = entry(retention="25", habits=Habits(total_is_payable=is_payable))
    assert amounts_of(own) == (TEN, Decimal("2.30"), Decimal("12.30"), Decimal("2.50"))


def test_vat_is_what_gross_has_beyond_net() -> None:
    own = entry(taxes=Decimal("2.29"))
    assert own.tax == Decimal("2.30")


def test_lines_are_after_a_discount_on_the_whole_document() -> None:
    own = entry(lines=[line("Pão", "10", tax=vat("23"))], document_discount="15")
    assert own.lines == {LineKey(None, Decimal(23), None): Decimal("8.50")}


def test_a_region_is_told_by_the_tax_alone() -> None:
    tax = vat("6")
    for region, told in ((None, None), ("PT", "PT"), ("PT-MA", "PT-MA"), ("Desconhecido", None)):
        known = Taxation({str(tax.id): KnownTax(region, tax.value)}, "PT-AC", None)
        own = entry(lines=[line("Pão", "10", tax=tax)], taxation=known)
        assert [*own.lines] == [LineKey(told, Decimal(6), None)]


def test_a_line_at_0_has_the_documents_reason() -> None:
    own = entry(rate="0", tax_exemption="M07")
    assert [*own.lines] == [LineKey(None, Decimal(0), "M07")]
