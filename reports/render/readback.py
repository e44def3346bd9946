"""Read-back: a client's files are read as they lie on the disk, before anybody gets them, and have to tie.

Cells = line items = VAT = open documents = the figures of the run record: each number of a workbook, each
amount of a statement. The first difference ends it: nothing is published beside a figure that is wrong.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from itertools import zip_longest
from pathlib import Path

from reports.errors import ClientError
from reports.money import ZERO, cents
from reports.render import expected, written
from reports.render.expected import SHEETS, Columns, Due, Report
from reports.render.ledger import Found, Ledger, differs
from reports.render.written import LETTERS, Amount, Row, Sheet, Table
from reports.source import archive

OWN_ADVICE = (
    "A template of your own shows it, and nothing of this client was published. "
    "What is no figure of the report is written as text, without money()"
)
PAGE_END = "</html>"
NOT_A_NUMBER = Decimal("NaN")
SHOWN_CHARACTERS = 60
LONGEST_TEXT = 255
MINUSES = "-\N{MINUS SIGN}"


def own_documents(path: Path, client: int) -> frozenset[int]:
    """The ids of those documents in the archive that say they are of this client. Raises ReadingError."""
    return frozenset(
        int(document["id"])
        for page in archive.read_pages(path)
        for document in json.loads(page, parse_int=str, parse_float=str)["invoices"]
        if _owner(document.get("client")) == str(client)
    )


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
                _check_empty(where, sheet.rows)
            else:
                kind = _kind(where, sheet.table)
                headings = expected.headings(report, kind)
                rows = _read(
                    where, sheet.rows, table=sheet.table, kind=kind, headings=headings, due=due[kind]
                )
                for row in rows:
                    ledger.take(kind, row)
        _check_charts(path.name, book.charts, report)
    for kind, rest in due.items():
        for one in rest:
            raise differs(f"{path.name}, {kind}", "a row", _named(one.texts[0]), "missing")
    ledger.close()


def check_page(path: Path, report: Report, *, is_own: bool) -> None:
    """Raises ClientError for the first amount of the statement that is not as it has to be, and OSError.

    `is_own`: a template of the issuer's made it. It may show less, in any order, but no amount of its own.
    """
    page = _text(path)
    if is_own:
        _check_own_page(path.name, page, report)
        return
    found: dict[str, list[Amount]] = defaultdict(list)
    for amount in written.amounts(page):
        found[amount.section].append(amount)
    due = expected.statement(report)
    for section in {**due, **found}:
        where = f"{path.name}, part {section or 'totals'}"
        pairs = zip_longest(due.get(section, ()), found.get(section, ()))
        for number, (value, one) in enumerate(pairs, start=1):
            if value is None or one is None or _decimal(one.value) != value:
                raise differs(where, f"amount {number}", _named(value), _named(one and one.value))
            if not _is_shown(one.shown, value, report.figures.currencies):
                raise differs(where, f"what is shown for amount {number}", value, _named(one.shown))
    if not page.rstrip().endswith(PAGE_END):
        raise differs(path.name, "its end", PAGE_END, "cut off")


def _owner(snapshot: object) -> str | None:
    return str(snapshot.get("id")) if isinstance(snapshot, dict) else None


def _read(
    where: str, rows: Iterator[Row], *, table: Table, kind: str, headings: Sequence[str], due: Iterator[Due]
) -> Iterator[Found]:
    """The rows of a data sheet, each held against what is due; then its stored totals."""
    columns = SHEETS[kind]
    places = [columns.numbers.index(letter) for letter in columns.sums]
    added = [ZERO for _ in places]
    count, currency = 0, ""
    for count, row in enumerate(rows, start=1):
        if row.place != count:
            raise differs(where, f"row {count}", "there", f"missing; row {row.place} follows")
        if count == 1:
            _check_headings(where, row, headings)
        elif count < table.last:
            one = next(due, None)
            if one is None or one.currency != (currency := currency or one.currency):
                raise differs(where, f"row {count}", "no row", "one more")
            found = _found(where, row, columns, one)
            added = [
                total + (found.numbers[place] or ZERO) for total, place in zip(added, places, strict=True)
            ]
            yield found
        elif count == table.last:
            names = dict(zip(LETTERS, headings, strict=False))
            formulas = {one: f"SUBTOTAL(109,{table.name}[{names[one]}])" for one in columns.sums}
            _check_totals(where, row, dict(zip(columns.sums, added, strict=True)), formulas)
        else:
            _check_empty(where, [row])
    if count < table.last or not table.has_totals:
        raise differs(where, "its last row", f"row {table.last}, with totals", f"row {count}")


def _check_headings(where: str, row: Row, due: Sequence[str]) -> None:
    for letter, heading in zip_longest(row.texts, due):
        found = row.texts.get(letter)
        if found != heading or row.formulas or row.numbers:
            raise differs(where, f"heading {letter}", _named(heading), _named(found))


def _found(where: str, row: Row, columns: Columns, due: Due) -> Found:
    """The row, when it is the one that is due."""
    numbers = _numbers(map(row.numbers.get, columns.numbers))
    if numbers != list(due.numbers) or not row.texts.keys().isdisjoint(columns.numbers):
        for letter, number, value in zip(columns.numbers, numbers, due.numbers, strict=True):
            if number != value or letter in row.texts:
                raise differs(where, f"{letter}{row.place}", _named(value), _cell(row, letter))
    texts = tuple(row.texts.get(letter, "") for letter in columns.texts)
    if texts != due.texts:
        for letter, text, word in zip(columns.texts, texts, due.texts, strict=True):
            if text != word and _can_stand(word):
                raise differs(where, f"{letter}{row.place}", _named(word), _cell(row, letter))
    for letter, formula in row.formulas.items():
        ours = _link(due.url, row.texts.get(letter, "")) if letter in columns.links else "none"
        if formula != ours:
            raise differs(where, f"the formula {letter}{row.place}", ours, _named(formula))
    return Found(due.currency, numbers, texts)


def _check_totals(where: str, row: Row, due: dict[str, Decimal], formulas: dict[str, str]) -> None:
    """Each stored result is the sum of the cells above it, and its formula is ours."""
    found = dict(zip(row.numbers, _numbers(row.numbers.values()), strict=True))
    for letter in {**due, **found}:
        if found.get(letter) != due.get(letter):
            raise differs(
                where, f"the stored total {letter}{row.place}", _named(due.get(letter)), _cell(row, letter)
            )
    for letter in {**formulas, **row.formulas}:
        if row.formulas.get(letter) != formulas.get(letter):
            ours, theirs = _named(formulas.get(letter)), _named(row.formulas.get(letter))
            raise differs(where, f"the formula {letter}{row.place}", ours, theirs)


def _check_summary(where: str, sheet: Sheet, report: Report) -> None:
    due = expected.summary(report)
    place = 0
    for row in sheet.rows:
        place = row.place
        for letter, formula in row.formulas.items():
            raise differs(where, f"{letter}{place}", "no formula", _named(formula))
        found = _numbers(row.numbers.values())
        if found and found != list(one := next(due, ())):
            raise differs(where, f"row {place}", _listed(one), _listed(found))
    for one in due:
        raise differs(where, f"a row below row {place}", _listed(one), "missing")


def _check_empty(where: str, rows: Iterable[Row]) -> None:
    """Sentences alone, no number and no formula."""
    for row in rows:
        for letter, value in {**row.numbers, **row.formulas}.items():
            raise differs(where, f"{letter}{row.place}", "nothing", _named(value))


def _check_charts(where: str, charts: Sequence[Sequence[str]], report: Report) -> None:
    """The numbers a chart keeps of its own, for programs that do not look into its cells."""
    due = expected.charts(report)
    for number, (one, chart) in enumerate(zip_longest(due, charts), start=1):
        found = None if chart is None else [_decimal(text) for text in chart]
        if one != found:
            raise differs(f"{where}, chart {number}", "its numbers", _listed(one or ()), _listed(found or ()))


def _check_own_page(where: str, page: str, report: Report) -> None:
    known = expected.amounts(report)
    for amount in written.amounts(page):
        if _decimal(amount.value) not in known:
            raise ClientError(f"{where}: {_named(amount.value)} is no figure of this client. {OWN_ADVICE}")


def _kind(where: str, table: Table) -> str:
    for kind in SHEETS:
        if table.name.startswith(f"t_{kind}_"):
            return kind
    raise differs(where, "its table", "one of the workbook's", table.name)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise differs(path.name, "its text", "UTF-8", f"broken at byte {error.start}") from error


def _link(url: str | None, shown: str) -> str:
    """The one formula there may be in a row: it leads to the row's own document, and shows what is stored."""
    target, caption = (text.replace('"', '""') for text in (url or "", shown))
    return f'HYPERLINK("{target}","{caption}")' if target.startswith("http") else "none"


def _cell(row: Row, letter: str) -> str:
    return _named(row.numbers.get(letter) or row.texts.get(letter))


def _numbers(texts: Iterable[str | None]) -> list[Decimal | None]:
    texts = list(texts)
    try:
        return [None if text is None else Decimal(text) for text in texts]
    except InvalidOperation:
        return [None if text is None else _decimal(text) for text in texts]


def _decimal(text: str) -> Decimal:
    """What is no number is one that is equal to none."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return NOT_A_NUMBER


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


def _can_stand(text: str) -> bool:
    """A cell holds the text as it is. What it cannot hold is shown in its stead, which is no figure."""
    return text.isprintable() and "_x" not in text and len(text) <= LONGEST_TEXT


def _named(value: object) -> str:
    text = "nothing" if value in (None, "") else str(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[: SHOWN_CHARACTERS - 1]}…"


def _listed(numbers: Iterable[object]) -> str:
    return _named(" / ".join(map(str, numbers)))
