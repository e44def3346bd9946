"""What the files of a client have to say, worked out from its figures alone and not from what was rendered.

Of a data sheet it knows the contract: which column has what, by letter. Days are Excel's serial numbers here
and rates fractions, as in a cell; amounts are signed Decimals, None is an empty cell.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from itertools import chain, compress, repeat, zip_longest
from typing import Any, NamedTuple

from reports.figures.totals import CREDIT, Figures
from reports.figures.vat.regions import SCHEMES
from reports.figures.vat.vat_rows import VatRounding, VatRow
from reports.figures.vendor_balance import VendorBalance
from reports.money import ZERO
from reports.render.content.labels import Labels

EPOCH = dt.date(1899, 12, 30)
DOCUMENTS, LINES, VAT, OPEN = "documents", "lines", "vat", "open"
AMOUNTS = ("net", "tax", "rounding", "gross", "withholding", "payable")

MAY_BE_LEFT_OUT = ("rounding", "withholding")
"""Amounts that are not shown where there is none of them."""

Number = Decimal | int | None
Numbers = Sequence[Number]


class Columns(NamedTuple):
    """A data sheet: its headings in order, and the letters of numbers, texts, links and what has a sum."""

    headings: str
    numbers: str
    texts: str
    links: str
    sums: str


Due = tuple[Any, ...]
"""A row of a data sheet: its currency, where its links lead or None, the scheme and region of a line item or
None, its numbers, and its texts, "" for none.

