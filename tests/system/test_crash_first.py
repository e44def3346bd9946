"""Killed in its first month, offline, or while it mends: whatever a run leaves, the next one makes good."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Figure
from tests.support.crash.killing import Press, cut, killed, stopped
from tests.support.crash.scene import Scene, first_run, mending_run, offline_run, replacing_run, stage
from tests.support.office import Office

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs fork")

TIMES = 60
STEP_SECONDS = 0.012
CUTS_BYTES = (0, 500, 5_000)


@pytest.fixture(scope="module")
def mending(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with stage(tmp_path_factory.mktemp("mending"), excel=False) as (office, press):
        yield mending_run(office, press)


def test_killed_while_it_mends_what_a_killed_run_left_a_run_is_mended_by_the_next(
    mending: Scene, figure: Figure
) -> None:
    first = next(number for number, change in enumerate(mending.changes) if ".old" in change)
    chosen = mending.changes[first : first + 6]
    for change in chosen:
        assert mending.end(killed(change)).code == -signal.SIGKILL, change
    figure("kill -9 points, mending run", len(chosen))


@pytest.mark.soak
@pytest.mark.parametrize("run", [first_run, offline_run, mending_run])
def test_killed_at_every_change_a_run_is_mended_by_the_next(
    tmp_path: Path, figure: Figure, run: Callable[[Office, Press], Scene]
) -> None:
    with stage(tmp_path, excel=run is first_run) as (office, press):
        scene = run(office, press)
        for change in scene.changes:
            assert scene.end(killed(change)).code == -signal.SIGKILL, change
    figure(f"kill -9 points, {run.__name__.replace('_', ' ')}", len(scene.changes))


@pytest.mark.soak
def test_killed_in_the_middle_of_a_file_or_at_any_time_a_run_is_mended_by_the_next(
    tmp_path: Path, figure: Figure
) -> None:
    with stage(tmp_path) as (office, press):
        scene = replacing_run(office, press)
        opened = [change for change in scene.changes if change.startswith("open")]
        places = [place for place in opened if place.endswith("tmp #1") or "-2026-10." in place]
        ends = [cut(place, size) for place in places for size in CUTS_BYTES]
        died = [scene.end(end).code for end in ends].count(-signal.SIGXFSZ)
        assert died > len(ends) / 2
        stops = [scene.end(stopped((number + 1) * STEP_SECONDS)).code for number in range(TIMES)]
        assert {*stops} <= {-signal.SIGALRM, 0}
        died += stops.count(-signal.SIGALRM)
    figure("kill -9 points in the middle of a file and at any time", died)
