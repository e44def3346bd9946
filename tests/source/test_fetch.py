"""Every page of every client, provably: over real sockets, from lists that keep still and that do not."""

import json
import threading
import time
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reports.errors import ReadingError, RefusedError, UnreachableError, WriteError
from reports.source import client_reading
from reports.source import fetch as fetching
from reports.source.archive import read_header, read_pages
from reports.source.client_reading import Failure, Reading, Wanted
from reports.source.fetch import fetch
from reports.source.http.api import Api
from reports.source.http.rate_limit import StoppedError
from reports.source.threads import DaemonPool
from tests.support.scripted_api import (
    KEY,
    Script,
    ScriptedApi,
    Seen,
    TurnedClock,
    account,
    document,
    listing,
    reply,
)
from tests.support.waiting import PATIENCE_SECONDS, wait_until

NOW = datetime(2026, 11, 2, 6, 30, tzinfo=UTC)
FILTERS = {"archived": ["archived", "non_archived"]}
NO_TAXES = reply(status=404)
TAXES = json.dumps({"taxes": [{"id": 1, "name": "IVA23", "value": 23.0, "region": "PT"}]})


def _fetching(
    api: Api,
    source: Path,
    clients: Sequence[int],
    *,
    verify: str = "first_page",
    parallel: int = 4,
    on_page: Callable[[int, int, int], None] = lambda *_: None,
    meanwhile: Callable[[], None] = lambda: None,
) -> Generator[Reading | Failure, None, None]:
    return fetch(
        api,
        [Wanted(client, FILTERS) for client in clients],
        account="my-company",
        source=source,
        verify=verify,
        parallel=parallel,
        now=lambda: NOW,
        on_page=on_page,
        meanwhile=meanwhile,
    )


def _read(
    script: Script, source: Path, *clients: int, verify: str = "first_page", parallel: int = 4
) -> tuple[list[Reading | Failure], list[Seen]]:
    with _served(script) as server, closing(_api(server)) as api:
        found = list(_fetching(api, source, clients or (7,), verify=verify, parallel=parallel))
    return sorted(found, key=lambda one: one.client), server.seen


def _served(script: Script, taxes: bytes = NO_TAXES) -> ScriptedApi:
    """The script tells of documents alone."""
    return ScriptedApi(script, aside={"/taxes.json": taxes})


def _api(server: ScriptedApi) -> Api:
    return Api(server.url, KEY, per_minute=60_000, deadline_seconds=1e6, clock=TurnedClock())


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def _ids(path: Path) -> list[int]:
    return [entry["id"] for body in read_pages(path) for entry in json.loads(body)["invoices"]]


def test_every_page_of_every_client_is_archived_as_it_came(tmp_path: Path) -> None:
    script = account({7: 5, 8: 1, 9: 4})
    found, seen = _read(script, tmp_path, 7, 8, 9)
    assert [(one.client, one.pages, one.documents, one.requests) for one in found] == [  # type: ignore[union-attr]
        (7, 3, 5, 4),
        (8, 1, 1, 1),
        (9, 2, 4, 3),
    ]
    assert len(seen) == 8
    assert _names(tmp_path) == ["7.jsonl.gz", "8.jsonl.gz", "9.jsonl.gz"]
    assert _ids(tmp_path / "7.jsonl.gz") == [7000, 7001, 7002, 7003, 7004]
    sent = reply(listing([document(7000 + row, 7) for row in range(5)], page=3))
    assert sent.endswith(list(read_pages(tmp_path / "7.jsonl.gz"))[2].encode())


def test_the_header_says_what_was_asked_and_when_it_was_proven(tmp_path: Path) -> None:
    (reading,), _ = _read(account({7: 5}), tmp_path)
    assert isinstance(reading, Reading)
    header = read_header(reading.archive)
    assert reading.header == header
    assert (header.account, header.client, header.pages, header.complete) == ("my-company", 7, 3, True)
    assert header.filters == FILTERS
    assert header.read_at == NOW


def test_the_accounts_taxes_are_asked_once_a_run_and_kept_in_the_head_of_each_archive(tmp_path: Path) -> None:
    with _served(account({7: 5, 8: 1, 9: 4}), reply(TAXES)) as server, closing(_api(server)) as api:
        found = [*_fetching(api, tmp_path, (7, 8, 9))]
    assert server.seen_aside == ["/taxes.json"]
    assert {one.client: one.requests for one in found} == {7: 4, 8: 1, 9: 3}
    assert [read_header(tmp_path / f"{client}.jsonl.gz").taxes for client in (7, 8, 9)] == [TAXES] * 3


