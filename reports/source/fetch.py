"""Every page of every client, provably, into archives.

`parallel` threads send the requests of all clients: first pages at once, others in the order of the clients.
`parallel` + 1 more each follow one client from its first page to its archive, so that no more clients than
that are open, and clients are done one after another. The very first request goes out alone: a wrong key
costs exactly one.

Whoever takes the results may be busy: the threads go on meanwhile, CLIENTS_AHEAD clients far, and only
results, which are small, wait for it.
"""

import logging
import sys
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import CancelledError, Future, wait
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import islice
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from reports import interruption
from reports.errors import RefusedError, ReportsError
from reports.source.archive import SCHEMA, Header, Spool, path_of
from reports.source.crew import Crew
from reports.source.details import Inquiry
from reports.source.pacer import StoppedError
from reports.source.paging import READINGS, Leaf, Ledger, MovedError, leaf_of, unsettled

if TYPE_CHECKING:
    from reports.source.client import Api

STOP_SECONDS = 5.0
AT_ONCE = -1
"""The rank of a client's first page: it says how many there are, so that there is always something to ask."""

PAGES_AHEAD = 64
"""So many pages of a client are asked for before their answers are in: more than threads that ask."""

CLIENTS_AHEAD = 256
"""So many clients are under way, or wait for it: reading goes on while one of them takes long to be made."""

TURN_SECONDS = 0.0005
"""How long a thread that works lets another one wait. Python's own 5 ms, several times a page, would hold up
the reading while the consumer's thread is busy."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Wanted:
    """A client to read, and what the API is asked for. `details`: which of `details.KINDS` besides."""

    client: int
    filters: dict[str, list[str]]
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """A client read completely. `requests` counts all that were sent for it, repeated ones included."""

    client: int
    archive: Path
    header: Header
    pages: int
    documents: int
    requests: int


@dataclass(frozen=True)
class Failure:
    """A client that could not be read, or not provably; its archive is as it was."""

    client: int
    error: ReportsError
    requests: int


def fetch(
    api: "Api",
    wanted: Sequence[Wanted],
    *,
    account: str,
    source: Path,
    verify: str,
    parallel: int,
    now: Callable[[], datetime],
    on_page: Callable[[int, int, int], None],
    meanwhile: Callable[[], None] = lambda: None,
) -> Generator[Reading | Failure, None, None]:
    """Each client as soon as it is done, in any order; begins when first asked for a result.

    `verify`: "first_page" reads page 1 again at the end, "all" reads everything twice; a client of one page
    needs neither. `now` says the instant at which a reading was proven complete. `on_page` is told the
    client, how many of its pages are in and how many there are; it is called by other threads, one at a time.
    `meanwhile` is called now and then while a result is waited for.

    Raises RefusedError when key or account is refused: nothing is asked after it. When it is closed early,
    or anything is raised, `api` is stopped and all threads end.
    """
    inquiry, crew = Inquiry(api), Crew(parallel, name="pages")
    desk = _Desk(api, account, source, verify, now, on_page, inquiry, crew)
    clients = Crew(parallel + 1, name="client")
    done: SimpleQueue[Future[Reading | Failure]] = SimpleQueue()
    left = enumerate(wanted)

    def begin(some: int) -> None:
        for rank, want in islice(left, some):
            clients.submit(_ClientReading(desk, want, rank).result, rank=rank).add_done_callback(done.put)

    results = 0
    _turns.enter()
    try:
        begin(CLIENTS_AHEAD)
        for _ in wanted:
            found = _next(done, meanwhile)
            begin(1)
            if (result := _result_of(found)) is not None:
                results += 1
                yield result
        if results < len(wanted):
            raise StoppedError
    finally:
        if results < len(wanted):
            api.stop()
        _turns.leave()
        desk.first_answer.set()
        desk.crew.stop(wait_seconds=STOP_SECONDS)
        clients.stop(wait_seconds=STOP_SECONDS)


class _Turns:
    """Short turns of threads for as long as anybody reads: accounts do so side by side."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._readers = 0
        self._usual_seconds = 0.0

    def enter(self) -> None:
        with self._lock:
            if not self._readers:
                self._usual_seconds = sys.getswitchinterval()
                sys.setswitchinterval(TURN_SECONDS)
            self._readers += 1

    def leave(self) -> None:
        with self._lock:
            self._readers -= 1
            if not self._readers:
                sys.setswitchinterval(self._usual_seconds)


_turns = _Turns()


@dataclass(frozen=True)
class _Desk:
    """What the readings of all clients share."""

    api: "Api"
    account: str
    source: Path
    verify: str
    now: Callable[[], datetime]
    on_page: Callable[[int, int, int], None]
    inquiry: Inquiry
    crew: Crew
    first_answer: threading.Event = field(default_factory=threading.Event)
    one_at_a_time: threading.Lock = field(default_factory=threading.Lock)


