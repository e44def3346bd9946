"""Reading from a socket within wall-clock time.

The time-out of a socket begins anew with every byte, so a server that sends one now and then holds its
reader for ever, in the headers as in the body. Here every wait is cut into short ones, and before each
somebody asks how much longer: one thread, no watchdog, the same on every system.
"""

import http.client
import io
import socket
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from reports.source.pacer import Clock

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

LOOK_UP_SECONDS = 0.25
"""How often a waiting thread looks whether it has been told to stop."""

_here = threading.local()


class Patience:
    """How long the exchange of this thread may take: `seconds` in all, silent for `silence_seconds` of it.

    `check` is called before every wait; what it raises ends the exchange.
    """

    def __init__(
        self, seconds: float, *, silence_seconds: float, check: Callable[[], None], clock: Clock
    ) -> None:
        self._clock = clock
        self._check = check
        self._until = clock.monotonic() + seconds
        self._silence_seconds = silence_seconds
        _here.patience = self

    def waits(self) -> "_Waits":
        """The waits for the next byte, each in seconds."""
        return _Waits(self)
