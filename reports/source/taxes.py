"""The account's taxes in earlier readings: `/taxes.json` forgets those that were deleted."""

import logging
from functools import lru_cache
from pathlib import Path

from reports.errors import ReadingError
from reports.source import archive
from reports.source.archive import Header

_log = logging.getLogger(__name__)


@lru_cache(maxsize=8)
def earlier_answers(account_folder: Path, account: str) -> tuple[str, ...]:
    """What archives of the account have of `/taxes.json`, the newest reading first, no answer twice.

    Looked up once a process: a run's own archives have what it was answered itself.
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
