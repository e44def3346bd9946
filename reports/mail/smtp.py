"""One connection to a mail server: the commands of SMTP, each within its time, encrypted before all else.

Times are wall-clock time. A certificate is verified against the system's store.
"""

import io
import smtplib
import socket
import ssl
import time
from contextlib import suppress
from typing import Any

import truststore

from reports.settings.mail import Smtp

CONNECT_SECONDS = 15.0
"""For each address of the server, and for each step of the TLS handshake."""

REPLY_SECONDS = 60.0
"""Some servers hold back their answers for half a minute, because senders of spam do not wait."""

UPLOAD_SECONDS = 600.0
"""For the bytes of one message: the largest over the slowest line."""

VERDICT_SECONDS = 600.0
"""For the answer to a whole message (RFC 5321, 4.5.3.2.6): who hangs up earlier never knows."""

GOODBYE_SECONDS = 5.0
REPLY_BYTES = 64 * 1024
CHUNK_BYTES = 64 * 1024
OURSELVES = "[127.0.0.1]"
"""How we introduce ourselves (RFC 5321, 4.1.3). A computer's own name may hold letters that cannot travel."""

FAILURES = (smtplib.SMTPException, OSError, UnicodeError)
"""What a command may raise; afterwards the connection is of no use."""

Reply = tuple[int, bytes]
"""A code of three digits, or -1 for what is none, and words."""


class UnwillingError(Exception):
    """The server does not do what is needed before a message may be sent."""


class SmtpConnection(smtplib.SMTP):
    """The commands of SMTP, each with its time; before it is encrypted nothing goes over it but greetings."""

    def __init__(self, smtp: Smtp) -> None:
        self._is_tls_at_once = smtp.is_tls_at_once
        super().__init__(smtp.host, smtp.port, local_hostname=OURSELVES, timeout=CONNECT_SECONDS)

    def encrypt(self) -> None:
        self.ehlo_or_helo_if_needed()
        if self._is_tls_at_once:
            return
        if not self.has_extn("starttls"):
            raise UnwillingError(
                "it offers no encryption (STARTTLS), and without it nothing is sent. Check port and security "
                "of email.smtp, and what stands between: somebody may have taken the offer out"
            )
        if self.sock:
            self.sock.settimeout(CONNECT_SECONDS)
        self.starttls(context=_tls())
        self.ehlo_or_helo_if_needed()

    def getreply(self) -> Reply:
        return self._reply_within(REPLY_SECONDS)

    def send(self, s: Any) -> None:
        if self.sock:
            self.sock.settimeout(REPLY_SECONDS)
        super().send(s)

    def upload(self, data: bytes) -> None:
        """All of a message but its end."""
        until = time.monotonic() + UPLOAD_SECONDS
        for start in range(0, len(data), CHUNK_BYTES):
            if time.monotonic() > until:
                raise TimeoutError
            self.send(data[start : start + CHUNK_BYTES])

    def finish(self) -> Reply:
        """Ends the message; the server's answer to it."""
        self.send(b".\r\n")
        return self._reply_within(VERDICT_SECONDS)

    def leave(self) -> None:
        """Says goodbye where somebody may still listen, and closes the connection."""
        with suppress(*FAILURES):
            self.putcmd("QUIT")
            self._reply_within(GOODBYE_SECONDS)
        self.close()

    def _reply_within(self, seconds: float) -> Reply:
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected
        # The buffer may hold what came before: it is kept until smtplib lets it go, when encryption begins.
        if self.file is None:
            self.file = io.BufferedReader(_DeadlineStream(self.sock))
        self.file.raw.allow(seconds)
        return super().getreply()

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """What smtplib connects with."""
        connected = socket.create_connection((host, port), timeout)
        if not self._is_tls_at_once:
            return connected
        try:
            return _tls().wrap_socket(connected, server_hostname=host)
        except BaseException:
            connected.close()
            raise


class _DeadlineStream(io.RawIOBase):
    """What comes from a socket, within wall-clock time: a time-out of its own begins anew with every byte."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self.allow(0)

    def allow(self, seconds: float) -> None:
        """One answer may take as long from now, and be REPLY_BYTES long."""
        self._until = time.monotonic() + seconds
        self._left_bytes = REPLY_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        left_seconds = self._until - time.monotonic()
        if left_seconds <= 0:
            raise TimeoutError
        if self._left_bytes <= 0:
            raise ConnectionAbortedError
        self._socket.settimeout(left_seconds)
        count = self._socket.recv_into(buffer)
        self._left_bytes -= count
        return count


def _tls() -> ssl.SSLContext:
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
