"""Rates of Portugal's regions by day; before a region's first row nothing is claimed."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from reports.data.tables import parse_day, read_table
from reports.figures.vat.vat_rates import REGIONS, had_rate, is_before_table, rates_in_force

ROWS = read_table("vat-rates")
TODAY = date(2026, 10, 5)
ONE_DAY = timedelta(1)


def rates(day: date, *regions: str) -> set[str]:
    """Of 1 to 30 %, those that one of the regions had."""
    return {str(rate) for rate in range(1, 31) if any(had_rate(own, Decimal(rate), day) for own in regions)}


@pytest.mark.parametrize(
    ("region", "day", "expected"),
    [
        ("PT", TODAY, {"23", "13", "6"}),
        ("PT-AC", TODAY, {"16", "9", "4"}),
        ("PT-MA", TODAY, {"22", "12", "4"}),
        ("PT", date(2010, 7, 1), {"21", "13", "6"}),
        ("PT", date(2010, 12, 31), {"21", "13", "6"}),
        ("PT", date(2011, 1, 1), {"23", "13", "6"}),
        ("PT-AC", date(2021, 6, 30), {"18", "9", "4"}),
        ("PT-AC", date(2021, 7, 1), {"16", "9", "4"}),
        ("PT-MA", date(2024, 9, 30), {"22", "12", "5"}),
        ("PT-MA", date(2024, 10, 1), {"22", "12", "4"}),
    ],
)
def test_each_region_has_three_rates_a_day(region: str, day: date, expected: set[str]) -> None:
    assert rates(day, region) == expected


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(row.values()))
def test_both_days_of_a_row_are_included(row: dict[str, str]) -> None:
    region, percent = row["region"], Decimal(row["rate"])
    first = parse_day(row["valid_from"], default=date.min)
    last = parse_day(row["valid_until"], default=date.max)
    assert had_rate(region, percent, first)
    assert had_rate(region, percent, last)
    others = [
        other
        for other in ROWS
        if other is not row and (other["region"], other["rate"]) == (region, row["rate"])
    ]
    if not others:
        assert not had_rate(region, percent, first - ONE_DAY)
        assert last == date.max or not had_rate(region, percent, last + ONE_DAY)


def test_levels_of_a_region_never_overlap_and_leave_no_gap() -> None:
    for region in REGIONS:
        for level in ("RED", "INT", "NOR"):
            spans = sorted(
                (
                    parse_day(row["valid_from"], default=date.min),
                    parse_day(row["valid_until"], default=date.max),
                )
                for row in ROWS
                if (row["region"], row["level"]) == (region, level)
            )
            assert spans[-1][1] == date.max
            for (_, last), (first, _) in pairwise(spans):
                assert last + ONE_DAY == first


def test_every_region_has_a_rate_of_zero_on_any_day() -> None:
    assert all(had_rate(region, Decimal("0.00"), day) for region in REGIONS for day in (date.min, TODAY))


def test_a_rate_is_one_number_however_many_decimals_it_has() -> None:
    assert had_rate("PT", Decimal("23.00"), TODAY)
    assert not had_rate("PT", Decimal("23.01"), TODAY)


@pytest.mark.parametrize(
    ("region", "first"),
    [("PT", date(2010, 7, 1)), ("PT-MA", date(2012, 4, 1)), ("PT-AC", date(2015, 7, 1))],
)
def test_before_its_first_row_nothing_is_claimed_of_a_region(region: str, first: date) -> None:
    assert is_before_table(region, first - ONE_DAY)
    assert not is_before_table(region, first)


def test_rates_in_force_are_those_of_all_regions() -> None:
    assert {*map(str, rates_in_force(TODAY))} == rates(TODAY, *REGIONS)
    assert rates_in_force(date(2010, 6, 30)) == frozenset()
