"""What the clients of the generated account were issued, and its numbers in the account's series."""

import base64
import hashlib
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from reports.sandbox.documents import (
    FIGURES,
    NEVER_FINAL,
    Habits,
    Raw,
    Tax,
    document,
    line,
    noisy,
    vendor_day,
)

PAID_WHEN_ISSUED = ("InvoiceReceipt", "CashInvoice", "Receipt", "VatMossReceipt")
PREFIXES = {"Invoice": "FT", "InvoiceReceipt": "FR", "VatMossInvoice": "FVM"}
"""What is printed before the number, of the types that other documents name."""

NAME_OF_ABOUT = "{about}"
"""Stands in observations for the printed number of the document that is credited or paid."""

SNAPSHOT = ("id", "name", "email", "address", "postal_code", "country", "code", "fiscal_id", "phone")
FIRST_MONTH = date(2024, 10, 1)
MONTHS = 24
"""Months of history: all before the last one, October 2026."""


@dataclass
class IssuedDocument:
    """A document; it is `raw` once it has its `number`, which follows the days of the whole account.

    `numbered_on` is its own day, unless it was dated back. One that `is_withdrawn` took a number, and
    nothing is left of it on the service. Without `series` it is in the one of its year.
    """

    kind: str
    day: date
    lines: Sequence[Raw]
    client: Raw
    about: "IssuedDocument | None"
    fields: dict[str, Any]
    numbered_on: date
    is_withdrawn: bool = False
    series: str | None = None
    number: str = ""
    raw: Raw = field(default_factory=dict)

    @property
    def printed(self) -> str:
        """The number as it stands on paper, and on the papers that name it."""
        return f"{PREFIXES[self.kind]} {self.number}"


@dataclass
class DocumentBook:
    """The papers of one client in the order they are written."""

    client: Raw
    chance: random.Random
    habits: Habits
    papers: list[IssuedDocument] = field(default_factory=list)

    def line(self, name: str, unit_price: str | Decimal, *, tax: Tax | None, **fields: Any) -> Raw:
        """Makes a line item by the habits of the book; `fields` as `line` takes them."""
        return line(name, unit_price, tax=tax, habits=self.habits, **fields)

    def issue(
        self,
        kind: str,
        day: str | date,
        *lines: Raw,
        due_days: int | None = 30,
        about: IssuedDocument | None = None,
        name: str | None = None,
        numbered_on: str | None = None,
        is_withdrawn: bool = False,
        series: str | None = None,
        **fields: Any,
    ) -> IssuedDocument:
        """Write a paper; `about` is the one it credits or pays, `name` the client's at that time."""
        when = date.fromisoformat(day) if isinstance(day, str) else day
        fields.setdefault("status", "settled" if kind in PAID_WHEN_ISSUED else "final")
        due = 0 if "CreditNote" in kind or kind in PAID_WHEN_ISSUED else due_days
        fields["due_date"] = None if due is None else vendor_day(when + timedelta(days=due))
        snapshot = {key: self.client[key] for key in SNAPSHOT if self.client[key] is not None}
        paper = IssuedDocument(
            kind,
            when,
            lines,
            snapshot | ({"name": name} if name else {}),
            about,
            fields,
            date.fromisoformat(numbered_on) if numbered_on else when,
            is_withdrawn,
            series,
        )
        self.papers.append(paper)
        return paper

    def every_month(
        self, *lines: Raw, since: date = FIRST_MONTH, months: int = MONTHS, step: int = 1, **fields: Any
    ) -> None:
        """Issues a settled invoice on the fifth of each `step`th of the `months` months from `since` on."""
        for month in range(since.month - 1, since.month - 1 + months, step):
            day = date(since.year + month // 12, month % 12 + 1, 5)
            self.issue("Invoice", day, *lines, status="settled", **fields)

    def pick(self, choices: Sequence[Any]) -> Any:
        """One of `choices`, by random() alone: only its sequence is promised for ever."""
        return choices[int(self.chance.random() * len(choices))]


def number_papers(papers: list[IssuedDocument], habits: Habits) -> None:
    """Makes the `raw` document of each paper: ids and numbers follow the account's days."""
    counts: Counter[tuple[str, str]] = Counter()
    for order, paper in enumerate(sorted(papers, key=lambda one: one.numbered_on)):
        series = paper.series or f"{paper.day.year}"
        counts[paper.kind, series] += paper.fields["status"] not in NEVER_FINAL
        count = counts[paper.kind, series]
        paper.number = f"{series}/{count}"
        made = document(
            paper.kind,
            paper.day,
            paper.lines,
            client=paper.client,
            identity=8_400_000 + 13 * order,
            number_in_series=count,
            series=paper.series,
            habits=habits,
            **_fill_fields(paper),
        )
        if made["due_date"] is None:
            del made["due_date"]
        paper.raw = _mark_as_replied(made, order, habits)


def _fill_fields(paper: IssuedDocument) -> Raw:
    """Names what `paper` is about, in its observations if those leave a place, or as its reference."""
    if paper.about is None:
        return paper.fields
    observations = str(paper.fields.get("observations"))
    if NAME_OF_ABOUT in observations:
        return paper.fields | {"observations": observations.replace(NAME_OF_ABOUT, paper.about.printed)}
    return {"reference": paper.about.printed} | paper.fields


def _mark_as_replied(paper: Raw, order: int, habits: Habits) -> Raw:
    """Gives `paper` the marks of the service, and each of its ways to write the same thing in turn."""
    digest = hashlib.sha256(str(order).encode()).digest()
    paper["permalink"] += digest.hex()[:40]
    if paper["status"] not in NEVER_FINAL:
        paper["saft_hash"] = base64.b64encode(digest).decode()[:4]
        atcud = (f"DEMO{paper['sequence_id']}-{order + 1}", None, "N/D", "N/A")[max(0, order % 7 - 3)]
        paper |= {"atcud": atcud} if atcud else {}
        paper["sequence_id"] = str(paper["sequence_id"]) if order % 5 == 0 else paper["sequence_id"]
    if order % 3 == 0:
        paper.setdefault("tax_exemption", "")
    if order % 23 == 0:
        paper |= {figure: str(paper[figure]) for figure in FIGURES}
    paper["items"] = [_write_item(dict(item), order, habits) for item in paper["items"]]
    return paper


def _write_item(item: Raw, order: int, habits: Habits) -> Raw:
    """Writes `item` in one of the service's ways; what is rounded has no binary noise."""
    if order % 4 == 1:
        unrounded = ("tax_amount",) if habits.rounds_line_totals else ("tax_amount", "total")
        item = item | {name: noisy(item[name]) for name in unrounded}
    if item["tax"]:
        value = item["tax"]["value"]
        item = item | {"tax": item["tax"] | {"value": str(value) if order % 11 == 0 else value}}
    if order % 29 == 0:
        item = item | {name: str(item[name]) for name in ("subtotal", "tax_amount", "total")}
    return item
