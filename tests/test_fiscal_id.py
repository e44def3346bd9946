"""Tax numbers are text, and a Portuguese one has a check digit."""

import pytest

from reports.fiscal_id import format_fiscal_id, is_at_home, is_final_consumer, is_wrong


@pytest.mark.parametrize("text", ["999999990", "PT999999990", "pt 999 999 990", " 999.999.990 "])
def test_the_final_consumer_is_known_however_the_number_is_written(text: str) -> None:
    assert is_final_consumer(text)
    assert not is_wrong(text, "Portugal")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("500000022", "500000022"),
        ("PT500000022", "500000022"),
        (" pt 500.000\u00a0022 ", "500000022"),
        ("500-000-022", "500000022"),
        ("ES B12 345 674", "ESB12345674"),
        ("FR 12 345678901", "FR12345678901"),
        ("CHE-123.456.788 MWST", "CHE-123.456.788MWST"),
        ("a pedir ao cliente", "a pedir ao cliente"),
        ("PT 999 999 990", None),
        ("", None),
        (None, None),
    ],
)
def test_a_number_is_shown_in_one_form(text: str | None, shown: str | None) -> None:
    assert format_fiscal_id(text) == shown


@pytest.mark.parametrize("text", [None, "", "123456780", "ES999999990", "9999999900"])
def test_everybody_else_is_somebody(text: str | None) -> None:
    assert not is_final_consumer(text)


@pytest.mark.parametrize("text", ["123456780", "PT123456780", "12345678", "1234567890", "12345678X"])
@pytest.mark.parametrize("country", [None, "", "Portugal", " PORTUGAL ", "PT"])
def test_a_portuguese_number_that_fails_its_check_digit_is_wrong(text: str, country: str | None) -> None:
    assert is_wrong(text, country)


@pytest.mark.parametrize(
    ("text", "country"),
    [("123456780", "Espanha"), ("ES123456780", None), ("ESB12345678", "Portugal"), ("DE 123456780", "")],
)
def test_foreign_numbers_are_not_looked_at(text: str, country: str | None) -> None:
    assert not is_wrong(text, country)


def test_the_prefix_counts_for_more_than_the_country() -> None:
    assert is_wrong("PT 123 456 780", "Espanha")
    assert not is_at_home("Espanha")


@pytest.mark.parametrize(
    ("number", "country", "wrong"),
    [
        ("999999990", None, False),
        (" pt 999.999.990 ", "Portugal", False),
        ("500000011", None, True),
        ("PT500000011", "Spain", True),
        ("500000011", "PT", True),
        ("500000011", "Spain", False),
        ("ESB12345678", "Portugal", False),
        ("GB 123", None, False),
        ("99999999", None, True),
        ("9999999900", None, True),
        ("n.a.", None, False),
        ("-", None, True),
    ],
)
def test_a_number_is_held_against_the_rule_of_its_own_country(
    number: str, country: str | None, wrong: bool
) -> None:
    assert is_wrong(number, country) is wrong


def test_only_one_number_is_nobodys() -> None:
    assert is_final_consumer(" PT999 999 990")
    assert not any(map(is_final_consumer, (None, "", "99999999", "ES999999990")))
