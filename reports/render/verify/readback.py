"""Read-back: a client's files are read as they lie on the disk, before anybody gets them, and have to tie.

Cells = line items = VAT = open documents = the figures of the run record: each number of a workbook, each
amount of a statement. The first difference ends it: nothing is published beside a figure that is wrong.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import count, groupby, islice, zip_longest
from pathlib import Path
from typing import Any

from reports.errors import ClientError
from reports.money import cents
from reports.render.verify import expected, written
from reports.render.verify.data_sheet import DataSheet, check_empty, decimal, named, numbers
from reports.render.verify.expected import SHEETS, Report
from reports.render.verify.ledger import Ledger, differs
from reports.render.verify.written import Amount, Sheet, Table

OWN_ADVICE = (
    "A template of your own shows it, and nothing of this client was published. "
    "What is no figure of the report is written as text, without money()"
)
PAGE_END = "</html>"
AMOUNTS_AT_ONCE = 10_000
MINUSES = "-\N{MINUS SIGN}"

_AROUND_DIGITS = re.compile("[A-Za-z$£€., \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]+")
"""What an amount may be shown with and what says nothing about it."""


def own_documents(listed: Iterable[Mapping[str, Any]], client: int) -> set[int]:
    """The ids of those documents of a stored page, as JSON has them, that say they are of this client, or of
    none: these came with the client's own."""
    owners = ((document, _owner(document.get("client"))) for document in listed)
    return {int(document["id"]) for document, owner in owners if owner in (None, str(client))}


def check_workbook(path: Path, report: Report) -> None:
    """Raises ClientError for the first number of the workbook that is not as it has to be."""
    ledger = Ledger(report, path.name)
    due = {kind: expected.rows(report, kind) for kind in SHEETS}
    with written.workbook(path) as book:
        for place, sheet in enumerate(book.sheets()):
            where = f"{path.name}, sheet {sheet.name}"
            if place == 0:
                _check_summary(where, sheet, report)
            elif sheet.table is None:
                check_empty(where, sheet.rows())
            else:
                kind = _kind(where, sheet.table)
                rows = DataSheet(where, sheet.table, kind=kind, report=report).read(sheet, due[kind])
                for found in rows:
                    ledger.take(kind, found)
        _check_charts(path.name, book.charts, report)
    for kind, rest in due.items():
        for one in rest:
            raise differs(
                f"{path.name}, {kind}", "a row", named(one[3 + len(SHEETS[kind].numbers)]), "missing"
            )
    ledger.close()


def check_page(path: Path, report: Report, *, is_own: bool) -> None:
    """Raises ClientError for the first amount of the statement that is not as it has to be, and OSError.

    `is_own`: a template of the issuer's made it. It may show less, in any order, but no amount of its own.
    """
    page = written.Text(path)
    if is_own:
        _check_own_page(path.name, page, report)
        return
    due, found = dict(expected.statement(report)), written.amounts(page)
    for section, ones in groupby(found, key=lambda amount: amount.section):
        _check_section(path.name, section, ones, due.pop(section, ()), report)
    for section, values in due.items():
        _check_section(path.name, section, (), values, report)
    if not page.tail.rstrip().endswith(PAGE_END):
        raise differs(path.name, "its end", PAGE_END, "cut off")


def _owner(snapshot: object) -> str | None:
    owner = snapshot.get("id") if isinstance(snapshot, dict) else None
    return None if owner is None else str(owner)


def _check_summary(where: str, sheet: Sheet, report: Report) -> None:
    due = expected.summary(report)
    place = 0
    for row in sheet.rows():
        place = row.place
        for letter, formula in row.formulas.items():
            raise differs(where, f"{letter}{place}", "no formula", named(formula))
        found = numbers(row.numbers.values())
        if found and found != list(one := next(due, ())):
            raise differs(where, f"row {place}", _listed(one), _listed(found))
    for one in due:
        raise differs(where, f"a row below row {place}", _listed(one), "missing")


def _check_charts(where: str, charts: Sequence[Sequence[str]], report: Report) -> None:
    """The numbers a chart keeps of its own, for programs that do not look into its cells."""
    due = expected.charts(report)
    for number, (one, chart) in enumerate(zip_longest(due, charts), start=1):
        found = None if chart is None else [decimal(text) for text in chart]
        if one != found:
            raise differs(f"{where}, chart {number}", "its numbers", _listed(one or ()), _listed(found or ()))


def _check_section(
    name: str, section: str, found: Iterable[Amount], due: Iterable[Decimal], report: Report
) -> None:
    """The amounts of one part of a page, of which some at a time are in memory."""
    where = f"{name}, part {section or 'totals'}"
    found, due = iter(found), iter(due)
    for first in count(1, AMOUNTS_AT_ONCE):
        ones, values = list(islice(found, AMOUNTS_AT_ONCE)), list(islice(due, AMOUNTS_AT_ONCE))
        pairs = () if _are_shown(ones, values) else zip_longest(values, ones)
        for number, (value, one) in enumerate(pairs, first):
            if value is None or one is None or decimal(one.value) != value:
                raise differs(where, f"amount {number}", named(value), named(one and one.value))
            if not _is_shown(one.shown, value, report.figures.currencies):
                raise differs(where, f"what is shown for amount {number}", value, named(one.shown))
        if len(ones) < AMOUNTS_AT_ONCE:
            return


def _check_own_page(where: str, page: Iterable[str], report: Report) -> None:
    known = expected.amounts(report)
    for amount in written.amounts(page):
        if decimal(amount.value) not in known:
            raise ClientError(f"{where}: {named(amount.value)} is no figure of this client. {OWN_ADVICE}")


def _kind(where: str, table: Table) -> str:
    for kind in SHEETS:
        if table.name.startswith(f"t_{kind}_"):
            return kind
    raise differs(where, "its table", "one of the workbook's", table.name)


def _are_shown(found: Sequence[Amount], due: Sequence[Decimal]) -> bool:
    """Whether all are what is due to the letter, shown in whole cents in the usual way."""
    if [one.value for one in found] != [*map(str, due)]:
        return False
    shown = _AROUND_DIGITS.sub("", "\n".join(one.shown for one in found))
    return shown == "\n".join(map(_digits, due))


def _digits(amount: Decimal) -> str:
    text = str(amount)
    return (text if text[-3:-2] == "." else str(cents(amount))).replace(".", "")


def _is_shown(text: str, amount: Decimal, currencies: Iterable[str]) -> bool:
    """What people read has the digits and the sign of the amount, of money or of a number to 2–4 places."""
    if any(char.isdigit() or char in MINUSES for name in currencies for char in name):
        # A currency nobody knows goes by the name it came with, and that cannot be told from the amount.
        return True
    shown = "".join(filter(str.isdigit, text)), sum(map(text.count, MINUSES))
    shapes = [cents(amount), *(round(amount, places) for places in (2, 3, 4))]
    signs = [cents(amount) < 0, *[amount < 0] * 3]
    return shown in [
        (f"{abs(shape):f}".replace(".", ""), sign) for shape, sign in zip(shapes, signs, strict=True)
    ]


def _listed(numbers: Iterable[object]) -> str:
    return named(" / ".join(map(str, numbers)))
