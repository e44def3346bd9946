"""The summary made of parts that were put aside: the same wherever they lay, and split between clients."""

from decimal import Decimal
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from reports.render import parts, workbook
from reports.source.sandbox_documents import line
from tests.papers import paper, vat
from tests.workbooks import hostile_papers, write_summary


def clients(*counts: int) -> dict[int, list[dict[str, object]]]:
    """Clients with so many documents of one euro each."""
    return {
        100 + place: [
            paper(10 * place + number, lines=[line("Pão", "1.00", tax=vat("23"))]) for number in range(count)
        ]
        for place, count in enumerate(counts)
    }


def test_where_the_parts_lay_makes_no_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    of_all = clients(3, 1) | {300: hostile_papers()}
    in_memory = write_summary(tmp_path / "memory.xlsx", of_all).read_bytes()
    monkeypatch.setattr(parts, "IN_MEMORY_BYTES", 1)
    assert write_summary(tmp_path / "disk.xlsx", of_all).read_bytes() == in_memory
    assert sorted(path.name for path in tmp_path.iterdir()) == ["disk.xlsx", "memory.xlsx"]


def test_more_rows_than_a_sheet_holds_are_split_between_clients(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MAX_DATA_ROWS", 4)
    book = CalamineWorkbook.from_path(
        write_summary(tmp_path / "summary.xlsx", clients(2, 2, 3, 1), language="en")
    )
    names = [name for name in book.sheet_names if name.startswith("Documents")]
    assert names == ["Documents 1", "Documents 2"]
    for name, expected in zip(
        names, (["Cliente 100"] * 2 + ["Cliente 101"] * 2, ["Cliente 102"] * 3 + ["Cliente 103"]), strict=True
    ):
        heading, *rows, totals = book.get_sheet_by_name(name).to_python()
        assert [row[0] for row in rows] == expected
        gross = heading.index("Gross")
        assert [Decimal(str(row[gross])) for row in (*rows, totals)] == [Decimal("1.23")] * 4 + [
            Decimal("4.92")
        ]
