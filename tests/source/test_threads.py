"""A pool of daemon threads: order, results, errors, context, and the end."""

import threading
from contextvars import ContextVar

import pytest

from reports.source.threads import DaemonPool
from tests.support.waiting import PATIENCE_SECONDS

ACCOUNT = ContextVar("ACCOUNT", default="nobody's")


def test_calls_are_done_in_the_order_they_were_submitted_in() -> None:
    done: list[int] = []
    pool = DaemonPool(1, name="test")
    futures = [pool.submit(lambda number=number: done.append(number)) for number in range(20)]  # type: ignore[misc]
    for future in futures:
        future.result(PATIENCE_SECONDS)
    pool.stop(wait_seconds=PATIENCE_SECONDS)
    assert done == [*range(20)]


def test_an_error_is_raised_where_the_result_is_asked_for_and_ends_no_thread() -> None:
    pool = DaemonPool(1, name="test")
    with pytest.raises(ZeroDivisionError):
        pool.submit(lambda: 1 / 0).result(PATIENCE_SECONDS)
    assert pool.submit(lambda: 7).result(PATIENCE_SECONDS) == 7
    pool.stop(wait_seconds=PATIENCE_SECONDS)


def test_threads_have_the_context_of_whoever_made_the_pool() -> None:
    ACCOUNT.set("ours")
    pool = DaemonPool(2, name="test")
    assert pool.submit(ACCOUNT.get).result(PATIENCE_SECONDS) == "ours"
    pool.stop(wait_seconds=PATIENCE_SECONDS)


def test_stopping_cancels_what_has_not_begun_and_waits_for_what_has() -> None:
    pool = DaemonPool(1, name="test")
    begun, may_end = threading.Event(), threading.Event()

    def hold() -> bool:
        begun.set()
        return may_end.wait(PATIENCE_SECONDS)

    first = pool.submit(hold)
    second = pool.submit(lambda: 1)
    begun.wait(PATIENCE_SECONDS)
    pool.stop(wait_seconds=0)
    assert second.cancelled()
    assert not first.done()
    may_end.set()
    pool.stop(wait_seconds=PATIENCE_SECONDS)
    assert first.result(0) is True
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("test-")]


def test_a_pool_that_was_stopped_takes_nothing() -> None:
    pool = DaemonPool(1, name="test")
    pool.stop(wait_seconds=PATIENCE_SECONDS)
    assert pool.submit(lambda: 1).cancelled()


def test_threads_that_hang_do_not_keep_a_program_from_ending() -> None:
    pool = DaemonPool(2, name="test")
    assert all(thread.daemon for thread in threading.enumerate() if thread.name.startswith("test-"))
    pool.stop(wait_seconds=PATIENCE_SECONDS)
