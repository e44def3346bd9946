"""Holds the account's documents against its SAF-T (PT) files, document by document, by their numbers.

A difference is of one document and one KIND; what the files add up to is shown beside ours and is no
difference of its own. Receipts (Payments) are not compared.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import NamedTuple

from reports.figures.codes import TYPES, split_number
from reports.figures.currencies import EURO
from reports.figures.saft.book import BookEntry
from reports.figures.saft.saft_document import CREDIT_NOTE, LineKey, SaftControl, SaftDocument
from reports.figures.vat.countries import split_vat_number
from reports.figures.vat.exemptions import UNSPECIFIED
from reports.fiscal_id import FINAL_CONSUMER
from reports.money import CENT, ZERO, cents

MISSING_HERE, MISSING_IN_SAFT = "missing-here", "missing-in-saft"
DATE, STATE, NET, TAX, GROSS, WITHHOLDING = "date", "state", "net", "tax", "gross", "withholding"
FISCAL_ID, LINES = "fiscal_id", "lines"
KINDS = (MISSING_HERE, MISSING_IN_SAFT, DATE, STATE, NET, TAX, GROSS, WITHHOLDING, FISCAL_ID, LINES)
AMOUNTS = (NET, TAX, GROSS, WITHHOLDING)
EQUAL, DIFFERENT, NOT_COMPARED = "equal", "different", "not-compared"

_PREFIXES = frozenset(kind.prefix for kind in TYPES.values() if kind.prefix)

ISSUED, CANCELLED = "issued", "cancelled"
"""What a difference of STATE holds against each other."""


class SaftDifference(NamedTuple):
    """What differs at one document: `ours` and `saft` are plain text, amounts with a point, None for nothing.

    `document` and `client` are None for a document that is only in the file; `name` is the client's.
    `currency` is that of amounts, None where something else differs.
    """

    kind: str
    number: str
    document: int | None
    client: int | None
    name: str | None
    ours: str | None
    saft: str | None
    currency: str | None = None


class Elsewhere(NamedTuple):
    """A document of the account that is dated outside the period."""

    document: int
    client: int
    date: dt.date


class Control(NamedTuple):
    """Entries, and the net amounts of credit notes and of invoices that are not cancelled."""

    entries: int
    debit: Decimal
    credit: Decimal


NO_DOCUMENTS = Control(0, ZERO, ZERO)


@dataclass(frozen=True)
class SaftResult:
    """What was found. `why` says in a sentence why nothing was compared.

    `uncompared` is how many documents in another currency have no amount in it in the file. `ours` and
    `theirs` are control totals, `theirs` None for files without them. `foreign` is the part of `theirs` that
    is of documents in other currencies, in euro; `ours` has only their number. `is_cash_vat`: documents are
    marked for the scheme of cash VAT.
    """

    state: str
    why: str | None = None
    differences: tuple[SaftDifference, ...] = ()
    ours: Control | None = None
    theirs: Control | None = None
    foreign: Control = NO_DOCUMENTS
    uncompared: int = 0
    is_cash_vat: bool = False


class Comparer:
    """The comparison under way: give it every document of every file, then `finish`."""

    def __init__(
        self, entries: Iterable[BookEntry], find_elsewhere: Callable[[str], Elsewhere | None]
    ) -> None:
        """`entries` are the account's documents of the period; `find_elsewhere` finds one of another date."""
        every = list(entries)
        # One number ought to be one document; where it is not, each is held against another one of the file.
        self._entries: dict[str, list[BookEntry]] = {}
        for entry in every:
            self._entries.setdefault(_normalise(entry.number), []).append(entry)
        self._ours = add_control(every)
        self._find_elsewhere = find_elsewhere
        self._differences: list[SaftDifference] = []
        self._controls: list[SaftControl | None] = []
        self._foreign = NO_DOCUMENTS
        self._uncompared = 0
        self._is_cash_vat = False

    def add(self, document: SaftDocument) -> None:
        """Compares one document of a file."""
        self._is_cash_vat = self._is_cash_vat or document.is_cash_vat
        entry = self._take(_normalise(document.number)) or self._take_bare(document)
        self._add_foreign(entry, document)
        if entry is not None:
            self._differences += self._compare(entry, document)
        elif (found := self._find_elsewhere(document.number)) is not None:
            where = (document.number, found.document, found.client, document.name)
            days = (found.date.isoformat(), document.date.isoformat())
            self._differences.append(SaftDifference(DATE, *where, *days))
        else:
            gross = str(cents(document.gross))
            nobody = (document.number, None, None, document.name)
            self._differences.append(SaftDifference(MISSING_HERE, *nobody, None, gross, EURO))

    def _add_foreign(self, entry: BookEntry | None, document: SaftDocument) -> None:
        currency = entry.currency if entry else document.currency or EURO
        if currency == EURO:
            return
        entries, debit, credit = self._foreign
        net = ZERO if document.is_cancelled else cents(document.net)
        is_credit = entry.is_credit if entry else document.kind == CREDIT_NOTE
        debit, credit = (debit + net, credit) if is_credit else (debit, credit + net)
        self._foreign = Control(entries + 1, debit, credit)

    def _take_bare(self, document: SaftDocument) -> BookEntry | None:
        """The entry of a type whose prefix nobody knows, by what comes after the file's prefix."""
        prefix, _, rest = _normalise(document.number).partition(" ")
        return None if prefix in _PREFIXES else self._take(rest)

    def _take(self, number: str) -> BookEntry | None:
        own = self._entries.get(number)
        return own.pop(0) if own else None

    def close_file(self, control: SaftControl | None) -> None:
        """Notes the control totals of a file that was read to its end."""
        self._controls.append(control)

    def finish(self) -> SaftResult:
        """What was found in all files; documents that were in none of them are missing there."""
        missing = []
        for entry in chain.from_iterable(self._entries.values()):
            where = (entry.number, entry.document, entry.client, entry.name)
            known = (
                (CANCELLED, None, None) if entry.is_cancelled else (str(entry.gross), None, entry.currency)
            )
            missing.append(SaftDifference(MISSING_IN_SAFT, *where, *known))
        found = sorted((*self._differences, *missing), key=_order)
        controls = [control for control in self._controls if control]
        theirs = Control(
            sum(control.entries for control in controls),
            sum((control.debit for control in controls), ZERO),
            sum((control.credit for control in controls), ZERO),
        )
        return SaftResult(
            state=DIFFERENT if found else EQUAL,
            differences=tuple(found),
            ours=self._ours,
            theirs=theirs if controls else None,
            foreign=self._foreign,
            uncompared=self._uncompared,
            is_cash_vat=self._is_cash_vat,
        )

    def _compare(self, entry: BookEntry, document: SaftDocument) -> Iterator[SaftDifference]:
        def differ(kind: str, ours: str | None, saft: str | None) -> SaftDifference:
            where = (entry.number, entry.document, entry.client, entry.name)
            return SaftDifference(kind, *where, ours, saft, entry.currency if kind in AMOUNTS else None)

        if entry.date != document.date:
            yield differ(DATE, entry.date.isoformat(), document.date.isoformat())
        if entry.is_cancelled != document.is_cancelled:
            states = {True: CANCELLED, False: ISSUED}
            yield differ(STATE, states[entry.is_cancelled], states[document.is_cancelled])
        ours, theirs = normalise_number(entry.fiscal_id), normalise_number(document.fiscal_id)
        if ours != theirs:
            yield differ(FISCAL_ID, ours, theirs)
        if entry.is_cancelled or document.is_cancelled:
            return
        if entry.currency != EURO:
            yield from self._compare_currency(entry, document, differ)
            return
        for kind in AMOUNTS:
            amounts = (getattr(entry, kind), cents(getattr(document, kind)))
            if amounts[0] != amounts[1]:
                yield differ(kind, str(amounts[0]), str(amounts[1]))
        yield from (differ(LINES, *texts) for texts in compare_lines(entry.lines, document.lines))

    def _compare_currency(
        self,
        entry: BookEntry,
        document: SaftDocument,
        differ: Callable[[str, str | None, str | None], SaftDifference],
    ) -> Iterator[SaftDifference]:
        """The file's own amounts are in euro; beside them stands the gross amount as it was issued."""
        if document.currency_amount is None or document.currency != entry.currency:
            self._uncompared += 1
        elif entry.gross != cents(document.currency_amount):
            yield differ(GROSS, str(entry.gross), str(cents(document.currency_amount)))


