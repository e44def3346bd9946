"""Runs a month as it is measured: the command `run`, a process of its own over a folder of its own."""

import shutil
from pathlib import Path

from benchmarks import account
from benchmarks.account import Account
from benchmarks.measure import ROOT, Cost, run_python
from benchmarks.server import Server

DONE = (0, 6)
"""Exit codes of a run that did every client."""
ONE_PROCESS = ("--jobs", "1")
"""One process does all: no other one's start is counted, and the peak is that of all clients."""


def run_month(
    folder: Path,
    server: Server | None,
    *words: str,
    checkout: Path = ROOT,
    parallel: int = 4,
    per_minute: int = 60_000,
) -> Cost:
    """Runs all clients that `server` has; where it is None, offline those whose archives lie in `folder`.

    `words`: what else its command line says.
    """
    url, key, offline = (server.url, server.key, []) if server else ("http://127.0.0.1:9", "", ["--offline"])
    config = account.write_config(folder, url=url, parallel=parallel, per_minute=per_minute)
    clock = str(int(account.CLOCK.timestamp()))
    command = ("-m", "reports", "run", "--quiet", *offline, *words, str(config))
    return run_python(*command, codes=DONE, checkout=checkout, BENCH_KEY=key, SOURCE_DATE_EPOCH=clock)


def read_month(folder: Path, read: Account) -> Path:
    """Runs the month of an account into the new `folder`, so that its archives lie there."""
    with Server(read) as server:
        run_month(folder, server, *ONE_PROCESS)
    return folder


def copy_archives(read: Path, folder: Path) -> Path:
    """Copies nothing but the archives of a month into the new `folder` of another run."""
    shutil.copytree(name_month_folder(read) / "source", name_month_folder(folder) / "source")
    return folder


def name_month_folder(folder: Path) -> Path:
    """Names the folder where a run in `folder` keeps the period's files."""
    return folder / "output" / account.NAME / account.PERIOD
