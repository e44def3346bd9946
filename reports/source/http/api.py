"""One HTTP exchange with the API, judged, and repeated where that may help.

To import `requests` takes a while, so import this room where a connection is about to be made.

- The API key is part of the address, because the service wants it there. So no address and no exception of
  the HTTP libraries is ever shown, chained or logged; their own logging is off, ours takes its place.
- A request takes at most `request_seconds` of wall-clock time from the moment it is connected. Connecting
  has CONNECT_SECONDS for each address of the host; looking up its name takes what the system allows.
"""

import http.client
import json
import logging
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic
from urllib.parse import urlsplit

import requests
import urllib3

from reports.errors import RefusedError, UnreachableError
from reports.redaction import Redactor
from reports.source.http.download import download
from reports.source.http.rate_limit import Budget, Clock, Pacer
from reports.source.http.response import (
    LATER_OR_SMALLER,
    MANY_TRIES,
    ONE_MORE_TRY,
    Expected,
    Found,
    HttpAnswer,
    Page,
    Trouble,
    expect_page,
    expect_record,
    judge,
)
from reports.source.http.transport import Patience, Session, be_patient, find_proxies
from reports.source.http.transport_errors import trouble_of
from reports.source.http.waiting import Waiting
from reports.source.page_size import DOCUMENTED, PageSize

REQUEST_SECONDS = 60.0
CONNECT_SECONDS = 10.0
SHORTEST_PAUSE_SECONDS = 1.0
PAGE_MEGABYTES = 32
CHUNK_BYTES = 64 * 1024

BACKOFF = 0.5, 3, 20.0, 0.5
"""Before a retry: seconds at first, how many times longer each next one is, at most, and chance adds."""
LIMIT_PAUSE = 5.0, 2, 60.0, 1.0
"""When no pause was named: limits are counted by the minute, and all tries together outlast one."""

NO_API = "this is not the API"
NO_LIST = "the account shows no list of all its documents"
"""What a 404 says of a list of the account."""