def test_the_taxes_wait_for_their_turn_where_the_first_client_fails(tmp_path: Path) -> None:
    right, are_asked, were_asked_meanwhile = account({8: 1, 9: 1}), threading.Event(), []

    def script(seen: Seen) -> Any:
        if seen.path == "/taxes.json":
            are_asked.set()
            return NO_TAXES
        if seen.client == 7:
            return reply(status=404)
        if seen.client == 9 and not are_asked.is_set():
            # Client 8 is read by now, and has but the taxes to wait for.
            were_asked_meanwhile.append(are_asked.wait(1))
        return right(seen)

    with ScriptedApi(script) as server, closing(_api(server)) as api:
        found = [*_fetching(api, tmp_path, (7, 8, 9), parallel=1)]
    assert sorted(one.client for one in found if isinstance(one, Reading)) == [8, 9]
    assert not any(were_asked_meanwhile)
    assert are_asked.is_set()


@pytest.mark.parametrize(
    "taxes",
    [
        reply(status=404),
        reply({"errors": ["não está disponível durante o período gratuito"]}, status=401),
        reply(status=503),
        reply("<html>", content_type="text/html"),
        reply([]),
        reply({"tax": []}),
        reply({"taxes": [[]] * 501}),
    ],
    ids=["404", "401", "503", "web page", "list", "something else", "too large"],
)
def test_a_run_goes_on_without_the_accounts_taxes(tmp_path: Path, taxes: bytes) -> None:
    with _served(account({7: 5, 8: 1}), taxes) as server, closing(_api(server)) as api:
        found = [*_fetching(api, tmp_path, (7, 8))]
    assert all(isinstance(one, Reading) for one in found)
    assert [read_header(tmp_path / f"{client}.jsonl.gz").taxes for client in (7, 8)] == [None, None]
    assert len(server.seen_aside) <= 2


@pytest.mark.parametrize(
    "block",
    [{"total_pages": 0}, {"total_pages": 1}, {"total_pages": 0, "current_page": 0, "per_page": 0}],
)
def test_a_client_without_documents_is_one_empty_page(tmp_path: Path, block: dict[str, Any]) -> None:
    (reading,), seen = _read(lambda _: reply(listing([], **block)), tmp_path)
    assert isinstance(reading, Reading)
    # It is asked once more, on a new connection.
    assert (reading.pages, reading.documents, reading.requests) == (1, 0, 2)
    assert len(seen) == 2
    assert _ids(reading.archive) == []


def test_the_size_of_a_page_is_what_came_back_not_what_was_asked(tmp_path: Path) -> None:
    (reading,), seen = _read(account({7: 25}, size=10), tmp_path)
    assert isinstance(reading, Reading)
    assert [one.query["per_page"] for one in seen] == ["30", "10", "10", "10"]
    assert (reading.pages, reading.documents) == (3, 25)


def test_ids_may_be_digits_in_a_text(tmp_path: Path) -> None:
    entries = [document("70", "7"), document(71, 7), document("72", "7")]
    (reading,), _ = _read(lambda seen: reply(listing(entries, page=seen.page)), tmp_path)
    assert isinstance(reading, Reading)


def test_requests_count_retries_and_second_readings(tmp_path: Path) -> None:
    right = account({7: 5})

    def script(seen: Seen) -> Any:
        return reply(status=503) if seen.count in (1, 3) else right(seen)

    (reading,), seen = _read(script, tmp_path)
    assert reading.requests == len(seen) == 6


def test_progress_is_told_page_by_page(tmp_path: Path) -> None:
    told: list[tuple[int, ...]] = []
    with _served(account({7: 5, 8: 3})) as server, closing(_api(server)) as api:
        list(_fetching(api, tmp_path, (7, 8), on_page=lambda *page: told.append(page)))
    assert [page for page in told if page[0] == 7] == [(7, 1, 3), (7, 2, 3), (7, 3, 3)]
    assert [page for page in told if page[0] == 8] == [(8, 1, 2), (8, 2, 2)]


def test_a_wrong_key_costs_exactly_one_request(tmp_path: Path) -> None:
    with (
        _served(lambda _: reply(status=401)) as server,
        closing(_api(server)) as api,
        pytest.raises(RefusedError, match="API key is wrong or the account's name"),
    ):
        list(_fetching(api, tmp_path, range(7, 27)))
    assert len(server.seen) == 1
    assert _names(tmp_path) == []


