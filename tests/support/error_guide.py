"""docs/ERRORS.md, made from the catalogue of mistakes in tests/errors and from config.example.yaml.

Every mistake with its exact message; the messages of one option stand together under the lines of the example
that show it right. What is written here never has to be kept up to date by hand.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "ERRORS.md"
CATALOGUE = ROOT / "tests" / "errors"
EXAMPLE = ROOT / "config.example.yaml"
ALL_AT_ONCE = "many-at-once"
LONGEST_LINE = 90
MOST_CONTEXT_LINES = 4

INTRODUCTION = """\
# Mistakes in a configuration

`invoice-reports check my-company.yaml` finds them, and so does every run before it asks or writes anything:
exit code 2, nothing was done. A message begins with the place, `file:line:column`, and ends with what to do:

    my-company.yaml:2:9: account.name: write the name alone: my-company

The place is where the value begins, or the option where one is missing. `clients[0]` is the first client,
`clients[1]` the second. All mistakes of a file, and of all files, are said at once. A message repeats no
value but short words, because a key may have been pasted anywhere.

Below is every message as it is said, with what was written to get it; `…` stands for more of the same.
The lines under a heading are right.

This page is made from the catalogue in `tests/errors`, on which every message is tested.
"""
OF_YAML = "The file itself"
UNKNOWN = "Options that do not exist"
NOTES = {
    OF_YAML: "Blanks at the beginning of a line say what belongs together; a tab is none of them.",
    UNKNOWN: "Every option, with its default and a comment, is in what `invoice-reports example` prints.",
}


@dataclass(frozen=True)
class Mistake:
    """One message and the line it is about, counted from 1, with the text that was written."""

    message: str
    line: int
    written: str


def page() -> str:
    """The whole page, as it has to lie in docs/."""
    found = sorted(mistakes(), key=lambda mistake: mistake.message)
    parts = [INTRODUCTION, *_all_at_once()]
    for title in (OF_YAML, UNKNOWN, *_right()):
        own = [mistake for mistake in found if _section_of(mistake.message) == title]
        parts += [f"## {_heading(title)}\n", *_introduced(title), *_entries(own)]
    return "\n".join(parts).rstrip("\n") + "\n"


def mistakes() -> Iterator[Mistake]:
    """Every message of the catalogue, but for the file that shows many at once."""
    for path in sorted(CATALOGUE.glob("*.txt")):
        if path.stem == ALL_AT_ONCE:
            continue
        written = path.with_suffix(".yaml").read_text("utf-8", errors="replace")
        for said in path.read_text("utf-8").splitlines():
            place, _, message = said.partition(": ")
            yield Mistake(message, int(place.split(":")[1]), written)


def _all_at_once() -> Iterator[str]:
    yield "## Many at once\n"
    yield _block((CATALOGUE / f"{ALL_AT_ONCE}.yaml").read_text("utf-8").splitlines())
    yield "is answered with\n"
    yield _block((CATALOGUE / f"{ALL_AT_ONCE}.txt").read_text("utf-8").splitlines(), longest=300)


def _introduced(title: str) -> Iterator[str]:
    if title in NOTES:
        yield f"{NOTES[title]}\n"
    else:
        yield _block(_right()[title])


def _entries(found: Iterable[Mistake]) -> Iterator[str]:
    """Each message once, with everything that was written to get it."""
    by_message: dict[str, list[list[str]]] = {}
    for mistake in found:
        by_message.setdefault(mistake.message, []).append(_lines_at_fault(mistake))
    for message, written in by_message.items():
        between = [""] if any(len(lines) > 1 for lines in written) else []
        first, *others = written
        yield f"`{message}`\n"
        yield _block(chain(first, *(between + lines for lines in others)))


def _lines_at_fault(mistake: Mistake) -> list[str]:
    """The line, or the whole of a short file where the message is about something that is not there."""
    lines = mistake.written.splitlines()
    is_about_more = (
        mistake.line == 1 or "missing" in mistake.message or _section_of(mistake.message) == OF_YAML
    )
    if is_about_more:
        return [*lines[:MOST_CONTEXT_LINES], *(["…"] if len(lines) > MOST_CONTEXT_LINES else [])]
    return [lines[mistake.line - 1]]


def _section_of(message: str) -> str:
    if " is not an option" in message:
        return UNKNOWN
    option = re.match(r"[a-z_]+", message)
    is_option = option is not None and message[option.end() :].startswith((":", ".", "[", " is "))
    return option[0] if option is not None and is_option and option[0] in _right() else OF_YAML


@cache
def _right() -> dict[str, list[str]]:
    """The lines of the example by section, in its order, without comments."""
    sections: dict[str, list[str]] = {}
    name = ""
    for line in EXAMPLE.read_text("utf-8").splitlines():
        text = re.sub(r"\s+# .*|^#.*", "", line)
        if option := re.match(r"[a-z_]+(?=:)", text):
            name = option[0]
        if text.strip():
            sections.setdefault(name, []).append(text)
    return sections


def _heading(title: str) -> str:
    return title if title in NOTES else f"`{title}`"


def _block(lines: Iterable[str], *, longest: int = LONGEST_LINE) -> str:
    """Lines as they are, but what cannot be seen is made visible, and what is too long is cut."""
    visible = ["".join(map(_visible, line)) for line in lines]
    cut = [line if len(line) <= longest else f"{line[: longest - 1]}…" for line in visible]
    return "\n".join(["```yaml", *cut, "```", ""])


def _visible(mark: str) -> str:
    if mark == "\t":
        return "⇥"
    return mark if mark.isprintable() else f"\\x{ord(mark):02x}"
