"""Checks of the account as a whole: silence is no success.

A client that is gone, a list that is suddenly empty, an account without any document, a period that has not
begun: each would otherwise end like a month in which nothing happened.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from reports.figures.checks.finding import Finding
from reports.period import Period

CLIENT_GONE, CLIENTS_GONE = "CLIENT-GONE", "CLIENTS-GONE"
ACCOUNT_EMPTY, PERIOD_NOT_BEGUN = "ACCOUNT-EMPTY", "PERIOD-NOT-BEGUN"


class KnownClient(NamedTuple):
    """A client as an earlier run had it, with how many documents of any date it had."""

    name: str
    documents: int
    fiscal_id: str | None = None


class ClientFinding(NamedTuple):
    """A finding of the account; `client_id` is None where it is about no single client."""

    finding: Finding
    client_id: int | None = None


def check_clients(listed: Sequence[int], known: Mapping[int, KnownClient]) -> Iterator[ClientFinding]:
    """Clients that had documents and are not in the account's list any more."""
    gone = {client_id: client for client_id, client in known.items() if client_id not in {*listed}}
    if gone and not listed:
        yield ClientFinding(Finding(CLIENTS_GONE, expected=str(len(known)), found="0"))
        return
    for client_id, client in gone.items():
        finding = Finding(CLIENT_GONE, number=client.name, expected=str(client.documents), found="0")
        yield ClientFinding(finding, client_id)


def check_documents(
    read: Sequence[int], known: Mapping[int, KnownClient], *, is_everybody: bool
) -> Iterator[ClientFinding]:
    """`read` is how many documents of any date each client has; `is_everybody`: each client of the account.

    Clients that somebody listed may all be new ones.
    """
    before = sum(client.documents for client in known.values())
    if read and not any(read) and (is_everybody or before):
        yield ClientFinding(Finding(ACCOUNT_EMPTY, expected=str(before), found="0"))


def check_period(period: Period, today: dt.date) -> Iterator[ClientFinding]:
    """A period that begins after `today`, the business's own day."""
    if today < period.first:
        expected, found = period.first.isoformat(), today.isoformat()
        yield ClientFinding(Finding(PERIOD_NOT_BEGUN, expected=expected, found=found))


def parse_findings(recorded: Sequence[Mapping[str, Any]]) -> list[ClientFinding]:
    """Those of the account as a whole among its findings in a run record."""
    codes = (CLIENT_GONE, CLIENTS_GONE, ACCOUNT_EMPTY, PERIOD_NOT_BEGUN)
    return [
        ClientFinding(
            Finding(one["code"], number=one["number"], expected=one["expected"], found=one["found"]),
            one["client"],
        )
        for one in recorded
        if one.get("code") in codes
    ]


def is_silence(finding: Finding) -> bool:
    """Whether it says that there was nothing to report on, where there had been something."""
    return finding.code == CLIENTS_GONE or (finding.code == ACCOUNT_EMPTY and finding.expected != "0")
