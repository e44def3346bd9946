"""A pool of daemon threads: one that hangs in a system call does not keep the program from ending.

`ThreadPoolExecutor` waits for its threads when the interpreter exits, and looking up a host's name may take
minutes.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from contextvars import copy_context
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

STOP_SECONDS = 5.0
"""How long whoever stops a pool waits for what has begun."""

_Result = TypeVar("_Result")
_Task = tuple[Future[Any], Callable[[], Any]]


class DaemonPool:
    """`size` threads that do what is submitted, in its order, in the context of whoever made the pool."""

    def __init__(self, size: int, *, name: str) -> None:
        self._lock = threading.Lock()
        self._tasks: SimpleQueue[_Task | None] = SimpleQueue()
        self._is_stopped = False
        self._threads = [
            threading.Thread(
                target=copy_context().run, args=(self._run_tasks,), name=f"{name}-{number}", daemon=True
            )
            for number in range(1, size + 1)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, call: Callable[[], _Result]) -> "Future[_Result]":
        """The result or exception of `call`; cancelled when the pool is stopped before it."""
        future: Future[_Result] = Future()
        with self._lock:
            if self._is_stopped:
                _cancel(future)
            else:
                self._tasks.put((future, call))
        return future

    def stop(self, *, wait_seconds: float) -> None:
        """Cancels what has not begun, and waits at most that long for what has."""
        with self._lock:
            self._is_stopped = True
        with suppress(Empty):
            while task := self._tasks.get_nowait():
                _cancel(task[0])
        for _ in self._threads:
            self._tasks.put(None)
        until = time.monotonic() + wait_seconds
        for thread in self._threads:
            thread.join(max(until - time.monotonic(), 0))

    def _run_tasks(self) -> None:
        while (task := self._tasks.get()) is not None:
            future, call = task
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(call())
                except BaseException as error:  # noqa: BLE001 - raised again where the result is asked for
                    future.set_exception(error)
            # A result may be large, and the next task long in coming.
            del task, future, call


def _cancel(future: "Future[Any]") -> None:
    future.cancel()
    future.set_running_or_notify_cancel()
