"""The package of a workbook is the same whatever was made before it or beside it."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from reports.render.content.brand import Brand
from reports.render.xlsx import package
from tests.support import workbooks
from tests.support.papers import paper
from tests.support.workbooks import list_few_papers, read_part, read_sheets


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return tmp_path / "made.xlsx"


def test_rows_are_banded_by_the_table_so_that_sorting_keeps_the_bands(made: Path) -> None:
    workbooks.write_client(made, list_few_papers())
    for sheet in read_sheets(made)[1:]:
        for table in sheet.tables.values():
            assert table.tableStyleInfo is not None
            assert table.tableStyleInfo.showRowStripes
            assert f'name="{table.tableStyleInfo.name}"' in read_part(made, "xl/styles.xml")


def test_a_workbook_is_the_same_whatever_was_made_before(tmp_path: Path) -> None:
    package.skeleton.cache_clear()
    others = [paper(1, net="7", rate="5.5"), paper(2, currency="US Dollar")]
    first = workbooks.write_client(tmp_path / "first.xlsx", list_few_papers()).read_bytes()
    workbooks.write_client(tmp_path / "other.xlsx", others, brand=Brand(colours=("#7a1f3d", "#c08497")))
    again = workbooks.write_client(tmp_path / "again.xlsx", list_few_papers()).read_bytes()
    package.skeleton.cache_clear()
    workbooks.write_client(tmp_path / "other.xlsx", others, language="en")
    anew = workbooks.write_client(tmp_path / "anew.xlsx", list_few_papers()).read_bytes()
    assert first == again == anew


@pytest.mark.slow
def test_workbooks_made_at_once_are_those_made_one_by_one(tmp_path: Path) -> None:
    def written(number: int) -> bytes:
        papers = [paper(place, net=str(number * place)) for place in range(1, 2 + number % 3)]
        return workbooks.write_client(tmp_path / f"{number}.xlsx", papers).read_bytes()

    alone = [written(number) for number in range(12)]
    package.skeleton.cache_clear()
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(written, range(12))) == alone
