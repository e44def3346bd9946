"""What the files of a month do say, as facts, and whether a workbook is at one with itself.

No translation is known here. The words of a language are learned from its workbooks: a heading by its place in
the sheet, a type, a state and a bucket by the documents they stand beside; a word may then mean one thing only.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tests import expected, oracle
from tests.facts import (
    CLIENT_COLUMNS,
    COLUMNS,
    DOCUMENT_AMOUNTS,
    LINE_AMOUNTS,
    VAT_AMOUNTS,
    Facts,
    Month,
    add,
    ambiguous,
    rounded,
)
from tests.printed import EMPTY, Book, Cell, Page, PageCell, PageTable, Sheet

DAYS = {"Date", "Due date"}
ROW_TEXTS = {"Number", "Currency", "Exemption", "Tax names", "Tax name"}
ROW_NUMBERS = {"Documents", "Archived", "Days overdue", *DOCUMENT_AMOUNTS, *VAT_AMOUNTS}
LINE_NUMBERS = {"Quantity", "Unit price", "Discount %", *LINE_AMOUNTS}
BLOCK_AMOUNTS = ROW_NUMBERS | {"Open", "Overdue"}
FORMULA = re.compile(r"SUBTOTAL\(109,\w+\[(.+)\]\)")


@dataclass
class Words:
    """What the words of one language stand for: columns of the contract, types of documents, schemes."""

    headings: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    schemes: dict[str, str] = field(default_factory=dict)
    rounding: str = ""


@dataclass
class Table:
    """The rows of a data sheet by column, and its totals row."""

    rows: list[dict[str, Cell]]
    total: dict[str, Cell]


@dataclass
class Block:
    """A small table of a workbook's summary or of a page, its columns named as in the contract."""

    title: str
    columns: list[str]
    rows: list[list[Cell]] | list[list[PageCell]]


def learn(books: list[tuple[oracle.Client, Book]], month: Month) -> tuple[Words, list[str]]:
    """The words of a language, and sentences about those that are not used for one thing alone."""
    words, meanings = Words(), defaultdict[str, set[tuple[str, str]]](set)
    for client, book in books:
        documents = {str(one.id): one for one in client.documents}
        for kind, currency, sheet in _data_sheets(client, book, month):
            if kind != "Line items":
                meanings["heading"] |= set(zip(_headings(sheet), COLUMNS[kind], strict=False))
            for row in table(sheet, kind).rows:
                document = documents.get(row.get("Id", row.get("Document id", EMPTY)).text)
                if document:
                    meanings["type"].add((row["Type"].text, document.type))
                if document and "Status" in row:
                    meanings["status"].add((row["Status"].text, document.status))
                if document and "Bucket" in row:
                    meanings["bucket"].add((row["Bucket"].text, oracle.bucket(document, month.today)))
                if kind == "VAT" and not row["Scheme"].text:
                    words.rounding = row["Tax names"].text
                elif kind == "VAT":
                    meanings["scheme"] |= {
                        (row["Scheme"].text, one.scheme) for one in expected.counted(client, month, currency)
                    }
    words.headings = dict(meanings["heading"])
    words.types, words.schemes = dict(meanings["type"]), dict(meanings["scheme"])
    for _, book in books:
        for row in book.sheets[0].rows:
            if words.headings.get(row[0].text) == "Currency":
                words.headings |= {row[-2].text: "Open", row[-1].text: "Overdue"}
    return words, [one for what, pairs in meanings.items() for one in ambiguous(what, pairs)]


def workbook(client: oracle.Client, book: Book, words: Words, month: Month) -> Facts:
    """The data sheets and the summary of a client's workbook."""
    facts: Facts = {}
    for kind, currency, sheet in _data_sheets(client, book, month):
        facts |= _sheet_facts(sheet, kind, currency, words)
    for block in _blocks_of_sheet(book.sheets[0], words):
        _add_block(facts, block, expected.currencies(client, month), words, month)
    return facts


def page(client: oracle.Client, shown: Page, words: Words, month: Month) -> Facts:
    """The totals and the tables of a statement."""
    currencies = expected.currencies(client, month)
    facts = page_totals(shown, currencies, words)
    for one in shown.tables:
        block = Block(one.caption, [words.headings.get(text, "") for text in one.headings], _cells(one))
        _add_block(facts, block, currencies, words, month)
    return facts


