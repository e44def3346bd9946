"""What the API has, read from its own replies with the standard library alone.

Amounts are `Decimal` and signed: what a credit note holds counts against the client's invoices. Amounts of a
document are cents; those of a line are exact, as they came. Both ends of a period are in it.
"""

import json
import urllib.request
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.support.tie.counting import (
    COUNTED_STATUSES,
    OPEN_STATUSES,
    PAID_WHEN_ISSUED,
    RECEIPTS,
    SIGNS,
    Document,
    Line,
    count_entries,
)
from tests.support.tie.entry import Entry, read_entry
from tests.support.tie.law import PORTUGAL
from tests.support.tie.region import Known, Taxes
from tests.support.tie.values import CENT, cents, plain, read_id, read_json, read_rate, read_text, to_mappings

__all__ = [
    "CENT",
    "COUNTED_STATUSES",
    "OPEN_STATUSES",
    "PAID_WHEN_ISSUED",
    "RECEIPTS",
    "SIGNS",
    "Client",
    "Document",
    "Known",
    "Line",
    "Taxes",
    "cents",
    "plain",
    "read_account",
    "read_documents",
    "read_taxes",
]

PAGE_SIZE = 100
TIMEOUT_SECONDS = 30
FILTER = {"filter": {"archived": ["archived", "non_archived"]}}


@dataclass(frozen=True, eq=False)
class Client:
    """Everything the API has of one client, and how many pages it took. No two are equal."""

    id: int
    name: str
    pages: int
    documents: tuple[Document, ...]

    def counted(self, first: date, last: date) -> list[Document]:
        """The counted documents of a period, by date, then id."""
        found = [one for one in self.documents if one.is_counted and first <= one.issued <= last]
        return sorted(found, key=lambda one: (one.issued, one.id))

    def not_counted(self, first: date, last: date) -> list[Document]:
        """The documents of a period that count for nothing, by date, then id."""
        found = [one for one in self.documents if not one.is_counted and first <= one.issued <= last]
        return sorted(found, key=lambda one: (one.issued, one.id))

    def receipts(self, first: date, last: date) -> list[Document]:
        """The receipts of a period that stand, by date, then id."""
        here = self.not_counted(first, last)
        return [one for one in here if one.type in RECEIPTS and one.status in COUNTED_STATUSES]

    def open(self) -> list[Document]:
        """The open documents of any date."""
        return [one for one in self.documents if one.is_open]


def read_account(url: str, api_key: str, *, region: str = PORTUGAL) -> list[Client]:
    """Reads every client of the account with every document, over HTTP; `region` is the account's own."""
    taxes = read_taxes(_ask(f"{url}/taxes.json?api_key={api_key}", None)["taxes"])
    return [_read_client(url, api_key, one, taxes, region) for one in _list_clients(url, api_key)]


def read_taxes(rows: Iterable[Mapping[str, Any]]) -> Taxes:
    """Reads the rows of /taxes.json: by id, the region as it stands there and percent."""
    found = {read_id(row.get("id")): (row.get("region"), read_rate(row.get("value"))) for row in rows}
    return {identity: tax for identity, tax in found.items() if identity is not None}


def read_documents(entries: Sequence[Mapping[str, Any]], known: Known | None = None) -> tuple[Document, ...]:
    """Reads the documents of a client as a reply has them."""
    return tuple(count_entries([read_entry(one) for one in entries], known or Known()))


def _list_clients(url: str, api_key: str) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = []
    page, pages = 1, 1
    while page <= pages:
        reply = _ask(f"{url}/clients.json?page={page}&per_page={PAGE_SIZE}&api_key={api_key}", None)
        found += to_mappings(reply["clients"])
        pages = int(reply["pagination"]["total_pages"])
        page += 1
    return found


def _read_client(url: str, api_key: str, client: Mapping[str, Any], taxes: Taxes, region: str) -> Client:
    identity = int(client["id"])
    entries: dict[int, Entry] = {}
    page, pages = 1, 1
    while page <= pages:
        query = f"page={page}&per_page={PAGE_SIZE}&api_key={api_key}"
        reply = _ask(f"{url}/clients/{identity}/invoices.json?{query}", FILTER)
        entries |= {one.id: one for one in map(read_entry, to_mappings(reply["invoices"]))}
        pages = int(reply["pagination"]["total_pages"])
        page += 1
    if len(entries) != int(reply["pagination"]["total_entries"]):
        raise ValueError(f"client {identity}: {len(entries)} documents read, not as many as promised")
    known = Known(taxes, region, read_text(client.get("country")))
    return Client(identity, client["name"], page - 1, tuple(count_entries([*entries.values()], known)))


def _ask(address: str, body: dict[str, Any] | None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    headers = {"accept": "application/json", "content-type": "application/json; charset=utf-8"}
    request = urllib.request.Request(address, data=data, headers=headers)  # noqa: S310 - the sandbox
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(request, timeout=TIMEOUT_SECONDS) as reply:
        return read_json(reply.read().decode("utf-8"))
