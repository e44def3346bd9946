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
from reports.source.http.response import Page, Pagination

READINGS = 3
MOST_PAGES = 10_000
"""100,000 documents on the vendor's smallest pages, of ten. More is a server that never ends."""

FIGURES = frozenset(
    (
        *(
            "id",
            "type",
            "status",
            "archived",
            "date",
            "due_date",
            "sequence_number",
            "inverted_sequence_number",
        ),
        *("sum", "discount", "before_taxes", "taxes", "total", "retention", "currency", "multicurrency"),
        *("tax_exemption", "name", "fiscal_id", "email", "country", "language"),
    )
)
LINE_FIGURES = frozenset(
    ("quantity", "unit_price", "discount", "tax", "subtotal", "tax_amount", "discount_amount", "total")
)
"""The fields of a document or a client, and of a line, by which two readings are compared, as the service
calls them. Whose a document is, is proven of every entry."""

MOST_DIGITS = 18
PRINT_BYTES = 16

_WRITER = json.JSONEncoder(default=str, sort_keys=True, check_circular=False)


class MovedError(Exception):
    """The list changed while it was read. The text says what is wrong."""


class ContradictionError(MovedError):
    """What the API says of its list cannot be true, whether or not it changed."""


class RepeatedError(ContradictionError):
    """Entries came more than once and others not at all, the same figures each time: those of `ledger`."""

    def __init__(self, message: str, ledger: "Ledger") -> None:
        super().__init__(message)
        self.ledger = ledger


@dataclass(frozen=True)
class Leaf:
    """What has to be remembered of a page. `prints`: id → digest of its figures. `repeated`: ids that it has
    more than once."""

    number: int
    pagination: Pagination
    rows: int
    prints: Mapping[int, bytes]
    repeated: frozenset[int] = frozenset()


class Ledger:
    """One reading of one list, leaf by leaf, beginning with page 1; the others come in any order.

    Every method that is given a leaf raises MovedError when it does not belong to the same list.
    """

    def __init__(self, first: Leaf) -> None:
        self._stated = first.pagination
        self._prints: dict[int, bytes] = {}
        self._repeated: set[int] = set()
        self._first = first
        self.read = 0
        self._check_totals()
        self.add(first)

    @property
    def entries(self) -> int:
        """How many entries the list has, by the API's own count."""
        return self._stated.total_entries

    @property
    def page_size(self) -> int:
        """How many entries a page has, by the API's own word."""
        return self._stated.per_page

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
            raise ContradictionError(
                f"page {leaf.number} has {leaf.rows} entries where there should be {due}"
            )
        again = self._prints.keys() & leaf.prints.keys()
        if any(self._prints[identity] != leaf.prints[identity] for identity in again):
            raise MovedError(f"page {leaf.number} repeats an entry with other figures")
        self._repeated |= again | leaf.repeated
        self._prints.update(leaf.prints)
        self.read += 1

    def close(self) -> None:
        """All pages have been added. The count of different ids must be the API's own count."""
        came = f"{len(self._prints)} different entries came, the API counts {self.entries}"
        if self._repeated:
            repeated = ", ".join(map(str, sorted(self._repeated)[:5]))
            raise RepeatedError(f"{came}; repeated: {repeated}", self)
        if len(self._prints) != self.entries:
            raise MovedError(came)

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
            raise ContradictionError(
                f"{stated.total_entries} entries, {stated.per_page} a page, do not make "
                f"{stated.total_pages} pages"
            )

    def _check_pagination(self, leaf: Leaf) -> None:
        came, stated = leaf.pagination, self._stated
        # A list of nothing has no page at all: the API may call it page 0.
        if came.current_page != leaf.number and not (stated.total_entries == 0 == came.current_page):
            raise ContradictionError(f"page {came.current_page} came where page {leaf.number} was asked for")
        for name in ("total_entries", "total_pages", "per_page"):
            before, now = getattr(stated, name), getattr(came, name)
            if before != now:
                raise MovedError(f"{name} was {before} and then {now}")

    def _rows_due(self, number: int) -> int:
        before = (number - 1) * self._stated.per_page
        return min(self._stated.per_page, self._stated.total_entries - before)


