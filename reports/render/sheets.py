"""The grids that workbook, statement and summary share: figures as columns and rows, in one language.

Each sheet is of one currency. A column is named once, here; a report picks from them by key.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from reports.figures.totals import CURRENT, CurrencyTotals, Figures, VatRounding, VatRow
from reports.figures.vendor_balance import VendorBalance
from reports.money import ZERO
from reports.render.labels import N_, Labels
from reports.render.layout import (
    Column,
    Group,
    Kind,
    Link,
    Mark,
    Row,
    Rows,
    Sheet,
    Tone,
    Value,
    safe_url,
    totals_of,
    without_empty,
)

if TYPE_CHECKING:
    import pandas as pd

WORKBOOK_DOCUMENTS = [
    "opening_number",
    "type",
    "status",
    "date",
    "due_date",
    "reference",
    "currency",
    "sum",
    "discount",
    "net",
    "tax",
    "gross",
    "withholding",
    "payable",
    "exemption",
    "observations",
    "link",
    "archived",
    "id",
]
STATEMENT_DOCUMENTS = [
    "linked_number",
    "date",
    "due_date",
    "reference",
    "status",
    "net",
    "tax",
    "gross",
    "withholding",
    "payable",
]
WORKBOOK_OPEN = [
    "opening_number",
    "type",
    "date",
    "due_date",
    "days_overdue",
    "bucket",
    "currency",
    "payable",
    "link",
    "id",
]
STATEMENT_OPEN = ["linked_number", "type", "date", "due_date", "days_overdue", "bucket", "payment", "payable"]

DOCUMENTS = {
    "number": (N_("Number"), Kind.TEXT),
    "linked_number": (N_("Number"), Kind.LINK),
    "opening_number": (N_("Number"), Kind.NAME_LINK),
    "type": (N_("Type"), Kind.TEXT),
    "status": (N_("Status"), Kind.TEXT),
    "date": (N_("Date"), Kind.DATE),
    "due_date": (N_("Due date"), Kind.DATE),
    "days_overdue": (N_("Days overdue"), Kind.INTEGER),
    "bucket": (N_("Bucket"), Kind.TEXT),
    "reference": (N_("Reference"), Kind.LONG_TEXT),
    "currency": (N_("Currency"), Kind.TEXT),
    "sum": (N_("Sum"), Kind.MONEY),
    "discount": (N_("Discount"), Kind.MONEY),
    "net": (N_("Net"), Kind.MONEY),
    "tax": (N_("VAT"), Kind.MONEY),
    "gross": (N_("Gross"), Kind.MONEY),
    "withholding": (N_("Withholding"), Kind.MONEY),
    "payable": (N_("Payable"), Kind.MONEY),
    "payment": (N_("Payment reference"), Kind.TEXT),
    "exemption": (N_("Exemption"), Kind.TEXT),
    "observations": (N_("Observations"), Kind.LONG_TEXT),
    "link": (N_("Link"), Kind.LINK),
    "archived": (N_("Archived"), Kind.BOOLEAN),
    "id": (N_("Id"), Kind.INTEGER),
    "reason": (N_("Reason"), Kind.TEXT),
    "client": (N_("Client"), Kind.TEXT),
    "fiscal_id": (N_("NIF"), Kind.TEXT),
}
_HIDDEN_COLUMNS = ("archived", "id", "document_id")
_DONE = ("settled", "draft", "canceled", "deleted")

LINE_ITEMS = {
    "number": (N_("Number"), Kind.TEXT),
    "type": (N_("Type"), Kind.TEXT),
    "status": (N_("Status"), Kind.TEXT),
    "date": (N_("Date"), Kind.DATE),
    "name": (N_("Item"), Kind.TEXT),
    "description": (N_("Description"), Kind.LONG_TEXT),
    "unit": (N_("Unit"), Kind.TEXT),
    "quantity": (N_("Quantity"), Kind.NUMBER),
    "unit_price": (N_("Unit price"), Kind.NUMBER),
    "discount_rate": (N_("Discount %"), Kind.PERCENT),
    "discount": (N_("Discount"), Kind.MONEY),
    "tax_name": (N_("Tax name"), Kind.TEXT),
    "rate": (N_("VAT rate"), Kind.PERCENT),
    "exemption": (N_("Exemption"), Kind.TEXT),
    "net": (N_("Net"), Kind.MONEY),
    "tax": (N_("VAT"), Kind.MONEY),
    "gross": (N_("Gross"), Kind.MONEY),
    "currency": (N_("Currency"), Kind.TEXT),
    "document_id": (N_("Document id"), Kind.INTEGER),
}
_OF_DOCUMENT = ("number", "type", "status", "date", "currency")
WORKBOOK_LINE_ITEMS = tuple(LINE_ITEMS)
STATEMENT_LINE_ITEMS = [
    "name",
    "description",
    "quantity",
    "unit",
    "unit_price",
    "discount_rate",
    "rate",
    "net",
    "tax",
    "gross",
]

VAT = {
    "currency": (N_("Currency"), Kind.TEXT),
    "scheme": (N_("Scheme"), Kind.TEXT),
    "rate": (N_("Rate"), Kind.PERCENT),
    "exemption": (N_("Exemption"), Kind.TEXT),
    "reason": (N_("Reason"), Kind.LONG_TEXT),
    "tax_names": (N_("Tax names"), Kind.TEXT),
    "documents": (N_("Documents"), Kind.INTEGER),
    "base_invoices": (N_("Base invoices"), Kind.MONEY),
    "tax_invoices": (N_("VAT invoices"), Kind.MONEY),
    "base_credit_notes": (N_("Base credit notes"), Kind.MONEY),
    "tax_credit_notes": (N_("VAT credit notes"), Kind.MONEY),
    "base": (N_("Base"), Kind.MONEY),
    "tax": (N_("VAT"), Kind.MONEY),
    "gross": (N_("Gross"), Kind.MONEY),
}
WORKBOOK_VAT = tuple(VAT)
STATEMENT_VAT = [
    "tax_names",
    "scheme",
    "rate",
    "exemption",
    "base_invoices",
    "tax_invoices",
    "base_credit_notes",
    "tax_credit_notes",
    "base",
    "tax",
    "gross",
]

_MAY_LACK = ("description", "unit", "discount_rate")
"""Columns that a document's line items are shown without where none has a value."""

