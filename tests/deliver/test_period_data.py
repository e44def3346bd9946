"""`reports.open_period`: from the folder alone, held against the record, and what it says where it cannot."""

import json
import shutil
import socket
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import reports
from reports.errors import ClientError, DataError, NeverReadError, ReadingError
from tests.conftest import ANA, EVA, RUI
from tests.support.datasets import add_totals, list_frame_rows, list_recorded_totals
from tests.support.months import LATER, add_invoice
from tests.support.office import HTML_ONLY, Office


@pytest.fixture
def month(office: Office) -> Path:
    """The folder of a month that was run without `output.data`."""
    office.configure(output=HTML_ONLY, statement={"ageing": [7, 14]})
    assert office.run().code == 0
    return office.month


def change_record(month: Path, change: Callable[[dict[str, Any]], None]) -> None:
    record = json.loads((month / "run.json").read_text("utf-8"))
    change(record)
    (month / "run.json").write_text(json.dumps(record), "utf-8")


def test_a_period_is_read_without_network_key_or_configuration(
    month: Path, office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = tmp_path / "elsewhere" / "2026-10"
    shutil.copytree(month, moved)
    record = office.record
    office.config.unlink()

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network is asked")

    monkeypatch.setattr(socket, "socket", refuse)
    for folder in (moved, str(moved)):
        data = reports.open_period(folder)
        assert (data.account, data.period.label) == ("office", "2026-10")
        assert add_totals(list_frame_rows(data.documents)) == list_recorded_totals(record)
    assert data.open_documents["bucket"].tolist() == ["over-14"] * 3
    assert data.vat["base"].sum() == Decimal("60.00")
    assert data.receipts.empty
    assert data.line_items["client"].tolist() == ["Ana"] * 2 + ["Rui"] * 2 + ["Eva"] * 2


@pytest.mark.parametrize(
    ("given", "shown"),
    [("PT 500 000 022", "500000022"), ("500.000.022", "500000022"), ("EL 123 456 783", "EL123456783")],
)
def test_record_and_data_have_a_tax_number_in_its_one_form(office: Office, given: str, shown: str) -> None:
    office.configure([{"id": ANA, "fiscal_id": given}], output=HTML_ONLY)
    assert office.run().code == 0
    assert office.entries[ANA]["fiscal_id"] == shown
    assert set(reports.open_period(office.month).documents["fiscal_id"]) == {shown}


def test_a_relative_folder_is_read_from_here(month: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(month)
    assert len(reports.open_period(".").documents) == 6


def test_the_region_of_the_business_is_the_records(office: Office) -> None:
    account = {"name": "office", "api_key": "${OFFICE_API_KEY}", "base_url": office.sandbox.url}
    office.configure(account={**account, "region": "PT-MA"}, output=HTML_ONLY)
    office.run()
    data = reports.open_period(office.month)
    recorded = [row["region"] for entry in office.record["clients"] for row in entry["vat"]]
    assert data.vat[~data.vat["is_rounding"]]["region"].tolist() == recorded


def test_a_later_reading_that_failed_leaves_the_rows_of_then(month: Path, office: Office) -> None:
    add_invoice(office, RUI)
    # What a run that was killed after reading has left.
    record = (month / "run.json").read_bytes()
    office.run("--client", f"{RUI}", **LATER)
    (month / "run.json").write_bytes(record)
    assert reports.open_period(month).documents["client_id"].tolist().count(RUI) == 2


def test_a_folder_without_a_record_says_what_to_name(tmp_path: Path) -> None:
    with pytest.raises(NeverReadError, match="there is no run record"):
        reports.open_period(tmp_path)


def test_pages_that_are_missing_or_damaged_are_named(month: Path) -> None:
    archive = month / "source" / f"{EVA}.jsonl.gz"
    archive.write_bytes(archive.read_bytes()[:-200])
    with pytest.raises(ClientError, match=f"{EVA}"):
        reports.open_period(month)
    archive.unlink()
    with pytest.raises(ReadingError, match=f"the pages of client {EVA} of 2026-11-02T06:30:00"):
        reports.open_period(month)


def test_pages_that_do_not_come_to_the_record_are_refused(month: Path) -> None:
    def change(record: dict[str, Any]) -> None:
        (entry,) = (entry for entry in record["clients"] if entry["id"] == ANA)
        entry["totals"][0]["net"] = "20.01"

    change_record(month, change)
    with pytest.raises(DataError, match=f"do not come to the figures that run.json has of client {ANA}"):
        reports.open_period(month)


def test_a_record_of_an_earlier_version_is_read(month: Path) -> None:
    def change(record: dict[str, Any]) -> None:
        del record["account_month"], record["findings"]
        for entry in record["clients"]:
            del entry["fiscal_id"]

    change_record(month, change)
    assert len(reports.open_period(month).documents) == 6
