"""One exchange over a real socket: what is asked, what an answer means, what is tried again, what is told."""

import gzip
import json
import logging
import random
import socket
import ssl
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from pathlib import Path

import pytest
import requests

from reports.errors import ConfigError, ReadingError, RefusedError, ReportsError, UnreachableError
from reports.redaction import Redactor
from reports.source import client, pacer, patience
from reports.source.breakage import trouble_of
from reports.source.client import Api
from reports.source.pacer import Budget, Clock, StoppedError
from reports.source.reply import Pagination, page_of, wait_asked_for
from tests.scripted_api import (
    KEY,
    HangUp,
    Reset,
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


def _api(server: ScriptedApi, clock: Clock | None = None, **settings: float) -> Api:
    settings = {"per_minute": 60_000} | settings
    return Api(server.url, KEY, clock=clock or TurnedClock(), **settings)  # type: ignore[arg-type]


def _ask(server: ScriptedApi, clock: Clock | None = None, **settings: float) -> client.Page:
    with closing(_api(server, clock, **settings)) as api:
        return api.documents_page(7, 1, {})


def _failure(server: ScriptedApi, clock: Clock | None = None, **settings: float) -> ReportsError:
    with pytest.raises(ReportsError) as caught:
        _ask(server, clock, **settings)
    return caught.value


def _first(bad: Answer, then: bytes = GOOD) -> Script:
    return lambda seen: bad() if seen.count == 1 else then


def _always(bad: Answer) -> Script:
    return lambda seen: bad()


def _raw(*pieces: bytes, end: type[Exception] | None = HangUp) -> Answer:
    """Pieces as they are, and then the end of the connection."""

    def answer() -> Iterator[bytes]:
        yield from pieces
        if end:
            raise end

    return answer


def _chunked(*chunks: bytes) -> bytes:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in (*chunks, b""))


# What is asked


def test_documents_are_asked_for_as_documented() -> None:
    with ScriptedApi(lambda seen: GOOD) as server, closing(_api(server, per_page=20)) as api:
        api.documents_page(7, 3, {"status": [], "by_type": ["Invoice"], "archived": ["archived"]})
    (seen,) = server.seen
    assert (seen.method, seen.path) == ("POST", "/clients/7/invoices.json")
    assert seen.query == {"page": "3", "per_page": "20", "api_key": KEY}
    assert json.loads(seen.body) == {"filter": {"by_type": ["Invoice"], "archived": ["archived"]}}
    assert seen.headers["accept"] == "application/json"
    assert seen.headers["content-type"] == "application/json; charset=utf-8"


def test_no_filter_at_all_is_an_empty_object() -> None:
    with ScriptedApi(lambda seen: GOOD) as server, closing(_api(server)) as api:
        api.documents_page(7, 1, {"status": []})
    assert server.seen[0].body == b"{}"


def test_clients_are_asked_for_as_documented() -> None:
    page = listing([{"id": 7}], name="clients")
    with ScriptedApi(lambda seen: reply(page)) as server, closing(_api(server)) as api:
        assert api.clients_page(1).entries == [{"id": 7}]
    (seen,) = server.seen
    assert (seen.method, seen.path, seen.body) == ("GET", "/clients.json", b"")
    assert seen.query == {"page": "1", "per_page": "30", "api_key": KEY}


def test_a_page_is_its_exact_text_and_its_parts() -> None:
    text = '{"invoices": [{"id": 1, "total": 1.10}],\n "pagination": ' + json.dumps(PAGE["pagination"]) + "}"
    with ScriptedApi(lambda seen: reply(text)) as server:
        page = _ask(server)
    assert page.body == text
    assert page.entries == [{"id": 1, "total": Decimal("1.10")}]
    assert page.pagination == Pagination(total_entries=3, current_page=1, total_pages=2, per_page=2)
    assert (page.number, page.requests) == (1, 1)


def test_digits_in_the_pagination_may_be_text() -> None:
    page = listing([], total_entries="0", total_pages="0")
    with ScriptedApi(lambda seen: reply(page)) as server:
        assert _ask(server).pagination.total_pages == 0


