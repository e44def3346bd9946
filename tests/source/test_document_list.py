"""The account's own list of a period's documents: read whole, kept, and never a reason to fail."""

import gzip
import json
import threading
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from reports import cancellation
from reports.errors import WriteError
from reports.period import Period
from reports.pipeline.jobs import LISTED_STATUSES, LISTED_TYPES
from reports.sandbox.data import PeriodList, SandboxAccount
from reports.sandbox.server import Sandbox
from reports.source.archive import AccountList, Owner, list_client_ids, read_header
from reports.source.document_list import ListedDocument, fetch_documents, read_stored_documents
from reports.source.http.api import Api
from reports.source.http.rate_limit import StoppedError
from tests.support.asking import HTML, PASSING, Answer, raw
from tests.support.leaks import places_of
from tests.support.office import account, invoice
from tests.support.scripted_api import KEY, Script, ScriptedApi, Seen, TurnedClock, listing, reply
from tests.support.waiting import PATIENCE_SECONDS

NOW = datetime(2026, 11, 2, 6, 30, tzinfo=UTC)
OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))
ANA = 101


def paper(identity: object, day: object = "05/10/2026", **fields: object) -> dict[str, Any]:
    """A document of the list, with what is read of it."""
    return {
        "id": identity,
        "type": "Invoice",
        "status": "final",
        "inverted_sequence_number": f"2026/{identity}",
        "date": day,
        "client": {"id": ANA, "name": "Ana"},
    } | fields


def fetch(
    url: str,
    source: Path,
    *,
    now: datetime = NOW,
    key: str = KEY,
    per_page: int = 2,
    deadline_seconds: float = 5400,
    parallel: int = 1,
    period: Period = OCTOBER,
) -> Sequence[ListedDocument] | None:
    with closing(
        Api(
            *(url, key),
            per_page=per_page,
            per_minute=60_000,
            deadline_seconds=deadline_seconds,
            clock=TurnedClock(),
        )
    ) as api:
        return fetch_documents(
            api,
            account="my-company",
            source=source,
            period=period,
            types=LISTED_TYPES,
            statuses=LISTED_STATUSES,
            parallel=parallel,
            now=lambda: now,
        )


def ask(script: Script, source: Path, **options: Any) -> tuple[Sequence[ListedDocument] | None, list[Seen]]:
    with ScriptedApi(script) as server:
        return fetch(server.url, source, **options), server.seen


def give(*papers: object) -> Script:
    return lambda seen: reply(listing(papers, page=seen.page))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_every_document_of_the_period_is_listed_and_kept(tmp_path: Path) -> None:
    papers = [paper(1), paper("2", "31/10/2026", type="CreditNote", status="settled"), paper(3, "2026-10-01")]
    found, seen = ask(give(*papers), tmp_path)
    assert found == (
        ListedDocument(1, "Invoice", "final", "2026/1", date(2026, 10, 5), ANA, "Ana"),
        ListedDocument(2, "CreditNote", "settled", "2026/2", date(2026, 10, 31), ANA, "Ana"),
        ListedDocument(3, "Invoice", "final", "2026/3", date(2026, 10, 1), ANA, "Ana"),
    )
    assert [one.page for one in seen] == [1, 2, 1]
    assert read_stored_documents(tmp_path, "my-company", period=OCTOBER) == found
    header = read_header(tmp_path / "documents.jsonl.gz", owner=Owner("my-company", AccountList.DOCUMENTS))
    assert (header.client, header.pages, header.complete, header.read_at) == (None, 2, True, NOW)
    assert header.filters == {
        "type": [*LISTED_TYPES],
        "status": [*LISTED_STATUSES],
        "date": ["2026-10-01", "2026-10-31"],
    }
    assert list_client_ids(tmp_path) == []


def test_the_request_names_days_types_statuses_and_both_sides_of_the_archive(tmp_path: Path) -> None:
    _, (seen,) = ask(give(paper(1)), tmp_path, per_page=50)
    assert (seen.method, seen.path, seen.body) == ("GET", "/invoices.json", b"")
    assert seen.query == {
        "date[from]": "01/10/2026",
        "date[to]": "31/10/2026",
        "non_archived": "true",
        "archived": "true",
        "page": "1",
        "per_page": "50",
        "api_key": KEY,
    }
    assert seen.arrays["status"] == ["final", "sent", "second_copy", "settled", "canceled"]
    assert {"Invoice", "InvoiceReceipt", "SimplifiedInvoice", "CreditNote"} < {*seen.arrays["type"]}
    assert not {"Receipt", "Quote"} & {*seen.arrays["type"]}


