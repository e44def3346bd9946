"""A few threads that do the most urgent piece of work first."""

import heapq
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from itertools import count
from typing import Any, TypeVar

_Result = TypeVar("_Result")


class Crew:
    """Threads that take work in the order of its rank; of equal rank, what was handed in first.

    The threads are daemons: one that hangs in a system call does not keep the program from ending.
    """

    def __init__(self, size: int, *, name: str) -> None:
        self._changed = threading.Condition()
        self._waiting: list[tuple[int, int, Future[Any], Callable[[], Any]]] = []
        self._order = count()
        self._is_stopped = False
        self._threads = [
            # What they log is of the run that began them.
            threading.Thread(
                target=copy_context().run, args=(self._work,), name=f"{name}-{number}", daemon=True
            )
            for number in range(1, size + 1)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, work: Callable[[], _Result], *, rank: int) -> "Future[_Result]":
        """What becomes of `work`: its result or exception; cancelled when the crew is stopped before it."""
        future: Future[_Result] = Future()
        with self._changed:
            if self._is_stopped:
                _give_up(future)
            else:
                heapq.heappush(self._waiting, (rank, next(self._order), future, work))
                self._changed.notify()
        return future

    def stop(self, *, wait_seconds: float) -> None:
        """Gives up what nobody has begun, and waits at most that long for what is under way."""
        with self._changed:
            self._is_stopped = True
            given_up, self._waiting = self._waiting, []
            self._changed.notify_all()
        for _, _, future, _ in given_up:
            _give_up(future)
        until = time.monotonic() + wait_seconds
        for thread in self._threads:
            thread.join(max(until - time.monotonic(), 0))

    def _work(self) -> None:
        while task := self._next():
            future, work = task
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(work())
            except BaseException as error:  # noqa: BLE001 - raised again where the result is asked for
                future.set_exception(error)
            del task, future, work

    def _next(self) -> tuple["Future[Any]", Callable[[], Any]] | None:
        with self._changed:
            while not self._waiting and not self._is_stopped:
                self._changed.wait()
            if self._is_stopped:
                return None
            _, _, future, work = heapq.heappop(self._waiting)
            return future, work


def _give_up(future: "Future[Any]") -> None:
    future.cancel()
    future.set_running_or_notify_cancel()
