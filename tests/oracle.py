"""What the figures of a month have to be, worked out a second time from the API's own replies.

Nothing of `reports` is used or copied here, and nothing but the standard library: an error in the product
cannot be repeated by its check. The rules are those of the product's contract and of the notes on the API.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tests.tie.raw import Document, Line, cents

LIMITS_DAYS = (30, 60, 90)
BUCKETS = ("current", "1-30", "31-60", "61-90", "over-90")


@dataclass(frozen=True)
class Totals:
    documents: int
    sum: Decimal
    discount: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal
    withholding: Decimal
    payable: Decimal


VatKey = tuple[str, str | None, str | None]
"""Scheme, rate, exemption code: the code only where the rate is 0."""


@dataclass
class VatRow:
    """Base and VAT of one scheme, rate and code, with the credit notes' share apart; ids of its documents."""

    documents: set[int]
    tax_names: set[str]
    base: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    credit_base: Decimal = Decimal(0)
    credit_tax: Decimal = Decimal(0)


def in_currency(documents: Iterable[Document], currency: str) -> list[Document]:
    return [one for one in documents if one.currency == currency]


def currencies(documents: Iterable[Document]) -> set[str]:
    return {one.currency for one in documents}


def totals(documents: Iterable[Document]) -> Totals:
    """The documents' own amounts added up: the vendor's header figures are the truth."""
    every = list(documents)

    def added(field: str) -> Decimal:
        return sum((getattr(one, field) for one in every), Decimal(0))

    amounts = ("sum", "discount", "net", "tax", "gross", "withholding", "payable")
    return Totals(len(every), *(added(field) for field in amounts))


def vat_rows(documents: Iterable[Document]) -> dict[VatKey, VatRow]:
    """The VAT summary: each (document, rate, code) rounded once, half up, then added."""
    rows: dict[VatKey, VatRow] = {}
    for document in documents:
        for (rate, code), lines in _lines_by_rate(document).items():
            row = rows.setdefault((document.scheme, rate, code), VatRow(set(), set()))
            base = cents(sum((one.net for one in lines), Decimal(0)))
            tax = cents(sum((one.tax for one in lines), Decimal(0)))
            row.documents.add(document.id)
            row.tax_names.update(one.tax_name for one in lines if one.tax_name)
            row.base += base
            row.tax += tax
            if document.is_credit_note:
                row.credit_base += base
                row.credit_tax += tax
    return rows


def vat_rounding(documents: Iterable[Document]) -> tuple[Decimal, Decimal]:
    """What the VAT summary lacks towards the documents' own net and tax."""
    every = list(documents)
    rows = vat_rows(every).values()
    own = totals(every)
    return own.net - sum(row.base for row in rows), own.tax - sum(row.tax for row in rows)


def days_late(document: Document, today: date) -> int:
    """Days from the due date, or the issue date where there is none; 0 or less is not overdue."""
    return (today - (document.due_date or document.issued)).days


def bucket(document: Document, today: date) -> str:
    days = days_late(document, today)
    if days <= 0:
        return BUCKETS[0]
    return BUCKETS[1 + sum(days > limit for limit in LIMITS_DAYS)]


def ageing(documents: Iterable[Document], today: date) -> dict[str, Decimal]:
    """Signed payable of open documents per bucket, empty buckets included."""
    amounts = dict.fromkeys(BUCKETS, Decimal(0))
    for document in documents:
        amounts[bucket(document, today)] += document.payable
    return amounts


def twelve_months(documents: Iterable[Document], last: date) -> dict[str, list[Document]]:
    """Counted documents of the twelve months that end with that of `last`: `2026-10`, oldest first."""
    count = last.year * 12 + last.month - 1
    months: dict[str, list[Document]] = {
        f"{number // 12:04d}-{number % 12 + 1:02d}": [] for number in range(count - 11, count + 1)
    }
    for document in documents:
        month = f"{document.issued:%Y-%m}"
        if document.is_counted and month in months:
            months[month].append(document)
    return months


def _lines_by_rate(document: Document) -> dict[tuple[str | None, str | None], list[Line]]:
    groups: dict[tuple[str | None, str | None], list[Line]] = {}
    for line in document.lines:
        code = (document.exemption or None) if line.rate == "0" else None
        groups.setdefault((line.rate, code), []).append(line)
    return groups
