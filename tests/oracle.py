"""What the figures of a month have to be, worked out a second time from the API's own replies.

Nothing of `reports` is used or copied here, and nothing but the standard library: an error in the product
cannot be repeated by its check. The rules are those of the product's contract and of the notes on the API.

Amounts are `Decimal` and signed: what a credit note holds counts against the client's invoices. Amounts of a
document are cents; those of a line are exact, as they came. Dates are real dates, both ends of a period included.
"""

import json
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")
TOLERANCE = Decimal("0.02")
PAGE_SIZE = 30
TIMEOUT_SECONDS = 30
FILTER = {"filter": {"archived": ["archived", "non_archived"]}}
LIMITS_DAYS = (30, 60, 90)
BUCKETS = ("current", "1-30", "31-60", "61-90", "over-90")

SIGNS = {
    "Invoice": 1,
    "InvoiceReceipt": 1,
    "SimplifiedInvoice": 1,
    "VatMossInvoice": 1,
    "CashInvoice": 1,
    "DebitNote": 1,
    "CreditNote": -1,
    "VatMossCreditNote": -1,
}
PREFIXES = {
    "Invoice": "FT",
    "InvoiceReceipt": "FR",
    "SimplifiedInvoice": "FS",
    "DebitNote": "ND",
    "CreditNote": "NC",
    "Receipt": "RC",
    "VatMossReceipt": "RC",
}
PAID_WHEN_ISSUED = {"InvoiceReceipt", "CashInvoice"}
OPEN_STATUSES = {"final", "sent", "second_copy"}
COUNTED_STATUSES = OPEN_STATUSES | {"settled"}
CURRENCIES = {"Euro": "EUR", "US Dollar": "USD", "British Pound": "GBP"}


@dataclass(frozen=True)
class Line:
    """One line of a document: VAT rate (`None` without a tax), exact signed amounts."""

    name: str
    rate: str | None
    tax_name: str | None
    quantity: Decimal
    unit_price: Decimal
    discount_percent: Decimal
    discount: Decimal
    net: Decimal
    tax: Decimal


@dataclass(frozen=True)
class Document:
    """One issued paper with its signed amounts in cents; `sign` 0 when its type is only listed."""

    id: int
    number: str
    type: str
    status: str
    date: date
    due_date: date | None
    currency: str
    exemption: str
    archived: bool
    sign: int
    sum: Decimal
    discount: Decimal
    net: Decimal
    tax: Decimal
    withholding: Decimal
    payable: Decimal
    lines: tuple[Line, ...]

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax

    @property
    def is_counted(self) -> bool:
        return self.sign != 0 and self.status in COUNTED_STATUSES

    @property
    def is_open(self) -> bool:
        return self.sign != 0 and self.status in OPEN_STATUSES and self.type not in PAID_WHEN_ISSUED

    @property
    def is_credit_note(self) -> bool:
        return self.sign < 0

    @property
    def scheme(self) -> str:
        return "oss" if self.type.startswith("VatMoss") else "pt"


@dataclass(frozen=True)
class Client:
    """Everything the API has of one client, and how many pages it took."""

    id: int
    name: str
    pages: int
    documents: tuple[Document, ...]

    def counted(self, first: date, last: date) -> list[Document]:
        """The counted documents of a period, by date, then id."""
        found = [one for one in self.documents if one.is_counted and first <= one.date <= last]
        return sorted(found, key=lambda one: (one.date, one.id))

    def not_counted(self, first: date, last: date) -> list[Document]:
        """The documents of a period that count for nothing, by date, then id."""
        found = [one for one in self.documents if not one.is_counted and first <= one.date <= last]
        return sorted(found, key=lambda one: (one.date, one.id))

    def open(self) -> list[Document]:
        """The open documents of any date."""
        return [one for one in self.documents if one.is_open]


@dataclass(frozen=True)
class Totals:
    documents: int
    sum: Decimal
    discount: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal
    withholding: Decimal
    payable: Decimal


VatKey = tuple[str, str | None, str | None]
"""Scheme, rate, exemption code: the code only where the rate is 0."""


