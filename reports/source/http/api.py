"""One HTTP exchange with the API, judged, and repeated where that may help.

The only room that imports `requests`; that takes a while, so import this room where a connection is about to
be made. What holds for every request:

- The API key is part of the address, because the service wants it there. So no address and no exception of
  the HTTP libraries is ever shown, chained or logged; their own logging is off, ours takes its place.
- TLS is verified against the system's certificates. No redirect is followed; there are no cookies and no
  `.netrc`. A proxy of the environment is used for https alone: never for plain http, never for loopback.
- A request takes at most `request_seconds` of wall-clock time from the moment it is connected. Connecting
  has CONNECT_SECONDS for each address of the host; looking up its name takes what the system allows.
"""

import http.client
import ipaddress
import json
import logging
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import cached_property
from ssl import PROTOCOL_TLS_CLIENT
from typing import Any, Generic, cast
from urllib.parse import urlencode, urlsplit

import requests
import truststore
import urllib3
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies, select_proxy
from tenacity import RetryCallState, Retrying, retry_if_result, wait_exponential, wait_random

from reports import TOOL, __version__
from reports.errors import ConfigError, RefusedError, UnreachableError
from reports.redaction import Redactor
from reports.source.http.deadline import Patience, PatientResponse, be_patient
from reports.source.http.rate_limit import Budget, Clock, Pacer
from reports.source.http.response import (
    MANY_TRIES,
    ONE_MORE_TRY,
    Answer,
    Expected,
    Found,
    Page,
    Record,
    Trouble,
    expected_page,
    expected_record,
    judge,
)
from reports.source.http.transport_errors import trouble_of
from reports.source.page_size import DOCUMENTED, PageSize

REQUEST_SECONDS = 60.0
CONNECT_SECONDS = 10.0
SHORTEST_PAUSE_SECONDS = 1.0
PAGE_MEGABYTES = 32
CHUNK_BYTES = 64 * 1024

_HEADERS = {
    "accept": "application/json",
    "accept-encoding": "gzip, deflate",
    "connection": "keep-alive",
    "content-type": "application/json; charset=utf-8",
    "user-agent": f"{TOOL}/{__version__}",
}

_BACKOFF = wait_exponential(multiplier=0.5, exp_base=3, max=20) + wait_random(0, 0.5)
_LIMIT_BACKOFF = wait_exponential(multiplier=5, exp_base=2, max=60) + wait_random(0, 1)
"""When no pause was named: limits are counted by the minute, and all tries together outlast one."""

_log = logging.getLogger(__name__)

# Even a warning of theirs can hold the address of a request.
logging.getLogger("urllib3").setLevel(logging.CRITICAL)


