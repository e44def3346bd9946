"""How a month ends: its code and its last sentence, by what became of its clients and of its own files."""

from html import unescape
from pathlib import Path

import pytest

from reports.render.content.labels import Labels
from reports.sandbox.server import Sandbox
from tests.support.months import ANA, NOBODY, RUI, read_summary_rows
from tests.support.office import Office, account, tree


def test_listed_clients_are_counted_against_all_of_the_account(office: Office) -> None:
    office.configure([ANA, RUI], language="en")
    sentence = "Clients covered: 2 of the account's 3."
    for words in ((), ("--offline",)):
        assert office.run(*words).code == 0
        assert sentence in unescape(office.overview)
        assert any(cell == sentence for row in read_summary_rows(office) for cell in row)


def test_month_without_a_client_is_a_month_that_says_so(office: Office) -> None:
    office.sandbox.account_data.clients.clear()
    said = office.run()
    assert (said.code, said.last) == (0, "0 of 0 clients ready. Exit code 0.")
    assert office.record["clients"] == []


def test_one_unknown_client_among_ten_fails_alone(tmp_path: Path) -> None:
    with Sandbox(account_data=account({identity: f"Cliente {identity}" for identity in range(1, 10)})) as api:
        office = Office(tmp_path, api)
        office.configure([*range(1, 10), NOBODY])
        said = office.run()
    assert said.code == 3
    assert f"9 of 10 clients ready; failed: 1, #{NOBODY} ({NOBODY})" in said.last
    assert said.last.endswith("Exit code 3.")
    states = {identity: entry["state"] for identity, entry in office.entries.items()}
    assert states == dict.fromkeys(range(1, 10), "ready") | {NOBODY: "failed"}
    failed = office.entries[NOBODY]
    assert failed["reason"].startswith(f"client {NOBODY}, page 1: this client is not in the account (404")
    assert (failed["files"], failed["kept_from"]) == ([], None)
    assert Labels("pt").failure(failed["reason"]) in unescape(office.overview)
    assert len(list(office.month.glob("*/*.xlsx"))) == 9
    assert office.record["exit_code"] == 3
    assert office.record["message"] == said.last


def test_nothing_but_unknown_clients_is_none_done(office: Office) -> None:
    office.configure([NOBODY, NOBODY + 1])
    said = office.run()
    assert (said.code, office.record["exit_code"]) == (4, 4)
    assert [entry["state"] for entry in office.entries.values()] == ["failed", "failed"]
    assert list(office.month.glob("*/*.xlsx")) == []


@pytest.mark.parametrize("name", ["summary.xlsx", "run.json"])
def test_file_of_the_account_that_cannot_be_written_is_named_and_the_rest_is_done(
    office: Office, name: str
) -> None:
    office.configure([ANA])
    (office.month / name / "in the way").mkdir(parents=True)
    said = office.run()
    assert said.code == 8
    assert said.last.startswith(f"1 of 1 clients ready; {office.month / name}: it could not be written")
    assert said.last.endswith("Exit code 8.")
    assert f"ana-{ANA}-2026-10.xlsx" in office.overview
    assert [path for path in tree(office.output) if path.endswith(".tmp")] == []
