"""A document's lines by what they are declared under, in cents: the VAT summary is made of these.

Each group is rounded once, half up; the vendor rounds once a document, so a group may be off by a cent, which
the VAT summary shows as a rounding of its own. A discount on the whole document stands on no line: where net
and VAT prove it, the groups are scaled by it and add up to the document.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import NamedTuple

from reports.figures.document import Document, LineItem
from reports.money import CENT, ZERO, cents


class VatKey(NamedTuple):
    """What lines are declared under. `exemption` is the document's code where the rate is 0."""

    scheme: str
    region: str | None
    rate: Decimal | None
    exemption: str | None


class VatGroup(NamedTuple):
    """The lines of one document under one key: base and VAT in cents, unsigned."""

    key: VatKey
    tax_names: tuple[str, ...]
    base: Decimal
    tax: Decimal


class LineSums(NamedTuple):
    """Base and VAT of lines, unrounded."""

    base: Decimal
    tax: Decimal


def group_lines(document: Document) -> Sequence[VatGroup]:
    """The groups of a document, in the order of its lines."""
    lines: dict[VatKey, list[LineItem]] = defaultdict(list)
    for item in document.items:
        lines[VatKey(item.scheme, item.region, item.rate, exemption_of(document, item))].append(item)
    sums = {key: add_lines(items) for key, items in lines.items()}
    if document.net is not None and document.tax is not None and is_discounted(document):
        amounts = share_discount(sums, document.net, document.tax)
    else:
        amounts = {key: LineSums(cents(own.base), cents(own.tax)) for key, own in sums.items()}
    return [
        VatGroup(key, tuple(sorted({item.tax_name for item in items if item.tax_name})), *amounts[key])
        for key, items in lines.items()
    ]


def add_lines(items: Iterable[LineItem]) -> LineSums:
    """Base and VAT of lines; one without amounts adds nothing."""
    base = tax = ZERO
    for item in items:
        if item.net is not None and item.tax is not None:
            base, tax = base + item.net, tax + item.tax
    return LineSums(base, tax)


def exemption_of(document: Document, item: LineItem) -> str | None:
    """The document's exemption code on a line of rate 0; None on others."""
    return document.exemption if item.rate is not None and not item.rate else None


def count_rounding_tolerance(rates: Iterable[Decimal | None]) -> Decimal:
    """How far lines may be off their document: it may be rounded once, or once a rate."""
    return CENT * len({*rates})


def is_discounted(document: Document) -> bool:
    """Whether a discount on the whole document explains why it is lower than its lines."""
    if document.net is None or document.tax is None or not document.items:
        return False
    sums = add_lines(document.items)
    tolerance = count_rounding_tolerance(item.rate for item in document.items)
    return explains_discount(sums, document.net, document.tax, tolerance=tolerance)


def explains_discount(sums: LineSums, net: Decimal, tax: Decimal, *, tolerance: Decimal) -> bool:
    """Whether net and VAT are the same share of the lines, within a cent, and off by more than rounding."""
    off_net, off_tax = abs(cents(sums.base) - net), abs(cents(sums.tax) - tax)
    if max(off_net, off_tax) <= tolerance or not ZERO <= net < cents(sums.base):
        return False
    return abs(cents(sums.tax * net / sums.base) - tax) <= CENT


def share_discount(sums: Mapping[VatKey, LineSums], net: Decimal, tax: Decimal) -> Mapping[VatKey, LineSums]:
    """Base and VAT of each group in cents, scaled so that they add up to `net` and `tax`."""
    whole = sum((own.base for own in sums.values()), ZERO)
    kept = Fraction(net) / Fraction(whole)
    keys = sorted(sums, key=_share_order)
    bases = _share([sums[key].base for key in keys], kept, net)
    taxes = _share([sums[key].tax for key in keys], kept, tax)
    return {key: LineSums(*own) for key, *own in zip(keys, bases, taxes, strict=True)}


def _share_order(key: VatKey) -> tuple[object, ...]:
    """Among equal remainders the higher rate gets the cent, then region, then code."""
    rate = Decimal(-1) if key.rate is None else key.rate
    return (-rate, key.region or "", key.exemption or "", key.scheme)


def _share(amounts: Sequence[Decimal], kept: Fraction, total: Decimal) -> Sequence[Decimal]:
    """What is kept of the amounts in cents, by largest remainder, so that they add up to `total`.

    An amount of nothing stays nothing. `total` may be a cent off the kept amounts' own sum: that cent goes
    the same way. Fractions, because remainders that are equal have to be so exactly.
    """
    exact = [100 * kept * Fraction(amount) for amount in amounts]
    floors = [floor(share) for share in exact]
    missing = int(total * 100) - sum(floors)
    places = sorted(
        (place for place, amount in enumerate(amounts) if amount),
        key=lambda place: floors[place] - exact[place],
    )
    each, rest = divmod(missing, len(places)) if places else (0, 0)
    for position, place in enumerate(places):
        floors[place] += each + (position < rest)
    return [CENT * amount for amount in floors]
