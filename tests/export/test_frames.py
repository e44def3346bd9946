"""Data frames of the tables: the documented types, exact amounts, and frames without rows."""

from datetime import date
from decimal import Decimal

import pandas as pd

from reports.export.columns import AMOUNT, BOOLEAN, DAY, DECIMAL, TABLES
from reports.export.frames import DTYPES, build_frames
from tests.support.datasets import list_blocks
from tests.support.papers import paper


def test_columns_have_the_documented_types_with_rows_and_without() -> None:
    for blocks in ([], list_blocks(paper(1), paper(2, "Receipt"), paper(3, date="?", status="draft"))):
        frames = build_frames(blocks)
        assert [*frames] == [*TABLES]
        for table, columns in TABLES.items():
            found = {name: str(kind) for name, kind in frames[table].dtypes.items()}
            assert found == {own.name: DTYPES[own.type] for own in columns}


def test_amounts_are_exact_decimals_and_what_is_missing_is_none() -> None:
    frames = build_frames(list_blocks(paper(1, net="1234.50"), paper(2, date="?", status="draft")))
    documents = frames["documents"]
    for table, columns in TABLES.items():
        for own in columns:
            if own.type in (AMOUNT, DECIMAL):
                assert {type(value) for value in frames[table][own.name]} <= {Decimal, type(None)}
    first = documents.loc[0]
    assert (str(first["net"]), first["reference"], first["withholding_rate"]) == ("1234.50", None, None)
    assert documents["date"].tolist() == [pd.Timestamp(2026, 10, 5), pd.NaT]
    assert documents["is_counted"].tolist() == [True, False]
    counted = documents[documents["is_counted"] & documents["is_in_period"]]
    assert counted.groupby("currency")["net"].sum().to_dict() == {"EUR": Decimal("1234.50")}


def test_days_and_facts_can_be_selected_by() -> None:
    documents = build_frames(list_blocks(paper(1), paper(2, day=date(2026, 9, 1))))["documents"]
    assert documents[documents["date"] >= "2026-10-01"]["id"].tolist() == [1]
    assert {DTYPES[kind] for kind in (DAY, BOOLEAN)} == {"datetime64[s]", "bool"}
