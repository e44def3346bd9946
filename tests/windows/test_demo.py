"""A month comes out the same on Windows as elsewhere: every figure, and every byte of what a client gets."""

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.support.office import Office, tree

CLIENTS = range(3100001, 3100020)
OF_THE_PLACE = ("files", "message")
"""What a record says of where it was made."""


def record(month: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((month / "run.json").read_bytes().decode("utf-8"))
    return found


def workbook(month: Path, client: int) -> Path:
    (path,) = month.glob(f"*-{client}/*.xlsx")
    return path


@pytest.fixture(scope="module")
def there(reference: Path) -> Path:
    """The month of the other system."""
    return reference / "demo" / "2026-10"


def test_same_files_under_the_same_names(demo: Office, there: Path) -> None:
    assert sorted(tree(demo.month)) == sorted(tree(there))


@pytest.mark.parametrize("client", CLIENTS)
def test_everything_a_client_gets_is_the_same_byte_for_byte(demo: Office, there: Path, client: int) -> None:
    (folder,) = demo.month.glob(f"*-{client}")
    assert {path: hashlib.sha256(data).hexdigest() for path, data in tree(folder).items()} == {
        path: hashlib.sha256(data).hexdigest() for path, data in tree(there / folder.name).items()
    }


def test_overview_is_the_same_byte_for_byte(demo: Office, there: Path) -> None:
    assert (demo.month / "index.html").read_bytes() == (there / "index.html").read_bytes()


def test_summary_is_the_same_part_by_part(demo: Office, there: Path) -> None:
    with (
        zipfile.ZipFile(demo.month / "summary.xlsx") as here,
        zipfile.ZipFile(there / "summary.xlsx") as other,
    ):
        assert here.namelist() == other.namelist()
        assert [name for name in here.namelist() if here.read(name) != other.read(name)] == []
    assert (demo.month / "summary.xlsx").read_bytes() == (there / "summary.xlsx").read_bytes()


def test_every_figure_of_the_record_is_the_same(demo: Office, there: Path) -> None:
    here, other = record(demo.month), record(there)
    assert here["exit_code"] == other["exit_code"] == 6
    assert len(here["clients"]) == len(CLIENTS)
    for ours, theirs in zip(here["clients"], other["clients"], strict=True):
        assert ours == theirs
    # The message names the overview, which lies elsewhere.
    assert {key for key in here if here[key] != other[key]} == {"message"}
    assert here["message"].partition(", see ")[0] == other["message"].partition(", see ")[0]


def test_figures_of_a_cell_are_those_of_the_record(demo: Office) -> None:
    entry = next(entry for entry in record(demo.month)["clients"] if entry["id"] == CLIENTS[0])
    (total,) = entry["totals"]
    book = openpyxl.load_workbook(workbook(demo.month, CLIENTS[0]), data_only=True)
    cells = {str(value) for sheet in book.worksheets for row in sheet.values for value in row}
    assert {f"{float(total[key]):.10g}" for key in ("net", "tax", "gross")} <= {
        f"{float(cell):.10g}" for cell in cells if cell.replace(".", "", 1).isdigit()
    }


def test_paths_of_the_record_are_read_on_every_system(demo: Office) -> None:
    paths = [file["path"] for entry in record(demo.month)["clients"] for file in entry["files"]]
    assert len(paths) >= 2 * len(CLIENTS)
    assert not any("\\" in path for path in paths)
    assert all((demo.month / path).is_file() for path in paths)


def test_text_has_the_line_ends_and_the_encoding_of_every_system(demo: Office) -> None:
    texts = [*demo.output.rglob("*.html"), demo.month / "run.json", demo.config]
    assert len(texts) >= len(CLIENTS) + 4
    for path in texts:
        data = path.read_bytes()
        assert b"\r" not in data, path
        assert data.decode("utf-8")
        assert not data.startswith(b"\xef\xbb\xbf"), path
    assert "São João" in (demo.month / "index.html").read_bytes().decode("utf-8")


def test_log_is_utf_8_whatever_the_code_page(demo: Office) -> None:
    log = (demo.month / "run.log").read_bytes().decode("utf-8")
    assert "Relatórios de João" in log
    assert f"folder {demo.month}" in log


def test_pages_link_with_slashes(demo: Office) -> None:
    overview = (demo.month / "index.html").read_text("utf-8")
    result = (demo.output / "RESULT.html").read_text("utf-8")
    (folder,) = demo.month.glob(f"*-{CLIENTS[0]}")
    assert f'href="{folder.name}/{folder.name}-2026-10.xlsx"' in overview
    assert 'href="demo/2026-10/index.html"' in result


def test_archives_hold_the_pages_as_they_came(demo: Office, there: Path) -> None:
    from reports.source import archive

    for client in CLIENTS:
        here = archive.path_of(demo.month / "source", client)
        other = archive.path_of(there / "source", client)
        assert list(archive.read_pages(here)) == list(archive.read_pages(other))
        assert archive.read_header(here).read_at == archive.read_header(other).read_at
