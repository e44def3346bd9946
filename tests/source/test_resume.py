"""`run --resume`: what was read completely today is not read again, everything else is."""

import gzip
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from reports.sandbox.server import Sandbox
from tests.support.office import ACCOUNT, HTML_ONLY, KEY_VARIABLE, NOW, Office, account, tree

ANA, RUI, EVA = 101, 102, 103
NAMES = {ANA: "Ana", RUI: "Rui", EVA: "Eva"}
TAXES = "/taxes.json"
"""Asked once by every run that reads anything."""

DOCUMENTS = "/invoices.json"
"""Asked once by every run of all clients that has no such list of today."""


@pytest.fixture
def office(office: Office) -> Office:
    office.configure([ANA, RUI, EVA], is_listed=True, output=HTML_ONLY)
    return office


def at(**later: float) -> dict[str, str]:
    return {"SOURCE_DATE_EPOCH": f"{(NOW + timedelta(**later)).timestamp():.0f}"}


def asked(office: Office, *words: str, **variables: str) -> list[str]:
    """The addresses that a run asked for."""
    before = len(office.sandbox.requests)
    office.run(*words, **variables)
    return sorted(request.path for request in office.sandbox.requests[before:])


def address(client: int) -> str:
    return f"/clients/{client}/invoices.json"


def test_nothing_is_asked_when_everything_was_read_today(office: Office) -> None:
    assert office.run().code == 0
    before, entries = tree(office.month), office.entries
    assert asked(office, "--resume", **at(hours=2)) == []
    assert office.record["exit_code"] == 0
    now = tree(office.month)
    assert {path for path in before if before[path] != now[path]} == {"run.json", "run.log"}
    for client, entry in entries.items():
        assert office.entries[client] == entry | {"requests": 0}
    assert "read completely today" in (office.month / "run.log").read_text("utf-8")


def test_only_what_failed_is_read_again(office: Office) -> None:
    listed = office.sandbox.account_data.documents.pop(RUI)
    clients = office.sandbox.account_data.clients
    office.sandbox.account_data.clients[:] = [one for one in clients if one["id"] != RUI]
    assert office.run().code == 3
    office.sandbox.account_data.documents[RUI] = listed
    office.sandbox.account_data.clients[:] = account(NAMES).clients
    assert asked(office, "--resume", **at(hours=2)) == [address(RUI), TAXES]
    assert office.record["exit_code"] == 0
    assert [entry["state"] for entry in office.entries.values()] == ["ready"] * 3


def test_a_run_that_was_interrupted_goes_on_where_it_was(office: Office) -> None:
    office.run("--client", f"{ANA}")
    assert asked(office, "--resume") == [address(RUI), address(EVA), DOCUMENTS, TAXES]


def test_yesterday_is_read_again(office: Office) -> None:
    office.run()
    everything = sorted(["/clients.json", *map(address, NAMES), DOCUMENTS, TAXES])
    assert asked(office, "--resume", **at(days=1)) == everything


def test_today_ends_at_midnight_of_the_business(office: Office) -> None:
    azores: dict[str, Any] = {"output": HTML_ONLY, "time_zone": "Atlantic/Azores"}
    office.configure([ANA], is_listed=True, **azores)
    before_midnight = at(hours=17, minutes=59)
    office.run(**before_midnight)
    assert asked(office, "--resume", **at(hours=18, minutes=20)) == []
    everything = ["/clients.json", address(ANA), DOCUMENTS, TAXES]
    assert asked(office, "--resume", **at(hours=18, minutes=31)) == everything


def test_without_the_word_everything_is_read(office: Office) -> None:
    office.run()
    assert asked(office) == sorted(["/clients.json", *map(address, NAMES), DOCUMENTS, TAXES])


