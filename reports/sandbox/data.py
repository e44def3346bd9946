"""The generated account: a healthy, invented business whose papers show everything the API can reply.

`generate` gives the same account every time, without a clock; documents are dated 2024-09-12 to 2026-10-31
and are dense in October 2026. Nothing in it is anybody's: names are made up, addresses end in example.pt or
example.com, postal codes begin with 0000, and each NIF fails its own check digit, except 999999990, which
the law gives to "Consumidor final". What each client shows is said in `clients_at_home` and `clients_abroad`.

No counted document deserves a warning of its client. No line figure has more than eight decimals before
binary noise is added, so nothing is lost by cutting it there.
"""

import random
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from http import HTTPStatus
from typing import NamedTuple

from reports.sandbox.books import DocumentBook, number_papers
from reports.sandbox.clients_abroad import ABROAD
from reports.sandbox.clients_at_home import AT_HOME, GONE
from reports.sandbox.documents import RECORDED, Habits, Raw
from reports.sandbox.taxes import list_taxes

SEED = 20261031
LATELY = timedelta(days=60)
ISSUES_LATE = 3100005
"""The client one of whose documents is of an earlier day than that on which it came into the account."""

PART_PAYMENTS = {3100001: Decimal("150.00")}


class PeriodList(NamedTuple):
    """What is assumed of `GET /invoices.json`; the defaults are the vendor's OpenAPI description of 2026-07.

    `refused_with`: an account's plan lacks the list (401, 403), or the service has it no more (404).
    `must_filter`: without types, statuses or `non_archived` the request is refused; else an absent filter
    leaves nothing out. `takes_other_words`: words for types and statuses that the description does not name,
    such as `SimplifiedInvoice` and `final`, are filters too; else the request is refused.
    """

    refused_with: HTTPStatus | None = None
    must_filter: bool = True
    takes_other_words: bool = True


DOCUMENTED = PeriodList()


@dataclass(frozen=True)
class SandboxAccount:
    """What the sandbox serves: `clients` and, by client id, `documents`, raw and in the order of the reply.

    A client that has documents and is not among `clients` is gone: its documents are in the list of a period
    alone. `part_payments`, by client id too, are known to the balance alone; `taxes` are the rows of
    `/taxes.json`. `largest_page_size`: the service documents none, recorded replies have 50 and 100. All may
    be changed while a sandbox serves them.
    """

    name: str
    clients: list[Raw]
    documents: dict[int, list[Raw]]
    part_payments: dict[int, Decimal] = field(default_factory=dict)
    taxes: list[Raw] = field(default_factory=list)
    largest_page_size: int = 100
    period_list: PeriodList = DOCUMENTED


def generate(habits: Habits = RECORDED) -> SandboxAccount:
    """Makes the account "demo", equal each time. Documents come in no order, but always in the same one."""
    chance = random.Random(SEED)  # noqa: S311 - repeatable, nothing to guard
    writers = sorted((*AT_HOME, *ABROAD, *GONE), key=lambda one: int(one[0]["id"]))
    books = [DocumentBook(dict(one), chance, habits) for one, _ in writers]
    for book, (_, write) in zip(books, writers, strict=True):
        write(book)
    number_papers([paper for book in books for paper in book.papers], habits)
    documents = {
        book.client["id"]: [paper.raw for paper in book.papers if not paper.is_withdrawn] for book in books
    }
    for papers in documents.values():
        papers.sort(key=lambda _: chance.random())  # shuffle() may differ between Python versions.
    gone = {one["id"] for one, _ in GONE}
    clients = [book.client for book in books if book.client["id"] not in gone]
    return SandboxAccount("demo", clients, documents, dict(PART_PAYMENTS), list_taxes())


def as_of(account: SandboxAccount, day: date) -> SandboxAccount:
    """`account` as it was on `day`, as far as its documents tell: what came later is not there yet.

    Of the last LATELY days one document was issued late, every other paid invoice was not paid yet, and what
    is cancelled was not.
    """
    documents = {
        client_id: [dict(paper) for paper in papers if _date(paper) <= day]
        for client_id, papers in account.documents.items()
    }
    for papers in documents.values():
        recent = [paper for paper in papers if day - LATELY < _date(paper)]
        recent.sort(key=lambda paper: int(paper["id"]))
        for paper in recent[::2]:
            if paper["type"] == "Invoice" and paper["status"] == "settled":
                paper["status"] = "final"
        for paper in recent:
            if paper["status"] == "canceled":
                paper["status"] = "final"
    late = max((paper for paper in documents[ISSUES_LATE]), key=lambda paper: int(paper["id"]))
    documents[ISSUES_LATE].remove(late)
    return replace(account, documents=documents)


def _date(paper: Raw) -> date:
    day, month, year = map(int, str(paper["date"]).split("/"))
    return date(year, month, day)
