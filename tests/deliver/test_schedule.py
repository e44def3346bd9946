"""The task that starts the month: what Windows is given, when it starts, and what the command says."""

import datetime as dt
import os
import re
import shlex
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.deliver import schedule
from reports.deliver.schedule import ScheduledTask
from reports.errors import ConfigError, ExitCode
from tests.support import task_rules
from tests.support.examples import examples
from tests.support.office import ACCOUNT, KEY_VARIABLE, ROOT, Office, tree

on_posix = pytest.mark.skipif(os.name == "nt", reason="needs a time zone that can be set, or cron")
elsewhere = pytest.mark.skipif(os.name == "nt", reason="about systems that are not Windows")

HOME = r"C:\Relatórios de João & Łukasz"
TASK = ScheduledTask(
    name="invoice-reports my-company",
    description="Monthly statements from InvoiceXpress: my-company",
    command=r"C:\Program Files\Python\Scripts\invoice-reports.exe",
    arguments=("run", rf"{HOME}\my-company.yaml", "--log", rf"{HOME}\my-company.log"),
    folder=HOME,
    day=2,
    first=dt.datetime(2026, 12, 2, 6, 30, tzinfo=dt.UTC),
    limit_minutes=120,
)
AWKWARD = (
    "plain",
    r"C:\two words\a.yaml",
    r"C:\ends with\ ",
    "C:\\trailing\\",
    "C:\\trailing and blank\\",
    r"\\server\share\João & Łukasz.yaml",
    "a&b|c<d>e^f",
    "",
    'says "yes"',
    r"a\"b",
    "a\\\\\\",
    "漢字 😀.yaml",
    "tab\there",
)


# The file


@pytest.mark.parametrize("day", [1, 2, 28, None])
def test_task_keeps_every_rule_of_windows(day: int | None) -> None:
    data = schedule.xml(replace(TASK, day=day))
    assert task_rules.problems(data) == []
    assert task_rules.action(data) == (TASK.command, list(TASK.arguments), HOME)
    days = task_rules.text_of(
        task_rules.read(data), "Triggers/CalendarTrigger/ScheduleByMonth/DaysOfMonth/Day"
    )
    assert days == ("Last" if day is None else f"{day}")