The last two are in the order of the letters. Columns make plain tuples many times faster than any with names.
"""

SHEETS: Mapping[str, Columns] = {
    DOCUMENTS: Columns(
        "Number, Type, Status, Date, Due date, Reference, Currency, Sum, Discount, Net, VAT, Rounding, "
        "Gross, Withholding, Payable, Exchange rate, Counter-value, Exemption, Observations, Link, "
        "Archived, Id",
        numbers="DEHIJKLMNOPQUV",
        texts="ABCGR",
        links="AT",
        sums="HIJKLMNO",
    ),
    LINES: Columns(
        "Number, Type, Status, Date, Item, Description, Unit, Quantity, Unit price, Discount %, Discount, "
        "Tax name, VAT rate, Exemption, Net, VAT, Gross, Currency, Document id",
        numbers="DHIJKMOPQS",
        texts="ABCNR",
        links="",
        sums="KOPQ",
    ),
    VAT: Columns(
        "Currency, Scheme, Region, Rate, Exemption, Reason, Tax names, Documents, Base invoices, "
        "VAT invoices, Base credit notes, VAT credit notes, Base, VAT, Gross",
        numbers="DHIJKLMNO",
        texts="ABCE",
        links="",
        sums="IJKLMNO",
    ),
    OPEN: Columns(
        "Number, Type, Date, Due date, Days overdue, Bucket, Currency, Payable, Payment reference, Link, Id",
        numbers="CDEHK",
        texts="ABFG",
        links="AJ",
        sums="H",
    ),
}
"""By what the name of their table begins with: `t_documents_EUR`."""


@dataclass(frozen=True)
class Report:
    """What is reported of one client. `own` are the ids of its documents in the archive.

    `explained` are code and document of every finding. `has_months`: the chart of twelve months is shown.
    `has_lines`: line items stand in the statement too.
    """

    figures: Figures
    labels: Labels
    own: frozenset[int]
    explained: frozenset[tuple[str, int | None]]
    vendor: VendorBalance | None = None
    has_months: bool = True
    has_lines: bool = False


def headings(report: Report, kind: str) -> list[str]:
    """The first row of the data sheets of a `kind`."""
    return [report.labels.text(heading) for heading in SHEETS[kind].headings.split(", ")]


def rows(report: Report, kind: str) -> Iterator[Due]:
    """The rows of the data sheets of a `kind`, of all currencies, in their order."""
    make = {DOCUMENTS: _documents, LINES: _lines, VAT: _vat, OPEN: _open}[kind]
    return chain.from_iterable(make(report, currency) for currency in report.figures.currencies)


def summary(report: Report) -> Iterator[Numbers]:
    """The numbers of the Summary, row by row from left to right; rows without a number are left out."""
    figures = report.figures
    shown = _shown_amounts(figures.totals)
    for total in figures.totals:
        vendor = _vendor(report, total.currency)
        own = (getattr(total, name) for name in shown)
        yield (total.documents, *own, total.open, *vendor, total.overdue)
    for currency in figures.currencies:
        beside = zip_longest(_types(figures, currency), _ageing(figures, currency), fillvalue=())
        yield from (tuple(chain(*pair)) for pair in beside)
        for rate, amounts in _vat_table(figures, currency):
            yield (*([] if rate is None else [rate / 100]), *amounts)
        if report.has_months:
            yield from _months(figures, currency)


def charts(report: Report) -> list[list[Number]]:
    """The numbers of the chart of each currency: net month by month, then tax."""
    months = [list(_months(report.figures, currency)) for currency in report.figures.currencies]
    return [list(chain(*zip(*one, strict=True))) for one in months] if report.has_months else []


def statement(report: Report) -> Mapping[str, Sequence[Decimal]]:
    """The amounts of the built-in statement by section of its page, in their order; no empty section."""
    figures = report.figures
    sections: dict[str, Iterable[Numbers]] = {"": _heads(report)}
    for number, currency in enumerate(figures.currencies, start=1):
        open_amounts = _column(figures.open_documents, "payable", currency)
        types = [row[1:] for row in _types(figures, currency)]
        if not any(subtotal.withholding for subtotal in _of(figures.types, currency)):
            types = [row[:-1] for row in types]
        months = list(_months(figures, currency)) if report.has_months else []
        sections |= {
            f"{number}-types": types if len(types) > 2 else [],
            f"{number}-documents": _grouped(report, currency),
            f"{number}-vat": [amounts for _, amounts in _vat_table(figures, currency)],
            f"{number}-open": [open_amounts, [_added(open_amounts)]] if open_amounts else [],
            f"{number}-ageing": [row[1:] for row in _ageing(figures, currency)] if open_amounts else [],
            f"{number}-chart-text": months if any(map(any, months)) else [],
        }
    flat = {
        section: [Decimal(amount) for amount in chain.from_iterable(numbers) if amount is not None]
        for section, numbers in sections.items()
    }
    return {section: amounts for section, amounts in flat.items() if amounts}


def amounts(report: Report) -> set[Decimal]:
    """Every amount of the report, whatever a page of one's own shows of it."""
    figures = report.figures
    found = set(chain.from_iterable(statement(report).values()))
    for one in (*figures.totals, *figures.types, *figures.vat, *figures.vat_rounding, *figures.months):
        found |= {value for value in vars(one).values() if isinstance(value, Decimal)}
    for currency in figures.currencies:
        rows = chain(_vat(report, currency), _lines(report, currency), _documents(report, currency))
        found |= {value for row in rows for value in row if isinstance(value, Decimal)}
    return found


def serial(day: dt.date | None) -> int | None:
    """A day as Excel counts it."""
    return (day - EPOCH).days if day else None


def _documents(report: Report, currency: str) -> Iterator[Due]:
    frame = report.figures.documents
    own = _are_of(frame, currency)
    days = (map(cache(serial), compress(frame[name], own)) for name in ("date", "due_date"))
    sums = (
        compress(frame[name], own) for name in ("sum", "discount", *AMOUNTS, "exchange_rate", "counter_value")
    )
    archived = map(int, compress(frame["archived"], own))
    codes = (code or "" for code in compress(frame["exemption"], own))
    return zip(
        repeat(currency),
        compress(frame["permalink"], own),
        repeat(None),
        *(*days, *sums, archived, compress(frame["id"], own)),
        *(*_words(report.labels, frame, own), compress(frame["currency"], own), codes),
        strict=False,
    )


