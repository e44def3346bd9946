"""What has to become of any payload, read a second time: the documents it holds, or why nothing may be made.

Nothing of `reports` is used or copied here, and nothing but the standard library and the oracle's own values.
Numbers are judged by their digits as they came. The rules are those of the product's contract and of the
notes on the API.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Any

from tests.tie import raw
from tests.tie.raw import Document, Line, cents, plain

DEEPEST_LEVELS = 100
MOST_DIGITS_OF_AN_ID = 18
MOST_DIGITS_BEFORE_THE_POINT = 12
FIRST_YEAR = 1901
CENT = Decimal("0.01")
LINE_TOLERANCE = Decimal("0.02")
EXACT = Context(prec=60, rounding=ROUND_HALF_UP)

LISTED_ONLY = {
    *("Receipt", "VatMossReceipt", "Quote", "Proforma", "FeesNote"),
    *("Shipping", "Transport", "Devolution", "PurchaseOrder"),
}
NOT_COUNTED = {"draft", "canceled", "deleted"}
CURRENCIES = {name.casefold(): code for name, code in raw.CURRENCIES.items()}
CURRENCIES |= {code.casefold(): code for code in raw.CURRENCIES.values()}
OWN_AMOUNTS = ("sum", "discount", "before_taxes", "taxes", "total")

Raw = Mapping[str, Any]
Notice = tuple[str, int]
"""A code of docs/FINDINGS.md and the document that it has to name."""


class Number(str):
    """A number of the page: its digits as they came."""

    __slots__ = ()


NOTICED = {
    *("TYPE-UNKNOWN", "STATUS-UNKNOWN", "CURRENCY-UNKNOWN", "WITHHOLDING-UNREADABLE", "AMOUNT-PRECISION"),
    *("TOTAL-UNEXPLAINED", "CREDIT-NOTE-NEGATIVE", "HEADER-NET", "LINES-NET", "LINES-TAX", "LINE-TAX"),
    *("LINES-UNREADABLE", "NO-LINES", "TAX-MISSING", "EXEMPTION-MISSING"),
}
"""Every code that is looked for here."""


@dataclass
class Reading:
    """`refusals`: why no figures may be made. `notices`: what has to be found, at the least."""

    documents: list[Document] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    notices: set[Notice] = field(default_factory=set)


def read(pages: Sequence[str], client: int, first: date, last: date) -> Reading:
    """The documents of `client` on `pages`, whose pagination is in order; findings are those of a period."""
    reading = Reading()
    seen: set[int] = set()
    for text in pages:
        if levels(text) > DEEPEST_LEVELS:
            reading.refusals.append("a page is nested too deeply")
            return reading
        page = json.loads(text, parse_int=Number, parse_float=Number, parse_constant=Number)
        for one in page["invoices"]:
            identity = _id(one.get("id")) if isinstance(one, dict) else None
            owner = _mapping(one).get("client")
            if identity is None or _id(_mapping(owner).get("id")) != client:
                reading.refusals.append("an entry without an id, or of another client")
            elif identity in seen:
                reading.refusals.append(f"{identity} comes twice")
            else:
                seen.add(identity)
                _take(one, identity, reading, (first, last))
    return reading


def levels(text: str) -> int:
    """How many lists and objects stand in one another."""
    depth = deepest = 0
    for bracket in re.sub(r'"(?:[^"\\]|\\.)*"|[^][{}"]+', "", text):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def amount(value: object) -> Decimal | None:
    """The amount that a number or a text holds, without binary noise; None for everything else."""
    if not isinstance(value, str):
        return None
    digits = str(value) if isinstance(value, Number) else value.strip()
    if not re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?", digits):
        return None
    try:
        number = Decimal(digits)
    except InvalidOperation:
        return None
    if number and number.adjusted() >= MOST_DIGITS_BEFORE_THE_POINT:
        return None
    return number.quantize(Decimal("1E-8"), context=EXACT) + Decimal(0)


def day(value: object) -> date | None:
    """A day written dd/mm/yyyy."""
    if not isinstance(value, str) or isinstance(value, Number):
        return None
    found = re.fullmatch(r"([0-9]+)/([0-9]+)/([0-9]{4})", value.strip())
    if not found or int(found[3]) < FIRST_YEAR:
        return None
    try:
        return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        return None


def _take(one: Raw, identity: int, reading: Reading, period: tuple[date, date]) -> None:
    """Adds a document to the reading, or the reasons why it cannot be reported."""
    kind, status = (_text(one.get(name)) for name in ("type", "status"))
    sign = raw.SIGNS.get(kind, 0)
    is_counted = bool(sign) and status in raw.COUNTED_STATUSES
    notices: set[str] = set()
    if not sign and kind not in LISTED_ONLY:
        notices.add("TYPE-UNKNOWN")
    if sign and status not in raw.COUNTED_STATUSES | NOT_COUNTED:
        notices.add("STATUS-UNKNOWN")
    issued = day(one.get("date"))
    if is_counted:
        holes = [f"{identity}: {hole}" for hole in _holes(one)]
        reading.refusals += holes
        if holes or issued is None:
            return
        document = _document(one, identity, kind, status, issued, _rate(one.get("retention")))
        if document.currency not in raw.CURRENCIES.values():
            notices.add("CURRENCY-UNKNOWN")
        is_in_period = period[0] <= issued <= period[1]
        if is_in_period or document.is_open:
            notices |= {*_of_totals(one, document)}
        if is_in_period:
            notices |= {*_of_lines(one, document)}
    else:
        document = _empty(one, identity, kind, status, issued)
    reading.documents.append(document)
    reading.notices |= {(code, identity) for code in notices}


def _holes(one: Raw) -> Iterator[str]:
    """Every date and amount of a counted document that figures rest on and that cannot be read."""
    yield from (name for name in OWN_AMOUNTS if amount(one.get(name)) is None)
    if day(one.get("date")) is None:
        yield "date"
    if not _is_missing(one.get("due_date")) and day(one.get("due_date")) is None:
        yield "due_date"
    for line in _lines_of(one):
        yield from (name for name in ("tax_amount", "total") if amount(line.get(name)) is None)


def _document(
    one: Raw, identity: int, kind: str, status: str, issued: date, retention: Decimal | None
) -> Document:
    sums = {name: cents(amount(one[name]) or Decimal(0)) for name in OWN_AMOUNTS}
    net, tax, total = sums["before_taxes"], sums["taxes"], sums["total"]
    withholding, payable = _withheld(net, tax, total, retention or Decimal(0))
    factor = -1 if raw.SIGNS[kind] < 0 and net >= 0 and total >= 0 else 1
    return Document(
        id=identity,
        number="",
        type=kind,
        status=status,
        issued=issued,
        due_date=day(one.get("due_date")),
        currency=_currency(one.get("currency")),
        exemption=_text(one.get("tax_exemption")),
        archived=False,
        sign=raw.SIGNS[kind],
        sum=factor * sums["sum"],
        discount=factor * sums["discount"],
        net=factor * net,
        tax=factor * tax,
        withholding=factor * withholding,
        payable=factor * payable,
        lines=tuple(_line(line, factor) for line in _lines_of(one)),
    )


def _empty(one: Raw, identity: int, kind: str, status: str, issued: date | None) -> Document:
    """A document that is only listed: no figure rests on it."""
    nothing = dict.fromkeys(("sum", "discount", "net", "tax", "withholding", "payable"), Decimal(0))
    return Document(
        id=identity,
        number="",
        type=kind,
        status=status,
        issued=issued or date.min,
        due_date=None,
        currency=_currency(one.get("currency")),
        exemption="",
        archived=False,
        sign=raw.SIGNS.get(kind, 0),
        lines=(),
        **nothing,
    )


def _line(line: Raw, factor: int) -> Line:
    tax, gross = amount(line.get("tax_amount")) or Decimal(0), amount(line.get("total")) or Decimal(0)
    rate = _rate(_mapping(line.get("tax")).get("value"))
    return Line(
        rate=None if rate is None else plain(rate),
        tax_name=None,
        quantity=Decimal(0),
        unit_price=Decimal(0),
        discount_percent=Decimal(0),
        discount=Decimal(0),
        net=factor * (gross - tax),
        tax=factor * tax,
    )


def _withheld(net: Decimal, tax: Decimal, total: Decimal, retention: Decimal) -> tuple[Decimal, Decimal]:
    """Withholding and payable: `total` is payable where that is the nearer reading of it."""
    gross, computed = net + tax, cents(net * retention / 100)
    from_payable, from_gross = abs(total - (gross - computed)), abs(total - gross)
    if computed and from_payable <= min(raw.TOLERANCE, from_gross):
        return gross - total, total
    return computed, gross - computed


def _of_totals(one: Raw, document: Document) -> Iterator[str]:
    net, tax, total = (cents(amount(one[name]) or Decimal(0)) for name in ("before_taxes", "taxes", "total"))
    retention = one.get("retention")
    withheld = cents(net * (_rate(retention) or Decimal(0)) / 100)
    if not _is_missing(retention) and _rate(retention) is None:
        yield "WITHHOLDING-UNREADABLE"
    if min(abs(total - net - tax), abs(total - net - tax + withheld)) > raw.TOLERANCE:
        yield "TOTAL-UNEXPLAINED"
    if document.sign < 0 and min(net, total) < 0:
        yield "CREDIT-NOTE-NEGATIVE"
    own = [amount(one[name]) or Decimal(0) for name in OWN_AMOUNTS]
    if any(cents(each) != each for each in own):
        yield "AMOUNT-PRECISION"
    if len(_lines_of(one)) < (len(one["items"]) if isinstance(one.get("items"), list) else 1):
        yield "LINES-UNREADABLE"


def _of_lines(one: Raw, document: Document) -> Iterator[str]:
    lines = document.lines
    if abs(document.sum - document.discount - document.net) > CENT:
        yield "HEADER-NET"
    if not lines and (document.net or document.tax):
        yield "NO-LINES"
    if any(line.rate is None for line in lines):
        yield "TAX-MISSING"
    for line in lines:
        if line.rate and abs(line.net * Decimal(line.rate) / 100 - line.tax) > LINE_TOLERANCE:
            yield "LINE-TAX"
    rounding = CENT * len({line.rate for line in lines})
    if lines and abs(cents(sum((line.net for line in lines), Decimal(0))) - document.net) > rounding:
        yield "LINES-NET"
    if lines and abs(cents(sum((line.tax for line in lines), Decimal(0))) - document.tax) > rounding:
        yield "LINES-TAX"
    if any(line.rate == "0" for line in lines) and not _text(one.get("tax_exemption")):
        yield "EXEMPTION-MISSING"


def _lines_of(one: Raw) -> list[Raw]:
    items = one.get("items")
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _rate(value: object) -> Decimal | None:
    percent = amount(value)
    return percent if percent is not None and 0 <= percent <= 100 else None


def _currency(value: object) -> str:
    name = _text(value) or "?"
    return CURRENCIES.get(name.casefold(), name)


def _id(value: object) -> int | None:
    digits = str(value) if isinstance(value, str) else ""
    return int(digits) if re.fullmatch(rf"[0-9]{{1,{MOST_DIGITS_OF_AN_ID}}}", digits) else None


def _text(value: object) -> str:
    """A text without blanks around it; what is none as it came; "" for nothing."""
    if value is None:
        return ""
    if isinstance(value, Number):
        return _digits(value)
    if isinstance(value, bool):
        return str(value)
    words = value if isinstance(value, str) else json.dumps(_plain(value))
    return words.replace("\r\n", "\n").replace("\r", "\n").strip()


def _digits(number: Number) -> str:
    """Trailing zeros and a large exponent as decimal arithmetic writes them."""
    try:
        return str(number) if re.fullmatch(r"-?[0-9]+", number) else str(Decimal(number))
    except InvalidOperation:
        return str(number)


def _plain(value: object) -> object:
    """Nested values as they are written again: whole numbers bare, the others as text."""
    if isinstance(value, Number):
        is_whole = re.fullmatch(r"-?[0-9]{1,400}", value)
        return int(value) if is_whole else _digits(value)
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    return [_plain(part) for part in value] if isinstance(value, list) else value


def _is_missing(value: object) -> bool:
    return value is None or value == ""


def _mapping(value: object) -> Raw:
    return value if isinstance(value, dict) else {}
