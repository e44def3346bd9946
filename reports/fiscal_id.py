"""Tax numbers (NIF): text, never a number. They may carry their country's prefix and blanks."""

import re

from stdnum.pt import nif

FINAL_CONSUMER = "999999990"
"""What the tax authority has written in place of a buyer's number when there is none."""

HOME = frozenset({"", "portugal", "pt"})


def format_fiscal_id(text: str | None) -> str | None:
    """The one form in which a number is shown; None where there is none.

    A Portuguese number is its digits (`500000022`), without blanks, dots and prefix, so that two lists can be
    compared. Any other number keeps its prefix and loses its blanks. What has no digit stays as it came.
    """
    if not text or is_final_consumer(text):
        return None
    digits = nif.compact(_bare(text))
    if re.fullmatch("[0-9]{9}", digits):
        return digits
    return re.sub(r"\s", "", text) if re.search("[0-9]", text) else text


def is_final_consumer(text: str | None) -> bool:
    """Whether `text` stands for a buyer without a number."""
    return _bare(text).removeprefix("PT") == FINAL_CONSUMER


def is_at_home(country: str | None) -> bool:
    """Whether `country` is Portugal, as it is when nothing is said."""
    return (country or "").strip().casefold() in HOME


def is_wrong(text: str, country: str | None) -> bool:
    """Whether `text` is a Portuguese number that cannot be one: its length, or its check digit.

    A number is foreign, and not looked at, when another country's prefix says so or its owner's `country`.
    """
    prefix = re.match("[A-Z]{2}", _bare(text))
    is_ours = prefix[0] == "PT" if prefix else is_at_home(country)
    return is_ours and not nif.is_valid(text)


def _bare(text: str | None) -> str:
    return re.sub(r"[\s.-]", "", text or "").upper()
