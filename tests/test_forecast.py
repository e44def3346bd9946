"""What a month will take, told from its first pages."""

import time

import pytest

from reports.forecast import CLIENT_SECONDS, ENOUGH_PAGES, PAGE_SECONDS, Forecast, Outlook


def told(clients: int, pages: int, *, read: int, pause_seconds: float = 0.005) -> Outlook | None:
    """What is foreseen once so many pages of clients of like size are in."""
    forecast = Forecast(clients)
    outlook = None
    for number in range(read):
        time.sleep(pause_seconds)
        outlook = forecast.page(number // pages, pages)
    return outlook


def test_a_few_pages_say_nothing() -> None:
    assert told(40, 10, read=ENOUGH_PAGES - 1) is None
    assert told(40, 10, read=ENOUGH_PAGES) is not None


def test_work_is_that_of_the_clients_and_pages_that_are_left() -> None:
    outlook = told(40, 10, read=20)
    assert outlook is not None
    assert outlook.work == pytest.approx(38 * CLIENT_SECONDS + 380 * PAGE_SECONDS)


def test_waiting_is_as_long_as_the_api_took_until_now() -> None:
    quick, slow = (told(40, 10, read=20, pause_seconds=pause) for pause in (0.002, 0.02))
    assert quick is not None
    assert slow is not None
    assert slow.work == quick.work
    # 380 pages more, 19 pauses for 20 pages until now.
    assert 380 * 0.02 * 19 / 20 <= slow.wait < 380 * 0.02 * 3
    assert quick.wait < slow.wait


def test_at_the_end_nothing_is_left() -> None:
    assert told(2, 10, read=20) == Outlook(0, 0)
