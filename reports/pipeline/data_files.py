"""Writes the data of an account's month for other programs (`output.data`), all clients together."""

import logging
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from reports import atomic_files
from reports.deliver import publish
from reports.deliver.account_record import describe_account_finding
from reports.export import csv_tables, sqlite_tables, staged_rows
from reports.export.columns import DataBlock
from reports.export.joined_rows import RecordedEntry, join_rows
from reports.pipeline.account_run import AccountRun
from reports.plan import DATA
from reports.render.content.account import AccountSummary

CSV, SQLITE = "csv", "sqlite"
_FILES = {CSV: csv_tables.FILE_NAMES, SQLITE: (sqlite_tables.FILE_NAME,)}

log = logging.getLogger(__name__)


def list_files(formats: Sequence[str]) -> tuple[str, ...]:
    """The files of these formats, relative to the folder of the period."""
    return tuple(f"{DATA}/{name}" for kind in _FILES if kind in formats for name in _FILES[kind])


def write(month: AccountRun, account: AccountSummary) -> None:
    """Writes what the plan wants; files of formats that are wanted no more go.

    What cannot be written is noted, and ends nothing.
    """
    wanted, folder = month.plan.data, month.plan.folder / DATA
    if wanted is None:
        return
    with month.go_on_without():
        _remove_unwanted(folder, wanted)
    if not wanted:
        return
    blocks = partial(_join_rows, month, account)
    with month.go_on_without():
        publish.prepare(folder)
        atomic_files.sweep(folder)
        if CSV in wanted:
            form = csv_tables.FORMS[month.plan.config.language]
            for error in csv_tables.write(folder, blocks(), form=form):
                month.lack(error)
        if SQLITE in wanted:
            sqlite_tables.write(folder / sqlite_tables.FILE_NAME, blocks())


def _join_rows(month: AccountRun, account: AccountSummary) -> Iterator[DataBlock]:
    entries = [month.entries[line.id] for line in account.clients]
    findings = [describe_account_finding(one.finding, one.client_id) for one in account.findings]
    read_rows = partial(_read_rows, month)
    return join_rows(entries, findings, read_rows, period=month.plan.period.label)


def _read_rows(month: AccountRun, entry: RecordedEntry) -> Iterator[DataBlock]:
    made = month.made.get(entry["id"])
    if made and made.rows:
        yield from staged_rows.read(made.rows)
    else:
        log.warning("client %s: its documents are not in %s", entry["id"], DATA)


def _remove_unwanted(folder: Path, wanted: Sequence[str]) -> None:
    """Removes what an earlier run wrote in formats that are wanted no more. Raises WriteError."""
    if not folder.is_dir():
        return
    for kind, names in _FILES.items():
        for name in names:
            if kind not in wanted and (folder / name).is_file():
                atomic_files.remove_file(folder / name)