def test_every_request_that_is_sent_is_reported() -> None:
    counted = []
    with (
        ScriptedApi(_first(lambda: reply(status=503))) as server,
        closing(_api(server)) as api,
    ):
        page = api.documents_page(7, 1, {}, on_request=lambda: counted.append(1))
    assert len(counted) == page.requests == len(server.seen) == 2


def test_neither_netrc_nor_cookies_are_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("default login somebody password secret\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    answer = reply(PAGE, set_cookie="session=1; Path=/")
    with ScriptedApi(lambda seen: answer) as server, closing(_api(server)) as api:
        api.documents_page(7, 1, {})
        api.documents_page(7, 2, {})
    assert all("authorization" not in seen.headers and "cookie" not in seen.headers for seen in server.seen)


# What an answer means

HTML = "<!DOCTYPE html><html><head><title>Sign in</title></head></html>"


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (reply({"errors": [{"error": "Invalid API key"}]}, status=401), RefusedError, "account's name"),
        (reply(status=401), RefusedError, "API key is wrong or the account's name"),
        (reply(HTML, status=401), RefusedError, "401"),
        (reply(status=404), ReadingError, "this client is not in the account (404)"),
        (reply(" ", status=404), ReadingError, "this client is not in the account (404)"),
        (reply(HTML, status=404), ReadingError, "not in the account (404: a web page (Sign in))"),
        (reply("<p>", status=404), ReadingError, "(404: a web page)"),
        (reply({"errors": [{"error": "Bad status"}]}, status=422), ReadingError, "422: Bad status"),
        (reply({"errors": [{"error": ["Bad", "status"]}]}, status=422), ReadingError, "422: Bad - status"),
        (reply({"errors": {"error": "Bad status"}}, status=422), ReadingError, "422: Bad status"),
        (reply({"errors": ["Bad status"]}, status=422), ReadingError, "422: Bad status"),
        (reply([["name", "inválido"]], status=422), ReadingError, "422: name - inválido"),
        (reply(["field", "Bad status"], status=422), ReadingError, "422: field - Bad status"),
        (reply("[" * 100_000, status=422), ReadingError, "422: [[["),
        (reply("x" * 1_000, status=422), ReadingError, "422: " + "x" * 199 + "…"),
        (reply("a\x00b\r\n\u202ec", status=400), ReadingError, "400: a b c"),
        (reply(b"\xff\xfe", status=403), ReadingError, "403: \ufffd\ufffd"),
        (reply(status=204), ReadingError, "answered 204"),
        (reply(PAGE, status=206), ReadingError, "answered 206"),
        (reply(status=302, location="https://elsewhere.example/"), ReadingError, "redirect (302)"),
        (reply(PAGE, status=307, location="https://elsewhere.example/"), ReadingError, "redirect (307)"),
    ],
)
def test_an_answer_that_says_no_is_final(answer: bytes, kind: type[ReportsError], words: str) -> None:
    with ScriptedApi(lambda seen: answer) as server:
        error = _failure(server)
    assert type(error) is kind
    assert words in str(error)
    assert "elsewhere" not in str(error)
    assert len(server.seen) == 1


def test_an_error_says_where(tmp_path: Path) -> None:
    with ScriptedApi(lambda seen: reply(status=404)) as server, closing(_api(server)) as api:
        with pytest.raises(ReadingError, match=r"^client 7, page 3: "):
            api.documents_page(7, 3, {})
        with pytest.raises(ReadingError, match=r"^the list of clients, page 2: this is not the API"):
            api.clients_page(2)


def test_the_status_counts_though_the_body_breaks() -> None:
    head = b"HTTP/1.1 401 Said\r\nContent-Length: 100\r\n\r\n"
    with ScriptedApi(_always(_raw(head, b"cut"))) as server:
        assert isinstance(_failure(server), RefusedError)
    assert len(server.seen) == 1


