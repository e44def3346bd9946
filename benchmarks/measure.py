"""Measures what a process costs, with figures that hold on a noisy machine.

CPU is user and system time of a process and of those it waited for. Wall time runs from start to end. A peak
is the most memory that was resident. Contestants take turns, so that what disturbs one disturbs the others;
a ratio of turns is the median of their ratios. For Linux and macOS.

Whoever measures stays small: a process inherits the peak of the one that starts it.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple, Self, TypeVar

ROOT = Path(__file__).parent.parent
PYTHON = Path(sys.executable)
PEERS_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
"""Of the environment that `dev.py bench` makes of peers.txt: what a peer needs changes nothing for ours."""
MEGABYTE = 1e6
_PEAK_BYTES = 1 if sys.platform == "darwin" else 1024
_KEPT_OUT = ("PYTHON", "SOURCE_DATE_EPOCH")

T = TypeVar("T")


class Plan(NamedTuple):
    """How a benchmark is run: its turns, whether at the sizes of a smoke test, and the checkout before."""

    turns: int
    is_small: bool = False
    before: Path | None = None


class Cost(NamedTuple):
    """What one process took."""

    cpu_seconds: float
    wall_seconds: float
    peak_megabytes: float

    def __str__(self) -> str:
        cpu, wall = f"{self.cpu_seconds:.3g} s of CPU", f"{self.wall_seconds:.3g} s in all"
        return f"{cpu}, {wall}, {self.peak_megabytes:.0f} MB at most"


class MeasureError(Exception):
    """A contestant did not do its work; there is nothing to compare."""


def make_environment(**variables: str) -> dict[str, str]:
    """Makes the environment of all that is measured: no proxy, nothing that changes how Python runs."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_KEPT_OUT) and not name.lower().endswith("_proxy")
    }
    return {**kept, "PYTHONHASHSEED": "0", **variables}


def run_python(*arguments: str, codes: Sequence[int] = (0,), checkout: Path = ROOT, **variables: str) -> Cost:
    """Runs Python with `arguments` from the checkout. Raises MeasureError for another exit code."""
    start = time.perf_counter()
    with subprocess.Popen(
        [PYTHON, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=checkout,
        env=make_environment(**variables),
    ) as child:
        output = child.stdout.read().decode("utf-8", "replace") if child.stdout else ""
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in codes:
        raise MeasureError(f"{' '.join(arguments)}: exit code {child.returncode}\n{output[-2000:]}")
    return Cost(
        cpu_seconds=used.ru_utime + used.ru_stime,
        wall_seconds=time.perf_counter() - start,
        peak_megabytes=used.ru_maxrss * _PEAK_BYTES / MEGABYTE,
    )


class Worker:
    """A process that does its work once for every line it is sent, and answers with a line.

    What it took to start and to get ready is not in its answers.
    """

    def __init__(self, *arguments: str, python: Path = PYTHON) -> None:
        if not python.exists():
            raise MeasureError(f"there is no {python}; `python3 dev.py bench` makes it")
        self._name = " ".join(arguments)
        self._child = subprocess.Popen(
            [python, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=make_environment(),
            encoding="utf-8",
        )
        self.ready = self._read_answer()

    def ask(self, line: str = "") -> str:
        """Asks for its answer to `line`. Raises MeasureError when it has ended."""
        if self._child.stdin:
            self._child.stdin.write(f"{line}\n")
            self._child.stdin.flush()
        return self._read_answer()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._child.communicate()

    def _read_answer(self) -> str:
        line = self._child.stdout.readline() if self._child.stdout else ""
        if not line:
            raise MeasureError(f"{self._name}: ended without an answer, exit code {self._child.wait()}")
        return line.strip()


def serve(work: Callable[[str], object], *, ready: str = "ready") -> None:
    """Serves a Worker: says that this process is ready, and answers each line with what `work` returns."""
    print(ready, flush=True)
    for line in sys.stdin:
        print(work(line.strip()), flush=True)


def take_turns(contestants: Mapping[str, Callable[[], T]], turns: int) -> dict[str, list[T]]:
    """Measures what each contestant takes, one after the other in every turn."""
    found: dict[str, list[T]] = {name: [] for name in contestants}
    for turn in range(1, turns + 1):
        for name, measure in contestants.items():
            cost = measure()
            found[name].append(cost)
            say(f"  turn {turn} of {turns}, {name}: {cost}")
    return found


def list_cpu_seconds(costs: Iterable[Cost]) -> list[float]:
    """Lists the CPU of each."""
    return [cost.cpu_seconds for cost in costs]


def compute_ratio(theirs: Sequence[float], ours: Sequence[float]) -> float:
    """Computes how many times as much they took: the median over all turns."""
    return median(their / our for their, our in zip(theirs, ours, strict=True))


def say(line: str) -> None:
    """Tells how far a benchmark is, for whoever waits."""
    print(line, file=sys.stderr, flush=True)
