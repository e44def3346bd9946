"""What the API has, read from its own replies with the standard library alone.

Amounts are `Decimal` and signed: what a credit note holds counts against the client's invoices. Amounts of a
document are cents; those of a line are exact, as they came. Both ends of a period are in it.
"""

import json
import urllib.request
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

CENT = Decimal("0.01")
TOLERANCE = Decimal("0.02")
PAGE_SIZE = 30
TIMEOUT_SECONDS = 30
FILTER = {"filter": {"archived": ["archived", "non_archived"]}}

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
    issued: date
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

    def open(self) -> list[Document]:
        """The open documents of any date."""
        return [one for one in self.documents if one.is_open]


def read_account(url: str, api_key: str) -> list[Client]:
    """Every client of the account with every document, over HTTP."""
    return [_read_client(url, api_key, one) for one in _client_list(url, api_key)]


def plain(value: Decimal) -> str:
    """A rate as plain decimal text: 23, 5.5, 0."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


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
        address = (
            f"{url}/clients/{client['id']}/invoices.json?page={page}&per_page={PAGE_SIZE}&api_key={api_key}"
        )
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
    request = urllib.request.Request(address, data=data, headers=headers)  # noqa: S310 - the sandbox
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with direct.open(request, timeout=TIMEOUT_SECONDS) as reply:
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
        issued=_day(raw["date"]),
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
    """Withholding and payable, unsigned. `total` is payable where that is the nearer reading of it."""
    gross = net + tax
    computed = cents(net * Decimal(retention or 0) / 100)
    from_payable, from_gross = abs(total - (gross - computed)), abs(total - gross)
    if computed and from_payable <= TOLERANCE and from_payable <= from_gross:
        return gross - total, total
    return computed, gross - computed


def _number(raw: dict[str, Any]) -> str:
    """What is printed; a draft has no number yet, and so no prefix."""
    if printed := raw.get("inverted_sequence_number"):
        return f"{PREFIXES.get(raw['type'], '')} {printed}".strip()
    return str(raw["sequence_number"])


def _day(text: str) -> date:
    return datetime.strptime(text, "%d/%m/%Y").date()  # noqa: DTZ007 - a day, without a time
