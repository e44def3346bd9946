"""Cross-foots a client's figures: documents, their lines, VAT, open documents, receipts and totals are one.

Line items and documents may differ by rounding; where they differ by more, a finding has to say so.
"""

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import groupby, zip_longest
from operator import add, attrgetter, itemgetter
from typing import Any

from reports.figures.amounts import read_payment
from reports.figures.codes import STATUSES, UNKNOWN_STATUS
from reports.figures.tables import columns
from reports.figures.totals import AMOUNTS, CREDIT, CURRENT, Figures
from reports.figures.vat.vat_groups import (
    LineSums,
    VatKey,
    count_rounding_tolerance,
    explains_discount,
    share_discount,
)
from reports.money import ZERO, cents
from reports.render.verify.refusals import join_values, make_difference

RATE = VatKey._fields.index("rate")

_Amounts = Iterable[tuple[tuple[Any, ...], Sequence[Any]]]
"""Amounts, each row of them with the key it is added up by."""
_Groups = Mapping[tuple[Any, ...], Sequence[Decimal]]
"""Base and VAT of a document's lines by the fields of VatKey: a plain tuple is made in half the time."""
_Explained = Container[tuple[str, int | None]]


def check_footing(where: str, figures: Figures, *, own: Container[int], explained: _Explained) -> None:
    """Raises ClientError for the first sum that is not that of its parts.

    `own` are the ids of the client's documents in the archive, `explained` code and document of findings.
    """
    for frame in (figures.documents, figures.open_documents, figures.receipts):
        for identity, times in Counter(frame["id"].tolist()).items():
            if times > 1:
                raise make_difference(where, f"document {identity}", "there once", "there again")
            if identity not in own:
                shown = "one of this client", "none of its archive"
                raise make_difference(where, f"document {identity}", *shown)
    _check_documents(where, figures)
    _check_open(where, figures)
    _check_receipts(where, figures)
    key = attrgetter(*VatKey._fields)
    declared = (((row.currency, *key(row)), (row.base, row.tax)) for row in figures.vat)
    _compare_sums(where, "line items by rate", declared, _declare_lines(where, figures, explained))


def _check_documents(where: str, figures: Figures) -> None:
    """Each document is the sum of its amounts, and they come to types, totals and VAT summary."""
    rows = list(columns(figures.documents, "id", "currency", "type", *AMOUNTS))
    for identity, _, _, net, tax, rounding, gross, withholding, payable in rows:
        if (net + tax + rounding, gross - withholding) != (gross, payable):
            raise make_difference(where, f"net + VAT of document {identity}", gross, net + tax + rounding)
    names = itemgetter("documents", *AMOUNTS)
    types = [((row.currency, row.type), names(vars(row))) for row in figures.types]
    _compare_sums(
        where, "documents by type", types, (((one, kind), (1, *own)) for _, one, kind, *own in rows)
    )
    totals = [((row.currency,), names(vars(row))) for row in figures.totals]
    _compare_sums(where, "documents", totals, ((key[:1], amounts) for key, amounts in types))
    due = (((row.currency,), (row.net, row.tax, row.gross)) for row in figures.totals)
    vat = [((row.currency,), (row.base, row.tax, row.gross)) for row in figures.vat]
    vat += [((row.currency,), (row.base, row.tax, row.gross)) for row in figures.vat_rounding]
    _compare_sums(where, "VAT", due, vat)


def _check_open(where: str, figures: Figures) -> None:
    """Open documents come to their buckets, and these to what is open, overdue and owed to the client."""
    buckets = [((row.currency, row.bucket), (row.documents, row.amount)) for row in figures.ageing]
    rows = columns(figures.open_documents, "currency", "bucket", "payable")
    _compare_sums(where, "open documents by bucket", buckets, (((*key,), (1, own)) for *key, own in rows))
    due = (((row.currency,), (row.open, row.overdue, row.credit)) for row in figures.totals)
    found = (
        ((currency,), (own, own * (bucket not in (CURRENT, CREDIT)), own * (bucket == CREDIT)))
        for (currency, bucket), (_, own) in buckets
    )
    _compare_sums(where, "open, overdue and credit", due, found)