def compare_lines(
    ours: Mapping[LineKey, Decimal], theirs: Mapping[LineKey, Decimal]
) -> Iterator[tuple[str, str]]:
    """Bases under each key that are more than a cent apart, as text with the key, ours and theirs.

    A region of ours that is undecided equals any of theirs; lines of ours without a readable tax make all
    keys one. The service writes M99 where no reason was given.
    """
    keys = {key: _simplify(key, ours) for key in (*ours, *theirs)}
    sums: dict[LineKey, list[Decimal]] = {}
    for side, lines in enumerate((ours, theirs)):
        for key, base in lines.items():
            sums.setdefault(keys[key], [ZERO, ZERO])[side] += base
    for key, (own, their) in sums.items():
        if abs(own - cents(their)) > CENT:
            said = _describe(key)
            yield f"{own}{said}", f"{cents(their)}{said}"


def add_control(entries: Iterable[BookEntry]) -> Control:
    """What the file's control totals should be of the documents in euro."""
    debit = credit = ZERO
    count = 0
    for entry in entries:
        count += 1
        if entry.currency == EURO and not entry.is_cancelled:
            debit, credit = (debit + entry.net, credit) if entry.is_credit else (debit, credit + entry.net)
    return Control(count, debit, credit)


def normalise_number(fiscal_id: str | None) -> str:
    """A tax number without blanks and its own country's prefix; 999999990 for none."""
    prefix, number = split_vat_number(fiscal_id)
    return number or prefix or FINAL_CONSUMER


def _simplify(key: LineKey, ours: Mapping[LineKey, Decimal]) -> LineKey:
    if not ours or any(own.rate is None for own in ours):
        return LineKey(None, None, None)
    is_open = any(own.region is None and own[1:] == key[1:] for own in ours)
    code = UNSPECIFIED if key.rate == 0 and key.code is None else key.code
    return key._replace(region=None if is_open else key.region, code=code)


def _describe(key: LineKey) -> str:
    parts = (key.region, None if key.rate is None else f"{key.rate.normalize():f} %", key.code)
    said = ", ".join(part for part in parts if part)
    return f" ({said})" if said else ""


def _normalise(number: str) -> str:
    return " ".join(number.upper().split())


def _order(difference: SaftDifference) -> tuple[object, ...]:
    """By number, as a person counts, then by kind."""
    series, count = split_number(difference.number) or (difference.number.rpartition("/")[0], 0)
    return (series, count, difference.number, KINDS.index(difference.kind), difference.ours or "")