class Union:
    """What readings of one list have together in which entries came more than once.

    An order that is not one puts an entry on two pages and leaves out another, the same way each time. Where
    readings of different page sizes have as many entries together as the API counts, and each the same
    figures wherever it came, nothing is missing.
    """

    def __init__(self) -> None:
        self._prints: dict[int, bytes] = {}
        self._counts: set[int] = set()

    @property
    def is_whole(self) -> bool:
        """Whether every reading was of as many entries as there are together."""
        return self._counts == {len(self._prints)}

    def add(self, ledger: Ledger) -> bool:
        """Takes in one more reading; False, and nothing taken, where its figures contradict those before."""
        if any(self._prints.get(entry, found) != found for entry, found in ledger.prints.items()):
            return False
        self._prints.update(ledger.prints)
        self._counts.add(ledger.entries)
        return True


def leaf_of(page: Page, *, client: int | None) -> Leaf:
    """What has to be remembered of `page`.

    `client`: no entry may be a document of another client; None: the entries are clients. Raises
    ReadingError for an entry without a readable id, or of another client, and for a list without an end: none
    of these is a matter of movement, and none is read again. Raises MovedError for an entry that comes twice
    with other figures.
    """
    where = "the list of clients" if client is None else f"client {client}"
    check_pages(page.pagination, where)
    prints: dict[int, bytes] = {}
    repeated: set[int] = set()
    for row, entry in enumerate(page.entries, start=1):
        place = f"{where}: entry {row} of page {page.number}"
        identity = id_of(entry)
        if identity is None:
            raise ReadingError(f"{place} has no readable id. Report it to the vendor")
        if client is not None:
            _check_owner(entry, client, place=f"{place}, document {identity},")
        found = _print(entry, place)
        if identity in prints:
            repeated.add(identity)
        if prints.setdefault(identity, found) != found:
            raise MovedError(f"page {page.number} repeats an entry with other figures")
    return Leaf(page.number, page.pagination, len(page.entries), prints, frozenset(repeated))


def check_pages(pagination: Pagination, where: str) -> None:
    """Raises ReadingError for a list without an end."""
    if pagination.total_pages > MOST_PAGES:
        raise ReadingError(f"{where}: {pagination.total_pages:,} pages are announced, above {MOST_PAGES:,}")


def make_unsettled_error(where: str, error: MovedError) -> ReadingError:
    """The error when the last of READINGS readings failed as well, with `error`."""
    if isinstance(error, ContradictionError):
        return ReadingError(
            f"{where}: what the API says of its list cannot be true, {READINGS} readings in a row: {error}. "
            "Run again later; if it stays so, report it to the vendor"
        )
    return ReadingError(
        f"{where}: the list changes while it is read, {READINGS} readings in a row: {error}. Run again later"
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
    """A digest of what figures rest on: a signed link, or a field nobody knows, may differ every time."""
    figures = {name: entry[name] for name in FIGURES & entry.keys()}
    lines = entry.get("items")
    owner = entry.get("client")
    figures["client"] = owner.get("id") if isinstance(owner, dict) else owner
    figures["items"] = [*map(_line_figures, lines)] if isinstance(lines, list) else lines
    try:
        text = _WRITER.encode(figures)
    except RecursionError:
        raise ReadingError(f"{place} is nested too deeply to be compared. Report it to the vendor") from None
    return hashlib.blake2b(text.encode(), digest_size=PRINT_BYTES).digest()


def _line_figures(line: object) -> object:
    return {name: line[name] for name in LINE_FIGURES & line.keys()} if isinstance(line, dict) else line
