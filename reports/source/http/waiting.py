"""What is waited for while the API, or a mail server, does not answer, in a sentence now and then.

A slow answer, a pause that the API asked for, the rate limit and tries that are repeated all look alike to a
person: nothing happens.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from reports.source.http.rate_limit import Clock

INTERVAL_SECONDS = 5.0
"""So long nothing is said, and then every so often."""


class Waiting:
    """What the threads of one account wait for; any of them may tell it, and any may ask."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._asking = self._sending = 0
        self._since = 0.0
        self._trouble: str | None = None

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Something is wanted of the API in the block, tries and pauses included."""
        with self._lock:
            if not self._asking:
                self._since, self._trouble = self._clock.monotonic(), None
            self._asking += 1
        try:
            yield
        finally:
            with self._lock:
                self._asking -= 1

    @contextmanager
    def sending(self) -> Iterator[None]:
        """A request is under way in the block."""
        with self._lock:
            self._sending += 1
        try:
            yield
        finally:
            with self._lock:
                self._sending -= 1

    def note(self, trouble: str | None) -> None:
        """An answer came, usable where there is no `trouble`."""
        with self._lock:
            self._trouble = trouble
            if trouble is None:
                self._since = self._clock.monotonic()

    def describe(self, *, pause_seconds: float) -> str | None:
        """What is waited for, `pause_seconds` being left of a pause; None while answers come."""
        with self._lock:
            seconds = self._clock.monotonic() - self._since
            if not self._asking or seconds < INTERVAL_SECONDS:
                return None
            trouble = self._trouble
            if pause_seconds > 0:
                what = f"nothing may be asked for {pause_seconds:.0f} s more"
            elif trouble:
                what = "asking again"
            elif self._sending:
                what = "its answer"
            else:
                what = "the next request that requests.per_minute allows"
        if trouble:
            return f"Waiting for the API for {seconds:.0f} s: {what} ({trouble})."
        return f"Waiting for the API for {seconds:.0f} s: {what}."


@contextmanager
def announce(describe: Callable[[], str | None], say: Callable[[str], None]) -> Iterator[None]:
    """In the block `say` is told every INTERVAL_SECONDS what `describe` has to say, by another thread."""
    is_over = threading.Event()

    def look() -> None:
        while not is_over.wait(INTERVAL_SECONDS):
            if said := describe():
                say(said)

    thread = threading.Thread(target=look, name="waiting", daemon=True)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()