def test_a_refusal_midway_stops_the_account_and_keeps_nothing_half_read(
    tmp_path: Path, patient: None
) -> None:
    right = account(dict.fromkeys(range(7, 27), 9))
    is_refused = threading.Event()

    def script(seen: Seen) -> Any:
        if seen.client == 9 and seen.page == 3:
            is_refused.set()
            return reply(status=401)
        if is_refused.is_set():
            wait_until(seen.has_left)
        return right(seen)

    found: list[Reading | Failure] = []
    with _served(script) as server, closing(_api(server)) as api:
        with pytest.raises(RefusedError):
            found += _fetching(api, tmp_path, range(7, 27), parallel=2)
        assert _threads() == set()
    refused = next(number for number, seen in enumerate(server.seen) if (seen.client, seen.page) == (9, 3))
    # What the other thread asked for at the same time, and what it asked for next, which nobody answered.
    assert len(server.seen[refused + 1 :]) <= 2
    assert all(isinstance(one, Reading) for one in found)
    assert "9.jsonl.gz" not in _names(tmp_path)
    assert all(name.endswith(".jsonl.gz") for name in _names(tmp_path))


def test_a_client_that_is_not_there_fails_and_the_others_go_on(tmp_path: Path) -> None:
    right = account({7: 3, 9: 3})

    def script(seen: Seen) -> Any:
        return reply("<html>", status=404) if seen.client == 8 else right(seen)

    (first, second, third), _ = _read(script, tmp_path, 7, 8, 9)
    assert isinstance(first, Reading)
    assert isinstance(third, Reading)
    assert isinstance(second, Failure)
    assert str(second.error).startswith("client 8, page 1: this client is not in the account")
    assert second.requests == 1
    assert second.error.__traceback__ is None


def test_a_client_that_fails_late_keeps_the_archive_it_had(tmp_path: Path) -> None:
    right = account({7: 9})
    _read(right, tmp_path)
    before = (tmp_path / "7.jsonl.gz").read_bytes()

    def script(seen: Seen) -> Any:
        return reply({"errors": ["Conta suspensa"]}, status=422) if seen.page == 4 else right(seen)

    (failure,), _ = _read(script, tmp_path)
    assert isinstance(failure, Failure)
    assert "client 7, page 4" in str(failure.error)
    assert "Conta suspensa" in str(failure.error)
    assert (tmp_path / "7.jsonl.gz").read_bytes() == before
    assert _names(tmp_path) == ["7.jsonl.gz"]


def test_the_other_pages_of_a_client_that_failed_are_not_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_reading, "PAGES_AHEAD", 2)
    right = account({7: 80})

    def script(seen: Seen) -> Any:
        return reply(status=422) if seen.page == 2 else right(seen)

    (failure,), seen = _read(script, tmp_path, parallel=1)
    assert isinstance(failure, Failure)
    # Page 3 was handed in before page 2 failed.
    assert [one.page for one in seen] in ([1, 2], [1, 2, 3])


def test_an_unreachable_api_fails_every_client(tmp_path: Path) -> None:
    found, seen = _read(lambda _: reply(status=503), tmp_path, *range(7, 47))
    assert len(found) == 40
    assert all(isinstance(one, Failure) and isinstance(one.error, UnreachableError) for one in found)
    assert len(seen) < 80


def test_a_folder_that_cannot_be_written_fails_the_client(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"a file where the folder should be")
    (failure,), _ = _read(account({7: 1}), tmp_path / "source")
    assert isinstance(failure, Failure)
    assert isinstance(failure.error, WriteError)


FIVE = [document(number) for number in range(70, 75)]


def _altered(page: int, **block: Any) -> Callable[[Seen], bytes]:
    """Five documents on three pages, but one page says something else."""
    return lambda seen: reply(listing(FIVE, page=seen.page, **(block if seen.page == page else {})))


def _rows(page: int, *numbers: int) -> Callable[[Seen], bytes]:
    """Five documents on three pages, but one page has other rows."""

    def script(seen: Seen) -> bytes:
        body = listing(FIVE, page=seen.page)
        if seen.page == page:
            body["invoices"] = [document(number) for number in numbers]
        return reply(body)

    return script


