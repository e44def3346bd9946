"""The VAT return as the overview shows it: fields by region, what is in no field, and what both come to.

The rows are those of the summary's sheet. Amounts of other currencies stand apart, in sentences: no sum mixes
them with euro.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from operator import itemgetter

from reports.figures.account.account_month import AccountMonth
from reports.figures.currencies import EURO, currency_order
from reports.figures.vat.vat_rates import REGIONS
from reports.money import ZERO
from reports.render.content.account import AccountSummary
from reports.render.content.blocks import CurrencyAmount, Group, Row, Rows, Saying, Sheet, Value
from reports.render.content.filing.return_sheet import build_return_grid, note_annex, note_sums
from reports.render.content.labels import Labels

PLACE = ("field", "tax_field", "rate")
"""What is in no field has a reason in the place of these."""
SHOWN = (
    *PLACE,
    *("base_invoices", "tax_invoices", "tax_by_rate", "difference", "base_credit_notes", "tax_credit_notes"),
    "documents",
)


@dataclass(frozen=True)
class ReturnPage:
    """A group a region and one of what is in no field; `sayings` are its sum and what is not in euro."""

    sheet: Sheet
    sayings: tuple[Saying, ...]


def build_return_page(account: AccountSummary, labels: Labels) -> ReturnPage:
    """Of the account's month; no rows where it has no documents in euro."""
    whole = build_return_grid(account, labels)
    keys = [column.key for column in whole.columns]
    rows = [dict(zip(keys, row, strict=True)) for row in whole.rows]
    filed = [row for row in rows if row["field"] is not None]
    beside = [row for row in rows if row["field"] is None and row["base_invoices"] is not None]
    groups = [
        _group(_name_part(str(region), account.month, labels), own)
        for region, own in groupby(filed, key=itemgetter("region"))
    ]
    if beside:
        groups.append(_group(labels.text("In no field"), [_name_region(row, labels) for row in beside]))
    total = dict(zip(keys, whole.totals or (), strict=True)) | {"field": labels.text("Total in euro")}
    shown = Rows.from_rows([row for group in groups for row in group.rows], len(SHOWN))
    columns = tuple(whole.columns[keys.index(key)] for key in SHOWN)
    title, totals, month = whole.title, _list_shown(total) if groups else None, account.month
    sayings = [_join_notes(total, labels)] if groups else []
    sayings += [*_tell_currencies(month, labels), *map(Saying, note_annex(month, labels))]
    sayings += map(Saying, note_sums(month, labels))
    return ReturnPage(
        Sheet(whole.key, title, columns, shown, whole.empty, EURO, totals, tuple(groups)),
        tuple(sayings),
    )


def _name_part(region: str, month: AccountMonth, labels: Labels) -> str:
    """The region of fields; another than the seat's with the annex that they are declared in."""
    form = "{region}" if region == month.region else labels.text("{region} – annex R")
    return form.format(region=labels.region(region))


def _name_region(row: Mapping[str, Value], labels: Labels) -> Mapping[str, Value]:
    """A row of no field with the Portuguese region in its reason: its group is not a region's."""
    if row["region"] not in REGIONS:
        return row
    return {**row, "reason": f"{row['reason']} ({labels.region(str(row['region']))})"}


def _group(title: str, rows: Iterable[Mapping[str, Value]]) -> Group:
    return Group(title, Rows.from_rows(map(_list_shown, rows), len(SHOWN)), ())


def _list_shown(row: Mapping[str, Value]) -> Row:
    """The values of a row, the reason in the place of a field where it has none."""
    return (row["field"] or row["reason"], *(row[key] for key in SHOWN[1:]))


def _join_notes(total: Mapping[str, Value], labels: Labels) -> Saying:
    """The account's own net and VAT in euro."""
    return Saying(
        labels.text("Invoices and credit notes together, in euro: base {base}, VAT {tax}."),
        {
            "base": CurrencyAmount(_add(total["base_invoices"], total["base_credit_notes"]), EURO),
            "tax": CurrencyAmount(_add(total["tax_invoices"], total["tax_credit_notes"]), EURO),
        },
    )


def _add(*amounts: Value) -> Decimal:
    return sum((amount for amount in amounts if isinstance(amount, Decimal)), ZERO)


def _tell_currencies(month: AccountMonth, labels: Labels) -> Iterable[Saying]:
    form = labels.text(
        "To be decided by hand, in {currency}: base {base}, VAT {tax}; to be declared in euro."
    )
    for currency in sorted({row.key.currency for row in month.outside} - {EURO}, key=currency_order):
        own = [row.amounts for row in month.outside if row.key.currency == currency]
        base, tax = sum((one.net for one in own), ZERO), sum((one.vat for one in own), ZERO)
        yield Saying(
            form,
            {
                "currency": currency,
                "base": CurrencyAmount(base, currency),
                "tax": CurrencyAmount(tax, currency),
            },
        )
