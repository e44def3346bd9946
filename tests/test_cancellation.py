"""Ctrl+C for accounts that are done side by side: whoever looks up hears of it, until all have ended."""

import threading
from collections.abc import Iterator

import pytest

from reports import cancellation
from tests.support.waiting import PATIENCE_SECONDS


@pytest.fixture(autouse=True)
def _released() -> Iterator[None]:
    yield
    cancellation.pressed.clear()


def is_told_to_end() -> bool:
    try:
        cancellation.check_cancelled()
    except KeyboardInterrupt:
        return True
    return False


def test_before_ctrl_c_nobody_ends() -> None:
    assert not is_told_to_end()


def test_every_thread_that_looks_up_ends_once_it_was_pressed() -> None:
    told: list[bool] = []
    cancellation.pressed.set()
    threads = [threading.Thread(target=lambda: told.append(is_told_to_end())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert told == [True, True, True]
    assert is_told_to_end()


def test_when_all_have_ended_what_begins_anew_is_not_ended() -> None:
    cancellation.pressed.set()
    cancellation.pressed.clear()
    assert not is_told_to_end()
