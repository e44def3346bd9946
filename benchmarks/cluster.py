"""What a second worker of a Dask cluster is worth, and what it costs when one is killed."""

import hashlib
import re
import shutil
import tempfile
import threading
from datetime import datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.command import ALONE, account_folder, run
from benchmarks.dask_workers import LOOK_UP_SECONDS, Cluster, started
from benchmarks.measure import MeasureError, in_turn, ratio
from benchmarks.office import Office
from benchmarks.server import Served
from benchmarks.table import Table, reached

OFFICE = Office(clients=60, documents=100, in_period=100)
WARM_UP = Office(clients=8, documents=100, in_period=100)
"""What every worker has had its share of before it is measured."""
ONE, TWO, KILLED = "1 worker", "2 workers", "2 workers, one killed halfway"
TIMES_AS_FAST = 1.7
LEFT_OUT = 2
"""Clients that are ready before the time is taken: one of each worker, where there are most."""
_READY = re.compile(r"^(\S+ \S+) INFO +client \d+ .*: \d+ documents on ", re.MULTILINE)
_UNLIKE = ("run.json", "run.log")
"""What says when and by whom; everything else is the same whoever made it."""


class Ran(NamedTuple):
    """A run: how long files were made, what it took in all, and how many clients were begun twice."""

    making_seconds: float
    wall_seconds: float
    twice: int

    def __str__(self) -> str:
        return f"{self.making_seconds:.3g} s of making, {self.wall_seconds:.3g} s in all, {self.twice} twice"


def compare(times: int) -> Table:
    """Wall time of a run over archives that lie there."""
    with tempfile.TemporaryDirectory() as place:
        read, warm = Path(place, "read"), Path(place, "warm")
        for folder, own in ((read, OFFICE), (warm, WARM_UP)):
            with Served(own) as served:
                run(folder, served, *ALONE)
        found = in_turn(
            {
                ONE: partial(_ran, read, warm, workers=1),
                TWO: partial(_ran, read, warm, workers=2),
                KILLED: partial(_ran, read, warm, workers=2, is_one_killed=True),
            },
            times,
        )
    making = {name: [ran.making_seconds for ran in own] for name, own in found.items()}
    wall = {name: [ran.wall_seconds for ran in own] for name, own in found.items()}
    faster = ratio(making[ONE], making[TWO])
    lost = median(
        killed - (one + two) / 2
        for one, two, killed in zip(making[ONE], making[TWO], making[KILLED], strict=True)
    )
    one, two, killed = (
        (name, f"{median(making[name]):.2f} s", f"{median(wall[name]):.1f} s", "", "") for name in found
    )
    rows = (
        one,
        two,
        (
            "times as fast",
            f"{faster:.2f}×",
            f"{ratio(wall[ONE], wall[TWO]):.2f}×",
            f"making >= {TIMES_AS_FAST:g}×",
            reached(faster >= TIMES_AS_FAST),
        ),
        killed,
        ("what the killed one cost", f"{lost:.2f} s", "", "", ""),
        ("clients begun twice", f"{median(ran.twice for ran in found[KILLED]):g}", "", "", ""),
    )
    note = (
        f"`run --offline --scheduler` of {OFFICE.clients} clients of {OFFICE.documents} documents and "
        f"{3 * OFFICE.documents} lines, all in the period; scheduler, run and workers share this machine's "
        "cores, a worker has one thread and has made files before. Making: by the run's log from when "
        f"{LEFT_OUT} clients were ready, one of each worker where there are as many, to when the last one "
        "was; start and summary are one process's work and stand in the whole run alone. What the killed one "
        "cost: what is beyond half the time of 2 workers and half that of 1. Every run, this one too, left "
        "to the byte the folder that one process makes."
    )
    return Table(("what", "making", "whole run", "target", "reached"), rows, (note,))


def _ran(read: Path, warm: Path, *, workers: int, is_one_killed: bool = False) -> Ran:
    """A run on a cluster of its own. Raises MeasureError where it leaves anything else than one process."""
    with (
        tempfile.TemporaryDirectory() as place,
        started(Path(place, "cluster"), workers) as cluster,
    ):
        words = ("--scheduler", cluster.address)
        run(_with_archives(warm, Path(place, "warm")), None, *words)
        if not all(cluster.begun()):
            raise MeasureError("a worker had no share of the run that warms them")
        folder = _with_archives(read, Path(place, "measured"))
        log, is_over = account_folder(folder) / "run.log", threading.Event()
        if is_one_killed:
            threading.Thread(target=_kill_halfway, args=(cluster, log, is_over), daemon=True).start()
        try:
            cost = run(folder, None, *words)
        finally:
            is_over.set()
        if cluster.alive() != workers - is_one_killed:
            raise MeasureError(f"{cluster.alive()} of {workers} workers are left")
        if _digests(folder) != _digests(read):
            raise MeasureError("the cluster left another folder than one process does")
        ready = _ready_at(log)
        begun = [task for own in cluster.begun() for task in own]
        making = ready[-1] - ready[LEFT_OUT - 1]
        return Ran(making.total_seconds(), cost.wall_seconds, len(begun) - len(set(begun)))


def _with_archives(read: Path, folder: Path) -> Path:
    """The new `folder` of a run, with nothing but the archives that were read."""
    shutil.copytree(account_folder(read) / "source", account_folder(folder) / "source")
    return folder


def _kill_halfway(cluster: Cluster, log: Path, is_over: threading.Event) -> None:
    while not is_over.wait(LOOK_UP_SECONDS):
        if len(_ready_at(log)) >= OFFICE.clients / 2:
            cluster.kill_one()
            return


def _ready_at(log: Path) -> list[datetime]:
    """When each client was ready, as the run's log has it."""
    text = log.read_text("utf-8") if log.exists() else ""
    return [datetime.fromisoformat(found[1]) for found in _READY.finditer(text)]


def _digests(folder: Path) -> dict[str, str]:
    """What lies in the folder of the period, by path."""
    month = account_folder(folder)
    return {
        path.relative_to(month).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in month.rglob("*")
        if path.is_file() and path.name not in _UNLIKE
    }
