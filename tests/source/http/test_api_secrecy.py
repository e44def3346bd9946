"""The key goes to the API and nowhere else."""

import json
import logging
from contextlib import closing

import pytest

from reports.source.http.api import Api
from tests.support.asking import BODY, PASSING, Answer, always, ask, failure_of, raw, show_everything, silence
from tests.support.scripted_api import KEY, ScriptedApi, TurnedClock, document, listing, reply

LEAKS: dict[str, Answer] = PASSING | {
    "401": lambda: reply({"errors": [{"error": f"Invalid API key {KEY}"}]}, status=401),
    "404": lambda: reply(f"<html><title>no {KEY}", status=404),
    "422": lambda: reply({"errors": [f"?api_key={KEY}"]}, status=422),
    "422 text": lambda: reply(" " * 30_000 + KEY, status=422),
    "422 escaped": lambda: reply("[" + json.dumps(KEY).replace("a", "\\u0061") + "]", status=422),
    "redirect": lambda: reply(status=307, location=f"https://elsewhere.example/?api_key={KEY}"),
    "HTML": lambda: reply(f"<title>{KEY}</title>"),
    "text": lambda: reply(f"what is {KEY}?"),
    "escaped": lambda: reply(BODY.replace(b"Casa", KEY.replace("a", "\\u0061").encode())),
    "bad header": raw(b"HTTP/1.1 200 OK\r\n : \r\nbad\r\n\r\n"),
}


@pytest.mark.parametrize("fault", [*LEAKS, "silence"])
def test_the_key_is_in_no_error_and_in_no_log(fault: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    clock = TurnedClock()
    script = silence(clock, seconds=61) if fault == "silence" else always(LEAKS[fault])
    with ScriptedApi(script) as server:
        error = failure_of(server, clock)
    assert KEY not in show_everything(error)
    assert KEY not in str(error)
    assert f"{server.url}/" not in show_everything(error)
    assert "client 7, page 1" in caplog.text
    assert KEY not in caplog.text


def test_a_body_that_echoes_the_key_is_freed_of_it() -> None:
    page = listing([document(1, observations=f"https://example.com/?api_key={KEY}")])
    with ScriptedApi(lambda _: reply(page)) as server:
        came = ask(server)
    assert KEY not in came.body
    assert came.entries[0]["observations"] == "https://example.com/?api_key=[key]"


def test_a_body_that_hides_the_key_in_escapes_is_refused() -> None:
    body = BODY.replace(b"Casa", KEY.replace("a", "\\u0061").encode())
    with ScriptedApi(lambda _: reply(body)) as server:
        assert "repeats the API key" in str(failure_of(server))


def test_escapes_without_the_key_are_left_alone() -> None:
    body = BODY.replace(b"Casa", b"Ana \\u0026 Filhos")
    with ScriptedApi(lambda _: reply(body)) as server:
        assert ask(server).body == body.decode()


@pytest.mark.parametrize(
    ("proxy", "named"),
    [
        ("http://somebody:secret@proxy.example:3128/", "proxy.example:3128"),
        ("http://proxy.example:8080", "proxy.example:8080"),
        ("", None),
    ],
)
def test_the_proxy_is_named_without_its_user_and_password(
    monkeypatch: pytest.MonkeyPatch, proxy: str, named: str | None
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("https_proxy", proxy)
    with closing(Api("https://my-company.example", KEY)) as api:
        assert api.proxy == named