_ColumnOf = Callable[[str], list[Any]]

_AMOUNTS = {
    "net": N_("Net"),
    "tax": N_("VAT"),
    "gross": N_("Gross"),
    "withholding": N_("Withholding"),
    "payable": N_("Payable"),
}


def documents_grid(
    documents: "pd.DataFrame",
    keys: Sequence[str],
    *,
    key: str,
    title: str,
    currency: str | None,
    empty: str,
    labels: Labels,
    extra: Mapping[str, Value] | None = None,
) -> Sheet:
    """Documents as rows, the columns `keys` of them. `extra` holds values that are the same in every row."""
    column = _read(documents)
    same = {name: [value] * len(documents) for name, value in (extra or {}).items()}
    values = [same[name] if name in same else _document_values(name, column, labels) for name in keys]
    columns = _columns(tuple(keys), labels.language)
    if not any(column("withholding")):
        columns = tuple(replace(own, is_hidden=own.is_hidden or own.key == "withholding") for own in columns)
    return Sheet(
        key=key,
        title=title,
        columns=columns,
        rows=Rows(values),
        empty=empty,
        currency=currency,
        totals=_totals(columns, values, labels.text("Total")),
    )


def grouped_documents(
    figures: Figures, currency: str, *, labels: Labels, title: str, line_items: bool
) -> Sheet:
    """The statement's list: documents by type, each with a subtotal, then the total."""
    documents = of_currency(figures.documents, currency)
    subtotals = [subtotal for subtotal in figures.types if subtotal.currency == currency]
    place = {subtotal.type: row for row, subtotal in enumerate(subtotals)}
    as_read = _read(documents)
    kinds = as_read("type")
    order = sorted(range(len(kinds)), key=lambda row: place[kinds[row]])

    def column(name: str) -> list[Any]:
        own = as_read(name)
        return [own[row] for row in order]

    left_out = {
        *(() if any(column("withholding")) else ("withholding", "payable")),
        *(() if any(column("reference")) else ("reference",)),
    }
    keys = [name for name in STATEMENT_DOCUMENTS if name not in left_out]
    values = [_document_values(name, column, labels) for name in keys]
    columns = _columns(tuple(keys), labels.language)
    details = _details(column("id"), figures.line_items, currency, labels) if line_items else ()
    groups, first = [], 0
    for subtotal in subtotals:
        end = first + kinds.count(subtotal.type)
        own = [part[first:end] for part in values]
        name = labels.type(subtotal.type)
        label = labels.text("Subtotal {type}").format(type=name)
        groups.append(Group(name, Rows(own), _totals(columns, own, label), details[first:end]))
        first = end
    return Sheet(
        key=f"s_documents_{currency}",
        title=title,
        columns=columns,
        rows=Rows(values),
        empty=labels.text("No documents in this period."),
        currency=currency,
        totals=_totals(columns, values, labels.text("Total")),
        groups=tuple(groups),
    )


