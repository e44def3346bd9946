"""Reads a list of the account itself: its pages, proven complete, into its archive.

A list that moved, or whose pages contradict each other, is read again, three times in all.
"""

import logging
from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, wait
from contextlib import closing
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Protocol, TypeVar

from reports import cancellation
from reports.source.archive import AccountList, Header, Spool, name_owner, path_of
from reports.source.completeness import READINGS, ContradictionError, Ledger, MovedError, leaf_of
from reports.source.http.response import Page
from reports.source.page_size import DOCUMENTED
from reports.source.threads import DaemonPool

PAGES_AHEAD = 16
"""So many pages of a list are asked for before their answers are in."""

Part = TypeVar("Part")

_log = logging.getLogger(__name__)


class AskPage(Protocol):
    """Asks for a page of the list: `size` entries, or None for as many as the list is usually asked for."""

    def __call__(self, page: int, *, size: int | None, is_fresh: bool = False) -> Page: ...


def store_list(
    listed: AccountList,
    ask: AskPage,
    source: Path,
    make_header: Callable[[int, bool], Header],
    parse: Callable[[Page], Part],
    *,
    is_whole: bool = True,
    pool: DaemonPool | None = None,
) -> list[Part]:
    """Reads the list into its archive in `source`, `is_whole` by the rules of completeness, else page 1.

    `make_header` is given how many pages there are, and whether they are all. The threads of `pool` ask for
    the pages after the first; None: one after the other. Gives what `parse` makes of each page, in order.
    Raises what `ask` and `parse` raise, ReadingError when the list does not keep still, WriteError.
    """
    moved = MovedError()
    size: int | None = None
    for _ in range(READINGS):
        try:
            with Spool(source) as spool:
                parts: list[Part] = []
                store = partial(_store_page, spool, parts, parse)
                ledger = _read_pages(listed, ask, store, size=size, is_whole=is_whole, pool=pool)
                path = path_of(source, listed)
                spool.finish(make_header(ledger.read, ledger.read == ledger.pages), path)
            return parts
        except MovedError as error:
            moved = error
            if isinstance(error, ContradictionError):
                # Pages that end elsewhere, and that the service documents.
                size = DOCUMENTED
            _log.info("%s: it is not what was read before (%s)", name_owner(listed), error)
    raise moved.to_reading_error(name_owner(listed))


def to_line(value: object) -> str | None:
    """A text or a number as text in one line; None for everything else and for nothing but blanks."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    return " ".join(str(value).split()) or None


def _store_page(spool: Spool, parts: list[Part], parse: Callable[[Page], Part], page: Page) -> None:
    spool.add(page.number, page.body)
    parts.append(parse(page))


def _read_pages(
    listed: AccountList,
    ask: AskPage,
    store: Callable[[Page], None],
    *,
    size: int | None,
    is_whole: bool,
    pool: DaemonPool | None,
) -> Ledger:
    first = ask(1, size=size)
    if not first.entries:
        # An answer of nothing does not say to which question it is: it is asked again, where none is late.
        _log.info("%s: page 1 is empty, and read again", name_owner(listed))
        first = ask(1, size=size, is_fresh=True)
    ledger = Ledger(leaf_of(first, listed))
    store(first)
    numbers = range(2, ledger.pages + 1 if is_whole else 2)
    with closing(_ask_others(partial(ask, size=ledger.page_size), numbers, pool)) as pages:
        for page in pages:
            ledger.add(leaf_of(page, listed))
            store(page)
    if ledger.read == ledger.pages:
        # An entry that stands there twice hides another one.
        ledger.close()
    if ledger.read > 1:
        ledger.compare(leaf_of(ask(1, size=ledger.page_size), listed))
    return ledger


def _ask_others(
    ask: Callable[[int], Page], numbers: Iterable[int], pool: DaemonPool | None
) -> Generator[Page, None, None]:
    """The pages in their order; with a `pool`, PAGES_AHEAD of them are under way."""
    if pool is None:
        for number in numbers:
            cancellation.check_cancelled()
            yield ask(number)
        return
    left = iter(numbers)
    under_way: deque[Future[Page]] = deque()
    try:
        while True:
            for number in islice(left, PAGES_AHEAD - len(under_way)):
                under_way.append(pool.submit(partial(ask, number)))
            if not under_way:
                return
            _wait_for(under_way[0])
            yield under_way.popleft().result()
    except GeneratorExit:
        # The list moved, and is read again: no more threads may ask then than before.
        for future in under_way:
            if not future.cancel():
                _wait_for(future)
        raise


def _wait_for(future: Future[Page]) -> None:
    while not wait([future], cancellation.LOOK_UP_SECONDS).done:
        cancellation.check_cancelled()
