"""A month with faults in it: an account, where it is hit, the command that reads it, and what is there after.

Clients hit have three pages of documents, or one. Before the run, every client has what an earlier run
published for it; since then each has got one more document, so that new figures differ from kept ones.
"""

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast
from unittest import mock

from reports.sandbox.data import SandboxAccount
from reports.sandbox.documents import Raw, Tax, client, document, line
from reports.sandbox.server import Sandbox
from reports.source.details import FAILURES_IN_A_ROW
from reports.source.http.rate_limit import Clock
from tests.support.faults.api import Asked, FaultyApi, Hit
from tests.support.faults.kinds import BALANCE, DETAILS, OF_THE_ACCOUNT, ONLY, WHOLE_LIST, Kind
from tests.support.office import ACCOUNT, HTML_ONLY, Office, Said, tree
from tests.support.scripted_api import TurnedClock

PER_PAGE = 10
FEW = 2
"""Documents of a client of one page; those of the others are two pages and one more. Each gets one more."""

FIRST_CLIENT = 301
LONGEST_RUN_SECONDS = 600
RETRIES_ALLOWED = 44
"""Of the fifty that a run may make: a scene that spends them all would tell of nothing else."""

IVA23, IVA6 = Tax(1, "IVA23", Decimal(23)), Tax(2, "IVA6", Decimal(6))
KINDS_OF_PAPER = {3: "CreditNote", 5: "Receipt", 8: "InvoiceReceipt"}

Case = tuple[Kind, str]
"""A kind of fault and the place where it is put."""


@dataclass(frozen=True)
class Played:
    """A run that is over. `before` and `after` are the month's files; its clock counts `waited_seconds`."""

    hits: tuple[Hit, ...]
    clients: tuple[int, ...]
    said: Said
    key: str
    account: SandboxAccount
    before: dict[str, bytes]
    after: dict[str, bytes]
    folder: Path
    asked: list[Asked]
    early: list[Asked]
    times_hit: dict[Hit, int]
    most_concurrent: int
    parallel: int
    per_page: int
    asked_elsewhere: int
    waited_seconds: float

    @property
    def record(self) -> dict[str, Any]:
        record: dict[str, Any] = json.loads(self.after["run.json"])
        return record

    @property
    def log(self) -> str:
        return self.after["run.log"].decode("utf-8")


