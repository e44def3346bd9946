"""How the service makes a document: its JSON shape and its sums, as raw values for the sandbox.

A raw value is what a reply holds, except that every amount is a `Decimal`, so that a checker can add
the same figures without binary floating point. Percentages and amounts follow the vendor's reply:
`discount` is percent on a line and money on a document, `retention` is percent of `before_taxes`.
Lines keep their figures unrounded; a document is rounded once, half up, to cents.

It imports nothing from `reports`: the sandbox is an independent witness of the tool's own sums.
"""

import math
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

Raw = dict[str, Any]

CENT = Decimal("0.01")
FIGURES = ("sum", "discount", "before_taxes", "taxes", "total")


class Tax(NamedTuple):
    """A VAT rate as the account names it; `value` is percent."""

    id: int
    name: str
    value: Decimal


def line(
    name: str,
    unit_price: str | Decimal,
    *,
    quantity: str = "1",
    tax: Tax | None,
    discount: str = "0",
    unit: str | None = "un",
    description: str = "",
) -> Raw:
    """One line item: `discount` in percent, `unit_price` net and shown rounded to cents, as the service does.

    So quantity times the price shown need not give the subtotal. `tax` None leaves the line without one.
    """
    price, count, percent = Decimal(unit_price), Decimal(quantity), Decimal(discount)
    reduction = price * count * percent / 100
    subtotal = price * count - reduction
    tax_amount = subtotal * tax.value / 100 if tax else Decimal(0)
    return {
        "name": name,
        "description": description,
        "unit_price": str(number(cents(price))),
        "unit": unit,
        "quantity": str(number(count)),
        "tax": tax and {"id": tax.id, "name": tax.name, "value": number(tax.value)},
        "discount": number(percent),
        "subtotal": number(subtotal),
        "tax_amount": number(tax_amount),
        "discount_amount": number(reduction),
        "total": number(subtotal + tax_amount),
    }


def document(
    kind: str,
    day: date,
    lines: Iterable[Raw],
    *,
    client: Raw,
    identity: int,
    number_in_series: int = 1,
    status: str = "final",
    retention: Decimal | str | None = None,
    document_discount: str = "0",
    payment_reference: str | None = None,
    **fields: object,
) -> Raw:
    """One document as the service replies it; `fields` are raw, and replace or join what is made here.

    `document_discount` is percent of all lines together: it lowers the document's figures and leaves the
    lines as they are. `total` is net of `retention`. A draft lacks what the service gives on finalising.
    """
    items = list(lines)
    series = f"{day.year}"
    paper: Raw = {
        "id": identity,
        "status": status,
        "archived": False,
        "type": kind,
        "sequence_number": f"{number_in_series}/{series}",
        "inverted_sequence_number": f"{series}/{number_in_series}",
        "date": vendor_day(day),
        "due_date": vendor_day(day),
        "reference": None,
        "observations": None,
        "retention": retention,
        "permalink": f"https://demo.app.invoicexpress.example/documents/{identity}",
        "saft_hash": "Dem0",
        **_figures(items, Decimal(document_discount), Decimal(retention or 0)),
        "currency": "Euro",
        "client": client,
        "items": items,
        "sequence_id": 4000 + day.year,
    }
    if status == "draft":
        paper["sequence_number"] = "rascunho"
        for given_when_final in ("inverted_sequence_number", "saft_hash", "sequence_id"):
            del paper[given_when_final]
    if payment_reference:
        paper["mb_reference"] = {"entity": "99999", "value": paper["total"], "reference": payment_reference}
    return paper | fields


def cents(amount: Decimal) -> Decimal:
    """`amount` rounded half up to cents."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def number(amount: Decimal) -> Decimal:
    """`amount` with the digits the service prints: no trailing zeros, at least one decimal (15.0, 1.07)."""
    text = format(amount.normalize(), "f")
    return Decimal(text if "." in text else f"{text}.0")


def noisy(amount: Decimal) -> Decimal:
    """`amount` one binary step too high, as floating point leaves it: 0.3 becomes 0.30000000000000004."""
    return Decimal(repr(math.nextafter(float(amount), math.inf))) if amount else amount


def vendor_day(day: date) -> str:
    """The service's way to write a day: dd/mm/yyyy."""
    return day.strftime("%d/%m/%Y")


def _figures(items: list[Raw], document_discount: Decimal, retention: Decimal) -> Raw:
    net: Decimal = sum((item["subtotal"] for item in items), Decimal(0))
    full: Decimal = sum((item["discount_amount"] for item in items), net)
    tax: Decimal = sum((item["tax_amount"] for item in items), Decimal(0))
    kept = 1 - document_discount / 100
    before_taxes, taxes = cents(net * kept), cents(tax * kept)
    total = before_taxes + taxes - cents(before_taxes * retention / 100)
    figures = (cents(full), cents(full) - before_taxes, before_taxes, taxes, total)
    return dict(zip(FIGURES, map(number, figures), strict=True))
