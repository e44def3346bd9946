"""Reasons for 0 % VAT: codes of the tax authority's list, with mention and norm by day."""

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from reports.data.tables import parse_day, read_table

UNSPECIFIED = "M99"
"""The code the service stamps on a document when nobody gave a reason."""

BY_COUNTRY = "7 for a client of another EU country, else 8"
NOT_DECLARED = "not-declared"
"""Why a code has no field: what it stands for is in no field of the return."""


class Exemption(NamedTuple):
    """One code of the list in one of its wordings; the days are included.

    `mention` is what the invoice says, "" for a code of no current list; `norm` is the law it rests on.
    `return_field` is the field of the periodic VAT return, `7`, `8`, `9` or BY_COUNTRY; "" where `outside`
    says why there is none.
    """

    code: str
    mention: str
    norm: str
    valid_from: dt.date
    valid_until: dt.date
    return_field: str
    outside: str

    def is_valid(self, day: dt.date) -> bool:
        """Whether the code may be used on `day`."""
        return self.valid_from <= day <= self.valid_until


def normalise_code(code: str | None) -> str | None:
    """`m07` and `"M07 "` are M07; an empty code is none."""
    return (code or "").strip().upper() or None


def find_exemption(code: str, day: dt.date) -> Exemption | None:
    """The wording of `code` on `day`: that of its last days where the code had ended, of its first where it
    had not begun; None for a code of no list."""
    wordings = _exemptions().get(code, ())
    valid = [one for one in wordings if one.is_valid(day)]
    begun = [one for one in wordings if one.valid_from <= day]
    return next(iter([*valid, *reversed(begun), *wordings]), None)


@cache
def _exemptions() -> Mapping[str, Sequence[Exemption]]:
    """The wordings of each code, the oldest first."""
    found: dict[str, list[Exemption]] = {}
    for row in read_table("exemption-codes"):
        exemption = Exemption(
            code=row["code"],
            mention=row["mention"],
            norm=row["norm"],
            valid_from=parse_day(row["valid_from"], default=dt.date.min),
            valid_until=parse_day(row["valid_until"], default=dt.date.max),
            return_field=row["return_field"],
            outside=row["outside"],
        )
        found.setdefault(exemption.code, []).append(exemption)
    return {code: sorted(ones, key=lambda one: one.valid_from) for code, ones in found.items()}
