"""One client in the run record: what was made of it, to the cent and to the byte.

Money is decimal text, a rate plain text in percent, days and instants ISO.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from reports import atomic_files
from reports.figures.changes import Comparison
from reports.figures.checks.finding import Finding
from reports.figures.totals import Figures
from reports.figures.vat.vat_rows import rate_text

Entry = dict[str, Any]
"""As JSON has it."""


def ready_entry(
    *,
    client: int,
    name: str,
    read_at: dt.datetime,
    pages: int,
    requests: int,
    figures: Figures,
    findings: Sequence[Finding],
    changes: Comparison | None = None,
    unmailed: str | None = None,
    staged: Path,
    target: str,
) -> Entry:
    """The entry of a client that is done; `staged` holds its files, which are to lie in the folder `target`.

    `unmailed`: why there is no mail among them, although mail was wanted.
    """
    return {
        "id": client,
        "name": name,
        "state": "ready",
        "reason": None,
        "read_at": instant(read_at),
        "kept_from": None,
        "pages": pages,
        "requests": requests,
        "documents_read": figures.documents_read,
        "documents_counted": sum(total.documents for total in figures.totals),
        **amounts(figures),
        "findings": [{**_make_finding(finding), "document": finding.document} for finding in findings],
        "changes": _changes(changes) if changes else None,
        "unmailed": unmailed,
        "files": [_file(path, f"{target}/{path.name}") for path in sorted(staged.iterdir())],
    }


def make_failed_entry(*, client: int, name: str, reason: str, requests: int, before: Entry | None) -> Entry:
    """The entry of a client that failed; `before` is its last one, whose folder still lies there."""
    return {
        "id": client,
        "name": name,
        "state": "failed",
        "reason": reason,
        "read_at": None,
        "kept_from": (before["read_at"] or before["kept_from"]) if before else None,
        "pages": 0,
        "requests": requests,
        "documents_read": 0,
        "documents_counted": 0,
        "totals": [],
        "vat": [],
        "vat_rounding": [],
        "ageing": [],
        "findings": [],
        "changes": None,
        "unmailed": None,
        "files": [],
    }


def amounts(figures: Figures) -> Mapping[str, list[Mapping[str, object]]]:
    """`totals`, `vat`, `vat_rounding` and `ageing` of an entry."""
    return {
        "totals": [_plain(vars(total)) for total in figures.totals],
        "vat": [
            {
                "currency": row.currency,
                "scheme": row.scheme,
                "region": row.region,
                "rate": rate_text(row.rate),
                "exemption": row.exemption,
                "base": str(row.base),
                "tax": str(row.tax),
                "gross": str(row.gross),
                "credit_notes": {"base": str(row.base_credit_notes), "tax": str(row.tax_credit_notes)},
            }
            for row in figures.vat
        ],
        "vat_rounding": [
            {"currency": row.currency, "base": str(row.base), "tax": str(row.tax)}
            for row in figures.vat_rounding
        ],
        "ageing": [
            {"currency": bucket.currency, "bucket": bucket.bucket, "amount": str(bucket.amount)}
            for bucket in figures.ageing
        ],
    }


def find_missing_files(entry: Entry, base: Path) -> list[str]:
    """The files that the entry lists and that are not there, by their paths below `base`."""
    return [file["path"] for file in entry["files"] if not (base / file["path"]).is_file()]


def are_files_kept(entry: Entry, base: Path) -> bool:
    """The files that the entry lists are still the ones below `base`; not after a run that made no record.

    A file that may not be looked at counts as kept; an entry without files lists nothing that could be gone.
    """
    try:
        return all(_file(base / file["path"], file["path"]) == file for file in entry["files"])
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True


def account_finding(finding: Finding, client: int | None) -> Mapping[str, object]:
    """A finding of the account, as the record has it."""
    return {**_make_finding(finding), "client": client}


def digest(data: bytes) -> str:
    """The sum by which a file of the record is known again."""
    return hashlib.sha256(data).hexdigest()


def instant(moment: dt.datetime) -> str:
    """ISO with its offset, to the second."""
    return moment.isoformat(timespec="seconds")


def _changes(changes: Comparison) -> Mapping[str, object]:
    return {"since": changes.since.label, **changes.counts, "is_all_gone": changes.is_all_gone}


def _make_finding(finding: Finding) -> Mapping[str, object]:
    return {
        "code": finding.code,
        "level": finding.level,
        "number": finding.number,
        "expected": finding.expected,
        "found": finding.found,
        "difference": finding.difference,
        "message": finding.message,
    }


def _file(path: Path, name: str) -> Mapping[str, object]:
    with atomic_files.open_to_read(path) as file:
        data = file.read()
    return {
        "path": name,
        "bytes": len(data),
        "sha256": digest(data),
    }


def _plain(values: Mapping[str, object]) -> Mapping[str, object]:
    return {key: str(value) if isinstance(value, Decimal) else value for key, value in values.items()}
