"""The account's own list of the period's documents in a run: read once, kept, and known to the month."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from reports.pipeline import run
from reports.pipeline.account_run import AccountRun
from reports.sandbox.data import PeriodList
from reports.source.document_list import ListedDocument
from tests.conftest import ANA, EVA, RUI
from tests.support.months import LATER, add_invoice, read_lasting
from tests.support.office import HTML_ONLY, Office, tree

PATH = "/invoices.json"
ALL = [101001, 101002, 102001, 102002, 103001, 103002]

Known = Callable[[], Sequence[int] | None]


@pytest.fixture
def office(office: Office) -> Office:
    office.configure([ANA, RUI, EVA], is_listed=True, output=HTML_ONLY)
    return office


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> Known:
    """The ids of the list that the last month knew at its end; None where it knew none."""
    months: list[AccountRun] = []

    def begin(*given: Any) -> AccountRun:
        months.append(AccountRun(*given))
        return months[-1]

    monkeypatch.setattr(run, "AccountRun", begin)

    def tell() -> Sequence[int] | None:
        listed: Sequence[ListedDocument] | None = months[-1].document_list
        return None if listed is None else [document.id for document in listed]

    return tell


def stored(office: Office) -> Path:
    return office.month / "source" / "documents.jsonl.gz"


def asked(office: Office) -> int:
    return [request.path for request in office.sandbox.requests].count(PATH)


def take_away(office: Office, status: HTTPStatus) -> None:
    """From now on the account has no such list."""
    data = office.sandbox.account_data
    office.sandbox.account_data = replace(data, period_list=PeriodList(refused_with=status))


def log(office: Office) -> str:
    return (office.month / "run.log").read_text("utf-8")


@pytest.mark.parametrize("clients", [[ANA, RUI, EVA], "all"], ids=["listed", "all"])
def test_a_run_reads_the_list_once_after_the_clients(
    office: Office, known: Known, clients: list[int] | str
) -> None:
    office.configure(clients, is_listed=True, output=HTML_ONLY)
    assert office.run().code == 0
    assert (known(), asked(office)) == (ALL, 1)
    assert [*office.sandbox.requests][-1].path == PATH
    assert stored(office).exists()
    assert "the account's own list of documents: 6 of the period, 1 requests" in log(office)


def test_a_document_of_a_client_that_is_not_reported_is_known_too(office: Office, known: Known) -> None:
    office.configure([ANA], is_listed=True, output=HTML_ONLY)
    assert office.run().code == 6
    assert known() == ALL
    found = [finding["client"] for finding in office.record["findings"]]
    assert found == [EVA, RUI]


def test_offline_and_for_chosen_clients_the_stored_list_is_used(office: Office, known: Known) -> None:
    assert office.run("--client", str(ANA)).code == 0
    assert (known(), asked(office)) == (None, 0)
    assert office.run().code == 0
    before, listed = read_lasting(office.month), stored(office).read_bytes()
    add_invoice(office, ANA)
    for words in (["--offline"], ["--client", str(RUI)], ["--offline", "--client", str(RUI)]):
        assert office.run(*words).code == 0
        assert (known(), asked(office), stored(office).read_bytes()) == (ALL, 1, listed)
        assert read_lasting(office.month) == before


def test_a_resumed_run_asks_for_the_list_where_there_is_none_of_today(office: Office, known: Known) -> None:
    office.run()
    assert office.run("--resume").code == 0
    assert (known(), asked(office)) == (ALL, 1)
    assert office.run("--resume", **LATER).code == 0
    assert (known(), asked(office)) == (ALL, 2)
    stored(office).unlink()
    assert office.run("--resume", **LATER).code == 0
    assert (known(), asked(office)) == (ALL, 3)


@pytest.mark.parametrize("status", [HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND])
def test_without_the_list_a_run_ends_as_it_would_with_it_and_the_earlier_list_is_put_aside(
    office: Office, known: Known, status: HTTPStatus
) -> None:
    assert office.run().code == 0
    record, earlier = office.record, stored(office).read_bytes()
    take_away(office, status)
    said = office.run()
    assert said.code == 0
    assert known() is None
    assert office.record["message"] == record["message"]
    assert office.entries == {entry["id"]: entry for entry in record["clients"]}
    kept = [path for path in tree(office.month / "source") if path.startswith("documents")]
    assert kept == ["documents.20261102T063000Z.jsonl.gz"]
    assert (office.month / "source" / kept[0]).read_bytes() == earlier
    assert "the account's own list of documents is not known, after 2 requests: " in log(office)
    assert office.run("--offline").code == 0
    assert known() is None


def test_a_run_that_read_nobody_does_not_ask_for_the_list(office: Office, known: Known) -> None:
    office.sandbox.account_data.clients.clear()
    assert office.run().code == 4
    assert (known(), asked(office)) == (None, 0)


def test_a_list_that_cannot_be_written_is_said_and_no_client_fails(office: Office, known: Known) -> None:
    stored(office).mkdir(parents=True)
    said = office.run()
    assert said.code == 8
    assert known() is None
    assert [entry["state"] for entry in office.entries.values()] == ["ready"] * 3
    assert "documents.jsonl.gz" in log(office)


def test_the_list_of_a_folder_that_was_copied_to_another_month_is_none(office: Office, known: Known) -> None:
    office.run()
    november = office.month.parent / "2026-11"
    (november / "source").mkdir(parents=True)
    (november / "source" / "documents.jsonl.gz").write_bytes(stored(office).read_bytes())
    assert office.run("--client", str(ANA), "--period", "2026-11", **LATER).code == 0
    assert known() is None
    assert "it is a list of other days than 2026-11" in (november / "run.log").read_text("utf-8")
    assert json.loads((november / "run.json").read_text("utf-8"))["exit_code"] == 0
