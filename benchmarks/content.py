"""The workbook that every writer writes: documents and their line items, the columns of a client's own.

`book` is it as `render/content/blocks`, rows lying in the columns of a frame. `plain` is the same for the
others, with everything done that they would otherwise have to: floats, fractions, widths.
"""

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd

from reports.render.content import columns
from reports.render.content.blocks import Book, Column, DataTab, Kind, Link, Rows, Sheet, totals_of

LINES = 3
"""Line items of a document."""
SEED = 7
FIRST_DAY = dt.date(2026, 10, 1)
MADE_AT = dt.datetime(2026, 11, 2, 6, 30, tzinfo=dt.UTC)
WIDTHS = {Kind.TEXT: 16, Kind.LONG_TEXT: 40, Kind.DATE: 12, Kind.BOOLEAN: 10}
AMOUNT_WIDTH = 14

_CENT = Decimal("0.01")
_RATES = tuple(map(Decimal, ("23", "23", "13", "6", "0")))
_GOODS = ("Serviço de consultoria", "Apoio mensal", "Formação à distância", "Licença anual", "Deslocação")
_NOTE = "Trabalho prestado durante o mês, conforme acordado"


@dataclass(frozen=True)
class Plain:
    """A worksheet in values that any writer takes; `links` are (address, text), None where there is none.

    `totals` holds a number where a column has one; `kinds` are words of `blocks.Kind`.
    """

    title: str
    headings: tuple[str, ...]
    kinds: tuple[str, ...]
    widths: tuple[float, ...]
    hidden: tuple[int, ...]
    columns: tuple[list[Any], ...]
    totals: tuple[Any, ...]

    @property
    def cells(self) -> int:
        """Styled cells of its body."""
        return len(self.columns) * len(self.columns[0])


def book(lines: int) -> Book:
    """A workbook of so many line items and a third as many documents."""
    documents, items = _frames(max(1, lines // LINES), lines)
    return Book(
        title="Resumo de documentos",
        footer="Cliente de Ensaio, Lda · outubro de 2026",
        author="Contabilidade Exemplo, Lda",
        language="pt",
        made_at=MADE_AT,
        tabs=(
            _tab("Documentos", "documents_EUR", documents, columns.WORKBOOK_DOCUMENTS, columns.DOCUMENTS),
            _tab("Linhas", "lines_EUR", items, columns.WORKBOOK_LINE_ITEMS, columns.LINE_ITEMS),
        ),
    )


def cells(made: Book) -> int:
    """Styled cells of the bodies of a book's tables."""
    grids = [tab.sheet for tab in made.tabs if isinstance(tab, DataTab)]
    return sum(len(grid.rows) * len(grid.columns) for grid in grids)


def plain(made: Book) -> tuple[Plain, ...]:
    """The book in values that any writer takes."""
    return tuple(_plain(tab) for tab in made.tabs if isinstance(tab, DataTab))


def _plain(tab: DataTab) -> Plain:
    columns = tab.sheet.columns
    values = list(zip(*tab.sheet.rows, strict=True))
    return Plain(
        title=tab.title,
        headings=tuple(column.heading for column in columns),
        kinds=tuple(str(column.kind) for column in columns),
        widths=tuple(float(WIDTHS.get(column.kind, AMOUNT_WIDTH)) for column in columns),
        hidden=tuple(place for place, column in enumerate(columns) if column.is_hidden),
        columns=tuple(
            [_value(column.kind, value) for value in own] for column, own in zip(columns, values, strict=True)
        ),
        totals=tuple(float(one) if isinstance(one, Decimal) else one for one in tab.sheet.totals or ()),
    )


def _value(kind: Kind, value: Any) -> Any:
    if isinstance(value, Link):
        return (value.url, value.text)
    if isinstance(value, Decimal):
        return float(value / 100 if kind is Kind.PERCENT else value)
    return value


def _tab(
    title: str, key: str, frame: pd.DataFrame, keys: Sequence[str], words: dict[str, tuple[str, Kind]]
) -> DataTab:
    columns = tuple(
        Column(
            name,
            words[name][0],
            words[name][1],
            has_total=words[name][1] is Kind.MONEY,
            is_hidden=name in ("archived", "id", "document_id"),
        )
        for name in keys
    )
    arrays: list[Any] = [frame[name].to_numpy() for name in keys]
    rows = Rows(arrays)
    return DataTab(
        title,
        Sheet(
            key=key,
            title=title,
            columns=columns,
            rows=rows,
            empty="",
            currency="EUR",
            totals=totals_of(columns, rows, "Total"),
        ),
    )


def _frames(documents: int, lines: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    choice = random.Random(SEED)  # noqa: S311 - data by a seed, no secret
    papers = [_document(row, choice) for row in range(documents)]
    made = pd.DataFrame(papers, columns=columns.WORKBOOK_DOCUMENTS, dtype=object)
    del papers
    items = [_item(row, choice) for row in range(lines)]
    return made, pd.DataFrame(items, columns=list(columns.WORKBOOK_LINE_ITEMS), dtype=object)


def _document(row: int, choice: random.Random) -> tuple[Any, ...]:
    net = Decimal(choice.randrange(-20_000, 900_000)) / 100
    tax = (net * 23 / 100).quantize(_CENT)
    rounding = _CENT if row % 4 == 0 else Decimal("0.00")
    day = FIRST_DAY + dt.timedelta(days=row % 31)
    url = f"https://office.app.invoicexpress.example/documents/{row:032x}"
    values = {
        "opening_number": Link(f"FT 2026/{row + 1}", url),
        "type": "Fatura",
        "status": "Paga" if row % 3 else "Final",
        "date": day,
        "due_date": day + dt.timedelta(days=30),
        "reference": f"PO-{row}" if row % 3 else None,
        "currency": "EUR",
        "sum": net,
        "discount": Decimal("0.00"),
        "net": net,
        "tax": tax,
        "rounding": rounding,
        "gross": net + tax + rounding,
        "withholding": Decimal("0.00"),
        "payable": net + tax + rounding,
        "exchange_rate": None,
        "counter_value": None,
        "exemption": None,
        "observations": None,
        "link": Link("Ver", url),
        "archived": False,
        "id": 7_000_000_000 + row,
    }
    return tuple(values[name] for name in columns.WORKBOOK_DOCUMENTS)


def _item(row: int, choice: random.Random) -> tuple[Any, ...]:
    rate = choice.choice(_RATES)
    quantity = Decimal(choice.randrange(1, 9))
    price = Decimal(choice.randrange(100, 90_000)) / 100
    net = price * quantity * (-1 if row % 50 == 0 else 1)
    tax = (net * rate / 100).quantize(_CENT)
    values = {
        "number": f"FT 2026/{row // LINES + 1}",
        "type": "Fatura",
        "status": "Paga" if row // LINES % 3 else "Final",
        "date": FIRST_DAY + dt.timedelta(days=row // LINES % 31),
        "name": f"{choice.choice(_GOODS)} {choice.randrange(50)}",
        "description": _NOTE,
        "unit": "un",
        "quantity": quantity,
        "unit_price": price,
        "discount_rate": Decimal(0),
        "discount": Decimal("0.00"),
        "tax_name": f"IVA{rate}",
        "rate": rate,
        "exemption": None if rate else "M07",
        "net": net,
        "tax": tax,
        "gross": net + tax,
        "currency": "EUR",
        "document_id": 7_000_000_000 + row // LINES,
    }
    return tuple(values[name] for name in columns.WORKBOOK_LINE_ITEMS)
