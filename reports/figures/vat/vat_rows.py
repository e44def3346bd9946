"""Rows of the VAT summary: counted lines added by currency, scheme, region, rate and exemption code.

Amounts are signed, in cents.
"""

from collections import defaultdict
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from reports.figures.currencies import currency_order
from reports.figures.tables import columns
from reports.figures.vat.regions import SCHEMES
from reports.figures.vat.vat_groups import VatKey
from reports.money import ZERO, plain

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class VatAmounts:
    """Base and VAT of one currency. Credit notes stand apart and are negative."""

    currency: str
    base_invoices: Decimal
    tax_invoices: Decimal
    base_credit_notes: Decimal
    tax_credit_notes: Decimal

    @property
    def base(self) -> Decimal:
        return self.base_invoices + self.base_credit_notes

    @property
    def tax(self) -> Decimal:
        return self.tax_invoices + self.tax_credit_notes


@dataclass(frozen=True)
class VatRow(VatAmounts):
    """Those of one scheme, region, rate and (at rate 0) exemption code.

    `rate` is percent; None stands for lines without a readable tax. `region` None: undecided.
    """

    scheme: str
    region: str | None
    rate: Decimal | None
    exemption: str | None
    tax_names: tuple[str, ...]
    documents: int

    @property
    def gross(self) -> Decimal:
        return self.base + self.tax


@dataclass(frozen=True)
class VatRounding(VatAmounts):
    """What the documents' own net, tax and gross hold beyond the VAT rows of their currency."""

    gross: Decimal


class SchemeVat(NamedTuple):
    """What one currency's VAT rows of a scheme come to, credit notes included."""

    currency: str
    scheme: str
    base: Decimal
    tax: Decimal


def rate_text(rate: Decimal | None) -> str | None:
    """A rate as the run record has it: plain decimal text of a percentage, `23` or `5.5`."""
    return None if rate is None else plain(rate)


def add_vat_rows(taxes: "pd.DataFrame", counted: Container[int]) -> Iterator[VatRow]:
    """Of the documents whose ids are `counted`."""
    groups: dict[tuple[str, VatKey], list[tuple[Any, ...]]] = defaultdict(list)
    currencies = taxes["currency"].tolist()
    keys = zip(currencies, map(VatKey._make, columns(taxes, *VatKey._fields)), strict=True)
    parts = columns(taxes, "document_id", "sign", "base", "tax", "tax_names")
    for key, part in zip(keys, parts, strict=True):
        if part[0] in counted:
            groups[key].append(part)
    rows = [_vat_row(currency, key, parts) for (currency, key), parts in groups.items()]
    yield from sorted(rows, key=_vat_order)


def _vat_row(currency: str, key: VatKey, parts: Sequence[tuple[Any, ...]]) -> VatRow:
    """`parts` are a document's id and sign, base and tax, and names of the tax."""
    text = rate_text(key.rate)

    def add(place: int, sign: int) -> Decimal:
        return sum((part[place] for part in parts if part[1] * sign > 0), ZERO)

    return VatRow(
        currency=currency,
        scheme=key.scheme,
        region=key.region,
        rate=Decimal(text) if text else None,
        exemption=key.exemption,
        tax_names=tuple(sorted({name for *_, names in parts for name in names})),
        documents=len({identity for identity, *_ in parts}),
        base_invoices=add(2, 1),
        tax_invoices=add(3, 1),
        base_credit_notes=add(2, -1),
        tax_credit_notes=add(3, -1),
    )


def _vat_order(row: VatRow) -> tuple[object, ...]:
    """Portuguese VAT first, region by region, what is undecided last; other countries after it."""
    rate = row.rate if row.rate is not None else Decimal(-1)
    place = (SCHEMES.index(row.scheme), row.region is None, row.region or "")
    return (*currency_order(row.currency), *place, -rate, row.exemption or "")
