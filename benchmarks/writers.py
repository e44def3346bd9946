"""Measures the CPU for a styled cell, the whole file included: our workbook against XlsxWriter's.

Both write the same two worksheets, each in a process of its own that is warm, its values ready in the form it
likes best. `python -m benchmarks.writers NAME LINES` is one of them.
"""

import gc
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.measure import PEERS_PYTHON, PYTHON, Plan, Worker, compute_ratio, say, serve, take_turns
from benchmarks.table import Table, format_reached

if TYPE_CHECKING:
    from reports.render.content.blocks import Book

TARGETS = {300: 4.0, 10_000: 8.0, 100_000: 8.0}
"""Times as fast as the peer, by line items; a third as many documents come on top."""
SMALL_TARGETS = {30: 4.0, 300: 8.0}
WARM_LINES = 300
LEAST_LINES = 1_500
"""A file of fewer is written several times for one figure: one alone is too short to be measured."""
OURS, PEER = "ours", "XlsxWriter, constant memory"


def compare(plan: Plan) -> Table:
    """Compares microseconds of CPU for a styled cell, by size."""
    targets = SMALL_TARGETS if plan.is_small else TARGETS
    found = {lines: _measure_size(lines, plan.turns) for lines in targets}
    ratios = [compute_ratio(own[PEER], own[OURS]) for own in found.values()]
    is_reached = all(ratio >= target for ratio, target in zip(ratios, targets.values(), strict=True))
    ours = [f"{median(own[OURS]):.2f}" for own in found.values()]
    peer = [
        f"{median(own[PEER]):.2f} ({ratio:.1f}×)" for own, ratio in zip(found.values(), ratios, strict=True)
    ]
    target = " / ".join(f"{one:g}×" for one in targets.values())
    rows = ((OURS, *ours, "", ""), (PEER, *peer, f">= {target}", format_reached(is_reached)))
    heading = ("writer", *(f"{lines:,} lines" for lines in targets), "target", "reached")
    note = (
        "µs of CPU for a styled cell, and how many times ours. In constant memory XlsxWriter writes no Excel "
        "tables, and it has no exact decimals."
    )
    return Table(heading, rows, (note,))


def _measure_size(lines: int, turns: int) -> dict[str, list[float]]:
    say(f"  {lines:,} lines")
    with ExitStack() as stack:
        workers = {
            name: stack.enter_context(Worker("-m", "benchmarks.writers", name, str(lines), python=python))
            for name, python in ((OURS, PYTHON), (PEER, PEERS_PYTHON))
        }
        answers = take_turns({name: worker.ask for name, worker in workers.items()}, turns)
        return {name: list(map(float, own)) for name, own in answers.items()}


def _serve_writer(name: str, lines: int, target: Path) -> None:
    """Serves the CPU of one writer, in microseconds for a cell."""
    from benchmarks import content

    prepare = _prepare_ours if name == OURS else _prepare_peer
    # A small book first: imports and what is made once are no cell's.
    prepare(content.make_book(WARM_LINES), target)()
    book = content.make_book(lines)
    write = prepare(book, target)
    cells, repeats = content.count_cells(book), max(1, LEAST_LINES // lines)

    def measure(_: str) -> float:
        gc.collect()
        start = time.process_time()
        for _repeat in range(repeats):
            write()
        return (time.process_time() - start) * 1e6 / repeats / cells

    serve(measure)


def _prepare_ours(book: "Book", target: Path) -> Callable[[], None]:
    from reports.render.content.labels import Labels
    from reports.render.xlsx import workbook

    labels = Labels("pt")

    def write() -> None:
        with target.open("wb") as file:
            workbook.write(book, file, labels=labels)

    return write


def _prepare_peer(book: "Book", target: Path) -> Callable[[], None]:
    from benchmarks import content, peer

    return partial(peer.write_workbook, content.list_plain_sheets(book), target)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        _serve_writer(sys.argv[1], int(sys.argv[2]), Path(place, "written.xlsx"))
