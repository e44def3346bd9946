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
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from reports import cancellation
from reports.errors import (
    ReadingError,
    RefusedError,
    ReportsError,
    UnforeseenError,
    UnreachableError,
)
from reports.source.archive import SCHEMA, Header, Spool, path_of
from reports.source.completeness import (
    READINGS,
    ContradictionError,
    Leaf,
    Ledger,
    MovedError,
    RepeatedError,
    leaf_of,
    unsettled,
)
from reports.source.crew import Crew
from reports.source.details import Inquiry
from reports.source.http.rate_limit import StoppedError
from reports.source.page_size import DOCUMENTED, UNEVEN

if TYPE_CHECKING:
    from reports.source.http.api import Api

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
    as_of: date | None = None,
) -> Generator[Reading | Failure, None, None]:
    """Each client as soon as it is done, in any order; begins when first asked for a result.

    `verify`: "first_page" reads page 1 again at the end, "all" reads everything twice; a client of one page
    needs neither. `now` says the instant at which a reading was proven complete. `on_page` is told the
    client, how many of its pages are in and how many there are; it is called by other threads, one at a time.
    `meanwhile` is called now and then while a result is waited for. `as_of` is the day that all archives say.

    Raises RefusedError when key or account is refused: nothing is asked after it. When it is closed early,
    or anything is raised, `api` is stopped and all threads end.
    """
    inquiry, crew = Inquiry(api), Crew(parallel, name="pages")
    desk = _Desk(api, account, source, verify, now, on_page, inquiry, crew, as_of)
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
    as_of: date | None
    first_answer: threading.Event = field(default_factory=threading.Event)
    one_at_a_time: threading.Lock = field(default_factory=threading.Lock)


class RepeatedReadingError(MovedError):
    """A reading in which entries came more than once, kept for what it holds."""

    def __init__(self, ledger: Ledger, cause: RepeatedError) -> None:
        super().__init__(str(cause))
        self.ledger = ledger
        self.cause = cause


class _Repeating:
    """Readings in which entries came more than once, and what they have together.

    An order that is not one puts an entry on two pages and leaves out another, the same way each time. Where
    readings of different page sizes have as many entries together as the API counts, and each the same
    figures wherever it came, nothing is missing.
    """

    def __init__(self) -> None:
        self.spools: list[Spool] = []
        self.pages = 0
        self.is_whole = False
        self._prints: dict[int, bytes] = {}
        self._entries: set[int] = set()

    def add(self, spool: Spool, reading: RepeatedReadingError) -> MovedError:
        """Takes in one more reading, unless it has other figures than those before; returns its trouble."""
        ledger = reading.ledger
        if any(self._prints.get(one, found) != found for one, found in ledger.prints.items()):
            return MovedError("an entry came with other figures in another reading")
        self.spools.append(spool)
        self.pages += ledger.pages
        self._prints.update(ledger.prints)
        self._entries.add(ledger.entries)
        self.is_whole = self._entries == {len(self._prints)}
        return reading.cause


