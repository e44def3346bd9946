"""How seldom Python looks for values that hold each other: a run makes many values, and few that do."""

import atexit
import gc

MADE_BETWEEN = 10_000
"""So many more values there are before it looks through the new ones. Python's own 700, or 2,000 since 3.13,
come with every page."""


def collect_seldom() -> None:
    """For this process, from now on; what is left at its end goes with it, without being looked through."""
    _, older, oldest = gc.get_threshold()
    gc.set_threshold(MADE_BETWEEN, older, oldest)
    atexit.register(gc.freeze)
