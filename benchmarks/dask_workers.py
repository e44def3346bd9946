"""Starts a Dask scheduler and its workers, each a process of its own.

A worker has one thread, and says of every task that it begins it: Dask calls `dask_setup` in there.
"""

import json
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.measure import PYTHON, ROOT, MeasureError, make_environment

HOST = "127.0.0.1"
START_SECONDS = 60.0
LOOK_UP_SECONDS = 0.02
_BEGUN = "begins "


@dataclass(frozen=True)
class Cluster:
    """A scheduler and its workers under way, each worker with its log."""

    address: str
    workers: Sequence["subprocess.Popen[bytes]"]
    logs: Sequence[Path]

    def count_begun(self) -> list[int]:
        """Counts the tasks that each worker has begun."""
        return [log.read_text("utf-8", "replace").count(_BEGUN) for log in self.logs]

    def count_alive(self) -> int:
        """Counts the workers that are left."""
        return sum(worker.poll() is None for worker in self.workers)


@contextmanager
def start_cluster(folder: Path, workers: int) -> Iterator[Cluster]:
    """Starts a cluster of so many workers and waits for them; it ends with the block. Raises MeasureError."""
    folder.mkdir()
    place = folder / "scheduler.json"
    logs = [folder / f"worker-{number}.log" for number in range(1, workers + 1)]
    options = f"--nthreads 1 --no-nanny --no-dashboard --memory-limit 0 --host {HOST}".split()
    with ExitStack() as stack:
        _start(
            stack,
            folder / "scheduler.log",
            *f"distributed.cli.dask_scheduler --no-dashboard --host {HOST} --port 0".split(),
            *("--scheduler-file", str(place)),
        )
        _wait(lambda: place.exists() and place.read_text("utf-8").endswith("}"), "scheduler")
        address: str = json.loads(place.read_text("utf-8"))["address"]
        own = ("--preload", "benchmarks.dask_workers", "--local-directory", str(folder))
        processes = [
            _start(stack, log, "distributed.cli.dask_worker", address, *options, *own) for log in logs
        ]
        _wait(lambda: all("Registered to" in log.read_text("utf-8", "replace") for log in logs), "worker")
        yield Cluster(address, processes, logs)


async def dask_setup(worker: Any) -> None:
    """Sets up a worker before it is given anything."""
    from distributed import WorkerPlugin

    class BeginPlugin(WorkerPlugin):
        def transition(self, key: Any, start: Any, finish: Any, **_: Any) -> None:  # noqa: ARG002 - as Dask has it
            if finish == "executing":
                print(f"{_BEGUN}{key}", flush=True)

    await worker.plugin_add(BeginPlugin(), name="begin")


def _start(stack: ExitStack, log: Path, module: str, *words: str) -> "subprocess.Popen[bytes]":
    said = stack.enter_context(log.open("wb"))
    process = subprocess.Popen(
        [PYTHON, "-m", module, *words],
        cwd=ROOT,
        env=make_environment(),
        stdin=subprocess.DEVNULL,
        stdout=said,
        stderr=said,
    )
    stack.callback(_kill, process)
    return process


def _kill(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()


def _wait(is_there: Callable[[], bool], name: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_there():
        if time.monotonic() > deadline:
            raise MeasureError(f"no Dask {name} within {START_SECONDS:g} s")
        time.sleep(LOOK_UP_SECONDS)
