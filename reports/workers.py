"""Who makes the clients' files: this process, several of this machine, or the workers of a cluster.

A task goes in, a future comes out. The work is given to any `concurrent.futures.Executor`, so many tasks at a
time as it is wide. A worker that dies takes its client along and nothing else: who was at work beside it is
done again, those that may have been the cause one at a time, and whoever ends a worker twice fails.
"""

import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self

from reports.errors import ClientError, ReportsError

if TYPE_CHECKING:
    from reports.client_files import Made, Task

WORTH_SECONDS = 4.0
"""A process takes a second of work to start, so it is started for several seconds of work."""

BUSY_SHARE = 0.8
"""Whoever makes files for so much of the time is what the run waits for, and not the API."""

MOST_PROCESSES = 60
"""Windows waits for no more than that at once."""

DEATHS_ALLOWED = 2
OBITUARY = (
    "The process that made this client's files ended before it was done, twice in a row. "
    "Look at the memory of the machine, and run again with --jobs 1"
)

_log = logging.getLogger(__name__)


class Team(NamedTuple):
    """An executor, and how many tasks it is given at a time. `deaths`: what it raises for a lost worker.

    `obituary` is what a client is told that ended its worker more than once. `is_mended`: it replaces lost
    workers and does their tasks again by itself.
    """

    executor: Executor
    width: int
    deaths: tuple[type[BaseException], ...] = (BrokenExecutor,)
    obituary: str = OBITUARY
    is_mended: bool = False


Hire = Callable[[], Team]


class Workers:
    """Whoever is at hand. Tasks come from any thread.

    `processes`: how many of this machine to start, at once when it is said, else as many as there are cores
    and only once there is work for them. `hire`: comes up with a team in their place.
    """

    def __init__(self, processes: int | None = None, hire: Hire | None = None) -> None:
        self._hire: Hire | None = hire or partial(_processes, processes or _cores())
        self._is_wanted = bool(hire) or (processes or 0) > 1
        self._may_grow = processes is None and _cores() > 1
        self._team: Team | None = None
        self._here = _Here()
        self._lock = threading.RLock()
        self._waiting: deque[_Piece] = deque()
        self._under_way: set[_Piece] = set()

    def submit(self, task: "Task", *, left: int = 0) -> "Future[Made]":
        """The client that `task` is about, made, or the error it failed with. `left` more will come."""
        piece = _Piece(task)
        with self._lock:
            if self._is_wanted and self._team is None and self._hire:
                self._team = self._hire()
            if self._team:
                self._waiting.append(piece)
                self._hand_out(self._team)
                return piece.future
        self._here.do(piece)
        # Of one who has never done any, nobody knows how long the rest takes.
        self._is_wanted = self._may_grow and self._here.is_behind(left)
        return piece.future

    def stop(self) -> None:
        """Ends at once: what nobody has begun is cancelled, processes end. Later tasks are done here."""
        with self._lock:
            waiting, self._waiting = [*self._waiting], deque()
            is_own = self._team is not None and not self._team.is_mended
        for piece in waiting:
            piece.future.cancel()
        for child in multiprocessing.active_children() if is_own else ():
            child.terminate()
        self._part()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._part()

    def _part(self) -> None:
        """Lets the team go, and hires none any more."""
        with self._lock:
            team, self._team, self._hire = self._team, None, None
            self._is_wanted = self._may_grow = False
        if team:
            team.executor.shutdown(wait=True, cancel_futures=True)

    def _hand_out(self, team: Team) -> None:
        """Gives the team as much as it is wide; a piece that may have ended a worker is alone with it."""
        while self._team is team and self._waiting and len(self._under_way) < team.width:
            is_suspect = self._waiting[0].deaths > 0
            if self._under_way and (is_suspect or any(piece.deaths for piece in self._under_way)):
                return
            piece = self._waiting.popleft()
            if not piece.begins():
                continue
            self._under_way.add(piece)
            try:
                done = team.executor.submit(_apart, piece.task, logging.getLogger().level)
            except team.deaths as error:
                done = Future()
                done.set_exception(error)
            done.add_done_callback(partial(self._take_back, piece, team))

    def _take_back(self, piece: "_Piece", team: Team, done: "Future[_Answer]") -> None:
        error = None if done.cancelled() else done.exception()
        with self._lock:
            self._under_way.discard(piece)
            is_dead = isinstance(error, team.deaths)
            piece.deaths += is_dead
            if is_dead and not team.is_mended and piece.deaths < DEATHS_ALLOWED and self._hire:
                self._waiting.appendleft(piece)
            elif is_dead:
                piece.future.set_exception(ClientError(team.obituary))
            else:
                _settle(piece.future, done, error)
            if self._team is team and is_dead and not team.is_mended and self._hire:
                _log.warning("a process that makes clients' files ended; another one goes on")
                self._team = self._hire()
            if self._team:
                self._hand_out(self._team)


