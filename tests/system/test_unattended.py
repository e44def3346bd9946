"""Nobody watches: what a scheduler starts does the month from any folder, with any streams, and leaves word.

The scheduled command is taken from the task file and started as it stands there, in an environment of its own
with the package installed in it.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from filelock import FileLock

from reports import __version__
from reports.render.content.labels import Labels
from reports.sandbox.server import Sandbox
from tests.support import task_rules
from tests.support.office import (
    ACCOUNT,
    HTML_ONLY,
    KEY_VARIABLE,
    ROOT,
    Office,
    account,
    configure_whole,
    number_papers,
    tree,
)
from tests.support.waiting import LASTING_SECONDS, PATIENCE_SECONDS, wait_until

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs the shell, the streams and the links of POSIX")

ANA, RUI = 101, 102
AT = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} "
OTHER_DISK = Path("/dev/shm")  # noqa: S108 - where Linux has memory for a disk
WRONG_KEY = "0123456789abcdef"

Ended = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of an installation whose path has blanks and accents, without a checkout in reach."""
    home = tmp_path_factory.mktemp("Programas de João") / "ambiente"
    venv.create(home, symlinks=True)
    (library,) = home.glob("lib/python*/site-packages")
    shutil.copytree(ROOT / "reports", library / "reports")
    shutil.copytree(ROOT / "templates", library / "reports" / "templates")
    (library / "dependencies.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    command = home / "bin" / "invoice-reports"
    # As installers write it where a path has blanks.
    head = f"""#!/bin/sh\n'''exec' "{home}/bin/python" "$0" "$@"\n' '''\n"""
    command.write_text(f"{head}from reports.cli import main\nmain()\n", "utf-8")
    command.chmod(0o755)
    return command


@pytest.fixture
def quiet_office(tmp_path: Path) -> Iterator[Office]:
    """An account of one client in a folder that is hard to name, and no workbooks, which take long."""
    folder = tmp_path / f"João & Łukasz 漢字 50% {'x' * 150}"
    folder.mkdir()
    with Sandbox(account_data=number_papers(account({ANA: "Łukasz 漢字"}))) as sandbox:
        office = Office(folder, sandbox)
        configure_whole(office, period="last-month", excel=False)
        yield office


def alone(office: Office, *words: str | Path, cwd: Path, **variables: str) -> Ended:
    """A command with nothing of this session but what the office gives it."""
    return subprocess.run(
        [*map(str, words)],
        cwd=cwd,
        env=office.environment(**variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=PATIENCE_SECONDS,
    )


def notes(log: Path) -> list[str]:
    """What the log says, an entry each, without the time."""
    return [entry.strip() for entry in re.split(rf"^{AT}", log.read_text("utf-8"), flags=re.MULTILINE)[1:]]


# The scheduled command


def test_scheduled_command_does_the_month_and_a_mistake_made_since_is_in_its_log(
    quiet_office: Office, installed: Path, tmp_path: Path
) -> None:
    office = quiet_office
    said = alone(office, installed, "schedule", office.config, cwd=tmp_path)
    assert said.returncode == 0, said
    command, words, folder = task_rules.action((office.folder / "config.task.xml").read_bytes())
    assert (command, folder) == (str(installed), str(office.folder))

    before = {*tree(office.folder)}
    ended = alone(office, command, *words, cwd=Path(folder))
    assert ended.returncode == 0, ended
    assert office.entries[ANA]["state"] == "ready"
    new = {path for path in {*tree(office.folder)} - before if not path.startswith("output/")}
    assert new == {"output", "config.log"}
    begin, end = notes(office.folder / "config.log")
    assert begin.startswith(f"invoicexpress-reports {__version__} begins: run ")
    assert f"{office.config}" in begin
    assert end == "1 of 1 clients ready. Exit code 0."
    assert ended.stdout.splitlines()[-1] == Labels("pt").say(end) != end

    done = tree(office.output)
    office.config.write_text(office.config.read_text("utf-8").replace('"period"', '"perriod"'), "utf-8")
    ended = alone(office, command, *words, cwd=Path(folder))
    assert ended.returncode == 2
    last = notes(office.folder / "config.log")[-1]
    assert f'{office.config}:8:2: perriod is not an option; did you mean "period"?' in last
    assert last.endswith("Nothing was done. Exit code 2.")
    assert tree(office.output) == done

    office.config.unlink()
    assert alone(office, command, *words, cwd=Path(folder)).returncode == 2
    assert "there is no such file" in notes(office.folder / "config.log")[-1]


def test_line_for_cron_starts_the_program_and_is_cut_nowhere(
    quiet_office: Office, installed: Path, tmp_path: Path
) -> None:
    said = alone(quiet_office, installed, "schedule", quiet_office.config, cwd=tmp_path)
    (line,) = re.findall(r"^  30 6 2 \* \* (.*)$", said.stdout, re.MULTILINE)
    # cron takes a bare % for the end of the command, and its mark away.
    assert not re.search(r"(?<!\\)%", line)
    quiet_office.config.unlink()
    ended = alone(quiet_office, "/bin/sh", "-c", line.replace(r"\%", "%"), cwd=Path("/"))
    assert ended.returncode == 2, ended
    last = notes(quiet_office.folder / "config.log")[-1]
    assert last.startswith(f"{quiet_office.config}:1:1: there is no such file")


def test_command_without_an_installation_starts_where_the_package_is(office: Office) -> None:
    assert office.spawn("schedule", office.config).code == 0
    command, words, folder = task_rules.action((office.folder / "config.task.xml").read_bytes())
    assert (Path(command), words[:3], Path(folder)) == (Path(sys.executable), ["-m", "reports", "run"], ROOT)
    ended = alone(office, command, *words[:2], "--version", cwd=Path(folder))
    assert __version__ in ended.stdout


def test_installation_that_is_gone_is_not_scheduled(office: Office, installed: Path) -> None:
    python = installed.with_name("python-gone")
    python.symlink_to(installed.with_name("python").resolve())
    code = "import os, sys; os.unlink(sys.executable); from reports.cli import main; main()"
    said = alone(office, python, "-c", code, "schedule", office.config, cwd=ROOT)
    assert said.returncode == 2, said
    assert "install invoice-reports again" in said.stderr
    assert not office.config.with_suffix(".task.xml").exists()


# Where and how it is started


def test_folder_streams_and_code_page_change_nothing(quiet_office: Office, tmp_path: Path) -> None:
    assert quiet_office.run().code == 0
    expected = tree(quiet_office.month)
    system = tmp_path / "System32"
    system.mkdir(mode=0o555)
    log = tmp_path / "month.log"
    words: list[str | Path] = [sys.executable, "-m", "reports", "run", quiet_office.config, "--log", log]
    ways: dict[str, list[str | Path]] = {
        "nothing open": ["/bin/sh", "-c", 'exec "$@" 0<&- 1>&- 2>&-', "sh", *words],
        "an old code page": words,
    }
    for way, started in ways.items():
        shutil.rmtree(quiet_office.output)
        ended = alone(
            quiet_office,
            *started,
            cwd=system,
            PYTHONPATH=str(ROOT),
            PYTHONIOENCODING="cp1252",
            LC_ALL="C",
            PYTHONUTF8="0",
        )
        assert ended.returncode == 0, (way, ended)
        found = tree(quiet_office.month)
        for changing in ("run.log", "run.json"):
            assert found.pop(changing)
        assert found == {path: expected[path] for path in found}, way
        assert {*expected} - {*found} == {"run.log", "run.json"}
        assert [*system.iterdir()] == []
    assert [note for note in notes(log) if "begins" not in note] == ["1 of 1 clients ready. Exit code 0."] * 2


def test_mistake_without_any_stream_still_ends_with_its_code_and_its_word(office: Office) -> None:
    log = office.folder / "month.log"
    office.configure("al")
    words: list[str | Path] = ["-m", "reports", "run", office.config, "--log", log]
    shell = ["/bin/sh", "-c", 'exec "$@" 0<&- 1>&- 2>&-', "sh", sys.executable]
    ended = alone(office, *shell, *words, cwd=Path("/"), PYTHONPATH=str(ROOT))
    assert ended.returncode == 2
    assert notes(log)[-1].endswith("Exit code 2.")


def test_output_on_another_disk_is_as_good_as_on_this_one(office: Office, tmp_path: Path) -> None:
    if not OTHER_DISK.is_dir() or OTHER_DISK.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is no other disk")
    share = OTHER_DISK / f"share-{tmp_path.name}-{os.getpid()}"
    share.mkdir()
    try:
        office.output.symlink_to(share)
        office.configure(output=HTML_ONLY)
        assert office.run().code == 0
        here = tree(office.month)
        assert office.run().code == 0
        assert {*tree(office.month)} == {*here}
        assert (share / ACCOUNT / "2026-10" / "run.json").is_file()
    finally:
        shutil.rmtree(share)


def test_output_that_is_gone_is_told_and_made_nowhere_else(office: Office) -> None:
    office.configure(output={"folder": f"{office.config}/share"})
    before = {*tree(office.folder)}
    said = office.run("--log", office.folder / "month.log")
    assert said.code == 8
    assert notes(office.folder / "month.log")[-1] == said.last
    assert {*tree(office.folder)} - before == {"month.log"}
    assert office.sandbox.requests == []


def test_run_of_the_third_reports_what_the_run_of_the_first_would_have(office: Office) -> None:
    office.configure(period="last-month", output=HTML_ONLY)
    told = []
    for day in (1, 3, 28):
        now = datetime(2026, 11, day, 6, 30, tzinfo=UTC)
        assert office.run(SOURCE_DATE_EPOCH=f"{now.timestamp():.0f}").code == 0
        entries = [
            {key: entry[key] for key in ("id", "documents_counted", "documents_read", "vat", "findings")}
            | {"net": [total["net"] for total in entry["totals"]], "open": entry["totals"][0]["open"]}
            for entry in office.record["clients"]
        ]
        told.append((office.record["period"], entries))
    assert told[0][0]["label"] == "2026-10"
    assert told[0] == told[1] == told[2]
    assert [folder.name for folder in (office.output / ACCOUNT).iterdir() if folder.is_dir()] == ["2026-10"]


# The word it leaves


def test_first_line_of_the_log_says_what_ran_for_whom_and_where(office: Office) -> None:
    office.configure([ANA], output=HTML_ONLY)
    assert office.run().code == 0
    first = (office.month / "run.log").read_text("utf-8").splitlines()[0]
    assert re.fullmatch(AT + r"INFO    (.*)", first)
    assert first.endswith(
        f"invoicexpress-reports {__version__}, account {ACCOUNT}, period 2026-10 (2026-10-01 to 2026-10-31), "
        f"configuration {office.config}, folder {office.month}"
    )


@pytest.mark.parametrize("code", [0, 2, 5, 7])
def test_log_ends_as_the_screen_does_whatever_the_code(office: Office, code: int) -> None:
    office.configure([ANA], output=HTML_ONLY)
    log = office.folder / "month.log"
    words: list[str | Path] = ["--log", log, *(["--period", "last-mont"] if code == 2 else [])]
    key = {KEY_VARIABLE: WRONG_KEY} if code == 5 else {}
    (office.output / ACCOUNT).mkdir(parents=True)
    with FileLock(office.output / ACCOUNT / ".lock") if code == 7 else FileLock(office.folder / "unused"):
        said = office.run(*words, **key)
    assert said.code == code
    begin, *_, last = notes(log)
    assert "begins:" in begin
    assert last.splitlines()[-1].strip() == said.last
    assert said.last.endswith(f"Exit code {code}.")


def test_log_goes_on_with_every_run_and_says_which_account_ended_how(office: Office) -> None:
    office.configure([ANA], output=HTML_ONLY)
    other = office.configure([RUI], name="other.yaml", output={**HTML_ONLY, "folder": "elsewhere"})
    log = office.folder / "month.log"
    office.run(other, "--log", log)
    # Named twice, as a wrapper may do, it is kept once.
    office.type("--log", log, "--quiet", "run", office.config, other, "--log", log)
    each = f"{ACCOUNT} 2026-10: 1 of 1 clients ready. Exit code 0."
    last = f"2 accounts; the most severe: {ACCOUNT} 2026-10: 1 of 1 clients ready. Exit code 0."
    assert [note for note in notes(log) if "begins:" not in note] == [each, each, last, last]


def test_log_that_cannot_be_kept_keeps_no_month_from_being_done(office: Office) -> None:
    office.configure([ANA], output=HTML_ONLY)
    for log in (office.folder / "gone" / "month.log", office.folder):
        said = office.run("--log", log)
        assert said.code == 0
        assert f"{log}: no log is kept there" in said.err
    assert office.entries[ANA]["state"] == "ready"


def test_log_shows_no_key_where_a_message_repeats_it(office: Office) -> None:
    office.configure([ANA], output=HTML_ONLY)
    log = office.folder / "month.log"
    assert office.run("--log", log, "--verbose").code == 0
    assert office.run("--log", log, "--client", office.sandbox.api_key).code == 2
    assert len(notes(log)) == 4
    assert office.sandbox.api_key not in log.read_text("utf-8")


def test_bug_leaves_its_traceback_in_the_log(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    log = office.folder / "month.log"
    with monkeypatch.context() as broken:
        broken.setattr("reports.pipeline.run.plans", None)
        said = office.run("--log", log)
    assert said.code == 1
    _, trace, last = notes(log)
    assert "Traceback" in trace
    assert "TypeError" in trace
    assert last == said.last


def test_run_that_was_killed_is_one_that_begins_and_never_ends(tmp_path: Path) -> None:
    log = tmp_path / "month.log"
    with Sandbox(account_data=account({ANA: "Ana"}), latency_seconds=LASTING_SECONDS) as sandbox:
        office = Office(tmp_path, sandbox)
        with office.start("run", office.config, "--log", log) as process:
            wait_until(lambda: sandbox.requests)
            process.kill()
            process.wait(PATIENCE_SECONDS)
    (only,) = notes(log)
    assert "begins:" in only


def test_clock_of_the_log_is_the_computers_own(office: Office) -> None:
    """A pinned clock pins figures and pages; the log says when it really was."""
    log = office.folder / "month.log"
    pinned = datetime.now(UTC) - timedelta(days=2)
    epoch = f"{pinned.timestamp():.0f}"
    assert office.run("--dry-run", "--log", log, SOURCE_DATE_EPOCH=epoch).code == 0
    written = datetime.fromisoformat(log.read_text("utf-8")[:19]).astimezone()
    assert abs(datetime.now(UTC) - written) < timedelta(hours=1)


def test_a_configuration_is_no_log(office: Office) -> None:
    before = office.config.read_bytes()
    said = office.type("run", "--log", office.config)
    assert said.code == 2
    assert "is a configuration" in said.err
    assert office.config.read_bytes() == before


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
def test_a_log_on_a_full_disk_changes_no_code(office: Office) -> None:
    said = office.spawn("run", office.config, "--dry-run", "--log", "/dev/full")
    assert (said.code, "Traceback" in said.err) == (0, False)