@dataclass
class VatRow:
    """Base and VAT of one scheme, rate and code, with the credit notes' share apart; ids of its documents."""

    documents: set[int]
    tax_names: set[str]
    base: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    credit_base: Decimal = Decimal(0)
    credit_tax: Decimal = Decimal(0)


def read_account(url: str, api_key: str) -> list[Client]:
    """Every client of the account with every document, over HTTP."""
    return [_read_client(url, api_key, one) for one in _client_list(url, api_key)]


def in_currency(documents: Iterable[Document], currency: str) -> list[Document]:
    return [one for one in documents if one.currency == currency]


def currencies(documents: Iterable[Document]) -> set[str]:
    return {one.currency for one in documents}


def totals(documents: Iterable[Document]) -> Totals:
    """The documents' own amounts added up: the vendor's header figures are the truth."""
    every = list(documents)

    def added(field: str) -> Decimal:
        return sum((getattr(one, field) for one in every), Decimal(0))

    amounts = ("sum", "discount", "net", "tax", "gross", "withholding", "payable")
    return Totals(len(every), *(added(field) for field in amounts))


def by_type(documents: Iterable[Document]) -> dict[str, Totals]:
    every = list(documents)
    return {kind: totals(one for one in every if one.type == kind) for kind in {one.type for one in every}}


def vat_rows(documents: Iterable[Document]) -> dict[VatKey, VatRow]:
    """The VAT summary: each (document, rate, code) rounded once, half up, then added."""
    rows: dict[VatKey, VatRow] = {}
    for document in documents:
        for (rate, code), lines in _lines_by_rate(document).items():
            row = rows.setdefault((document.scheme, rate, code), VatRow(set(), set()))
            base = cents(sum((one.net for one in lines), Decimal(0)))
            tax = cents(sum((one.tax for one in lines), Decimal(0)))
            row.documents.add(document.id)
            row.tax_names.update(one.tax_name for one in lines if one.tax_name)
            row.base += base
            row.tax += tax
            if document.is_credit_note:
                row.credit_base += base
                row.credit_tax += tax
    return rows


def vat_rounding(documents: Iterable[Document]) -> tuple[Decimal, Decimal]:
    """What the VAT summary lacks towards the documents' own net and tax."""
    every = list(documents)
    rows = vat_rows(every).values()
    own = totals(every)
    return own.net - sum(row.base for row in rows), own.tax - sum(row.tax for row in rows)


def days_late(document: Document, today: date) -> int:
    """Days from the due date, or the issue date where there is none; 0 or less is not overdue."""
    return (today - (document.due_date or document.date)).days


def bucket(document: Document, today: date) -> str:
    days = days_late(document, today)
    if days <= 0:
        return BUCKETS[0]
    return BUCKETS[1 + sum(days > limit for limit in LIMITS_DAYS)]


def ageing(documents: Iterable[Document], today: date) -> dict[str, Decimal]:
    """Signed payable of open documents per bucket, empty buckets included."""
    amounts = dict.fromkeys(BUCKETS, Decimal(0))
    for document in documents:
        amounts[bucket(document, today)] += document.payable
    return amounts


