"""CPU for one client, everything included: what a longer run takes more than a shorter one."""

import tempfile
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.command import ALONE, run
from benchmarks.measure import Cost, cpu_seconds, in_turn
from benchmarks.office import Office
from benchmarks.server import Served
from benchmarks.table import Table, reached

DOCUMENTS = 100
FEW, MANY = 10, 60
TARGET_MILLISECONDS = 60.0


def compare(times: int) -> Table:
    """Fetching without latency, archive, figures, workbook, statement, read-back and publishing."""
    found = in_turn({f"{clients} clients": partial(_run, clients) for clients in (FEW, MANY)}, times)
    few, many = map(cpu_seconds, found.values())
    each = median((long - short) / (MANY - FEW) * 1000 for short, long in zip(few, many, strict=True))
    rows = (
        (f"a run of {FEW} clients", f"{median(few):.2f} s", "", ""),
        (f"a run of {MANY} clients", f"{median(many):.2f} s", "", ""),
        (
            "one more client",
            f"{each:.1f} ms",
            f"<= {TARGET_MILLISECONDS:g} ms",
            reached(each <= TARGET_MILLISECONDS),
        ),
    )
    note = (
        f"Clients of {DOCUMENTS} documents and {3 * DOCUMENTS} lines, all of them in the period. "
        "With `--jobs 1`, so that one process does all and no other one's start is counted."
    )
    return Table(("what", "CPU", "target", "reached"), rows, (note,))


def _run(clients: int) -> Cost:
    with tempfile.TemporaryDirectory() as folder, Served(Office(clients, DOCUMENTS, DOCUMENTS)) as served:
        return run(Path(folder), served, *ALONE)
