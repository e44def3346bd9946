"""Measures what a second worker of a Dask cluster is worth, and what is made again where one is killed."""

import re
import tempfile
import threading
from collections import Counter
from datetime import datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.account import LINES, Account
from benchmarks.dask_workers import LOOK_UP_SECONDS, Cluster, start_cluster
from benchmarks.measure import MeasureError, Plan, compute_ratio, take_turns
from benchmarks.month import copy_archives, name_month_folder, read_month, run_month
from benchmarks.table import Table, format_reached

MEASURED, SMALL = Account(60, 100, 100), Account(8, 10, 10)
WARM_UP = Account(8, 100, 100)
"""What every worker has had its share of before it is measured."""
ONE, TWO, KILLED = "1 worker", "2 workers", "2 workers, one killed halfway"
TIMES_AS_FAST = 1.7
SKIPPED = 2
"""Clients that are ready before the time is taken: one of each worker, where there are most."""
_READY = re.compile(r"^(\S+ \S+) INFO +client \d+ .*: \d+ documents on ", re.MULTILINE)


class _Run(NamedTuple):
    """How long files were made, what a run took in all, and the clients that were begun again.

    `foreign`: those of them that the killed worker had not begun.
    """

    making_seconds: float
    wall_seconds: float
    repeated: int
    foreign: int


def compare(plan: Plan) -> Table:
    """Compares one worker with two, and with two of which one is killed, over the same archives."""
    measured = SMALL if plan.is_small else MEASURED
    with tempfile.TemporaryDirectory() as place:
        read, warm = read_month(Path(place, "read"), measured), read_month(Path(place, "warm"), WARM_UP)
        found = take_turns(
            {
                ONE: partial(_run_on_cluster, read, warm, workers=1),
                TWO: partial(_run_on_cluster, read, warm, workers=2),
                KILLED: partial(_run_on_cluster, read, warm, workers=2, kill_after=measured.clients // 2),
            },
            plan.turns,
        )
    making = {name: [run.making_seconds for run in runs] for name, runs in found.items()}
    wall = {name: [run.wall_seconds for run in runs] for name, runs in found.items()}
    faster = compute_ratio(making[ONE], making[TWO])
    one, two, killed = (
        (name, f"{median(making[name]):.2f} s", f"{median(wall[name]):.1f} s", "", "") for name in found
    )
    repeated = f"{median(run.repeated for run in found[KILLED]):g}"
    is_own = not any(run.foreign for run in found[KILLED])
    rows = (
        one,
        two,
        (
            "times as fast",
            f"{faster:.2f}×",
            f"{compute_ratio(wall[ONE], wall[TWO]):.2f}×",
            f"making >= {TIMES_AS_FAST:g}×",
            format_reached(faster >= TIMES_AS_FAST),
        ),
        killed,
        ("clients begun again", repeated, "", "the killed one's only", format_reached(is_own)),
    )
    note = (
        f"`run --offline --scheduler` of {measured.clients} clients of {measured.documents} documents and "
        f"{LINES * measured.documents} lines, all in the period; scheduler, run and workers share this "
        "machine's cores, a worker has one thread and has made files before. Making: by the run's log from "
        f"when {SKIPPED} clients were ready, one of each worker where there are as many, to when the last "
        "one was; start and summary are one process's work and stand in the whole run alone."
    )
    return Table(("what", "making", "whole run", "target", "reached"), rows, (note,))


def _run_on_cluster(read: Path, warm: Path, *, workers: int, kill_after: int = 0) -> _Run:
    """Runs on a cluster of its own. Raises MeasureError where workers are idle, or others are lost."""
    with tempfile.TemporaryDirectory() as place, start_cluster(Path(place, "own"), workers) as cluster:
        words = ("--scheduler", cluster.address)
        run_month(copy_archives(warm, Path(place, "warm")), None, *words)
        if not all(cluster.list_begun()):
            raise MeasureError("a worker had no share of the run that warms them")
        folder = copy_archives(read, Path(place, "measured"))
        log, is_over = name_month_folder(folder) / "run.log", threading.Event()
        if kill_after:
            what = (cluster, log, kill_after, is_over)
            threading.Thread(target=_kill_worker, args=what, daemon=True).start()
        try:
            cost = run_month(folder, None, *words)
        finally:
            is_over.set()
        if cluster.count_alive() != workers - bool(kill_after):
            raise MeasureError(f"{cluster.count_alive()} of {workers} workers are left")
        ready = _find_ready(log)
        making = ready[-1] - ready[SKIPPED - 1]
        begun = cluster.list_begun()
        counts = Counter(task for tasks in begun for task in tasks)
        repeated = {task for task, count in counts.items() if count > 1}
        return _Run(
            making.total_seconds(), cost.wall_seconds, len(repeated), len(repeated.difference(begun[0]))
        )


def _kill_worker(cluster: Cluster, log: Path, clients: int, is_over: threading.Event) -> None:
    """Kills the first worker as soon as so many clients are ready."""
    while not is_over.wait(LOOK_UP_SECONDS):
        if len(_find_ready(log)) >= clients:
            cluster.kill_first()
            return


def _find_ready(log: Path) -> list[datetime]:
    """Finds when each client was ready, as the run's log has it."""
    text = log.read_text("utf-8") if log.exists() else ""
    return [datetime.fromisoformat(found[1]) for found in _READY.finditer(text)]
