"""A data sheet as it was written, held against what is due: numbers, the texts they go by, links, totals.

Rows are compared many at once, column by column. Those that are not to the letter what is due are looked at
one by one: that finds the first difference, or that there is none.
"""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from itertools import islice, zip_longest
from typing import Any

from reports.money import ZERO
from reports.render.content.blocks import safe_url
from reports.render.verify import expected
from reports.render.verify.expected import SHEETS, Columns, Due, Report
from reports.render.verify.ledger import Found, differs
from reports.render.verify.written import Sheet, Table
from reports.render.verify.written_rows import LETTERS, Form, Row, Rows

NOT_A_NUMBER = Decimal("NaN")
SHOWN_CHARACTERS = 60
LONGEST_TEXT = 255


class DataSheet:
    """A data sheet of one `kind` while it is read; `where` is its name in errors. It raises ClientError."""

    def __init__(self, where: str, table: Table, *, kind: str, report: Report) -> None:
        self._where = where
        self._table = table
        self._columns = SHEETS[kind]
        self._headings = expected.headings(report, kind)
        self._added = [ZERO for _ in self._columns.sums]
        self._currency = ""
        self._count = 0

    def read(self, sheet: Sheet, due: Iterator[Due]) -> Iterator[Found]:
        """The rows of the sheet, as they were `due`; then its totals."""
        columns = self._columns
        last = LETTERS[len(self._headings) - 1]
        for some in sheet.rows_of(Form(last, columns.numbers, columns.texts, columns.links)):
            yield from self._take(some, due)
        if self._count < self._table.last or not self._table.has_totals:
            due_row = f"row {self._table.last}, with totals"
            raise differs(self._where, "its last row", due_row, f"row {self._count}")

    def _take(self, some: Row | Rows, due: Iterator[Due]) -> Iterator[Found]:
        if isinstance(some, Row):
            yield from self._take_row(some, due)
            return
        ahead = due
        if 0 < self._count < self._table.last - len(some.places):
            ones = list(islice(due, len(some.places)))
            found = _together(some, self._columns, ones, after=self._count)
            if found and found.currency == (self._currency or found.currency):
                self._count += len(ones)
                yield self._added_up(found)
                return
            ahead = iter(ones)
        for row in some.one_by_one():
            yield from self._take_row(row, ahead)

    def _take_row(self, row: Row, due: Iterator[Due]) -> Iterator[Found]:
        self._count += 1
        where, columns = f"row {self._count}", self._columns
        if row.place != self._count <= self._table.last:
            raise differs(self._where, where, "there", f"missing; row {row.place} follows")
        if self._count == 1:
            _check_headings(self._where, row, self._headings)
        elif self._count < self._table.last:
            one = next(due, None)
            if one is None or one[0] != (self._currency or one[0]):
                raise differs(self._where, where, "no row", "one more")
            yield self._added_up(_alone(self._where, row, columns, one))
        elif self._count == self._table.last:
            names = dict(zip(LETTERS, self._headings, strict=False))
            formulas = {one: f"SUBTOTAL(109,{self._table.name}[{names[one]}])" for one in columns.sums}
            _check_totals(self._where, row, dict(zip(columns.sums, self._added, strict=True)), formulas)
        else:
            check_empty(self._where, [row])

    def _added_up(self, found: Found) -> Found:
        self._currency = found.currency
        own: Iterable[Sequence[Any]] = (
            found.numbers[self._columns.numbers.index(letter)] for letter in self._columns.sums
        )
        self._added = [
            sum(filter(None, column), total) for total, column in zip(self._added, own, strict=True)
        ]
        return found


def check_empty(where: str, rows: Iterable[Row]) -> None:
    """Sentences alone, no number and no formula."""
    for row in rows:
        for letter, value in {**row.numbers, **row.formulas}.items():
            raise differs(where, f"{letter}{row.place}", "nothing", named(value))


def numbers(texts: Iterable[str | None]) -> list[Decimal | None]:
    """The numbers of cells, None for none."""
    return [None if text is None else decimal(text) for text in texts]


