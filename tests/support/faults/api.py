"""An API that fails on purpose: the embedded sandbox's answers on real sockets, with faults put into them.

Which requests are hit is said by client, place and attempt; nothing is left to chance. It notes every
request (never the key), how many were under way at once, and those that came before a pause was over that it
had asked for. Another listener plays another host: whoever follows an address of a reply is seen there.
"""

import json
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

from reports.sandbox.data import SandboxAccount
from reports.sandbox.routes import Request, answer, answer_keyless, refusal
from reports.sandbox.saft_export import EXPORT_PATH, FILES
from reports.source.http.rate_limit import Clock
from reports.source.http.transport import LOOK_UP_SECONDS
from tests.support.faults.kinds import (
    AGAIN,
    BALANCE,
    COUNT,
    DETAILS,
    FIRST,
    LAST,
    LIST,
    MIDDLE,
    ONLY,
    PERIOD,
    REST_OF_LIST,
    SAFT,
    SAFT_FILE,
    TAXES,
    Exchange,
    Kind,
    Pieces,
)
from tests.support.scripted_api import NAP_SECONDS, ScriptedApi, Seen, TurnedClock, reply

WITHOUT_CLIENT = ("/clients.json", "/invoices.json", "/taxes.json", EXPORT_PATH)
"""Addresses of what is of the account."""

ASKED_ONCE = {"/taxes.json": TAXES, "/invoices.json": PERIOD, EXPORT_PATH: SAFT}
SILENCE_SECONDS = 25.0
"""Longer than anybody waits for a byte."""


@dataclass(frozen=True)
class Hit:
    """Where a fault is put: `client` None for what is of the account. `misses` None: it lasts."""

    kind: Kind
    place: str
    client: int | None
    misses: int | None


@dataclass(frozen=True)
class Asked:
    """A request as it was noted: its operation and page, and when, in seconds of the API's clock."""

    place: str
    client: int | None
    page: int
    at: float


@dataclass
class _Pause:
    """Nobody may ask from `since` until before `until`, but those whose requests may be `under_way`."""

    since: float
    until: float
    under_way: int


@dataclass
class _Client:
    """How far the reading of one client has come, as far as its requests tell."""

    served: set[int] = field(default_factory=set)


