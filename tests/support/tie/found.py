"""What the files of a month do say, as facts."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from typing import Any, Protocol

from tests.support import oracle
from tests.support.tie import expected, raw
from tests.support.tie.facts import (
    CLIENT_COLUMNS,
    DOCUMENT_AMOUNTS,
    DRAFT,
    LINE_AMOUNTS,
    VAT_AMOUNTS,
    WORDS_OF_A_DRAFT,
    Facts,
    Key,
    Month,
    add,
    rounded,
)
from tests.support.tie.printed import EMPTY, Book, Cell, Page, Sheet
from tests.support.tie.words import Table, Words, data_sheets, headings, table

DAYS = {"Date", "Due date"}
ROW_TEXTS = {"Number", "Currency", "Exemption", "Tax names", "Tax name"}
ROW_NUMBERS = {
    *("Documents", "Archived", "Days overdue", "Exchange rate", "Counter-value", "Amount"),
    *(*DOCUMENT_AMOUNTS, *VAT_AMOUNTS),
}
LINE_NUMBERS = {"Quantity", "Unit price", "Discount %", *LINE_AMOUNTS}
NAMES_REGION = 1
"""The column of a small VAT table that names the region, where there is one: after the names of taxes."""

BLOCK_AMOUNTS = ROW_NUMBERS | {"Open", "Overdue"}


class Shown(Protocol):
    """A cell, of a workbook or of a page."""

    @property
    def text(self) -> str: ...
    @property
    def day(self) -> str: ...
    @property
    def number(self) -> Decimal: ...
    @property
    def rate(self) -> str: ...
    @property
    def shows_number(self) -> bool: ...


@dataclass
class Block:
    """A small table of a workbook's summary or of a page, its columns named as in the contract."""

    title: str
    columns: list[str]
    rows: list[Sequence[Shown]]


def workbook(client: raw.Client, book: Book, words: Words, month: Month) -> Facts:
    """The data sheets and the summary of a client's workbook."""
    facts: Facts = {}
    for kind, currency, sheet in data_sheets(client, book, month):
        facts |= _sheet_facts(sheet, kind, currency, words)
    for block in _blocks(book.sheets[0], words):
        _add_block(facts, block, client, words, month)
    return facts


def page(client: raw.Client, shown: Page, words: Words, month: Month) -> Facts:
    """The totals and the tables of a statement."""
    currencies = expected.currencies(client, month)
    facts = page_totals(shown, currencies, words)
    for one in shown.tables:
        columns = [words.find_column(text) for text in one.headings]
        block = Block(one.caption, columns, [row.cells for row in one.rows])
        _add_block(facts, block, client, words, month)
    return facts


def page_totals(shown: Page, currencies: list[str], words: Words) -> Facts:
    """The totals at the head of a page, per currency."""
    facts: Facts = {}
    for terms in shown.lists:
        named = [(words.find_column(term), cell) for term, cell in terms]
        if "Net" in dict(named):
            currency = next((cell.text for name, cell in named if name == "Currency"), currencies[0])
            for name, cell in named:
                if name in BLOCK_AMOUNTS:
                    add(facts, (currency, "totals", name), cell.number)
    return facts


def record(client: dict[str, Any]) -> Facts:
    """The figures of a client's entry in run.json. Anything but decimal text for money is kept as it is."""
    facts: Facts = {("", "counts", name): Decimal(client[name]) for name in expected.COUNTS}
    for one in client["totals"]:
        for name, field_name in expected.TOTAL_FIELDS.items():
            shown = one[field_name]
            amount = Decimal(shown) if name == "Documents" else _money(shown)
            add(facts, (one["currency"], "totals", name), amount)
    for one in client["vat"]:
        name = expected.vat_name(one["scheme"], one["region"], one["rate"], one["exemption"])
        key = (one["currency"], "VAT", name)
        split = {
            "Base credit notes": one["credit_notes"]["base"],
            "VAT credit notes": one["credit_notes"]["tax"],
        }
        for name, text in {"Base": one["base"], "VAT": one["tax"], "Gross": one["gross"], **split}.items():
            add(facts, (*key, name), _money(text))
    for one in client["vat_rounding"]:
        for name, field_name in {"Base": "base", "VAT": "tax", "Gross": "gross"}.items():
            if field_name in one or name != "Gross":
                add(facts, (one["currency"], "VAT", "rounding", name), _money(one[field_name]))
    for one in client["ageing"]:
        add(facts, (one["currency"], "ageing", one["bucket"], "Payable"), _money(one["amount"]))
    return facts