def _lines(report: Report, currency: str) -> Iterator[Due]:
    documents, lines = report.figures.documents, report.figures.line_items
    own = _are_of(documents, currency)
    ids = list(compress(documents["id"], own))
    days = dict(zip(ids, map(cache(serial), compress(documents["date"], own)), strict=True))
    words = [dict(zip(ids, column, strict=True)) for column in _words(report.labels, documents, own)]
    owners = lines["document_id"]
    chosen = [identity in days for identity in owners]

    def column(name: str) -> Iterator[Any]:
        return compress(lines[name], chosen)

    return zip(
        repeat(currency),
        repeat(None),
        zip(column("scheme"), column("region"), strict=True),
        map(days.__getitem__, compress(owners, chosen)),
        *(column("quantity"), column("unit_price"), map(cache(_fraction), column("discount_rate"))),
        *(column("discount"), map(cache(_fraction), column("rate"))),
        *map(column, ("net", "tax", "gross")),
        compress(owners, chosen),
        *(map(word.__getitem__, compress(owners, chosen)) for word in words),
        (code or "" for code in column("exemption")),
        repeat(currency),
        strict=False,
    )


def _vat(report: Report, currency: str) -> Iterator[Due]:
    figures, labels = report.figures, report.labels
    for row in _of(figures.vat, currency):
        numbers = (_fraction(row.rate), row.documents, *_split(row), row.base, row.tax, row.gross)
        texts = (currency, labels.scheme(row.scheme), row.region or "", row.exemption or "")
        yield currency, None, None, *numbers, *texts
    for rest in _of(figures.vat_rounding, currency):
        numbers = (None, None, *_split(rest), rest.base, rest.tax, rest.gross)
        yield currency, None, None, *numbers, currency, "", "", ""


def _open(report: Report, currency: str) -> Iterator[Due]:
    frame = report.figures.open_documents
    own = _are_of(frame, currency)
    number, kind, _ = _words(report.labels, frame, own)
    return zip(
        repeat(currency),
        compress(frame["permalink"], own),
        repeat(None),
        *(map(cache(serial), compress(frame[name], own)) for name in ("date", "due_date")),
        *(compress(frame[name], own) for name in ("days_overdue", "payable", "id")),
        *(number, kind, map(cache(report.labels.bucket), compress(frame["bucket"], own))),
        compress(frame["currency"], own),
        strict=False,
    )


def _heads(report: Report) -> Iterator[Numbers]:
    """The large figures of the statement, then the others: without withholding, payable is gross."""
    shown = _shown_amounts(report.figures.totals)
    large = "payable" if "withholding" in shown else "gross"
    for total in report.figures.totals:
        yield (getattr(total, large), total.open)
        yield (*_vendor(report, total.currency), total.overdue)
        yield [getattr(total, name) for name in shown if name not in (large, "payable")]


def _grouped(report: Report, currency: str) -> Iterator[Numbers]:
    """Documents by type, each with its lines where they are shown, subtotals and the total."""
    figures = report.figures
    types, ids, *amounts = (_column(figures.documents, name, currency) for name in ("type", "id", *AMOUNTS))
    columns = dict(zip(AMOUNTS, amounts, strict=True))
    shown = [name for name in AMOUNTS if name not in MAY_BE_LEFT_OUT or any(columns[name])]
    if "withholding" not in shown:
        shown.remove("payable")
    beside = [_column(figures.documents, name, currency) for name in ("exchange_rate", "counter_value")]
    shown_beside = [column for column in beside if any(column)]
    lines: dict[int, list[Number]] = {}
    for line in _lines(report, currency) if report.has_lines else ():
        _, quantity, price, _, _, _, *sums, identity = line[3:13]
        lines.setdefault(identity, []).extend([quantity, price, *sums])
    documents: dict[str, list[Numbers]] = {}
    every = (*(columns[name] for name in shown), *shown_beside)
    for kind, identity, *values in zip(types, ids, *every, strict=True):
        documents.setdefault(kind, []).extend([values, lines.get(identity, ())])
    for subtotal in _of(figures.types, currency):
        yield from documents.get(subtotal.type, ())
        yield [getattr(subtotal, name) for name in shown]
    for total in _of(figures.totals, currency):
        yield [getattr(total, name) for name in shown] if types else ()


