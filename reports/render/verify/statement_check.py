"""Holds each amount of a client's statement on the disk against the report it was made from."""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from html import unescape
from itertools import chain, compress, count, groupby, islice, zip_longest
from operator import itemgetter
from pathlib import Path
from typing import TypeGuard

from reports.errors import ClientError
from reports.money import cents
from reports.render.content.blocks import Chart, Group, Kind, Sheet
from reports.render.content.client_report import ClientReport
from reports.render.verify.grid_check import Reference
from reports.render.verify.refusals import make_damage_error, make_difference, parse_number, shorten

OWN_ADVICE = (
    "A template of your own shows it, and nothing of this client was published. "
    "What is no figure of the report is written as text, without money()"
)
PAGE_END, DATA_END = "</html>", "</data>"
CHUNK_CHARACTERS = 262_144
AMOUNTS_AT_ONCE = 10_000
TAIL_BYTES = 100
MINUSES = "-\N{MINUS SIGN}"
AMOUNT_KINDS = frozenset({Kind.MONEY, Kind.NUMBER})

_DATA = re.compile('<data (?:[^>]*?value="([^"]*)")?[^>]*>(.*?)</data>', re.DOTALL)
_AROUND_DIGITS = re.compile("[A-Za-z$£€., \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]+")
"""What an amount may be shown with and what says nothing about it."""


PageAmount = tuple[str, str, str]
"""A `data` element of a page: the section it stands in, its exact value, and what is shown for it."""


def check_page(path: Path, reference: Reference, *, is_own: bool) -> None:
    """Raises ClientError for the first amount of the statement that is not as it has to be, and OSError.

    `is_own`: a template of the issuer's made it. It may show less, in any order, but no amount of its own.
    """
    name, found = path.name, read_amounts(_read_text(path))
    if is_own:
        known = _collect_amounts(reference)
        for _, value, _ in found:
            if parse_number(value) not in known:
                said = f"{shorten(value)} is no figure of this client. {OWN_ADVICE}"
                raise ClientError(f"{name}: {said}")
        return
    due = _list_sections(reference.report)
    for section, amounts in groupby(found, key=itemgetter(0)):
        _check_section(name, section, amounts, due.pop(section, iter(())), reference.figures.currencies)
    for section, rest in due.items():
        _check_section(name, section, iter(()), rest, reference.figures.currencies)
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL_BYTES))
        if not file.read().rstrip().endswith(PAGE_END.encode()):
            raise make_difference(name, "its end", PAGE_END, "cut off")


def read_amounts(page: Iterable[str]) -> Iterator[PageAmount]:
    """Reads the `data` elements of a page that comes in pieces, in their order.

    Their section is the last id before them that names a part of the page: `1-documents` of
    `id="part-1-documents"`, and "" before the first.
    """
    section = rest = ""
    for piece in chain(page, [DATA_END]):
        whole, end, rest = (rest + piece).rpartition(DATA_END)
        for place, part in enumerate((whole + end).split(' id="part-')):
            section = part.partition('"')[0] if place else section
            for value, shown in _DATA.findall(part):
                yield section, unescape(value), unescape(shown)


def _read_text(path: Path) -> Iterator[str]:
    """The page in pieces. Raises ClientError for what is no text, and OSError where it cannot be opened."""
    with path.open(encoding="utf-8", newline="") as file:
        try:
            while piece := file.read(CHUNK_CHARACTERS):
                yield piece
        except (OSError, ValueError) as error:
            raise make_damage_error(path.name, error) from error


def _list_sections(report: ClientReport) -> dict[str, Iterator[Decimal]]:
    """The amounts of the built-in statement by section of its page, in their order."""
    sections = {"": _list_heads(report.totals)}
    for number, pages in enumerate(report.currencies, start=1):
        has_withholding = any(column.key == "withholding" for column in pages.types.columns)
        types = _list_amounts(pages.types, without="" if has_withholding else "payable")
        months = _pair_months(pages.chart)
        sections |= {
            f"{number}-types": types if len(pages.types.rows) > 1 else iter(()),
            f"{number}-documents": _list_amounts(pages.documents),
            f"{number}-vat": _list_amounts(pages.vat),
            f"{number}-open": _list_amounts(pages.open_documents),
            f"{number}-ageing": _list_amounts(pages.ageing) if pages.open_documents.rows else iter(()),
            f"{number}-chart-text": chain.from_iterable(months) if any(map(any, months)) else iter(()),
        }
    # Receipts in a currency without a part of its own have one behind the others.
    shown = [pages.currency for pages in report.currencies]
    parts = [*shown, *(grid.currency for grid in report.receipts_alone)]
    sections |= {
        f"{parts.index(grid.currency) + 1}-receipts": _list_amounts(grid) for grid in report.receipts
    }
    return sections


