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


def test_every_name_of_the_vendor_is_known_in_any_case() -> None:
    written = {
        way: code
        for name, code in VENDOR.items()
        for way in (name, name.upper(), name.lower(), f"  {name.replace(' ', '  ')}\n")
    }
    assert {way: currency_code(way) for way in written} == written


def test_every_code_is_known_in_any_case() -> None:
    written = {way: code for code in VENDOR.values() for way in (code, code.lower(), f" {code} ")}
    assert {way: currency_code(way) for way in written} == written
    assert [code for code in VENDOR.values() if not is_currency_code(code)] == []
    assert [code for code in VENDOR.values() if is_currency_code(code.lower())] == []


def test_every_commoner_name_is_known_and_contradicts_no_name_of_the_vendor() -> None:
    written = {way: code for name, code in OTHERS.items() for way in (name, name.title())}
    assert {way: currency_code(way) for way in written} == written
    assert {*OTHERS.values()} <= {*VENDOR.values()}
    vendor = {own.casefold(): code for own, code in VENDOR.items()}
    assert {name: vendor.get(name.casefold(), code) for name, code in OTHERS.items()} == OTHERS


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
