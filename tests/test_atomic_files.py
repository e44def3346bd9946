"""Whole files or none."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from reports import atomic_files
from reports.errors import WriteError


class _WindowsError(OSError):
    """What Windows raises; elsewhere an OSError has no such number."""

    def __init__(self, winerror: int) -> None:
        super().__init__(errno.EACCES, "refused")
        self.winerror = winerror


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_whole_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    atomic_files.write_bytes(tmp_path / "a.txt", b"old")
    atomic_files.write_bytes(tmp_path / "a.txt", b"new")
    assert (tmp_path / "a.txt").read_bytes() == b"new"
    assert _names(tmp_path) == ["a.txt"]


def test_a_block_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    atomic_files.write_bytes(tmp_path / "a.txt", b"old")

    def fail() -> None:
        with atomic_files.new_file(tmp_path / "a.txt") as file:
            file.write(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(WriteError, match="disk is full") as caught:
        fail()
    assert caught.value.disk_full
    assert (tmp_path / "a.txt").read_bytes() == b"old"
    assert _names(tmp_path) == ["a.txt"]


def test_a_missing_folder_is_a_write_error(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="could not be written"):
        atomic_files.write_bytes(tmp_path / "missing" / "a.txt", b"")


def test_a_folder_in_the_place_of_a_file_is_said_to_be_one(tmp_path: Path) -> None:
    (tmp_path / "a.txt").mkdir()
    with pytest.raises(WriteError, match=r"a\.txt: it could not be written, for a folder is there"):
        atomic_files.write_bytes(tmp_path / "a.txt", b"new")
    assert _names(tmp_path) == ["a.txt"]


def test_sweep_removes_what_killed_runs_left_and_nothing_else(tmp_path: Path) -> None:
    left = atomic_files.temporary_name(tmp_path / "a.txt")
    left.write_bytes(b"half")
    folder = atomic_files.temporary_name(tmp_path / "client")
    folder.mkdir()
    (folder / "inside.txt").write_bytes(b"")
    for name in ("a.txt", ".hidden", ".a.tmp", "notes.0123abcd.tmp"):
        (tmp_path / name).write_bytes(b"kept")
    atomic_files.sweep(tmp_path)
    assert _names(tmp_path) == [".a.tmp", ".hidden", "a.txt", "notes.0123abcd.tmp"]
    atomic_files.sweep(tmp_path / "missing")


def test_a_folder_is_renamed_and_removed(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "a.txt").write_bytes(b"")
    atomic_files.rename_folder(tmp_path / "new", tmp_path / "client")
    assert _names(tmp_path / "client") == ["a.txt"]
    atomic_files.remove_folder(tmp_path / "client")
    atomic_files.remove_folder(tmp_path / "client")
    assert _names(tmp_path) == []


@pytest.mark.parametrize(
    ("error", "words", "is_full"),
    [
        (OSError(errno.ENOSPC, "full"), "the disk is full", True),
        (OSError(errno.EDQUOT, "quota"), "the disk is full", True),
        (_WindowsError(112), "the disk is full", True),
        (_WindowsError(5), "Close the file", False),
        (_WindowsError(32), "Close the file", False),
        (OSError(errno.EROFS, "read-only"), "no permission", False),
        (OSError(errno.EIO, "Input/output error"), "Input/output error", False),
    ],
)
def test_every_refusal_says_what_to_do(error: OSError, words: str, is_full: bool) -> None:
    told = atomic_files.as_write_error(error, Path("output") / "a.xlsx")
    assert "a.xlsx" in str(told)
    assert words in str(told)
    assert told.disk_full is is_full


def test_a_file_that_somebody_has_open_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(atomic_files, "HELD_WAITS_SECONDS", (0.001, 0.001))
    tries: list[int] = []

    def action() -> None:
        tries.append(len(tries))
        if len(tries) < 3:
            raise _WindowsError(32)

    atomic_files._patiently(action, Path("a.xlsx"))
    assert tries == [0, 1, 2]


def test_waiting_for_an_open_file_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(atomic_files, "HELD_WAITS_SECONDS", (0.001, 0.001))
    tries: list[int] = []

    def action() -> None:
        tries.append(len(tries))
        raise _WindowsError(5)

    with pytest.raises(WriteError, match="Close the file"):
        atomic_files._patiently(action, Path("a.xlsx"))
    assert tries == [0, 1, 2]


def test_no_permission_is_not_tried_again() -> None:
    tries: list[int] = []

    def action() -> None:
        tries.append(len(tries))
        raise PermissionError(errno.EPERM, "refused")

    with pytest.raises(WriteError, match="no permission"):
        atomic_files._patiently(action, Path("a.xlsx"))
    assert tries == [0]


def test_about_two_and_a_half_seconds_are_waited_for_an_open_file() -> None:
    assert sum(atomic_files.HELD_WAITS_SECONDS) == pytest.approx(2.5)


@pytest.mark.parametrize("code", [errno.EMFILE, errno.ENFILE])
def test_a_limit_of_open_files_is_said_to_be_one(code: int) -> None:
    told = atomic_files.as_write_error(OSError(code, "Too many open files"), Path("a.xlsx"))
    assert "a.xlsx: it could not be opened, too many open files. Close other programs" in str(told)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes in folders")
def test_a_pipe_is_not_read_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="no regular file"):
        atomic_files.open_to_read(tmp_path / "pipe")


@pytest.mark.skipif(os.name == "nt", reason="links for everybody")
@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_a_log_that_is_begun_anew_writes_through_no_link(
    tmp_path: Path, link: Callable[[Path, Path], None]
) -> None:
    other, log = tmp_path / "other.txt", tmp_path / "run.log"
    other.write_text("another's", "utf-8")
    link(other, log)
    with atomic_files.open_log(log, is_continued=False) as file:
        file.write("begun")
    assert (other.read_text("utf-8"), log.read_text("utf-8")) == ("another's", "begun")


def test_what_is_moved_takes_another_name_where_its_own_is_taken(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for name in ("notes.txt", "notes (2).txt"):
        (tmp_path / "folder" / name).write_text(name, "utf-8")
    (tmp_path / "notes.txt").write_text("moved", "utf-8")
    atomic_files.move(tmp_path / "notes.txt", tmp_path / "folder")
    assert (tmp_path / "folder" / "notes (3).txt").read_text("utf-8") == "moved"
    assert (tmp_path / "folder" / "notes.txt").read_text("utf-8") == "notes.txt"


@pytest.mark.skipif(os.name == "nt", reason="links for everybody")
def test_a_link_is_one_also_where_it_leads_nowhere_and_what_is_not_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    assert atomic_files.is_link(tmp_path / "link")
    assert not atomic_files.is_link(tmp_path / "nowhere")
    assert not atomic_files.is_link(tmp_path)
