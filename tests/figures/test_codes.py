"""What the vendor's types and statuses mean: whether a document counts, and whether it is open."""

import pytest

from reports.figures.codes import STATUSES, TYPES
from tests.support.papers import paper, parse_only

SIGNS = {
    **dict.fromkeys(["Invoice", "InvoiceReceipt", "SimplifiedInvoice", "VatMossInvoice", "CashInvoice"], 1),
    **dict.fromkeys(["DebitNote"], 1),
    **dict.fromkeys(["CreditNote", "VatMossCreditNote"], -1),
    **dict.fromkeys(["Receipt", "VatMossReceipt", "Quote", "Proforma", "FeesNote"], 0),
    **dict.fromkeys(["Shipping", "Transport", "Devolution", "PurchaseOrder"], 0),
}
PAID_WHEN_ISSUED = {"InvoiceReceipt", "CashInvoice"}
OPEN_STATUSES = {"final", "sent", "second_copy"}


def test_types_and_statuses_are_those_of_the_vendor() -> None:
    assert {name: kind.sign for name, kind in TYPES.items()} == SIGNS
    assert {*STATUSES} == {*OPEN_STATUSES, "settled", "draft", "canceled", "deleted"}
    assert {name for name, kind in TYPES.items() if kind.is_oss} == {"VatMossInvoice", "VatMossCreditNote"}


@pytest.mark.parametrize("status", [*STATUSES, "accepted", ""])
def test_what_counts_and_what_is_open_follows_from_type_and_status(status: str) -> None:
    kinds = [*SIGNS, "Brand new"]
    made = {kind: parse_only(paper(kind=kind) | {"status": status}) for kind in kinds}
    counted = {kind: SIGNS.get(kind, 0) != 0 and status in {*OPEN_STATUSES, "settled"} for kind in kinds}
    is_open = {kind: counted[kind] and status != "settled" and kind not in PAID_WHEN_ISSUED for kind in kinds}
    assert {kind: one.is_counted for kind, one in made.items()} == counted
    assert {kind: one.is_open for kind, one in made.items()} == is_open
