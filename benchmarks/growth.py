"""Measures how CPU and memory grow with clients, and with the documents of one client."""

import tempfile
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.account import LINES, Account
from benchmarks.measure import Cost, Plan, list_cpu_seconds, take_turns
from benchmarks.month import ONE_PROCESS, copy_archives, read_month, run_month
from benchmarks.server import Server
from benchmarks.table import Table, format_reached

CLIENTS, SMALL_CLIENTS = (10, 100, 1_000), (1, 2, 4)
DOCUMENTS = 20
"""Of each of many clients."""
ONE_CLIENT, SMALL_ONE_CLIENT = (1_000, 10_000, 100_000), (10, 20, 40)
"""Documents of an only client."""
TOLERANCE = 0.10
CLIENTS_MEGABYTES, ONE_CLIENT_MEGABYTES = 300, 1_200


class _Series(NamedTuple):
    """Runs of growing size: CPU is told for `each` of what is counted."""

    name: str
    unit: str
    each: int
    accounts: dict[int, Account]
    is_offline: bool
    most_megabytes: int


def compare(plan: Plan) -> Table:
    """Compares CPU for one client, or for 1,000 documents, by the size of a run; and the peak."""
    clients, documents = (SMALL_CLIENTS, SMALL_ONE_CLIENT) if plan.is_small else (CLIENTS, ONE_CLIENT)
    many = {one: Account(one, DOCUMENTS, DOCUMENTS) for one in clients}
    large = {one: Account(1, one, one) for one in documents}
    all_series = (
        _Series("online", "clients", 1, many, False, CLIENTS_MEGABYTES),
        _Series("offline, one client", "documents", 1_000, large, True, ONE_CLIENT_MEGABYTES),
    )
    rows = [row for series in all_series for row in _compare_sizes(series, plan.turns)]
    note = (
        f"Many clients have {DOCUMENTS} documents each; a document has {LINES} lines, and all are in the "
        "period. With `--jobs 1`, so that one process does all and its peak is that of all clients. Each: "
        "what one more client, or 1,000 more documents of the one client, take in a run, against the run "
        f"above. Linear: at most {TOLERANCE:.0%} more than in the row above."
    )
    return Table(("run", "of", "CPU", "each", "peak", "target", "reached"), tuple(rows), (note,))


def _compare_sizes(series: _Series, turns: int) -> Iterator[tuple[str, ...]]:
    with tempfile.TemporaryDirectory() as place:
        measure = _run_offline if series.is_offline else _run_online
        found = take_turns(
            {
                f"{series.name}, {size}": partial(measure, own, Path(place, str(size)))
                for size, own in series.accounts.items()
            },
            turns,
        )
    sizes, costs = list(series.accounts), list(found.values())
    cpu = list(map(list_cpu_seconds, costs))
    each = [
        median((more - less) * series.each / (size - smaller) for less, more in zip(short, long, strict=True))
        for (smaller, short), (size, long) in pairwise(zip(sizes, cpu, strict=True))
    ]
    peaks = [median(cost.peak_megabytes for cost in own) for own in costs]
    is_reached = each[-1] <= each[-2] * (1 + TOLERANCE) and max(peaks) <= series.most_megabytes
    for row, size in enumerate(sizes):
        is_last = row == len(sizes) - 1
        yield (
            series.name,
            f"{size:,} {series.unit}",
            f"{median(cpu[row]):.1f} s",
            f"{each[row - 1] * 1000:.1f} ms" if row else "",
            f"{peaks[row]:.0f} MB",
            f"linear; <= {series.most_megabytes:,} MB" if is_last else "",
            format_reached(is_reached) if is_last else "",
        )


def _run_online(measured: Account, folder: Path) -> Cost:
    with tempfile.TemporaryDirectory(dir=folder.parent) as fresh, Server(measured) as server:
        return run_month(Path(fresh), server, *ONE_PROCESS)


def _run_offline(measured: Account, folder: Path) -> Cost:
    """Runs over archives that are read once, into `folder`."""
    if not folder.exists():
        read_month(folder, measured)
    with tempfile.TemporaryDirectory() as fresh:
        return run_month(copy_archives(folder, Path(fresh)), None, *ONE_PROCESS)