DEEP = '{"invoices": ' + "[" * 100_000 + "]" * 100_000 + "}"
LONG = '{"invoices": [{"id": ' + "1" * 5_000 + "}]}"
FAR = '{"invoices": [{"total": 1e99999999999999999999}]}'
WIDE = '{"invoices": [' + "{}," * 600_000 + "{}]}"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (reply(HTML), "a web page (Sign in)"),
        (reply(HTML, content_type="text/html"), "a web page (Sign in)"),
        (reply(), "got nothing"),
        (reply(" \n"), "got nothing"),
        (reply("null"), "got null"),
        (reply("[]"), "got a list"),
        (reply("1"), "got a single value"),
        (reply('"some words"'), "got the text “some words”"),
        (reply("Bem-vindo"), "got the text “Bem-vindo”"),
        (reply({"errors": [{"error": "Conta suspensa"}]}), "got an error: Conta suspensa"),
        (reply({"error": "Conta suspensa"}), "got an error: Conta suspensa"),
        (reply({"invoices": []}), "got other content"),
        (reply({"pagination": PAGE["pagination"]}), "got other content"),
        (reply({"invoices": {}, "pagination": PAGE["pagination"]}), "got other content"),
        (reply({"invoices": [None], "pagination": PAGE["pagination"]}), "got other content"),
        (reply(listing([], total_pages=None)), "got other content"),
        (reply(listing([], total_pages=True)), "got other content"),
        (reply(listing([], total_pages=-1)), "got other content"),
        (reply(listing([], total_pages="1.0")), "got other content"),
        (reply(json.dumps(PAGE) + " and more"), "got JSON that cannot be read"),
        (reply(json.dumps(PAGE).replace("Casa", "Caçá").encode("latin-1")), "not UTF-8"),
        (reply(json.dumps(PAGE).encode("utf-16")), "not UTF-8"),
        (reply(json.dumps(PAGE).encode("utf-16-le")), "got JSON that cannot be read"),
        (reply(DEEP), "nested too deeply"),
        (reply(LONG), "a number that is too long"),
        (reply(FAR), "a number that is too long"),
        (reply(WIDE), "more than 1,000,000 values"),
    ],
)
def test_a_200_that_is_no_page_is_tried_once_more(answer: bytes, words: str) -> None:
    with ScriptedApi(lambda seen: answer) as server:
        error = _failure(server)
    assert isinstance(error, UnreachableError)
    assert "expected JSON with invoices and pagination" in str(error)
    assert words in str(error)
    assert len(server.seen) == 2
    with ScriptedApi(_first(lambda: answer)) as server:
        assert _ask(server).entries == PAGE["invoices"]


def test_a_byte_order_mark_is_no_fault() -> None:
    body = json.dumps(PAGE).encode("utf-8-sig")
    with ScriptedApi(lambda seen: reply(body)) as server:
        assert _ask(server).body == json.dumps(PAGE)


def test_numbers_that_are_none_are_left_to_whoever_reads_them() -> None:
    page = page_of(json.dumps(listing([{"total": float("nan")}])), number=1, listed="invoices")
    assert page.entries[0]["total"].is_nan()


def test_a_kept_body_that_is_no_page_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="not a page of clients"):
        page_of("{}", number=1, listed="clients")


# What is tried again

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
    "closed without an answer": _raw(),
    "reset": _raw(end=Reset),
    "reset in the headers": _raw(b"HTTP/1.1 200 OK\r\nCont", end=Reset),
    "reset in the body": _raw(HEAD, BODY[:9], end=Reset),
    "cut by length": _raw(HEAD, BODY[:-5]),
    "cut without length": _raw(b"HTTP/1.1 200 OK\r\n\r\n", BODY[:-5]),
    "cut in a chunk": _raw(_chunked(BODY)[:-12]),
    "cut between chunks": _raw(_chunked(BODY)[:-5]),
    "bad chunk": _raw(_chunked(BODY).replace(b"chunked\r\n\r\n", b"chunked\r\n\r\nxyz\r\n")),
    "not HTTP": _raw(b"SSH-2.0-OpenSSH\r\n\r\n"),
    "bad status": _raw(b"HTTP/1.1 abc\r\n\r\n"),
    "endless header": _raw(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000),
    "too many headers": _raw(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n"),
    "bad lengths": _raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5, 7\r\n\r\n12345"),
    "bad gzip": lambda: reply(b"not gzip", content_encoding="gzip"),
    "gzip cut short": lambda: reply(gzip.compress(BODY)[:-20], content_encoding="gzip"),
    "JSON cut short": lambda: reply(BODY[:-5]),
}


@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_passes_leaves_no_trace(fault: str) -> None:
    with ScriptedApi(_first(PASSING[fault])) as server:
        page = _ask(server)
    assert page.body == BODY.decode()
    assert page.requests == 2


