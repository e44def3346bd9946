"""JSON from outside as plain values: no number loses a digit, and nothing is nested without end.

Whole numbers are int, others Decimal, NaN and Infinity among them. A number that is too long for its kind is
no fault of the text: it stays a Decimal, or the text it came as, and whoever needs an amount or an id there
refuses it by name.
"""

import json
from decimal import Decimal, InvalidOperation
from typing import Any

DEEPEST_LEVELS = 100
"""The answers of the API have six. Python's own recursion ends near a thousand, callers included: what is
read here can be written, compared and walked by recursion anywhere."""

_NESTS = {dict, list}


class DepthError(ValueError):
    """Lists and objects in one another, more than DEEPEST_LEVELS."""


def read(text: str) -> Any:
    """The value that `text` holds. Raises DepthError, and json.JSONDecodeError for a text that is no JSON."""
    try:
        value = _value(text)
    except RecursionError:
        raise DepthError from None
    level = [value] if type(value) in _NESTS else []
    for _ in range(DEEPEST_LEVELS):
        level = [
            part
            for nest in level
            for part in (nest.values() if type(nest) is dict else nest)
            if type(part) in _NESTS
        ]
        if not level:
            return value
    raise DepthError


def _value(text: str) -> Any:
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=Decimal)
    except json.JSONDecodeError:
        raise
    except (ValueError, InvalidOperation):
        # A number too long for its kind: the few texts that hold one are read with more patience.
        return json.loads(text, parse_int=_whole, parse_float=_broken, parse_constant=Decimal)


def _whole(digits: str) -> int | Decimal:
    try:
        return int(digits)
    except ValueError:  # above 4,300 digits
        return Decimal(digits)


def _broken(digits: str) -> Decimal | str:
    """Of a number with a point or an exponent."""
    try:
        return Decimal(digits)
    except InvalidOperation:  # an exponent of 19 digits and more
        return digits
