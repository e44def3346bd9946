"""Asking a scripted server, and the answers that several tests need."""

import gzip
import json
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from itertools import chain, cycle

import pytest

from reports.errors import ReportsError
from reports.source.http.api import Api
from reports.source.http.rate_limit import Clock
from reports.source.http.response import Page
from reports.source.http.transport import LOOK_UP_SECONDS
from tests.support.advice import has_advice
from tests.support.scripted_api import (
    KEY,
    HangUpError,
    ResetError,
    Script,
    ScriptedApi,
    Seen,
    TurnedClock,
    document,
    listing,
    reply,
    slowly,
)

Answer = Callable[[], bytes | Iterable[bytes]]

PAGE = listing([document(1), document(2), document(3)])
GOOD = reply(PAGE)
HTML = "<!DOCTYPE html><html><head><title>Sign in</title></head></html>"


def api_of(server: ScriptedApi, clock: Clock | None = None, **settings: float) -> Api:
    settings = {"per_minute": 60_000} | settings
    return Api(server.url, KEY, clock=clock or TurnedClock(), **settings)  # type: ignore[arg-type]


def ask(server: ScriptedApi, clock: Clock | None = None, **settings: float) -> Page:
    with closing(api_of(server, clock, **settings)) as api:
        return api.documents_page(7, 1, {})


def failure_of(server: ScriptedApi, clock: Clock | None = None, **settings: float) -> ReportsError:
    """The error that asking ends with, which says what to do."""
    with pytest.raises(ReportsError) as caught:
        ask(server, clock, **settings)
    assert has_advice(str(caught.value))
    return caught.value


def first(bad: Answer, then: bytes = GOOD) -> Script:
    return lambda seen: bad() if seen.count == 1 else then


def always(bad: Answer) -> Script:
    return lambda _: bad()


def raw(*pieces: bytes, end: type[Exception] | None = HangUpError) -> Answer:
    """Pieces as they are, and then the end of the connection."""

    def answer() -> Iterator[bytes]:
        yield from pieces
        if end:
            raise end

    return answer


def chunked(*chunks: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in (*chunks, b""))


BODY = json.dumps(PAGE).encode()
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(BODY)
PASSING: dict[str, Answer] = {
    "500": lambda: reply(status=500),
    "502": lambda: reply(HTML, status=502),
    "503": lambda: reply({"errors": ["Back soon"]}, status=503),
    "504": lambda: reply(status=504),
    "530": lambda: reply(status=530),
    "408": lambda: reply(status=408),
    "429": lambda: reply(status=429),
    "closed without an answer": raw(),
    "reset": raw(end=ResetError),
    "reset in the headers": raw(b"HTTP/1.1 200 OK\r\nCont", end=ResetError),
    "reset in the body": raw(HEAD, BODY[:9], end=ResetError),
    "cut by length": raw(HEAD, BODY[:-5]),
    "cut without length": raw(b"HTTP/1.1 200 OK\r\n\r\n", BODY[:-5]),
    "cut in a chunk": raw(chunked(BODY)[:-12]),
    "cut between chunks": raw(chunked(BODY)[:-5]),
    "bad chunk": raw(chunked(BODY).replace(b"chunked\r\n\r\n", b"chunked\r\n\r\nxyz\r\n")),
    "not HTTP": raw(b"SSH-2.0-OpenSSH\r\n\r\n"),
    "bad status": raw(b"HTTP/1.1 abc\r\n\r\n"),
    "endless header": raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000),
    "too many headers": raw(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n"),
    "bad lengths": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5, 7\r\n\r\n12345"),
    "bad gzip": lambda: reply(b"not gzip", content_encoding="gzip"),
    "gzip cut short": lambda: reply(gzip.compress(BODY)[:-20], content_encoding="gzip"),
    "JSON cut short": lambda: reply(BODY[:-5]),
}


def silence(clock: TurnedClock, *, seconds: float) -> Script:
    """No answer for as long as anybody waits for one, which by the clock is `seconds` and more."""

    def script(seen: Seen) -> Iterator[bytes]:
        while not seen.has_left():
            clock.turn(seconds)
            time.sleep(LOOK_UP_SECONDS)
        yield b""

    return script


def drip(clock: TurnedClock, head: bytes, rest: bytes) -> Script:
    """`head`, and then `rest` over and over without an end, a byte a second."""
    return lambda _: chain([head], slowly(cycle(rest), clock))


def drip_of_body(clock: TurnedClock) -> Script:
    """A body that goes on and on."""
    return drip(clock, b"HTTP/1.1 200 OK\r\n\r\n", b" ")


def show_everything(error: BaseException) -> str:
    """All that a traceback, or whoever walks along the chain, could print."""
    shown = ["".join(traceback.format_exception(error))]
    waiting: list[BaseException | None] = [error]
    while waiting:
        link = waiting.pop()
        if link is not None:
            shown.append(repr(link) + repr(link.args))
            waiting += [link.__cause__, link.__context__]
    return "".join(shown)