@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_lasts_fails_after_five_tries(fault: str) -> None:
    with ScriptedApi(_always(PASSING[fault])) as server:
        error = _failure(server)
    assert isinstance(error, UnreachableError)
    assert str(error).startswith("client 7, page 1: ")
    assert len(server.seen) == 5


@pytest.mark.parametrize("pieces", [(_chunked(BODY[:9], BODY[9:]),), (HEAD, BODY), (HEAD + BODY[:3], BODY[3:])])
def test_a_body_may_come_in_any_pieces(pieces: tuple[bytes, ...]) -> None:
    with ScriptedApi(_always(_raw(*pieces, end=None))) as server:
        assert _ask(server).requests == 1


def test_a_packed_body_is_unpacked() -> None:
    with ScriptedApi(lambda seen: reply(gzip.compress(BODY), content_encoding="gzip")) as server:
        assert _ask(server).body == BODY.decode()


def test_different_faults_are_counted_apart_but_end_with_the_fifth_try() -> None:
    faults = [reply(status=503), reply(HTML), reply(status=503), reply(BODY[:-5]), reply(status=503), GOOD]
    with ScriptedApi(lambda seen: faults[seen.count - 1]) as server:
        error = _failure(server)
    assert "503" in str(error)
    assert len(server.seen) == 5


def test_waits_between_tries_grow_and_differ() -> None:
    clock = TurnedClock()
    with ScriptedApi(_always(lambda: reply(status=503))) as server:
        _failure(server, clock)
    waits = [seconds for seconds in clock.waited if seconds > 0.1]
    assert len(waits) == 4
    for seconds, least in zip(waits, (0.5, 1.5, 4.5, 13.5), strict=True):
        assert least - 0.01 <= seconds <= least + 0.5


def test_a_refused_connection_is_tried_five_times() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    counted = []
    with (
        closing(Api(f"http://127.0.0.1:{port}", KEY, clock=TurnedClock())) as api,
        pytest.raises(UnreachableError, match="connection was refused"),
    ):
        api.documents_page(7, 1, {}, on_request=lambda: counted.append(1))
    assert len(counted) == 5


# Time


def _drip_of_headers() -> Iterator[bytes]:
    return slowly(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50, seconds=0.02)


def _drip_of_body() -> Iterator[bytes]:
    yield HEAD
    yield from slowly(BODY, seconds=0.02)


def _drip_of_chunks() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    yield from slowly(b"1\r\n{\r\n" * 100, seconds=0.02)


def _silence() -> Iterator[bytes]:
    time.sleep(1)
    yield b""


@pytest.mark.parametrize("fault", [_drip_of_headers, _drip_of_body, _drip_of_chunks, _silence])
def test_a_request_takes_no_longer_than_it_may(fault: Answer) -> None:
    with ScriptedApi(_always(fault)) as server:
        began = time.monotonic()
        error = _failure(server, request_seconds=0.2)
        seconds = time.monotonic() - began
    assert isinstance(error, UnreachableError)
    assert "no complete answer in time" in str(error)
    assert len(server.seen) == 3
    assert 0.6 <= seconds < 1.5


def test_a_slow_answer_that_passes_is_asked_for_again() -> None:
    with ScriptedApi(_first(_drip_of_body)) as server:
        assert _ask(server, request_seconds=0.2).requests == 2


def test_silence_ends_a_request_before_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "SILENCE_SECONDS", 0.1)
    with ScriptedApi(_first(_silence)) as server:
        began = time.monotonic()
        assert _ask(server).requests == 2
    assert time.monotonic() - began < 0.8


def test_an_answer_slower_than_a_look_up_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "LOOK_UP_SECONDS", 0.01)
    with ScriptedApi(_always(lambda: slowly(GOOD[:20], seconds=0.005))) as server:
        pass
    with ScriptedApi(_always(_late)) as server:
        assert _ask(server).requests == 1


def _late() -> Iterator[bytes]:
    time.sleep(0.1)
    yield GOOD


