"""Our workbook against those of others: CPU for a styled cell, the whole file included.

Every writer writes the same two worksheets, in a process of its own that is warm, its values ready in the
form it likes best. `python -m benchmarks.writers NAME LINES` is one of them.
"""

import gc
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.measure import PEERS_PYTHON, PYTHON, Worker, in_turn, ratio, say, serve
from benchmarks.table import Table, reached

if TYPE_CHECKING:
    from reports.render.content.blocks import Book

SIZES = (300, 10_000, 100_000)
"""Line items; a third as many documents come on top."""
SMALL, MIDDLE, LARGE = SIZES
SMALL_REPEATS = 5
"""Files of the smallest size for one figure: one alone is too short to be measured."""
OURS = "ours"


class Writer(NamedTuple):
    """One contestant: `write` and `prepare` name functions in `peers`, targets are ratios by size."""

    write: str
    lacks: str
    prepare: str | None = None
    largest: int = LARGE
    targets: tuple[float, float, float] | None = None


_RUST_TARGETS = (1.0, 1.0, 1.0)
WRITERS = {
    "XlsxWriter, constant memory": Writer(
        "of_xlsxwriter.constant_memory",
        "Excel tables; exact decimals",
        targets=(4.0, 8.0, 8.0),
    ),
    "XlsxWriter": Writer(
        "of_xlsxwriter.in_memory", "exact decimals; table styles of one's own", largest=MIDDLE
    ),
    "openpyxl, write-only": Writer(
        "of_openpyxl.write_only",
        "results of formulas; a table here",
        largest=MIDDLE,
        targets=(20.0, 20.0, 20.0),
    ),
    "openpyxl, cell by cell": Writer("of_openpyxl.cell_by_cell", "results of formulas", largest=SMALL),
    "to_excel, then styled": Writer(
        "of_openpyxl.to_excel", "results of formulas", prepare="of_openpyxl.frames", largest=SMALL
    ),
    "pyexcelerate": Writer(
        "of_xlsxwriter.pyexcelerate",
        "results of formulas, print set-up, tables, bands, formats in the totals row",
        largest=MIDDLE,
    ),
    "wolfxl (Rust)": Writer(
        "of_openpyxl.wolfxl", "results of formulas", largest=SMALL, targets=_RUST_TARGETS
    ),
    "rvgsrust-xlsxwriter (Rust)": Writer(
        "of_rust.rvgsrust",
        "results of formulas, styled empty cells, a format of one's own for dates",
        prepare="of_rust.frames",
        targets=_RUST_TARGETS,
    ),
    "xlsxturbo (Rust)": Writer(
        "of_rust.xlsxturbo",
        "formulas in a totals row, print set-up, hidden columns, a heading of one's own over a table",
        prepare="of_rust.frames",
        targets=_RUST_TARGETS,
    ),
    "rustpy-xlsxwriter (Rust)": Writer(
        "of_rust.rustpy",
        "results of formulas, tables, hidden columns; links are left out here",
        prepare="of_rust.frames",
        targets=_RUST_TARGETS,
    ),
    "jetxl (Rust)": Writer(
        "of_rust.jetxl",
        "fonts, borders and fills of a column, a totals row, print set-up; wants Arrow",
        prepare="of_rust.arrow",
        targets=_RUST_TARGETS,
    ),
}


def compare(times: int) -> Table:
    """Microseconds of CPU for a styled cell by writer and size, and how many times ours that is."""
    found = {size: _of_size(size, times) for size in SIZES}
    rows = [(OURS, *_figures(found, OURS), "", "")]
    for name, writer in WRITERS.items():
        reaches = [
            ratio(found[size][name], found[size][OURS]) >= target
            for size, target in zip(SIZES, writer.targets or (), strict=bool(writer.targets))
            if name in found[size]
        ]
        target = " / ".join(f"{one:g}×" for one in writer.targets[: len(reaches)]) if writer.targets else ""
        rows.append((name, *_figures(found, name), target, reached(all(reaches)) if reaches else ""))
    heading = ("writer", *(f"{size:,} lines" for size in SIZES), "target", "reached")
    lacks = "\n".join(f"- {name}: {writer.lacks}" for name, writer in WRITERS.items())
    note = "µs of CPU for a styled cell, and how many times ours. What a writer cannot do, or does not here:"
    return Table(heading, tuple(rows), (f"{note}\n\n{lacks}",))


def _figures(found: dict[int, dict[str, list[float]]], name: str) -> tuple[str, ...]:
    return tuple(
        f"{median(own[name]):.2f} ({ratio(own[name], own[OURS]):.1f}×)" if name in own else "–"
        for own in found.values()
    )


def _of_size(size: int, times: int) -> dict[str, list[float]]:
    say(f"  {size:,} lines")
    names = [OURS, *(name for name, writer in WRITERS.items() if writer.largest >= size)]
    with ExitStack() as stack:
        workers = {
            name: stack.enter_context(
                Worker(
                    "-m",
                    "benchmarks.writers",
                    name,
                    str(size),
                    python=PYTHON if name == OURS else PEERS_PYTHON,
                )
            )
            for name in names
        }
        return in_turn({name: partial(_asked, worker) for name, worker in workers.items()}, times)


def _asked(worker: Worker) -> float:
    return float(worker.ask())


def _work(name: str, size: int, target: Path) -> None:
    from benchmarks import content

    def writer_of(book: "Book") -> Callable[[], object]:
        return _ours(book, target) if name == OURS else _theirs(WRITERS[name], book, target)

    # The smallest book first: imports and what is made once are no cell's.
    writer_of(content.book(SMALL))()
    made = content.book(size)
    write = writer_of(made)
    cells, repeats = content.cells(made), SMALL_REPEATS if size == SMALL else 1

    def microseconds(_: str) -> float:
        gc.collect()
        began = time.process_time()
        for _repeat in range(repeats):
            write()
        return (time.process_time() - began) * 1e6 / repeats / cells

    serve(microseconds)


def _ours(book: "Book", target: Path) -> Callable[[], None]:
    from reports.render.content.labels import Labels
    from reports.render.xlsx import workbook

    labels = Labels("pt")

    def write() -> None:
        with target.open("wb") as file:
            workbook.write(book, file, labels=labels)

    return write


def _theirs(writer: Writer, book: "Book", target: Path) -> Callable[[], object]:
    from benchmarks import content

    tabs = content.plain(book)
    prepared = [_peer(writer.prepare)(tabs)] if writer.prepare else []
    return partial(_peer(writer.write), tabs, target, *prepared)


def _peer(name: str) -> Callable[..., object]:
    room, _, function = name.partition(".")
    found: Callable[..., object] = getattr(import_module(f"benchmarks.peers.{room}"), function)
    return found


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        _work(sys.argv[1], int(sys.argv[2]), Path(place, "written.xlsx"))
