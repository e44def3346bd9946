"""Measures a month at the vendor's limit, by how many documents a page the service gives.

Nobody can be faster than the limit lets requests through: what counts is how many there are, and what a run
takes above the time they have to take.
"""

import tempfile
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.account import Account
from benchmarks.measure import Cost, Plan, take_turns
from benchmarks.month import run_month
from benchmarks.server import Requests, Server
from benchmarks.table import Table, format_reached

LARGE, DOCUMENTED, DEFAULT = 100, 30, 10
"""Documents a page that the service gives at most."""
MEASURED, SMALL = Account(40, 300, 31), Account(4, 110, 31)
PER_MINUTE, LATENCY_SECONDS, PARALLEL = 780, 0.4, 6
MOST_OVER_BOUND = 1.05
MOST_OF_DOCUMENTED, MOST_WHERE_READ_ONCE = 0.37, 0.28
"""Requests for large pages against those for documented ones; the second where no page 1 is read again."""


class _Run(NamedTuple):
    cost: Cost
    requests: Requests

    def __str__(self) -> str:
        return f"{self.cost}, {self.requests.sent} requests"


def compare(plan: Plan) -> Table:
    """Compares wall times with what the limit takes, and requests with those for documented pages."""
    measured = SMALL if plan.is_small else MEASURED
    sizes = (LARGE, DOCUMENTED, DEFAULT)
    found = take_turns({str(size): partial(_run_size, measured, size) for size in sizes}, plan.turns)
    sent = {name: median(run.requests.sent for run in runs) for name, runs in found.items()}
    rows = []
    for name, runs in found.items():
        bound = sent[name] * max(60 / PER_MINUTE, LATENCY_SECONDS / PARALLEL)
        wall = median(run.cost.wall_seconds for run in runs)
        rows.append(
            (
                f"pages of {name}",
                f"{sent[name]:,.0f}",
                f"{wall:.1f} s",
                f"{bound:.1f} s",
                f"{wall / bound:.2f}",
                f"<= {MOST_OVER_BOUND}",
                format_reached(wall / bound <= MOST_OVER_BOUND),
            )
        )
    is_read_once = not any(run.requests.repeated for run in found[str(LARGE)])
    most = MOST_WHERE_READ_ONCE if is_read_once else MOST_OF_DOCUMENTED
    ratio = sent[str(LARGE)] / sent[str(DOCUMENTED)]
    name = f"{LARGE} against {DOCUMENTED}"
    rows.append((name, f"{ratio:.3f}", "", "", "", f"<= {most}", format_reached(ratio <= most)))
    note = (
        f"{measured.clients} clients of {measured.documents} documents, {measured.in_period} of them in the "
        f"period; {PER_MINUTE} requests a minute, {LATENCY_SECONDS} s a page, {PARALLEL} at once. The bound "
        "is what limit or latency take for the requests of a run, whichever is more. Of the requests, "
        f"{MOST_OF_DOCUMENTED} is the target where page 1 of a client is read again at its end, and "
        f"{MOST_WHERE_READ_ONCE} where it need not be."
    )
    heading = ("the service gives", "requests", "wall time", "bound", "over the bound", "target", "reached")
    return Table(heading, tuple(rows), (note,))


def _run_size(measured: Account, size: int) -> _Run:
    served = Account(measured.clients, measured.documents, measured.in_period, size)
    with (
        tempfile.TemporaryDirectory() as folder,
        Server(served, latency_seconds=LATENCY_SECONDS, per_minute=PER_MINUTE) as server,
    ):
        cost = run_month(Path(folder), server, parallel=PARALLEL, per_minute=PER_MINUTE)
        return _Run(cost, server.count_requests())
