"""Exact amounts: Decimal from the JSON text on; binary floating point never touches money.

One place rounds: `cents`, half up (half away from zero), the rounding of the vendor and of
Portuguese VAT practice. `exact` reads an amount as it came and refuses what is not one.
"""

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from functools import lru_cache

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
HALF_CENT = Decimal("0.005")
NOISE_PLACES = Decimal("1E-8")
LIMIT = Decimal("1E12")
"""Amounts of a million million and more are taken for garbage, not for money."""

MOST_CACHED = 4096
"""So many amounts that come again are one object each: a month has millions, and few that differ."""

_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?")
_CONTEXT = Context(prec=60, rounding=ROUND_HALF_UP)


def exact(value: object) -> Decimal:
    """The amount that `value` (JSON number or text) holds, freed of binary noise beyond 8 decimals.

    0.30000000000000004 is 0.3. At least two decimals, no zeros behind them: equal amounts print alike, and
    those that came alike are one object as a rule. Raises ValueError for everything that is not plainly a
    finite number in JSON's own notation: true, null, "1234,56", "€ 1", NaN, 1e400, an object.
    """
    try:
        if type(value) is str:
            return _read(value, _parse_number)
        if type(value) is Decimal:
            # Its text is found ten times as fast as its hash.
            return _read(str(value), Decimal)
        return _round_noise(_parse_number(value))
    except (OverflowError, InvalidOperation):  # InvalidOperation: a NaN has no size
        raise ValueError(f"{_quote(value)} is not an amount of money") from None


def cents(amount: Decimal) -> Decimal:
    """`amount` in whole cents, half up; never a negative zero."""
    return (amount if amount.same_quantum(CENT) else amount.quantize(CENT, None, _CONTEXT)) or ZERO


def negate(amount: Decimal | None) -> Decimal | None:
    """`amount` with the other sign; a zero never becomes a negative zero, nothing stays nothing."""
    return -amount if amount else amount


def plain(number: Decimal) -> str:
    """Plain decimal text without trailing zeros: a rate of 23.00 is `23`, one of 5.50 `5.5`."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@lru_cache(MOST_CACHED)
def _read(text: str, parse: Callable[[str], Decimal]) -> Decimal:
    return _round_noise(parse(text))


def _round_noise(number: Decimal) -> Decimal:
    """Raises OverflowError for what is not below LIMIT, InvalidOperation for a NaN."""
    if not -LIMIT < number < LIMIT:
        raise OverflowError
    amount = cents(number)
    if amount == number:
        return amount
    amount = number.quantize(NOISE_PLACES, None, _CONTEXT).normalize(_CONTEXT)
    # What is left without the noise may be whole cents.
    return amount if amount == number or amount != (whole := cents(amount)) else whole


def _parse_number(value: object) -> Decimal:
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value) if abs(value) < LIMIT else LIMIT
    if isinstance(value, str) and _NUMBER.fullmatch(text := value.strip()):
        return Decimal(text)
    raise ValueError(f"{_quote(value)} is not an amount")


def _quote(value: object) -> str:
    text = repr(str(value) if isinstance(value, Decimal) else value)
    return text if len(text) <= 40 else f"{text[:37]}…"
