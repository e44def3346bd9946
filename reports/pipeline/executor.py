"""Makes clients' files: in this process, in several of this machine, or on the workers of a Dask cluster.

A task goes in as one value and comes back as one, without a secret in either. Workers of a cluster see the
same folders as this machine, by the same paths, and have the same version of this program, so that a month
looks the same wherever it was made; both is proven before anything is asked or written.
"""

import logging
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent import futures
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager, suppress
from contextvars import copy_context
from importlib import import_module
from logging.handlers import QueueHandler
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple

from reports import TOOL, __version__, atomic_files, garbage, uncaught
from reports.errors import ClientError, ConfigError, ReportsError

if TYPE_CHECKING:
    from reports.pipeline.client_job import Made, Task
    from reports.plan import Plan

CLIENTS_FOR_PROCESSES = 20
"""A process takes a second to start, and a client of 100 documents a tenth of one."""

END_SECONDS = 10
"""A process that was told to end is waited for that long."""

ANSWER_SECONDS = 20
TASKS_PER_THREAD = 2
"""A worker of a cluster that is done with a client has the next one there already."""

NOT_STARTED = "no further process could be started (%s): this one does the work"
ENDED_AT_ONCE = "processes that make clients' files end as soon as they begin: this one does the work"
CRASHED_TWICE = (
    "The process that made this client's files ended before it was done, twice in a row. "
    "Look at the memory of the machine, and run again with --jobs 1"
)
WORKERS_LOST = (
    "Several workers of the cluster ended one after the other while they made this client's files. "
    "Look at their logs and their memory, and run this client again on one machine"
)
CLUSTER_LOST = (
    "The cluster was gone before this client's files were made. Look at its scheduler, and run again with "
    "--resume"
)

# On every system processes are begun anew, as Windows has to.
_spawning = multiprocessing.get_context("spawn")
_log = logging.getLogger(__name__)


class Answer(NamedTuple):
    """What a worker returns: a client that was made, or the error it failed with, and what was logged."""

    made: "Made | ReportsError"
    records: tuple[logging.LogRecord, ...]


class JobExecutor(AbstractContextManager["JobExecutor"]):
    """Makes clients' files, of tasks that come from any thread; accounts side by side share one.

    `processes`: so many of this machine, for 1 this one alone; by default as many as it has cores, from
    CLIENTS_FOR_PROCESSES clients on. `cluster`: its workers instead.
    """

    def __init__(self, processes: int | None = None, cluster: "Cluster | None" = None) -> None:
        self._processes = processes
        self._workers: Processes | Cluster | None = cluster
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

    def submit(self, task: "Task") -> "Future[Made]":
        """Returns the client that `task` is about, or the error it failed with.

        CancelledError for what was not done when `stop` came; what comes later is made in this process.
        """
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

    def _make(self, task: "Task") -> "Made":
        answer = self._workers.make(task, logging.getLogger().level) if self._workers else None
        if answer is None:
            return self._make_here(task, may_be_late=False)
        for record in answer.records:
            logging.getLogger(record.name).log(record.levelno, "%s", record.getMessage())
        if isinstance(answer.made, ReportsError):
            raise answer.made
        return answer.made

    def _make_here(self, task: "Task", *, may_be_late: bool = True) -> "Made":
        from reports.pipeline.client_job import make

        with self._here:
            if self._is_stopped and not may_be_late:
                raise CancelledError
            return make(task)


class Processes:
    """Processes of this machine, each with a thread of ours that gives it one task at a time.

    Each is a pool of its own: a pool whose process dies gives up all that it was given, so here only the task
    that the process was at.
    """

    def __init__(self, count: int) -> None:
        self.width = count
        self._own = threading.local()
        self._lock = threading.Lock()
        self._pipes: dict[ProcessPoolExecutor, Connection] = {}
        self._may_start = True
        self._is_stopped = False
        self._end: Future[Answer] = Future()
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

    def make(self, task: "Task", level: int) -> Answer | None:
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
                    answer: Answer = _wait(pool.submit(make_in_worker, task, level), self._end)
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
        timer = threading.Timer(END_SECONDS, _fail, [self._end, CancelledError()])
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
        if sys.platform != "win32":
            # Processes that are started from here are deaf to Ctrl+C from their first moment.
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            _wait(pool.submit(load_modules), self._end)
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


class Cluster:
    """A Dask cluster. The tasks of a worker that is lost are done again by others, as Dask does by itself."""

    def __init__(self, client: Any) -> None:
        self.width: int = TASKS_PER_THREAD * sum(client.nthreads().values())
        self._client = client
        self._executor = client.get_executor(pure=False)
        self._end: Future[Answer] = Future()

    def start(self) -> None:
        """Its workers were started before."""

    def make(self, task: "Task", level: int) -> Answer:
        """Returns the answer of a worker. Raises ClientError where the cluster is gone, CancelledError."""
        from distributed.scheduler import KilledWorker

        if not self._end.done():
            try:
                answer: Answer = _wait(self._executor.submit(make_in_worker, task, level), self._end)
                return answer
            except KilledWorker:
                raise ClientError(WORKERS_LOST) from None
            except CancelledError:
                pass
            except Exception as error:  # noqa: BLE001 - Dask has many for a cluster that is gone
                _log.warning("nothing can be given out any more: %s", error)
        # What else the cluster was given may never be answered either.
        _fail(self._end, ClientError(CLUSTER_LOST))
        return self._end.result()

    def close(self) -> None:
        """Leaves the cluster, whose scheduler drops what it had not begun."""
        _fail(self._end, CancelledError())
        self._client.close()

    stop = close


