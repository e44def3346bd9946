"""How entries are counted: each as a document with signed amounts, and what has to be said of it.

Amounts of a document are cents, those of a line are exact. Codes are those of docs/FINDINGS.md.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from tests.support.tie.entry import Entry, Item
from tests.support.tie.law import find_first_country, list_rates
from tests.support.tie.region import Known, Supply, find_region, find_scheme
from tests.support.tie.values import CENT, cents, plain

NOTHING = Decimal(0)
TOTAL_TOLERANCE = Decimal("0.02")
LINE_TOLERANCE = Decimal("0.006")
LINE_TAX_TOLERANCE = Decimal("0.02")
HALF_A_CENT = Decimal("0.005")

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
RECEIPTS = {"Receipt", "VatMossReceipt"}
PAID_WHEN_ISSUED = {"InvoiceReceipt", "CashInvoice"}
OPEN_STATUSES = {"final", "sent", "second_copy"}
COUNTED_STATUSES = OPEN_STATUSES | {"settled"}


@dataclass(frozen=True)
class Line:
    """One line of a document: where it is taxed, VAT rate (`None` without a tax), exact signed amounts."""

    scheme: str
    region: str | None
    rate: str | None
    tax_name: str | None
    quantity: Decimal
    unit_price: Decimal
    discount_percent: Decimal
    discount: Decimal
    net: Decimal
    tax: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


@dataclass(frozen=True)
class Document:
    """One issued document with its signed amounts in cents; `sign` 0 when its type is only listed.

    `paid` is what it says was paid, were it a receipt: as it came, None where it cannot be read.
    `is_discounted`: its lines are proven to have a discount on the whole document still to come.
    `said` are codes about its head, `said_of_lines` those about its lines.
    """

    id: int
    number: str
    type: str
    status: str
    issued: date
    due_date: date | None
    currency: str
    exemption: str
    archived: bool
    country: str | None
    sign: int
    sum: Decimal | None
    discount: Decimal | None
    net: Decimal
    tax: Decimal
    rounding: Decimal
    gross: Decimal
    withholding: Decimal
    payable: Decimal
    paid: Decimal | None
    exchange_rate: Decimal | None
    counter_value: Decimal | None
    lines: tuple[Line, ...]
    is_discounted: bool
    said: frozenset[str]
    said_of_lines: frozenset[str]

    @property
    def is_counted(self) -> bool:
        return self.sign != 0 and self.status in COUNTED_STATUSES

    @property
    def is_open(self) -> bool:
        return self.sign != 0 and self.status in OPEN_STATUSES and self.type not in PAID_WHEN_ISSUED

    @property
    def is_credit_note(self) -> bool:
        return self.sign < 0

    def is_shown(self, first: date, last: date) -> bool:
        """Whether it counts in a period, both ends included, or is open."""
        return self.is_counted and (first <= self.issued <= last or self.is_open)


class Total(NamedTuple):
    """What a document's total comes to, unsigned: `code` says why it is neither of the two readings."""

    gross: Decimal
    payable: Decimal
    withholding: Decimal
    code: str | None


class Amounts(NamedTuple):
    """Base and VAT of a line as they came, and the codes of what had to be worked out."""

    base: Decimal
    tax: Decimal
    codes: tuple[str, ...]


UNREADABLE = Amounts(NOTHING, NOTHING, ())
"""Of a line with nothing to go by: it stands in its row and adds nothing."""


class Rates(NamedTuple):
    """Every rate of a reading, and the rate of each tax by its id, where it has but one."""

    every: frozenset[Decimal]
    by_id: dict[int, Decimal]


class _Counted(NamedTuple):
    """A line of an entry, unsigned."""

    item: Item
    rate: Decimal | None
    amounts: Amounts


def count_entries(entries: Sequence[Entry], known: Known) -> list[Document]:
    """Counts every entry of a reading as a document, in their order."""
    rates = gather_rates(entries)
    return [count_entry(entry, known, rates) for entry in entries]


def gather_rates(entries: Iterable[Entry]) -> Rates:
    """Gathers the rates that stand in a reading."""
    found: dict[int | None, set[Decimal]] = defaultdict(set)
    for item in (item for entry in entries for item in entry.items):
        if item.rate is not None:
            found[item.tax_id].add(item.rate)
    by_id = {key: min(own) for key, own in found.items() if key is not None and len(own) == 1}
    return Rates(frozenset().union(*found.values()), by_id)


