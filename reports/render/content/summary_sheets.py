"""The grids of what was added: VAT summary, types, ageing and totals, each of one currency."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from reports.figures.totals import CREDIT, Bucket, CurrencyTotals, Figures
from reports.figures.vat.vat_rows import VatRounding, VatRow
from reports.figures.vendor_balance import VendorBalance
from reports.render.content.blocks import (
    Column,
    Group,
    Kind,
    Row,
    Rows,
    Sheet,
    Value,
    drop_empty_columns,
    totals_of,
)
from reports.render.content.columns import DOCUMENTS, VAT
from reports.render.content.labels import N_, Labels

_AMOUNTS = {
    "net": N_("Net"),
    "tax": N_("VAT"),
    "rounding": N_("Rounding"),
    "gross": N_("Gross"),
    "withholding": N_("Withholding"),
    "payable": N_("Payable"),
}


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
    values = [_vat_values(row, figures, labels) for row in figures.vat if row.currency == currency]
    values += [_list_rounding_values(row, labels) for row in figures.vat_rounding if row.currency == currency]
    rows = Rows([[{**own, **(extra or {})}[name] for own in values] for name in keys])
    return Sheet(
        key=key,
        title=title,
        columns=columns,
        rows=rows,
        empty=labels.text("No documents in this period."),
        currency=currency,
        totals=totals_of(columns, rows, labels.text("Total")),
    )


def group_schemes(sheet: Sheet, figures: Figures, labels: Labels) -> Sheet:
    """The VAT summary with a subtotal a scheme, where it has several: other countries' VAT is apart."""
    schemes = [row.scheme for row in figures.vat if row.currency == sheet.currency]
    if len({*schemes}) < 2:
        return sheet
    groups = []
    for scheme in dict.fromkeys(schemes):
        found = [row for row, other in zip(sheet.rows, schemes, strict=False) if other == scheme]
        own = Rows.from_rows(found, len(sheet.columns))
        name = labels.scheme(scheme)
        label = labels.text("Subtotal {type}").format(type=name)
        groups.append(Group(name, own, totals_of(sheet.columns, own, label)))
    return replace(sheet, groups=(*groups, Group("", sheet.rows[len(schemes) : len(sheet.rows)], ())))


def types_grid(figures: Figures, currency: str, *, labels: Labels, title: str) -> Sheet:
    _ = labels.text
    columns = (
        Column("type", _("Type"), Kind.TEXT),
        Column("documents", _("Documents"), Kind.INTEGER, has_total=True),
        *(Column(key, _(heading), Kind.MONEY, has_total=True) for key, heading in _AMOUNTS.items()),
    )
    values: list[Row] = [
        (
            labels.type(subtotal.type),
            subtotal.documents,
            subtotal.net,
            subtotal.tax,
            subtotal.rounding,
            subtotal.gross,
            subtotal.withholding,
            subtotal.payable,
        )
        for subtotal in figures.types
        if subtotal.currency == currency
    ]
    rows = Rows.from_rows(values, len(columns))
    sheet = Sheet(
        key=f"types_{currency}",
        title=title,
        columns=columns,
        rows=rows,
        empty=_("No documents in this period."),
        currency=currency,
        totals=totals_of(columns, rows, _("Total")),
    )
    return drop_empty_columns(sheet, "rounding", "withholding")


def build_ageing_grid(figures: Figures, currency: str, *, labels: Labels, title: str) -> Sheet:
    _ = labels.text
    columns = (
        Column("bucket", _("Bucket"), Kind.TEXT),
        Column("documents", _("Documents"), Kind.INTEGER, has_total=True),
        Column("amount", _("Payable"), Kind.MONEY, has_total=True),
    )
    buckets = list_shown_buckets(figures, currency)
    values: list[Row] = [
        (labels.bucket(bucket.bucket), bucket.documents, bucket.amount) for bucket in buckets
    ]
    rows = Rows.from_rows(values, len(columns))
    return Sheet(
        key=f"ageing_{currency}",
        title=title,
        columns=columns,
        rows=rows,
        empty=_("No open documents."),
        currency=currency,
        totals=totals_of(columns, rows, _("Total")),
    )


def list_shown_buckets(figures: Figures, currency: str) -> Sequence[Bucket]:
    """The buckets of a currency; that of credits where there are any."""
    return [
        bucket
        for bucket in figures.ageing
        if bucket.currency == currency and (bucket.documents or bucket.bucket != CREDIT)
    ]


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
        rows=Rows.from_rows(rows, len(columns)),
        empty=_("No documents in this period, and none open."),
        currency=totals[0].currency if len(totals) == 1 else None,
    )
    return drop_empty_columns(sheet, "rounding", "withholding")


def _vat_values(row: VatRow, figures: Figures, labels: Labels) -> Mapping[str, Value]:
    values = {key: getattr(row, key, None) for key in VAT}
    values["scheme"] = labels.scheme(row.scheme)
    values["region"] = row.region
    values["region_name"] = labels.region(row.region) if row.rate is not None else None
    values["reason"] = labels.exemption(row.exemption, figures.period.last)
    values["tax_names"] = labels.text("No tax on the line") if row.rate is None else ", ".join(row.tax_names)
    return values


def _list_rounding_values(row: VatRounding, labels: Labels) -> Mapping[str, Value]:
    values = {key: getattr(row, key, None) for key in VAT}
    return {**values, "tax_names": labels.text("Rounding difference")}
