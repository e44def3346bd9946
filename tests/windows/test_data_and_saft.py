"""Data for other programs and the comparison with SAF-T on Windows: paths, and files that are open there."""

import gzip
import re
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.support.crash.remains import is_whole
from tests.support.crash.scene import FIRST, at_reading, change
from tests.support.office import Office, configure_whole, tree
from tests.windows.held import held

SAFT = "saft-2026-10.xml.gz"


@pytest.fixture
def month(office: Office) -> Office:
    """A finished month with its data and its SAF-T file."""
    office.sandbox.account_data = at_reading(FIRST)
    configure_whole(office, excel=False)
    assert office.run().code == 0
    assert saft(office)["state"] == "equal"
    return office


def saft(office: Office) -> dict[str, Any]:
    found: dict[str, Any] = office.record["account_month"]["saft"]
    return found


def leftovers(office: Office) -> list[str]:
    return [path for path in tree(office.output) if path.endswith((".tmp", ".old"))]


def count_documents(database: sqlite3.Connection) -> int:
    ((count,),) = database.execute("SELECT COUNT(*) FROM documents")
    return int(count)


def test_data_are_whole_and_a_program_of_windows_reads_them(month: Office) -> None:
    files = {path.name: path.read_bytes() for path in (month.month / "data").iterdir()}
    assert len(files) == 7
    assert [name for name, data in files.items() if not is_whole(name, data)] == []
    with closing(sqlite3.connect(month.month / "data" / "period.sqlite")) as database:
        assert count_documents(database) == 6
    assert leftovers(month) == []


def test_a_zip_whose_path_has_blanks_and_accents_is_compared_as_the_portal_gives_it(month: Office) -> None:
    text = gzip.decompress((month.month / "source" / SAFT).read_bytes()).decode()
    without, count = re.subn(r"<Invoice>.*?</Invoice>", "", text, count=1, flags=re.DOTALL)
    assert count == 1
    folder = month.folder / "Exportações de João"
    folder.mkdir()
    file = folder / "SAFT outubro (1.ª via).zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        told = without.replace("UTF-8", "Windows-1252", 1)
        package.writestr("SAFT_500000000.xml", told.encode("cp1252"))
    said = month.spawn("reconcile", "--language", "pt", month.config, "--saft", file)
    assert said.code == 6, said
    # What is piped is in the code page of the system.
    assert "ficheiro SAF-T: 1, de FT 101/1; ver " in said.last
    (found,) = saft(month)["differences"]
    assert (found["kind"], found["number"]) == ("missing-in-saft", "FT 101/1")
    assert leftovers(month) == []


@pytest.mark.parametrize("name", ["data/documents.csv", "data/period.sqlite", f"source/{SAFT}"])
def test_a_file_that_is_open_is_named_and_stays_whole(month: Office, name: str) -> None:
    path = month.month / name
    before = path.read_bytes()
    change(month)
    with held(path):
        said = month.run()
        assert path.read_bytes() == before
    assert said.code == 8
    assert path.name in said.out + said.err
    assert "Close the file" in said.out + said.err
    assert leftovers(month) == []
    assert month.run().code == 0
    assert path.read_bytes() != before


def test_a_database_that_a_program_is_reading_is_replaced_when_it_is_closed(month: Office) -> None:
    change(month)
    path = month.month / "data" / "period.sqlite"
    with closing(sqlite3.connect(path)) as database:
        assert count_documents(database) == 6
        said = month.run()
        assert (said.code, count_documents(database)) == (8, 6)
    assert "Close the file" in said.out + said.err
    assert month.run().code == 0
    with closing(sqlite3.connect(path)) as database:
        assert count_documents(database) == 9


@pytest.mark.parametrize("name", ["summary.xlsx", "index.html", "run.json", f"source/{SAFT}"])
def test_reconcile_beside_a_file_that_is_open_names_it_and_leaves_it_whole(month: Office, name: str) -> None:
    path: Path = month.month / name
    before = path.read_bytes()
    change(month)
    with held(path):
        said = month.type("reconcile", month.config)
        assert path.read_bytes() == before
    assert said.code == 8
    assert path.name in said.out + said.err
    assert "Close the file" in said.out + said.err
    assert leftovers(month) == []
    assert month.type("reconcile", month.config).code == 6
    assert path.read_bytes() != before
