"""The program that a scheduled task starts: whether it is still there, and still this one."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from reports.deliver import schedule
from reports.deliver.schedule import find_stray
from reports.settings.config import Config
from reports.settings.loader import load
from tests.deliver.test_schedule import TASK
from tests.support.office import Office

OTHER_SYSTEM = (
    "/opt/reports/bin/invoice-reports" if os.name == "nt" else r"C:\invoice-reports\invoice-reports.exe"
)


@pytest.fixture
def settings(office: Office) -> Config:
    return load(office.config)


def write_task(settings: Config, command: str | Path) -> None:
    task = schedule.xml(replace(TASK, command=str(command)))
    settings.path.with_suffix(schedule.TASK_ENDING).write_bytes(task)


def test_task_that_starts_this_program_is_well(office: Office, settings: Config) -> None:
    assert find_stray(settings) is None
    assert office.type("schedule", office.config).code == 0
    assert find_stray(settings) is None


def test_program_that_is_gone_is_named_with_what_to_do(office: Office, settings: Config) -> None:
    gone = office.folder / "João & Cª" / "invoice-reports.exe"
    write_task(settings, gone)
    said = f"scheduled task: {gone} is not there any more; schedule again, and register the task"
    assert find_stray(settings) == said
    checked = office.type("check", office.config)
    assert checked.code == 0
    assert f"office: note: {said}" in checked.out
    in_portuguese = office.type("check", office.config, "--language", "pt")
    assert f"tarefa agendada: {gone} já não existe" in in_portuguese.out


def test_another_copy_that_is_still_there_is_named_beside_this_one(office: Office, settings: Config) -> None:
    other = office.folder / "invoice-reports.exe"
    other.touch()
    write_task(settings, other)
    assert (find_stray(settings) or "").startswith(f"scheduled task: it starts {other}, and this is ")


@pytest.mark.parametrize("data", [b"", b"\xff\xfe<", b"no XML", "<Command></Command>".encode("utf-16")])
def test_file_that_is_no_task_is_not_judged(settings: Config, data: bytes) -> None:
    settings.path.with_suffix(schedule.TASK_ENDING).write_bytes(data)
    assert find_stray(settings) is None


def test_task_of_another_system_is_not_judged(settings: Config) -> None:
    write_task(settings, OTHER_SYSTEM)
    assert find_stray(settings) is None
