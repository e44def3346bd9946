"""The embedded API: the vendor's paging, filters and errors, over real HTTP."""

import errno
import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import requests

from reports.sandbox.data import SandboxAccount, generate
from reports.sandbox.documents import RECORDED, Habits, Tax, document, line, noisy
from reports.sandbox.numbering import client
from reports.sandbox.routes import json_text
from reports.sandbox.server import Sandbox
from tests.support.waiting import LASTING_SECONDS, PATIENCE_SECONDS, wait_until

IVA23 = Tax(1, "IVA23", Decimal(23))
ANA, RUI, NEW = 11, 12, 13
DAY = date(2026, 10, 5)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(account_data=small_account()) as running:
        yield running


def small_account() -> SandboxAccount:
    """Ana has 35 documents with the ids 0 to 34, Rui one of each kind that a filter tells apart."""
    clients = [client(ANA, "Ana"), client(RUI, "Rui"), client(NEW, "Nova")]
    goods = line("Pão", "1.00", tax=IVA23)
    ana = [document("Invoice", DAY, [goods], client={"id": ANA}, identity=count) for count in range(35)]
    told_apart = (
        ("Invoice", "final", False),
        ("Invoice", "sent", False),
        ("Invoice", "settled", True),
        ("CreditNote", "final", True),
    )
    rui = [
        document(kind, DAY, [goods], client={"id": RUI}, identity=count, status=status, archived=is_archived)
        for count, (kind, status, is_archived) in enumerate(told_apart)
    ]
    return SandboxAccount("small", clients, {ANA: ana, RUI: rui})


def post(sandbox: Sandbox, identity: int, body: object = None, **query: object) -> requests.Response:
    url = f"{sandbox.url}/clients/{identity}/invoices.json"
    given = {"api_key": sandbox.api_key} | {name: str(value) for name, value in query.items()}
    return requests.post(url, params=given, json={} if body is None else body, timeout=PATIENCE_SECONDS)


def connected(sandbox: Sandbox) -> socket.socket:
    """A connection over which nothing has been asked yet."""
    return socket.create_connection(("127.0.0.1", int(sandbox.url.rpartition(":")[2])), PATIENCE_SECONDS)


def get(sandbox: Sandbox, path: str, **query: object) -> requests.Response:
    given = {"api_key": sandbox.api_key} | {name: str(value) for name, value in query.items()}
    return requests.get(f"{sandbox.url}{path}", params=given, timeout=PATIENCE_SECONDS)


def ids(answer: requests.Response) -> list[int]:
    return [one["id"] for one in answer.json()["invoices"]]


def test_a_page_holds_ten_rows_unless_asked_otherwise_and_as_many_as_the_account_gives(
    sandbox: Sandbox,
) -> None:
    plain = post(sandbox, ANA)
    assert ids(plain) == list(range(10))
    assert plain.json()["pagination"] == {
        "total_entries": 35,
        "current_page": 1,
        "total_pages": 4,
        "per_page": 10,
    }
    assert ids(post(sandbox, ANA, per_page=100)) == list(range(35))
    sandbox.account_data = replace(sandbox.account_data, largest_page_size=30)
    capped = post(sandbox, ANA, page=2, per_page=100)
    assert ids(capped) == list(range(30, 35))
    assert capped.json()["pagination"] == {
        "total_entries": 35,
        "current_page": 2,
        "total_pages": 2,
        "per_page": 30,
    }


def test_nothing_has_no_pages_and_a_page_past_the_end_is_empty(sandbox: Sandbox) -> None:
    assert post(sandbox, NEW).json() == {
        "invoices": [],
        "pagination": {"total_entries": 0, "current_page": 1, "total_pages": 0, "per_page": 10},
    }
    assert ids(post(sandbox, ANA, page=9)) == []


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, [0, 1, 2, 3]),
        ({"status": [], "by_type": [], "archived": []}, [0, 1, 2, 3]),
        ({"status": ["final"]}, [0, 3]),
        ({"status": ["sent"]}, [0, 1, 3]),
        ({"status": ["settled", "canceled"]}, [2]),
        ({"by_type": ["CreditNote"]}, [3]),
        ({"archived": ["archived"]}, [2, 3]),
        ({"archived": ["non_archived"]}, [0, 1]),
        ({"archived": ["archived", "non_archived"]}, [0, 1, 2, 3]),
        ({"status": ["final"], "by_type": ["Invoice"], "archived": ["archived"]}, []),
    ],
)
def test_filters_choose_by_status_type_and_archive(
    sandbox: Sandbox, wanted: object, found: list[int]
) -> None:
    answer = post(sandbox, RUI, {"filter": wanted})
    assert ids(answer) == found
    assert answer.json()["pagination"]["total_entries"] == len(found)


