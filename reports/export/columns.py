"""Defines the tables that leave for other programs, each column once: `data/export-columns.csv`.

A value is **stored** in one form, of which CSV, SQLite and data frames are made: an amount as whole cents, an
exact number as plain decimal text, a day as ISO text, a fact as 1 or 0, a missing value as None.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from reports.data.tables import read_table
from reports.money import plain

EVERY = "every"
"""Stands for all tables: the columns that each begins with."""

INTEGER, BOOLEAN, DAY, AMOUNT, DECIMAL, TEXT = "integer boolean day amount decimal text".split()

StoredValue = int | str | None
StoredRow = Sequence[StoredValue]

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
"""UTF-8 has no half characters, and programs written in C end a text at its first NUL."""


class DataColumn(NamedTuple):
    """A column of a table. `unit` is a unit, or the name of the column that has it."""

    name: str
    type: str
    unit: str
    meaning: str

    @property
    def stored_name(self) -> str:
        """Its name in SQLite, where an amount says that it is in cents."""
        return f"{self.name}_cents" if self.type == AMOUNT else self.name


class DataBlock(NamedTuple):
    """Some rows of a table, as they are stored."""

    table: str
    rows: Sequence[StoredRow]


def _read_columns() -> Mapping[str, tuple[DataColumn, ...]]:
    found: dict[str, list[DataColumn]] = {}
    for row in read_table("export-columns"):
        own = found.setdefault(row["table"], [])
        own.append(DataColumn(row["column"], row["type"], row["unit"], row["meaning"]))
    return {table: tuple(columns) for table, columns in found.items()}


OWN_COLUMNS = _read_columns()
"""The columns of each table without those of EVERY, and those of EVERY."""

TABLES: Mapping[str, tuple[DataColumn, ...]] = {
    table: (*OWN_COLUMNS[EVERY], *columns) for table, columns in OWN_COLUMNS.items() if table != EVERY
}
"""documents, line_items, vat, open_documents, receipts, findings: all columns of each, in order."""


def to_stored(kind: str, values: Iterable[Any]) -> list[StoredValue]:
    """The values of a column of one type as they are stored."""
    store = _STORE[kind]
    return [None if value is None else store(value) for value in values]


def to_cents(amount: Decimal) -> int:
    """An amount in whole cents as their number."""
    return int(amount.scaleb(2))


def from_cents(number: int) -> Decimal:
    """A number of cents as an amount."""
    return Decimal(number).scaleb(-2)


def _store_text(text: str) -> str:
    return _UNSTORABLE.sub("\ufffd", text)


_STORE: Mapping[str, Callable[[Any], StoredValue]] = {
    INTEGER: int,
    BOOLEAN: int,
    DAY: date.isoformat,
    AMOUNT: to_cents,
    DECIMAL: lru_cache(4096)(plain),
    TEXT: _store_text,
}
