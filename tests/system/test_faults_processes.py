"""Faults met by the command as a scheduler starts it: its own process, real time, several pages at once.

One line of the matrix in nine, each in an office of its own, many offices at once: what takes long
is waiting.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conftest import Figure
from tests.support.faults.kinds import Kind
from tests.support.faults.matrix import KINDS, once
from tests.support.faults.scene import Case, Stage
from tests.support.faults.verdict import complaints

OFFICES_AT_ONCE = 12
EVERY_SO_MANY = 9
LASTING, PASSING = 1, 4
"""Where the sample begins: other kinds than the quick tests play."""

pytestmark = pytest.mark.soak


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return Stage(tmp_path_factory.mktemp("processes"), many=1, few=1)


@pytest.mark.parametrize(("begin", "is_lasting"), [(LASTING, True), (PASSING, False)])
def test_in_real_time_a_fault_ends_the_same(
    stage: Stage, begin: int, is_lasting: bool, figure: Figure
) -> None:
    cases = once(is_lasting=is_lasting)[begin::EVERY_SO_MANY]

    def played(case: Case) -> list[str]:
        return complaints(stage.start(stage.hits([case], is_lasting=is_lasting)))

    with ThreadPoolExecutor(OFFICES_AT_ONCE) as offices:
        found = [sentence for said in offices.map(played, cases) for sentence in said]
    figure(f"{'lasting' if is_lasting else 'passing'} faults in processes of their own", len(cases))
    assert found == []


def test_what_takes_longest_is_over_in_ten_minutes(stage: Stage) -> None:
    """The drips and the silences take their minute each, as often as they are tried."""
    slow: list[Kind] = [kind for kind in KINDS if "in time" in kind.says]
    with ThreadPoolExecutor(len(slow)) as offices:
        runs = offices.map(lambda kind: stage.start(stage.hits([(kind, "first")], is_lasting=True)), slow)
        played = list(runs)
    assert [sentence for run in played for sentence in complaints(run)] == []
    assert max(run.waited_seconds for run in played) < 600
