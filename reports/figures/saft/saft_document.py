"""What a SAF-T (PT) file 1.04_01 says of sales: its head, its documents and its control totals.

Amounts are exact, as they came: of invoices what is credited, of credit notes what is debited, so positive
as a rule. Names in comments are those of the tax authority's schema.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

CREDIT_NOTE = "NC"
"""The InvoiceType whose lines are debited."""


class LineKey(NamedTuple):
    """What lines are taxed under. `region` is TaxCountryRegion, `rate` percent, `code` TaxExemptionCode."""

    region: str | None
    rate: Decimal | None
    code: str | None


@dataclass(frozen=True)
class SaftHead:
    """The head of a file. `fiscal_id` is TaxRegistrationNumber; both days are included."""

    version: str
    fiscal_id: str
    first: dt.date
    last: dt.date


@dataclass(frozen=True)
class SaftDocument:
    """A document of SalesInvoices.

    `number` is InvoiceNo, `state` InvoiceStatus (N, S, A, R, F), `kind` InvoiceType. `fiscal_id` and `name`
    are those of its customer in MasterFiles, None for one that is not there. `currency` is that of
    `currency_amount`, the gross amount in it, None where everything is in euro. `is_cash_vat`:
    CashVATSchemeIndicator.
    """

    number: str
    state: str
    kind: str
    date: dt.date
    fiscal_id: str | None
    name: str | None
    net: Decimal
    tax: Decimal
    gross: Decimal
    withholding: Decimal
    currency: str | None
    currency_amount: Decimal | None
    lines: Mapping[LineKey, Decimal]
    is_cash_vat: bool

    @property
    def is_cancelled(self) -> bool:
        """Whether it was cancelled; all other states count as normal."""
        return self.state == "A"


class SaftControl(NamedTuple):
    """NumberOfEntries, TotalDebit and TotalCredit."""

    entries: int
    debit: Decimal
    credit: Decimal
