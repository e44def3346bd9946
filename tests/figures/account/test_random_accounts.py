"""The product's account month against the oracle's, on a hundred random accounts."""

import pytest

from reports.figures.account.client_month import ClientMonth
from tests.support import account_product
from tests.support.account_oracle import collecting
from tests.support.account_oracle.account import RawAccount, read_account
from tests.support.account_oracle.comparing import compare_months
from tests.support.account_oracle.findings import LEVELS
from tests.support.account_oracle.month import account_month_of
from tests.support.random_account import make_account

SEEDS = range(100)


@pytest.mark.parametrize("tens", [0, *(pytest.param(tens, marks=pytest.mark.slow) for tens in range(1, 10))])
def test_a_hundred_random_accounts_come_to_the_oracles_month(tens: int) -> None:
    wrong = {}
    for seed in SEEDS[tens * 10 : tens * 10 + 10]:
        raw = make_account(seed)
        faults = compare_months(
            account_month_of(raw), account_product.account_month_of(raw), codes=tuple(LEVELS)
        )
        if faults:
            wrong[seed] = faults[:5]
    assert wrong == {}


def build_clients(raw: RawAccount) -> list[ClientMonth]:
    return [account_product.build_client(raw, client) for client in raw.documents]


@pytest.mark.parametrize("seed", range(10))
def test_collections_and_last_year_come_to_the_oracles(seed: int) -> None:
    raw = make_account(seed)
    account, clients = read_account(raw), build_clients(raw)
    debts = {
        (own.client, own.currency): ({**own.buckets, "credit": own.credit}, own.oldest_due)
        for client in clients
        for own in client.debts
    }
    assert debts == {
        (own.client_id, own.currency): (dict(own.buckets), own.oldest_due)
        for own in collecting.list_debts(account)
    }
    month = account_product.add_account(raw, clients)
    fields = ("period", "period_before", "year", "year_before")
    for field, span in zip(fields, collecting.list_spans(raw.first, raw.last), strict=True):
        expected = collecting.add_turnover(account, span)
        found = {
            (own.client, own.currency): tuple(getattr(own, field))
            for own in (*month.years, *month.account_years)
            if getattr(own, field).documents
        }
        assert found == {scope: tuple(own) for scope, own in expected.items()}
