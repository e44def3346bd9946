"""Places that are not as they should be: a drive without locks, and two folders of one client."""

import errno
import os
from pathlib import Path

import pytest

from reports.deliver import publish
from reports.errors import WriteError
from tests.conftest import ANA
from tests.support.office import HTML_ONLY, Office

CLIENT = 1310176


@pytest.mark.skipif(os.name == "nt", reason="the drive is played by a call of POSIX")
@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        *((code, r"this drive has no locks.*Choose a folder") for code in (errno.ENOLCK, errno.ENOSYS)),
        (errno.EOPNOTSUPP, r"this drive has no locks.*Choose a folder"),
        (errno.EIO, publish.LOCK_NAME),
    ],
)
def test_no_run_begins_on_a_drive_that_gives_no_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refusal: int, words: str
) -> None:
    import fcntl

    def refuse(*_: object) -> None:
        raise OSError(refusal, os.strerror(refusal))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with (
        pytest.raises(WriteError, match=words),
        publish.one_run(tmp_path),
    ):
        pytest.fail("the run began")


def test_no_run_begins_where_a_folder_lies_in_the_place_of_the_lock(tmp_path: Path) -> None:
    (tmp_path / publish.LOCK_NAME).mkdir()
    with pytest.raises(WriteError, match=publish.LOCK_NAME), publish.one_run(tmp_path):
        pytest.fail("the run began")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077, 0o277])
@pytest.mark.parametrize("mode_before", [None, 0o755, 0o777, 0o700])
def test_a_private_folder_is_its_owner_s_alone_whatever_the_umask(
    tmp_path: Path, mask: int, mode_before: int | None
) -> None:
    folder = tmp_path / "2026-10" / "source"
    if mode_before is not None:
        folder.mkdir(parents=True)
        folder.chmod(mode_before)
        (folder / "101.jsonl.gz").write_bytes(b"pages")
    folder.parent.mkdir(exist_ok=True)
    usual = os.umask(mask)
    try:
        publish.prepare(folder, is_private=True)
    finally:
        os.umask(usual)
    assert folder.stat().st_mode & 0o7777 == 0o700
    assert [path.name for path in folder.iterdir()] == ([] if mode_before is None else ["101.jsonl.gz"])


@pytest.mark.skipif(os.name == "nt", reason="links for everybody")
def test_a_private_folder_that_lies_elsewhere_is_used_and_its_mode_left_alone(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o755)
    (tmp_path / "source").symlink_to(tmp_path / "elsewhere")
    publish.prepare(tmp_path / "source", is_private=True)
    assert (tmp_path / "elsewhere").stat().st_mode & 0o777 == 0o755


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_the_pages_of_a_run_are_for_its_user_alone(office: Office) -> None:
    office.configure([ANA], output=HTML_ONLY)
    source = office.month / "source"
    for mode_before in (None, 0o755):
        if mode_before:
            source.chmod(mode_before)
        assert office.run().code == 0
        assert source.stat().st_mode & 0o777 == 0o700
        assert (office.month / f"ana-{ANA}").stat().st_mode & 0o777 == 0o777 & ~mask()


def mask() -> int:
    usual = os.umask(0)
    os.umask(usual)
    return usual


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
