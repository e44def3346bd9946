"""Silence is no success: a client that is gone, a list that is empty, an account without a document."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reports.sandbox.server import Sandbox
from tests.support.months import remove_from_account
from tests.support.office import Office, Said, account

ANA, RUI = 101, 102


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with Sandbox(account_data=account({ANA: "Ana", RUI: "Rui"})) as sandbox:
        yield Office(tmp_path, sandbox)


def findings(office: Office) -> list[tuple[str, str, int | None]]:
    """Code, level and client of the record's own findings."""
    return [(one["code"], one["level"], one["client"]) for one in office.record["findings"]]


def remove_documents(office: Office) -> None:
    for documents in office.sandbox.account_data.documents.values():
        documents.clear()


def test_an_ordinary_month_has_no_finding_of_the_account(office: Office) -> None:
    assert office.run().code == 0
    assert office.record["findings"] == []


def test_a_client_that_is_gone_is_named_first_everywhere(office: Office) -> None:
    office.run("--period", "2026-09")
    remove_from_account(office, RUI)
    said = office.run()
    assert said.code == 6
    assert findings(office) == [("CLIENT-GONE", "warning", RUI)]
    assert office.record["findings"][0]["message"].startswith("Rui is no longer in the account's list")
    assert "Rui" in said.last
    assert office.overview.index("CLIENT-GONE") < office.overview.index('id="clients"')
    sheet = openpyxl.load_workbook(office.month / "summary.xlsx")["Constatações"]
    assert [sheet["A2"].value, sheet["C2"].value] == ["Rui", "CLIENT-GONE"]


def test_a_client_that_is_gone_holds_nobodys_mail(office: Office) -> None:
    office.run("--period", "2026-09")
    remove_from_account(office, RUI)
    office.run()
    assert office.entries[ANA]["findings"] == []


def test_a_client_without_documents_may_go(office: Office) -> None:
    office.sandbox.account_data.documents[RUI].clear()
    office.run("--period", "2026-09")
    remove_from_account(office, RUI)
    assert office.run().code == 0


def test_a_client_that_is_gone_within_the_period_is_named(office: Office) -> None:
    office.run()
    remove_from_account(office, RUI)
    assert office.run().code == 6
    assert ("CLIENT-GONE", "warning", RUI) in findings(office)


@pytest.mark.parametrize("failing", [["2026-09"], ["2026-08", "2026-09"], ["2026-10"]])
def test_a_client_that_failed_last_and_then_is_gone_is_named(office: Office, failing: list[str]) -> None:
    office.run("--period", "2026-07")
    if "2026-10" in failing:
        office.run()
    office.sandbox.account_data.documents[RUI].append({"id": "no number"})
    assert [office.run("--period", period).code for period in failing] == [3] * len(failing)
    remove_from_account(office, RUI)
    assert office.run().code == 6
    assert findings(office) == [("CLIENT-GONE", "warning", RUI)]


def test_a_client_that_failed_and_then_is_gone_is_shown_as_it_was_read(office: Office) -> None:
    office.run()
    office.sandbox.account_data.documents[RUI].append({"id": "no number"})
    assert office.run().code == 3
    remove_from_account(office, RUI)
    assert office.run().code in {0, 6}
    assert office.entries[RUI]["state"] == "ready"


def test_a_list_that_is_suddenly_empty_is_nothing_done(office: Office) -> None:
    office.run("--period", "2026-09")
    office.sandbox.account_data.clients.clear()
    said = office.run()
    assert (said.code, findings(office)) == (4, [("CLIENTS-GONE", "warning", None)])
    assert "The account's list of clients is empty" in said.last


def test_a_new_account_without_clients_is_done(office: Office) -> None:
    office.sandbox.account_data.clients.clear()
    assert (office.run().code, findings(office)) == (0, [])


def test_an_account_without_any_document_is_a_warning(office: Office) -> None:
    remove_documents(office)
    assert (office.run().code, findings(office)) == (6, [("ACCOUNT-EMPTY", "warning", None)])


@pytest.mark.parametrize("clients", ["all", [ANA, RUI]])
def test_an_account_that_lost_all_documents_is_nothing_done(office: Office, clients: Any) -> None:
    office.configure(clients)
    office.run("--period", "2026-09")
    remove_documents(office)
    assert (office.run().code, findings(office)) == (4, [("ACCOUNT-EMPTY", "warning", None)])


def test_clients_that_somebody_listed_may_all_be_new(office: Office) -> None:
    remove_documents(office)
    office.configure([ANA, RUI])
    assert (office.run().code, findings(office)) == (0, [])


def test_chosen_clients_say_nothing_about_the_account(office: Office) -> None:
    office.sandbox.account_data.documents[RUI].clear()
    assert (office.run("--client", str(RUI)).code, findings(office)) == (0, [])


def test_offline_says_the_same(office: Office) -> None:
    office.run("--period", "2026-09")
    remove_from_account(office, RUI)
    office.run()
    assert office.run("--offline").code == 6
    assert findings(office) == [("CLIENT-GONE", "warning", RUI)]


def test_a_period_of_the_command_line_that_has_not_begun_is_refused(office: Office) -> None:
    said = office.run("--period", "2026-12")
    assert (said.code, office.sandbox.requests) == (2, [])
    assert "--even-if-not-begun" in said.err
    assert not office.output.exists()


def test_a_period_that_has_not_begun_runs_where_that_is_meant(office: Office) -> None:
    said = office.run("--period", "2026-12", "--even-if-not-begun")
    assert said.code == 6
    assert "The period begins on 01/12/2026" in said.last


def test_a_configured_period_that_has_not_begun_is_a_warning(office: Office) -> None:
    office.configure(period="2026-12")
    office.month = office.month.with_name("2026-12")
    assert (office.run().code, findings(office)) == (6, [("PERIOD-NOT-BEGUN", "warning", None)])


def test_check_says_the_same(office: Office) -> None:
    def checked() -> Said:
        return office.type("check", office.config)

    office.run("--period", "2026-09")
    assert checked().code == 0
    remove_from_account(office, RUI)
    assert (checked().code, "Rui is no longer in the account's list" in checked().out) == (6, True)
    office.sandbox.account_data.clients.clear()
    assert (checked().code, "list of clients is empty" in checked().out) == (4, True)
    office.configure([ANA], period="2026-12")
    assert "The period begins on 01/12/2026" in checked().out
