"""Figures: everything the reports add up, made once, for workbook, statement, summary and run record alike.

All amounts are signed Decimals in whole cents; nothing is ever added across currencies. Period figures hold
counted documents whose `date` lies in the period, both ends included; `open` figures hold open documents of
any date, as on the day of reading. The vendor's header figures are the truth: the VAT summary, made of lines,
carries what is left towards them as a rounding of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

import pandas as pd

from reports.figures.model import STATUSES, TYPES
from reports.figures.tables import Tables
from reports.money import ZERO, plain
from reports.period import Period

CURRENT = "current"
PAYMENTS = ("Receipt", "VatMossReceipt")
AMOUNTS = ("net", "tax", "gross", "withholding", "payable")


@dataclass(frozen=True)
class CurrencyTotals:
    """One currency of a client: period figures, and `open` and `overdue` of all dates."""

    currency: str
    documents: int
    net: Decimal
    tax: Decimal
    gross: Decimal
    withholding: Decimal
    payable: Decimal
    open: Decimal
    overdue: Decimal


@dataclass(frozen=True)
class TypeSubtotal:
    """The counted documents of one type in the period."""

    currency: str
    type: str
    documents: int
    net: Decimal
    tax: Decimal
    gross: Decimal
    withholding: Decimal
    payable: Decimal


@dataclass(frozen=True)
class VatRow:
    """Base and tax of one scheme, rate and (at rate 0) exemption code, credit notes apart and negative.

    `rate` is percent; None stands for lines without a readable tax.
    """

    currency: str
    scheme: str
    rate: Decimal | None
    exemption: str | None
    tax_names: tuple[str, ...]
    documents: int
    base_invoices: Decimal
    tax_invoices: Decimal
    base_credit_notes: Decimal
    tax_credit_notes: Decimal

    @property
    def base(self) -> Decimal:
        return self.base_invoices + self.base_credit_notes

    @property
    def tax(self) -> Decimal:
        return self.tax_invoices + self.tax_credit_notes

    @property
    def gross(self) -> Decimal:
        return self.base + self.tax


@dataclass(frozen=True)
class VatRounding:
    """What the documents' own net and tax hold beyond the VAT rows of their currency."""

    currency: str
    base_invoices: Decimal
    tax_invoices: Decimal
    base_credit_notes: Decimal
    tax_credit_notes: Decimal

    @property
    def base(self) -> Decimal:
        return self.base_invoices + self.base_credit_notes

    @property
    def tax(self) -> Decimal:
        return self.tax_invoices + self.tax_credit_notes


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
    documents: pd.DataFrame
    line_items: pd.DataFrame
    open_documents: pd.DataFrame
    not_counted: pd.DataFrame

    @property
    def currencies(self) -> tuple[str, ...]:
        """EUR first, the others by name."""
        return tuple(total.currency for total in self.totals)

    def without_frames(self) -> "Figures":
        """The same figures with empty frames: what is kept of a client once its files are written."""
        return replace(
            self,
            documents=self.documents.iloc[:0],
            line_items=self.line_items.iloc[:0],
            open_documents=self.open_documents.iloc[:0],
            not_counted=self.not_counted.iloc[:0],
        )


def build(tables: Tables, *, period: Period, read_on: date, limits: Sequence[int]) -> Figures:
    """The figures of one client.

    `read_on` is the day of reading in the business's time zone; `limits` are the upper ends of the ageing
    buckets in days, such as 30, 60, 90.
    """
    every = tables.documents
    in_period = every["date"].map(lambda day: day is not None and day in period).astype(bool)
    counted = _by_date(every[every["is_counted"] & in_period])
    not_counted = _explained(_by_date(every[~every["is_counted"] & (in_period | every["date"].isna())]))
    open_documents = _aged(every[every["is_open"]], read_on, limits)
    currencies = _currencies(counted, open_documents)
    totals = tuple(_currency_totals(currency, counted, open_documents) for currency in currencies)
    taxes = tables.taxes[tables.taxes["document_id"].isin(counted["id"])]
    vat = tuple(_vat_rows(taxes))
    return Figures(
        period=period,
        read_on=read_on,
        documents_read=len(every),
        totals=totals,
        types=tuple(_type_subtotals(counted)),
        vat=vat,
        vat_rounding=tuple(
            _vat_rounding(total.currency, counted, vat) for total in totals if total.documents
        ),
        ageing=tuple(
            _bucket(currency, name, open_documents) for currency in currencies for name in buckets(limits)
        ),
        months=tuple(_months(every[every["is_counted"]], period, currencies)),
        documents=counted,
        line_items=_lines_of(counted, tables.line_items),
        open_documents=open_documents,
        not_counted=not_counted,
    )


