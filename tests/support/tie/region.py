"""Where a line is taxed: its region, and whether its VAT is Portugal's, another EU country's, or neither."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tests.support.tie.law import (
    COUNTRY_CODES,
    PORTUGAL,
    PORTUGUESE_REGIONS,
    UNKNOWN,
    has_rate,
    is_in_eu,
    list_regions,
)

ELSEWHERE = "DESCONHECIDO"
MOSS_PREFIX = "VatMoss"

Taxes = Mapping[int, tuple[str | None, Decimal | None]]
"""Known taxes by id: the region as the account has it, and percent."""


@dataclass(frozen=True)
class Known:
    """What is known beside the documents: the account's taxes, its own region, the client's country."""

    taxes: Taxes = field(default_factory=dict)
    region: str = PORTUGAL
    country: str | None = None


class Supply(NamedTuple):
    """What decides on a line's region: type, day, exemption code and country of its document, rate, tax."""

    kind: str
    day: date
    code: str
    country: str | None
    rate: Decimal | None
    tax_id: int | None


def find_region(supply: Supply, known: Known) -> str | None:
    """Finds the region or country of a line, None where nobody can tell."""
    if supply.rate is None:
        return None
    named = _name_region(supply.tax_id, known)
    if supply.kind.startswith(MOSS_PREFIX):
        return _find_moss_country(named, supply)
    if not supply.rate and supply.code:
        return named if named in PORTUGUESE_REGIONS else known.region
    if named and named != ELSEWHERE:
        return named if named in PORTUGUESE_REGIONS or named in COUNTRY_CODES else None
    is_abroad = supply.country not in (None, PORTUGAL)
    if named == ELSEWHERE and is_abroad:
        return _know(supply.country)
    if supply.tax_id not in known.taxes and is_abroad:
        return None
    if has_rate(known.region, supply.rate, supply.day):
        return known.region
    regions = [] if is_abroad else list_regions(supply.rate, supply.day)
    return regions[0] if len(regions) == 1 else None


def find_scheme(kind: str, region: str | None, day: date) -> str:
    """Finds the scheme of a line: `pt`, `oss` for another EU country on that day, `foreign` for any other."""
    if region is None:
        return "oss" if kind.startswith(MOSS_PREFIX) else "pt"
    if region in PORTUGUESE_REGIONS:
        return "pt"
    return "oss" if is_in_eu(region, day) else "foreign"


def _name_region(tax_id: int | None, known: Known) -> str:
    """Names the region of a known tax, in capitals; "" for none."""
    region, _ = (None, None) if tax_id is None else known.taxes.get(tax_id, (None, None))
    return (region or "").strip().upper()


def _find_moss_country(named: str, supply: Supply) -> str | None:
    """Finds the EU country that a tax names, else the client's; never Portugal."""
    if named != PORTUGAL and is_in_eu(named, supply.day):
        return named
    return None if supply.country == PORTUGAL else _know(supply.country)


def _know(country: str | None) -> str | None:
    return None if country == UNKNOWN else country
