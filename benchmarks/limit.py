"""Measures a month at the vendor's limit, by how many documents a page the service gives.

Nobody can be faster than the limit lets requests through: what counts is how many there are, and what a run
takes above the time they have to take. Beside it, what a script takes that asks for page after page.
"""

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.account import Account
from benchmarks.measure import Cost, Plan, run_python, take_turns
from benchmarks.month import run_month
from benchmarks.server import Server
from benchmarks.table import Table, format_reached

SCRIPT = "a script, pages of 100"
LARGE, DOCUMENTED, DEFAULT = 100, 30, 10
"""Documents a page that the service gives at most."""
MEASURED, SMALL = Account(40, 300, 31), Account(4, 110, 31)
PER_MINUTE, LATENCY_SECONDS, PARALLEL = 780, 0.4, 6
MOST_OVER_BOUND = 1.05
MOST_OF_DOCUMENTED = 0.37
"""Requests for large pages against those for documented ones, where page 1 is read again as proof."""


class _Run(NamedTuple):
    cost: Cost
    requests: int

    def __str__(self) -> str:
        return f"{self.cost}, {self.requests} requests"


def compare(plan: Plan) -> Table:
    """Compares wall times with what the limit takes, and requests with those for documented pages."""
    measured = SMALL if plan.is_small else MEASURED
    sizes = (LARGE, DOCUMENTED, DEFAULT)
    contestants = {str(size): partial(_measure, measured, size, _run_ours) for size in sizes}
    contestants[SCRIPT] = partial(_measure, measured, LARGE, _run_script)
    found = take_turns(contestants, plan.turns)
    scripts = found.pop(SCRIPT)
    sent = {name: median(run.requests for run in runs) for name, runs in found.items()}
    rows = []
    for name, runs in found.items():
        bound = sent[name] * max(60 / PER_MINUTE, LATENCY_SECONDS / PARALLEL)
        wall = median(run.cost.wall_seconds for run in runs)
        figures = f"{sent[name]:,.0f}", f"{wall:.1f} s", f"{bound:.1f} s", f"{wall / bound:.2f}"
        reached = format_reached(wall / bound <= MOST_OVER_BOUND)
        rows.append((f"pages of {name}", *figures, f"<= {MOST_OVER_BOUND}", reached))
    ratio = sent[str(LARGE)] / sent[str(DOCUMENTED)]
    target, reached = f"<= {MOST_OF_DOCUMENTED}", format_reached(ratio <= MOST_OF_DOCUMENTED)
    rows.append((f"{LARGE} against {DOCUMENTED}", f"{ratio:.3f}", "", "", "", target, reached))
    seconds = median(run.cost.wall_seconds for run in scripts)
    rows.append((SCRIPT, f"{scripts[0].requests}", f"{seconds:.1f} s", "", "", "", ""))
    answers = " / ".join(f"{count * LATENCY_SECONDS / PARALLEL:.1f}" for count in sent.values())
    note = (
        f"{measured.clients} clients of {measured.documents} documents, {measured.in_period} of them in the "
        f"period; {PER_MINUTE} requests a minute, {LATENCY_SECONDS} s a page, {PARALLEL} at once. The bound "
        "is what limit or latency take for the requests of a run, whichever is more, when requests are "
        f"spaced; {answers} s is what answers alone take. The script asks for one page after the other, "
        "proves nothing, and writes plain sheets."
    )
    heading = ("the service gives", "requests", "wall time", "bound", "over the bound", "target", "reached")
    return Table(heading, tuple(rows), (note,))


def _measure(measured: Account, size: int, run: Callable[[Path, Server], Cost]) -> _Run:
    served = Account(measured.clients, measured.documents, measured.in_period, size)
    with (
        tempfile.TemporaryDirectory() as folder,
        Server(served, latency_seconds=LATENCY_SECONDS, per_minute=PER_MINUTE) as server,
    ):
        return _Run(run(Path(folder), server), server.count_requests())


def _run_ours(folder: Path, server: Server) -> Cost:
    return run_month(folder, server, parallel=PARALLEL, per_minute=PER_MINUTE)


def _run_script(folder: Path, server: Server) -> Cost:
    return run_python("-m", "benchmarks.script", server.url, str(folder), BENCH_KEY=server.key)
