"""Killed while it compares a month with its SAF-T file, `reconcile` leaves whole files; a run mends it."""

import os
import signal
from collections.abc import Iterator

import pytest

from tests.conftest import Figure
from tests.support.crash.killing import cut, killed
from tests.support.crash.scene import Scene, reconciling_command, stage

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs fork")

SAFT = "saft-2026-10.xml.gz"


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with stage(tmp_path_factory.mktemp("reconcile"), excel=False) as (office, press):
        yield reconciling_command(office, press)


def test_it_replaces_the_file_and_what_tells_of_it_and_nothing_else(scene: Scene) -> None:
    before, quiet = scene.states
    changed = {path for path in quiet if before.get(path) != quiet[path]}
    names = ("index.html", "run.json", "run.log", "summary.xlsx", f"source/{SAFT}")
    assert changed == {f"office/2026-10/{name}" for name in names}
    assert before.keys() == quiet.keys()


def test_killed_before_every_file_and_every_swap_it_is_mended_by_the_next_run(
    scene: Scene, figure: Figure
) -> None:
    # A file is announced twice: by Python and by the opener that it is given.
    chosen = [one for one in scene.changes if one.startswith("rename") or ("open" in one and "tmp #1" in one)]
    assert [one for one in chosen if SAFT in one]
    for change in chosen:
        assert scene.end(killed(change)).code == -signal.SIGKILL, change
    figure("kill -9 points, reconcile", len(chosen))


def test_a_saft_file_cut_in_the_middle_is_never_seen(scene: Scene) -> None:
    place = next(change for change in scene.changes if change.startswith("open") and SAFT in change)
    assert scene.end(cut(place, 200)).code == -signal.SIGXFSZ


@pytest.mark.soak
def test_killed_at_every_change_it_is_mended_by_the_next_run(scene: Scene, figure: Figure) -> None:
    for change in scene.changes:
        assert scene.end(killed(change)).code == -signal.SIGKILL, change
    figure("kill -9 points, reconcile, every one", len(scene.changes))
