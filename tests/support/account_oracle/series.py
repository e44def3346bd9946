"""The account's series: numbers that no document bears, and numbers dated before a lower one."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from tests.support.account_oracle.account import Account

NUMBERED_TYPES = (
    *("Invoice", "InvoiceReceipt", "SimplifiedInvoice", "VatMossInvoice", "CashInvoice", "DebitNote"),
    *("CreditNote", "VatMossCreditNote", "Receipt", "VatMossReceipt"),
)
"""In the order of the table of types."""


class Numbered(NamedTuple):
    """A document's number in its series and its day, None for one that cannot be read."""

    number: int
    day: date | None


def list_series(account: Account, *, is_claimed: bool) -> list[dict[str, Any]]:
    """Lists the series of each type; gaps and dates are claimed only where everything is known."""
    found: dict[tuple[int, str], list[Numbered]] = defaultdict(list)
    for one in account.documents:
        series, _, number = one.place.rpartition("/")
        if one.document.type in NUMBERED_TYPES and series and number.isdecimal():
            day = None if one.day == date.min else one.day
            found[NUMBERED_TYPES.index(one.document.type), series].append(Numbered(int(number), day))
    first, last = account.raw.first, account.raw.last
    return [
        {
            "type": NUMBERED_TYPES[place],
            "series": series,
            "first": min(one.number for one in documents),
            "last": max(one.number for one in documents),
            "documents": len(documents),
            "missing": find_missing(documents, first, last) if is_claimed else None,
            "backwards": find_backwards(documents, first, last) if is_claimed else None,
        }
        for (place, series), documents in sorted(found.items())
    ]


def find_missing(documents: Sequence[Numbered], first: date, last: date) -> list[int]:
    """Finds the numbers of the period's range that no document of any date bears."""
    borne = {one.number for one in documents}
    return [number for number in _find_range(documents, first, last) if number not in borne]


def find_backwards(documents: Sequence[Numbered], first: date, last: date) -> list[int]:
    """Finds the numbers of the period's range that are dated before a lower one."""
    found: set[int] = set()
    numbers = _find_range(documents, first, last)
    for one in documents:
        if one.day and first <= one.day <= last and one.number in numbers:
            lower = (other.day for other in documents if other.day and other.number < one.number)
            found.update([one.number] if any(day > one.day for day in lower) else [])
    return sorted(found)


def _find_range(documents: Sequence[Numbered], first: date, last: date) -> range:
    """Finds the numbers that the period has to account for."""
    before = [one.number for one in documents if one.day and one.day < first]
    period = [one.number for one in documents if one.day and first <= one.day <= last]
    if not before and not period:
        return range(0)
    start = max(before) + 1 if before else min(period)
    return range(start, max(before + period) + 1)