@pytest.mark.parametrize(
    "odd",
    [
        paper(9, "30/09/2026"),
        paper(9, "01/11/2026"),
        paper(9, "32/10/2026"),
        paper(9, "9999999999/10/2026"),
        paper(9, None),
        paper(9, ["05/10/2026"]),
        {"id": 9},
    ],
    ids=str,
)
def test_what_is_not_of_the_period_or_cannot_be_read_is_left_out(tmp_path: Path, odd: object) -> None:
    found, _ = ask(give(paper(1), odd), tmp_path)
    assert found
    assert [document.id for document in found] == [1]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"client": {"name": " Ana\n& Filhos "}}, (None, "Ana & Filhos")),
        ({"client": {"id": "101", "name": None}}, (ANA, "")),
        ({"client": None}, (None, "")),
        ({"client": [1]}, (None, "")),
    ],
    ids=str,
)
def test_a_client_that_the_list_does_not_say_is_none(
    tmp_path: Path, fields: dict[str, object], expected: tuple[int | None, str]
) -> None:
    found, _ = ask(give(paper(1, **fields)), tmp_path)
    assert found
    assert (found[0].client_id, found[0].client_name) == expected


def test_what_a_document_does_not_say_is_an_empty_text(tmp_path: Path) -> None:
    found, _ = ask(give({"id": 1, "date": "05/10/2026", "sequence_number": " 7/2026 "}), tmp_path)
    assert found == (ListedDocument(1, "", "", "7/2026", date(2026, 10, 5), None, ""),)


def test_a_period_without_documents_is_a_list_of_none(tmp_path: Path) -> None:
    found, seen = ask(give(), tmp_path)
    assert (found, len(seen)) == ((), 2)
    assert read_stored_documents(tmp_path, "my-company", period=OCTOBER) == ()


LASTING: dict[str, tuple[Answer, str]] = {
    "the plan lacks it": (
        lambda: reply({"errors": [{"error": "não está disponível durante o período gratuito"}]}, status=401),
        "não está disponível durante o período gratuito",
    ),
    "the key is refused": (lambda: reply({"errors": [{"error": "Invalid API key"}]}, status=401), "401"),
    "refused without a word": (lambda: reply(status=401), "refuses it to this account (401)"),
    "forbidden": (lambda: reply({"errors": ["Sem permissão"]}, status=403), "Sem permissão"),
    "not there": (lambda: reply(HTML, status=404), "no list of all its documents (404"),
    "parameters refused": (lambda: reply({"errors": ["type is invalid"]}, status=422), "type is invalid"),
    "a redirect": (lambda: reply(status=302, location="https://elsewhere.example/"), "redirect (302)"),
    "a web page": (lambda: reply(HTML), "a web page (“Sign in”)"),
    "not the promised shape": (lambda: reply({"documents": []}), "got other content"),
    "an entry without an id": (lambda: reply(listing([{"date": "05/10/2026"}])), "no readable id"),
    "a list without an end": (
        lambda: reply(listing([paper(1)], total_entries=90_000, total_pages=90_000, per_page=1)),
        "90,000 pages are announced",
    ),
    "too long a pause": (lambda: reply(status=429, retry_after="86400"), "too long to wait"),
    "a list that keeps moving": (lambda: reply(listing([paper(1), paper(1)])), "3 readings in a row"),
    **{name: (answer, "the list of documents, page 1: ") for name, answer in PASSING.items()},
}


