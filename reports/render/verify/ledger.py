"""What the cells of a workbook add up to: sheet against sheet, and in the end against the figures.

Rows come in as they were read, column by column in the order of the letters of `expected.SHEETS`. Where line
items and documents differ by more than rounding, a finding has to say so.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import repeat
from typing import Any, NamedTuple

from reports.errors import ClientError
from reports.figures.totals import CREDIT, CURRENT, CurrencyTotals, TypeSubtotal
from reports.figures.vat.vat_groups import (
    LineSums,
    VatKey,
    count_rounding_tolerance,
    explains_discount,
    share_discount,
)
from reports.money import ZERO, cents
from reports.render.verify.expected import AMOUNTS, DOCUMENTS, LINES, OPEN, VAT, Number, Report

ADVICE = "The files were read back and do not tie, so nothing of this client was published. Report it"

_Key = tuple[str | Number, ...]
_Amounts = list[Decimal]
_Sums = dict[_Key, _Amounts]


class Found(NamedTuple):
    """Rows of a data sheet as they were read, by column, in the currency of their sheet. No text is "".

    `places` are scheme and region of line items, which do not stand in their sheet; None elsewhere.
    """

    currency: str
    places: Sequence[tuple[str, str | None] | None]
    numbers: Sequence[Sequence[Number]]
    texts: Sequence[Sequence[str]]


class Ledger:
    """The sums of one workbook while it is read; `place` is its name in errors. It raises ClientError."""

    def __init__(self, report: Report, place: str) -> None:
        self._report = report
        self._place = place
        self._ids: dict[str, set[Number]] = {DOCUMENTS: set(), OPEN: set()}
        self._awaiting_lines: dict[Number, tuple[Decimal, Decimal]] = {}
        self._document: Number = None
        self._document_currency = ""
        self._document_lines: dict[VatKey, list[Decimal]] = {}
        self._types: _Sums = {}
        self._open: _Sums = {}
        self._vat: _Sums = {}
        self._vat_rates: _Sums = {}
        self._line_rates: _Sums = {}

    def take(self, kind: str, rows: Found) -> None:
        """Adds rows of a data sheet of this kind."""
        add = {
            DOCUMENTS: self._add_documents,
            LINES: self._add_lines,
            VAT: self._add_vat,
            OPEN: self._add_open,
        }
        add[kind](rows)

    def close(self) -> None:
        """All rows are in: line items, VAT and documents are one, and what the run record says."""
        self._close_document()
        for identity, (net, tax) in self._awaiting_lines.items():
            if (net or tax) and not self._is_explained("NO-LINES", identity):
                raise differs(self._place, f"net amount of the lines of document {identity}", net, "nothing")
        self._compare("line items by rate", self._vat_rates, self._line_rates)
        figures, labels = self._report.figures, self._report.labels
        counted = [total for total in figures.totals if total.documents]
        documents: _Sums = {}
        for (currency, _), amounts in self._types.items():
            _add(documents, (currency,), amounts)
        self._compare("documents", {(one.currency,): _amounts(one) for one in counted}, documents)
        types: _Sums = {(one.currency, labels.type(one.type)): _amounts(one) for one in figures.types}
        self._compare("documents by type", types, self._types)
        vat: _Sums = {(one.currency,): [one.net, one.tax, one.gross] for one in counted}
        self._compare("VAT", vat, self._vat)
        buckets: _Sums = {
            (one.currency, labels.bucket(one.bucket)): [Decimal(one.documents), one.amount]
            for one in figures.ageing
            if one.documents
        }
        self._compare("open documents by bucket", buckets, self._open)
        late: _Sums = {}
        for (currency, bucket), (_, amount) in self._open.items():
            overdue = ZERO if bucket in (labels.bucket(CURRENT), labels.bucket(CREDIT)) else amount
            _add(late, (currency,), [amount, overdue])
        waiting: _Sums = {(one.currency,): [one.open, one.overdue] for one in figures.totals}
        for total in figures.totals:
            _add(late, (total.currency,), [ZERO, ZERO])
        self._compare("open and overdue", waiting, late)

    def _add_documents(self, rows: Found) -> None:
        amounts = [_zeroed(column) for column in rows.numbers[4:10]]
        for identity, net, tax, rounding, gross, withholding, payable in zip(
            self._owned(DOCUMENTS, rows), *amounts, strict=True
        ):
            if (net + tax + rounding, gross - withholding) != (gross, payable):
                raise differs(self._place, f"net + VAT of document {identity}", gross, net + tax + rounding)
            self._awaiting_lines[identity] = net, tax
        _gather(self._types, rows.currency, rows.texts[1:2], amounts=amounts)

    def _add_lines(self, rows: Found) -> None:
        amounts = map(_zeroed, rows.numbers[6:8])
        lines = zip(rows.numbers[-1], rows.places, rows.numbers[5], rows.texts[3], *amounts, strict=True)
        for identity, place, rate, code, net, tax in lines:
            if identity != self._document:
                self._close_document()
                self._document, self._document_currency = identity, rows.currency
            scheme, region = place or ("", None)
            key = VatKey(scheme, region, None if rate is None else Decimal(rate), code)
            sums = self._document_lines.setdefault(key, [ZERO, ZERO])
            sums[0] += net
            sums[1] += tax

    def _add_vat(self, rows: Found) -> None:
        names = zip(rows.texts[1], rows.texts[2], rows.numbers[0], rows.texts[3], strict=True)
        amounts = map(_zeroed, rows.numbers[6:9])
        for (scheme, region, rate, code), *own in zip(names, *amounts, strict=True):
            _add(self._vat, (rows.currency,), own)
            # The rounding line, which no line item is behind, has no scheme.
            if scheme:
                _add(self._vat_rates, (rows.currency, scheme, region, rate, code), own[:2])

    def _add_open(self, rows: Found) -> None:
        self._owned(OPEN, rows)
        _gather(self._open, rows.currency, rows.texts[2:3], amounts=[_zeroed(rows.numbers[3])])

    def _owned(self, kind: str, rows: Found) -> Sequence[Number]:
        """The ids, each once a sheet and of a document that is this client's."""
        held, ids = self._ids[kind], rows.numbers[-1]
        for identity in ids:
            if identity is None or identity in held:
                raise differs(self._place, f"document {identity}", "there once", "there again")
            if identity not in self._report.own:
                raise differs(
                    self._place, f"document {identity}", "one of this client", "none of its archive"
                )
            held.add(identity)
        return ids

    def _close_document(self) -> None:
        """The lines of a document may be a cent a rate off its own amounts, which round on their own; less a
        discount on the whole document they add up to it."""
        identity, currency = self._document, self._document_currency
        lines = {key: LineSums(*own) for key, own in self._document_lines.items()}
        if identity is None:
            return
        self._document, self._document_lines = None, {}
        if identity not in self._awaiting_lines:
            raise differs(self._place, f"line items of document {identity}", "those of one document", "more")
        due = self._awaiting_lines.pop(identity)
        groups = self._discounted(lines, *due) if self._is_explained("DOCUMENT-DISCOUNT", identity) else None
        if groups is None:
            groups = {key: LineSums(cents(own.base), cents(own.tax)) for key, own in lines.items()}
            tolerance = count_rounding_tolerance(key.rate for key in lines)
            columns = zip(*lines.values(), strict=True)
            for code, own, parts in zip(("LINES-NET", "LINES-TAX"), due, columns, strict=True):
                total = cents(sum(parts, ZERO))
                if abs(total - own) > tolerance and not self._is_explained(code, identity):
                    raise differs(self._place, f"the sum of the lines of document {identity}", own, total)
        for key, sums in groups.items():
            scheme = self._report.labels.scheme(key.scheme)
            _add(self._line_rates, (currency, scheme, key.region or "", key.rate, key.exemption or ""), sums)

    def _discounted(
        self, lines: Mapping[VatKey, LineSums], net: Decimal, tax: Decimal
    ) -> Mapping[VatKey, LineSums] | None:
        """The lines less their share of the document's discount; None where it explains nothing."""
        sign = -1 if sum((own.base for own in lines.values()), ZERO) < 0 else 1
        whole = {key: LineSums(sign * own.base, sign * own.tax) for key, own in lines.items()}
        sums = LineSums(*(sum(column, ZERO) for column in zip(*whole.values(), strict=True)))
        tolerance = count_rounding_tolerance(key.rate for key in lines)
        if not explains_discount(sums, sign * net, sign * tax, tolerance=tolerance):
            return None
        shares = share_discount(whole, sign * net, sign * tax)
        return {key: LineSums(sign * own.base, sign * own.tax) for key, own in shares.items()}

    def _is_explained(self, code: str, identity: Number) -> bool:
        return (code, identity) in self._report.explained

    def _compare(self, what: str, due: _Sums, found: _Sums) -> None:
        for key in {**due, **found}:
            if due.get(key) != found.get(key):
                name = ", ".join(str(part) for part in key if part is not None)
                raise differs(self._place, f"{what} ({name})", _text(due.get(key)), _text(found.get(key)))


