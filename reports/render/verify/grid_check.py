"""Holds the grids that a client's files are made from against its figures, by the keys of their columns."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, zip_longest
from types import SimpleNamespace
from typing import Any

from reports.figures.totals import AMOUNTS, CREDIT, Figures
from reports.figures.vendor_balance import VendorBalance
from reports.money import ZERO
from reports.render.content.blocks import Link, Sheet, safe_url
from reports.render.content.client_report import ClientReport, CurrencyPages
from reports.render.content.columns import OF_DOCUMENT
from reports.render.content.document_sheets import select_currency
from reports.render.content.labels import Labels
from reports.render.verify.cross_footing import check_footing
from reports.render.verify.refusals import join_values, make_difference

OF_DETAIL = ("name", "quantity", "unit_price", "rate", "net", "tax", "gross")
"""What each line under a document of the statement has."""
VAT_SPLIT = ("base_invoices", "tax_invoices", "base_credit_notes", "tax_credit_notes")
WORDED = frozenset({"region_name", "reason", "tax_names", "payment"})
"""Columns of words that are made of more than one field."""
RECEIPT_LINKS = frozenset({"linked_receipt", "opening_receipt"})
LINKS = frozenset({"linked_number", "opening_number", "link"}) | RECEIPT_LINKS

ColumnOf = Callable[[str], Sequence[Any]]
"""The values of a column by its key."""


@dataclass(frozen=True)
class Reference:
    """What a client's files are held against. `own` are the ids of its documents in the archive.

    `explained` are code and document of every finding. `has_months`: the chart of twelve months is shown.
    `has_lines`: line items stand in the statement too.
    """

    report: ClientReport
    figures: Figures
    labels: Labels
    own: frozenset[int]
    explained: frozenset[tuple[str, int | None]]
    vendor: VendorBalance | None = None
    has_months: bool = True
    has_lines: bool = False


def check_report(where: str, reference: Reference) -> None:
    """Raises ClientError for the first value of a report that is not that of the figures, or does not tie."""
    figures, report, vendor = reference.figures, reference.report, reference.vendor
    check_footing(where, figures, own=reference.own, explained=reference.explained)
    found = [pages.currency for pages in report.currencies]
    if found != [*figures.currencies]:
        raise make_difference(where, "currencies", join_values(figures.currencies), join_values(found))
    owed = {vendor.currency: vendor.open} if vendor else {}
    totals = [SimpleNamespace(**vars(own), vendor_open=owed.get(own.currency)) for own in figures.totals]
    keys = ("documents", *AMOUNTS, "open", "vendor_open", "overdue")
    _check_rows(f"{where}, totals", report.totals, totals, reference.labels, needed=keys)
    for pages in report.currencies:
        _check_sums(f"{where} ({pages.currency})", pages, reference)
        _check_documents(f"{where} ({pages.currency})", pages, reference)
    _check_receipts(where, reference)


def check_data_grid(where: str, grid: Sheet, reference: Reference) -> None:
    """Raises ClientError for the first value of a workbook's data that is not that of the figures."""
    figures, labels = reference.figures, reference.labels
    kind = grid.key.partition("_")[0]
    if kind == "vat":
        rows = _select_rows(grid.currency, (*figures.vat, *figures.vat_rounding))
        _check_rows(where, grid, rows, labels)
        return
    frames = {"open": figures.open_documents, "receipts": figures.receipts}
    document = _read_frame(select_currency(frames.get(kind, figures.documents), grid.currency), labels)
    if kind != "lines":
        _check_grid(where, grid, document)
        return
    places = {identity: place for place, identity in enumerate(document("id"))}
    line = _read_frame(_select_lines(figures, places), labels)
    shared = _arrange_rows(document, [places[identity] for identity in line("document_id")])
    _check_grid(where, grid, lambda key: shared(key) if key in OF_DOCUMENT else line(key))


def add_values(values: Iterable[Any]) -> Decimal:
    """Adds up the amounts or counts of a column; what is missing is nothing."""
    return sum(filter(None, values), ZERO)


