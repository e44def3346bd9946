"""What proves a reading: an empty answer names no owner, rows repeat where an order is none, links change."""

import json
import socket
import threading
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reports.errors import ReportsError, UnforeseenError
from reports.source import client_reading
from reports.source.archive import read_pages
from reports.source.client_reading import Failure, Reading, Wanted
from reports.source.completeness import Leaf, leaf_of
from reports.source.fetch import fetch
from reports.source.http.api import Api
from reports.source.http.response import Page
from reports.source.page_size import UNEVEN
from tests.support.scripted_api import KEY, ScriptedApi, Seen, TurnedClock, account, document, listing, reply

NOW = datetime(2026, 11, 2, 6, 30, tzinfo=UTC)
NO_TAXES = {"/taxes.json": reply({"taxes": []})}


def _read_from(
    url: str,
    folder: Path,
    *clients: int,
    parallel: int = 1,
    per_page: int | None = 2,
    verify: str = "first_page",
) -> list[Reading | Failure]:
    api = Api(url, KEY, per_page=per_page, per_minute=60_000, deadline_seconds=1e6, clock=TurnedClock())
    with closing(api):
        found = fetch(
            api,
            [Wanted(client, {}) for client in clients],
            account="office",
            source=folder,
            verify=verify,
            parallel=parallel,
            now=lambda: NOW,
            on_page=lambda *_: None,
        )
        return sorted(found, key=lambda one: one.client)


def _read(script: Callable[[Seen], Any], folder: Path, *clients: int, **options: Any) -> list[Any]:
    with ScriptedApi(script, aside=NO_TAXES) as server:
        return _read_from(server.url, folder, *(clients or (7,)), **options)


def _ids(reading: Reading) -> list[int]:
    return [entry["id"] for body in read_pages(reading.archive) for entry in json.loads(body)["invoices"]]


class _LateServer:
    """A keep-alive server that says each answer of nothing twice, the second time as the next answer."""

    def __init__(self, documents: dict[int, int]) -> None:
        self._documents = documents
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def close(self) -> None:
        # Closing alone wakes nobody in accept, who would take the calls of whoever has its number next.
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        late: list[bytes] = []
        with connection, connection.makefile("rb") as received:
            while line := received.readline():
                length = 0
                while (header := received.readline().strip()) != b"":
                    name, _, value = header.decode().partition(":")
                    length = int(value) if name.lower() == "content-length" else length
                received.read(length)
                answer, is_empty = self._answer(line.decode().split()[1])
                # What is late goes out in place of the answer that is due.
                connection.sendall(late.pop() if late else answer)
                late += [answer] if is_empty else []

    def _answer(self, path: str) -> tuple[bytes, bool]:
        if path.startswith("/taxes.json"):
            return NO_TAXES["/taxes.json"], False
        client = int(path.split("/")[2])
        rows = [document(1000 * client + row, client) for row in range(self._documents[client])]
        return reply(listing(rows, size=100)), not rows


def test_the_log_tells_of_an_empty_page_that_is_asked_for_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "reports")
    once = iter([reply(listing([], total_entries=0, total_pages=0))])
    full = reply(listing([document(7000)]))
    with ScriptedApi(lambda _: next(once, full), aside=NO_TAXES) as server:
        (found,) = _read_from(server.url, tmp_path, 7)
    assert getattr(found, "documents", found) == 1
    assert "client 7: page 1 is empty, and read again" in caplog.messages


def test_an_empty_list_that_comes_late_is_nobody_elses(tmp_path: Path) -> None:
    with closing(_LateServer({6: 1, 7: 0, 8: 3, 9: 2})) as server:
        found = _read_from(server.url, tmp_path, 6, 7, 8, 9, per_page=30)
    assert [getattr(one, "documents", one) for one in found] == [1, 0, 3, 2]