def _types(figures: Figures, currency: str) -> Iterator[Numbers]:
    """Documents and amounts of each type, then of all; without a column in which there is nothing."""
    subtotals = _of(figures.types, currency)
    names = _shown_amounts(subtotals)
    for one in (*subtotals, *(_of(figures.totals, currency) if subtotals else ())):
        yield (one.documents, *(getattr(one, name) for name in names))


def _shown_amounts(rows: Iterable[Any]) -> list[str]:
    """The amounts of totals or subtotals that are shown: rounding and withholding where there is any."""
    every = list(rows)
    return [
        name for name in AMOUNTS if name not in MAY_BE_LEFT_OUT or any(getattr(row, name) for row in every)
    ]


def _ageing(figures: Figures, currency: str) -> Iterator[Numbers]:
    buckets = [
        bucket for bucket in _of(figures.ageing, currency) if bucket.documents or bucket.bucket != CREDIT
    ]
    yield from ((bucket.documents, bucket.amount) for bucket in buckets)
    yield sum(bucket.documents for bucket in buckets), _added(bucket.amount for bucket in buckets)


def _vat_table(figures: Figures, currency: str) -> Iterator[tuple[Decimal | None, Numbers]]:
    """Rate and amounts of each row, of each of several schemes, of the rounding and of all.

    Credit notes stand apart where there are any.
    """
    vat, rounding = _of(figures.vat, currency), _of(figures.vat_rounding, currency)
    is_split = any(row.base_credit_notes or row.tax_credit_notes for row in vat)
    schemes = [scheme for scheme in SCHEMES if any(row.scheme == scheme for row in vat)]
    table: list[tuple[Decimal, ...]] = []
    for scheme in schemes:
        own = [(row.rate, _vat_amounts(row, is_split=is_split)) for row in vat if row.scheme == scheme]
        table += (amounts for _, amounts in own)
        yield from own
        if len(schemes) > 1:
            yield None, _added_columns([amounts for _, amounts in own])
    for rest in rounding:
        table.append(_vat_amounts(rest, is_split=is_split))
        yield None, table[-1]
    if table:
        yield None, _added_columns(table)


def _vat_amounts(row: VatRow | VatRounding, *, is_split: bool) -> tuple[Decimal, ...]:
    return (*(_split(row) if is_split else ()), row.base, row.tax, row.gross)


def _added_columns(rows: Iterable[Sequence[Decimal]]) -> list[Decimal]:
    return [_added(column) for column in zip(*rows, strict=True)]


def _months(figures: Figures, currency: str) -> Iterator[Numbers]:
    return ((month.net, month.tax) for month in _of(figures.months, currency))


def _vendor(report: Report, currency: str) -> list[Decimal]:
    """What the vendor itself counts as open, in the one currency it says."""
    return [report.vendor.open] if report.vendor and report.vendor.currency == currency else []


def _split(row: VatRow | VatRounding) -> tuple[Decimal, ...]:
    return row.base_invoices, row.tax_invoices, row.base_credit_notes, row.tax_credit_notes


def _words(labels: Labels, documents: Any, own: Sequence[bool]) -> tuple[Iterable[str], ...]:
    """Number, type and status of each document as they are shown."""
    return (
        compress(documents["number"], own),
        map(cache(labels.type), compress(documents["type"], own)),
        map(cache(labels.status), compress(documents["status"], own)),
    )


def _fraction(percent: Decimal | None) -> Decimal | None:
    return None if percent is None else percent / 100


def _are_of(documents: Any, currency: str) -> list[bool]:
    return [one == currency for one in documents["currency"]]


def _column(documents: Any, name: str, currency: str) -> list[Any]:
    return list(compress(documents[name], _are_of(documents, currency)))


def _of(rows: Iterable[Any], currency: str) -> list[Any]:
    return [row for row in rows if row.currency == currency]


def _added(values: Iterable[Number]) -> Decimal:
    return sum((Decimal(value) for value in values if value is not None), ZERO)
