"""The OSS return: sales to other EU countries by country and rate, and notes on earlier quarters apart."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from tests.support.account_oracle.account import Account, AccountDocument
from tests.support.account_oracle.fields import NOTHING, PlacedGroup, format_money
from tests.support.tie.entry import PREFIXES

NAMED = re.compile(r"(?<![^\W_])(FT|FR|FS|FVM|VD|ND)\s*([^\s,;]+)\s*/\s*([0-9]+)", re.IGNORECASE)
"""A printed number: prefix, series, number, with blanks or without."""

Row = dict[str, Any]
Number = tuple[str, str, str]


def add_sales(account: Account, placed: Iterable[PlacedGroup]) -> tuple[list[Row], list[Row]]:
    """Adds the rows of the quarters' own sales, and those of corrections of earlier quarters."""
    numbers = _list_numbers(account)
    sales: dict[tuple[str, Decimal], tuple[Decimal, Decimal]] = {}
    corrections: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
    for group, place in placed:
        if place.reason != "oss" or group.region is None or group.rate is None:
            continue
        own = format_quarter(group.owner.day)
        named = next(_find_days(group.owner, numbers), None) if group.is_note else None
        quarter = min(own, format_quarter(named)) if named else own
        if quarter == own:
            _add(sales, (group.region, Decimal(group.rate)), (group.base, group.tax))
        else:
            _add(corrections, (group.region, quarter), (group.base, group.tax))
    return (
        [
            {"country": country, "rate": f"{rate:f}", "base": format_money(base), "tax": format_money(tax)}
            for (country, rate), (base, tax) in sorted(sales.items())
        ],
        [
            {"country": country, "quarter": quarter, "base": format_money(base), "tax": format_money(tax)}
            for (country, quarter), (base, tax) in sorted(corrections.items())
        ],
    )


def format_quarter(day: date) -> str:
    """Writes the quarter of a day: 2026-Q2."""
    return f"{day:%Y}-Q{(day.month + 2) // 3}"


def _list_numbers(account: Account) -> Mapping[Number, date]:
    """Lists the account's invoices and debit notes of any date by what is printed on them."""
    found: dict[Number, date] = {}
    for one in account.documents:
        series, _, number = one.place.rpartition("/")
        if one.document.sign > 0 and series and one.document.type in PREFIXES:
            found[PREFIXES[one.document.type], series.casefold(), number] = one.day
    return found


def _find_days(note: AccountDocument, numbers: Mapping[Number, date]) -> Iterator[date]:
    """Finds the days of the documents that a note names: in its reference, then in its observations."""
    for text in (note.reference, note.observations):
        for prefix, series, number in NAMED.findall(text):
            day = numbers.get((prefix.upper(), series.casefold(), number))
            if day:
                yield day


def _add(sums: dict[Any, tuple[Decimal, Decimal]], key: Any, amounts: tuple[Decimal, Decimal]) -> None:
    base, tax = sums.get(key, (NOTHING, NOTHING))
    sums[key] = (base + amounts[0], tax + amounts[1])
