"""Exact amounts: Decimal from the JSON text on; binary floating point never touches money.

One place rounds: `cents`, half up (half away from zero), the rounding of the vendor and of
Portuguese VAT practice. `exact` reads an amount as it came and refuses what is not one.
"""

import re
from decimal import ROUND_HALF_UP, Context, Decimal

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
HALF_CENT = Decimal("0.005")
NOISE_PLACES = Decimal("1E-8")
LIMIT = Decimal("1E12")
"""Amounts of a million million and more are taken for garbage, not for money."""

_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?")
_CONTEXT = Context(prec=60, rounding=ROUND_HALF_UP)


def exact(value: object) -> Decimal:
    """The amount that `value` (JSON number or text) holds, freed of binary noise beyond 8 decimals.

    0.30000000000000004 is 0.3. Raises ValueError for everything that is not plainly a finite number
    in JSON's own notation: true, null, "1234,56", "€ 1", NaN, 1e400, an object.
    """
    if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
        raise ValueError(f"{_shown(value)} is not an amount")
    if isinstance(value, int):
        number = Decimal(value) if abs(value) < LIMIT else LIMIT
    elif isinstance(value, str):
        if not _NUMBER.fullmatch(value.strip()):
            raise ValueError(f"{_shown(value)} is not an amount")
        number = Decimal(value.strip())
    else:
        number = value
    # copy_abs: abs() would round, and overflow, in the default context.
    if not number.is_finite() or number.copy_abs() >= LIMIT:
        raise ValueError(f"{_shown(value)} is not an amount of money")
    return _plain(number.quantize(NOISE_PLACES, context=_CONTEXT))


def cents(amount: Decimal) -> Decimal:
    """`amount` in whole cents, half up; never a negative zero."""
    return amount.quantize(CENT, context=_CONTEXT) + ZERO


def plain(number: Decimal) -> str:
    """Plain decimal text without trailing zeros: a rate of 23.00 is `23`, one of 5.50 `5.5`."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _plain(number: Decimal) -> Decimal:
    """Without trailing zeros beyond the cents, so that equal amounts print alike."""
    short = number.normalize(_CONTEXT)
    exponent = short.as_tuple().exponent
    return cents(short) if isinstance(exponent, int) and exponent > -2 else short


def _shown(value: object) -> str:
    text = repr(str(value) if isinstance(value, Decimal) else value)
    return text if len(text) <= 40 else f"{text[:37]}…"
