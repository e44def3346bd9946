"""The month by itself: a task for the Windows Task Scheduler, and the same as a line for cron.

A task depends on nothing of the session that made it: every path is absolute, no variable is assumed, and no
shell stands between scheduler and program. Its times are those of this computer's clock. What a run says is
kept in a log beside the first configuration, because a run that stops at a mistake knows no output folder.

Elements, their order and their defaults: the Task Scheduler schema 1.2 of Windows.
"""

import datetime as dt
import os
import re
import shlex
import subprocess
import sys
import sysconfig
from calendar import month_name, monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape, unescape

from reports.errors import ConfigError
from reports.period import local_day
from reports.settings import credentials
from reports.settings.config import Config, resolve_period

DAYS = range(1, 29)
"""Days that every month has."""

LAST = "last"
TASK_ENDING = ".task.xml"
LAUNCHER = "invoice-reports.exe"
"""What starts the program in the zip for Windows, in the folder above its Python."""

COMMAND_LIMIT_CHARACTERS = 260
RENDERING_MINUTES = 30
"""What a run may take besides its reading, for which the configuration has a deadline."""
SURELY_ANOTHER_PERIOD = dt.timedelta(days=800)

# Windows' own defaults leave a month out where a laptop runs on its battery, was off, or has no network for a
# moment: a task that never starts leaves no trace, and a run that fails says why.
TASK = """\
<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>{description}</Description>
  </RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>{first}</StartBoundary>
      <Enabled>true</Enabled>
      <ScheduleByMonth>
        <DaysOfMonth>
          <Day>{day}</Day>
        </DaysOfMonth>
        <Months>
{months}
        </Months>
      </ScheduleByMonth>
    </CalendarTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <LogonType>Password</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <RunOnlyIfNetworkAvailable>false</RunOnlyIfNetworkAvailable>
    <ExecutionTimeLimit>PT{limit}</ExecutionTimeLimit>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>{command}</Command>
      <Arguments>{arguments}</Arguments>
      <WorkingDirectory>{folder}</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
"""

_PACKAGE = Path(__file__).parents[1]
_IS_WINDOWS = os.name == "nt"
_NOT_IN_XML = re.compile("[\x00-\x1f\ud800-\udfff\ufffe\uffff]")
_EXPANDED = re.compile(r"%[^%]+%|\$\(")
"""What the Task Scheduler replaces in a command by something else."""


@dataclass(frozen=True)
class ScheduledTask:
    """What is started where, on `day` 1 to 28 (None: the last), from `first` on; `arguments` unquoted."""

    name: str
    description: str
    command: str
    arguments: tuple[str, ...]
    folder: str
    day: int | None
    first: dt.datetime
    limit_minutes: int


def day_of(text: str) -> int | None:
    """The day of a month that `text` means: 1 to 28, or None for `last`. Raises ConfigError."""
    if text in {LAST, *map(str, DAYS)}:
        return None if text == LAST else int(text)
    raise ConfigError(f"--day {text[:20]}: write a day that every month has, 1 to 28, or {LAST}")


def task(configs: Sequence[Config], *, day: int | None, at: dt.time, now: dt.datetime) -> ScheduledTask:
    """The task that runs `configs` every month on `day`, None for the last, at `at`. Raises ConfigError."""
    command, words, folder = _program(configs[0].path.parent)
    paths = [str(settings.path) for settings in configs]
    accounts = [settings.account.name for settings in configs]
    others = f" and {len(accounts) - 1} more" if len(accounts) > 1 else ""
    made = ScheduledTask(
        name=f"invoice-reports {accounts[0]}{others}",
        description=f"Monthly statements from InvoiceXpress: {', '.join(accounts)}",
        command=str(command),
        arguments=(*words, "run", *paths, "--log", str(log_file(configs))),
        folder=str(folder),
        day=day,
        first=first_start(day, at, now=now),
        limit_minutes=sum(settings.requests.deadline_minutes + RENDERING_MINUTES for settings in configs),
    )
    _refuse_what_cannot_be_started(made)
    return made


def log_file(configs: Sequence[Config]) -> Path:
    """Where a scheduled run of `configs` says how it went, whatever comes of it."""
    return configs[0].path.with_suffix(".log")


