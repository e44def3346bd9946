"""What a month will take, told from its first pages."""

from collections.abc import Callable
from itertools import count
from types import SimpleNamespace

import pytest

from reports.pipeline import forecast as foreseeing
from reports.pipeline.forecast import CLIENT_SECONDS, ENOUGH_PAGES, PAGE_SECONDS, Forecast, Outlook

Told = Callable[..., Outlook | None]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    """What is foreseen once so many pages of clients of like size are in, one every so many seconds."""

    def told(clients: int, pages: int, *, read: int, pause_seconds: float = 0.5) -> Outlook | None:
        now = count(1000, pause_seconds)
        # Its own time alone: other threads look at the clock too.
        monkeypatch.setattr(foreseeing, "time", SimpleNamespace(monotonic=lambda: next(now)))
        forecast = Forecast(clients)
        return [forecast.page(number // pages, pages) for number in range(read)][-1]

    return told


def test_a_few_pages_say_nothing(told: Told) -> None:
    assert told(40, 10, read=ENOUGH_PAGES - 1) is None
    assert told(40, 10, read=ENOUGH_PAGES) is not None


def test_work_is_that_of_the_clients_and_pages_that_are_left(told: Told) -> None:
    outlook = told(40, 10, read=20)
    assert outlook is not None
    assert outlook.work == pytest.approx(38 * CLIENT_SECONDS + 380 * PAGE_SECONDS)


def test_time_is_what_the_rest_takes_at_the_pace_until_now(told: Told) -> None:
    for pause in (0.5, 2.0):
        outlook = told(40, 10, read=20, pause_seconds=pause)
        assert outlook is not None
        # 19 pauses for 20 pages until now.
        assert outlook.wait == pytest.approx(380 * pause * 19 / 20)


def test_at_the_end_nothing_is_left(told: Told) -> None:
    assert told(2, 10, read=20) == Outlook(0, 0)
