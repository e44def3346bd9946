"""When a request may start: so many a minute, pauses the API asked for, the run's deadline and retry budget.

One Pacer and one Budget serve all threads of an account. Durations are seconds of the monotonic clock.
"""

import threading
import time
from collections import deque
from datetime import UTC, datetime, timedelta

from reports.errors import UnreachableError

LONGEST_PAUSE_SECONDS = 300
MINUTE_SECONDS = 61.0
"""A second more than the vendor's: a request may take that much longer on its way there than a later one."""
RETRIES_ALLOWED = 50
SUCCESSES_PER_RETRY = 5
LONGEST_NAP_SECONDS = 0.5
"""Nobody waits longer at a stretch: Windows delivers Ctrl+C to the main thread between two naps only."""


class StoppedError(Exception):
    """The account was stopped while this thread was at work or waiting. It never reaches the user."""


class Clock:
    """Time, and waiting for it. Tests hand in one that they turn themselves."""

    def monotonic(self) -> float:
        """Seconds from an arbitrary start; never goes back."""
        return time.monotonic()

    def now(self) -> datetime:
        """The instant, aware, UTC: for dates in messages and in Retry-After."""
        return datetime.now(UTC)

    def wait(self, changed: threading.Condition, seconds: float) -> None:
        """At most `seconds`; less when `changed` is notified. The caller holds it and looks again."""
        changed.wait(min(seconds, LONGEST_NAP_SECONDS))


class Pacer:
    """Lets at most `per_minute` requests start in any MINUTE_SECONDS, until `deadline_seconds` from now.

    Within them it does not space them: the vendor counts requests of a minute, and how many are under way at
    once is bounded by the threads that ask. After `space_evenly` it does, for a service that counts by less
    than a minute, or that others ask at the same time.

    Waiting ends with StoppedError when `stop` is called, and with UnreachableError when the deadline passes,
    or would pass before the wait is over.
    """

    def __init__(self, per_minute: int, *, deadline_seconds: float, clock: Clock) -> None:
        self._starts = deque[float](maxlen=per_minute)
        self._even_seconds = MINUTE_SECONDS / per_minute
        self._is_spaced = False
        self._too_late = (
            f"not read within the {deadline_seconds / 60:.0f} minutes a run may take. "
            "Run again later, or raise requests.deadline_minutes"
        )
        self._clock = clock
        self._turn = threading.Lock()
        self._changed = threading.Condition()
        self._is_stopped = False
        self._paused_until = clock.monotonic()
        self._deadline = self._paused_until + deadline_seconds

    def start(self) -> None:
        """Returns when a request may start now. Fails at once when the API asked for too long a pause."""
        # One thread at a time waits for the clock, and the others for it: they would all wake for one start.
        with self._turn, self._changed:
            while True:
                self.check()
                now = self._clock.monotonic()
                # To the millisecond: the longest pause, added to an instant, may come out a hair longer.
                if round(self._paused_until - now, 3) > LONGEST_PAUSE_SECONDS:
                    instant = self._clock.now() + timedelta(minutes=1, seconds=self._paused_until - now)
                    raise UnreachableError(
                        "the API asked for a pause that is too long to wait for. "
                        f"Run again after {instant:%Y-%m-%d %H:%M} UTC"
                    )
                due = max(self._next_allowed(), self._paused_until)
                if due <= now:
                    self._starts.append(now)
                    return
                self._nap(until=due)

    def pause(self, seconds: float) -> None:
        """No request of this account starts for that long."""
        with self._changed:
            self._paused_until = max(self._paused_until, self._clock.monotonic() + seconds)

    def space_evenly(self) -> None:
        """From now on requests start at least MINUTE_SECONDS / `per_minute` apart."""
        with self._changed:
            self._is_spaced = True

    @property
    def pause_left(self) -> float:
        """Seconds for which no request starts."""
        return max(self._paused_until - self._clock.monotonic(), 0)

    @property
    def seconds_left(self) -> float:
        """Seconds until the deadline."""
        return max(self._deadline - self._clock.monotonic(), 0)

    def sleep(self, seconds: float) -> None:
        """The calling thread alone waits that long."""
        with self._changed:
            until = self._clock.monotonic() + seconds
            while self._clock.monotonic() < until:
                self.check()
                self._nap(until=until)

    def stop(self) -> None:
        """All waiting ends now, and every later call fails, with StoppedError."""
        with self._changed:
            self._is_stopped = True
            self._changed.notify_all()

    def check(self) -> None:
        """Raises StoppedError after `stop`, and UnreachableError after the deadline."""
        if self._is_stopped:
            raise StoppedError
        if self._clock.monotonic() >= self._deadline:
            raise UnreachableError(self._too_late)

    def _next_allowed(self) -> float:
        due = 0.0
        if len(self._starts) == self._starts.maxlen:
            due = self._starts[0] + MINUTE_SECONDS
        if self._is_spaced and self._starts:
            due = max(due, self._starts[-1] + self._even_seconds)
        return due

    def _nap(self, *, until: float) -> None:
        if until >= self._deadline:
            raise UnreachableError(self._too_late)
        self._clock.wait(self._changed, until - self._clock.monotonic())


class Budget:
    """Retries for the whole run: RETRIES_ALLOWED, and one more for every SUCCESSES_PER_RETRY successes.

    Once spent it stays spent: the API is taken for dead, and nothing more is asked of it.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._successes_left = RETRIES_ALLOWED * SUCCESSES_PER_RETRY
        self._retries = 0
        self._is_spent = False

    def earn(self) -> None:
        """A request succeeded."""
        with self._lock:
            self._successes_left += 1

    def spend(self, cost: int) -> None:
        """Takes `cost` for one retry. Raises UnreachableError when that much is not left."""
        with self._lock:
            self._is_spent = self._is_spent or self._successes_left < cost * SUCCESSES_PER_RETRY
            if not self._is_spent:
                self._successes_left -= cost * SUCCESSES_PER_RETRY
                self._retries += 1
        self.check()

    def check(self) -> None:
        """Raises UnreachableError when the budget is spent."""
        if self._is_spent:
            raise UnreachableError(
                f"the API failed too often in this run ({self._retries} requests had to be repeated), "
                "so nothing more was asked of it. Run again later"
            )
