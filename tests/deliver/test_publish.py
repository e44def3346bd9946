"""A client's folder is there whole, of one run, or as it was; and one run works in a folder at a time."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from reports import atomic_files
from reports.deliver import publish
from reports.errors import BusyError, ExitCode, WriteError
from tests.support.waiting import PATIENCE_SECONDS

CLIENT = 1310176
NAME = "ana-lda-1310176"
ROOT = Path(__file__).parents[2]

HOLD = """
import sys
from pathlib import Path
from reports.deliver import publish
with publish.one_run(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""
SWAP = """
import sys
from itertools import count
from pathlib import Path
from reports.deliver import publish
folder = Path(sys.argv[1])
for number in count():
    staged = publish.stage(folder, 1310176)
    for ending in ("xlsx", "html", "pdf"):
        (staged / f"ana-lda-1310176-{folder.name}.{ending}").write_text(str(number), "utf-8")
    publish.seal(staged)
    publish.swap_in(staged, folder / "ana-lda-1310176", lying=publish.folders(folder, {}).get(1310176, ()))
    if number == 0:
        print("swapping", flush=True)
"""
PREPARE = """
import sys
from pathlib import Path
from reports.deliver import publish
from reports.errors import WriteError
try:
    with publish.one_run(Path(sys.argv[1])):
        print("working")
except WriteError as error:
    print(error)
"""
AS_NOBODY = """
import os
from reports.deliver import publish
if os.geteuid() == 0:
    os.setuid(65534)
"""
WITHOUT_A_BYTE = """
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
"""


def tree(folder: Path) -> dict[str, str]:
    """Every path below `folder`, with the text of its files."""
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8") if path.is_file() else "/"
        for path in sorted(folder.rglob("*"))
    }


def folder(path: Path, *texts: str) -> Path:
    """A client's folder with a run's own files, of these texts."""
    path.mkdir(parents=True)
    return filled(path, path.name.removeprefix(".").removesuffix(".old"), *texts)


def filled(place: Path, name: str, *texts: str) -> Path:
    for path, text in laid(name, place.parent.name, *texts).items():
        if text != "/":
            (place / Path(path).name).write_text(text, "utf-8")
    return place


def laid(name: str, label: str, *texts: str) -> dict[str, str]:
    """Such a folder as `tree` has it."""
    named = zip(("xlsx", "html", "pdf"), texts, strict=False)
    return {name: "/"} | {f"{name}/{name}-{label}.{ending}": text for ending, text in named}


def staged(period: Path, *texts: str, client: int = CLIENT) -> Path:
    return filled(publish.stage(period, client), NAME, *texts)


def lying(folder: Path) -> list[Path]:
    """The client's folders there."""
    return publish.folders(folder, {}).get(CLIENT, [])


def test_the_first_folder_of_a_client_is_there_whole(tmp_path: Path) -> None:
    place = staged(tmp_path, "new", "too")
    assert CLIENT not in publish.folders(tmp_path, {})
    publish.swap_in(place, tmp_path / NAME, lying=lying(tmp_path))
    assert tree(tmp_path) == laid(NAME, tmp_path.name, "new", "too")
    assert publish.folders(tmp_path, {})[CLIENT] == [tmp_path / NAME]


def test_a_newer_folder_takes_the_place_of_the_older_and_nothing_of_it_stays(tmp_path: Path) -> None:
    folder(tmp_path / NAME, "old", "old")
    publish.swap_in(staged(tmp_path, "new"), tmp_path / NAME, lying=lying(tmp_path))
    assert tree(tmp_path) == laid(NAME, tmp_path.name, "new")


def test_a_client_that_was_renamed_has_one_folder_under_the_new_name(tmp_path: Path) -> None:
    folder(tmp_path / "ana-1310176", "old")
    folder(tmp_path / "ana-lda-7", "another client's")
    publish.swap_in(staged(tmp_path, "new"), tmp_path / NAME, lying=lying(tmp_path))
    others = laid("ana-lda-7", tmp_path.name, "another client's")
    assert tree(tmp_path) == laid(NAME, tmp_path.name, "new") | others


def test_a_swap_that_fails_puts_the_old_folder_back(tmp_path: Path) -> None:
    folder(tmp_path / "ana-1310176", "old")
    (tmp_path / NAME).write_text("a file where the folder should be", "utf-8")
    before = tree(tmp_path)
    place = staged(tmp_path, "new")
    with pytest.raises(WriteError, match=NAME):
        publish.swap_in(place, tmp_path / NAME, lying=lying(tmp_path))
    publish.repair(tmp_path)
    assert tree(tmp_path) == before


