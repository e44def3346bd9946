"""The whole month, from the API to files, against a straightforward program, and against what the API allows."""

import tempfile
from pathlib import Path
from statistics import median

from benchmarks.command import run
from benchmarks.measure import in_turn, process, ratio
from benchmarks.office import Office
from benchmarks.server import Served
from benchmarks.table import Table, reached

OFFICE = Office(clients=40, documents=300, in_period=100)
LATENCY_SECONDS = 0.05
PARALLEL, PER_MINUTE = 8, 6000
TIMES_AS_FAST, OVER_BOUND = 8.0, 1.10


def compare(times: int) -> Table:
    """Wall time of both, and of ours over the bound: nobody can be faster than the API lets pages through."""
    requests: list[int] = []
    with Served(OFFICE, latency_seconds=LATENCY_SECONDS) as served:

        def ours() -> float:
            with tempfile.TemporaryDirectory() as folder:
                served.requests()
                took = run(Path(folder), served, parallel=PARALLEL, per_minute=PER_MINUTE).wall_seconds
                requests.append(served.requests())
                return took

        def theirs() -> float:
            with tempfile.TemporaryDirectory() as folder:
                words = ("-m", "benchmarks.straightforward", served.url, folder)
                return process(*words, BENCH_KEY=served.key).wall_seconds

        found = in_turn({"ours": ours, "straightforward": theirs}, times)
    bound = max(LATENCY_SECONDS * median(requests) / PARALLEL, median(requests) * 60 / PER_MINUTE)
    faster = ratio(found["straightforward"], found["ours"])
    over = median(found["ours"]) / bound
    rows = (
        ("straightforward", f"{median(found['straightforward']):.1f} s", "", ""),
        ("ours", f"{median(found['ours']):.2f} s", "", ""),
        ("times as fast", f"{faster:.1f}×", f">= {TIMES_AS_FAST:g}×", reached(faster >= TIMES_AS_FAST)),
        ("the bound", f"{bound:.2f} s", "", ""),
        ("ours over the bound", f"{over:.2f}", f"<= {OVER_BOUND:.2f}", reached(over <= OVER_BOUND)),
    )
    note = (
        f"{OFFICE.clients} clients of {OFFICE.documents} documents, {OFFICE.in_period} of them in the period, "
        f"{LATENCY_SECONDS * 1000:g} ms a page, {PARALLEL} requests at once, {PER_MINUTE:,} a minute. Ours sends "
        f"{median(requests):.0f} requests: page 1 of each client is read again at the end. The bound is what "
        "latency or limit take for these, whichever is more."
    )
    return Table(("what", "wall time", "target", "reached"), rows, (note,))
