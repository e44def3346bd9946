"""Makes clients' files on the workers of a Dask cluster.

That they see the same folders by the same paths, and have the same version of this program, is proven first.
"""

import logging
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError, Future
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports import TOOL, __version__, atomic_files
from reports.errors import ClientError, ConfigError
from reports.pipeline.executor import WorkerAnswer, fail, make_in_worker, wait_for

if TYPE_CHECKING:
    from reports.pipeline.client_job import ClientTask
    from reports.plan import Plan

ANSWER_SECONDS = 20
TASKS_PER_THREAD = 2
"""A worker of a cluster that is done with a client has the next one there already."""

WORKERS_LOST = (
    "Several workers of the cluster ended one after the other while they made this client's files. "
    "Look at their logs and their memory, and run this client again on one machine"
)
CLUSTER_LOST = (
    "The cluster was gone before this client's files were made. Look at its scheduler, and run again with "
    "--resume"
)

_log = logging.getLogger(__name__)


class Cluster:
    """A Dask cluster. The tasks of a worker that is lost are done again by others, as Dask does by itself."""

    def __init__(self, client: Any) -> None:
        self.width: int = TASKS_PER_THREAD * sum(client.nthreads().values())
        self._client = client
        self._executor = client.get_executor(pure=False)
        self._end: Future[WorkerAnswer] = Future()

    def start(self) -> None:
        """Its workers were started before."""

    def make(self, task: "ClientTask", level: int) -> WorkerAnswer:
        """Returns the answer of a worker. Raises ClientError where the cluster is gone, CancelledError."""
        from distributed.scheduler import KilledWorker

        if not self._end.done():
            try:
                answer: WorkerAnswer = wait_for(self._executor.submit(make_in_worker, task, level), self._end)
                return answer
            except KilledWorker:
                raise ClientError(WORKERS_LOST) from None
            except CancelledError:
                pass
            except Exception as error:  # noqa: BLE001 - Dask has many for a cluster that is gone
                _log.warning("nothing can be given out any more: %s", error)
        # What else the cluster was given may never be answered either.
        fail(self._end, ClientError(CLUSTER_LOST))
        return self._end.result()

    def close(self) -> None:
        """Leaves the cluster, whose scheduler drops what it had not begun."""
        fail(self._end, CancelledError())
        self._client.close()

    stop = close


def join_cluster(address: str, planned: "Sequence[Plan]") -> Cluster:
    """Returns the cluster whose scheduler is at `address`, fit for these plans. Raises ConfigError."""
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