class FaultyApi:
    """The account of `data`, served from `start` on; `hits` and `data` may be changed while it runs.

    It is asked by `parallel` threads at most. `api_key` is new each time, and awkward: every encoding that it
    passes through leaves it in another form.
    """

    def __init__(
        self, data: SandboxAccount, *, clock: Clock, parallel: int = 1, lists_everybody: bool = False
    ) -> None:
        self.account_data = data
        self.api_key = f'k3y/+&="<%>~{secrets.token_hex(12)}'
        self.hits: tuple[Hit, ...] = ()
        self.asked: list[Asked] = []
        self.early: list[Asked] = []
        self.most_concurrent = 0
        self.lists_everybody = lists_everybody
        self._clock = clock
        self._parallel = parallel
        self._lock = threading.Lock()
        self._under_way = 0
        self._counts: Counter[Hit] = Counter()
        self._clients: dict[int, _Client] = {}
        self._pauses: list[_Pause] = []
        self._server = ScriptedApi(self._script)
        self._elsewhere = ScriptedApi(lambda _: reply({"invoices": []}))
        self._both = ExitStack()

    @property
    def url(self) -> str:
        return self._server.url

    @property
    def elsewhere(self) -> str:
        """The address of the other host."""
        return self._elsewhere.url

    @property
    def asked_elsewhere(self) -> int:
        """How often the other host was asked for anything."""
        return len(self._elsewhere.seen)

    @property
    def times_hit(self) -> Counter[Hit]:
        with self._lock:
            return Counter(self._counts)

    def __enter__(self) -> Self:
        self._both.enter_context(self._server)
        self._both.enter_context(self._elsewhere)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._both.close()

    def _script(self, seen: Seen) -> Iterator[bytes]:
        leave = self._enter()
        try:
            pieces = self._answer(seen, leave)
            if isinstance(pieces, bytes):
                # Whoever has the last byte may ask again before this thread gets its next turn.
                yield pieces[:-1]
                leave()
                yield pieces[-1:]
            else:
                yield from pieces
        finally:
            leave()

    def _enter(self) -> Callable[[], None]:
        """Counts a request as under way, until it is left: when it is answered, or hit by a fault."""
        with self._lock:
            self._under_way += 1
            self.most_concurrent = max(self.most_concurrent, self._under_way)
        left = iter([1])

        def leave() -> None:
            with self._lock:
                self._under_way -= next(left, 0)

        return leave

    def _answer(self, seen: Seen, leave: Callable[[], None]) -> Pieces:
        query = {name: value for name, value in seen.query.items() if name != "api_key"}
        request = Request(seen.method, seen.path, query, seen.body.decode(), seen.arrays, self.url)
        has_key = "api_key" in seen.query
        file = answer_keyless(request, self.account_data, has_key=has_key)
        with self._lock:
            asked = self._note(seen, self._good(request))
            hit = self._hit(asked)
            if hit and hit.kind.move and hit.client is not None:
                hit.kind.move(self.account_data.documents[hit.client], self._counts[hit])
            good = self._good(request)
            self._follow(asked, hit)
        if file is None and seen.query.get("api_key") != self.api_key:
            return reply(refusal(HTTPStatus.UNAUTHORIZED, "Invalid API key").text, status=401)
        if hit is None:
            found = file or answer(request, self.account_data)
            return reply(found.text, status=found.status, content_type=found.content_type)
        # Whoever has seen enough of a bad answer may ask again while it is still being sent.
        leave()
        outlast = partial(self._outlast, seen)
        wait = partial(self._wait, seen)
        body = file.text.encode() if file else None
        exchange = Exchange(good, self.api_key, self.elsewhere, wait, outlast, self._pause, body)
        return hit.kind.answer(exchange)

    def _good(self, request: Request) -> dict[str, Any]:
        """The honest answer as a value of its own, every amount a Decimal."""
        found = answer(request, self.account_data)
        if found.status != 200:
            return {"Url": ""} if request.path.startswith(FILES) else {}
        good: dict[str, Any] = json.loads(found.text, parse_float=Decimal)
        return good

    def _note(self, seen: Seen, good: dict[str, Any]) -> Asked:
        page = int(seen.query.get("page", "0"))
        is_of_account = seen.path in WITHOUT_CLIENT or seen.path.startswith(FILES)
        client = None if is_of_account else _client_of(seen.path)
        asked = Asked(self._place(seen.path, client, page, good), client, page, self._clock.monotonic())
        self.asked.append(asked)
        for pause in self._pauses:
            if pause.since <= asked.at < pause.until:
                pause.under_way -= 1
                if pause.under_way < 0:
                    self.early.append(asked)
        return asked

    def _place(self, path: str, client: int | None, page: int, good: dict[str, Any]) -> str:
        if path in ASKED_ONCE:
            return ASKED_ONCE[path]
        if path.startswith(FILES):
            return SAFT_FILE
        if client is None:
            return (LIST if page == 1 else REST_OF_LIST) if self.lists_everybody else COUNT
        if path.startswith("/api/"):
            return BALANCE
        if not path.endswith("/invoices.json"):
            return DETAILS
        pages = good["pagination"]["total_pages"] if good else 0
        if pages <= 1:
            return ONLY
        if page == 1:
            served = self._clients.setdefault(client, _Client()).served
            return AGAIN if served >= {*range(1, pages + 1)} else FIRST
        return LAST if page == pages else MIDDLE

    def _hit(self, asked: Asked) -> Hit | None:
        for hit in self.hits:
            is_place = asked.page == 2 if hit.kind.move else asked.place == hit.place
            is_here = is_place and asked.client == hit.client
            if is_here and (hit.misses is None or self._counts[hit] < hit.misses):
                self._counts[hit] += 1
                return hit
        return None

    def _follow(self, asked: Asked, hit: Hit | None) -> None:
        """What was served decides whether page 1, when it is asked for next, is read again or anew."""
        if asked.client is None or asked.place in (DETAILS, BALANCE):
            return
        served = self._clients.setdefault(asked.client, _Client()).served
        is_page = hit is None or hit.kind.is_page or hit.kind.move is not None
        if asked.place in (FIRST, AGAIN) and is_page:
            served.clear()
        is_good = hit is None or hit.kind.move is not None
        if asked.place != AGAIN and (is_good or (is_page and asked.place != FIRST)):
            served.add(asked.page)

    def _pause(self, seconds: float) -> None:
        now = self._clock.monotonic()
        with self._lock:
            self._pauses.append(_Pause(now, now + seconds, self._parallel - 1))

    def _wait(self, seen: Seen, seconds: float) -> None:
        if isinstance(self._clock, TurnedClock):
            time.sleep(NAP_SECONDS)
            # The next request of whoever has left would find its time gone, and be asked twice at once.
            if not seen.has_left():
                self._clock.turn(seconds)
        else:
            time.sleep(seconds)

    def _outlast(self, seen: Seen) -> None:
        while not seen.has_left():
            self._wait(seen, SILENCE_SECONDS)
            # Whoever waits looks at the clock meanwhile.
            time.sleep(LOOK_UP_SECONDS)


def _client_of(path: str) -> int:
    return int("".join(letter for letter in path.removeprefix("/api/v3") if letter.isdecimal()))