@pytest.mark.parametrize("fault", LASTING)
def test_a_list_that_cannot_be_had_is_said_and_fails_nothing(
    tmp_path: Path, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer, words = LASTING[fault]
    found, seen = ask(lambda _: answer(), tmp_path)
    assert found is None
    (said,) = (record.getMessage() for record in caplog.records if record.levelname == "WARNING")
    begins = f"the account's own list of documents is not known, after {len(seen)} requests: the list of"
    assert said.startswith(begins)
    assert words in said
    assert names(tmp_path) == []
    assert places_of(KEY, caplog.text) == []
    assert len(seen) <= 6


@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_passes_leaves_the_list_whole(tmp_path: Path, fault: str) -> None:
    def script(seen: Seen) -> Any:
        return PASSING[fault]() if seen.count == 2 else give(paper(1), paper(2), paper(3))(seen)

    found, _ = ask(script, tmp_path)
    assert found
    assert [document.id for document in found] == [1, 2, 3]


@pytest.mark.parametrize("page", [2, 3])
def test_a_later_page_that_does_not_come_leaves_no_list(tmp_path: Path, page: int) -> None:
    def script(seen: Seen) -> bytes:
        return reply(status=403) if seen.count == page else give(paper(1), paper(2), paper(3))(seen)  # type: ignore[return-value]

    found, seen = ask(script, tmp_path)
    assert (found, len(seen)) == (None, page)
    assert names(tmp_path) == []


def test_a_list_of_an_earlier_run_is_put_aside_where_this_run_has_none(tmp_path: Path) -> None:
    found, _ = ask(give(paper(1)), tmp_path)
    kept = (tmp_path / "documents.jsonl.gz").read_bytes()
    later = NOW + timedelta(days=1)
    assert ask(lambda _: reply(status=403), tmp_path, now=later)[0] is None
    assert names(tmp_path) == ["documents.20261102T063000Z.jsonl.gz"]
    assert (tmp_path / "documents.20261102T063000Z.jsonl.gz").read_bytes() == kept
    assert read_stored_documents(tmp_path, "my-company", period=OCTOBER) is None
    # The same list again, and put aside again: one copy of it is enough.
    (tmp_path / "documents.jsonl.gz").write_bytes(kept)
    assert read_stored_documents(tmp_path, "my-company", period=OCTOBER) == found
    ask(lambda _: reply(status=403), tmp_path, now=later)
    assert names(tmp_path) == ["documents.20261102T063000Z.jsonl.gz"]


def test_a_damaged_list_is_removed_where_this_run_has_none(tmp_path: Path) -> None:
    (tmp_path / "documents.jsonl.gz").write_bytes(b"no archive")
    assert ask(lambda _: reply(status=403), tmp_path)[0] is None
    assert names(tmp_path) == []


def test_a_list_replaced_by_another_is_kept_by_its_instant(tmp_path: Path) -> None:
    ask(give(paper(1)), tmp_path)
    ask(give(paper(1), paper(2)), tmp_path, now=NOW + timedelta(days=1))
    assert names(tmp_path) == ["documents.20261102T063000Z.jsonl.gz", "documents.jsonl.gz"]


def test_a_refused_request_is_made_once_more_with_the_words_that_are_described(tmp_path: Path) -> None:
    described = {"Invoice", "InvoiceReceipt", "CreditNote", "DebitNote", "CashInvoice"}

    def script(seen: Seen) -> bytes:
        is_described = {*seen.arrays["type"]} <= described and "final" not in seen.arrays["status"]
        return give(paper(1))(seen) if is_described else reply(status=422)  # type: ignore[return-value]

    found, seen = ask(script, tmp_path, per_page=100)
    assert found
    assert [document.id for document in found] == [1]
    assert [one.query["per_page"] for one in seen] == ["100", "30"]
    header = read_header(tmp_path / "documents.jsonl.gz")
    assert {*header.filters["type"]} == described
    assert header.filters["status"] == ["sent", "second_copy", "settled", "canceled"]


def test_the_deadline_of_the_run_ends_it(tmp_path: Path) -> None:
    busy = lambda _: reply(status=429, retry_after="200")  # noqa: E731
    found, seen = ask(busy, tmp_path, deadline_seconds=100)
    assert (found, len(seen)) == (None, 1)


def test_a_run_that_is_stopped_stops_here_too(tmp_path: Path) -> None:
    with ScriptedApi(give(paper(1))) as server, closing(Api(server.url, KEY)) as api:
        api.stop()
        with pytest.raises(StoppedError):
            fetch_documents(
                api,
                account="my-company",
                source=tmp_path,
                period=OCTOBER,
                types=LISTED_TYPES,
                statuses=LISTED_STATUSES,
                parallel=1,
                now=lambda: NOW,
            )


def test_a_list_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"")
    with pytest.raises(WriteError):
        ask(give(paper(1)), tmp_path / "source")


