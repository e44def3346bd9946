"""Ctrl+C for accounts that are done side by side, each in a thread of its own: only the main one hears it."""

import threading

LOOK_UP_SECONDS = 0.2
"""How often a thread that waits for others looks up: on Windows Ctrl+C reaches it between two waits."""

pressed = threading.Event()
"""Set from Ctrl+C on until all that was to end has ended."""


def check_cancelled() -> None:
    """Raises KeyboardInterrupt when Ctrl+C was pressed; to be called where an end does no harm."""
    if pressed.is_set():
        raise KeyboardInterrupt
