"""Countries by the vendor's names, and whether they were in the European Union on a day."""

import datetime as dt
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from reports.data.tables import parse_day, read_table

PORTUGAL = "PT"


class Country(NamedTuple):
    """`code` is ISO 3166; both days in the Union are included, None for a country that never was in it."""

    code: str
    eu_from: dt.date | None
    eu_until: dt.date


def country_code(name: str | None) -> str | None:
    """ISO 3166 for a name the vendor uses, or a code, in any case; None for what is neither."""
    return _codes_by_name().get(" ".join(name.casefold().split())) if name and name.strip() else None


def is_in_union(code: str, day: dt.date) -> bool:
    """Whether the country was a member of the European Union on `day`."""
    country = _countries().get(code)
    return bool(country and country.eu_from and country.eu_from <= day <= country.eu_until)


@cache
def _codes_by_name() -> Mapping[str, str]:
    rows = read_table("countries")
    # Greece is EL in VAT numbers.
    codes = {row[key].casefold(): row["iso_3166"] for key in ("vat_prefix", "iso_3166") for row in rows}
    return codes | {row["name"].casefold(): row["iso_3166"] for row in rows}


@cache
def _countries() -> Mapping[str, Country]:
    return {
        row["iso_3166"]: Country(
            code=row["iso_3166"],
            eu_from=parse_day(row["eu_from"], default=dt.date.min) if row["eu_from"] else None,
            eu_until=parse_day(row["eu_until"], default=dt.date.max),
        )
        for row in read_table("countries")
    }