class Stage:
    """An account of `many` clients with three pages of `per_page`, `few` with one, and one that is never hit.

    What an earlier run published for them lies in a folder, made once; every scene begins with a copy of it.
    """

    def __init__(self, folder: Path, *, many: int, few: int, per_page: int = PER_PAGE) -> None:
        self.folder = folder
        self.per_page = per_page
        self.many = tuple(range(FIRST_CLIENT, FIRST_CLIENT + many))
        self.few = tuple(range(FIRST_CLIENT + many, FIRST_CLIENT + many + few))
        self.clients = (*self.many, *self.few, FIRST_CLIENT + many + few)
        clock = TurnedClock()
        with FaultyApi(self._account(), clock=clock) as api, turned(clock):
            said = self._office(folder / "before", api, ()).run()
        if said.code:
            raise ValueError(f"the account of the scene is not in order: {said}")

    def play(self, hits: Sequence[Hit], *, parallel: int = 1) -> Played:
        """The month read again with all `hits`, inside this process and with a clock that is turned."""
        clock = TurnedClock()
        with turned(clock):
            played = self._play(hits, clock, parallel, Office.type)
        return replace(played, waited_seconds=sum(clock.waited))

    def start(self, hits: Sequence[Hit], *, parallel: int = 4) -> Played:
        """The same in a process of its own and in real time."""
        began = time.monotonic()
        played = self._play(hits, Clock(), parallel, _in_a_process)
        return replace(played, waited_seconds=time.monotonic() - began)

    def _play(self, hits: Sequence[Hit], clock: Clock, parallel: int, run: Callable[..., Said]) -> Played:
        place = Path(tempfile.mkdtemp(dir=self.folder))
        shutil.copytree(self.folder / "before", place, dirs_exist_ok=True)
        lists_everybody = any(hit.place in WHOLE_LIST for hit in hits)
        with FaultyApi(
            self._account(), clock=clock, parallel=parallel, lists_everybody=lists_everybody
        ) as api:
            office = self._office(place, api, hits, parallel)
            before = tree(office.month)
            for identity, documents in api.account_data.documents.items():
                documents.append(_paper(identity, len(documents) + 1))
            api.hits = tuple(hits)
            proxies = dict.fromkeys(("http_proxy", "HTTP_PROXY", "ALL_PROXY"), api.elsewhere)
            said = run(office, "--verbose", "run", office.config, **proxies)
            return Played(
                hits=tuple(hits),
                clients=self.clients,
                said=said,
                key=api.api_key,
                account=api.account_data,
                before=before,
                after=tree(office.month),
                folder=place,
                asked=api.asked,
                early=api.early,
                times_hit=api.times_hit,
                most_concurrent=api.most_concurrent,
                parallel=parallel,
                per_page=self.per_page,
                asked_elsewhere=api.asked_elsewhere,
                waited_seconds=0,
            )

    def hits(self, cases: Iterable[Case], *, is_lasting: bool) -> tuple[Hit, ...]:
        """Each case on a client of its own that has such a place, or on the list of clients."""
        many, few = iter(self.many), iter(self.few)
        hits = []
        for kind, place in cases:
            client = None if place in (*WHOLE_LIST, *OF_THE_ACCOUNT) else next(few if place == ONLY else many)
            hits.append(Hit(kind, place, client, None if is_lasting else kind.misses))
        return tuple(hits)

    def batches(self, cases: Iterable[Case]) -> list[list[Case]]:
        """The cases in few scenes, each with what does not get in each other's way."""
        batches: list[list[Case]] = []
        for case in cases:
            batch = next((one for one in batches if self._fit([*one, case])), None)
            if batch is None:
                batches.append([case])
            else:
                batch.append(case)
        return batches

    def _fit(self, cases: Sequence[Case]) -> bool:
        places = [place for _, place in cases]
        is_alone = any(kind.is_of_account or place in WHOLE_LIST for kind, place in cases)
        return (
            not is_alone
            and places.count(ONLY) <= len(self.few)
            and all(places.count(place) <= 1 for place in OF_THE_ACCOUNT)
            and all(places.count(place) <= FAILURES_IN_A_ROW for place in (DETAILS, BALANCE))
            and sum(place not in (ONLY, *OF_THE_ACCOUNT) for place in places) <= len(self.many)
            and sum(kind.retries for kind, _ in cases) <= RETRIES_ALLOWED
        )

    def _account(self) -> SandboxAccount:
        documents = {
            identity: [
                _paper(identity, number)
                for number in range(1, 1 + (FEW if identity in self.few else 2 * self.per_page + 1))
            ]
            for identity in self.clients
        }
        return SandboxAccount(
            ACCOUNT, [client(identity, _name(identity)) for identity in self.clients], documents
        )

    def _office(self, folder: Path, api: FaultyApi, hits: Sequence[Hit], parallel: int = 1) -> Office:
        folder.mkdir(parents=True, exist_ok=True)
        office = Office(folder, cast("Sandbox", api))
        places = {hit.place for hit in hits}
        filters = {hit.client: dict(hit.kind.filters) for hit in hits if hit.kind.filters}
        listed = [
            {"id": one, "name": _name(one)} | ({"filters": filters[one]} if one in filters else {})
            for one in self.clients
        ]
        account = json.loads(office.config.read_text("utf-8"))["account"]
        office.configure(
            "all" if places & {*WHOLE_LIST} else listed,
            is_listed=True,
            account=account | {"client_details": DETAILS in places},
            statement={"vendor_balance": BALANCE in places},
            output=HTML_ONLY,
            requests={"per_minute": 60_000, "per_page": self.per_page, "parallel": parallel},
        )
        return office


def _in_a_process(office: Office, *words: str | Path, **variables: str) -> Said:
    with office.start(*words, env=variables) as process:
        out, err = process.communicate(timeout=LONGEST_RUN_SECONDS)
    return Said(process.returncode, out.decode("utf-8"), err.decode("utf-8"))


@contextmanager
def turned(clock: Clock) -> Iterator[None]:
    """Requests go by this clock: nothing else about the command is other than in real life."""
    with mock.patch("reports.source.http.api.Clock", return_value=clock):
        yield


def _paper(identity: int, number: int) -> Raw:
    """Paper `number` of a client, from 1; the first of every page is an open invoice of the period."""
    kind = KINDS_OF_PAPER.get(number % 10, "Invoice")
    lines = [
        line("Pão de Mafra", f"{number}.{identity % 100:02}", quantity="3", tax=IVA23),
        line("Café", f"{number * 7}.35", tax=IVA6, discount="10" if number % 4 == 0 else "0"),
    ]
    return document(
        kind,
        date(2026, 10, 1) + timedelta(days=number % 28 - (60 if number % 6 == 0 else 0)),
        lines,
        client={"id": identity, "name": _name(identity)},
        identity=identity * 1000 + number,
        number_in_series=number,
        status="settled"
        if kind in ("Receipt", "InvoiceReceipt")
        else "draft"
        if number % 9 == 7 and number % 10 != 1
        else "final",
    )


def _name(identity: int) -> str:
    return f"Cliente {identity}"
