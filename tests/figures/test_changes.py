"""What changed since it was reported: every way a document can change, found wherever it is told."""

import gzip
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from reports.sandbox.documents import Raw, Tax, document, line
from reports.sandbox.server import Sandbox
from tests.support.office import ACCOUNT, IVA23, Office, Said, account, tree

ANA, RUI, EVA = 101, 102, 103
IVA13, EXEMPT = Tax(2, "IVA13", Decimal(13)), Tax(3, "Isento", Decimal(0))
GZIP = b"\x1f\x8b\x08"
"""How each member of an archive begins: its header, then its page."""
OCTOBER_2, NOVEMBER_2 = (datetime(2026, month, 2, 6, 30, tzinfo=UTC) for month in (10, 11))
KINDS = ("added", "removed", "cancelled", "restored", "altered", "settled", "reopened")
NO_CHANGES = {**dict.fromkeys(KINDS, 0), "is_all_gone": False}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Ana with twenty invoices of September, Rui with two of October; each net 10.00 and VAT 2.30."""
    data = account({ANA: "Ana", RUI: "Rui"})
    data.documents[ANA] = [paper(number) for number in range(1, 21)]
    with Sandbox(account_data=data) as api:
        yield Office(tmp_path, api)


def paper(number: int, *lines: Raw, kind: str = "Invoice", day: date | None = None, **fields: Any) -> Raw:
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


def put(office: Office, *papers: Raw) -> None:
    """Each in the place of the one with its id, or behind all others."""
    documents = office.sandbox.account_data.documents[ANA]
    places = {one["id"]: place for place, one in enumerate(documents)}
    for one in papers:
        if one["id"] in places:
            documents[places[one["id"]]] = one
        else:
            documents.append(one)


def remove(office: Office, identity: int) -> None:
    documents = office.sandbox.account_data.documents[ANA]
    documents[:] = [one for one in documents if one["id"] != identity]


def run(office: Office, month: str, *words: str, now: datetime | None = None, **sections: Any) -> Said:
    """The month, read on the second of the next one; the office then looks at this month."""
    now = now or {"2026-09": OCTOBER_2, "2026-10": NOVEMBER_2}[month]
    sections = {"clients": [ANA, RUI], "language": "en", "period": month} | sections
    office.configure(sections.pop("clients"), **sections)
    office.month = office.output / ACCOUNT / month
    return office.type("run", office.config, *words, SOURCE_DATE_EPOCH=f"{now.timestamp():.0f}")


def found(office: Office) -> list[tuple[Any, ...]]:
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


def counts(office: Office, client: int = ANA) -> dict[str, int]:
    """How many documents changed in which ways, those of no document left out."""
    changes = office.entries[client]["changes"]
    assert changes["since"] == "2026-09"
    assert set(changes) == {"since", *NO_CHANGES}
    return {kind: count for kind, count in changes.items() if kind in KINDS and count}


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
    put(
        office,
        paper(4, status="canceled"),
        paper(6, status="settled"),
        paper(14, exempt, tax_exemption="M05"),
        paper(17, status="draft"),
        paper(19, day=date(2026, 10, 1)),
        paper(21, day=date(2026, 10, 1)),
        paper(22, kind="Receipt", day=date(2026, 9, 22), items=[]),
    )
    assert run(office, "2026-09").code == 0
    assert office.entries[ANA]["changes"] is None
    assert 'id="changes"' not in office.overview
    assert "Changes" not in openpyxl.load_workbook(office.month / "summary.xlsx").sheetnames

    remove(office, 2)
    remove(office, 22)
    put(
        office,
        paper(1, status="sent", archived=True, reference="A7", observations="…", sum="10", taxes="2.30"),
        paper(3, status="canceled"),
        paper(4),
        paper(5, status="settled"),
        paper(6),
        paper(7, line("Pão", "1200.00", tax=IVA23)),
        paper(8, day=date(2026, 8, 30)),
        paper(9, day=date(2026, 10, 3)),
        paper(10, line("Pão", "10.00", tax=IVA23) | {"tax": {"id": 2, "name": "IVA13", "value": 13}}),
        paper(11, due_date="30/11/2026"),
        paper(12, inverted_sequence_number="2026/<b>"),
        paper(13, currency="US Dollar"),
        paper(14, exempt, tax_exemption="M07"),
        paper(15, retention="25.0"),
        paper(16, kind="SimplifiedInvoice"),
        paper(17),
        paper(18, day=date(2026, 9, 19)),
        paper(19, day=date(2026, 9, 19)),
        paper(20, kind="CreditNote"),
        paper(21, day=date(2026, 10, 1), status="canceled"),
        paper(30, day=date(2026, 9, 30)),
        paper(31, day=date(2026, 10, 5)),
    )
    said = run(office, "2026-10")
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
    assert sorted(found(office), key=str) == sorted(expected, key=str)
    assert shown(office) == [tuple(cell or "" for cell in row) for row in found(office)]
    assert counts(office) == {
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
    run(office, "2026-09")
    put(office, paper(3, status="canceled"))
    assert run(office, "2026-10").code == 6
    (statement,) = office.month.glob("ana-*/*.html")
    assert "Points to look at" not in statement.read_text("utf-8")
    assert office.entries[ANA]["findings"] == []


def test_without_a_change_one_quiet_line_says_so(office: Office) -> None:
    run(office, "2026-09")
    assert run(office, "2026-10").code == 0
    assert found(office) == []
    sentence = "Nothing changed since 01/09/2026 – 30/09/2026 (read 02/10/2026 07:30)."
    assert sentence in office.overview
    sheet = openpyxl.load_workbook(office.month / "summary.xlsx")["Changes"]
    assert sheet["A1"].value == sentence
    assert office.entries[ANA]["changes"] == {"since": "2026-09"} | NO_CHANGES


def test_a_document_that_was_paid_is_no_warning(office: Office) -> None:
    run(office, "2026-09")
    put(office, paper(5, status="settled"), paper(11, due_date="30/11/2026"))
    assert run(office, "2026-10").code == 0
    assert counts(office) == {"altered": 1, "settled": 1}


def test_a_reading_with_other_filters_is_no_measure(office: Office) -> None:
    run(office, "2026-09")
    put(office, paper(3, status="canceled"))
    filters = {"by_type": ["Invoice"]}
    assert run(office, "2026-10", clients=[ANA, {"id": RUI, "filters": filters}]).code == 6
    assert (counts(office), office.entries[RUI]["changes"]) == ({"cancelled": 1}, None)
    assert "Clients without an earlier reading with the same filters: 1." in office.overview
    assert run(office, "2026-10", filters=filters).code == 0
    assert [entry["changes"] for entry in office.entries.values()] == [None, None]
    assert 'id="changes"' not in office.overview


def test_the_order_of_a_filter_s_words_means_nothing(office: Office) -> None:
    run(office, "2026-09", filters={"by_type": ["Invoice", "CreditNote"]})
    put(office, paper(3, status="canceled"))
    run(office, "2026-10", filters={"by_type": ["CreditNote", "Invoice"]})
    assert counts(office) == {"cancelled": 1}


def test_with_a_filter_on_states_nobody_can_tell_which_month_is_touched(office: Office) -> None:
    filters = {"status": ["final"]}
    run(office, "2026-09", filters=filters)
    put(office, paper(5, status="settled"))
    assert run(office, "2026-10", filters=filters).code == 0
    assert {(row[0], row[1], row[-1]) for row in found(office)} == {("FT 2026/5", "Removed", None)}
    assert "may only have passed the filter" in office.overview


def test_amounts_of_two_currencies_have_no_difference(office: Office) -> None:
    run(office, "2026-09")
    put(office, paper(7, line("Pão", "12.00", tax=IVA23), currency="US Dollar"))
    run(office, "2026-10")
    rows = {row[2]: row[3:6] for row in found(office)}
    assert (rows["Currency"], rows["Net"]) == (("EUR", "USD", None), ("10.00", "12.00", None))


@pytest.mark.parametrize("damage", ["no gzip", "no pages", "no document"])
def test_a_damaged_earlier_archive_is_as_if_it_were_not_there(office: Office, damage: str) -> None:
    run(office, "2026-09")
    path = office.month / "source" / f"{ANA}.jsonl.gz"
    header, page = path.read_bytes().split(GZIP)[1:]
    broken = {
        "no gzip": b"x",
        "no pages": GZIP + header,
        "no document": GZIP + header + gzip.compress(b'"{}"'),
    }
    path.write_bytes(broken[damage])
    assert run(office, "2026-10").code == 0
    assert office.entries[ANA]["changes"] is None
    assert office.entries[RUI]["changes"] == {"since": "2026-09"} | NO_CHANGES
    assert f"client {ANA} is not held against 2026-09: " in (office.month / "run.log").read_text("utf-8")
    assert page


def test_a_period_that_was_read_again_is_reported_anew(office: Office) -> None:
    run(office, "2026-09")
    put(office, paper(3, status="canceled"))
    run(office, "2026-09", now=datetime(2026, 10, 20, 6, 30, tzinfo=UTC))
    assert len(list((office.month / "source").glob(f"{ANA}.*.jsonl.gz"))) == 1
    put(office, paper(4, status="canceled"))
    run(office, "2026-10")
    assert {row[0] for row in found(office)} == {"FT 2026/4"}


def test_a_reading_made_later_than_this_one_is_no_earlier_one(office: Office) -> None:
    run(office, "2026-09")
    run(office, "2026-10")
    put(office, paper(3, status="canceled"))
    run(office, "2026-09", now=datetime(2026, 12, 2, 6, 30, tzinfo=UTC))
    assert run(office, "2026-10", "--offline").code == 0
    assert office.entries[ANA]["changes"] is None


def test_an_older_period_that_was_read_again_hides_no_change_of_a_newer_one(office: Office) -> None:
    put(office, paper(31, day=date(2026, 8, 3)), paper(32, day=date(2026, 8, 4)))
    run(office, "2026-09")
    put(office, paper(31, day=date(2026, 8, 3), status="canceled"), paper(3, status="canceled"))
    run(office, "2026-08", now=datetime(2026, 10, 20, 6, 30, tzinfo=UTC))
    put(office, paper(32, day=date(2026, 8, 4), status="canceled"), paper(4, status="canceled"))
    run(office, "2026-10")
    assert {row[0] for row in found(office)} == {"FT 2026/32", "FT 2026/3", "FT 2026/4"}
    assert office.entries[ANA]["changes"]["since"] == "2026-08"
    overview = office.overview
    for held in ("01/08/2026 – 31/08/2026 (read 20/10/2026 ", "01/09/2026 – 30/09/2026 (read "):
        assert held in overview


def test_only_folders_of_earlier_periods_of_this_account_are_looked_at(office: Office) -> None:
    run(office, "2026-09")
    september = office.month
    for name in ("2026-q3", "last-month", "2026-10-01_2026-10-31", "2026-11", "notes"):
        shutil.copytree(september, september.with_name(name))
    september.rename(september.with_name("September"))
    assert run(office, "2026-10").code == 0
    assert office.entries[ANA]["changes"] is None


def test_clients_that_are_not_this_run_s_keep_their_changes(office: Office) -> None:
    run(office, "2026-09")
    put(office, paper(3, status="canceled"))
    run(office, "2026-10")
    before, rows = office.entries[ANA], found(office)
    assert run(office, "2026-10", "--client", str(RUI)).code == 6
    assert (office.entries[ANA], found(office)) == (before, rows)


def test_offline_gives_the_same_bytes(office: Office) -> None:
    run(office, "2026-09", language="es")
    put(office, paper(3, status="canceled"), paper(5, status="settled"), paper(8, day=date(2026, 8, 30)))
    assert run(office, "2026-10", language="es").code == 6
    before = {path: data for path, data in tree(office.month).items() if not path.startswith("run.")}
    assert run(office, "2026-10", "--offline", language="es").code == 6
    assert {path: data for path, data in tree(office.month).items() if not path.startswith("run.")} == before


def test_changes_are_named_in_portuguese(office: Office) -> None:
    run(office, "2026-09", language="pt")
    put(office, paper(3, status="canceled"), paper(5, status="settled"), paper(7, kind="CreditNote"))
    run(office, "2026-10", language="pt")
    heading, *rows = openpyxl.load_workbook(office.month / "summary.xlsx")["Alterações"].iter_rows(
        values_only=True
    )
    assert heading[6:12] == ("Alteração", "Campo", "Antes", "Depois", "Diferença", "Mês do IVA")
    assert {row[6] for row in rows if row[6]} == {"Cancelado", "Liquidado", "Alterado"}
    assert ("Base 23%", "10,00", "-10,00", -20) in {row[7:11] for row in rows}
    assert "Alterado depois de reportado" in office.overview
