"""An account as its replies have it, and its documents with the client and the texts that filing looks at.

Signs, amounts, rates and regions of lines are those of the older oracle (`tests.support.tie`); what it leaves
out of a reply is read here. Nothing of `reports` is used.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from tests.support import oracle
from tests.support.tie.counting import Document, count_entries
from tests.support.tie.entry import read_entry
from tests.support.tie.raw import read_taxes
from tests.support.tie.region import Known
from tests.support.tie.values import read_id, read_text, to_mapping

Raw = Mapping[str, Any]


@dataclass(frozen=True)
class RawAccount:
    """What the API says of an account, and what a run knows beside it. Amounts are Decimal, int or text.

    `documents`: those of each client with figures, all dates and statuses. `clients`: the rows of
    /clients.json, None where it was refused. `taxes`: the rows of /taxes.json. `listed`: the period's
    documents by the account's own list, None where it was not asked or refused. `failed` clients have no
    figures, `kept` ones those of an earlier reading. Both days of the period are in it.
    """

    documents: Mapping[int, Sequence[Raw]]
    clients: Sequence[Raw] | None
    taxes: Sequence[Raw]
    first: date
    last: date
    read_on: date
    region: str = "PT"
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    failed: frozenset[int] = frozenset()
    kept: frozenset[int] = frozenset()
    listed: Sequence[Raw] | None = None


@dataclass(frozen=True)
class AccountDocument:
    """A document with its client. `fiscal_id` and `country` are its own snapshot's, "" for none."""

    client_id: int
    document: Document
    place: str
    reference: str
    observations: str
    country: str
    fiscal_id: str
    email: str
    phone: str
    payment_reference: str

    @property
    def day(self) -> date:
        return self.document.issued

    @property
    def order(self) -> tuple[date, int]:
        """By date, then id."""
        return self.document.issued, self.document.id


class Group(NamedTuple):
    """What a document gives to one row of the VAT summary: signed, in cents. `code` only at 0 %."""

    owner: AccountDocument
    scheme: str
    region: str | None
    rate: str | None
    code: str | None
    base: Decimal
    tax: Decimal

    @property
    def is_note(self) -> bool:
        return self.owner.document.is_credit_note


@dataclass(frozen=True)
class Account:
    """An account that has been read: documents of all clients by date, then id; rows of clients by id."""

    raw: RawAccount
    documents: tuple[AccountDocument, ...]
    clients: Mapping[int, Raw]

    def counted(self, first: date | None = None, last: date | None = None) -> list[AccountDocument]:
        """The counted documents of the period, or between two other days."""
        start, end = first or self.raw.first, last or self.raw.last
        return [one for one in self.documents if one.document.is_counted and start <= one.day <= end]

    def of_client(self, client_id: int) -> list[AccountDocument]:
        """The documents of a client, the newest first."""
        return [one for one in reversed(self.documents) if one.client_id == client_id]


def read_account(raw: RawAccount) -> Account:
    """Reads the documents of every client."""
    clients = {read_id(row.get("id")): row for row in raw.clients or ()}
    known_clients = {identity: row for identity, row in clients.items() if identity is not None}
    taxes = read_taxes(raw.taxes)
    found: list[AccountDocument] = []
    for client_id, entries in raw.documents.items():
        country = read_text(known_clients.get(client_id, {}).get("country"))
        known = Known(taxes, raw.region, country)
        counted = count_entries([read_entry(one) for one in entries], known)
        found += map(_add_texts, [client_id] * len(entries), counted, entries)
    return Account(raw, tuple(sorted(found, key=lambda one: one.order)), known_clients)


def split_groups(documents: Iterable[AccountDocument]) -> Iterator[Group]:
    """Splits documents into their groups, each rounded once, or lowered by a discount on the whole."""
    for one in documents:
        for (scheme, region, rate, code), (base, tax) in oracle.row_amounts(one.document).items():
            yield Group(one, scheme, region, rate, code, base, tax)


def _add_texts(client_id: int, document: Document, raw: Raw) -> AccountDocument:
    client, payment = to_mapping(raw.get("client")), to_mapping(raw.get("mb_reference"))
    return AccountDocument(
        client_id=client_id,
        document=document,
        place=read_text(raw.get("inverted_sequence_number")),
        reference=read_text(raw.get("reference")),
        observations=read_text(raw.get("observations")),
        country=read_text(client.get("country")),
        fiscal_id=read_text(client.get("fiscal_id")),
        email=read_text(client.get("email")),
        phone=read_text(client.get("phone")),
        payment_reference=f"{read_text(payment.get('entity'))} {read_text(payment.get('reference'))}".strip(),
    )
