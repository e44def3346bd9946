"""Several accounts at once, each in a thread of its own, within the limits that each account has.

Reading is waiting, so accounts cost each other nothing while they read. Ctrl+C, which the main thread alone
hears, is heeded by each account where an end does no harm; those that have not begun do not begin.
"""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Protocol

from reports import cancellation
from reports.deliver import run_log
from reports.errors import ExitCode
from reports.plan import Outcome, Plan, Screen, last_line

ACCOUNTS_AT_ONCE = 8
NOT_BEGUN = Outcome(
    ExitCode.INTERRUPTED, last_line("interrupted before this account was begun", ExitCode.INTERRUPTED)
)


class Work(Protocol):
    """Does the month of a plan."""

    def __call__(self, plan: Plan, /, *, screen: Screen) -> Outcome: ...


def side_by_side(
    planned: Sequence[Plan], do: Work, screen: Screen, *, stop: Callable[[], None]
) -> list[Outcome]:
    """What `do` says of each plan, in their order. `stop` is called at Ctrl+C, once all may hear of it."""
    shared = _Shared(screen)
    with ThreadPoolExecutor(ACCOUNTS_AT_ONCE, thread_name_prefix="account") as threads:
        futures = [threads.submit(_one, plan, do, shared) for plan in planned]
        try:
            while wait(futures, timeout=cancellation.LOOK_UP_SECONDS).not_done:
                pass
        except KeyboardInterrupt:
            cancellation.pressed.set()
            for future in futures:
                future.cancel()
            stop()
    cancellation.pressed.clear()
    return [NOT_BEGUN if future.cancelled() else future.result() for future in futures]


def _one(plan: Plan, do: Work, shared: "_Shared") -> Outcome:
    with run_log.apart(plan.folder):
        outcome = do(plan, screen=_AccountScreen(shared, plan.config.account.name))
    shared.screen.say(f"{plan.config.account.name} {plan.period.label}: {outcome.message}")
    return outcome


class _Shared:
    """One screen for all."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self.lock = threading.Lock()
        self.counts: dict[str, tuple[int, int]] = {}


class _AccountScreen:
    """What one account shows of itself: how far all are, and its name before its words."""

    def __init__(self, shared: _Shared, account: str) -> None:
        self._shared = shared
        self._account = account

    def say(self, text: str) -> None:
        self._shared.screen.say(f"{self._account}: {text}")

    def progress(self, done: int, total: int, text: str) -> None:
        with self._shared.lock:
            self._shared.counts[self._account] = (done, total)
            done, total = map(sum, zip(*self._shared.counts.values(), strict=True))
        self._shared.screen.progress(done, total, f"{self._account}: {text}")