def test_a_first_swap_that_fails_leaves_nothing_half_done(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("a file where the folder should be", "utf-8")
    before = tree(tmp_path)
    place = staged(tmp_path, "new")
    with pytest.raises(WriteError, match=NAME):
        publish.swap_in(place, tmp_path / NAME, lying=lying(tmp_path))
    publish.repair(tmp_path)
    assert tree(tmp_path) == before


def test_what_cannot_be_flushed_to_the_disk_is_not_published(tmp_path: Path) -> None:
    before = tree(folder(tmp_path / NAME, "old"))
    place = staged(tmp_path, "new")
    (place / "b").mkdir()
    with pytest.raises(WriteError):
        publish.seal(place)
    assert tree(tmp_path / NAME) == before


def test_no_folder_can_be_staged_where_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(WriteError):
        publish.stage(tmp_path / "missing", CLIENT)
    assert CLIENT not in publish.folders(tmp_path / "missing", {})


def states(period: Path) -> Iterator[tuple[Path, dict[str, str]]]:
    """Each state a killed swap may leave, and the files the next run must find."""
    one, two, three, four, five, six, seven = (period / f"{number}" / "2026-10" for number in range(1, 8))
    folder(one / NAME, "old")
    folder(one / f".{CLIENT}.0123abcd.tmp", "half")
    yield one, laid(NAME, "2026-10", "old")
    folder(two / f".{NAME}.old", "old")
    folder(two / f".{CLIENT}.0123abcd.tmp", "new")
    yield two, laid(NAME, "2026-10", "old")
    folder(three / f".{NAME}.old", "old")
    folder(three / NAME, "new")
    yield three, laid(NAME, "2026-10", "new")
    folder(four / f".{NAME}.old")
    folder(four / NAME, "new")
    yield four, laid(NAME, "2026-10", "new")
    folder(five / ".ana-1310176.old", "old")
    folder(five / NAME, "new")
    yield five, laid(NAME, "2026-10", "new")
    folder(six / ".ana-1310176.old", "old")
    folder(six / f".{CLIENT}.0123abcd.tmp", "new")
    yield six, laid("ana-1310176", "2026-10", "old")
    folder(seven / f".{CLIENT}.0123abcd.tmp", "half of a first one")
    (seven / ".run.json.0123abcd.tmp").write_text("half", "utf-8")
    yield seven, {}


def test_a_swap_killed_at_any_instant_is_completed_or_undone(tmp_path: Path) -> None:
    for month, after in states(tmp_path):
        for _ in range(2):
            publish.repair(month)
            assert tree(month) == after, month


def test_a_repair_leaves_alone_what_is_not_its_own(tmp_path: Path) -> None:
    folder(tmp_path / ".notes.old", "mine")
    folder(tmp_path / NAME, "new")
    (tmp_path / f".{NAME}.old").write_text("a file", "utf-8")
    before = tree(tmp_path)
    publish.repair(tmp_path)
    publish.repair(tmp_path / "missing")
    assert tree(tmp_path) == before


def test_killed_while_swapping_leaves_whole_folders_of_one_run(tmp_path: Path) -> None:
    for count in range(6):
        with python(SWAP, tmp_path) as swapping:
            assert swapping.stdout
            assert swapping.stdout.readline() == "swapping\n"
            time.sleep(0.004 * count)
            swapping.kill()
        publish.repair(tmp_path)
        left = tree(tmp_path)
        number = next(text for path, text in left.items() if path != NAME)
        assert left == laid(NAME, tmp_path.name, number, number, number)


def test_an_interruption_waits_until_the_folder_is_in_its_place(tmp_path: Path) -> None:
    def swap() -> None:
        with publish.delay_interrupt():
            signal.raise_signal(signal.SIGINT)
            publish.swap_in(staged(tmp_path, "new"), tmp_path / NAME, lying=lying(tmp_path))

    usual = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        swap()
    assert signal.getsignal(signal.SIGINT) is usual
    assert tree(tmp_path) == laid(NAME, tmp_path.name, "new")


def test_what_is_not_interrupted_ends_as_it_would(tmp_path: Path) -> None:
    with publish.delay_interrupt():
        publish.swap_in(staged(tmp_path, "new"), tmp_path / NAME, lying=lying(tmp_path))
    with pytest.raises(WriteError, match="full"), publish.delay_interrupt():
        raise WriteError("full")


def test_a_thread_is_never_interrupted_and_so_may_swap_as_well() -> None:
    def swap() -> str:
        with publish.delay_interrupt():
            return "swapped"

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(swap).result() == "swapped"


def test_a_second_run_of_the_folder_is_told_so_at_once(tmp_path: Path) -> None:
    with python(HOLD, tmp_path) as holding:
        assert holding.stdout
        assert holding.stdout.readline() == "held\n"
        before = tree(tmp_path)
        with pytest.raises(BusyError, match="another run is active") as caught, publish.one_run(tmp_path):
            pass
        assert holding.poll() is None
        assert caught.value.exit_code == ExitCode.BUSY
        assert tree(tmp_path) == before
        holding.kill()
    with publish.one_run(tmp_path):
        pass


def test_a_folder_may_be_worked_in_again_after_a_failure(tmp_path: Path) -> None:
    with pytest.raises(WriteError), publish.one_run(tmp_path):
        raise WriteError("full")
    with publish.one_run(tmp_path), pytest.raises(BusyError), publish.one_run(tmp_path):
        pass


def test_a_lock_that_cannot_be_had_is_no_run_of_another(tmp_path: Path) -> None:
    (tmp_path / publish.LOCK_NAME).mkdir()
    with pytest.raises(WriteError, match=r"\.lock"), publish.one_run(tmp_path):
        pass


def test_what_killed_runs_left_in_the_folder_is_gone(tmp_path: Path) -> None:
    (tmp_path / ".probe.0123abcd.tmp").write_bytes(b"probe")
    (tmp_path / "notes.tmp").write_bytes(b"mine")
    with publish.one_run(tmp_path):
        assert {*tree(tmp_path)} == {publish.LOCK_NAME, "notes.tmp"}


def test_an_output_folder_is_made_with_all_above_it_and_left_empty(tmp_path: Path) -> None:
    publish.prepare(tmp_path / "a" / "b")
    publish.prepare(tmp_path / "a" / "b")
    assert tree(tmp_path) == {"a": "/", "a/b": "/"}


def test_a_file_where_the_output_folder_should_be_is_named_and_kept(tmp_path: Path) -> None:
    (tmp_path / "output").write_text("mine", "utf-8")
    with pytest.raises(WriteError, match="there is a file where the output folder should be"):
        publish.prepare(tmp_path / "output")
    with pytest.raises(WriteError, match="output"):
        publish.prepare(tmp_path / "output" / "my-company")
    assert tree(tmp_path) == {"output": "mine"}


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="it could not be written"):
        publish.prepare(tmp_path / ("a" * 300))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_no_run_begins_where_its_result_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "my-company").mkdir()
    (tmp_path / "my-company").chmod(0o777)
    tmp_path.chmod(0o555)
    try:
        with python(AS_NOBODY + PREPARE, Path("my-company"), cwd=tmp_path) as preparing:
            said, _ = preparing.communicate(timeout=PATIENCE_SECONDS)
    finally:
        tmp_path.chmod(0o755)
    assert "no permission to write here" in said


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_a_folder_that_may_not_be_written_is_said_and_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old", "utf-8")
    tmp_path.chmod(0o555)
    try:
        with python(AS_NOBODY + PREPARE, Path(), cwd=tmp_path) as preparing:
            said, _ = preparing.communicate(timeout=PATIENCE_SECONDS)
    finally:
        tmp_path.chmod(0o755)
    assert "no permission to write here" in said
    assert tree(tmp_path) == {"a": "old"}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limit")