def task_file(configs: Sequence[Config], out: Path | None) -> Path:
    """Where the task is written: `out`, or beside the first configuration. Raises ConfigError."""
    file = out.absolute() if out else configs[0].path.with_suffix(TASK_ENDING)
    for settings in configs:
        if settings.path in (file, log_file(configs)):
            raise ConfigError(f"{settings.path}: it would be overwritten: choose another --out, or rename it")
    if file == log_file(configs):
        raise ConfigError(f"{file}: the runs keep their log there: choose another --out")
    return file


def first_start(day: int | None, at: dt.time, *, now: dt.datetime) -> dt.datetime:
    """The first instant after `now` that is `at` on that day of a month, by this computer's clock."""
    month = now.astimezone().date().replace(day=1)
    while True:
        on = month.replace(day=day or monthrange(month.year, month.month)[1])
        start = dt.datetime.combine(on, at).astimezone()
        # One that lies behind would be made up for at once, where nobody asked for it.
        if start > now:
            return start
        month = (month + dt.timedelta(days=31)).replace(day=1)


def xml(wanted: ScheduledTask) -> bytes:
    """The task as a file that `schtasks` takes: UTF-16 with its mark, and the line ends of Windows."""
    hours, minutes = divmod(wanted.limit_minutes, 60)
    text = TASK.format(
        description=escape(wanted.description),
        first=f"{wanted.first:%Y-%m-%dT%H:%M:%S}",
        day=wanted.day or "Last",
        months="\n".join(f"          <{month} />" for month in month_name[1:]),
        limit=f"{hours}H{minutes}M" if minutes else f"{hours}H",
        command=escape(wanted.command),
        # The rules by which a program of Windows takes its command line apart; there is no shell.
        arguments=escape(subprocess.list2cmdline(wanted.arguments)),
        folder=escape(wanted.folder),
    )
    return b"\xff\xfe" + text.replace("\n", "\r\n").encode("utf-16-le")


def explanation(wanted: ScheduledTask, configs: Sequence[Config]) -> list[str]:
    """When it runs, what the first run reports, and where it says how it went."""
    first = wanted.first
    at = f"{first:%H:%M} by this computer's clock."
    lines = [
        f"{wanted.name}: on day {wanted.day} of every month at {at}"
        if wanted.day
        else f"{wanted.name}: on the last day of every month at {at}",
        f"The first run, on {first:%Y-%m-%d}:",
    ]
    for settings in configs:
        soon, later = (
            resolve_period(settings, local_day(start, settings.time_zone))
            for start in (first, first + SURELY_ANOTHER_PERIOD)
        )
        said = f"{settings.account.name} would report {soon.label}, {soon.first} to {soon.last}"
        note = f"{said}; NOTE: so would every other, write period: last-month"
        lines.append(f"  {note if soon == later else said}")
    if names := sorted({name for settings in configs for name in _variables(settings)}):
        lines.append(
            f"  The task needs {', '.join(names)} in its own environment: the page Scheduling says how"
        )
    return [*lines, f"How it went: RESULT.html in the output folder, and {log_file(configs)}"]


def instructions(wanted: ScheduledTask, file: Path) -> list[str]:
    """What is left to do for the task in `file`, on Windows and elsewhere."""
    to_windows = [
        "To register it, in a Command Prompt (Windows asks for the user's password):",
        f"  {quote_words(registration(wanted, file))}",
        "To start it once, now:",
        f"  {quote_words(('schtasks', '/run', '/tn', wanted.name))}",
    ]
    if _IS_WINDOWS:
        return to_windows
    to_cron = [f"cron knows no last day of a month: choose --day {DAYS[0]} to {DAYS[-1]} for it"]
    if line := cron_line(wanted):
        to_cron = ["On this computer, a line for crontab -e does the same:", f"  {line}"]
    return ["The file names paths of this computer, which is no Windows.", *to_windows, *to_cron]


def _variables(settings: Config) -> Iterable[str]:
    """The environment variables that hold the secrets of a configuration."""
    smtp = settings.email.smtp if settings.email else None
    places = (settings.account.api_key, smtp.password if smtp and smtp.user else "")
    return filter(None, map(credentials.variable, places))


def registration(wanted: ScheduledTask, file: Path) -> tuple[str, ...]:
    """The words that register the task in `file`; Windows asks for the password of its user."""
    domain, user = os.environ.get("USERDOMAIN"), os.environ.get("USERNAME")
    whose = "\\".join(filter(None, (domain, user))) if _IS_WINDOWS and user else "USER"
    return ("schtasks", "/create", "/tn", wanted.name, "/xml", str(file), "/ru", whose, "/rp", "*")


