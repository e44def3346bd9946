"""Whole files or none."""

import errno
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
