"""Measures the CPU of one client, everything included: what a longer run takes more than a shorter one.

`--against FOLDER` has another checkout, the one before a change, measured in turn with this one.
"""

import tempfile
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks.account import LINES, Account
from benchmarks.measure import ROOT, Cost, Plan, list_cpu_seconds, take_turns
from benchmarks.month import ONE_PROCESS, run_month
from benchmarks.server import Server
from benchmarks.table import Table, format_reached

DOCUMENTS = 100
SIZES, SMALL_SIZES = (10, 60), (2, 12)
"""Clients of the shorter and of the longer run."""
OURS, BEFORE = "this checkout", "the one before"
MOST_TIMES = 1.15


def compare(plan: Plan) -> Table:
    """Compares a client's CPU with that in the checkout before."""
    few, many = SMALL_SIZES if plan.is_small else SIZES
    checkouts = {OURS: ROOT} | ({BEFORE: plan.before} if plan.before else {})
    for checkout in checkouts.values():
        _run_clients(few, checkout)  # What Python compiles is no client's.
    contestants = {
        f"{name}, {clients} clients": partial(_run_clients, clients, checkout)
        for clients in (few, many)
        for name, checkout in checkouts.items()
    }
    found = {name: list_cpu_seconds(costs) for name, costs in take_turns(contestants, plan.turns).items()}
    each, rows = {}, []
    for name in checkouts:
        short, long = (found[f"{name}, {clients} clients"] for clients in (few, many))
        each[name] = median((more - less) / (many - few) for less, more in zip(short, long, strict=True))
        seconds = (f"{median(short):.2f} s", f"{median(long):.2f} s", f"{each[name] * 1000:.1f} ms")
        rows.append((name, *seconds, "", ""))
    target = f"<= {MOST_TIMES:g} of the one before"
    if plan.before:
        times = each[OURS] / each[BEFORE]
        rows.append(("ratio", "", "", f"{times:.2f}", target, format_reached(times <= MOST_TIMES)))
    else:
        rows.append(("ratio", "", "", "", target, "with `--against`"))
    note = (
        f"Clients of {DOCUMENTS} documents and {LINES * DOCUMENTS} lines, all of them in the period. "
        "With `--jobs 1`, so that one process does all and no other one's start is counted."
    )
    heading = ("CPU", f"{few} clients", f"{many} clients", "one more client", "target", "reached")
    return Table(heading, tuple(rows), (note,))


def _run_clients(clients: int, checkout: Path) -> Cost:
    measured = Account(clients, DOCUMENTS, DOCUMENTS)
    with tempfile.TemporaryDirectory() as folder, Server(measured) as server:
        return run_month(Path(folder), server, *ONE_PROCESS, checkout=checkout)
