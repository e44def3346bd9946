"""When requests start: as often as allowed and never oftener, by a clock that is turned and by a real one."""

import random
import threading
import time
from bisect import bisect_left
from itertools import pairwise

import pytest

from reports.errors import UnreachableError
from reports.source.http import rate_limit
from reports.source.http.rate_limit import LONGEST_PAUSE_SECONDS, MINUTE_SECONDS, Clock, Pacer, StoppedError
from tests.support.scripted_api import A_TRIFLE, TurnedClock
from tests.support.waiting import LASTING_SECONDS, PATIENCE_SECONDS


def _pacer(clock: Clock, per_minute: int) -> Pacer:
    return Pacer(per_minute, deadline_seconds=1e9, clock=clock)


def _starts(pacer: Pacer, clock: Clock, count: int) -> list[float]:
    found = []
    for _ in range(count):
        pacer.start()
        found.append(clock.monotonic())
    return found


def test_a_minutes_requests_start_at_once_and_the_next_when_the_first_is_a_minute_old() -> None:
    clock = TurnedClock()
    starts = _starts(_pacer(clock, 600), clock, 1201)
    assert set(starts[:600]) == {starts[0]}
    assert starts[600:] == pytest.approx(
        [starts[0] + MINUTE_SECONDS] * 600 + [starts[0] + 2 * MINUTE_SECONDS]
    )


def test_after_an_answer_of_too_many_requests_starts_are_a_minutes_part_apart() -> None:
    clock = TurnedClock()
    pacer = _pacer(clock, 600)
    assert len(set(_starts(pacer, clock, 5))) == 1
    pacer.space_evenly()
    starts = _starts(pacer, clock, 1_200)
    apart = [later - earlier for earlier, later in pairwise(starts)]
    assert min(apart) >= MINUTE_SECONDS / 600 - A_TRIFLE
    # After the minute that began with five at once, four more parts of one are waited for.
    assert starts[-1] - starts[0] == pytest.approx(MINUTE_SECONDS * 1_203 / 600, abs=1_200 * A_TRIFLE)


def test_whoever_wakes_late_does_not_delay_those_who_come_after() -> None:
    clock = TurnedClock(*[0.004] * 600)
    starts = _starts(_pacer(clock, 600), clock, 1200)
    assert starts[-1] - starts[0] <= MINUTE_SECONDS + 0.004 + A_TRIFLE


def test_the_longest_pause_is_waited_for_at_whatever_instant_it_begins() -> None:
    """Added to an instant, a floating-point number, it may come out a hair longer."""
    for tenths in range(2000):
        clock = TurnedClock()
        clock.turn(tenths / 10)
        pacer = _pacer(clock, 600)
        pacer.pause(LONGEST_PAUSE_SECONDS)
        pacer.start()


def test_nothing_starts_before_a_pause_is_over() -> None:
    clock = TurnedClock()
    pacer = _pacer(clock, 600)
    pacer.start()
    over = clock.monotonic() + 5
    pacer.pause(5)
    clock.turn(2)
    assert _starts(pacer, clock, 10) == pytest.approx([over] * 10)


@pytest.mark.parametrize("per_minute", [1, 60, 600, 780, 6_000])
@pytest.mark.parametrize("seed", range(3))
def test_no_minute_holds_more_than_it_may(per_minute: int, seed: int) -> None:
    chance = random.Random(seed)
    late = [chance.choice([0, 0.0001, 0.003, 0.02, 0.09, 0.3, 5]) * chance.random() for _ in range(10_000)]
    clock = TurnedClock(*late)
    pacer = _pacer(clock, per_minute)
    starts = []
    for _ in range(per_minute + per_minute // 2 + 2):
        if not chance.randrange(50):
            clock.turn(chance.choice([0.01, 0.05, 0.2, 3]))
        starts += _starts(pacer, clock, 1)
    for number, start in enumerate(starts):
        # Less a trifle: a minute after the first of so many, the next may come.
        assert bisect_left(starts, start + MINUTE_SECONDS - A_TRIFLE) - number <= per_minute


class NotedClock(Clock):
    """A real one, which notes how long is left to wait for whenever somebody begins to."""

    def __init__(self) -> None:
        self.left: list[float] = []
        self.is_waited_for = threading.Event()

    def wait(self, changed: threading.Condition, seconds: float) -> None:
        self.left.append(seconds)
        self.is_waited_for.set()
        super().wait(changed, seconds)


def test_a_rate_holds_over_threads_by_a_real_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit, "MINUTE_SECONDS", 0.2)
    pacer = _pacer(Clock(), 30)
    starts: list[float] = []

    def work() -> None:
        for _ in range(25):
            pacer.start()
            starts.append(time.monotonic())

    began = time.monotonic()
    for thread in (threads := [threading.Thread(target=work) for _ in range(4)]):
        thread.start()
    for thread in threads:
        thread.join()
    # Thirty at once, three times, and ten more: noted no sooner than they were let go.
    assert len(starts) == 100
    assert [sorted(starts)[number * 30] - began >= number * 0.2 for number in range(4)] == [True] * 4


def test_nobody_sleeps_longer_at_a_stretch_than_ctrl_c_may_take() -> None:
    changed = threading.Condition()
    began = time.monotonic()
    with changed:
        Clock().wait(changed, LASTING_SECONDS)
    assert time.monotonic() - began < PATIENCE_SECONDS


def test_all_who_wait_are_let_go_when_the_account_is_stopped() -> None:
    clock = NotedClock()
    pacer = _pacer(clock, 1)
    # For far longer than the stop takes, and whoever is let go by it was not stopped.
    pacer.pause(LONGEST_PAUSE_SECONDS - 1)
    ended: list[type[BaseException]] = []

    def work() -> None:
        try:
            pacer.start()
        except StoppedError as error:
            ended.append(type(error))

    for thread in (threads := [threading.Thread(target=work) for _ in range(4)]):
        thread.start()
    assert clock.is_waited_for.wait(PATIENCE_SECONDS)
    pacer.stop()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert ended == [StoppedError] * 4


def test_nobody_waits_for_a_start_after_the_deadline() -> None:
    clock = TurnedClock()
    pacer = Pacer(1, deadline_seconds=60, clock=clock)
    pacer.start()
    with pytest.raises(UnreachableError, match="1 minutes a run may take"):
        pacer.start()
    assert clock.waited == []
