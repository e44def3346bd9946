"""The account's taxes: what `GET /taxes.json` said of each id, now and in earlier readings."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from reports import exact_json
from reports.money import exact


class KnownTax(NamedTuple):
    """A tax of the account. `region` is the vendor's text, None where it names none; `rate` is percent."""

    region: str | None
    rate: Decimal | None


class Taxation(NamedTuple):
    """What decides the region of a line beside its own tax.

    `taxes` are known taxes by id; `region` is the business's own, PT, PT-AC or PT-MA; `country` is the
    client's by the account's own word, as it came.
    """

    taxes: Mapping[str, KnownTax] = {}
    region: str = "PT"
    country: str | None = None


def parse_taxes(answers: Iterable[str]) -> Mapping[str, KnownTax]:
    """The taxes of the answers, by id; the first answer that has an id says what it is.

    An answer that is none, as in a stored page that somebody changed, says nothing.
    """
    taxes: dict[str, KnownTax] = {}
    for answer in answers:
        found = _read(answer)
        listed = found.get("taxes") if isinstance(found, dict) else None
        rows = (row for row in listed if isinstance(row, dict)) if isinstance(listed, list) else ()
        for row in rows:
            taxes.setdefault(
                str(row.get("id")), KnownTax(_text(row.get("region")), parse_rate(row.get("value")))
            )
    return taxes


def parse_rate(value: object) -> Decimal | None:
    """A percentage; None when it is none."""
    try:
        rate = exact(value)
    except ValueError:
        return None
    return rate if 0 <= rate <= 100 else None


def _read(answer: str) -> object:
    try:
        return exact_json.read(answer)
    except (ValueError, RecursionError):
        return None


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
