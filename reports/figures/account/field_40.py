"""Support for field 40 of the VAT return: the taxed Portuguese lines of each credit note.

Regularisations in favour of the business need proof (article 78.º, n.º 5, CIVA), and the annex of the field
asks for each client's number (Portaria 255/2013). Whether a note of the same month lowers fields 1 to 6
instead is argued (chamber of accountants, PT18370), so it stands in both places.
"""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from reports.figures.vat.vat_rates import REGIONS


class CreditedVat(NamedTuple):
    """What a credit note credits in one region at one rate, positive, in euro; `rate` is percent."""

    client: int
    name: str
    fiscal_id: str | None
    document: int
    number: str
    date: dt.date
    region: str
    rate: Decimal
    base: Decimal
    tax: Decimal


def sort_credits(credits: Iterable[CreditedVat]) -> tuple[CreditedVat, ...]:
    """By date, document, region and rate."""
    return tuple(
        sorted(credits, key=lambda one: (one.date, one.document, REGIONS.index(one.region), -one.rate))
    )
