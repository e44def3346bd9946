"""When requests start: as often as allowed and never oftener, by a standing clock and by a real one."""

import random
import threading
import time
from bisect import bisect_left
from itertools import pairwise

import pytest

from reports.errors import UnreachableError
from reports.source.pacer import CATCH_UP_SECONDS, Clock, Pacer, StoppedError

A_TRIFLE = 1e-6
"""Seconds: what adding up floating-point numbers may leave."""


class StandingClock(Clock):
    """Time passes only while somebody waits, and who waits is woken as late as `late` says."""

    def __init__(self, *late: float) -> None:
        self.seconds = 1_000.0
        self._late = iter(late)

    def monotonic(self) -> float:
        return self.seconds

    def wait(self, changed: threading.Condition, seconds: float) -> None:  # noqa: ARG002
        self.seconds += max(seconds, A_TRIFLE) + next(self._late, 0.0)


def _pacer(clock: Clock, per_minute: int) -> Pacer:
    return Pacer(per_minute, deadline_seconds=1e9, clock=clock)


def _starts(pacer: Pacer, clock: Clock, count: int) -> list[float]:
    found = []
    for _ in range(count):
        pacer.start()
        found.append(clock.monotonic())
    return found


def test_whoever_wakes_late_does_not_delay_those_who_come_after() -> None:
    clock = StandingClock(*[0.004] * 600)
    starts = _starts(_pacer(clock, 600), clock, 601)
    assert starts[-1] - starts[0] <= 60 + CATCH_UP_SECONDS + 0.004 + A_TRIFLE


def test_what_was_missed_by_longer_is_not_made_up() -> None:
    clock = StandingClock()
    pacer = _pacer(clock, 6_000)
    pacer.start()
    clock.seconds += 10
    starts = _starts(pacer, clock, 100)
    assert sum(start == starts[0] for start in starts) == 10
    assert starts[-1] - starts[0] >= (100 - 2) * 0.01 - CATCH_UP_SECONDS


def test_the_first_start_has_nothing_to_make_up_for() -> None:
    clock = StandingClock()
    pacer = _pacer(clock, 600)
    clock.seconds += 10
    assert all(later - sooner >= 0.1 for sooner, later in pairwise(_starts(pacer, clock, 10)))


def test_after_a_pause_nothing_is_made_up() -> None:
    clock = StandingClock()
    pacer = _pacer(clock, 600)
    pacer.start()
    pacer.pause(5)
    clock.seconds += 2
    starts = _starts(pacer, clock, 10)
    assert starts[0] >= 1_005
    assert all(later - sooner >= 0.1 for sooner, later in pairwise(starts))


@pytest.mark.parametrize("per_minute", [1, 60, 600, 780, 6_000])
@pytest.mark.parametrize("seed", range(3))
def test_no_minute_holds_more_than_it_may(per_minute: int, seed: int) -> None:
    chance = random.Random(seed)
    late = [chance.choice([0, 0.0001, 0.003, 0.02, 0.09, 0.3, 5]) * chance.random() for _ in range(10_000)]
    clock = StandingClock(*late)
    pacer = _pacer(clock, per_minute)
    starts = []
    for _ in range(per_minute + per_minute // 2 + 2):
        if not chance.randrange(50):
            clock.seconds += chance.choice([0.01, 0.05, 0.2, 3])
        starts += _starts(pacer, clock, 1)
    for number, start in enumerate(starts):
        # Less a trifle: a minute after the first of so many, the next may come.
        assert bisect_left(starts, start + 60 - A_TRIFLE) - number <= per_minute


def test_a_rate_is_reached_by_a_real_clock() -> None:
    even = 99 * 0.02
    took: list[float] = []
    # A machine with other things to do may miss it once.
    while len(took) < 3 and (not took or took[-1] > even * 1.03):
        took.append(_seconds_for(starts=100, per_minute=3_000))
    assert even - CATCH_UP_SECONDS <= min(took) <= even * 1.03


def _seconds_for(*, starts: int, per_minute: int) -> float:
    pacer = _pacer(Clock(), per_minute)
    found: list[float] = []

    def work() -> None:
        for _ in range(starts // 4):
            pacer.start()
            found.append(time.monotonic())
            time.sleep(0.03)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return max(found) - min(found)


@pytest.mark.parametrize("deadline_seconds", [1e9, 1.0])
def test_all_who_wait_are_let_go_when_the_account_is_stopped_or_time_is_up(deadline_seconds: float) -> None:
    pacer = Pacer(1, deadline_seconds=deadline_seconds, clock=Clock())
    pacer.start()
    ended: list[type[BaseException]] = []

    def work() -> None:
        try:
            pacer.start()
        except (StoppedError, UnreachableError) as error:
            ended.append(type(error))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.05)
    began = time.monotonic()
    pacer.stop()
    for thread in threads:
        thread.join()
    assert time.monotonic() - began < 0.6
    assert ended == [StoppedError if deadline_seconds > 60 else UnreachableError] * 4