def _repeating(count: int) -> Callable[[Seen], Any]:
    """Documents in an order that is none: the first row of each page but the first is that before it."""

    def script(seen: Seen) -> Any:
        size = int(seen.query["per_page"])
        start = (seen.page - 1) * size
        numbers = [*range(start, min(start + size, count))]
        if seen.page > 1:
            numbers[0] = start - 1
        body = listing([], page=seen.page, size=size, total_entries=count, total_pages=-(-count // size))
        body["invoices"] = [document(number) for number in numbers]
        return reply(body)

    return script


@pytest.mark.parametrize("per_page", [2, 3, None])
def test_rows_that_repeat_the_same_way_are_read_with_other_pages(
    tmp_path: Path, per_page: int | None
) -> None:
    (reading,) = _read(_repeating(7), tmp_path, per_page=per_page)
    assert isinstance(reading, Reading)
    assert (reading.documents, sorted({*_ids(reading)})) == (7, [*range(7)])


def test_readings_that_repeat_entries_may_have_all_of_them_together(tmp_path: Path) -> None:
    (reading,) = _read(_repeating(45), tmp_path, per_page=20)
    assert isinstance(reading, Reading)
    # Pages of 20 lack 20 and 40, pages of 29 lack 29.
    assert (reading.documents, sorted({*_ids(reading)})) == (45, [*range(45)])
    assert reading.pages == 3 + 3 + 2


@pytest.mark.parametrize(("count", "per_page"), [(65, 20), (65, 30), (350, None), (35, 2)])
def test_pages_of_other_sizes_do_not_end_together(tmp_path: Path, count: int, per_page: int | None) -> None:
    (reading,) = _read(_repeating(count), tmp_path, per_page=per_page)
    assert isinstance(reading, Reading)
    assert sorted({*_ids(reading)}) == [*range(count)]


@pytest.mark.parametrize("status", [422, 503])
def test_a_service_that_refuses_unusual_sizes_is_read_in_documented_ones(tmp_path: Path, status: int) -> None:
    def script(seen: Seen) -> Any:
        is_known = int(seen.query["per_page"]) in {10, 20, 30}
        return _repeating(45)(seen) if is_known else reply(status=status)

    (reading,) = _read(script, tmp_path, per_page=20)
    assert isinstance(reading, Reading)
    assert sorted({*_ids(reading)}) == [*range(45)]


@pytest.mark.parametrize("is_of_a_reading", [False, True], ids=["each page", "each reading"])
def test_entries_that_repeat_with_other_figures_are_no_reading(tmp_path: Path, is_of_a_reading: bool) -> None:
    turns = [0]

    def script(seen: Seen) -> Any:
        turns[0] += seen.page == 1 or not is_of_a_reading
        body = json.loads(_repeating(7)(seen).partition(b"\r\n\r\n")[2])
        for entry in body["invoices"]:
            entry["total"] = turns[0]
        return reply(body)

    (failure,) = _read(script, tmp_path, per_page=2)
    assert isinstance(failure, Failure)
    assert "the list changes while it is read" in str(failure.error)


def test_what_contradicts_itself_is_not_said_to_change(tmp_path: Path) -> None:
    def script(seen: Seen) -> Any:
        return reply(listing([document(70), document(71)], page=seen.page, size=2, total_pages=3))

    (failure,) = _read(script, tmp_path)
    assert isinstance(failure, Failure)
    assert "cannot be true" in str(failure.error)
    assert "changes" not in str(failure.error)


@pytest.mark.parametrize("verify", ["first_page", "all"])
@pytest.mark.parametrize(
    "change",
    [
        lambda count: {"permalink": f"https://example.com/d?signature={count}"},
        lambda count: {"brand_new": count},
        lambda count: {"items": [{"name": "Pão", "subtotal": 1.5, "brand_new": count}]},
        lambda count: {"client": {"id": 7, "name": f"Casa Verde {count}"}},
    ],
    ids=["signed link", "unknown field", "unknown field of a line", "name"],
)
def test_what_is_no_figure_may_change_between_readings(
    tmp_path: Path, verify: str, change: Callable[[int], dict[str, Any]]
) -> None:
    def script(seen: Seen) -> Any:
        rows = [document(number) | change(seen.count) for number in range(70, 75)]
        return reply(listing(rows, page=seen.page))

    (reading,) = _read(script, tmp_path, verify=verify)
    assert isinstance(reading, Reading)


@pytest.mark.parametrize(
    "change",
    [
        lambda count: {"total": count},
        lambda count: {"status": f"state {count}"},
        lambda count: {"items": [{"subtotal": count}]},
        lambda count: {"date": f"{count:02}/10/2026"},
    ],
    ids=["total", "status", "line", "date"],
)
def test_a_figure_that_changes_between_readings_is_noticed(
    tmp_path: Path, change: Callable[[int], dict[str, Any]]
) -> None:
    def script(seen: Seen) -> Any:
        rows = [document(number) | change(seen.count) for number in range(70, 75)]
        return reply(listing(rows, page=seen.page))

    (failure,) = _read(script, tmp_path)
    assert isinstance(failure, Failure)
    assert "page 1 was not the same" in str(failure.error)


@pytest.mark.parametrize("status", [100, 102, 103, 199])
def test_answers_that_announce_one_are_passed_over(tmp_path: Path, status: int) -> None:
    announced = f"HTTP/1.1 {status} Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n".encode()

    def script(seen: Seen) -> Any:
        return [announced * 3, reply(listing([document(70)], page=seen.page))]

    (reading,) = _read(script, tmp_path)
    assert isinstance(reading, Reading)


def test_announcements_without_end_are_no_answer(tmp_path: Path) -> None:
    (failure,) = _read(lambda _: b"HTTP/1.1 103 Early Hints\r\n\r\n" * 500, tmp_path)
    assert isinstance(failure, Failure)


@pytest.mark.parametrize("status", [401, 402, 403, 422])
@pytest.mark.parametrize("words", ["A sua conta está suspensa", "O plano não inclui a API"])
def test_the_services_own_words_are_quoted(tmp_path: Path, status: int, words: str) -> None:
    def script(_: Seen) -> Any:
        return reply({"errors": [{"error": words}]}, status=status)

    with ScriptedApi(script, aside=NO_TAXES) as server, closing(Api(server.url, KEY)) as api:
        with pytest.raises(ReportsError, match=words) as caught:
            api.documents_page(7, 1, {})
        assert str(status) in str(caught.value)


def test_another_clients_document_on_pages_of_an_uneven_size_fails_the_client(tmp_path: Path) -> None:
    def script(seen: Seen) -> Any:
        is_uneven = seen.query["per_page"] == str(UNEVEN)
        return reply(listing([document(1, 8)])) if is_uneven else _repeating(45)(seen)

    (failure,) = _read(script, tmp_path, per_page=20)
    assert isinstance(failure, Failure)
    assert "belongs to ANOTHER CLIENT" in str(failure.error)


def test_an_account_whose_first_client_has_nothing_has_no_size_of_pages_yet(tmp_path: Path) -> None:
    nothing, full = _read(account({7: 0, 8: 45}, size=100), tmp_path, 7, 8, per_page=None)
    assert (nothing.documents, full.documents) == (0, 45)


def test_a_bug_in_one_clients_reading_fails_that_client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(page: Page, client: int) -> Leaf:
        return leaf_of(page, client if client != 8 else 1 // 0)

    monkeypatch.setattr(client_reading, "leaf_of", break_down)
    found = _read(account({7: 1, 8: 1, 9: 1}), tmp_path, 7, 8, 9)
    assert [type(one) for one in found] == [Reading, Failure, Reading]
    assert isinstance(found[1].error, UnforeseenError)
    assert "ZeroDivisionError" in caplog.text
