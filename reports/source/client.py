"""One HTTP exchange with the API, judged, and repeated where that may help.

The only room that imports `requests`; that takes a while, so import this room where a connection is about to
be made. What holds for every request:

- The API key is part of the address, because the service wants it there. So no address and no exception of
  the HTTP libraries is ever shown, chained or logged; their own logging is off, ours takes its place.
- TLS is verified against the system's certificates. No redirect is followed; there are no cookies and no
  `.netrc`. A proxy of the environment is used for https alone: never for plain http, never for loopback.
- A request takes at most `request_seconds` of wall-clock time, and the server may be silent for
  SILENCE_SECONDS of it: the time-outs of sockets begin anew with every byte, so a slow drip would never end.
  Connecting has its own limit for each address; looking up the host's name has the system's.
"""

import http.client
import io
import ipaddress
import json
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests
import truststore
import urllib3
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies, select_proxy
from tenacity import RetryCallState, Retrying, retry_if_result, wait_exponential_jitter

from reports import TOOL, __version__
from reports.errors import ConfigError, RefusedError, UnreachableError
from reports.redaction import Redactor
from reports.source.pacer import Budget, Clock, Pacer
from reports.source.reply import FEW_TRIES, NO_MORE_TRY, ONE_MORE_TRY, Answer, Page, Trouble, judge, quoted

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

REQUEST_SECONDS = 60.0
SILENCE_SECONDS = 20.0
CONNECT_SECONDS = 10.0
LOOK_UP_SECONDS = 0.25
"""How often a thread that waits for bytes looks whether it has been told to stop."""

PAGE_BYTES = 32 * 1024 * 1024
CHUNK_BYTES = 64 * 1024
TIMEOUT_COST = 5
"""A time-out costs that many retries of the budget: waiting for a silent API is what takes long."""

SHORTEST_PAUSE_SECONDS = 1.0

_BACKOFF = wait_exponential_jitter(initial=0.5, exp_base=3, max=20, jitter=0.5)
_LIMIT_BACKOFF = wait_exponential_jitter(initial=5, exp_base=2, max=60, jitter=1)
"""Limits are counted by the minute: five tries outlast one."""

_here = threading.local()
_log = logging.getLogger(__name__)

# Even a warning of theirs can hold the address of a request.
logging.getLogger("urllib3").setLevel(logging.CRITICAL)