def page_totals(shown: Page, currencies: list[str], words: Words) -> Facts:
    """The totals at the head of a page, per currency."""
    facts: Facts = {}
    for terms in shown.lists:
        named = [(words.headings.get(term, ""), cell) for term, cell in terms]
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
            add(facts, (one["currency"], "totals", name), Decimal(shown) if name == "Documents" else _money(shown))
    for one in client["vat"]:
        key = (one["currency"], "VAT", expected.vat_name(one["scheme"], one["rate"], one["exemption"]))
        split = {"Base credit notes": one["credit_notes"]["base"], "VAT credit notes": one["credit_notes"]["tax"]}
        for name, text in {"Base": one["base"], "VAT": one["tax"], "Gross": one["gross"], **split}.items():
            add(facts, (*key, name), _money(text))
    for one in client["vat_rounding"]:
        add(facts, (one["currency"], "VAT", "rounding", "Base"), _money(one["base"]))
        add(facts, (one["currency"], "VAT", "rounding", "VAT"), _money(one["tax"]))
    for one in client["ageing"]:
        add(facts, (one["currency"], "ageing", one["bucket"], "Payable"), _money(one["amount"]))
    return facts


def account_workbook(clients: list[oracle.Client], book: Book, words: Words, month: Month) -> Facts:
    """What summary.xlsx says of every client."""
    facts: Facts = {}
    sheets = iter(book.sheets)
    for row in next(sheets).rows[1:]:
        cells = dict(zip(CLIENT_COLUMNS, row, strict=False))
        if isinstance(cells["Id"].value, Decimal):
            key = (cells.get("Currency", EMPTY).text, "Clients", cells["Id"].text)
            add(facts, (*key, "Client"), cells["Client"].text)
            for name in CLIENT_COLUMNS[5:]:
                if name in cells and cells[name].value is not None:
                    add(facts, (*key, name), cells[name].number)
    ids = {expected.shown_name(one): str(one.id) for one in clients}
    for kind, currency in expected.account_sheets(clients, month):
        facts |= _sheet_facts(next(sheets), kind, currency, words, ids=ids)
    return facts | _not_counted(next(sheets), words)


def overview(clients: list[oracle.Client], shown: Page, words: Words) -> Facts:
    """The row of every client and currency in index.html."""
    facts: Facts = {}
    names = {expected.shown_name(one): str(one.id) for one in clients}
    for one in shown.tables:
        columns = [words.headings.get(text, "") for text in one.headings]
        if "Overdue" not in columns:
            continue
        client = "total"
        for row in one.rows:
            word = row.cells[0].text
            client = next((names[name] for name in names if word.startswith(name)), "total" if word else client)
            key = (row.cells[columns.index("Currency")].text, "Clients", client)
            for name, cell in zip(columns, row.cells, strict=False):
                if name in BLOCK_AMOUNTS and cell.shows_number:
                    add(facts, (*key, name), cell.number)
    return facts


def discord(client: oracle.Client, book: Book, month: Month) -> list[str]:
    """Sentences: what in a workbook does not add up by itself: lines, VAT, documents, totals, charts."""
    tables: dict[tuple[str, str], Table] = {}
    found: list[str] = []
    for kind, currency, sheet in _data_sheets(client, book, month):
        tables[kind, currency] = one = table(sheet, kind)
        found += _wrong_totals(sheet, one)
    for currency in {currency for _, currency in tables if currency}:
        if ("Documents", currency) in tables:
            found += _wrong_vat(tables, currency)
    for series in book.series:
        cells = next(one.cells for one in book.sheets if one.name == series.sheet)
        (first, column), (last, _) = series.first, series.last
        copied = [rounded(cells[row, column].number) for row in range(first, last + 1)]
        if copied != [rounded(one.number) for one in series.numbers]:
            found.append(f"the chart of {series.sheet} keeps other numbers than column {column} from row {first} on")
    return found


def table(sheet: Sheet, kind: str, *, lead: tuple[str, ...] = ()) -> Table:
    """The rows of a data sheet, its columns named by their place."""
    rows = [dict(zip((*lead, *COLUMNS[kind]), row, strict=False)) for row in sheet.rows[1:]]
    is_total = [any((cell.formula or "").startswith("SUBTOTAL") for cell in row.values()) for row in rows]
    body = [row for row, total in zip(rows, is_total, strict=True) if not total]
    return Table(body, next((row for row, total in zip(rows, is_total, strict=True) if total), {}))


