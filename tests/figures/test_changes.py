"""What changed since it was reported: every way a document can change, found wherever it is told."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reports.sandbox.documents import Tax, line
from tests.support.office import IVA23, Office, tree
from tests.support.reported import (
    ANA,
    NO_CHANGES,
    RUI,
    build_paper,
    count_changes,
    put_papers,
    read_changes,
    run_month,
    serve_office,
)

IVA13, EXEMPT = Tax(2, "IVA13", Decimal(13)), Tax(3, "Isento", Decimal(0))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with serve_office(tmp_path) as office:
        yield office


def remove_paper(office: Office, identity: int) -> None:
    documents = office.sandbox.account_data.documents[ANA]
    documents[:] = [one for one in documents if one["id"] != identity]


def shown(office: Office) -> list[tuple[str, ...]]:
    """The same rows as the overview has them, an empty cell as nothing."""
    section = office.overview.partition('id="changes"')[2].partition("</section>")[0]
    number, rows = "", []
    for row in re.findall(r"<tr.*?</tr>", section, re.DOTALL):
        cells = [unescape(re.sub("<[^>]*>", "", cell)) for cell in re.findall("<t[hd].*?</t[hd]>", row)]
        if 'class="group"' in row:
            number = cells[0].split(" · ")[0]
        elif "<td" in row:
            rows.append((number, *cells))
    return rows


def came(number: str, change: str) -> list[tuple[Any, ...]]:
    """The rows of all amounts of an invoice of 10.00 and 23 % that counts now and did not."""
    fields = {"Net": "10.00", "VAT": "2.30", "Gross": "12.30", "Payable": "12.30"}
    fields |= {"Base 23%": "10.00", "VAT 23%": "2.30"}
    return [
        (number, change, field, None, amount, amount, None if field == "Payable" else "2026-09")
        for field, amount in fields.items()
    ]


def went(number: str, change: str) -> list[tuple[Any, ...]]:
    """The same of one that counted and does not any more."""
    return [
        (*row[:3], amount, None, f"-{amount}", month) for *row, _, amount, _, month in came(number, change)
    ]


def test_every_way_a_reported_document_can_change_is_found_and_nothing_else(office: Office) -> None:
    exempt = line("Renda", "50.00", tax=EXEMPT)
    put_papers(
        office,
        build_paper(4, status="canceled"),
        build_paper(6, status="settled"),
        build_paper(14, exempt, tax_exemption="M05"),
        build_paper(17, status="draft"),
        build_paper(19, day=date(2026, 10, 1)),
        build_paper(21, day=date(2026, 10, 1)),
        build_paper(22, kind="Receipt", day=date(2026, 9, 22), items=[]),
    )
    assert run_month(office, "2026-09").code == 0
    assert office.entries[ANA]["changes"] is None
    assert 'id="changes"' not in office.overview
    assert "Changes" not in openpyxl.load_workbook(office.month / "summary.xlsx").sheetnames

    remove_paper(office, 2)
    remove_paper(office, 22)
    put_papers(
        office,
        build_paper(
            1, status="sent", archived=True, reference="A7", observations="…", sum="10", taxes="2.30"
        ),
        build_paper(3, status="canceled"),
        build_paper(4),
        build_paper(5, status="settled"),
        build_paper(6),
        build_paper(7, line("Pão", "1200.00", tax=IVA23)),
        build_paper(8, day=date(2026, 8, 30)),
        build_paper(9, day=date(2026, 10, 3)),
        build_paper(10, line("Pão", "10.00", tax=IVA23) | {"tax": {"id": 2, "name": "IVA13", "value": 13}}),
        build_paper(11, due_date="30/11/2026"),
        build_paper(12, inverted_sequence_number="2026/<b>"),
        build_paper(13, currency="US Dollar"),
        build_paper(14, exempt, tax_exemption="M07"),
        build_paper(15, retention="25.0"),
        build_paper(16, kind="SimplifiedInvoice"),
        build_paper(17),
        build_paper(18, day=date(2026, 9, 19)),
        build_paper(19, day=date(2026, 9, 19)),
        build_paper(20, kind="CreditNote"),
        build_paper(21, day=date(2026, 10, 1), status="canceled"),
        build_paper(30, day=date(2026, 9, 30)),
        build_paper(31, day=date(2026, 10, 5)),
    )
    said = run_month(office, "2026-10")
    expected = [
        ("FT 2026/2", "Removed", "Status", "Final", None, None, "2026-09"),
        *went("FT 2026/2", "Removed"),
        ("FT 2026/3", "Cancelled", "Status", "Final", "Cancelled", None, "2026-09"),
        *went("FT 2026/3", "Cancelled"),
        ("FT 2026/4", "Restored", "Status", "Cancelled", "Final", None, "2026-09"),
        *came("FT 2026/4", "Restored"),
        ("FT 2026/5", "Settled", "Status", "Final", "Paid", None, None),
        ("FT 2026/6", "Reopened", "Status", "Paid", "Final", None, None),
        ("FT 2026/7", "Altered", "Net", "10.00", "1,200.00", "1,190.00", "2026-09"),
        ("FT 2026/7", "Altered", "VAT", "2.30", "276.00", "273.70", "2026-09"),
        ("FT 2026/7", "Altered", "Gross", "12.30", "1,476.00", "1,463.70", "2026-09"),
        ("FT 2026/7", "Altered", "Payable", "12.30", "1,476.00", "1,463.70", None),
        ("FT 2026/7", "Altered", "Base 23%", "10.00", "1,200.00", "1,190.00", "2026-09"),
        ("FT 2026/7", "Altered", "VAT 23%", "2.30", "276.00", "273.70", "2026-09"),
        ("FT 2026/8", "Altered", "Date", "08/09/2026", "30/08/2026", None, "2026-08, 2026-09"),
        ("FT 2026/8", "Altered", "Due date", "08/09/2026", "30/08/2026", None, None),
        ("FT 2026/9", "Altered", "Date", "09/09/2026", "03/10/2026", None, "2026-09, 2026-10"),
        ("FT 2026/9", "Altered", "Due date", "09/09/2026", "03/10/2026", None, None),
        ("FT 2026/10", "Altered", "Base 23%", "10.00", None, "-10.00", "2026-09"),
        ("FT 2026/10", "Altered", "VAT 23%", "2.30", None, "-2.30", "2026-09"),
        ("FT 2026/10", "Altered", "Base 13%", None, "10.00", "10.00", "2026-09"),
        ("FT 2026/10", "Altered", "VAT 13%", None, "2.30", "2.30", "2026-09"),
        ("FT 2026/11", "Altered", "Due date", "11/09/2026", "30/11/2026", None, None),
        ("FT 2026/<b>", "Altered", "Number", "FT 2026/12", "FT 2026/<b>", None, "2026-09"),
        ("FT 2026/13", "Altered", "Currency", "EUR", "USD", None, "2026-09"),
        ("FT 2026/14", "Altered", "Exemption", "M05", "M07", None, "2026-09"),
        ("FT 2026/15", "Altered", "Withholding", "0.00", "2.50", "2.50", None),
        ("FT 2026/15", "Altered", "Payable", "12.30", "9.80", "-2.50", None),
        ("FS 2026/16", "Altered", "Number", "FT 2026/16", "FS 2026/16", None, "2026-09"),
        ("FS 2026/16", "Altered", "Type", "Invoice", "Simplified invoice", None, "2026-09"),
        ("FT 2026/17", "Added", "Status", "Draft", "Final", None, "2026-09"),
        *came("FT 2026/17", "Added"),
        ("FT 2026/18", "Altered", "Date", "18/09/2026", "19/09/2026", None, None),
        ("FT 2026/18", "Altered", "Due date", "18/09/2026", "19/09/2026", None, None),
        ("FT 2026/19", "Altered", "Date", "01/10/2026", "19/09/2026", None, "2026-09, 2026-10"),
        ("FT 2026/19", "Altered", "Due date", "01/10/2026", "19/09/2026", None, None),
        ("NC 2026/20", "Altered", "Number", "FT 2026/20", "NC 2026/20", None, "2026-09"),
        ("NC 2026/20", "Altered", "Type", "Invoice", "Credit note", None, "2026-09"),
        ("NC 2026/20", "Altered", "Net", "10.00", "-10.00", "-20.00", "2026-09"),
        ("NC 2026/20", "Altered", "VAT", "2.30", "-2.30", "-4.60", "2026-09"),
        ("NC 2026/20", "Altered", "Gross", "12.30", "-12.30", "-24.60", "2026-09"),
        ("NC 2026/20", "Altered", "Payable", "12.30", "-12.30", "-24.60", None),
        ("NC 2026/20", "Altered", "Base 23%", "10.00", "-10.00", "-20.00", "2026-09"),
        ("NC 2026/20", "Altered", "VAT 23%", "2.30", "-2.30", "-4.60", "2026-09"),
        ("FT 2026/30", "Added", "Status", None, "Final", None, "2026-09"),
        *came("FT 2026/30", "Added"),
    ]
    assert sorted(read_changes(office), key=str) == sorted(expected, key=str)
    assert shown(office) == [tuple(cell or "" for cell in row) for row in read_changes(office)]
    assert count_changes(office) == {
        "added": 2,
        "removed": 1,
        "cancelled": 1,
        "restored": 1,
        "altered": 13,
        "settled": 1,
        "reopened": 1,
    }
    assert office.entries[RUI]["changes"] == {"since": "2026-09"} | NO_CHANGES
    assert said.code == 6
    assert (
        "documents changed since they were reported, VAT of 2026-08, 2026-09, 2026-10: 15, see" in said.last
    )


def test_a_client_s_own_files_know_nothing_of_it(office: Office) -> None:
    run_month(office, "2026-09")
    put_papers(office, build_paper(3, status="canceled"))
    assert run_month(office, "2026-10").code == 6
    (statement,) = office.month.glob("ana-*/*.html")
    assert "Points to look at" not in statement.read_text("utf-8")
    assert office.entries[ANA]["findings"] == []


def test_a_document_that_was_paid_is_no_warning(office: Office) -> None:
    run_month(office, "2026-09")
    put_papers(office, build_paper(5, status="settled"), build_paper(11, due_date="30/11/2026"))
    assert run_month(office, "2026-10").code == 0
    assert count_changes(office) == {"altered": 1, "settled": 1}


def test_with_a_filter_on_states_nobody_can_tell_which_month_is_touched(office: Office) -> None:
    filters = {"status": ["final"]}
    run_month(office, "2026-09", filters=filters)
    put_papers(office, build_paper(5, status="settled"))
    assert run_month(office, "2026-10", filters=filters).code == 0
    assert {(row[0], row[1], row[-1]) for row in read_changes(office)} == {("FT 2026/5", "Removed", None)}
    assert "may only have passed the filter" in office.overview


def test_amounts_of_two_currencies_have_no_difference(office: Office) -> None:
    run_month(office, "2026-09")
    put_papers(office, build_paper(7, line("Pão", "12.00", tax=IVA23), currency="US Dollar"))
    run_month(office, "2026-10")
    rows = {row[2]: row[3:6] for row in read_changes(office)}
    assert (rows["Currency"], rows["Net"]) == (("EUR", "USD", None), ("10.00", "12.00", None))


def test_clients_that_are_not_this_run_s_keep_their_changes(office: Office) -> None:
    run_month(office, "2026-09")
    put_papers(office, build_paper(3, status="canceled"))
    run_month(office, "2026-10")
    before, rows = office.entries[ANA], read_changes(office)
    assert run_month(office, "2026-10", "--client", str(RUI)).code == 6
    assert (office.entries[ANA], read_changes(office)) == (before, rows)


def test_offline_gives_the_same_bytes(office: Office) -> None:
    run_month(office, "2026-09", language="es")
    put_papers(
        office,
        build_paper(3, status="canceled"),
        build_paper(5, status="settled"),
        build_paper(8, day=date(2026, 8, 30)),
    )
    assert run_month(office, "2026-10", language="es").code == 6
    before = {path: data for path, data in tree(office.month).items() if not path.startswith("run.")}
    assert run_month(office, "2026-10", "--offline", language="es").code == 6
    assert {path: data for path, data in tree(office.month).items() if not path.startswith("run.")} == before
