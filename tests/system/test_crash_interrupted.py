"""Ctrl+C at any moment: code 130, one line, whole folders, and a record of how far the run came."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Figure
from tests.support.crash.killing import Ended, interrupted
from tests.support.crash.remains import faults, is_whole, visible, without_pages
from tests.support.crash.scene import Scene, clock, lasting, put, replacing_run, stage
from tests.support.office import HTML_ONLY, Office, Said, tree
from tests.support.waiting import PATIENCE_SECONDS, wait_until

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs fork and signals")

TRIES = 25
STEP_SECONDS = 0.08
LATE = ("/.ana-101.old", "/.summary", "/.index", "/.run.json", "office/.RESULT.html.*.tmp RESULT")
LIBRARIES = ("pydantic_core", "charset_normalizer")
"""What is imported before a run begins; pandas is, while it is under way."""

AT_IMPORT = """
import os, runpy, signal, sys

def interrupt(event, arguments):
    if event == "import" and "{library}" in str(arguments[1]):
        os.kill(os.getpid(), signal.SIGINT)

sys.addaudithook(interrupt)
runpy.run_module("reports", run_name="__main__", alter_sys=True)
"""
"""`python -m reports`, with Ctrl+C pressed when it loads a file of a library."""


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with stage(tmp_path_factory.mktemp("interrupted"), excel=False) as (office, press):
        yield replacing_run(office, press)


def interrupt(scene: Scene, change: str) -> Ended:
    """Ctrl+C just before a change; asserts all that is to be seen afterwards."""
    office = scene.office
    put(office.output, scene.before)
    ended = scene.press.run("run", office.config, end=interrupted(change), env=clock(1))
    assert ended.code == 130, (change, ended.out)
    assert ended.last.endswith("Exit code 130."), change
    assert "Traceback" not in ended.out, change
    left = tree(office.output)
    assert [*faults(without_pages(left), *scene.states)] == [], change
    assert [path for path, data in visible(left).items() if not is_whole(path, data)] == [], change
    if has_begun(scene, change):
        told(scene, change)
    assert scene.press.run("run", office.config, env=clock(2)).code == 0
    assert lasting(tree(office.output)) == scene.after, change
    return ended


def told(scene: Scene, change: str) -> None:
    """The record says 130, and which of the folders are new."""
    office, (before, quiet) = scene.office, scene.states
    assert office.record["exit_code"] == 130, change
    for identity, entry in office.entries.items():
        folder = {path: data for path, data in tree(office.month).items() if f"-{identity}/" in path}
        state = quiet if entry["state"] == "ready" else before
        assert folder == {
            path.removeprefix("office/2026-10/"): data
            for path, data in state.items()
            if f"-{identity}/" in path
        }, change
        assert entry["state"] == "ready" or "interrupted" in entry["reason"], change


def has_begun(scene: Scene, change: str) -> bool:
    """The log is open, and so a record will be written.

    Python announces the opening twice, the second time by the opener that it is given: only then it happens.
    """
    return scene.changes.index(change) > scene.changes.index("open office/2026-10/run.log #2")


def test_an_interruption_at_any_step_is_told_in_the_record(scene: Scene) -> None:
    chosen = [next(change for change in scene.changes if mark in change) for mark in LATE]
    for change in chosen:
        interrupt(scene, change)


@pytest.mark.soak
def test_an_interruption_at_every_change_is_told_in_the_record(scene: Scene, figure: Figure) -> None:
    for change in scene.changes:
        interrupt(scene, change)
    figure("Ctrl+C points", len(scene.changes))


@pytest.mark.parametrize("library", LIBRARIES)
def test_an_interruption_among_the_imports_is_one_line(office: Office, library: str) -> None:
    said = interrupted_import(office, library)
    assert (said.code, said.out) == (130, "")
    assert said.err.split("\n") == ["", "Interrupted. Exit code 130.", ""]
    assert not office.output.exists()


@pytest.mark.parametrize("library", ["_multiarray_umath", "pandas/_libs/lib"])
def test_an_interruption_while_pandas_is_imported_is_told_in_the_record(office: Office, library: str) -> None:
    said = interrupted_import(office, library)
    assert said.code == 130, said
    assert said.last.endswith("Exit code 130."), said
    assert "Traceback" not in said.out + said.err
    assert office.record["exit_code"] == 130


@pytest.mark.soak
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs to see what a process has loaded")
def test_an_interruption_after_any_time_is_one_line(office: Office, figure: Figure) -> None:
    office.configure(output=HTML_ONLY)
    for number in range(TRIES):
        said = interrupted_after(office, "pydantic_core", seconds=number * STEP_SECONDS)
        assert "Traceback" not in said.out + said.err
        # What is over can no longer be interrupted: there Python itself may end by the signal.
        assert said.code == 130 or (said.code in (0, -signal.SIGINT) and "Exit code 0." in said.last), said
        assert said.last.endswith(f"Exit code {130 if said.code == 130 else 0}."), said
    figure("Ctrl+C after a time", TRIES)


def interrupted_import(office: Office, library: str) -> Said:
    """`run`, interrupted at the moment in which it loads `library`, whose file has this in its path."""
    program = ("-c", AT_IMPORT.format(library=library))
    with office.start("run", office.config, program=program) as process:
        return ended(process)


def interrupted_after(office: Office, library: str, *, seconds: float) -> Said:
    """`run`, interrupted so long after it began to import `library`, or a little later."""
    with office.start("run", office.config) as process:
        maps = Path(f"/proc/{process.pid}/maps")
        wait_until(lambda: library in maps.read_text("utf-8"))
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
        return ended(process)


def ended(process: "subprocess.Popen[bytes]") -> Said:
    out, err = process.communicate(timeout=PATIENCE_SECONDS)
    return Said(process.returncode, out.decode(), err.decode())