def test_the_run_ends_at_its_deadline_in_the_middle_of_a_request() -> None:
    with ScriptedApi(_always(_silence)) as server:
        began = time.monotonic()
        error = _failure(server, Clock(), deadline_seconds=0.3)
        assert time.monotonic() - began < 0.9
    assert isinstance(error, UnreachableError)
    assert "requests.deadline_minutes" in str(error)
    assert len(server.seen) == 1


def test_no_wait_is_begun_that_would_outlast_the_run() -> None:
    clock = TurnedClock()
    with ScriptedApi(_always(lambda: reply(status=429, retry_after="120"))) as server:
        error = _failure(server, clock, deadline_seconds=60)
    assert "1 minutes a run may take" in str(error)
    assert sum(clock.waited) < 60
    assert len(server.seen) == 1


def test_nothing_is_asked_after_the_deadline() -> None:
    clock = TurnedClock()
    with ScriptedApi(lambda seen: GOOD) as server, closing(_api(server, clock, deadline_seconds=60)) as api:
        clock.turn(61)
        with pytest.raises(UnreachableError, match="client 7, page 1: not read within"):
            api.documents_page(7, 1, {})
    assert server.seen == []


def test_requests_start_evenly_spaced_over_all_threads() -> None:
    with ScriptedApi(lambda seen: GOOD) as server, closing(_api(server, Clock(), per_minute=1_200)) as api:
        threads = [threading.Thread(target=api.documents_page, args=(7, page, {})) for page in range(1, 7)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    starts = sorted(seen.at for seen in server.seen)
    assert len(starts) == 6
    assert starts[-1] - starts[0] >= 5 * 0.05 - 0.03


def test_a_stopped_api_lets_go_at_once() -> None:
    ended: list[type[BaseException]] = []

    def ask(api: Api) -> None:
        try:
            api.documents_page(7, 1, {})
        except StoppedError as error:
            ended.append(type(error))

    with ScriptedApi(_always(_silence)) as server, closing(_api(server, Clock())) as api:
        thread = threading.Thread(target=ask, args=(api,))
        thread.start()
        while not server.seen:
            time.sleep(0.005)
        began = time.monotonic()
        api.stop()
        thread.join()
        assert time.monotonic() - began < 0.6
    assert ended == [StoppedError]


def test_a_stopped_api_asks_nothing() -> None:
    with ScriptedApi(lambda seen: GOOD) as server, closing(_api(server)) as api:
        api.stop()
        with pytest.raises(StoppedError):
            api.documents_page(7, 1, {})
    assert server.seen == []


def test_nothing_is_asked_after_a_refusal() -> None:
    with ScriptedApi(lambda seen: reply(status=401)) as server, closing(_api(server)) as api:
        with pytest.raises(RefusedError):
            api.documents_page(7, 1, {})
        with pytest.raises(StoppedError):
            api.documents_page(7, 2, {})
    assert len(server.seen) == 1


# Limits


def _dates(seconds: int, **headers: str) -> dict[str, str]:
    """A Retry-After as a date, `seconds` after a Date of a server whose clock is an hour wrong."""
    instant = datetime.now(UTC) - timedelta(hours=1)
    return {
        "date": format_datetime(instant, usegmt=True),
        "retry_after": format_datetime(instant + timedelta(seconds=seconds), usegmt=True),
    } | headers


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"retry_after": "7"}, 7, 7.1),
        ({"retry_after": " 7.5 "}, 7.5, 7.6),
        ({"retry_after": "0"}, 1, 1.1),
        ({"retry_after": "300"}, 299.9, 300.1),
        (_dates(20), 20, 20.1),
        ({}, 5, 6.1),
        ({"retry_after": "soon"}, 5, 6.1),
        ({"retry_after": "-5"}, 5, 6.1),
        (_dates(-60), 5, 6.1),
        ({"retry_after": "Mon, 99 Foo 2026 25:00:00 GMT"}, 5, 6.1),
    ],
)
def test_a_limit_is_waited_for_and_never_shorter_than_asked(
    headers: dict[str, str], least: float, most: float
) -> None:
    clock = TurnedClock()
    with ScriptedApi(_first(lambda: reply(status=429, **headers))) as server:
        assert _ask(server, clock).requests == 2
    assert least - 0.05 <= sum(clock.waited) <= most + 0.05


