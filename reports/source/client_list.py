"""The account's own list of clients: to write a configuration, and to say how many of them a run covers."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports import cancellation
from reports.errors import ReadingError
from reports.source.archive import Header, Owner, Spool, name_owner, path_of, read_header, read_pages
from reports.source.completeness import READINGS, Ledger, MovedError, check_pages, id_of, leaf_of
from reports.source.http.response import page_of

if TYPE_CHECKING:
    from reports.source.http.api import Api

WHERE = name_owner(None)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class AccountClient:
    """A client as the account knows it; texts in one line, but for the address. None: it does not say."""

    id: int
    name: str
    fiscal_id: str | None
    email: str | None
    language: str | None
    address: str | None = None
    postal_code: str | None = None
    city: str | None = None
    country: str | None = None


@dataclass(frozen=True)
class ClientList:
    """`total` is the API's own count; `clients` are all of them, or those of the first page."""

    total: int
    clients: tuple[AccountClient, ...]

    @cached_property
    def by_id(self) -> Mapping[int, AccountClient]:
        return {client.id: client for client in self.clients}

    @property
    def addresses(self) -> dict[int, str | None]:
        """What the account has as each client's mail address, by id."""
        return {client.id: client.email for client in self.clients}


def fetch_clients(
    api: "Api", *, account: str, source: Path, now: Callable[[], datetime], everything: bool
) -> ClientList:
    """Reads the list into its archive, `everything` by the rules of completeness, else page 1 for the total.

    Raises what `api` raises, ReadingError when the list does not keep still, WriteError.
    """
    moved = MovedError()
    for _ in range(READINGS):
        try:
            with Spool(source) as spool:
                ledger = _read_pages(api, spool, everything=everything)
                is_complete = ledger.read == ledger.pages
                header = Header(account, None, {}, now(), ledger.read, is_complete, origin=api.origin)
                spool.finish(header, path_of(source, None))
            return read_clients(path_of(source, None))
        except MovedError as error:
            moved = error
    raise moved.to_reading_error(WHERE)


def list_clients(api: "Api") -> dict[int, AccountClient]:
    """All the account's clients by id, of one reading; nothing is kept.

    Raises what `Api` raises, and ReadingError for a list without an end.
    """
    first = api.clients_page(1)
    check_pages(first.pagination, WHERE)
    pages = [first, *(api.clients_page(number) for number in range(2, first.pagination.total_pages + 1))]
    entries = (entry for page in pages for entry in page.entries)
    found = (_client(entry) for entry in entries if id_of(entry) is not None)
    return {client.id: client for client in found}


def read_clients(path: Path) -> ClientList:
    """What `fetch_clients` has put into the archive `path`. Raises ReadingError."""
    total = 0
    clients: list[AccountClient] = []
    for number, body in enumerate(read_pages(path, may_be_partial=True), start=1):
        try:
            page = page_of(body, number=number, listed="clients")
            clients += map(_client, page.entries)
        except (ValueError, ArithmeticError, RecursionError):
            raise ReadingError(f"{path}: page {number} is no list of clients. Read it again") from None
        total = page.pagination.total_entries
    return ClientList(total, tuple(clients))


def read_stored_clients(source: Path, account: str) -> ClientList | None:
    """The account's clients as they were last read into `source`; None when they never were.

    A list that cannot be read, or is another account's, is logged and taken for none.
    """
    path = path_of(source, None)
    try:
        read_header(path, owner=Owner(account, None), may_be_partial=True)
        return read_clients(path)
    except ReadingError as error:
        if path.exists():
            _log.warning("%s", error)
        return None


def _read_pages(api: "Api", spool: Spool, *, everything: bool) -> Ledger:
    first = api.clients_page(1)
    if not first.entries:
        # An answer of nothing does not say to which question it is: it is asked again, where none is late.
        _log.info("%s: page 1 is empty, and read again", WHERE)
        first = api.clients_page(1, is_fresh=True)
    spool.add(1, first.body)
    ledger = Ledger(leaf_of(first, client=None))
    for number in range(2, ledger.pages + 1 if everything else 2):
        cancellation.check_cancelled()
        page = api.clients_page(number)
        spool.add(number, page.body)
        ledger.add(leaf_of(page, client=None))
    if ledger.read == ledger.pages:
        # A client that stands there twice hides another one.
        ledger.close()
    if ledger.read > 1:
        ledger.compare(leaf_of(api.clients_page(1), client=None))
    return ledger


def _client(entry: Mapping[str, Any]) -> AccountClient:
    identity = id_of(entry)
    if identity is None:
        raise ValueError("a client without a readable id")
    texts: dict[str, Any] = {field.name: _text(entry.get(field.name)) for field in fields(AccountClient)}
    own = {"id": identity, "name": texts["name"] or "", "address": _lines(entry.get("address"))}
    return AccountClient(**texts | own)


def _lines(value: object) -> str | None:
    """A text with its line breaks, those of blanks left out."""
    lines = map(_text, value.splitlines()) if isinstance(value, str) else ()
    return "\n".join(filter(None, lines)) or None


def _text(value: object) -> str | None:
    """A text or a number as text in one line; None for everything else and for nothing but blanks."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return None
    return " ".join(str(value).split()) or None