def differs(place: str, what: str, expected: object, found: object) -> ClientError:
    """The error that ends a read-back: where, what, what to do."""
    return ClientError(f"{place}: {what} should be {expected} and is {found}. {ADVICE}")


def _add(sums: _Sums, key: _Key, amounts: Iterable[Decimal]) -> None:
    held = sums.get(key)
    sums[key] = [one + another for one, another in zip(held, amounts, strict=True)] if held else [*amounts]


def _gather(
    sums: _Sums, currency: str, names: Sequence[Sequence[str]], *, amounts: Sequence[_Amounts]
) -> None:
    """Adds to each combination of `names` how many rows have it, and the sums of their `amounts`."""
    rows: dict[_Key, list[int]] = {}
    for row, key in enumerate(zip(repeat(currency), *names, strict=False)):
        rows.setdefault(key, []).append(row)
    for key, own in rows.items():
        added = (sum(map(column.__getitem__, own), Decimal(0)) for column in amounts)
        _add(sums, key, [Decimal(len(own)), *added])


def _zeroed(amounts: Iterable[Any]) -> list[Decimal]:
    return [amount or ZERO for amount in amounts]


def _amounts(one: CurrencyTotals | TypeSubtotal) -> _Amounts:
    return [Decimal(one.documents), *(getattr(one, name) for name in AMOUNTS)]


def _text(amounts: _Amounts | None) -> str:
    return " / ".join(map(str, amounts)) if amounts else "nothing"
