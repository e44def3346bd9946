"""A cluster makes the files: a real Dask scheduler and real workers, each in a process of its own."""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from reports import __version__
from reports.pipeline.cluster import CLUSTER_LOST, describe_worker, find_problems
from reports.pipeline.cluster import Cluster as Joined
from reports.pipeline.executor import JobExecutor
from reports.sandbox.server import Sandbox
from tests.pipeline.test_executor import ANA, EVA, NAMES, killing, remains
from tests.render.test_pdf import printing, script
from tests.support.office import ROOT, Office, Said, account, configure_whole, number_papers, tree
from tests.support.waiting import LASTING_SECONDS, PATIENCE_SECONDS, wait_until

pytest.importorskip("distributed", reason="the extra [cluster] is not installed")

pytestmark = pytest.mark.skipif(os.name == "nt", reason="ends processes by signals")

HOST = "127.0.0.1"
UNLIKE = ("run.json", "run.log")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """More clients than a cluster of two is given at a time."""
    names = NAMES | {number: f"Cliente {number}" for number in range(201, 205)}
    with Sandbox(account_data=number_papers(account(names))) as sandbox:
        office = Office(tmp_path, sandbox)
        configure_whole(office)
        yield office


class Cluster:
    """A scheduler, and workers of one thread each that know nothing but where this program lies."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self.workers: list[subprocess.Popen[bytes]] = []
        place = folder / "scheduler.json"
        self.scheduler = self._start(
            "distributed.cli.dask_scheduler", "--host", HOST, "--port", "0", "--scheduler-file", str(place)
        )
        wait_until(lambda: place.exists() and place.stat().st_size > 0)
        self.address = place.read_text("utf-8").partition('"address": "')[2].partition('"')[0]

    def add(self, count: int, **variables: str) -> None:
        """More workers; they are there when this ends."""
        options = f"--nthreads 1 --no-nanny --no-dashboard --memory-limit 0 --host {HOST}".split()
        for _ in range(count):
            worker = self._start("distributed.cli.dask_worker", self.address, *options, **variables)
            self.workers.append(worker)
        wait_until(lambda: self.known() >= len(self.workers))

    def said(self) -> bytes:
        """What the workers have logged."""
        return (self._folder / "distributed.cli.dask_worker.log").read_bytes()

    def known(self) -> int:
        """How many workers the scheduler knows."""
        from distributed import Client

        with Client(self.address, timeout=PATIENCE_SECONDS, set_as_default=False) as client:  # type: ignore[no-untyped-call]
            return len(client.scheduler_info(n_workers=-1)["workers"])

    def _start(self, module: str, *words: str, **variables: str) -> "subprocess.Popen[bytes]":
        # Not the key: what a worker has in its environment is all it could give away.
        kept = {name: value for name, value in os.environ.items() if "KEY" not in name}
        log = (self._folder / f"{module}.log").open("ab")
        process = subprocess.Popen(
            [sys.executable, "-m", module, *words],
            cwd=self._folder,
            env={**kept, "PYTHONPATH": str(ROOT), "DASK_DISTRIBUTED__DASHBOARD__LINK": "", **variables},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        self._stack.callback(_end, process)
        self._stack.callback(log.close)
        return process


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait(PATIENCE_SECONDS)


@contextmanager
def a_cluster(folder: Path) -> Iterator[Cluster]:
    folder.mkdir()
    with ExitStack() as stack:
        yield Cluster(folder, stack)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    with a_cluster(tmp_path / "cluster") as found:
        yield found


def on(cluster: Cluster, office: Office, *words: str, **variables: str) -> Said:
    return office.spawn("run", "config.yaml", "--scheduler", cluster.address, *words, **variables)


def test_a_cluster_writes_what_one_process_writes_and_a_lost_worker_costs_nothing_else(
    office: Office, cluster: Cluster
) -> None:
    assert office.spawn("run", "config.yaml", "--jobs", "1").code == 0
    alone = {path: data for path, data in tree(office.month).items() if path not in UNLIKE}
    entries, saft = office.record["clients"], office.record["account_month"]["saft"]
    assert saft["state"] == "equal"
    assert alone.keys() >= {"data/period.sqlite", "data/documents.csv", "source/saft-2026-10.xml.gz"}
    cluster.add(2)
    said = on(cluster, office)
    assert said.code == 0, said
    assert {path: tree(office.month)[path] for path in alone} == alone
    assert office.record["clients"] == entries
    assert office.record["account_month"]["saft"] == saft
    assert remains(office) == []
    assert office.sandbox.api_key.encode() not in cluster.said()

    # One of the two ends while it is at Eva's files.
    browser = killing(office, once=True)
    for worker in cluster.workers:
        _end(worker)
    cluster.workers.clear()
    wait_until(lambda: cluster.known() == 0)
    cluster.add(2, INVOICE_REPORTS_BROWSER=str(browser))
    configure_whole(office, excel=False, pdf=True)
    said = on(cluster, office, INVOICE_REPORTS_BROWSER=str(browser))
    assert said.code == 0, said
    assert [entry["state"] for entry in office.entries.values()] == ["ready"] * 9
    assert sum(worker.poll() is None for worker in cluster.workers) == 1
    assert remains(office) == []
    pages = [path for path in tree(office.month) if path.endswith(".pdf")]
    assert len(pages) == 9
    # What is begun again is what the lost worker had begun.
    asked = [line.split() for line in (office.folder / "asked").read_text("utf-8").splitlines()]
    lost = next(worker for worker, page in asked if f"-{EVA}-" in page)
    repeated = {page for page, count in Counter(page for _, page in asked).items() if count > 1}
    assert repeated <= {page for worker, page in asked if worker == lost}
    assert any(f"-{EVA}-" in page for page in repeated)


def test_a_scheduler_that_is_gone_fails_the_clients_that_are_left(office: Office, cluster: Cluster) -> None:
    begun = office.folder / "begun"
    slow = script(
        office.folder / "browser",
        f"is_eva = '-{EVA}-' in target",
        f"if is_eva: open({str(begun)!r}, 'w').close(); time.sleep({LASTING_SECONDS})",
        printing(b"%PDF-1.4 %%EOF"),
    )
    cluster.add(1, INVOICE_REPORTS_BROWSER=str(slow))
    # One client after the other, so that others are done when hers begins.
    office.configure(output={"excel": False, "pdf": True}, requests={"parallel": 1})
    with office.start(
        "run", "config.yaml", "--scheduler", cluster.address, env={"INVOICE_REPORTS_BROWSER": str(slow)}
    ) as process:
        wait_until(lambda: begun.exists() and any(office.month.glob(f"*-{ANA}")))
        cluster.scheduler.send_signal(signal.SIGKILL)
        out, err = process.communicate(timeout=3 * PATIENCE_SECONDS)
    assert process.returncode == 3, (out, err)
    assert office.entries[EVA]["state"] == "failed"
    assert "cluster" in office.entries[EVA]["reason"]
    assert b"Traceback" not in out + err


class Gone(ThreadPoolExecutor):
    """A cluster of one worker that is lost: it cancels the first task, and answers no other any more."""

    def __init__(self) -> None:
        super().__init__(1)
        self.answers: list[Future[Any]] = []
        self.is_closed = False

    def nthreads(self) -> dict[str, int]:
        return {"tcp://a:1": 1}

    def get_executor(self, **_: Any) -> "Gone":
        return self

    def submit(self, *_: Any, **__: Any) -> Any:
        self.answers.append(Future())
        if len(self.answers) == 2:
            self.answers[0].cancel()
            self.answers[0].set_running_or_notify_cancel()
        return self.answers[-1]

    def close(self) -> None:
        self.is_closed = True


class Closed(Gone):
    """A cluster that takes nothing any more."""

    def submit(self, *_: Any, **__: Any) -> Any:
        raise RuntimeError("closed")


@pytest.mark.parametrize("kind", [Gone, Closed])
def test_a_cluster_that_is_gone_fails_every_client_and_is_waited_for_by_nobody(kind: type[Gone]) -> None:
    lost = kind()
    with JobExecutor(cluster=Joined(lost)) as own:
        futures = [own.submit(number) for number in range(6)]  # type: ignore[arg-type]
        errors = {str(future.exception(PATIENCE_SECONDS)) for future in futures}
    assert errors == {CLUSTER_LOST}
    assert len(lost.answers) <= 2
    assert lost.is_closed


def test_an_interruption_waits_for_no_worker_of_a_cluster() -> None:
    silent = Gone()
    with JobExecutor(cluster=Joined(silent)) as own:
        future = own.submit(1)  # type: ignore[arg-type]
        wait_until(lambda: len(silent.answers) == 1)
        own.stop()
        assert isinstance(future.exception(PATIENCE_SECONDS), CancelledError)
    assert silent.is_closed


def test_no_scheduler_no_run(office: Office) -> None:
    said = office.type("run", office.config, "--scheduler", f"tcp://{HOST}:9")
    assert said.code == 2
    assert f"no Dask scheduler answers at tcp://{HOST}:9" in said.err
    assert not office.output.exists()
    assert office.sandbox.requests == []


def test_jobs_and_scheduler_are_two_answers_to_one_question(office: Office) -> None:
    said = office.type("run", office.config, "--scheduler", "tcp://127.0.0.1:9", "--jobs", "2")
    assert said.code == 2
    assert "choose one" in said.err


def test_workers_that_cannot_do_the_work_are_named_before_anything_is_asked(
    office: Office, cluster: Cluster
) -> None:
    said = on(cluster, office)
    assert said.code == 2
    assert "has no workers: start some with dask worker" in said.err
    cluster.add(1, PYTHONPATH="")
    said = on(cluster, office)
    assert said.code == 2, said
    assert "cannot do the work" in said.err
    assert office.sandbox.requests == []


def test_without_the_extra_a_sentence_says_how(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    said = office.type("run", office.config, "--scheduler", "tcp://127.0.0.1:9")
    assert said.code == 2
    assert "pip install 'invoicexpress-reports[cluster]'" in said.err


def test_a_worker_that_lacks_a_folder_or_has_another_version_is_named() -> None:
    there = str(Path(__file__).parent)
    assert describe_worker([there, "/not/there"]) == (__version__, ["/not/there"])
    lacking = ("0.0.9", ["/share/logo.png", "/share/out/.probe.12345678.tmp"])
    version, logo, folder = find_problems("tcp://a:1", lacking)
    assert version.startswith("the Dask worker tcp://a:1 has invoicexpress-reports 0.0.9, and this is ")
    assert version.endswith(f"{__version__}: install the same there, and start it again")
    assert logo.startswith("the Dask worker tcp://a:1 does not see /share/logo.png: give it the same folders")
    assert folder.startswith("the Dask worker tcp://a:1 does not see /share/out: give it the same folders")