def test_a_date_to_come_back_without_the_servers_own_date_counts_from_now() -> None:
    now = datetime(2026, 11, 2, 6, 30, tzinfo=UTC)
    assert wait_asked_for({"Retry-After": "Mon, 02 Nov 2026 06:30:40 GMT"}, now) == 40
    assert wait_asked_for({"Retry-After": "Mon, 02 Nov 2026 06:30:40 -0000"}, now) == 40


def test_all_tries_together_outlast_the_minute_a_limit_is_counted_by() -> None:
    clock = TurnedClock()
    with ScriptedApi(_always(lambda: reply(status=429))) as server:
        error = _failure(server, clock)
    assert isinstance(error, UnreachableError)
    assert "too many requests" in str(error)
    assert len(server.seen) == 5
    assert sum(clock.waited) > 60


@pytest.mark.parametrize("asked", ["301", "86400", "9" * 5_000])
def test_too_long_a_pause_fails_and_says_when_to_come_back(asked: str) -> None:
    clock = TurnedClock()
    with (
        ScriptedApi(_always(lambda: reply(status=429, retry_after=asked))) as server,
        closing(_api(server, clock)) as api,
    ):
        for page in (1, 2):
            with pytest.raises(UnreachableError, match=r"Run again after 20\d\d-\d\d-\d\d \d\d:\d\d UTC"):
                api.documents_page(7, page, {})
    assert len(server.seen) == 1
    assert sum(clock.waited) < 2


def test_a_server_error_may_name_a_pause_too() -> None:
    clock = TurnedClock()
    with ScriptedApi(_first(lambda: reply(status=503, retry_after="9"))) as server:
        assert _ask(server, clock).requests == 2
    assert sum(clock.waited) >= 8.9


def test_every_thread_waits_when_one_is_told_to() -> None:
    def script(seen: Seen) -> bytes:
        return reply(status=429, retry_after="1") if seen.count == 1 else GOOD

    with ScriptedApi(script) as server, closing(_api(server, Clock())) as api:
        threads = [threading.Thread(target=api.documents_page, args=(7, page, {})) for page in (1, 2, 3)]
        threads[0].start()
        while not server.seen:
            time.sleep(0.005)
        time.sleep(0.05)
        for thread in threads[1:]:
            thread.start()
        for thread in threads:
            thread.join()
    first, *others = server.seen
    assert len(others) == 3
    assert all(seen.at - first.at >= 1 for seen in others)


# The budget of retries


def test_a_dead_api_is_left_alone_when_the_budget_is_spent() -> None:
    with (
        ScriptedApi(_always(lambda: reply(status=503))) as server,
        closing(_api(server, deadline_seconds=1e6)) as api,
    ):
        errors = []
        for number in range(40):
            with pytest.raises(UnreachableError) as caught:
                api.documents_page(number, 1, {})
            errors.append(str(caught.value))
    assert len(server.seen) == 50 + 13
    assert "503" in errors[11]
    assert all("failed too often" in error for error in errors[12:])
    assert errors[-1].startswith("client 39, page 1: ")


def test_successes_earn_retries() -> None:
    budget = Budget()
    for _ in range(50):
        budget.spend(1)
    for _ in range(5):
        budget.earn()
    budget.spend(1)
    for _ in range(4):
        budget.earn()
    with pytest.raises(UnreachableError, match="51 requests had to be repeated"):
        budget.spend(1)
    for _ in range(100):
        budget.earn()
    with pytest.raises(UnreachableError):
        budget.check()


def test_time_outs_spend_the_budget_faster() -> None:
    slow = trouble_of(TimeoutError(), Redactor())
    assert slow.cost * pacer.SUCCESSES_PER_RETRY > trouble_of(ConnectionResetError(), Redactor()).cost


# Size


def test_a_bomb_is_put_down_before_it_unfolds() -> None:
    bomb = gzip.compress(b"[" + b" " * (40 * 1024**2))
    assert len(bomb) < 100_000
    with ScriptedApi(lambda seen: reply(bomb, content_encoding="gzip")) as server:
        error = _failure(server)
    assert "more than 32 MB" in str(error)
    assert len(server.seen) == 2


def test_an_endless_body_ends() -> None:
    def endless() -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n\r\n"
        while True:
            yield b" " * 1_000_000

    with ScriptedApi(_always(endless)) as server:
        assert "more than 32 MB" in str(_failure(server))


