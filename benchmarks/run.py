"""The whole month, from API to files, against a straightforward program and against what the API allows."""

import tempfile
from pathlib import Path
from statistics import median

from benchmarks.command import run
from benchmarks.measure import Cost, cpu_seconds, in_turn, process, ratio, wall_seconds
from benchmarks.office import Office
from benchmarks.server import Served
from benchmarks.table import Table, reached

OFFICE = Office(clients=40, documents=300, in_period=100)
LATENCY_SECONDS = 0.05
PARALLEL, PER_MINUTE = 8, 6000
OURS, THEIRS = "ours", "straightforward"
TIMES_AS_FAST, OVER_BOUND = 8.0, 1.10


def compare(times: int) -> Table:
    """Wall time of both, and of ours over the bound: nobody can be faster than the API lets pages through."""
    requests: list[int] = []
    with Served(OFFICE, latency_seconds=LATENCY_SECONDS) as served:

        def ours() -> Cost:
            with tempfile.TemporaryDirectory() as folder:
                served.requests()
                cost = run(Path(folder), served, parallel=PARALLEL, per_minute=PER_MINUTE)
                requests.append(served.requests())
                return cost

        def theirs() -> Cost:
            with tempfile.TemporaryDirectory() as folder:
                words = ("-m", "benchmarks.straightforward", served.url, folder)
                return process(*words, BENCH_KEY=served.key)

        found = in_turn({OURS: ours, THEIRS: theirs}, times)
    bound = max(LATENCY_SECONDS * median(requests) / PARALLEL, median(requests) * 60 / PER_MINUTE)
    their_wall, our_wall = map(wall_seconds, (found[THEIRS], found[OURS]))
    their_cpu, our_cpu = map(cpu_seconds, (found[THEIRS], found[OURS]))
    faster, over = ratio(their_wall, our_wall), median(our_wall) / bound
    rows = (
        (THEIRS, f"{median(their_wall):.1f} s", f"{median(their_cpu):.1f} s", "", ""),
        (OURS, f"{median(our_wall):.2f} s", f"{median(our_cpu):.1f} s", "", ""),
        (
            "times as fast",
            f"{faster:.1f}×",
            f"{ratio(their_cpu, our_cpu):.1f}×",
            f"wall >= {TIMES_AS_FAST:g}×",
            reached(faster >= TIMES_AS_FAST),
        ),
        ("the bound", f"{bound:.2f} s", "", "", ""),
        ("ours over the bound", f"{over:.2f}", "", f"<= {OVER_BOUND:.2f}", reached(over <= OVER_BOUND)),
    )
    note = (
        f"{OFFICE.clients} clients of {OFFICE.documents} documents, {OFFICE.in_period} of them in the "
        f"period, {LATENCY_SECONDS * 1000:g} ms a page, {PARALLEL} requests at once, {PER_MINUTE:,} a "
        f"minute. Ours sends {median(requests):.0f} requests: page 1 of each client is read again at the "
        "end. The bound is what latency or limit take for these, whichever is more."
    )
    return Table(("what", "wall time", "CPU", "target", "reached"), rows, (note,))
