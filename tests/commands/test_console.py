"""Screens of every kind, a clock that is pinned, and one line where only one is wanted."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reports.sandbox.server import Sandbox
from tests.support.dialogue import hold_dialogue
from tests.support.office import HTML_ONLY, ROOT, SPEAKING_ENGLISH, Office, Said, account
from tests.support.waiting import PATIENCE_SECONDS

ANA, RUI = 101, 102

ON_POSIX = pytest.mark.skipif(os.name == "nt", reason="needs terminals, pipes or signals of POSIX")


@pytest.mark.parametrize(("epoch", "month"), [("0", "1969-12"), ("250246627199", "9899-11")])
@pytest.mark.parametrize("command", ["run", "check", "schedule"])
def test_the_first_and_the_last_clock_are_clocks(
    office: Office, epoch: str, month: str, command: str
) -> None:
    office.configure([ANA], period="last-month", output=HTML_ONLY)
    said = office.type(command, office.config, SOURCE_DATE_EPOCH=epoch)
    assert said.code in (0, 6), said
    if command == "run":
        assert (office.month.with_name(month) / "run.json").is_file()
        assert office.type("run", office.config, "--offline", SOURCE_DATE_EPOCH=epoch).code in (0, 6)


@pytest.mark.parametrize("command", ["run", "check", "send", "demo"])
@pytest.mark.parametrize("epoch", ["-62135596800", "253402300799"])
def test_no_command_takes_another_clock(office: Office, command: str, epoch: str) -> None:
    words = [] if command == "demo" else [office.config]
    said = office.spawn(command, *words, SOURCE_DATE_EPOCH=epoch)
    assert (said.code, "Traceback" in said.err) == (2, False)
    assert "SOURCE_DATE_EPOCH is not a number of" in said.err + said.out


@pytest.mark.parametrize("words", [["--quiet", "run"], ["run", "-q"]])
def test_quiet_run_says_one_line(office: Office, words: list[str]) -> None:
    office.configure([ANA], output=HTML_ONLY)
    assert office.type(*words, office.config) == Said(0, "1 of 1 clients ready. Exit code 0.\n", "")


def test_code_page_that_lacks_a_sign_and_names_with_commands_for_terminals_do_no_harm(tmp_path: Path) -> None:
    names = {ANA: "Caixa 🎁 São", RUI: "Rui\x1b[2J\x07\u202e"}
    with Sandbox(account_data=account(names)) as sandbox:
        office = Office(tmp_path, sandbox)
        office.configure("all", output=HTML_ONLY)
        with office.start("run", office.config, env={"PYTHONIOENCODING": "cp1252"}) as process:
            out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, err) == (0, b"")
    assert "Caixa ? São: ready" in out.decode("cp1252")
    assert [sign for sign in (b"\x1b", b"\x07") if sign in out] == []


@ON_POSIX
def test_run_without_any_screen_does_its_work(office: Office) -> None:
    office.configure([ANA], output=HTML_ONLY)
    command = [sys.executable, "-m", "reports", "--verbose", "run", str(office.config)]
    process = subprocess.run(
        ["/bin/sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *command],
        cwd=office.folder,
        env={**os.environ, **office.environment(), "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert process.returncode == 0
    assert office.record["exit_code"] == 0


@ON_POSIX
def test_screen_that_goes_away_does_not_end_a_run(office: Office) -> None:
    office.configure([ANA], output=HTML_ONLY)
    with office.start("--verbose", "run", office.config) as process:
        for stream in (process.stdout, process.stderr):
            assert stream is not None
            stream.close()
        process.wait(PATIENCE_SECONDS)
    assert process.returncode == 0
    assert office.record["exit_code"] == 0


@ON_POSIX
def test_progress_on_a_terminal_ends_with_the_same_last_line(office: Office) -> None:
    office.configure([ANA, RUI], output=HTML_ONLY)
    code, shown = hold_dialogue(office, "run", str(office.config), *SPEAKING_ENGLISH, answer="")
    assert code == 0
    assert "Traceback" not in shown
    assert shown.splitlines()[-1] == "2 of 2 clients ready. Exit code 0."