def test_a_stored_list_is_of_its_account_and_period_or_none(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert read_stored_documents(tmp_path, "my-company", period=OCTOBER) is None
    assert caplog.messages == []
    ask(give(paper(1)), tmp_path)
    november = Period(date(2026, 11, 1), date(2026, 11, 30))
    assert read_stored_documents(tmp_path, "my-company", period=november) is None
    assert "it is a list of other days than 2026-11" in caplog.messages[-1]
    assert read_stored_documents(tmp_path, "neighbour", period=OCTOBER) is None
    assert "it is an archive of the account my-company, not of neighbour" in caplog.messages[-1]
    (tmp_path / "documents.jsonl.gz").replace(tmp_path / "clients.jsonl.gz")
    with pytest.raises(Exception, match="it is the archive of the list of documents, not of the list of"):
        read_header(tmp_path / "clients.jsonl.gz", owner=Owner("my-company", AccountList.CLIENTS))


@pytest.mark.parametrize("body", ["{}", "no JSON", json.dumps({"invoices": [1], "pagination": {}})])
def test_an_archive_of_something_else_is_no_list(tmp_path: Path, body: str) -> None:
    ask(give(paper(1)), tmp_path)
    path = tmp_path / "documents.jsonl.gz"
    head = gzip.decompress(path.read_bytes()).splitlines(keepends=True)[0]
    path.write_bytes(gzip.compress(head + json.dumps(body).encode() + b"\n"))
    assert read_stored_documents(tmp_path, "my-company", period=OCTOBER) is None


def serve(**assumed: Any) -> Sandbox:
    """An account whose second client's documents are of two days of October and one of September."""
    data: SandboxAccount = account({ANA: "Ana", 102: "Rui"})
    data.documents[102].append(invoice(102, "Rui", date(2026, 9, 30), number=3))
    return Sandbox(account_data=replace(data, period_list=PeriodList(**assumed)))


def test_the_stand_in_lists_all_clients_documents(tmp_path: Path) -> None:
    with serve() as sandbox:
        found = fetch(sandbox.url, tmp_path, key=sandbox.api_key)
    assert found
    assert [(one.id, one.client_id) for one in found] == [
        (101001, ANA),
        (101002, ANA),
        (102001, 102),
        (102002, 102),
    ]
    assert places_of(sandbox.api_key, tmp_path) == []


def test_a_service_that_takes_described_words_only_is_asked_in_them(tmp_path: Path) -> None:
    with serve(takes_other_words=False) as sandbox:
        found = fetch(sandbox.url, tmp_path, key=sandbox.api_key)
    assert found
    assert len(found) == 4


@pytest.mark.parametrize("status", [HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND])
def test_a_plan_without_the_list_has_none(tmp_path: Path, status: HTTPStatus) -> None:
    with serve(refused_with=status) as sandbox:
        assert fetch(sandbox.url, tmp_path, key=sandbox.api_key) is None
    assert names(tmp_path) == []


def test_a_body_that_breaks_off_on_a_later_page_is_asked_for_again(tmp_path: Path) -> None:
    broken = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{")

    def script(seen: Seen) -> Any:
        return broken() if seen.count == 2 else give(paper(1), paper(2), paper(3))(seen)

    found, seen = ask(script, tmp_path)
    assert found
    assert [one.page for one in seen] == [1, 2, 2, 1]


def test_several_threads_ask_for_the_pages_of_a_long_list(tmp_path: Path) -> None:
    papers = [paper(number) for number in range(1, 100)]
    busy = threading.Barrier(3)

    def script(seen: Seen) -> Any:
        if seen.page in (2, 3, 4):
            # Nobody is answered before all three have asked.
            busy.wait(PATIENCE_SECONDS)
        return give(*papers)(seen)

    found, seen = ask(script, tmp_path, parallel=3)
    assert found
    assert [document.id for document in found] == [*range(1, 100)]
    assert sorted(one.page for one in seen) == [1, *range(1, 51)]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("list-")]


def test_a_page_that_is_refused_while_others_are_under_way_leaves_no_list(tmp_path: Path) -> None:
    papers = [paper(number) for number in range(1, 100)]

    def script(seen: Seen) -> Any:
        return reply(status=403) if seen.page == 5 else give(*papers)(seen)

    found, seen = ask(script, tmp_path, parallel=3)
    assert found is None
    assert len(seen) <= 30
    assert names(tmp_path) == []


def test_a_list_that_moved_is_read_again_once_all_its_pages_are_in(tmp_path: Path) -> None:
    answered: list[int] = []
    before_page_1: list[list[int]] = []

    def script(seen: Seen) -> bytes:
        if seen.page == 1:
            before_page_1.append(answered.copy())
        if seen.page in (3, 4):
            time.sleep(0.3)
        answered.append(seen.page)
        papers = [paper(number) for number in range(1, 10 if seen.count == 1 else 11)]
        return reply(listing(papers, page=seen.page))

    found, _ = ask(script, tmp_path, parallel=3)
    assert found
    assert [document.id for document in found] == [*range(1, 11)]
    assert before_page_1[0] == []
    assert {3, 4} < {*before_page_1[1]}


def test_ctrl_c_ends_the_reading_at_once(tmp_path: Path) -> None:
    papers = [paper(number) for number in range(1, 100)]

    def script(seen: Seen) -> Any:
        if seen.page > 1:
            cancellation.pressed.set()
            seen_to_the_end.wait(PATIENCE_SECONDS)
        return give(*papers)(seen)

    seen_to_the_end = threading.Event()
    try:
        with pytest.raises(KeyboardInterrupt):
            ask(script, tmp_path, parallel=3)
    finally:
        cancellation.pressed.clear()
        seen_to_the_end.set()
    assert names(tmp_path) == []
