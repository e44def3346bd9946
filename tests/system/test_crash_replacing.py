"""Killed while it replaces an earlier month, a run leaves whole files; the next one makes the rest good."""

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Figure
from tests.support.crash.killing import cut, killed
from tests.support.crash.remains import faults
from tests.support.crash.scene import Scene, listless_run, replacing_run, stage

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs fork")

DOCUMENT_LIST = "source/.documents", "source/documents"
DATA = "data/.documents", "data/.period"
TELLING = (
    *DOCUMENT_LIST,
    *DATA,
    ".102.",
    "rui-",
    "102.2026",
    ".summary",
    ".index",
    ".run.json",
    ".RESULT",
    ".lock",
    "run.log",
)
"""One client, which got a new name, and what is written once an account; other clients go the same way."""


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with stage(tmp_path_factory.mktemp("replacing"), excel=False) as (office, press):
        yield replacing_run(office, press)


def test_killed_at_every_kind_of_change_a_replacing_run_leaves_files_of_one_run(
    scene: Scene, figure: Figure
) -> None:
    chosen = [change for change in scene.changes if any(mark in change for mark in TELLING)]
    # A temporary name is removed when nothing has it any more.
    chosen = [change for change in chosen if not re.match(r"fsync|remove .*tmp", change)]
    assert len(chosen) >= 20
    for change in chosen:
        assert scene.end(killed(change)).code == -signal.SIGKILL, change
    figure("kill -9 points, replacing run", len(chosen))


def test_killed_while_an_earlier_list_of_documents_is_put_aside_a_run_leaves_it_whole(
    tmp_path: Path, figure: Figure
) -> None:
    with stage(tmp_path, excel=False) as (office, press):
        listless = listless_run(office, press)
        chosen = [change for change in listless.changes if any(mark in change for mark in DOCUMENT_LIST)]
        assert chosen
        for change in chosen:
            assert listless.end(killed(change)).code == -signal.SIGKILL, change
        kept = [path for path in listless.after if "source/documents" in path]
        assert [Path(path).name for path in kept] == ["documents.20261102T063000Z.jsonl.gz"]
    figure("kill -9 points, a list of documents put aside", len(chosen))


def test_a_file_cut_in_the_middle_is_never_seen(scene: Scene) -> None:
    for name in (".index.html", ".102.*.tmp/rui-novo-102-2026-10.html"):
        place = next(change for change in scene.changes if change.startswith("open") and name in change)
        assert scene.end(cut(place, 600)).code == -signal.SIGXFSZ, place


def test_a_half_file_a_mixed_folder_and_a_lost_one_would_be_noticed(scene: Scene) -> None:
    before, quiet = scene.states
    page, other = "office/2026-10/index.html", "office/2026-10/ana-101/ana-101-2026-10.html"
    folder = {path: data for path, data in quiet.items() if "/ana-101" not in path}
    assert [*faults(quiet, *scene.states)] == []
    assert [*faults({**quiet, page: quiet[page][:-1]}, *scene.states)] == [f"{page}: no run wrote this"]
    assert [*faults({**quiet, f"{other}.xlsx": before[page]}, *scene.states)] != []
    assert [*faults({**quiet, "office/2026-10/rui-102/rui-102-2026-10.html": b""}, *scene.states)] != []
    assert len([*faults(folder, *scene.states)]) == 1


@pytest.mark.soak
@pytest.mark.parametrize("excel", [True, False])
def test_killed_at_every_change_a_replacing_run_leaves_files_of_one_run(
    tmp_path: Path, figure: Figure, excel: bool
) -> None:
    with stage(tmp_path, excel=excel) as (office, press):
        scene = replacing_run(office, press)
        for change in scene.changes:
            assert scene.end(killed(change)).code == -signal.SIGKILL, change
    figure(f"kill -9 points, replacing run, {'with' if excel else 'without'} workbooks", len(scene.changes))
