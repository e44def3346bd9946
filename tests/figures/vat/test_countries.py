"""Countries by the vendor's names and by their codes, and when they were in the European Union."""

from datetime import date

import pytest

from reports.data.tables import read_table
from reports.figures.vat.countries import country_code, is_in_union

ROWS = read_table("countries")
TODAY = date(2026, 10, 5)
MEMBERS = {
    *("AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT"),
    *("LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK"),
}


def test_every_name_and_code_of_the_table_is_known_in_any_case() -> None:
    rows = [(row["name"], row["iso_3166"]) for row in ROWS]
    written = [
        (way, code)
        for name, code in rows
        for way in (name, name.upper(), name.lower(), f" {name.replace(' ', '  ')}\n", code, code.lower())
    ]
    assert [(way, country_code(way)) for way, _ in written] == written


def test_a_name_stands_for_one_country_and_a_country_has_one_membership() -> None:
    names = [row["name"].casefold() for row in ROWS]
    assert len(names) == len({*names})
    known = {(row["iso_3166"], row["eu_from"], row["eu_until"]) for row in ROWS}
    assert len(known) == len({row["iso_3166"] for row in ROWS})


@pytest.mark.parametrize("name", [None, "", "  ", "Atlantis", "XX", "PT-AC", "DESCONHECIDO"])
def test_what_is_no_country_is_none(name: str | None) -> None:
    assert country_code(name) is None


@pytest.mark.parametrize(
    ("name", "code"),
    [
        *(("Portugal", "PT"), ("Espanha", "ES"), ("Alemanha", "DE"), ("Reino Unido", "GB"), ("UK", "GB")),
        *(("United Kingdom", "GB"), ("Estados Unidos", "US"), ("Angola", "AO"), ("EL", "GR"), ("GR", "GR")),
    ],
)
def test_names_in_two_languages_are_known(name: str, code: str) -> None:
    assert country_code(name) == code


def test_the_union_has_27_members_today() -> None:
    codes = {row["iso_3166"] for row in ROWS}
    assert {code for code in codes if is_in_union(code, TODAY)} == MEMBERS
    assert len(MEMBERS) == 27


@pytest.mark.parametrize(
    ("code", "first"),
    [
        *(("AT", date(1995, 1, 1)), ("PL", date(2004, 5, 1)), ("RO", date(2007, 1, 1))),
        *(("HR", date(2013, 7, 1)), ("ES", date(1993, 1, 1))),
    ],
)
def test_a_country_is_a_member_from_the_day_it_joined(code: str, first: date) -> None:
    assert is_in_union(code, first)
    assert not is_in_union(code, date.fromordinal(first.toordinal() - 1))


def test_the_united_kingdom_was_a_member_until_the_last_day_of_2020() -> None:
    assert is_in_union("GB", date(2020, 12, 31))
    assert not is_in_union("GB", date(2021, 1, 1))


@pytest.mark.parametrize("code", ["US", "CH", "NO", "AO", "XX", "EL", ""])
def test_other_countries_never_were(code: str) -> None:
    assert not is_in_union(code, TODAY)
