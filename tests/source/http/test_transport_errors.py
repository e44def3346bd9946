"""A connection that failed: its cause in a sentence, and what it costs to try again."""

import socket
import threading
from contextlib import closing

import pytest
import requests

from reports.errors import ReportsError, UnreachableError
from reports.redaction import Redactor
from reports.source.http import rate_limit
from reports.source.http.api import Api
from reports.source.http.transport_errors import trouble_of
from tests.support.scripted_api import KEY, TurnedClock


def test_time_outs_spend_the_budget_faster() -> None:
    slow = trouble_of(TimeoutError(), Redactor())
    assert slow.cost * rate_limit.SUCCESSES_PER_RETRY > trouble_of(ConnectionResetError(), Redactor()).cost


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
        with (
            closing(Api(address, KEY, clock=TurnedClock())) as api,
            pytest.raises(UnreachableError) as caught,
        ):
            api.documents_page(7, 1, {})
        thread.join()
    assert "no secure connection could be made (" in str(caught.value)


def test_a_name_that_is_not_found_is_told_from_other_failures() -> None:
    error = requests.ConnectionError("https://my-company.example/?api_key=…")
    error.__cause__ = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    assert "the name of the server was not found" in trouble_of(error, Redactor()).message


def test_a_proxy_that_cannot_be_reached_is_said_to_be_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{port}")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with (
        closing(Api("https://office.example.com", KEY, clock=TurnedClock())) as api,
        pytest.raises(ReportsError, match="the proxy could not be reached"),
    ):
        api.documents_page(7, 1, {})


@pytest.mark.parametrize(
    "proxy",
    [
        "socks5://127.0.0.1:1",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:abc",
        "http://[::1",
        "http://",
        "ftp://x",
        "/",
    ],
)
def test_a_proxy_whose_address_is_none_is_said_to_be_that(
    monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, proxy)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with (
        closing(Api("https://office.example.com", KEY, clock=TurnedClock())) as api,
        pytest.raises(ReportsError, match=r"the proxy of this computer \(HTTPS_PROXY\) is no address"),
    ):
        api.documents_page(7, 1, {})
