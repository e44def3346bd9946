"""The mail server: one connection, always encrypted and verified, over which any number of messages leave.

Until its end was handed over a message has not left, and may be tried again; afterwards only the server's
answer says whether it did. What a server says is shown without any form of the password.
"""

import base64
import datetime as dt
import re
import smtplib
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import format_datetime
from typing import Any, Self

from reports.errors import MailError
from reports.mail.journal import Event
from reports.mail.smtp import FAILURES, Reply, SmtpConnection, UnwillingError
from reports.redaction import Redactor, quote_text
from reports.settings.mail import Smtp

SESSION_SECONDS = 25 * 60.0
"""No message begins later: with the usual 90 minutes of a run it stays within two hours."""

_SHUTTING_DOWN = 421
_TOO_LARGE = 552

_FROM_ADVICE = "Check email.from, and whether email.smtp.user may send with it"
_TO_ADVICE = "Correct the address in the configuration or in InvoiceXpress, or ask your mail provider"
_SIZE_ADVICE = "Take a kind of file out of email.attach"
_CONTENT_ADVICE = "Ask your mail provider what this answer means"
_DRAFT = re.compile(rb"^X-Unsent:[^\n]*\n", re.MULTILINE | re.IGNORECASE)
_DOT = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True)
class Receipt:
    """What became of one message: SENT, REFUSED, FAILED or UNCLEAR, and why it is not SENT.

    `refused`: recipients that the server did not take, each with its reason; the others got what is SENT.
    """

    event: Event
    reason: str | None = None
    refused: Mapping[str, str] = field(default_factory=dict)


