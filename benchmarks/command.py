"""The command `run` as it is measured: a process of its own, over a folder of its own."""

from pathlib import Path

from benchmarks import office
from benchmarks.measure import Cost, process
from benchmarks.server import Served

DONE = (0, 6)
"""Exit codes of a run that did every client."""
ALONE = ("--jobs", "1")
"""One process does all: no other one's start is counted, and the peak is that of all clients."""


def run(
    folder: Path, served: Served | None, *words: str, parallel: int = 4, per_minute: int = 60_000
) -> Cost:
    """One run of all clients that `served` has; offline, of what lies in `folder`, where that is None.

    `words`: what else its command line says.
    """
    url, key, offline = (served.url, served.key, []) if served else ("http://127.0.0.1:9", "", ["--offline"])
    config = office.configure(folder, url=url, parallel=parallel, per_minute=per_minute)
    clock = str(int(office.CLOCK.timestamp()))
    command = ("-m", "reports", "run", "--quiet", *offline, *words, str(config))
    return process(*command, codes=DONE, BENCH_KEY=key, SOURCE_DATE_EPOCH=clock)


def account_folder(folder: Path) -> Path:
    """Where a run in `folder` keeps the period's files."""
    return folder / "output" / office.ACCOUNT / office.PERIOD
