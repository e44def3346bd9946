"""The sheets that help with further forms: recapitulative statement, OSS, and the account's series.

Amounts are in euro.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from reports.figures.account.oss import OssCorrection, OssRow
from reports.figures.account.recapitulative import RecapitulativeRow
from reports.figures.account.vat_return import FIELD_7
from reports.figures.currencies import EURO
from reports.figures.vat.regions import OSS
from reports.money import ZERO
from reports.render.content.account import AccountSummary
from reports.render.content.blocks import Column, DataTab, Kind, Row, Rows, Sheet, totals_of
from reports.render.content.filing.filing_tab import build_filing_tab, name_support
from reports.render.content.filing.return_sheet import sum_fields
from reports.render.content.filing.words import (
    describe_supply,
    format_numbers,
    format_quarter,
)
from reports.render.content.labels import Labels


def build_recapitulative_tab(account: AccountSummary, labels: Labels) -> DataTab | None:
    """What field 7 is made of, by the client's VAT number and kind."""
    _, lines = labels.text, account.month.recapitulative
    names = account.names
    columns = (
        Column("country", _("Country"), Kind.TEXT),
        Column("vat_number", _("VAT number"), Kind.TEXT),
        Column("code", _("Kind"), Kind.TEXT),
        Column("amount", _("Amount"), Kind.MONEY, has_total=True),
        Column("whole_euros", _("Whole euros"), Kind.INTEGER, has_total=True),
        Column("documents", _("Documents"), Kind.INTEGER),
        Column("clients", _("Client"), Kind.LONG_TEXT),
    )
    rows = Rows.from_items(
        columns,
        lines,
        code=lambda line: describe_supply(line.code, labels),
        documents=lambda line: len(line.documents),
        clients=lambda line: ", ".join(names[client] for client in line.clients),
    )
    sheet = _build_sheet("recapitulative", name_support(_("Recapitulative"), labels), columns, rows, labels)
    return build_filing_tab(account, sheet, _note_recapitulative(account, lines, labels), labels)


def build_oss_tab(account: AccountSummary, labels: Labels) -> DataTab | None:
    """Sales of the OSS by country and rate, then the corrections by country and quarter."""
    _, filed = labels.text, account.month.oss
    columns = (
        Column("country", _("Country"), Kind.TEXT),
        Column("name", _("Country name"), Kind.TEXT),
        Column("quarter", _("Corrected quarter"), Kind.TEXT),
        Column("rate", _("Rate"), Kind.PERCENT),
        Column("base", _("Base"), Kind.MONEY, has_total=True),
        Column("tax", _("VAT"), Kind.MONEY, has_total=True),
    )
    values = [_list_oss(row, labels) for part in (filed.rows, filed.corrections) for row in part]
    rows = Rows.from_rows(values, len(columns))
    sheet = _build_sheet("oss", name_support(labels.scheme(OSS), labels), columns, rows, labels)
    notes = [
        _("Only where the business is registered for the OSS."),
        _(
            "The return is of a whole quarter: its months are added. Corrections are credit notes on "
            "earlier quarters."
        ),
    ]
    if filed.unnamed:
        unnamed = _("Credit notes that name no document of the account, taken by their own date: {count}.")
        notes.append(unnamed.format(count=filed.unnamed))
    return build_filing_tab(account, sheet, notes, labels)


def build_series_tab(account: AccountSummary, labels: Labels) -> DataTab | None:
    """The series of documents: how far each goes, which numbers the period lacks, which go back in time."""
    _ = labels.text
    columns = (
        Column("type", _("Type"), Kind.TEXT),
        Column("series", _("Series"), Kind.TEXT),
        Column("first", _("First number"), Kind.INTEGER),
        Column("last", _("Last number"), Kind.INTEGER),
        Column("documents", _("Documents"), Kind.INTEGER, has_total=True),
        Column("missing", _("Missing in the period"), Kind.LONG_TEXT),
        Column("backwards", _("Dated backwards"), Kind.LONG_TEXT),
    )
    rows = Rows.from_items(
        columns,
        account.month.series,
        type=lambda row: labels.type(row.type),
        missing=lambda row: _list_numbers(row.missing, labels),
        backwards=lambda row: _list_numbers(row.backwards, labels),
    )
    sheet = _build_sheet("series", _("Series"), columns, rows, labels)
    notes = [
        _("Missing: no document bears the number, not even a cancelled one."),
        _("Dated backwards: a document of a lower number is dated later."),
    ]
    if any(row.missing is None for row in account.month.series):
        notes.append(_("Not known: not every document of the account was read, or the series began anew."))
    return build_filing_tab(account, sheet, notes, labels)


def _note_recapitulative(
    account: AccountSummary, lines: Iterable[RecapitulativeRow], labels: Labels
) -> Iterable[str]:
    _, lines = labels.text, list(lines)
    filed = sum(sum_fields(account.month, (FIELD_7,)).values(), ZERO)
    told = _(
        "The sum of these lines is field 7 with its credit notes, {amount}; the statement is in whole euros."
    )
    yield told.format(amount=labels.money(filed, EURO))
    by_kind: dict[str, int] = defaultdict(int)
    for line in lines:
        by_kind[line.code] += line.whole_euros
    kinds = [f"{describe_supply(code, labels)}: {labels.number(by_kind[code])}" for code in sorted(by_kind)]
    yield _("By kind, in whole euros: {list}.").format(list="; ".join(kinds))
    if count := sum(line.vat_number is None for line in lines):
        yield _("Lines without a valid VAT number of another country of the EU: {count}.").format(count=count)
    if count := sum(line.amount < 0 for line in lines):
        negative = _("Negative lines: {count}; an earlier statement may have to be replaced instead.")
        yield negative.format(count=count)


def _list_oss(row: OssRow | OssCorrection, labels: Labels) -> Row:
    """A row of the quarter has a rate, a correction its quarter."""
    where = (row.country, labels.region(row.country))
    if isinstance(row, OssCorrection):
        return (*where, format_quarter(row.quarter, labels), None, row.base, row.tax)
    return (*where, None, row.rate, row.base, row.tax)


def _list_numbers(numbers: Sequence[int] | None, labels: Labels) -> str:
    if numbers is None:
        return labels.text("not known")
    return format_numbers(numbers) or labels.text("none")


def _build_sheet(key: str, title: str, columns: tuple[Column, ...], rows: Rows, labels: Labels) -> Sheet:
    totals = totals_of(columns, rows, labels.text("Total"))
    return Sheet(key, title, columns, rows, labels.text("Nothing to list."), EURO, totals)
