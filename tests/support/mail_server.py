"""A real mail server on this computer: TLS with its own certificate, a login, and answers as a test says.

Everything a server may do wrong is done by an `Answer`: asked at each step with what the client said, it
gives the reply in place of the server's own, or HANG_UP, SILENCE, DRIP or TAKE_AND_HANG_UP; None leaves the
server's own. Steps are GREETING, EHLO, STARTTLS, AUTH, MAIL, RCPT, DATA (the command) and MESSAGE (its end).
"""
# ruff: noqa: N802 - aiosmtpd finds commands and hooks by their names

import asyncio
import email
import ipaddress
import logging
import secrets
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import Message
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from reports.errors import MailError
from reports.mail.mailer import probe
from reports.settings.mail import Smtp
from tests.support.waiting import LASTING_SECONDS, PATIENCE_SECONDS, wait_until

HOST = "127.0.0.1"
USER = "contas"
HANG_UP, SILENCE, DRIP, TAKE_AND_HANG_UP = "(hang up)", "(silence)", "(drip)", "(take and hang up)"
DRIP_SECONDS = 0.05

Answer = Callable[[str, str], str | None]
Tls = Literal["starttls", "tls", "none"]

# What it hears holds passwords, and tests look for them in the logs of the command.
logging.getLogger("mail").setLevel(logging.CRITICAL)


@dataclass(frozen=True)
class Arrived:
    """A message that the server took."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes = field(repr=False)

    @property
    def mail(self) -> Message:
        return email.message_from_bytes(self.content)


class Authority:
    """Signs the certificates of one test; `bundle` is what a system that trusts it has in SSL_CERT_FILE."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.bundle = folder / "authority.pem"
        self.bundle.write_bytes(self._signed("authority", self._key.public_key(), days=30))

    def server(self, address: str = HOST, *, days: int = 30) -> ssl.SSLContext:
        """What a server at `address` shows, until in `days` days."""
        key = ec.generate_private_key(ec.SECP256R1())
        chain = self._folder / f"{secrets.token_hex(8)}.pem"
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        chain.write_bytes(self._signed(address, key.public_key(), days=days) + secret)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        return context

    def _signed(self, name: str, key: ec.EllipticCurvePublicKey, *, days: int) -> bytes:
        is_authority = name == "authority"
        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "authority")]))
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=90))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        )
        if not is_authority:
            place = x509.IPAddress(ipaddress.ip_address(name))
            builder = builder.add_extension(x509.SubjectAlternativeName([place]), critical=False)
        return builder.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM)


