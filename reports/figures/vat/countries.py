"""Countries by the vendor's names, and whether they were in the European Union on a day."""

import datetime as dt
import re
from collections.abc import Mapping
from functools import cache

from reports.data.tables import parse_day, read_table

PORTUGAL = "PT"
NORTHERN_IRELAND = "XI"
"""The prefix of VAT numbers there; a part of the Union for goods alone (protocol in force since 2021)."""


def country_code(name: str | None) -> str | None:
    """ISO 3166 for a name the vendor uses, or a code, in any case; None for what is neither."""
    return _codes_by_name().get(" ".join(name.casefold().split())) if name and name.strip() else None


def is_in_union(code: str, day: dt.date) -> bool:
    """Whether the country was a member of the European Union on `day`."""
    first, last = _memberships().get(code, (dt.date.max, dt.date.min))
    return first <= day <= last


def vat_prefix(code: str) -> str | None:
    """What VAT numbers of the country begin with: EL for GR, None where no number is known by a prefix."""
    return _prefixes().get(code)


def country_of_prefix(prefix: str) -> str | None:
    """The country, ISO 3166, whose VAT numbers begin with `prefix`; GR as well as EL is Greece, XI, Northern
    Ireland, is GB. None for what is no such prefix."""
    if prefix == NORTHERN_IRELAND:
        return "GB"
    return next((code for code, own in _prefixes().items() if prefix in (code, own)), None)


def split_vat_number(text: str | None) -> tuple[str | None, str]:
    """The prefix of a VAT number, None without a known one, and the number in capitals without blanks."""
    number = re.sub(r"[^A-Z0-9]", "", (text or "").upper())
    return (number[:2], number[2:]) if country_of_prefix(number[:2]) else (None, number)


@cache
def _prefixes() -> Mapping[str, str]:
    return {row["iso_3166"]: row["vat_prefix"] for row in read_table("countries") if row["vat_prefix"]}


@cache
def _codes_by_name() -> Mapping[str, str]:
    rows = read_table("countries")
    # Greece is EL in VAT numbers.
    codes = {row[key].casefold(): row["iso_3166"] for key in ("vat_prefix", "iso_3166") for row in rows}
    return codes | {row["name"].casefold(): row["iso_3166"] for row in rows}


@cache
def _memberships() -> Mapping[str, tuple[dt.date, dt.date]]:
    """The days between which a country is in the Union, both included, by ISO 3166."""
    return {
        row["iso_3166"]: (
            parse_day(row["eu_from"], default=dt.date.min),
            parse_day(row["eu_until"], default=dt.date.max),
        )
        for row in read_table("countries")
        if row["eu_from"]
    }
