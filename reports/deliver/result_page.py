"""RESULT.html at the top of the output folder: how the last run of each account ended, in one line.

A run that ends writes its own line. Which run of another account was its last is what the page said before,
for a clock may have been wrong once. Where the page does not say, the record that ended last counts.
"""

import re
import threading
from contextlib import suppress
from pathlib import Path

from reports import atomic_files
from reports.deliver import record
from reports.plan import OVERVIEW
from reports.render.content.labels import Labels
from reports.render.html import pages
from reports.render.html.context import RunLine

FILE_NAME = "RESULT.html"
_LANGUAGE = re.compile(rb'<html lang="([a-z]{2})')
_HEAD_BYTES = 1000

_one_at_a_time = threading.Lock()
"""Of accounts that end at the same time the last one has seen the others' records."""


def last_run(account_folder: Path) -> RunLine | None:
    """How the account's last run ended; None when there is no record of one."""
    shown = _read_shown_folder(account_folder)
    if shown and (run := _read_run(shown)):
        return run
    runs = filter(None, map(_read_run, _list_folder(account_folder)))
    return max(runs, key=lambda run: run.finished_at, default=None)


def write(account_folder: Path, own: RunLine, labels: Labels) -> None:
    """Writes the page: the account's run that ends now, and every other account's last. Raises WriteError."""
    output = account_folder.parent
    with _one_at_a_time:
        others = (last_run(folder) for folder in _list_folder(output) if folder.name != account_folder.name)
        runs = [own, *filter(None, others)]
        data = pages.result(runs, labels=labels).encode("utf-8", "replace")
        # Runs of other accounts write there too: what is half done lies where one run at a time sweeps.
        atomic_files.write_bytes(output / FILE_NAME, data, staged_in=account_folder)


def _read_shown_folder(account_folder: Path) -> Path | None:
    """The folder of the run that the page shows for the account; None where it shows none."""
    with suppress(OSError), atomic_files.open_to_read(account_folder.parent / FILE_NAME) as file:
        link = rf'href="{re.escape(account_folder.name)}/([0-9Q_-]+)/index\.html"'
        if match := re.search(link, file.read().decode("utf-8", "replace")):
            return account_folder / match[1]
    return None


def _read_run(folder: Path) -> RunLine | None:
    """The run whose record lies in `folder`; None where there is none, or another account's: a copy."""
    found = record.read(folder)
    if found is None or found["account"] != folder.parent.name:
        return None
    account, label, at = found["account"], found["period"]["label"], found["finished_at"]
    overview, language = f"{account}/{label}/{OVERVIEW}", _read_language(folder)
    return RunLine(account, label, at, found["exit_code"], found["message"], overview, language)


def _read_language(folder: Path) -> str | None:
    """The language of the run's overview, which is its configuration's; None where it cannot be read."""
    with suppress(OSError), atomic_files.open_to_read(folder / OVERVIEW) as file:
        if match := _LANGUAGE.search(file.read(_HEAD_BYTES)):
            return match[1].decode("ascii")
    return None


def _list_folder(folder: Path) -> list[Path]:
    """What is in `folder`, in order; nothing where it cannot be looked at: the folder may be anyone's."""
    with suppress(OSError):
        return sorted(folder.iterdir())
    return []
