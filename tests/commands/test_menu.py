"""The menu: what it offers, what a choice does, and that it is still there afterwards."""

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from reports.commands.menu import CHOICES, FOLDER_NAME, FOLDER_VARIABLE, find_folder, list_results
from tests.support import terminal
from tests.support.office import HTML_ONLY, ROOT, Office, Said, tree
from tests.support.terminal import PROMPT, Desk
from tests.support.waiting import PATIENCE_SECONDS

LAUNCHER = ROOT / "bundle" / "launcher_main.py"
KEYRING = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
SET_UP, CHECK, RUN, SCHEDULE, _, OPEN = map(str, range(1, len(CHOICES) + 1))
ASKED = "Your choice"

on_posix = pytest.mark.skipif(os.name == "nt", reason="there the menu is started from the zip: test_zip")


@pytest.fixture
def browser(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A browser that writes down what it is to open."""
    path = tmp_path_factory.mktemp("browser") / "browser"
    path.write_text('#!/bin/sh\necho "$1" >>"$0.opened"\n', "utf-8")
    path.chmod(0o755)
    return path


def start(office: Office, *choices: str, folder: Path | None = None, **variables: str) -> Said:
    """The menu with choices that come through a pipe, from its start to its end."""
    done = subprocess.run(
        [sys.executable, str(LAUNCHER)],
        env={**os.environ, **environment(office, folder), **variables},
        input="".join(f"{choice}\n" for choice in choices),
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    return Said(done.returncode, done.stdout, done.stderr)


def environment(office: Office, folder: Path | None = None) -> Mapping[str, str]:
    own = {"PYTHONPATH": str(ROOT), FOLDER_VARIABLE: str(folder or office.folder)}
    return {**office.environment(), **KEYRING, **own}


def test_folder_is_the_users_own_or_the_one_that_is_named(tmp_path: Path) -> None:
    assert find_folder({}) == Path.home() / FOLDER_NAME
    assert find_folder({FOLDER_VARIABLE: str(tmp_path)}) == tmp_path


@on_posix
def test_without_an_account_it_says_what_comes_first_and_makes_nothing(
    office: Office, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("away") / "Contas"
    said = start(office, CHECK, RUN, SCHEDULE, OPEN, "7", "", "nada", "0", folder=folder)
    assert said.code == 0, said
    assert said.out.count("There is no account yet: set one up first.") == 3
    assert "There are no results yet: run the month, or the demo." in said.out
    assert said.out.count("Type one of the numbers above.") >= 2
    assert said.out.count("0. Quit the program") == 5
    assert not folder.exists()


@on_posix
def test_choices_are_the_commands_with_every_configuration_and_their_results_open(
    office: Office, browser: Path
) -> None:
    office.configure("all", output=HTML_ONLY, language="en")
    said = start(office, CHECK, RUN, SCHEDULE, OPEN, BROWSER=str(browser))
    assert said.code == 0, said
    for command in ("check", "run", "schedule"):
        assert f"> invoice-reports {command} {office.config}" in said.out
    assert "A run would go through." in said.out
    assert "3 of 3 clients ready" in said.out
    assert office.config.with_suffix(".task.xml").is_file()
    page = office.output / "RESULT.html"
    assert f"The browser opens {page}." in said.out
    assert browser.with_name("browser.opened").read_text("utf-8").strip() == page.as_uri()


@on_posix
def test_command_that_fails_says_why_and_the_menu_stays(office: Office) -> None:
    office.configure("all", perod="2026-10")
    said = start(office, RUN, OPEN, "0")
    assert said.code == 0, said
    assert "Exit code 2." in said.err
    assert said.err.count("perod") >= 2
    assert said.out.count("0. Quit the program") == 3


@on_posix
def test_folder_that_cannot_be_made_is_a_sentence(office: Office) -> None:
    said = start(office, "5", "0", folder=office.config / "Contas")
    assert said.code == 0, said
    assert f"{office.config}" in said.err
    assert "Traceback" not in said.err


@on_posix
def test_it_speaks_the_language_of_the_system(office: Office) -> None:
    for language, words in (("pt_PT", "6. Abrir os resultados"), ("es_ES", "6. Abrir los resultados")):
        said = start(office, "0", LC_ALL=f"{language}.UTF-8", PYTHONIOENCODING="utf-8")
        assert words in said.out


@pytest.mark.skipif(not terminal.is_here, reason="needs tmux")
def test_what_a_command_asks_is_answered_at_the_terminal_and_control_c_leads_back(office: Office) -> None:
    office.configure([101], language="en")
    before = tree(office.folder)
    with Desk(office.folder, environment(office)) as desk:
        desk.type(shlex.join([sys.executable, str(LAUNCHER)]))
        desk.answer(ASKED, SET_UP)
        desk.wait_for(ASKED)
        assert "1. Add the new clients of config.yaml" in desk.screen
        assert "2. Set up another account" in desk.screen
        desk.type("2")
        desk.wait_for("Account, as in")
        assert f"> invoice-reports init {office.folder / 'config-2.yaml'}" in desk.screen
        desk.press("C-c")
        desk.answer(ASKED, "0")
        assert "Interrupted. Exit code 130." in desk.screen
        desk.wait_for(PROMPT)
        assert tree(office.folder) == before


def test_results_are_those_that_are_there_and_a_mistake_is_named(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = office.configure("all", name="broken.yaml", perod="2026-10")
    assert list(list_results([broken, office.config], office.folder)) == []
    assert "perod" in capsys.readouterr().err
    pages = [place / "RESULT.html" for place in (office.output, office.folder / "demo")]
    for page in pages:
        page.parent.mkdir()
        page.touch()
    assert list(list_results([office.config, office.config], office.folder)) == pages
