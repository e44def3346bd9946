"""Two runs at once, a run that is ended by force, and Ctrl+C."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from reports.source.sandbox import Sandbox
from tests.office import HTML_ONLY, Office, account, tree
from tests.windows.scheduled import PATIENCE_SECONDS, environment

NAMES = {100 + number: f"Cliente {number}" for number in range(1, 9)}
SLOWLY_SECONDS = 0.3
LOOK_SECONDS = 0.02

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
    """An account whose API takes its time."""
    with Sandbox(account_data=account(NAMES), latency_seconds=SLOWLY_SECONDS) as sandbox:
        office = Office(tmp_path, sandbox)
        office.configure("all", output=HTML_ONLY, requests={"parallel": 1, "per_minute": 60_000})
        yield office


@contextmanager
def under_way(office: Office) -> Iterator["subprocess.Popen[bytes]"]:
    """A run that has published one client at least, and not all; it has a console of its own."""
    with subprocess.Popen(
        [sys.executable, "-m", "reports", "run", str(office.config)],
        env=environment(office),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    ) as process:
        try:
            deadline = time.monotonic() + PATIENCE_SECONDS
            while not published(office):
                assert process.poll() is None
                assert time.monotonic() < deadline
                time.sleep(LOOK_SECONDS)
            yield process
        finally:
            process.kill()


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


def test_second_run_is_refused_and_one_that_is_ended_by_force_is_mended_by_the_next(slow: Office) -> None:
    with under_way(slow) as process:
        second = slow.run()
        assert second.code == 7
        assert "another run is active" in second.last
        # TerminateProcess: what the Task Manager, and the scheduler's time limit, do.
        process.kill()
        process.wait(timeout=PATIENCE_SECONDS)
    assert 0 < len(published(slow)) < len(NAMES)
    assert not (slow.month / "run.json").exists()
    for name in published(slow):
        (statement,) = (slow.month / name).glob("*.html")
        assert statement.read_text("utf-8").rstrip().endswith("</html>")

    assert slow.run().code == 0
    assert lasting(slow) == undisturbed(slow)
    assert [path for path in tree(slow.output) if path.endswith((".tmp", ".old"))] == []


def test_ctrl_c_ends_a_run_in_order(slow: Office) -> None:
    with under_way(slow) as process:
        subprocess.run([sys.executable, "-c", PRESS_CTRL_C, str(process.pid)], check=True)
        out, _ = process.communicate(timeout=PATIENCE_SECONDS)
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