MOVES: dict[str, tuple[Callable[[Seen], bytes], str]] = {
    "an entry more": (_altered(2, total_entries=6), "total_entries was 5 and then 6"),
    "a page less": (_altered(3, total_pages=2), "total_pages was 3 and then 2"),
    "smaller pages": (_altered(2, per_page=1), "per_page was 2 and then 1"),
    "another page": (_altered(2, current_page=3), "page 3 came where page 2 was asked for"),
    "page 0": (_altered(2, current_page=0), "page 0 came where page 2 was asked for"),
    "too few pages": (_altered(1, total_pages=2), "5 entries, 2 a page, do not make 2 pages"),
    "no page size": (_altered(1, per_page=0), "5 entries, 0 a page, do not make 3 pages"),
    "pages of nothing": (_altered(1, total_entries=0), "0 entries, 2 a page, do not make 3 pages"),
    "a short page": (_rows(2, 72), "page 2 has 1 entries where there should be 2"),
    "an empty page": (_rows(3), "page 3 has 0 entries where there should be 1"),
    "a long page": (_rows(3, 74, 75), "page 3 has 2 entries where there should be 1"),
    "one twice in a page": (_rows(2, 72, 72), "4 different entries came, the API counts 5; repeated: 72"),
    "one on two pages": (_rows(3, 70), "4 different entries came, the API counts 5; repeated: 70"),
}


@pytest.mark.parametrize("move", MOVES)
def test_a_list_that_moves_once_is_read_again(tmp_path: Path, move: str) -> None:
    moving, _ = MOVES[move]
    still = account({7: 5})
    readings = [0]

    def script(seen: Seen) -> Any:
        readings[0] += seen.page == 1
        return moving(seen) if readings[0] == 1 else still(seen)

    (reading,), seen = _read(script, tmp_path, parallel=1)
    assert isinstance(reading, Reading)
    assert _ids(reading.archive) == [7000, 7001, 7002, 7003, 7004]
    assert reading.requests == len(seen) > 4
    assert _names(tmp_path) == ["7.jsonl.gz"]


@pytest.mark.parametrize("move", MOVES)
def test_a_list_that_keeps_moving_fails_after_three_readings(tmp_path: Path, move: str) -> None:
    moving, words = MOVES[move]
    (failure,), seen = _read(moving, tmp_path, parallel=1)
    assert isinstance(failure, Failure)
    assert type(failure.error) is ReadingError
    assert words in str(failure.error)
    assert "client 7: " in str(failure.error)
    assert "3 readings" in str(failure.error)
    assert sum(one.page == 1 for one in seen) == 3
    assert _names(tmp_path) == []


def _deleted_and_added(times: int) -> Script:
    """After page 1 of a reading was sent, its first document goes and another comes at the end: page 2 and
    3 of the new list fit to the old page 1, all counts are right, and one document is on no page."""
    before = [document(number) for number in range(70, 75)]
    readings = [0]

    def script(seen: Seen) -> bytes:
        now = [*before[readings[0] :], *(document(75 + number) for number in range(readings[0]))]
        body = listing(now, page=seen.page)
        if seen.page == 1 and readings[0] < times:
            readings[0] += 1
        return reply(body)

    return script


def test_page_1_read_again_finds_the_document_that_no_count_misses(tmp_path: Path) -> None:
    (reading,), seen = _read(_deleted_and_added(1), tmp_path, parallel=1)
    assert isinstance(reading, Reading)
    assert _ids(reading.archive) == [71, 72, 73, 74, 75]
    assert [one.page for one in seen] == [1, 2, 3, 1, 1, 2, 3, 1]


def test_page_1_that_never_stays_the_same_fails(tmp_path: Path) -> None:
    (failure,), seen = _read(_deleted_and_added(99), tmp_path, parallel=1)
    assert isinstance(failure, Failure)
    assert "page 1 was not the same when it was read again" in str(failure.error)
    assert len(seen) == 12


def _changing(page: int, *, until: int) -> Script:
    """A total on one page changes with every time the page is asked for, until it was asked so often."""
    asked = [0]

    def script(seen: Seen) -> bytes:
        body = listing(FIVE, page=seen.page)
        if seen.page == page:
            asked[0] += 1
            body["invoices"][0] = {**body["invoices"][0], "total": min(asked[0], until)}
        return reply(body)

    return script


def test_a_figure_that_changes_on_page_1_is_found(tmp_path: Path) -> None:
    (reading,), seen = _read(_changing(1, until=2), tmp_path)
    assert isinstance(reading, Reading)
    assert len(seen) == 8