class Post:
    """A connection to the server for the length of a block, which raises MailError when there can be none."""

    def __init__(self, smtp: Smtp, password: str | None) -> None:
        self._smtp = smtp
        self._password = password or ""
        self._login = _encode_base64("\0".join(("", smtp.user or "", self._password)))
        self._redact = Redactor([self._password, self._login] if self._password else [])
        self._until = time.monotonic() + SESSION_SECONDS
        self._line: SmtpConnection | None = None
        self._end: str | None = None

    def __enter__(self) -> Self:
        self._line = self._connected()
        return self

    def __exit__(self, *_: object) -> None:
        self._hang_up()

    def deliver(self, message: bytes, *, sender: str, recipients: Sequence[str]) -> Receipt:
        """Hands over `message`, of CRLF lines. A connection that breaks before that is made anew, once."""
        reason = None
        for _ in range(2):
            if time.monotonic() > self._until:
                self._end = f"{SESSION_SECONDS / 60:.0f} minutes were not enough for all mails"
            try:
                line = self._line = self._line or (None if self._end else self._connected())
            except MailError as error:
                self._end = str(error)
            if self._end or not line:
                return Receipt(Event.FAILED, self._end)
            try:
                refused = self._announce(line, sender, recipients, size_bytes=len(message))
            except _RecipientsRefusedError as refusal:
                return self._set_aside(line, refusal)
            except FAILURES as error:
                reason = self._cause(error)
                self._hang_up()
            else:
                return self._hand_over(line, message, refused)
        return Receipt(Event.FAILED, reason)

    def _announce(
        self, line: SmtpConnection, sender: str, recipients: Sequence[str], *, size_bytes: int
    ) -> Mapping[str, str]:
        """The recipients that the server does not take, and why. Raises when it takes none."""
        size = [f"SIZE={size_bytes}"] if line.has_extn("size") else []
        self._require(line.mail(sender, size), advice=_FROM_ADVICE)
        refusals = {}
        for recipient in recipients:
            try:
                self._require(line.rcpt(recipient), advice=_TO_ADVICE)
            except _RecipientsRefusedError as refusal:
                refusals[recipient] = refusal
        if len(refusals) == len(recipients):
            is_lasting = all(refusal.is_lasting for refusal in refusals.values())
            words = "; ".join(f"{recipient}: {refusal}" for recipient, refusal in refusals.items())
            raise _RecipientsRefusedError(words, _TO_ADVICE, is_lasting=is_lasting)
        self._require(line.docmd("DATA"), 3, advice=_CONTENT_ADVICE)
        return {recipient: str(refusal) for recipient, refusal in refusals.items()}

    def _hand_over(self, line: SmtpConnection, message: bytes, refused: Mapping[str, str]) -> Receipt:
        whole = message if message.endswith(b"\r\n") else message + b"\r\n"
        try:
            line.upload(_DOT.sub(b"..", whole))
        except FAILURES as error:
            # Without its end a message is none, whatever of it arrived (RFC 5321, 4.1.1.4).
            self._hang_up()
            return Receipt(Event.FAILED, self._cause(error))
        try:
            reply = line.finish()
        except FAILURES as error:
            self._hang_up()
            return Receipt(Event.UNCLEAR, f"{self._cause(error)}: nobody knows whether it took the mail")
        if reply[0] // 100 in (4, 5):
            return self._set_aside(line, self._refusal(reply, _CONTENT_ADVICE))
        if reply[0] // 100 != 2:
            self._hang_up()
            return Receipt(Event.UNCLEAR, f"it answered {self._said(reply)}, which is neither yes nor no")
        return Receipt(Event.SENT, refused=refused)

    def _require(self, reply: Reply, first_digit: int = 2, *, advice: str) -> None:
        """Raises for an answer that says no, SMTPException for one that ends everything.

        `advice` is what to do about one that says no for good.
        """
        code, words = reply
        if code // 100 == first_digit:
            return
        if code == _SHUTTING_DOWN or code // 100 not in (4, 5):
            raise smtplib.SMTPResponseException(code, words)
        raise self._refusal(reply, advice)

    def _refusal(self, reply: Reply, advice: str) -> "_RecipientsRefusedError":
        # Of a recipient the same code says that the mailbox is full (RFC 5321, 4.2.2).
        is_size = reply[0] == _TOO_LARGE and advice is not _TO_ADVICE
        chosen = _SIZE_ADVICE if is_size else advice
        return _RecipientsRefusedError(self._said(reply), chosen, is_lasting=reply[0] // 100 == 5)

    def _set_aside(self, line: SmtpConnection, refusal: "_RecipientsRefusedError") -> Receipt:
        try:
            line.rset()
        except FAILURES:
            self._hang_up()
        if refusal.is_lasting:
            return Receipt(Event.REFUSED, f"{refusal}. {refusal.advice}")
        return Receipt(Event.FAILED, str(refusal))

    def _connected(self) -> SmtpConnection:
        """A line over which mail may be sent. Raises MailError."""
        where = f"mail server {self._smtp.host}, port {self._smtp.port}"
        try:
            line = SmtpConnection(self._smtp)
            try:
                line.encrypt()
                self._log_in(line)
            except BaseException:
                line.close()
                raise
        except FAILURES as error:
            raise MailError(
                f"{where}: {self._cause(error)}. No mail was sent. Check the network, and host, port and "
                "security of email.smtp"
            ) from None
        except UnwillingError as error:
            raise MailError(f"{where}: {error}") from None
        return line

    def _log_in(self, line: SmtpConnection) -> None:
        if self._smtp.user is None:
            return
        known = line.esmtp_features.get("auth", "").upper().split()
        if "PLAIN" in known:
            reply = line.docmd("AUTH", f"PLAIN {self._login}")
        elif "LOGIN" in known:
            reply = line.docmd("AUTH", "LOGIN")
            for word in (self._smtp.user, self._password):
                reply = line.docmd(_encode_base64(word)) if reply[0] // 100 == 3 else reply
        else:
            raise UnwillingError(
                "it takes no login by password, and no mail was sent. If it needs none, write user: null in "
                "email.smtp; else mail the drafts yourself"
            )
        if reply[0] // 100 != 2:
            raise UnwillingError(
                f"it refused the login ({self._said(reply)}). No mail was sent. Check email.smtp.user and "
                "the password: store it again with invoice-reports key set ACCOUNT --smtp, or correct the "
                "variable that holds it"
            )

    def _hang_up(self) -> None:
        if self._line:
            self._line.leave()
            self._line = None

    def _said(self, reply: Reply) -> str:
        said = quote_text(f"{reply[0]} {reply[1].decode('utf-8', 'replace')}", self._redact)
        return f"“{said}”"

    def _cause(self, error: BaseException) -> str:
        if isinstance(error, smtplib.SMTPResponseException):
            said = error.smtp_error if isinstance(error.smtp_error, bytes) else error.smtp_error.encode()
            return f"it answered {self._said((error.smtp_code, said))}"
        # smtplib says of every failure that the connection was closed; what happened led to that.
        led_to = (error.__context__, error)
        causes: dict[type, Any] = {kind: cause for cause in led_to for kind in type(cause).mro()}
        if trouble := causes.get(ssl.SSLCertVerificationError):
            return f"its certificate is not trusted (“{quote_text(trouble.verify_message, self._redact)}”)"
        if TimeoutError in causes:
            return "it did not answer in time"
        if secure := causes.get(ssl.SSLError):
            reason = quote_text(secure.reason or "broken off", self._redact)
            return f"no secure connection could be made (“{reason}”)"
        if socket.gaierror in causes:
            return "its name was not found"
        if ConnectionRefusedError in causes:
            return "it refused the connection"
        return "the connection broke"


def probe(smtp: Smtp, password: str | None) -> None:
    """Connects, encrypts, logs in, and leaves: no mail is sent. Raises MailError."""
    with Post(smtp, password):
        pass


def stamp(draft: bytes, *, message_id: str, at: dt.datetime) -> bytes:
    """The message as it leaves: what a draft says, with its date and its name."""
    head, gap, body = draft.partition(b"\r\n\r\n")
    stamp = f"Date: {format_datetime(at)}\r\nMessage-ID: {message_id}\r\n"
    return stamp.encode("ascii") + _DRAFT.sub(b"", head + b"\r\n").removesuffix(b"\r\n") + gap + body


class _RecipientsRefusedError(Exception):
    """The server said no to one message; `is_lasting`: for good, and `advice` is what to do then."""

    def __init__(self, words: str, advice: str, *, is_lasting: bool) -> None:
        super().__init__(words)
        self.advice = advice
        self.is_lasting = is_lasting


def _encode_base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "surrogatepass")).decode("ascii")