@pytest.mark.parametrize(
    "changed",
    [
        {"filters": {"by_type": ["Invoice"]}},
        {"filters": {"archived": ["archived"]}},
        {"account": {"client_details": True}},
        {"statement": {"vendor_balance": True}},
    ],
    ids=str,
)
def test_another_question_is_asked_anew(office: Office, changed: dict[str, dict[str, Any]]) -> None:
    office.run()
    usual = {"name": ACCOUNT, "api_key": f"${{{KEY_VARIABLE}}}", "base_url": office.sandbox.url}
    sections: dict[str, Any] = changed | {"account": usual | changed.get("account", {})}
    office.configure([ANA, RUI, EVA], is_listed=True, output=HTML_ONLY, **sections)
    assert {*map(address, NAMES)} <= {*asked(office, "--resume")}
    assert [path for path in asked(office, "--resume") if path != "/clients.json"] == []


def test_an_answer_of_another_address_does_not_count(office: Office, tmp_path: Path) -> None:
    office.run()
    with Sandbox(account_data=account(NAMES)) as another:
        moved = Office(tmp_path, another)
        moved.configure([ANA, RUI, EVA], is_listed=True, output=HTML_ONLY)
        assert {*map(address, NAMES)} <= {*asked(moved, "--resume")}


def test_a_detail_that_was_missing_is_asked_for_again(office: Office) -> None:
    usual = {"name": ACCOUNT, "api_key": f"${{{KEY_VARIABLE}}}", "base_url": office.sandbox.url}
    office.configure([ANA], is_listed=True, output=HTML_ONLY, account=usual | {"client_details": True})
    office.run()
    path = office.month / "source" / f"{ANA}.jsonl.gz"
    head, *pages = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    header = json.loads(head)
    header["client_details"] = {"missing": {"client": "no answer"}}
    path.write_bytes(gzip.compress(b"".join([json.dumps(header).encode() + b"\n", *pages])))
    assert address(ANA) in asked(office, "--resume")
    assert asked(office, "--resume") == []


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def lose_a_page(path: Path) -> None:
    head, *_ = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    path.write_bytes(gzip.compress(head))


def forget(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("harm", [cut, lose_a_page, forget])
def test_an_archive_that_is_not_whole_is_read_again(office: Office, harm: Callable[[Path], None]) -> None:
    office.run()
    harm(office.month / "source" / f"{RUI}.jsonl.gz")
    assert asked(office, "--resume") == [address(RUI), TAXES]
    assert office.record["exit_code"] == 0


def test_the_list_of_clients_of_today_is_not_read_again(office: Office) -> None:
    office.configure("all", output=HTML_ONLY)
    office.run()
    assert asked(office, "--resume") == []
    assert list(office.entries) == [ANA, RUI, EVA]
    cut(office.month / "source" / "clients.jsonl.gz")
    assert asked(office, "--resume") == ["/clients.json"]


@pytest.mark.parametrize("harm", [cut, lose_a_page, forget])
def test_the_list_of_documents_of_today_is_read_again_only_where_it_is_not_whole(
    office: Office, harm: Callable[[Path], None]
) -> None:
    office.run()
    assert asked(office, "--resume") == []
    harm(office.month / "source" / "documents.jsonl.gz")
    assert asked(office, "--resume") == [DOCUMENTS]
    assert asked(office, "--resume") == []


def test_figures_are_those_of_an_undisturbed_run(office: Office) -> None:
    office.run()
    undisturbed = tree(office.month)
    for client in NAMES:
        (office.month / "source" / f"{client}.jsonl.gz").unlink()
    office.run("--client", f"{EVA}")
    office.run("--resume")
    now = tree(office.month)
    assert {path for path in undisturbed if undisturbed[path] != now.get(path)} == {"run.json", "run.log"}


def test_dry_run_says_what_would_not_be_read_again(office: Office) -> None:
    assert "read completely today" not in office.run("--dry-run", "--resume").out
    office.run("--client", f"{ANA}")
    assert f"would not read again, read completely today: {ANA}\n" in office.run("--dry-run", "--resume").out


def test_offline_and_resume_are_two_different_wishes(office: Office) -> None:
    said = office.run("--offline", "--resume")
    assert said.code == 2
    assert "choose one" in said.err
