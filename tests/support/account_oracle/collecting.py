"""Who owes what, and this period beside that of the year before: both on paper only, not in run.json."""

import calendar
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tests.support import oracle
from tests.support.account_oracle.account import Account, AccountDocument
from tests.support.tie.values import read_text


class Debt(NamedTuple):
    """What a client owes in a currency on the day of reading. `oldest_due` leaves credits out."""

    client_id: int
    currency: str
    buckets: Mapping[str, Decimal]
    oldest_due: date | None
    email: str
    phone: str
    payment_references: tuple[str, ...]


class Turnover(NamedTuple):
    """What was issued between two days, both included."""

    net: Decimal
    tax: Decimal
    documents: int


Span = tuple[date, date]
Scope = tuple[int | None, str]
"""A client, None for the account, and a currency."""


def list_debts(account: Account) -> list[Debt]:
    """Lists what is open, by client and currency."""
    found: dict[tuple[int, str], list[AccountDocument]] = defaultdict(list)
    for one in account.documents:
        if one.document.is_open:
            found[one.client_id, one.document.currency].append(one)
    return [
        Debt(
            client_id,
            currency,
            oracle.ageing([one.document for one in own], account.raw.read_on),
            min((one.document.due_date or one.day for one in own if one.document.payable >= 0), default=None),
            _find_contact(account, client_id, "email"),
            _find_contact(account, client_id, "phone"),
            tuple(one.payment_reference for one in own if one.payment_reference),
        )
        for (client_id, currency), own in sorted(found.items())
    ]


def list_spans(first: date, last: date) -> tuple[Span, Span, Span, Span]:
    """Lists the period and its year to date, each followed by the same a year earlier."""
    spans = ((first, last), (date(last.year, 1, 1), last))
    period, year = (((start, end), (_move_back(start), _move_back(end))) for start, end in spans)
    return *period, *year


def add_turnover(account: Account, span: Span) -> dict[Scope, Turnover]:
    """Adds the counted documents of a span, for the account and for each client, by currency."""
    found: dict[Scope, list[AccountDocument]] = defaultdict(list)
    for one in account.counted(*span):
        found[None, one.document.currency].append(one)
        found[one.client_id, one.document.currency].append(one)
    totals = {scope: oracle.totals(one.document for one in own) for scope, own in found.items()}
    return {scope: Turnover(own.net, own.tax, own.documents) for scope, own in totals.items()}


def _move_back(day: date) -> date:
    """The same day a year earlier; a month's last day stays one."""
    length = calendar.monthrange(day.year - 1, day.month)[1]
    is_last = day.day == calendar.monthrange(day.year, day.month)[1]
    return date(day.year - 1, day.month, length if is_last else min(day.day, length))


def _find_contact(account: Account, client_id: int, name: str) -> str:
    """Finds a client's mail or phone: by the account's list, else by its newest snapshot."""
    listed = read_text(account.clients.get(client_id, {}).get(name))
    snapshots = (getattr(one, name) for one in account.of_client(client_id))
    return listed or next(filter(None, snapshots), "")
