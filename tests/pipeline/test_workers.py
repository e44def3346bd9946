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

from reports import cancellation
from reports.pipeline import forecast, foreman, team, workers
from reports.pipeline.forecast import Outlook
from reports.pipeline.team import Team
from reports.pipeline.workers import Workers
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


# When they are started


class Counted:
    """A team of threads, and how often it was hired."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> Team:
        self.times += 1
        return Team(ThreadPoolExecutor(2), 2)


class Slow:
    """In place of what makes files: takes its time, by the clock that it is measured with."""

    def __init__(self, clock: TurnedClock, seconds: float) -> None:
        self.clock = clock
        self.seconds = seconds

    def __call__(self, task: Any) -> Any:
        self.clock.turn(self.seconds)
        return task


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> TurnedClock:
    """What clients' files are said to take goes by this one."""
    clock = TurnedClock()
    monkeypatch.setattr(foreman, "time", clock)
    return clock


@pytest.fixture
def quick_to_hire(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Little work is worth a process, which is a thread here."""
    package = logging.getLogger("reports")
    level = package.level
    monkeypatch.setattr(workers, "WORTH_SECONDS", 0.2)
    monkeypatch.setattr(team, "cores", lambda: 2)
    yield
    package.setLevel(level)


@pytest.fixture
def made_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What makes files takes no time."""
    monkeypatch.setattr("reports.pipeline.client_job.make", lambda task: task)


@pytest.fixture
def counted(quick_to_hire: None, monkeypatch: pytest.MonkeyPatch) -> Counted:
    """The processes of this machine."""
    hires = Counted()
    monkeypatch.setattr(team, "processes", lambda _: hires())
    return hires


def nobody() -> Team:
    """In place of hiring, where no process can be started."""
    raise OSError(12, "Cannot allocate memory")


def handed(hired: Workers, *, clients: int, pause: Callable[[], None] = lambda: None) -> list[Any]:
    futures: list[Future[Any]] = []
    for number in range(clients):
        pause()
        futures.append(hired.submit(number, left=clients - number - 1))  # type: ignore[arg-type]
    return [future.result(PATIENCE_SECONDS) for future in futures]


def test_processes_are_started_once_what_is_left_is_worth_it(
    counted: Counted, clock: TurnedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.pipeline.client_job.make", Slow(clock, 0.05))
    with Workers() as hired:
        assert handed(hired, clients=20) == list(range(20))
    assert counted.times == 1


def test_no_process_is_started_for_little_work(
    counted: Counted, clock: TurnedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.pipeline.client_job.make", Slow(clock, 0.01))
    with Workers() as hired:
        assert handed(hired, clients=5) == list(range(5))
    assert counted.times == 0


def test_no_process_is_started_while_it_is_the_api_that_is_waited_for(
    counted: Counted, clock: TurnedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.pipeline.client_job.make", Slow(clock, 0.02))
    with Workers() as hired:
        handed(hired, clients=30, pause=lambda: clock.turn(0.05))
    assert counted.times == 0


def test_processes_are_started_early_where_files_will_be_waited_for(counted: Counted) -> None:
    with Workers() as hired:
        hired.foresee(Outlook(work=0.1, wait=0.1))
        hired.foresee(Outlook(work=1, wait=100))
        before = hired.are_elsewhere
        hired.foresee(Outlook(work=1, wait=1))
        hired.foresee(Outlook(work=1, wait=1))
        after = hired.are_elsewhere
    assert (before, after) == (False, True)
    assert counted.times == 1


def test_what_is_foreseen_starts_no_process_beside_one_job(counted: Counted) -> None:
    with Workers(processes=1) as hired:
        hired.foresee(Outlook(work=100, wait=1))
        assert not hired.are_elsewhere
    assert counted.times == 0


@pytest.mark.parametrize(("client_seconds", "times"), [(100, 1), (0, 0)])
def test_a_run_foresees_from_its_pages_what_is_to_come(
    office: Office, counted: Counted, monkeypatch: pytest.MonkeyPatch, client_seconds: float, times: int
) -> None:
    monkeypatch.setattr(forecast, "ENOUGH_PAGES", 2)
    monkeypatch.setattr(forecast, "CLIENT_SECONDS", client_seconds)
    # What the first clients take tells nothing here.
    monkeypatch.setattr(workers, "WORTH_SECONDS", 50)
    assert office.run().code == 0
    assert counted.times == times
    assert [entry["state"] for entry in office.entries.values()] == ["ready"] * len(NAMES)


def test_clients_that_need_no_reading_are_not_foreseen(
    office: Office, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Less than two clients are said to take below, and more than any takes.
    monkeypatch.setattr(workers, "WORTH_SECONDS", 30)
    assert office.run().code == 0
    (office.month / "source" / f"{EVA}.jsonl.gz").unlink()
    monkeypatch.setattr(forecast, "ENOUGH_PAGES", 1)
    monkeypatch.setattr(forecast, "CLIENT_SECONDS", 20)
    assert office.run("--resume").code == 0
    assert counted.times == 0
    assert office.run().code == 0
    assert counted.times == 1


def test_one_job_is_this_process(
    counted: Counted, clock: TurnedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.pipeline.client_job.make", Slow(clock, 0.05))
    with Workers(processes=1) as hired:
        handed(hired, clients=12)
    assert counted.times == 0


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


def test_a_stop_ends_what_waits_and_what_comes_later_is_done_here(
    quick_to_hire: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_stopped = threading.Event()

    def make(task: object) -> object:
        assert is_stopped.wait(PATIENCE_SECONDS)
        return task

    monkeypatch.setattr("reports.pipeline.client_job.make", make)
    hired = Workers(hire=Counted())
    futures = [hired.submit(number) for number in range(9)]  # type: ignore[arg-type]
    futures[-1].add_done_callback(lambda _: is_stopped.set())
    hired.stop()
    ends = [future.exception(PATIENCE_SECONDS) for future in futures]
    assert [type(end) for end in ends] == [type(None)] * 2 + [foreman.StoppedError] * 7
    assert hired.submit(10).result(PATIENCE_SECONDS) == 10  # type: ignore[arg-type, comparison-overlap]


def test_a_team_that_takes_nothing_any_more_fails_the_clients_and_not_the_run(
    quick_to_hire: None, made_at_once: None
) -> None:
    class Closed(ThreadPoolExecutor):
        def submit(self, *_: Any, **__: Any) -> Any:
            raise RuntimeError("closed")

    with Workers(hire=lambda: Team(Closed(1), 2, is_mended=True)) as hired:
        futures = [hired.submit(number) for number in range(5)]  # type: ignore[arg-type]
        assert {str(future.exception(PATIENCE_SECONDS)) for future in futures} == {foreman.GONE}


def test_where_no_process_can_be_started_this_one_does_the_work(
    quick_to_hire: None, made_at_once: None
) -> None:
    with Workers(hire=nobody) as hired:
        assert handed(hired, clients=5) == list(range(5))


def test_where_a_further_process_cannot_be_started_this_one_does_all(
    quick_to_hire: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    made: list[Any] = []

    def make(task: object) -> object:
        time.sleep(0.2)
        made.append(task)
        return task

    monkeypatch.setattr("reports.pipeline.client_job.make", make)

    class Scarce(ThreadPoolExecutor):
        """As the pool of processes: takes the task first, then finds that it cannot start another process."""

        def submit(self, *words: Any, **more: Any) -> Any:
            taken = super().submit(*words, **more)
            given.append(taken)
            if len(given) == 2:
                raise OSError(22, "not enough memory for another one")
            return taken

    given: list[Future[Any]] = []
    with Workers(hire=lambda: Team(Scarce(1), 2)) as hired:
        assert handed(hired, clients=5) == list(range(5))
    assert len(given) == 2
    # Once by the thread that had taken it, and again here.
    assert sorted(made) == [0, 1, 1, 2, 3, 4]
    assert "not enough memory for another one" in caplog.text


def test_where_this_process_does_the_work_a_stop_ends_what_waits(
    quick_to_hire: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    hired = Workers(hire=nobody)

    def make(task: int) -> int:
        if task == 2:
            wait_until(lambda: hired._foreman._is_stopped)
        return task

    monkeypatch.setattr("reports.pipeline.client_job.make", make)
    futures = [hired.submit(number) for number in range(40)]  # type: ignore[arg-type]
    futures[1].result(PATIENCE_SECONDS)
    hired.stop()
    ends = [future.exception(PATIENCE_SECONDS) for future in futures]
    assert [type(end) for end in ends] == [type(None)] * 3 + [foreman.StoppedError] * 37


@on_posix
def test_processes_that_were_begun_can_be_ended_whatever_became_of_one() -> None:
    made = team.processes(2)
    started = set(multiprocessing.active_children())
    assert len(started) >= 2
    # All are asleep, waiting for the end.
    assert [made.executor.submit(abs, -1).result(PATIENCE_SECONDS) for _ in range(4)] == [1] * 4
    time.sleep(2 * cancellation.LOOK_UP_SECONDS)
    killed = min(started, key=lambda process: process.pid or 0)
    os.kill(killed.pid or 0, signal.SIGKILL)
    ending = threading.Thread(target=made.end, daemon=True)
    ending.start()
    ending.join(PATIENCE_SECONDS)
    assert not ending.is_alive()
    made.executor.shutdown(wait=True)
    wait_until(lambda: not any(process.is_alive() for process in started))


def test_a_bug_in_hiring_is_told_by_every_client_and_nobody_waits(
    quick_to_hire: None, made_at_once: None
) -> None:
    are_handed_in = threading.Event()

    def broken() -> Team:
        are_handed_in.wait(PATIENCE_SECONDS)
        raise ZeroDivisionError

    with Workers(hire=broken) as hired:
        futures = [hired.submit(number) for number in range(5)]  # type: ignore[arg-type]
        are_handed_in.set()
        assert {type(future.exception(PATIENCE_SECONDS)) for future in futures} == {ZeroDivisionError}
        assert hired.submit(5).result(PATIENCE_SECONDS) == 5  # type: ignore[arg-type, comparison-overlap]


def test_a_team_that_is_gone_is_waited_for_by_nobody(quick_to_hire: None, made_at_once: None) -> None:
    class Gone(ThreadPoolExecutor):
        """Gives up one task, and answers no other any more."""

        def submit(self, *_: Any, **__: Any) -> Any:
            answers.append(Future())
            if len(answers) == 2:
                answers[0].cancel()
            return answers[-1]

    answers: list[Future[Any]] = []
    with Workers(hire=lambda: Team(Gone(1), 2, is_mended=True)) as hired:
        futures = [hired.submit(number) for number in range(5)]  # type: ignore[arg-type]
        assert {str(future.exception(PATIENCE_SECONDS)) for future in futures} == {foreman.GONE}
        later = hired.submit(5)  # type: ignore[arg-type]
        assert str(later.exception(PATIENCE_SECONDS)) == foreman.GONE
    assert len(answers) == 2
