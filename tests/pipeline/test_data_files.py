"""What `output.data` writes in whole runs: the figures of the record to the cent, and only whole files."""

import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path

import pytest

import reports
from reports import atomic_files
from reports.errors import WriteError
from reports.export.columns import TABLES
from reports.export.csv_tables import FORMS, FORMULA_BEGINNINGS
from reports.pipeline.data_files import list_files
from reports.sandbox.data import SandboxAccount, generate
from reports.sandbox.documents import client
from reports.sandbox.server import Sandbox
from tests.conftest import ANA, EVA, RUI, Figure
from tests.support.datasets import (
    add_open,
    add_totals,
    list_database_rows,
    list_frame_rows,
    list_recorded_open,
    list_recorded_totals,
    list_recorded_vat,
    list_vat,
    query,
    read_csv,
    read_typed_csv,
)
from tests.support.hostile import TEXTS
from tests.support.months import LATER, add_invoice, read_lasting
from tests.support.office import ACCOUNT, HTML_ONLY, Office, invoice, tree
from tests.system.test_kept_clients import refusing

BOTH = {"data": ["csv", "sqlite"], **HTML_ONLY}
COLUMNS = {table: [(own.name, own.type) for own in columns] for table, columns in TABLES.items()}


def make_hostile_account() -> SandboxAccount:
    """A client of each hostile name, with a document for each hostile text."""
    names = list(TEXTS.values())
    papers = {
        501 + place: [
            invoice(501 + place, name, date(2026, 10, 5), number=1, observations=text, reference=name[:200])
        ]
        for place, (name, text) in enumerate(zip(names[:8], reversed(names), strict=False))
    }
    papers[600] = [
        invoice(600, "Ana", date(2026, 10, 1 + number % 31), number=number, observations=text)
        for number, text in enumerate(names, start=1)
    ]
    clients = [client(identity, own[0]["client"]["name"]) for identity, own in papers.items()]
    return SandboxAccount(ACCOUNT, clients, papers)


