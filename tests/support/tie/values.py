"""What the values of a reply say: amounts, days, ids, texts. Numbers are judged by their digits."""

import json
import re
from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from typing import Any

CENT = Decimal("0.01")
FINEST = Decimal("1E-8")
EXACT = Context(prec=60, rounding=ROUND_HALF_UP)
MOST_DIGITS_OF_AN_ID = 18
MOST_DIGITS_BEFORE_THE_POINT = 12
FIRST_YEAR = 1901

AMOUNT = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
SLASHED_DAY = re.compile(r"(?P<day>[0-9]+)/(?P<month>[0-9]+)/(?P<year>[0-9]{4})")
ISO_DAY = re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})")

Raw = Mapping[str, Any]


class Number(str):
    """A number of the page: its digits as they came."""

    __slots__ = ()


def read_json(text: str) -> Any:
    """Reads what a page holds, with every number as its digits."""
    return json.loads(text, parse_int=Number, parse_float=Number, parse_constant=Number)


def cents(amount: Decimal) -> Decimal:
    """An amount rounded half up, away from zero, to cents."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def plain(value: Decimal) -> str:
    """A rate as plain decimal text: 23, 5.5, 0."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def read_amount(value: object) -> Decimal | None:
    """Reads the amount that a number or a text holds, without binary noise; None for everything else."""
    if isinstance(value, (Decimal, int)) and not isinstance(value, bool):
        value = Number(value)
    if not isinstance(value, str):
        return None
    digits = str(value) if isinstance(value, Number) else value.strip()
    if not AMOUNT.fullmatch(digits):
        return None
    try:
        number = Decimal(digits)
    except InvalidOperation:
        return None
    if number and number.adjusted() >= MOST_DIGITS_BEFORE_THE_POINT:
        return None
    return number.quantize(FINEST, context=EXACT) + Decimal(0)


def read_rate(value: object) -> Decimal | None:
    """Reads percent, from 0 to 100."""
    percent = read_amount(value)
    return percent if percent is not None and 0 <= percent <= 100 else None


def read_day(value: object) -> date | None:
    """Reads a day written dd/mm/yyyy or yyyy-mm-dd."""
    if not isinstance(value, str) or isinstance(value, Number):
        return None
    found = SLASHED_DAY.fullmatch(value.strip()) or ISO_DAY.fullmatch(value.strip())
    if not found or int(found["year"]) < FIRST_YEAR:
        return None
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None


def read_id(value: object) -> int | None:
    """Reads an identity: digits alone, as a number or as text."""
    digits = str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    return int(digits) if re.fullmatch(rf"[0-9]{{1,{MOST_DIGITS_OF_AN_ID}}}", digits) else None


def read_text(value: object) -> str:
    """Reads a text without blanks around it; what is none as it came; "" for nothing."""
    if value is None:
        return ""
    if isinstance(value, Number):
        return _format_digits(value)
    if isinstance(value, bool):
        return str(value)
    words = value if isinstance(value, str) else json.dumps(_to_plain(value), default=str)
    return words.replace("\r\n", "\n").replace("\r", "\n").strip()


def to_mapping(value: object) -> Raw:
    """An object of the page, an empty one for everything else."""
    return value if isinstance(value, dict) else {}


def to_mappings(value: object) -> list[Raw]:
    """The objects of a list of the page."""
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _format_digits(number: Number) -> str:
    """Trailing zeros and a large exponent as decimal arithmetic writes them."""
    try:
        return str(number) if re.fullmatch(r"-?[0-9]+", number) else str(Decimal(number))
    except InvalidOperation:
        return str(number)


def _to_plain(value: object) -> object:
    """Nested values as they are written again: whole numbers bare, the others as text."""
    if isinstance(value, Number):
        is_whole = re.fullmatch(r"-?[0-9]{1,400}", value)
        return int(value) if is_whole else _format_digits(value)
    if isinstance(value, dict):
        return {key: _to_plain(part) for key, part in value.items()}
    return [_to_plain(part) for part in value] if isinstance(value, list) else value
