"""Measures a month that is made again from its archives, with nothing to wait for but two cores."""

import tempfile
from pathlib import Path
from statistics import median

from benchmarks.account import LINES, Account
from benchmarks.measure import Cost, Plan, list_cpu_seconds, take_turns
from benchmarks.month import copy_archives, read_month, run_month
from benchmarks.table import Table, format_reached

MEASURED, SMALL = Account(100, 100, 100), Account(4, 10, 10)
TWO_PROCESSES = ("--jobs", "2")
TARGET_SECONDS = 10.0


def compare(plan: Plan) -> Table:
    """Compares the wall time of a run over archives with its target."""
    measured = SMALL if plan.is_small else MEASURED
    with tempfile.TemporaryDirectory() as place:
        read = read_month(Path(place, "read"), measured)

        def run() -> Cost:
            with tempfile.TemporaryDirectory() as folder:
                return run_month(copy_archives(read, Path(folder)), None, *TWO_PROCESSES)

        found = take_turns({"offline": run}, plan.turns)["offline"]
    wall = median(cost.wall_seconds for cost in found)
    row = (
        f"{measured.clients} clients of {measured.documents} documents",
        f"{wall:.1f} s",
        f"{median(list_cpu_seconds(found)):.1f} s",
        f"<= {TARGET_SECONDS:g} s",
        format_reached(wall <= TARGET_SECONDS),
    )
    note = (
        f"`run --offline {' '.join(TWO_PROCESSES)}`; a document has {LINES} lines, and all are in the period."
    )
    return Table(("run", "wall time", "CPU", "target", "reached"), (row,), (note,))
