"""The grids that workbook, statement and summary share: figures as columns and rows, in one language.

Each sheet is of one currency. A column is named once, here; a report picks from them by key.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandas as pd

from reports.figures.totals import CURRENT, CurrencyTotals, Figures, VatRounding, VatRow
from reports.figures.vendor_balance import VendorBalance
from reports.render.labels import N_, Labels
from reports.render.layout import (
    Column,
    Group,
    Kind,
    Link,
    Mark,
    Row,
    Sheet,
    Tone,
    Value,
    safe_url,
    totals_of,
    without,
    without_empty,
)

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
_HIDDEN_COLUMNS = ("archived", "id")
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

_AMOUNTS = {
    "net": N_("Net"),
    "tax": N_("VAT"),
    "gross": N_("Gross"),
    "withholding": N_("Withholding"),
    "payable": N_("Payable"),
}


def documents_grid(
    documents: pd.DataFrame,
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
    columns = tuple(_document_column(name, documents, labels) for name in keys)
    values = [_document_values(name, documents, labels, extra or {}) for name in keys]
    rows = list(zip(*values, strict=True))
    return Sheet(
        key=key,
        title=title,
        columns=columns,
        rows=rows,
        empty=empty,
        currency=currency,
        totals=totals_of(columns, rows, labels.text("Total")),
    )


def grouped_documents(
    figures: Figures, currency: str, *, labels: Labels, title: str, line_items: bool
) -> Sheet:
    """The statement's list: documents by type, each with a subtotal, then the total."""
    documents = of_currency(figures.documents, currency)
    order = [subtotal.type for subtotal in figures.types if subtotal.currency == currency]
    place = {kind: row for row, kind in enumerate(order)}
    sorted_rows = sorted(range(len(documents)), key=lambda row: place[documents["type"].iloc[row]])
    documents = documents.iloc[sorted_rows]
    sheet = documents_grid(
        documents,
        STATEMENT_DOCUMENTS,
        key=f"s_documents_{currency}",
        title=title,
        currency=currency,
        empty=labels.text("No documents in this period."),
        labels=labels,
    )
    kinds = documents["type"].tolist()
    groups = []
    for kind in order:
        rows = [row for row, own in zip(sheet.rows, kinds, strict=True) if own == kind]
        label = labels.text("Subtotal {type}").format(type=labels.type(kind))
        own = documents[documents["type"] == kind]
        details = _details(own, figures.line_items, currency, labels) if line_items else ()
        groups.append(Group(labels.type(kind), rows, totals_of(sheet.columns, rows, label), details))
    grouped = replace(sheet, groups=tuple(groups))
    if not documents["withholding"].astype(bool).any():
        grouped = without(grouped, "withholding", "payable")
    return without_empty(grouped, "reference")


def line_items_grid(
    documents: pd.DataFrame,
    lines: pd.DataFrame,
    keys: Sequence[str],
    *,
    currency: str | None,
    labels: Labels,
    title: str,
) -> Sheet:
    of = documents.set_index("id")
    shared = {
        "number": dict(of["number"]),
        "type": {key: labels.type(kind) for key, kind in of["type"].items()},
        "status": {key: labels.status(status) for key, status in of["status"].items()},
        "date": dict(of["date"]),
        "currency": dict(of["currency"]),
    }
    columns = tuple(
        Column(
            key,
            labels.text(LINE_ITEMS[key][0]),
            LINE_ITEMS[key][1],
            has_total=LINE_ITEMS[key][1] is Kind.MONEY,
            is_hidden=key == "document_id",
            marks=_marks(key, labels),
        )
        for key in keys
    )
    values = [
        [shared[key][identity] for identity in lines["document_id"]] if key in shared else lines[key].tolist()
        for key in keys
    ]
    rows: list[Row] = list(zip(*values, strict=True))
    return Sheet(
        key=f"lines_{currency}",
        title=title,
        columns=columns,
        rows=rows,
        empty=labels.text("No line items in this period."),
        currency=currency,
        totals=totals_of(columns, rows, labels.text("Total")),
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


def of_currency(documents: pd.DataFrame, currency: str | None) -> pd.DataFrame:
    return documents[documents["currency"] == currency]


def _document_column(name: str, documents: pd.DataFrame, labels: Labels) -> Column:
    heading, kind = DOCUMENTS[name]
    no_withholding = name == "withholding" and not documents["withholding"].astype(bool).any()
    return Column(
        name,
        labels.text(heading),
        kind,
        has_total=kind is Kind.MONEY,
        is_hidden=name in _HIDDEN_COLUMNS or no_withholding,
        marks=_marks(name, labels),
    )


def _marks(name: str, labels: Labels) -> tuple[Mark, ...]:
    """Statuses to which nothing is to be done stand back; what is overdue stands out."""
    if name == "status":
        return tuple(Mark("is", labels.status(status), Tone.QUIET) for status in _DONE)
    if name == "days_overdue":
        return (Mark("above", 0, Tone.ATTENTION),)
    if name == "bucket":
        return (Mark("is not", labels.bucket(CURRENT), Tone.ATTENTION),)
    return ()


def _document_values(
    name: str, documents: pd.DataFrame, labels: Labels, extra: Mapping[str, Value]
) -> Sequence[Value]:
    if name in extra:
        return [extra[name]] * len(documents)
    if name == "type":
        return [labels.type(kind) for kind in documents["type"]]
    if name == "status":
        return [labels.status(status) for status in documents["status"]]
    if name == "bucket":
        return [labels.bucket(bucket) for bucket in documents["bucket"]]
    if name == "reason":
        return [labels.not_counted(reason) for reason in documents["reason"]]
    if name == "link":
        return [_link(labels.text("View"), url) for url in documents["permalink"]]
    if name in ("linked_number", "opening_number"):
        pairs = zip(documents["number"], documents["permalink"], strict=True)
        return [Link(number, safe_url(url)) for number, url in pairs]
    if name == "payment":
        pairs = zip(documents["mb_entity"], documents["mb_reference"], strict=True)
        return [f"{entity} / {reference}" if entity and reference else None for entity, reference in pairs]
    return documents[name].tolist()


def _link(text: str, url: str | None) -> Link | None:
    """A link to `url`; an address that is not safe to open is shown as the text it is."""
    return None if url is None else Link(text, url) if safe_url(url) else Link(url, None)


def _details(
    documents: pd.DataFrame, line_items: pd.DataFrame, currency: str, labels: Labels
) -> Sequence[Sheet | None]:
    by_document = dict(list(line_items.groupby("document_id", sort=False)))
    details: list[Sheet | None] = []
    for index, identity in enumerate(documents["id"]):
        lines = by_document.get(identity)
        if lines is None:
            details.append(None)
            continue
        sheet = line_items_grid(
            documents.iloc[[index]], lines, STATEMENT_LINE_ITEMS, currency=currency, labels=labels, title=""
        )
        details.append(without_empty(sheet, "description", "unit", "discount_rate"))
    return details


def _vat_values(row: VatRow, labels: Labels) -> Mapping[str, Value]:
    values = {key: getattr(row, key, None) for key in VAT}
    values["scheme"] = labels.scheme(row.scheme)
    values["reason"] = labels.exemption(row.exemption)
    values["tax_names"] = labels.text("No tax on the line") if row.rate is None else ", ".join(row.tax_names)
    return values


def _rounding_values(row: VatRounding, labels: Labels) -> Mapping[str, Value]:
    values = {key: getattr(row, key, None) for key in VAT}
    return {**values, "tax_names": labels.text("Rounding difference"), "gross": row.base + row.tax}