@pytest.mark.parametrize("body", [[], {"filter": "final"}, {"filter": {"status": "final"}}])
def test_a_filter_of_another_shape_is_refused(sandbox: Sandbox, body: object) -> None:
    answer = post(sandbox, RUI, body)
    assert answer.status_code == 422
    assert answer.json() == {"errors": [{"error": "filter is invalid"}]}


def test_clients_are_paged_and_only_one_alone_shows_its_terms(sandbox: Sandbox) -> None:
    listed = get(sandbox, "/clients.json", per_page=2, page=2).json()
    assert [one["name"] for one in listed["clients"]] == ["Nova"]
    assert listed["pagination"]["total_entries"] == 3
    alone = get(sandbox, f"/clients/{NEW}.json").json()["client"]
    assert set(alone) - set(listed["clients"][0]) == {"payment_days", "tax_exemption_code"}


def test_only_the_balance_knows_of_part_payments(sandbox: Sandbox) -> None:
    path = f"/api/v3/clients/{ANA}/balance.json"
    before = get(sandbox, path).json()
    assert {*before} > {"currency", "balance", "overdue_balance"}
    sandbox.account_data.part_payments[ANA] = Decimal("5.50")
    after = get(sandbox, path).json()
    assert before["balance"]["with_vat"] - after["balance"]["with_vat"] == 5.5
    assert before["balance"]["without_vat"] == after["balance"]["without_vat"]


@pytest.mark.slow
def test_the_balance_is_what_is_payable_whichever_way_the_figures_are_written() -> None:
    def balances(habits: Habits) -> dict[int, Any]:
        with Sandbox(account_data=generate(habits)) as running:
            return {
                one["id"]: get(running, f"/api/v3/clients/{one['id']}/balance.json").json()["balance"]
                for one in running.account_data.clients
            }

    recorded = balances(RECORDED)
    # 1250 less 25 %, 365.93 less 11.5 % of 297.50, 492 less 25 % of 400; a credit note of 365.93 less 74.38.
    assert recorded[3100003]["with_vat"] == 937.5 + 331.72 + 392 - 291.55
    for flags in product((True, False), repeat=len(Habits._fields)):
        assert balances(Habits(*flags)) == recorded


def test_taxes_come_all_at_once_without_pages(sandbox: Sandbox) -> None:
    assert get(sandbox, "/taxes.json").json() == {"taxes": []}
    row = {"id": 1, "name": "IVA23", "value": 23.0, "region": None, "code": "NOR", "default_tax": 1}
    sandbox.account_data.taxes.extend([row] * 40)
    assert get(sandbox, "/taxes.json", page=2, per_page=10).json() == {"taxes": [row] * 40}


@pytest.mark.parametrize("key", [None, "", "wrong"])
def test_a_missing_or_wrong_key_is_401_in_json(sandbox: Sandbox, key: str | None) -> None:
    url = f"{sandbox.url}/clients/{ANA}/invoices.json"
    answer = requests.post(
        url, params={"api_key": key} if key is not None else {}, json={}, timeout=PATIENCE_SECONDS
    )
    assert answer.status_code == 401
    assert answer.json() == {"errors": [{"error": "Invalid API key"}]}


def test_what_is_not_there_is_404_as_a_web_page(sandbox: Sandbox) -> None:
    absent = (
        post(sandbox, 99),
        get(sandbox, "/clients/99.json"),
        get(sandbox, "/api/v3/clients/99/balance.json"),
        get(sandbox, "/nowhere"),
        get(sandbox, f"/clients/{ANA}/invoices.json"),
    )
    for answer in absent:
        assert answer.status_code == 404
        assert answer.headers["Content-Type"].startswith("text/html")
        assert answer.text.startswith("<!DOCTYPE html>")


def test_above_the_rate_is_429_until_the_window_has_moved_on() -> None:
    with Sandbox(account_data=small_account(), per_minute=2, minute_seconds=LASTING_SECONDS) as limited:
        statuses = [post(limited, NEW).status_code for _ in range(3)]
        refused = post(limited, NEW)
        assert statuses == [200, 200, 429]
        assert refused.json() == {"errors": [{"error": "Too many requests"}]}
        assert "Retry-After" not in refused.headers
        limited.minute_seconds = 0.1
        wait_until(lambda: post(limited, NEW).status_code == 200)


def test_retry_after_is_given_when_promised() -> None:
    with Sandbox(account_data=small_account(), per_minute=0, promises_retry_after=True) as limited:
        assert post(limited, NEW).headers["Retry-After"] == "60"


