"""The files of `output.data` read back with the standard library alone, and the sums of the run record."""

import csv
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from reports.export.columns import TABLES, DataBlock
from reports.export.csv_tables import CsvForm
from reports.export.joined_rows import join_rows
from reports.export.rows import list_client_rows
from reports.sandbox.documents import Raw
from tests.support.papers import ANA, added, laid_out

AMOUNTS = ("net", "tax", "rounding", "gross", "withholding", "payable")
VAT_KEY = ("client_id", "currency", "scheme", "region", "rate", "exemption")
ENTRY: Mapping[str, Any] = {
    "id": ANA["id"],
    "name": ANA["name"],
    "fiscal_id": None,
    "state": "ready",
    "kept_from": None,
    "files": [],
    "findings": [{"code": "STATUS-UNKNOWN", "level": "warning", "document": 1, "number": "FT 2026/1"}],
}

Row = dict[str, str]
Sums = dict[tuple[Any, ...], Decimal]


def list_blocks(*papers: Raw, entry: Mapping[str, Any] = ENTRY) -> list[DataBlock]:
    """The joined rows of one client with these documents."""
    tables, figures = laid_out(*papers), added(*papers)
    return list(join_rows([entry], [], lambda _: list_client_rows(tables, figures), period="2026-10"))


def list_named_rows(blocks: Iterable[DataBlock], table: str) -> list[dict[str, Any]]:
    """The rows of a table as they are stored, by the names of their columns."""
    names = [own.name for own in TABLES[table]]
    return [
        dict(zip(names, row, strict=True)) for block in blocks if block.table == table for row in block.rows
    ]


def read_csv(path: Path, form: CsvForm) -> list[Row]:
    """The rows of a file, its texts as they were and its amounts with a point."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=form.separator))


def read_number(text: str, form: CsvForm) -> Decimal:
    assert form.decimal_mark == "." or "." not in text, text
    return Decimal(text.replace(form.decimal_mark, "."))


def query(path: Path, statement: str, *values: object) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
        return database.execute(statement, values).fetchall()


def list_recorded_totals(record: Mapping[str, Any]) -> Sums:
    """(client, currency, amount) → its sum of the period, nothing left out; `documents` too."""
    return {
        (entry["id"], total["currency"], name): Decimal(total[name])
        for entry in record["clients"]
        for total in entry["totals"]
        if total["documents"]
        for name in ("documents", *AMOUNTS)
    }


def list_recorded_open(record: Mapping[str, Any]) -> Sums:
    """(client, currency, bucket) → what is open of it, without the empty buckets."""
    return {
        (entry["id"], row["currency"], row["bucket"]): Decimal(row["amount"])
        for entry in record["clients"]
        for row in entry["ageing"]
        if Decimal(row["amount"])
    }


def list_recorded_vat(record: Mapping[str, Any]) -> dict[tuple[Any, ...], tuple[Decimal, ...]]:
    """VAT_KEY → base, tax, gross, and base and tax of credit notes."""
    return {
        (entry["id"], *(row[name] for name in VAT_KEY[1:])): (
            *(Decimal(row[name]) for name in ("base", "tax", "gross")),
            *(Decimal(row["credit_notes"][name]) for name in ("base", "tax")),
        )
        for entry in record["clients"]
        for row in entry["vat"]
    }


def add_totals(rows: Iterable[Mapping[str, Any]]) -> Sums:
    """The same sums of rows of `documents` whose values are read: facts, and amounts or None."""
    sums: Sums = defaultdict(Decimal)
    for row in rows:
        if row["is_counted"] and row["is_in_period"]:
            key = (row["client_id"], row["currency"])
            sums[*key, "documents"] += 1
            for name in AMOUNTS:
                sums[*key, name] += row[name]
    return dict(sums)


def add_open(rows: Iterable[Mapping[str, Any]]) -> Sums:
    sums: Sums = defaultdict(Decimal)
    for row in rows:
        sums[row["client_id"], row["currency"], row["bucket"]] += row["payable"]
    return {key: amount for key, amount in sums.items() if amount}


def list_vat(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[Any, ...], tuple[Decimal, ...]]:
    """VAT_KEY → the same amounts of rows of `vat` whose values are read."""
    amounts = ("base", "tax", "gross", "base_credit_notes", "tax_credit_notes")
    return {
        tuple(row[name] if name != "rate" else _say_rate(row[name]) for name in VAT_KEY): tuple(
            row[name] for name in amounts
        )
        for row in rows
        if not row["is_rounding"]
    }


def _say_rate(rate: Decimal | None) -> str | None:
    return None if rate is None else f"{rate}"


def read_typed_csv(path: Path, form: CsvForm, columns: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """The rows of a file, each value by its (name, type)."""
    return [
        {name: _read_cell(row[name], kind, form) for name, kind in columns} for row in read_csv(path, form)
    ]


def _read_cell(text: str, kind: str, form: CsvForm) -> Any:
    if not text:
        return None
    if kind in ("integer", "boolean"):
        return int(text)
    if kind in ("amount", "decimal"):
        return read_number(text, form)
    return text.removeprefix("'") if kind == "text" else text


def list_frame_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a frame as those of a file are read: days as ISO text, facts 1 or 0, missing as None."""
    rows = frame.astype(object).to_dict("records")
    return [{str(name): _simplify(value) for name, value in row.items()} for row in rows]


def list_database_rows(path: Path, table: str) -> list[dict[str, Any]]:
    """The rows of a table of the database, its cents as amounts and its exact numbers as numbers."""
    return [
        {own.name: _read_stored(value, own.type) for own, value in zip(TABLES[table], row, strict=True)}
        for row in query(path, f"SELECT * FROM {table}")  # noqa: S608 - a table of ours
    ]


def _read_stored(value: Any, kind: str) -> Any:
    if value is None:
        return None
    return Decimal(value) / 100 if kind == "amount" else Decimal(value) if kind == "decimal" else value


def _simplify(value: Any) -> Any:
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else value
