"""The sheets of the account's month in summary.xlsx, in English, against the oracle of the month.

A sheet is a list of rows, the totals last, each a tuple of what has to be right; amounts are Decimal, days
ISO texts.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import chain, zip_longest
from typing import Any

from tests.support.account_oracle.account import Account, RawAccount, read_account
from tests.support.account_oracle.collecting import Debt, add_turnover, list_debts, list_spans
from tests.support.account_oracle.fields import REASONS
from tests.support.account_oracle.month import account_month_of
from tests.support.account_oracle.tables import REGIONS
from tests.support.account_sums import add_euro
from tests.support.oracle import BUCKETS, overdue
from tests.support.tie.printed import EMPTY, Book, Cell, Sheet
from tests.support.tie.values import plain

Record = Mapping[str, Any]
Row = tuple[Any, ...]
Cells = Mapping[str, Cell]
Sheets = Mapping[str, Sequence[Row]]
NOTHING = Decimal(0)
INVOICED = ("Base invoices", "VAT invoices", "VAT by rate", "Difference")
FILED = (*INVOICED, "Base credit notes", "VAT credit notes")
AMOUNTS = ("Base", "VAT")
CREDITED = (*AMOUNTS, "Base of the NIF", "VAT of the NIF")
BUCKET_HEADINGS = ("Not due", "1 to 30 days", "31 to 60 days", "61 to 90 days", "Over 90 days", "Credit")
OWED = (*BUCKET_HEADINGS, "Open")
NUMBERED = ("First number", "Last number", "Documents")
NUMBERS = ("Missing in the period", "Dated backwards")
COMPARED = tuple(
    f"{measure} {days}"
    for pair in (("Oct 2026", "Oct 2025"), ("Jan to Oct 2026", "Jan to Oct 2025"))
    for measure in ("Net", "VAT", "Documents")
    for days in pair
)
FIRST_WORDS = {
    "no-tax": "the",
    "rate": "a",
    "region": "country",
    "oss": "OSS,",
    "foreign": "VAT",
    "code": "0%",
}
"""How the reason in words begins; one with a code begins with it, one of a currency with `in` and it."""

_QUARTER = re.compile(r"Quarter (\d) of (\d+)")


def month_differences(due: Sheets, book: Book) -> list[str]:
    """Sentences on how the sheets of October 2026 differ from `due`."""
    found = dict(_list_found(book))
    said = [f"{name}: the sheet is missing" for name in due if name not in found]
    for name, rows in found.items():
        pairs = zip_longest(rows, due.get(name, []))
        said += [f"{name}: {row} instead of {other}" for row, other in pairs if row != other]
    return said


def expect_sheets(raw: RawAccount) -> Sheets:
    """What the sheets have to say, by their names."""
    month = account_month_of(raw)["account_month"]
    account = read_account(raw)
    credited, lines, series = month["field_40"], month["recapitulative"], month["series"]
    sold = [*month["oss"], *month["oss_corrections"]]
    return {
        "VAT return": [*_expect_return(month), add_euro(raw)],
        "Field 40": [*_expect_credits(credited), _add(map(_pair, credited)) * 2],
        "Recapitulative": [*map(_expect_line, lines), _add(map(_paid, lines))],
        "OSS": [
            *((one["country"], one.get("rate", "none"), one.get("quarter", ""), *_pair(one)) for one in sold),
            _add(map(_pair, sold)),
        ],
        **_expect_debts(list_debts(account)),
        **_expect_years(account),
        "Series": [
            *(
                tuple(one[key] for key in ("series", "first", "last", "documents", "missing", "backwards"))
                for one in series
            ),
            (sum(one["documents"] for one in series),),
        ],
    }


def list_month_sheets(book: Book) -> list[Sheet]:
    """The sheets that are compared."""
    return [sheet for sheet in book.sheets if _find_reader(sheet)]


def _expect_return(month: Record) -> Iterator[Row]:
    for one in month["vat_return"]:
        where = (one["region"], one["field"], one["tax_field"] or "", one["rate"])
        tax, by_rate = Decimal(one["tax"]), Decimal(one["tax_by_rate"])
        credited = Decimal(one["credit_base"]), Decimal(one["credit_tax"])
        yield (*where, Decimal(one["base"]), tax, by_rate, tax - by_rate, *credited, one["documents"])
    # Of one reason, what has no code comes first.
    for one in sorted(month["outside"], key=lambda one: (REASONS.index(one["reason"]), one["code"] or "")):
        words = (one["code"] or FIRST_WORDS.get(one["reason"], "in"), one["currency"])
        yield (one["region"] or "", one["documents"], *words, *_pair(one))
    if any(_pair(month["rounding"])):
        yield _pair(month["rounding"])


def _expect_credits(credited: Sequence[Record]) -> Iterator[Row]:
    """By region and tax number, none last; the last row of a number has the sums of all of them."""
    numbers = {(REGIONS.index(one["region"]), one["fiscal_id"] or "~"): None for one in credited}
    for region, fiscal_id in sorted(numbers):
        own = [
            one
            for one in credited
            if (one["region"], one["fiscal_id"] or "~") == (REGIONS[region], fiscal_id)
        ]
        for one in own:
            about = (one["document"], one["number"], one["date"], one["region"], one["rate"])
            yield (*about, *_pair(one), *(_add(map(_pair, own)) if one is own[-1] else (NOTHING, NOTHING)))


def _expect_line(one: Record) -> Row:
    documents = len(one["documents"])
    return (one["country"] or "", one["vat_number"] or "", one["code"], documents, *_paid(one))


def _expect_debts(debts: Sequence[Debt]) -> Sheets:
    rows: dict[str, list[Row]] = defaultdict(list)
    for debt in sorted(debts, key=lambda debt: (-overdue(debt.buckets), -sum(debt.buckets.values()))):
        owed = (*(debt.buckets[name] for name in BUCKETS), sum(debt.buckets.values()))
        references = frozenset(one.replace(" ", "") for one in debt.payment_references)
        oldest = debt.oldest_due.isoformat() if debt.oldest_due else ""
        rows[debt.currency].append((debt.client_id, *owed, oldest, debt.email, debt.phone, references))
    return {
        _name("Collections", currency, rows): [*own, _add(row[1 : 1 + len(OWED)] for row in own)]
        for currency, own in rows.items()
    }


def _expect_years(account: Account) -> Sheets:
    turnovers = [add_turnover(account, span) for span in list_spans(account.raw.first, account.raw.last)]
    scopes = {scope for own in turnovers for scope in own}
    rows: dict[str, list[Row]] = {currency: [] for _, currency in scopes}
    for currency, own in rows.items():
        for client in (*account.raw.documents, None):
            if (client, currency) in scopes:
                now, before, year, year_before = (
                    its.get((client, currency), (NOTHING, NOTHING, 0)) for its in turnovers
                )
                pairs = (*zip(now, before, strict=True), *zip(year, year_before, strict=True))
                who = () if client is None else (client,)
                own.append((*who, *chain.from_iterable(pairs)))
    return {_name("Against last year", currency, rows): own for currency, own in rows.items()}


def _name(title: str, currency: str, currencies: Collection[str]) -> str:
    return f"{title} {currency}" if len(currencies) > 1 else title


def _pair(row: Record) -> Row:
    return Decimal(row["base"]), Decimal(row["tax"])


def _paid(row: Record) -> Row:
    return Decimal(row["amount"]), row["whole_euros"]


def _add(rows: Iterable[Row]) -> Row:
    return tuple(map(sum, zip(*rows, strict=True)))


def _list_found(book: Book) -> Iterator[tuple[str, list[Row]]]:
    for sheet in book.sheets:
        if read := _find_reader(sheet):
            headings, *rows = sheet.rows
            names = [cell.text for cell in headings]
            end = next(place for place, row in enumerate(rows) if row[0].text == "Total")
            yield (
                sheet.name,
                [*read([_name_cells(names, row) for row in rows[: end + 1]])],
            )


def _name_cells(names: Sequence[str], row: Sequence[Cell]) -> Cells:
    return {name: row[place] if place < len(row) else EMPTY for place, name in enumerate(names)}


def _find_reader(sheet: Sheet) -> Callable[[Sequence[Cells]], Iterator[Row]] | None:
    readers = {
        "VAT return": _read_return,
        "Field 40": _read_field_40,
        "Recapitulative": _read_statement,
        "OSS": _read_oss,
        "Collections": _read_debts,
        "Against last year": _read_years,
        "Series": _read_series,
    }
    return next((read for name, read in readers.items() if sheet.name.startswith(name)), None)


def _read_return(rows: Sequence[Cells]) -> Iterator[Row]:
    for row in rows[:-1]:
        amounts = [_number(row[name]) for name in FILED]
        words = row["Reason"].text.split(": ", 1)[-1].split()
        both = amounts[0] + amounts[4], amounts[1] + amounts[5]
        if row["Field"].text:
            where = (row["Region"].text, row["Field"].text, row["VAT field"].text, row["Rate"].rate)
            yield (*where, *amounts, _count(row["Documents"]))
        elif words[:2] == ["Rounding", "difference"]:
            yield both
        elif words[0] == "in":
            told = [Decimal(re.sub(r"[^\d.-]", "", word)) for word in (words[3].rstrip(","), words[5])]
            yield (row["Region"].text, _count(row["Documents"]), "in", words[1].rstrip(":"), *told)
        else:
            yield (row["Region"].text, _count(row["Documents"]), words[0], "EUR", *both)
    sums = [_number(rows[-1][name]) for name in FILED]
    for name, total in zip(FILED, sums, strict=True):
        own = sum(_number(row[name]) for row in rows[:-1])
        if total != own:
            yield name, total, own
    yield sums[0] + sums[4], sums[1] + sums[5]


def _read_field_40(rows: Sequence[Cells]) -> Iterator[Row]:
    for row in rows[:-1]:
        about = (_count(row["Document id"]), row["Number"].text, row["Date"].day)
        yield (*about, row["Region"].text, row["Rate"].rate, *_read(row, CREDITED))
    yield _read(rows[-1], CREDITED)


def _read_statement(rows: Sequence[Cells]) -> Iterator[Row]:
    for row in rows[:-1]:
        kind = row["Kind"].text.split(" ")[0]
        yield (row["Country"].text, row["VAT number"].text, kind, _count(row["Documents"]), *_read_paid(row))
    yield _read_paid(rows[-1])


def _read_paid(row: Cells) -> Row:
    return _number(row["Amount"]), _count(row["Whole euros"])


def _read_oss(rows: Sequence[Cells]) -> Iterator[Row]:
    for row in rows[:-1]:
        quarter = _QUARTER.sub(r"\2-Q\1", row["Corrected quarter"].text)
        yield (row["Country"].text, row["Rate"].rate, quarter, *_read(row, AMOUNTS))
    yield _read(rows[-1], AMOUNTS)


def _read_debts(rows: Sequence[Cells]) -> Iterator[Row]:
    for row in rows[:-1]:
        references = row["Payment references"].text.replace(" / ", "").replace(" ", "").split(",")
        reach = (row["Oldest due date"].day, row["E-mail"].text, row["Phone"].text)
        yield (_count(row["Id"]), *_read(row, OWED), *reach, frozenset(filter(None, references)))
    yield _read(rows[-1], OWED)


def _read_years(rows: Sequence[Cells]) -> Iterator[Row]:
    for row in rows[:-1]:
        yield (_count(row["Id"]), *_read(row, COMPARED))
    yield _read(rows[-1], COMPARED)


def _read_series(rows: Sequence[Cells]) -> Iterator[Row]:
    for row in rows[:-1]:
        numbers = (_list_numbers(row[name].text) for name in NUMBERS)
        yield (row["Series"].text, *(_count(row[name]) for name in NUMBERED), *numbers)
    yield (_count(rows[-1]["Documents"]),)


def _list_numbers(text: str) -> list[int] | None:
    if text in ("none", "not known"):
        return [] if text == "none" else None
    ends = (re.fullmatch(r"(\d+)(?:–(\d+))?", part) for part in text.split(", "))
    return [*chain.from_iterable(range(int(one[1]), int(one[2] or one[1]) + 1) for one in ends if one)]


def _read(row: Cells, names: Sequence[str]) -> Row:
    return tuple(_number(row[name]) for name in names)


def _number(cell: Cell) -> Decimal:
    return cell.number if cell.shows_number else NOTHING


def _count(cell: Cell) -> int:
    return int(plain(cell.number))
