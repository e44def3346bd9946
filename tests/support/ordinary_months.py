"""A client's ordinary month, as a small business has it: what it sells, how it bills and what it is paid.

A month is made from a number, the same one every time. Nothing in it is odd: what is read of it deserves no
warning, whatever the habits of the service. Its taxes are among the rows of `recorded_papers.TAX_ROWS`.
"""

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from reports.sandbox.documents import RECORDED, Habits, Raw, Tax, document, line, vendor_day
from tests.support.recorded_papers import ABROAD, AZORES, CLIENT, EXEMPT, IVA6, IVA13, IVA23, LAST, MADEIRA

EARLIER_DAYS = 390
READ_ON = date(2026, 11, 2)
GOODS = (
    "Café em grão",
    "Farinha T65",
    "Assistência técnica",
    "Caixa de bolo",
    "Hora de consultoria",
    "Entrega",
)
UNITS = ("un", "kg", "cx", "hora", None)
QUANTITIES = ("1", "1", "1", "2", "3", "12", "0.5", "1.75", "2.355", "24")
PAID_AT_ONCE = ("InvoiceReceipt", "Receipt")
SALES = ("Invoice",) * 9 + ("InvoiceReceipt",) * 4 + ("CreditNote", "Receipt", "Quote")
COUNTER = ("SimplifiedInvoice",) * 6 + ("InvoiceReceipt",) * 6 + ("Invoice",) * 3 + ("CreditNote",)
STATUSES = ("final",) * 5 + ("settled",) * 5 + ("sent", "second_copy", "draft", "canceled")
DUE_DAYS = (0, 15, 30, 30, 30, 60)


class Business(NamedTuple):
    """What a business sells to a client. `weights` say how often each tax is on a line, of 10."""

    taxes: tuple[Tax, ...]
    weights: tuple[int, ...]
    kinds: tuple[str, ...] = SALES
    country: str = "Portugal"
    currency: str = "Euro"
    retention: str | None = None
    exemptions: tuple[str, ...] = ()


BUSINESSES = (
    Business((IVA23, IVA13, IVA6), (5, 2, 3)),
    Business((IVA23, IVA13, IVA6), (5, 2, 3), COUNTER),
    Business((IVA23,), (10,), retention="25"),
    Business((IVA23, EXEMPT), (8, 2), retention="11.5", exemptions=("M07",)),
    Business((EXEMPT,), (10,), exemptions=("M07", "M01", "M30")),
    Business((EXEMPT,), (10,), country="Spain", exemptions=("M40", "M16")),
    Business((EXEMPT,), (10,), country="United States", currency="U.S. dollar", exemptions=("M05",)),
    Business((EXEMPT, IVA23), (8, 2), country="UK", currency="Pound sterling", exemptions=("M05",)),
    Business((ABROAD[0],), (10,), country="Spain"),
    Business((ABROAD[1], ABROAD[2]), (6, 4), COUNTER, country="France"),
    Business((*MADEIRA, IVA23), (6, 3, 1)),
    Business(AZORES, (7, 3), COUNTER),
)


def make_month(number: int, habits: Habits = RECORDED) -> list[Raw]:
    """Makes the documents of a client: those of October 2026, and some of the year before it."""
    chance = random.Random(number)
    business = BUSINESSES[number % len(BUSINESSES)]
    days = sorted(
        LAST
        - timedelta(days=chance.randrange(31) if chance.random() < 0.6 else chance.randrange(EARLIER_DAYS))
        for _ in range(chance.randrange(3, 16))
    )
    return [
        _make_document(business, identity, day, chance, habits) for identity, day in enumerate(days, start=1)
    ]


def _make_document(
    business: Business, identity: int, day: date, chance: random.Random, habits: Habits
) -> Raw:
    kind = chance.choice(business.kinds)
    status = "settled" if kind in PAID_AT_ONCE else chance.choice(STATUSES)
    if (READ_ON - day).days > 90 and status in ("final", "sent", "second_copy") and chance.random() < 0.9:
        status = "settled"
    goods = [_make_line(business, chance, habits) for _ in range(chance.choice((1, 1, 2, 3, 5)))]
    is_exempt = any(item["tax"]["id"] == EXEMPT.id for item in goods)
    fields: dict[str, Any] = {"tax_exemption": chance.choice(business.exemptions)} if is_exempt else {}
    due_days = 0 if kind in PAID_AT_ONCE else chance.choice(DUE_DAYS)
    return document(
        kind,
        day,
        goods,
        client={"id": CLIENT, "name": "Casa Verde", "country": business.country},
        identity=identity,
        number_in_series=identity,
        status=status,
        retention=business.retention,
        document_discount="3" if chance.random() < 0.03 else "0",
        currency=business.currency,
        due_date=vendor_day(day + timedelta(days=due_days)),
        habits=habits,
        **fields,
    )


def _make_line(business: Business, chance: random.Random, habits: Habits) -> Raw:
    """Makes a line whose price has two decimals, or four, as prices have that had VAT in them."""
    decimals = chance.choice((2, 2, 4))
    price = Decimal(chance.randrange(10**decimals, 150 * 10**decimals)).scaleb(-decimals)
    (tax,) = chance.choices(business.taxes, business.weights)
    return line(
        chance.choice(GOODS),
        price,
        quantity=chance.choice(QUANTITIES),
        tax=tax,
        discount=chance.choice(("0",) * 6 + ("5", "10", "12.5")),
        unit=chance.choice(UNITS),
        habits=habits,
    )
