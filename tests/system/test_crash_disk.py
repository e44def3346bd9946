"""A disk that fills up at any moment of a command: code 8 or its own, whole files of one run, a way back."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Figure
from tests.support.crash.killing import Press
from tests.support.crash.remains import FOLDER, faults, is_whole, without_pages
from tests.support.crash.scene import (
    Scene,
    clock,
    first_run,
    lasting,
    put,
    reconciling_command,
    replacing_run,
    stage,
)
from tests.support.office import Office, tree

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs fork and tmpfs")

PLENTY_BYTES = 64 * 1024 * 1024
PLENTY_FILES = 10_000
PAGE_BYTES = 4096
SIZES = 40
MOST = 1.1
"""Of what the new files of a run take."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, of any size."""
    place = tmp_path / "disk"
    place.mkdir()
    limits = f"size={PLENTY_BYTES},nr_inodes={PLENTY_FILES}"
    mount = ["mount", "-t", "tmpfs", "-o", limits, "none", str(place)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("this user may not mount a small disk")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


def resize(disk: Path, **limits: int) -> None:
    options = ",".join(["remount", *(f"{name}={limit}" for name, limit in limits.items())])
    subprocess.run(["mount", "-o", options, str(disk)], check=True)


def run_on(scene: Scene, disk: Path, **limits: int) -> int:
    """The exit code of the command on such a disk. What it left is right, and so is the run after it."""
    put(scene.office.output, scene.before)
    resize(disk, **limits)
    ended = scene.press.run(*scene.words, scene.office.config, env=clock(1))
    left = tree(scene.office.output)
    resize(disk, size=PLENTY_BYTES, nr_inodes=PLENTY_FILES)
    assert ended.code in (scene.code, 8), (limits, ended.out)
    assert ended.last.endswith(f"Exit code {ended.code}."), limits
    assert [*faults(without_pages(left), *scene.states)] == [], limits
    assert [path for path, data in left.items() if data != FOLDER and not is_whole(path, data)] == [], limits
    assert [path for path in left if ".tmp" in path or ".old" in path] == [], limits
    if ended.code == scene.code:
        assert lasting(left) == lasting(scene.states[1])
    assert scene.press.run("run", scene.office.config, env=clock(2)).code == 0
    assert lasting(tree(scene.office.output)) == scene.after, limits
    return ended.code


def used(disk: Path, scene: Scene) -> tuple[int, int]:
    """Bytes on the disk before the run, and those that its new files take."""
    put(scene.office.output, scene.before)
    before = shutil.disk_usage(disk).used
    new = {path: data for path, data in scene.states[1].items() if scene.before.get(path) != data}
    return before, sum(-(-len(data) // PAGE_BYTES) * PAGE_BYTES for data in new.values() if data != FOLDER)


def test_a_full_disk_leaves_old_folders_as_they_were(tmp_path: Path, disk: Path) -> None:
    with stage(tmp_path, excel=False, output=disk / "output") as (office, press):
        scene = replacing_run(office, press)
        before, new = used(disk, scene)
        assert run_on(scene, disk, size=before) == 8
        assert run_on(scene, disk, size=before + new // 8) == 8
        assert run_on(scene, disk, size=before + int(new * MOST)) == 0


def test_a_full_disk_leaves_what_an_earlier_comparison_wrote(tmp_path: Path, disk: Path) -> None:
    with stage(tmp_path, excel=False, output=disk / "output") as (office, press):
        scene = reconciling_command(office, press)
        before, new = used(disk, scene)
        assert run_on(scene, disk, size=before) == 8
        assert run_on(scene, disk, size=before + int(new * MOST)) == scene.code


@pytest.mark.soak
@pytest.mark.parametrize("run", [first_run, replacing_run, reconciling_command])
def test_a_disk_of_any_size_leaves_old_folders_as_they_were(
    tmp_path: Path, disk: Path, figure: Figure, run: Callable[[Office, Press], Scene]
) -> None:
    with stage(tmp_path, excel=run is replacing_run, output=disk / "output") as (office, press):
        scene = run(office, press)
        before, new = used(disk, scene)
        sizes = [before + int(new * MOST * number / (SIZES - 1)) for number in range(SIZES)]
        codes = [run_on(scene, disk, size=max(size, PAGE_BYTES)) for size in sizes]
    assert (codes[0], codes[-1]) == (8, scene.code)
    full = codes.count(8)
    figure(f"disk sizes, {run.__name__.replace('_', ' ')}", f"{SIZES}, {full} of them too small")


@pytest.mark.soak
def test_a_disk_without_room_for_another_file_leaves_old_folders_as_they_were(
    tmp_path: Path, disk: Path, figure: Figure
) -> None:
    with stage(tmp_path, excel=False, output=disk / "output") as (office, press):
        scene = replacing_run(office, press)
        put(office.output, scene.before)
        there = os.statvfs(disk)
        files = there.f_files - there.f_ffree
        codes = [run_on(scene, disk, nr_inodes=files + more) for more in range(12)]
    assert {*codes} == {0, 8}
    figure("disks without room for another file", codes.count(8))
