"""Writes the tables as a SQLite database, the same bytes for the same rows by the same version of SQLite.

Amounts of documents are INTEGER columns of whole cents, `net_cents`; exact numbers are decimal text. The
views `documents_in_units` … have both as numbers, for a quick look; sums to the cent are those of the cents.
"""

import errno
import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from reports import atomic_files
from reports.export.columns import AMOUNT, BOOLEAN, DECIMAL, INTEGER, TABLES, DataBlock, DataColumn

FILE_NAME = "period.sqlite"
SCHEMA_VERSION = 1
PAGE_BYTES = 4096

_INTEGERS = {INTEGER, BOOLEAN, AMOUNT}
_KEYS = {
    "documents": "PRIMARY KEY (client_id, id)",
    "line_items": "FOREIGN KEY (client_id, document_id) REFERENCES documents (client_id, id)",
    "open_documents": "FOREIGN KEY (client_id, id) REFERENCES documents (client_id, id)",
    "receipts": "FOREIGN KEY (client_id, id) REFERENCES documents (client_id, id)",
}
"""The client belongs to it: a document that changed hands may stand in the earlier reading of the other."""

_INDICES = {
    "documents_by_date": "documents (date)",
    "line_items_by_document": "line_items (client_id, document_id)",
    "line_items_by_date": "line_items (date)",
    "vat_by_client": "vat (client_id)",
    "open_documents_by_client": "open_documents (client_id, id)",
    "open_documents_by_date": "open_documents (date)",
    "receipts_by_client": "receipts (client_id, id)",
    "receipts_by_date": "receipts (date)",
    "findings_by_client": "findings (client_id)",
}
"""Documents have an index by client in their primary key."""

_ERRNO = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_PERM: errno.EACCES,
    sqlite3.SQLITE_READONLY: errno.EACCES,
    sqlite3.SQLITE_CANTOPEN: errno.EACCES,
    sqlite3.SQLITE_IOERR: errno.EIO,
}
"""What the system says for what SQLite says of a file; everything else it says is a mistake of ours."""


def write(path: Path, blocks: Iterable[DataBlock]) -> None:
    """Writes the database `path`, whole or not at all. Raises WriteError."""
    filled, compact = atomic_files.temporary_name(path), atomic_files.temporary_name(path)
    try:
        with _raise_os_errors(), closing(sqlite3.connect(filled, isolation_level=None)) as database:
            _fill(database, blocks)
            # Unlike VACUUM it needs no file in the system's own folder for temporary ones. A path need not be
            # text: it is handed over as the bytes that the system has.
            database.execute("VACUUM INTO CAST(? AS TEXT)", (os.fsencode(compact),))
        with compact.open("rb+") as file:
            atomic_files.sync(file)
        atomic_files.replace(compact, path)
    except OSError as error:
        raise atomic_files.as_write_error(error, path) from error
    finally:
        for left in (filled, compact):
            with suppress(OSError):
                left.unlink(missing_ok=True)


def list_statements() -> Iterator[str]:
    """What makes the tables, their indices and views."""
    for table, columns in TABLES.items():
        parts = ",\n  ".join([*map(_define, columns), *([_KEYS[table]] if table in _KEYS else [])])
        yield f"CREATE TABLE {table} (\n  {parts}\n)"
    for name, place in _INDICES.items():
        yield f"CREATE INDEX {name} ON {place}"
    for table, columns in TABLES.items():
        if any(own.type in (AMOUNT, DECIMAL) for own in columns):
            shown = ",\n  ".join(map(_show, columns))
            yield f"CREATE VIEW {table}_in_units AS SELECT\n  {shown}\nFROM {table}"


def _fill(database: sqlite3.Connection, blocks: Iterable[DataBlock]) -> None:
    for setting in (
        f"page_size = {PAGE_BYTES}",
        "encoding = 'UTF-8'",
        "auto_vacuum = NONE",
        f"user_version = {SCHEMA_VERSION}",
        # Nobody sees the file before it is whole, and what breaks leaves none.
        *("journal_mode = OFF", "synchronous = OFF", "temp_store = MEMORY"),
    ):
        database.execute(f"PRAGMA {setting}")
    database.execute("BEGIN")
    for statement in list_statements():
        database.execute(statement)
    for table, rows in blocks:
        places = ", ".join("?" * len(TABLES[table]))
        database.executemany(f"INSERT INTO {table} VALUES ({places})", rows)  # noqa: S608 - our own names
    database.execute("COMMIT")


def _define(column: DataColumn) -> str:
    kind = "INTEGER" if column.type in _INTEGERS else "TEXT"
    return f'"{column.stored_name}" {kind}'


def _show(column: DataColumn) -> str:
    """A column of a view: amounts and exact numbers as numbers."""
    if column.type == AMOUNT:
        return f'"{column.stored_name}" / 100.0 AS "{column.name}"'
    if column.type == DECIMAL:
        return f'CAST("{column.name}" AS REAL) AS "{column.name}"'
    return f'"{column.name}"'


@contextmanager
def _raise_os_errors() -> Iterator[None]:
    """What SQLite says of a file becomes what the system would say of it."""
    try:
        yield
    except sqlite3.OperationalError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code not in _ERRNO:
            raise
        raise OSError(_ERRNO[code], f"{error}") from error