def line_items_grid(
    documents: "pd.DataFrame",
    lines: "pd.DataFrame",
    keys: Sequence[str],
    *,
    currency: str | None,
    labels: Labels,
    title: str,
) -> Sheet:
    """`lines`, every one of a document of `documents`, with what it has of that."""
    document, line = _read(documents), _read(lines)
    place = {identity: row for row, identity in enumerate(document("id"))}
    rows = [place[identity] for identity in line("document_id")]
    values: list[Sequence[Value]] = []
    for key in keys:
        if key in _OF_DOCUMENT:
            own = _document_values(key, document, labels)
            values.append([own[row] for row in rows])
        else:
            values.append(line(key))
    columns = _columns(tuple(keys), labels.language)
    return Sheet(
        key=f"lines_{currency}",
        title=title,
        columns=columns,
        rows=Rows(values),
        empty=labels.text("No line items in this period."),
        currency=currency,
        totals=_totals(columns, values, labels.text("Total")),
    )


def vat_grid(
    figures: Figures,
    currency: str | None,
    keys: Sequence[str],
    *,
    key: str,
    labels: Labels,
    title: str,
    extra: Mapping[str, Value] | None = None,
) -> Sheet:
    """The VAT summary of one currency, its rounding line last. `extra`: values that every row has."""
    columns = tuple(
        Column(name, labels.text(heading), kind, has_total=kind is Kind.MONEY)
        for name in keys
        for heading, kind in [VAT.get(name) or DOCUMENTS[name]]
    )
    values = [_vat_values(row, labels) for row in figures.vat if row.currency == currency]
    values += [_rounding_values(row, labels) for row in figures.vat_rounding if row.currency == currency]
    rows = [tuple({**own, **(extra or {})}[name] for name in keys) for own in values]
    return Sheet(
        key=key,
        title=title,
        columns=columns,
        rows=rows,
        empty=labels.text("No documents in this period."),
        currency=currency,
        totals=totals_of(columns, rows, labels.text("Total")),
    )


def types_grid(figures: Figures, currency: str, *, labels: Labels, title: str) -> Sheet:
    _ = labels.text
    columns = (
        Column("type", _("Type"), Kind.TEXT),
        Column("documents", _("Documents"), Kind.INTEGER, has_total=True),
        *(Column(key, _(heading), Kind.MONEY, has_total=True) for key, heading in _AMOUNTS.items()),
    )
    rows: list[Row] = [
        (
            labels.type(subtotal.type),
            subtotal.documents,
            subtotal.net,
            subtotal.tax,
            subtotal.gross,
            subtotal.withholding,
            subtotal.payable,
        )
        for subtotal in figures.types
        if subtotal.currency == currency
    ]
    sheet = Sheet(
        key=f"types_{currency}",
        title=title,
        columns=columns,
        rows=rows,
        empty=_("No documents in this period."),
        currency=currency,
        totals=totals_of(columns, rows, _("Total")),
    )
    return without_empty(sheet, "withholding")


def ageing_grid(figures: Figures, currency: str, *, labels: Labels, title: str) -> Sheet:
    _ = labels.text
    columns = (
        Column("bucket", _("Bucket"), Kind.TEXT),
        Column("documents", _("Documents"), Kind.INTEGER, has_total=True),
        Column("amount", _("Payable"), Kind.MONEY, has_total=True),
    )
    rows: list[Row] = [
        (labels.bucket(bucket.bucket), bucket.documents, bucket.amount)
        for bucket in figures.ageing
        if bucket.currency == currency
    ]
    return Sheet(
        key=f"ageing_{currency}",
        title=title,
        columns=columns,
        rows=rows,
        empty=_("No open documents."),
        currency=currency,
        totals=totals_of(columns, rows, _("Total")),
    )


def totals_grid(
    totals: Sequence[CurrencyTotals], labels: Labels, vendor: VendorBalance | None = None
) -> Sheet:
    """A row a currency. `vendor`: what InvoiceXpress itself counts as open, in the row of its currency."""
    _ = labels.text
    money = {**_AMOUNTS, "open": N_("Open"), "overdue": N_("Overdue")}
    columns = (
        Column("currency", _("Currency"), Kind.TEXT),
        Column("documents", _("Documents"), Kind.INTEGER),
        *(Column(key, _(heading), Kind.MONEY) for key, heading in money.items()),
    )
    rows = [tuple(getattr(total, column.key) for column in columns) for total in totals]
    if vendor and any(total.currency == vendor.currency for total in totals):
        beside = Column("vendor_open", _("Open according to InvoiceXpress"), Kind.MONEY)
        place = [column.key for column in columns].index("open") + 1
        columns = (*columns[:place], beside, *columns[place:])
        rows = [
            (*row[:place], vendor.open if row[0] == vendor.currency else None, *row[place:]) for row in rows
        ]
    sheet = Sheet(
        key="totals",
        title=_("Totals"),
        columns=columns,
        rows=rows,
        empty=_("No documents in this period, and none open."),
        currency=totals[0].currency if len(totals) == 1 else None,
    )
    return without_empty(sheet, "withholding")


