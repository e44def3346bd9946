"""Fetches every client of an account, several at once, each proven complete.

`parallel` threads send the requests of all clients; one thread more than that each reads one client, from
its first page to its archive. Clients are begun in their order. The account's first request goes out alone:
a wrong key costs exactly one.
"""

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import CancelledError, Future
from datetime import date, datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from reports.cancellation import LOOK_UP_SECONDS
from reports.source.client_reading import AccountContext, ClientReading, Failure, Reading, Wanted
from reports.source.details import Inquiry
from reports.source.http.rate_limit import StoppedError
from reports.source.threads import STOP_SECONDS, DaemonPool

if TYPE_CHECKING:
    from reports.source.http.api import Api


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
    needs neither. `on_page` is told the client, how many of its pages are in and how many there are;
    `meanwhile` is called now and then while a result is waited for; both by the thread that takes the
    results. `now` and `as_of` give what the heads of archives say.

    Raises RefusedError when key or account is refused: nothing is asked after it. When it is closed early,
    or anything is raised, `api` is stopped and all threads end.
    """
    events: SimpleQueue[tuple[int, int, int] | Future[Reading | Failure]] = SimpleQueue()
    pages = DaemonPool(parallel, name="pages")
    clients = DaemonPool(parallel + 1, name="client")
    context = AccountContext(
        *(api, account, source, verify, now),
        on_page=lambda *progress: events.put(progress),
        as_of=as_of,
        inquiry=Inquiry(api, pages),
        pages=pages,
    )

    def begin(some: Sequence[Wanted]) -> None:
        for want in some:
            clients.submit(ClientReading(context, want).read).add_done_callback(events.put)

    results = 0
    try:
        begin(wanted[:1])
        while wanted and not context.first_answer.wait(LOOK_UP_SECONDS):
            meanwhile()
        begin(wanted[1:])
        done = 0
        while done < len(wanted):
            try:
                event = events.get(timeout=LOOK_UP_SECONDS)
            except Empty:
                meanwhile()
                continue
            if isinstance(event, tuple):
                on_page(*event)
                continue
            done += 1
            try:
                result = event.result()
            except (StoppedError, CancelledError):
                # The account was stopped: another one tells why.
                continue
            results += 1
            yield result
        if results < len(wanted):
            raise StoppedError
    finally:
        if results < len(wanted):
            api.stop()
        pages.stop(wait_seconds=STOP_SECONDS)
        clients.stop(wait_seconds=STOP_SECONDS)