def decimal(text: str) -> Decimal:
    """The number of a text. What is no number is one that is equal to none."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return NOT_A_NUMBER
    return number if number.is_finite() else NOT_A_NUMBER


def named(value: object) -> str:
    """A value as an error shows it."""
    text = "nothing" if value in (None, "") else str(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[: SHOWN_CHARACTERS - 1]}…"


def _together(rows: Rows, columns: Columns, due: Sequence[Due], *, after: int) -> Found | None:
    """The rows, when they are of one currency and to the letter those that are due below the row `after`."""
    if [*rows.places] != [*range(after + 1, after + 1 + len(due))]:
        return None
    currencies, urls, places, *cells = zip(*due, strict=True)
    values, words = cells[: len(columns.numbers)], cells[len(columns.numbers) :]
    # A number of the same digits is the same number: it takes a third of the time to see that.
    digits = (
        [*map(str, rows.numbers[letter])] == [*map(str, one)]
        for letter, one in zip(columns.numbers, values, strict=True)
    )
    texts = [tuple(rows.texts[letter]) for letter in columns.texts]
    links = (
        not formula or formula == _link(url, text)
        for letter in columns.links
        for formula, url, text in zip(rows.formulas[letter], urls, rows.texts[letter], strict=True)
    )
    is_due = len({*currencies}) == 1 and texts == words and all(digits) and all(links)
    return Found(currencies[0], places, values, texts) if is_due else None


def _alone(where: str, row: Row, columns: Columns, due: Due) -> Found:
    """The row, when it is the one that is due."""
    currency, url, place, *cells = due
    values, words = cells[: len(columns.numbers)], cells[len(columns.numbers) :]
    found = numbers(map(row.numbers.get, columns.numbers))
    for letter, number, value in zip(columns.numbers, found, values, strict=True):
        if number != value or letter in row.texts:
            raise differs(where, f"{letter}{row.place}", named(value), _cell(row, letter))
    texts = [row.texts.get(letter, "") for letter in columns.texts]
    for letter, text, word in zip(columns.texts, texts, words, strict=True):
        if text != word and _can_stand(word):
            raise differs(where, f"{letter}{row.place}", named(word), _cell(row, letter))
    for letter, formula in row.formulas.items():
        ours = _link(url, row.texts.get(letter, "")) if letter in columns.links else "none"
        if formula != ours:
            raise differs(where, f"the formula {letter}{row.place}", ours, named(formula))
    return Found(currency, [place], [*zip(found, strict=True)], [*zip(texts, strict=True)])


def _check_headings(where: str, row: Row, due: Sequence[str]) -> None:
    for letter, heading in zip_longest(row.texts, due):
        found = row.texts.get(letter)
        if found != heading or row.formulas or row.numbers:
            raise differs(where, f"heading {letter}", named(heading), named(found))


def _check_totals(where: str, row: Row, due: dict[str, Decimal], formulas: dict[str, str]) -> None:
    """Each stored result is the sum of the cells above it, and its formula is ours."""
    found = dict(zip(row.numbers, numbers(row.numbers.values()), strict=True))
    for letter in {**due, **found}:
        if found.get(letter) != due.get(letter):
            raise differs(
                where, f"the stored total {letter}{row.place}", named(due.get(letter)), _cell(row, letter)
            )
    for letter in {**formulas, **row.formulas}:
        if row.formulas.get(letter) != formulas.get(letter):
            ours, theirs = named(formulas.get(letter)), named(row.formulas.get(letter))
            raise differs(where, f"the formula {letter}{row.place}", ours, theirs)


def _link(url: str | None, shown: str) -> str:
    """The one formula there may be in a row: it leads to the row's own document, and shows what is stored."""
    link = safe_url(url)
    if link is None:
        return "none"
    target, caption = link.replace('"', '""'), shown.replace('"', '""')
    return f'HYPERLINK("{target}","{caption}")'


def _cell(row: Row, letter: str) -> str:
    return named(row.numbers.get(letter) or row.texts.get(letter))


def _can_stand(text: str) -> bool:
    """A cell holds the text as it is. What it cannot hold is shown in its stead, which is no figure."""
    return text.isprintable() and "_x" not in text and len(text) <= LONGEST_TEXT
