"""The summary workbook: the account's own sheets, and the clients' parts of them under each other."""

import datetime as dt
from dataclasses import replace

from reports.render.content import account_report, changes_report
from reports.render.content.account import AccountSummary
from reports.render.content.blocks import (
    Book,
    DataTab,
    Sheet,
)
from reports.render.content.client_report import period_text
from reports.render.content.labels import N_, Labels
from reports.render.xlsx.parts import ReadyTab, Shelf

WHOLE = 0
"""Stands for the account where parts of the summary go by a client's id; no client has it."""

_PER_CURRENCY = (("vat", N_("VAT")), ("documents", N_("Documents")), ("open", N_("Open documents")))


def build_summary_book(account: AccountSummary, shelf: Shelf, *, labels: Labels) -> Book:
    """The summary workbook, of what lies on the `shelf` of the clients that are ready, in their order."""
    _ = labels.text
    currencies = account_report.list_currencies(account)
    below = tuple(account_report.notes(account, labels))
    clients = account_report.build_clients_grid(account, labels)
    tabs: list[DataTab] = [DataTab(_("Clients"), clients, below, frozen=2)]
    for key, title in _PER_CURRENCY:
        for currency in currencies or [""]:
            name = f"{_(title)} {currency}" if len(currencies) > 1 else _(title)
            tabs.append(_join_grids(account, shelf, key, currency, name, labels))
    for key, title in (("not_counted", _("Not counted")), ("findings", _("Findings"))):
        tabs.append(_drop_totals(_join_grids(account, shelf, key, "", title, labels)))
    if compared := account.comparisons:
        tab = _drop_totals(_join_grids(account, shelf, "changes", "", _("Changes"), labels))
        empty = changes_report.format_no_change(compared, labels)
        below = tuple(changes_report.notes(compared, len(account.ready), labels))
        tabs.append(replace(tab, sheet=replace(tab.sheet, empty=empty), notes=below))
    period = period_text(account.period, labels)
    return Book(
        title=f"{account.name} · {period}",
        footer=f"{account.name} · {period}",
        author=account.issuer or "",
        language=labels.html_language,
        made_at=account.read_at or dt.datetime.combine(account.period.last, dt.time(), dt.UTC),
        tabs=tuple(tabs),
    )


def _join_grids(
    account: AccountSummary, shelf: Shelf, key: str, currency: str, title: str, labels: Labels
) -> ReadyTab:
    """The clients' grids under each other, totalled anew."""
    rows = shelf.joined((key, currency), [WHOLE, *(client.id for client in account.ready)])
    sheet = Sheet(
        key=f"{key}_{currency}",
        title=title,
        columns=rows.columns,
        rows=(),
        empty=labels.text("Nothing to list."),
        currency=currency or None,
        totals=rows.totals(labels.text("Total")) if len(rows) else None,
    )
    return ReadyTab(title, sheet, rows=rows)


def _drop_totals(tab: ReadyTab) -> ReadyTab:
    return replace(tab, sheet=replace(tab.sheet, totals=None))
