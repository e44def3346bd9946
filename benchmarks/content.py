"""Makes the workbook that both writers write: a client's documents and their line items, as its own has them.

`make_book` makes it as `render/content/blocks`. `list_plain_sheets` gives the peer the same, with everything
done that it would otherwise have to: floats, fractions, widths.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from benchmarks import account
from benchmarks.account import Account
from reports.figures import tables, totals
from reports.figures.parse import parse_document, read_page
from reports.period import parse as parse_period
from reports.render.content.blocks import Book, DataTab, Kind, Link
from reports.render.content.client_report import data_sheet
from reports.render.content.labels import Labels

PAGE_SIZE = 100
AGEING_DAYS = (30, 60, 90)
WIDTHS = {Kind.TEXT: 16, Kind.LONG_TEXT: 40, Kind.DATE: 12, Kind.BOOLEAN: 10}
AMOUNT_WIDTH = 14


@dataclass(frozen=True)
class PlainSheet:
    """A worksheet in values that any writer takes; a link is its address and its text.

    `totals` holds a number where a column has one; `kinds` are words of `blocks.Kind`.
    """

    title: str
    headings: tuple[str, ...]
    kinds: tuple[str, ...]
    widths: tuple[float, ...]
    hidden: tuple[int, ...]
    columns: tuple[list[Any], ...]
    totals: tuple[Any, ...]


def make_book(lines: int) -> Book:
    """Makes a workbook of so many line items and a third as many documents."""
    documents = lines // account.LINES
    pages = account.make_pages(Account(1, documents, documents), PAGE_SIZE)
    figures = totals.build(
        tables.build(document for page in pages for document in map(parse_document, read_page(page).listed)),
        period=parse_period(account.PERIOD, account.CLOCK.date()),
        read_on=account.CLOCK.date(),
        limits=AGEING_DAYS,
    )
    labels = Labels("pt")
    return Book(
        title="Resumo de documentos",
        footer="Cliente de Ensaio, Lda · outubro de 2026",
        author="Contabilidade Exemplo, Lda",
        language="pt",
        made_at=account.CLOCK,
        tabs=tuple(
            DataTab(title, data_sheet(kind, figures, "EUR", labels=labels, title=title))
            for title, kind in (("Documentos", "documents"), ("Linhas", "lines"))
        ),
    )


def count_cells(book: Book) -> int:
    """Counts the styled cells of the bodies of a book's tables."""
    sheets = [tab.sheet for tab in book.tabs if isinstance(tab, DataTab)]
    return sum(len(sheet.rows) * len(sheet.columns) for sheet in sheets)


def list_plain_sheets(book: Book) -> tuple[PlainSheet, ...]:
    """Lists the sheets of a book in values that any writer takes."""
    return tuple(_make_plain(tab) for tab in book.tabs if isinstance(tab, DataTab))


def _make_plain(tab: DataTab) -> PlainSheet:
    columns = tab.sheet.columns
    values = list(zip(*tab.sheet.rows, strict=True))
    return PlainSheet(
        title=tab.title,
        headings=tuple(column.heading for column in columns),
        kinds=tuple(str(column.kind) for column in columns),
        widths=tuple(float(WIDTHS.get(column.kind, AMOUNT_WIDTH)) for column in columns),
        hidden=tuple(place for place, column in enumerate(columns) if column.is_hidden),
        columns=tuple(
            [_convert_value(column.kind, value) for value in own]
            for column, own in zip(columns, values, strict=True)
        ),
        totals=tuple(float(one) if isinstance(one, Decimal) else one for one in tab.sheet.totals or ()),
    )


def _convert_value(kind: Kind, value: Any) -> Any:
    if isinstance(value, Link):
        return (value.url, value.text)
    if isinstance(value, Decimal):
        return float(value / 100 if kind is Kind.PERCENT else value)
    return value
