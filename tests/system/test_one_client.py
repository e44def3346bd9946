"""One client, one failure: whatever its documents or files raise, it fails, and the others are done."""

import logging
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reports.errors import UNFORESEEN, UnforeseenError, WriteError
from reports.pipeline import client_job, executor
from reports.render.content.labels import Labels
from reports.render.job import render
from reports.sandbox.server import Sandbox
from reports.source.completeness import leaf_of
from tests.conftest import ANA, EVA, RUI
from tests.support.office import HTML_ONLY, Office, account, tree

NAMES = {ANA: "Ana", RUI: "Rui", EVA: "Eva"}
UNHEARD = [
    MemoryError(),
    RecursionError("maximum recursion depth exceeded"),
    OverflowError("Python int too large to convert to C int"),
    ValueError("year 0 is out of range"),
    ZeroDivisionError("division by zero"),
    KeyError("currency"),
    AttributeError("'NoneType' object has no attribute 'id'"),
    UnicodeEncodeError("utf-8", "\udcff", 0, 1, "surrogates not allowed"),
    AssertionError(),
    StopIteration(),
    ImportError("no module"),
    Exception("something else"),
]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with Sandbox(account_data=account(NAMES)) as sandbox:
        office = Office(tmp_path, sandbox)
        office.configure([*NAMES], output=HTML_ONLY)
        yield office


def broken(monkeypatch: pytest.MonkeyPatch, error: BaseException, *clients: int) -> None:
    """Rendering of `clients` raises `error`."""

    def fail(job: Any, folder: Path | None) -> Any:
        if job.client in clients:
            raise error
        return render(job, folder)

    monkeypatch.setattr("reports.pipeline.client_job.render", fail)


def log_of(office: Office) -> str:
    return (office.month / "run.log").read_text("utf-8")


@pytest.mark.parametrize("error", UNHEARD, ids=lambda error: type(error).__name__)
def test_whatever_one_client_raises_it_fails_and_the_others_are_done(
    office: Office, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    assert office.run().code == 0
    before = tree(office.month / f"rui-{RUI}")
    broken(monkeypatch, error, RUI)
    said = office.run()
    assert said.code == 3
    assert said.last.startswith("2 of 3 clients ready; failed: 1, Rui (102)")
    entries = office.entries
    assert [entries[client]["state"] for client in (ANA, EVA)] == ["ready", "ready"]
    assert (entries[RUI]["state"], entries[RUI]["reason"], entries[RUI]["kept_from"]) == (
        "failed",
        UNFORESEEN,
        entries[ANA]["read_at"],
    )
    assert tree(office.month / f"rui-{RUI}") == before
    assert log_of(office).count("Traceback") == 1
    assert type(error).__name__ in log_of(office)
    assert "Traceback" not in said.out + said.err
    assert not [path for path in tree(office.output) if ".tmp" in path]


@pytest.mark.parametrize("language", ["pt", "en", "es"])
def test_the_page_says_so_in_the_language_of_the_account(
    office: Office, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    office.configure([*NAMES], output=HTML_ONLY, language=language)
    broken(monkeypatch, KeyError("x"), RUI)
    assert office.run().code == 3
    sentence = Labels(language).text(UNFORESEEN)
    assert sentence in office.overview
    assert (sentence == UNFORESEEN) == (language == "en")
    # Also of a failure that is kept from an earlier run.
    monkeypatch.undo()
    office.run("--offline", "--client", str(ANA))
    assert sentence in office.overview


def test_a_bug_that_hits_every_client_ends_with_4_and_each_traceback_is_there_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(monkeypatch, ZeroDivisionError("this is the bug"), *NAMES)
    said = office.run()
    assert (said.code, office.record["exit_code"]) == (4, 4)
    assert said.last.endswith("Exit code 4.")
    log = log_of(office)
    assert log.count("Traceback") == log.count("ZeroDivisionError: this is the bug") == 3
    for client in NAMES:
        assert f"client {client}: " in log


@pytest.mark.parametrize("words", [(), ("--jobs", "2")], ids=["here", "in processes"])
def test_a_day_beyond_every_calendar_costs_its_client_alone(office: Office, words: tuple[str, ...]) -> None:
    office.sandbox.account_data.documents[RUI][0]["date"] = "9999999999/10/2026"
    said = office.run(*words)
    assert said.code == 3
    assert office.entries[RUI]["state"] == "failed"
    assert [office.entries[client]["state"] for client in (ANA, EVA)] == ["ready", "ready"]


def test_a_bug_while_one_client_is_read_costs_that_client_alone(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:

    def fail(page: Any, *, client: int) -> Any:
        if client == RUI:
            raise OverflowError("int too large")
        return leaf_of(page, client=client)

    monkeypatch.setattr("reports.source.client_reading.leaf_of", fail)
    said = office.run()
    assert said.code == 3
    assert office.entries[RUI]["reason"] == UNFORESEEN
    assert log_of(office).count("Traceback") == 1
    assert log_of(office).count("OverflowError: int too large") == 1
    assert [office.entries[client]["state"] for client in (ANA, EVA)] == ["ready", "ready"]


def test_an_earlier_reading_that_raises_fails_nobody(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    assert office.run().code == 0

    def fail(*_: Any, **__: Any) -> Any:
        raise OverflowError("int too large")

    monkeypatch.setattr("reports.render.job._documents", fail)
    assert office.run("--period", "2026-11", SOURCE_DATE_EPOCH="1796193000").code == 0
    log = (office.month.parent / "2026-11" / "run.log").read_text("utf-8")
    assert "client 102 is not held against 2026-10: OverflowError" in log


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(5)])
def test_what_ends_the_program_is_no_clients_failure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: BaseException
) -> None:
    broken(monkeypatch, error, ANA)
    with pytest.raises(type(error)):
        client_job.make(task(tmp_path, ANA))
    assert list(tmp_path.iterdir()) == []


def test_a_worker_hands_back_the_traceback_as_lines_of_the_log(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken(monkeypatch, KeyError("currency"), ANA)
    answer = executor.make_in_worker(task(tmp_path, ANA), logging.INFO)
    answer = pickle.loads(pickle.dumps(answer))  # noqa: S301 - its own
    assert isinstance(answer.made, UnforeseenError)
    assert str(answer.made) == UNFORESEEN
    (record,) = answer.records
    assert record.levelno == logging.ERROR
    assert record.getMessage().startswith(f"client {ANA}: ")
    assert "Traceback" in record.getMessage()
    assert "KeyError: 'currency'" in record.getMessage()


def test_what_was_foreseen_keeps_its_own_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken(monkeypatch, WriteError("the disk is full", disk_full=True), ANA)
    with pytest.raises(WriteError, match="the disk is full"):
        client_job.make(task(tmp_path, ANA))


def task(folder: Path, client: int) -> client_job.ClientTask:
    """As much of one as is looked at before anything is rendered."""

    class Job:
        """A client and no more."""

        def __init__(self) -> None:
            self.client = client

    return client_job.ClientTask(job=Job(), period_folder=folder, pages=1, requests=1)  # type: ignore[arg-type]
