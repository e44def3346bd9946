"""The columns of the tables: each of a known type, named once, and how their values are stored."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.export.columns import (
    AMOUNT,
    BOOLEAN,
    DAY,
    DECIMAL,
    INTEGER,
    TABLES,
    TEXT,
    from_cents,
    to_cents,
    to_stored,
)

PROMISED = (
    "client_id client fiscal_id period is_counted is_in_period is_open net tax rounding gross withholding "
    "payable currency date"
).split()
"""What product and CHANGELOG say every `documents` has."""


def test_there_are_six_tables_and_each_begins_with_whose_it_is() -> None:
    assert [*TABLES] == "documents line_items vat open_documents receipts findings".split()
    heads = {tuple(own.name for own in columns[:4]) for columns in TABLES.values()}
    assert heads == {("client_id", "client", "fiscal_id", "period")}


def test_documents_have_the_columns_that_are_promised() -> None:
    assert {*PROMISED} <= {own.name for own in TABLES["documents"]}


@pytest.mark.parametrize("table", TABLES)
def test_a_column_is_named_once_with_a_type_and_a_meaning(table: str) -> None:
    columns = TABLES[table]
    names = [own.stored_name for own in columns]
    assert len({*names}) == len(names)
    assert {own.type for own in columns} <= {INTEGER, BOOLEAN, DAY, AMOUNT, DECIMAL, TEXT}
    assert all(own.meaning for own in columns)
    assert all(own.name.isascii() and own.name.islower() for own in columns)
    assert all(own.unit for own in columns if own.type == AMOUNT)


@given(st.integers(-(10**14), 10**14))
def test_cents_are_whole_and_come_back(number: int) -> None:
    assert to_cents(from_cents(number)) == number
    assert str(from_cents(number)) == f"{Decimal(number) / 100:.2f}"


def test_values_are_stored_by_the_type_of_their_column() -> None:
    assert to_stored(BOOLEAN, [True, False]) == [1, 0]
    assert to_stored(DAY, [date(2026, 10, 5), None]) == ["2026-10-05", None]
    assert to_stored(AMOUNT, [Decimal("-0.01"), Decimal("1234.50"), None]) == [-1, 123450, None]
    assert to_stored(DECIMAL, [Decimal("23.00"), Decimal("1E-8"), Decimal("0.30")]) == [
        "23",
        "0.00000001",
        "0.3",
    ]


def test_a_text_is_stored_as_it_is_but_for_what_utf_8_and_c_cannot_hold() -> None:
    came = ["=1+1", "Ana\nRui", "a\0b", "a\ud800b", "👩‍👩‍👧", ""]
    assert to_stored(TEXT, came) == ["=1+1", "Ana\nRui", "a\ufffdb", "a\ufffdb", "👩‍👩‍👧", ""]
