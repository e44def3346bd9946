"""What the Windows Task Scheduler asks of a task file, and what a monthly job asks of its settings.

Written from the schema of Windows, without the package: `problems` names every rule that a file breaks.
`words` takes a command line apart as a program of Windows does.
"""

import re
from collections.abc import Iterator
from pathlib import PurePath, PureWindowsPath
from xml.etree import ElementTree as ET

NAMESPACE = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
BOM = b"\xff\xfe"
PARTS = ["RegistrationInfo", "Triggers", "Principals", "Settings", "Actions"]
TRIGGER = ["StartBoundary", "Enabled", "ScheduleByMonth"]
EXEC = ["Command", "Arguments", "WorkingDirectory"]
MONTHS = "January February March April May June July August September October November December".split()
LOGONS = ["Password", "InteractiveToken"]
SETTINGS = {
    "MultipleInstancesPolicy": "IgnoreNew",
    "DisallowStartIfOnBatteries": "false",
    "StopIfGoingOnBatteries": "false",
    "StartWhenAvailable": "true",
    "RunOnlyIfNetworkAvailable": "false",
}
"""Windows' own values of the second to the fifth would each leave a month out, without a trace."""

LEAST_HOURS = 2
COMMAND_LIMIT_CHARACTERS = 260


def problems(data: bytes, *, system: type[PurePath] = PureWindowsPath) -> list[str]:
    """Every rule that the file breaks, in sentences; `system` says what an absolute path is."""
    return [*_of_the_text(data)] or [*_of_the_task(read(data), system)]


def read(data: bytes) -> ET.Element:
    """The task, its elements without their namespace where they have the right one."""
    task = _parsed(data)
    for element in task.iter():
        element.tag = element.tag.removeprefix(NAMESPACE)
    return task


def action(data: bytes) -> tuple[str, list[str], str]:
    """What the task starts: the program, its words, and the folder."""
    command, arguments, folder = (text_of(read(data), f"Actions/Exec/{name}") for name in EXEC)
    return command, words(arguments), folder


def words(line: str) -> list[str]:
    """A command line as a program of Windows reads it behind its own name.

    Backslashes are letters unless a quotation mark follows: then two are one, and an odd one makes the mark a
    letter. Blanks divide outside of marks; two marks inside of marks are one that is a letter.
    """
    found: list[str] = []
    word, is_quoted, at = None, False, 0
    while at < len(line):
        run = re.compile(r"(\\*)(.?)", re.DOTALL).match(line, at)
        assert run
        slashes, letter = run.groups()
        at = run.end()
        if letter == '"':
            word = (word or "") + slashes[: len(slashes) // 2]
            if len(slashes) % 2:
                word += letter
            elif is_quoted and line[at : at + 1] == '"':
                word, at = word + letter, at + 1
            else:
                is_quoted = not is_quoted
        elif letter in {" ", "\t"} and not is_quoted:
            found += [] if word is None and not slashes else [(word or "") + slashes]
            word = None
        else:
            word = (word or "") + slashes + letter
    return found if word is None else [*found, word]


def text_of(task: ET.Element, path: str) -> str:
    return task.findtext(path) or ""


def _parsed(data: bytes) -> ET.Element:
    return ET.fromstring(data)  # noqa: S314 - our own


def _of_the_text(data: bytes) -> Iterator[str]:
    if not data.startswith(BOM):
        yield "it does not begin with the mark of UTF-16 LE"
        return
    try:
        text = data[len(BOM) :].decode("utf-16-le")
        tags = [element.tag for element in _parsed(data).iter()]
    except (UnicodeDecodeError, ET.ParseError) as error:
        yield f"it is no XML in UTF-16 ({error})"
        return
    if not all(tag.startswith(NAMESPACE) for tag in tags):
        yield "an element is not of the namespace of tasks"
    if not re.match(r'<\?xml version="1\.0" encoding="UTF-16"\?>', text):
        yield "its first line does not say UTF-16"
    if re.search(r"(?<!\r)\n|\r(?!\n)", text):
        yield "its lines do not end as those of Windows do"


def _of_the_task(task: ET.Element, system: type[PurePath]) -> Iterator[str]:
    if task.tag != "Task" or task.get("version") != "1.2":
        yield "it is no task of version 1.2"
    if [part.tag for part in task] != PARTS:
        yield f"its parts are not {', '.join(PARTS)}"
        return
    yield from _of_the_trigger(task)
    yield from _of_the_principal(task)
    yield from _of_the_settings(task)
    yield from _of_the_action(task, system)


def _of_the_trigger(task: ET.Element) -> Iterator[str]:
    triggers = task.findall("Triggers/*")
    if [trigger.tag for trigger in triggers] != ["CalendarTrigger"]:
        yield "there is not one CalendarTrigger"
        return
    if [part.tag for part in triggers[0]] != TRIGGER:
        yield f"the trigger's parts are not {', '.join(TRIGGER)}"
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", text_of(triggers[0], "StartBoundary"), re.ASCII):
        yield "StartBoundary is no local time"
    if text_of(triggers[0], "Enabled") != "true":
        yield "the trigger is not enabled"
    days = [day.text or "" for day in triggers[0].findall("ScheduleByMonth/DaysOfMonth/Day")]
    if len(days) != 1 or not re.fullmatch(r"[1-9]|1\d|2[0-8]|Last", days[0], re.ASCII):
        yield f"no day that every month has: {days}"
    if [month.tag for month in triggers[0].findall("ScheduleByMonth/Months/*")] != MONTHS:
        yield "not all twelve months, once each"


def _of_the_principal(task: ET.Element) -> Iterator[str]:
    principals = task.findall("Principals/Principal")
    if len(principals) != 1 or principals[0].get("id") != task.find("Actions").get("Context"):  # type: ignore[union-attr]
        yield "there is not one principal whom the actions name"
        return
    if text_of(principals[0], "LogonType") not in LOGONS:
        yield f"LogonType is none of {', '.join(LOGONS)}: no network, or no start"
    if text_of(principals[0], "RunLevel") != "LeastPrivilege":
        yield "it runs with more rights than it needs"


def _of_the_settings(task: ET.Element) -> Iterator[str]:
    for name, value in SETTINGS.items():
        if (found := text_of(task, f"Settings/{name}")) != value:
            yield f"{name} is {found or 'left out'}, not {value}"
    limit = re.fullmatch(r"PT(\d+)H(\d+M)?", text_of(task, "Settings/ExecutionTimeLimit"), re.ASCII)
    if not limit or int(limit[1]) < LEAST_HOURS:
        yield "ExecutionTimeLimit is too short for a month"


def _of_the_action(task: ET.Element, system: type[PurePath]) -> Iterator[str]:
    actions = task.findall("Actions/*")
    if [one.tag for one in actions] != ["Exec"] or [part.tag for part in actions[0]] != EXEC:
        yield f"there is not one Exec of {', '.join(EXEC)}"
        return
    command, arguments, folder = (text_of(actions[0], name) for name in EXEC)
    for name, path in (("Command", command), ("WorkingDirectory", folder)):
        if '"' in path or not system(path).is_absolute():
            yield f"{name} is no absolute path without quotes"
    if len(command) > COMMAND_LIMIT_CHARACTERS:
        yield "Command is too long"
    if re.search(r"%[^%]+%|\$\(", command + arguments + folder):
        yield "a variable is assumed"
    given = words(arguments)
    named = [word for word in given if re.search(r"\.(yaml|log)$", word)]
    if not named or not all(system(path).is_absolute() for path in named):
        yield "Arguments name no file, or one that is not absolute"
