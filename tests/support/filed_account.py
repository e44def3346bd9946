"""An account as overview and summary are given it, of clients' documents, with its month."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from reports.figures.account.client_month import ClientMonth, FiledClient
from reports.figures.vat.taxes import KnownTax
from reports.render.content.account import READY, AccountSummary, ClientLine
from reports.render.content.blocks import Sheet, Value
from reports.sandbox.documents import Raw
from tests.support.filed import build_account_month, build_month
from tests.support.papers import OCTOBER

TAXES = {"2001": KnownTax("France", Decimal(20)), "1601": KnownTax("PT-AC", Decimal(16))}
"""Of the account: by `vat("20")` and `vat("16")` their regions are known."""

SPAIN: Raw = {"id": 11, "name": "Ejemplo, S.L.", "country": "Spain", "fiscal_id": "ESB12345674"}


def build_account(*papers: Raw, **changes: Any) -> AccountSummary:
    """An account of one client; `changes` are of its month."""
    return join_months(build_month(*papers, taxes=TAXES), **changes)


def build_accounts(clients: Mapping[str, Sequence[Raw]], **changes: Any) -> AccountSummary:
    """An account of these clients by name."""
    months = [
        build_month(*papers, client=FiledClient(identity, name, None))
        for identity, (name, papers) in enumerate(clients.items(), start=1)
    ]
    return join_months(*months, names=tuple(clients), **changes)


def join_months(*months: ClientMonth, names: Sequence[str] = ("Ana, Lda",), **changes: Any) -> AccountSummary:
    """The account of the clients with these months."""
    lines = [ClientLine(own.client, name, None, READY) for own, name in zip(months, names, strict=True)]
    month = replace(build_account_month(*months), is_listed=True)
    return AccountSummary(
        "conta", "Exemplo", OCTOBER, tuple(lines), len(lines), {}, replace(month, **changes)
    )


def list_column(sheet: Sheet, key: str) -> list[Value]:
    """The values of a column."""
    return list(sheet.rows.columns[[column.key for column in sheet.columns].index(key)])


def read_total(sheet: Sheet, key: str) -> Value:
    """The total of a column."""
    assert sheet.totals
    return sheet.totals[[column.key for column in sheet.columns].index(key)]
