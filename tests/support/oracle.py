"""What the figures of a month have to be, worked out a second time from the API's own replies.

Nothing of `reports` is used or copied here, and nothing but the standard library: an error in the product
cannot be repeated by its check. The rules are those of the product's contract and of the notes on the API.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor

from tests.support.tie.raw import CENT, Document, Line, cents

NOTHING = Decimal(0)
LIMITS_DAYS = (30, 60, 90)
BUCKETS = ("current", "1-30", "31-60", "61-90", "over-90", "credit")
NOT_OVERDUE = ("current", "credit")


@dataclass(frozen=True)
class Totals:
    documents: int
    sum: Decimal
    discount: Decimal
    net: Decimal
    tax: Decimal
    rounding: Decimal
    gross: Decimal
    withholding: Decimal
    payable: Decimal


VatKey = tuple[str, str | None, str | None, str | None]
"""Scheme, region, rate, exemption code: the code only where the rate is 0."""


@dataclass
class VatRow:
    """Base and VAT of one key, with the credit notes' share apart; ids of its documents."""

    documents: set[int]
    tax_names: set[str]
    base: Decimal = NOTHING
    tax: Decimal = NOTHING
    credit_base: Decimal = NOTHING
    credit_tax: Decimal = NOTHING

    @property
    def gross(self) -> Decimal:
        return self.base + self.tax


@dataclass(frozen=True)
class Rounding:
    """What the rows of the VAT summary lack towards the documents' own figures."""

    base: Decimal
    tax: Decimal
    gross: Decimal


def in_currency(documents: Iterable[Document], currency: str) -> list[Document]:
    return [one for one in documents if one.currency == currency]


def currencies(documents: Iterable[Document]) -> set[str]:
    return {one.currency for one in documents}


def totals(documents: Iterable[Document]) -> Totals:
    """The documents' own amounts added up: the vendor's header figures are the truth."""
    every = list(documents)

    def added(field: str) -> Decimal:
        return sum((getattr(one, field) or NOTHING for one in every), NOTHING)

    amounts = ("sum", "discount", "net", "tax", "rounding", "gross", "withholding", "payable")
    return Totals(len(every), *(added(field) for field in amounts))


def vat_rows(documents: Iterable[Document]) -> dict[VatKey, VatRow]:
    """The VAT summary: each (document, scheme, region, rate, code) brought to cents once, then added."""
    rows: dict[VatKey, VatRow] = {}
    for document in documents:
        groups = group_lines(document)
        for key, (base, tax) in row_amounts(document).items():
            row = rows.setdefault(key, VatRow(set(), set()))
            row.documents.add(document.id)
            row.tax_names.update(one.tax_name for one in groups[key] if one.tax_name)
            row.base += base
            row.tax += tax
            if document.is_credit_note:
                row.credit_base += base
                row.credit_tax += tax
    return rows


def group_lines(document: Document) -> dict[VatKey, list[Line]]:
    """The lines of a document by the row of the VAT summary that they belong to."""
    groups: dict[VatKey, list[Line]] = {}
    for line in document.lines:
        code = (document.exemption or None) if line.rate == "0" else None
        groups.setdefault((line.scheme, line.region, line.rate, code), []).append(line)
    return groups


def row_amounts(document: Document) -> dict[VatKey, tuple[Decimal, Decimal]]:
    """Works out what a document gives to each row, in cents: rounded half up, or lowered by its discount."""
    groups = group_lines(document)
    bases = {key: sum((one.net for one in lines), NOTHING) for key, lines in groups.items()}
    taxes = {key: sum((one.tax for one in lines), NOTHING) for key, lines in groups.items()}
    if not document.is_discounted:
        return {key: (cents(bases[key]), cents(taxes[key])) for key in groups}
    whole = sum(bases.values(), NOTHING)
    kept = Fraction(document.net) / Fraction(whole)
    factor = 1 if whole > 0 else -1
    taxed = {key for key, lines in groups.items() if any(one.tax for one in lines)}
    lowered = (
        apportion(
            {key: factor * kept * Fraction(base) for key, base in bases.items()}, factor * document.net
        ),
        apportion(
            {key: factor * kept * Fraction(tax) for key, tax in taxes.items() if key in taxed},
            factor * document.tax,
        ),
    )
    return {key: (factor * lowered[0][key], factor * lowered[1].get(key, NOTHING)) for key in groups}


def apportion(shares: Mapping[VatKey, Fraction], amount: Decimal) -> dict[VatKey, Decimal]:
    """Brings the shares to cents so that they add up to `amount`: largest remainder first.

    Of equal remainders the higher rate goes first, then the region, then the code. Nothing without shares.
    """
    if not shares:
        return {}
    exact = {key: share / Fraction(CENT) for key, share in shares.items()}
    order = sorted(exact, key=lambda key: (floor(exact[key]) - exact[key], *_rank(key)))
    each, rest = divmod(int(amount / CENT) - sum(map(floor, exact.values())), len(order))
    return {key: (floor(exact[key]) + each + (place < rest)) * CENT for place, key in enumerate(order)}


def vat_rounding(documents: Iterable[Document]) -> Rounding:
    """What the VAT summary lacks towards the documents' own net, tax and gross."""
    every = list(documents)
    rows = vat_rows(every).values()
    own = totals(every)
    base, tax = (sum(amounts, NOTHING) for amounts in ([row.base for row in rows], [row.tax for row in rows]))
    return Rounding(own.net - base, own.tax - tax, own.gross - base - tax)


def days_late(document: Document, today: date) -> int:
    """Days from the due date, or the issue date where there is none; 0 or less is not overdue."""
    return (today - (document.due_date or document.issued)).days


def bucket(document: Document, today: date) -> str:
    """The bucket of an open document. What is owed to the client is a credit, whatever its day."""
    if document.payable < 0:
        return BUCKETS[-1]
    days = days_late(document, today)
    return BUCKETS[0] if days <= 0 else BUCKETS[1 + sum(days > limit for limit in LIMITS_DAYS)]


def ageing(documents: Iterable[Document], today: date) -> dict[str, Decimal]:
    """Signed payable of open documents per bucket, empty buckets included."""
    amounts = dict.fromkeys(BUCKETS, NOTHING)
    for document in documents:
        amounts[bucket(document, today)] += document.payable
    return amounts


def overdue(ageing: Mapping[str, Decimal]) -> Decimal:
    """What is late, of the amounts per bucket: never negative."""
    return sum((amount for name, amount in ageing.items() if name not in NOT_OVERDUE), NOTHING)


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


def _rank(key: VatKey) -> tuple[Decimal, str, str]:
    """The order among equal remainders: higher rate, region, code."""
    _, region, rate, code = key
    return -Decimal(rate or -1), region or "", code or ""
