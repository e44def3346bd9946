"""The account's own list of clients."""

import gzip
import json
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reports.errors import ReadingError, RefusedError
from reports.source.archive import read_header
from reports.source.client_list import (
    AccountClient,
    ClientList,
    fetch_clients,
    list_clients,
    read_clients,
    read_stored_clients,
)
from reports.source.http.api import Api
from tests.support.scripted_api import KEY, Script, ScriptedApi, Seen, TurnedClock, listing, reply

NOW = datetime(2026, 11, 2, 6, 30, tzinfo=UTC)
CLIENTS = [
    {
        "id": 7,
        "name": " Ana &\n Filhos ",
        "fiscal_id": "999999990",
        "email": "a@example.com",
        "language": "pt",
    },
    {"id": "8", "name": None, "fiscal_id": 999999990, "email": " ", "language": True},
    {"id": 9, "name": "Casa Verde"},
]


def _list(script: Script, source: Path, *, everything: bool = True) -> tuple[ClientList, list[Seen]]:
    with (
        ScriptedApi(script) as server,
        closing(Api(server.url, KEY, per_minute=60_000, clock=TurnedClock())) as api,
    ):
        return fetch_clients(
            api, account="my-company", source=source, now=lambda: NOW, everything=everything
        ), server.seen


def _still(seen: Seen) -> bytes:
    return reply(listing(CLIENTS, page=seen.page, name="clients"))


def test_every_client_of_the_account_is_listed_and_kept(tmp_path: Path) -> None:
    found, seen = _list(_still, tmp_path)
    assert found == ClientList(
        3,
        (
            AccountClient(7, "Ana & Filhos", "999999990", "a@example.com", "pt"),
            AccountClient(8, "", "999999990", None, None),
            AccountClient(9, "Casa Verde", None, None, None),
        ),
    )
    assert [one.page for one in seen] == [1, 2, 1]
    assert read_clients(tmp_path / "clients.jsonl.gz") == found
    header = read_header(tmp_path / "clients.jsonl.gz")
    assert (header.client, header.pages, header.complete, header.read_at) == (None, 2, True, NOW)


def test_the_total_alone_costs_one_request_and_is_kept_too(tmp_path: Path) -> None:
    found, seen = _list(_still, tmp_path, everything=False)
    assert found.total == 3
    assert [client.id for client in found.clients] == [7, 8]
    assert len(seen) == 1
    assert read_clients(tmp_path / "clients.jsonl.gz") == found
    with pytest.raises(ReadingError, match="not complete"):
        read_header(tmp_path / "clients.jsonl.gz")


def test_a_list_of_one_page_is_complete_at_once(tmp_path: Path) -> None:
    _, seen = _list(lambda _: reply(listing(CLIENTS[:2], name="clients")), tmp_path, everything=False)
    assert len(seen) == 1
    assert read_header(tmp_path / "clients.jsonl.gz").complete


@pytest.mark.parametrize("everything", [True, False])
def test_a_client_that_stands_twice_on_a_single_page_hides_another_and_is_no_list(
    tmp_path: Path, everything: bool
) -> None:
    twice = [CLIENTS[0], CLIENTS[0]]
    with pytest.raises(ReadingError, match="1 different entries came, the API counts 2"):
        _list(lambda _: reply(listing(twice, name="clients")), tmp_path, everything=everything)


def test_a_list_that_moves_once_is_read_again(tmp_path: Path) -> None:
    def script(seen: Seen) -> bytes:
        return reply(listing(CLIENTS if seen.count > 2 else CLIENTS[:2] * 2, page=seen.page, name="clients"))

    found, seen = _list(script, tmp_path)
    assert [client.id for client in found.clients] == [7, 8, 9]
    assert len(seen) == 5


def test_a_list_that_keeps_moving_fails(tmp_path: Path) -> None:
    def script(seen: Seen) -> bytes:
        return reply(listing(CLIENTS, page=seen.page, name="clients", total_entries=2 + seen.count % 2))

    with pytest.raises(ReadingError, match="the list of clients: the list changes while it is read"):
        _list(script, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_client_without_an_id_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match="the list of clients: entry 1 of page 1 has no readable id"):
        _list(lambda _: reply(listing([{"name": "Casa Verde"}], name="clients")), tmp_path)


def test_a_refused_key_is_told(tmp_path: Path) -> None:
    with pytest.raises(RefusedError):
        _list(lambda _: reply(status=401), tmp_path)


@pytest.mark.parametrize(
    "body", ["{}", "no JSON", json.dumps(listing([{"name": "Casa Verde"}], name="clients"))]
)
def test_an_archive_of_something_else_is_refused(tmp_path: Path, body: str) -> None:
    header = {
        "schema": 1,
        "account": "my-company",
        "client": None,
        "filters": {},
        "read_at": "2026-11-02T06:30:00Z",
        "pages": 1,
        "complete": True,
        "client_details": None,
    }
    path = tmp_path / "clients.jsonl.gz"
    path.write_bytes(gzip.compress(f"{json.dumps(header)}\n{json.dumps(body)}\n".encode()))
    with pytest.raises(ReadingError, match="page 1 is no list of clients"):
        read_clients(path)


def test_each_client_has_the_address_the_account_knows() -> None:
    known = [
        AccountClient(7, "Casa", None, "ana@casa.example", None),
        AccountClient(8, "Mar", None, None, None),
    ]
    assert ClientList(2, tuple(known)).addresses == {7: "ana@casa.example", 8: None}


def test_the_ids_of_a_list_are_read_page_by_page_and_kept_nowhere(tmp_path: Path) -> None:
    with ScriptedApi(_still) as server, closing(Api(server.url, KEY, clock=TurnedClock())) as api:
        assert [*list_clients(api)] == [7, 8, 9]
    assert [one.page for one in server.seen] == [1, 2]


def test_an_empty_list_is_asked_for_again_on_a_new_connection(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "reports")

    def script(seen: Seen) -> bytes:
        return reply(listing(CLIENTS[:2] if seen.count > 1 else [], name="clients"))

    found, seen = _list(script, tmp_path)
    assert (found.total, len(seen)) == (2, 2)
    assert "the list of clients: page 1 is empty, and read again" in caplog.messages


def test_a_stored_list_is_the_accounts_own_or_none(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert read_stored_clients(tmp_path, "my-company") is None
    assert caplog.messages == []
    found, _ = _list(_still, tmp_path)
    assert read_stored_clients(tmp_path, "my-company") == found
    assert read_stored_clients(tmp_path, "another-company") is None
    (tmp_path / "clients.jsonl.gz").write_bytes(b"no archive")
    assert read_stored_clients(tmp_path, "my-company") is None
    assert len(caplog.messages) == 2
