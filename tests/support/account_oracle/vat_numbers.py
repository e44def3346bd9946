"""VAT numbers of the EU by their form and check digits, for the countries that random accounts and cases use.

Spain, Germany, France, Italy, Greece (EL), Ireland, Northern Ireland (XI), the Netherlands and Poland. Of the
rest nothing is known here: to ask for another member's number is an error of the test.
"""

import re
from collections.abc import Callable, Sequence

NOT_OF_THE_EU = frozenset({"PT", "GB"})
"""Prefixes that no row of a recapitulative statement can have; the number is not looked at."""

SPANISH_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
SPANISH_CONTROLS = "JABCDEFGHI"
IRISH_LETTERS = "WABCDEFGHIJKLMNOPQRSTUV"
ITALIAN_OFFICES = frozenset({*range(1, 101), 120, 121, 888, 999})


def is_valid(prefix: str, number: str) -> bool:
    """Tells whether a number is one of the EU under its prefix. Raises `KeyError` for other members."""
    return prefix not in NOT_OF_THE_EU and CHECKS[prefix](number)


def _is_spanish(number: str) -> bool:
    if re.fullmatch(r"[0-9XYZ][0-9]{7}[A-Z]", number):
        digits = number.translate(str.maketrans("XYZ", "012"))[:-1]
        return number[-1] == SPANISH_LETTERS[int(digits) % 23]
    if re.fullmatch(r"[KLM][0-9]{7}[A-Z]", number):
        return number[-1] == SPANISH_LETTERS[int(number[1:-1]) % 23]
    if not re.fullmatch(r"[A-HJNP-SUVW][0-9]{7}[0-9A-J]", number):
        return False
    control = -_add_luhn(number[1:-1] + "0") % 10
    return number[-1] in (str(control), SPANISH_CONTROLS[control])


def _is_german(number: str) -> bool:
    if not re.fullmatch(r"[1-9][0-9]{8}", number):
        return False
    product = 10
    for digit in number[:-1]:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == int(number[-1])


def _is_french(number: str) -> bool:
    """Judges the key of two digits; keys with letters are not made here, and so not accepted."""
    if not re.fullmatch(r"[0-9]{11}", number):
        return False
    is_company = number[2:5] == "000" or _add_luhn(number[2:]) % 10 == 0
    return is_company and int(number[:2]) == int(number[2:] + "12") % 97


def _is_italian(number: str) -> bool:
    if not re.fullmatch(r"[0-9]{11}", number) or not int(number[:7]):
        return False
    return int(number[7:10]) in ITALIAN_OFFICES and _add_luhn(number) % 10 == 0


def _is_greek(number: str) -> bool:
    digits = number.zfill(9) if len(number) == 8 else number
    if not re.fullmatch(r"[0-9]{9}", digits):
        return False
    return _weigh(digits[:8], (256, 128, 64, 32, 16, 8, 4, 2)) % 11 % 10 == int(digits[8])


def _is_irish(number: str) -> bool:
    if not re.fullmatch(r"[0-9]{7}[A-W][A-W]?", number):
        return False
    weighed = _weigh(number[:7], (8, 7, 6, 5, 4, 3, 2)) + 9 * IRISH_LETTERS.index(number[8:] or "W")
    return number[7] == IRISH_LETTERS[weighed % 23]


def _is_northern_irish(number: str) -> bool:
    if not re.fullmatch(r"[0-9]{9}([0-9]{3})?", number):
        return False
    remainder = _weigh(number[:9], (8, 7, 6, 5, 4, 3, 2, 10, 1)) % 97
    return remainder == 0 or (remainder in (42, 55) and int(number[:3]) >= 100)


def _is_dutch(number: str) -> bool:
    if not re.fullmatch(r"[0-9]{9}B[0-9]{2}", number) or not int(number[:9]) or not int(number[10:]):
        return False
    is_old = _weigh(number[:8], (9, 8, 7, 6, 5, 4, 3, 2)) % 11 == int(number[8])
    letters = "".join(str(int(letter, 36)) for letter in f"NL{number}")
    return is_old or int(letters) % 97 == 1


def _is_polish(number: str) -> bool:
    if not re.fullmatch(r"[0-9]{10}", number):
        return False
    return _weigh(number[:9], (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11 == int(number[9])


def _weigh(digits: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


def _add_luhn(digits: str) -> int:
    """Adds the digits, every second from the right doubled and its own digits added."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(value // 10 + value % 10 for value in doubled)


CHECKS: dict[str, Callable[[str], bool]] = {
    "ES": _is_spanish,
    "DE": _is_german,
    "FR": _is_french,
    "IT": _is_italian,
    "EL": _is_greek,
    "IE": _is_irish,
    "XI": _is_northern_irish,
    "NL": _is_dutch,
    "PL": _is_polish,
}
