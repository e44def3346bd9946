"""The summary made of parts that were put aside: the same wherever they lay, and split between clients."""

import os
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from reports.render.content.blocks import Row
from reports.render.xlsx import parts, workbook
from reports.sandbox.documents import line
from tests.support.papers import paper, vat
from tests.support.workbooks import client_book, hostile_papers, write_summary


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


def of_client(identity: int, documents: int) -> tuple[parts.Packed, ...]:
    """What such a client adds to the summary."""
    (papers,) = clients(documents).values()
    _, _, grids = client_book(papers, identity=identity, name=f"Cliente {identity}")
    return parts.pack(grids)


def lying(shelf: parts.Shelf, *identities: int) -> tuple[Row, list[list[bytes]]]:
    """Totals and cells of these clients' documents."""
    joined = shelf.joined(("documents", "EUR"), identities)
    cells = [list(column.values) for stretch in joined.stretches() for column in stretch.columns]
    return joined.totals("Total"), cells


@pytest.mark.skipif(os.name == "nt", reason="limits the size of files as POSIX does")
@pytest.mark.parametrize("in_memory", [1, 20_000], ids=["file", "memory, then file"])
def test_a_disk_that_fills_up_takes_nothing_of_what_lies_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_memory: int
) -> None:
    import resource

    monkeypatch.setattr(parts, "IN_MEMORY_BYTES", in_memory)
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    with closing(parts.Shelf(tmp_path)) as shelf, closing(parts.Shelf(tmp_path)) as whole:
        shelf.put(100, of_client(100, 3))
        before = lying(shelf, 100)
        assert before[0][0] == "Total"
        assert Decimal("3.69") in before[0]
        packed = of_client(101, 200)
        resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, usual[1]))
        try:
            with pytest.raises(OSError, match="too large"):
                shelf.put(101, packed)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, usual)
        assert lying(shelf, 100) == before
        shelf.put(102, of_client(102, 40))
        for identity, documents in ((100, 3), (102, 40)):
            whole.put(identity, of_client(identity, documents))
        assert lying(shelf, 100, 102) == lying(whole, 100, 102)


def test_what_is_gone_from_the_disk_is_an_error_and_no_shorter_sheet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "IN_MEMORY_BYTES", 1)
    with closing(parts.Shelf(tmp_path)) as shelf:
        shelf.put(100, of_client(100, 3))
        assert shelf._file
        shelf._file.truncate(100)
        with pytest.raises(OSError, match="Input/output error"):
            lying(shelf, 100)