def quote_words(words: Sequence[str]) -> str:
    """`words` as they are typed in a Command Prompt: values in quotes, in which & is a letter."""
    is_plain = re.compile(r"[\w/*]+", re.ASCII).fullmatch
    return " ".join(word if is_plain(word) else f'"{word}"' for word in words)


def register(words: Sequence[str]) -> int:
    """Runs the `words` of a registration and gives what Windows answered: 0 is well. Raises ConfigError."""
    program = Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32" / "schtasks.exe"
    try:
        return subprocess.run([program, *words[1:]]).returncode
    except OSError as error:
        raise ConfigError(f"{program}: it could not be started ({error.strerror})") from None


def find_stray(settings: Config) -> str | None:
    """What is wrong with the program that the task beside a configuration starts; None where all is well.

    A task for another system, or that cannot be read, is not judged.
    """
    try:
        text = settings.path.with_suffix(TASK_ENDING).read_bytes().decode("utf-16")
        found = re.search(r"<Command>([^<]+)</Command>", text)
        program = Path(unescape(found[1])) if found else Path()
        own, _, _ = _program(settings.path.parent)
        if not program.is_absolute() or (program.exists() and program.samefile(own)):
            return None
        is_there = program.exists()
    except (OSError, UnicodeError, ConfigError):
        return None
    if not is_there:
        return f"scheduled task: {program} is not there any more; schedule again, and register the task"
    return f"scheduled task: it starts {program}, and this is {own}; schedule again if this one is to run"


def refuse_to_register() -> None:
    """Raises ConfigError where no task can be registered."""
    if not _IS_WINDOWS:
        raise ConfigError(
            "--register needs the Task Scheduler of Windows: leave it out here, and take the line for cron"
        )


def cron_line(wanted: ScheduledTask) -> str | None:
    """The line for `crontab -e`; None for the last day of a month, which cron does not know."""
    if wanted.day is None:
        return None
    command = shlex.join((wanted.command, *wanted.arguments))
    # To cron, a bare % ends the command.
    line = f"cd {shlex.quote(wanted.folder)} && {command}".replace("%", r"\%")
    return f"{wanted.first.minute} {wanted.first.hour} {wanted.day} * * {line}"


def _program(home: Path) -> tuple[Path, tuple[str, ...], Path]:
    """What starts this program, its first words, and the folder to start it in: `home` where any will do."""
    ending = ".exe" if _IS_WINDOWS else ""
    python = Path(sys.executable or "python")
    launcher = python.parents[1] / LAUNCHER if len(python.parents) > 1 else python
    # An embeddable Python has no other program, and the list of its paths is beside it.
    if launcher.is_file() and any(python.parent.glob("python*._pth")):
        return launcher, (), home
    for scheme in (sysconfig.get_default_scheme(), sysconfig.get_preferred_scheme("user")):
        library, scripts = (Path(sysconfig.get_path(kind, scheme)) for kind in ("purelib", "scripts"))
        installed = scripts / f"invoice-reports{ending}"
        # The command of another installation may be another version.
        if installed.is_file() and library.is_dir() and library.samefile(_PACKAGE.parent):
            return installed, (), home
    found = [path for path in (python.with_name(f"pythonw{ending}"), python) if path.is_file()]
    if not found:
        raise ConfigError(
            "the program that a scheduler could start was not found: install invoice-reports again"
        )
    # Python finds a package that is not installed in the folder where it starts.
    return found[0], ("-m", "reports"), _PACKAGE.parent


def _refuse_what_cannot_be_started(wanted: ScheduledTask) -> None:
    if len(wanted.command) > COMMAND_LIMIT_CHARACTERS:
        raise ConfigError(
            f"{wanted.command}: Windows starts no program whose path is longer than "
            f"{COMMAND_LIMIT_CHARACTERS} characters: install invoice-reports in another folder"
        )
    for word in (wanted.command, *wanted.arguments, wanted.folder):
        if _NOT_IN_XML.search(word):
            raise ConfigError(f"{word!a}: no scheduler takes this name: rename the file or the folder")
        if found := _EXPANDED.search(word):
            raise ConfigError(
                f"{word}: the Task Scheduler would take {found[0]} for a variable: rename the file or folder"
            )
