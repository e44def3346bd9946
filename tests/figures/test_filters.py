"""What the filters of a reading leave out."""

import pytest

from reports.figures.filters import list_accepted_statuses, list_hidden


@pytest.mark.parametrize("asked", ["final", "sent"])
def test_a_filter_for_finalised_documents_brings_sent_ones_and_second_copies(asked: str) -> None:
    assert list_accepted_statuses({"status": [asked]}) == {"final", "sent", "second_copy"}


def test_an_empty_filter_hides_nothing() -> None:
    assert list_hidden({}) == list_hidden({"status": [], "by_type": [], "archived": []}) == ()


def test_the_vendors_own_example_hides_most() -> None:
    filters = {"status": ["final"], "by_type": ["Invoice"], "archived": ["non_archived"]}
    hidden = list_hidden(filters)
    assert {"settled", "CreditNote", "InvoiceReceipt", "archived"} <= {*hidden}
    assert "Invoice" not in hidden