def of_currency(documents: "pd.DataFrame", currency: str | None) -> "pd.DataFrame":
    names = documents["currency"].tolist()
    return documents if names.count(currency) == len(names) else documents[documents["currency"] == currency]


def _read(frame: "pd.DataFrame") -> _ColumnOf:
    """The frame's columns as lists, by name; a table of all its values costs less than a few series."""
    place = {name: row for row, name in enumerate(frame.columns)}
    values = frame.to_numpy(dtype=object).T
    return lambda name: values[place[name]].tolist()


@lru_cache
def _columns(keys: tuple[str, ...], language: str) -> tuple[Column, ...]:
    """Of documents or of their lines: what both have is the same."""
    labels = Labels(language)
    return tuple(
        Column(
            name,
            labels.text(heading),
            kind,
            has_total=kind is Kind.MONEY,
            is_hidden=name in _HIDDEN_COLUMNS,
            marks=_marks(name, labels),
        )
        for name in keys
        for heading, kind in [LINE_ITEMS.get(name) or DOCUMENTS[name]]
    )


def _totals(columns: Sequence[Column], values: Sequence[Sequence[Value]], label: str) -> Row:
    """`layout.totals_of` for columns of documents and lines, which add amounts only."""
    sums = (
        sum([value for value in own if isinstance(value, Decimal)], ZERO) if column.has_total else None
        for column, own in zip(columns[1:], values[1:], strict=True)
    )
    return (label, *sums)


def _marks(name: str, labels: Labels) -> tuple[Mark, ...]:
    """Statuses to which nothing is to be done stand back; what is overdue stands out."""
    if name == "status":
        return tuple(Mark("is", labels.status(status), Tone.QUIET) for status in _DONE)
    if name == "days_overdue":
        return (Mark("above", 0, Tone.ATTENTION),)
    if name == "bucket":
        return (Mark("is not", labels.bucket(CURRENT), Tone.ATTENTION),)
    return ()


def _document_values(name: str, column: _ColumnOf, labels: Labels) -> Sequence[Value]:
    if name == "type":
        return _said(labels.type, column(name))
    if name == "status":
        return _said(labels.status, column(name))
    if name == "bucket":
        return _said(labels.bucket, column(name))
    if name == "reason":
        return _said(labels.not_counted, column(name))
    if name == "link":
        view = labels.text("View")
        return [_link(view, url) for url in column("permalink")]
    if name in ("linked_number", "opening_number"):
        pairs = zip(column("number"), column("permalink"), strict=True)
        return [Link(number, safe_url(url)) for number, url in pairs]
    if name == "payment":
        pairs = zip(column("mb_entity"), column("mb_reference"), strict=True)
        return [f"{entity} / {reference}" if entity and reference else None for entity, reference in pairs]
    return column(name)


def _said(say: Callable[[str], str], keys: Sequence[str]) -> Sequence[str]:
    """Each key in words; there are few of them, many times."""
    words = {key: say(key) for key in set(keys)}
    return [words[key] for key in keys]


def _link(text: str, url: str | None) -> Link | None:
    """A link to `url`; an address that is not safe to open is shown as the text it is."""
    return None if url is None else Link(text, url) if safe_url(url) else Link(url, None)


def _details(
    identities: Sequence[int], line_items: "pd.DataFrame", currency: str, labels: Labels
) -> Sequence[Sheet | None]:
    """The lines of each document. No totals: a sum, unrounded, would compete with the document's amounts."""
    line = _read(line_items)
    values = {key: line(key) for key in STATEMENT_LINE_ITEMS}
    rows: dict[int, list[int]] = defaultdict(list)
    for row, identity in enumerate(line("document_id")):
        rows[identity].append(row)

    def sheet(own_rows: Sequence[int]) -> Sheet:
        own = {key: [column[row] for row in own_rows] for key, column in values.items()}
        keys = tuple(key for key, column in own.items() if key not in _MAY_LACK or any(column))
        return Sheet(
            key=f"lines_{currency}",
            title="",
            columns=_columns(keys, labels.language),
            rows=Rows([own[key] for key in keys]),
            empty="",
            currency=currency,
        )

    return [sheet(rows[identity]) if identity in rows else None for identity in identities]


def _vat_values(row: VatRow, labels: Labels) -> Mapping[str, Value]:
    values = {key: getattr(row, key, None) for key in VAT}
    values["scheme"] = labels.scheme(row.scheme)
    values["reason"] = labels.exemption(row.exemption)
    values["tax_names"] = labels.text("No tax on the line") if row.rate is None else ", ".join(row.tax_names)
    return values


def _rounding_values(row: VatRounding, labels: Labels) -> Mapping[str, Value]:
    values = {key: getattr(row, key, None) for key in VAT}
    return {**values, "tax_names": labels.text("Rounding difference"), "gross": row.base + row.tax}
