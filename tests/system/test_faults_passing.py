"""Faults that are gone after a try or two: nobody notices, or nobody is told anything wrong."""

from pathlib import Path

import pytest

from tests.conftest import Figure
from tests.support.faults.matrix import Theatre, at_document_list, everywhere, once

PARTS = 12
SAMPLE, EVERY_SO_MANY = 4, 8
"""Which of the kinds the quick test plays: a fair sample of each group."""


@pytest.fixture(scope="module")
def theatre(tmp_path_factory: pytest.TempPathFactory) -> Theatre:
    return Theatre(tmp_path_factory.mktemp("faults"))


def test_a_passing_fault_ends_as_its_kind_must(theatre: Theatre) -> None:
    tally = theatre.play(once(is_lasting=False)[SAMPLE::EVERY_SO_MANY], is_lasting=False)
    assert tally.sentences == []


def test_a_passing_fault_of_the_accounts_list_of_documents_fails_nobody(theatre: Theatre) -> None:
    cases = at_document_list(is_lasting=False)[SAMPLE::EVERY_SO_MANY]
    tally = theatre.play(cases, is_lasting=False)
    assert (len(cases) > 10, tally.sentences) == (True, [])


@pytest.mark.soak
@pytest.mark.parametrize("part", range(PARTS))
def test_a_passing_fault_ends_so_at_every_operation_of_a_run(
    theatre: Theatre, part: int, figure: Figure
) -> None:
    tally = theatre.play(everywhere(is_lasting=False)[part::PARTS], is_lasting=False)
    figure(
        f"passing faults at every operation, part {part + 1} of {PARTS}",
        f"{tally.cases} in {tally.runs} runs",
    )
    assert tally.sentences == []


@pytest.mark.soak
@pytest.mark.parametrize("per_page", [30, 100])
def test_a_passing_fault_ends_so_whatever_the_size_of_a_page(
    tmp_path: Path, per_page: int, figure: Figure
) -> None:
    tally = Theatre(tmp_path, per_page=per_page).play(once(is_lasting=False), is_lasting=False)
    figure(f"passing faults, {per_page} a page", f"{tally.cases} in {tally.runs} runs")
    assert tally.sentences == []
