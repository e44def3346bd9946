"""The summary workbook: the clients' rows under each other, in numbered sheets where one cannot hold them."""

from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from reports.render.xlsx import workbook
from reports.sandbox.documents import line
from tests.support.papers import paper, vat
from tests.support.workbooks import write_summary


def clients(*counts: int) -> dict[int, list[dict[str, object]]]:
    """Clients with so many documents of one euro each."""
    return {
        100 + place: [
            paper(10 * place + number, lines=[line("Pão", "1.00", tax=vat("23"))]) for number in range(count)
        ]
        for place, count in enumerate(counts)
    }


def test_more_rows_than_a_sheet_holds_go_on_in_another_with_a_total_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MAX_DATA_ROWS", 4)
    book = CalamineWorkbook.from_path(
        write_summary(tmp_path / "summary.xlsx", clients(2, 3, 2, 1), language="en")
    )
    names = [name for name in book.sheet_names if name.startswith("Documents")]
    assert names == ["Documents 1", "Documents 2"]
    first, second = ["100", "100", "101", "101"], ["101", "102", "102", "103"]
    for name, expected in zip(names, (first, second), strict=True):
        heading, *rows, totals = book.get_sheet_by_name(name).to_python()
        assert [row[0] for row in rows] == [f"Cliente {client}" for client in expected]
        gross = heading.index("Gross")
        assert [Decimal(str(row[gross])) for row in (*rows, totals)] == [Decimal("1.23")] * 4 + [
            Decimal("4.92")
        ]


def test_a_column_is_hidden_only_where_every_client_hides_it(tmp_path: Path) -> None:
    def find_hidden(*rates: str | None) -> list[bool]:
        documents = {
            100 + place: [paper(place, lines=[line("Pão", "1.00", tax=vat("23"))], retention=rate)]
            for place, rate in enumerate(rates)
        }
        book = openpyxl.load_workbook(write_summary(tmp_path / "made.xlsx", documents, language="en"))
        sheet = book["Documents"]
        (letter,) = (cell.column_letter for cell in sheet[1] if cell.value == "Withholding")
        return [sheet.column_dimensions[letter].hidden]

    assert find_hidden(None, None) == [True]
    assert find_hidden(None, "25") == [False]
