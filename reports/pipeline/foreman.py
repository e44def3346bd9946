"""Who does which client's files: pieces of work are given out and taken back, and none is lost or done twice.

A worker that dies takes its client along and nothing else: who was at work beside it is done again, those
that may have been the cause one at a time, and whoever ends a worker twice fails.
"""

import logging
import signal
import sys
import threading
import time
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from reports.errors import ClientError, ReportsError
from reports.pipeline import apart
from reports.pipeline.apart import Answer
from reports.pipeline.forecast import Outlook
from reports.pipeline.team import Hire, Team

if TYPE_CHECKING:
    from reports.pipeline.client_job import Made, Task

DEATHS_ALLOWED = 2
IDLE_DEATHS_ALLOWED = 3
"""Teams that may be lost before one of them has done anything: then this process does the work."""

END_SECONDS = 10
NOBODY = "no further process could be started (%s): this one does the work"
GONE = (
    "The cluster was gone before this client's files were made. Look at its scheduler, and run again with "
    "--resume"
)

_log = logging.getLogger(__name__)


class StoppedError(Exception):
    """The work was stopped before this client was done. It never reaches the user."""


class Piece:
    """A task on its way. `deaths`: how many workers ended while they were at it."""

    def __init__(self, task: "Task") -> None:
        self.task = task
        self.future: Future[Made] = Future()
        self.deaths = 0
        # What is logged of it is of the run that it came from.
        self._context = copy_context()

    def begins(self) -> bool:
        """It is under way from now on, and is not cancelled any more; False when it was."""
        return self.future.running() or self.future.set_running_or_notify_cancel()

    def fail(self, error: BaseException) -> None:
        """It will not be made."""
        if self.begins():
            self.future.set_exception(error)

    def settle(self, answer: "Answer") -> None:
        """It has been made, or could not be."""
        self._context.run(answer.tell)
        if isinstance(answer.made, ReportsError):
            self.future.set_exception(answer.made)
        else:
            self.future.set_result(answer.made)


