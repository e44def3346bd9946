"""The list of clients: what failed and what has warnings stands out."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from tests.support import workbooks
from tests.support.papers import paper
from tests.support.workbooks import list_few_papers, read_conditions, read_sheets


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return tmp_path / "made.xlsx"


def test_findings_stand_with_what_to_do_and_amounts_are_numbers(made: Path) -> None:
    odd = paper(1, status="final", total="124.42", number_in_series=7)
    draft = paper(2, currency="Doubloon")
    workbooks.write_summary(made, {1: [odd, draft]}, language="pt")
    (sheet,) = [sheet for sheet in read_sheets(made) if sheet.title == "Constatações"]
    headings, *rows = sheet.iter_rows(values_only=True)
    findings: dict[object, dict[object, Any]] = {
        row[2]: dict(zip(headings, row, strict=True)) for row in rows
    }
    total, unknown = findings["TOTAL-UNEXPLAINED"], findings["CURRENCY-UNKNOWN"]
    assert (total["Esperado"], total["Encontrado"], total["Diferença"]) == (123, 124.42, 1.42)
    assert "o total 124,42 não é a base mais IVA (123,00)" in total["Constatação"]
    assert total["O que fazer"].startswith("Abra o documento no InvoiceXpress.")
    assert (unknown["Encontrado"], unknown["Diferença"]) == ("Doubloon", None)


def test_when_a_client_was_read_is_a_date_and_its_name_wraps_in_every_sheet(made: Path) -> None:
    workbooks.write_summary(made, {1: list_few_papers()}, language="en")
    sheets = read_sheets(made)
    (clients,) = [sheet for sheet in sheets if sheet.title == "Clients"]
    (place,) = [cell.column for cell in clients[1] if cell.value == "Read at"]
    read_at = clients.cell(2, place)
    assert isinstance(read_at.value, dt.datetime)
    assert f"{read_at.value:%Y-%m-%d %H:%M}" == "2026-11-02 06:30"
    assert read_at.number_format == "dd/mm/yyyy hh:mm"
    for sheet in sheets:
        for cell in sheet[1]:
            if cell.value == "Client":
                assert sheet.cell(2, cell.column).alignment.wrap_text, sheet.title


def test_failed_clients_and_warnings_are_marked_in_the_summary(made: Path) -> None:
    workbooks.write_summary(made, {1: list_few_papers(), 2: []}, language="en")
    (clients,) = [sheet for sheet in read_sheets(made) if sheet.title == "Clients"]
    assert clients.freeze_panes == "C2"
    assert {("D2:D3", "equal", '"Failed"'), ("P2:P3", "greaterThan", "0")} <= set(read_conditions(clients))
