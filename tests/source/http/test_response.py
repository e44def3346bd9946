"""What an answer means, over a real socket."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from reports.errors import ReadingError, RefusedError, ReportsError, UnreachableError
from reports.source.http.response import page_of
from tests.support.asking import HTML, PAGE, always, api_of, ask, failure_of, first, raw
from tests.support.scripted_api import ScriptedApi, listing, reply

AS_TEXT = json.loads(json.dumps(PAGE), parse_float=str)
"""Nothing is reckoned where answers are judged: what is not a whole number is a text there."""


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (reply({"errors": [{"error": "Invalid API key"}]}, status=401), RefusedError, "account's name"),
        (reply(status=401), RefusedError, "API key is wrong or the account's name"),
        (reply(HTML, status=401), RefusedError, "401"),
        (reply(status=404), ReadingError, "this client is not in the account (404)"),
        (reply(" ", status=404), ReadingError, "this client is not in the account (404)"),
        (reply(HTML, status=404), ReadingError, "not in the account (404: a web page (“Sign in”))"),
        (reply("<p>", status=404), ReadingError, "(404: a web page)"),
        (reply({"errors": [{"error": "Bad status"}]}, status=422), ReadingError, "422: “Bad status”"),
        (reply({"errors": [{"error": ["Bad", "status"]}]}, status=422), ReadingError, "422: “Bad - status”"),
        (reply({"errors": {"error": "Bad status"}}, status=422), ReadingError, "422: “Bad status”"),
        (reply({"errors": ["Bad status"]}, status=422), ReadingError, "422: “Bad status”"),
        (reply([["name", "inválido"]], status=422), ReadingError, "422: “name - inválido”"),
        (reply(["field", "Bad status"], status=422), ReadingError, "422: “field - Bad status”"),
        (reply("[" * 100_000, status=422), ReadingError, "422: “[[["),
        (reply("x" * 1_000, status=422), ReadingError, "422: “" + "x" * 199 + "…”"),
        (reply("a\x00b\r\n\u202ec", status=400), ReadingError, "400: “a b c”"),
        (reply(b"\xff\xfe", status=403), ReadingError, "403: “\ufffd\ufffd”"),
        (reply(status=204), ReadingError, "answered 204"),
        (reply(PAGE, status=206), ReadingError, "answered 206"),
        (reply(status=302, location="https://elsewhere.example/"), ReadingError, "redirect (302)"),
        (reply(PAGE, status=307, location="https://elsewhere.example/"), ReadingError, "redirect (307)"),
    ],
)
def test_an_answer_that_says_no_is_final(answer: bytes, kind: type[ReportsError], words: str) -> None:
    with ScriptedApi(lambda _: answer) as server:
        error = failure_of(server)
    assert type(error) is kind
    assert words in str(error)
    assert "elsewhere" not in str(error)
    assert len(server.seen) == 1


def test_an_error_says_where(tmp_path: Path) -> None:
    with ScriptedApi(lambda _: reply(status=404)) as server, closing(api_of(server)) as api:
        with pytest.raises(ReadingError, match=r"^client 7, page 3: "):
            api.documents_page(7, 3, {})
        with pytest.raises(ReadingError, match=r"^the list of clients, page 2: this is not the API"):
            api.clients_page(2)


def test_the_status_counts_though_the_body_breaks() -> None:
    head = b"HTTP/1.1 401 Said\r\nContent-Length: 100\r\n\r\n"
    with ScriptedApi(always(raw(head, b"cut"))) as server:
        assert isinstance(failure_of(server), RefusedError)
    assert len(server.seen) == 1


DEEP = '{"invoices": ' + "[" * 100_000 + "]" * 100_000 + "}"
DEEPER = json.dumps(PAGE).replace("1.5", "[" * 98 + "]" * 98, 1)
"""One level more than is read: a document is the third."""
WIDE = '{"invoices": [' + "{}," * 600_000 + "{}]}"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (reply(HTML), "a web page (“Sign in”)"),
        (reply(HTML, content_type="text/html"), "a web page (“Sign in”)"),
        (reply(), "got nothing"),
        (reply(" \n"), "got nothing"),
        (reply("null"), "got null"),
        (reply("[]"), "got a list"),
        (reply("1"), "got a single value"),
        (reply('"some words"'), "got the text “some words”"),
        (reply("Bem-vindo"), "got the text “Bem-vindo”"),
        (reply({"errors": [{"error": "Conta suspensa"}]}), "got an error: “Conta suspensa”"),
        (reply({"error": "Conta suspensa"}), "got an error: “Conta suspensa”"),
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
        (reply(DEEPER), "nested too deeply"),
        (reply(WIDE), "more than 1,000,000 values"),
    ],
)
def test_a_200_that_is_no_page_is_tried_once_more(answer: bytes, words: str) -> None:
    with ScriptedApi(lambda _: answer) as server:
        error = failure_of(server)
    assert isinstance(error, UnreachableError)
    assert "expected JSON with invoices and pagination" in str(error)
    assert words in str(error)
    assert len(server.seen) == 2
    with ScriptedApi(first(lambda: answer)) as server:
        assert ask(server).entries == AS_TEXT["invoices"]


@pytest.mark.parametrize(
    "value",
    ["9" * 5_000, "1e99999999999999999999", "-1e-99999999999999999999", "[" * 97 + "]" * 97],
    ids=lambda value: value[:5],
)
def test_an_odd_value_where_nobody_looks_is_no_fault(value: str) -> None:
    body = json.dumps(PAGE).replace('"client"', f'"extra": {value}, "client"', 1)
    with ScriptedApi(lambda _: reply(body)) as server:
        assert [entry["id"] for entry in ask(server).entries] == [1, 2]
    assert len(server.seen) == 1


def test_a_byte_order_mark_is_no_fault() -> None:
    body = json.dumps(PAGE).encode("utf-8-sig")
    with ScriptedApi(lambda _: reply(body)) as server:
        assert ask(server).body == json.dumps(PAGE)


@pytest.mark.parametrize("total", [float("nan"), float("inf"), 0.1])
def test_a_kept_number_is_the_text_it_is_in_an_answer(total: float) -> None:
    body = json.dumps(listing([{"total": total}]))
    page = page_of(body, number=1, listed="invoices")
    assert page.entries == [{"total": json.dumps(total)}]
    with ScriptedApi(lambda _: reply(body.encode())) as server:
        assert ask(server).entries == page.entries


def test_a_kept_body_that_is_no_page_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="not a page of clients"):
        page_of("{}", number=1, listed="clients")
