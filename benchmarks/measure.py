"""What a process costs, and figures that hold on a noisy machine.

CPU is user and system time of a process and of those it waited for, wall time runs from start to end, and a
peak is the most memory that was resident. Contestants take turns, so that what disturbs one disturbs the
others; a ratio is the median of the ratios of each turn. For Linux and macOS.

Whoever measures stays small: a process inherits the peak of the one that starts it.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple, Self, TypeVar

ROOT = Path(__file__).parent.parent
PYTHON = Path(sys.executable)
PEERS_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
"""Of the environment that `dev.py bench` makes of peers.txt: what others need changes nothing for ours."""
LONGEST_SECONDS = 1800.0
"""A process that takes longer is ended: a comparison stops by itself."""
MEGABYTE = 1e6
_PEAK_BYTES = 1 if sys.platform == "darwin" else 1024
_KEPT_OUT = ("PYTHON", "SOURCE_DATE_EPOCH")

T = TypeVar("T")


class Cost(NamedTuple):
    """What one process took."""

    cpu_seconds: float
    wall_seconds: float
    peak_megabytes: float
    code: int
    output: str

    def __str__(self) -> str:
        return (
            f"{self.cpu_seconds:.3g} s of CPU, {self.wall_seconds:.3g} s in all, "
            f"{self.peak_megabytes:.0f} MB at most"
        )


class MeasureError(Exception):
    """A contestant did not do its work; there is nothing to compare."""


def environment(**variables: str) -> dict[str, str]:
    """The environment of everything that is measured: no proxy, nothing that changes how Python runs."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_KEPT_OUT) and not name.lower().endswith("_proxy")
    }
    return {**kept, "PYTHONHASHSEED": "0", **variables}


def process(*arguments: str, codes: Sequence[int] = (0,), **variables: str) -> Cost:
    """Runs Python with `arguments` from the checkout. Raises MeasureError for another exit code."""
    began = time.perf_counter()
    with subprocess.Popen(
        [PYTHON, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=ROOT,
        env=environment(**variables),
    ) as child:
        with _ended_in_time(child):
            output = child.stdout.read().decode("utf-8", "replace") if child.stdout else ""
            _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    cost = Cost(
        cpu_seconds=used.ru_utime + used.ru_stime,
        wall_seconds=time.perf_counter() - began,
        peak_megabytes=used.ru_maxrss * _PEAK_BYTES / MEGABYTE,
        code=child.returncode,
        output=output,
    )
    if cost.code not in codes:
        raise MeasureError(f"{' '.join(arguments)}: exit code {cost.code}\n{output[-2000:]}")
    return cost


class Worker:
    """A process that does its work once for every line it is sent, and answers with a line.

    What it took to start and to get ready is not in its answers.
    """

    def __init__(self, *arguments: str, python: Path = PYTHON) -> None:
        self._name = " ".join(arguments)
        self._child = subprocess.Popen(
            [python, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=environment(),
            encoding="utf-8",
        )
        self.ready = self._answer()

    def ask(self, line: str = "") -> str:
        """Its answer to `line`. Raises MeasureError when it has ended."""
        if self._child.stdin:
            self._child.stdin.write(f"{line}\n")
            self._child.stdin.flush()
        return self._answer()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with _ended_in_time(self._child):
            self._child.communicate()

    def _answer(self) -> str:
        with _ended_in_time(self._child):
            line = self._child.stdout.readline() if self._child.stdout else ""
        if not line:
            raise MeasureError(f"{self._name}: ended without an answer, exit code {self._child.wait()}")
        return line.strip()


def serve(work: Callable[[str], object], *, ready: str = "ready") -> None:
    """The other end of a Worker: says that it is ready, and answers each line with what `work` returns."""
    print(ready, flush=True)
    for line in sys.stdin:
        print(work(line.strip()), flush=True)


def in_turn(contestants: Mapping[str, Callable[[], T]], times: int) -> dict[str, list[T]]:
    """What each contestant took, `times` over, one after the other in every turn."""
    found: dict[str, list[T]] = {name: [] for name in contestants}
    for turn in range(1, times + 1):
        for name, contestant in contestants.items():
            took = contestant()
            found[name].append(took)
            say(f"  turn {turn} of {times}, {name}: {took}")
    return found


def cpu_seconds(costs: Iterable[Cost]) -> list[float]:
    """Of each."""
    return [cost.cpu_seconds for cost in costs]


def wall_seconds(costs: Iterable[Cost]) -> list[float]:
    """Of each."""
    return [cost.wall_seconds for cost in costs]


def ratio(theirs: Sequence[float], ours: Sequence[float]) -> float:
    """How many times as much they took: the median over all turns."""
    return median(their / our for their, our in zip(theirs, ours, strict=True))


def say(line: str) -> None:
    """How far it is, for whoever waits."""
    print(line, file=sys.stderr, flush=True)


@contextmanager
def _ended_in_time(child: "subprocess.Popen[bytes] | subprocess.Popen[str]") -> Iterator[None]:
    timer = threading.Timer(LONGEST_SECONDS, child.kill)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
