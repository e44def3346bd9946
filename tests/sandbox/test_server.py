"""The embedded API over real HTTP: its key, its rate, its latency, and connections that come and go."""

import errno
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest
import requests

from reports.sandbox.data import generate
from reports.sandbox.server import Sandbox
from tests.support.sandbox_account import ANA, NEW, build_small_account, get_path, list_ids, post_filter
from tests.support.waiting import LASTING_SECONDS, PATIENCE_SECONDS, wait_until


def connect(sandbox: Sandbox) -> socket.socket:
    """A connection over which nothing has been asked yet."""
    return socket.create_connection(("127.0.0.1", int(sandbox.url.rpartition(":")[2])), PATIENCE_SECONDS)


@pytest.mark.parametrize("key", [None, "", "wrong"])
def test_a_missing_or_wrong_key_is_401_in_json(sandbox: Sandbox, key: str | None) -> None:
    url = f"{sandbox.url}/clients/{ANA}/invoices.json"
    answer = requests.post(
        url, params={"api_key": key} if key is not None else {}, json={}, timeout=PATIENCE_SECONDS
    )
    assert answer.status_code == 401
    assert answer.json() == {"errors": [{"error": "Invalid API key"}]}


def test_above_the_rate_is_429_until_the_window_has_moved_on() -> None:
    with Sandbox(account_data=build_small_account(), per_minute=2, minute_seconds=LASTING_SECONDS) as limited:
        statuses = [post_filter(limited, NEW).status_code for _ in range(3)]
        refused = post_filter(limited, NEW)
        assert statuses == [200, 200, 429]
        assert refused.json() == {"errors": [{"error": "Too many requests"}]}
        assert "Retry-After" not in refused.headers
        limited.minute_seconds = 0.1
        wait_until(lambda: post_filter(limited, NEW).status_code == 200)


def test_retry_after_is_given_when_promised() -> None:
    with Sandbox(account_data=build_small_account(), per_minute=0, promises_retry_after=True) as limited:
        assert post_filter(limited, NEW).headers["Retry-After"] == "60"


def test_latency_passes_before_an_answer() -> None:
    with Sandbox(account_data=build_small_account(), latency_seconds=0.2) as slow:
        start = time.monotonic()
        assert post_filter(slow, NEW).status_code == 200
        assert time.monotonic() - start >= 0.2


def test_latency_passes_for_all_requests_at_the_same_time() -> None:
    def ask(slow: Sandbox) -> None:
        with pytest.raises(requests.ConnectionError):
            post_filter(slow, NEW)

    with Sandbox(account_data=build_small_account(), latency_seconds=LASTING_SECONDS) as slow:
        with ThreadPoolExecutor(6) as pool:
            ended = [pool.submit(ask, slow) for _ in range(6)]
            wait_until(lambda: slow.most_concurrent == 6)
            slow.stop()
        assert [one.exception() for one in ended] == [None] * 6


def test_one_connection_carries_many_requests_without_delay(sandbox: Sandbox) -> None:
    url = f"{sandbox.url}/clients/{ANA}/invoices.json?api_key={sandbox.api_key}"
    with requests.Session() as session:

        def seconds() -> float:
            start = time.monotonic()
            assert session.post(url, json={}, timeout=PATIENCE_SECONDS).status_code == 200
            return time.monotonic() - start

        # Where acknowledgements are delayed, by 0.04 s each, they are after the first few requests.
        for _ in range(20):
            seconds()
        wait_until(lambda: seconds() < 0.03)


def test_requests_are_recorded_without_their_key(sandbox: Sandbox) -> None:
    post_filter(sandbox, ANA, {"filter": {"status": ["final"]}}, page=2)
    (recorded,) = sandbox.requests
    assert (recorded.method, recorded.path) == ("POST", f"/clients/{ANA}/invoices.json")
    assert recorded.query == {"page": "2"}
    assert json.loads(recorded.body) == {"filter": {"status": ["final"]}}
    assert sandbox.api_key not in repr(sandbox.requests)


def test_requests_are_recorded_with_all_values_of_an_array(sandbox: Sandbox) -> None:
    get_path(sandbox, "/invoices.json", type=["Invoice", "Receipt"], page=1)
    (recorded,) = sandbox.requests
    assert (recorded.query, recorded.arrays) == ({"page": "1"}, {"type": ["Invoice", "Receipt"]})


