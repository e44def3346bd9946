"""A client's rows on the disk, from the one who makes its files to the one who joins them."""

from pathlib import Path

import pytest

from reports.export import staged_rows
from tests.support.datasets import list_blocks
from tests.support.hostile import TEXTS
from tests.support.papers import paper


def test_rows_come_back_as_they_were(tmp_path: Path) -> None:
    papers = [paper(number, observations=text) for number, text in enumerate(TEXTS.values(), start=1)]
    blocks = list_blocks(*papers)
    staged_rows.write(tmp_path / "rows", blocks)
    read = list(staged_rows.read(tmp_path / "rows"))
    assert [block.table for block in read] == [block.table for block in blocks if block.rows]
    assert [[*map(list, block.rows)] for block in read] == [
        [*map(list, block.rows)] for block in blocks if block.rows
    ]


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "rows").write_text("somebody's")
    with pytest.raises(FileExistsError):
        staged_rows.write(tmp_path / "rows", [])
