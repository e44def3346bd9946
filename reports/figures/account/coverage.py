"""Whether the account's month is whole, and why not."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from reports.figures.codes import CANCELLED, NEVER_ISSUED, find_type
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
    """The sales of the period that the account lists and no reading has, by client and id; drafts are none.

    `read` are the ids of each client's documents of all dates.
    """
    forgotten = {one.id: one for one in listed if one.date in period and _is_issued_sale(one)}
    for identities in read:
        for identity in forgotten.keys() & set(identities) if forgotten else ():
            del forgotten[identity]
    return tuple(sorted(forgotten.values(), key=lambda one: (one.client_name or "", one.id)))


def list_hiding(coverage: Coverage, readings: Sequence[Reading], *, is_listed: bool) -> list[str]:
    """Sentences on what keeps documents of the account from being seen; empty where nothing does.

    `is_listed`: the account's own list of documents is there, and would show those of clients nobody knows.
    """
    reasons = []
    if coverage.clients_of_account is None:
        if not is_listed:
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


def knows_all_numbers(coverage: Coverage, readings: Sequence[Reading]) -> bool:
    """Whether every number of the account's series was seen: cancelled documents bear theirs too."""
    statuses = [reading.filters.get("status", ()) for reading in readings]
    is_complete = all(CANCELLED in own for own in statuses if own)
    return (
        is_complete
        and coverage.clients_of_account is not None
        and not list_hiding(coverage, readings, is_listed=True)
    )


def list_early(readings: Sequence[Reading], period: Period) -> list[str]:
    """A sentence on clients that were read before the period was over."""
    early = sum(reading.read_on <= period.last for reading in readings)
    return [f"Clients that were read before the period was over: {early}."] if early else []


def _is_issued_sale(document: AccountDocument) -> bool:
    return find_type(document.type).sign != 0 and document.status not in NEVER_ISSUED


def _name(names: Sequence[str]) -> str:
    more = ", …" if len(names) > NAMED_AT_MOST else ""
    return f"{len(names)} ({', '.join(names[:NAMED_AT_MOST])}{more})"
