"""Two runs at once, a run that is ended by force, and Ctrl+C."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reports.sandbox.server import Sandbox
from tests.support.office import HTML_ONLY, SPEAKING_ENGLISH, Office, account, tree
from tests.support.waiting import wait_until
from tests.windows.family import Family
from tests.windows.scheduled import PATIENCE_SECONDS, environment

NAMES = {100 + number: f"Cliente {number}" for number in range(1, 9)}
SLOWLY_SECONDS = {"1": 3.0, "2": 6.0}
"""What each answer takes, by jobs: whatever has to start meanwhile is there long before the last one."""

several_jobs = pytest.mark.parametrize("jobs", SLOWLY_SECONDS)

PRESS_CTRL_C = """
import ctypes, sys
kernel = ctypes.WinDLL("kernel32", use_last_error=True)
kernel.FreeConsole()
assert kernel.AttachConsole(int(sys.argv[1])), ctypes.get_last_error()
kernel.SetConsoleCtrlHandler(None, True)
assert kernel.GenerateConsoleCtrlEvent(0, 0), ctypes.get_last_error()
"""
"""Ctrl+C goes to everyone at a console; so whoever presses it goes to that console, and does not listen."""


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Office]:
    """An account whose API takes its time while a run is `under_way`."""
    with Sandbox(account_data=account(NAMES)) as sandbox:
        office = Office(tmp_path, sandbox)
        office.configure("all", output=HTML_ONLY, requests={"parallel": 1, "per_minute": 60_000})
        yield office


@contextmanager
def under_way(office: Office, jobs: str) -> Iterator[Family]:
    """A run that has published one client at least, and not all; it has a console of its own."""
    words = [sys.executable, "-m", "reports", "run", *SPEAKING_ENGLISH, str(office.config), "--jobs", jobs]
    office.sandbox.latency_seconds = SLOWLY_SECONDS[jobs]
    with Family(words, env=environment(office)) as family:
        wait_until(lambda: published(office) or family.process.poll() is not None)
        assert family.process.poll() is None
        yield family
    office.sandbox.latency_seconds = 0


def published(office: Office) -> list[str]:
    return sorted(path.parent.name for path in office.month.glob("[a-z]*-[0-9]*/*.html"))


def lasting(office: Office) -> dict[str, bytes]:
    return {
        path: data
        for path, data in tree(office.month).items()
        if path not in ("run.json", "run.log") and not path.startswith("source/")
    }


def undisturbed(office: Office) -> dict[str, bytes]:
    """What a run leaves that nothing happened to."""
    assert office.run("--output", office.folder / "other").code == 0
    other = office.folder / "other" / office.month.relative_to(office.output)
    return {
        path: data
        for path, data in tree(other).items()
        if path not in ("run.json", "run.log") and not path.startswith("source/")
    }


@several_jobs
def test_second_run_is_refused_and_one_that_is_ended_by_force_is_mended_by_the_next(
    slow: Office, jobs: str
) -> None:
    with under_way(slow, jobs) as family:
        second = slow.run()
        assert second.code == 7
        assert "another run is active" in second.last
        # TerminateProcess: what the Task Manager, and the scheduler's time limit, do.
        family.process.kill()
        family.process.wait(timeout=PATIENCE_SECONDS)
        assert family.has_gone()
    assert 0 < len(published(slow)) < len(NAMES)
    assert not (slow.month / "run.json").exists()
    for name in published(slow):
        (statement,) = (slow.month / name).glob("*.html")
        assert statement.read_text("utf-8").rstrip().endswith("</html>")

    assert slow.run().code == 0
    assert lasting(slow) == undisturbed(slow)
    assert [path for path in tree(slow.output) if path.endswith((".tmp", ".old"))] == []


@several_jobs
def test_ctrl_c_ends_a_run_in_order(slow: Office, jobs: str) -> None:
    with under_way(slow, jobs) as family:
        process = family.process
        subprocess.run([sys.executable, "-c", PRESS_CTRL_C, str(process.pid)], check=True)
        out, _ = process.communicate(timeout=PATIENCE_SECONDS)
        assert family.has_gone()
    said = out.decode("cp1252")
    assert process.returncode == 130, said
    assert said.splitlines()[-1].endswith("Exit code 130.")
    record = slow.record
    assert record["exit_code"] == 130
    states = [entry["state"] for entry in record["clients"]]
    assert states.count("ready") == len(published(slow)) < len(NAMES) == len(states)
    assert [path for path in tree(slow.output) if path.endswith((".tmp", ".old"))] == []

    assert slow.run("--resume").code == 0
    assert lasting(slow) == undisturbed(slow)