# Secrets


def _bytes_of(error: BaseException) -> str:
    """All that a traceback, or whoever walks along the chain, could print."""
    shown = ["".join(traceback.format_exception(error))]
    waiting: list[BaseException | None] = [error]
    while waiting:
        link = waiting.pop()
        if link is not None:
            shown.append(repr(link) + repr(link.args))
            waiting += [link.__cause__, link.__context__]
    return "".join(shown)


LEAKS: dict[str, Answer] = PASSING | {
    "silence": _silence,
    "401": lambda: reply({"errors": [{"error": f"Invalid API key {KEY}"}]}, status=401),
    "404": lambda: reply(f"<html><title>no {KEY}", status=404),
    "422": lambda: reply({"errors": [f"?api_key={KEY}"]}, status=422),
    "422 text": lambda: reply(" " * 30_000 + KEY, status=422),
    "422 escaped": lambda: reply("[" + json.dumps(KEY).replace("a", "\\u0061") + "]", status=422),
    "redirect": lambda: reply(status=307, location=f"https://elsewhere.example/?api_key={KEY}"),
    "HTML": lambda: reply(f"<title>{KEY}</title>"),
    "text": lambda: reply(f"what is {KEY}?"),
    "escaped": lambda: reply(BODY.replace(b"Casa", KEY.replace("a", "\\u0061").encode())),
    "bad header": _raw(b"HTTP/1.1 200 OK\r\n : \r\nbad\r\n\r\n"),
}


@pytest.mark.parametrize("fault", LEAKS)
def test_the_key_is_in_no_error_and_in_no_log(fault: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with ScriptedApi(_always(LEAKS[fault])) as server:
        error = _failure(server, request_seconds=0.1 if fault == "silence" else 60)
    assert KEY not in _bytes_of(error)
    assert KEY not in str(error)
    assert f"{server.url}/" not in _bytes_of(error)
    assert "client 7, page 1" in caplog.text
    assert KEY not in caplog.text


def test_a_body_that_echoes_the_key_is_freed_of_it() -> None:
    page = listing([document(1, observations=f"https://example.com/?api_key={KEY}")])
    with ScriptedApi(lambda seen: reply(page)) as server:
        came = _ask(server)
    assert KEY not in came.body
    assert came.entries[0]["observations"] == "https://example.com/?api_key=[key]"


def test_a_body_that_hides_the_key_in_escapes_is_refused() -> None:
    body = BODY.replace(b"Casa", KEY.replace("a", "\\u0061").encode())
    with ScriptedApi(lambda seen: reply(body)) as server:
        assert "repeats the API key" in str(_failure(server))


def test_escapes_without_the_key_are_left_alone() -> None:
    body = BODY.replace(b"Casa", b"Ana \\u0026 Filhos")
    with ScriptedApi(lambda seen: reply(body)) as server:
        assert _ask(server).body == body.decode()


# Where the key may go


@pytest.mark.parametrize("origin", ["http://my-company.example", "http://192.0.2.1", "ftp://127.0.0.2x"])
def test_the_key_is_sent_to_no_plain_address_but_loopback(origin: str) -> None:
    with pytest.raises(ConfigError, match="https://"):
        Api(origin, KEY)


@pytest.mark.parametrize("name", ["http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy"])
def test_loopback_is_never_asked_through_a_proxy(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedApi(lambda seen: reply(status=500)) as proxy, ScriptedApi(lambda seen: GOOD) as server:
        monkeypatch.setenv(name, proxy.url)
        _ask(server)
    assert proxy.seen == []


def test_https_goes_through_the_proxy_of_the_environment_and_tells_it_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with ScriptedApi(_always(_raw(b"HTTP/1.1 407 Who are you\r\n\r\n"))) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        with (
            closing(Api("https://my-company.example", KEY, clock=TurnedClock())) as api,
            pytest.raises(UnreachableError, match="the proxy did not connect: 407 Who are you") as caught,
        ):
            api.documents_page(7, 1, {})
    assert [seen.method for seen in proxy.seen] == ["CONNECT", "CONNECT"]
    assert KEY not in repr(proxy.seen)
    assert KEY not in _bytes_of(caught.value)


def test_a_proxy_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedApi(_always(lambda: slowly(b"HTTP/1.1 200 OK\r\n" * 9, seconds=0.02))) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "")
        with (
            closing(Api("https://my-company.example", KEY, clock=TurnedClock(), request_seconds=0.2)) as api,
            pytest.raises(UnreachableError, match="in time"),
        ):
            api.documents_page(7, 1, {})


def test_a_host_that_needs_no_proxy_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "my-company.example")
    assert client._proxies("https://my-company.example") == {}


