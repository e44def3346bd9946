"""From the vendor's names of currencies to ISO 4217 codes."""

from collections.abc import Mapping
from functools import cache

from reports.data.tables import read_table

EURO = "EUR"


def currency_code(name: str | None) -> str:
    """ISO 4217 for the vendor's name of a currency, its commoner names and its code, in any case.

    An unknown name is kept as it is; without a name the code is `?`.
    """
    return _codes().get(" ".join(name.casefold().split()), name) if name else "?"


def is_currency_code(code: str) -> bool:
    """Whether it is the ISO code of a currency of the vendor's table."""
    return _codes().get(code.casefold()) == code


@cache
def _codes() -> Mapping[str, str]:
    """Codes by case-folded name. The vendor's names are read last: they win."""
    others = {row["name"].casefold(): row["iso_4217"] for row in read_table("currency-other-names")}
    vendor = {row["vendor_name"].casefold(): row["iso_4217"] for row in read_table("currency-names")}
    return {**others, **{code.casefold(): code for code in vendor.values()}, **vendor}


def currency_order(name: str) -> tuple[bool, str]:
    """Sorts EUR first, the others by name."""
    return (name != EURO, name)
