"""The account's own list of clients: to write a configuration, and to say how many of them a run covers."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports.errors import ReadingError
from reports.source.archive import (
    AccountList,
    Header,
    Owner,
    name_owner,
    path_of,
    read_header,
    read_pages,
)
from reports.source.completeness import check_pages, id_of
from reports.source.http.response import Page, page_of
from reports.source.list_reading import store_list, to_line

if TYPE_CHECKING:
    from reports.source.http.api import Api

CLIENTS = AccountList.CLIENTS
WHERE = name_owner(CLIENTS)

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

    def make_header(pages: int, is_complete: bool) -> Header:
        return Header(account, None, {}, now(), pages, is_complete, origin=api.origin, listed=CLIENTS)

    pages = store_list(CLIENTS, api.clients_page, source, make_header, _parse_clients, is_whole=everything)
    return _join_pages(pages)


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
    pages: list[ClientList] = []
    for number, body in enumerate(read_pages(path, may_be_partial=True), start=1):
        try:
            pages.append(_parse_clients(page_of(body, number=number, listed="clients")))
        except (ValueError, ArithmeticError, RecursionError):
            raise ReadingError(f"{path}: page {number} is no list of clients. Read it again") from None
    return _join_pages(pages)


def read_stored_clients(source: Path, account: str) -> ClientList | None:
    """The account's clients as they were last read into `source`; None when they never were.

    A list that cannot be read, or is another account's, is logged and taken for none.
    """
    path = path_of(source, CLIENTS)
    try:
        read_header(path, owner=Owner(account, CLIENTS), may_be_partial=True)
        return read_clients(path)
    except ReadingError as error:
        if path.exists():
            _log.warning("%s", error)
        return None


def _parse_clients(page: Page) -> ClientList:
    return ClientList(page.pagination.total_entries, tuple(map(_client, page.entries)))


def _join_pages(pages: Sequence[ClientList]) -> ClientList:
    return ClientList(pages[-1].total, tuple(client for page in pages for client in page.clients))


def _client(entry: Mapping[str, Any]) -> AccountClient:
    identity = id_of(entry)
    if identity is None:
        raise ValueError("a client without a readable id")
    texts: dict[str, Any] = {field.name: to_line(entry.get(field.name)) for field in fields(AccountClient)}
    own = {"id": identity, "name": texts["name"] or "", "address": _lines(entry.get("address"))}
    return AccountClient(**texts | own)


def _lines(value: object) -> str | None:
    """A text with its line breaks, those of blanks left out."""
    lines = map(to_line, value.splitlines()) if isinstance(value, str) else ()
    return "\n".join(filter(None, lines)) or None
