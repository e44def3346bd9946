"""The summary workbook: the account's month, then the clients' parts of each sheet under each other."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain

from reports.render.content import account_report, changes_report
from reports.render.content.account import AccountSummary
from reports.render.content.blocks import (
    Book,
    Column,
    DataTab,
    Grids,
    Rows,
    Sheet,
    only,
    totals_of,
)
from reports.render.content.client_report import period_text
from reports.render.content.filing.filing_tab import name_currency
from reports.render.content.filing.month_tabs import build_month_tabs
from reports.render.content.labels import N_, Labels

_PER_CURRENCY = (("vat", N_("VAT")), ("documents", N_("Documents")), ("open", N_("Open documents")))


def build_summary_book(account: AccountSummary, clients: Mapping[int, Grids], *, labels: Labels) -> Book:
    """The summary workbook, of the grids of the clients that are covered, by id, in the account's order.

    A client of whom an earlier reading is shown may lack them: the first sheet has its totals, and says so.
    """
    _ = labels.text
    currencies = account_report.list_currencies(account)
    covered = [line for line in account.covered if line.id in clients]
    kept = tuple(account_report.note_kept(account, labels))
    below = (*account_report.notes(account, labels), *_note_missing(account, clients, labels))
    grids = [account_report.account_grids(account, labels), *(clients[line.id] for line in covered)]
    tabs = [*build_month_tabs(account, labels)]
    tabs.append(DataTab(_("Clients"), account_report.build_clients_grid(account, labels), below, frozen=2))
    for key, title in _PER_CURRENCY:
        for currency in currencies or [""]:
            name = name_currency(_(title), currency, currencies)
            joined = _join_grids(grids, key, currency, name, labels)
            total = totals_of(joined.columns, joined.rows, _("Total")) if joined.rows else None
            tabs.append(DataTab(name, replace(joined, totals=total), kept))
    for key, title in (("not_counted", _("Not counted")), ("findings", _("Findings"))):
        tabs.append(DataTab(title, _join_grids(grids, key, "", title, labels), kept))
    if compared := account.comparisons:
        sheet = _join_grids(grids, "changes", "", _("Changes"), labels)
        sheet = replace(sheet, empty=changes_report.format_no_change(compared, labels))
        below = tuple(changes_report.notes(compared, len(account.covered), labels))
        tabs.append(DataTab(sheet.title, sheet, below))
    period = period_text(account.period, labels)
    return Book(
        title=f"{account.name} · {period}",
        footer=f"{account.name} · {period}",
        author=account.issuer or "",
        language=labels.html_language,
        made_at=account.read_at or dt.datetime.combine(account.period.last, dt.time(), dt.UTC),
        tabs=tuple(tabs),
    )


def _note_missing(account: AccountSummary, clients: Mapping[int, Grids], labels: Labels) -> list[str]:
    """Of whom the totals alone are there; empty where there is nobody."""
    names = [line.name for line in account.kept if line.id not in clients]
    sentence = labels.text("Only the totals of these clients are here, and none of their documents: {list}.")
    return [sentence.format(list=", ".join(names))] if names else []


def _join_grids(clients: Sequence[Grids], key: str, currency: str, title: str, labels: Labels) -> Sheet:
    """The clients' grids under each other, without a total."""
    sheets = [grids[key, currency] for grids in clients if (key, currency) in grids]
    values = zip(*(sheet.rows.columns for sheet in sheets), strict=True)
    rows = Rows([list(chain.from_iterable(parts)) for parts in values])
    empty = labels.text("Nothing to list.")
    return Sheet(f"{key}_{currency}", title, _join_columns(sheets), rows, empty, currency or None)


def _join_columns(sheets: Sequence[Sheet]) -> tuple[Column, ...]:
    """The sheets' columns; hidden only where every sheet hides them, in a currency only where all agree."""
    several = dict.fromkeys(sheet.columns for sheet in sheets)
    return tuple(
        replace(
            same[0],
            is_hidden=all(column.is_hidden for column in same),
            currency=only({column.currency for column in same}),
        )
        for same in zip(*several, strict=True)
    )
