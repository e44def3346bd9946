"""The sentences that refuse a client's files: what differs, or what cannot be read, and what to do."""

import re
from collections.abc import Iterable
from decimal import Decimal

from reports.errors import ClientError

ADVICE = "The files were read back and do not tie, so nothing of this client was published. Report it"
DISK_ADVICE = "Nothing of this client was published. Check the disk and run again; if it stays so, report it"
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:E[+-][0-9]+)?")
"""Decimal itself reads blanks around it and digits of any script, which no program does."""
LONGEST_VALUE = 60
"""Characters of a value that a sentence shows."""


def make_difference(place: str, what: str, expected: object, found: object) -> ClientError:
    """Makes the error that ends a read-back: where, what, what to do."""
    return ClientError(f"{place}: {what} should be {shorten(expected)} and is {shorten(found)}. {ADVICE}")


def make_damage_error(place: str, error: BaseException) -> ClientError:
    """Makes the error for a file that cannot be read."""
    return ClientError(f"{place}: it cannot be read back ({error}). {DISK_ADVICE}")


def shorten(value: object) -> str:
    """Makes of a value the text that a sentence shows."""
    text = "nothing" if value in (None, "") else str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"


def join_values(values: Iterable[object]) -> str:
    """Joins several values as a sentence shows them."""
    return " / ".join(map(str, values))


def parse_number(text: str) -> Decimal:
    """Reads the number of a text; NaN, which equals none, for what is no number."""
    return Decimal(text if _NUMBER.fullmatch(text) else "NaN")