class Api:
    """One account, for the length of a run; its methods may be called from any number of threads.

    `origin` is `https://host`, or plain http on loopback; ConfigError otherwise. `per_page` None: as many as
    the service gives. `deadline_seconds` count from now. What asks raises RefusedError (key or account
    refused: nothing is asked after it), UnreachableError (no usable answer), ReadingError (an answer that
    says no), and StoppedError when another thread called `stop`. `on_request` is called before each request
    that is really sent.
    """

    def __init__(
        self,
        origin: str,
        key: str,
        *,
        per_page: int | None = 30,
        per_minute: int = 600,
        deadline_seconds: float = 90 * 60,
        request_seconds: float = REQUEST_SECONDS,
        clock: Clock | None = None,
    ) -> None:
        self.origin = origin.rstrip("/")
        self._proxies = _proxies(self.origin)
        self._key = key
        self.page_size = PageSize(per_page)
        self._request_seconds = request_seconds
        self._clock = clock or Clock()
        self._pacer = Pacer(per_minute, deadline_seconds=deadline_seconds, clock=self._clock)
        self._budget = Budget()
        self._redact = Redactor([key])
        self._judging = threading.Lock()
        self._here = threading.local()
        self._lines: list[_Line] = []

    @property
    def proxy(self) -> str | None:
        """Host and port of the proxy that requests go through, without its user and password."""
        address = self._proxies.get("https", "").rpartition("//")[2]
        return address.rpartition("@")[2].rstrip("/") or None

    def documents_page(
        self,
        client_id: int,
        page: int,
        filters: Mapping[str, Sequence[str]],
        *,
        size: int | None = None,
        is_fresh: bool = False,
        on_request: Callable[[], None] = lambda: None,
    ) -> Page:
        """Page `page`, counted from 1, of the documents of a client. Empty filters are not sent.

        `size`: entries a page, None for the account's. `is_fresh`: on a new connection, where no answer to an
        earlier request can still be under way.
        """
        if is_fresh:
            self._drop_line()
        wanted = {name: list(values) for name, values in filters.items() if values}
        return self._ask(
            _Question(
                where=f"client {client_id}, page {page}",
                path=f"/clients/{client_id}/invoices.json",
                params=self._paging(page, size),
                expected=expected_page("invoices", page),
                on_request=on_request,
                body=json.dumps({"filter": wanted} if wanted else {}).encode(),
            )
        )

    def clients_page(
        self, page: int, *, is_fresh: bool = False, on_request: Callable[[], None] = lambda: None
    ) -> Page:
        """Page `page`, counted from 1, of the account's clients. `is_fresh`: on a new connection."""
        if is_fresh:
            self._drop_line()
        where = f"the list of clients, page {page}"
        expected = expected_page("clients", page)
        # The list is documented with at most 30 a page.
        params = self._paging(page, min(self.page_size.current, DOCUMENTED))
        return self._ask(_Question(where, "/clients.json", params, expected, on_request))

    def client_details(self, client_id: int, *, on_request: Callable[[], None] = lambda: None) -> Record:
        """What the account knows of a client: an object under `client`."""
        where, path = f"client {client_id}, details", f"/clients/{client_id}.json"
        return self._ask(_Question(where, path, {}, expected_record("client"), on_request))

    def balance(self, client_id: int, *, on_request: Callable[[], None] = lambda: None) -> Record:
        """What a client owes by the vendor's own count: an object with `balance` among others."""
        where, path = f"client {client_id}, balance", f"/api/v3/clients/{client_id}/balance.json"
        return self._ask(_Question(where, path, {}, expected_record("balance"), on_request))

    def taxes(self, *, on_request: Callable[[], None] = lambda: None) -> Record:
        """The account's taxes, in one piece: an object with a list under `taxes`."""
        expected = expected_record("taxes", missing="the account shows no taxes")
        return self._ask(_Question("the account's taxes", "/taxes.json", {}, expected, on_request))

    def stop(self) -> None:
        """Whatever is under way or waiting in other threads ends at once; nothing is asked any more."""
        self._pacer.stop()

    def close(self) -> None:
        """Stops, and closes the connections. Call it when no other thread is asking."""
        self.stop()
        while self._lines:
            self._lines.pop().close()

    def _paging(self, page: int, size: int | None) -> dict[str, int]:
        return {"page": page, "per_page": self.page_size.current if size is None else size}

    def _ask(self, question: "_Question[Found]") -> Found:
        alike: Counter[int] = Counter()

        def is_last_try(state: RetryCallState) -> bool:
            trouble = _outcome(state)
            is_worth_it = not question.expected.is_extra or trouble.is_limit
            tries = trouble.tries if is_worth_it else min(trouble.tries, ONE_MORE_TRY)
            alike[tries] += 1
            return alike[tries] >= tries or state.attempt_number >= MANY_TRIES

        retrying = Retrying(
            retry=retry_if_result(lambda outcome: isinstance(outcome, Trouble)),
            stop=is_last_try,
            wait=lambda state: 0 if _outcome(state).is_limit else _BACKOFF(state),
            before_sleep=self._prepare_retry,
            sleep=self._pacer.sleep,
            retry_error_callback=_outcome,
        )
        try:
            outcome: Found | Trouble = retrying(self._exchange, question)
        except UnreachableError as error:
            outcome = Trouble(str(error))
        if not isinstance(outcome, Trouble):
            self._budget.earn()
            return replace(outcome, requests=retrying.statistics["attempt_number"])
        if outcome.error is RefusedError:
            self._pacer.stop()
            raise RefusedError(f"{urlsplit(self.origin).hostname}: {outcome.message}")
        raise outcome.error(f"{question.where}: {outcome.message}")

    def _exchange(self, question: "_Question[Found]") -> Found | Trouble:
        self._budget.check()
        self._pacer.start()
        question.on_request()
        began = self._clock.monotonic()
        answer = self._send(question)
        outcome = self._judge(answer, question) if isinstance(answer, Answer) else answer
        said = outcome.message if isinstance(outcome, Trouble) else "answered"
        _log.debug("%s: %s, after %.2f s", question.where, said, self._clock.monotonic() - began)
        if isinstance(outcome, Trouble):
            # What is left of a bad answer would be read as the beginning of the next one.
            self._drop_line()
        if isinstance(outcome, Trouble) and outcome.pause_seconds is not None:
            self._pacer.pause(max(outcome.pause_seconds, SHORTEST_PAUSE_SECONDS))
        return outcome

    def _send(self, question: "_Question[Found]") -> Answer | Trouble:
        be_patient(Patience(self._request_seconds, check=self._pacer.check, clock=self._clock))
        try:
            with self._line().send(
                self._request(question),
                stream=True,
                timeout=(min(CONNECT_SECONDS, self._request_seconds), self._request_seconds),
                proxies=self._proxies,
            ) as response:
                return _whole(response)
        except (OSError, http.client.HTTPException, urllib3.exceptions.HTTPError, ValueError) as error:
            # A ValueError is http.client's word on a chunk of negative size.
            return trouble_of(error, self._redact)

    def _request(self, question: "_Question[Found]") -> requests.PreparedRequest:
        request = self._blank.copy()
        query = urlencode({**question.params, "api_key": self._key})
        request.url = f"{(request.url or '').rstrip('/')}{question.path}?{query}"
        if question.body is not None:
            request.method, request.body = "POST", question.body
            request.prepare_content_length(question.body)
        return request

    @cached_property
    def _blank(self) -> requests.PreparedRequest:
        """A request of nothing in particular: making one from the beginning takes long."""
        return requests.Request("GET", self.origin, headers=_HEADERS).prepare()

    def _judge(self, answer: Answer, question: "_Question[Found]") -> Found | Trouble:
        # Python does one at a time anyway; and so no more than one large body is unfolded in memory.
        with self._judging:
            return judge(answer, question.expected, redact=self._redact, now=self._clock.now())

    def _prepare_retry(self, state: RetryCallState) -> None:
        trouble = _outcome(state)
        if not state.args[0].expected.is_extra or trouble.is_limit:
            self._budget.spend(trouble.cost)
        if trouble.is_limit and trouble.pause_seconds is None:
            self._pacer.pause(_LIMIT_BACKOFF(state))
        where, next_try = state.args[0].where, state.attempt_number + 1
        _log.info("%s: %s; try %d", where, trouble.message, next_try)

    def _drop_line(self) -> None:
        """This thread's next request goes out on a new connection."""
        line: _Line | None = getattr(self._here, "line", None)
        if line is not None:
            del self._here.line
            self._lines.remove(line)
            line.close()

    def _line(self) -> "_Line":
        """This thread's own, so that each needs one connection only."""
        line: _Line | None = getattr(self._here, "line", None)
        if line is None:
            line = self._here.line = _Line()
            self._lines.append(line)
        return line


