"""Support for the OSS return: sales to consumers of other countries of the Union, by country and rate.

A credit note of the quarter lowers the quarter's figures; one on an earlier quarter is a correction of that
quarter (Lei 47/2020, annex I). Amounts are signed, in euro.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from reports.figures.codes import TYPES
from reports.money import ZERO

_TYPES_OF_PREFIX: dict[str, list[str]] = {}
for _name, _kind in TYPES.items():
    if _kind.sign > 0:
        _TYPES_OF_PREFIX.setdefault(_kind.prefix, []).append(_name)
_PRINTED_NUMBER = re.compile(
    rf"(?<![^\W_])({'|'.join(sorted(_TYPES_OF_PREFIX))})\s*([^\s,;]+)\s*/\s*([0-9]{{1,18}})", re.IGNORECASE
)
"""FT 2026/60, with blanks or without."""


class OssKey(NamedTuple):
    """A country, ISO 3166, and a rate in percent."""

    country: str
    rate: Decimal


class OssAmounts(NamedTuple):
    """Base and VAT."""

    base: Decimal
    tax: Decimal

    def plus(self, base: Decimal, tax: Decimal) -> "OssAmounts":
        """The sum with another base and VAT."""
        return OssAmounts(self.base + base, self.tax + tax)


NOTHING = OssAmounts(ZERO, ZERO)


class PrintedNumber(NamedTuple):
    """The number that is printed on a document: its type, series (in small letters) and number in it."""

    type: str
    series: str
    number: int


class OssNote(NamedTuple):
    """A group of a credit note's lines, negative, and the documents that the note names."""

    document: int
    country: str
    rate: Decimal
    day: dt.date
    base: Decimal
    tax: Decimal
    named: tuple[PrintedNumber, ...]


class OssRow(NamedTuple):
    """Invoices of the period, and the credit notes of the same quarter."""

    country: str
    rate: Decimal
    base: Decimal
    tax: Decimal


class OssCorrection(NamedTuple):
    """Credit notes on an earlier quarter, `2026-Q2`."""

    country: str
    quarter: str
    base: Decimal
    tax: Decimal


class OssReturn(NamedTuple):
    """`unnamed` is how many credit notes name no document of the account: their own date decided."""

    rows: tuple[OssRow, ...]
    corrections: tuple[OssCorrection, ...]
    unnamed: int


def find_printed_numbers(*texts: str | None) -> Iterator[PrintedNumber]:
    """The numbers of documents that are sold with, `FT 2026/60`, in the order they are named."""
    for text in texts:
        for prefix, series, number in _PRINTED_NUMBER.findall(text or ""):
            for kind in _TYPES_OF_PREFIX[prefix.upper()]:
                yield PrintedNumber(kind, series.casefold(), int(number))


def file_oss(
    invoices: Mapping[OssKey, OssAmounts],
    notes: Iterable[OssNote],
    find_day: Callable[[PrintedNumber], dt.date | None],
) -> OssReturn:
    """Puts each credit note into its quarter. `find_day` is the date of a document of the account."""
    rows = dict(invoices)
    corrections: dict[tuple[str, str], OssAmounts] = {}
    unnamed: set[int] = set()
    for note in notes:
        days = (find_day(number) for number in note.named)
        day = next((day for day in days if day is not None), None)
        if day is None:
            unnamed.add(note.document)
        if day is None or _quarter_of(day) >= _quarter_of(note.day):
            key = OssKey(note.country, note.rate)
            rows[key] = rows.get(key, NOTHING).plus(note.base, note.tax)
        else:
            corrected = (note.country, _quarter_of(day))
            corrections[corrected] = corrections.get(corrected, NOTHING).plus(note.base, note.tax)
    return OssReturn(
        rows=tuple(OssRow(*key, *own) for key, own in sorted(rows.items())),
        corrections=tuple(OssCorrection(*key, *own) for key, own in sorted(corrections.items())),
        unnamed=len(unnamed),
    )


def _quarter_of(day: dt.date) -> str:
    return f"{day.year}-Q{(day.month + 2) // 3}"