def count_entry(entry: Entry, known: Known, rates: Rates) -> Document:
    """Counts an entry: its sign, its lines, and what has to be said of it. Absent amounts are 0."""
    net, tax, total = (amount or NOTHING for amount in (entry.net, entry.tax, entry.total))
    sign = SIGNS.get(entry.type, 0)
    factor, codes = _find_factor(sign, net, tax, total)
    read = read_total(net, tax, total, cents(net * (entry.retention or NOTHING) / 100))
    lines, line_codes = _count_items(entry, known, rates)
    turned = -1 if cents(_add_bases(lines)) * net < 0 else 1
    if turned < 0:
        codes.add("SIGN-CONTRADICTS")
    if any(line.amounts is UNREADABLE for line in lines):
        codes.add("LINES-UNREADABLE")
    is_discounted = False
    if lines:
        base, line_tax = (turned * sum(part, NOTHING) for part in _split(lines))
        differing = _find_differences(base, line_tax, entry, lines)
        is_discounted = bool(differing) and is_discount(base, line_tax, net=net, tax=tax)
        line_codes |= {"DOCUMENT-DISCOUNT"} if is_discounted else differing
    return Document(
        id=entry.id,
        number=entry.number,
        type=entry.type,
        status=entry.status,
        issued=entry.issued or date.min,
        due_date=entry.due_date,
        currency=entry.currency,
        exemption=entry.exemption,
        archived=entry.archived,
        country=find_first_country(entry.country, known.country),
        sign=sign,
        sum=None if entry.sum is None else factor * entry.sum,
        discount=None if entry.discount is None else factor * entry.discount,
        net=factor * net,
        tax=factor * tax,
        rounding=factor * (read.gross - net - tax),
        gross=factor * read.gross,
        withholding=factor * read.withholding,
        payable=factor * read.payable,
        paid=entry.total if read.code or entry.total is None else read.payable,
        exchange_rate=entry.exchange_rate,
        counter_value=None if entry.counter_value is None else factor * entry.counter_value,
        lines=tuple(_sign_line(line, entry, known, factor * turned) for line in lines),
        is_discounted=is_discounted,
        said=frozenset(codes | ({read.code} if read.code else set())),
        said_of_lines=frozenset(line_codes),
    )


def read_total(net: Decimal, tax: Decimal, total: Decimal, withheld: Decimal) -> Total:
    """Reads gross and payable out of `total`: the nearer of its two readings, payable on a tie."""
    gross = net + tax
    from_payable, from_gross = abs(total - (gross - withheld)), abs(total - gross)
    if min(from_payable, from_gross) > TOTAL_TOLERANCE:
        code = "SIGN-CONTRADICTS" if total * gross < 0 else "TOTAL-UNEXPLAINED"
        return Total(gross, gross - withheld, withheld, code)
    if from_payable <= from_gross:
        return Total(total + withheld, total, withheld, None)
    return Total(total, total - withheld, withheld, None)


def derive_amounts(item: Item, rate: Decimal | None) -> Amounts | None:
    """Derives base and VAT of a line, None where there is nothing to go by."""
    subtotal, tax, total = item.subtotal, item.tax, item.total
    if tax is not None and total is not None:
        if subtotal is None:
            return Amounts(total - tax, tax, ("LINE-DERIVED",))
        for base in (subtotal, subtotal - item.discount):
            if abs(base + tax - total) <= LINE_TOLERANCE:
                return Amounts(base, tax, ())
        return Amounts(total - tax, tax, ("LINE-SUBTOTAL",))
    if subtotal is None:
        return None
    base = _choose_base(item, subtotal, rate)
    if tax is None and rate is not None:
        tax = base * rate / 100
    elif tax is None and total is not None:
        tax = total - subtotal
    return None if tax is None else Amounts(base, tax, ("LINE-DERIVED",))


def is_discount(base: Decimal, line_tax: Decimal, *, net: Decimal, tax: Decimal) -> bool:
    """Tells whether net and VAT of a document are both its lines, lowered alike, to the cent."""
    return 0 <= net < cents(base) and abs(cents(line_tax * net / base) - tax) <= CENT


