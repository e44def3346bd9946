"""What 1 to 1,000,000 clients come to, reckoned from what one client takes in a run of many.

Requests and minutes are arithmetic over the API's own limits; CPU, memory and disk are measured.
"""

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks.command import ALONE, run
from benchmarks.measure import Cost, in_turn
from benchmarks.office import PAGE_SIZE, Office
from benchmarks.server import Served
from benchmarks.table import Table

CLIENTS = (1, 100, 10_000, 1_000_000)
DOCUMENTS = 100
"""Of each client, all in the period: 300 lines, four pages."""
FEW, MANY = 10, 60
VENDOR_PER_MINUTE, PER_MINUTE, PARALLEL = 780, 600, 4
"""Requests: what the vendor allows an account, and the defaults of a configuration."""
PAGE_SECONDS = 0.5
"""What a page takes of the live service, of 0.4 to 1 s."""
NIGHT_HOURS = 8
KILOBYTE, GIGABYTE = 1e3, 1e9


class Each(NamedTuple):
    """What one more client takes, and what a run takes besides."""

    cpu_seconds: float
    start_seconds: float
    memory_kilobytes: float
    start_megabytes: float
    disk_kilobytes: float


class Sized(NamedTuple):
    """A run and the bytes it wrote."""

    cost: Cost
    bytes: int

    def __str__(self) -> str:
        return f"{self.cost}, {self.bytes / 1e6:.1f} MB on the disk"


def compare(times: int) -> Table:
    """A column for every number of clients."""
    each = _each(times)
    columns = [tuple(_cells(clients, each)) for clients in CLIENTS]
    labels = [label for label, _ in columns[0]]
    rows = tuple((label, *(column[place][1] for column in columns)) for place, label in enumerate(labels))
    note = (
        f"A client has {DOCUMENTS} documents of three lines, all in the period. Measured with "
        f"`--jobs 1`, for one more client in a run: {each.cpu_seconds * 1000:.0f} ms of CPU, "
        f"{each.memory_kilobytes:.0f} kB at the peak, {each.disk_kilobytes:.0f} kB on the disk; for a run "
        f"without any: {each.start_seconds:.1f} s and {each.start_megabytes:.0f} MB."
    )
    return Table(("clients", *(f"{clients:,}" for clients in CLIENTS)), rows, (note,))


def _cells(clients: int, each: Each) -> Iterator[tuple[str, str]]:
    documents = clients * DOCUMENTS
    pages = -(-DOCUMENTS // PAGE_SIZE)
    # Page 1 of every client is read again at the end, and the list of clients and its first page too.
    listed = -(-clients // PAGE_SIZE)
    requests = clients * (pages + (pages > 1)) + listed + (listed > 1)
    minutes = max(requests / PER_MINUTE, requests * PAGE_SECONDS / PARALLEL / 60)
    accounts = -(-minutes // (NIGHT_HOURS * 60))
    cpu = each.start_seconds + clients * each.cpu_seconds
    yield "documents", f"{documents:,}"
    yield "lines", f"{3 * documents:,}"
    yield "requests", f"{requests:,}"
    yield f"reading one account at {VENDOR_PER_MINUTE} a minute", _duration(requests / VENDOR_PER_MINUTE * 60)
    yield f"reading one account at {PER_MINUTE} a minute", _duration(requests / PER_MINUTE * 60)
    yield f"the same at {PAGE_SECONDS} s a page, {PARALLEL} at once", _duration(minutes * 60)
    yield f"accounts side by side, for a night of {NIGHT_HOURS} hours", f"{accounts:,.0f}"
    yield "CPU of one core", _duration(cpu)
    yield "cores, for the same night", f"{-(-cpu // (NIGHT_HOURS * 3600)):,.0f}"
    yield (
        "peak of one run of all",
        _size(each.start_megabytes * 1e6 + clients * each.memory_kilobytes * KILOBYTE),
    )
    yield "disk, a month", _size(clients * each.disk_kilobytes * KILOBYTE)


def _each(times: int) -> Each:
    found = in_turn({f"{clients} clients": partial(_run, clients) for clients in (FEW, MANY)}, times)
    few, many = found.values()
    pairs = list(zip(few, many, strict=True))
    more = MANY - FEW
    cpu = median((long.cost.cpu_seconds - short.cost.cpu_seconds) / more for short, long in pairs)
    memory = median((long.cost.peak_megabytes - short.cost.peak_megabytes) / more for short, long in pairs)
    return Each(
        cpu_seconds=cpu,
        start_seconds=max(0.0, median(short.cost.cpu_seconds for short in few) - FEW * cpu),
        memory_kilobytes=max(0.0, memory * 1000),
        start_megabytes=median(short.cost.peak_megabytes for short in few),
        disk_kilobytes=median((long.bytes - short.bytes) / more for short, long in pairs) / KILOBYTE,
    )


def _run(clients: int) -> Sized:
    with tempfile.TemporaryDirectory() as folder, Served(Office(clients, DOCUMENTS, DOCUMENTS)) as served:
        cost = run(Path(folder), served, *ALONE)
        return Sized(cost, sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file()))


def _duration(seconds: float) -> str:
    for unit, length in (("days", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:,.0f} {unit}"
    return f"{seconds:.0f} s"


def _size(count: float) -> str:
    for unit, length in (("TB", 1e12), ("GB", GIGABYTE), ("MB", 1e6)):
        if count >= length:
            return f"{count / length:,.1f} {unit}" if count < 10 * length else f"{count / length:,.0f} {unit}"
    return f"{count / KILOBYTE:,.0f} kB"
