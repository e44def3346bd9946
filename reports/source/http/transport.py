"""HTTP as `Api` needs it: one connection, read within a deadline, verified against the system's certificates.

The time-out of a socket begins anew with every byte, so a server that sends one now and then holds its
reader for ever, in the headers as in the body. So every wait is cut into short ones.

No redirect is followed; there are no cookies and no `.netrc`. A proxy of the environment is used for https
alone: never for plain http, never for loopback.
"""

import http
import http.client
import io
import ipaddress
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from http.cookiejar import DefaultCookiePolicy
from ssl import PROTOCOL_TLS_CLIENT
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
import truststore
import urllib3
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies, select_proxy

from reports import TOOL, __version__
from reports.errors import ConfigError
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
_HEADERS = {
    "accept": "application/json",
    "accept-encoding": "gzip, deflate",
    "connection": "keep-alive",
    "content-type": "application/json; charset=utf-8",
    "user-agent": f"{TOOL}/{__version__}",
}


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


class Session(requests.Session):
    """A session of one connection that remembers nothing and asks nobody but who it is told to ask."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.headers.clear()
        self.headers.update(_HEADERS)
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = _Adapter(pool_connections=1, pool_maxsize=1)
        for scheme in ("https://", "http://"):
            self.mount(scheme, adapter)

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002
        """Nowhere: the key is part of every address."""
        return None  # noqa: RET501


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


class _Connection(urllib3.connection.HTTPConnection):
    response_class = PatientResponse


class _SecureConnection(urllib3.connection.HTTPSConnection):
    response_class = PatientResponse


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, ssl_context=_make_tls_context(), **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        manager = super().proxy_manager_for(proxy, ssl_context=_make_tls_context(), **options)
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
        return manager

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Leaves the pool as it is: the original would trust a list of certificates of its own as well."""


def find_proxies(origin: str) -> dict[str, str]:
    """The proxy that the environment, or Windows, names for `origin`; never for plain http or loopback.

    Raises ConfigError for plain http to another host.
    """
    address = urlsplit(origin)
    if _is_loopback(address.hostname or ""):
        return {}
    if address.scheme != "https":
        raise ConfigError("account.base_url: it must begin with https://, because the API key is sent to it")
    proxy = select_proxy(origin, get_environ_proxies(origin))
    return {"https": proxy} if proxy else {}


def _make_tls_context() -> truststore.SSLContext:
    """One for each connection: the handshakes of a context wait for each other."""
    return truststore.SSLContext(PROTOCOL_TLS_CLIENT)


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
