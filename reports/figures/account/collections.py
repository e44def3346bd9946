"""Collections: who owes what, how late, and how to reach them; and what is open no longer.

Amounts are payable, signed, each in its own currency. Part payments are invisible to this API, so a document
is open until it is paid in full.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from reports.figures.document import Document
from reports.figures.identity import newest_first
from reports.figures.tables import Tables, columns
from reports.figures.totals import CREDIT, Figures
from reports.period import Period


class Contact(NamedTuple):
    """How a client is reached."""

    email: str | None
    phone: str | None


@dataclass(frozen=True)
class Debt:
    """What a client owes in one currency.

    `buckets` has the amount of every bucket of the ageing, credits of the client apart in `credit`, which is
    never above 0; `open` is all of it. `oldest_due` is the earliest due date of what is owed, its issue date
    where there is none. `references` are payment references, `entity / reference`, the most overdue first.
    """

    client: int
    name: str
    currency: str
    buckets: Mapping[str, Decimal]
    credit: Decimal
    open: Decimal
    overdue: Decimal
    oldest_due: dt.date | None
    contact: Contact
    references: tuple[str, ...]


class ClosedDocument(NamedTuple):
    """A document that was open when an earlier period was reported, and is not any more.

    `status` is today's, None for a document that is not there any more; `is_paid`: it still counts, so it was
    paid or set off.
    """

    document: int
    number: str
    type: str
    date: dt.date | None
    due_date: dt.date | None
    currency: str
    payable: Decimal
    status: str | None
    is_paid: bool


@dataclass(frozen=True)
class ClosedDocuments:
    """What of a client is open no longer since the report of the period `since`, which was read at `read_at`,
    local time."""

    since: Period
    read_at: dt.datetime
    documents: tuple[ClosedDocument, ...]


def list_debts(figures: Figures, contact: Contact, *, client: int, name: str) -> tuple[Debt, ...]:
    """The debts of a client, a currency each, in the order of its totals."""
    rows = list(
        columns(
            figures.open_documents,
            *("currency", "bucket", "due_date", "date", "mb_entity", "mb_reference"),
        )
    )
    debts = []
    for total in figures.totals:
        own = [row for row in rows if row[0] == total.currency]
        if not own:
            continue
        owed = [row for row in own if row[1] != CREDIT]
        references = (f"{row[4]} / {row[5]}" if row[4] else row[5] for row in owed if row[5])
        debts.append(
            Debt(
                client=client,
                name=name,
                currency=total.currency,
                buckets={
                    bucket.bucket: bucket.amount
                    for bucket in figures.ageing
                    if bucket.currency == total.currency and bucket.bucket != CREDIT
                },
                credit=total.credit,
                open=total.open,
                overdue=total.overdue,
                oldest_due=min((row[2] or row[3] for row in owed), default=None),
                contact=contact,
                references=tuple(dict.fromkeys(references)),
            )
        )
    return tuple(debts)


def find_contact(documents: Sequence[Document], listed_email: str | None) -> Contact:
    """Address and telephone of the newest document that has them; the address of the account's list first."""
    clients = [document.client for document in newest_first(documents)]
    email = next((client.email for client in clients if client.email), None)
    phone = next((client.phone for client in clients if client.phone), None)
    return Contact(listed_email or email, phone)


def list_closed(then: Tables, now: Tables) -> Iterator[ClosedDocument]:
    """The documents that were open `then` and are not `now`, by date, then id; amounts as they were."""
    today = {
        identity: (is_open, is_counted, status)
        for identity, is_open, is_counted, status in columns(
            now.documents, "id", "is_open", "is_counted", "status"
        )
    }
    fields = ("id", "is_open", "number", "type", "date", "due_date", "currency", "payable")
    found = []
    for identity, was_open, *facts in columns(then.documents, *fields):
        is_open, is_counted, status = today.get(identity, (False, False, None))
        if was_open and not is_open:
            closed = (identity, *facts, status, is_counted)
            found.append(ClosedDocument._make(closed))
    yield from sorted(found, key=lambda one: (one.date or dt.date.min, one.document))
