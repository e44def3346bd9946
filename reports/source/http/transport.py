"""HTTP as `Api` needs it: one connection, read within a deadline, verified against the system's certificates.

No redirect is followed; there are no cookies and no `.netrc`. A proxy of the environment is used for https
alone: never for plain http, never for loopback.
"""

import ipaddress
from http.cookiejar import DefaultCookiePolicy
from ssl import PROTOCOL_TLS_CLIENT
from typing import Any
from urllib.parse import urlsplit

import requests
import truststore
import urllib3
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies, select_proxy

from reports import TOOL, __version__
from reports.errors import ConfigError
from reports.source.http.deadline import PatientResponse

_HEADERS = {
    "accept": "application/json",
    "accept-encoding": "gzip, deflate",
    "connection": "keep-alive",
    "content-type": "application/json; charset=utf-8",
    "user-agent": f"{TOOL}/{__version__}",
}


class Session(requests.Session):
    """A session of one connection that remembers nothing and asks nobody but who it is told to ask."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.headers.clear()
        self.headers.update(_HEADERS)
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("https://", "http://"):
            self.mount(scheme, _Adapter(pool_connections=1, pool_maxsize=1))

    def get_redirect_target(self, resp: requests.Response) -> None:  # noqa: ARG002
        """Nowhere: the key is part of every address."""
        return None  # noqa: RET501


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