_RANDOM = random.SystemRandom()
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
        self._proxies = find_proxies(self.origin)
        self._key = key
        self.page_size = PageSize(per_page)
        self._request_seconds = request_seconds
        self._clock = clock or Clock()
        self._pacer = Pacer(per_minute, deadline_seconds=deadline_seconds, clock=self._clock)
        self._budget = Budget()
        self._waiting = Waiting(self._clock)
        self._redact = Redactor([key])
        self._judging = threading.Lock()
        self._sessions: dict[int, Session] = {}

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
        """Page `page`, counted from 1, of a client's documents: `size` entries, or None for the account's.

        Empty filters are not sent. `is_fresh`: on a new connection, where no earlier answer is under way.
        """
        if is_fresh:
            self._end_session()
        wanted = {name: list(values) for name, values in filters.items() if values}
        return self._ask(
            _Question(
                where=f"client {client_id}, page {page}",
                path=f"/clients/{client_id}/invoices.json",
                expected=expect_page("invoices", page),
                params={"page": page, "per_page": size or self.page_size.current},
                on_request=on_request,
                body=json.dumps({"filter": wanted} if wanted else {}).encode(),
            )
        )

    def clients_page(self, page: int, *, size: int | None = None, is_fresh: bool = False) -> Page:
        """Page `page`, counted from 1, of the account's clients; else as `documents_page`."""
        if is_fresh:
            self._end_session()
        # The list is documented with at most 30 a page.
        params = {"page": page, "per_page": size or min(self.page_size.current, DOCUMENTED)}
        where, expected = f"the list of clients, page {page}", expect_page("clients", page, missing=NO_API)
        return self._ask(_Question(where, "/clients.json", expected, params))

    def account_documents_page(
        self,
        page: int,
        filters: Mapping[str, str | Sequence[str]],
        *,
        size: int | None = None,
        is_fresh: bool = False,
        on_request: Callable[[], None] = lambda: None,
    ) -> Page:
        """Page `page`, counted from 1, of all clients' documents; else as `documents_page`.

        An extra, which the account's plan may lack. `filters` are parameters of the address: a text, or all
        values of a name that ends with `[]`.
        """
        if is_fresh:
            self._end_session()
        return self._ask(
            _Question(
                where=f"the list of documents, page {page}",
                path="/invoices.json",
                expected=expect_page("invoices", page, missing=NO_LIST, is_extra=True),
                params={**filters, "page": page, "per_page": size or self.page_size.current},
                on_request=on_request,
            )
        )

    def client_details(self, client_id: int, *, on_request: Callable[[], None] = lambda: None) -> str:
        """What the account knows of a client: an object under `client`."""
        where, path = f"client {client_id}, details", f"/clients/{client_id}.json"
        return self._ask(_Question(where, path, expect_record("client"), on_request=on_request))

    def balance(self, client_id: int, *, on_request: Callable[[], None] = lambda: None) -> str:
        """What a client owes by the vendor's own count: an object with `balance` among others."""
        where, path = f"client {client_id}, balance", f"/api/v3/clients/{client_id}/balance.json"
        return self._ask(_Question(where, path, expect_record("balance"), on_request=on_request))

    def taxes(self) -> str:
        """The account's taxes, in one piece: an object with a list under `taxes`."""
        expected = expect_record("taxes", missing="the account shows no taxes")
        return self._ask(_Question("the account's taxes", "/taxes.json", expected))

    def saft_address(self, *, year: int, month: int) -> str:
        """Where the account's SAF-T (PT) file of a month lies; "" while it is being made."""

        def find(parsed: object, _: str) -> str | None:
            address = parsed.get("Url") if isinstance(parsed, dict) else None
            return address if isinstance(address, str) else None

        missing = "the account has no SAF-T file"
        expected = Expected("“Url”", find, missing, is_extra=True, pending="")
        where = f"the SAF-T file of {year}-{month:02}"
        params = {"month": month, "year": year}
        return self._ask(_Question(where, "/api/export_saft.json", expected, params))

    def download(self, address: str, *, what: str) -> Iterator[bytes]:
        """The bytes of a file that the API has named; the key does not go there. Raises ReadingError."""
        return download(
            address,
            what=what,
            seconds=self._pacer.seconds_left,
            redact=self._redact,
            check=self._pacer.check,
            clock=self._clock,
        )

    def pause(self, seconds: float) -> None:
        """Waits. Raises StoppedError when another thread stops, UnreachableError past the deadline."""
        self._pacer.sleep(seconds)

    def describe_wait(self) -> str | None:
        """What is waited for and for how long, in a sentence; None while answers come."""
        return self._waiting.describe(pause_seconds=self._pacer.pause_left)

    def stop(self) -> None:
        """Ends at once what is under way or waiting in other threads; nothing is asked any more."""
        self._pacer.stop()

    def close(self) -> None:
        """Stops, and closes the connections. Call it when no other thread is asking."""
        self.stop()
        while self._sessions:
            self._sessions.popitem()[1].close()

    def _ask(self, question: "_Question[Found]") -> Found:
        with self._waiting.asking():
            return self._ask_until_answered(question)

    def _ask_until_answered(self, question: "_Question[Found]") -> Found:
        alike: Counter[int] = Counter()
        attempt = 0
        try:
            while True:
                attempt += 1
                outcome = self._exchange(question)
                if not isinstance(outcome, Trouble):
                    self._budget.earn()
                    return outcome
                trouble = outcome
                is_worth_it = not question.expected.is_extra or trouble.is_limit
                tries = trouble.tries if is_worth_it else min(trouble.tries, ONE_MORE_TRY)
                alike[tries] += 1
                if alike[tries] >= tries or attempt >= MANY_TRIES:
                    break
                self._prepare_retry(question, trouble, attempt)
        except UnreachableError as error:
            # Deadline, budget and a pause that is too long say themselves what to do.
            raise UnreachableError(f"{question.where}: {error}") from None
        if trouble.error is RefusedError:
            self._pacer.stop()
            raise RefusedError(f"{urlsplit(self.origin).hostname}: {trouble.reason}")
        raise trouble.error(f"{question.where}: {trouble.reason}")

    def _exchange(self, question: "_Question[Found]") -> Found | Trouble:
        self._budget.check()
        self._pacer.start()
        question.on_request()
        began = self._clock.monotonic()
        outcome: Found | Trouble
        with self._waiting.sending():
            answer = self._send(question)
        if isinstance(answer, Trouble):
            outcome = answer
        else:
            # Python does one at a time anyway; and so no more than one large body is unfolded in memory.
            with self._judging:
                outcome = judge(answer, question.expected, redact=self._redact, now=self._clock.now())
        trouble = outcome.message if isinstance(outcome, Trouble) else None
        self._waiting.note(trouble)
        said = trouble or "answered"
        _log.debug("%s: %s, after %.2f s", question.where, said, self._clock.monotonic() - began)
        if isinstance(outcome, Trouble):
            # What is left of a bad answer would be read as the beginning of the next one.
            self._end_session()
            if outcome.is_limit:
                self._pacer.space_evenly()
            if outcome.pause_seconds is not None:
                self._pacer.pause(max(outcome.pause_seconds, SHORTEST_PAUSE_SECONDS))
        return outcome

    def _send(self, question: "_Question[Found]") -> HttpAnswer | Trouble:
        be_patient(Patience(self._request_seconds, check=self._pacer.check, clock=self._clock))
        try:
            with self._session().request(
                "GET" if question.body is None else "POST",
                self.origin + question.path,
                params={**question.params, "api_key": self._key},
                data=question.body,
                stream=True,
                timeout=(min(CONNECT_SECONDS, self._request_seconds), self._request_seconds),
                proxies=self._proxies,
                allow_redirects=False,
            ) as response:
                return _read_answer(response)
        except (OSError, http.client.HTTPException, urllib3.exceptions.HTTPError, ValueError) as error:
            # A ValueError is http.client's word on a chunk of negative size.
            return trouble_of(error, self._redact)

    def _prepare_retry(self, question: "_Question[Found]", trouble: Trouble, attempt: int) -> None:
        """Waits until the next try may begin. Raises UnreachableError when no retry is left."""
        if not question.expected.is_extra or trouble.is_limit:
            self._budget.spend(trouble.cost)
        if trouble.is_limit and trouble.pause_seconds is None:
            self._pacer.pause(_lengthen(attempt, *LIMIT_PAUSE))
        _log.info("%s: %s; try %d", question.where, trouble.message, attempt + 1)
        if not trouble.is_limit:
            self._pacer.sleep(_lengthen(attempt, *BACKOFF))

    def _session(self) -> Session:
        """This thread's own, so that each needs one connection only."""
        thread = threading.get_ident()
        if thread not in self._sessions:
            self._sessions[thread] = Session()
        return self._sessions[thread]

    def _end_session(self) -> None:
        """This thread's next request goes out on a new connection."""
        if session := self._sessions.pop(threading.get_ident(), None):
            session.close()


@dataclass(frozen=True)
class _Question(Generic[Found]):
    """What is asked. An answer of too many requests is about the whole account, so it is treated alike."""

    where: str
    path: str
    expected: Expected[Found]
    params: Mapping[str, int | str | Sequence[str]] = field(default_factory=dict)
    on_request: Callable[[], None] = lambda: None
    body: bytes | None = None


def _lengthen(attempt: int, first: float, factor: float, longest: float, spread: float) -> float:
    return min(first * factor ** (attempt - 1), longest) + _RANDOM.uniform(0, spread)


def _read_answer(response: requests.Response) -> HttpAnswer | Trouble:
    """The answer with its unpacked body. A broken body does not hide the error that its status tells of."""
    body = bytearray()
    try:
        for chunk in response.iter_content(CHUNK_BYTES):
            body += chunk
            if len(body) > PAGE_MEGABYTES * 1024**2:
                large = f"a page of more than {PAGE_MEGABYTES} MB"
                return Trouble(large, LATER_OR_SMALLER, tries=ONE_MORE_TRY)
    except (requests.RequestException, ValueError):
        if response.status_code == 200:
            raise
    return HttpAnswer(response.status_code, response.headers, body)
