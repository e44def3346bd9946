"""Makes a document as the service does: its JSON shape and its sums, as raw values for the sandbox.

A raw value is what a reply holds, except that every amount is a `Decimal`, so that a checker can add
the same figures without binary floating point. Percentages and amounts follow the vendor's reply:
`discount` is percent on a line and money on a document, `retention` is percent of `before_taxes`.
A line's `subtotal` and `tax_amount` are unrounded, its `total` is in cents. A document's figures are each
rounded once, half up, from the unrounded sums, so `total` may differ from `before_taxes + taxes` by a cent.
What of this is recorded rather than promised is in `Habits`.
"""

import base64
import hashlib
import math
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

Raw = dict[str, Any]

CENT = Decimal("0.01")
FIGURES = ("sum", "discount", "before_taxes", "taxes", "total")
NEVER_FINAL = ("draft", "deleted")
"""Statuses of a document without a number: the service deletes drafts and cancels everything else."""
PAID_WHEN_ISSUED = ("InvoiceReceipt", "CashInvoice", "Receipt", "VatMossReceipt")
SNAPSHOT = ("id", "name", "email", "address", "postal_code", "country", "code", "fiscal_id", "phone")


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


@dataclass
class IssuedDocument:
    """A document; it is `raw` once it has its `number`, which follows the days of the whole account."""

    kind: str
    day: date
    lines: Sequence[Raw]
    client: Raw
    about: "IssuedDocument | None"
    fields: dict[str, Any]
    number: str = ""
    raw: Raw = field(default_factory=dict)


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
        **fields: Any,
    ) -> IssuedDocument:
        """Write a paper; `about` is the one it credits or pays, `name` the client's at that time."""
        when = date.fromisoformat(day) if isinstance(day, str) else day
        fields.setdefault("status", "settled" if kind in PAID_WHEN_ISSUED else "final")
        due = 0 if "CreditNote" in kind or kind in PAID_WHEN_ISSUED else due_days
        fields["due_date"] = None if due is None else vendor_day(when + timedelta(days=due))
        snapshot = {key: self.client[key] for key in SNAPSHOT if self.client[key] is not None}
        paper = IssuedDocument(kind, when, lines, snapshot | ({"name": name} if name else {}), about, fields)
        self.papers.append(paper)
        return paper

    def every_month(self, *lines: Raw, months: int = 13, **fields: Any) -> None:
        """A settled invoice on the fifth of each of the first `months` months."""
        for month in range(8, 8 + months):
            day = date(2025 + month // 12, month % 12 + 1, 5)
            self.issue("Invoice", day, *lines, status="settled", **fields)

    def pick(self, choices: Sequence[Any]) -> Any:
        """One of `choices`, by random() alone: only its sequence is promised for ever."""
        return choices[int(self.chance.random() * len(choices))]


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
    status: str = "final",
    retention: Decimal | str | None = None,
    document_discount: str = "0",
    payment_reference: str | None = None,
    habits: Habits = RECORDED,
    **fields: object,
) -> Raw:
    """Makes one document as the service replies it; `fields` are raw, and replace or join what is made here.

    `lines` are made with the same `habits`. `document_discount` is percent of all lines together: it lowers
    the document's figures and leaves the lines as they are. A draft lacks what the service gives on
    finalising, and only a draft can be deleted.
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
        **_add_lines(items, 1 - Decimal(document_discount) / 100, Decimal(retention or 0), habits),
        "currency": "Euro",
        "client": client,
        "items": items,
        "sequence_id": 4000 + day.year,
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


def number_papers(papers: list[IssuedDocument], habits: Habits) -> None:
    """Makes the `raw` document of each paper: ids and numbers follow the account's days."""
    counts: Counter[tuple[str, int]] = Counter()
    for order, paper in enumerate(sorted(papers, key=lambda one: one.day)):
        is_final = paper.fields["status"] not in NEVER_FINAL
        counts[paper.kind, paper.day.year] += is_final
        count = counts[paper.kind, paper.day.year]
        paper.number = f"{paper.day.year}/{count}"
        fields = {"reference": paper.about and paper.about.number} | paper.fields
        made = document(
            paper.kind,
            paper.day,
            paper.lines,
            client=paper.client,
            identity=8_400_000 + 13 * order,
            number_in_series=count,
            habits=habits,
            **fields,
        )
        if made["due_date"] is None:
            del made["due_date"]
        paper.raw = _mark_as_replied(made, order, habits)


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
