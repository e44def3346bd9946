"""Tables of figures, as they stand in the terminal and between the marks of a page."""

import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

UNIT = {1: "once", 2: "twice"}


@dataclass(frozen=True)
class Table:
    """Ready text: a heading, as many words in every row, and sentences below."""

    heading: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()

    def text(self) -> str:
        """As Markdown, its columns below each other."""
        lines = [self.heading, *self.rows]
        widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
        padded = [
            _line([cell.ljust(width) for cell, width in zip(line, widths, strict=True)]) for line in lines
        ]
        rule = _line(["-" * width for width in widths])
        return "\n".join([padded[0], rule, *padded[1:], *(f"\n{note}" for note in self.notes)]) + "\n"


def reached(is_reached: bool) -> str:
    """Whether a target is."""
    return "yes" if is_reached else "**no**"


def machine(times: int) -> str:
    """Where figures come from, without saying whose machine it is."""
    version = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{version}, {platform.system()}, {os.cpu_count()} cores; medians of {times}."


def write(page: Path, name: str, text: str) -> None:
    """Puts `text` between the marks of `name` in `page`. Raises ValueError where the page has none."""
    marked = re.compile(rf"(<!-- bench {name} -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
    before = page.read_text("utf-8")
    after, count = marked.subn(lambda marks: f"{marks[1]}{text}{marks[2]}", before)
    if count != 1:
        raise ValueError(f"{page.name} has no place for {name}")
    page.write_text(after, "utf-8", newline="\n")


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
