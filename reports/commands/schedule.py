"""Writes the task that runs the month by itself, and hands it to Windows where that is wanted."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from reports import atomic_files
from reports.commands.console import say
from reports.deliver import schedule as scheduling
from reports.deliver.schedule import refuse_to_register
from reports.errors import ExitCode
from reports.settings.config import Config

__all__ = ["When", "refuse_to_register", "write_task"]


class When(NamedTuple):
    """The day of every month as it was typed, the time by this computer's clock, and the present instant."""

    day: str
    at: dt.time
    now: dt.datetime


def write_task(
    configs: Sequence[Config], when: When, out: Path | None, *, is_registering: bool, is_quiet: bool
) -> ExitCode:
    """Writes the task of `configs` to `out`, or beside the configuration, and says what to do with it.

    Raises ConfigError, WriteError.
    """
    task = scheduling.task(configs, day=scheduling.day_of(when.day), at=when.at, now=when.now)
    file = scheduling.task_file(configs, out)
    atomic_files.write_bytes(file, scheduling.xml(task))
    lines = scheduling.explanation(task, configs)
    lines += [] if is_registering else scheduling.instructions(task, file)
    for line in [] if is_quiet else lines:
        say(line)
    if not is_registering:
        say(f"{file} is written; nothing runs by itself before it is registered. Exit code 0.")
        return ExitCode.DONE
    answer = scheduling.register(scheduling.registration(task, file))
    code = ExitCode.NOT_WRITTEN if answer else ExitCode.DONE
    said = f"Windows refused the task (schtasks ended with {answer})" if answer else "Windows has the task"
    say(f"{said}: {task.name}. Exit code {int(code)}.")
    return code
