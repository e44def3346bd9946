"""Figures: everything the reports add up, made once, for workbook, statement, summary and run record alike.

All amounts are signed Decimals in whole cents; nothing is ever added across currencies. Period figures hold
counted documents whose `date` lies in the period, both ends included; `open` figures hold open documents of
any date, as on the day of reading. The vendor's header figures are the truth: the VAT summary, made of lines,
carries what is left towards them as a rounding of its own.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from reports.figures.amounts import read_payment
from reports.figures.codes import STATUSES, TYPES, UNKNOWN_STATUS
from reports.figures.currencies import currency_order
from reports.figures.tables import Tables, columns
from reports.figures.tables import build as build_tables
from reports.figures.vat.vat_rows import SchemeVat, VatRounding, VatRow, add_vat_rows
from reports.money import ZERO
from reports.period import Period

if TYPE_CHECKING:
    import pandas as pd

CURRENT = "current"
CREDIT = "credit"
"""The bucket of open documents that are owed to the client, whatever their date."""

PAYMENTS = ("Receipt", "VatMossReceipt")
AMOUNTS = ("net", "tax", "rounding", "gross", "withholding", "payable")


@dataclass(frozen=True)
class PeriodTotals:
    """Counted documents of the period in one currency.

    `rounding` is what gross has beyond net and tax: `total` is rounded once from unrounded lines.
    """

    currency: str
    documents: int
    net: Decimal
    tax: Decimal
    rounding: Decimal
    gross: Decimal
    withholding: Decimal
    payable: Decimal


@dataclass(frozen=True)
class CurrencyTotals(PeriodTotals):
    """One currency of a client: period figures, and `open`, `overdue` and `credit` of all dates.

    `credit` is what open documents owe to the client, never above 0; `overdue` is never below.
    """

    open: Decimal
    overdue: Decimal
    credit: Decimal


@dataclass(frozen=True)
class TypeSubtotal(PeriodTotals):
    """Those of one type."""

    type: str


@dataclass(frozen=True)
class Bucket:
    """Open documents of one currency whose due date lies so many days back."""

    currency: str
    bucket: str
    documents: int
    amount: Decimal


@dataclass(frozen=True)
class Month:
    """Counted documents of one calendar month, credit notes included."""

    currency: str
    first: date
    net: Decimal
    tax: Decimal


@dataclass(frozen=True)
class Figures:
    """All figures of one client and period. Rows of each list: by currency, then as the class says.

    documents:      counted documents of the period, columns of `tables.DOCUMENT_COLUMNS`, by date, then id.
    line_items:     their lines, columns of `tables.LINE_ITEM_COLUMNS`, in the same order.
    open_documents: open documents of any date, DOCUMENT_COLUMNS and `days_overdue` (int), `bucket` (str),
                    most overdue first.
    not_counted:    the period's documents that count nowhere, and those without a readable date, with a
                    `reason` (a status, `payment`, `not-fiscal`, `unknown-type` or `unknown-status`).
    receipts:       the period's payments whose status counts, by date, then id: DOCUMENT_COLUMNS and what was
                    paid, `amount` (None where unreadable). They are in no total.
    """

    period: Period
    read_on: date
    documents_read: int
    totals: tuple[CurrencyTotals, ...]
    types: tuple[TypeSubtotal, ...]
    vat: tuple[VatRow, ...]
    vat_rounding: tuple[VatRounding, ...]
    ageing: tuple[Bucket, ...]
    months: tuple[Month, ...]
    documents: "pd.DataFrame"
    line_items: "pd.DataFrame"
    open_documents: "pd.DataFrame"
    not_counted: "pd.DataFrame"
    receipts: "pd.DataFrame"

    @property
    def currencies(self) -> tuple[str, ...]:
        """EUR first, the others by name."""
        return tuple(total.currency for total in self.totals)

    @property
    def receipt_currencies(self) -> tuple[str, ...]:
        """Those of the receipts, which may be none of the others."""
        return tuple(sorted({*self.receipts["currency"].tolist()}, key=currency_order))

    @property
    def schemes(self) -> tuple[SchemeVat, ...]:
        """The VAT rows scheme by scheme, in their order."""
        keys = dict.fromkeys((row.currency, row.scheme) for row in self.vat)
        rows = {key: [row for row in self.vat if (row.currency, row.scheme) == key] for key in keys}
        return tuple(SchemeVat(*key, _sum(own, "base"), _sum(own, "tax")) for key, own in rows.items())

    def drop_frames(self) -> "Figures":
        """The same figures, and frames without rows and columns: what is kept once files are written."""
        import pandas as pd

        nothing = pd.DataFrame()
        return replace(
            self,
            documents=nothing,
            line_items=nothing,
            open_documents=nothing,
            not_counted=nothing,
            receipts=nothing,
        )


def build(tables: Tables, *, period: Period, read_on: date, limits: Sequence[int]) -> Figures:
    """The figures of one client.

    `read_on` is the day of the run in the business's time zone; `limits` are the upper ends of the ageing
    buckets in days, such as 30, 60, 90.
    """
    every = tables.documents
    is_counted = every["is_counted"].tolist()
    inside, undated = _select_period(every, period)
    counted = _rows(every, [row for row in inside if is_counted[row]])
    not_counted = _add_reasons(_rows(every, [row for row in [*inside, *undated] if not is_counted[row]]))
    open_documents = _add_ages(every, read_on, limits)
    types = tuple(_type_subtotals(counted))
    ageing = tuple(_list_buckets(open_documents, {own.currency for own in types}, buckets(limits)))
    totals = tuple(_currency_totals(types, ageing))
    vat = tuple(add_vat_rows(tables.taxes, set(counted["id"].tolist())))
    return Figures(
        period=period,
        read_on=read_on,
        documents_read=len(every),
        totals=totals,
        types=types,
        vat=vat,
        vat_rounding=tuple(_vat_rounding(total.currency, types, vat) for total in totals if total.documents),
        ageing=ageing,
        months=tuple(_months(every, period, [total.currency for total in totals])),
        documents=counted,
        line_items=_lines_of(counted, tables.line_items),
        open_documents=open_documents,
        not_counted=not_counted,
        receipts=_list_receipts(every, inside),
    )


def buckets(limits: Sequence[int]) -> tuple[str, ...]:
    """`current`, `1-30`, `31-60`, `61-90`, `over-90`, `credit` for the limits 30, 60, 90."""
    starts = [1, *(limit + 1 for limit in limits)]
    ranges = [f"{start}-{limit}" for start, limit in zip(starts, limits, strict=False)]
    return (CURRENT, *ranges, f"over-{limits[-1]}", CREDIT)


def _select_period(documents: "pd.DataFrame", period: Period) -> tuple[list[int], list[int]]:
    """The rows with a date in the period, by date, then id; and those without a date, by id."""
    days, identities = documents["date"].tolist(), documents["id"].tolist()
    by_id = sorted(range(len(days)), key=identities.__getitem__)
    inside = [row for row in by_id if days[row] is not None and days[row] in period]
    return sorted(inside, key=days.__getitem__), [row for row in by_id if days[row] is None]


def _add_ages(documents: "pd.DataFrame", read_on: date, limits: Sequence[int]) -> "pd.DataFrame":
    """Due today is not overdue; no due date: the issue date stands in. A credit is in no bucket of days."""
    import pandas as pd

    late = {
        row: (read_on - (due or issued)).days
        for row, (is_open, due, issued) in enumerate(columns(documents, "is_open", "due_date", "date"))
        if is_open
    }
    identities, payables = documents["id"].tolist(), documents["payable"].tolist()
    order = sorted(late, key=lambda row: (-late[row], identities[row]))
    names, starts = buckets(limits), (0, *limits)
    buckets_of = [CREDIT if payables[row] < 0 else names[bisect_left(starts, late[row])] for row in order]
    return _rows(documents, order).assign(
        days_overdue=pd.Series([max(late[row], 0) for row in order], dtype="int64"),
        bucket=pd.Series(buckets_of, dtype="object"),
    )


def _add_reasons(not_counted: "pd.DataFrame") -> "pd.DataFrame":
    import pandas as pd

    reasons = [_reason(kind, status) for kind, status in columns(not_counted, "type", "status")]
    return not_counted.assign(reason=pd.Series(reasons, dtype="object"))


def _reason(kind: str, status: str) -> str:
    if kind not in TYPES:
        return "unknown-type"
    if TYPES[kind].sign == 0:
        return "payment" if kind in PAYMENTS else "not-fiscal"
    return status if status in STATUSES else "unknown-status"


def _list_receipts(documents: "pd.DataFrame", inside: Sequence[int]) -> "pd.DataFrame":
    """The payments among the rows `inside` the period; unsigned, as none of them is added to anything."""
    import pandas as pd

    kinds = documents["type"].tolist()
    payments = [row for row in inside if kinds[row] in PAYMENTS]
    statuses = documents["status"].tolist() if payments else []
    rows = [row for row in payments if STATUSES.get(statuses[row], UNKNOWN_STATUS).is_counted]
    if not rows:
        return _make_no_receipts()
    receipts = _rows(documents, rows)
    amounts = [read_payment(*own) for own in columns(receipts, "total", "gross", "payable")]
    return receipts.assign(amount=pd.Series(amounts, dtype="object"))


@cache
def _make_no_receipts() -> "pd.DataFrame":
    """A frame without rows, made once: most clients have no receipts."""
    import pandas as pd

    return build_tables([]).documents.assign(amount=pd.Series([], dtype="object"))


def _type_subtotals(counted: "pd.DataFrame") -> Iterator[TypeSubtotal]:
    """In the order of TYPES, which begins with invoices."""
    groups: dict[tuple[str, str], list[tuple[Decimal, ...]]] = defaultdict(list)
    for currency, kind, *amounts in columns(counted, "currency", "type", *AMOUNTS):
        groups[currency, kind].append(tuple(amounts))
    for currency in sorted({currency for currency, _ in groups}, key=currency_order):
        for kind in TYPES:
            if own := groups.get((currency, kind)):
                sums = (sum(amounts, ZERO) for amounts in zip(*own, strict=True))
                by_name = dict(zip(AMOUNTS, sums, strict=True))
                yield TypeSubtotal(currency=currency, type=kind, documents=len(own), **by_name)


def _list_buckets(
    open_documents: "pd.DataFrame", counted: set[str], names: Sequence[str]
) -> Iterator[Bucket]:
    """Every bucket of every currency; `counted` are the currencies of the period."""
    amounts: dict[tuple[str, str], list[Decimal]] = defaultdict(list)
    for currency, bucket, payable in columns(open_documents, "currency", "bucket", "payable"):
        amounts[currency, bucket].append(payable)
    for currency in sorted(counted | {currency for currency, _ in amounts}, key=currency_order):
        for name in names:
            own = amounts.get((currency, name), [])
            yield Bucket(currency=currency, bucket=name, documents=len(own), amount=sum(own, ZERO))


def _currency_totals(types: Sequence[TypeSubtotal], ageing: Sequence[Bucket]) -> Iterator[CurrencyTotals]:
    for currency in dict.fromkeys(bucket.currency for bucket in ageing):
        own = [kind for kind in types if kind.currency == currency]
        waiting = [bucket for bucket in ageing if bucket.currency == currency]
        yield CurrencyTotals(
            currency=currency,
            documents=sum(kind.documents for kind in own),
            open=_sum(waiting, "amount"),
            overdue=_sum((bucket for bucket in waiting if bucket.bucket not in (CURRENT, CREDIT)), "amount"),
            credit=_sum((bucket for bucket in waiting if bucket.bucket == CREDIT), "amount"),
            **{name: _sum(own, name) for name in AMOUNTS},
        )


def _vat_rounding(currency: str, types: Sequence[TypeSubtotal], vat: Sequence[VatRow]) -> VatRounding:
    own = [kind for kind in types if kind.currency == currency]
    invoices = [kind for kind in own if TYPES[kind.type].sign > 0]
    notes = [kind for kind in own if TYPES[kind.type].sign < 0]
    rows = [row for row in vat if row.currency == currency]
    return VatRounding(
        currency=currency,
        base_invoices=_sum(invoices, "net") - _sum(rows, "base_invoices"),
        tax_invoices=_sum(invoices, "tax") - _sum(rows, "tax_invoices"),
        base_credit_notes=_sum(notes, "net") - _sum(rows, "base_credit_notes"),
        tax_credit_notes=_sum(notes, "tax") - _sum(rows, "tax_credit_notes"),
        gross=_sum(own, "gross") - _sum(rows, "gross"),
    )


def _months(documents: "pd.DataFrame", period: Period, currencies: Sequence[str]) -> Iterator[Month]:
    months = period.twelve_months
    year = Period(months[0].first, months[-1].last)
    amounts: dict[tuple[str, int], list[tuple[Decimal, Decimal]]] = defaultdict(list)
    for is_counted, day, currency, *own in columns(documents, "is_counted", "date", "currency", "net", "tax"):
        if is_counted and day in year:
            amounts[currency, day.month].append(tuple(own))
    for currency in currencies:
        for month in months:
            own = amounts.get((currency, month.first.month), [])
            net, tax = sum((net for net, _ in own), ZERO), sum((tax for _, tax in own), ZERO)
            yield Month(currency=currency, first=month.first, net=net, tax=tax)


def _lines_of(counted: "pd.DataFrame", line_items: "pd.DataFrame") -> "pd.DataFrame":
    place = {identity: row for row, identity in enumerate(counted["id"].tolist())}
    places = [place.get(identity, -1) for identity in line_items["document_id"].tolist()]
    own = [row for row, found in enumerate(places) if found >= 0]
    return _rows(line_items, sorted(own, key=places.__getitem__))


def _rows(frame: "pd.DataFrame", rows: Sequence[int]) -> "pd.DataFrame":
    return frame.take(rows).reset_index(drop=True)


def _sum(rows: Iterable[object], field: str) -> Decimal:
    return sum((getattr(row, field) for row in rows), ZERO)