# TLS


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> "Authority":
    pytest.importorskip("cryptography")
    return Authority(tmp_path_factory.mktemp("certificates"))


class Authority:
    """Signs certificates for one test run."""

    def __init__(self, folder: Path) -> None:
        from cryptography.hazmat.primitives.asymmetric import ec

        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.bundle = folder / "authority.pem"
        self.bundle.write_bytes(self._certificate("authority", self.key.public_key(), is_authority=True))

    def server(self, name: str, *, days: int = 30) -> ssl.SSLContext:
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

        key = ec.generate_private_key(ec.SECP256R1())
        chain = self.folder / f"{random.getrandbits(64):x}.pem"
        chain.write_bytes(
            self._certificate(name, key.public_key(), days=days)
            + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        return context

    def _certificate(self, name: str, key: object, *, days: int = 30, is_authority: bool = False) -> bytes:
        import ipaddress

        from cryptography import x509
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.serialization import Encoding
        from cryptography.x509.oid import NameOID

        def named(text: str) -> x509.Name:
            return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

        now = datetime.now(UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(named(name))
            .issuer_name(named("authority"))
            .public_key(key)  # type: ignore[arg-type]
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=90))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        )
        if not is_authority:
            address = x509.IPAddress(ipaddress.ip_address(name))
            builder = builder.add_extension(x509.SubjectAlternativeName([address]), critical=False)
        return builder.sign(self.key, hashes.SHA256()).public_bytes(Encoding.PEM)


def test_a_certificate_the_system_trusts_is_trusted(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.bundle))
    with ScriptedApi(lambda seen: GOOD, tls=authority.server("127.0.0.1")) as server:
        assert _ask(server).requests == 1


@pytest.mark.parametrize(
    ("name", "days", "is_known", "words"),
    [
        ("127.0.0.1", -1, True, "certificate has expired"),
        ("127.0.0.2", 30, True, "IP address mismatch"),
        ("127.0.0.1", 30, False, "unable to get local issuer certificate"),
    ],
)
def test_a_certificate_that_is_not_trusted_ends_it_with_the_cause(
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    days: int,
    is_known: bool,
    words: str,
) -> None:
    if is_known:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.bundle))
    counted = []
    with (
        ScriptedApi(lambda seen: GOOD, tls=authority.server(name, days=days)) as server,
        closing(_api(server)) as api,
        pytest.raises(UnreachableError, match="certificate is not trusted") as caught,
    ):
        api.documents_page(7, 1, {}, on_request=lambda: counted.append(1))
    assert words in str(caught.value)
    assert len(counted) == 1
    assert server.seen == []
    assert KEY not in _bytes_of(caught.value)


def test_a_request_over_tls_has_its_time_too(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.bundle))
    with ScriptedApi(_always(_drip_of_body), tls=authority.server("127.0.0.1")) as server:
        assert "in time" in str(_failure(server, request_seconds=0.3))


def test_a_server_without_tls_is_no_secure_connection() -> None:
    def listen(listener: socket.socket) -> None:
        for _ in range(2):
            connection, _ = listener.accept()
            with connection:
                connection.recv(1)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=listen, args=(listener,))
        thread.start()
        address = f"https://127.0.0.1:{listener.getsockname()[1]}"
        with closing(Api(address, KEY, clock=TurnedClock())) as api, pytest.raises(UnreachableError) as caught:
            api.documents_page(7, 1, {})
        thread.join()
    assert "no secure connection could be made (" in str(caught.value)


def test_a_name_that_is_not_found_is_told_from_other_failures() -> None:
    error = requests.ConnectionError("https://my-company.example/?api_key=…")
    error.__cause__ = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    assert "the name of the server was not found" in trouble_of(error, Redactor()).message
