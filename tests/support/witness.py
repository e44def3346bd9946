"""What has to become of any payload, read a second time: the documents it holds, or why nothing may be made.

Nothing of `reports` is used or copied here, and nothing but the standard library and the oracle's own values.
The rules are those of the product's contract and of the notes on the API.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tests.support.tie.counting import COUNTED_STATUSES, Document, count_entries
from tests.support.tie.entry import Entry, read_entry
from tests.support.tie.law import PORTUGAL, VENDOR_CURRENCIES
from tests.support.tie.region import Known, Taxes
from tests.support.tie.values import (
    CENT,
    Raw,
    cents,
    read_amount,
    read_day,
    read_id,
    read_json,
    read_rate,
    to_mapping,
    to_mappings,
)

DEEPEST_LEVELS = 100

LISTED_ONLY = {
    *("Receipt", "VatMossReceipt", "Quote", "Proforma", "FeesNote"),
    *("Shipping", "Transport", "Devolution", "PurchaseOrder"),
}
NOT_COUNTED = {"draft", "canceled", "deleted"}
CURRENCY_CODES = frozenset(VENDOR_CURRENCIES.values())
OWN_AMOUNTS = ("before_taxes", "taxes", "total")
OTHER_AMOUNTS = ("sum", "discount")

Notice = tuple[str, int]
"""A code of docs/FINDINGS.md and the document that it has to name."""

NOTICED = {
    *("TYPE-UNKNOWN", "STATUS-UNKNOWN", "CURRENCY-UNKNOWN", "WITHHOLDING-UNREADABLE", "AMOUNT-PRECISION"),
    *(
        "TOTAL-UNEXPLAINED",
        "SIGN-CONTRADICTS",
        "CREDIT-NOTE-NEGATIVE",
        "HEADER-NET",
        "LINES-NET",
        "LINES-TAX",
    ),
    *("DOCUMENT-DISCOUNT", "LINE-TAX", "LINE-SUBTOTAL", "LINE-DERIVED", "LINES-UNREADABLE", "NO-LINES"),
    *("TAX-MISSING", "TAX-RESOLVED", "EXEMPTION-MISSING", "CLIENT-ID-MISSING", "TYPE-AND-NUMBER-TWICE"),
    "DUE-DATE-MISSING",
}
"""Every code that is looked for here."""


@dataclass
class Reading:
    """`refusals`: why no figures may be made. `notices`: what has to be found, at the least."""

    documents: list[Document] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    notices: set[Notice] = field(default_factory=set)


def read(
    pages: Sequence[str],
    client: int,
    first: date,
    last: date,
    *,
    taxes: Taxes | None = None,
    account_region: str = PORTUGAL,
    country: str | None = None,
) -> Reading:
    """Reads the documents of `client` on `pages`, whose pagination is in order; findings are of a period.

    `country` is what the account's own list says of the client.
    """
    reading = Reading()
    raws: dict[int, Raw] = {}
    for text in pages:
        if count_levels(text) > DEEPEST_LEVELS:
            reading.refusals.append("a page is nested too deeply")
            return reading
        for one in read_json(text)["invoices"]:
            identity = read_id(one.get("id")) if isinstance(one, dict) else None
            if identity is None or not _is_owned(one, client):
                reading.refusals.append("an entry without an id, or of another client")
            elif identity in raws:
                reading.refusals.append(f"{identity} comes twice")
            else:
                raws[identity] = one
    known = Known(taxes or {}, account_region, country)
    entries = [read_entry(raw) for raw in raws.values()]
    for document, entry in zip(count_entries(entries, known), entries, strict=True):
        raw = raws[document.id]
        reading.documents.append(document)
        reading.notices |= {(code, entry.id) for code in _judge(raw, entry, document, (first, last))}
        if document.is_counted:
            reading.refusals += [f"{entry.id}: {hole}" for hole in _find_holes(raw)]
    reading.notices |= _find_twins(reading.documents, entries, (first, last))
    undated = [(one.issued, one.id) for one in reading.documents if one.is_open and one.due_date is None]
    reading.notices |= {("DUE-DATE-MISSING", min(undated)[1])} if undated else set()
    return reading


def count_levels(text: str) -> int:
    """How many lists and objects stand in one another."""
    depth = deepest = 0
    for bracket in re.sub(r'"(?:[^"\\]|\\.)*"|[^][{}"]+', "", text):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _is_owned(one: Raw, client: int) -> bool:
    """Whether an entry is the client's: it says so, or says nothing of whose it is."""
    owner = one.get("client")
    if owner is None or (isinstance(owner, dict) and owner.get("id") is None):
        return True
    return read_id(to_mapping(owner).get("id")) == client


