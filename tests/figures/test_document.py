"""A document's number is what is printed on the paper."""

import pytest

from tests.support.papers import paper, parse_only


@pytest.mark.parametrize("kind", ["Receipt", "VatMossReceipt"])
def test_a_receipt_has_no_prefix_because_the_reply_does_not_tell_which(kind: str) -> None:
    assert parse_only(paper(kind=kind)).number == "2026/1"


def test_a_number_is_what_is_printed_on_the_paper() -> None:
    assert parse_only(paper(kind="CreditNote")).number == "NC 2026/1"
    assert parse_only(paper(kind="VatMossInvoice")).number == "FVM 2026/1"
    assert parse_only(paper(kind="CashInvoice")).number == "VD 2026/1"
    assert parse_only(paper(kind="Brand new")).number == "2026/1"
    assert parse_only(paper(status="draft")).number == "rascunho"