def test_latency_passes_before_an_answer() -> None:
    with Sandbox(account_data=small_account(), latency_seconds=0.2) as slow:
        start = time.monotonic()
        assert post(slow, NEW).status_code == 200
        assert time.monotonic() - start >= 0.2


def test_latency_passes_for_all_requests_at_the_same_time() -> None:
    def ask(slow: Sandbox) -> None:
        with pytest.raises(requests.ConnectionError):
            post(slow, NEW)

    with Sandbox(account_data=small_account(), latency_seconds=LASTING_SECONDS) as slow:
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
    post(sandbox, ANA, {"filter": {"status": ["final"]}}, page=2)
    (recorded,) = sandbox.requests
    assert (recorded.method, recorded.path) == ("POST", f"/clients/{ANA}/invoices.json")
    assert recorded.query == {"page": "2"}
    assert json.loads(recorded.body) == {"filter": {"status": ["final"]}}
    assert sandbox.api_key not in repr(sandbox.requests)


def test_every_sandbox_makes_up_its_own_key() -> None:
    with Sandbox(account_data=small_account()) as one, Sandbox(account_data=small_account()) as other:
        assert one.api_key != other.api_key
        assert len(one.api_key) == 40
        assert one.url != other.url
        assert one.account == "small"


def test_data_may_change_while_it_runs(sandbox: Sandbox) -> None:
    sandbox.account_data.documents[ANA].clear()
    assert ids(post(sandbox, ANA)) == []


def test_stopping_ends_waiting_requests_and_open_connections_at_once() -> None:
    slow = Sandbox(account_data=small_account(), latency_seconds=LASTING_SECONDS)
    with slow, connected(slow) as idle:
        failures: list[requests.ConnectionError] = []

        def wait() -> None:
            with pytest.raises(requests.ConnectionError) as failure:
                post(slow, NEW)
            failures.append(failure.value)

        waiting = threading.Thread(target=wait)
        waiting.start()
        wait_until(lambda: slow.requests)
        slow.stop()
        assert idle.recv(1) == b""
        waiting.join(PATIENCE_SECONDS)
        assert len(failures) == 1
    with pytest.raises(requests.ConnectionError):
        post(slow, NEW)


def test_a_client_that_goes_away_leaves_no_traceback(capfd: pytest.CaptureFixture[str]) -> None:
    with Sandbox(account_data=small_account(), latency_seconds=0.05) as left:
        for _ in range(3):
            with connected(left) as gone:
                gone.sendall(b"GET /clients.json HTTP/1.1\r\nHost: x\r\n\r\n")
        with connected(left) as noise:
            noise.sendall(b"\0\1\2 not http\r\n\r\n")
            noise.recv(100)
        time.sleep(0.1)
        assert get(left, "/clients.json").status_code == 200
    assert capfd.readouterr() == ("", "")


def test_a_body_of_unknown_length_is_refused_and_spoils_nothing(sandbox: Sandbox) -> None:
    url = f"{sandbox.url}/clients/{ANA}/invoices.json?api_key={sandbox.api_key}"
    assert requests.post(url, data=iter([b"{}"]), timeout=PATIENCE_SECONDS).status_code == 411
    assert post(sandbox, ANA).status_code == 200


def test_a_port_that_is_taken_is_an_oserror(sandbox: Sandbox) -> None:
    with pytest.raises(OSError) as failure:  # noqa: PT011 - the words are the system's own
        Sandbox(account_data=small_account(), port=int(sandbox.url.rsplit(":", 1)[1]))
    assert failure.value.errno in (errno.EADDRINUSE, errno.EACCES)


def test_serve_forever_returns_when_stopped(sandbox: Sandbox) -> None:
    threading.Timer(0.05, sandbox.stop).start()
    sandbox.serve_forever()


def test_amounts_are_sent_with_the_very_digits_they_have() -> None:
    amounts = ["1", "0.30000000000000004", "12345678901234567890.10", "-0.07", "1E+400"]
    value = {"amounts": [Decimal(one) for one in amounts], "text": 'é"\n', "none": None, "yes": True}
    text = json_text(value)
    assert text == f'{{"amounts":[{",".join(amounts)}],"text":"é\\"\\n","none":null,"yes":true}}'
    assert json.loads(text, parse_float=Decimal)["amounts"][1] == Decimal("0.30000000000000004")
    assert noisy(Decimal("0.3")) == Decimal("0.30000000000000004")


def test_the_whole_account_comes_back_exactly_by_paging_the_api() -> None:
    account = generate()
    with Sandbox() as full:
        for one in account.clients:
            rows: list[object] = []
            for page in range(1, 99):
                text = post(full, one["id"], page=page, per_page=30).text
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
