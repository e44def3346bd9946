"""What is refused is said in one sentence, of values that are short enough to read."""

from decimal import Decimal

import pytest

from reports.render.verify import refusals


def test_a_difference_says_where_what_and_what_to_do() -> None:
    error = refusals.make_difference("ana.xlsx", "H2", Decimal("1.00"), None)
    assert str(error) == (
        "ana.xlsx: H2 should be 1.00 and is nothing. "
        "The files were read back and do not tie, so nothing of this client was published. Report it"
    )


def test_damage_says_where_why_and_what_to_do() -> None:
    error = refusals.make_damage_error("ana.xlsx", ValueError("no package"))
    assert str(error) == (
        "ana.xlsx: it cannot be read back (no package). "
        "Nothing of this client was published. Check the disk and run again; if it stays so, report it"
    )


def test_a_long_value_is_cut_where_it_can_be_seen() -> None:
    assert refusals.shorten("x" * 60) == "x" * 60
    assert refusals.shorten("x" * 61) == "x" * 59 + "…"
    assert refusals.shorten(0) == "0"
    assert refusals.join_values([1, "a", Decimal("2.00")]) == "1 / a / 2.00"


@pytest.mark.parametrize("text", ["", "x", "NaN", "Infinity", "1,00", "1 000"])
def test_what_is_no_number_equals_none(text: str) -> None:
    assert refusals.parse_number(text) != refusals.parse_number(text)
    assert refusals.parse_number("-1.50") == Decimal("-1.5")