def _check_receipts(where: str, figures: Figures) -> None:
    """Receipts are the payments among what is not counted that have a day and a status that counts."""
    if not len(figures.receipts) and "payment" not in figures.not_counted["reason"].tolist():
        return
    names = ("reason", "status", "date", "currency", "id", "total", "gross", "payable")
    due = (
        ((currency, identity), (1, read_payment(*amounts) or ZERO))
        for reason, status, day, currency, identity, *amounts in columns(figures.not_counted, *names)
        if reason == "payment" and day and STATUSES.get(status, UNKNOWN_STATUS).is_counted
    )
    rows = columns(figures.receipts, "currency", "id", "amount")
    _compare_sums(
        where, "receipts of the period", due, (((*key,), (1, amount or ZERO)) for *key, amount in rows)
    )


def _declare_lines(where: str, figures: Figures, explained: _Explained) -> _Amounts:
    """What the lines of each document add to the VAT summary. They come to the document, but for rounding."""
    documents = {own[0]: own[1:] for own in columns(figures.documents, "id", "currency", "net", "tax")}
    rows = columns(figures.line_items, "document_id", *VatKey._fields, "net", "tax")
    for identity, lines in groupby(rows, key=itemgetter(0)):
        if identity not in documents:
            shown = "those of one document", "more"
            raise make_difference(where, f"line items of document {identity}", *shown)
        currency, net, tax = documents.pop(identity)
        groups = _add_amounts((line[1:-2], (line[-2] or ZERO, line[-1] or ZERO)) for line in lines)
        is_discounted = ("DOCUMENT-DISCOUNT", identity) in explained
        shares = _share_document_discount(groups, net, tax) if is_discounted else None
        if shares is None:
            _check_lines(where, identity, groups, net, tax, explained=explained)
            shares = {key: (cents(base), cents(own)) for key, (base, own) in groups.items()}
        yield from (((currency, *key), amounts) for key, amounts in shares.items())
    for identity, (_, net, tax) in documents.items():
        if (net or tax) and ("NO-LINES", identity) not in explained:
            raise make_difference(where, f"net amount of the lines of document {identity}", net, "nothing")


def _check_lines(
    where: str, identity: int, groups: _Groups, net: Decimal, tax: Decimal, *, explained: _Explained
) -> None:
    """The lines of a document may be a cent a rate off its own amounts, which round on their own."""
    tolerance = count_rounding_tolerance(key[RATE] for key in groups)
    amounts = zip(*groups.values(), strict=True)
    for code, own, parts in zip(("LINES-NET", "LINES-TAX"), (net, tax), amounts, strict=True):
        total = cents(sum(parts, ZERO))
        if abs(total - own) > tolerance and (code, identity) not in explained:
            raise make_difference(where, f"the sum of the lines of document {identity}", own, total)


def _share_document_discount(groups: _Groups, net: Decimal, tax: Decimal) -> _Groups | None:
    """The lines less their share of the document's discount; None where it explains nothing."""
    sign = -1 if sum((base for base, _ in groups.values()), ZERO) < 0 else 1
    whole = {VatKey(*key): LineSums(sign * base, sign * own) for key, (base, own) in groups.items()}
    sums = LineSums(*(sum(column, ZERO) for column in zip(*whole.values(), strict=True)))
    tolerance = count_rounding_tolerance(key.rate for key in whole)
    if not explains_discount(sums, sign * net, sign * tax, tolerance=tolerance):
        return None
    shares = share_discount(whole, sign * net, sign * tax)
    return {key: (sign * own.base, sign * own.tax) for key, own in shares.items()}


def _compare_sums(where: str, what: str, due: _Amounts, found: _Amounts) -> None:
    """The sums of both by key; where there is none, it is nothing but zeros."""
    expected, sums = _add_amounts(due), _add_amounts(found)
    for key in {**expected, **sums}:
        own, other = expected.get(key, ()), sums.get(key, ())
        if any(one != another for one, another in zip_longest(own, other, fillvalue=ZERO)):
            name = ", ".join(str(part) for part in key if part is not None)
            raise make_difference(where, f"the sum of {what} ({name})", join_values(own), join_values(other))


def _add_amounts(rows: _Amounts) -> dict[tuple[Any, ...], Sequence[Any]]:
    sums: dict[tuple[Any, ...], Sequence[Any]] = {}
    for key, amounts in rows:
        held = sums.get(key)
        sums[key] = [*map(add, held, amounts)] if held else amounts
    return sums
