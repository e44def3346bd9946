"""The sheet of the VAT return: by region, field and rate, then what is decided by hand, then the rounding.

All amounts are in euro, so its totals are the account's net and VAT in euro; rows of other currencies have
their amounts in words.
"""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from itertools import groupby
from operator import attrgetter

from reports.figures.account.account_month import AccountMonth
from reports.figures.account.vat_return import FIELD_7, FIELD_8, FIELD_9, FiledAmounts, OutsideRow, ReturnRow
from reports.figures.currencies import EURO
from reports.money import ZERO
from reports.render.content.account import AccountSummary
from reports.render.content.blocks import Column, DataTab, Kind, Row, Rows, Sheet, totals_of
from reports.render.content.columns import VAT
from reports.render.content.filing.filing_tab import build_filing_tab
from reports.render.content.filing.words import explain_outside
from reports.render.content.labels import N_, Labels

TITLE = N_("VAT return")
_UNTAXED = (FIELD_7, FIELD_8, FIELD_9)


def build_return_tab(account: AccountSummary, labels: Labels) -> DataTab | None:
    """The sheet with what has to be known of it; None for a month without sales."""
    sheet = build_return_grid(account, labels)
    return build_filing_tab(account, sheet, _list_notes(account.month, labels), labels, frozen=2)


def build_return_grid(account: AccountSummary, labels: Labels) -> Sheet:
    """The rows of the return, of what is decided by hand, and of the rounding where there is one."""
    _, month = labels.text, account.month
    columns = (
        Column("region", _("Region"), Kind.TEXT),
        Column("field", _("Field"), Kind.TEXT),
        Column("tax_field", _("VAT field"), Kind.TEXT),
        Column("rate", _("Rate"), Kind.PERCENT),
        _money("base_invoices", labels),
        _money("tax_invoices", labels),
        Column("tax_by_rate", _("VAT by rate"), Kind.MONEY, has_total=True),
        Column("difference", _("Difference"), Kind.MONEY, has_total=True),
        _money("base_credit_notes", labels),
        _money("tax_credit_notes", labels),
        Column("documents", _("Documents"), Kind.INTEGER),
        Column("reason", _("Reason"), Kind.LONG_TEXT),
    )
    values = [
        *map(_list_field, month.vat_return),
        *(_list_outside(row, account, labels) for row in month.outside),
    ]
    if any(month.rounding):
        rounding = (month.rounding.base, month.rounding.tax, None, None, None, None)
        values.append((None, None, None, None, *rounding, None, _("Rounding difference")))
    rows = Rows.from_rows(values, len(columns))
    totals = totals_of(columns, rows, _("Total"))
    return Sheet("vat_return", _(TITLE), columns, rows, _("No documents in this period."), EURO, totals)


def sum_fields(month: AccountMonth, fields: Iterable[str]) -> dict[tuple[str, str], Decimal]:
    """The base of each region's fields less its credit notes, by region and field, in their order."""
    wanted, sums = set(fields), defaultdict[tuple[str, str], Decimal](lambda: ZERO)
    for row in month.vat_return:
        if row.key.field in wanted:
            sums[row.key.region, row.key.field] += row.amounts.net
    return dict(sums)


def note_annex(month: AccountMonth, labels: Labels) -> Iterable[str]:
    """Where sales of another region than the seat's are declared; nothing where there are none."""
    if any(row.key.region != month.region for row in month.vat_return):
        annex = labels.text(
            "The seat is in {region}: what was sold in another region goes to annex R, one a region."
        )
        yield annex.format(region=labels.region(month.region))


def note_sums(month: AccountMonth, labels: Labels) -> Iterable[str]:
    """What no single row has: fields of several rates, and 7 to 9 with their credit notes."""
    _ = labels.text
    rates = _(
        "Field {field} of {region} has several rates, in all: base {base}, VAT {tax}; credit notes: base "
        "{credit_base}, VAT {credit_tax}."
    )
    for (region, field), rows in groupby(month.vat_return, key=attrgetter("key.region", "key.field")):
        own = [row.amounts for row in rows]
        if len(own) > 1:
            keys = ("base", "tax", "credit_base", "credit_tax")
            sums = {key: labels.money(sum(map(attrgetter(key), own), ZERO), EURO) for key in keys}
            yield rates.format(field=field, region=labels.region(region), **sums)
    negative = _("Field {field} of {region} is negative with its credit notes: {amount}.")
    together = _("Field {field} of {region} with its credit notes: {amount}.")
    credited = {row.key[:2] for row in month.vat_return if row.amounts.credit_base}
    for (region, field), amount in sum_fields(month, _UNTAXED).items():
        if amount < 0 or (region, field) in credited:
            form = negative if amount < 0 else together
            yield form.format(field=field, region=labels.region(region), amount=labels.money(amount, EURO))


def _money(key: str, labels: Labels) -> Column:
    return Column(key, labels.text(VAT[key][0]), Kind.MONEY, has_total=True)


def _list_field(row: ReturnRow) -> Row:
    key, (base, tax, credit_base, credit_tax) = row.key, _list_amounts(row.amounts)
    filed = (base, tax, row.tax_by_rate, row.difference, credit_base, credit_tax)
    return (key.region, key.field, row.tax_field, key.rate, *filed, row.amounts.documents, None)


def _list_outside(row: OutsideRow, account: AccountSummary, labels: Labels) -> Row:
    base, tax, credit_base, credit_tax = (
        _list_amounts(row.amounts) if row.key.currency == EURO else (None, None, None, None)
    )
    reason = explain_outside(row, account.period.last, labels)
    filed = (base, tax, None, None, credit_base, credit_tax)
    return (row.key.region, None, None, None, *filed, row.amounts.documents, reason)


def _list_amounts(amounts: FiledAmounts) -> tuple[Decimal, ...]:
    return (amounts.base, amounts.tax, amounts.credit_base, amounts.credit_tax)


def _list_notes(month: AccountMonth, labels: Labels) -> Iterable[str]:
    _ = labels.text
    if any(row.amounts.credit_tax for row in month.vat_return):
        yield _(
            "Credit notes stand apart: whether those with VAT lower fields 1 to 6 or go to field 40 is "
            "decided by hand. Debit notes stand with the invoices."
        )
    yield from note_annex(month, labels)
    if any(row.key.currency != EURO for row in month.outside):
        yield _("Amounts in other currencies are in no total: Portuguese VAT is due in euro.")
    yield from note_sums(month, labels)
