"""Makes clients' files: in this process, in several of this machine, or elsewhere."""

import gc
import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent import futures
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager, suppress
from contextvars import copy_context
from importlib import import_module
from logging.handlers import QueueHandler
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from reports import uncaught
from reports.errors import ClientError, ReportsError

if TYPE_CHECKING:
    from reports.pipeline.client_job import ClientTask, Made

CLIENTS_FOR_PROCESSES = 20
"""A process takes a second to start, and a client of 100 documents a tenth of one."""

END_SECONDS = 10
"""A process that was told to end is waited for that long."""

CYCLE_THRESHOLDS = 20_000, 50, 100
"""How seldom Python looks for cycles where files are made (`gc.set_threshold`): a client's objects are many,
stay until its files are there, and have few cycles among them. The usual search took a tenth of the CPU."""

NOT_STARTED = "no further process could be started (%s): this one does the work"
ENDED_AT_ONCE = "processes that make clients' files end as soon as they begin: this one does the work"
CRASHED_TWICE = (
    "The process that made this client's files ended before it was done, twice in a row. "
    "Look at the memory of the machine, and run again with --jobs 1"
)
# On every system processes are begun anew, as Windows has to.
_spawning = multiprocessing.get_context("spawn")
_log = logging.getLogger(__name__)


class WorkerAnswer(NamedTuple):
    """What a worker returns: a client that was made, or the error it failed with, and what was logged."""

    made: "Made | ReportsError"
    records: tuple[logging.LogRecord, ...]


class Workers(Protocol):
    """Who makes files instead of this process: as many at once as `width` says."""

    width: int

    def start(self) -> object: ...
    def make(self, task: "ClientTask", level: int) -> WorkerAnswer | None: ...
    def stop(self) -> None: ...
    def close(self) -> None: ...


class JobExecutor(AbstractContextManager["JobExecutor"]):
    """Makes clients' files, of tasks that come from any thread; accounts side by side share one.

    `processes`: so many of this machine, for 1 this one alone; by default as many as it has cores, from
    CLIENTS_FOR_PROCESSES clients on. `cluster`: its workers instead.
    """

    def __init__(self, processes: int | None = None, cluster: "Workers | None" = None) -> None:
        gc.set_threshold(*CYCLE_THRESHOLDS)
        self._processes = processes
        self._workers: Workers | None = cluster
        self._threads: ThreadPoolExecutor | None = None
        self._clients = 0
        self._is_stopped = False
        self._lock = threading.Lock()
        self._here = threading.Lock()

    @property
    def is_local(self) -> bool:
        """Files are made in this process, as far as is known by now."""
        return self._threads is None

    def expect(self, clients: int) -> None:
        """So many more clients will come. Where processes are wanted for them, they are started."""
        with self._lock:
            self._clients += clients
            self._begin()

    def submit(self, task: "ClientTask") -> "Future[Made]":
        """Returns the client of `task`, or its error: after `stop`, CancelledError for what was waiting."""
        with self._lock:
            self._begin()
            if self._threads and not self._is_stopped:
                # What is logged of it is of the run that it came from.
                return self._threads.submit(copy_context().run, self._make, task)
        future: Future[Made] = Future()
        try:
            future.set_result(self._make_here(task))
        except Exception as error:  # noqa: BLE001 - raised again where the result is asked for
            future.set_exception(error)
        return future

    def stop(self) -> None:
        """Ends what is under way, and cancels what waits."""
        with self._lock:
            self._is_stopped = True
        if self._threads:
            self._threads.shutdown(wait=False, cancel_futures=True)
        if self._workers:
            self._workers.stop()

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is not None:
            self.stop()
        if self._threads:
            self._threads.shutdown()
        if self._workers:
            self._workers.close()

    def _begin(self) -> None:
        if self._threads or self._is_stopped:
            return
        count = self._processes or (count_cores() if self._clients >= CLIENTS_FOR_PROCESSES else 1)
        if self._workers is None:
            if count == 1:
                return
            self._workers = Processes(count)
        threads = ThreadPoolExecutor(self._workers.width, thread_name_prefix="worker")
        try:
            for _ in range(self._workers.width):
                threads.submit(copy_context().run, self._workers.start)
            self._threads = threads
        except RuntimeError as error:
            _log.warning(NOT_STARTED, error)
            threads.shutdown(cancel_futures=True)
            self._workers.close()
            self._workers, self._processes = None, 1

    def _make(self, task: "ClientTask") -> "Made":
        answer = self._workers.make(task, logging.getLogger().level) if self._workers else None
        if answer is None:
            return self._make_here(task, may_be_late=False)
        for record in answer.records:
            logging.getLogger(record.name).log(record.levelno, "%s", record.getMessage())
        if isinstance(answer.made, ReportsError):
            raise answer.made
        return answer.made

    def _make_here(self, task: "ClientTask", *, may_be_late: bool = True) -> "Made":
        from reports.pipeline.client_job import make

        with self._here:
            if self._is_stopped and not may_be_late:
                raise CancelledError
            return make(task)