class _Piece:
    """A task on its way. `deaths`: how many workers ended while they were at it."""

    def __init__(self, task: "Task") -> None:
        self.task = task
        self.future: Future[Made] = Future()
        self.deaths = 0

    def begins(self) -> bool:
        """It is under way from now on, and is not cancelled any more; False when it was."""
        return self.future.running() or self.future.set_running_or_notify_cancel()


class _Here:
    """This process at work, one client at a time, and how much of its time that takes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self._busy_seconds = 0.0
        self._done = 0

    def do(self, piece: _Piece) -> None:
        with self._lock:
            began = time.monotonic()
            try:
                from reports.client_files import make

                piece.future.set_result(make(piece.task))
            except Exception as error:  # noqa: BLE001 - raised again where the result is asked for
                piece.future.set_exception(error)
            self._busy_seconds += time.monotonic() - began
            self._done += 1

    def is_behind(self, left: int) -> bool:
        """What is `left` would take long, and the run waits for it rather than for the API."""
        is_busy = self._busy_seconds > BUSY_SHARE * (time.monotonic() - self._began)
        return is_busy and left * self._busy_seconds / self._done > WORTH_SECONDS


class _Line(NamedTuple):
    """A line of the log that a worker would have written."""

    logger: str
    level: int
    text: str


class _Notes(logging.Handler):
    """What one thread logs."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[_Line] = []
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        # A worker of a cluster may have several threads at work.
        if record.thread == self._thread:
            self.lines.append(_Line(record.name, record.levelno, record.getMessage()))


class _Answer(NamedTuple):
    """What comes back from a worker."""

    made: "Made | ReportsError"
    lines: tuple[_Line, ...]


def _apart(task: "Task", level: int) -> _Answer:
    """Does the task in a worker. What it logs goes back with the result: the log is not there."""
    from reports.client_files import make

    with _noted(level) as lines:
        try:
            made: Made | ReportsError = make(task)
        except ReportsError as error:
            made = error.with_traceback(None)
    return _Answer(made, tuple(lines))


def _settle(future: "Future[Made]", done: "Future[_Answer]", error: BaseException | None) -> None:
    if done.cancelled():
        future.set_exception(
            ClientError(
                "The cluster was gone before this client's files were made. Look at its scheduler, and run "
                "again with --resume"
            )
        )
    elif error:
        future.set_exception(error)
    else:
        made, lines = done.result()
        for line in lines:
            logging.getLogger(line.logger).log(line.level, "%s", line.text)
        if isinstance(made, ReportsError):
            future.set_exception(made)
        else:
            future.set_result(made)


@contextmanager
def _noted(level: int) -> Iterator[list[_Line]]:
    """What this thread logs in the block."""
    notes = _Notes()
    package = logging.getLogger(__package__)
    package.setLevel(level)
    package.addHandler(notes)
    try:
        yield notes.lines
    finally:
        package.removeHandler(notes)


def _processes(count: int) -> Team:
    """Processes of this machine, started anew everywhere as Windows has to."""
    width = min(count, MOST_PROCESSES)
    context = multiprocessing.get_context("spawn")
    return Team(ProcessPoolExecutor(width, mp_context=context, initializer=_begin), width)


def _begin() -> None:
    """A process leaves Ctrl+C to the one it works for, and does not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    from multiprocessing.connection import wait

    with suppress(OSError):
        wait([sentinel])
    os._exit(1)


def _cores() -> int:
    """The cores that this process may use, as far as the system tells."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
