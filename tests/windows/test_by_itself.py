"""From the first command to the scheduled run, step by step as docs/INSTALL-WINDOWS.md has them."""

import os
import secrets
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from reports.sandbox.server import Sandbox
from reports.settings import credentials
from tests.support.office import KEY_VARIABLE, Office, Said, account, tree
from tests.windows.scheduled import PATIENCE_SECONDS, environment

NAMES = {101: "Ana & Filhos, Lda", 102: "no", 103: "Łódź: 漢字 # não"}
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


@dataclass(frozen=True)
class Steps:
    """What each command said, in order, and the task that the last one wrote."""

    office: Office
    account: str
    first: Said
    checked: Said
    again: Said
    planned: Said
    task: Path

    def text(self, name: str) -> str:
        """An element of the task."""
        (element,) = ET.parse(self.task).iter(f"{TASK}{name}")  # noqa: S314
        return element.text or ""


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Steps]:
    name = f"conta-{secrets.token_hex(4)}"
    with Sandbox(account_data=account(NAMES)) as sandbox:
        office = Office(tmp_path_factory.mktemp("Contabilidade & Cª"), sandbox)
        office.config.unlink()
        office.config = office.folder / f"{name}.yaml"
        office.month = office.output / name / "2026-10"
        credentials.store(name, sandbox.api_key)
        try:
            words = ("init", office.config, "--account", name, "--base-url", sandbox.url)
            yield Steps(
                office=office,
                account=name,
                first=office.type(*words, "--all-clients", "--yes"),
                checked=office.type("check", office.config),
                again=office.type(*words, "--all-clients", "--yes"),
                planned=office.type("schedule", office.config, "--out", office.folder / "task.xml"),
                task=office.folder / "task.xml",
            )
        finally:
            credentials.delete(name)


def test_init_writes_a_configuration_that_check_finds_sound(steps: Steps) -> None:
    assert steps.first.code == 0, steps.first
    assert steps.checked.code == 0, steps.checked
    text = steps.office.config.read_bytes()
    assert b"\r" not in text
    assert all(f"id: {client}" in text.decode("utf-8") for client in NAMES)


def test_init_again_has_nothing_to_add(steps: Steps) -> None:
    assert steps.again.code == 0, steps.again


def test_task_is_in_the_form_that_the_scheduler_takes(steps: Steps) -> None:
    assert steps.planned.code == 0, steps.planned
    data = steps.task.read_bytes()
    assert data.startswith(b"\xff\xfe")
    lines = data.decode("utf-16").split("\r\n")
    assert 'encoding="UTF-16"' in lines[0]
    assert not any("\n" in line for line in lines)
    assert "schtasks /create" in steps.planned.out
    assert str(steps.task) in steps.planned.out


def test_task_starts_a_program_that_is_there(steps: Steps) -> None:
    command = Path(steps.text("Command"))
    assert command.is_file()
    assert command.suffix == ".exe"
    assert command.is_absolute()
    assert Path(steps.text("WorkingDirectory")).is_dir()


def test_task_says_the_month_as_windows_would_start_it(steps: Steps) -> None:
    """Command and arguments make one command line; the key comes from the keyring alone."""
    variables = environment(steps.office)
    del variables[KEY_VARIABLE]
    done = subprocess.run(
        f'"{steps.text("Command")}" {steps.text("Arguments")}',
        cwd=steps.text("WorkingDirectory"),
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done
    assert [entry["name"] for entry in steps.office.record["clients"]] == list(NAMES.values())
    assert "Código de saída 0" in (steps.office.output / "RESULT.html").read_text("utf-8")
    (log,) = steps.office.folder.glob("*.log")
    assert "Exit code 0" in log.read_bytes().decode("utf-8")


def test_key_stays_with_windows(steps: Steps) -> None:
    key = steps.office.sandbox.api_key
    assert key.encode() not in b"".join(tree(steps.office.folder).values())
    assert key.encode("utf-16-le") not in steps.task.read_bytes()
    assert key not in os.environ.values()
    said = (steps.first, steps.checked, steps.again, steps.planned)
    assert not any(key in one.out + one.err for one in said)
