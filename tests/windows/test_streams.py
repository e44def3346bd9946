"""No screen, a closed screen, and the installed command."""

import json
import re
import subprocess
import sys
from pathlib import Path

from reports import __version__
from tests.support.office import HTML_ONLY, Office, in_english
from tests.windows.scheduled import PATIENCE_SECONDS, SYSTEM_FOLDER, environment, installed, unseen


def without_screen(office: Office, *words: str | Path) -> int:
    """The exit code of a command that has no standard streams."""
    return subprocess.run(
        unseen(*words),
        cwd=SYSTEM_FOLDER,
        env=environment(office),
        stdin=subprocess.DEVNULL,
        timeout=PATIENCE_SECONDS,
        check=False,
    ).returncode


def spoken(office: Office, *words: str | Path) -> subprocess.CompletedProcess[bytes]:
    """A command whose output is read through pipes."""
    return subprocess.run(
        [sys.executable, "-m", "reports", *in_english(words)],
        env=environment(office),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )


def test_pythonw_has_no_screen_and_does_all_of_its_work(office: Office) -> None:
    office.configure("all", output=HTML_ONLY)
    assert without_screen(office, "run", office.config) == 0
    assert [entry["state"] for entry in office.record["clients"]] == ["ready"] * 3
    assert "Exit code 0" in (office.month / "run.log").read_text("utf-8")
    assert "Código de saída 0" in (office.output / "RESULT.html").read_text("utf-8")


def test_pythonw_ends_with_the_code_of_a_mistake(office: Office) -> None:
    office.configure("all", perod="2026-10")
    assert without_screen(office, "run", office.config) == 2


def test_help_answers_without_the_heavy_libraries(office: Office) -> None:
    code = (
        "import sys\nfrom reports.cli import main\nsys.argv = ['invoice-reports', '--help']\n"
        "try:\n    main()\nfinally:\n    print([name for name in sys.modules if name in "
        "('pandas', 'numpy', 'openpyxl', 'requests', 'pydantic', 'keyring')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(office),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    said = done.stdout.decode("ascii").splitlines()
    assert done.returncode == 0
    assert said[-1] == "[]"
    assert {"run", "check", "key", "demo", "schema"} <= {line.split()[0] for line in said if line.split()}


def test_schema_is_json_for_every_editor(office: Office) -> None:
    done = spoken(office, "schema")
    assert done.returncode == 0
    assert "account" in json.loads(done.stdout.decode("utf-8"))["properties"]


def test_command_that_is_not_there_is_code_2_and_a_sentence(office: Office) -> None:
    done = spoken(office, "rum")
    assert done.returncode == 2
    assert done.stderr.decode("cp1252").splitlines()[-1] == "Nothing was done. Exit code 2."


def test_installed_command_is_a_program_that_hands_on_the_code() -> None:
    command = installed()
    said = subprocess.run([command, "--version"], capture_output=True, check=False)
    assert (said.returncode, said.stdout.decode().strip()) == (0, f"invoice-reports, version {__version__}")
    wrong = subprocess.run([command, "run", "missing.yaml"], capture_output=True, check=False)
    assert wrong.returncode == 2
    assert re.search(r"missing\.yaml:1:1: there is no such file", wrong.stderr.decode("cp1252"))
