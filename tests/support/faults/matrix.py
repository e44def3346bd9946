"""Every kind of fault there is, where it is put, and what became of them, counted.

`python -m tests.support.faults.matrix` plays all of them once, lasting and passing, and prints the table.
"""

import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from tests.support.faults.content import CONTENT, LISTS
from tests.support.faults.kinds import (
    AGAIN,
    COUNT,
    FIRST,
    LAST,
    MIDDLE,
    ONLY,
    PERIOD,
    REST_OF_LIST,
    WHOLE_LIST,
    Outcome,
)
from tests.support.faults.paging import MOVES, PAGING
from tests.support.faults.scene import PER_PAGE, Case, Stage
from tests.support.faults.status import STATUS
from tests.support.faults.transport import TRANSPORT
from tests.support.faults.values import VALUES
from tests.support.faults.verdict import judged

GROUPS = ("transport", "status", "content", "paging", "moves", "values")
KINDS = (*TRANSPORT, *STATUS, *CONTENT, *LISTS, *PAGING, *MOVES, *VALUES)
NEVER = ("traceback", "totals", "key", "another host", "too early", "leftovers", "bounds")
READ_ONCE = (MIDDLE, LAST, ONLY)
EVERY_SO_MANY = 7
"""The rest of a list needs many clients, and so is hit by every seventh kind only."""


@dataclass
class Tally:
    """What became of cases: their outcomes by group, and what was wrong with their runs, as sentences."""

    outcomes: Counter[tuple[str, Outcome]] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    sentences: list[str] = field(default_factory=list)
    runs: int = 0

    @property
    def cases(self) -> int:
        return sum(self.outcomes.values())


class Theatre:
    """The scenes for any case: one account of many clients, and a small one where a fault needs it alone."""

    def __init__(self, folder: Path, *, per_page: int = PER_PAGE) -> None:
        self.folder = folder
        self.per_page = per_page

    @cached_property
    def large(self) -> Stage:
        return Stage(self.folder / "large", many=9, few=2, per_page=self.per_page)

    @cached_property
    def small(self) -> Stage:
        return Stage(self.folder / "small", many=1, few=1, per_page=self.per_page)

    def play(self, cases: Iterable[Case], *, is_lasting: bool) -> Tally:
        """Plays all `cases`, as many in one run as do not get in each other's way."""
        tally = Tally()
        for batch in self.large.batches(cases):
            is_alone = len(batch) == 1 and batch[0][1] != REST_OF_LIST
            stage = self.small if is_alone else self.large
            played = stage.play(stage.hits(batch, is_lasting=is_lasting))
            tally.runs += 1
            for about, said in judged(played).items():
                tally.wrong[about] += len(said)
                tally.sentences += [f"{about}: {one}" for one in said]
            tally.outcomes.update(
                (kind.group, kind.outcome(place, is_lasting=is_lasting)) for kind, place in batch
            )
            shutil.rmtree(played.folder)
        return tally


def once(*, is_lasting: bool) -> list[Case]:
    """Every kind at one place, which goes round from kind to kind."""
    cases = []
    for number, kind in enumerate(KINDS):
        places = [place for place in kind.pages if place not in (COUNT, PERIOD, *WHOLE_LIST)]
        if kind.is_value:
            # Elsewhere a value that passes is one that lasts, and one read again is a list that moves.
            places = [place for place in places if place != AGAIN] if is_lasting else [FIRST]
        cases.append((kind, places[number % len(places)]))
    return cases


def everywhere(*, is_lasting: bool) -> list[Case]:
    """Every kind at every operation of a run, values on one of the pages that are read only once."""
    return [
        (kind, place)
        for number, kind in enumerate(KINDS)
        for place in kind.places
        if place != REST_OF_LIST or number % EVERY_SO_MANY == 0
        if not kind.is_value or place in (FIRST, AGAIN, READ_ONCE[number % 3] if is_lasting else FIRST)
    ]


def at_document_list(*, is_lasting: bool) -> list[Case]:
    """Every kind that the account's own list of documents can be answered with."""
    return [case for case in everywhere(is_lasting=is_lasting) if case[1] == PERIOD]


def table(lasting: Tally, passing: Tally) -> Iterator[str]:
    """How many kinds there are, how they end, and what was wrong."""
    yield (
        f"{'group':<10} {'kinds':>5}  "
        + "  ".join(f"{word:>18}" for word in Outcome)
        + "   passing / lasting"
    )
    for group in GROUPS:
        kinds = sum(kind.group == group for kind in KINDS)
        ends = (f"{passing.outcomes[group, one]} / {lasting.outcomes[group, one]}" for one in Outcome)
        yield f"{group:<10} {kinds:>5}  " + "  ".join(f"{end:>18}" for end in ends)
    wrong = lasting.wrong + passing.wrong
    cases, runs = lasting.cases + passing.cases, lasting.runs + passing.runs
    yield f"{len(KINDS)} kinds, {cases} cases in {runs} runs"
    yield ", ".join(f"{about}: {wrong.pop(about, 0)}" for about in NEVER)
    yield f"anything else: {sum(wrong.values())}"


def main() -> int:
    """Prints the table, and what was wrong."""
    with tempfile.TemporaryDirectory() as folder:
        theatre = Theatre(Path(folder))
        tallies = [theatre.play(once(is_lasting=one), is_lasting=one) for one in (True, False)]
    for line in (*table(*tallies), *(one for tally in tallies for one in tally.sentences)):
        sys.stdout.write(f"{line}\n")
    return 1 if any(tally.wrong for tally in tallies) else 0


if __name__ == "__main__":
    raise SystemExit(main())
