"""What changed since it was reported: a client's documents of earlier periods, then and now.

A document counts as reported when it was dated on or before the last day of a period that had been read. It
is held against today's reading by its id, whatever its date is now. Amounts are signed Decimals in cents, as
in `tables`; of a document that is not there, or does not count, every amount is nothing.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reports.figures.tables import Tables, columns
from reports.money import ZERO
from reports.period import Period

ADDED, REMOVED, CANCELLED, RESTORED = "added", "removed", "cancelled", "restored"
ALTERED, SETTLED, REOPENED = "altered", "settled", "reopened"
KINDS = (ADDED, REMOVED, CANCELLED, RESTORED, ALTERED, SETTLED, REOPENED)

NEVER_ISSUED = ("draft",)
"""Of these states a document is finalised, and so added; of any other one it is restored."""
FACTS = ("number", "type", "date", "due_date", "currency", "exemption")
AMOUNTS = ("net", "tax", "gross", "withholding", "payable")
RATE_BASE, RATE_TAX = "rate_base", "rate_tax"
STATUS = "status"
OUTSIDE_VAT = ("due_date", "withholding", "payable")
"""A change of one of these touches no VAT."""

Value = str | Decimal | dt.date | None
Row = Mapping[str, Any]
_COLUMNS = ["id", "is_counted", "is_open", STATUS, *FACTS, *AMOUNTS]


@dataclass(frozen=True)
class Change:
    """One field of one document. `number`, `type`, `date` and `currency` are today's where it still counts.

    `field` is a column of `tables.DOCUMENT_COLUMNS`, or RATE_BASE and RATE_TAX with their `rate` in percent
    (None: lines without a readable tax). `old` and `new` are None for what was not there. `difference` stands
    with amounts of one currency. `vat_months` are the first days of the months whose VAT it touches.
    """

    kind: str
    document: int
    number: str
    type: str
    date: dt.date
    currency: str
    field: str
    rate: Decimal | None
    old: Value
    new: Value
    difference: Decimal | None
    vat_months: tuple[dt.date, ...]
    reported_in: Period


@dataclass(frozen=True)
class Comparison:
    """All changes of a client, by date and document. `readings` are the earlier periods it was held against,
    each with the instant of its reading, the newest first: the others reported what no newer one did.

    `is_filtered`: the readings hold documents of some states only, so that one which came or went may only
    have passed the filter. Then it touches no month for certain. `reported`: how many documents the readings
    had to report.
    """

    readings: tuple[tuple[Period, dt.datetime], ...]
    is_filtered: bool
    changes: tuple[Change, ...]
    reported: int = 0

    @property
    def since(self) -> Period:
        """The earlier period that was read last."""
        return self.readings[0][0]

    @property
    def counts(self) -> Mapping[str, int]:
        """How many documents changed in each way; every kind is there."""
        return {
            kind: len({change.document for change in self.changes if change.kind == kind}) for kind in KINDS
        }

    @property
    def is_all_gone(self) -> bool:
        """None of the documents that were reported counts any more, and no filter explains it."""
        gone = self.counts[REMOVED] + self.counts[CANCELLED]
        return not self.is_filtered and gone == self.reported > 0

    @property
    def touching_vat(self) -> frozenset[int]:
        """The documents whose change touches VAT."""
        return frozenset(change.document for change in self.changes if change.vat_months)


def compare(
    then: Tables, now: Tables, *, period: Period, after: dt.date = dt.date.min, is_filtered: bool = False
) -> tuple[Change, ...]:
    """Every change of a document that `then`, the reading of `period`, had to report.

    These are the documents that were or are dated up to the last day of `period`, and later than `after`, up
    to which a newer reading reported. Settled and reopened stand beside what else was altered.
    """
    before, today = _index_documents(then), _index_documents(now)
    changes: list[Change] = []
    for identity in {**before, **today}:
        if before.get(identity) == today.get(identity):
            continue
        old, new = _row(before.get(identity)), _row(today.get(identity))
        counted_then, counted_now = (row if row and row["is_counted"] else None for row in (old, new))
        days = [row["date"] for row in (counted_then, counted_now) if row]
        if not any(after < day <= period.last for day in days):
            continue
        paper = _ComparedDocument(counted_then, counted_now, period, is_filtered)
        if counted_then and counted_now:
            changes += paper.altered()
        else:
            changes += paper.came_or_went(old, new)
    return tuple(sorted(changes, key=lambda change: (change.date, change.document)))


def count_reported(then: Tables, *, period: Period, after: dt.date = dt.date.min) -> int:
    """How many documents `then`, the reading of `period`, had to report by itself."""
    rows = columns(then.documents, "is_counted", "date")
    return sum(is_counted and after < day <= period.last for is_counted, day in rows)


def is_by_state(filters: Mapping[str, Sequence[str]]) -> bool:
    """The filter asks for documents of some states only, which change while the document stays the same."""
    return bool(filters.get("status")) or len({*filters.get("archived", ())}) == 1


@dataclass(frozen=True)
class _ComparedDocument:
    """A document that counted `then`, or counts `now`, or both."""

    then: Row | None
    now: Row | None
    period: Period
    is_filtered: bool

    def altered(self) -> Iterator[Change]:
        then, now = self.then or {}, self.now or {}
        for field in FACTS:
            if then[field] != now[field]:
                yield self._change(ALTERED, field, then[field], now[field])
        yield from self._amounts(ALTERED)
        if then["is_open"] != now["is_open"]:
            kind = SETTLED if then["is_open"] else REOPENED
            yield self._change(kind, STATUS, then[STATUS], now[STATUS], touches_vat=False)

    def came_or_went(self, old: Row | None, new: Row | None) -> Iterator[Change]:
        """`old` and `new` are the document in any state."""
        if self.now:
            kind = ADDED if old is None or old[STATUS] in NEVER_ISSUED else RESTORED
        else:
            kind = CANCELLED if new else REMOVED
        # A document may also stop counting by its type.
        field = STATUS if not (old and new) or old[STATUS] != new[STATUS] else "type"
        yield self._change(kind, field, old[field] if old else None, new[field] if new else None)
        yield from self._amounts(kind)

    def _amounts(self, kind: str) -> Iterator[Change]:
        then, now = self.then or {}, self.now or {}
        pairs = [(field, None, then.get(field), now.get(field)) for field in AMOUNTS]
        old, new = then.get("rates", {}), now.get("rates", {})
        for rate in sorted({**old, **new}, key=lambda rate: (rate is None, -(rate or ZERO))):
            bases, taxes = zip(old.get(rate, (None, None)), new.get(rate, (None, None)), strict=True)
            pairs += [(RATE_BASE, rate, *bases), (RATE_TAX, rate, *taxes)]
        for field, rate, was, became in pairs:
            if (was or ZERO) != (became or ZERO):
                yield self._change(kind, field, was, became, rate=rate)

    def _change(
        self,
        kind: str,
        field: str,
        old: Value,
        new: Value,
        *,
        rate: Decimal | None = None,
        touches_vat: bool = True,
    ) -> Change:
        shown: Row = self.now or self.then or {}
        is_certain = not (self.is_filtered and kind in (ADDED, REMOVED))
        touches_vat = touches_vat and is_certain and field not in OUTSIDE_VAT
        return Change(
            kind=kind,
            document=shown["id"],
            **{key: shown[key] for key in ("number", "type", "date", "currency")},
            field=field,
            rate=rate,
            old=old,
            new=new,
            difference=self._difference(old, new),
            vat_months=self._months(field) if touches_vat else (),
            reported_in=self.period,
        )

    def _difference(self, old: Value, new: Value) -> Decimal | None:
        is_amount = isinstance(old, Decimal) or isinstance(new, Decimal)
        currencies = {row["currency"] for row in (self.then, self.now) if row}
        if not is_amount or len(currencies) > 1:
            return None
        return (new if isinstance(new, Decimal) else ZERO) - (old if isinstance(old, Decimal) else ZERO)

    def _months(self, field: str) -> tuple[dt.date, ...]:
        """A document that moved touches both months; within one month the day matters to no return."""
        months = sorted({row["date"].replace(day=1) for row in (self.then, self.now) if row})
        return () if field == "date" and len(months) == 1 else tuple(months)


def _index_documents(tables: Tables) -> dict[int, tuple[Any, ...]]:
    """What is compared of each document: _COLUMNS, and what it comes to per VAT rate.

    A code of exemption is a fact of the document. Plain rows, since few of many documents changed.
    """
    rates: dict[int, tuple[Any, ...]] = {}
    for identity, *own in columns(tables.taxes, "document_id", "rate", "base", "tax"):
        rates[identity] = (*rates.get(identity, ()), tuple(own))
    return {row[0]: (*row, rates.get(row[0], ())) for row in columns(tables.documents, *_COLUMNS)}


def _row(values: tuple[Any, ...] | None) -> Row | None:
    if values is None:
        return None
    *facts, rates = values
    return {
        **dict(zip(_COLUMNS, facts, strict=True)),
        "rates": {rate: (base, tax) for rate, base, tax in rates},
    }