def _data_sheets(client: oracle.Client, book: Book, month: Month) -> Iterator[tuple[str, str, Sheet]]:
    layout = expected.data_sheets(client, month)
    for (kind, currency), sheet in zip(layout, book.sheets[1:], strict=True):
        if currency:
            yield kind, currency, sheet


def _headings(sheet: Sheet) -> list[str]:
    return [cell.text for cell in sheet.rows[0]]


def _sheet_facts(
    sheet: Sheet, kind: str, currency: str, words: Words, *, ids: dict[str, str] | None = None
) -> Facts:
    """The facts of a data sheet; with `ids`, of one whose first columns name client and NIF."""
    facts: Facts = {}
    one = table(sheet, kind, lead=("Client", "NIF") if ids else ())
    names = list(_row_names(one, kind, words, ids))
    for name, row in zip(names, one.rows, strict=True):
        for column, cell in row.items():
            if column in DAYS:
                add(facts, (currency, kind, name, column), cell.day)
            elif column == "VAT rate":
                add(facts, (currency, kind, name, column), _rate(cell))
            elif name.endswith("rounding") and column not in VAT_AMOUNTS:
                continue
            elif column in ROW_TEXTS:
                add(facts, (currency, kind, name, column), cell.text)
            elif column in (LINE_NUMBERS if kind == "Line items" else ROW_NUMBERS):
                add(facts, (currency, kind, name, column), _stored(cell, kind))
    for column, cell in one.total.items():
        if cell.formula:
            add(facts, (currency, kind, "total", column), _stored(cell, kind))
    if kind == "Documents":
        facts[currency, kind, "order"] = " ".join(names)
    return facts


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
            yield client + expected.vat_name(scheme, _rate(row["Rate"]), row["Exemption"].text)


def _stored(cell: Cell, kind: str) -> Decimal | str:
    if not isinstance(cell.value, Decimal):
        return cell.text
    return rounded(cell.value) if kind == "Line items" else cell.value


def _not_counted(sheet: Sheet, words: Words) -> Facts:
    facts: Facts = {}
    columns = [words.headings.get(text, "") for text in _headings(sheet)]
    for row in sheet.rows[1:]:
        cells = dict(zip(columns, row, strict=False))
        key = ("", "Not counted", cells["Id"].text)
        add(facts, (*key, "Number"), cells["Number"].text)
        add(facts, (*key, "Date"), cells["Date"].day)
        add(facts, (*key, "Currency"), cells["Currency"].text)
        add(facts, (*key, "Gross"), _stored(cells["Gross"], "Not counted"))
    return facts


def _blocks_of_sheet(sheet: Sheet, words: Words) -> Iterator[Block]:
    title, block = "", None
    for row in sheet.rows:
        if len(row) == 1 or (len(row) > 1 and words.headings.get(row[1].text)):
            if block:
                yield block
            block = None
        if len(row) == 1:
            title = row[0].text
        elif words.headings.get(row[1].text):
            block = Block(title, [words.headings.get(cell.text, "") for cell in row], [])
        elif block:
            block.rows.append(row)  # type: ignore[arg-type]
    if block:
        yield block


def _cells(one: PageTable) -> list[list[PageCell]]:
    return [row.cells for row in one.rows]


def _add_block(facts: Facts, block: Block, currencies: list[str], words: Words, month: Month) -> None:
    """Adds the facts of a small table: which table it is, is told by its columns."""
    currency = next((one for one in currencies if one in block.title.split()), currencies[0])
    months = list(oracle.twelve_months([], month.last))
    group = ""
    for index, row in enumerate(block.rows):
        word = next((cell.text for cell in row if cell.text), "")
        is_last = index == len(block.rows) - 1
        cells = dict(zip(block.columns, row, strict=False))
        if block.columns[0] == "Currency":
            key = (word, "totals")
        elif block.columns[0] == "Type":
            key = (currency, "type", "total" if is_last else words.types.get(word, word))
        elif "Rate" in block.columns:
            key = (currency, "vat", "total" if is_last else _vat_row(cells, words))
        elif block.columns[0] == "Bucket":
            key = (currency, "ageing", (*oracle.BUCKETS, "total", "more")[min(index, 6)])
        elif block.columns[0] != "Number":
            key = (currency, "month", (*months, "more")[min(index, 12)])
        elif not any(cell.shows_number for cell in row):
            group = words.types.get(word, word)
            continue
        elif "Days overdue" in block.columns:
            key = (currency, "open", "total" if is_last else word)
        elif is_last or cells["Date"].day:
            key = (currency, "document", "total" if is_last else word)
        else:
            key = (currency, "group", group)
        _add_row(facts, key, cells)


