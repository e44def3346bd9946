"""Pages of as many entries as the service gives: asked for, believed, remembered, and fallen back from."""

import json
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reports.errors import UnreachableError
from reports.source.archive import read_pages
from reports.source.client_reading import Failure, Reading, Wanted
from reports.source.fetch import fetch
from reports.source.http.api import Api
from reports.source.page_size import DOCUMENTED, LARGEST, PageSize
from tests.support.scripted_api import KEY, ScriptedApi, Seen, TurnedClock, document, listing, reply

NOW = datetime(2026, 11, 2, 6, 30, tzinfo=UTC)
NO_TAXES = {"/taxes.json": reply({"taxes": []})}
CLIENTS = (7, 8, 9)
COUNT = 230

Answer = Callable[[Seen, int], bytes]


def _documents(client: int) -> list[dict[str, Any]]:
    return [document(client * 1000 + number, client) for number in range(COUNT)]


def _page(seen: Seen, size: int, *, count: int = COUNT) -> bytes:
    """The page that is asked for, of `size` entries."""
    return reply(listing(_documents(seen.client)[:count], page=seen.page, size=size))


def gives(largest: int) -> Answer:
    """A service that gives pages of so many entries at the most."""
    return lambda seen, asked: _page(seen, min(asked, largest))


def refuses(status: int) -> Answer:
    """A service that answers an error to pages of more than thirty."""

    def answer(seen: Seen, asked: int) -> bytes:
        if asked > DOCUMENTED:
            return reply({"errors": [{"error": "per_page is too large"}]}, status=status)
        return _page(seen, asked)

    return answer


def passes_over(seen: Seen, asked: int) -> bytes:
    """A service that takes a size it does not know for none, and gives ten."""
    return _page(seen, asked if asked <= DOCUMENTED else 10)


def contradicts(seen: Seen, asked: int) -> bytes:
    """A service that says a size it does not give."""
    if asked <= DOCUMENTED:
        return _page(seen, asked)
    body = listing(_documents(seen.client), page=seen.page, size=DOCUMENTED)
    body["pagination"]["per_page"] = asked
    return reply(body)


def shows_a_page(seen: Seen, asked: int) -> bytes:
    """A service that answers a web page to pages of more than thirty."""
    return _page(seen, asked) if asked <= DOCUMENTED else reply("<html><title>Sorry</title></html>")


SERVICES: dict[str, tuple[Answer, int]] = {
    "gives a hundred": (gives(100), 100),
    "gives fifty": (gives(50), 50),
    "gives thirty": (gives(30), 30),
    "refuses with 422": (refuses(422), 30),
    "refuses with 400": (refuses(400), 30),
    "breaks with 500": (refuses(500), 30),
    "passes it over": (passes_over, 30),
    "contradicts itself": (contradicts, 30),
    "shows a web page": (shows_a_page, 30),
}


def _read(answer: Answer, folder: Path, *, per_page: int | None = None) -> tuple[list[Any], list[Seen]]:
    def script(seen: Seen) -> bytes:
        return answer(seen, int(seen.query["per_page"]))

    with ScriptedApi(script, aside=NO_TAXES) as server:
        api = Api(
            server.url,
            KEY,
            per_page=per_page,
            per_minute=60_000,
            deadline_seconds=1e6,
            clock=TurnedClock(),
        )
        with closing(api):
            found = fetch(
                api,
                [Wanted(client, {}) for client in CLIENTS],
                account="office",
                source=folder,
                verify="first_page",
                parallel=3,
                now=lambda: NOW,
                on_page=lambda *_: None,
            )
            return list(found), server.seen


