"""The country and the VAT number of the client on a document, as the return and the recapitulative statement
need them.
"""

import datetime as dt
from functools import lru_cache
from typing import NamedTuple

from stdnum.eu import vat

from reports.figures.document import Snapshot
from reports.figures.vat.countries import (
    PORTUGAL,
    country_code,
    country_of_prefix,
    is_in_union,
    split_vat_number,
    vat_prefix,
)


class Buyer(NamedTuple):
    """A client on a document.

    `country` is ISO 3166, None where nothing tells it. `prefix` and `vat_number` are the two parts of a valid
    VAT number of another country of the Union, or of Northern Ireland; without one `vat_number` is None and
    `prefix` is what numbers of the country begin with, or the country itself.
    """

    country: str | None
    prefix: str | None
    vat_number: str | None

    def is_abroad_in_union(self, day: dt.date) -> bool:
        """Whether the country was another one of the European Union on `day`."""
        return self.country not in (None, PORTUGAL) and is_in_union(self.country or "", day)


class KnownBuyer(NamedTuple):
    """What is known of a client beside its documents: its country by the account's word, as it came, and its
    tax number."""

    country: str | None = None
    fiscal_id: str | None = None


def find_buyer(snapshot: Snapshot, known: KnownBuyer) -> Buyer:
    """The client as its document has it, else as the account knows it."""
    return _find_buyer(snapshot.country, snapshot.fiscal_id or known.fiscal_id, known.country)


@lru_cache(maxsize=64)
def _find_buyer(country_name: str | None, fiscal_id: str | None, known_country: str | None) -> Buyer:
    """The country is the document's own, else the account's word, else the prefix of the number."""
    own, number = split_vat_number(fiscal_id)
    of_number = country_of_prefix(own) if own else None
    country = country_code(country_name) or country_code(known_country) or of_number
    prefix = own or vat_prefix(country or "")
    prefix = vat_prefix("GR") if prefix == "GR" else prefix
    if prefix and prefix != PORTUGAL and vat.is_valid(prefix + number):
        return Buyer(country, prefix, number)
    # A number that is none says nothing of the country either, where the country is known.
    return Buyer(country, vat_prefix(country or "") or country, None)
