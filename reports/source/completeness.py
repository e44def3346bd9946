"""Proof that all pages arrived and belong together.

The list lives on while it is read: documents are added, deleted, and move from page to page. So what every
page says about the list is held against the others, against its own rows and against the ids.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.errors import ReadingError
from reports.source.archive import Subject, name_owner
from reports.source.http.response import Page, Pagination, read_count

READINGS = 3
MOST_PAGES = 10_000
"""100,000 documents on the vendor's smallest pages, of ten. More is a server that never ends."""

FIGURES = frozenset(
    """
    id type status archived date due_date sequence_number inverted_sequence_number
    sum discount before_taxes taxes total retention currency multicurrency
    tax_exemption name fiscal_id email country language
    """.split()
)
LINE_FIGURES = frozenset("quantity unit_price discount tax subtotal tax_amount discount_amount total".split())
"""The fields of a document or a client, and of a line, by which two readings are compared, as the service
calls them. Whose a document is, is proven of every entry."""

MOST_DIGITS = 18
PRINT_BYTES = 16

_WRITER = json.JSONEncoder(default=str, sort_keys=True, check_circular=False)


class MovedError(Exception):
    """The list changed while it was read. The text says what is wrong."""

    what, advice = "the list changes while it is read", "Run again later"

    def to_reading_error(self, where: str) -> ReadingError:
        """The error when this was the last of READINGS readings that failed."""
        error = str(self)
        return ReadingError(f"{where}: {self.what}, {READINGS} readings in a row: {error}. {self.advice}")


class ContradictionError(MovedError):
    """What the API says of its list cannot be true, whether or not it changed."""

    what = "what the API says of its list cannot be true"
    advice = "Run again later; if it stays so, report it to the vendor"


class RepeatedError(ContradictionError):
    """Entries came more than once and others not at all, the same figures each time: those of `ledger`."""

    def __init__(self, message: str, ledger: "Ledger") -> None:
        super().__init__(message)
        self.ledger = ledger


@dataclass(frozen=True)
class Leaf:
    """What is remembered of a page. `prints`: id → digest of its figures. `repeated`: ids that came twice."""

    number: int
    pagination: Pagination
    rows: int
    prints: Mapping[int, bytes]
    repeated: frozenset[int] = frozenset()


