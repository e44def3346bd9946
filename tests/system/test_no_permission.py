"""Folders that an ordinary user may not write: said before anything is asked, and left as they are."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reports import atomic_files
from reports.deliver import publish
from reports.errors import WriteError

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")

NOBODY = 65534


@pytest.fixture
def folder() -> Iterator[Path]:
    """Of ours, and in a place that everybody may look into, which pytest's own is not."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@contextmanager
def ordinary_user() -> Iterator[None]:
    """The administrator may write everything, and so proves nothing. `os.access` asks for the real user."""
    if os.getuid() != 0:
        yield
        return
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


def test_no_run_begins_in_a_folder_that_may_not_be_written(folder: Path) -> None:
    folder.chmod(0o555)
    with ordinary_user(), pytest.raises(WriteError, match="no permission to write here"):
        publish.prepare(folder)
    assert list(folder.iterdir()) == []


def test_no_folder_is_made_where_none_may_be(folder: Path) -> None:
    folder.chmod(0o555)
    with ordinary_user(), pytest.raises(WriteError, match="no permission to write here"):
        publish.prepare(folder / "my-company")
    assert list(folder.iterdir()) == []


def test_no_run_begins_where_the_result_of_all_accounts_cannot_be_written(folder: Path) -> None:
    own = folder / "my-company"
    own.mkdir()
    own.chmod(0o777)
    folder.chmod(0o555)
    with (
        ordinary_user(),
        pytest.raises(WriteError, match="no permission to write here"),
        publish.one_run(own),
    ):
        pytest.fail("the run began")
    assert [path.name for path in own.iterdir()] == [publish.LOCK_NAME]


def test_what_a_killed_run_left_and_nobody_may_remove_is_logged_and_fails_nothing(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    left = atomic_files.temporary_name(folder / "run.json")
    left.touch()
    folder.chmod(0o555)
    with ordinary_user():
        atomic_files.sweep(folder)
    assert left.exists()
    assert left.name in caplog.text
    assert "no permission to write here" in caplog.text


def test_a_swap_that_was_killed_and_cannot_be_ended_is_logged_and_fails_nothing(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    aside = folder / ".ana-lda-1310176.old"
    aside.mkdir()
    folder.chmod(0o555)
    with ordinary_user():
        publish.repair(folder)
    assert aside.is_dir()
    assert "client 1310176" in caplog.text
