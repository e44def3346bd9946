"""Makes a document as the service does: its JSON shape and its sums, as raw values for the sandbox.

A raw value is what a reply holds, except that every amount is a `Decimal`, so that a checker can add
the same figures without binary floating point. Percentages and amounts follow the vendor's reply:
`discount` is percent on a line and money on a document, `retention` is percent of `before_taxes`.
A line's `subtotal` and `tax_amount` are unrounded, its `total` is in cents. A document's figures are each
rounded once, half up, from the unrounded sums, so `total` may differ from `before_taxes + taxes` by a cent.
What of this is recorded rather than promised is in `Habits`.
"""

import math
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

Raw = dict[str, Any]

CENT = Decimal("0.01")
FIGURES = ("sum", "discount", "before_taxes", "taxes", "total")
NEVER_FINAL = ("draft", "deleted")
"""Statuses of a document without a number: the service deletes drafts and cancels everything else."""


class Habits(NamedTuple):
    """What the service is assumed to do; the defaults are what replies and exporters recorded.

    `rounds_line_totals`: a line's `total` is in cents, else unrounded. `total_is_payable`: a document's
    `total` is less its withholding, else gross. `subtotal_is_discounted`: a line's `subtotal` is after its
    discount, else before it.
    """

    rounds_line_totals: bool = True
    total_is_payable: bool = True
    subtotal_is_discounted: bool = True


RECORDED = Habits()


class Tax(NamedTuple):
    """A VAT rate as the account names it; `value` is percent.

    `region` is what `/taxes.json` says: `PT`, `PT-AC`, `PT-MA`, a country's code, `Desconhecido` or None.
    A line does not show it.
    """

    id: int
    name: str
    value: Decimal
    region: str | None = None


def line(
    name: str,
    unit_price: str | Decimal,
    *,
    quantity: str = "1",
    tax: Tax | None,
    discount: str = "0",
    unit: str | None = "un",
    description: str = "",
    habits: Habits = RECORDED,
) -> Raw:
    """Makes one line item: `discount` in percent, `unit_price` net, up to four decimals, shown with two.

    So quantity times the price shown need not give the subtotal. `tax` None leaves the line without one.
    """
    price, count, percent = Decimal(unit_price), Decimal(quantity), Decimal(discount)
    full = price * count
    reduction = full * percent / 100
    net = full - reduction
    tax_amount = net * tax.value / 100 if tax else Decimal(0)
    gross = net + tax_amount
    return {
        "name": name,
        "description": description,
        "unit_price": str(number(cents(price))),
        "unit": unit,
        "quantity": str(number(count)),
        "tax": tax and {"id": tax.id, "name": tax.name, "value": number(tax.value)},
        "discount": number(percent),
        "subtotal": number(net if habits.subtotal_is_discounted else full),
        "tax_amount": number(tax_amount),
        "discount_amount": number(reduction),
        "total": number(cents(gross) if habits.rounds_line_totals else gross),
    }


def document(
    kind: str,
    day: date,
    lines: Iterable[Raw],
    *,
    client: Raw,
    identity: int,
    number_in_series: int = 1,
    series: str | None = None,
    status: str = "final",
    retention: Decimal | str | None = None,
    document_discount: str = "0",
    payment_reference: str | None = None,
    habits: Habits = RECORDED,
    **fields: object,
) -> Raw:
    """Makes one document as the service replies it; `fields` are raw, and replace or join what is made here.

    `lines` are made with the same `habits`. Without `series` it is that of the year. `document_discount` is
    percent of all lines together: it lowers the document's figures and leaves the lines as they are. A draft
    lacks what the service gives on finalising, and only a draft can be deleted.
    """
    items = list(lines)
    series, series_id = (series, 5000) if series else (f"{day.year}", 4000 + day.year)
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
        **_add_lines(items, 1 - Decimal(document_discount) / 100, Decimal(retention or 0), habits),
        "currency": "Euro",
        "client": client,
        "items": items,
        "sequence_id": series_id,
    }
    if Decimal(document_discount):
        discount = number(Decimal(document_discount))
        paper["global_discount"] = {"value_type": "percentage", "value": discount}
    if status in NEVER_FINAL:
        paper["sequence_number"] = "rascunho"
        for given_when_final in ("inverted_sequence_number", "saft_hash", "sequence_id"):
            del paper[given_when_final]
    if payment_reference:
        paper["mb_reference"] = {"entity": "99999", "value": paper["total"], "reference": payment_reference}
    return paper | fields


def client(identity: int, name: str, **others: Any) -> Raw:
    """A client as `GET /clients/{id}.json` gives it; `others` replace what is made up here."""
    return {
        "id": identity,
        "name": name,
        "code": f"C{identity % 1000:03}",
        "language": "pt",
        "email": f"cliente{identity % 1000}@example.pt",
        "address": f"Rua da Amostra, {identity % 1000}",
        "city": "Lisboa",
        "postal_code": f"0000-{identity % 1000:03}",
        "fiscal_id": None,
        "country": "Portugal",
        "phone": None,
        "website": None,
        "observations": None,
        "payment_days": 30,
        "tax_exemption_code": None,
    } | others


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
    return f"{day.day:02}/{day.month:02}/{day.year}"


def _add_lines(items: list[Raw], kept: Decimal, retention: Decimal, habits: Habits) -> Raw:
    """Adds up the figures of a document of which the part `kept` is left by its own discount."""
    discounts = _add_figure(items, "discount_amount")
    subtotals, tax = _add_figure(items, "subtotal"), _add_figure(items, "tax_amount")
    net = subtotals if habits.subtotal_is_discounted else subtotals - discounts
    full, before_taxes = cents(net + discounts), cents(net * kept)
    total = cents((net + tax) * kept)
    if habits.total_is_payable:
        total -= cents(before_taxes * retention / 100)
    figures = (full, full - before_taxes, before_taxes, cents(tax * kept), total)
    return dict(zip(FIGURES, map(number, figures), strict=True))


def _add_figure(items: list[Raw], figure: str) -> Decimal:
    return sum((item[figure] for item in items), Decimal(0))