def account_workbook(clients: Sequence[raw.Client], book: Book, words: Words, month: Month) -> Facts:
    """What summary.xlsx says of every client."""
    facts: Facts = {}
    sheets = iter(book.sheets)
    # Before it come the sheets of the account's month, which an oracle of their own works out.
    listed = next(sheet for sheet in sheets if words.find_column(headings(sheet)[0]) == CLIENT_COLUMNS[0])
    others = [words.find_column(text) for text in headings(listed)[len(CLIENT_COLUMNS) :]]
    for row in listed.rows[1:]:
        cells = dict(zip([*CLIENT_COLUMNS, *others], row, strict=False))
        if cells["Id"].shows_number:
            key = (cells.get("Currency", EMPTY).text, "Clients", cells["Id"].text)
            add(facts, (*key, "Client"), cells["Client"].text)
            for name in others:
                if name in BLOCK_AMOUNTS and name in cells and cells[name].shows_number:
                    add(facts, (*key, name), cells[name].number)
    ids = {expected.shown_name(one): str(one.id) for one in clients}
    for kind, currency in expected.account_sheets(clients, month):
        sheet = next(sheets)
        if not _is_empty(sheet):
            facts |= _sheet_facts(sheet, kind, currency, words, ids=ids)
    return facts | _not_counted(next(sheets), words)


def overview(clients: Sequence[raw.Client], shown: Page, words: Words) -> Facts:
    """The row of every client and currency in index.html."""
    facts: Facts = {}
    names = {expected.shown_name(one): str(one.id) for one in clients}
    for one in shown.tables:
        columns = [words.find_column(text) for text in one.headings]
        # Who owes most stands in tables of one currency each.
        if not {"Overdue", "Currency"} <= {*columns}:
            continue
        client = "total"
        for row in one.rows:
            word = row.cells[0].text
            client = next(
                (names[name] for name in names if word.startswith(name)), "total" if word else client
            )
            key = (row.cells[columns.index("Currency")].text, "Clients", client)
            for name, cell in zip(columns, row.cells, strict=False):
                if name in BLOCK_AMOUNTS and cell.shows_number:
                    add(facts, (*key, name), cell.number)
    return facts


def _sheet_facts(
    sheet: Sheet, kind: str, currency: str, words: Words, *, ids: dict[str, str] | None = None
) -> Facts:
    """The facts of a data sheet; with `ids`, of one whose first columns name client and NIF."""
    facts: Facts = {}
    one = table(sheet, kind, lead=("Client", "NIF") if ids else ())
    names = list(_row_names(one, kind, words, ids))
    for name, row in zip(names, one.rows, strict=True):
        for column, cell in row.items():
            value = _value(cell, column, kind)
            if kind == "VAT" and column == "Tax names" and not row["Rate"].shows_number:
                # Words of the language, which say that there is none.
                value = None
            if value is not None and (column in VAT_AMOUNTS or not name.endswith("rounding")):
                add(facts, (currency, kind, name, column), value)
    for column, cell in one.total.items():
        if cell.formula:
            value = _value(cell, column, kind)
            add(facts, (currency, kind, "total", column), cell.text if value is None else value)
    if kind in {"Documents", "Receipts"}:
        facts[currency, kind, "order"] = " ".join(names)
    return facts


def _value(cell: Cell, column: str, kind: str) -> Decimal | str | None:
    """What a cell says, `None` where its column is no matter of figures."""
    if column in DAYS:
        return cell.day
    if column == "Number" and kind == "Receipts":
        return _number_of_receipt(cell.text)
    if column == "VAT rate":
        return cell.rate
    if column in (LINE_NUMBERS if kind == "Line items" else ROW_NUMBERS) and cell.shows_number:
        return rounded(cell.number) if kind == "Line items" else cell.number
    return cell.text if column in ROW_TEXTS | LINE_NUMBERS | ROW_NUMBERS else None


def _number_of_receipt(text: str) -> str:
    """What stands behind the word for its type; nothing where that word is missing."""
    word, _, number = text.rpartition(" ")
    return number if word and not re.search(r"\d", word) else f"no word: {text}"


def _row_names(one: Table, kind: str, words: Words, ids: dict[str, str] | None) -> Iterator[str]:
    lines: dict[str, int] = defaultdict(int)
    for row in one.rows:
        client = f"{ids.get(row['Client'].text, '?')} " if ids else ""
        if kind == "Line items":
            document = row["Document id"].text
            lines[document] += 1
            yield f"{document} {lines[document]}"
        elif kind != "VAT":
            yield row["Id"].text
        elif not row["Scheme"].text:
            yield f"{client}rounding"
        else:
            scheme = words.schemes.get(row["Scheme"].text, "?")
            region = words.regions.get(row["Region"].text, "?")
            yield client + expected.vat_name(scheme, region, row["Rate"].rate, row["Exemption"].text)


def _not_counted(sheet: Sheet, words: Words) -> Facts:
    facts: Facts = {}
    columns = [words.find_column(text) for text in headings(sheet)]
    for row in [] if _is_empty(sheet) else sheet.rows[1:]:
        cells = dict(zip(columns, row, strict=False))
        for name in ("Number", "Date", "Currency", "Gross"):
            value = _value(cells[name], name, "Documents")
            if value is not None:
                is_draft = name == "Number" and value in WORDS_OF_A_DRAFT
                add(facts, ("", "Not counted", cells["Id"].text, name), DRAFT if is_draft else value)
    return facts


