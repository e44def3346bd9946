"""The workers of a Dask cluster, where an office has more clients than one machine can do: `run --scheduler`.

They read archives and write files, so they see the same folders as this machine, by the same paths; and they
have the same version of this program, so that a month looks the same wherever it was made. Both is proven
before anything is asked or written. Nothing secret goes there.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from reports import TOOL, __version__, atomic_files
from reports.errors import ConfigError
from reports.pipeline.team import Hire, Team
from reports.plan import Plan

ANSWER_SECONDS = 20
OBITUARY = (
    "Several workers of the cluster ended one after the other while they made this client's files. "
    "Look at their logs and their memory, and run this client again on one machine"
)
TASKS_PER_THREAD = 2
"""A worker that is done with a client has the next one there already."""


class Outfit(NamedTuple):
    """What a worker has: its version of this program, and which of the paths it was asked for it lacks."""

    version: str
    missing: tuple[str, ...]


def join(address: str, planned: Sequence[Plan]) -> Hire:
    """Joins the cluster whose scheduler is at `address`, for these plans.

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
        width = _prove(client, address, planned)
    except BaseException:
        client.close()
        raise
    return partial(_team, client, width)


def outfit(paths: Sequence[str]) -> Outfit:
    """What this worker has."""
    return Outfit(__version__, tuple(path for path in paths if not Path(path).exists()))


def _prove(client: Any, address: str, planned: Sequence[Plan]) -> int:
    """How many tasks the workers do at a time, once each of them is known to be fit for them."""
    probes = [_probe(folder) for folder in {plan.account_folder for plan in planned}]
    wanted = sorted({str(path) for plan in planned for path in _read_paths(plan)} | {*map(str, probes)})
    try:
        for probe in probes:
            atomic_files.write_bytes(probe, b"")
        found = client.run(outfit, wanted, on_error="return")
    finally:
        for probe in probes:
            probe.unlink(missing_ok=True)
    if not found:
        raise ConfigError(
            f"the Dask scheduler at {address} has no workers: start some with dask worker {address}"
        )
    if troubles := [trouble for worker, one in found.items() for trouble in _troubles(worker, one)]:
        raise ConfigError("\n".join(troubles))
    threads: dict[str, int] = client.nthreads()
    return TASKS_PER_THREAD * sum(threads.values())


def _probe(account_folder: Path) -> Path:
    """A file to be looked for, in the nearest folder there is."""
    there = next(folder for folder in (account_folder, *account_folder.parents) if folder.is_dir())
    return atomic_files.temporary_name(there / "probe")


def _read_paths(plan: Plan) -> Iterator[Path]:
    """What the workers read besides archives."""
    for path in (plan.config.issuer.logo, plan.config.statement.templates):
        if path:
            yield path


def _troubles(worker: str, found: "Outfit | Exception") -> Iterator[str]:
    if isinstance(found, Exception):
        yield (
            f"the Dask worker {worker} cannot do the work ({type(found).__name__}: {found}): install {TOOL} "
            f"{__version__} where it runs, and start it again"
        )
        return
    if found.version != __version__:
        yield (
            f"the Dask worker {worker} has {TOOL} {found.version}, and this is {__version__}: "
            "install the same there, and start it again"
        )
    for path in found.missing:
        place = Path(path).parent if path.endswith(".tmp") else path
        yield f"the Dask worker {worker} does not see {place}: give it the same folders by the same paths"


def _team(client: Any, width: int) -> Team:
    from distributed.scheduler import KilledWorker

    return Team(_Cluster(client), width, deaths=(KilledWorker,), obituary=OBITUARY, is_mended=True)


class _Cluster(Executor):
    """The cluster as an executor. Tasks of a lost worker are done again by others, as Dask does by itself."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._executor = client.get_executor(pure=False)

    def submit(self, work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        future: Future[Any] = self._executor.submit(work, *args, **kwargs)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002 - as executors have it
        # Whoever leaves is waited for by nobody: the scheduler drops what it had not begun.
        self._client.close()