def count_cores() -> int:
    """Returns the cores that this process may use, as far as the system tells."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def load_modules() -> None:
    """Loads what every task needs, half a second's worth, so that the first one need not wait for it."""
    for name in ("pandas", "reports.pipeline.client_job"):
        import_module(name)


def make_in_worker(task: "Task", level: int) -> Answer:
    """Returns the client of `task`, or its error, and what was logged of it at `level` or above."""
    from reports.pipeline.client_job import make

    with _capture_log(level) as records:
        try:
            made: Made | ReportsError = make(task)
        except ReportsError as error:
            made = error.with_traceback(None)
    return Answer(made, tuple(records.get() for _ in range(records.qsize())))


def join_cluster(address: str, planned: "Sequence[Plan]") -> Cluster:
    """Returns the cluster whose scheduler is at `address`, proven to be fit for these plans.

    Raises ConfigError when there is none, or when one of its workers cannot do the work.
    """
    try:
        from distributed import Client
    except ImportError:
        raise ConfigError(
            "--scheduler needs Dask, which is not installed here: "
            "pip install 'invoicexpress-reports[cluster]', or leave --scheduler out"
        ) from None
    # Each of its loggers writes on the screen by itself, tracebacks of lost connections among it.
    for name in [name for name in logging.root.manager.loggerDict if name.startswith("distributed")]:
        logging.getLogger(name).disabled = True
    client: Any
    try:
        client = Client(address, timeout=ANSWER_SECONDS, set_as_default=False, name=TOOL)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError, RuntimeError) as error:
        raise ConfigError(
            f"no Dask scheduler answers at {address} ({type(error).__name__}): "
            "start one with dask scheduler, correct the address, or leave --scheduler out"
        ) from error
    try:
        check_workers(client, address, planned)
        return Cluster(client)
    except BaseException:
        client.close()
        raise


def check_workers(client: Any, address: str, planned: "Sequence[Plan]") -> None:
    """Asks every worker for its version and the folders. Raises ConfigError with each problem, WriteError."""
    folders = {plan.account_folder for plan in planned}
    there = {next(one for one in (folder, *folder.parents) if one.is_dir()) for folder in folders}
    probes = [atomic_files.temporary_name(folder / "probe") for folder in there]
    configs = [plan.config for plan in planned]
    read = [path for one in configs for path in (one.issuer.logo, one.statement.templates) if path]
    try:
        for probe in probes:
            atomic_files.write_bytes(probe, b"")
        states = client.run(describe_worker, sorted({*map(str, (*probes, *read))}), on_error="return")
    finally:
        for probe in probes:
            probe.unlink(missing_ok=True)
    if not states:
        raise ConfigError(
            f"the Dask scheduler at {address} has no workers: start some with dask worker {address}"
        )
    if problems := [problem for worker, state in states.items() for problem in find_problems(worker, state)]:
        raise ConfigError("\n".join(problems))


def describe_worker(paths: Sequence[str]) -> tuple[str, list[str]]:
    """Returns the version of this program on the worker that it is called on, and which paths that lacks."""
    return __version__, [path for path in paths if not Path(path).exists()]


def find_problems(worker: str, state: tuple[str, list[str]] | Exception) -> Iterator[str]:
    """Yields why the worker of this address cannot do the work, each with what to do."""
    name = f"the Dask worker {worker}"
    if isinstance(state, Exception):
        why = f"cannot do the work ({type(state).__name__}: {state})"
        yield f"{name} {why}: install {TOOL} {__version__} where it runs, and start it again"
        return
    version, missing = state
    if version != __version__:
        differs = f"has {TOOL} {version}, and this is {__version__}"
        yield f"{name} {differs}: install the same there, and start it again"
    for path in missing:
        place = Path(path).parent if path.endswith(".tmp") else path
        yield f"{name} does not see {place}: give it the same folders by the same paths"


def _wait(result: Future[Any], end: Future[Answer]) -> Any:
    """Returns what `result` comes to; raises what `end` does if that comes first."""
    futures.wait((result, end), return_when=futures.FIRST_COMPLETED)
    return (result if result.done() else end).result()


def _fail(end: Future[Answer], error: Exception) -> None:
    with suppress(futures.InvalidStateError):
        end.set_exception(error)


def _begin_worker(pipe: Connection) -> None:
    """A process leaves Ctrl+C to the one it works for, and does not outlive it, nor does its browser."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    garbage.collect_seldom()
    uncaught.log_all()
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
