"""Ctrl+C for accounts that are done side by side, each in a thread of its own: only the main one hears it."""

import threading

LOOK_UP_SECONDS = 0.2
"""How often a thread that waits for others looks up: on Windows Ctrl+C reaches it between two waits."""

_pressed = threading.Event()


def press() -> None:
    """Ctrl+C was pressed: from now on whoever heeds it ends."""
    _pressed.set()


def release() -> None:
    """All that was to end has ended."""
    _pressed.clear()


def check_cancelled() -> None:
    """Raises KeyboardInterrupt when Ctrl+C was pressed; to be called where an end does no harm."""
    if _pressed.is_set():
        raise KeyboardInterrupt
