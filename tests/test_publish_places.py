"""Places that are not as they should be: a drive without locks, and two folders of one client."""

import errno
import os
from pathlib import Path

import pytest

from reports.deliver import publish
from reports.errors import WriteError

CLIENT = 1310176


@pytest.mark.skipif(os.name == "nt", reason="the drive is played by a call of POSIX")
@pytest.mark.parametrize("refusal", [errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP])
def test_no_run_begins_on_a_drive_without_locks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusal: int
) -> None:
    import fcntl

    def refuse(*_: object) -> None:
        raise OSError(refusal, os.strerror(refusal))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with (
        pytest.raises(WriteError, match=r"this drive has no locks.*Choose a folder"),
        publish.one_run(tmp_path),
    ):
        pytest.fail("the run began")


def lying(folder: Path) -> list[Path]:
    """The client's folders there."""
    return publish.folders(folder, {}).get(CLIENT, [])


def statement(folder: Path) -> Path:
    """A file of a run's own in a client's folder."""
    return folder / f"{folder.name}-{folder.parent.name}.html"


def test_of_two_folders_of_one_client_none_is_replaced(tmp_path: Path) -> None:
    for name in ("ana-1310176", "ana-copy-1310176"):
        (tmp_path / name).mkdir()
        statement(tmp_path / name).write_text(name, "utf-8")
    staged = publish.stage(tmp_path, CLIENT)
    with pytest.raises(WriteError, match="are both folders of client 1310176"):
        publish.swap_in(staged, tmp_path / f"ana-lda-{CLIENT}", lying=lying(tmp_path))
    for name in ("ana-1310176", "ana-copy-1310176"):
        assert statement(tmp_path / name).read_text("utf-8") == name


def test_a_copy_beside_the_folder_of_the_clients_name_is_left_alone(tmp_path: Path) -> None:
    for name in ("ana-1310176", "ana-copy-1310176"):
        (tmp_path / name).mkdir()
        statement(tmp_path / name).write_text("old", "utf-8")
    staged = publish.stage(tmp_path, CLIENT)
    (staged / statement(tmp_path / "ana-1310176").name).write_text("new", "utf-8")
    publish.swap_in(staged, tmp_path / "ana-1310176", lying=lying(tmp_path))
    assert statement(tmp_path / "ana-1310176").read_text("utf-8") == "new"
    assert statement(tmp_path / "ana-copy-1310176").read_text("utf-8") == "old"
