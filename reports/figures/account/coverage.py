"""Whether the account's month is whole, and why not."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from reports.figures.codes import STATUSES, TYPES, UNKNOWN_STATUS, UNKNOWN_TYPE
from reports.figures.filters import list_hidden
from reports.period import Period

NAMED_AT_MOST = 5


class Coverage(NamedTuple):
    """How much of the account the figures cover: how many clients it has, None where that is not known, how
    many of them have figures, and the names of those that failed, without figures or with earlier ones."""

    clients_of_account: int | None
    clients: int
    failed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


class AccountDocument(NamedTuple):
    """A document as the account's own list of documents has it."""

    id: int
    type: str
    status: str
    number: str | None
    date: dt.date
    client_id: int | None
    client_name: str | None


class Reading(NamedTuple):
    """What was asked for a client, and on which day."""

    filters: Mapping[str, Sequence[str]]
    read_on: dt.date


def find_forgotten(
    listed: Iterable[AccountDocument], read: Iterable[Iterable[int]], period: Period
) -> tuple[AccountDocument, ...]:
    """The counted documents of the period that the account lists and no reading has, by client and id.

    `read` are the ids of each client's documents of all dates.
    """
    forgotten = {one.id: one for one in listed if one.date in period and _is_counted(one)}
    for identities in read:
        for identity in forgotten.keys() & set(identities) if forgotten else ():
            del forgotten[identity]
    return tuple(sorted(forgotten.values(), key=lambda one: (one.client_name or "", one.id)))


def list_hiding(coverage: Coverage, readings: Sequence[Reading]) -> list[str]:
    """Sentences on what keeps documents of the account from being seen; empty where nothing does."""
    reasons = []
    if coverage.clients_of_account is None:
        reasons.append("How many clients the account has is not known.")
    elif (missing := coverage.clients_of_account - coverage.clients - len(coverage.failed)) > 0:
        reasons.append(f"Clients of the account that were not read: {missing}.")
    if coverage.failed:
        failed = _name(coverage.failed)
        reasons.append(f"Clients that failed, without figures here: {failed}.")
    if coverage.kept:
        kept = _name(coverage.kept)
        reasons.append(f"Clients with the figures of an earlier reading: {kept}.")
    filtered = sum(bool(list_hidden(reading.filters)) for reading in readings)
    if filtered:
        reasons.append(f"Clients of which a filter leaves out documents that count: {filtered}.")
    return reasons


def list_early(readings: Sequence[Reading], period: Period) -> list[str]:
    """A sentence on clients that were read before the period was over."""
    early = sum(reading.read_on <= period.last for reading in readings)
    return [f"Clients that were read before the period was over: {early}."] if early else []


def _is_counted(document: AccountDocument) -> bool:
    kind = TYPES.get(document.type, UNKNOWN_TYPE)
    return kind.sign != 0 and STATUSES.get(document.status, UNKNOWN_STATUS).is_counted


def _name(names: Sequence[str]) -> str:
    more = ", …" if len(names) > NAMED_AT_MOST else ""
    return f"{len(names)} ({', '.join(names[:NAMED_AT_MOST])}{more})"
