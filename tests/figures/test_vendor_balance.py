"""What the vendor counts as open is an amount or refused by name, and compared with a whole reading alone."""

import json
from decimal import Decimal
from typing import Any

import pytest

from reports.figures.vendor_balance import VendorBalance, is_comparable, parse_balance
from tests.support.balances import DOCUMENTED_BALANCE

WHOLE = {"archived": ["archived", "non_archived"]}


@pytest.mark.parametrize("filters", [{}, WHOLE, {"archived": []}, {"status": [], "by_type": []}])
def test_only_a_whole_reading_can_be_compared(filters: dict[str, list[str]]) -> None:
    assert is_comparable(filters)
    assert not is_comparable(filters | {"status": ["final"]})
    assert not is_comparable(filters | {"by_type": ["Invoice"]})
    assert not is_comparable(filters | {"archived": ["non_archived"]})


@pytest.mark.parametrize(
    ("answered", "read", "unreadable"),
    [
        (DOCUMENTED_BALANCE, VendorBalance("EUR", Decimal("1234.50")), {}),
        ({"currency": "Euro", "balance": "-3.1"}, VendorBalance("EUR", Decimal("-3.10")), {}),
        (DOCUMENTED_BALANCE | {"balance": {"with_vat": "1.234,50"}}, None, {"balance.with_vat": "1.234,50"}),
        (DOCUMENTED_BALANCE | {"balance": None}, None, {"balance": "nothing"}),
        (DOCUMENTED_BALANCE | {"balance": [1]}, None, {"balance": "[1]"}),
        (DOCUMENTED_BALANCE | {"currency": {"symbol": "€"}}, None, {"currency": "{'symbol': '€'}"}),
        (DOCUMENTED_BALANCE | {"balance": "much " * 20}, None, {"balance": ("much " * 20)[:59] + "…"}),
        ({"currency": " ", "balance": True}, None, {"currency": " ", "balance": "True"}),
    ],
)
def test_what_is_not_an_amount_is_refused_by_name(
    answered: dict[str, Any], read: VendorBalance | None, unreadable: dict[str, str]
) -> None:
    balance, remarks = parse_balance(json.dumps(answered))
    assert balance == read
    assert {remark.field: remark.found for remark in remarks} == unreadable
