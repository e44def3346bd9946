"""Series of documents: the numbers that no document bears, and those that go back in time.

Documents of one type and series are numbered one after the other by day. A number that is missing is one that
no document of any date or status bears; a cancelled one is not missing.
"""

import datetime as dt
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reports.figures.codes import TYPES, split_number
from reports.figures.document import Document
from reports.figures.totals import PAYMENTS
from reports.period import Period

MOST_MISSING = 1000


class SeriesKey(NamedTuple):
    """A type of document and the name of its series."""

    type: str
    series: str


class IssuedNumbers(NamedTuple):
    """Numbers of one series and, place by place, the days of their documents as ordinals and the documents'
    rows: arrays, since they hold all documents of all dates."""

    numbers: "array[int]"
    days: "array[int]"
    rows: "array[int]"


@dataclass(frozen=True)
class SeriesRow:
    """A series over all dates that were read. `missing` and `backwards` are of the period, None where not
    every document of the account is known."""

    type: str
    series: str
    first: int
    last: int
    documents: int
    missing: tuple[int, ...] | None
    backwards: tuple[int, ...] | None


def is_in_series(kind: str) -> bool:
    """Whether the type is one of the account's books: sales, credit notes and receipts."""
    return kind in TYPES and (TYPES[kind].sign != 0 or kind in PAYMENTS)


def parse_number(document: Document) -> tuple[SeriesKey, int] | None:
    """The series and the number in it of a document that has been issued."""
    found = split_number(document.inverted_sequence_number)
    return (SeriesKey(document.type, found[0]), found[1]) if found else None


def collect_numbers(documents: Iterable[Document]) -> Mapping[SeriesKey, IssuedNumbers]:
    """The issued numbers of a client, series by series."""
    found: dict[SeriesKey, IssuedNumbers] = {}
    for row, document in enumerate(documents):
        issued = parse_number(document) if document.date and is_in_series(document.type) else None
        if issued and document.date:
            own = found.setdefault(issued[0], IssuedNumbers(array("q"), array("i"), array("i")))
            own.numbers.append(issued[1])
            own.days.append(document.date.toordinal())
            own.rows.append(row)
    return found


def list_series(
    clients: Iterable[Mapping[SeriesKey, IssuedNumbers]], period: Period, *, is_everything: bool
) -> tuple[SeriesRow, ...]:
    """The series of all clients. `is_everything`: no document of the account is hidden or unread."""
    joined: dict[SeriesKey, list[IssuedNumbers]] = {}
    for own in clients:
        for key, numbers in own.items():
            joined.setdefault(key, []).append(numbers)
    order = list(TYPES)
    keys = sorted(joined, key=lambda key: (order.index(key.type), key.series))
    return tuple(_make_row(key, joined[key], period, is_everything=is_everything) for key in keys)


def find_issued(
    client: Mapping[SeriesKey, IssuedNumbers], key: SeriesKey, number: int
) -> tuple[int, dt.date] | None:
    """Row and date of the client's document of that number; the series of `key` is in small letters."""
    for series, issued in client.items():
        is_named = (series.type, series.series.casefold()) == key
        if is_named and number in issued.numbers:
            place = issued.numbers.index(number)
            return issued.rows[place], dt.date.fromordinal(issued.days[place])
    return None


def _make_row(
    key: SeriesKey, parts: Iterable[IssuedNumbers], period: Period, *, is_everything: bool
) -> SeriesRow:
    issued = sorted(pair for part in parts for pair in zip(part.numbers, part.days, strict=True))
    span = _find_span(issued, period)
    return SeriesRow(
        *key,
        first=issued[0][0],
        last=issued[-1][0],
        documents=len(issued),
        missing=_find_missing(issued, span) if is_everything else None,
        backwards=_find_backwards(issued, span) if is_everything else None,
    )


def _find_span(issued: Sequence[tuple[int, int]], period: Period) -> range:
    """The numbers of the period: from the one after the last of earlier months to its own last.

    A series that begins in the period begins with its lowest number.
    """
    start, end = period.first.toordinal(), period.last.toordinal()
    inside = [number for number, day in issued if start <= day <= end]
    earlier = [number for number, day in issued if day < start]
    if not inside:
        return range(0)
    return range(max(earlier) + 1 if earlier else min(inside), max([*inside, *earlier]) + 1)


def _find_missing(issued: Sequence[tuple[int, int]], span: range) -> tuple[int, ...] | None:
    """None for more than MOST_MISSING: such a series was begun anew at another number."""
    borne = {number for number, _ in issued if number in span}
    if len(span) - len(borne) > MOST_MISSING:
        return None
    return tuple(number for number in span if number not in borne)


def _find_backwards(issued: Sequence[tuple[int, int]], span: range) -> tuple[int, ...]:
    """Numbers that are dated before a lower one."""
    newest, found = 0, []
    for number, day in issued:
        if day < newest and number in span:
            found.append(number)
        newest = max(newest, day)
    return tuple(found)