def _pair_months(chart: Chart | None) -> list[tuple[Decimal, ...]]:
    """Net and tax of each month."""
    return [*zip(*(values for _, values in chart.series), strict=True)] if chart else []


def _list_heads(totals: Sheet) -> Iterator[Decimal]:
    """The large figures of the statement, then the others: without withholding, payable is gross."""
    keys = [column.key for column in totals.columns if column.kind is Kind.MONEY]
    large = ["payable" if "withholding" in keys else "gross", "open", "vendor_open", "overdue"]
    order = [key for key in large if key in keys] + [key for key in keys if key not in ("payable", *large)]
    for row in totals.rows:
        amounts = dict(zip((column.key for column in totals.columns), row, strict=True))
        yield from (amount for key in order if isinstance(amount := amounts[key], Decimal))


def _list_amounts(grid: Sheet, without: str = "") -> Iterator[Decimal]:
    """The amounts of a grid row by row, those under a row after it."""
    shown = [column.kind in AMOUNT_KINDS and column.key != without for column in grid.columns]
    for group in grid.groups or (Group("", grid.rows, ()),):
        for row, details in zip_longest(group.rows, group.details):
            yield from filter(_is_amount, compress(row, shown))
            if details:
                yield from _list_amounts(details)
        yield from filter(_is_amount, compress(group.totals, shown))
    if grid.rows and grid.totals:
        yield from filter(_is_amount, compress(grid.totals, shown))


def _is_amount(value: object) -> TypeGuard[Decimal]:
    return isinstance(value, Decimal)


def _collect_amounts(reference: Reference) -> set[Decimal]:
    """Every amount of the report, whatever a page of one's own shows of it."""
    figures = reference.figures
    found = set(chain.from_iterable(_list_sections(reference.report).values()))
    for row in (*figures.totals, *figures.types, *figures.vat, *figures.vat_rounding, *figures.months):
        names = (*vars(row), "base", "tax", "gross")
        found |= {*filter(_is_amount, (getattr(row, name, None) for name in names))}
    for frame in (figures.documents, figures.line_items, figures.receipts):
        found |= {value for name in frame for value in frame[name] if isinstance(value, Decimal)}
    return found


def _check_section(
    name: str, section: str, found: Iterator[PageAmount], due: Iterator[Decimal], currencies: Sequence[str]
) -> None:
    """The amounts of one part of a page, of which some at a time are in memory."""
    where = f"{name}, part {section or 'totals'}"
    for first in count(1, AMOUNTS_AT_ONCE):
        amounts, values = list(islice(found, AMOUNTS_AT_ONCE)), list(islice(due, AMOUNTS_AT_ONCE))
        pairs = () if _are_shown(amounts, values) else zip_longest(amounts, values)
        for number, (amount, value) in enumerate(pairs, first):
            _, exact, shown = amount or (section, "", "")
            if value is None or parse_number(exact) != value:
                raise make_difference(where, f"amount {number}", value, exact)
            if not _is_shown(shown, value, currencies):
                raise make_difference(where, f"what is shown for amount {number}", value, shown)
        if len(amounts) < AMOUNTS_AT_ONCE:
            return


def _are_shown(found: Sequence[PageAmount], due: Sequence[Decimal]) -> bool:
    """Whether all are what is due to the letter, shown in whole cents in the usual way."""
    texts = [*map(str, due)]
    if [value for _, value, _ in found] != texts:
        return False
    pairs = zip(texts, due, strict=True)
    rounded = [text if text[-3:-2] == "." else str(cents(amount)) for text, amount in pairs]
    shown = _AROUND_DIGITS.sub("", "\n".join([shown for _, _, shown in found]))
    return shown == "\n".join(rounded).replace(".", "")


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
