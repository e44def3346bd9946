"""The sheet that helps with field 40: credit notes by region and tax number, as its annex asks for them.

A region other than the seat's has an annex R, with a field 40 of its own. Amounts are positive, in euro.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import groupby

from reports.figures.account.account_month import AccountMonth
from reports.figures.account.field_40 import CreditedVat
from reports.figures.currencies import EURO
from reports.figures.vat.vat_rates import REGIONS
from reports.money import ZERO
from reports.render.content.account import AccountSummary
from reports.render.content.blocks import (
    Column,
    CurrencyAmount,
    DataTab,
    Kind,
    Row,
    Rows,
    Saying,
    Sheet,
    totals_of,
)
from reports.render.content.filing.filing_tab import build_filing_tab, name_support
from reports.render.content.filing.return_sheet import TITLE as RETURN_TITLE
from reports.render.content.filing.words import write_saying
from reports.render.content.labels import Labels


def build_field_40_tab(account: AccountSummary, labels: Labels) -> DataTab | None:
    """Each credit note's taxed Portuguese lines; the last line of a tax number has the number's sums."""
    _, month = labels.text, account.month
    columns = (
        Column("name", _("Client"), Kind.LONG_TEXT),
        # Between texts: LibreOffice prints ### into an empty cell beside a hidden number.
        Column("document", _("Document id"), Kind.INTEGER, is_hidden=True),
        Column("fiscal_id", _("NIF"), Kind.TEXT),
        Column("number", _("Number"), Kind.TEXT),
        Column("date", _("Date"), Kind.DATE),
        Column("region", _("Region"), Kind.TEXT),
        Column("rate", _("Rate"), Kind.PERCENT),
        Column("base", _("Base"), Kind.MONEY, has_total=True),
        Column("tax", _("VAT"), Kind.MONEY, has_total=True),
        Column("base_of_fiscal_id", _("Base of the NIF"), Kind.MONEY, has_total=True),
        Column("tax_of_fiscal_id", _("VAT of the NIF"), Kind.MONEY, has_total=True),
    )
    rows = Rows.from_rows(list(_list_rows(month.field_40, labels)), len(columns))
    totals = totals_of(columns, rows, _("Total"))
    title, empty = name_support(_("Field 40"), labels), _("Nothing to list.")
    sheet = Sheet("field_40", title, columns, rows, empty, EURO, totals)
    once = _("The same credit notes stand on the sheet {sheet}: one of the two is used, not both.")
    notes = [write_saying(saying, labels) for saying in tell_regions(month, labels)]
    return build_filing_tab(account, sheet, [*notes, once.format(sheet=_(RETURN_TITLE))], labels)


def tell_regions(month: AccountMonth, labels: Labels) -> Iterator[Saying]:
    """What each region's field 40 comes to: the seat's in the return, another region's in its annex R."""
    seat = labels.text("Field 40, {region}: VAT {tax}, base {base}.")
    annex = labels.text("Field 40 of annex R, {region}: VAT {tax}, base {base}.")
    for region in REGIONS:
        if credited := [one for one in month.field_40 if one.region == region]:
            base, tax = (CurrencyAmount(amount, EURO) for amount in _add(credited))
            form = seat if region == month.region else annex
            yield Saying(form, {"region": labels.region(region), "tax": tax, "base": base})


def _list_rows(credited: Iterable[CreditedVat], labels: Labels) -> Iterator[Row]:
    """By region, then tax number, those without one last; within a number as they come."""
    credited = sorted(credited, key=_order)
    for _, own in groupby(credited, key=_order):
        *others, last = own
        for one in others:
            yield _list_row(one, (None, None), labels)
        yield _list_row(last, _add([*others, last]), labels)


def _order(one: CreditedVat) -> tuple[int, bool, str]:
    return (REGIONS.index(one.region), one.fiscal_id is None, one.fiscal_id or "")


def _list_row(one: CreditedVat, sums: tuple[Decimal | None, Decimal | None], labels: Labels) -> Row:
    about = (one.name, one.document, labels.fiscal_id(one.fiscal_id), one.number, one.date)
    return (*about, one.region, one.rate, one.base, one.tax, *sums)


def _add(credited: Iterable[CreditedVat]) -> tuple[Decimal, Decimal]:
    """Base and VAT."""
    credited = list(credited)
    return sum((one.base for one in credited), ZERO), sum((one.tax for one in credited), ZERO)
