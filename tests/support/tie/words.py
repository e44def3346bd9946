"""The data sheets of a workbook by column, and what the words of its language mean.

No translation is known here. Words are learned from the workbooks: a heading by its place in the sheet, as
columns have an order by contract; a type, a state and a bucket by the documents beside them. A word may mean
one thing only.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.support import oracle
from tests.support.tie import expected, raw
from tests.support.tie.facts import COLUMNS, Month, ambiguous
from tests.support.tie.printed import EMPTY, Book, Cell, Sheet

CURRENCY_CODE = re.compile(r" [A-Z]{3}$")
LEARNED_BESIDE_A_DOCUMENT = ("Type", "Status", "Bucket")


@dataclass
class Words:
    """What the words of one language stand for: columns of the contract, types, schemes and regions.

    Data sheets have the codes of regions, the small VAT tables their names.
    """

    headings: dict[str, str] = field(default_factory=dict)
    types: dict[str, str] = field(default_factory=dict)
    schemes: dict[str, str] = field(default_factory=dict)
    regions: dict[str, str] = field(default_factory=dict)
    region_names: dict[str, str] = field(default_factory=dict)
    rounding: str = ""

    def find_column(self, heading: str) -> str:
        """The column that a heading stands for, "" for none; a currency's code may follow its word."""
        return self.headings.get(heading) or self.headings.get(CURRENCY_CODE.sub("", heading), "")


@dataclass
class Table:
    """The rows of a data sheet by column, and its totals row."""

    rows: list[dict[str, Cell]]
    total: dict[str, Cell]


def learn(books: Sequence[tuple[raw.Client, Book]], month: Month) -> tuple[Words, list[str]]:
    """The words of a language, and sentences about those that are not used for one thing alone."""
    words, meanings = Words(), defaultdict[str, set[tuple[str, str]]](set)
    for client, book in books:
        for kind, currency, sheet in data_sheets(client, book, month):
            if kind != "Line items":
                meanings["heading"] |= set(zip(headings(sheet), COLUMNS[kind], strict=False))
            if kind == "VAT":
                counted = expected.counted(client, month, currency)
                for word, meaning, what in _beside_rates(counted, table(sheet, kind)):
                    meanings[what].add((word, meaning))
                words.rounding = table(sheet, kind).rows[-1]["Tax names"].text
            else:
                for word, meaning, what in _beside_documents(client, table(sheet, kind), month):
                    meanings[what].add((word, meaning))
    words.headings, words.types = dict(meanings["heading"]), dict(meanings["Type"])
    meanings["region name"] = _learn_region_names(books, words, month)
    words.region_names = dict(meanings["region name"])
    words.schemes, words.regions = dict(meanings["scheme"]), dict(meanings["region"])
    for _, book in books:
        for row in book.sheets[0].rows:
            if words.headings.get(row[0].text) == "Currency":
                words.headings |= {row[-2].text: "Open", row[-1].text: "Overdue"}
    return words, [one for what, pairs in meanings.items() for one in ambiguous(what, pairs)]


def data_sheets(client: raw.Client, book: Book, month: Month) -> Iterator[tuple[str, str, Sheet]]:
    """The sheets with rows, by kind and currency. Raises `ValueError` when there are fewer or more sheets."""
    for (kind, currency), sheet in zip(expected.data_sheets(client, month), book.sheets[1:], strict=True):
        if currency:
            yield kind, currency, sheet


def table(sheet: Sheet, kind: str, *, lead: tuple[str, ...] = ()) -> Table:
    """The rows of a data sheet, its columns named by their place, after those of `lead`.

    Below its totals a sheet may say something in words, which is no row.
    """
    body: list[dict[str, Cell]] = []
    total: dict[str, Cell] = {}
    for cells in sheet.rows[1:]:
        row = dict(zip((*lead, *COLUMNS[kind]), cells, strict=False))
        if any((cell.formula or "").startswith("SUBTOTAL") for cell in row.values()):
            total = row
        elif not total or any(cell.shows_number for cell in cells):
            body.append(row)
    return Table(body, total)


def headings(sheet: Sheet) -> list[str]:
    return [cell.text for cell in sheet.rows[0]]


def _beside_documents(client: raw.Client, one: Table, month: Month) -> Iterator[tuple[str, str, str]]:
    """Each word of a row, what it has to mean for the row's document, and what sort of word it is."""
    documents = {str(document.id): document for document in client.documents}
    for row in one.rows:
        document = documents.get(row.get("Id", row.get("Document id", EMPTY)).text)
        if document:
            meant = (document.type, document.status, oracle.bucket(document, month.today))
            for what, meaning in zip(LEARNED_BESIDE_A_DOCUMENT, meant, strict=True):
                if what in row:
                    yield row[what].text, meaning, what


def _beside_rates(counted: list[raw.Document], one: Table) -> Iterator[tuple[str, str, str]]:
    """The words for scheme and region of each row of a VAT table that its rate, code and base identify."""
    for row in one.rows:
        if row["Scheme"].text:
            rate = row["Rate"].rate
            found = expected.vat_keys(counted, None if rate == "none" else rate, row["Exemption"].text)
            if len(found) > 1:
                found = {key: base for key, base in found.items() if base == row["Base"].number}
            if len(found) == 1:
                scheme, region, *_ = next(iter(found))
                yield row["Scheme"].text, scheme, "scheme"
                yield row["Region"].text, region or expected.UNDECIDED, "region"


def _learn_region_names(
    books: Sequence[tuple[raw.Client, Book]], words: Words, month: Month
) -> set[tuple[str, str]]:
    return {
        pair
        for client, book in books
        for pair in _in_small_tables(client.counted(month.first, month.last), book.sheets[0], words)
    }


def _in_small_tables(counted: list[raw.Document], sheet: Sheet, words: Words) -> Iterator[tuple[str, str]]:
    """The names of regions in a summary's VAT tables: the column between the names of taxes and the rate."""
    columns: list[str] = []
    for row in sheet.rows:
        named = [words.find_column(cell.text) for cell in row]
        if named[0] == "Tax names" and named[2] == "Rate":
            columns = named
        elif columns and len(row) > 2 and row[2].shows_number:
            cells = dict(zip(columns, row, strict=False))
            code = cells["Exemption"].text if "Exemption" in cells else ""
            regions = {region for _, region, *_ in expected.vat_keys(counted, row[2].rate, code)}
            if len(regions) == 1:
                yield row[1].text, regions.pop() or expected.UNDECIDED
        elif len(row) < 3:
            columns = []
