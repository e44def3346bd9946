"""Ctrl+C for accounts that are done side by side: whoever looks up hears of it, until all have ended."""

import threading
from collections.abc import Iterator

import pytest

from reports import cancellation
from tests.support.waiting import PATIENCE_SECONDS


@pytest.fixture(autouse=True)
def _released() -> Iterator[None]:
    yield
    cancellation.release()


def test_before_ctrl_c_nobody_ends() -> None:
    cancellation.check_cancelled()


def test_every_thread_that_looks_up_ends_once_it_was_pressed() -> None:
    ended: list[str] = []

    def work(name: str) -> None:
        try:
            cancellation.check_cancelled()
        except KeyboardInterrupt:
            ended.append(name)

    cancellation.press()
    threads = [threading.Thread(target=work, args=(name,)) for name in ("alfa", "beta")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert sorted(ended) == ["alfa", "beta"]
    with pytest.raises(KeyboardInterrupt):
        cancellation.check_cancelled()


def test_when_all_have_ended_what_begins_anew_is_not_ended() -> None:
    cancellation.press()
    cancellation.release()
    cancellation.check_cancelled()
