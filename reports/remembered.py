"""Texts that come again and again, and what was made of them: as a rule one object, of bounded room."""

from collections.abc import Callable
from typing import TypeVar

MOST_REMEMBERED = 4096
"""So many texts are known at a time."""

V = TypeVar("V")


class Remembered(dict[str, V]):
    """A text → what `read` makes of it. Texts of more than `longest` characters are not kept."""

    def __init__(self, read: Callable[[str], V], *, longest: int) -> None:
        self.read = read
        self.longest = longest

    def __missing__(self, came: str) -> V:
        return self.keep(came, self.read(came))

    def keep(self, came: str, value: V) -> V:
        """From now on `value` is what is made of the text, if that can be kept; `value` again."""
        if len(came) <= self.longest:
            if len(self) >= MOST_REMEMBERED:
                self.clear()
            self[came] = value
        return value