class Api:
    """One account, for the length of a run; its methods may be called from any number of threads.

    `origin` is `https://host`, or plain http on loopback. `deadline_seconds` count from now. Every method
    that asks raises RefusedError (key or account refused; nothing is asked after it), UnreachableError (no
    usable answer) or ReadingError (an answer that says no), and StoppedError when stopped by another thread.
    `on_request` is called before each request that is really sent.
    """

    def __init__(
        self,
        origin: str,
        key: str,
        *,
        per_page: int = 30,
        per_minute: int = 600,
        deadline_seconds: float = 90 * 60,
        request_seconds: float = REQUEST_SECONDS,
        clock: Clock | None = None,
    ) -> None:
        self._origin = origin.rstrip("/")
        self._proxies = _proxies(self._origin)
        self._key = key
        self._per_page = per_page
        self._request_seconds = request_seconds
        self._clock = clock or Clock()
        self._pacer = Pacer(per_minute, deadline_seconds=deadline_seconds, clock=self._clock)
        self._budget = Budget()
        self._redact = Redactor([key])
        self._sessions: list[requests.Session] = []

    def documents_page(
        self,
        client_id: int,
        page: int,
        filters: Mapping[str, Sequence[str]],
        *,
        on_request: Callable[[], None] = lambda: None,
    ) -> Page:
        """Page `page`, counted from 1, of the documents of a client. Empty filters are not sent."""
        wanted = {name: list(values) for name, values in filters.items() if values}
        body = json.dumps({"filter": wanted} if wanted else {}).encode()
        where = f"client {client_id}, page {page}"
        path = f"/clients/{client_id}/invoices.json"
        return self._ask(_Question(where, "POST", path, page, "invoices", on_request, body))

    def clients_page(self, page: int, *, on_request: Callable[[], None] = lambda: None) -> Page:
        """Page `page`, counted from 1, of the account's clients."""
        where = f"the list of clients, page {page}"
        return self._ask(_Question(where, "GET", "/clients.json", page, "clients", on_request))

    def stop(self) -> None:
        """Whatever is under way or waiting in other threads ends at once; nothing is asked any more."""
        self._pacer.stop()

    def close(self) -> None:
        """Stops, and closes the connections. Call it when no other thread is asking."""
        self.stop()
        while self._sessions:
            self._sessions.pop().close()

    def _ask(self, question: "_Question") -> Page:
        retrying = Retrying(
            retry=retry_if_result(lambda outcome: isinstance(outcome, Trouble)),
            stop=lambda state: state.attempt_number >= _trouble_of(state).tries,
            wait=lambda state: 0 if _trouble_of(state).is_limit else _BACKOFF(state),
            before_sleep=self._prepare_retry,
            sleep=self._pacer.sleep,
            retry_error_callback=_trouble_of,
        )
        try:
            outcome = retrying(self._exchange, question)
        except UnreachableError as error:
            raise UnreachableError(f"{question.where}: {error}") from None
        if isinstance(outcome, Page):
            self._budget.earn()
            return replace(outcome, requests=retrying.statistics["attempt_number"])
        if outcome.error is RefusedError:
            self._pacer.stop()
            raise RefusedError(f"{urlsplit(self._origin).hostname}: {outcome.message}")
        raise outcome.error(f"{question.where}: {outcome.message}")

    def _exchange(self, question: "_Question") -> Page | Trouble:
        self._budget.check()
        self._pacer.start()
        question.on_request()
        began = self._clock.monotonic()
        outcome: Answer | Page | Trouble = self._send(question)
        seconds = self._clock.monotonic() - began
        if isinstance(outcome, Answer):
            _log.debug("%s: %s after %.2f s", question.where, outcome.status, seconds)
            outcome = judge(
                outcome,
                number=question.page,
                listed=question.listed,
                redact=self._redact,
                now=self._clock.now(),
            )
        else:
            _log.debug("%s: %s, after %.2f s", question.where, outcome.message, seconds)
        if isinstance(outcome, Trouble) and outcome.pause_seconds is not None:
            self._pacer.pause(max(outcome.pause_seconds, SHORTEST_PAUSE_SECONDS))
        return outcome

    def _prepare_retry(self, state: RetryCallState) -> None:
        trouble = _trouble_of(state)
        self._budget.spend(trouble.cost)
        if trouble.is_limit and trouble.pause_seconds is None:
            self._pacer.pause(_LIMIT_BACKOFF(state))
        where = state.args[0].where
        _log.info("%s: %s; try %d of %d", where, trouble.message, state.attempt_number + 1, trouble.tries)

    def _send(self, question: "_Question") -> Answer | Trouble:
        _here.patience = _Patience(self._pacer, self._clock, self._request_seconds)
        try:
            with self._session().request(
                question.method,
                f"{self._origin}{question.path}",
                params={"page": question.page, "per_page": self._per_page, "api_key": self._key},
                data=question.body,
                headers={"content-type": "application/json; charset=utf-8"} if question.body else None,
                timeout=(min(CONNECT_SECONDS, self._request_seconds), self._request_seconds),
                proxies=self._proxies,
                allow_redirects=False,
                stream=True,
            ) as response:
                body = _body(response)
        except (OSError, http.client.HTTPException, urllib3.exceptions.HTTPError) as error:
            return _broken(error, self._redact)
        if body is None:
            return Trouble(f"a page of more than {PAGE_BYTES // 1024**2} MB", tries=ONE_MORE_TRY)
        return Answer(response.status_code, response.headers, body)

    def _session(self) -> requests.Session:
        """This thread's own: a session is not made to be shared, and so each needs one connection only."""
        sessions = _here.__dict__.setdefault("sessions", {})
        if self not in sessions:
            sessions[self] = _new_session()
            self._sessions.append(sessions[self])
        session: requests.Session = sessions[self]
        return session


@dataclass(frozen=True)
class _Question:
    where: str
    method: str
    path: str
    page: int
    listed: str
    on_request: Callable[[], None]
    body: bytes | None = None
