"""Faults of the status: the API is busy, broken, elsewhere, or says no."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus

from tests.support.faults.kinds import FAIL, RECOVER, Answer, Exchange, Kind, said
from tests.support.scripted_api import reply

DAY_SECONDS = 86_400
PAGE_OF_A_PROXY = "<!DOCTYPE html><html><head><title>Bad gateway</title></head><body>…</body></html>"
COME_BACK = "a pause that is too long to wait for"
WORDS = "Conta suspensa"
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
REFUSED_EXIT_CODE = 5


def _passes(status: int, body: str | bytes = b"", name: str = "") -> Kind:
    return Kind("status", name or f"{status}", FAIL, RECOVER, said(body, status), f"answered {status}", 2)


def _busy(name: str, retry_after: str | None, seconds: float, status: int = 429) -> Kind:
    """Too many requests. Nobody may come back before `seconds` are over."""
    headers = {} if retry_after is None else {"retry_after": retry_after}
    answer = _pausing(seconds, lambda: reply(b"", status=status, **headers))
    return Kind("status", name, FAIL, RECOVER, answer, f"answered {status}", 2)


def _busy_until(name: str, seconds: float, *, clock_ahead: timedelta = timedelta()) -> Kind:
    """The same by an instant, compared with the answer's own date."""
    now = NOON + clock_ahead
    until, date = (format_datetime(one, usegmt=True) for one in (now + timedelta(seconds=seconds), now))
    answer = _pausing(seconds, lambda: reply(b"", status=429, retry_after=until, date=date))
    return Kind("status", name, FAIL, RECOVER, answer, "answered 429", 2)


def _too_long(name: str, retry_after: str, seconds: float, status: int = 429, **headers: str) -> Kind:
    answer = _pausing(seconds, lambda: reply(b"", status=status, retry_after=retry_after, **headers))
    return Kind("status", name, FAIL, FAIL, answer, COME_BACK, is_of_account=True)


def _final(status: int, body: str = "", name: str = "", says: str = "") -> Kind:
    """The answer is no, and is not asked for again."""
    return Kind("status", name or f"{status}", FAIL, FAIL, said(body, status), says or f"answered {status}")


def _away(status: int) -> Kind:
    """To another host, which gets the key when anybody follows."""

    def answer(exchange: Exchange) -> bytes:
        return reply(b"", status=status, location=f"{exchange.elsewhere}/x.json?api_key={exchange.key}")

    return Kind("status", f"{status} to another host", FAIL, FAIL, answer, f"a redirect ({status})")


def _refused(name: str, body: str) -> Kind:
    return Kind(
        *("status", name, FAIL, FAIL, said(body, 401), "the API refused the request (401)"),
        is_of_account=True,
        exit_code=REFUSED_EXIT_CODE,
    )


def _pausing(seconds: float, make: Callable[[], bytes]) -> Answer:
    def answer(exchange: Exchange) -> bytes:
        exchange.paused(seconds)
        return make()

    return answer


def _echo(status: int, make: Callable[[str], str]) -> Answer:
    return lambda exchange: reply(make(exchange.key), status=status)


STATUS = (
    _passes(408),
    _passes(500),
    _passes(502, PAGE_OF_A_PROXY),
    _passes(503, json.dumps({"errors": [{"error": "Voltamos já"}]})),
    _passes(504),
    _passes(520, PAGE_OF_A_PROXY),
    _passes(530, PAGE_OF_A_PROXY),
    _passes(599),
    _passes(500, b"\xff\xfe" * 500, "500 in no encoding"),
    _passes(500, "[" * 100_000, "500 nested deeply"),
    Kind(
        *("status", "500 that repeats the key", FAIL, RECOVER),
        _echo(500, lambda key: f"GET /?api_key={key} failed"),
        "[key]",
        2,
    ),
    _busy("429", None, 0),
    _busy("429 for 3 seconds", "3", 3),
    _busy("429 for 1.5 seconds", "1.5", 1.5),
    _busy("429 for no time", "0", 1),
    _busy("429 for negative time", "-5", 0),
    _busy("429 for a word", "soon", 0),
    _busy("429 for exactly five minutes", "300", 300),
    _busy_until("429 until an instant", 7),
    _busy_until("429 until an instant of a clock far ahead", 7, clock_ahead=timedelta(days=400)),
    _busy_until("429 until an instant that is over", 0),
    _busy("503 for 4 seconds", "4", 4, HTTPStatus.SERVICE_UNAVAILABLE),
    _too_long("429 for a day", "86400", DAY_SECONDS),
    _too_long("429 for 301 seconds", "301", 301),
    _too_long("429 for ever", "9" * 40, DAY_SECONDS),
    _too_long("503 for a day", "86400", DAY_SECONDS, HTTPStatus.SERVICE_UNAVAILABLE),
    _too_long(
        *("429 until tomorrow", format_datetime(NOON + timedelta(days=1), usegmt=True), DAY_SECONDS),
        date=format_datetime(NOON, usegmt=True),
    ),
    *map(_away, (301, 302, 303, 307, 308)),
    _final(300, says="a redirect (300)"),
    _final(304, says="a redirect (304)"),
    _final(201),
    _final(204),
    _final(206),
    _final(400, json.dumps(["client_id", WORDS]), says=WORDS),
    _final(402, json.dumps({"errors": [WORDS]}), says=WORDS),
    _final(403, json.dumps([["conta", WORDS]]), says=WORDS),
    _final(404, " ", says="404"),
    _final(404, PAGE_OF_A_PROXY, "404 as a web page", "404"),
    _final(405),
    _final(410),
    _final(422, json.dumps({"errors": [{"error": WORDS}]}), "422 in objects", WORDS),
    _final(422, json.dumps({"errors": [{"error": [WORDS]}]}), "422 in lists", WORDS),
    _final(422, json.dumps({"errors": {"error": WORDS}}), "422 in one object", WORDS),
    Kind(
        *("status", "422 that repeats the key", FAIL, FAIL),
        _echo(422, lambda key: json.dumps({"errors": [{"error": f"?api_key={key}"}]})),
        "[key]",
    ),
    _refused("401", json.dumps({"errors": [{"error": "Invalid API key"}]})),
    _refused("401 without a word", ""),
)
