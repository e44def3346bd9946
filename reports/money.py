"""Exact amounts: Decimal from the JSON text on; binary floating point never touches money.

One place rounds: `cents`, half up (half away from zero), the rounding of the vendor and of
Portuguese VAT practice. `exact` reads an amount as it came and refuses what is not one.
"""

import re
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

from reports.remembered import Remembered

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
HALF_CENT = Decimal("0.005")
NOISE_PLACES = Decimal("1E-8")
LIMIT = Decimal("1E12")
"""Amounts of a million million and more are taken for garbage, not for money."""

LONGEST_REMEMBERED = 40
"""The amounts of texts of so many characters are one object each wherever they come again."""

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
            return _KNOWN[value]
        if type(value) is Decimal:
            # Its text is found ten times as fast as its hash.
            known = _KNOWN.get(text := str(value))
            if known is not None:
                return known
            amount = _amount(value)
            # A text is read by a narrower notation than a number of JSON, where it has an exponent.
            return amount if "E" in text else _KNOWN.keep(text, amount)
        return _amount(_number(value))
    except (OverflowError, InvalidOperation):  # InvalidOperation: a NaN has no size
        raise ValueError(f"{_shown(value)} is not an amount of money") from None


def cents(amount: Decimal) -> Decimal:
    """`amount` in whole cents, half up; never a negative zero."""
    # To look takes half as long as to round.
    return (amount if amount.same_quantum(CENT) else amount.quantize(CENT, None, _CONTEXT)) or ZERO


def negate(amount: Decimal | None) -> Decimal | None:
    """`amount` with the other sign; a zero never becomes a negative zero, nothing stays nothing."""
    return -amount if amount else amount


def plain(number: Decimal) -> str:
    """Plain decimal text without trailing zeros: a rate of 23.00 is `23`, one of 5.50 `5.5`."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _amount(number: Decimal) -> Decimal:
    """Raises OverflowError for what is not below LIMIT, InvalidOperation for a NaN."""
    if not -LIMIT < number < LIMIT:
        raise OverflowError
    amount = cents(number)
    if amount == number:
        return amount
    amount = number.quantize(NOISE_PLACES, None, _CONTEXT).normalize(_CONTEXT)
    # What is left without the noise may be whole cents.
    return amount if amount == number or amount != (whole := cents(amount)) else whole


def _number(value: object) -> Decimal:
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value) if abs(value) < LIMIT else LIMIT
    if isinstance(value, str) and _NUMBER.fullmatch(text := value.strip()):
        return Decimal(text)
    raise ValueError(f"{_shown(value)} is not an amount")


def _of_text(text: str) -> Decimal:
    return _amount(_number(text))


_KNOWN = Remembered(_of_text, longest=LONGEST_REMEMBERED)


def _shown(value: object) -> str:
    text = repr(str(value) if isinstance(value, Decimal) else value)
    return text if len(text) <= 40 else f"{text[:37]}…"
