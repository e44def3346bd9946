"""A raw document is rounded as the vendor's are, and marked on finalising."""

from datetime import date
from decimal import Decimal
from typing import Any

from reports.sandbox.data import SandboxAccount
from reports.sandbox.documents import FIGURES, RECORDED, Habits, Tax, document, line
from tests.support.sandbox_account import list_documents

DEMO_DAY = date(2026, 11, 2)


def test_the_vendors_worked_example_of_discount_and_withholding_is_reproduced() -> None:
    lines = [line("1", "10", tax=None, discount="10"), line("2", "5", tax=Tax(1, "IVA20", Decimal(20)))]
    made = document("Invoice", DEMO_DAY, lines, client={}, identity=1, retention="5.0")
    figures = [made[name] for name in ("sum", "discount", "before_taxes", "taxes", "total")]
    assert figures == [Decimal(text) for text in ("15", "1", "14", "1", "14.3")]


def test_a_recorded_line_is_reproduced_to_the_last_digit() -> None:
    made = line("Kg", "2.0244", tax=Tax(1, "IVA23", Decimal(23)))
    shown = {name: str(made[name]) for name in ("unit_price", "subtotal", "tax_amount", "total")}
    assert shown == {"unit_price": "2.02", "subtotal": "2.0244", "tax_amount": "0.465612", "total": "2.49"}
    assert made["tax"] == {"id": 1, "name": "IVA23", "value": Decimal(23)}


def test_each_habit_changes_its_own_figure_alone() -> None:
    def figures(habits: Habits) -> dict[str, Any]:
        tax = Tax(1, "IVA23", Decimal(23))
        lines = [line("Kg", "2.0244", discount="10", tax=tax, habits=habits)]
        made = document("Invoice", DEMO_DAY, lines, client={}, identity=1, retention="25", habits=habits)
        return {name: made[name] for name in FIGURES} | {
            f"line {name}": lines[0][name] for name in ("subtotal", "tax_amount", "discount_amount", "total")
        }

    recorded = figures(RECORDED)
    for habit, figure, value in (
        ("rounds_line_totals", "line total", "2.2410108"),
        ("total_is_payable", "total", "2.24"),
        ("subtotal_is_discounted", "line subtotal", "2.0244"),
    ):
        other = figures(RECORDED._replace(**{habit: False}))
        assert {name for name in recorded if recorded[name] != other[name]} == {figure}
        assert other[figure] == Decimal(value)


def test_a_draft_lacks_what_comes_with_finalising_and_what_is_deleted_was_one(
    account: SandboxAccount,
) -> None:
    drafts = [one for one in list_documents(account) if one["status"] in ("draft", "deleted")]
    assert {one["status"] for one in drafts} == {"draft", "deleted"}
    assert {one["sequence_number"] for one in drafts} == {"rascunho", "draft"}
    for one in drafts:
        assert not {"inverted_sequence_number", "sequence_id", "saft_hash", "atcud"} & set(one)
