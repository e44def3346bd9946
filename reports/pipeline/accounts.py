"""Several accounts at once, each in a thread of its own, within the limits that each account has.

Ctrl+C, which the main thread alone hears, is heeded by each account where an end does no harm.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait

from reports import cancellation
from reports.deliver import run_log
from reports.errors import ExitCode
from reports.plan import Outcome, Plan, Screen, last_line

ACCOUNTS_AT_ONCE = 8
NOT_BEGUN = Outcome(
    ExitCode.INTERRUPTED, last_line("interrupted before this account was begun", ExitCode.INTERRUPTED)
)


def side_by_side(
    planned: Sequence[Plan],
    do: Callable[[Plan, Screen], Outcome],
    screen: Screen,
    *,
    stop: Callable[[], None],
) -> list[Outcome]:
    """What `do` says of each plan, in their order. `stop` is called at Ctrl+C, once all may hear of it."""
    counts = {plan.config.account.name: (0, 0) for plan in planned}

    def run(plan: Plan) -> Outcome:
        with run_log.apart(plan.folder):
            outcome = do(plan, _AccountScreen(screen, plan.config.account.name, counts))
        screen.say(f"{plan.config.account.name} {plan.period.label}: {outcome.message}")
        return outcome

    with ThreadPoolExecutor(ACCOUNTS_AT_ONCE, thread_name_prefix="account") as threads:
        futures = [threads.submit(run, plan) for plan in planned]
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


class _AccountScreen:
    """What one account shows of itself: how far all are, by `counts`, and its name before its words."""

    def __init__(self, screen: Screen, account: str, counts: dict[str, tuple[int, int]]) -> None:
        self._screen = screen
        self._account = account
        self._counts = counts

    def say(self, text: str) -> None:
        self._screen.say(f"{self._account}: {text}")

    def progress(self, done: int, total: int, text: str) -> None:
        # Every account has its place there from the beginning, so threads need no lock.
        self._counts[self._account] = (done, total)
        done, total = map(sum, zip(*self._counts.values(), strict=True))
        self._screen.progress(done, total, f"{self._account}: {text}")
