"""A page in pieces: its rows are not in memory with it, nor all at once.

Templates hold several copies of what they put out, and a page of 100,000 documents is tens of megabytes. So
the page is made with marks in the places of its rows, and the rows go past it to where the page is written.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from secrets import token_hex

# What HTML and UTF-8 cannot hold, shown as what it is: a character that could not be taken over.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

_SIGN_BYTES = 16
_MARK = re.compile(f"rows-[0-9a-f]{{{2 * _SIGN_BYTES}}}-([0-9]+);")
"""Of this page or of another one: an expression for each page would have to be compiled for it."""


class Inserts:
    """What belongs in the places of a page's marks. A mark may stand on the page twice, or nowhere."""

    def __init__(self) -> None:
        # Not to be guessed: no text of a document can pass for a mark.
        self._sign = f"rows-{token_hex(_SIGN_BYTES)}-"
        self._makers: list[Callable[[], Iterable[str]]] = []

    def mark(self, make: Callable[[], Iterable[str]]) -> str:
        """What stands on the page where the texts that `make` returns belong; plain letters."""
        self._makers.append(make)
        return f"{self._sign}{len(self._makers) - 1};"

    def insert_texts(self, page: str) -> Iterator[str]:
        """`page`, whose own text is legal, piece by piece, with the texts in the places of their marks."""
        end = 0
        for mark in _MARK.finditer(page):
            if mark[0].startswith(self._sign):
                yield page[end : mark.start()]
                yield from map(legal, self._makers[int(mark[1])]())
                end = mark.end()
        yield page[end:]


def legal(text: str) -> str:
    return _ILLEGAL.sub("\ufffd", text)
