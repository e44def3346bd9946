"""What must hold when a run with faults in it is over: whatever happened, and for each client that was hit.

Figures are held against `oracle`, which works them out from the account's own documents and knows nothing of
the package. What is wrong is told in sentences; none when all is right.
"""

import copy
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from tests.support.advice import has_advice
from tests.support.faults.api import Hit
from tests.support.faults.kinds import (
    AGAIN,
    FAIL,
    FIRST,
    FLAG,
    LAST,
    MIDDLE,
    ONLY,
    PERIOD,
    RECOVER,
    TOLERATE,
    WHOLE_LIST,
    Outcome,
)
from tests.support.faults.paging import UNSETTLED, UNTRUE
from tests.support.faults.scene import Played
from tests.support.leaks import places_of
from tests.support.tie import raw
from tests.support.tie.compared import record_differences

MOST_REQUESTS = 75
"""Of one client: three readings of three pages and page 1 again, five tries each, and what is optional."""

DEADLINE_SECONDS = 90 * 60
PAGES_BEFORE = {FIRST: 0, MIDDLE: 1, LAST: 2, ONLY: 0}
LEFTOVER = re.compile(r"\.tmp|\.old|\.staged|(^|/)pages")

Wrong = dict[str, list[str]]
"""Sentences by what they are about, so that they can be counted: `totals`, `traceback`, `key` and others."""


def complaints(played: Played) -> list[str]:
    """Everything that is wrong with a run, as sentences."""
    return [f"{about}: {sentence}" for about, said in judged(played).items() for sentence in said]


def judged(played: Played) -> Wrong:
    """Everything that is wrong with a run, sorted by what it is about."""
    text = f"{played.said.out}{played.said.err}{played.log}"
    wrong: Wrong = {
        "traceback": [
            line for line in text.splitlines() if "Traceback" in line or "stopped by a bug" in line
        ],
        "key": places_of(played.key, played.folder, played.said.out, played.said.err),
        "another host": [f"asked {played.asked_elsewhere} times"] * bool(played.asked_elsewhere),
        "too early": [str(one) for one in played.early],
        "leftovers": [path for path in played.after if LEFTOVER.search(path)],
        "bounds": list(_beyond(played)),
        "totals": [sentence for client in played.clients for sentence in _figures(played, client)],
        "kept": [sentence for client in played.clients for sentence in _kept(played, client)],
        "stale": list(_stale(played)),
        "outcome": [sentence for hit in played.hits for sentence in _outcome(played, hit)],
        "others": list(_others(played)),
        "exit code": list(_exit_code(played)),
    }
    return {about: said for about, said in wrong.items() if said}


def seen(played: Played, client: int) -> Outcome:
    """How a client ended."""
    entry = _entry(played, client)
    if entry["state"] == "failed":
        return FAIL
    if any(finding["level"] == "warning" for finding in entry["findings"]):
        return FLAG
    return RECOVER if entry["requests"] > _needed(played, client) else TOLERATE


def _entry(played: Played, client: int) -> dict[str, Any]:
    entry: dict[str, Any] = next(one for one in played.record["clients"] if one["id"] == client)
    return entry