def twelve_months(documents: Iterable[Document], last: date) -> dict[str, list[Document]]:
    """Counted documents of the twelve months that end with the month of `last`, by `2026-10`, oldest first."""
    count = last.year * 12 + last.month - 1
    months: dict[str, list[Document]] = {
        f"{number // 12:04d}-{number % 12 + 1:02d}": [] for number in range(count - 11, count + 1)
    }
    for document in documents:
        month = f"{document.date:%Y-%m}"
        if document.is_counted and month in months:
            months[month].append(document)
    return months


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def _client_list(url: str, api_key: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    page, pages = 1, 1
    while page <= pages:
        reply = _ask(f"{url}/clients.json?page={page}&per_page={PAGE_SIZE}&api_key={api_key}", None)
        found += reply["clients"]
        pages = reply["pagination"]["total_pages"]
        page += 1
    return found


def _read_client(url: str, api_key: str, client: dict[str, Any]) -> Client:
    documents: dict[int, Document] = {}
    page, pages = 1, 1
    while page <= pages:
        address = f"{url}/clients/{client['id']}/invoices.json?page={page}&per_page={PAGE_SIZE}&api_key={api_key}"
        reply = _ask(address, FILTER)
        for raw in reply["invoices"]:
            documents[raw["id"]] = _document(raw)
        pages = reply["pagination"]["total_pages"]
        page += 1
    if len(documents) != reply["pagination"]["total_entries"]:
        raise ValueError(f"client {client['id']}: {len(documents)} documents read, not as many as promised")
    return Client(client["id"], client["name"], page - 1, tuple(documents.values()))


def _ask(address: str, body: dict[str, Any] | None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    headers = {"accept": "application/json", "content-type": "application/json; charset=utf-8"}
    request = urllib.request.Request(address, data=data, headers=headers)  # noqa: S310 - the sandbox on loopback
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as reply:  # noqa: S310
        return json.loads(reply.read().decode("utf-8"), parse_float=Decimal)


def _document(raw: dict[str, Any]) -> Document:
    """A reply's document. What is only listed keeps the amounts it came with."""
    sign = SIGNS.get(raw["type"], 0)
    factor = sign or 1
    net, tax, total = (cents(Decimal(raw[field])) for field in ("before_taxes", "taxes", "total"))
    withholding, payable = _withheld(net, tax, total, retention=raw.get("retention"))
    return Document(
        id=raw["id"],
        number=_number(raw),
        type=raw["type"],
        status=raw["status"],
        date=_day(raw["date"]),
        due_date=_day(raw["due_date"]) if raw.get("due_date") else None,
        currency=CURRENCIES[raw["currency"]],
        exemption=raw.get("tax_exemption") or "",
        archived=raw["archived"],
        sign=sign,
        sum=factor * cents(Decimal(raw["sum"])),
        discount=factor * cents(Decimal(raw["discount"])),
        net=factor * net,
        tax=factor * tax,
        withholding=factor * withholding,
        payable=factor * payable,
        lines=tuple(_line(one, factor) for one in raw["items"]),
    )


def _line(raw: dict[str, Any], factor: int) -> Line:
    tax = raw["tax"] or {}
    value = tax.get("value")
    amount = Decimal(raw["tax_amount"])
    return Line(
        name=raw["name"],
        rate=None if value is None else plain(Decimal(value)),
        tax_name=tax.get("name"),
        quantity=factor * Decimal(raw["quantity"]),
        unit_price=Decimal(raw["unit_price"]),
        discount_percent=Decimal(raw["discount"]),
        discount=factor * Decimal(raw["discount_amount"]),
        net=factor * (Decimal(raw["total"]) - amount),
        tax=factor * amount,
    )


def _withheld(net: Decimal, tax: Decimal, total: Decimal, *, retention: Any) -> tuple[Decimal, Decimal]:
    """Withholding and payable, positive. `total` is payable when it reads as net of withholding, nearer than gross."""
    gross = net + tax
    computed = cents(net * Decimal(retention or 0) / 100)
    from_payable, from_gross = abs(total - (gross - computed)), abs(total - gross)
    if computed and from_payable <= TOLERANCE and from_payable <= from_gross:
        return gross - total, total
    return computed, gross - computed


def _lines_by_rate(document: Document) -> dict[tuple[str | None, str | None], list[Line]]:
    groups: dict[tuple[str | None, str | None], list[Line]] = {}
    for line in document.lines:
        code = (document.exemption or None) if line.rate == "0" else None
        groups.setdefault((line.rate, code), []).append(line)
    return groups


def _number(raw: dict[str, Any]) -> str:
    printed = raw.get("inverted_sequence_number") or raw["sequence_number"]
    return f"{PREFIXES.get(raw['type'], '')} {printed}".strip()


def plain(value: Decimal) -> str:
    """A rate as plain decimal text: 23, 5.5, 0."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _day(text: str) -> date:
    return datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007 - a day, without a time
