"""Measures what a second worker of a Dask cluster is worth."""

import re
import tempfile
from datetime import datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.account import LINES, Account
from benchmarks.dask_workers import start_cluster
from benchmarks.measure import MeasureError, Plan, compute_ratio, take_turns
from benchmarks.month import copy_archives, name_month_folder, read_month, run_month
from benchmarks.table import Table, format_reached

MEASURED, SMALL = Account(60, 100, 100), Account(8, 10, 10)
WARM_UP = Account(8, 100, 100)
"""What every worker has had its share of before it is measured."""
ONE, TWO = "1 worker", "2 workers"
TIMES_AS_FAST = 1.7
SKIPPED = 2
"""Clients that are ready before the time is taken: one of each worker, where there are most."""
_READY = re.compile(r"^(\S+ \S+) INFO +client \d+ .*: \d+ documents on ", re.MULTILINE)


class _Run(NamedTuple):
    """How long files were made, and what a run took in all."""

    making_seconds: float
    wall_seconds: float


def compare(plan: Plan) -> Table:
    """Compares one worker with two over the same archives."""
    measured = SMALL if plan.is_small else MEASURED
    with tempfile.TemporaryDirectory() as place:
        read, warm = read_month(Path(place, "read"), measured), read_month(Path(place, "warm"), WARM_UP)
        found = take_turns(
            {
                ONE: partial(_run_on_cluster, read, warm, workers=1),
                TWO: partial(_run_on_cluster, read, warm, workers=2),
            },
            plan.turns,
        )
    making = {name: [run.making_seconds for run in runs] for name, runs in found.items()}
    wall = {name: [run.wall_seconds for run in runs] for name, runs in found.items()}
    faster = compute_ratio(making[ONE], making[TWO])
    rows = (
        *((name, f"{median(making[name]):.2f} s", f"{median(wall[name]):.1f} s", "", "") for name in found),
        (
            "times as fast",
            f"{faster:.2f}×",
            f"{compute_ratio(wall[ONE], wall[TWO]):.2f}×",
            f"making >= {TIMES_AS_FAST:g}×",
            format_reached(faster >= TIMES_AS_FAST),
        ),
    )
    note = (
        f"`run --offline --scheduler` of {measured.clients} clients of {measured.documents} documents and "
        f"{LINES * measured.documents} lines, all in the period; scheduler, run and workers share this "
        "machine's cores, a worker has one thread and has made files before. Making: by the run's log from "
        f"when {SKIPPED} clients were ready, one of each worker where there are as many, to when the last "
        "one was; start and summary are one process's work and stand in the whole run alone."
    )
    return Table(("what", "making", "whole run", "target", "reached"), rows, (note,))


def _run_on_cluster(read: Path, warm: Path, *, workers: int) -> _Run:
    """Runs on a cluster of its own. Raises MeasureError where a worker is idle or lost."""
    with tempfile.TemporaryDirectory() as place, start_cluster(Path(place, "own"), workers) as cluster:
        words = ("--scheduler", cluster.address)
        run_month(copy_archives(warm, Path(place, "warm")), None, *words)
        if not all(cluster.count_begun()):
            raise MeasureError("a worker had no share of the run that warms them")
        folder = copy_archives(read, Path(place, "measured"))
        cost = run_month(folder, None, *words)
        if cluster.count_alive() != workers:
            raise MeasureError(f"{cluster.count_alive()} of {workers} workers are left")
        log = (name_month_folder(folder) / "run.log").read_text("utf-8")
        ready = [datetime.fromisoformat(found[1]) for found in _READY.finditer(log)]
        return _Run((ready[-1] - ready[SKIPPED - 1]).total_seconds(), cost.wall_seconds)