class Processes:
    """Processes of this machine, each a pool of its own: a pool gives up all its tasks when one dies."""

    def __init__(self, count: int) -> None:
        self.width = count
        self._own = threading.local()
        self._lock = threading.Lock()
        self._pipes: dict[ProcessPoolExecutor, Connection] = {}
        self._may_start = True
        self._is_stopped = False
        self._end: Future[WorkerAnswer] = Future()
        self._entrance = threading.Lock()
        self._places = threading.Semaphore(count)

    def start(self) -> ProcessPoolExecutor | None:
        """Returns the process of this thread; None where none can be started. Raises CancelledError."""
        pool: ProcessPoolExecutor | None = getattr(self._own, "pool", None)
        if pool or not self._may_start:
            return pool
        try:
            pool = self._own.pool = self._start()
        except (OSError, RuntimeError) as error:
            # A RuntimeError: no thread could be started, or the process ended at once.
            if self._is_stopped:
                raise CancelledError from None
            # Threads that fail at the same time say so once, as a rule.
            if self._may_start:
                self._may_start = False
                has_ended = isinstance(error, BrokenProcessPool)
                _log.warning("%s", ENDED_AT_ONCE if has_ended else NOT_STARTED % error)
        return pool

    def make(self, task: "ClientTask", level: int) -> WorkerAnswer | None:
        """Returns the answer of a process; None where this one has to do the work.

        A task that a process died of is tried once more, with no other process at work beside it. Raises
        ClientError when that one dies too, CancelledError after `stop`.
        """
        for places in (1, self.width):
            with self._take(places):
                pool = self.start()
                if pool is None:
                    return None
                try:
                    answer: WorkerAnswer = wait_for(pool.submit(make_in_worker, task, level), self._end)
                    return answer
                except BrokenProcessPool:
                    if self._is_stopped:
                        raise CancelledError from None
                    self._own.pool = None
                    self._close(pool)
                    _log.warning("a process that makes clients' files ended; another one goes on")
        raise ClientError(CRASHED_TWICE)

    def stop(self) -> None:
        """Ends all processes and their browsers. One that does not end in END_SECONDS is given up."""
        with self._lock:
            self._is_stopped = True
            for pipe in self._pipes.values():
                pipe.close()
        timer = threading.Timer(END_SECONDS, fail, [self._end, CancelledError()])
        timer.daemon = True
        timer.start()

    def close(self) -> None:
        """Lets the processes go; they have nothing to do any more."""
        with ThreadPoolExecutor(self.width) as threads:
            threads.map(self._close, [*self._pipes])

    def _start(self) -> ProcessPoolExecutor:
        reader, writer = _spawning.Pipe(duplex=False)
        pool = ProcessPoolExecutor(1, mp_context=_spawning, initializer=_begin_worker, initargs=(reader,))
        with self._lock:
            if self._is_stopped:
                raise CancelledError
            self._pipes[pool] = writer
        try:
            with _block_interrupts():
                loaded = pool.submit(load_modules)
            wait_for(loaded, self._end)
        except BaseException:
            self._close(pool)
            raise
        finally:
            reader.close()
        return pool

    def _close(self, pool: ProcessPoolExecutor) -> None:
        pool.shutdown(wait=not self._is_stopped)
        with self._lock:
            self._pipes.pop(pool).close()

    @contextmanager
    def _take(self, places: int) -> Iterator[None]:
        """Holds so many of the processes' places in the block; with all of them no other is at work."""
        with self._entrance:
            for _ in range(places):
                self._places.acquire()
        try:
            yield
        finally:
            self._places.release(places)


def wait_for(result: Future[Any], end: Future[WorkerAnswer]) -> Any:
    """Returns what `result` comes to; raises what `end` does if that comes first."""
    futures.wait((result, end), return_when=futures.FIRST_COMPLETED)
    return (result if result.done() else end).result()


def fail(end: Future[WorkerAnswer], error: Exception) -> None:
    """Ends whoever waits by `end` with `error`, once."""
    with suppress(futures.InvalidStateError):
        end.set_exception(error)


def count_cores() -> int:
    """Returns the cores that this process may use, as far as the system tells."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def load_modules() -> None:
    """Loads what every task needs, half a second's worth, so that the first one need not wait for it."""
    for name in ("pandas", "reports.pipeline.client_job"):
        import_module(name)


def make_in_worker(task: "ClientTask", level: int) -> WorkerAnswer:
    """Returns the client of `task`, or its error, and what was logged of it at `level` or above."""
    from reports.pipeline.client_job import make

    with _capture_log(level) as records:
        try:
            made: Made | ReportsError = make(task)
        except ReportsError as error:
            made = error.with_traceback(None)
    return WorkerAnswer(made, tuple(records.get() for _ in range(records.qsize())))


@contextmanager
def _block_interrupts() -> Iterator[None]:
    """A process that this thread starts in the block is deaf to Ctrl+C from its first moment."""
    if sys.platform == "win32":
        yield
        return
    usual = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, usual)


def _begin_worker(pipe: Connection) -> None:
    """A process leaves Ctrl+C to the one it works for, and does not outlive it, nor does its browser."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    uncaught.log_all()
    gc.set_threshold(*CYCLE_THRESHOLDS)
    threading.Thread(target=_end_with, args=(pipe,), daemon=True).start()


def _end_with(pipe: Connection) -> None:
    """Ends this process, and what it started, when the other end of `pipe` is closed, or its process ends."""
    with suppress(EOFError, OSError):
        pipe.recv_bytes()
    with suppress(Exception):
        from reports.render import pdf

        pdf.end_all()
    os._exit(1)


@contextmanager
def _capture_log(level: int) -> Iterator[SimpleQueue[logging.LogRecord]]:
    """Keeps what this thread logs in the block, as text; a worker of a cluster may have several threads."""
    records: SimpleQueue[logging.LogRecord] = SimpleQueue()
    handler = QueueHandler(records)
    thread = threading.get_ident()
    handler.addFilter(lambda record: record.thread == thread)
    package = logging.getLogger("reports")
    package.setLevel(level)
    package.addHandler(handler)
    try:
        yield records
    finally:
        package.removeHandler(handler)
