"""Writes the tables as CSV that a spreadsheet and Power Query take as they are (RFC 4180).

UTF-8 with its mark, lines that end with CR LF, separator and decimal mark of the language. A text that a
spreadsheet could take for a formula begins with an apostrophe more (OWASP, CSV Injection; CWE-1236), and so
does one that begins with an apostrophe: to take one away from both gives the text as it was.
"""

import csv
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import NamedTuple

from reports import atomic_files
from reports.data.tables import read_table
from reports.errors import WriteError
from reports.export.columns import AMOUNT, DECIMAL, TABLES, TEXT, DataBlock, StoredValue

ENDING = ".csv"
FILE_NAMES = tuple(f"{table}{ENDING}" for table in TABLES)
FORMULA_BEGINNINGS = frozenset("=+-@\t\r\n＝＋－＠")  # full width too, as Japanese spreadsheets read them
_MARK = "'"


class CsvForm(NamedTuple):
    """How a language writes CSV."""

    separator: str
    decimal_mark: str


FORMS: Mapping[str, CsvForm] = {
    row["language"]: CsvForm(row["separator"], row["decimal_mark"]) for row in read_table("languages")
}


def write(folder: Path, blocks: Iterable[DataBlock], *, form: CsvForm) -> Sequence[WriteError]:
    """Writes a file for each table; returns why one could not take its place, and so is that of before.

    No file is replaced before all are whole. Raises WriteError.
    """
    staged = {table: atomic_files.temporary_name(folder / f"{table}{ENDING}") for table in TABLES}
    try:
        _write_tables(staged, blocks, form)
        left: list[WriteError] = []
        for table, path in staged.items():
            try:
                atomic_files.replace(path, folder / f"{table}{ENDING}")
            except WriteError as error:
                left.append(error)
        return left
    except OSError as error:
        raise atomic_files.as_write_error(error, folder) from error
    finally:
        for path in staged.values():
            with suppress(OSError):
                path.unlink(missing_ok=True)


def disarm_text(text: str) -> str:
    """A text as it stands in a cell, so that no spreadsheet takes it for a formula."""
    return f"{_MARK}{text}" if text[:1] in FORMULA_BEGINNINGS or text.startswith(_MARK) else text


def _write_tables(staged: Mapping[str, Path], blocks: Iterable[DataBlock], form: CsvForm) -> None:
    formats = {table: [_make_format(own.type, form) for own in columns] for table, columns in TABLES.items()}
    with ExitStack() as opened:
        files = {
            table: opened.enter_context(path.open("x", encoding="utf-8-sig", newline=""))
            for table, path in staged.items()
        }
        writers = {table: csv.writer(file, delimiter=form.separator) for table, file in files.items()}
        for table, columns in TABLES.items():
            writers[table].writerow(own.name for own in columns)
        for table, rows in blocks:
            writers[table].writerows(
                [write(value) for write, value in zip(formats[table], row, strict=True)] for row in rows
            )
        for file in files.values():
            atomic_files.sync(file)


def _make_format(kind: str, form: CsvForm) -> Callable[[StoredValue], StoredValue]:
    """What turns a stored value of this type into the text of its cell; None is an empty one."""

    def format_cents(value: StoredValue) -> str | None:
        if not isinstance(value, int):
            return None
        units, cents = divmod(abs(value), 100)
        return f"{'-' if value < 0 else ''}{units}{form.decimal_mark}{cents:02d}"

    def format_decimal(value: StoredValue) -> str | None:
        return value.replace(".", form.decimal_mark) if isinstance(value, str) else None

    def format_text(value: StoredValue) -> str | None:
        return disarm_text(value) if isinstance(value, str) else None

    return {AMOUNT: format_cents, DECIMAL: format_decimal, TEXT: format_text}.get(kind, lambda value: value)
