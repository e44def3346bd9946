"""Documents, lines, VAT, open documents, receipts and totals are one; else nothing is published."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from reports.errors import ClientError
from reports.figures.totals import Figures
from reports.render.verify.cross_footing import check_footing
from tests.support.misprints import written

CENT = Decimal("0.01")
DISCOUNTED = 8
"""A document whose lines are reckoned down to it: what they add up to before, no sum says."""


def change(figures: Figures, name: str, value: object) -> Figures:
    """The figures with one of their parts replaced."""
    changes: dict[str, Any] = {name: value}
    return replace(figures, **changes)


def notice(figures: Figures | None = None, **changes: Any) -> str:
    """What is said about figures that have these changes, or about what they are held against."""
    reference = replace(written().reference, **changes)
    try:
        check_footing("ana", figures or reference.figures, own=reference.own, explained=reference.explained)
    except ClientError as error:
        return str(error)
    return ""


def test_figures_as_they_are_made_tie() -> None:
    assert notice() == ""


def test_a_document_of_another_client_is_never_published() -> None:
    own = written().reference.own
    for identity in own:
        assert f"document {identity} should be one of this client" in notice(own=own - {identity})


def test_lines_that_do_not_come_to_their_document_need_a_finding_that_says_so() -> None:
    explained = written().reference.explained
    codes = {"NO-LINES": 7, "DOCUMENT-DISCOUNT": 8, "LINES-NET": 9, "LINES-TAX": 9}
    for code, identity in codes.items():
        assert (code, identity) in explained
        assert f"document {identity}" in notice(explained=explained - {(code, identity)})


def test_a_finding_explains_no_discount_that_is_none() -> None:
    explained = written().reference.explained | {("DOCUMENT-DISCOUNT", 1)}
    assert notice(explained=explained) == ""


@pytest.mark.parametrize("name", ["totals", "types", "vat", "vat_rounding", "ageing"])
def test_each_cent_of_each_sum_is_that_of_its_parts(name: str) -> None:
    figures = written().reference.figures
    rows = getattr(figures, name)
    amounts = 0
    for place, row in enumerate(rows):
        for key, value in vars(row).items():
            if not isinstance(value, Decimal) or key == "rate":
                continue
            amounts += 1
            other = replace(row, **{key: value + CENT})
            changed = change(figures, name, (*rows[:place], other, *rows[place + 1 :]))
            assert notice(changed), f"{key} of {row}"
    assert amounts >= 10


@pytest.mark.parametrize(
    ("name", "key"), [("totals", "documents"), ("types", "documents"), ("ageing", "documents")]
)
def test_each_document_is_counted(name: str, key: str) -> None:
    figures = written().reference.figures
    first, *others = getattr(figures, name)
    other = replace(first, **{key: getattr(first, key) + 1})
    assert notice(change(figures, name, (other, *others)))


@pytest.mark.parametrize(
    ("name", "column"),
    [
        *(("documents", column) for column in ("net", "tax", "rounding", "gross", "withholding", "payable")),
        ("open_documents", "payable"),
        ("line_items", "net"),
        ("line_items", "tax"),
        ("receipts", "amount"),
    ],
)
def test_each_cent_of_each_row_is_in_the_sums(name: str, column: str) -> None:
    figures = written().reference.figures
    frame = getattr(figures, name)
    for row in range(len(frame)):
        changed = frame.copy()
        changed.loc[row, column] = (frame.loc[row, column] or 0) + 2 * CENT
        said = notice(change(figures, name, changed))
        assert said or (name == "line_items" and frame.loc[row, "document_id"] == DISCOUNTED), f"row {row}"


@pytest.mark.parametrize(
    ("name", "column", "other"),
    [
        ("documents", "type", "Invoice"),
        ("open_documents", "bucket", "current"),
        ("line_items", "rate", Decimal(13)),
        ("line_items", "scheme", "oss"),
        ("line_items", "region", "PT-AC"),
        ("line_items", "exemption", "M99"),
        ("receipts", "currency", "EUR"),
        ("receipts", "currency", "USD"),
    ],
)
def test_a_row_that_is_added_up_under_another_name_is_noticed(name: str, column: str, other: object) -> None:
    figures = written().reference.figures
    frame = getattr(figures, name)
    for row in range(len(frame)):
        changed = frame.copy()
        changed.loc[row, column] = other
        if frame.loc[row, column] != other:
            assert notice(change(figures, name, changed)), f"row {row}"


@pytest.mark.parametrize("name", ["documents", "open_documents", "line_items", "receipts"])
def test_a_row_that_is_missing_or_there_twice_is_noticed(name: str) -> None:
    figures = written().reference.figures
    frame = getattr(figures, name)
    rows = range(len(frame))
    for row in rows:
        without = frame.take([one for one in rows if one != row]).reset_index(drop=True)
        twice = frame.take([one for one in rows for _ in range(1 + (one == row))]).reset_index(drop=True)
        is_discounted = name == "line_items" and frame.loc[row, "document_id"] == DISCOUNTED
        for changed in (without, twice):
            assert is_discounted or notice(change(figures, name, changed)), f"row {row}"


def test_line_items_of_a_document_that_is_not_there_are_noticed() -> None:
    figures = written().reference.figures
    changed = figures.line_items.copy()
    changed.loc[0, "document_id"] = 99
    assert "line items of document 99 should be those of one document" in notice(
        replace(figures, line_items=changed)
    )
