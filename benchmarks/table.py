"""Tables of figures, as they stand in the terminal and between the marks of a page."""

import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path


@dataclass(frozen=True)
class Table:
    """Ready text: a heading, as many words in every row, and sentences below."""

    heading: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()

    def format_markdown(self) -> str:
        """Formats the table as Markdown, its columns below each other."""
        lines = [self.heading, *self.rows]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        head, *body = [
            _join_cells([cell.ljust(width) for cell, width in zip(line, widths, strict=True)])
            for line in lines
        ]
        rule = _join_cells(["-" * width for width in widths])
        return "\n".join([head, rule, *body, *(f"\n{note}" for note in self.notes)]) + "\n"


def format_reached(is_reached: bool) -> str:
    """Formats whether a target is reached."""
    return "yes" if is_reached else "**no**"


def describe_machine(turns: int) -> str:
    """Describes where and when figures were measured, without saying whose machine it is."""
    version = f"{platform.python_implementation()} {platform.python_version()}"
    machine = f"{version}, {platform.system()}, {os.cpu_count()} cores"
    return f"{machine}; medians of {turns}; {datetime.now(UTC):%Y-%m-%d}."


def write_table(page: Path, name: str, text: str) -> None:
    """Writes `text` between the marks of `name` in `page`. Raises ValueError where the page has none."""
    marked = re.compile(rf"(<!-- bench {name} -->\n).*?(<!-- end of {name} -->)", re.DOTALL)
    changed, count = marked.subn(lambda marks: f"{marks[1]}{text}{marks[2]}", page.read_text("utf-8"))
    if count != 1:
        raise ValueError(f"{page.name} has no place for {name}")
    page.write_text(changed, "utf-8", newline="\n")


def _join_cells(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
