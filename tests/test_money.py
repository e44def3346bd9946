"""Amounts are exact from the JSON text on; what is not plainly an amount is refused."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.money import cents, exact, negate, plain
from tests.support.examples import examples


@pytest.mark.parametrize(
    ("came", "amount"),
    [
        (Decimal("14.3"), "14.30"),
        (Decimal("0.30000000000000004"), "0.30"),
        (Decimal("2.675"), "2.675"),
        (Decimal("1E2"), "100.00"),
        (Decimal("1E-400"), "0.00"),
        (Decimal("-0.0"), "0.00"),
        (Decimal("-1E-9"), "0.00"),
        (7, "7.00"),
        (-7, "-7.00"),
        ("10.0", "10.00"),
        (" 10.0\n", "10.00"),
        ("-1.5e1", "-15.00"),
        ("0.12345678901234567890123456789012345678", "0.12345679"),
        (Decimal("0." + "3" * 5000), "0.33333333"),
        ("999999999999.99", "999999999999.99"),
    ],
)
def test_an_amount_is_read_to_the_last_digit_that_is_not_binary_noise(came: object, amount: str) -> None:
    assert str(exact(came)) == amount


@pytest.mark.parametrize(
    "came",
    [
        *(None, True, False, 1.5, [], {}, {"amount": 1}, b"1"),
        *("", " ", "-", ".", "NaN", "nan", "Infinity", "-inf", "foo", "true"),
        *("1234,56", "1.234,56", "1,234.56", "€ 1", "1 €", "1 234.56", "1_000", "0x10", "12%", "1.", ".5"),
        *("１２", "٣", "1\x00", "--1", "1e", "1e400", "1e9999", "1" * 30, "1" * 5000),
        *(Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("-Infinity")),
        *(Decimal("1E400"), Decimal("-1E400"), Decimal("1E12"), Decimal("1" * 30), 10**12, -(10**12), 10**30),
    ],
    ids=lambda came: repr(came)[:20],
)
def test_what_is_not_plainly_an_amount_is_refused(came: object) -> None:
    with pytest.raises(ValueError, match="is not an amount"):
        exact(came)


@pytest.mark.parametrize(
    ("came", "shown"),
    [
        ("x" * 38, f"'{'x' * 38}' is not an amount"),
        ("x" * 39, f"'{'x' * 36}… is not an amount"),
        ("9" * 5000, f"'{'9' * 36}… is not an amount"),
        (True, "True is not an amount"),
        (Decimal("1E+12"), "'1E+12' is not an amount of money"),
        (10**12, "1000000000000 is not an amount of money"),
    ],
    ids=lambda value: repr(value)[:10],
)
def test_a_refusal_shows_what_came_in_forty_characters(came: object, shown: str) -> None:
    with pytest.raises(ValueError, match="is not an amount") as caught:
        exact(came)
    assert str(caught.value) == shown


@pytest.mark.parametrize(
    ("amount", "rounded"),
    [
        ("0.005", "0.01"),
        ("-0.005", "-0.01"),
        ("2.675", "2.68"),
        ("1.0049999", "1.00"),
        ("-0.004", "0.00"),
        ("7", "7.00"),
        ("1E+3", "1000.00"),
    ],
)
def test_cents_round_half_up_and_know_no_negative_zero(amount: str, rounded: str) -> None:
    assert str(cents(Decimal(amount))) == rounded


@pytest.mark.parametrize(
    ("number", "text"), [("23.00", "23"), ("5.50", "5.5"), ("0.00", "0"), ("100", "100"), ("1E2", "100")]
)
def test_plain_text_has_no_zeros_behind_and_no_exponent(number: str, text: str) -> None:
    assert plain(Decimal(number)) == text


@examples(100)
@given(st.integers(min_value=-(10**13), max_value=10**13))
def test_every_amount_of_cents_survives_number_text_and_binary_noise(count: int) -> None:
    amount = Decimal(count).scaleb(-2)
    if abs(amount) < 10**12:
        assert exact(str(amount)) == amount
        assert exact(json.loads(str(amount), parse_float=Decimal)) == amount
    if abs(amount) < 10**6:
        assert exact(Decimal(repr(float(amount) * 3 / 3))) == amount


@examples(100)
@given(st.decimals(min_value=-(10**6), max_value=10**6, places=5))
def test_cents_are_the_nearest_and_turn_with_the_sign(amount: Decimal) -> None:
    assert abs(cents(amount) - amount) <= Decimal("0.005")
    assert cents(-amount) == -cents(amount)


def test_a_number_read_before_is_no_notation_for_texts() -> None:
    """JSON's numbers may have exponents that a text may not have, whatever was read before."""
    assert exact(Decimal("0E-3000")) == 0
    with pytest.raises(ValueError, match="is not an amount"):
        exact("0E-3000")


def test_an_amount_that_rounds_to_the_limit_lets_nothing_larger_in() -> None:
    assert exact("999999999999.999999999999") == Decimal("1E12")
    with pytest.raises(ValueError, match="is not an amount of money"):
        exact(10**13)


@pytest.mark.parametrize(
    ("amount", "negated"), [("1.10", "-1.10"), ("-1.10", "1.10"), ("0.00", "0.00"), (None, "None")]
)
def test_a_zero_has_no_sign_and_nothing_stays_nothing(amount: str | None, negated: str) -> None:
    assert str(negate(None if amount is None else Decimal(amount))) == negated
