"""`run.log` in the folder of a period: what the commands did that worked there, without secrets, in UTF-8.

A run begins it anew, as its folder holds what that run did; `send` goes on with it.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

from reports import atomic_files
from reports.redaction import RedactingFormatter, Redactor

FILE_NAME = "run.log"

_folder: ContextVar[Path | None] = ContextVar("folder", default=None)
"""Whose lines a thread logs, where accounts are done side by side."""


@contextmanager
def apart(folder: Path) -> Iterator[None]:
    """What is logged in the block, and by threads that are begun in it, is of the run in `folder` alone."""
    token = _folder.set(folder)
    try:
        yield
    finally:
        _folder.reset(token)


@contextmanager
def open_log(folder: Path, redact: Redactor, *, is_continued: bool = False) -> Iterator[None]:
    """What is logged in the block goes there too. Raises WriteError."""
    path = folder / FILE_NAME
    try:
        log = atomic_files.open_log(path, is_continued=is_continued)
    except OSError as error:
        raise atomic_files.as_write_error(error, path) from error
    handler = logging.StreamHandler(log)
    handler.setFormatter(RedactingFormatter(redact, "%(asctime)s %(levelname)-7s %(message)s"))
    handler.addFilter(lambda _: _folder.get() in (None, folder))
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
        # On a full disk its last lines are lost; what the command did is not.
        with suppress(OSError):
            log.close()
