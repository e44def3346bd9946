"""JSON from outside as plain values: no number loses a digit, and nothing is nested without end.

Whole numbers are int, others Decimal, NaN and Infinity among them. A number that is too long for its kind is
no fault of the text: it stays a Decimal, or the text it came as, and whoever needs an amount or an id there
refuses it by name.
"""

import json
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any

DEEPEST_LEVELS = 100
"""The answers of the API have six. Python's own recursion ends near a thousand, callers included: what is
read here can be written, compared and walked by recursion anywhere."""

_NESTED = {dict, list}


class DepthError(ValueError):
    """Lists and objects in one another, more than DEEPEST_LEVELS."""


def read(text: str, *, fraction: Callable[[str], Any] = Decimal) -> Any:
    """The value that `text` holds. Raises DepthError, and json.JSONDecodeError for a text that is no JSON.

    `fraction` makes what is not a whole number: `str` for whoever does not reckon with it.
    """
    try:
        parse_fraction = partial(_parse_fraction, fraction)
        value = json.loads(text, parse_int=_whole, parse_float=parse_fraction, parse_constant=fraction)
    except RecursionError:
        raise DepthError from None
    level: list[Any] = [[value]]
    for _ in range(DEEPEST_LEVELS + 1):
        level = [
            part
            for whole in level
            for part in (whole.values() if type(whole) is dict else whole)
            if type(part) in _NESTED
        ]
        if not level:
            return value
    raise DepthError


def _whole(digits: str) -> int | Decimal:
    try:
        return int(digits)
    except ValueError:  # above 4,300 digits
        return Decimal(digits)


def _parse_fraction(fraction: Callable[[str], Any], digits: str) -> Any:
    """Of a number with a point or an exponent."""
    try:
        return fraction(digits)
    except InvalidOperation:  # an exponent of 19 digits and more
        return digits
