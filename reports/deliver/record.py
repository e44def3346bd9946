"""The run record, `run.json`: what a run did, to the cent and to the byte, for programs and for the next run.

Money is decimal text, a rate plain text in percent, days and instants ISO. It is written last.
"""

import datetime as dt
import hashlib
import json
import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from reports import TOOL, __version__, atomic_files
from reports.errors import ExitCode
from reports.figures.changes import Comparison
from reports.figures.checks.account_checks import KnownClient
from reports.figures.checks.finding import PDF_FAILED, Finding
from reports.figures.totals import AMOUNTS, CurrencyTotals, Figures
from reports.figures.vat.vat_rows import SchemeVat, rate_text
from reports.fiscal_id import format_fiscal_id
from reports.money import ZERO, exact
from reports.period import Period, parse

if TYPE_CHECKING:
    from reports.render.job import Rendered

Entry = dict[str, Any]
"""A client, as JSON has it."""

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
DUES = ("open", "overdue", "credit")
"""The totals of all dates, beside AMOUNTS, which are the period's."""

_KEPT = (
    *("documents_read", "documents_counted", "totals", "vat", "vat_rounding", "ageing"),
    *("findings", "changes", "unmailed", "files"),
)
"""What the entry of a client that failed has of the one before, while its folder still is that one's."""

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
    findings: Sequence[Mapping[str, object]],
    account_month: Mapping[str, object],
) -> None:
    """Writes the record of a run; `findings` and `account_month` are the account's. Raises WriteError."""
    record = {
        "schema": SCHEMA,
        "tool": TOOL,
        "version": __version__,
        "account": account,
        "period": {"label": period.label, "from": f"{period.first}", "to": f"{period.last}"},
        "started_at": instant(started_at),
        "finished_at": instant(finished_at),
        "exit_code": int(exit_code),
        "message": message,
        "clients": list(entries),
        "findings": list(findings),
        "account_month": account_month,
    }
    rewrite(folder, record)


def rewrite(folder: Path, record: Mapping[str, Any]) -> None:
    """Writes a record that is complete. Raises WriteError."""
    text = json.dumps(record, indent=1, ensure_ascii=False)
    with atomic_files.new_file(folder / FILE_NAME) as file:
        file.write(f"{text}\n".encode("utf-8", "backslashreplace"))


def read(folder: Path) -> dict[str, Any] | None:
    """The record in `folder`; None when there is none that this version can read, which is logged."""
    path = folder / FILE_NAME
    try:
        with atomic_files.open_to_read(path) as file:
            record: dict[str, Any] = json.loads(file.read().decode())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, RecursionError) as error:
        _log.warning("%s: it cannot be read (%s), and is taken for none", path, type(error).__name__)
        return None
    if not _is_record(record):
        _log.warning("%s: it is no run record of this version, and is taken for none", path)
        return None
    return record


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


def folders(record: Mapping[str, Any] | None) -> dict[int, str]:
    """The clients' folders that a record names, by client; a client that failed has none in it."""
    return {
        entry["id"]: PurePosixPath(file["path"]).parts[0]
        for entry in (record["clients"] if record else ())
        for file in entry["files"]
    }


def make_ready_entry(
    rendered: "Rendered", *, pages: int, requests: int, unmailed: str | None, staged: Path, place: str
) -> Entry:
    """The entry of a client that is done; `staged` holds its files, which are to lie in the folder `place`.

    `unmailed`: why there is no mail among them, although mail was wanted.
    """
    figures, findings, changes = rendered.figures, rendered.findings, rendered.changes
    return {
        "id": rendered.subject.client,
        "name": rendered.subject.name,
        "fiscal_id": format_fiscal_id(rendered.subject.fiscal_id),
        "state": "ready",
        "reason": None,
        "read_at": instant(rendered.subject.read_at),
        "kept_from": None,
        "pages": pages,
        "requests": requests,
        "documents_read": figures.documents_read,
        "documents_counted": sum(total.documents for total in figures.totals),
        **amounts(figures),
        "findings": [{**describe_finding(finding), "document": finding.document} for finding in findings],
        "changes": _changes(changes) if changes else None,
        "unmailed": unmailed,
        "files": [_file(path, f"{place}/{path.name}") for path in sorted(staged.iterdir())],
    }


def make_failed_entry(
    *, client: int, name: str, fiscal_id: str | None, reason: str, requests: int, before: Entry | None
) -> Entry:
    """The entry of a client that failed; `before` is its last one, whose folder still lies there.

    What lies there keeps its figures and files in the record: `kept_from` says of when they are.
    """
    return {
        "id": client,
        "name": name,
        "fiscal_id": format_fiscal_id(fiscal_id),
        "state": "failed",
        "reason": reason,
        "read_at": None,
        "kept_from": (before["read_at"] or before["kept_from"]) if before else None,
        "pages": 0,
        "requests": requests,
        **dict.fromkeys(("documents_read", "documents_counted"), 0),
        **{key: [] for key in ("totals", "vat", "vat_rounding", "ageing", "findings")},
        "changes": None,
        "unmailed": None,
        "files": [],
        **({key: before.get(key) for key in _KEPT} if before else {}),
    }