WRONG: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "no mark": (lambda data: data[2:], "mark of UTF-16"),
    "the other byte order": (lambda data: data.decode("utf-16").encode("utf-16-be"), "mark of UTF-16"),
    "UTF-8": (lambda data: data.decode("utf-16").encode(), "mark of UTF-16"),
    "cut short": (lambda data: data[:-20], "no XML"),
    "half a character": (lambda data: data[:-1], "no XML"),
}
WRONG_TEXTS = {
    "line ends of Unix": ("\r\n", "\n", "lines do not end"),
    "declared as UTF-8": ('encoding="UTF-16"', 'encoding="utf-16"', "does not say UTF-16"),
    "bare ampersand": ("&amp;", "&", "no XML"),
    "no namespace": (' xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task"', "", "namespace"),
    "another version": ('version="1.2"', 'version="1.4"', "version 1.2"),
    "parts in another order": ("RegistrationInfo>", "Data>", "its parts are not"),
    "no start": ("<StartBoundary>2026-12-02T06:30:00</StartBoundary>", "", "trigger's parts"),
    "start with a zone": ("06:30:00<", "06:30:00Z<", "no local time"),
    "start without seconds": ("06:30:00<", "06:30<", "no local time"),
    "not enabled": ("<Enabled>true", "<Enabled>false", "not enabled"),
    "another trigger": ("CalendarTrigger>", "LogonTrigger>", "not one CalendarTrigger"),
    "day 31": ("<Day>2<", "<Day>31<", "no day that every month has"),
    "day 0": ("<Day>2<", "<Day>0<", "no day that every month has"),
    "two days": ("<Day>2</Day>", "<Day>2</Day><Day>3</Day>", "no day that every month has"),
    "eleven months": ("<February />", "", "not all twelve months"),
    "a month twice": ("<February />", "<January />", "not all twelve months"),
    "nobody's rights": ("<LogonType>Password", "<LogonType>S4U", "no network"),
    "all rights": ("LeastPrivilege", "HighestAvailable", "more rights"),
    "for another principal": ('Context="Author"', 'Context="Other"', "whom the actions name"),
    "not on a battery": ("OnBatteries>false</Disallow", "OnBatteries>true</Disallow", "DisallowStartIf"),
    "stops on a battery": ("OnBatteries>false</StopIf", "OnBatteries>true</StopIf", "StopIfGoingOn"),
    "misses what it slept through": (
        "<StartWhenAvailable>true</StartWhenAvailable>",
        "",
        "StartWhenAvailable is left out",
    ),
    "waits for a network": ("Available>false", "Available>true", "RunOnlyIfNetworkAvailable"),
    "two at once": ("IgnoreNew", "Parallel", "MultipleInstancesPolicy"),
    "too short": ("PT2H", "PT72M", "too short"),
    "command in quotes": ("<Command>C:", '<Command>"C:', "Command is no absolute path"),
    "command by name": (TASK.command, "invoice-reports.exe", "Command is no absolute path"),
    "long command": ("Program Files", "Program Files" + "x" * 260, "too long"),
    "command of a variable": (r"C:\Program Files", r"C:\%ProgramFiles%", "variable"),
    "no folder": (f"<WorkingDirectory>{HOME.replace('&', '&amp;')}</WorkingDirectory>", "", "not one Exec"),
    "relative folder": ("<WorkingDirectory>C:", "<WorkingDirectory>", "WorkingDirectory is no absolute"),
    "paths without quotes": ("<Arguments>run ", "<Arguments>run a.yaml ", "Arguments name no file"),
    "nothing to run": ("my-company.yaml", "my-company", "Arguments name no file"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_file_that_is_no_task_is_told_from_one(wrong: str) -> None:
    spoil, sentence = WRONG[wrong]
    (said, *_) = task_rules.problems(spoil(schedule.xml(TASK)))
    assert sentence in said


@pytest.mark.parametrize("wrong", WRONG_TEXTS)
def test_task_that_breaks_a_rule_is_told_from_one_that_keeps_them(wrong: str) -> None:
    part, instead, sentence = WRONG_TEXTS[wrong]
    text = schedule.xml(TASK).decode("utf-16")
    task = "<WorkingDirectory>C:\\" if wrong == "relative folder" else part
    spoilt = text.replace(task, instead)
    assert spoilt != text
    if wrong == "nothing to run":
        spoilt = spoilt.replace("my-company.log", "my-company")
    said = task_rules.problems(task_rules.BOM + spoilt.encode("utf-16-le"))
    assert [line for line in said if sentence in line], said


@pytest.mark.parametrize("word", AWKWARD)
def test_awkward_name_reaches_the_program_as_one_word(word: str) -> None:
    data = schedule.xml(replace(TASK, arguments=("run", word, "--log", word)))
    command, given_words, folder = task_rules.action(data)
    assert (command, folder) == (TASK.command, HOME)
    assert given_words == ["run", word, "--log", word]


@given(
    st.lists(
        st.text(
            st.sampled_from(' "\\a&é') | st.characters(exclude_categories=["Cs", "Cc"], max_codepoint=0xFFFD)
        )
    )
)
@examples(100)
def test_any_words_reach_the_program_as_they_are(words: list[str]) -> None:
    # U+FFFE and above are no characters of XML; the command refuses such names.
    made = schedule.xml(replace(TASK, arguments=tuple(words)))
    assert task_rules.action(made)[1] == words


def test_quoting_by_shell_rules_would_be_found() -> None:
    line = shlex.join(TASK.arguments)
    assert task_rules.words(line) != list(TASK.arguments)
    assert task_rules.words('run "C:\\a b\\" --log x') != ["run", "C:\\a b\\", "--log", "x"]


# When


@pytest.mark.parametrize("text", ["0", "29", "31", "-1", "1.5", "", "Last", "first", "２", "2 ", "1" * 5000])
def test_day_that_not_every_month_has_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="1 to 28, or last"):
        schedule.day_of(text)


def test_day_that_every_month_has_is_taken() -> None:
    assert [schedule.day_of(text) for text in ("1", "2", "28", "last")] == [1, 2, 28, None]


@pytest.fixture(params=["Europe/Lisbon", "Pacific/Auckland", "America/St_Johns"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The time zone of this computer."""
    name = str(request.param)
    with monkeypatch.context() as changed:
        changed.setenv("TZ", name)
        time.tzset()
        yield name
    time.tzset()


@on_posix
def test_first_start_is_the_next_one_and_never_behind(zone: str) -> None:
    for day in (1, 2, 28, None):
        for at in (dt.time(0, 0), dt.time(6, 30), dt.time(23, 59)):
            for hours in range(0, 24 * 500, 61):
                now = dt.datetime(2027, 1, 30, 22, tzinfo=dt.UTC) + dt.timedelta(hours=hours)
                start = schedule.first_start(day, at, now=now)
                tomorrow = start + dt.timedelta(days=1)
                assert (start.hour, start.minute) == (at.hour, at.minute)
                assert start.day == day if day else tomorrow.day == 1
                assert dt.timedelta() < start - now <= dt.timedelta(days=31, hours=2)


@on_posix
def test_start_of_this_very_minute_waits_for_the_next_month(zone: str) -> None:
    now = dt.datetime(2026, 11, 2, 6, 30).astimezone()
    assert f"{schedule.first_start(2, dt.time(6, 30), now=now):%Y-%m-%d}" == "2026-12-02"
    earlier = now - dt.timedelta(seconds=1)
    assert schedule.first_start(2, dt.time(6, 30), now=earlier) == now


# The command


def task_of(office: Office, *words: str | Path) -> bytes:
    said = office.type("schedule", office.config, *words)
    assert said.code == 0, said
    return office.config.with_suffix(".task.xml").read_bytes()


def test_command_writes_a_task_beside_the_configuration_and_nothing_else(office: Office) -> None:
    office.configure(period="last-month")
    before = tree(office.folder)
    data = task_of(office)
    assert {*tree(office.folder)} - {*before} == {"config.task.xml"}
    assert office.sandbox.requests == []
    assert task_rules.problems(data, system=type(office.config)) == []
    command, words, folder = task_rules.action(data)
    assert Path(command).is_file()
    assert Path(folder).is_dir()
    assert words[-4:] == ["run", f"{office.config}", "--log", f"{office.folder / 'config.log'}"]


def test_command_says_when_it_runs_what_it_would_report_and_how_to_go_on(office: Office) -> None:
    office.configure(period="last-month")
    said = office.type("schedule", office.config, "--day", "5", "--at", "23:15")
    file = office.folder / "config.task.xml"
    assert said.err == ""
    for part in (
        "on day 5 of every month at 23:15",
        f"{ACCOUNT} would report 2026-10, 2026-10-01 to 2026-10-31\n",
        f'schtasks /create /tn "invoice-reports {ACCOUNT}" /xml "{file}" /ru ',
        f'schtasks /run /tn "invoice-reports {ACCOUNT}"',
        f"{office.folder / 'config.log'}",
    ):
        assert part in said.out
    assert said.last == f"{file} is written; nothing runs by itself before it is registered. Exit code 0."
    quiet = office.type("schedule", office.config, "--quiet")
    assert quiet.out.splitlines() == [quiet.last]


def test_task_is_the_same_whenever_it_is_made_in_a_month(office: Office) -> None:
    office.configure(period="last-month")
    assert task_of(office, "--day", "5") == task_of(office, "--day", "5")


def test_several_accounts_are_one_task_with_time_for_each(office: Office) -> None:
    folder = office.folder / "João & Łukasz, contabilidade"
    folder.mkdir()
    others = [
        office.configure(
            name=f"{folder.name}/{name}.yaml", account={"name": name}, requests={"deadline_minutes": 100}
        )
        for name in ("first", "second")
    ]
    out = office.folder / "both tasks.xml"
    said = office.type("schedule", *others, "--day", "last", "--out", out)
    assert said.code == 0
    data = out.read_bytes()
    assert task_rules.problems(data, system=type(out)) == []
    assert task_rules.action(data)[1][-5:] == [
        "run",
        *map(str, others),
        "--log",
        f"{folder / 'first.log'}",
    ]
    assert task_rules.text_of(task_rules.read(data), "Settings/ExecutionTimeLimit") == "PT4H20M"
    assert '/tn "invoice-reports first and 1 more"' in said.out
    assert "on the last day of every month" in said.out


def test_period_that_never_moves_is_noted(office: Office) -> None:
    office.configure(period="2026-10")
    assert "NOTE: so would every other" in office.type("schedule", office.config).out
    for period in ("last-month", "this-month", "last-quarter", "last-year"):
        office.configure(period=period)
        assert "NOTE" not in office.type("schedule", office.config).out


@on_posix
@pytest.mark.parametrize("zone", ["Europe/Lisbon"], indirect=True)
def test_start_that_is_still_the_month_before_for_the_business_shows(office: Office, zone: str) -> None:
    office.configure(period="last-month", time_zone="Atlantic/Azores")
    said = office.type("schedule", office.config, "--day", "1", "--at", "00:30")
    assert "The first run, on 2026-12-01" in said.out
    assert "would report 2026-10," in said.out
    office.configure(period="last-month", time_zone="Europe/Lisbon")
    said = office.type("schedule", office.config, "--day", "1", "--at", "00:30")
    assert "would report 2026-11," in said.out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--day", "31"], "1 to 28, or last"),
        (["--at", "6h30"], "does not match the format '%H:%M'"),
        (["--at", "24:00"], "does not match the format '%H:%M'"),
        (["--out", "config.yaml"], "it would be overwritten"),
        pytest.param(["--register"], "--register needs the Task Scheduler of Windows", marks=elsewhere),
    ],
)
def test_schedule_that_cannot_be_meant_is_refused_and_writes_nothing(
    office: Office, words: list[str], sentence: str
) -> None:
    before = tree(office.folder)
    words = [f"{office.config}" if word == "config.yaml" else word for word in words]
    said = office.type("schedule", office.config, *words)
    assert (said.code, said.last) == (2, "Nothing was done. Exit code 2.")
    assert sentence in said.err
    assert tree(office.folder) == before


def test_configuration_with_a_mistake_is_not_scheduled(office: Office) -> None:
    office.configure("al")
    said = office.type("schedule", office.config)
    assert said.code == 2
    assert f"{office.config}:" in said.err
    assert not office.config.with_suffix(".task.xml").exists()


@pytest.mark.parametrize("name", ["%TEMP%.yaml", "$(Arg0).yaml"])
def test_name_that_the_scheduler_would_change_is_refused(office: Office, name: str) -> None:
    said = office.type("schedule", office.configure(name=name))
    assert said.code == 2
    assert "for a variable: rename the file" in said.err
    lone = office.configure(name="50% off.yaml")
    assert office.type("schedule", lone).code == 0


@elsewhere
def test_name_that_no_file_of_xml_can_hold_is_refused(office: Office) -> None:
    said = office.type("schedule", office.configure(name="a\x01b.yaml"))
    assert said.code == 2
    assert "no scheduler takes this name" in said.err


def test_configuration_that_ends_like_a_log_is_not_written_over(office: Office) -> None:
    config = office.configure(name="config.log")
    before = config.read_bytes()
    said = office.type("schedule", config)
    assert said.code == 2
    assert "it would be overwritten" in said.err
    assert config.read_bytes() == before


def test_program_that_windows_cannot_start_is_refused() -> None:
    schedule._refuse_what_cannot_be_started(replace(TASK, command="C:\\".ljust(260, "x")))
    with pytest.raises(ConfigError, match="longer than 260"):
        schedule._refuse_what_cannot_be_started(replace(TASK, command="C:\\".ljust(261, "x")))


# Typed lines


def test_line_for_the_command_prompt_keeps_every_value_in_quotes() -> None:
    words = ("schtasks", "/create", "/tn", "a b", "/xml", r"C:\a&b\x.xml", "/ru", r"OFFICE\ana", "/rp", "*")
    line = schedule.quote_words(words)
    assert line == r'schtasks /create /tn "a b" /xml "C:\a&b\x.xml" /ru "OFFICE\ana" /rp *'
    assert task_rules.words(line) == list(words)


def test_registration_names_the_file_and_asks_for_a_password_and_holds_none() -> None:
    words = schedule.registration(TASK, Path("x.xml"))
    assert words[:6] == ("schtasks", "/create", "/tn", TASK.name, "/xml", "x.xml")
    assert words[6] == "/ru"
    assert words[8:] == ("/rp", "*")


def test_line_for_cron_starts_at_the_same_time_and_marks_what_cron_would_cut() -> None:
    line = schedule.cron_line(replace(TASK, folder="/home/a b", arguments=("run", "/50% off.yaml")))
    assert line
    assert line.startswith("30 6 2 * * cd '/home/a b' && ")
    assert r"'/50\% off.yaml'" in line
    assert not re.search(r"(?<!\\)%", line)


def test_cron_is_given_no_last_day(office: Office) -> None:
    assert schedule.cron_line(replace(TASK, day=None)) is None
    if os.name != "nt":
        assert "cron knows no last day" in office.type("schedule", office.config, "--day", "last").out


def test_page_about_scheduling_explains_every_code_and_every_option(office: Office) -> None:
    page = (ROOT / "docs" / "SCHEDULING.md").read_text("utf-8")
    explained = re.findall(r"^\| (\d+) \((0x[0-9a-f]+)\) \|", page, re.MULTILINE)
    assert [int(code) for code, _ in explained] == sorted(ExitCode)
    assert all(int(code) == int(shown, 16) for code, shown in explained)
    options = {*re.findall(r"--[a-z]+", office.type("schedule", "--help").out)}
    assert options - {"--quiet", "--verbose", "--help"} <= {*re.findall(r"--[a-z]+", page)}


def test_paths_of_windows_are_what_absolute_means_there() -> None:
    """The rules are those of Windows by default, wherever they are looked at."""
    assert task_rules.problems(schedule.xml(TASK), system=PureWindowsPath) == []
    relative = replace(TASK, command="/usr/bin/invoice-reports")
    assert task_rules.problems(schedule.xml(relative)) == ["Command is no absolute path without quotes"]


def test_a_secret_of_the_environment_is_named_for_the_task_has_another(office: Office) -> None:
    office.configure()
    assert (
        f"The task needs {KEY_VARIABLE} in its own environment" in office.type("schedule", office.config).out
    )