def _is_empty(sheet: Sheet) -> bool:
    """Whether a sheet has no table: a sentence says so."""
    return len(sheet.cells) == 1


def _blocks(sheet: Sheet, words: Words) -> Iterator[Block]:
    """The small tables of a summary, also beside each other: a title, headings, rows until an empty one."""
    rows: dict[int, dict[int, Cell]] = defaultdict(dict)
    for (number, column), cell in sheet.cells.items():
        rows[number][column] = cell
    for number, cells in sorted(rows.items()):
        for columns in _headings(cells, words):
            above = rows.get(number - 1, {})
            titles = [above[column].text for column in sorted(above) if column >= columns.start]
            block = Block(
                titles[0] if titles else "", [words.find_column(cells[one].text) for one in columns], []
            )
            below = number + 1
            while below in rows and any(column in rows[below] for column in columns):
                block.rows.append([rows[below].get(column, EMPTY) for column in columns])
                below += 1
            yield block


def _headings(cells: dict[int, Cell], words: Words) -> Iterator[range]:
    """The columns of texts beside each other, at least two of which are headings."""
    for first in [column for column in cells if column - 1 not in cells]:
        end = next(column for column in count(first) if column not in cells)
        if sum(cells[column].text in words.headings for column in range(first, end)) > 1:
            yield range(first, end)


def _add_block(facts: Facts, block: Block, client: raw.Client, words: Words, month: Month) -> None:
    """Adds the facts of a small table. Its last row is its total, where it has one."""
    currencies = expected.currencies(client, month)
    currencies += [one for one in expected.receipt_currencies(client, month) if one not in currencies]
    currency = next((one for one in currencies if one in block.title.split()), currencies[0])
    group = ""
    for index, row in enumerate(block.rows):
        word = next((cell.text for cell in row if cell.text), "")
        cells = dict(zip(block.columns, row, strict=False))
        if {"Date", "Rate"} & {*cells} and not any(cell.shows_number for cell in row):
            group = words.types.get(word, word)
            continue
        is_total = index == len(block.rows) - 1 and block.columns[0] not in {"Currency", ""}
        if is_total:
            name = "total"
        elif "Rate" in cells:
            counted = expected.counted(client, month, currency)
            name = _name_vat_row(word, cells, row, counted, words)
        else:
            name = _name_row(index, word, cells, words, month)
        key: Key = (currency, _section(block.columns), name)
        if key[1] == "totals":
            key = (name, "totals")
        elif key[1] == "document" and not is_total and not cells["Date"].day:
            key = (currency, "group", group)
        for column, cell in cells.items():
            if column in DAYS and not is_total and key[1] != "group":
                add(facts, (*key, column), cell.day)
            elif column in BLOCK_AMOUNTS and cell.shows_number:
                add(facts, (*key, column), cell.number)


def _section(columns: list[str]) -> str:
    """Which small table it is: told by its columns."""
    if "Rate" in columns:
        return "vat"
    if "Days overdue" in columns:
        return "open"
    if "Amount" in columns:
        return "receipt"
    by_first = {"Currency": "totals", "Type": "type", "Bucket": "ageing", "Number": "document"}
    return by_first.get(columns[0], "month")


def _name_vat_row(
    word: str, cells: dict[str, Shown], row: Sequence[Shown], counted: list[raw.Document], words: Words
) -> str:
    """What a row of a small VAT table is called. Where no column tells its region, its rate has to."""
    if word == words.rounding:
        return "rounding"
    rate = cells["Rate"].rate
    subtotal = next((scheme for name, scheme in words.schemes.items() if word.endswith(name)), "")
    if rate == "none" and subtotal:
        return f"{expected.SUBTOTAL} {subtotal}"
    code = cells["Exemption"].text if "Exemption" in cells else ""
    if [*cells].index("Rate") == NAMES_REGION + 1:
        return expected.vat_name("", words.region_names.get(row[NAMES_REGION].text, "?"), rate, code)
    regions = {region for _, region, *_ in expected.vat_keys(counted, None if rate == "none" else rate, code)}
    return expected.vat_name("", regions.pop() if len(regions) == 1 else "", rate, code)


def _name_row(index: int, word: str, cells: dict[str, Shown], words: Words, month: Month) -> str:
    """What a row is called: by its word, or by its place where the word is a month or a bucket."""
    if "Bucket" in cells and "Number" not in cells:
        return dict(enumerate(oracle.BUCKETS)).get(index, word)
    if "Number" not in cells and "Type" not in cells and "Currency" not in cells:
        return dict(enumerate(oracle.twelve_months([], month.last))).get(index, word)
    if "Number" in cells:
        return _number_of_receipt(word) if "Amount" in cells else word
    return words.types.get(word, word)


def _money(text: object) -> Decimal | str:
    return Decimal(text) if isinstance(text, str) and re.fullmatch(r"-?\d+\.\d\d", text) else repr(text)