class Foreman:
    """Gives out pieces and takes them back, in a thread of its own, which alone knows who does what."""

    def __init__(self, hire: Hire, here: "Here") -> None:
        self._hire = hire
        self._here = here
        self._calls: SimpleQueue[partial[None]] = SimpleQueue()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._has_left = self._is_leaving = self._is_stopped = self._is_lost = False
        self._team: Team | None = None
        self._waiting: deque[Piece] = deque()
        self._under_way: set[Piece] = set()
        self._idle_deaths = 0

    def take(self, piece: Piece) -> bool:
        """The piece is taken on; False when nobody is here any more."""
        with self._lock:
            if self._has_left:
                return False
            self._begin()
            self._calls.put(partial(self._add, piece))
            return True

    def begin(self) -> None:
        """Hires, and so starts processes, in case nobody has been yet."""
        with self._lock:
            if not self._has_left:
                self._begin()

    def leave(self, *, at_once: bool) -> None:
        """Ends when everything is done, or `at_once`. A second time there is nothing left to end."""
        with self._lock:
            thread, has_left, self._has_left = self._thread, self._has_left, True
            self._is_stopped = self._is_stopped or at_once
        if thread is None:
            return
        if at_once or not has_left:
            self._calls.put(partial(self._leave, at_once=at_once))
        thread.join()

    def _begin(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="foreman", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        try:
            self._lead()
        except Exception as bug:  # noqa: BLE001 - raised again where the results are asked for
            with self._lock:
                self._has_left = True
            with suppress(Empty):
                while True:
                    call = self._calls.get_nowait()
                    self._waiting += call.args[:1] if call.func == self._add else ()
            for piece in (*self._waiting, *self._under_way):
                piece.fail(bug)

    def _lead(self) -> None:
        if sys.platform != "win32":
            # Processes that are started from here are deaf to Ctrl+C from their first moment.
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        self._team = self._hired()
        while not self._is_leaving or self._waiting or self._under_way:
            self._calls.get()()
            self._hand_out()
        if self._team:
            self._team.executor.shutdown(wait=True, cancel_futures=True)

    def _hired(self) -> Team | None:
        """None when nobody can be hired: then the work is done here."""
        try:
            return self._hire()
        except (OSError, RuntimeError) as error:
            # A RuntimeError: no thread could be started, or a process ended while it was.
            _log.warning(NOBODY, error)
            return None

    def _add(self, piece: Piece) -> None:
        if self._is_lost:
            piece.fail(ClientError(GONE))
        else:
            self._waiting.append(piece)

    def _leave(self, *, at_once: bool) -> None:
        self._is_leaving = True
        if at_once:
            if self._team:
                self._team.end()
                if self._team.is_mended:
                    self._team.executor.shutdown(wait=False, cancel_futures=True)
            while self._waiting:
                self._waiting.popleft().fail(StoppedError())
            # Whoever does not come back by itself is given up.
            timer = threading.Timer(END_SECONDS, self._calls.put, [partial(self._give_up)])
            timer.daemon = True
            timer.start()

    def _give_up(self) -> None:
        for piece in self._under_way:
            piece.fail(StoppedError())
        self._under_way.clear()

    def _hand_out(self) -> None:
        """Gives the team as much as it is wide; a piece that may have ended a worker is alone with it."""
        while self._waiting and (self._team is None or len(self._under_way) < self._team.width):
            is_suspect = self._waiting[0].deaths > 0
            if self._under_way and (is_suspect or any(piece.deaths for piece in self._under_way)):
                return
            piece = self._waiting.popleft()
            if not piece.begins():
                continue
            if self._team is None:
                self._do_here(piece)
                continue
            self._under_way.add(piece)
            done: Future[Answer] = Future()
            try:
                done = self._team.executor.submit(apart.do, piece.task, logging.getLogger().level)
            except self._team.deaths as error:
                done.set_exception(error)
            except Exception as error:  # noqa: BLE001 - executors have errors of their own for being closed
                if not self._team.is_mended:
                    self._under_way.discard(piece)
                    self._waiting.appendleft(piece)
                    self._dismiss(self._team, error)
                    continue
                _log.warning("nothing can be given out any more: %s", error)
                done.cancel()
            done.add_done_callback(partial(self._call_back, piece, self._team))

    def _do_here(self, piece: Piece) -> None:
        # Before this is heard of from the queue: all that stands in it would be made first.
        if self._is_stopped:
            piece.fail(StoppedError())
        else:
            self._here.do(piece)

    def _call_back(self, piece: Piece, team: Team, done: "Future[Answer]") -> None:
        self._calls.put(partial(self._take_back, piece, team, done))

    def _take_back(self, piece: Piece, team: Team, done: "Future[Answer]") -> None:
        if piece not in self._under_way:
            return
        self._under_way.discard(piece)
        error = None if done.cancelled() else done.exception()
        is_dead = isinstance(error, team.deaths)
        if not done.cancelled() and error is None:
            self._idle_deaths = -sys.maxsize
            piece.settle(done.result())
        elif self._is_stopped:
            piece.fail(StoppedError())
        elif is_dead and not team.is_mended and piece.deaths + 1 < DEATHS_ALLOWED:
            piece.deaths += 1
            self._waiting.appendleft(piece)
        elif is_dead:
            piece.fail(ClientError(team.obituary))
        elif done.cancelled():
            self._lose(piece)
        else:
            piece.fail(error or StoppedError())
        if is_dead and not team.is_mended and self._team is team and not self._is_stopped:
            self._replace(team)

    def _lose(self, piece: Piece) -> None:
        """The team is gone. What it is given from now on, and what it has, may never be answered."""
        self._is_lost = True
        for own in (piece, *self._under_way, *self._waiting):
            own.fail(ClientError(GONE))
        self._under_way.clear()
        self._waiting.clear()

    def _dismiss(self, team: Team, error: Exception) -> None:
        """No further process can be started: this one does what is left.

        The others first end all they have, and with it the piece that could not be given away, if it has
        reached them: nobody may be at it when it is begun here.
        """
        _log.warning(NOBODY, error)
        self._team = None
        team.executor.shutdown(wait=True)

    def _replace(self, team: Team) -> None:
        team.executor.shutdown(wait=False)
        self._idle_deaths += 1
        if self._idle_deaths >= IDLE_DEATHS_ALLOWED:
            _log.warning(
                "processes that make clients' files end as soon as they begin: this one does the work"
            )
            self._team = None
            return
        _log.warning("a process that makes clients' files ended; another one goes on")
        self._team = self._hired()


class Here:
    """This process at work, one client at a time, and how much of its time that takes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._began: float | None = None
        self._busy_seconds = 0.0
        self._done = 0

    def do(self, piece: Piece) -> None:
        """Makes the client's files."""
        with self._lock:
            began = time.monotonic()
            try:
                from reports.pipeline.client_job import make

                piece.future.set_result(make(piece.task))
            except Exception as error:  # noqa: BLE001 - raised again where the result is asked for
                piece.future.set_exception(error)
            ended = time.monotonic()
            if self._began is None:
                # The first one, with whom libraries are loaded, says nothing of the others.
                self._began = ended
            else:
                self._busy_seconds += ended - began
                self._done += 1

    def outlook(self, left: int) -> Outlook | None:
        """Of `left` clients, by those that were made; None when there was none yet."""
        if self._began is None or not self._done:
            return None
        passed = time.monotonic() - self._began
        return Outlook(*(seconds * left / self._done for seconds in (self._busy_seconds, passed)))
