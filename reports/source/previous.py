"""Earlier readings: the archives of earlier periods that a client's reading can be held against.

They lie beside the period's own folder, `<account>/<label>/source/<client>.jsonl.gz`. Copies that were kept
of older readings are none of them. Whatever is wrong with an earlier archive, it fails no month.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from reports.errors import ReadingError
from reports.period import Period, parse
from reports.source import archive
from reports.source.archive import Header, Owner

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Earlier:
    """A client's reading for an earlier period. `read_at` is aware, UTC.

    It is the newest that reports the days later than `after`, up to the last day of `period`.
    """

    archive: Path
    period: Period
    read_at: datetime
    after: date


def readings(account_folder: Path, header: Header, period: Period) -> tuple[Earlier, ...]:
    """The readings that reported what was dated before `period`, the newest first; empty when there is none.

    `header` is the client's own for `period`. An earlier reading is of a period that ended before it, was
    made no later, and asked for the same. One is enough, unless an older period was read again after a newer
    one: then each reports the days that no newer reading does.
    """
    found = _find_readings(account_folder, header, period)
    chosen: list[Earlier] = []
    for reading in sorted(found, key=lambda one: (one.read_at, one.period.last), reverse=True):
        after = chosen[-1].period.last if chosen else date.min
        if reading.period.last > after:
            chosen.append(replace(reading, after=after))
    return tuple(chosen)


@lru_cache(maxsize=8)
def earlier_answers(account_folder: Path, account: str) -> tuple[str, ...]:
    """What archives of the account have of `/taxes.json`, which forgets those that were deleted.

    The newest reading comes first, no answer twice. Looked up once a process: a run's own archives have what
    it was answered itself.
    """
    headers: list[Header] = []
    for path in sorted(account_folder.glob(f"*/{archive.FOLDER_NAME}/[0-9]*{archive.ENDING}")):
        try:
            headers.append(archive.read_header(path))
        except ReadingError as error:
            _log.info("no taxes are known from it: %s", error)
    headers.sort(key=lambda header: header.read_at, reverse=True)
    answers = (header.taxes for header in headers if header.account == account)
    return tuple(dict.fromkeys(filter(None, answers)))


def _find_readings(account_folder: Path, header: Header, period: Period) -> Iterator[Earlier]:
    pattern = archive.path_of(Path("*", archive.FOLDER_NAME), header.subject)
    for path in sorted(account_folder.glob(str(pattern))):
        earlier = _period_of(path.parents[1])
        if earlier is None or earlier.last >= period.first or not path.is_file():
            continue
        try:
            theirs = archive.read_header(path, owner=Owner(header.account, header.subject))
        except ReadingError as error:
            _log.warning("client %s is not held against %s: %s", header.client, earlier.label, error)
            continue
        if _normalise_filters(theirs) != _normalise_filters(header):
            words = "client %s is not held against %s: it was read with other filters"
            _log.info(words, header.client, earlier.label)
        elif theirs.read_at <= header.read_at:
            yield Earlier(path, earlier, theirs.read_at, date.min)


def _period_of(folder: Path) -> Period | None:
    """The period whose label is the folder's name; a name that only reads like one is not."""
    try:
        period = parse(folder.name, date.max)
    except ValueError:
        return None
    return period if period.label == folder.name else None


def _normalise_filters(header: Header) -> dict[str, set[str]]:
    """Neither order nor an empty filter means anything."""
    return {key: set(values) for key, values in header.filters.items() if values}
