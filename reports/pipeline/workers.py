"""Who makes the clients' files: this process, several of this machine, or the workers of a cluster.

A task goes in, a future comes out. The work is given to any `concurrent.futures.Executor`, so many tasks at a
time as it is wide.
"""

from concurrent.futures import Future
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Self

from reports.pipeline import team
from reports.pipeline.forecast import Outlook
from reports.pipeline.foreman import Foreman, Here, Piece
from reports.pipeline.team import Hire

if TYPE_CHECKING:
    from reports.pipeline.client_job import Made, Task

WORTH_SECONDS = 2.0
"""A process takes a second of work to start, so it is started for more work than that."""

BUSY_SHARE = 0.5
"""Where files take so much of the time, they are what the run waits for rather than the API."""


class Workers:
    """Whoever is at hand. Tasks come from any thread.

    `processes`: how many of this machine to start, at once when it is said, else as many as there are cores
    and only once there is work for them. `hire`: comes up with a team in their place.
    """

    def __init__(self, processes: int | None = None, hire: Hire | None = None) -> None:
        self._here = Here()
        self._foreman = Foreman(hire or partial(team.processes, processes or team.cores()), self._here)
        self._is_wanted = bool(hire) or (processes or 0) > 1
        self._may_grow = processes is None and hire is None and team.cores() > 1

    @property
    def are_elsewhere(self) -> bool:
        """Files are made in other processes, as far as there are any."""
        return self._is_wanted

    def foresee(self, outlook: Outlook) -> None:
        """Processes are started early where files will be what the run waits for, and for long."""
        if self._may_grow and not self._is_wanted and _is_worth_it(outlook):
            self._is_wanted = True
            self._foreman.begin()

    def submit(self, task: "Task", *, left: int = 0) -> "Future[Made]":
        """The client that `task` is about, made, or the error it failed with. `left` more will come."""
        piece = Piece(task)
        if self._is_wanted and self._foreman.take(piece):
            return piece.future
        self._here.do(piece)
        if outlook := self._here.outlook(left):
            self.foresee(outlook)
        return piece.future

    def stop(self) -> None:
        """Ends at once: what is not done ends with StoppedError. Later tasks are done here."""
        self._foreman.leave(at_once=True)

    def __enter__(self) -> Self:
        if self._is_wanted:
            self._foreman.begin()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._foreman.leave(at_once=error is not None)


def _is_worth_it(outlook: Outlook) -> bool:
    return outlook.work > max(WORTH_SECONDS, BUSY_SHARE * outlook.wait)