@dataclass(frozen=True)
class _Question(Generic[Found]):
    """What is asked. An answer of too many requests is about the whole account, so it is treated alike."""

    where: str
    path: str
    params: Mapping[str, int]
    expected: Expected[Found]
    on_request: Callable[[], None]
    body: bytes | None = None


class _Connection(urllib3.connection.HTTPConnection):
    response_class = PatientResponse


class _SecureConnection(urllib3.connection.HTTPSConnection):
    response_class = PatientResponse


class _Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _Line(HTTPAdapter):
    """One connection, read with patience and verified against the system's certificates.

    A session of `requests` would add what is not wanted here: cookies, `.netrc` and redirects.
    """

    def __init__(self) -> None:
        super().__init__(pool_connections=1, pool_maxsize=1)
        self._pool: Any = None

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, ssl_context=_tls(), **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        manager = super().proxy_manager_for(proxy, ssl_context=_tls(), **options)
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
        return manager

    def get_connection_with_tls_context(self, *args: Any, **options: Any) -> Any:
        """The same for every request, as there is one host."""
        self._pool = self._pool or super().get_connection_with_tls_context(*args, **options)
        return self._pool

    def request_url(self, request: requests.PreparedRequest, proxies: Any) -> str:  # noqa: ARG002
        """Without the host, as no plain http goes through a proxy."""
        return request.path_url

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Leaves the pool as it is: the original would trust a list of certificates of its own as well."""


def _tls() -> truststore.SSLContext:
    """One for each connection: the handshakes of a context wait for each other."""
    return truststore.SSLContext(PROTOCOL_TLS_CLIENT)


def _proxies(origin: str) -> dict[str, str]:
    """The proxy that the environment, or Windows, names for `origin`; never for plain http or loopback."""
    address = urlsplit(origin)
    if _is_loopback(address.hostname or ""):
        return {}
    if address.scheme != "https":
        raise ConfigError("account.base_url: it must begin with https://, because the API key is sent to it")
    proxy = select_proxy(origin, get_environ_proxies(origin))
    return {"https": proxy} if proxy else {}


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _whole(response: requests.Response) -> Answer | Trouble:
    """The answer with its unpacked body. A broken body does not hide the error that its status tells of."""
    body = bytearray()
    try:
        for chunk in response.iter_content(CHUNK_BYTES):
            body += chunk
            if len(body) > PAGE_MEGABYTES * 1024**2:
                return Trouble(f"a page of more than {PAGE_MEGABYTES} MB", tries=ONE_MORE_TRY)
    except (requests.RequestException, ValueError):
        if response.status_code == 200:
            raise
    return Answer(response.status_code, response.headers, body)


def _outcome(state: RetryCallState) -> Trouble:
    """What the attempt ended with; tenacity asks only when it was a trouble."""
    return cast("Future[Trouble]", state.outcome).result()
