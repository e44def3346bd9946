"""The periodic VAT return by region, field and rate, sales side, and what of the sales is decided by hand.

Fields 1, 5 and 3 are the bases of the reduced, intermediate and normal rate, 2, 6 and 4 their VAT; 7, 8 and 9
are operations at 0 % by their exemption code and the client's country (`data/exemption-codes.csv`). Amounts
are signed, in cents, in euro but where a currency is named. Debit notes stand with invoices; credit notes
stand apart and are negative: whether one lowers the field or goes to field 40 is the bookkeeper's decision.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from reports.figures.account.buyers import Buyer
from reports.figures.currencies import EURO
from reports.figures.vat.exemptions import BY_COUNTRY, find_exemption
from reports.figures.vat.regions import OSS, PT
from reports.figures.vat.vat_groups import VatKey
from reports.figures.vat.vat_rates import INTERMEDIATE, NORMAL, REDUCED, REGIONS, find_level
from reports.money import ZERO, cents

FIELD_7, FIELD_8, FIELD_9 = "7", "8", "9"
FIELDS_OF_LEVEL = {REDUCED: "1", INTERMEDIATE: "5", NORMAL: "3"}
TAX_FIELDS = {"1": "2", "5": "6", "3": "4"}
"""The field of the VAT by the field of its base; operations at 0 % have none."""
FIELDS = (*TAX_FIELDS, FIELD_7, FIELD_8, FIELD_9)

CODE, NO_TAX, RATE, REGION, FOREIGN, CURRENCY = "code", "no-tax", "rate", "region", "foreign", "currency"
REASONS = (CODE, NO_TAX, RATE, REGION, OSS, FOREIGN, CURRENCY)
"""Why sales are in no field. `code`: the exemption code decides it, or there is none."""


class FieldKey(NamedTuple):
    """A row of the return; `rate` is percent."""

    region: str
    field: str
    rate: Decimal


class OutsideKey(NamedTuple):
    """A row of what is decided by hand; `code` stands with the reason CODE, None for a line without one."""

    reason: str
    code: str | None
    currency: str
    region: str | None


@dataclass
class FiledAmounts:
    """Base and VAT of invoices and, negative, of credit notes; of how many documents, and at which rates, in
    percent."""

    base: Decimal = ZERO
    tax: Decimal = ZERO
    credit_base: Decimal = ZERO
    credit_tax: Decimal = ZERO
    documents: int = 0
    rates: frozenset[Decimal] = frozenset()

    def add(self, base: Decimal, tax: Decimal, *, is_credit: bool) -> None:
        """Adds a group of lines; the document is counted by whoever knows that it is another one."""
        if is_credit:
            self.credit_base, self.credit_tax = self.credit_base + base, self.credit_tax + tax
        else:
            self.base, self.tax = self.base + base, self.tax + tax

    def merge(self, other: "FiledAmounts") -> None:
        """Adds those of other documents."""
        self.add(other.base, other.tax, is_credit=False)
        self.add(other.credit_base, other.credit_tax, is_credit=True)
        self.documents += other.documents
        self.rates |= other.rates

    @property
    def net(self) -> Decimal:
        """The bases of invoices and credit notes together."""
        return self.base + self.credit_base

    @property
    def vat(self) -> Decimal:
        """The VAT of both together."""
        return self.tax + self.credit_tax


@dataclass(frozen=True)
class ReturnRow:
    """What was invoiced and credited of one region, field and rate."""

    key: FieldKey
    amounts: FiledAmounts

    @property
    def tax_field(self) -> str | None:
        """The field of the VAT; operations at 0 % have none."""
        return TAX_FIELDS.get(self.key.field)

    @property
    def tax_by_rate(self) -> Decimal:
        """What the form computes: the base of invoices × rate, half up to cents."""
        return cents(self.amounts.base * self.key.rate / 100)

    @property
    def difference(self) -> Decimal:
        """What the documents' VAT has beyond it; the form allows 4.99 €, by the chamber of accountants."""
        return self.amounts.tax - self.tax_by_rate


class OutsideRow(NamedTuple):
    """What is decided by hand for one reason."""

    key: OutsideKey
    amounts: FiledAmounts


class ReturnRounding(NamedTuple):
    """What the documents' own net and VAT in euro have beyond all rows in euro."""

    base: Decimal
    tax: Decimal


def place_group(key: VatKey, *, currency: str, day: dt.date, buyer: Buyer) -> FieldKey | OutsideKey:
    """Where a group of a document's lines is filed."""
    if currency != EURO:
        return OutsideKey(CURRENCY, None, currency, key.region)
    if key.rate is None:
        return OutsideKey(NO_TAX, None, currency, key.region)
    if key.region is None:
        return OutsideKey(REGION, None, currency, None)
    if key.scheme != PT:
        return OutsideKey(OSS if key.scheme == OSS else FOREIGN, None, currency, key.region)
    if not key.rate:
        field_of_code = find_field(key.exemption, day, buyer)
        if field_of_code is None:
            return OutsideKey(CODE, key.exemption, currency, key.region)
        return FieldKey(key.region, field_of_code, ZERO)
    level = find_level(key.region, key.rate, day)
    if level is None:
        return OutsideKey(RATE, None, currency, key.region)
    return FieldKey(key.region, FIELDS_OF_LEVEL[level], key.rate)


def find_field(code: str | None, day: dt.date, buyer: Buyer) -> str | None:
    """The field of operations at 0 % for the reason `code`; None where that is decided by hand."""
    exemption = find_exemption(code, day) if code else None
    if exemption is None:
        return None
    if exemption.return_field == BY_COUNTRY:
        return FIELD_7 if buyer.is_abroad_in_union(day) else FIELD_8
    return exemption.return_field or None


def list_return_rows(fields: Mapping[FieldKey, FiledAmounts]) -> tuple[ReturnRow, ...]:
    """By region, field and rate."""
    return tuple(ReturnRow(key, fields[key]) for key in sorted(fields, key=_field_order))


def list_outside_rows(outside: Mapping[OutsideKey, FiledAmounts]) -> tuple[OutsideRow, ...]:
    """By reason, code, currency and region."""
    return tuple(OutsideRow(key, outside[key]) for key in sorted(outside, key=_outside_order))


def compute_rounding(
    rows: Iterable[ReturnRow], outside: Iterable[OutsideRow], *, net: Decimal, tax: Decimal
) -> ReturnRounding:
    """`net` and `tax` are those of all counted documents in euro."""
    filed = [row.amounts for row in rows]
    filed += [row.amounts for row in outside if row.key.currency == EURO]
    return ReturnRounding(
        net - sum((own.net for own in filed), ZERO), tax - sum((own.vat for own in filed), ZERO)
    )


def _field_order(key: FieldKey) -> tuple[object, ...]:
    return (REGIONS.index(key.region), FIELDS.index(key.field), -key.rate)


def _outside_order(key: OutsideKey) -> tuple[object, ...]:
    return (REASONS.index(key.reason), key.code or "", key.currency != EURO, key.currency, key.region or "")
