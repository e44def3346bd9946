"""RESULT.html at the top of the output folder: how the last run of each account ended, in one line."""

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports import files
from reports.deliver import record

if TYPE_CHECKING:
    from reports.render.labels import Labels

_one_at_a_time = threading.Lock()
"""Of accounts that end at the same time the last one has seen the others' records."""

Run = dict[str, Any]
"""A run record, as `run.json` holds it, without the clients."""


def last_run(account_folder: Path) -> Run | None:
    """Of the account's run that ended last, its record without the clients; None when there is none."""
    runs = [found for folder in _inside(account_folder) if (found := record.head(folder))]
    return max(runs, key=lambda run: str(run["finished_at"]), default=None)


def write(account_folder: Path, labels: "Labels") -> None:
    """The page beside the account's folder: the last run of every account there. Raises WriteError."""
    output = account_folder.parent
    with _one_at_a_time:
        _write(output, account_folder, labels)


def _write(output: Path, account_folder: Path, labels: "Labels") -> None:
    from reports.render import pages
    from reports.render.page import RunLine

    lines = [found for account in _inside(output) if (found := last_run(account))]
    page = pages.result(
        [
            RunLine(
                account=last["account"],
                period_label=last["period"]["label"],
                finished_at=last["finished_at"],
                exit_code=last["exit_code"],
                message=last["message"],
                overview=f"{last['account']}/{last['period']['label']}/index.html",
            )
            for last in lines
        ],
        labels=labels,
    )
    # Runs of other accounts write there too: what is half done lies where one run at a time sweeps it away.
    data = page.encode("utf-8", "replace")
    files.write_bytes(output / "RESULT.html", data, staged_in=account_folder)


def _inside(folder: Path) -> list[Path]:
    """What is in `folder`, in order; nothing where it cannot be looked at: the folder may be anyone's."""
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []
