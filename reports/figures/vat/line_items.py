"""Completes line items: rate, base, VAT and region, by what the line says, its tax and the other lines.

Lines that add up to the other sign than their document are turned together: the document decides.

The vendor does not document whether `subtotal` is before or after the line's discount, nor whether `total` is
rounded; recorded replies have a `subtotal` after it, unrounded VAT and a `total` in cents. Each line decides.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from reports.figures.document import Document, LineItem, Remark
from reports.figures.vat.regions import find_region, is_region_told, scheme_of
from reports.figures.vat.taxes import Taxation
from reports.figures.vat.vat_groups import add_lines
from reports.figures.vat.vat_rates import rates_in_force
from reports.money import HALF_CENT, ZERO, cents, negate, plain

BASE_TOLERANCE = Decimal("0.006")
"""A total in cents is half a cent off at the most, whichever way halves are rounded, and binary noise."""

DERIVED, CONTRADICTED = "LINE-DERIVED", "LINE-SUBTOTAL"
RESOLVED, UNREADABLE = "TAX-RESOLVED", "LINES-UNREADABLE"


class _Rates(NamedTuple):
    """Rates of one reading: by the id of their tax where that is unanimous, and all there are."""

    by_tax: Mapping[str, Decimal]
    every: frozenset[Decimal]


class _Worked(NamedTuple):
    """Base and VAT of a line, unrounded, and the code of a remark where they were worked out."""

    net: Decimal
    tax: Decimal
    code: str | None = None


def complete_documents(documents: Sequence[Document], taxation: Taxation) -> Iterator[Document]:
    """The documents of one client with every line completed, and remarks on what did not stand as it came."""
    rates = _collect_rates(documents, taxation)
    return (_complete(document, rates, taxation) for document in documents)


def _collect_rates(documents: Iterable[Document], taxation: Taxation) -> _Rates:
    """The reading's own rates first: what the account says of a tax today may be another one."""
    found: dict[str, set[Decimal]] = {}
    every: set[Decimal] = set()
    for document in documents:
        for item in document.items:
            if item.rate is not None:
                every.add(item.rate)
                found.setdefault(item.tax_id or "", set()).add(item.rate)
    known = {tax_id: tax.rate for tax_id, tax in taxation.taxes.items() if tax.rate is not None}
    unanimous = {tax_id: next(iter(rates)) for tax_id, rates in found.items() if len(rates) == 1}
    return _Rates({**known, **unanimous}, frozenset({*every, *known.values()}))


def _complete(document: Document, rates: _Rates, taxation: Taxation) -> Document:
    remarks: list[Remark] = []
    items = tuple(_complete_item(document, item, rates, taxation, remarks=remarks) for item in document.items)
    lines = cents(add_lines(items).base)
    if lines * (document.net or ZERO) < 0:
        remarks.append(Remark("SIGN-CONTRADICTS", "items", str(lines)))
        items = tuple(map(_turn, items))
    return document._replace(items=items, remarks=(*document.remarks, *remarks))


def _turn(item: LineItem) -> LineItem:
    """The line with the other sign, which its document has."""
    return item._replace(
        quantity=negate(item.quantity),
        discount=negate(item.discount),
        net=negate(item.net),
        tax=negate(item.tax),
        gross=negate(item.gross),
    )


def _complete_item(
    document: Document, item: LineItem, rates: _Rates, taxation: Taxation, *, remarks: list[Remark]
) -> LineItem:
    place = f"items[{item.position}]"
    rate = item.rate
    if item.is_rate_absent:
        rate = _resolve_rate(document, item, rates)
        if rate is not None:
            remarks.append(Remark(RESOLVED, str(item.position), plain(rate)))
    worked = _work_out(item, rate)
    if worked is None:
        # An amount that is there and cannot be read fails the client, by its own name.
        if not any(
            remark.code == "AMOUNT-UNREADABLE" and remark.field.startswith(f"{place}.")
            for remark in document.remarks
        ):
            remarks.append(Remark(UNREADABLE, place, "a line without amounts"))
        net = tax = gross = None
    else:
        net, tax, gross = worked.net, worked.tax, worked.net + worked.tax
        if worked.code:
            remarks.append(Remark(worked.code, str(item.position), str(item.subtotal)))
    item = item._replace(rate=rate, net=net, tax=tax, gross=gross)
    region = find_region(document, item, taxation)
    is_told = is_region_told(item, region, taxation)
    return item._replace(region=region, scheme=scheme_of(document, region), is_region_told=is_told)


def _work_out(item: LineItem, rate: Decimal | None) -> _Worked | None:
    """Base and VAT of a line; None where there is nothing to go by."""
    subtotal, tax, gross = item.subtotal, item.tax, item.gross
    if subtotal is None:
        return None if tax is None or gross is None else _Worked(gross - tax, tax, DERIVED)
    readings = (subtotal, subtotal - (item.discount or ZERO))
    if tax is not None and gross is not None:
        for base in readings:
            if abs(base + tax - gross) <= BASE_TOLERANCE:
                return _Worked(base, tax)
        return _Worked(gross - tax, tax, CONTRADICTED)
    if rate is None:
        # Without a rate only the other amount tells the VAT.
        if gross is not None:
            tax = gross - subtotal
        return None if tax is None else _Worked(subtotal, tax, DERIVED)
    base = next((one for one in readings if _agrees(one, rate, tax=tax, gross=gross)), subtotal)
    return _Worked(base, base * rate / 100 if tax is None else tax, DERIVED)


def _agrees(base: Decimal, rate: Decimal, *, tax: Decimal | None, gross: Decimal | None) -> bool:
    """Whether a base and its VAT make the one amount that came with it."""
    due = base * rate / 100
    if gross is not None:
        return abs(base + due - gross) <= BASE_TOLERANCE
    return tax is None or abs(due - tax) <= BASE_TOLERANCE


def _resolve_rate(document: Document, item: LineItem, rates: _Rates) -> Decimal | None:
    """The rate the same tax has elsewhere, or else the known one that the line's VAT is to the cent."""
    known = rates.by_tax.get(item.tax_id or "")
    if known is not None:
        return known
    worked = _work_out(item, None)
    if worked is None:
        return None
    base, tax = worked.net, worked.tax
    in_force = rates_in_force(document.date) if document.date else frozenset[Decimal]()
    candidates = {*rates.every, *in_force, Decimal(0)}
    off = {rate: abs(base * rate / 100 - tax) for rate in candidates}
    fitting = [rate for rate in off if off[rate] < HALF_CENT]
    return min(fitting, key=lambda rate: (off[rate], rate), default=None)