def test_a_probe_that_could_not_be_written_leaves_nothing(tmp_path: Path) -> None:
    with python(WITHOUT_A_BYTE + PREPARE, tmp_path) as preparing:
        said, _ = preparing.communicate(timeout=PATIENCE_SECONDS)
    assert "it could not be written" in said
    assert tree(tmp_path) == {}


def python(program: str, folder: Path, *, cwd: Path = ROOT) -> "subprocess.Popen[str]":
    """Another process that works in `folder`."""
    return subprocess.Popen(
        [sys.executable, "-c", program, str(folder)],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def with_notes(path: Path, text: str) -> Path:
    """A client's folder with a run's own file, and one of a person's."""
    folder(path, "old")
    (path / "notes.txt").write_text(text, "utf-8")
    return path


def test_a_persons_files_are_in_the_new_folder_also_after_a_kill(tmp_path: Path) -> None:
    folder(tmp_path / NAME, "new")
    with_notes(tmp_path / f".{NAME}.old", "theirs")
    publish.repair(tmp_path)
    assert tree(tmp_path) == laid(NAME, tmp_path.name, "new") | {f"{NAME}/notes.txt": "theirs"}


@pytest.mark.skipif(os.name == "nt", reason="links for everybody")
def test_a_link_that_was_put_aside_goes_and_what_it_leads_to_stays(tmp_path: Path) -> None:
    period, elsewhere = tmp_path / "2026-10", tmp_path / "elsewhere"
    folder(period / NAME, "new")
    elsewhere.mkdir()
    (elsewhere / "theirs.txt").write_text("kept", "utf-8")
    (period / f".{NAME}.old").symlink_to(elsewhere)
    publish.repair(period)
    assert tree(period) == laid(NAME, period.name, "new")
    assert (elsewhere / "theirs.txt").read_text("utf-8") == "kept"


@pytest.mark.skipif(os.name == "nt", reason="links for everybody")
def test_nothing_is_written_through_a_link_in_a_clients_place(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / NAME).symlink_to(tmp_path / "elsewhere")
    place = staged(tmp_path, "new")
    with pytest.raises(WriteError, match="there is a link where the client's folder should be"):
        publish.swap_in(place, tmp_path / NAME, lying=lying(tmp_path))
    assert tree(tmp_path / "elsewhere") == {}


def test_the_folder_of_a_renamed_client_comes_back_where_its_swap_fails(tmp_path: Path) -> None:
    old = folder(tmp_path / "ana-1310176", "old")
    before = tree(tmp_path)
    with pytest.raises(WriteError):
        publish.swap_in(tmp_path / "never staged", tmp_path / NAME, lying=[old])
    assert tree(tmp_path) == before


@pytest.mark.parametrize("failing", ["move", "iterdir"])
def test_what_cannot_be_carried_over_is_told_and_carried_over_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    with_notes(tmp_path / NAME, "theirs")
    place = staged(tmp_path, "new")
    with monkeypatch.context() as patch:
        if failing == "move":
            refuse(patch, atomic_files, "move", "notes.txt")
        else:
            refuse(patch, Path, "iterdir", f".{NAME}.old")
        left = publish.swap_in(place, tmp_path / NAME, lying=lying(tmp_path))
    assert len(left) == 1
    publish.repair(tmp_path)
    assert tree(tmp_path) == laid(NAME, tmp_path.name, "new") | {f"{NAME}/notes.txt": "theirs"}


def test_a_folder_that_cannot_be_looked_into_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder(tmp_path / NAME, "old")
    place = staged(tmp_path, "new")
    with monkeypatch.context() as patch:
        refuse(patch, Path, "iterdir", NAME)
        with pytest.raises(WriteError, match=f"{NAME}: no permission"):
            publish.swap_in(place, tmp_path / NAME, lying=lying(tmp_path))
    assert (tmp_path / NAME / f"{NAME}-{tmp_path.name}.xlsx").read_text("utf-8") == "old"


def refuse(patch: pytest.MonkeyPatch, owner: object, name: str, refused: str) -> None:
    """The operation `name` of `owner` is refused for a path of the name `refused`."""
    usual = getattr(owner, name)

    def act(path: Path, *rest: Path) -> object:
        if path.name == refused:
            error = PermissionError(errno.EACCES, "refused")
            raise atomic_files.as_write_error(error, path) if rest else error
        return usual(path, *rest)

    patch.setattr(owner, name, act)


def test_a_swap_that_cannot_be_ended_yet_is_logged_and_ended_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    folder(tmp_path / NAME, "new")
    with_notes(tmp_path / f".{NAME}.old", "theirs")

    with monkeypatch.context() as patch:
        refuse(patch, atomic_files, "move", "notes.txt")
        publish.repair(tmp_path)
    assert "a swap that was killed is not ended yet" in caplog.text
    publish.repair(tmp_path)
    assert (tmp_path / NAME / "notes.txt").read_text("utf-8") == "theirs"


def test_a_recorded_folder_is_its_clients_whatever_it_holds_and_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    (tmp_path / "rui-102").write_text("a file", "utf-8")
    folder(tmp_path / "ana-1310176", "a copy")
    assert publish.folders(tmp_path, {CLIENT: NAME}) == {CLIENT: [tmp_path / NAME]}


@pytest.mark.skipif(os.name == "nt", reason="links for everybody")
def test_a_link_to_itself_in_a_clients_place_is_said_to_be_a_link(tmp_path: Path) -> None:
    (tmp_path / NAME).symlink_to(tmp_path / NAME)
    assert publish.folders(tmp_path, {CLIENT: NAME}) == {}
    publish.repair(tmp_path)
    with pytest.raises(WriteError, match="there is a link where the client's folder should be"):
        publish.swap_in(staged(tmp_path, "new"), tmp_path / NAME, lying=[])