class _ClientReading:
    """One client, from its first page to its archive."""

    def __init__(self, desk: _Desk, want: Wanted, rank: int) -> None:
        self._desk = desk
        self._want = want
        self._rank = rank
        self._lock = threading.Lock()
        self._requests = 0

    def result(self) -> Reading | Failure:
        """Raises RefusedError, and StoppedError or CancelledError when the account was stopped."""
        if self._rank:
            self._desk.first_answer.wait()
        try:
            return self._read()
        except RefusedError:
            raise
        except ReportsError as error:
            # A traceback would keep the pages on its way alive for as long as the failure.
            return Failure(self._want.client, error.with_traceback(None), self._requests)
        finally:
            self._desk.first_answer.set()

    def _read(self) -> Reading:
        earlier: Mapping[int, bytes] | None = None
        moved = ""
        for _ in range(READINGS):
            try:
                with Spool(self._desk.source) as spool:
                    ledger = self._read_pages(spool)
                    if self._desk.verify != "all" or ledger.pages == 1 or ledger.prints == earlier:
                        return self._archive(spool, ledger)
                if earlier is not None:
                    moved = "two full readings differ"
                earlier = ledger.prints
            except MovedError as error:
                moved = str(error)
            _log.info("client %d: read again (%s)", self._want.client, moved or "to compare")
        raise unsettled(f"client {self._want.client}", moved)

    def _read_pages(self, spool: Spool) -> Ledger:
        first = self._submit(1, spool, rank=AT_ONCE).result()
        if not self._desk.first_answer.is_set():
            # While nothing else is asked: later it would have to wait for pages that take long.
            self._desk.crew.submit(self._desk.inquiry.taxes, rank=self._rank).result()
            self._desk.first_answer.set()
        ledger = Ledger(first)
        self._tell(ledger)
        self._read_others(ledger, spool)
        ledger.close()
        if self._desk.verify == "first_page" and ledger.pages > 1:
            ledger.compare(self._submit(1, None, rank=self._rank).result())
        return ledger

    def _read_others(self, ledger: Ledger, spool: Spool) -> None:
        done: SimpleQueue[Future[Leaf]] = SimpleQueue()
        under_way: set[Future[Leaf]] = set()
        numbers = iter(range(2, ledger.pages + 1))

        def ask_for(pages: int) -> None:
            for number in islice(numbers, pages):
                future = self._submit(number, spool, rank=self._rank)
                under_way.add(future)
                future.add_done_callback(done.put)

        ask_for(PAGES_AHEAD)
        try:
            while under_way:
                future = done.get()
                under_way.remove(future)
                ledger.add(future.result())
                ask_for(1)
                self._tell(ledger)
        finally:
            for future in under_way:
                future.cancel()
            wait(under_way)

    def _submit(self, number: int, spool: Spool | None, *, rank: int) -> "Future[Leaf]":
        return self._desk.crew.submit(partial(self._fetch_page, number, spool), rank=rank)

    def _fetch_page(self, number: int, spool: Spool | None) -> Leaf:
        client = self._want.client
        page = self._desk.api.documents_page(client, number, self._want.filters, on_request=self._count)
        is_compared = (number == 1 or self._desk.verify == "all") and page.pagination.total_pages > 1
        leaf = leaf_of(page, client=client, with_prints=is_compared)
        if spool is not None:
            spool.add(number, page.body)
        return leaf

    def _archive(self, spool: Spool, ledger: Ledger) -> Reading:
        client, desk = self._want.client, self._desk
        details = self._ask_details() if self._want.details else None
        header = Header(
            schema=SCHEMA,
            account=desk.account,
            client=client,
            filters=self._want.filters,
            read_at=desk.now(),
            pages=ledger.pages,
            complete=True,
            details=details,
            origin=desk.api.origin,
            taxes=desk.inquiry.taxes(),
        )
        archive = path_of(desk.source, client)
        spool.finish(header, archive)
        return Reading(client, archive, header, ledger.pages, ledger.entries, self._requests)

    def _ask_details(self) -> dict[str, Any]:
        ask = partial(self._desk.inquiry.ask, self._want.client, self._want.details, on_request=self._count)
        return self._desk.crew.submit(ask, rank=self._rank).result()

    def _tell(self, ledger: Ledger) -> None:
        with self._desk.one_at_a_time:
            self._desk.on_page(self._want.client, ledger.read, ledger.pages)

    def _count(self) -> None:
        with self._lock:
            self._requests += 1


def _next(
    done: "SimpleQueue[Future[Reading | Failure]]", meanwhile: Callable[[], None]
) -> "Future[Reading | Failure]":
    while True:
        with suppress(Empty):
            return done.get(timeout=interruption.LOOK_UP_SECONDS)
        meanwhile()


def _result_of(future: "Future[Reading | Failure]") -> Reading | Failure | None:
    """None when the reading ended because the account was stopped: another one tells why."""
    try:
        return future.result()
    except (StoppedError, CancelledError):
        return None