def is_kept(entry: Entry) -> bool:
    """The client failed, and its folder still holds what an earlier run made, with the figures of then.

    Records of earlier versions have no files of such a client, and so no figures.
    """
    return entry["state"] == "failed" and entry["kept_from"] is not None and bool(entry["files"])


def find_unprinted(entry: Entry) -> str | None:
    """Why the files of the entry are without a PDF; None where they are not."""
    causes = (finding.get("found") for finding in entry["findings"] if finding.get("code") == PDF_FAILED)
    return next(causes, None)


def parse_totals(entry: Entry) -> tuple[CurrencyTotals, ...]:
    """The totals of an entry as `figures` has them; none where the record does not say them so."""
    with suppress(KeyError, TypeError, ValueError):
        return tuple(
            CurrencyTotals(
                currency=str(total["currency"]),
                documents=int(total["documents"]),
                **{name: exact(total[name]) for name in (*AMOUNTS, *DUES)},
            )
            for total in entry["totals"]
        )
    return ()


def parse_schemes(entry: Entry) -> tuple[SchemeVat, ...]:
    """The VAT of an entry scheme by scheme; none where the record does not say it so."""
    sums: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
    with suppress(KeyError, TypeError, ValueError):
        for row in entry["vat"]:
            key = (str(row["currency"]), str(row["scheme"]))
            base, tax = sums.get(key, (ZERO, ZERO))
            sums[key] = (base + exact(row["base"]), tax + exact(row["tax"]))
    return tuple(SchemeVat(*key, *amounts) for key, amounts in sums.items())


def amounts(figures: Figures) -> Mapping[str, list[Mapping[str, object]]]:
    """`totals`, `vat`, `vat_rounding` and `ageing` of an entry."""
    return {
        "totals": [_pick(total, *vars(total)) for total in figures.totals],
        "vat": [
            {
                **_pick(row, "currency", "scheme", "region"),
                "rate": rate_text(row.rate),
                **_pick(row, "exemption", "base", "tax", "gross"),
                "credit_notes": {"base": str(row.base_credit_notes), "tax": str(row.tax_credit_notes)},
            }
            for row in figures.vat
        ],
        "vat_rounding": [_pick(row, "currency", "base", "tax") for row in figures.vat_rounding],
        "ageing": [_pick(bucket, "currency", "bucket", "amount") for bucket in figures.ageing],
    }


def find_missing_files(entry: Entry, base: Path) -> list[str]:
    """The files that the entry lists and that are not there, by their paths below `base`."""
    return [file["path"] for file in entry["files"] if not (base / file["path"]).is_file()]


def are_files_kept(entry: Entry, base: Path) -> bool:
    """The files that the entry lists are still those below `base`; one that cannot be read counts as kept."""
    try:
        return all(_file(base / file["path"], file["path"]) == file for file in entry["files"])
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True


def describe_finding(finding: Finding) -> Mapping[str, object]:
    """A finding without what it shows at."""
    return _pick(finding, "code", "level", "number", "expected", "found", "difference", "message")


def digest(data: bytes) -> str:
    """The sum by which a file of the record is known again."""
    return hashlib.sha256(data).hexdigest()


def instant(moment: dt.datetime) -> str:
    """ISO with its offset, to the second."""
    return moment.isoformat(timespec="seconds")


def _read_known_clients(account_folder: Path, period: Period) -> tuple[dict[int, KnownClient], set[int]]:
    """The clients of a record that had documents, and those that failed."""
    record = read(account_folder / period.label)
    if record is None or mismatch(record, account_folder.name, period):
        return {}, set()
    known = {
        entry["id"]: KnownClient(entry["name"], entry["documents_read"], entry.get("fiscal_id"))
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


def _is_record(record: Any) -> bool:
    if not (isinstance(record, dict) and record.get("schema") == SCHEMA and _fits(record, _RECORD)):
        return False
    # Records of earlier versions have nothing of the account as a whole, and no tax numbers of clients.
    if not _fits(record.get("findings", []), [dict]) or not _fits(record.get("account_month", {}), {}):
        return False
    moments = [record["started_at"], record["finished_at"]]
    for entry in record["clients"]:
        if entry["state"] not in _STATES or (entry["state"] == "ready" and entry["read_at"] is None):
            return False
        if not isinstance(entry.get("fiscal_id"), str | None):
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
    with suppress(ValueError):
        moment = dt.datetime.fromisoformat(text)
        return moment.tzinfo is not None and dt.MINYEAR < moment.year < dt.MAXYEAR
    return False


def _changes(changes: Comparison) -> Mapping[str, object]:
    return {"since": changes.since.label, **changes.counts, "is_all_gone": changes.is_all_gone}


def _file(path: Path, name: str) -> Mapping[str, object]:
    with atomic_files.open_to_read(path) as file:
        data = file.read()
    return {"path": name, "bytes": len(data), "sha256": digest(data)}


def _pick(source: object, *names: str) -> Mapping[str, object]:
    """These fields of `source`, amounts as decimal text."""
    values = ((name, getattr(source, name)) for name in names)
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in values}
