"""Accounts of one client in October, small enough to be read in a test; entries are as replies have them."""

from datetime import date
from typing import Any

from tests.support.account_oracle.account import RawAccount
from tests.support.account_oracle.month import account_month_of

FIRST, LAST, READ_ON = date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 2)
ANA = 7


def make_month(*entries: dict[str, Any], taxes: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    """Works out October of an account of one client."""
    month: dict[str, Any] = account_month_of(make_account([*entries], taxes=taxes))["account_month"]
    return month


def make_account(
    entries: list[dict[str, Any]],
    *,
    taxes: list[dict[str, Any]] | None = None,
    listed: dict[str, Any] | None = None,
) -> RawAccount:
    """Makes an account of one client, all of which was read after October."""
    clients = [{"id": ANA, "name": "Ana", **(listed or {})}]
    rows = [{"id": 723, "name": "IVA23", "value": 23, "region": "PT"}] if taxes is None else taxes
    return RawAccount({ANA: entries}, clients, rows, FIRST, LAST, READ_ON)