@pytest.fixture(scope="module", params=["demo", "hostile"])
def ran(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A run in Portuguese with both formats, of the demo's account or of one with hostile texts."""
    account = generate() if request.param == "demo" else make_hostile_account()
    with Sandbox(account_data=account) as sandbox:
        office = Office(tmp_path_factory.mktemp(request.param), sandbox)
        office.configure(output=BOTH, language="pt")
        assert office.run().code in (0, 6)
        yield office


def read_tables(office: Office, way: str) -> dict[str, list[dict[str, object]]]:
    """Every table by one way: the files of a format, or the frames."""
    if way == "csv":
        return {
            table: read_typed_csv(office.month / "data" / f"{table}.csv", FORMS["pt"], COLUMNS[table])
            for table in TABLES
        }
    if way == "sqlite":
        path = office.month / "data" / "period.sqlite"
        return {table: list_database_rows(path, table) for table in TABLES}
    data = reports.open_period(office.month)
    return {table: list_frame_rows(getattr(data, table)) for table in TABLES}


@pytest.mark.parametrize("way", ["csv", "sqlite", "frames"])
def test_sums_are_those_of_the_run_record_to_the_cent(ran: Office, way: str, figure: Figure) -> None:
    tables, record = read_tables(ran, way), ran.record
    assert add_totals(tables["documents"]) == list_recorded_totals(record)
    assert add_open(tables["open_documents"]) == list_recorded_open(record)
    rows = list_vat(tables["vat"])
    assert rows == list_recorded_vat(record)
    findings = [one["code"] for entry in record["clients"] for one in entry["findings"]]
    findings += [one["code"] for one in record["findings"]]
    assert sorted(str(row["code"]) for row in tables["findings"]) == sorted(findings)
    assert len(tables["documents"]) == sum(entry["documents_read"] for entry in record["clients"])
    figure(f"sums of {way} held against the run record", len(list_recorded_totals(record)) + len(rows))


def test_the_rounding_rows_make_vat_and_documents_add_up(ran: Office) -> None:
    path = ran.month / "data" / "period.sqlite"
    documents = query(
        path,
        "SELECT client_id, currency, sum(net_cents), sum(tax_cents), sum(gross_cents) FROM documents "
        "WHERE is_counted AND is_in_period GROUP BY 1, 2 ORDER BY 1, 2",
    )
    vat = query(
        path,
        "SELECT client_id, currency, sum(base_cents), sum(tax_cents), sum(gross_cents) FROM vat "
        "GROUP BY 1, 2 ORDER BY 1, 2",
    )
    assert vat == documents


def test_files_and_frames_hold_the_same_rows(ran: Office) -> None:
    frames, database, files = (read_tables(ran, way) for way in ("frames", "sqlite", "csv"))
    assert frames == database
    # CSV has no way to tell an empty text from none, and there is no empty one.
    assert files == database
    assert query(ran.month / "data" / "period.sqlite", "PRAGMA foreign_key_check") == []


def test_no_cell_of_a_text_is_a_formula(ran: Office) -> None:
    for table, columns in COLUMNS.items():
        for row in read_csv(ran.month / "data" / f"{table}.csv", FORMS["pt"]):
            for name, kind in columns:
                assert kind != "text" or row[name][:1] not in FORMULA_BEGINNINGS or not row[name]


def test_a_second_run_and_one_from_the_stored_pages_write_the_same_bytes(ran: Office) -> None:
    before = read_lasting(ran.month)
    assert ran.run("--offline", **LATER).code in (0, 6)
    assert read_lasting(ran.month) == before
    assert {path for path in before if path.startswith("data/")} == {*list_files(["csv", "sqlite"])}


def test_the_overview_links_the_files(ran: Office) -> None:
    links = re.findall(r'href="(data/[^"]+)"', unescape(ran.overview))
    assert tuple(links) == list_files(["csv", "sqlite"])


def test_without_it_nothing_is_written_and_nothing_said(office: Office) -> None:
    office.configure(output=HTML_ONLY)
    assert office.run().code == 0
    assert not (office.month / "data").exists()
    assert "data/" not in office.overview
    assert "other programs" not in office.run("--dry-run").out


def test_several_processes_write_the_same_bytes_as_one(office: Office) -> None:
    office.configure(output=BOTH)
    assert office.run("--jobs", "1").code == 0
    alone = read_lasting(office.month / "data")
    assert office.run("--offline", "--jobs", "2").code == 0
    assert read_lasting(office.month / "data") == alone


def test_a_language_has_its_marks_and_what_is_wanted_no_more_goes(office: Office) -> None:
    office.configure(output=BOTH, language="en")
    assert office.run().code == 0
    data = office.month / "data"
    assert (data / "documents.csv").read_text("utf-8-sig").startswith("client_id,client,")
    (data / "my pivot.xlsx").write_bytes(b"a person's")
    office.configure(output={"data": ["sqlite"], **HTML_ONLY})
    assert office.run("--offline").code == 0
    assert {*tree(data)} == {"period.sqlite", "my pivot.xlsx"}
    office.configure(output=HTML_ONLY)
    assert office.run("--offline").code == 0
    assert tree(data) == {"my pivot.xlsx": b"a person's"}


def test_a_run_of_one_client_writes_the_rows_of_all(office: Office) -> None:
    office.configure(output=BOTH)
    assert office.run().code == 0
    add_invoice(office, RUI)
    assert office.run("--client", f"{RUI}", **LATER).code == 0
    rows = read_typed_csv(office.month / "data" / "documents.csv", FORMS["pt"], COLUMNS["documents"])
    assert [(row["client_id"], row["client"]) for row in rows] == (
        [(ANA, "Ana")] * 2 + [(RUI, "Rui")] * 3 + [(EVA, "Eva")] * 2
    )


def test_a_client_that_failed_stands_with_the_rows_of_its_reading(office: Office) -> None:
    office.configure(output=BOTH)
    assert office.run().code == 0
    add_invoice(office, RUI)
    add_invoice(office, ANA)
    with refusing(RUI):
        assert office.run(**LATER).code == 5
    assert office.entries[RUI]["kept_from"]
    for way in ("csv", "sqlite", "frames"):
        tables = read_tables(office, way)
        owners = [row["client_id"] for row in tables["documents"]]
        assert owners.count(RUI) == 2, way
        assert add_totals(tables["documents"]) == list_recorded_totals(office.record)
    assert not [path for path in tree(office.month) if path.endswith(".tmp")]


def test_a_file_that_is_open_elsewhere_ends_the_run_with_8_and_no_client_fails(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.configure(output=BOTH)
    assert office.run().code == 0
    before = (office.month / "data" / "vat.csv").read_bytes()
    add_invoice(office, RUI)
    usual = atomic_files.replace

    def refuse(source: Path, target: Path) -> None:
        if target.name in ("vat.csv", "period.sqlite"):
            raise WriteError(f"{target}: it is open in another program, or you may not write it")
        usual(source, target)

    monkeypatch.setattr(atomic_files, "replace", refuse)
    said = office.run(**LATER)
    assert said.code == 8
    assert "vat.csv: it is open in another program" in said.last
    assert "period.sqlite: it is open in another program" in said.last
    assert {entry["state"] for entry in office.entries.values()} == {"ready"}
    assert (office.month / "data" / "vat.csv").read_bytes() == before
    assert len(read_csv(office.month / "data" / "documents.csv", FORMS["pt"])) == 7
    assert not [path for path in tree(office.month) if path.endswith(".tmp")]


def test_a_file_in_the_place_of_the_folder_is_said_by_check_and_run(office: Office) -> None:
    office.configure(output=BOTH)
    assert office.run().code == 0
    for path in (office.month / "data").iterdir():
        path.unlink()
    (office.month / "data").rmdir()
    (office.month / "data").write_text("a note")
    said = office.type("check", office.config)
    assert said.code == 8
    assert "data is a file where a folder is made" in said.out
    assert office.run().code == 8
    assert {entry["state"] for entry in office.entries.values()} == {"ready"}


def test_a_dry_run_names_the_files(office: Office) -> None:
    office.configure(output={"data": ["sqlite", "csv"]})
    said = office.run("--dry-run")
    assert said.code == 0
    names = ", ".join(list_files(["csv", "sqlite"]))
    assert f"would write for other programs {names}" in said.out
    assert not office.month.exists()
