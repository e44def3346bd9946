"""The grids of what was added, of one currency each: VAT summary, types, ageing, totals; chart of months."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from reports.figures.totals import AMOUNTS, CREDIT, CurrencyTotals, Figures
from reports.figures.vat.vat_rows import VatRow
from reports.figures.vendor_balance import VendorBalance
from reports.render.content.blocks import (
    Chart,
    Column,
    Group,
    Kind,
    Rows,
    Sheet,
    Value,
    drop_empty_columns,
    totals_of,
)
from reports.render.content.columns import DOCUMENTS, TOTALS, VAT
from reports.render.content.labels import Labels


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
    values: list[Mapping[str, Value]] = [
        *(_vat_values(row, figures, labels) for row in figures.vat if row.currency == currency),
        *(
            {
                **{name: getattr(row, name, None) for name in VAT},
                "tax_names": labels.text("Rounding difference"),
            }
            for row in figures.vat_rounding
            if row.currency == currency
        ),
    ]
    rows = Rows([[{**own, **(extra or {})}[name] for own in values] for name in keys])
    empty, totals = (
        labels.text("No documents in this period."),
        totals_of(columns, rows, labels.text("Total")),
    )
    return Sheet(key, title, columns, rows, empty, currency, totals)


def group_schemes(sheet: Sheet, figures: Figures, labels: Labels) -> Sheet:
    """The VAT summary with a subtotal a scheme, where it has several: other countries' VAT is apart."""
    schemes = [row.scheme for row in figures.vat if row.currency == sheet.currency]
    if len({*schemes}) < 2:
        return sheet
    groups, first = [], 0
    for scheme in dict.fromkeys(schemes):
        end = first + schemes.count(scheme)
        own, name = sheet.rows[first:end], labels.scheme(scheme)
        label = labels.text("Subtotal {type}").format(type=name)
        groups.append(Group(name, own, totals_of(sheet.columns, own, label)))
        first = end
    return replace(sheet, groups=(*groups, Group("", sheet.rows[first : len(sheet.rows)], ())))


def types_grid(figures: Figures, currency: str, *, labels: Labels, title: str) -> Sheet:
    _ = labels.text
    columns = (
        Column("type", _("Type"), Kind.TEXT),
        Column("documents", _("Documents"), Kind.INTEGER, has_total=True),
        *(Column(key, _(TOTALS[key]), Kind.MONEY, has_total=True) for key in AMOUNTS),
    )
    subtotals = [subtotal for subtotal in figures.types if subtotal.currency == currency]
    rows = Rows.from_items(columns, subtotals, type=lambda subtotal: labels.type(subtotal.type))
    empty, totals = _("No documents in this period."), totals_of(columns, rows, _("Total"))
    sheet = Sheet(f"types_{currency}", title, columns, rows, empty, currency, totals)
    return drop_empty_columns(sheet, "rounding", "withholding")


def build_ageing_grid(figures: Figures, currency: str, *, labels: Labels, title: str) -> Sheet:
    """A row a bucket; that of credits where there are any."""
    _ = labels.text
    columns = (
        Column("bucket", _("Bucket"), Kind.TEXT),
        Column("documents", _("Documents"), Kind.INTEGER, has_total=True),
        Column("amount", _("Payable"), Kind.MONEY, has_total=True),
    )
    buckets = [
        bucket
        for bucket in figures.ageing
        if bucket.currency == currency and (bucket.documents or bucket.bucket != CREDIT)
    ]
    rows = Rows.from_items(columns, buckets, bucket=lambda bucket: labels.bucket(bucket.bucket))
    empty, totals = _("No open documents."), totals_of(columns, rows, _("Total"))
    return Sheet(f"ageing_{currency}", title, columns, rows, empty, currency, totals)


def build_chart(figures: Figures, currency: str, *, labels: Labels, title: str) -> Chart:
    """Net and VAT of twelve months."""
    months = [month for month in figures.months if month.currency == currency]
    return Chart(
        key=f"months_{currency}",
        title=title,
        currency=currency,
        category=labels.text("Month"),
        categories=tuple(labels.month(month.first) for month in months),
        series=(
            (labels.text("Net"), tuple(month.net for month in months)),
            (labels.text("VAT"), tuple(month.tax for month in months)),
        ),
    )


def totals_grid(
    totals: Sequence[CurrencyTotals], labels: Labels, vendor: VendorBalance | None = None
) -> Sheet:
    """A row a currency. `vendor`: what InvoiceXpress itself counts as open, in the row of its currency."""
    _ = labels.text
    columns = [
        Column("currency", _("Currency"), Kind.TEXT),
        Column("documents", _("Documents"), Kind.INTEGER),
        *(Column(key, _(heading), Kind.MONEY) for key, heading in TOTALS.items()),
    ]
    owed = {vendor.currency: vendor.open} if vendor else {}
    if any(total.currency in owed for total in totals):
        beside = Column("vendor_open", _("Open according to InvoiceXpress"), Kind.MONEY)
        columns.insert([column.key for column in columns].index("overdue"), beside)
    rows = Rows.from_items(columns, totals, vendor_open=lambda total: owed.get(total.currency))
    currency = totals[0].currency if len(totals) == 1 else None
    empty = _("No documents in this period, and none open.")
    sheet = Sheet("totals", _("Totals"), tuple(columns), rows, empty, currency)
    return drop_empty_columns(sheet, "rounding", "withholding")


def _vat_values(row: VatRow, figures: Figures, labels: Labels) -> Mapping[str, Value]:
    return {
        **{key: getattr(row, key, None) for key in VAT},
        "scheme": labels.scheme(row.scheme),
        "region_name": labels.region(row.region) if row.rate is not None else None,
        "reason": labels.exemption(row.exemption, figures.period.last),
        "tax_names": labels.text("No tax on the line") if row.rate is None else ", ".join(row.tax_names),
    }