def buckets(limits: Sequence[int]) -> tuple[str, ...]:
    """`current`, `1-30`, `31-60`, `61-90`, `over-90` for the limits 30, 60, 90."""
    starts = [1, *(limit + 1 for limit in limits)]
    ranges = [f"{start}-{limit}" for start, limit in zip(starts, limits, strict=False)]
    return (CURRENT, *ranges, f"over-{limits[-1]}")


def currency_order(name: str) -> tuple[bool, str]:
    """Sorts EUR first, the others by name."""
    return (name != "EUR", name)


def rate_text(rate: Decimal | None) -> str | None:
    """A rate as the run record has it: plain decimal text of a percentage, `23` or `5.5`."""
    return None if rate is None else plain(rate)


def _by_date(documents: pd.DataFrame) -> pd.DataFrame:
    keys = zip(documents["date"], documents["id"], range(len(documents)), strict=True)
    order = sorted(keys, key=lambda key: (key[0] is None, key[0] or date.min, key[1]))
    return documents.iloc[[position for _, _, position in order]].reset_index(drop=True)


def _aged(documents: pd.DataFrame, read_on: date, limits: Sequence[int]) -> pd.DataFrame:
    """Due today is not overdue; no due date: the issue date stands in. Credit notes age like the rest."""
    names = buckets(limits)
    due = [day or issued for day, issued in zip(documents["due_date"], documents["date"], strict=True)]
    late = [(read_on - day).days for day in due]
    aged = documents.assign(
        days_overdue=pd.Series([max(days, 0) for days in late], index=documents.index, dtype="int64"),
        bucket=pd.Series(
            [names[0 if days <= 0 else 1 + sum(days > limit for limit in limits)] for days in late],
            index=documents.index,
            dtype="object",
        ),
    )
    order = sorted(range(len(late)), key=lambda row: (-late[row], int(documents["id"].iloc[row])))
    return aged.iloc[order].reset_index(drop=True)


def _explained(not_counted: pd.DataFrame) -> pd.DataFrame:
    pairs = zip(not_counted["type"], not_counted["status"], strict=True)
    reasons = [_reason(kind, status) for kind, status in pairs]
    return not_counted.assign(reason=pd.Series(reasons, index=not_counted.index, dtype="object"))


def _reason(kind: str, status: str) -> str:
    if kind not in TYPES:
        return "unknown-type"
    if TYPES[kind].sign == 0:
        return "payment" if kind in PAYMENTS else "not-fiscal"
    return status if status in STATUSES else "unknown-status"


def _currencies(counted: pd.DataFrame, open_documents: pd.DataFrame) -> list[str]:
    return sorted({*counted["currency"], *open_documents["currency"]}, key=currency_order)


def _currency_totals(currency: str, counted: pd.DataFrame, open_documents: pd.DataFrame) -> CurrencyTotals:
    own = counted[counted["currency"] == currency]
    waiting = open_documents[open_documents["currency"] == currency]
    return CurrencyTotals(
        currency=currency,
        documents=len(own),
        open=_total(waiting["payable"]),
        overdue=_total(waiting["payable"][waiting["bucket"] != CURRENT]),
        **_amounts(own),
    )


def _type_subtotals(counted: pd.DataFrame) -> Iterator[TypeSubtotal]:
    """In the order of TYPES, which begins with invoices."""
    groups = dict(_groups(counted, ["currency", "type"]))
    for currency in sorted({currency for currency, _ in groups}, key=currency_order):
        for kind in TYPES:
            if (currency, kind) in groups:
                own = groups[currency, kind]
                yield TypeSubtotal(currency=currency, type=kind, documents=len(own), **_amounts(own))


