"""Who makes files at the same time: an executor and what is to be known of it; processes of this machine."""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, ProcessPoolExecutor
from contextlib import suppress
from typing import Any, NamedTuple

from reports import cancellation, uncaught
from reports.pipeline import apart

MOST_PROCESSES = 60
"""Windows waits for no more than that at once."""

OBITUARY = (
    "The process that made this client's files ended before it was done, twice in a row. "
    "Look at the memory of the machine, and run again with --jobs 1"
)


class Team(NamedTuple):
    """An executor, and how many tasks it is given at a time. `deaths`: what it raises for a lost worker.

    `obituary` is what a client is told that ended its worker more than once. `is_mended`: it replaces lost
    workers and does their tasks again by itself. `end` ends its processes at once.
    """

    executor: Executor
    width: int
    deaths: tuple[type[BaseException], ...] = (BrokenExecutor,)
    obituary: str = OBITUARY
    is_mended: bool = False
    end: Callable[[], None] = lambda: None


Hire = Callable[[], Team]


def processes(count: int) -> Team:
    """Processes of this machine, begun anew everywhere as Windows has to. Raises OSError, RuntimeError."""
    width = min(count, MOST_PROCESSES)
    context = multiprocessing.get_context("spawn")
    # Not an Event: who sets one waits for all who sleep on it, also for one that was killed there.
    is_over = context.Semaphore(0)
    executor = ProcessPoolExecutor(width, mp_context=context, initializer=_begin, initargs=(is_over,))
    try:
        for _ in range(width):
            # A pool starts a process when it is given something that nobody is free for.
            executor.submit(apart.prepare)
    except BaseException:
        executor.shutdown(wait=True)
        raise
    return Team(executor, width, end=is_over.release)


def cores() -> int:
    """The cores that this process may use, as far as the system tells."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _begin(is_over: Any) -> None:
    """A process leaves Ctrl+C to the one it works for, and does not outlive it, nor does its browser."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    uncaught.log_all()
    parent = multiprocessing.parent_process()
    if parent:
        threading.Thread(target=_end_with, args=(parent, is_over), daemon=True).start()


def _end_with(parent: Any, is_over: Any) -> None:
    """Ends this process, and what it started, when the one it works for has ended or says so."""
    while parent.is_alive() and not is_over.acquire(timeout=cancellation.LOOK_UP_SECONDS):
        pass
    # For the next one.
    is_over.release()
    with suppress(Exception):
        from reports.render import pdf

        pdf.end_all()
    os._exit(1)
