"""Random accounts as the API replies them, each made from a number: the same one every time.

Clients of several countries, documents of the period and of the fifteen months before its end, and what makes
filing hard: rates that have ended, reasons for 0 % of every kind, notes that name invoices of this and of
earlier quarters, several series with gaps and days that go back.
"""

import calendar
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from reports.sandbox.books import PAID_WHEN_ISSUED
from reports.sandbox.documents import (
    NEVER_FINAL,
    Habits,
    Raw,
    Tax,
    document,
    line,
    noisy,
    vendor_day,
)
from tests.support.account_clients import TAX_ROWS, Buyer, make_buyer
from tests.support.account_oracle.account import RawAccount
from tests.support.tie.counting import SIGNS
from tests.support.tie.entry import PREFIXES

LAST_MONTHS = ((2026, 10), (2026, 9), (2026, 7), (2025, 8), (2024, 10), (2023, 1), (2022, 12), (2021, 7))
REGIONS = ("PT", "PT", "PT", "PT-AC", "PT-MA")
EARLIER_DAYS = 450
STATUSES = ("final",) * 4 + ("settled",) * 4 + ("sent", "second_copy", "draft", "canceled", "deleted")
PRICES = ("0.01", "9.99", "49.90", "1234.565", "2.0244", "17.3333", "100", "-5", "99999.99", "0.125")
QUANTITIES = ("1", "1", "2", "12.5", "0.333")
DISCOUNTS = ("0", "0", "0", "10", "33.33")
WITHHELD = (None, None, None, "25", "11.5")
NAMING = ("{}", "{} ", "Ref. {}, obrigado", "FT 1999/1; {}", "{} FT 1999/1")
LISTED_STATUSES = frozenset({"draft", "deleted"})


@dataclass
class Plan:
    """A document before it is made: its type, day, status, and number in its series, 0 for none."""

    buyer: Buyer
    kind: str
    day: date
    status: str
    series: str
    number: int = 0

    @property
    def printed(self) -> str:
        """What stands on the paper: FT 2026/60."""
        return f"{PREFIXES[self.kind]} {self.series}/{self.number}"


def make_account(seed: int) -> RawAccount:
    """Makes an account; two of three are whole."""
    chance = random.Random(seed)
    year, month = chance.choice(LAST_MONTHS)
    last = date(year, month, calendar.monthrange(year, month)[1])
    first = last.replace(day=1)
    buyers = [make_buyer(chance, place) for place in range(1, chance.randrange(4, 14))]
    plans = list(_plan(chance, buyers, last))
    _number(chance, plans)
    habits = Habits(*(chance.random() < 0.7 for _ in Habits._fields))
    documents: dict[int, list[Raw]] = {buyer.row["id"]: [] for buyer in buyers}
    for identity, plan in enumerate(plans, start=8_400_001):
        made = _make_document(chance, plan, plans, identity, habits)
        documents[plan.buyer.row["id"]].append(made)
    return RawAccount(
        documents,
        clients=[buyer.row for buyer in buyers],
        taxes=TAX_ROWS,
        first=first,
        last=last,
        read_on=last + timedelta(days=2),
        region=chance.choice(REGIONS),
        **_hide(chance, buyers, documents, (first, last)),
    )


def _plan(chance: random.Random, buyers: Sequence[Buyer], last: date) -> Iterator[Plan]:
    """Plans the documents of every client: more than half of them in the last month, some after it."""
    plans: list[Plan] = []
    for buyer in buyers:
        for _ in range(chance.randrange(1, 9)):
            days = chance.randrange(-5, 31) if chance.random() < 0.6 else chance.randrange(EARLIER_DAYS)
            kind = chance.choice(buyer.trade.kinds)
            is_paid = kind in PAID_WHEN_ISSUED and chance.random() < 0.9
            day = last - timedelta(days=days)
            series = chance.choice((f"{day.year}", f"{day.year}", "LOJA", "A-1"))
            plans.append(Plan(buyer, kind, day, "settled" if is_paid else chance.choice(STATUSES), series))
    yield from sorted(plans, key=lambda plan: plan.day)


def _number(chance: random.Random, plans: Sequence[Plan]) -> None:
    """Numbers what is final by its day; now and then one is left out, or the day goes back."""
    series: dict[tuple[str, str], list[Plan]] = defaultdict(list)
    for plan in plans:
        if plan.status not in NEVER_FINAL:
            series[plan.kind, plan.series].append(plan)
    for own in series.values():
        number = chance.choice((0, 0, 417))
        for plan in own:
            number += chance.choice((1,) * 9 + (2, 3))
            plan.number = number
        if len(own) > 1 and chance.random() < 0.3:
            place = chance.randrange(1, len(own))
            own[place - 1].day, own[place].day = own[place].day, own[place - 1].day