def _vat_rows(taxes: pd.DataFrame) -> Iterator[VatRow]:
    # Missing rates and codes become text for the grouping: groupby drops missing keys.
    keyed = taxes.assign(
        rate_key=pd.Series(
            [rate_text(rate) or "" for rate in taxes["rate"]], index=taxes.index, dtype="object"
        ),
        code_key=pd.Series([code or "" for code in taxes["exemption"]], index=taxes.index, dtype="object"),
    )
    rows = []
    for (currency, scheme, rate, code), own in _groups(keyed, ["currency", "scheme", "rate_key", "code_key"]):
        notes = own["sign"] < 0
        rows.append(
            VatRow(
                currency=currency,
                scheme=scheme,
                rate=Decimal(rate) if rate else None,
                exemption=code or None,
                tax_names=tuple(sorted({name for names in own["tax_names"] for name in names})),
                documents=own["document_id"].nunique(),
                base_invoices=_total(own["base"][~notes]),
                tax_invoices=_total(own["tax"][~notes]),
                base_credit_notes=_total(own["base"][notes]),
                tax_credit_notes=_total(own["tax"][notes]),
            )
        )
    yield from sorted(rows, key=_vat_order)


def _vat_order(row: VatRow) -> tuple[object, ...]:
    rate = row.rate if row.rate is not None else Decimal(-1)
    return (*currency_order(row.currency), row.scheme != "pt", row.scheme, -rate, row.exemption or "")


def _vat_rounding(currency: str, counted: pd.DataFrame, vat: Sequence[VatRow]) -> VatRounding:
    own = counted[counted["currency"] == currency]
    notes = own["sign"] < 0
    rows = [row for row in vat if row.currency == currency]
    return VatRounding(
        currency=currency,
        base_invoices=_total(own["net"][~notes]) - sum((row.base_invoices for row in rows), ZERO),
        tax_invoices=_total(own["tax"][~notes]) - sum((row.tax_invoices for row in rows), ZERO),
        base_credit_notes=_total(own["net"][notes]) - sum((row.base_credit_notes for row in rows), ZERO),
        tax_credit_notes=_total(own["tax"][notes]) - sum((row.tax_credit_notes for row in rows), ZERO),
    )


def _bucket(currency: str, name: str, open_documents: pd.DataFrame) -> Bucket:
    own = open_documents[(open_documents["currency"] == currency) & (open_documents["bucket"] == name)]
    return Bucket(currency=currency, bucket=name, documents=len(own), amount=_total(own["payable"]))


def _months(counted: pd.DataFrame, period: Period, currencies: Sequence[str]) -> Iterator[Month]:
    for currency in currencies:
        own = counted[counted["currency"] == currency]
        sums = {
            key: (_total(month["net"]), _total(month["tax"]))
            for key, month in own.groupby(own["date"].map(lambda day: day.replace(day=1)), sort=False)
        }
        for month in period.twelve_months:
            net, tax = sums.get(month.first, (ZERO, ZERO))
            yield Month(currency=currency, first=month.first, net=net, tax=tax)


def _lines_of(counted: pd.DataFrame, line_items: pd.DataFrame) -> pd.DataFrame:
    place = {identity: row for row, identity in enumerate(counted["id"])}
    own = line_items[line_items["document_id"].isin(place)]
    keys = [(place[key], row) for row, key in enumerate(own["document_id"])]
    return own.iloc[[row for _, row in sorted(keys)]].reset_index(drop=True)


def _groups(frame: pd.DataFrame, keys: list[str]) -> Iterator[tuple[tuple[str, ...], pd.DataFrame]]:
    if len(frame):
        for names, own in frame.groupby(keys, sort=True):
            yield tuple(map(str, names)), own


def _amounts(documents: pd.DataFrame) -> Mapping[str, Decimal]:
    return {name: _total(documents[name]) for name in AMOUNTS}


def _total(amounts: pd.Series) -> Decimal:
    return sum(amounts, ZERO)