@pytest.mark.parametrize("service", SERVICES)
def test_every_document_is_read_in_pages_of_what_the_service_gives(tmp_path: Path, service: str) -> None:
    answer, size = SERVICES[service]
    found, seen = _read(answer, tmp_path)
    assert {one.client for one in found if isinstance(one, Reading)} == {*CLIENTS}
    for reading in found:
        ids = [entry["id"] for body in read_pages(reading.archive) for entry in json.loads(body)["invoices"]]
        assert sorted(ids) == [reading.client * 1000 + number for number in range(COUNT)]
        assert reading.pages == -(-COUNT // size)
    # The first request tries the largest pages; what came of it holds for the account's run.
    tried = [one for one in seen if int(one.query["per_page"]) == LARGEST]
    assert seen[0] in tried
    if size < LARGEST:
        assert {one.client for one in tried} == {seen[0].client}


def test_a_fixed_size_is_asked_for_and_nothing_else(tmp_path: Path) -> None:
    found, seen = _read(gives(100), tmp_path, per_page=20)
    assert all(isinstance(one, Reading) for one in found)
    assert {one.query["per_page"] for one in seen} == {"20"}


def test_a_service_that_is_down_is_asked_for_no_other_size_client_by_client(tmp_path: Path) -> None:
    found, seen = _read(lambda *_: reply(status=503), tmp_path)
    assert all(isinstance(one, Failure) and isinstance(one.error, UnreachableError) for one in found)
    assert len({(one.client, one.query["per_page"]) for one in seen}) <= len(CLIENTS) + 1


def test_a_size_that_changes_in_mid_reading_is_read_again(tmp_path: Path) -> None:
    turns = dict.fromkeys(CLIENTS, 0)

    def answer(seen: Seen, asked: int) -> bytes:
        turns[seen.client] += 1
        is_moment = turns[seen.client] == 2
        return _page(seen, 10 if is_moment else min(asked, 50))

    found, _ = _read(answer, tmp_path)
    assert all(isinstance(one, Reading) and one.documents == COUNT for one in found)


def test_a_client_that_is_not_there_does_not_settle_the_size(tmp_path: Path) -> None:
    def answer(seen: Seen, asked: int) -> bytes:
        return reply(status=404) if seen.client == CLIENTS[0] else _page(seen, min(asked, 100))

    found, seen = _read(answer, tmp_path)
    assert [isinstance(one, Reading) for one in sorted(found, key=lambda one: one.client)] == [
        False,
        True,
        True,
    ]
    assert all(one.query["per_page"] == "100" for one in seen if one.client != CLIENTS[0])


@pytest.mark.parametrize("failing", ["contradicts", "times out", "times out later"])
def test_a_size_that_only_a_small_client_was_given_is_fallen_back_from(tmp_path: Path, failing: str) -> None:
    def answer(seen: Seen, asked: int) -> bytes:
        if seen.client == CLIENTS[0]:
            return _page(seen, asked, count=5)
        if failing == "contradicts":
            return contradicts(seen, asked)
        is_too_much = asked > DOCUMENTED and (failing == "times out" or seen.page > 1)
        return reply(status=504) if is_too_much else _page(seen, asked)

    found, _ = _read(answer, tmp_path)
    assert [one.documents for one in sorted(found, key=lambda one: one.client)] == [5, COUNT, COUNT]


def test_a_document_of_another_client_is_no_reason_to_ask_again(tmp_path: Path) -> None:
    def answer(seen: Seen, asked: int) -> bytes:
        if asked > DOCUMENTED and seen.client == CLIENTS[0]:
            return reply(listing([document(1, CLIENTS[0]), document(2, CLIENTS[1])]))
        return _page(seen, asked)

    found, seen = _read(answer, tmp_path)
    (failure,) = (one for one in found if isinstance(one, Failure))
    assert "ANOTHER CLIENT" in str(failure.error)
    assert [one.client for one in seen].count(CLIENTS[0]) == 1


def test_a_fixed_size_is_not_fallen_back_from(tmp_path: Path) -> None:
    found, seen = _read(refuses(504), tmp_path, per_page=50)
    assert all(isinstance(one, Failure) for one in found)
    assert {one.query["per_page"] for one in seen} == {"50"}


def test_what_was_believed_first_holds() -> None:
    size = PageSize(None)
    assert (size.current, size.may_fall_back) == (100, True)
    size.believe(50)
    size.believe(100)
    assert (size.current, size.may_fall_back) == (50, False)
    assert PageSize(20).current == 20
    assert 20 not in PageSize(20).others()