def _check_sums(where: str, pages: CurrencyPages, reference: Reference) -> None:
    """Types, VAT summary, ageing and chart of one currency."""
    figures, labels, currency = reference.figures, reference.labels, pages.currency
    types = _select_rows(currency, figures.types)
    _check_rows(f"{where}, types", pages.types, types, labels, needed=("documents", *AMOUNTS))
    vat, rounding = _select_rows(currency, figures.vat), _select_rows(currency, figures.vat_rounding)
    is_split = any(row.base_credit_notes or row.tax_credit_notes for row in vat)
    keys = ("rate", "exemption", *(VAT_SPLIT if is_split else ()), "base", "tax", "gross")
    schemes = Counter(row.scheme for row in vat)
    sizes = [*schemes.values(), len(rounding)] if len(schemes) > 1 else []
    _check_rows(f"{where}, VAT", pages.vat, [*vat, *rounding], labels, needed=keys, sizes=sizes)
    buckets = [row for row in _select_rows(currency, figures.ageing) if row.documents or row.bucket != CREDIT]
    _check_rows(f"{where}, ageing", pages.ageing, buckets, labels, needed=("documents", "amount"))
    months = _select_rows(currency, figures.months) if reference.has_months else []
    plotted = [[*values] for _, values in pages.chart.series] if pages.chart else [[], []]
    if plotted != [[month.net for month in months], [month.tax for month in months]]:
        raise make_difference(where, "the months of its chart", join_values(months), join_values(plotted))


def _check_documents(where: str, pages: CurrencyPages, reference: Reference) -> None:
    """The statement's documents, type by type, the lines under each, and those that are open."""
    figures, labels = reference.figures, reference.labels
    types = _select_rows(pages.currency, figures.types)
    places = {labels.type(subtotal.type): place for place, subtotal in enumerate(types)}
    as_read = _read_frame(select_currency(figures.documents, pages.currency), labels)
    kinds = as_read("type")
    document = _arrange_rows(as_read, sorted(range(len(kinds)), key=lambda row: places[kinds[row]]))
    keys, sizes = (*AMOUNTS, "exchange_rate", "counter_value"), [subtotal.documents for subtotal in types]
    _check_grid(f"{where}, documents", pages.documents, document, needed=keys, sizes=sizes)
    if reference.has_lines:
        _check_details(f"{where}, line items", pages.documents, document("id"), reference)
    waiting = _read_frame(select_currency(figures.open_documents, pages.currency), labels)
    _check_grid(f"{where}, open", pages.open_documents, waiting, needed=("payable",))


def _check_receipts(where: str, reference: Reference) -> None:
    figures, grids = reference.figures, reference.report.receipts
    due, found = figures.receipt_currencies, [grid.currency for grid in grids]
    if found != [*due]:
        raise make_difference(where, "currencies of receipts", join_values(due), join_values(found))
    for grid in grids:
        receipt = _read_frame(select_currency(figures.receipts, grid.currency), reference.labels)
        _check_grid(f"{where} ({grid.currency}), receipts", grid, receipt, needed=("reference", "amount"))


def _check_details(where: str, grid: Sheet, identities: Sequence[int], reference: Reference) -> None:
    places = {identity: place for place, identity in enumerate(identities)}
    as_read = _read_frame(_select_lines(reference.figures, places), reference.labels)
    owners = as_read("document_id")
    line = _arrange_rows(as_read, sorted(range(len(owners)), key=lambda row: places[owners[row]]))
    details = [detail for group in grid.groups for detail in group.details]
    due, found = Counter(owners), [len(detail.rows) if detail else 0 for detail in details]
    if found != [due[identity] for identity in identities]:
        raise make_difference(where, "how many there are", join_values(due.values()), join_values(found))
    columns: dict[str, list[Any]] = {key: [] for key in OF_DETAIL}
    for detail in filter(None, details):
        for column, values in zip(detail.columns, detail.rows.columns, strict=True):
            if column.key in columns:
                columns[column.key] += values
    for key, own in columns.items():
        _compare_values(where, key, line(key), own)


