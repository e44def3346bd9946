"""A period's folder and its record are held against period and account: a copied folder is no month."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ANA, EVA, RUI
from tests.support.mailroom import Mailroom, mailroom
from tests.support.office import HTML_ONLY, Office

NAMES = {ANA: "Ana", RUI: "Rui", EVA: "Eva"}
DECEMBER = "1796193000"
"""2 December 2026, 06:30 UTC."""


@pytest.fixture
def office(office: Office) -> Office:
    """A month that is done, whose folder somebody copied to the next month."""
    office.configure([*NAMES], output=HTML_ONLY)
    assert office.run().code == 0
    shutil.copytree(office.month, november(office))
    return office


def november(office: Office) -> Path:
    return office.month.parent / "2026-11"


def record_of(folder: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((folder / "run.json").read_text("utf-8"))
    return record


def test_a_run_in_a_copied_folder_starts_clean_and_says_so(office: Office) -> None:
    said = office.run("--period", "2026-11", SOURCE_DATE_EPOCH=DECEMBER)
    assert said.code == 0
    sentence = "it is the record of 2026-10, not of 2026-11, and is not used"
    assert sentence in said.out
    assert sentence in (november(office) / "run.log").read_text("utf-8")
    record = record_of(november(office))
    assert record["period"]["label"] == "2026-11"
    assert [entry["documents_counted"] for entry in record["clients"]] == [0, 0, 0]
    for entry in record["clients"]:
        assert all("2026-11" in file["path"] for file in entry["files"])
    # From then on the record is the folder's own.
    assert sentence not in office.run("--period", "2026-11", SOURCE_DATE_EPOCH=DECEMBER).out


def test_no_entry_of_the_copied_record_is_carried_over(office: Office) -> None:
    office.sandbox.account_data.documents[RUI].append({"id": "none"})
    said = office.run("--period", "2026-11", "--client", str(RUI), SOURCE_DATE_EPOCH=DECEMBER)
    assert said.code == 4
    entries = {entry["id"]: entry for entry in record_of(november(office))["clients"]}
    assert (entries[RUI]["state"], entries[RUI]["kept_from"]) == ("failed", None)
    # What lies there is of another month: nothing leads there.
    assert "rui-102-2026-10" not in (november(office) / "index.html").read_text("utf-8")
    for client in (ANA, EVA):
        # Made anew of the copied reading, for this month.
        assert [file["path"][-12:] for file in entries[client]["files"]] == ["2026-11.html"]


def test_a_record_of_another_account_is_not_used(office: Office) -> None:
    path = office.month / "run.json"
    path.write_text(json.dumps(office.record | {"account": "neighbour"}), "utf-8")
    said = office.run()
    assert said.code == 0
    assert "it is the record of the account neighbour, not of office, and is not used" in said.out
    assert office.record["account"] == "office"


@pytest.mark.skipif(sys.platform != "linux", reason="only here can a test say what the system trusts")
def test_send_refuses_a_folder_whose_record_is_of_another_period(tmp_path: Path) -> None:
    with mailroom(tmp_path) as room:
        assert room.run().code == 0
        shutil.copytree(room.office.month, november(room.office))
        for words in (["--period", "2026-11"], ["--period", "2026-11", "--client", ANA, "--again"]):
            said = room.send(*words, SOURCE_DATE_EPOCH=DECEMBER)
            assert said.code == 2
            assert "it is the record of 2026-10, not of 2026-11. Run 2026-11 first" in said.err
            assert said.last.endswith("Exit code 2.")
        assert refused_dry(room).code == 2
        assert room.server.steps == []
        assert not room.journal.exists()


def refused_dry(room: Mailroom) -> Any:
    return room.send("--period", "2026-11", "--dry-run", SOURCE_DATE_EPOCH=DECEMBER)
