"""Waiting for what other threads and processes do, on a machine that may have much else to do."""

import time
from collections.abc import Callable

PATIENCE_SECONDS = 300.0
"""Many times what anything takes here: what is not over by then never ends."""

LASTING_SECONDS = 1_800.0
"""What takes that long by itself has been ended, when it is over within PATIENCE_SECONDS."""

LOOK_SECONDS = 0.01


def wait_until(is_so: Callable[[], object], what: Callable[[], str] = lambda: "an event") -> None:
    """Returns when `is_so`; fails when that takes longer than anything may, and says `what` it was."""
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < until, f"waited in vain for {what()}"
        time.sleep(LOOK_SECONDS)
