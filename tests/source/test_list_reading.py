"""A list of the account itself is read by the rules of completeness, whatever it lists."""

from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reports.errors import ReadingError
from reports.source.archive import AccountList, Header, read_header
from reports.source.http.api import Api
from reports.source.http.response import Page
from reports.source.list_reading import store_list, to_line
from tests.support.scripted_api import KEY, Script, ScriptedApi, Seen, TurnedClock, document, listing, reply

NOW = datetime(2026, 11, 2, 6, 30, tzinfo=UTC)
DOCUMENTS = AccountList.DOCUMENTS
PAPERS = [document(number) for number in range(1, 46)]


def _store(
    script: Script, source: Path, *, is_whole: bool = True, parts: list[int] | None = None
) -> list[tuple[int, str]]:
    """Stores the list that `script` answers with; gives page and size of each request.

    `parts` takes in how many entries each page has.
    """

    def make_header(pages: int, is_complete: bool) -> Header:
        return Header("my-company", None, {}, NOW, pages, is_complete, listed=DOCUMENTS)

    with ScriptedApi(script) as server:
        with closing(Api(server.url, KEY, per_page=20, per_minute=60_000, clock=TurnedClock())) as api:

            def ask(page: int, *, size: int | None, is_fresh: bool = False) -> Page:
                return api.account_documents_page(page, {}, size=size, is_fresh=is_fresh)

            found = store_list(
                *(DOCUMENTS, ask, source, make_header), lambda page: len(page.entries), is_whole=is_whole
            )
            if parts is not None:
                parts += found
        return [(seen.page, seen.query["per_page"]) for seen in server.seen]


def _give(seen: Seen) -> bytes:
    return reply(listing(PAPERS, page=seen.page, size=int(seen.query["per_page"])))


def test_a_list_is_whole_when_page_1_is_the_same_at_the_end(tmp_path: Path) -> None:
    asked = _store(_give, tmp_path)
    assert asked == [(1, "20"), (2, "20"), (3, "20"), (1, "20")]
    assert read_header(tmp_path / "documents.jsonl.gz").pages == 3


def test_the_pages_after_the_first_are_of_the_size_that_came(tmp_path: Path) -> None:
    asked = _store(lambda seen: reply(listing(PAPERS, page=seen.page, size=15)), tmp_path)
    assert asked == [(1, "20"), (2, "15"), (3, "15"), (1, "15")]


def test_of_a_list_that_is_not_wanted_whole_page_1_is_read(tmp_path: Path) -> None:
    assert _store(_give, tmp_path, is_whole=False) == [(1, "20")]
    assert not read_header(tmp_path / "documents.jsonl.gz", may_be_partial=True).complete


def test_a_list_whose_pages_repeat_an_entry_is_read_again_with_pages_that_end_elsewhere(
    tmp_path: Path,
) -> None:
    def repeat_where_pages_of_20_end(seen: Seen) -> bytes:
        if seen.query["per_page"] != "20":
            return _give(seen)
        rows = [*PAPERS[:20], PAPERS[19], *PAPERS[21:]]
        return reply(listing(rows, page=seen.page, size=20))

    parts: list[int] = []
    asked = _store(repeat_where_pages_of_20_end, tmp_path, parts=parts)
    # Of the reading that is whole alone.
    assert parts == [30, 15]
    assert asked == [(1, "20"), (2, "20"), (3, "20"), (1, "30"), (2, "30"), (1, "30")]


@pytest.mark.parametrize(
    ("says", "words"),
    [
        ({"total_entries": 46}, "46 entries, 20 a page, do not make 2 pages"),
        ({"current_page": 7}, "page 7 came where page 1 was asked for"),
    ],
)
def test_a_list_that_contradicts_itself_three_times_is_none(
    tmp_path: Path, says: dict[str, Any], words: str
) -> None:
    with pytest.raises(ReadingError, match=f"the list of documents: .* 3 readings in a row: {words}"):
        _store(lambda seen: reply(listing(PAPERS[:40], page=seen.page, size=20, **says)), tmp_path)
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize(
    ("value", "line"),
    [(" Ana &\n Filhos ", "Ana & Filhos"), (7, "7"), (" ", None), (True, None), (None, None), ([], None)],
)
def test_a_text_or_a_number_is_a_line(value: object, line: str | None) -> None:
    assert to_line(value) == line