class _ClientReading:
    """One client, from its first page to its archive."""

    def __init__(self, desk: _Desk, want: Wanted, rank: int) -> None:
        self._desk = desk
        self._want = want
        self._rank = rank
        self._lock = threading.Lock()
        self._requests = 0
        self._is_page_in = False
        self._bug_outside: Exception | None = None

    def result(self) -> Reading | Failure:
        """What nobody foresaw is the client's failure too, and its traceback is logged.

        Raises RefusedError, StoppedError or CancelledError when the account was stopped, and what `on_page`
        raises.
        """
        if self._rank:
            self._desk.first_answer.wait()
        try:
            return self._read()
        except RefusedError:
            raise
        except ReportsError as error:
            # A traceback would keep the pages on its way alive for as long as the failure.
            return Failure(self._want.client, error.with_traceback(None), self._requests)
        except (StoppedError, CancelledError):
            raise
        except Exception as error:
            if error is self._bug_outside:
                raise
            _log.exception("client %s: an error that nobody foresaw", self._want.client)
            return Failure(self._want.client, UnforeseenError(), self._requests)
        finally:
            self._desk.first_answer.set()

    def _read(self) -> Reading:
        """One proven reading, two that agree, or several that repeat entries and have all together."""
        earlier: Mapping[int, bytes] | None = None
        moved = MovedError("two full readings differ")
        repeating = _Repeating()
        # Once more as before, for a list that moved; then with pages that end elsewhere.
        sizes = [None, None, *self._desk.api.page_size.others()]
        smaller: int | None = None
        with ExitStack() as spools:
            for _ in range(READINGS):
                spool = spools.enter_context(Spool(self._desk.source))
                size = smaller or sizes[len(repeating.spools)]
                try:
                    ledger = self._read_pages(spool, size)
                    if self._desk.verify != "all" or ledger.pages == 1 or ledger.prints == earlier:
                        return self._archive([spool], ledger.pages, ledger.entries)
                    moved = MovedError("two full readings differ") if earlier is not None else moved
                    earlier = ledger.prints
                except RepeatedReadingError as error:
                    moved = repeating.add(spool, error)
                    if repeating.is_whole:
                        return self._archive(repeating.spools, repeating.pages, error.ledger.entries)
                except MovedError as error:
                    moved = error
                    if isinstance(error, ContradictionError):
                        smaller = self._desk.api.page_size.smaller
                except UnreachableError as error:
                    # What was given to a small client may be too much of a large one.
                    smaller = None if size else self._desk.api.page_size.smaller
                    if smaller is None:
                        raise
                    _log.info("%s; %d entries a page are asked for", error, smaller)
                    continue
                _log.info(
                    "client %d: read again (%s)",
                    self._want.client,
                    moved if earlier is None else "to compare",
                )
        raise unsettled(f"client {self._want.client}", moved)

    def _read_pages(self, spool: Spool, size: int | None) -> Ledger:
        ledger = self._read_first(spool, size)
        if not self._desk.inquiry.has_asked_taxes:
            # As a rule while nothing else is asked: later it would have to wait for pages that take long.
            self._desk.crew.submit(self._desk.inquiry.taxes, rank=self._rank).result()
        self._desk.first_answer.set()
        self._tell(ledger)
        size = ledger.page_size
        self._read_others(ledger, spool, size)
        try:
            ledger.close()
        except RepeatedError as error:
            raise RepeatedReadingError(ledger, error) from None
        if self._desk.verify == "first_page" and ledger.pages > 1:
            ledger.compare(self._submit(1, None, size=size, rank=self._rank).result())
        return ledger

    def _read_first(self, spool: Spool, size: int | None) -> Ledger:
        """Page 1, by which all others are held. The first of a run may find that its size is refused."""
        sizes = self._desk.api.page_size
        self._is_page_in = False
        if size == UNEVEN:
            try:
                return self._ask_first(spool, size)
            except ReadingError:
                if self._is_page_in:
                    raise
            return self._ask_first(spool, next(other for other in sizes.others() if other != UNEVEN))
        if not sizes.may_fall_back or size is not None:
            return self._ask_first(spool, size)
        try:
            ledger = self._ask_first(spool, None)
            if ledger.entries and sizes.is_ignored(ledger.page_size):
                raise ContradictionError(
                    f"pages of {sizes.current} were asked for and {ledger.page_size} came"
                )
        except (ReadingError, UnreachableError, ContradictionError) as error:
            if self._is_page_in and isinstance(error, ReadingError):
                # What a page holds is no matter of its size: a document of another client, above all.
                raise
            _log.info("pages of %d are not given (%s); %d are asked for", sizes.current, error, DOCUMENTED)
            try:
                ledger = self._ask_first(spool, DOCUMENTED)
            except UnreachableError:
                # No client of a service that is down asks for two sizes.
                sizes.fall_back()
                raise
            sizes.fall_back()
            return ledger
        if ledger.entries:
            sizes.believe(ledger.page_size)
        return ledger

    def _ask_first(self, spool: Spool, size: int | None) -> Ledger:
        first = self._submit(1, spool, size=size, rank=AT_ONCE).result()
        if not first.rows:
            # An answer of nothing does not say whose it is: it is asked again, where none is late.
            first = self._submit(1, spool, size=size, rank=AT_ONCE, is_fresh=True).result()
        return Ledger(first)

    def _read_others(self, ledger: Ledger, spool: Spool, size: int) -> None:
        done: SimpleQueue[Future[Leaf]] = SimpleQueue()
        under_way: set[Future[Leaf]] = set()
        numbers = iter(range(2, ledger.pages + 1))

        def ask_for(pages: int) -> None:
            for number in islice(numbers, pages):
                future = self._submit(number, spool, size=size, rank=self._rank)
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

    def _submit(
        self, number: int, spool: Spool | None, *, size: int | None, rank: int, is_fresh: bool = False
    ) -> "Future[Leaf]":
        ask = partial(self._fetch_page, number, spool, size=size, is_fresh=is_fresh)
        return self._desk.crew.submit(ask, rank=rank)

    def _fetch_page(self, number: int, spool: Spool | None, *, size: int | None, is_fresh: bool) -> Leaf:
        client = self._want.client
        page = self._desk.api.documents_page(
            client, number, self._want.filters, size=size, is_fresh=is_fresh, on_request=self._count
        )
        self._is_page_in = True
        leaf = leaf_of(page, client=client)
        if spool is not None:
            spool.add(number, page.body)
        return leaf

    def _archive(self, spools: Sequence[Spool], pages: int, entries: int) -> Reading:
        client, desk = self._want.client, self._desk
        details = self._ask_details() if self._want.details else None
        header = Header(
            schema=SCHEMA,
            account=desk.account,
            client=client,
            filters=self._want.filters,
            read_at=desk.now(),
            pages=pages,
            complete=True,
            details=details,
            origin=desk.api.origin,
            taxes=desk.inquiry.taxes(),
            as_of=desk.as_of,
        )
        archive = path_of(desk.source, client)
        spools[0].finish(header, archive, others=spools[1:])
        return Reading(client, archive, header, pages, entries, self._requests)

    def _ask_details(self) -> dict[str, Any]:
        ask = partial(self._desk.inquiry.ask, self._want.client, self._want.details, on_request=self._count)
        return self._desk.crew.submit(ask, rank=self._rank).result()

    def _tell(self, ledger: Ledger) -> None:
        with self._desk.one_at_a_time:
            try:
                self._desk.on_page(self._want.client, ledger.read, ledger.pages)
            except Exception as bug:
                self._bug_outside = bug
                raise

    def _count(self) -> None:
        with self._lock:
            self._requests += 1


def _next(
    done: "SimpleQueue[Future[Reading | Failure]]", meanwhile: Callable[[], None]
) -> "Future[Reading | Failure]":
    while True:
        with suppress(Empty):
            return done.get(timeout=cancellation.LOOK_UP_SECONDS)
        meanwhile()


def _result_of(future: "Future[Reading | Failure]") -> Reading | Failure | None:
    """None when the reading ended because the account was stopped: another one tells why."""
    try:
        return future.result()
    except (StoppedError, CancelledError):
        return None
