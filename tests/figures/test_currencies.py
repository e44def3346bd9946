"""A currency is its ISO code by any name it goes by, and an unknown name stays apart under itself."""

import re

import pytest

from reports.data.tables import read_table
from reports.figures.currencies import currency_code, is_currency_code

VENDOR = {row["vendor_name"]: row["iso_4217"] for row in read_table("currency-names")}
OTHERS = {row["name"]: row["iso_4217"] for row in read_table("currency-other-names")}


def test_the_vendors_table_has_157_names_each_of_a_currency_of_its_own() -> None:
    assert len(read_table("currency-names")) == len(VENDOR) == len({*VENDOR.values()}) == 157
    assert all(re.fullmatch("[A-Z]{3}", code) for code in VENDOR.values())


@pytest.mark.parametrize("name", VENDOR)
def test_every_name_of_the_vendor_is_known_in_any_case(name: str) -> None:
    code = VENDOR[name]
    for written in (name, name.upper(), name.lower(), f"  {name.replace(' ', '  ')}\n"):
        assert currency_code(written) == code


@pytest.mark.parametrize("code", sorted(VENDOR.values()))
def test_every_code_is_known_in_any_case(code: str) -> None:
    assert currency_code(code) == currency_code(code.lower()) == currency_code(f" {code} ") == code
    assert is_currency_code(code)
    assert not is_currency_code(code.lower())


@pytest.mark.parametrize("name", OTHERS)
def test_every_commoner_name_is_known_and_contradicts_no_name_of_the_vendor(name: str) -> None:
    assert currency_code(name) == currency_code(name.title()) == OTHERS[name]
    assert OTHERS[name] in VENDOR.values()
    vendor = {own.casefold(): code for own, code in VENDOR.items()}
    assert vendor.get(name.casefold(), OTHERS[name]) == OTHERS[name]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Euro", "EUR"),
        ("U.S. dollar", "USD"),
        ("US Dollar", "USD"),
        ("Dólar Americano", "USD"),
        ("Pound sterling", "GBP"),
        ("Libra esterlina", "GBP"),
        ("Polish złoty", "PLN"),
        ("POLISH ZŁOTY", "PLN"),
        ("Real brasileiro", "BRL"),
        ("Franco suizo", "CHF"),
        ("Kwanza", "AOA"),
        ("Metical", "MZN"),
        ("Tongan paʻanga", "TOP"),
    ],
)
def test_names_of_the_commoner_currencies_in_three_languages_are_known(name: str, code: str) -> None:
    assert currency_code(name) == code


@pytest.mark.parametrize("name", ["Doubloon", "Pataca de Macau, talvez", "€ or $", "XYZ", "Euro (novo)"])
def test_an_unknown_name_is_kept_as_it_is(name: str) -> None:
    assert currency_code(name) == name
    assert not is_currency_code(name)


@pytest.mark.parametrize("name", [None, ""])
def test_without_a_name_the_code_is_a_question_mark(name: str | None) -> None:
    assert currency_code(name) == "?"
    assert not is_currency_code("?")
