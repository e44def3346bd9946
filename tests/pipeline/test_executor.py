"""Who makes the files: several processes give what one gives, and one that dies takes its client alone along.

Processes are real and so are their deaths: the browser that prints a client's PDF is a script that ends the
process which started it.
"""

import json
import logging
import multiprocessing
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from reports.pipeline import executor
from reports.pipeline.executor import JobExecutor
from reports.sandbox.server import Sandbox
from tests.render.test_pdf import printing, script
from tests.support.office import Office, Said, account, tree
from tests.support.scripted_api import TurnedClock
from tests.support.waiting import LASTING_SECONDS, PATIENCE_SECONDS, wait_until

NAMES = {101: "Ana", 102: "Rui", 103: "Eva", 104: "Zé", 105: "Ivo"}
ANA, RUI, EVA = 101, 102, 103
UNLIKE = ("run.json", "run.log", "summary.xlsx")
"""What says when and by how many processes; the summary's archive is compared by the demo's tests."""

on_posix = pytest.mark.skipif(
    os.name == "nt", reason="Windows cannot start the scripts that are browsers here"
)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Five clients: more than there are processes."""
    with Sandbox(account_data=account(NAMES)) as sandbox:
        yield Office(tmp_path, sandbox)


def killing(office: Office, *, once: bool) -> Path:
    """A browser that kills whoever prints Eva's page; if only once, the second time it prints."""
    seen = office.folder / "seen"
    return script(
        office.folder / "browser",
        f"is_eva = '-{EVA}-' in target",
        f"if is_eva and not ({once} and os.path.exists({str(seen)!r})):",
        f"    open({str(seen)!r}, 'w').close()",
        f"    os.kill(os.getppid(), {int(signal.SIGKILL) if os.name != 'nt' else 9})",
        f"    time.sleep({LASTING_SECONDS})",
        f"else: {printing(b'%PDF-1.4 %%EOF')}",
    )


def run(office: Office, browser: Path, *words: str) -> Said:
    office.configure(output={"excel": False, "pdf": True})
    return office.spawn("run", "config.yaml", *words, INVOICE_REPORTS_BROWSER=str(browser))


def remains(office: Office) -> list[str]:
    """What should not be there."""
    return [
        path for path in tree(office.output) if path.endswith(".tmp") or ".tmp/" in path or ".old" in path
    ]


def test_several_processes_write_what_one_writes(office: Office) -> None:
    assert office.spawn("run", "config.yaml", "--jobs", "1").code == 0
    alone = {path: data for path, data in tree(office.month).items() if Path(path).name not in UNLIKE[:2]}
    entries = office.record["clients"]
    with office.start("run", "config.yaml", "--jobs", "2") as process:
        if sys.platform == "linux":
            wait_until(lambda: any("spawn_main" in command(one) for one in below(process.pid)))
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, (out, err)
    assert {path: tree(office.month)[path] for path in alone} == alone
    assert office.record["clients"] == entries
    assert remains(office) == []
    log = (office.month / "run.log").read_text("utf-8")
    assert all(f"client {client} {name}: 2 documents" in log for client, name in NAMES.items())


@on_posix
def test_a_process_that_dies_fails_its_client_and_not_the_run(office: Office) -> None:
    said = run(office, killing(office, once=False), "--jobs", "2")
    assert said.code == 3, said
    entries = office.entries
    assert {client for client, entry in entries.items() if entry["state"] == "ready"} == {*NAMES} - {EVA}
    assert "ended before it was done, twice in a row" in entries[EVA]["reason"]
    assert remains(office) == []
    assert run(office, script(office.folder / "sound", printing(b"%PDF-1.4 %%EOF")), "--jobs", "2").code == 0
    assert [entry["state"] for entry in office.entries.values()] == ["ready"] * len(NAMES)


@on_posix
def test_whoever_was_at_work_beside_a_death_is_done_again(office: Office) -> None:
    said = run(office, killing(office, once=True), "--jobs", "2")
    assert said.code == 0, said
    assert "a process that makes clients' files ended" in (office.month / "run.log").read_text("utf-8")
    assert [entry["state"] for entry in office.entries.values()] == ["ready"] * len(NAMES)
    assert remains(office) == []


