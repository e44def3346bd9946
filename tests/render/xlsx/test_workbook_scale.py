"""However many rows a grid has, its workbook takes the same memory, and every row is in it."""

import subprocess
import sys
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import overload

import openpyxl
import pytest
import python_calamine

from reports.render.content.blocks import Book, Column, DataTab, Kind, Link, Rows, Sheet, Value, totals_of
from reports.render.content.labels import Labels
from reports.render.xlsx import cell_xml, sheet_xml, workbook
from reports.render.xlsx.shared_strings import SharedStrings
from tests.support.ooxml import violations

ROOT = Path(__file__).parents[3]
MEGABYTE = 2**20
LIMIT_MEGABYTES = 10
COLUMNS = (
    Column("number", "Number", Kind.NAME_LINK),
    Column("date", "Date", Kind.DATE),
    Column("description", "Description", Kind.LONG_TEXT),
    Column("rate", "Rate", Kind.PERCENT),
    Column("net", "Net", Kind.MONEY, has_total=True),
    Column("id", "Id", Kind.INTEGER),
)
MEASURED = """
import sys, tracemalloc
from tests.render.xlsx.test_workbook_scale import count_rows, write
write(count_rows(10), "few.xlsx")
tracemalloc.start()
write(count_rows(int(sys.argv[1])), "many.xlsx")
print(tracemalloc.get_traced_memory()[1])
"""


class Made(Sequence[Value]):
    """The values of a column, made when they are asked for: the n-th is `value` of n."""

    def __init__(self, count: int, value: Callable[[int], Value]) -> None:
        self._numbers, self._value = range(count), value

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, place: int) -> Value: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Value]: ...

    def __getitem__(self, place: int | slice) -> Value | Sequence[Value]:
        if isinstance(place, slice):
            return list(map(self._value, self._numbers[place]))
        return self._value(self._numbers[place])


def count_rows(count: int) -> Rows:
    """So many rows, the n-th with the amount n in it."""
    values: Sequence[Callable[[int], Value]] = (
        lambda number: Link(f"FT {number}", f"https://office.example/{number}"),
        lambda number: date(2026, 1, 1) + timedelta(days=number % 365),
        lambda number: "Açúcar\nem pó" if number % 9 else None,
        lambda _: Decimal(23),
        Decimal,
        lambda number: number,
    )
    return Rows([Made(count, value) for value in values])


def write(counted: Rows, name: str | Path) -> None:
    totals = totals_of(COLUMNS, counted, "Total") if len(counted) <= 20 else None
    sheet = Sheet("s", "S", COLUMNS, counted, empty="–", currency="EUR", totals=totals)
    made_at = datetime(2026, 11, 2, 6, 30, tzinfo=UTC)
    book = Book("T", "F", "A", "en-GB", made_at, (DataTab("S", sheet, ("A note.",)),))
    with Path(name).open("wb") as target:
        workbook.write(book, target, labels=Labels("en"))


def peak(count: int, folder: Path) -> int:
    """Bytes that a workbook of so many rows takes at most, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(count)],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


def test_memory_stays_the_same_from_a_thousand_rows_to_ten_thousand(tmp_path: Path) -> None:
    few, many = (peak(count, tmp_path) for count in (1_000, 10_000))
    assert many < LIMIT_MEGABYTES * MEGABYTE
    assert many < few + MEGABYTE


@pytest.mark.soak
def test_memory_stays_the_same_from_ten_thousand_rows_to_half_a_million(tmp_path: Path) -> None:
    few, many = (peak(count, tmp_path) for count in (10_000, 500_000))
    assert many < LIMIT_MEGABYTES * MEGABYTE
    assert many < few + MEGABYTE


def test_a_grid_that_no_sheet_holds_is_several_with_a_total_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MAX_DATA_ROWS", 8)
    write(count_rows(20), tmp_path / "made.xlsx")
    assert violations(tmp_path / "made.xlsx") == []
    first, second, third = openpyxl.load_workbook(tmp_path / "made.xlsx", data_only=True).worksheets
    assert [sheet.title for sheet in (first, second, third)] == ["S 1", "S 2", "S 3"]
    amounts = [
        [cell for (cell,) in sheet.iter_rows(min_row=2, min_col=5, max_col=5, values_only=True)]
        for sheet in (first, second, third)
    ]
    assert amounts == [[*range(8), 28, None, None], [*range(8, 16), 92], [*range(16, 20), 70]]
    assert first["A12"].value == "A note."


@pytest.mark.soak
def test_every_row_of_more_than_a_sheet_holds_is_read_back(tmp_path: Path) -> None:
    """A sheet is as full as one is made, and one row more goes onto the next."""
    write(count_rows(workbook.MAX_DATA_ROWS + 1), tmp_path / "made.xlsx")
    made = python_calamine.CalamineWorkbook.from_path(tmp_path / "made.xlsx")
    full, rest = (made.get_sheet_by_name(name) for name in ("S 1", "S 2"))
    count = 0
    for number, row in enumerate(full.iter_rows(), start=-1):
        if 0 <= number < workbook.MAX_DATA_ROWS:
            assert (row[0], row[4], row[5]) == (f"FT {number}", number, number)
            count += 1
    assert count == workbook.MAX_DATA_ROWS
    assert [row[4:] for row in rest.iter_rows()][1:] == [[workbook.MAX_DATA_ROWS] * 2]


@pytest.mark.soak
def test_a_sheet_is_filled_to_its_last_row() -> None:
    field = sheet_xml.Field("A", 0, cell_xml.number)
    package = BytesIO()
    band = sheet_xml.Band(1, [field], [range(sheet_xml.MAX_ROWS)], sheet_xml.MAX_ROWS + 1)
    sheet_xml.pack(package, [("sheet.xml", sheet_xml.stream_rows([band], {0: 0}, SharedStrings()))])
    with zipfile.ZipFile(package).open("sheet.xml") as sheet:
        last = b'<row r="1048576"><c r="A1048576" s="0"><v>1048575</v></c></row>'
        count, end = 0, b""
        while piece := sheet.read(MEGABYTE):
            count += (end + piece).count(b"</row>") - end.count(b"</row>")
            end = (end + piece)[-len(last) :]
    assert (count, end) == (sheet_xml.MAX_ROWS, last)