def test_every_sandbox_makes_up_its_own_key() -> None:
    with (
        Sandbox(account_data=build_small_account()) as one,
        Sandbox(account_data=build_small_account()) as other,
    ):
        assert one.api_key != other.api_key
        assert len(one.api_key) == 40
        assert one.url != other.url
        assert one.account_data.name == "small"


def test_data_may_change_while_it_runs(sandbox: Sandbox) -> None:
    sandbox.account_data.documents[ANA].clear()
    assert list_ids(post_filter(sandbox, ANA)) == []


def test_stopping_ends_waiting_requests_and_open_connections_at_once() -> None:
    slow = Sandbox(account_data=build_small_account(), latency_seconds=LASTING_SECONDS)
    with slow, connect(slow) as idle:
        failures: list[requests.ConnectionError] = []

        def wait() -> None:
            with pytest.raises(requests.ConnectionError) as failure:
                post_filter(slow, NEW)
            failures.append(failure.value)

        waiting = threading.Thread(target=wait)
        waiting.start()
        wait_until(lambda: slow.requests)
        slow.stop()
        assert idle.recv(1) == b""
        waiting.join(PATIENCE_SECONDS)
        assert len(failures) == 1
    with pytest.raises(requests.ConnectionError):
        post_filter(slow, NEW)


def test_a_client_that_goes_away_leaves_no_traceback(capfd: pytest.CaptureFixture[str]) -> None:
    with Sandbox(account_data=build_small_account(), latency_seconds=0.05) as left:
        for _ in range(3):
            with connect(left) as gone:
                gone.sendall(b"GET /clients.json HTTP/1.1\r\nHost: x\r\n\r\n")
        with connect(left) as noise:
            noise.sendall(b"\0\1\2 not http\r\n\r\n")
            noise.recv(100)
        time.sleep(0.1)
        assert get_path(left, "/clients.json").status_code == 200
    assert capfd.readouterr() == ("", "")


def test_a_body_of_unknown_length_is_refused_and_spoils_nothing(sandbox: Sandbox) -> None:
    url = f"{sandbox.url}/clients/{ANA}/invoices.json?api_key={sandbox.api_key}"
    assert requests.post(url, data=iter([b"{}"]), timeout=PATIENCE_SECONDS).status_code == 411
    assert post_filter(sandbox, ANA).status_code == 200


def test_a_port_that_is_taken_is_an_oserror(sandbox: Sandbox) -> None:
    with pytest.raises(OSError) as failure:  # noqa: PT011 - the words are the system's own
        Sandbox(account_data=build_small_account(), port=int(sandbox.url.rsplit(":", 1)[1]))
    assert failure.value.errno in (errno.EADDRINUSE, errno.EACCES)


def test_serve_forever_returns_when_stopped(sandbox: Sandbox) -> None:
    threading.Timer(0.05, sandbox.stop).start()
    sandbox.serve_forever()


@pytest.mark.slow
def test_the_whole_account_comes_back_exactly_by_paging_the_api() -> None:
    account = generate()
    with Sandbox() as full:
        for one in account.clients:
            rows: list[object] = []
            for page in range(1, 99):
                text = post_filter(full, one["id"], page=page, per_page=30).text
                answer = json.loads(text, parse_float=Decimal)
                rows += answer["invoices"]
                if page >= answer["pagination"]["total_pages"]:
                    break
            assert rows == account.documents[one["id"]]


def test_the_documented_reply_is_the_vendors_own() -> None:
    sample = json.loads((Path(__file__).parents[1] / "documented_reply.json").read_text(encoding="utf-8"))
    assert sample["invoices"][0]["retention"] == "foo"
    assert sample["pagination"] == {"total_entries": 6, "current_page": 1, "total_pages": 1, "per_page": 10}


def test_the_sandbox_imports_nothing_of_the_tool_it_witnesses() -> None:
    rooms = Path(__file__).parents[2] / "reports" / "sandbox"
    for room in rooms.glob("*.py"):
        for text in room.read_text(encoding="utf-8").splitlines():
            if "reports" in text and text.startswith(("from ", "import ")):
                assert text.startswith("from reports.sandbox.")
