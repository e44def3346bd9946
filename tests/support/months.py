"""A month of three clients, how it changes at the service, and what of it lasts."""

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl

from tests.support.office import NOW, Office, invoice, tree

ANA, RUI, EVA, NOBODY = 101, 102, 103, 404
NAMES = {ANA: "Ana", RUI: "Rui", EVA: "Eva"}
READ_AT = "2026-11-02T06:30:00+00:00"
LATER = {"SOURCE_DATE_EPOCH": f"{NOW.timestamp() + 86_400:.0f}"}
EXEMPT = ("run.json", "run.log")
"""The two files of a month that say when and how, and so differ from run to run."""


def read_lasting(folder: Path) -> dict[str, bytes]:
    """Everything under `folder` that may not differ between two runs of the same data."""
    return {path: data for path, data in tree(folder).items() if path.rsplit("/")[-1] not in EXEMPT}


def add_invoice(office: Office, identity: int, price: str = "99.00") -> None:
    documents = office.sandbox.account_data.documents[identity]
    number = len(documents) + 1
    documents.append(invoice(identity, NAMES[identity], date(2026, 10, 25), number=number, price=price))


def remove_from_account(office: Office, identity: int) -> None:
    """Deletes a client with its documents; those that stayed in the account would be found forgotten."""
    data = office.sandbox.account_data
    data.clients[:] = [one for one in data.clients if one["id"] != identity]
    data.documents.pop(identity, None)


def read_summary_rows(office: Office, sheet: int = 0) -> list[list[Any]]:
    """The rows of a sheet of the summary, counted from the list of clients, 0."""
    sheets = openpyxl.load_workbook(office.month / "summary.xlsx").worksheets
    first = next(place for place, own in enumerate(sheets) if "t_clients" in own.tables)
    return [list(row) for row in sheets[first + sheet].iter_rows(values_only=True)]
