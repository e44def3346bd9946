"""What in a workbook does not add up by itself, whatever the truth may be."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from tests.support import oracle
from tests.support.tie import expected, raw
from tests.support.tie.facts import Month, rounded
from tests.support.tie.printed import Book, Cell, Sheet
from tests.support.tie.words import Table, data_sheets, headings, table

FORMULA = re.compile(r"SUBTOTAL\(109,\w+\[(.+)\]\)")
Rate = tuple[str, str]
"""Percent as text, `none` without a tax, and the exemption code."""

SAME_TOTALS = (("Base", "Net"), ("VAT", "VAT"), ("Gross", "Gross"))


@dataclass
class Sums:
    """Net and tax, added up."""

    net: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)

    def add(self, net: Decimal, tax: Decimal) -> None:
        self.net += net
        self.tax += tax


def discord(client: raw.Client, book: Book, month: Month) -> list[str]:
    """Sentences about stored totals and their columns, lines, VAT and documents, charts and their cells."""
    tables: dict[str, dict[str, Table]] = defaultdict(dict)
    found: list[str] = []
    for kind, currency, sheet in data_sheets(client, book, month):
        tables[currency][kind] = one = table(sheet, kind)
        found += _of_totals(sheet, one)
    for currency, held in tables.items():
        if "Documents" in held:
            counted = {str(one.id): one for one in expected.counted(client, month, currency)}
            sentences = (*_of_documents(held["Documents"]), *_of_vat(held, counted))
            found += [f"{currency}: {sentence}" for sentence in sentences]
    return [*found, *_of_charts(book)]


def _of_totals(sheet: Sheet, one: Table) -> Iterator[str]:
    """A stored result has to be the sum of its column, and its formula has to name that column."""
    words = headings(sheet)
    for index, (column, cell) in enumerate(one.total.items()):
        if cell.formula:
            added = sum((row[column].number for row in one.rows if row[column].shows_number), Decimal(0))
            if rounded(added) != rounded(cell.number):
                yield f"{sheet.name}: {column} adds up to {added}, {cell.number} is stored"
            named = FORMULA.fullmatch(cell.formula)
            if not named or re.sub(r"'(.)", r"\1", named[1]) != words[index]:
                yield f"{sheet.name}: the formula under {column} is {cell.formula}"


def _of_documents(documents: Table) -> Iterator[str]:
    for row in documents.rows:
        number, gross = row["Number"].text, row["Gross"].number
        if row["Net"].number + row["VAT"].number + row["Rounding"].number != gross:
            yield f"net + VAT + rounding of {number} is not its gross {gross}"
        if gross - row["Withholding"].number != row["Payable"].number:
            yield f"gross − withholding of {number} is not its payable {row['Payable'].number}"


def _of_vat(held: dict[str, Table], counted: dict[str, raw.Document]) -> Iterator[str]:
    """Lines are the VAT table; with its rounding line, that is the documents."""
    lines = _lines_by_rate(held["Line items"], counted) if "Line items" in held else {}
    shown: dict[Rate, Sums] = defaultdict(Sums)
    for row in held["VAT"].rows:
        if row["Scheme"].text:
            name = row["Rate"].rate, row["Exemption"].text
            shown[name].add(row["Base"].number, row["VAT"].number)
    if lines != shown:
        yield f"the lines come to {dict(lines)}, the VAT table to {dict(shown)}"
    vat, documents = held["VAT"].total, held["Documents"].total
    for ours, theirs in SAME_TOTALS:
        here, there = vat[ours].value, documents[theirs].value
        if here != there:
            yield f"{ours} of the VAT table is {here}, {theirs} of the documents {there}"


def _lines_by_rate(lines: Table, counted: dict[str, raw.Document]) -> dict[Rate, Sums]:
    """The lines by rate and code: those of one document and region are rounded once, then all are added.

    A document with a discount on the whole gives what the discount leaves of its lines.
    """
    exact: dict[tuple[str, str | None, Rate], Sums] = defaultdict(Sums)
    found: dict[Rate, Sums] = defaultdict(Sums)
    places: Counter[str] = Counter()
    for row in lines.rows:
        document, rate = row["Document id"].text, (row["VAT rate"].rate, row["Exemption"].text)
        if not counted[document].is_discounted:
            region = counted[document].lines[places[document]].region
            exact[document, region, rate].add(row["Net"].number, row["VAT"].number)
        places[document] += 1
    for (_, _, rate), sums in exact.items():
        found[rate].add(raw.cents(rounded(sums.net)), raw.cents(rounded(sums.tax)))
    for one in counted.values():
        for (_, _, percent, code), amounts in oracle.row_amounts(one).items() if one.is_discounted else ():
            found[percent or "none", code or ""].add(*amounts)
    return found


def _of_charts(book: Book) -> Iterator[str]:
    sheets = {sheet.name: sheet for sheet in book.sheets}
    for series in book.series:
        (first, column), (last, _) = series.first, series.last
        cells: list[Cell] = [sheets[series.sheet].cells[row, column] for row in range(first, last + 1)]
        if [rounded(one.number) for one in cells] != [rounded(one.number) for one in series.numbers]:
            yield f"the chart of {series.sheet} has not the numbers of column {column} from row {first} on"