def test_two_equal_full_readings_prove_what_page_1_cannot(tmp_path: Path) -> None:
    (reading,), seen = _read(_changing(2, until=1), tmp_path, verify="all")
    assert isinstance(reading, Reading)
    assert len(seen) == 6
    (reading,), seen = _read(_changing(2, until=2), tmp_path, verify="all")
    assert isinstance(reading, Reading)
    assert len(seen) == 9
    assert json.loads(list(read_pages(reading.archive))[1])["invoices"][0]["total"] == 2


def test_three_full_readings_that_all_differ_fail(tmp_path: Path) -> None:
    (failure,), seen = _read(_changing(2, until=99), tmp_path, verify="all")
    assert isinstance(failure, Failure)
    assert "two full readings differ" in str(failure.error)
    assert len(seen) == 9


def test_a_client_of_one_page_needs_no_second_look(tmp_path: Path) -> None:
    for verify in ("first_page", "all"):
        (reading,), seen = _read(account({7: 2}), tmp_path, verify=verify)
        assert reading.requests == len(seen) == 1


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (document(74, 8), "document 74, belongs to ANOTHER CLIENT"),
        (document(74, "seven"), "does not say which client"),
        (document(74, ""), "does not say which client"),
        ({"id": 74, "client": "Casa Verde"}, "does not say which client"),
        ({"id": 74, "client": []}, "does not say which client"),
        (document(None), "entry 1 of page 3 has no readable id"),
        (document(True), "has no readable id"),
        (document("seventy"), "has no readable id"),
        (document("7" * 19), "has no readable id"),
        (document(10**20), "has no readable id"),
        (document(-7), "has no readable id"),
        (document(7.5), "has no readable id"),
    ],
)
def test_a_document_of_unknown_or_foreign_owner_fails_at_once(
    tmp_path: Path, entry: dict[str, object], words: str
) -> None:
    (failure,), seen = _read(
        lambda seen: reply(listing([*FIVE[:4], entry], page=seen.page)), tmp_path, parallel=1
    )
    assert isinstance(failure, Failure)
    assert type(failure.error) is ReadingError
    assert words in str(failure.error)
    assert "Casa Verde" not in str(failure.error)
    assert len(seen) == 3
    assert _names(tmp_path) == []


@pytest.mark.parametrize(
    "entry", [document(74, None), {"id": 74, "client": None}, {"id": 74, "client": {}}, {"id": 74}], ids=str
)
def test_a_document_that_names_no_client_is_kept_with_those_it_came_with(
    tmp_path: Path, entry: dict[str, object]
) -> None:
    (reading,), _ = _read(lambda seen: reply(listing([*FIVE[:4], entry], page=seen.page)), tmp_path)
    assert isinstance(reading, Reading)
    assert _ids(reading.archive) == [70, 71, 72, 73, 74]


def test_a_list_without_an_end_is_refused(tmp_path: Path) -> None:
    block: dict[str, Any] = {"total_entries": 20_002, "total_pages": 10_001}
    (failure,), seen = _read(lambda seen: reply(listing(FIVE, page=seen.page, **block)), tmp_path)
    assert isinstance(failure, Failure)
    assert "client 7: 10,001 pages are announced" in str(failure.error)
    assert len(seen) == 1


def test_so_many_requests_at_once_and_no_more(tmp_path: Path) -> None:
    right = account(dict.fromkeys(range(7, 13), 9))
    at_once = threading.Semaphore(3)
    are_three = threading.Barrier(3)
    too_many: list[Seen] = []

    def script(seen: Seen) -> Any:
        if not at_once.acquire(blocking=False):
            too_many.append(seen)
        # The very first goes alone. Whoever would send a fourth has time to, while three are held.
        if 1 < seen.count <= 4:
            are_three.wait(PATIENCE_SECONDS)
        time.sleep(0.02)
        at_once.release()
        return right(seen)

    found, _ = _read(script, tmp_path, *range(7, 13), parallel=3)
    assert all(isinstance(one, Reading) for one in found)
    assert too_many == []


def test_clients_are_begun_in_order_and_few_are_open_at_once(tmp_path: Path) -> None:
    _, seen = _read(account(dict.fromkeys(range(7, 17), 9)), tmp_path, *range(7, 17), parallel=2)
    assert (seen[0].client, seen[0].page) == (7, 1)
    left = dict.fromkeys(range(7, 17), 6)
    for one in seen:
        # Of the clients before, only two may not have been done, or not even begun.
        assert sum(pages > 0 for client, pages in left.items() if client < one.client) <= 2
        left[one.client] -= 1


