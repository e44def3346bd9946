"""Proof that pages belong to one list, on pages made by hand."""

from collections.abc import Mapping
from typing import Any

import pytest

from reports.errors import ReadingError
from reports.source.archive import AccountList, Subject
from reports.source.completeness import Leaf, Ledger, MovedError, agree, are_whole, leaf_of
from reports.source.http.response import Page, Pagination


def test_a_hundred_thousand_documents_are_not_too_many() -> None:
    pages = 10_000
    ledger = None
    for number in range(1, pages + 1):
        leaf = Leaf(
            number,
            Pagination(total_entries=100_000, current_page=number, total_pages=pages, per_page=10),
            10,
            dict.fromkeys(range(number * 10, number * 10 + 10), b""),
        )
        if ledger is None:
            ledger = Ledger(leaf)
        else:
            ledger.add(leaf)
    assert ledger is not None
    ledger.close()
    assert ledger.entries == 100_000


def test_a_reading_with_pages_missing_is_not_complete() -> None:
    first = Leaf(
        1, Pagination(total_entries=3, current_page=1, total_pages=2, per_page=2), 2, {1: b"", 2: b""}
    )
    with pytest.raises(MovedError, match="2 different entries came, the API counts 3"):
        Ledger(first).close()


def test_an_entry_too_deep_to_be_compared_is_refused() -> None:
    deep: dict[str, Any] = {}
    for _ in range(200_000):
        deep = {"deeper": deep}
    page = Page(1, "", [{"id": 1, "currency": deep}], Pagination(1, 1, 1, 1))
    with pytest.raises(ReadingError, match="nested too deeply"):
        leaf_of(page, AccountList.CLIENTS)
    while deep:
        deep = deep["deeper"]
        page.entries[0]["currency"] = deep


def _ledger(*entries: int, total: int, figures: bytes = b"") -> Ledger:
    return Ledger(Leaf(1, Pagination(total, 1, 1, total), total, dict.fromkeys(entries, figures)))


def test_readings_together_are_whole_when_they_have_as_many_entries_as_each_counts() -> None:
    first, second = _ledger(1, 2, total=3), _ledger(2, 3, total=3)
    assert not are_whole([first])
    assert agree([first, second])
    assert are_whole([first, second])


def test_readings_of_another_count_are_never_whole_together() -> None:
    assert not are_whole([_ledger(1, 2, total=3), _ledger(2, 3, total=4)])


def test_readings_with_other_figures_do_not_agree() -> None:
    assert not agree([_ledger(1, 2, total=3), _ledger(2, 3, total=3, figures=b"other")])


def test_a_page_that_repeats_an_entry_with_other_figures_is_no_page() -> None:
    rows = [{"id": 1, "total": 1}, {"id": 1, "total": 2}]
    with pytest.raises(MovedError, match="page 1 repeats an entry with other figures"):
        leaf_of(Page(1, "", rows, Pagination(2, 1, 1, 2)), AccountList.CLIENTS)


def test_lines_count_for_a_clients_documents_and_not_for_the_accounts_own_list() -> None:
    def prints(quantity: int, subject: Subject) -> Mapping[int, bytes]:
        entry = {"id": 1, "client": {"id": 7}, "total": 1, "items": [{"quantity": quantity}]}
        return leaf_of(Page(1, "", [entry], Pagination(1, 1, 1, 1)), subject).prints

    assert prints(1, 7) != prints(2, 7)
    assert prints(1, AccountList.DOCUMENTS) == prints(2, AccountList.DOCUMENTS)
