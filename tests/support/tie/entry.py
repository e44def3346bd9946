"""Entries of a reply as they came: unsigned amounts, None where one is absent or cannot be read."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tests.support.tie.law import CURRENCIES
from tests.support.tie.values import (
    Raw,
    cents,
    read_amount,
    read_day,
    read_id,
    read_rate,
    read_text,
    to_mapping,
    to_mappings,
)

PREFIXES = {
    "Invoice": "FT",
    "InvoiceReceipt": "FR",
    "SimplifiedInvoice": "FS",
    "VatMossInvoice": "FVM",
    "CashInvoice": "VD",
    "DebitNote": "ND",
    "CreditNote": "NC",
}


@dataclass(frozen=True)
class Item:
    """A line as it came. `may_have_rate`: its tax has an id, readable or not, and gives no value."""

    tax_id: int | None
    rate: Decimal | None
    may_have_rate: bool
    tax_name: str | None
    quantity: Decimal
    unit_price: Decimal
    discount_percent: Decimal
    discount: Decimal
    subtotal: Decimal | None
    tax: Decimal | None
    total: Decimal | None


@dataclass(frozen=True)
class Entry:
    """A document as it came; amounts in cents, exact those of its items. `country` is its client's."""

    id: int
    number: str
    place_in_series: str
    type: str
    status: str
    issued: date | None
    due_date: date | None
    currency: str
    exemption: str
    archived: bool
    country: str
    sum: Decimal | None
    discount: Decimal | None
    net: Decimal | None
    tax: Decimal | None
    total: Decimal | None
    retention: Decimal | None
    exchange_rate: Decimal | None
    counter_value: Decimal | None
    items: tuple[Item, ...]


def read_entry(raw: Raw) -> Entry:
    """Reads a document of a reply. Raises `ValueError` for one without an id."""
    identity = read_id(raw.get("id"))
    if identity is None:
        raise ValueError("an entry without an id")
    other = to_mapping(raw.get("multicurrency"))
    return Entry(
        id=identity,
        number=_read_number(raw),
        place_in_series=read_text(raw.get("inverted_sequence_number")),
        type=read_text(raw.get("type")),
        status=read_text(raw.get("status")),
        issued=read_day(raw.get("date")),
        due_date=read_day(raw.get("due_date")),
        currency=_read_currency(raw.get("currency")),
        exemption=read_text(raw.get("tax_exemption")).upper(),
        archived=raw.get("archived") is True,
        country=read_text(to_mapping(raw.get("client")).get("country")),
        sum=_read_cents(raw.get("sum")),
        discount=_read_cents(raw.get("discount")),
        net=_read_cents(raw.get("before_taxes")),
        tax=_read_cents(raw.get("taxes")),
        total=_read_cents(raw.get("total")),
        retention=read_rate(raw.get("retention")),
        exchange_rate=read_amount(other.get("rate")),
        counter_value=_read_cents(other.get("total")),
        items=tuple(_read_item(item) for item in to_mappings(raw.get("items"))),
    )


def _read_item(raw: Raw) -> Item:
    tax = to_mapping(raw.get("tax"))
    name = tax.get("name")
    return Item(
        tax_id=read_id(tax.get("id")),
        rate=read_rate(tax.get("value")),
        may_have_rate=tax.get("id") not in (None, "") and tax.get("value") in (None, ""),
        tax_name=name if isinstance(name, str) else None,
        quantity=_read_or_nothing(raw.get("quantity")),
        unit_price=_read_or_nothing(raw.get("unit_price")),
        discount_percent=_read_or_nothing(raw.get("discount")),
        discount=_read_or_nothing(raw.get("discount_amount")),
        subtotal=read_amount(raw.get("subtotal")),
        tax=read_amount(raw.get("tax_amount")),
        total=read_amount(raw.get("total")),
    )


def _read_number(raw: Raw) -> str:
    """What is printed; a draft has no number yet, and so no prefix."""
    if printed := read_text(raw.get("inverted_sequence_number")):
        return f"{PREFIXES.get(read_text(raw.get('type')), '')} {printed}".strip()
    return read_text(raw.get("sequence_number"))


def _read_currency(value: object) -> str:
    """The code of a known currency, else the name as it came."""
    name = read_text(value) or "?"
    return CURRENCIES.get(name.casefold(), name)


def _read_cents(value: object) -> Decimal | None:
    amount = read_amount(value)
    return None if amount is None else cents(amount)


def _read_or_nothing(value: object) -> Decimal:
    return read_amount(value) or Decimal(0)
