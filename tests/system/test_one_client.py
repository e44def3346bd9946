"""One client, one failure: whatever its documents or files raise, it fails, and the others are done."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reports.errors import UNFORESEEN
from reports.figures.document import Document
from reports.render import job
from reports.render.content.labels import Labels
from reports.sandbox.server import Sandbox
from reports.source.completeness import leaf_of
from tests.conftest import ANA, EVA, RUI
from tests.support.office import HTML_ONLY, Office, account, tree
from tests.support.rendering import break_rendering

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


def log_of(office: Office) -> str:
    return (office.month / "run.log").read_text("utf-8")


@pytest.mark.parametrize("error", UNHEARD, ids=lambda error: type(error).__name__)
def test_whatever_one_client_raises_it_fails_and_the_others_are_done(
    office: Office, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    assert office.run().code == 0
    before = tree(office.month / f"rui-{RUI}")
    break_rendering(monkeypatch, error, RUI)
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
    break_rendering(monkeypatch, KeyError("x"), RUI)
    assert office.run().code == 3
    sentence = Labels(language).failure(UNFORESEEN)
    assert sentence in office.overview
    assert (sentence == UNFORESEEN) == (language == "en")
    # Also of a failure that is kept from an earlier run.
    monkeypatch.undo()
    office.run("--offline", "--client", str(ANA))
    assert sentence in office.overview


def test_a_bug_that_hits_every_client_ends_with_4_and_each_traceback_is_there_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_rendering(monkeypatch, ZeroDivisionError("this is the bug"), *NAMES)
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

    def fail(page: Any, client: int) -> Any:
        if client == RUI:
            raise OverflowError("int too large")
        return leaf_of(page, client)

    monkeypatch.setattr("reports.source.client_reading.leaf_of", fail)
    said = office.run()
    assert said.code == 3
    assert office.entries[RUI]["reason"] == UNFORESEEN
    assert log_of(office).count("Traceback") == 1
    assert log_of(office).count("OverflowError: int too large") == 1
    assert [office.entries[client]["state"] for client in (ANA, EVA)] == ["ready", "ready"]


def test_an_earlier_reading_that_raises_fails_nobody(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    assert office.run().code == 0

    usual = job.read_documents

    def read(path: Path, client: int) -> list[Document]:
        if "2026-10" in path.parts:
            raise OverflowError("int too large")
        return usual(path, client)

    monkeypatch.setattr(job, "read_documents", read)
    assert office.run("--period", "2026-11", SOURCE_DATE_EPOCH="1796193000").code == 0
    log = (office.month.parent / "2026-11" / "run.log").read_text("utf-8")
    assert "client 102 is not held against 2026-10: OverflowError" in log
