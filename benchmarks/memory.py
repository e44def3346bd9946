"""What writing a workbook takes beyond the frames it is made of, however many rows they have.

`python -m benchmarks.memory LINES` says it in megabytes, for a process that has written a small one before.
On Linux the peak of a process can be set back, so frames and imports are left out of it.
"""

import gc
import resource
import sys
import tempfile
from collections.abc import Callable
from ctypes import CDLL
from pathlib import Path
from statistics import median

from benchmarks.measure import process
from benchmarks.table import Table, reached

SIZES = (10_000, 500_000)
WARM = 300
TARGET_MEGABYTES = 10.0
SAME_MEGABYTES = 2.0
"""Peaks that differ by less are the same: memory is had in steps of one."""
_RESET_PEAK = "5"


def compare(times: int) -> Table:
    """The peak above the frames by number of line items."""
    found = {size: [_megabytes(size) for _ in range(times)] for size in SIZES}
    peaks = {size: median(values) for size, values in found.items()}
    is_same = max(peaks.values()) - min(peaks.values()) <= SAME_MEGABYTES
    rows = [
        (
            f"{size:,}",
            f"{peak:.1f} MB",
            f"<= {TARGET_MEGABYTES:g} MB, the same for both",
            reached(peak <= TARGET_MEGABYTES and is_same),
        )
        for size, peak in peaks.items()
    ]
    return Table(("line items", "peak above the frames", "target", "reached"), tuple(rows))


def _megabytes(size: int) -> float:
    return float(process("-m", "benchmarks.memory", str(size)).output.split()[-1])


def _work(size: int, target: Path) -> float:
    from benchmarks import content
    from reports.render.content.labels import Labels
    from reports.render.xlsx import workbook

    labels = Labels("pt")

    def written(lines: int) -> Callable[[], None]:
        book = content.book(lines)

        def write() -> None:
            with target.open("wb") as file:
                workbook.write(book, file, labels=labels)

        return write

    written(WARM)()
    write = written(size)
    gc.collect()
    # What was freed while the frames were made goes back, or it would be used again unseen.
    CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text(_RESET_PEAK, "ascii")
    before = _peak_kilobytes()
    write()
    return (_peak_kilobytes() - before) * 1024 / 1e6


def _peak_kilobytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        print(_work(int(sys.argv[1]), Path(folder, "written.xlsx")))
