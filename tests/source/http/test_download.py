"""A file from the address that the API named: whole, without the key, and within bounds."""

import gzip
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from reports.errors import ReadingError, UnreachableError
from reports.source.http import download as downloading
from reports.source.http.api import Api
from reports.source.http.rate_limit import StoppedError
from tests.support.advice import has_advice
from tests.support.asking import Answer, api_of, chunked, raw
from tests.support.scripted_api import KEY, ScriptedApi, Seen, TurnedClock, reply, slowly

BODY = b"<a>" + b"x" * 200_000 + b"</a>"
WHAT = "the SAF-T file of 2026-10"
PATH = "/exports/a.xml?signature=s3cr3t"


def fetch(server: ScriptedApi, address: str | None = None, clock: TurnedClock | None = None) -> bytes:
    with closing(api_of(server, clock)) as api:
        return b"".join(api.download(server.url + PATH if address is None else address, what=WHAT))


def failure_of(
    server: ScriptedApi, address: str | None = None, clock: TurnedClock | None = None
) -> ReadingError:
    with pytest.raises(ReadingError) as caught:
        fetch(server, address, clock)
    said = str(caught.value)
    assert said.startswith(f"{WHAT}: ")
    assert has_advice(said)
    assert "s3cr3t" not in said
    assert KEY not in said
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return caught.value


def test_a_file_comes_in_pieces_and_is_asked_for_without_the_key() -> None:
    with (
        ScriptedApi(lambda _: reply(BODY, content_type="application/xml")) as server,
        closing(api_of(server)) as api,
    ):
        pieces = [*api.download(server.url + PATH, what=WHAT)]
    assert b"".join(pieces) == BODY
    assert len(pieces) > 1
    (seen,) = server.seen
    assert (seen.method, seen.path, seen.query) == ("GET", "/exports/a.xml", {"signature": "s3cr3t"})
    assert not any(KEY in value for value in seen.headers.values())
    assert not {"authorization", "cookie", "referer"} & {*seen.headers}


@pytest.mark.parametrize(
    "answer",
    [
        lambda: reply(gzip.compress(BODY), content_encoding="gzip"),
        lambda: chunked(BODY[:9], BODY[9:]),
        raw(b"HTTP/1.0 200 OK\r\n\r\n" + BODY),
        raw(b"HTTP/1.1 100 Continue\r\n\r\n" + reply(BODY)),
    ],
    ids=["gzip", "chunks", "to the end", "100 before it"],
)
def test_a_file_may_come_in_any_form_of_http(answer: Answer) -> None:
    with ScriptedApi(lambda _: answer()) as server:
        assert fetch(server) == BODY


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (raw(), "the connection broke"),
        (raw(reply(BODY)[:-9]), "the connection broke"),
        (raw(chunked(BODY)[:-9]), "the connection broke"),
        (raw(b"SSH-2.0-OpenSSH_9.9\r\n\r\n"), "not readable as HTTP"),
        (raw(chunked(BODY).replace(b"\r\n\r\n", b"\r\n\r\n-5\r\n", 1)), ""),
        (lambda: reply(b"not gzip", content_encoding="gzip"), ""),
        (lambda: reply(status=500), "its address answered 500. Try again later"),
        (lambda: reply(status=503), "its address answered 503"),
        (lambda: reply(status=429), "its address answered 429"),
        (lambda: reply(status=408), "its address answered 408"),
    ],
)
def test_what_may_pass_is_unreachable(answer: Answer, says: str) -> None:
    with ScriptedApi(lambda _: answer()) as server:
        failure = failure_of(server)
        assert len(server.seen) == 1
    assert isinstance(failure, UnreachableError)
    assert says in str(failure)


@pytest.mark.parametrize("status", [201, 204, 206, 304, 400, 401, 403, 404, 410, 422])
def test_another_answer_is_no_and_is_no_word_on_the_key(status: int) -> None:
    with ScriptedApi(lambda _: reply("<Error><Code>AccessDenied</Code></Error>", status=status)) as server:
        failure = failure_of(server)
    assert type(failure) is ReadingError
    assert f"its address answered {status}. Try again later" in str(failure)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status: int) -> None:
    with (
        ScriptedApi(lambda _: reply(BODY)) as other,
        ScriptedApi(lambda _: reply(status=status, location=f"{other.url}/x")) as server,
    ):
        assert f"answered {status}" in str(failure_of(server))
    assert other.seen == []


@pytest.mark.parametrize(
    "address",
    [
        "",
        "file.xml",
        "/etc/passwd",
        "file:///etc/passwd",
        "file://localhost/etc/passwd",
        "ftp://127.0.0.1/a",
        "javascript:alert(1)",
        "data:text/xml,<a/>",
        "http://files.example/a.xml",
        "https://",
        "https://[::1",
        "http://127.0.0.1:99999/",
        "http://127.0.0.1:port/",
        "https://a b/",
        "https://*/",
        "https://\0/",
        "//127.0.0.1/a",
        "https://" + "a" * 70 + ".example/",
    ],
)
def test_an_address_that_is_none_is_said_and_nothing_is_asked(address: str) -> None:
    with ScriptedApi(lambda _: reply(BODY)) as server:
        failure = failure_of(server, address)
        assert server.seen == []
    if not address.startswith("https://aaa"):
        assert "its address is no https address. Try again later" in str(failure)


def test_nobody_answers_at_the_address() -> None:
    with ScriptedApi(lambda _: reply(BODY)) as gone:
        pass
    with ScriptedApi(lambda _: reply(BODY)) as server:
        failure = failure_of(server, f"{gone.url}/a.xml")
    assert "the connection was refused" in str(failure)


def test_a_drip_ends_with_the_runs_deadline() -> None:
    clock = TurnedClock()

    def drip(_: Seen) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n\r\n"
        yield from slowly(BODY, clock)

    with (
        ScriptedApi(drip) as server,
        closing(Api(server.url, KEY, clock=clock, deadline_seconds=20)) as api,
        pytest.raises(ReadingError),
    ):
        list(api.download(server.url + PATH, what=WHAT))


def test_silence_ends_a_download() -> None:
    clock = TurnedClock()

    def silence(seen: Seen) -> Iterator[bytes]:
        yield reply(BODY)[:1000]
        while not seen.has_left():
            clock.turn(5)
            time.sleep(0.01)

    with ScriptedApi(silence) as server:
        failure = failure_of(server, clock=clock)
    assert isinstance(failure, UnreachableError)
    assert "no complete answer in time" in str(failure)


def test_whoever_stops_ends_a_download() -> None:
    with ScriptedApi(lambda _: reply(BODY)) as server, closing(api_of(server)) as api:
        pieces = api.download(server.url + PATH, what=WHAT)
        next(pieces)
        api.stop()
        with pytest.raises(StoppedError):
            list(api.download(server.url + PATH, what=WHAT))


def test_a_file_without_end_is_left_when_it_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloading, "MOST_BYTES", 1024**2)

    def endless(_: Seen) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n\r\n"
        while True:
            yield b" " * 65_536

    with ScriptedApi(endless) as server:
        failure = failure_of(server)
    assert type(failure) is ReadingError
    assert "it is larger than" in str(failure)
