"""Papers become raw documents: numbered by the account's days, with the marks that come with finalising."""

from collections import Counter
from datetime import date, datetime

from reports.sandbox.data import SandboxAccount
from tests.support.sandbox_account import list_documents


def test_ids_are_unique_numbers_too_and_nothing_is_in_order_of_date(account: SandboxAccount) -> None:
    papers = list_documents(account)
    assert len({one["id"] for one in papers}) == len(papers)
    numbers = Counter(
        (one["type"], one["sequence_number"]) for one in papers if one["sequence_number"][0].isdigit()
    )
    assert set(numbers.values()) == {1}
    days = [datetime.strptime(one["date"], "%d/%m/%Y").date() for one in account.documents[3100002]]  # noqa: DTZ007
    assert days != sorted(days)
    assert (min(days), max(days)) == (date(2025, 9, 1), date(2026, 10, 31))


def test_a_draft_lacks_what_comes_with_finalising_and_what_is_deleted_was_one(
    account: SandboxAccount,
) -> None:
    drafts = [one for one in list_documents(account) if one["status"] in ("draft", "deleted")]
    assert {one["status"] for one in drafts} == {"draft", "deleted"}
    assert {one["sequence_number"] for one in drafts} == {"rascunho", "draft"}
    for one in drafts:
        assert not {"inverted_sequence_number", "sequence_id", "saft_hash", "atcud"} & set(one)


def test_a_document_belongs_to_its_client_whose_empty_fields_are_left_out(account: SandboxAccount) -> None:
    for identity, papers in account.documents.items():
        assert {one["client"]["id"] for one in papers} <= {identity}
        assert all(value is not None for one in papers for value in one["client"].values())
    assert {one["client"]["name"] for one in account.documents[3100011]} == {
        "Obras Silveira",
        "OBRAS SILVEIRA  ",
        "Obras Silveira\n/ Norte / Sul",
    }


def test_a_credit_note_or_receipt_names_an_earlier_document(account: SandboxAccount) -> None:
    numbers = {one.get("inverted_sequence_number") for one in list_documents(account)}
    for identity in (3100001, 3100002):
        about = [one for one in account.documents[identity] if one["type"] in ("CreditNote", "Receipt")]
        assert {one["reference"] for one in about if one["reference"]} <= numbers
        assert sum(one["reference"] is not None for one in about) >= len(about) - 2