@on_posix
def test_what_goes_wrong_in_a_process_is_told_as_ever(office: Office) -> None:
    refusing = script(
        office.folder / "browser", f"sys.exit(3) if '-{EVA}-' in target else {printing(b'%PDF-1 %%EOF')}"
    )
    said = run(office, refusing, "--jobs", "2")
    assert said.code == 3, said
    assert "PDF: browser" in office.entries[EVA]["reason"]
    assert [entry["state"] for entry in office.entries.values()].count("ready") == len(NAMES) - 1


def below(process: int) -> set[int]:
    """The processes that a process started, those that they started included."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parents[int(entry.parent.name)] = int(entry.read_text().rpartition(")")[2].split()[1])
    found = {process}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {process}


def alive(processes: set[int]) -> set[int]:
    """Those that are there and are not mere remains."""
    found = set()
    for process in processes:
        try:
            stat = Path("/proc", str(process), "stat").read_text()
        except OSError:
            continue
        if stat.rpartition(")")[2].split()[0] != "Z":
            found.add(process)
    return found


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT], ids=["killed", "Ctrl+C"])
def test_no_process_outlives_the_run(office: Office, end: signal.Signals) -> None:
    begun = office.folder / "begun"
    slow = script(
        office.folder / "browser", f"open({str(begun)!r}, 'w').close()", f"time.sleep({LASTING_SECONDS})"
    )
    office.configure(output={"excel": False, "pdf": True})
    with office.start(
        "run", "config.yaml", "--jobs", "2", env={"INVOICE_REPORTS_BROWSER": str(slow)}
    ) as process:
        wait_until(begun.exists)
        started = {child for child in below(process.pid) if "spawn" in command(child)}
        assert len(started) >= 2
        process.send_signal(end)
        code = process.wait(PATIENCE_SECONDS)
    wait_until(lambda: not alive(started))
    if end == signal.SIGINT:
        assert code == 130
        assert remains(office) == []
        assert {entry["state"] for entry in office.entries.values()} == {"failed"}
    sound = script(office.folder / "sound", printing(b"%PDF-1.4 %%EOF"))
    assert run(office, sound, "--jobs", "1").code == 0
    assert remains(office) == []


def command(process: int) -> str:
    try:
        return Path("/proc", str(process), "cmdline").read_text()
    except OSError:
        return ""


def test_a_number_of_jobs_below_one_is_refused(office: Office) -> None:
    said = office.run("--jobs", "0")
    assert said.code == 2
    assert "--jobs" in said.err
    assert not office.output.exists()


# Several accounts


def configured(office: Office, name: str) -> Path:
    """One more configuration of the office's account, under another name."""
    own = {"name": name, "api_key": "${OFFICE_API_KEY}", "base_url": office.sandbox.url}
    return office.configure(name=f"{name}.yaml", account=own)


def test_accounts_are_read_at_the_same_time_and_each_has_its_own_log(office: Office) -> None:
    answered = office.sandbox._judge

    def together(request: Any, key: str | None) -> Any:
        wait_until(lambda: office.sandbox.most_concurrent >= 2)
        return answered(request, key)

    office.sandbox._judge = together  # type: ignore[method-assign]
    names = ["alfa", "beta", "gama"]
    configs = [configured(office, name) for name in names]
    for config in configs:
        text = json.loads(config.read_text("utf-8"))
        config.write_text(json.dumps(text | {"requests": {"per_minute": 60_000, "parallel": 1}}), "utf-8")
    said = office.type("run", *configs)
    assert said.code == 0, said
    assert said.last == "3 accounts; the most severe: 5 of 5 clients ready. Exit code 0."
    for name in names:
        month = office.output / name / "2026-10"
        assert json.loads((month / "run.json").read_text("utf-8"))["account"] == name
        log = (month / "run.log").read_text("utf-8")
        assert f"account {name}, period 2026-10" in log
        assert log.count("account ") == 1
        assert log.count(": 2 documents on 1 pages") == len(NAMES)
    page = (office.output / "RESULT.html").read_text("utf-8")
    assert all(name in page for name in names)


