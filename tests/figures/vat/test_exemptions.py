"""Exemption codes of the tax authority's list: written in any way, and worded by the day."""

from datetime import date

import pytest

from reports.data.tables import parse_day, read_table
from reports.figures.vat.exemptions import Exemption, find_exemption, normalise_code

TODAY = date(2026, 10, 5)
ROWS = read_table("exemption-codes")
OLD_CODES = ("M00", "M03", "M08")


def found(code: str, day: date = TODAY) -> Exemption:
    exemption = find_exemption(code, day)
    assert exemption is not None
    return exemption


@pytest.mark.parametrize(
    ("came", "code"),
    [
        *(("M07", "M07"), ("m07", "M07"), (" m07\n", "M07"), ("M99 ", "M99")),
        *(("", None), ("  ", None), (None, None), ("isento", "ISENTO")),
    ],
)
def test_a_code_is_the_same_however_it_is_written(came: str | None, code: str | None) -> None:
    assert normalise_code(came) == code


def test_the_list_is_that_of_the_tax_authority_and_three_codes_of_earlier_ones() -> None:
    ranges = [(1, 2), (4, 7), (9, 16), (19, 21), (25, 26), (30, 35), (40, 46), (99, 99)]
    listed = {f"M{code:02}" for first, last in ranges for code in range(first, last + 1)}
    assert {row["code"] for row in ROWS} == listed | {*OLD_CODES}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["code"] + row["valid_from"])
def test_every_wording_is_found_on_the_days_it_holds(row: dict[str, str]) -> None:
    first = parse_day(row["valid_from"], default=date.min)
    last = parse_day(row["valid_until"], default=date.max)
    for day in (first, last):
        exemption = found(row["code"], day)
        wording = (row["code"], row["mention"], row["norm"], first, last, row["return_field"], row["outside"])
        assert exemption == Exemption(*wording)


def test_the_norm_of_m10_changed_on_a_day() -> None:
    assert "57.º" in found("M10", date(2025, 8, 13)).norm
    assert "53.º" in found("M10", date(2025, 8, 14)).norm
    assert found("M10", date(1990, 1, 1)).norm == found("M10", date(2025, 8, 13)).norm


def test_m35_began_in_july_2026_and_is_worded_before_it_too() -> None:
    exemption = found("M35", date(2026, 7, 1))
    assert exemption.valid_from == date(2026, 7, 1)
    assert "97/2026" in exemption.norm
    assert found("M35", date(2026, 6, 30)) == exemption


@pytest.mark.parametrize(
    ("code", "last"), [("M03", date(2022, 6, 30)), ("M08", date(2022, 12, 31)), ("M26", date(2024, 1, 4))]
)
def test_a_code_that_ended_is_worded_as_on_its_last_day(code: str, last: date) -> None:
    assert found(code, last).valid_until == last
    assert found(code, TODAY) == found(code, last)


@pytest.mark.parametrize("code", ["M98", "M17", "m07", "", "ISENTO"])
def test_a_code_of_no_list_has_no_wording(code: str) -> None:
    assert find_exemption(code, TODAY) is None
