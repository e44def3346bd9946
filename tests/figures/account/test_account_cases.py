"""The table of cases: where a document stands in the return, by whoever works it out."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.support import account_cases, account_product
from tests.support.account_cases import Case
from tests.support.account_oracle.account import RawAccount
from tests.support.account_oracle.month import account_month_of

AccountMonthOf = Callable[[RawAccount], Mapping[str, Any]]

MAKERS: dict[str, AccountMonthOf] = {
    "oracle": account_month_of,
    "product": account_product.account_month_of,
}
"""Who is put through the cases: each makes `account_month` and `findings` of an account, as run.json has."""

TABLE = account_cases.read_cases()


@pytest.mark.parametrize("maker", MAKERS)
@pytest.mark.parametrize("case", TABLE, ids=[case.name for case in TABLE])
def test_a_document_stands_where_the_table_has_it(case: Case, maker: str) -> None:
    record = MAKERS[maker](account_cases.make_account(case))
    assert account_cases.find_faults(case, record) == [], case.rests_on


def test_every_case_has_a_name_of_its_own_and_says_what_it_rests_on() -> None:
    assert len({case.name for case in TABLE}) == len(TABLE)
    assert all(case.rests_on for case in TABLE)


def test_a_record_that_is_not_as_the_table_has_it_is_a_fault() -> None:
    case, other = TABLE[0], TABLE[1]
    record = account_month_of(account_cases.make_account(other))
    (fault,) = account_cases.find_faults(case, record)
    assert fault.startswith("vat_return: ")
