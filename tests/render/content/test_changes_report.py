"""What the bookkeeper is told of documents that changed, in words of the account's language."""

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from tests.support.office import Office
from tests.support.reported import (
    ANA,
    NO_CHANGES,
    build_paper,
    put_papers,
    read_changes,
    run_month,
    serve_office,
)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with serve_office(tmp_path) as office:
        yield office


def test_without_a_change_one_quiet_line_says_so(office: Office) -> None:
    run_month(office, "2026-09")
    assert run_month(office, "2026-10").code == 0
    assert read_changes(office) == []
    sentence = "Nothing changed since 01/09/2026 – 30/09/2026 (read 02/10/2026 07:30)."
    assert sentence in office.overview
    sheet = openpyxl.load_workbook(office.month / "summary.xlsx")["Changes"]
    assert sheet["A1"].value == sentence
    assert office.entries[ANA]["changes"] == {"since": "2026-09"} | NO_CHANGES


def test_changes_are_named_in_portuguese(office: Office) -> None:
    run_month(office, "2026-09", language="pt")
    put_papers(
        office,
        build_paper(3, status="canceled"),
        build_paper(5, status="settled"),
        build_paper(7, kind="CreditNote"),
    )
    run_month(office, "2026-10", language="pt")
    heading, *rows = openpyxl.load_workbook(office.month / "summary.xlsx")["Alterações"].iter_rows(
        values_only=True
    )
    assert heading[6:12] == ("Alteração", "Campo", "Antes", "Depois", "Diferença", "Mês do IVA")
    assert {row[6] for row in rows if row[6]} == {"Cancelado", "Liquidado", "Alterado"}
    assert ("Base 23%", "10,00", "-10,00", -20) in {row[7:11] for row in rows}
    assert "Alterado depois de reportado" in office.overview
