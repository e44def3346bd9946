"""The region whose VAT a line is, and the scheme it is declared under.

The type of a document does not know it, the tax does: the vendor's own SAF-T exporter takes the region of
the line's tax, Portugal where it is null, and the client's country where it is `Desconhecido`. Beyond that a
guess would file another country's VAT in Portugal, so what cannot be told is undecided.
"""

import datetime as dt
from decimal import Decimal

from reports.figures.document import Document, LineItem
from reports.figures.vat.countries import PORTUGAL, country_code, is_in_union
from reports.figures.vat.taxes import Taxation
from reports.figures.vat.vat_rates import REGIONS, had_rate, is_before_table

UNKNOWN_REGION = "DESCONHECIDO"
PT, OSS, FOREIGN = "pt", "oss", "foreign"
SCHEMES = (PT, OSS, FOREIGN)


def find_region(document: Document, item: LineItem, taxation: Taxation) -> str | None:
    """PT, PT-AC, PT-MA or an ISO country; None where nothing decides, and on a line without a rate."""
    if item.rate is None:
        return None
    known = taxation.taxes.get(item.tax_id or "")
    region = _region_of_tax(item, taxation)
    names = (document.client.country, taxation.country)
    country = next(filter(None, map(country_code, names)), None)
    if document.kind.is_oss:
        return _find_oss_country(country_code(region), country, document.date)
    if not item.rate and document.exemption:
        return region if region in REGIONS else taxation.region
    # A country that no table knows is not Portugal.
    is_at_home = country == PORTUGAL or not any(names)
    if region is not None and region != UNKNOWN_REGION:
        return region if region in REGIONS else country_code(region)
    if region == UNKNOWN_REGION and not is_at_home:
        return country
    if known is None and not is_at_home:
        return None
    return _find_home_region(item.rate, document.date or dt.date.max, taxation.region, is_at_home=is_at_home)


def is_region_told(item: LineItem, region: str | None, taxation: Taxation) -> bool:
    """Whether the tax of a line names `region`, or leaves it to a client abroad: else the account decided."""
    named = _region_of_tax(item, taxation)
    if region is None or named is None:
        return False
    return region not in REGIONS if named == UNKNOWN_REGION else region in (named, country_code(named))


def scheme_of(document: Document, region: str | None) -> str:
    """`oss` for another EU country on the document's day, `foreign` for any other country, else `pt`."""
    if region is None:
        return OSS if document.kind.is_oss else PT
    if region in REGIONS:
        return PT
    return OSS if is_in_union(region, document.date or dt.date.max) else FOREIGN


def _region_of_tax(item: LineItem, taxation: Taxation) -> str | None:
    known = taxation.taxes.get(item.tax_id or "")
    return "".join((known.region or "").split()).upper() or None if known else None


def _find_home_region(rate: Decimal, day: dt.date, own: str, *, is_at_home: bool) -> str | None:
    """The account's region where it had the rate; else, for a client at home, the only region that had it."""
    if had_rate(own, rate, day) or is_before_table(own, day):
        return own
    regions = [region for region in REGIONS if had_rate(region, rate, day)]
    return regions[0] if is_at_home and len(regions) == 1 else None


def _find_oss_country(of_tax: str | None, of_client: str | None, day: dt.date | None) -> str | None:
    """The Union's country that the tax names, else the client's; never Portugal."""
    if of_tax not in (None, PORTUGAL) and is_in_union(of_tax, day or dt.date.max):
        return of_tax
    return None if of_client == PORTUGAL else of_client