def test_a_long_client_does_not_hold_up_the_next_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    requests: list[str] = []

    class WatchedPool(DaemonPool):
        def __init__(self, size: int, *, name: str) -> None:
            super().__init__(size, name=name)
            self.name = name

        def submit(self, call: Callable[[], Any]) -> Future[Any]:
            future = super().submit(call)
            requests.append(self.name)
            return future

    def long_and_short(seen: Seen) -> Any:
        if (seen.client, seen.page) == (7, 2):
            # Page 1, the rates and three pages ahead are asked for; then it is the other client's turn.
            wait_until(lambda: requests.count("pages") == 1 + 1 + 3 + 1)
        return account({7: 100, 8: 1})(seen)

    monkeypatch.setattr(fetching, "DaemonPool", WatchedPool)
    monkeypatch.setattr(client_reading, "PAGES_AHEAD", 3)
    found, seen = _read(long_and_short, tmp_path, 7, 8, parallel=1)
    assert [type(one) for one in found] == [Reading, Reading]
    assert _ids(found[0].archive) == list(range(7000, 7100))  # type: ignore[union-attr]
    # Page 1 of the long client, and what of it was handed in before.
    assert [one.client for one in seen].index(8) <= 1 + 3


def test_a_consumer_that_is_busy_does_not_hold_up_the_reading(tmp_path: Path) -> None:
    with _served(account(dict.fromkeys(range(7, 27), 3))) as server, closing(_api(server)) as api:
        results = _fetching(api, tmp_path, range(7, 27))
        next(results)
        wait_until(lambda: len(server.seen) == 60)
        assert len(list(results)) == 19


def _hanging(seen: Seen) -> Any:
    if seen.client == 7:
        return account({7: 1})(seen)
    wait_until(seen.has_left)
    return b""


def _threads() -> set[str]:
    return {thread.name for thread in threading.enumerate() if thread.name.startswith(("pages", "client"))}


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads that have been stopped are waited for as long as it takes: no time passes for them."""
    monkeypatch.setattr(fetching, "STOP_SECONDS", PATIENCE_SECONDS)


def test_closing_it_ends_all_threads_promptly_and_leaves_nothing_half_read(
    tmp_path: Path, patient: None
) -> None:
    with _served(_hanging) as server, closing(_api(server)) as api:
        results = _fetching(api, tmp_path, range(7, 27))
        assert next(results).client == 7
        wait_until(lambda: len(server.seen) == 5)
        results.close()
        assert _threads() == set()
    assert _names(tmp_path) == ["7.jsonl.gz"]


def test_an_interrupt_of_the_consumer_ends_all_threads(tmp_path: Path, patient: None) -> None:
    with _served(_hanging) as server, closing(_api(server)) as api:
        results = _fetching(api, tmp_path, range(7, 27))
        next(results)
        with pytest.raises(KeyboardInterrupt):
            results.throw(KeyboardInterrupt)
        assert _threads() == set()


def test_an_account_stopped_from_outside_is_never_taken_for_done(tmp_path: Path) -> None:
    with _served(_hanging) as server, closing(_api(server)) as api:
        results = _fetching(api, tmp_path, range(7, 27))
        next(results)
        api.stop()
        with pytest.raises(StoppedError):
            list(results)


def test_a_bug_in_a_thread_comes_out_where_the_results_are_taken(tmp_path: Path, patient: None) -> None:
    def broken(client: int, done: int, total: int) -> None:
        raise ZeroDivisionError(client, done, total)

    with (
        _served(account({7: 3})) as server,
        closing(_api(server)) as api,
        pytest.raises(ZeroDivisionError),
    ):
        list(_fetching(api, tmp_path, (7,), on_page=broken))
    assert _threads() == set()
    # Nothing half read: the client may have been done by then.
    assert _names(tmp_path) in ([], ["7.jsonl.gz"])


def test_no_clients_are_no_requests(tmp_path: Path) -> None:
    with _served(account({})) as server, closing(_api(server)) as api:
        assert list(_fetching(api, tmp_path, ())) == []
    assert server.seen == []


def test_a_run_looks_around_while_the_first_answer_is_waited_for(tmp_path: Path) -> None:
    has_looked = threading.Event()

    def script(seen: Seen) -> Any:
        assert has_looked.wait(PATIENCE_SECONDS)
        return account({7: 1})(seen)

    with _served(script) as server, closing(_api(server)) as api:
        found = _fetching(api, tmp_path, (7,), meanwhile=has_looked.set)
        assert [type(one) for one in found] == [Reading]
