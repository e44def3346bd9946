"""The zip for Windows, as a bookkeeper has it: unpacked below blanks and accents, and started."""

import os
import secrets
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from reports.commands.menu import FOLDER_VARIABLE
from reports.sandbox.server import Sandbox
from reports.settings import credentials
from tests.support.office import HTML_ONLY, KEY_VARIABLE, Office, Said, account, tree
from tests.support.waiting import wait_until
from tests.windows.family import Family
from tests.windows.test_by_itself import TASK
from tests.windows.test_processes import PRESS_CTRL_C

PATIENCE_SECONDS = 600
NAMES = {101: "Ana & Filhos, Lda", 102: "Łódź: 漢字 # não"}
OPENER = '@echo off\r\n>>"%~dp0opened.txt" echo %1\r\n'
NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True)
class Program:
    """The unpacked program, in the folder that a person chose for it."""

    folder: Path

    @property
    def launcher(self) -> Path:
        return self.folder / "invoice-reports.exe"

    def start(self, *words: str | Path, typed: str = "", env: Mapping[str, str] = NOTHING) -> Said:
        """A command, or without words the menu, from its start to its end; `typed` comes through a pipe."""
        done = subprocess.run(
            [str(self.launcher), *map(str, words)],
            cwd=self.folder,
            env={**os.environ, "LC_ALL": "pt_PT.UTF-8", **env},
            input=typed.encode(),
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        # A pipe gets what Windows calls ANSI.
        return Said(done.returncode, done.stdout.decode("cp1252"), done.stderr.decode("cp1252"))


@pytest.fixture(scope="module")
def archive() -> Path:
    """The zip that WINDOWS_ZIP names, or that is in the folder it names."""
    named = os.environ.get("WINDOWS_ZIP")
    if not named:
        pytest.skip("WINDOWS_ZIP names no zip for Windows")
    path = Path(named)
    if path.is_dir():
        (path,) = path.glob("*-windows.zip")
    return path


@pytest.fixture(scope="module")
def program(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Program:
    place = tmp_path_factory.mktemp("Área de João & Cª")
    with zipfile.ZipFile(archive) as file:
        file.extractall(place)
    (folder,) = place.iterdir()
    return Program(folder)


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bookkeeper's folder, apart from the program's."""
    return tmp_path_factory.mktemp("Papéis de João") / "Contas"


@pytest.fixture(scope="module")
def shown(program: Program, papers: Path) -> Said:
    """The menu: a choice that is none, the month of an account that is not there, the demo, its results."""
    papers.parent.mkdir(exist_ok=True)
    opener = papers.parent / "opener.cmd"
    opener.write_bytes(OPENER.encode("ascii"))
    env = {FOLDER_VARIABLE: str(papers), "BROWSER": str(opener)}
    return program.start(typed="9\n3\n5\n6\n0\n", env=env)


def test_it_starts_and_says_its_version(
    program: Program, record_property: Callable[[str, object], None]
) -> None:
    for when in ("to start, the first time", "to start, the second time"):
        began = time.monotonic()
        said = program.start("--version")
        record_property(f"seconds {when}", round(time.monotonic() - began, 1))
        assert (said.code, said.err) == (0, ""), said
        assert said.out.startswith("invoice-reports, version ")


def test_what_is_inside_is_said_with_every_licence(program: Program) -> None:
    contents = (program.folder / "CONTENTS.txt").read_text("utf-8")
    assert "Python: " in contents
    assert "SHA-256" in contents
    libraries = program.folder / "python" / "Lib" / "site-packages"
    packages = {path.name.partition("-")[0] for path in libraries.glob("*.dist-info")}
    licences = {path.name for path in (program.folder / "LICENSES").iterdir()}
    assert packages - {"invoicexpress_reports"} == licences - {"Python", "distlib"}
    assert {"Python", "distlib"} <= licences
    assert all(
        name.lower().replace("_", "-").replace(".", "-") in contents
        for name in packages - {"invoicexpress_reports"}
    )


def test_no_python_of_the_computer_reaches_it(program: Program, tmp_path: Path) -> None:
    for name in ("reports", "click"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise SystemExit('another package')", "utf-8")
    variables = {"PYTHONPATH": str(tmp_path), "PYTHONHOME": str(tmp_path), "PYTHONSTARTUP": "nothing"}
    said = program.start("--version", env=variables)
    assert (said.code, said.err) == (0, ""), said


def test_exit_codes_and_streams_pass_through(program: Program, tmp_path: Path) -> None:
    said = program.start("run", tmp_path / "não existe.yaml")
    assert said.code == 2
    assert said.out == ""
    assert "there is no such file" in said.err
    assert program.start("--no-such-option").code == 2


def test_menu_speaks_the_systems_language_and_stays_after_every_choice(shown: Said, papers: Path) -> None:
    assert shown.code == 0, shown
    assert "Traceback" not in shown.err
    assert shown.out.count("1. Preparar uma conta") == 4
    assert f"estão em {papers}." in shown.out
    assert "Escreva um dos números acima." in shown.out
    assert "Ainda não há nenhuma conta" in shown.out
    assert f"> invoice-reports demo {papers}\\demo" in shown.out
    assert "Código de saída 0." in shown.out


def test_menu_opens_the_results_in_the_browser(shown: Said, papers: Path) -> None:
    assert f"O navegador abre {papers}\\demo\\RESULT.html." in shown.out
    opened = papers.parent / "opened.txt"
    wait_until(opened.is_file)
    assert "RESULT.html" in opened.read_text("cp1252")


def test_menu_ends_where_nothing_more_is_typed(program: Program, papers: Path) -> None:
    said = program.start(typed="", env={FOLDER_VARIABLE: str(papers)})
    assert said.code == 0, said


def test_demo_is_the_same_byte_for_byte_as_elsewhere(shown: Said, papers: Path, reference: Path) -> None:
    assert shown.code == 0
    here, there = (folder / "demo" / "2026-10" for folder in (papers / "demo", reference))
    assert sorted(tree(here)) == sorted(tree(there))
    same = [path for path in tree(there) if path.endswith((".html", ".xlsx", ".eml"))]
    assert len(same) >= 40
    assert [path for path in same if (here / path).read_bytes() != (there / path).read_bytes()] == []


def test_results_and_configurations_are_not_in_the_programs_folder(shown: Said, program: Program) -> None:
    assert shown.code == 0
    assert {path.name for path in program.folder.iterdir()} == {
        *("invoice-reports.exe", "CONTENTS.txt", "LICENSES", "python"),
    }


def test_ctrl_c_ends_a_run_with_its_code(program: Program, tmp_path: Path) -> None:
    with Sandbox(account_data=account(NAMES)) as sandbox:
        office = Office(tmp_path, sandbox)
        office.configure("all", output=HTML_ONLY)
        sandbox.latency_seconds = 5
        words = [str(program.launcher), "run", str(office.config)]
        with Family(words, env={**os.environ, **office.environment()}) as family:
            wait_until(lambda: sandbox.requests or family.process.poll() is not None)
            assert family.process.poll() is None
            subprocess.run([sys.executable, "-c", PRESS_CTRL_C, str(family.process.pid)], check=True)
            assert family.process.wait(PATIENCE_SECONDS) == 130


@dataclass(frozen=True)
class Steps:
    """What each command of the program said, in order, and the task that `schedule` wrote."""

    office: Office
    first: Said
    planned: Said
    checked: Said
    task: ET.Element

    def text(self, name: str) -> str:
        """An element of the task."""
        (element,) = self.task.iter(f"{TASK}{name}")
        return element.text or ""


@pytest.fixture(scope="module")
def steps(program: Program, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Steps]:
    name = f"conta-{secrets.token_hex(4)}"
    with Sandbox(account_data=account(NAMES)) as sandbox:
        office = Office(tmp_path_factory.mktemp("Contabilidade & Cª"), sandbox)
        office.config.unlink()
        office.month = office.output / name / "2026-10"
        credentials.store(name, sandbox.api_key)
        env = office.environment()
        del env[KEY_VARIABLE]
        try:
            words = ("init", office.config, "--account", name, "--base-url", sandbox.url)
            first = program.start(*words, "--all-clients", "--yes", env=env)
            planned = program.start("schedule", office.config, "--language", "en", env=env)
            checked = program.start("check", office.config, "--language", "en", env=env)
            task = ET.parse(office.config.with_suffix(".task.xml")).getroot()  # noqa: S314
            yield Steps(office, first, planned, checked, task)
        finally:
            credentials.delete(name)


def test_task_starts_the_launcher(steps: Steps, program: Program) -> None:
    assert (steps.first.code, steps.planned.code) == (0, 0), (steps.first, steps.planned)
    assert Path(steps.text("Command")) == program.launcher
    assert steps.checked.code == 0, steps.checked
    assert "scheduled task:" not in steps.checked.out


def test_month_of_the_task_goes_through_with_the_key_of_windows(steps: Steps) -> None:
    done = subprocess.run(
        f'"{steps.text("Command")}" {steps.text("Arguments")}',
        cwd=steps.text("WorkingDirectory"),
        env={**os.environ, "SOURCE_DATE_EPOCH": steps.office.environment()["SOURCE_DATE_EPOCH"]},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done
    assert [entry["name"] for entry in steps.office.record["clients"]] == list(NAMES.values())


def test_month_is_rendered_by_processes_of_its_own_python(steps: Steps, program: Program) -> None:
    page = steps.office.month / "index.html"
    page.unlink()
    words = ("run", steps.office.config, "--period", "2026-10", "--offline", "--jobs", "2")
    said = program.start(*words, env=steps.office.environment())
    assert said.code == 0, said
    assert page.is_file()


def test_mails_of_the_month_are_shown(steps: Steps, program: Program) -> None:
    mail = "\nemail: {when: draft, from: contas@example.pt, smtp: {host: mail.example.pt}}\n"
    config = steps.office.config.with_name("mail.yaml")
    config.write_text(steps.office.config.read_text("utf-8") + mail, "utf-8")
    words = ("send", config, "--period", "2026-10", "--dry-run", "--language", "en")
    said = program.start(*words, env=steps.office.environment())
    assert said.code == 0, said
    assert "Nobody was asked and nothing sent" in said.out


def test_check_finds_that_the_program_was_moved(steps: Steps, program: Program) -> None:
    elsewhere = program.folder.with_name("outro sítio")
    program.folder.rename(elsewhere)
    try:
        env = {"SOURCE_DATE_EPOCH": steps.office.environment()["SOURCE_DATE_EPOCH"]}
        said = Program(elsewhere).start("check", steps.office.config, "--language", "en", env=env)
    finally:
        elsewhere.rename(program.folder)
    assert said.code == 0, said
    assert f"note: scheduled task: {program.launcher} is not there any more; schedule again" in said.out
