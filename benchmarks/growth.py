"""How CPU and memory grow with clients, and with the documents of one client.

`python -m benchmarks.growth FOLDER CLIENTS DOCUMENTS IN_PERIOD` lays the archives of an office into the
folder of a run, as if it had been read.
"""

import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks import office
from benchmarks.command import ALONE, account_folder, run
from benchmarks.measure import Cost, cpu_seconds, in_turn, process
from benchmarks.office import Office
from benchmarks.server import Served
from benchmarks.table import Table, reached

CLIENTS = (10, 100, 1_000)
DOCUMENTS = 20
"""Of each of many clients."""
ONE_CLIENT = (1_000, 10_000, 100_000)
"""Documents of an only client."""
TOLERANCE = 0.10
PEAK_MEGABYTES = 900.0


class Series(NamedTuple):
    """Runs of growing size: CPU is told for `each` of what is counted."""

    name: str
    unit: str
    each: int
    offices: Mapping[int, Office]
    is_online: bool
    largest_peak: float | None = None


ALL_SERIES = (
    Series("online", "clients", 1, {one: Office(one, DOCUMENTS, DOCUMENTS) for one in CLIENTS}, True),
    Series("offline", "clients", 1, {one: Office(one, DOCUMENTS, DOCUMENTS) for one in CLIENTS}, False),
    Series(
        "offline, one client",
        "documents",
        1_000,
        {one: Office(1, one, one) for one in ONE_CLIENT},
        False,
        PEAK_MEGABYTES,
    ),
)


def compare(times: int) -> Table:
    """CPU for one client, or for 1,000 documents, beyond start-up; and the peak."""
    rows = [row for series in ALL_SERIES for row in _rows(series, times)]
    note = (
        f"Many clients have {DOCUMENTS} documents each; a document has {office.LINES} lines, and all are in "
        "the period. With `--jobs 1`, so that one process does all and its peak is that of all clients. "
        "Each: what one more client, or 1,000 more documents of the one client, take in a run, against the "
        f"run above. Linear: at most {TOLERANCE:.0%} more than in the row above; the same peak: "
        f"at most {TOLERANCE:.0%} above the smallest run's."
    )
    return Table(("run", "of", "CPU", "each", "peak", "target", "reached"), tuple(rows), (note,))


def _rows(series: Series, times: int) -> Iterator[tuple[str, ...]]:
    with tempfile.TemporaryDirectory() as place:
        found = in_turn(
            {
                f"{series.name}, {size}": partial(_cost, own, Path(place, str(size)), series.is_online)
                for size, own in series.offices.items()
            },
            times,
        )
    sizes, costs = list(series.offices), list(found.values())
    each = [
        median(
            (more - less) * series.each / (sizes[row] - sizes[row - 1])
            for less, more in zip(cpu_seconds(costs[row - 1]), cpu_seconds(costs[row]), strict=True)
        )
        for row in range(1, len(sizes))
    ]
    peaks = [median(cost.peak_megabytes for cost in own) for own in costs]
    is_flat = each[-1] <= each[-2] * (1 + TOLERANCE)
    is_lean = peaks[-1] <= (series.largest_peak or peaks[0] * (1 + TOLERANCE))
    lean = f"<= {series.largest_peak:g} MB" if series.largest_peak else "the same peak"
    for row, size in enumerate(sizes):
        is_last = row == len(sizes) - 1
        yield (
            series.name,
            f"{size:,} {series.unit}",
            f"{median(cpu_seconds(costs[row])):.1f} s",
            f"{each[row - 1] * 1000:.1f} ms" if row else "",
            f"{peaks[row]:.0f} MB",
            f"linear; {lean}" if is_last else "",
            reached(is_flat and is_lean) if is_last else "",
        )


def _cost(own: Office, folder: Path, is_online: bool) -> Cost:
    if is_online:
        with tempfile.TemporaryDirectory() as fresh, Served(own) as served:
            return run(Path(fresh), served, *ALONE)
    if not folder.exists():
        process("-m", "benchmarks.growth", str(folder), *own.arguments())
    return run(folder, None, *ALONE)


def _lay(folder: Path, own: Office) -> None:
    """Archives of every client, and of the list of them."""
    from reports.sandbox.routes import json_text
    from reports.source.archive import SCHEMA, Header, Spool, path_of

    source = account_folder(folder) / "source"
    pages = list(office.pages(own))

    def kept(client: int | None, texts: Sequence[str]) -> None:
        with Spool(source) as spool:
            for number, text in enumerate(texts, start=1):
                spool.add(number, text)
            header = Header(SCHEMA, office.ACCOUNT, client, {}, office.CLOCK, len(texts), complete=True)
            spool.finish(header, path_of(source, client))

    for client in own.numbers:
        kept(client, [office.of_client(page, client) for page in pages])
    numbers = [
        own.numbers[first : first + office.PAGE_SIZE] for first in range(0, own.clients, office.PAGE_SIZE)
    ]
    kept(
        None,
        [
            json_text(
                {
                    "clients": list(map(office.client, page)),
                    "pagination": office.pagination(own.clients, number),
                }
            )
            for number, page in enumerate(numbers, start=1)
        ],
    )


if __name__ == "__main__":
    place, *words = sys.argv[1:]
    _lay(Path(place), Office(*map(int, words)))