class Ledger:
    """One reading of one list, leaf by leaf, beginning with page 1; the others come in any order.

    Every method that is given a leaf raises MovedError when it does not belong to the same list.

    By the API's own word the list has `entries`, `page_size` of them a page. `pages` are to be read: at least
    one, which is empty when there are no entries. `read` is how many came so far, `prints` what was in them.
    """

    def __init__(self, first: Leaf) -> None:
        self._stated = first.pagination
        self._repeated: set[int] = set()
        self._first = first
        self.entries, self.page_size = self._stated.total_entries, self._stated.per_page
        self.pages = max(self._stated.total_pages, 1)
        self.prints: dict[int, bytes] = {}
        self.read = 0
        stated, size = self._stated.total_pages, self.page_size
        fits = size > 0 and stated == -(-self.entries // size) if self.entries else stated <= 1
        if not fits:
            raise ContradictionError(f"{self.entries} entries, {size} a page, do not make {stated} pages")
        self.add(first)

    def add(self, leaf: Leaf) -> None:
        """Takes in one more page."""
        self._check_pagination(leaf)
        due = min(self.page_size, self.entries - (leaf.number - 1) * self.page_size)
        if leaf.rows != due:
            raise ContradictionError(
                f"page {leaf.number} has {leaf.rows} entries where there should be {due}"
            )
        again = self.prints.keys() & leaf.prints.keys()
        if any(self.prints[identity] != leaf.prints[identity] for identity in again):
            raise MovedError(f"page {leaf.number} repeats an entry with other figures")
        self._repeated |= again | leaf.repeated
        self.prints.update(leaf.prints)
        self.read += 1

    def close(self) -> None:
        """All pages have been added. The count of different ids must be the API's own count."""
        came = f"{len(self.prints)} different entries came, the API counts {self.entries}"
        if self._repeated:
            repeated = ", ".join(map(str, sorted(self._repeated)[:5]))
            raise RepeatedError(f"{came}; repeated: {repeated}", self)
        if len(self.prints) != self.entries:
            raise MovedError(came)

    def compare(self, again: Leaf) -> None:
        """`again` is page 1, read after all others: it must hold the same entries with the same figures."""
        self._check_pagination(again)
        if (again.rows, again.prints) != (self._first.rows, self._first.prints):
            raise MovedError("page 1 was not the same when it was read again at the end")

    def _check_pagination(self, leaf: Leaf) -> None:
        came = leaf.pagination
        # A list of nothing has no page at all: the API may call it page 0.
        if came.current_page != leaf.number and not (self.entries == 0 == came.current_page):
            raise ContradictionError(f"page {came.current_page} came where page {leaf.number} was asked for")
        for name in ("total_entries", "total_pages", "per_page"):
            before, now = getattr(self._stated, name), getattr(came, name)
            if before != now:
                raise MovedError(f"{name} was {before} and then {now}")


def leaf_of(page: Page, subject: Subject) -> Leaf:
    """What has to be remembered of `page`.

    `subject`: a client, and then no entry may be a document of another one; or a list of the account. Raises
    ReadingError for an entry without a readable id, or of another client, and for a list without an end: none
    of these is a matter of movement, and none is read again. Raises MovedError for an entry that comes twice
    with other figures.
    """
    where = name_owner(subject)
    check_pages(page.pagination, where)
    prints: dict[int, bytes] = {}
    repeated: set[int] = set()
    for row, entry in enumerate(page.entries, start=1):
        place = f"{where}: entry {row} of page {page.number}"
        identity = id_of(entry)
        if identity is None:
            raise ReadingError(f"{place} has no readable id. Report it to the vendor")
        if isinstance(subject, int):
            _check_owner(entry, subject, place=f"{place}, document {identity},")
        found = _print(entry, place, has_lines=isinstance(subject, int))
        if identity in prints:
            repeated.add(identity)
        if prints.setdefault(identity, found) != found:
            raise MovedError(f"page {page.number} repeats an entry with other figures")
    return Leaf(page.number, page.pagination, len(page.entries), prints, frozenset(repeated))


def agree(readings: Sequence[Ledger]) -> bool:
    """Whether each entry has the same figures wherever it came."""
    found = {pair for reading in readings for pair in reading.prints.items()}
    return len(found) == len(dict(found))


def are_whole(readings: Sequence[Ledger]) -> bool:
    """Whether readings in which entries came more than once have all of them together, where they agree.

    An order that is not one puts an entry on two pages and leaves out another, the same way each time. Where
    readings of different page sizes have as many entries together as the API counts, nothing is missing.
    """
    together = {entry for reading in readings for entry in reading.prints}
    return {reading.entries for reading in readings} == {len(together)}


def check_pages(pagination: Pagination, where: str) -> None:
    """Raises ReadingError for a list without an end."""
    if pagination.total_pages > MOST_PAGES:
        raise ReadingError(
            f"{where}: {pagination.total_pages:,} pages are announced, above {MOST_PAGES:,}. "
            f"{ContradictionError.advice}"
        )


def id_of(entry: Mapping[str, Any]) -> int | None:
    """The `id` of a document or client: a whole number, also as digits in a text; else None."""
    return read_count(entry.get("id"), MOST_DIGITS)


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


def _print(entry: Mapping[str, Any], place: str, *, has_lines: bool) -> bytes:
    """A digest of what figures rest on: a signed link, or a field nobody knows, may differ every time.

    `has_lines`: a document's lines are used. Of the account's own lists nothing reads them.
    """
    figures = {name: entry[name] for name in FIGURES & entry.keys()}
    owner = entry.get("client")
    figures["client"] = owner.get("id") if isinstance(owner, dict) else owner
    if has_lines:
        lines = entry.get("items")
        figures["items"] = [*map(_line_figures, lines)] if isinstance(lines, list) else lines
    try:
        text = _WRITER.encode(figures)
    except RecursionError:
        raise ReadingError(f"{place} is nested too deeply to be compared. Report it to the vendor") from None
    return hashlib.blake2b(text.encode(), digest_size=PRINT_BYTES).digest()


def _line_figures(line: object) -> object:
    return {name: line[name] for name in LINE_FIGURES & line.keys()} if isinstance(line, dict) else line
