"""What was read completely today, for `run --resume`: it is not read again.

A reading counts when the same was asked of the same account at the same address, with every detail that is
wanted now, and the archive is whole to its last page. Everything else is read as if it were not there.
"""

import logging
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from reports.errors import ReadingError
from reports.source import archive
from reports.source.archive import Header
from reports.source.client_list import ClientList, read_clients
from reports.source.fetch import Reading, Wanted

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Today:
    """Readings of `day` in `time_zone`, of an account at `origin` (`https://host`), that lie in `source`."""

    day: date
    time_zone: ZoneInfo
    account: str
    origin: str
    source: Path

    def reading(self, want: Wanted) -> Reading | None:
        """The client's reading of today; None when it has to be read."""
        path = archive.path_of(self.source, want.client)
        header = self._whole(path)
        if header is None or (header.client, header.filters) != (want.client, want.filters):
            return None
        if not {*want.details} <= {*(header.details or {})}:
            return None
        _log.info("client %d: read completely today at %s, and not again", want.client, header.read_at)
        return Reading(want.client, path, header, header.pages, 0, 0)

    def clients(self, *, everything: bool) -> ClientList | None:
        """The account's list of today, of which `everything` or at least the count is wanted."""
        path = archive.path_of(self.source, None)
        if self._whole(path, may_be_partial=not everything) is None:
            return None
        try:
            return read_clients(path)
        except ReadingError:
            return None

    def _whole(self, path: Path, *, may_be_partial: bool = False) -> Header | None:
        try:
            header = archive.read_header(path, may_be_partial=may_be_partial)
            for _ in archive.read_pages(path, may_be_partial=may_be_partial):
                pass
        except ReadingError:
            return None
        is_todays = header.read_at.astimezone(self.time_zone).date() == self.day
        is_ours = (header.account, header.origin) == (self.account, self.origin)
        return header if is_todays and is_ours else None
