"""What the cells of a workbook add up to: sheet against sheet, and in the end against the figures.

Rows come in as they were read, numbers and texts in the order of the letters of `expected.SHEETS`. Where line
items and documents differ by more than rounding, a finding has to say so.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from reports.errors import ClientError
from reports.figures.totals import CURRENT, CurrencyTotals, TypeSubtotal
from reports.money import CENT, ZERO, cents
from reports.render.expected import AMOUNTS, DOCUMENTS, LINES, OPEN, VAT, Report

ADVICE = "The files were read back and do not tie, so nothing of this client was published. Report it"

_Key = tuple[str | Decimal | None, ...]
_Amounts = list[Decimal]
_Sums = dict[_Key, _Amounts]


class Found(NamedTuple):
    """A row of a data sheet as it was read; its currency is that of its sheet. No text is ""."""

    currency: str
    numbers: Sequence[Decimal | None]
    texts: Sequence[str]


class Ledger:
    """The sums of one workbook while it is read; `place` is its name in errors. It raises ClientError."""

    def __init__(self, report: Report, place: str) -> None:
        self._report = report
        self._place = place
        self._ids: dict[str, set[Decimal]] = {DOCUMENTS: set(), OPEN: set()}
        self._awaiting_lines: dict[Decimal, tuple[Decimal, Decimal]] = {}
        self._document: Decimal | None = None
        self._document_lines: _Sums = {}
        self._documents: _Sums = {}
        self._types: _Sums = {}
        self._open: _Sums = {}
        self._vat: _Sums = {}
        self._vat_rates: _Sums = {}
        self._line_rates: _Sums = {}

    def take(self, kind: str, row: Found) -> None:
        """Adds a row of a data sheet of this kind."""
        add = {DOCUMENTS: self._add_document, LINES: self._add_line, VAT: self._add_vat, OPEN: self._add_open}
        add[kind](row)

    def close(self) -> None:
        """All rows are in: line items, VAT and documents are one, and what the run record says."""
        self._close_document()
        for identity, (net, tax) in self._awaiting_lines.items():
            if (net or tax) and not self._is_explained("NO-LINES", identity):
                raise differs(self._place, f"net amount of the lines of document {identity}", net, "nothing")
        self._compare("line items by rate", self._vat_rates, self._line_rates)
        figures, labels = self._report.figures, self._report.labels
        counted = [total for total in figures.totals if total.documents]
        self._compare("documents", {(one.currency,): _amounts(one) for one in counted}, self._documents)
        types: _Sums = {(one.currency, labels.type(one.type)): _amounts(one) for one in figures.types}
        self._compare("documents by type", types, self._types)
        self._compare("VAT", {(one.currency,): [one.net, one.tax] for one in counted}, self._vat)
        buckets: _Sums = {
            (one.currency, labels.bucket(one.bucket)): [Decimal(one.documents), one.amount]
            for one in figures.ageing
            if one.documents
        }
        self._compare("open documents by bucket", buckets, self._open)
        late: _Sums = {}
        for (currency, bucket), (_, amount) in self._open.items():
            overdue = ZERO if bucket == labels.bucket(CURRENT) else amount
            _add(late, (currency,), [amount, overdue])
        waiting: _Sums = {(one.currency,): [one.open, one.overdue] for one in figures.totals}
        for total in figures.totals:
            _add(late, (total.currency,), [ZERO, ZERO])
        self._compare("open and overdue", waiting, late)

    def _add_document(self, row: Found) -> None:
        amounts, identity = _zeroed(row.numbers[4:9]), self._owned(DOCUMENTS, row.numbers[-1])
        net, tax, gross, withholding, payable = amounts
        if (net + tax, gross - withholding) != (gross, payable):
            raise differs(self._place, f"net + VAT of document {identity}", gross, net + tax)
        self._awaiting_lines[identity] = net, tax
        for sums, key in ((self._documents, ()), (self._types, (row.texts[1],))):
            _add(sums, (row.currency, *key), [Decimal(1), *amounts])

    def _add_line(self, row: Found) -> None:
        identity = row.numbers[-1]
        if identity != self._document:
            self._close_document()
            self._document = identity
        _add(self._document_lines, (row.currency, row.numbers[5], row.texts[3]), _zeroed(row.numbers[6:8]))

    def _add_vat(self, row: Found) -> None:
        base_and_tax, (_, scheme, code) = _zeroed(row.numbers[6:8]), row.texts
        _add(self._vat, (row.currency,), base_and_tax)
        # The rounding line, which no line item is behind, has no scheme.
        if scheme:
            _add(self._vat_rates, (row.currency, row.numbers[0], code), base_and_tax)

    def _add_open(self, row: Found) -> None:
        self._owned(OPEN, row.numbers[-1])
        _add(self._open, (row.currency, row.texts[2]), [Decimal(1), *_zeroed(row.numbers[3:4])])

    def _owned(self, kind: str, identity: Decimal | None) -> Decimal:
        """The id, once a sheet, of a document that is this client's."""
        if identity is None or identity in self._ids[kind]:
            raise differs(self._place, f"document {identity}", "there once", "there again")
        if identity not in self._report.own:
            raise differs(self._place, f"document {identity}", "one of this client", "none of its archive")
        self._ids[kind].add(identity)
        return identity

    def _close_document(self) -> None:
        """The lines of a document may be a cent a rate off its own amounts, which round on their own."""
        identity, lines = self._document, self._document_lines
        if identity is None:
            return
        self._document, self._document_lines = None, {}
        if identity not in self._awaiting_lines:
            raise differs(self._place, f"line items of document {identity}", "those of one document", "more")
        tolerance = CENT * len({rate for _, rate, _ in lines})
        due = self._awaiting_lines.pop(identity)
        for place, (code, own) in enumerate(zip(("LINES-NET", "LINES-TAX"), due, strict=True)):
            added = cents(sum((sums[place] for sums in lines.values()), ZERO))
            if abs(added - own) > tolerance and not self._is_explained(code, identity):
                raise differs(self._place, f"the sum of the lines of document {identity}", own, added)
        for key, sums in lines.items():
            _add(self._line_rates, key, map(cents, sums))

    def _is_explained(self, code: str, identity: Decimal) -> bool:
        return (code, int(identity)) in self._report.explained

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


def _zeroed(numbers: Sequence[Decimal | None]) -> list[Decimal]:
    return [number or ZERO for number in numbers]


def _amounts(one: CurrencyTotals | TypeSubtotal) -> _Amounts:
    return [Decimal(one.documents), *(getattr(one, name) for name in AMOUNTS)]


def _text(amounts: _Amounts | None) -> str:
    return " / ".join(map(str, amounts)) if amounts else "nothing"