def _needed(played: Played, client: int) -> int:
    pages = -(-len(played.account.documents[client]) // played.per_page)
    return pages + (pages > 1)


def _figures(played: Played, client: int) -> Iterator[str]:
    """The record of a client that is ready, and the totals on its statement."""
    entry = _entry(played, client)
    if entry["state"] != "ready":
        return
    truth = _truth(played, client)
    if any(hit.client == client and hit.kind.is_mended_by_size(hit.place) for hit in played.hits):
        # How many pages were read is a matter of the sizes that were asked for.
        truth = replace(truth, pages=entry["pages"])
    yield from (f"client {client}: {one}" for one in record_differences(truth, entry))
    page = next(
        played.after[file["path"]] for file in entry["files"] if file["path"].endswith(".html")
    ).decode()
    for total in entry["totals"]:
        for name in ("net", "tax", "gross", "payable", "open"):
            if not re.search(rf'<data( class="[a-z ]+")? value="{total[name]}"', page):
                yield f"client {client}: the statement lacks the {name} amount {total[name]}"


def _truth(played: Played, client: int) -> raw.Client:
    """What the account has of a client; a document that was altered is what it honestly says."""
    documents = copy.deepcopy(played.account.documents[client])
    for hit in played.hits:
        ended = hit.kind.outcome(hit.place, is_lasting=hit.misses is None)
        is_reported = hit.place != AGAIN and ended in (FLAG, TOLERATE)
        if hit.client == client and hit.kind.means and is_reported:
            hit.kind.means(documents[PAGES_BEFORE[hit.place] * played.per_page])
    pages = -(-len(documents) // played.per_page)
    known = raw.Known(raw.read_taxes(played.account.taxes))
    return raw.Client(client, f"{client}", pages, raw.read_documents(documents, known))


def _kept(played: Played, client: int) -> Iterator[str]:
    """A client that failed has published nothing new, and keeps what it had, byte for byte.

    Its archive too, unless everything was read: what cannot be reported is kept all the same.
    """
    entry = _entry(played, client)
    if entry["state"] == "failed":
        was_read = all(hit.kind.is_value for hit in played.hits if hit.client == client)
        own = re.compile(rf"[^/]*-{client}(/|$)" + (rf"|source/{client}\." if not was_read else ""))
        before, after = (
            {path: data for path, data in files.items() if own.match(path)}
            for files in (played.before, played.after)
        )
        if before != after:
            yield f"client {client} failed, and its files are not those it had"
        earlier = next(one for one in json.loads(played.before["run.json"])["clients"] if one["id"] == client)
        is_kept = all(entry[key] == earlier[key] for key in ("files", "totals", "vat", "documents_counted"))
        if not is_kept or entry["kept_from"] != earlier["read_at"]:
            yield f"client {client} failed, and its entry does not say what it keeps"


def _stale(played: Played) -> Iterator[str]:
    """Where the account's list of documents was asked for, the one of the run before is not in its place."""
    path = "source/documents.jsonl.gz"
    was_asked = any(asked.place == PERIOD for asked in played.asked)
    if was_asked and played.before[path] == played.after.get(path):
        yield f"{path} is that of the run before"


def _outcome(played: Played, hit: Hit) -> Iterator[str]:
    name = (
        f"{hit.kind.group} - {hit.kind.name} ({hit.place}, {'lasting' if hit.misses is None else 'passing'})"
    )
    wanted = hit.kind.outcome(hit.place, is_lasting=hit.misses is None)
    if not played.times_hit.get(hit):
        yield f"{name}: nothing was hit"
    if hit.client is None:
        return
    entry, ended = _entry(played, hit.client), seen(played, hit.client)
    is_alike = {ended, wanted} == {RECOVER, TOLERATE} and TOLERATE in (wanted, hit.kind.lasting)
    if ended != wanted and not is_alike:
        yield f"{name}: {ended}, not {wanted}: {entry['reason'] or entry['findings']}"
    elif wanted == FAIL and (words := _words(hit)) not in entry["reason"]:
        yield f"{name}: the reason does not say {words!r}: {entry['reason']}"
    elif wanted == FAIL and not has_advice(entry["reason"]):
        yield f"{name}: the reason does not say what to do: {entry['reason']}"
    elif wanted in (FLAG, TOLERATE) and hit.kind.is_value and hit.kind.says:
        number = played.account.documents[hit.client][PAGES_BEFORE[hit.place] * played.per_page]["id"]
        found = {(finding["code"], finding["document"]) for finding in entry["findings"]}
        if (hit.kind.says, number) not in found:
            yield f"{name}: no {hit.kind.says} for {number}, but {found}"
    elif wanted == ended == RECOVER and not re.search(
        rf"client {hit.client}\b.*(; try \d|read again)", played.log
    ):
        yield f"{name}: the log does not tell of it"


def _words(hit: Hit) -> str:
    """What the reason has to say. A value that changes when its page is read again is a list that moves."""
    if hit.place in hit.kind.untrue:
        return UNTRUE
    return (
        UNSETTLED if hit.kind.is_value and hit.place == AGAIN and hit.kind.passing != FAIL else hit.kind.says
    )


def _others(played: Played) -> Iterator[str]:
    """Clients that were not hit are done, unless the account as a whole was."""
    whole = [hit for hit in played.hits if hit.kind.ends_account(hit.place) or hit.place in WHOLE_LIST]
    must_fail = any(
        hit.place in WHOLE_LIST and hit.kind.outcome(hit.place, is_lasting=hit.misses is None) == FAIL
        for hit in whole
    )
    for client in {*played.clients} - {hit.client for hit in played.hits}:
        state = _entry(played, client)["state"]
        if must_fail and state != "failed":
            yield f"client {client} is {state} without a list of clients"
        if not must_fail and state != "ready" and not any(hit.kind.ends_account(hit.place) for hit in whole):
            yield f"client {client} was not hit, and is {state}: {_entry(played, client)['reason']}"
        if state == "ready" and seen(played, client) == FLAG:
            yield f"client {client} was not hit, and has warnings"


def _exit_code(played: Played) -> Iterator[str]:
    ended = [seen(played, client) for client in played.clients]
    given = [
        hit.kind.exit_code for hit in played.hits if hit.kind.exit_code and hit.kind.ends_account(hit.place)
    ]
    mixed = 3 if FAIL in ended else 6 if FLAG in ended else 0
    wanted = given[0] if given else 4 if {*ended} == {FAIL} else mixed
    if played.said.code != wanted or played.record["exit_code"] != wanted:
        yield f"{played.said.code}, not {wanted}"
    if not played.said.out.rstrip().endswith(f"Exit code {wanted}."):
        yield f"the last line is {played.said.out.splitlines()[-1:]}"


def _beyond(played: Played) -> Iterator[str]:
    """Bounds: so many requests, so much waiting, so many at once."""
    if len(played.asked) > MOST_REQUESTS * len(played.clients):
        yield f"{len(played.asked)} requests"
    if played.waited_seconds > DEADLINE_SECONDS:
        yield f"{played.waited_seconds:.0f} seconds of waiting"
    if played.most_concurrent > played.parallel:
        yield f"{played.most_concurrent} requests at once"
