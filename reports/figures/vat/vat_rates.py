"""VAT rates of Portugal's regions by day, in percent."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from reports.data.tables import parse_day, read_table

REGIONS = ("PT", "PT-AC", "PT-MA")
"""Mainland, Azores, Madeira, as the vendor and SAF-T (PT) write them."""


REDUCED, INTERMEDIATE, NORMAL = "RED", "INT", "NOR"


class Rate(NamedTuple):
    """A rate of a region on its days, both included. `level` is REDUCED, INTERMEDIATE or NORMAL."""

    level: str
    percent: Decimal
    valid_from: dt.date
    valid_until: dt.date


def had_rate(region: str, percent: Decimal, day: dt.date) -> bool:
    """Whether the table says that the region had the rate on `day`. Every region has 0 %."""
    return not percent or percent in _list_valid(_rates()[region], day)


def is_before_table(region: str, day: dt.date) -> bool:
    """Whether the table claims nothing about the region on `day`, which lies before its first row."""
    return day < min(rate.valid_from for rate in _rates()[region])


def find_level(region: str, percent: Decimal, day: dt.date) -> str | None:
    """The level that the rate has in the region on `day`, or else had at any time; None for a rate that no
    level ever had."""
    rates = [rate for rate in _rates()[region] if rate.percent == percent]
    valid = [rate for rate in rates if rate.valid_from <= day <= rate.valid_until]
    return next((rate.level for rate in (*valid, *rates)), None)


def rates_in_force(day: dt.date) -> frozenset[Decimal]:
    """The rates that any region had on `day`."""
    return frozenset(percent for rates in _rates().values() for percent in _list_valid(rates, day))


def _list_valid(rates: Sequence[Rate], day: dt.date) -> list[Decimal]:
    return [rate.percent for rate in rates if rate.valid_from <= day <= rate.valid_until]


@cache
def _rates() -> Mapping[str, Sequence[Rate]]:
    found: dict[str, list[Rate]] = {region: [] for region in REGIONS}
    for row in read_table("vat-rates"):
        rate = Rate(
            level=row["level"],
            percent=Decimal(row["rate"]),
            valid_from=parse_day(row["valid_from"], default=dt.date.min),
            valid_until=parse_day(row["valid_until"], default=dt.date.max),
        )
        found[row["region"]].append(rate)
    return found