class MailServer:
    """Serves for the length of a block; what arrived is in `received`, each step it saw in `steps`."""

    def __init__(
        self, context: ssl.SSLContext, *, tls: Tls = "starttls", without_login: tuple[str, ...] = ()
    ) -> None:
        self.password = secrets.token_urlsafe(24)
        self.received: list[Arrived] = []
        self.steps: list[tuple[str, str]] = []
        self.answer: Answer = lambda _step, _said: None
        self.open = 0
        self._context = context
        self._tls = tls
        self._without_login = without_login
        self._lines: list[_Line] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._do(
            self._loop.create_server(self._line, HOST, 0, ssl=self._context if self._tls == "tls" else None)
        )
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._do(self._end_all())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def handle_DATA(self, line: SMTP, _session: Session, envelope: Envelope) -> str:
        """A whole message has come; its reply."""
        content = envelope.original_content or b""
        self.steps.append(("MESSAGE", ""))
        answer = self.answer("MESSAGE", content.decode("ascii"))
        if answer in (None, TAKE_AND_HANG_UP, SILENCE, DRIP) or str(answer).startswith("2"):
            self.received.append(Arrived(envelope.mail_from or "", tuple(envelope.rcpt_tos), content))
        if answer in (HANG_UP, TAKE_AND_HANG_UP, SILENCE, DRIP):
            assert isinstance(line, _Line)
            await line.do(str(answer))
        return answer or "250 taken"

    def settings(self, **more: object) -> dict[str, object]:
        """`email.smtp` of a configuration; the password is in the variable SMTP_PASSWORD."""
        security = "tls" if self._tls == "tls" else "starttls"
        own = {"host": HOST, "port": self.port, "security": security, "user": USER}
        return own | {"password": "${SMTP_PASSWORD}"} | more

    def seen(self, step: str) -> list[str]:
        """What was said at every such step."""
        return [said for name, said in self.steps if name == step]

    def wait(self) -> None:
        """Until nobody is connected any more, and all that came is taken."""
        wait_until(lambda: not self.open, lambda: "the end of all connections")

    def _line(self) -> "_Line":
        line = _Line(
            self,
            hostname="mail.example",
            tls_context=self._context if self._tls == "starttls" else None,
            require_starttls=self._tls == "starttls",
            # aiosmtpd knows no TLS but its own, and warns of a login that must come without.
            auth_required=self._tls != "tls",
            auth_require_tls=self._tls != "tls",
            auth_exclude_mechanism=self._without_login,
            authenticator=self._judge,
            loop=self._loop,
        )
        self._lines.append(line)
        return line

    def _judge(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: LoginPassword
    ) -> AuthResult:
        is_right = (data.login.decode(), data.password.decode()) == (USER, self.password)
        return AuthResult(success=is_right, handled=False)

    def _do(self, task: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(task, self._loop).result(PATIENCE_SECONDS)

    async def _end_all(self) -> None:
        self._server.close()
        for line in self._lines:
            line.end()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        # A transport closes one round of the loop after it is told to.
        for _ in range(3):
            await asyncio.sleep(0)


class _Line(SMTP):
    """One connection."""

    def __init__(self, owner: MailServer, **settings: Any) -> None:
        super().__init__(owner, **settings)
        self._owner = owner
        self._is_greeted = False
        owner.open += 1

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self._owner.open -= 1

    def end(self) -> None:
        """Whatever state it is in."""
        for transport in (self.transport, self._original_transport):
            if isinstance(transport, asyncio.Transport):
                transport.abort()

    async def push(self, status: Any) -> None:
        if not self._is_greeted:
            self._is_greeted = True
            if await self._is_answered("GREETING", ""):
                return
        await super().push(status)

    async def smtp_EHLO(self, hostname: str) -> None:
        if not await self._is_answered("EHLO", hostname):
            await super().smtp_EHLO(hostname)

    async def smtp_STARTTLS(self, arg: str) -> None:
        if not await self._is_answered("STARTTLS", arg):
            await super().smtp_STARTTLS(arg)

    async def smtp_AUTH(self, arg: str) -> None:
        if not await self._is_answered("AUTH", arg):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:
        if not await self._is_answered("MAIL", arg or ""):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        if not await self._is_answered("RCPT", arg or ""):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        if not await self._is_answered("DATA", arg):
            await super().smtp_DATA(arg)

    async def _is_answered(self, step: str, said: str) -> bool:
        self._owner.steps.append((step, said or ""))
        answer = self._owner.answer(step, said or "")
        if answer is not None:
            await self.do(answer)
        return answer is not None

    async def do(self, answer: str) -> None:
        """What an answer says, in place of the server's own reply."""
        if answer in (HANG_UP, TAKE_AND_HANG_UP):
            self._writer.transport.abort()
            raise asyncio.CancelledError
        if answer == SILENCE:
            await asyncio.sleep(LASTING_SECONDS)
        elif answer == DRIP:
            while True:
                self._writer.write(b"2")
                await self._writer.drain()
                await asyncio.sleep(DRIP_SECONDS)
        else:
            await super().push(answer)


def make_smtp(server: MailServer, **more: object) -> Smtp:
    return Smtp.model_validate(server.settings(**more))


def answer_only(step: str, reply: str, *, times: int = 1000) -> Answer:
    """`reply` at the first `times` of a step, the server's own everywhere else."""
    left = [reply] * times
    return lambda name, _said: left.pop() if name == step and left else None


def read_trouble(server: MailServer, password: str | None = None, **more: object) -> str:
    """Why there is no connection; and nothing but the server's name is known of the password."""
    with pytest.raises(MailError) as caught:
        probe(make_smtp(server, **more), password or server.password)
    assert str(caught.value).startswith(f"mail server 127.0.0.1, port {server.port}: ")
    assert (password or server.password) not in str(caught.value)
    assert caught.value.__suppress_context__
    assert server.received == []
    return str(caught.value)