def _choose_base(item: Item, subtotal: Decimal, rate: Decimal | None) -> Decimal:
    """Chooses the subtotal before or after its discount: what agrees at the line's rate, else before."""
    if rate is not None:
        for base in (subtotal, subtotal - item.discount):
            tax = base * rate / 100
            if item.total is not None and abs(base + tax - item.total) <= LINE_TOLERANCE:
                return base
            if item.tax is not None and abs(tax - item.tax) <= LINE_TOLERANCE:
                return base
    return subtotal


def _find_factor(sign: int, *amounts: Decimal) -> tuple[int, set[str]]:
    """Finds what amounts are multiplied by. The first that is not 0 says whether they came negative."""
    first = next((amount for amount in amounts if amount), NOTHING)
    if sign < 0:
        return (1, {"CREDIT-NOTE-NEGATIVE"}) if first < 0 else (-1, set())
    return 1, {"SIGN-CONTRADICTS"} if sign > 0 and amounts[0] < 0 else set()


def _count_items(entry: Entry, known: Known, rates: Rates) -> tuple[list[_Counted], set[str]]:
    """Counts the lines of an entry, with the codes about all of them."""
    lines: list[_Counted] = []
    codes: set[str] = set()
    for item in entry.items:
        rate = _look_up_rate(item, known, rates)
        amounts = derive_amounts(item, rate)
        if rate is None and item.may_have_rate and amounts:
            rate = _match_rate(amounts, entry.issued or date.min, known, rates)
        if rate is None:
            codes.add("TAX-MISSING")
        elif amounts and abs(amounts.base * rate / 100 - amounts.tax) > LINE_TAX_TOLERANCE:
            codes.add("LINE-TAX")
        if rate is not None and item.may_have_rate:
            codes.add("TAX-RESOLVED")
        lines.append(_Counted(item, rate, amounts or UNREADABLE))
        codes.update(lines[-1].amounts.codes)
    return lines, codes


def _look_up_rate(item: Item, known: Known, rates: Rates) -> Decimal | None:
    """Looks up a line's own rate, or that of its tax elsewhere in the reading or among the known taxes."""
    if not item.may_have_rate or item.tax_id is None:
        return item.rate
    return rates.by_id.get(item.tax_id, known.taxes.get(item.tax_id, (None, None))[1])


def _match_rate(amounts: Amounts, day: date, known: Known, rates: Rates) -> Decimal | None:
    """Matches the rate that explains a line's VAT within half a cent: the nearest, the lower of two."""
    candidates = {*rates.every, *list_rates(day), *([] if amounts.tax else [NOTHING])}
    candidates |= {rate for _, rate in known.taxes.values() if rate is not None}
    distances = [(abs(amounts.base * rate / 100 - amounts.tax), rate) for rate in candidates]
    distance, rate = min(distances, default=(HALF_A_CENT, NOTHING))
    return rate if distance < HALF_A_CENT else None


def _find_differences(base: Decimal, line_tax: Decimal, entry: Entry, lines: Sequence[_Counted]) -> set[str]:
    """Finds which of net and VAT differ between lines and document by more than a cent a rate."""
    tolerance = CENT * len({line.rate for line in lines})
    sums = (("LINES-NET", base, entry.net), ("LINES-TAX", line_tax, entry.tax))
    return {code for code, ours, own in sums if abs(cents(ours) - (own or NOTHING)) > tolerance}


def _sign_line(line: _Counted, entry: Entry, known: Known, factor: int) -> Line:
    item, day = line.item, entry.issued or date.min
    country = find_first_country(entry.country, known.country)
    region = find_region(Supply(entry.type, day, entry.exemption, country, line.rate, item.tax_id), known)
    return Line(
        scheme=find_scheme(entry.type, region, day),
        region=region,
        rate=None if line.rate is None else plain(line.rate),
        tax_name=item.tax_name,
        quantity=factor * item.quantity,
        unit_price=item.unit_price,
        discount_percent=item.discount_percent,
        discount=factor * item.discount,
        net=factor * line.amounts.base,
        tax=factor * line.amounts.tax,
    )


def _add_bases(lines: Sequence[_Counted]) -> Decimal:
    return sum((line.amounts.base for line in lines), NOTHING)


def _split(lines: Sequence[_Counted]) -> tuple[list[Decimal], list[Decimal]]:
    """Splits lines into their bases and their VAT."""
    return [line.amounts.base for line in lines], [line.amounts.tax for line in lines]
