"""The list of clients: what failed and what has warnings stands out."""

from pathlib import Path

import pytest

from tests.support import workbooks
from tests.support.workbooks import list_few_papers, read_conditions, read_sheets


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return tmp_path / "made.xlsx"


def test_failed_clients_and_warnings_are_marked_in_the_summary(made: Path) -> None:
    workbooks.write_summary(made, {1: list_few_papers(), 2: []}, language="en")
    clients = read_sheets(made)[0]
    assert clients.title == "Clients"
    assert clients.freeze_panes == "C2"
    assert {("D2:D3", "equal", '"Failed"'), ("P2:P3", "greaterThan", "0")} <= set(read_conditions(clients))
