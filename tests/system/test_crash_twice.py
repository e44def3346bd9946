"""Two runs of one folder at the same time: one works, the other ends with 7 and leaves no trace."""

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Figure
from tests.support.crash.killing import Press
from tests.support.crash.remains import LOG, State
from tests.support.crash.scene import put, stage
from tests.support.office import HTML_ONLY, Office, tree
from tests.support.waiting import LASTING_SECONDS, PATIENCE_SECONDS, wait_until

PAIRS = 50
JITTERS_SECONDS = (0, 0.002, 0.01, 0.03)

Launch = Callable[[], tuple[int, str]]
"""Runs the month in a process of its own: its exit code and what it printed."""


class Gate(dict[int, Any]):
    """Documents that nobody gets before it is opened."""

    def __init__(self, documents: Mapping[int, Any]) -> None:
        super().__init__(documents)
        self.opened = threading.Event()

    def get(self, key: int, default: Any = None) -> Any:
        self.opened.wait(LASTING_SECONDS)
        return super().get(key, default)


@contextmanager
def gate(office: Office) -> Iterator[threading.Event]:
    """The API has no documents to give until the event: no run can end before the other has begun."""
    data = office.sandbox.account_data
    shut = Gate(data.documents)
    office.sandbox.account_data = replace(data, documents=shut)
    try:
        yield shut.opened
    finally:
        shut.opened.set()
        office.sandbox.account_data = data


def meet(office: Office, *launches: Launch, alone: State, asked: int, jitter_seconds: float = 0) -> None:
    """Asserts that of two runs at once one works as if it were alone, and the other ends with 7.

    A run that was alone wrote `alone` and asked so often for the list of clients.
    """
    put(office.output, {})
    earlier = lists_asked_for(office)
    with gate(office) as opened, ThreadPoolExecutor(2) as pool:
        runs: list[Future[tuple[int, str]]] = []
        for launch in launches:
            runs.append(pool.submit(launch))
            time.sleep(jitter_seconds)
        ended, _ = wait(runs, PATIENCE_SECONDS, FIRST_COMPLETED)
        assert len(ended) == 1
        code, said = next(iter(ended)).result()
        # Account and period, and that another run is at work.
        assert (code, said.count("\n")) == (7, 2)
        assert "another run is active in this folder" in said
        opened.set()
        codes = sorted(run.result()[0] for run in runs)
    assert codes == [0, 7]
    both = tree(office.output)
    assert both.keys() == alone.keys()
    assert [path for path in both if both[path] != alone[path] and not path.endswith(LOG)] == []
    assert lists_asked_for(office) - earlier == asked


def lists_asked_for(office: Office) -> int:
    """How often the first request of a run came; documents, which the gate holds, may be asked for again."""
    return sum(request.path == "/clients.json" for request in office.sandbox.requests)


def test_of_two_runs_at_once_one_works_and_the_other_writes_nothing(office: Office) -> None:
    def launch() -> tuple[int, str]:
        said = office.spawn("run", office.config)
        return said.code, said.out + said.err

    office.configure(output=HTML_ONLY)
    assert office.run().code == 0
    alone, asked = tree(office.output), lists_asked_for(office)
    meet(office, launch, launch, alone=alone, asked=asked)


@pytest.mark.skipif(os.name == "nt", reason="needs fork")
def test_the_run_that_has_to_go_changes_nothing_but_its_probe(tmp_path: Path) -> None:
    with (
        stage(tmp_path, excel=False) as (office, press),
        gate(office) as opened,
        ThreadPoolExecutor(1) as pool,
    ):
        working = pool.submit(office.spawn, "run", office.config)
        wait_until((office.month / LOG).exists)
        second = press.run("run", office.config)
        opened.set()
        assert working.result().code == 0
    assert second.code == 7
    assert {change.rpartition(" ")[0] for change in second.changes} == {
        "mkdir office",
        "open office/.probe.*.tmp",
        "remove office/.probe.*.tmp",
        "open office/.lock",
    }


@pytest.mark.soak
@pytest.mark.skipif(os.name == "nt", reason="needs fork")
def test_of_fifty_pairs_of_runs_one_each_works(tmp_path: Path, figure: Figure) -> None:
    with (
        stage(tmp_path, excel=False) as (office, press),
        Press(office.output, office.environment(), tmp_path / "temporary") as other,
    ):

        def launch(by: Press) -> tuple[int, str]:
            ended = by.run("run", office.config)
            return ended.code, ended.out

        assert (other.run("run", office.config, "--dry-run").code, tree(office.output)) == (0, {})
        earlier = lists_asked_for(office)
        assert press.run("run", office.config).code == 0
        alone, asked = tree(office.output), lists_asked_for(office) - earlier
        pair = (partial(launch, press), partial(launch, other))
        for number in range(PAIRS):
            jitter_seconds = JITTERS_SECONDS[number % len(JITTERS_SECONDS)]
            meet(office, *pair, alone=alone, asked=asked, jitter_seconds=jitter_seconds)
    figure("pairs of simultaneous runs", PAIRS)
