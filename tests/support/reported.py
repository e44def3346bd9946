"""An office whose documents change after they were reported, and what its next month says of that."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl

from reports.sandbox.documents import Raw, document, line
from reports.sandbox.server import Sandbox
from tests.support.office import ACCOUNT, IVA23, Office, Said, account

ANA, RUI, EVA = 101, 102, 103
OCTOBER_2, NOVEMBER_2 = (datetime(2026, month, 2, 6, 30, tzinfo=UTC) for month in (10, 11))
KINDS = ("added", "removed", "cancelled", "restored", "altered", "settled", "reopened")
NO_CHANGES = {**dict.fromkeys(KINDS, 0), "is_all_gone": False}


@contextmanager
def serve_office(folder: Path) -> Iterator[Office]:
    """Ana with twenty invoices of September, Rui with two of October; each net 10.00 and VAT 2.30."""
    data = account({ANA: "Ana", RUI: "Rui"})
    data.documents[ANA] = [build_paper(number) for number in range(1, 21)]
    with Sandbox(account_data=data) as api:
        yield Office(folder, api)


def build_paper(
    number: int, *lines: Raw, kind: str = "Invoice", day: date | None = None, **fields: Any
) -> Raw:
    """Ana's document of the `number`th of September, or of `day`."""
    return document(
        kind,
        day or date(2026, 9, number),
        lines or [line("Pão", "10.00", tax=IVA23)],
        client={"id": ANA, "name": "Ana"},
        identity=number,
        number_in_series=number,
        **fields,
    )


def put_papers(office: Office, *papers: Raw) -> None:
    """Each in the place of the one with its id, or behind all others."""
    documents = office.sandbox.account_data.documents[ANA]
    places = {one["id"]: place for place, one in enumerate(documents)}
    for one in papers:
        if one["id"] in places:
            documents[places[one["id"]]] = one
        else:
            documents.append(one)


def run_month(office: Office, month: str, *words: str, now: datetime | None = None, **sections: Any) -> Said:
    """The month, read on the second of the next one; the office then looks at this month."""
    now = now or {"2026-09": OCTOBER_2, "2026-10": NOVEMBER_2}[month]
    sections = {"clients": [ANA, RUI], "language": "en", "period": month} | sections
    office.configure(sections.pop("clients"), **sections)
    office.month = office.output / ACCOUNT / month
    return office.type("run", office.config, *words, SOURCE_DATE_EPOCH=f"{now.timestamp():.0f}")


def read_changes(office: Office) -> list[tuple[Any, ...]]:
    """Number, change, field, before, after, difference and VAT month of each row of the sheet Changes."""
    sheet = openpyxl.load_workbook(office.month / "summary.xlsx")["Changes"]
    heading, *rows = sheet.iter_rows(values_only=True)
    if len(heading) == 1:
        return []
    keys = ("Number", "Change", "Field", "Before", "After", "Difference", "VAT month")
    columns = [heading.index(key) for key in keys]
    # The notes stand below an empty row.
    table = rows[: next(place for place, row in enumerate(rows) if not any(row))]
    values = [tuple(row[column] for column in columns) for row in table]
    return [(*row[:5], None if row[5] is None else f"{row[5]:,.2f}", row[6]) for row in values]


def count_changes(office: Office, client: int = ANA) -> dict[str, int]:
    """How many documents changed in which ways, those of no document left out."""
    changes = office.entries[client]["changes"]
    assert changes["since"] == "2026-09"
    assert set(changes) == {"since", *NO_CHANGES}
    return {kind: count for kind, count in changes.items() if kind in KINDS and count}
