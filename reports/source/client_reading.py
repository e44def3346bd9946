"""Reads one client: its pages, proven complete, into its archive.

A reading that moved, or whose pages contradict each other, is repeated, three times in all. Where a row
repeats at the end of a page, the next one asks for pages that end elsewhere.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future, wait
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from reports.errors import ReadingError, RefusedError, ReportsError, UnforeseenError, UnreachableError
from reports.source import completeness
from reports.source.archive import Header, Spool, name_owner, path_of
from reports.source.completeness import ContradictionError, Leaf, Ledger, MovedError, RepeatedError, leaf_of
from reports.source.details import Inquiry
from reports.source.http.rate_limit import StoppedError
from reports.source.page_size import DOCUMENTED, UNEVEN
from reports.source.threads import DaemonPool

if TYPE_CHECKING:
    from reports.source.http.api import Api

PAGES_AHEAD = 16
"""So many pages of a client are asked for before their answers are in: as many as threads can ask at most."""

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


@dataclass(frozen=True)
class AccountContext:
    """What the readings of an account's clients share.

    `pages` sends every request. `on_page` is told the client, how many of its pages are in and how many there
    are. `first_answer` is set once the account's first client has an answer.
    """

    api: "Api"
    account: str
    source: Path
    verify: str
    now: Callable[[], datetime]
    on_page: Callable[[int, int, int], None]
    as_of: date | None
    inquiry: Inquiry
    pages: DaemonPool
    first_answer: threading.Event = field(default_factory=threading.Event)


class ClientReading:
    """One client, from its first page to its archive."""

    def __init__(self, context: AccountContext, want: Wanted) -> None:
        self._context = context
        self._want = want
        self._lock = threading.Lock()
        self._requests = 0
        self._is_page_in = False

    def read(self) -> Reading | Failure:
        """The client's reading, or why there is none; what nobody foresaw is its failure too.

        Raises RefusedError, StoppedError or CancelledError when the account was stopped.
        """
        try:
            return self._read_until_proven()
        except (RefusedError, StoppedError, CancelledError):
            raise
        except ReportsError as error:
            # A traceback would keep the pages on its way alive for as long as the failure.
            return Failure(self._want.client, error.with_traceback(None), self._requests)
        except Exception:  # noqa: BLE001 - one client's failure is its own, and its traceback is in the log
            _log.exception("client %s: an error that nobody foresaw", self._want.client)
            return Failure(self._want.client, UnforeseenError(), self._requests)
        finally:
            self._context.first_answer.set()

    def _read_until_proven(self) -> Reading:
        """One proven reading, two that agree, or several that repeat entries and have all together."""
        earlier: Mapping[int, bytes] | None = None
        moved = MovedError("two full readings differ")
        repeating: list[tuple[Spool, Ledger]] = []
        page_size = self._context.api.page_size
        # Once more as before, for a list that moved; then with pages that end elsewhere.
        sizes = [None, None, *page_size.others()]
        smaller: int | None = None
        with ExitStack() as spools:
            for _ in range(completeness.READINGS):
                spool = spools.enter_context(Spool(self._context.source))
                size = smaller or sizes[len(repeating)]
                try:
                    ledger = self._read_pages(spool, size)
                    if self._context.verify != "all" or ledger.pages == 1 or ledger.prints == earlier:
                        return self._write_archive([(spool, ledger)])
                    moved = MovedError("two full readings differ") if earlier is not None else moved
                    earlier = ledger.prints
                except RepeatedError as error:
                    moved = error
                    together = [*repeating, (spool, error.ledger)]
                    ledgers = [ledger for _, ledger in together]
                    if not completeness.agree(ledgers):
                        moved = MovedError("an entry came with other figures in another reading")
                    elif completeness.are_whole(ledgers):
                        return self._write_archive(together)
                    else:
                        repeating = together
                except MovedError as error:
                    moved = error
                    if isinstance(error, ContradictionError):
                        smaller = page_size.smaller
                except UnreachableError as error:
                    # What was given to a small client may be too much of a large one.
                    smaller = None if size else page_size.smaller
                    if smaller is None:
                        raise
                    _log.info("%d entries a page are asked for (%s)", smaller, error)
                    continue
                reason = moved if earlier is None else "to compare"
                _log.info("client %d: read again (%s)", self._want.client, reason)
        raise moved.to_reading_error(name_owner(self._want.client))

    def _read_pages(self, spool: Spool, size: int | None) -> Ledger:
        ledger = self._read_first(spool, size)
        # Before all other pages: the first archive that is written wants them.
        self._context.inquiry.taxes()
        self._context.first_answer.set()
        tell_progress = partial(self._context.on_page, self._want.client)
        tell_progress(ledger.read, ledger.pages)
        for leaf in self._read_others(ledger, spool):
            ledger.add(leaf)
            tell_progress(ledger.read, ledger.pages)
        ledger.close()
        if self._context.verify == "first_page" and ledger.pages > 1:
            ledger.compare(self._submit(1, None, size=ledger.page_size).result())
        return ledger

    def _read_first(self, spool: Spool, size: int | None) -> Ledger:
        """Page 1, by which all others are held. The first of a run may find that its size is refused."""
        sizes = self._context.api.page_size
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
            # A size that is too large for the service is cut down, not passed over.
            if ledger.entries and ledger.page_size < DOCUMENTED:
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
        first = self._submit(1, spool, size=size).result()
        if not first.rows:
            # An answer of nothing does not say whose it is: it is asked again, where none is late.
            _log.info("client %d: page 1 is empty, and read again", self._want.client)
            first = self._submit(1, spool, size=size, is_fresh=True).result()
        return Ledger(first)

    def _read_others(self, ledger: Ledger, spool: Spool) -> Iterator[Leaf]:
        """The pages after the first as they come; PAGES_AHEAD of them are under way."""
        # In their order: a refusal tells more than the stop that it is to the others.
        done: SimpleQueue[Future[Leaf]] = SimpleQueue()
        under_way: set[Future[Leaf]] = set()
        numbers = iter(range(2, ledger.pages + 1))
        try:
            while True:
                for number in islice(numbers, PAGES_AHEAD - len(under_way)):
                    future = self._submit(number, spool, size=ledger.page_size)
                    under_way.add(future)
                    future.add_done_callback(done.put)
                if not under_way:
                    return
                future = done.get()
                under_way.remove(future)
                yield future.result()
        finally:
            for future in under_way:
                future.cancel()
            wait(under_way)

    def _submit(
        self, number: int, spool: Spool | None, *, size: int | None, is_fresh: bool = False
    ) -> "Future[Leaf]":
        client_id, api = self._want.client, self._context.api
        ask = partial(api.documents_page, client_id, number, self._want.filters, size=size, is_fresh=is_fresh)

        def fetch() -> Leaf:
            page = ask(on_request=self._count_request)
            self._is_page_in = True
            leaf = leaf_of(page, client_id)
            if spool is not None:
                spool.add(number, page.body)
            return leaf

        return self._context.pages.submit(fetch)

    def _write_archive(self, readings: Sequence[tuple[Spool, Ledger]]) -> Reading:
        want, context = self._want, self._context
        spools, ledgers = zip(*readings, strict=True)
        pages = sum(ledger.pages for ledger in ledgers)
        details: dict[str, Any] | None = None
        if want.details:
            ask = partial(context.inquiry.ask, want.client, want.details, on_request=self._count_request)
            details = context.pages.submit(ask).result()
        header = Header(
            *(context.account, want.client, want.filters, context.now(), pages),
            complete=True,
            client_details=details,
            origin=context.api.origin,
            taxes=context.inquiry.taxes().result(),
            as_of=context.as_of,
        )
        archive = path_of(context.source, want.client)
        spools[0].finish(header, archive, others=spools[1:])
        return Reading(want.client, archive, header, pages, ledgers[-1].entries, self._requests)

    def _count_request(self) -> None:
        with self._lock:
            self._requests += 1