def _make_document(
    chance: random.Random, plan: Plan, plans: Sequence[Plan], identity: int, habits: Habits
) -> Raw:
    items = [_make_line(chance, plan.buyer, habits) for _ in range(chance.choice((1, 1, 2, 3)))]
    fields: dict[str, Any] = {"due_date": vendor_day(plan.day + timedelta(days=chance.choice((0, 30, 60))))}
    has_reason = any(item["tax"] and not item["tax"]["value"] for item in items) or chance.random() < 0.03
    fields["tax_exemption"] = _choose_code(chance, plan.buyer) if has_reason else ""
    if plan.number:
        fields["sequence_number"] = f"{plan.number}/{plan.series}"
        fields["inverted_sequence_number"] = f"{plan.series}/{plan.number}"
    if SIGNS.get(plan.kind) == -1:
        fields |= _name_earlier(chance, plan, plans)
    made = document(
        plan.kind,
        plan.day,
        items,
        client=plan.buyer.snapshot,
        identity=identity,
        status=plan.status,
        retention=chance.choice(WITHHELD),
        document_discount=chance.choice(("0",) * 9 + ("3", "10")),
        currency=plan.buyer.trade.currency,
        payment_reference=chance.choice((None, None, "123456789")),
        archived=chance.random() < 0.2,
        habits=habits,
        **fields,
    )
    return _rewrite(chance, made)


def _make_line(chance: random.Random, buyer: Buyer, habits: Habits) -> Raw:
    tax: Tax | None = chance.choice(buyer.trade.taxes)
    price, quantity = chance.choice(PRICES), chance.choice(QUANTITIES)
    return line(
        "Serviço", price, quantity=quantity, tax=tax, discount=chance.choice(DISCOUNTS), habits=habits
    )


def _choose_code(chance: random.Random, buyer: Buyer) -> str:
    """Chooses a reason; what is for clients in the EU alone is not given to one far away."""
    code = chance.choice(buyer.trade.codes)
    return "M05" if buyer.nation.is_far and code in ("M16", "M41") else code


def _name_earlier(chance: random.Random, note: Plan, plans: Sequence[Plan]) -> Raw:
    """Names an invoice in a note's reference or observations, tidily or not; now and then none."""
    own = [plan for plan in plans if plan.number and plan.kind in PREFIXES and SIGNS[plan.kind] > 0]
    same = [plan for plan in own if plan.buyer is note.buyer] or own
    if not same or chance.random() < 0.2:
        return {"reference": chance.choice((None, "", "obrigado", "FT 1999/1"))}
    printed = chance.choice(same).printed
    printed = chance.choice((printed, printed.lower(), printed.replace(" ", ""), printed.replace("/", " / ")))
    text = chance.choice(NAMING).format(printed)
    if chance.random() < 0.3:
        return {"reference": chance.choice((None, "nota")), "observations": f"\nAnula {text}"}
    return {"reference": text, "observations": chance.choice((None, chance.choice(same).printed))}


def _rewrite(chance: random.Random, made: Raw) -> Raw:
    """Writes some as the service does too: amounts as text, binary noise, a tax without its value."""
    if chance.random() < 0.1:
        made |= {name: str(made[name]) for name in ("sum", "discount", "before_taxes", "taxes", "total")}
    for item in made["items"]:
        if chance.random() < 0.1:
            item["tax_amount"] = noisy(item["tax_amount"])
        if item["tax"] and chance.random() < 0.05:
            item["tax"] = {"id": item["tax"]["id"], "name": None, "value": None}
    return made


def _hide(
    chance: random.Random, buyers: Sequence[Buyer], documents: dict[int, list[Raw]], period: tuple[date, date]
) -> dict[str, Any]:
    """Hides part of one account in three from `documents`, and says what the run knows of it."""
    other = chance.choice(buyers).row["id"]
    fault = chance.choice((None,) * 10 + ("failed", "missing", "kept", "filter", "forgotten"))
    if fault in ("failed", "missing"):
        del documents[other]
        return {"failed": frozenset([other])} if fault == "failed" else {}
    if fault == "kept":
        return {"kept": frozenset([other])}
    if fault == "filter":
        filters = {"by_type": ["Invoice", "CreditNote", "Receipt"]}
        for own in documents.values():
            own[:] = [one for one in own if one["type"] in filters["by_type"]]
        return {"filters": filters}
    listed = [one for own in documents.values() for one in own if _is_listed(one, period)]
    if fault == "forgotten":
        for own in documents.values():
            own[:] = [one for one in own if not _is_listed(one, period) or chance.random() < 0.7]
    return {"listed": listed if fault or chance.random() < 0.5 else None}


def _is_listed(one: Raw, period: tuple[date, date]) -> bool:
    """Whether the account's own list of the period has a document: a type with a sign, no draft."""
    day, month, year = map(int, one["date"].split("/"))
    is_asked = one["type"] in SIGNS and one["status"] not in LISTED_STATUSES
    return is_asked and period[0] <= date(year, month, day) <= period[1]
