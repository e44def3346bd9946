"""Proof that all pages arrived and belong together.

The list lives on while it is read: documents are added, deleted, and move from page to page. So what every
page says about the list is held against the others, against its own rows and against the ids.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reports.errors import ReadingError
from reports.source.reply import Page, Pagination

READINGS = 3
MOST_PAGES = 10_000
"""100,000 documents on the vendor's smallest pages, of ten. More is a server that never ends."""

MOST_DIGITS = 18
PRINT_BYTES = 16

_WRITER = json.JSONEncoder(default=str, sort_keys=True, check_circular=False)


class MovedError(Exception):
    """The list changed while it was read, or the API contradicts itself. The text says what is wrong."""


@dataclass(frozen=True)
class Leaf:
    """What has to be remembered of a page. `prints`: id → digest of the whole entry, or b"" if not wanted."""

    number: int
    pagination: Pagination
    rows: int
    prints: Mapping[int, bytes]


class Ledger:
    """One reading of one list, leaf by leaf, beginning with page 1; the others come in any order.

    Every method that is given a leaf raises MovedError when it does not belong to the same list.
    """

    def __init__(self, first: Leaf) -> None:
        self._stated = first.pagination
        self._prints: dict[int, bytes] = {}
        self._first = first
        self.read = 0
        self._check_totals()
        self.add(first)

    @property
    def entries(self) -> int:
        """How many entries the list has, by the API's own count."""
        return self._stated.total_entries

    @property
    def pages(self) -> int:
        """How many pages there are to read: at least one, which is empty when there are no entries."""
        return max(self._stated.total_pages, 1)

    @property
    def prints(self) -> Mapping[int, bytes]:
        """The prints of all leaves so far."""
        return self._prints

    def add(self, leaf: Leaf) -> None:
        """Takes in one more page."""
        self._check_pagination(leaf)
        if leaf.rows != (due := self._rows_due(leaf.number)):
            raise MovedError(f"page {leaf.number} has {leaf.rows} entries where there should be {due}")
        if len(leaf.prints) != leaf.rows or not self._prints.keys().isdisjoint(leaf.prints):
            raise MovedError(f"page {leaf.number} repeats an entry that came before")
        self._prints.update(leaf.prints)
        self.read += 1

    def close(self) -> None:
        """All pages have been added. The count of different ids must be the API's own count."""
        if len(self._prints) != self.entries:
            raise MovedError(f"{len(self._prints)} different entries came, the API counts {self.entries}")

    def compare(self, again: Leaf) -> None:
        """`again` is page 1, read after all others: it must hold the same entries with the same figures."""
        self._check_pagination(again)
        if (again.rows, again.prints) != (self._first.rows, self._first.prints):
            raise MovedError("page 1 was not the same when it was read again at the end")

    def _check_totals(self) -> None:
        stated = self._stated
        if stated.total_entries == 0:
            fits = stated.total_pages <= 1
        else:
            fits = stated.per_page > 0 and stated.total_pages == -(-stated.total_entries // stated.per_page)
        if not fits:
            raise MovedError(
                f"{stated.total_entries} entries, {stated.per_page} a page, do not make "
                f"{stated.total_pages} pages"
            )

    def _check_pagination(self, leaf: Leaf) -> None:
        came, stated = leaf.pagination, self._stated
        # A list of nothing has no page at all: the API may call it page 0.
        if came.current_page != leaf.number and not (stated.total_entries == 0 == came.current_page):
            raise MovedError(f"page {came.current_page} came where page {leaf.number} was asked for")
        for name in ("total_entries", "total_pages", "per_page"):
            before, now = getattr(stated, name), getattr(came, name)
            if before != now:
                raise MovedError(f"{name} was {before} and then {now}")

    def _rows_due(self, number: int) -> int:
        before = (number - 1) * self._stated.per_page
        return min(self._stated.per_page, self._stated.total_entries - before)


def leaf_of(page: Page, *, client: int | None, with_prints: bool) -> Leaf:
    """What has to be remembered of `page`.

    `client`: no entry may be a document of another client; None: the entries are clients. Raises
    ReadingError for an entry without a readable id, or of another client, and for a list without an end: none
    of these is a matter of movement, and none is read again.
    """
    where = "the list of clients" if client is None else f"client {client}"
    if page.pagination.total_pages > MOST_PAGES:
        raise ReadingError(
            f"{where}: {page.pagination.total_pages:,} pages are announced, above {MOST_PAGES:,}"
        )
    prints: dict[int, bytes] = {}
    for row, entry in enumerate(page.entries, start=1):
        place = f"{where}: entry {row} of page {page.number}"
        identity = id_of(entry)
        if identity is None:
            raise ReadingError(f"{place} has no readable id. Report it to the vendor")
        if client is not None:
            _check_owner(entry, client, place=f"{place}, document {identity},")
        prints[identity] = _print(entry, place) if with_prints else b""
    return Leaf(page.number, page.pagination, len(page.entries), prints)


def unsettled(where: str, moved: str) -> ReadingError:
    """The error when the last of READINGS readings failed as well: `moved` says how."""
    return ReadingError(
        f"{where}: the list changes while it is read, {READINGS} readings in a row: {moved}. Run again later"
    )


def id_of(entry: Mapping[str, Any]) -> int | None:
    """The `id` of a document or client: a whole number, also as digits in a text; else None."""
    value = entry.get("id")
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= MOST_DIGITS:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**MOST_DIGITS:
        return value
    return None


def _check_owner(document: Mapping[str, Any], client: int, *, place: str) -> None:
    """One that names no client came with this client's documents, and `checks` says so."""
    owner = document.get("client")
    if owner is None or (isinstance(owner, dict) and owner.get("id") is None):
        return
    owner_id = id_of(owner) if isinstance(owner, dict) else None
    if owner_id is None:
        raise ReadingError(f"{place} does not say which client it belongs to. Report it to the vendor")
    if owner_id != client:
        raise ReadingError(
            f"{place} belongs to ANOTHER CLIENT. This is a breach of privacy on the side of the API: nothing "
            "is published for this client. Report it to the vendor at once"
        )


def _print(entry: Mapping[str, Any], place: str) -> bytes:
    try:
        text = _WRITER.encode(entry)
    except RecursionError:
        raise ReadingError(f"{place} is nested too deeply to be compared. Report it to the vendor") from None
    return hashlib.blake2b(text.encode(), digest_size=PRINT_BYTES).digest()
