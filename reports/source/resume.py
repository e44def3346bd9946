"""What was read completely today, for `run --resume`: it is not read again.

A reading counts when the same was asked of the same account at the same address, with every detail that is
wanted now, and the archive is whole to its last page. Everything else is read as if it were not there.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from reports.errors import ReadingError
from reports.period import Period
from reports.source import archive
from reports.source.archive import AccountList, Header, Owner, Subject
from reports.source.client_list import ClientList, read_clients
from reports.source.client_reading import Reading, Wanted
from reports.source.document_list import ListedDocument, read_stored_documents

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Today:
    """Readings of `day` in `time_zone`, of an account at `origin` (`https://host`), that lie in `source`."""

    day: date
    time_zone: ZoneInfo
    account: str
    origin: str
    source: Path

    def find_reading(self, want: Wanted) -> Reading | None:
        """The client's reading of today; None when it has to be read."""
        path = archive.path_of(self.source, want.client)
        header = self._whole(path, want.client)
        if header is None or header.filters != want.filters:
            return None
        if not {*want.details} <= {*(header.client_details or {})}:
            return None
        _log.info("client %d: read completely today at %s, and not again", want.client, header.read_at)
        return Reading(want.client, path, header, header.pages, 0, 0)

    def clients(self, *, everything: bool) -> ClientList | None:
        """The account's list of today, of which `everything` or at least the count is wanted."""
        path = archive.path_of(self.source, AccountList.CLIENTS)
        if self._whole(path, AccountList.CLIENTS, may_be_partial=not everything) is None:
            return None
        try:
            return read_clients(path)
        except ReadingError:
            return None

    def documents(self, period: Period) -> Sequence[ListedDocument] | None:
        """The account's list of the documents of `period`, where it was read today."""
        if self._whole(archive.path_of(self.source, AccountList.DOCUMENTS), AccountList.DOCUMENTS) is None:
            return None
        return read_stored_documents(self.source, self.account, period=period)

    def _whole(self, path: Path, subject: Subject, *, may_be_partial: bool = False) -> Header | None:
        owner = Owner(self.account, subject)
        try:
            header = archive.read_header(path, owner=owner, may_be_partial=may_be_partial)
            for _ in archive.read_pages(path, may_be_partial=may_be_partial):
                pass
        except ReadingError as error:
            if path.exists():
                _log.warning("%s", error)
            return None
        # All clients of a run are as of one day: what a run of yesterday read after midnight is not.
        as_of = header.as_of or header.read_at.astimezone(self.time_zone).date()
        return header if as_of == self.day and header.origin == self.origin else None