def _find_holes(one: Raw) -> Iterator[str]:
    """Every date and amount of a counted document that figures rest on and that cannot be read."""
    yield from (name for name in OWN_AMOUNTS if read_amount(one.get(name)) is None)
    if read_day(one.get("date")) is None:
        yield "date"
    if not _is_missing(one.get("due_date")) and read_day(one.get("due_date")) is None:
        yield "due_date"
    for line in to_mappings(one.get("items")):
        for name in ("tax_amount", "total"):
            if not _is_missing(line.get(name)) and read_amount(line[name]) is None:
                yield name


def _judge(one: Raw, entry: Entry, document: Document, period: tuple[date, date]) -> Iterator[str]:
    """The codes that a document deserves."""
    if not document.sign and entry.type not in LISTED_ONLY:
        yield "TYPE-UNKNOWN"
    if document.sign and entry.status not in COUNTED_STATUSES | NOT_COUNTED:
        yield "STATUS-UNKNOWN"
    if document.is_shown(*period):
        yield from document.said
        yield from _judge_head(one, entry)
    if document.is_counted and period[0] <= document.issued <= period[1]:
        yield from document.said_of_lines
        yield from _judge_lines(entry, document)


def _judge_head(one: Raw, entry: Entry) -> Iterator[str]:
    if entry.currency not in CURRENCY_CODES:
        yield "CURRENCY-UNKNOWN"
    if to_mapping(one.get("client")).get("id") is None:
        yield "CLIENT-ID-MISSING"
    if not _is_missing(one.get("retention")) and read_rate(one["retention"]) is None:
        yield "WITHHOLDING-UNREADABLE"
    own = [read_amount(one.get(name)) for name in OWN_AMOUNTS + OTHER_AMOUNTS]
    if any(amount is not None and cents(amount) != amount for amount in own):
        yield "AMOUNT-PRECISION"
    if len(entry.items) < (len(one["items"]) if isinstance(one.get("items"), list) else 1):
        yield "LINES-UNREADABLE"


def _judge_lines(entry: Entry, document: Document) -> Iterator[str]:
    if entry.net is not None and entry.sum is not None and entry.discount is not None:
        difference = entry.sum - entry.discount - entry.net
        yield from ["HEADER-NET"] * (abs(difference) > CENT)
    if not document.lines and (document.net or document.tax):
        yield "NO-LINES"
    if any(line.rate == "0" for line in document.lines) and not document.exemption:
        yield "EXEMPTION-MISSING"


def _find_twins(
    documents: Sequence[Document], entries: Sequence[Entry], period: tuple[date, date]
) -> set[Notice]:
    """The documents that share type and number with another: those that are shown."""
    numbers = {entry.id: (entry.type, entry.place_in_series) for entry in entries if entry.place_in_series}
    count = Counter(numbers[one.id] for one in documents if one.sign and one.id in numbers)
    return {
        ("TYPE-AND-NUMBER-TWICE", one.id)
        for one in documents
        if one.is_shown(*period) and count[numbers.get(one.id, ("", ""))] > 1
    }


def _is_missing(value: Any) -> bool:
    return value is None or value == ""
