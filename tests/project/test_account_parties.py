"""The oracle's own tables of rates and countries, its VAT numbers, and who a client is to the tax office."""

import random
from datetime import date
from decimal import Decimal

import pytest
from stdnum.eu import vat

from tests.support.account_entries import ANA, make_account
from tests.support.account_oracle import parties, tables, vat_numbers
from tests.support.account_oracle.account import read_account
from tests.support.entries import make_entry

NUMBERS = {
    "ES": ("@#######@", "########@", "@########"),
    "DE": ("#########",),
    "FR": ("##000######", "###########"),
    "IT": ("#######0###",),
    "EL": ("#########", "########"),
    "IE": ("#######@", "#######@@"),
    "XI": ("#########", "############"),
    "NL": ("#########B##",),
    "PL": ("##########",),
}
"""Forms of VAT numbers: # is a digit, @ a letter."""


@pytest.mark.parametrize("prefix", NUMBERS)
def test_a_vat_number_is_valid_where_the_library_says_so(prefix: str) -> None:
    chance = random.Random(prefix)
    valid = 0
    for _ in range(1_500):
        form = chance.choice(NUMBERS[prefix])
        number = "".join(_fill(chance, letter) for letter in form)
        valid += vat.is_valid(prefix + number)
        assert vat_numbers.is_valid(prefix, number) == vat.is_valid(prefix + number), number
    assert valid


def test_no_portuguese_or_british_number_is_one_of_the_statement() -> None:
    assert vat.is_valid("PT123456789")
    assert not vat_numbers.is_valid("PT", "123456789")
    assert not vat_numbers.is_valid("GB", "123456727")


def test_a_rate_has_the_level_of_its_day_and_else_the_one_it_ever_had() -> None:
    assert tables.find_level("PT-MA", Decimal(5), date(2026, 10, 5)) == "RED"
    assert tables.find_level("PT", Decimal(21), date(2026, 10, 5)) == "NOR"
    assert tables.find_level("PT", Decimal(17), date(2026, 10, 5)) is None
    assert tables.is_in_force("PT-AC", Decimal(18), date(2021, 6, 30))
    assert not tables.is_in_force("PT-AC", Decimal(18), date(2021, 7, 1))
    assert tables.is_in_force("PT-AC", Decimal(15), date(2015, 6, 30))


@pytest.mark.parametrize(
    ("snapshot", "listed", "number", "country"),
    [
        ("Espanha", "France", "DE123456788", "ES"),
        ("es", None, None, "ES"),
        (None, "France", "DE123456788", "FR"),
        ("Atlantis", "France", None, "FR"),
        (None, None, "GR 123456783", "GR"),
        (None, None, "XI123456727", "GB"),
        (None, None, "B12345674", None),
        ("Atlantis", None, None, None),
    ],
)
def test_a_country_is_the_snapshots_then_the_lists_then_the_prefix(
    snapshot: str | None, listed: str | None, number: str | None, country: str | None
) -> None:
    client = {"id": ANA, "name": "Ana", "country": snapshot, "fiscal_id": number}
    account = read_account(make_account([make_entry(client=client)], listed={"country": listed}))
    assert parties.find_country(account, account.documents[0]) == country


def test_a_number_is_the_snapshots_then_the_newest_snapshots_then_the_lists() -> None:
    def owner(number: str | None) -> dict[str, object]:
        return {"id": ANA, "name": "Ana", "country": "Spain", "fiscal_id": number}

    entries = [
        make_entry(id=1, date="01/10/2026", client=owner("1")),
        make_entry(id=2, date="02/10/2026", client=owner("2")),
        make_entry(id=3, date="03/10/2026", client=owner(None)),
    ]
    account = read_account(make_account(entries, listed={"fiscal_id": "3"}))
    assert [parties.find_fiscal_id(account, one) for one in account.documents] == ["1", "2", "2"]
    account = read_account(make_account(entries[2:], listed={"fiscal_id": "3"}))
    assert parties.find_fiscal_id(account, account.documents[0]) == "3"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("PT 123.456-789", "123456789"),
        ("999999990", None),
        ("PT999999990", None),
        ("", None),
        ("ES B12345674", "ESB12345674"),
        ("sem NIF", "sem NIF"),
    ],
)
def test_a_nif_is_written_as_lists_show_it(text: str, written: str | None) -> None:
    assert parties.format_nif(text) == written


def _fill(chance: random.Random, letter: str) -> str:
    choices = {"#": "0123456789", "@": "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    return chance.choice(choices.get(letter, letter))
