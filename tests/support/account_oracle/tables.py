"""The product's tables of rates, exemption codes and countries, read with the csv module alone.

Both days of a span are in it; an empty day is no bound. The files begin with comments.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).parents[3] / "reports" / "data"
PORTUGAL = "PT"
REGIONS = ("PT", "PT-AC", "PT-MA")
NORTHERN_IRELAND = "XI"
GREECE = "GR"
EITHER = "7 for a client of another EU country, else 8"


class RateRow(NamedTuple):
    """A rate of a region with its level, RED, INT or NOR, and its days."""

    region: str
    level: str
    rate: Decimal
    first: date
    last: date


class Exemption(NamedTuple):
    """A wording of a code: `field` is 7, 8, 9, EITHER, or empty where `outside` says why there is none."""

    code: str
    first: date
    last: date
    field: str
    outside: str


def find_level(region: str, rate: Decimal, day: date) -> str | None:
    """Finds the level whose rate of the region it is on the day, else the level that ever had the rate."""
    own = [row for row in read_rates() if row.region == region and row.rate == rate]
    return next((row.level for row in own if row.first <= day <= row.last), own[0].level if own else None)


def is_in_force(region: str, rate: Decimal, day: date) -> bool:
    """Tells whether the region had the rate on the day; before its first row nothing is held against it."""
    own = [row for row in read_rates() if row.region == region]
    is_before = day < min(row.first for row in own)
    return is_before or any(row.rate == rate and row.first <= day <= row.last for row in own)


def find_exemption(code: str, day: date) -> Exemption | None:
    """Finds the wording of the day, else the one that ended last before it, else the one that began first."""
    wordings = sorted((row for row in read_exemptions() if row.code == code), key=lambda row: row.first)
    ended = [row for row in wordings if row.last < day]
    valid = [row for row in wordings if row.first <= day <= row.last]
    return next(iter([*valid, *reversed(ended), *wordings]), None)


def is_valid_code(code: str, day: date) -> bool:
    """Tells whether a code could be used on a day; one that no list has is not judged."""
    wordings = [row for row in read_exemptions() if row.code == code]
    return not wordings or any(row.first <= day <= row.last for row in wordings)


def find_country(text: str) -> str | None:
    """Finds the ISO code of a country by its name, in any case, or by its code."""
    return _list_countries().get(" ".join(text.split()).casefold())


def is_other_member(country: str, day: date) -> bool:
    """Tells whether a country is another one than Portugal and in the EU on a day."""
    spans = [(row["eu_from"], row["eu_until"]) for row in _read("countries") if row["iso_3166"] == country]
    return country != PORTUGAL and any(
        date.fromisoformat(since) <= day <= _parse(until, date.max) for since, until in spans if since
    )


@cache
def read_prefixes() -> Mapping[str, str]:
    """Reads the country of each prefix of VAT numbers; GR and XI are known beside the table."""
    own = {row["vat_prefix"]: row["iso_3166"] for row in _read("countries") if row["vat_prefix"]}
    return {**own, GREECE: GREECE, NORTHERN_IRELAND: "GB"}


def find_prefix(country: str) -> str | None:
    """Finds the prefix of a country's VAT numbers: EL for Greece."""
    own = (row["vat_prefix"] for row in _read("countries") if row["iso_3166"] == country)
    return next(own, "") or None


@cache
def read_rates() -> Sequence[RateRow]:
    """Reads every row of the table of rates."""
    return [
        RateRow(row["region"], row["level"], Decimal(row["rate"]), *_read_span(row))
        for row in _read("vat-rates")
    ]


@cache
def read_exemptions() -> Sequence[Exemption]:
    """Reads every wording of every code."""
    return [
        Exemption(row["code"], *_read_span(row), row["return_field"], row["outside"])
        for row in _read("exemption-codes")
    ]


@cache
def _list_countries() -> Mapping[str, str]:
    """Lists the ISO codes by themselves and by names, in lower case."""
    rows = _read("countries")
    return {row[key].casefold(): row["iso_3166"] for key in ("iso_3166", "name") for row in rows}


@cache
def _read(name: str) -> Sequence[Mapping[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(_skip_comments(file)))


def _skip_comments(lines: Iterator[str]) -> Iterator[str]:
    return (line for line in lines if not line.startswith("#"))


def _read_span(row: Mapping[str, str]) -> tuple[date, date]:
    return _parse(row["valid_from"], date.min), _parse(row["valid_until"], date.max)


def _parse(text: str, otherwise: date) -> date:
    return date.fromisoformat(text) if text else otherwise
