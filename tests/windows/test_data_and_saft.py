"""Data for other programs and the comparison with SAF-T on Windows: paths, and files that are open there."""

import gzip
import re
import sqlite3
import zipfile
from contextlib import ExitStack, closing
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


def hold_all(stack: ExitStack, month: Office, *names: str) -> dict[Path, bytes]:
    """Holds files of the month; what is in them."""
    paths = [month.month / name for name in names]
    for path in paths:
        stack.enter_context(held(path))
    return {path: path.read_bytes() for path in paths}


def test_files_that_are_open_are_named_and_stay_whole(month: Office) -> None:
    change(month)
    with ExitStack() as stack:
        before = hold_all(stack, month, "data/documents.csv", "data/period.sqlite", f"source/{SAFT}")
        said = month.run()
        assert {path: path.read_bytes() for path in before} == before
    assert said.code == 8
    assert "Close the file" in said.out + said.err
    log = (month.month / "run.log").read_text("utf-8")
    assert [path.name for path in before if path.name not in log] == []
    assert leftovers(month) == []
    assert month.run().code == 0
    assert [path.name for path in before if path.read_bytes() == before[path]] == []


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


@pytest.mark.parametrize("names", [("summary.xlsx", "index.html", "run.json"), (f"source/{SAFT}",)])
def test_reconcile_beside_files_that_are_open_names_them_and_leaves_them_whole(
    month: Office, names: tuple[str, ...]
) -> None:
    change(month)
    with ExitStack() as stack:
        before = hold_all(stack, month, *names)
        said = month.type("reconcile", month.config)
        assert {path: path.read_bytes() for path in before} == before
    assert said.code == 8
    assert [path.name for path in before if path.name not in said.out + said.err] == []
    assert "Close the file" in said.out + said.err
    assert leftovers(month) == []
    assert month.type("reconcile", month.config).code == 6
    assert [path.name for path in before if path.read_bytes() == before[path]] == []
