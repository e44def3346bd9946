"""The run record, `run.json`: what a run did, to the cent and to the byte, for programs and for the next run.

Money is decimal text, a rate plain text in percent, days and instants ISO. It is written last, so a folder
with a record of this run is a finished one.
"""

import datetime as dt
import json
import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

from reports import TOOL, __version__, atomic_files
from reports.deliver.record_entry import Entry, instant
from reports.errors import ExitCode
from reports.figures.checks.account_checks import KnownClient
from reports.period import Period, parse

SCHEMA = 1
FILE_NAME = "run.json"
_STATES = {"ready", "failed"}
_FILE = {"path": str, "bytes": int, "sha256": str}
_ENTRY = {
    **dict.fromkeys(("id", "pages", "requests", "documents_read", "documents_counted"), int),
    **dict.fromkeys(("name", "state"), str),
    **dict.fromkeys(("reason", "read_at", "kept_from", "unmailed"), str | None),
    **{key: [dict] for key in ("totals", "vat", "vat_rounding", "ageing", "findings")},
    "files": [_FILE],
}
_CHANGES = {"since": str, "removed": int, "cancelled": int}
"""Of an entry that was held against an earlier reading: what mails are held by."""

_RECORD = {
    **dict.fromkeys(("account", "started_at", "finished_at", "message"), str),
    **dict.fromkeys(("schema", "exit_code"), int),
    "period": {"label": str, "from": str, "to": str},
    "clients": [_ENTRY],
}
"""What a record holds at least: an object's keys, in a list what each item is, else the type."""

_PATH = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*")
"""A file of a client's folder. A path of another form was not written by a run, and may be none at all."""

_log = logging.getLogger(__name__)


def write(
    folder: Path,
    *,
    account: str,
    period: Period,
    started_at: dt.datetime,
    finished_at: dt.datetime,
    exit_code: ExitCode,
    message: str,
    entries: Iterable[Entry],
    findings: Sequence[Mapping[str, object]] = (),
) -> None:
    """Writes the record of a run; `findings` are the account's. Raises WriteError."""
    record = {
        "schema": SCHEMA,
        "tool": TOOL,
        "version": __version__,
        "account": account,
        "period": {
            "label": period.label,
            "from": period.first.isoformat(),
            "to": period.last.isoformat(),
        },
        "started_at": instant(started_at),
        "finished_at": instant(finished_at),
        "exit_code": int(exit_code),
        "message": message,
        "clients": list(entries),
        "findings": list(findings),
    }
    text = json.dumps(record, indent=1, ensure_ascii=False)
    with atomic_files.new_file(folder / FILE_NAME) as file:
        file.write(f"{text}\n".encode("utf-8", "backslashreplace"))


def read(folder: Path) -> dict[str, Any] | None:
    """The record in `folder`; None when there is none that this version can read, which is logged."""
    path = folder / FILE_NAME
    try:
        with atomic_files.open_to_read(path) as file:
            record = json.loads(file.read().decode())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, RecursionError) as error:
        _log.warning("%s: it cannot be read (%s), and is taken for none", path, type(error).__name__)
        return None
    if not _is_record(record):
        _log.warning("%s: it is no run record of this version, and is taken for none", path)
        return None
    found: dict[str, Any] = record
    return found


def mismatch(record: Mapping[str, Any], account: str, period: Period) -> str | None:
    """What a record is of, when it is not the account's of this period: its folder was copied, or renamed."""
    if record["account"] != account:
        return f"it is the record of the account {record['account']}, not of {account}"
    label = record["period"]["label"]
    return None if label == period.label else f"it is the record of {label}, not of {period.label}"


def entries(record: Mapping[str, Any] | None) -> dict[int, Entry]:
    """The clients of a record by id; none for no record."""
    return {entry["id"]: entry for entry in (record["clients"] if record else ())}


def find_known_clients(account_folder: Path, period: Period) -> Mapping[int, KnownClient]:
    """The clients that had documents in the record of `period` itself or in the newest one before it.

    Of those that failed there, the newest record that knows says what they had.
    """
    found, failed = _read_known_clients(account_folder, period)
    is_newest = True
    for own in _earlier_periods(account_folder, period):
        known, failing = _read_known_clients(account_folder, own)
        if is_newest:
            failed |= failing
        else:
            known = {client: known[client] for client in known.keys() & failed}
        found = known | found
        failed -= found.keys()
        is_newest = is_newest and not known
        if not is_newest and not failed:
            break
    return found


def _read_known_clients(account_folder: Path, period: Period) -> tuple[dict[int, KnownClient], set[int]]:
    """The clients of a record that had documents, and those that failed."""
    record = read(account_folder / period.label)
    if record is None or mismatch(record, account_folder.name, period):
        return {}, set()
    known = {
        entry["id"]: KnownClient(entry["name"], entry["documents_read"])
        for entry in record["clients"]
        if entry["documents_read"]
    }
    return known, {entry["id"] for entry in record["clients"] if entry["state"] == "failed"}


def _earlier_periods(account_folder: Path, period: Period) -> list[Period]:
    """The periods with a folder that ended before `period`, the newest first."""
    found: list[Period] = []
    with suppress(OSError):
        for folder in account_folder.iterdir():
            with suppress(ValueError):
                own = parse(folder.name, dt.date.max)
                if own.label == folder.name and own.last < period.first:
                    found.append(own)
    return sorted(found, key=lambda own: (own.last, own.label), reverse=True)


def folders(record: Mapping[str, Any] | None) -> dict[int, str]:
    """The clients' folders that a record names, by client; a client that failed has none in it."""
    return {
        entry["id"]: PurePosixPath(file["path"]).parts[0]
        for entry in (record["clients"] if record else ())
        for file in entry["files"]
    }


def _is_record(record: Any) -> bool:
    if not (isinstance(record, dict) and record.get("schema") == SCHEMA and _fits(record, _RECORD)):
        return False
    # Records of earlier versions have no findings of the account.
    if not _fits(record.get("findings", []), [dict]):
        return False
    moments = [record["started_at"], record["finished_at"]]
    for entry in record["clients"]:
        if entry["state"] not in _STATES or (entry["state"] == "ready" and entry["read_at"] is None):
            return False
        if entry.get("changes") is not None and not _fits(entry["changes"], _CHANGES):
            return False
        moments += [entry[key] for key in ("read_at", "kept_from") if entry[key] is not None]
        if not all(_PATH.fullmatch(file["path"]) for file in entry["files"]):
            return False
    return all(map(_is_instant, moments))


def _fits(value: object, shape: Any) -> bool:
    """`value` is of the `shape`, as written beside `_RECORD`; keys that it does not name are tolerated."""
    if isinstance(shape, dict):
        return isinstance(value, dict) and all(
            key in value and _fits(value[key], own) for key, own in shape.items()
        )
    if isinstance(shape, list):
        return isinstance(value, list) and all(_fits(item, shape[0]) for item in value)
    return isinstance(value, shape) and not isinstance(value, bool)


def _is_instant(text: str) -> bool:
    """Whether it is an instant with a time zone, not at the very end of the calendar."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    return moment.tzinfo is not None and dt.MINYEAR < moment.year < dt.MAXYEAR
