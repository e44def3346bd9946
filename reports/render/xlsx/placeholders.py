"""Places in what openpyxl makes, where something stands that is known later.

openpyxl is given a number that occurs nowhere else as a stand-in, whether it wants a number, the row of a
cell or a text. In the text of a part the stand-ins are found again, and what takes their place is marked up.
"""

import re
from collections.abc import Mapping
from html import escape

from reports.render.text_xml import legible

FIRST_ROW = 1_040_000
"""Stand-ins for rows: a sheet has so many."""
FIRST_OTHER = 104_000_000

_STAND_IN = re.compile(r"('(?<!\d)104(?:\d{4}|\d{6})(?!\d)'|(?<!\d)104(?:\d{4}|\d{6})(?!\d))")


class Places:
    """The places of one package, each by its name. In quotes it is that of a sheet as formulas have it."""

    def __init__(self) -> None:
        self._rows: dict[str, int] = {}
        self._others: dict[str, int] = {}

    def row(self, name: str) -> int:
        """The stand-in for the number of a row."""
        return self._rows.setdefault(name, FIRST_ROW + len(self._rows))

    def number(self, name: str) -> int:
        """The stand-in for any other number."""
        return self._others.setdefault(name, FIRST_OTHER + len(self._others))

    def digits(self, name: str) -> str:
        """The stand-in for a text."""
        return str(self.number(name))

    def split_text(self, text: str) -> list[str]:
        """The text of a part in pieces: in turn what stands there, and the name of a place."""
        names = {str(number): name for own in (self._rows, self._others) for name, number in own.items()}
        names |= {f"'{number}'": f"'{name}'" for number, name in names.items()}
        pieces = [""]
        for index, piece in enumerate(_STAND_IN.split(text)):
            if index % 2 and piece in names:
                pieces += [names[piece], ""]
            else:
                pieces[-1] += piece
        return pieces


def insert_values(pieces: list[str], values: Mapping[str, object]) -> str:
    """The text of a part with `values` in its places. Raises KeyError for a place without a value."""
    filled = pieces.copy()
    filled[1::2] = [_escape_value(str(values[name])) for name in pieces[1::2]]
    return "".join(filled)


def _escape_value(value: str) -> str:
    return escape(legible(value), quote=False).replace('"', "&quot;")
