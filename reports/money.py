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

MOST_REMEMBERED = 4096
LONGEST_REMEMBERED = 40
"""So many amounts are one object each wherever they come again, and texts of so many characters are known."""

_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,3})?")
_CONTEXT = Context(prec=60, rounding=ROUND_HALF_UP)


def exact(value: object) -> Decimal:
    """The amount that `value` (JSON number or text) holds, freed of binary noise beyond 8 decimals.

    0.30000000000000004 is 0.3. At least two decimals, no zeros behind them: equal amounts print alike, and
    are one object as a rule. Raises ValueError for everything that is not plainly a finite number in JSON's
    own notation: true, null, "1234,56", "€ 1", NaN, 1e400, an object.
    """
    try:
        if type(value) is str:
            return _OF_TEXTS[value]
        return _AMOUNTS[value if type(value) is Decimal else _number(value)]
    except (OverflowError, TypeError):  # TypeError: a signaling NaN has no hash
        raise ValueError(f"{_shown(value)} is not an amount of money") from None


def cents(amount: Decimal) -> Decimal:
    """`amount` in whole cents, half up; never a negative zero."""
    return amount.quantize(CENT, None, _CONTEXT) or ZERO


def plain(number: Decimal) -> str:
    """Plain decimal text without trailing zeros: a rate of 23.00 is `23`, one of 5.50 `5.5`."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _number(value: object) -> Decimal:
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value) if abs(value) < LIMIT else LIMIT
    if isinstance(value, str) and _NUMBER.fullmatch(text := value.strip()):
        return Decimal(text)
    raise ValueError(f"{_shown(value)} is not an amount")


class _Amounts(dict[Decimal, Decimal]):
    """A number → its amount. It remembers amounts, never the numbers: these may be of any length.

    Raises OverflowError for a number that is not below LIMIT.
    """

    def __missing__(self, number: Decimal) -> Decimal:
        # copy_abs: abs() would round, and overflow, in the default context.
        if not number.is_finite() or number.copy_abs() >= LIMIT:
            raise OverflowError
        amount = cents(number)
        if amount != number:
            amount = number.quantize(NOISE_PLACES, None, _CONTEXT).normalize(_CONTEXT)
            if amount != number and amount == (whole := cents(amount)):
                amount = whole
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        return self.setdefault(amount, amount)


class _OfTexts(dict[str, Decimal]):
    """A text → its amount, of texts that are not too long to be kept."""

    def __missing__(self, text: str) -> Decimal:
        amount = _AMOUNTS[_number(text)]
        if len(text) <= LONGEST_REMEMBERED:
            if len(self) >= MOST_REMEMBERED:
                self.clear()
            self[text] = amount
        return amount


_AMOUNTS, _OF_TEXTS = _Amounts(), _OfTexts()


def _shown(value: object) -> str:
    text = repr(str(value) if isinstance(value, Decimal) else value)
    return text if len(text) <= 40 else f"{text[:37]}…"