def _check_rows(
    where: str,
    grid: Sheet,
    rows: Sequence[object],
    labels: Labels,
    *,
    needed: Collection[str] = (),
    sizes: Sequence[int] = (),
) -> None:
    """The grid as `_check_grid` does, against objects that have its columns as attributes."""

    def read_column(key: str) -> Sequence[Any]:
        return _say_codes(key, [getattr(row, key, None) for row in rows], labels)

    _check_grid(where, grid, read_column, needed=needed, sizes=sizes)


def _check_grid(
    where: str, grid: Sheet, due: ColumnOf, *, needed: Collection[str] = (), sizes: Sequence[int] = ()
) -> None:
    """The values, subtotals and totals of a grid.

    It may lack of the columns `needed` only those that hold nothing; `sizes` are the rows of its groups.
    """
    for column, values in zip(grid.columns, grid.rows.columns, strict=True):
        if column.key not in WORDED:
            _compare_values(where, column.heading, due(column.key), values)
    lacking = {*needed} - {column.key for column in grid.columns}
    for key in lacking:
        # Without any withholding, what is payable is the gross amount.
        if any(due(key)) and not (key == "payable" and "withholding" in lacking):
            raise make_difference(where, f"its column {key}", "there", "left out")
    groups = [group.rows for group in grid.groups]
    pairs = zip_longest(chain(*groups), grid.rows) if groups else ()
    if [*map(len, groups)] != [*sizes] or any(row != own for row, own in pairs):
        raise make_difference(where, "its groups", "all rows in their order", "others")
    for rows, totals in ((grid.rows, grid.totals), *((group.rows, group.totals) for group in grid.groups)):
        if rows and totals:
            sums = [
                add_values(values) if column.has_total else None
                for column, values in zip(grid.columns, rows.columns, strict=True)
            ]
            # The first is a text.
            _compare_values(where, "the totals", sums[1:], totals[1:])


def _compare_values(where: str, what: str, due: Sequence[Any], found: Sequence[Any]) -> None:
    if [*found] != [*due]:
        pairs = enumerate(zip_longest(due, found), start=1)
        row, pair = next((row, pair) for row, pair in pairs if pair[0] != pair[1])
        raise make_difference(where, f"{what}, number {row}", *pair)


def _select_rows(currency: str | None, rows: Iterable[Any]) -> list[Any]:
    return [row for row in rows if row.currency == currency]


def _select_lines(figures: Figures, identities: Collection[int]) -> Any:
    own = figures.line_items["document_id"].isin(identities)
    return figures.line_items if own.all() else figures.line_items[own]


def _arrange_rows(column: ColumnOf, rows: Sequence[int]) -> ColumnOf:
    """The same columns, of these rows."""

    def read_column(key: str) -> Sequence[Any]:
        values = column(key)
        return [values[row] for row in rows]

    return read_column


def _read_frame(frame: Any, labels: Labels) -> ColumnOf:
    """The columns of a frame as they are shown, one at a time in memory."""

    def read_column(key: str) -> Sequence[Any]:
        if key not in LINKS:
            return _say_codes(key, frame[key].tolist(), labels)
        urls, names = frame["permalink"].tolist(), [*map(labels.document_number, frame["number"].tolist())]
        if key in RECEIPT_LINKS:
            kinds = map(labels.type, frame["type"].tolist())
            names = [" ".join(words) for words in zip(kinds, names, strict=True)]
        links = zip(names, urls, map(safe_url, urls), strict=True)
        if key != "link":
            return [Link(name, safe) for name, _, safe in links]
        view = labels.text("View")
        return [None if url is None else Link(view if safe else url, safe) for _, url, safe in links]

    return read_column


def _say_codes(key: str, codes: Sequence[Any], labels: Labels) -> Sequence[Any]:
    """The column `key` in words, where it is one of codes."""
    words = {
        "number": labels.document_number,
        "type": labels.type,
        "status": labels.status,
        "bucket": labels.bucket,
        "scheme": labels.scheme,
    }
    if key not in words:
        return codes
    said = {code: None if code is None else words[key](code) for code in {*codes}}
    return [said[code] for code in codes]
