"""Reads a list of the account itself: its pages, proven complete, into its archive.

A list that moved, or whose pages contradict each other, is read again, three times in all.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from reports import cancellation
from reports.source.archive import AccountList, Header, Spool, name_owner, path_of
from reports.source.completeness import READINGS, ContradictionError, Ledger, MovedError, leaf_of
from reports.source.http.response import Page
from reports.source.page_size import DOCUMENTED

_log = logging.getLogger(__name__)


class AskPage(Protocol):
    """Asks for a page of the list: `size` entries, or None for as many as the list is usually asked for."""

    def __call__(self, page: int, *, size: int | None, is_fresh: bool = False) -> Page: ...


def store_list(
    listed: AccountList,
    ask: AskPage,
    source: Path,
    make_header: Callable[[int, bool], Header],
    *,
    is_whole: bool = True,
) -> Path:
    """Reads the list into its archive in `source`, `is_whole` by the rules of completeness, else page 1.

    `make_header` is given how many pages there are, and whether they are all. Gives the archive's path.
    Raises what `ask` raises, ReadingError when the list does not keep still, WriteError.
    """
    moved = MovedError()
    size: int | None = None
    for _ in range(READINGS):
        try:
            with Spool(source) as spool:
                ledger = _read_pages(listed, ask, spool, size=size, is_whole=is_whole)
                path = path_of(source, listed)
                spool.finish(make_header(ledger.read, ledger.read == ledger.pages), path)
            return path
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


def _read_pages(
    listed: AccountList, ask: AskPage, spool: Spool, *, size: int | None, is_whole: bool
) -> Ledger:
    first = ask(1, size=size)
    if not first.entries:
        # An answer of nothing does not say to which question it is: it is asked again, where none is late.
        _log.info("%s: page 1 is empty, and read again", name_owner(listed))
        first = ask(1, size=size, is_fresh=True)
    spool.add(1, first.body)
    ledger = Ledger(leaf_of(first, listed))
    for number in range(2, ledger.pages + 1 if is_whole else 2):
        cancellation.check_cancelled()
        page = ask(number, size=ledger.page_size)
        spool.add(number, page.body)
        ledger.add(leaf_of(page, listed))
    if ledger.read == ledger.pages:
        # An entry that stands there twice hides another one.
        ledger.close()
    if ledger.read > 1:
        ledger.compare(leaf_of(ask(1, size=ledger.page_size), listed))
    return ledger
