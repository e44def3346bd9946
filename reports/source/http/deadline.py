"""Reading from a socket within wall-clock time.

The time-out of a socket begins anew with every byte, so a server that sends one now and then holds its
reader for ever, in the headers as in the body. So every wait is cut into short ones.
"""

import http
import http.client
import io
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from reports.source.http.rate_limit import Clock

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

SILENCE_SECONDS = 20.0
RECEIVED_BYTES = 64 * 1024
"""At most so much at a time: a page with its head."""
MOST_ANNOUNCEMENTS = 20
"""Answers of 1xx before the one they announce."""
LOOK_UP_SECONDS = 0.25
"""How often a thread that waits for bytes looks whether it has been told to stop."""

_here = threading.local()


class Patience:
    """How long one exchange may take: `seconds` from now, and no more than SILENCE_SECONDS without a byte.

    `check` is called before every wait; what it raises ends the exchange.
    """

    def __init__(self, seconds: float, *, check: Callable[[], None], clock: Clock) -> None:
        self._clock = clock
        self._check = check
        self._until = clock.monotonic() + seconds

    def receive(self, connected: socket.socket, buffer: "WriteableBuffer") -> int:
        """Bytes received into `buffer`, 0 at the end. Raises TimeoutError when patience is over."""
        until = min(self._until, self._clock.monotonic() + SILENCE_SECONDS)
        while True:
            self._check()
            left = until - self._clock.monotonic()
            if left <= 0:
                raise TimeoutError
            connected.settimeout(min(left, LOOK_UP_SECONDS))
            with suppress(TimeoutError):
                return connected.recv_into(buffer)


def be_patient(patience: Patience) -> None:
    """Everything this thread receives from now on is received with `patience`."""
    _here.patience = patience


class PatientResponse(http.client.HTTPResponse):
    """An HTTP answer that is read, from its first byte, with the patience of the thread that reads."""

    def __init__(self, connected: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(connected, *args, **kwargs)
        plain, self.fp = self.fp, io.BufferedReader(_PatientStream(connected, _here.patience), RECEIVED_BYTES)
        plain.close()

    def _read_status(self) -> tuple[str, int, str]:
        """The status of the answer itself: those that only announce one, such as 103, are passed over.

        http.client passes over 100 alone. Raises HTTPException for a server that announces without end.
        """
        for _ in range(MOST_ANNOUNCEMENTS):
            version, status, reason = super()._read_status()  # type: ignore[misc]
            if status == http.HTTPStatus.CONTINUE or not 100 <= status < 200:
                return version, status, reason
            http.client.parse_headers(self.fp)
        raise http.client.HTTPException("announcements without an answer")


class _PatientStream(io.RawIOBase):
    def __init__(self, connected: socket.socket, patience: Patience) -> None:
        self._socket = connected
        self._patience = patience
        # A socket that is closed stays open for as long as a file made of it is.
        self._open = connected.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        return self._patience.receive(self._socket, buffer)

    def close(self) -> None:
        self._open.close()
        super().close()
