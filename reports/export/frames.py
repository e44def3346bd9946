"""Makes data frames of the tables' rows: amounts and exact numbers are `decimal.Decimal`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from reports.export.columns import (
    AMOUNT,
    BOOLEAN,
    DAY,
    DECIMAL,
    INTEGER,
    TABLES,
    TEXT,
    DataBlock,
    StoredRow,
    from_cents,
)

if TYPE_CHECKING:
    import pandas as pd

DTYPES: Mapping[str, str] = {
    INTEGER: "Int64",
    BOOLEAN: "bool",
    DAY: "datetime64[s]",
    AMOUNT: "object",
    DECIMAL: "object",
    TEXT: "object",
}
"""The pandas type of each type of column. A missing integer is NA, a day NaT, in objects it is None."""

_READ: Mapping[str, Callable[[Any], object]] = {AMOUNT: from_cents, DECIMAL: Decimal}


def build_frames(blocks: Iterable[DataBlock]) -> "dict[str, pd.DataFrame]":
    """A frame for each table, without rows where no block has any."""
    rows: dict[str, list[StoredRow]] = {table: [] for table in TABLES}
    for block in blocks:
        rows[block.table] += block.rows
    return {table: _build_frame(table, own) for table, own in rows.items()}


def _build_frame(table: str, rows: Sequence[StoredRow]) -> "pd.DataFrame":
    import pandas as pd

    columns = TABLES[table]
    values = zip(*rows, strict=True) if rows else [()] * len(columns)
    return pd.DataFrame(
        {own.name: _build_column(own.type, column) for own, column in zip(columns, values, strict=True)}
    )


def _build_column(kind: str, values: Sequence[Any]) -> "pd.Series[Any]":
    import pandas as pd

    if kind in _READ:
        read = _READ[kind]
        values = [None if value is None else read(value) for value in values]
    return pd.Series(values, dtype=DTYPES[kind])
