"""Who makes the files: several processes give what one gives, and one that dies takes its client alone along.

Processes are real and so are their deaths: the browser that prints a client's PDF is a script that ends the
process which started it.
"""

import gc
import json
import multiprocessing
import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from reports.pipeline import executor
from reports.pipeline.executor import JobExecutor
from reports.sandbox.server import Sandbox
from tests.render.test_pdf import printing, script
from tests.support.office import HTML_ONLY, Office, Said, account, configure_account, tree
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
    """A browser that kills whoever prints Eva's page; if only once, the second time it prints.

    In `asked` beside it is a line for every page: the process that wants it printed, and its name.
    """
    seen, asked = office.folder / "seen", office.folder / "asked"
    return script(
        office.folder / "browser",
        f"open({str(asked)!r}, 'a').write(f'{{os.getppid()}} {{os.path.basename(target)}}\\n')",
        f"is_eva = '-{EVA}-' in target",
        f"if is_eva and not ({once} and os.path.exists({str(seen)!r})):",
        f"    open({str(seen)!r}, 'w').close()",
        f"    os.kill(os.getppid(), {int(signal.SIGKILL) if os.name != 'nt' else 9})",
        f"    time.sleep({LASTING_SECONDS})",
        f"else: {printing(b'%PDF-1.4 %%EOF')}",
    )


def run(office: Office, browser: Path, *words: str, html: bool = True) -> Said:
    office.configure(output={"excel": False, "html": html, "pdf": True})
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
    said = run(office, refusing, "--jobs", "2", html=False)
    assert said.code == 3, said
    assert "PDF: browser" in office.entries[EVA]["reason"]
    assert [entry["state"] for entry in office.entries.values()].count("ready") == len(NAMES) - 1
    said = run(office, refusing, "--jobs", "2")
    assert said.code == 6, said
    assert [finding["code"] for finding in office.entries[EVA]["findings"]] == ["PDF-FAILED"]
    assert "its files are without a PDF: PDF: browser" in (office.month / "run.log").read_text("utf-8")


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


@pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")
def test_an_interruption_ends_processes_that_have_only_begun(office: Office) -> None:
    with office.start("run", "config.yaml", "--jobs", "2") as process:
        wait_until(lambda: any("spawn_main" in command(one) for one in below(process.pid)))
        started = {one for one in below(process.pid) if "spawn_main" in command(one)}
        for one in (process.pid, *started):
            # As a terminal has it: all that belongs to the run hears of it.
            os.kill(one, signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 130, (out, err)
    assert b"Traceback" not in out + err
    wait_until(lambda: not alive(started))
    assert remains(office) == []


# How many processes there are


@pytest.fixture
def pools(monkeypatch: pytest.MonkeyPatch) -> list[ThreadPoolExecutor]:
    """Threads in the place of processes, on a machine of two cores: each that was started."""
    started: list[ThreadPoolExecutor] = []

    def start(count: int, **_: object) -> ThreadPoolExecutor:
        # A process takes longer to start.
        time.sleep(0.1)
        started.append(ThreadPoolExecutor(count))
        return started[-1]

    monkeypatch.setattr(executor, "ProcessPoolExecutor", start)
    monkeypatch.setattr(executor, "count_cores", lambda: 2)
    return started


def states_of(office: Office) -> list[str]:
    return [entry["state"] for entry in office.entries.values()]


@pytest.mark.parametrize(
    ("clients", "words", "processes"),
    [(19, (), 0), (20, (), 2), (20, ("--jobs", "1"), 0), (2, ("--jobs", "3"), 3)],
)
def test_processes_are_started_for_twenty_clients_or_where_they_are_asked_for(
    tmp_path: Path,
    pools: list[ThreadPoolExecutor],
    clients: int,
    words: tuple[str, ...],
    processes: int,
) -> None:
    names = {number: f"Cliente {number}" for number in range(101, 101 + clients)}
    with Sandbox(account_data=account(names)) as sandbox:
        office = Office(tmp_path, sandbox)
        office.configure("all", output=HTML_ONLY)
        assert office.run(*words).code == 0
    assert states_of(office) == ["ready"] * clients
    assert len(pools) == processes


def test_clients_of_accounts_side_by_side_count_together_and_share_the_processes(
    pools: list[ThreadPoolExecutor],
) -> None:
    with JobExecutor() as shared:
        shared.expect(10)
        assert (shared.is_local, len(pools)) == (True, 0)
        shared.expect(10)
        shared.expect(50)
        assert not shared.is_local
    assert len(pools) == 2


def test_a_machine_of_one_core_needs_no_process(
    pools: list[ThreadPoolExecutor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executor, "count_cores", lambda: 1)
    with JobExecutor() as own:
        own.expect(1_000)
        assert own.is_local
    assert pools == []


def test_a_number_of_jobs_below_one_is_refused(office: Office) -> None:
    said = office.run("--jobs", "0")
    assert said.code == 2
    assert "--jobs" in said.err
    assert not office.output.exists()


# Several accounts


def lines_of(office: Office, name: str) -> list[str]:
    return (office.output / name / "2026-10" / "run.log").read_text("utf-8").splitlines()


def test_what_processes_log_is_in_the_log_of_the_account_that_asked(office: Office) -> None:
    configs = [configure_account(office, name) for name in ("alfa", "beta")]
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
    configs = [configure_account(office, name) for name in names]
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


# Where processes fail


def log_of(office: Office) -> str:
    return (office.month / "run.log").read_text("utf-8")


def refuse(*_: object, **__: object) -> Any:
    """In place of a pool, where no process can be started."""
    raise OSError(12, "Cannot allocate memory")


def test_whoever_makes_files_looks_for_cycles_seldom() -> None:
    gc.set_threshold(700, 10, 10)
    JobExecutor()
    assert gc.get_threshold() == executor.CYCLE_THRESHOLDS
    with closing(executor.Processes(1)) as processes:
        pool = processes.start()
        assert pool is not None
        assert pool.submit(gc.get_threshold).result() == executor.CYCLE_THRESHOLDS


def test_where_no_process_can_be_started_this_one_does_the_work(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executor, "ProcessPoolExecutor", refuse)
    assert office.run("--jobs", "2").code == 0
    assert states_of(office) == ["ready"] * len(NAMES)
    assert "no further process could be started ([Errno 12] Cannot allocate memory)" in log_of(office)


def test_where_processes_end_as_soon_as_they_begin_this_one_does_the_work(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executor, "load_modules", os.abort)
    assert office.run("--jobs", "2").code == 0
    assert states_of(office) == ["ready"] * len(NAMES)
    assert "processes that make clients' files end as soon as they begin" in log_of(office)


def test_where_no_thread_can_be_started_this_one_does_the_work(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Threadless(ThreadPoolExecutor):
        def submit(self, *_: Any, **__: Any) -> Any:
            raise RuntimeError("can't start new thread")

    monkeypatch.setattr(executor, "ThreadPoolExecutor", Threadless)
    assert office.run("--jobs", "2").code == 0
    assert states_of(office) == ["ready"] * len(NAMES)
    assert log_of(office).count("no further process could be started (can't start new thread)") == 1


@on_posix
def test_where_a_process_that_died_has_no_successor_this_one_does_the_work(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[ProcessPoolExecutor] = []

    def start(*words: Any, **more: Any) -> ProcessPoolExecutor:
        if len(started) == 2:
            refuse()
        started.append(ProcessPoolExecutor(*words, **more))
        return started[-1]

    monkeypatch.setattr(executor, "ProcessPoolExecutor", start)
    monkeypatch.setenv("INVOICE_REPORTS_BROWSER", str(killing(office, once=True)))
    office.configure(output={"excel": False, "pdf": True})
    said = office.run("--jobs", "2")
    assert said.code == 0, said
    assert states_of(office) == ["ready"] * len(NAMES)
    assert log_of(office).count("a process that makes clients' files ended") == 1
    assert log_of(office).count("no further process could be started") == 1
    assert remains(office) == []


def test_a_bug_in_starting_is_told_by_every_client_and_nobody_waits(
    pools: list[ThreadPoolExecutor], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(executor, "ProcessPoolExecutor", fail)
    with JobExecutor(2) as own:
        futures = submit(own, 5)
        assert {type(future.exception(PATIENCE_SECONDS)) for future in futures} == {ZeroDivisionError}


def submit(own: JobExecutor, count: int) -> list["Future[Any]"]:
    """What becomes of so many tasks that are numbers."""
    return [own.submit(number) for number in range(count)]  # type: ignore[arg-type]


def test_second_try_of_a_task_that_ended_a_process_has_no_other_at_work_beside_it(
    pools: list[ThreadPoolExecutor], monkeypatch: pytest.MonkeyPatch
) -> None:
    under_way: set[int] = set()
    beside: list[set[int]] = []

    def make(task: int) -> int:
        under_way.add(task)
        time.sleep(0.02)
        if task == 3:
            beside.append(under_way - {task})
        time.sleep(0.02)
        if task == 3:
            beside.append(under_way - {task})
        under_way.remove(task)
        if task == 3 and len(beside) == 2:
            raise BrokenProcessPool
        return task

    monkeypatch.setattr("reports.pipeline.client_job.make", make)
    with JobExecutor(4) as own:
        assert [future.result(PATIENCE_SECONDS) for future in submit(own, 20)] == [*range(20)]
    assert len(beside) == 4
    assert beside[2:] == [set(), set()]


def test_a_task_that_ends_a_process_twice_fails_alone(
    pools: list[ThreadPoolExecutor], monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def make(task: int) -> int:
        tries.append(task)
        if task == 3:
            raise BrokenProcessPool
        return task

    monkeypatch.setattr("reports.pipeline.client_job.make", make)
    with JobExecutor(2) as own:
        futures = submit(own, 6)
        errors = [future.exception(PATIENCE_SECONDS) for future in futures]
    assert [number for number, error in enumerate(errors) if error] == [3]
    assert str(errors[3]) == executor.CRASHED_TWICE
    assert sorted(tries) == [0, 1, 2, 3, 3, 4, 5]


# Where it is stopped


def test_a_stop_cancels_what_waits_and_what_comes_later_is_done_here(
    pools: list[ThreadPoolExecutor], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = threading.Semaphore(0)
    is_stopped = threading.Event()

    def make(task: object) -> object:
        begun.release()
        assert is_stopped.wait(PATIENCE_SECONDS)
        return task

    monkeypatch.setattr("reports.pipeline.client_job.make", make)
    with JobExecutor(2) as own:
        futures = submit(own, 9)
        assert all(begun.acquire(timeout=PATIENCE_SECONDS) for _ in range(2))
        own.stop()
        is_stopped.set()
        wait_until(lambda: all(future.done() for future in futures))
        assert [future.cancelled() for future in futures] == [False] * 2 + [True] * 7
        assert [future.result() for future in submit(own, 3)] == [0, 1, 2]


def test_where_this_process_does_the_work_a_stop_cancels_what_waits(
    pools: list[ThreadPoolExecutor], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, is_stopped = threading.Event(), threading.Event()

    def make(task: object) -> object:
        begun.set()
        assert is_stopped.wait(PATIENCE_SECONDS)
        return task

    monkeypatch.setattr(executor, "ProcessPoolExecutor", refuse)
    monkeypatch.setattr("reports.pipeline.client_job.make", make)
    with JobExecutor(2) as own:
        futures = submit(own, 40)
        assert begun.wait(PATIENCE_SECONDS)
        own.stop()
        is_stopped.set()
        wait_until(lambda: all(future.done() for future in futures))
    done = [future for future in futures if not future.cancelled() and not future.exception()]
    assert len(done) == 1


def test_a_process_that_does_not_end_is_given_up(
    pools: list[ThreadPoolExecutor], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, is_over = threading.Event(), threading.Event()

    def make(task: object) -> object:
        begun.set()
        assert is_over.wait(LASTING_SECONDS)
        return task

    monkeypatch.setattr(executor, "END_SECONDS", 0.1)
    monkeypatch.setattr("reports.pipeline.client_job.make", make)
    with JobExecutor(2) as own:
        (future,) = submit(own, 1)
        assert begun.wait(PATIENCE_SECONDS)
        own.stop()
        assert isinstance(future.exception(PATIENCE_SECONDS), CancelledError)
    is_over.set()


@on_posix
def test_processes_that_were_begun_can_be_ended_whatever_became_of_one() -> None:
    before = set(multiprocessing.active_children())
    own = JobExecutor(2)
    own.expect(1)
    wait_until(lambda: len({*multiprocessing.active_children()} - before) == 2)
    started = set(multiprocessing.active_children()) - before
    killed = min(started, key=lambda process: process.pid or 0)
    os.kill(killed.pid or 0, signal.SIGKILL)
    with own:
        own.stop()
    wait_until(lambda: not any(process.is_alive() for process in started))


def test_processes_end_with_the_executor() -> None:
    before = set(multiprocessing.active_children())
    with JobExecutor(2) as own:
        own.expect(1)
    assert set(multiprocessing.active_children()) == before