def _add_row(facts: Facts, key: tuple[str, ...], cells: dict[str, Cell] | dict[str, PageCell]) -> None:
    for name, cell in cells.items():
        if name in DAYS and key[-1] != "total" and key[1] != "group":
            add(facts, (*key, name), cell.day)
        elif name in BLOCK_AMOUNTS and cell.shows_number:
            add(facts, (*key, name), cell.number)


def _vat_row(cells: dict[str, Any], words: Words) -> str:
    if cells["Tax names"].text == words.rounding:
        return "rounding"
    code = cells["Exemption"].text if "Exemption" in cells else ""
    return expected.vat_name("", _rate(cells["Rate"]), code)


def _rate(cell: Cell | PageCell) -> str:
    """A rate in percent as plain text: from a fraction in a workbook, from a text with a sign on a page."""
    if isinstance(cell, Cell) and isinstance(cell.value, Decimal):
        return oracle.plain(cell.value * 100)
    shown = re.search(r"[\d.,]+", cell.text)
    return oracle.plain(Decimal(shown.group().replace(",", "."))) if shown else "none"


def _money(text: object) -> Decimal | str:
    return Decimal(text) if isinstance(text, str) and re.fullmatch(r"-?\d+\.\d\d", text) else repr(text)


def _wrong_totals(sheet: Sheet, one: Table) -> Iterator[str]:
    """A stored result has to be the sum of its column, and its formula has to name that column."""
    headings = _headings(sheet)
    for index, (column, cell) in enumerate(one.total.items()):
        if not cell.formula:
            continue
        added = sum((row[column].number for row in one.rows), Decimal(0))
        if rounded(added) != rounded(cell.number):
            yield f"{sheet.name}: {column} adds up to {added}, {cell.number} is stored"
        named = FORMULA.fullmatch(cell.formula)
        if not named or re.sub(r"'(.)", r"\1", named[1]) != headings[index]:
            yield f"{sheet.name}: the formula under {column} is {cell.formula}"


def _wrong_vat(tables: dict[tuple[str, str], Table], currency: str) -> Iterator[str]:
    """Lines, rounded once for each document, rate and code, are the VAT table; with its rounding line that is
    the documents."""
    exact: dict[tuple[str, str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for row in tables.get(("Line items", currency), Table([], {})).rows:
        sums = exact[row["Document id"].text, _rate(row["VAT rate"]), row["Exemption"].text]
        sums[0] += row["Net"].number
        sums[1] += row["VAT"].number
    lines: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for (_, rate, code), sums in exact.items():
        lines[expected.vat_name("", rate, code)][0] += oracle.cents(rounded(sums[0]))
        lines[expected.vat_name("", rate, code)][1] += oracle.cents(rounded(sums[1]))
    shown: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for row in tables["VAT", currency].rows:
        if row["Scheme"].text:
            name = expected.vat_name("", _rate(row["Rate"]), row["Exemption"].text)
            shown[name][0] += row["Base"].number
            shown[name][1] += row["VAT"].number
    if lines != shown:
        yield f"{currency}: the lines come to {dict(lines)}, the VAT table to {dict(shown)}"
    vat, documents = tables["VAT", currency].total, tables["Documents", currency].total
    for base, net in (("Base", "Net"), ("VAT", "VAT"), ("Gross", "Gross")):
        if vat[base].value != documents[net].value:
            yield f"{currency}: {base} of the VAT table is {vat[base].text}, {net} of the documents {documents[net].text}"
    for row in tables["Documents", currency].rows:
        if row["Net"].number + row["VAT"].number != row["Gross"].number:
            yield f"{currency}: {row['Number'].text} is not net + VAT = gross"
        if row["Gross"].number - row["Withholding"].number != row["Payable"].number:
            yield f"{currency}: {row['Number'].text} is not gross − withholding = payable"