def test_accounts_give_what_each_gives_alone(office: Office) -> None:
    configs = [configured(office, name) for name in ("alfa", "beta")]
    alone: dict[str, bytes] = {}
    for config in configs:
        assert office.type("run", config).code == 0
        alone |= tree(office.output)
    assert office.type("run", *configs).code == 0
    together = tree(office.output)
    kept = [path for path in alone if Path(path).name not in ("run.log", "run.json", "RESULT.html")]
    assert {path: together[path] for path in kept} == {path: alone[path] for path in kept}


def lines_of(office: Office, name: str) -> list[str]:
    return (office.output / name / "2026-10" / "run.log").read_text("utf-8").splitlines()


def test_what_processes_log_is_in_the_log_of_the_account_that_asked(office: Office) -> None:
    configs = [configured(office, name) for name in ("alfa", "beta")]
    for folder in ("alfa", "beta"):
        earlier = office.output / folder / "2026-09" / "source"
        earlier.mkdir(parents=True)
        (earlier / f"{ANA}.jsonl.gz").write_bytes(b"no archive")
    said = office.spawn("run", *configs, "--jobs", "2")
    assert said.code == 0, said
    for name in ("alfa", "beta"):
        told = [line for line in lines_of(office, name) if "is not held against 2026-09" in line]
        assert len(told) == 1, told
        assert f"/{name}/" in told[0]


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_an_interruption_ends_all_accounts_and_their_browsers(office: Office) -> None:
    begun = office.folder / "begun"
    slow = script(
        office.folder / "browser", f"open({str(begun)!r}, 'w').close()", f"time.sleep({LASTING_SECONDS})"
    )
    names = ["alfa", "beta", "gama"]
    configs = [configured(office, name) for name in names]
    for config in configs:
        text = json.loads(config.read_text("utf-8"))
        config.write_text(json.dumps(text | {"output": {"excel": False, "pdf": True}}), "utf-8")
    with office.start("run", *configs, "--jobs", "2", env={"INVOICE_REPORTS_BROWSER": str(slow)}) as process:
        wait_until(begun.exists)
        started = below(process.pid)
        assert any("browser" in command(one) for one in started)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 130, (out, err)
    assert b"Traceback" not in out + err
    wait_until(lambda: not alive({one for one in started if "resource_tracker" not in command(one)}))
    for name in names:
        month = office.output / name / "2026-10"
        record = json.loads((month / "run.json").read_text("utf-8"))
        assert record["exit_code"] == 130
        assert {entry["state"] for entry in record["clients"]} == {"failed"}
        assert "bug" not in (month / "run.log").read_text("utf-8")
    assert remains(office) == []


@on_posix
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_key_that_is_refused_midway_leaves_what_was_read_before(office: Office, jobs: str) -> None:
    office.configure(requests={"per_minute": 60_000, "parallel": 1})
    answered = office.sandbox._judge

    def refusing(request: Any, key: str | None) -> Any:
        is_late = len(office.sandbox.requests) > 4
        return answered(request, "no key" if is_late else key)

    office.sandbox._judge = refusing  # type: ignore[method-assign]
    said = office.spawn("run", "config.yaml", "--jobs", jobs)
    assert said.code == 5, said
    # The third may not be proven yet when the fourth is refused.
    # One of the requests before the refusal is for the taxes.
    assert [entry["state"] for entry in office.entries.values()].count("ready") in (1, 2, 3)
    assert remains(office) == []


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_folder_that_goes_away_meanwhile_ends_no_run(office: Office, jobs: str) -> None:
    assert office.run().code == 0
    ana = office.month / f"ana-{ANA}"
    answered = office.sandbox._judge

    def removing(request: Any, key: str | None) -> Any:
        if f"/{RUI}/" in request.path and ana.exists():
            shutil.rmtree(ana)
        return answered(request, key)

    office.sandbox._judge = removing  # type: ignore[method-assign]
    assert office.spawn("run", "config.yaml", "--jobs", jobs).code == 0
    assert len(list(ana.iterdir())) == 2
    assert [entry["state"] for entry in office.entries.values()] == ["ready"] * len(NAMES)
