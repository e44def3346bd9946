"""Reads the data of a finished period back from its folder: what `reports.open_period` gives.

Archives and run record are all that is read. What they come to is held against the record's own figures.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports.deliver import record
from reports.errors import DataError, NeverReadError, ReadingError
from reports.export.columns import DataBlock
from reports.export.frames import build_frames
from reports.export.joined_rows import RecordedEntry, join_rows
from reports.export.rows import list_client_rows
from reports.period import Period
from reports.render.client_archive import ArchivedClient, ClientArchive, read_client
from reports.source import archive, details
from reports.source.archive import FOLDER_NAME, Owner
from reports.source.client_list import ClientList, read_stored_clients

if TYPE_CHECKING:
    import pandas as pd

HOME = "PT"
USUAL_LIMITS_DAYS = (30, 60, 90)
_FIGURES = ("totals", "vat", "vat_rounding", "ageing")
_BUCKET = re.compile("[0-9]+-([0-9]+)")


@dataclass(frozen=True)
class PeriodData:
    """The data of one period of an account. The columns of each frame: `docs/DATA.md`.

    documents:      every document read, of any date. Only those with `is_counted` are ever added; those with
                    `is_in_period` besides make the period's totals.
    line_items:     their lines, unrounded.
    vat:            the VAT summary of each client, with the rows of rounding.
    open_documents: open documents of any date, as at the reading.
    receipts:       the period's receipts, in no total.
    findings:       what does not tie or has to be known, of the account and of each client.
    """

    account: str
    period: Period
    documents: "pd.DataFrame"
    line_items: "pd.DataFrame"
    vat: "pd.DataFrame"
    open_documents: "pd.DataFrame"
    receipts: "pd.DataFrame"
    findings: "pd.DataFrame"


def read_period(folder: Path) -> PeriodData:
    """The data of the period whose folder this is. Raises NeverReadError, ClientError."""
    found = record.read(folder)
    if found is None:
        raise NeverReadError(
            f"{folder}: there is no run record that this version can read. Name the folder of a period that "
            "was run, such as output/my-company/2026-10"
        )
    reader = _PeriodReader(folder.resolve(), found)
    blocks = join_rows(
        found["clients"], found.get("findings", ()), reader.read_rows, period=reader.period.label
    )
    return PeriodData(account=found["account"], period=reader.period, **build_frames(blocks))


class _PeriodReader:
    """Reads the archives of a period, client by client."""

    def __init__(self, folder: Path, found: Mapping[str, Any]) -> None:
        days = (dt.date.fromisoformat(found["period"][end]) for end in ("from", "to"))
        self.period = Period(*days)
        self._folder = folder
        self._account: str = found["account"]
        self._region: str = found.get("account_month", {}).get("region", HOME)
        self._listing = _read_whole_list(folder, self._account)

    def read_rows(self, entry: RecordedEntry) -> Iterator[DataBlock]:
        """The rows of a client of the record. Raises ClientError."""
        client = self._read_client(entry)
        return list_client_rows(client.tables, client.figures)

    def _read_client(self, entry: RecordedEntry) -> ArchivedClient:
        owner, moment = Owner(self._account, entry["id"]), entry["read_at"] or entry["kept_from"]
        read_at = dt.datetime.fromisoformat(moment)
        found = archive.find_reading(self._folder / FOLDER_NAME, owner, read_at)
        if found is None:
            raise ReadingError(
                f"{self._folder / FOLDER_NAME}: the pages of client {entry['id']} of {moment} are not there. "
                "Run the period again"
            )
        path, header = found
        kept = header.client_details or {}
        source = partial(
            ClientArchive,
            path=path,
            client=entry["id"],
            account=self._account,
            region=self._region,
            zone=read_at.tzinfo or dt.UTC,
            details=(details.CLIENT,) if details.CLIENT in kept else (),
            account_folder=self._folder.parent,
            read_at=read_at,
        )
        limits, figures = _read_limits(entry), {key: entry[key] for key in _FIGURES}
        # Nobody notes whether the configuration was about all of the account, and its list was asked.
        listed = self._listing.by_id.get(entry["id"]) if self._listing else None
        for country in dict.fromkeys((listed.country if listed else None, None)):
            client = read_client(source(country=country), period=self.period, limits=limits)
            if record.amounts(client.figures) == figures:
                return client
        raise DataError(
            f"{path}: the stored pages do not come to the figures that run.json has of client {entry['id']}. "
            "Run the period again, or with --offline"
        )


def _read_whole_list(folder: Path, account: str) -> ClientList | None:
    """The account's own list of clients; None where it was not read whole."""
    listing = read_stored_clients(folder / FOLDER_NAME, account)
    return listing if listing and len(listing.clients) == listing.total else None


def _read_limits(entry: RecordedEntry) -> Sequence[int]:
    """The limits of ageing, by the buckets of an entry; where it has none, nothing is aged by them."""
    matches = (_BUCKET.fullmatch(bucket["bucket"]) for bucket in entry["ageing"])
    limits = dict.fromkeys(int(match[1]) for match in matches if match)
    return tuple(limits) or USUAL_LIMITS_DAYS
