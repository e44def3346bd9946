"""What an account's month has to add up to, whatever the account: no counted cent is lost."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from tests.support import account_sums
from tests.support.account_oracle.account import RawAccount, read_account, split_groups
from tests.support.account_oracle.comparing import compare_months, find_disorder
from tests.support.account_oracle.findings import LEVELS
from tests.support.account_oracle.month import account_month_of
from tests.support.account_sums import add_column
from tests.support.random_account import make_account

SEEDS = range(32)
FEW = range(8)


@cache
def record_of(seed: int) -> Mapping[str, Any]:
    return account_month_of(make_account(seed))


def month_of(seed: int) -> Mapping[str, Any]:
    month: Mapping[str, Any] = record_of(seed)["account_month"]
    return month


def work_out(account: RawAccount) -> Mapping[str, Any]:
    month: Mapping[str, Any] = account_month_of(account)["account_month"]
    return month


@pytest.mark.parametrize("seed", SEEDS)
def test_no_counted_cent_in_euro_lies_outside(seed: int) -> None:
    assert account_sums.add_declared(month_of(seed)) == account_sums.add_euro(make_account(seed))


@pytest.mark.parametrize("seed", SEEDS)
def test_rounding_is_a_cent_for_each_row_of_a_document_and_what_lines_lack_by_a_warning(seed: int) -> None:
    counted = [one for one in read_account(make_account(seed)).counted() if one.document.currency == "EUR"]
    odd = [one.document for one in counted if {"LINES-NET", "LINES-TAX"} & one.document.said_of_lines]
    for column, name in (("base", "net"), ("tax", "tax")):
        own = Decimal("0.01") * len(list(split_groups(counted)))
        own += sum(abs(getattr(one, name) - sum(getattr(line, name) for line in one.lines)) for one in odd)
        assert abs(Decimal(month_of(seed)["rounding"][column])) <= own


@pytest.mark.parametrize("seed", SEEDS)
def test_the_recapitulative_statement_is_field_7_to_the_cent(seed: int) -> None:
    month = month_of(seed)
    assert add_column(month["recapitulative"], "amount") == account_sums.add_field_7(month)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_outside_for_oss_is_sold_or_corrected(seed: int) -> None:
    month = month_of(seed)
    outside = [row for row in month["outside"] if row["reason"] == "oss"]
    for name in ("base", "tax"):
        assert add_column(outside, name) == add_column([*month["oss"], *month["oss_corrections"]], name)


@pytest.mark.parametrize("seed", SEEDS)
def test_field_40_is_what_notes_take_back_of_fields_with_tax(seed: int) -> None:
    month = month_of(seed)
    taxed = [row for row in month["vat_return"] if row["tax_field"]]
    if all(row["reason"] != "rate" for row in month["outside"]):
        for name in ("base", "tax"):
            assert add_column(month["field_40"], name) == -add_column(taxed, f"credit_{name}")


@pytest.mark.parametrize("seed", FEW)
def test_three_months_add_up_to_their_quarter(seed: int) -> None:
    account = replace(make_account(seed), listed=None)
    start = date(account.first.year, (account.first.month - 1) // 3 * 3 + 1, 1)
    firsts = [start, *((start + timedelta(days=days)).replace(day=1) for days in (35, 65, 95))]
    lasts = [day - timedelta(days=1) for day in firsts[1:]]
    months = [
        work_out(replace(account, first=first, last=last, read_on=last + timedelta(days=2)))
        for first, last in zip(firsts, lasts, strict=False)
    ]
    quarter = replace(account, first=start, last=lasts[-1], read_on=lasts[-1] + timedelta(days=2))
    assert account_sums.add_months(months) == account_sums.add_months([work_out(quarter)])


@pytest.mark.parametrize("seed", FEW)
def test_the_order_of_documents_and_clients_changes_nothing(seed: int) -> None:
    account = make_account(seed)
    turned = {client: [*reversed(own)] for client, own in reversed(list(account.documents.items()))}
    assert account_month_of(replace(account, documents=turned)) == record_of(seed)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_month_is_equal_to_itself_and_in_its_order(seed: int) -> None:
    record = record_of(seed)
    assert compare_months(record, record, codes=[*LEVELS]) == []
    assert find_disorder(record["account_month"]) == []


def test_random_accounts_have_every_field_reason_kind_and_finding() -> None:
    records = [record_of(seed) for seed in range(48)]
    months = [record["account_month"] for record in records]
    rows = {name: [row for month in months for row in month[name]] for name in account_sums.KEYS}
    assert {row["field"] for row in rows["vat_return"]} == {*"153789"}
    assert {row["region"] for row in rows["vat_return"]} == {"PT", "PT-AC", "PT-MA"}
    reasons = {"code", "no-tax", "rate", "region", "oss", "foreign", "currency"}
    assert {row["reason"] for row in rows["outside"]} == reasons
    assert {row["code"] for row in rows["recapitulative"]} == {"1", "4", "5"}
    assert {row["vat_number"] is None for row in rows["recapitulative"]} == {True, False}
    assert rows["oss"]
    assert rows["oss_corrections"]
    found = {finding["code"] for record in records for finding in record["findings"]}
    assert found >= {*LEVELS} - {"FIELD-DIFFERENCE"}
    series = [row for month in months for row in month["series"]]
    assert any(row["missing"] for row in series)
    assert any(row["backwards"] for row in series)
    why = {reason for month in months for reason in month["why"]}
    assert why >= {"no-archive", "failed", "earlier-reading", "filter", "forgotten"}


def test_a_difference_between_two_months_is_said() -> None:
    record = record_of(1)
    month = record["account_month"]
    fewer = {"vat_return": month["vat_return"][1:], "why": [*month["why"], "x"]}
    other = {"account_month": {**month, **fewer}, "findings": []}
    said = compare_months(record, other, codes=[*LEVELS])
    assert any(one.startswith("vat_return lacks ") for one in said)
    assert any(one.startswith("why: ") for one in said)
    assert any(one.startswith("not found: ") for one in said)
