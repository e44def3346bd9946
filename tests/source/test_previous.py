"""Which earlier readings a client's reading is held against: of this account, made before it, asked alike."""

import gzip
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.support.office import Office
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

GZIP = b"\x1f\x8b\x08"
"""How each member of an archive begins: its header, then its page."""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with serve_office(tmp_path) as office:
        yield office


def test_a_reading_with_other_filters_is_no_measure(office: Office) -> None:
    run_month(office, "2026-09")
    put_papers(office, build_paper(3, status="canceled"))
    filters = {"by_type": ["Invoice"]}
    assert run_month(office, "2026-10", clients=[ANA, {"id": RUI, "filters": filters}]).code == 6
    assert (count_changes(office), office.entries[RUI]["changes"]) == ({"cancelled": 1}, None)
    assert "Clients without an earlier reading with the same filters: 1." in office.overview
    assert run_month(office, "2026-10", filters=filters).code == 0
    assert [entry["changes"] for entry in office.entries.values()] == [None, None]
    assert 'id="changes"' not in office.overview


def test_the_order_of_a_filter_s_words_means_nothing(office: Office) -> None:
    run_month(office, "2026-09", filters={"by_type": ["Invoice", "CreditNote"]})
    put_papers(office, build_paper(3, status="canceled"))
    run_month(office, "2026-10", filters={"by_type": ["CreditNote", "Invoice"]})
    assert count_changes(office) == {"cancelled": 1}


@pytest.mark.parametrize("damage", ["no gzip", "no pages", "no document"])
def test_a_damaged_earlier_archive_is_as_if_it_were_not_there(office: Office, damage: str) -> None:
    run_month(office, "2026-09")
    path = office.month / "source" / f"{ANA}.jsonl.gz"
    header, page = path.read_bytes().split(GZIP)[1:]
    broken = {
        "no gzip": b"x",
        "no pages": GZIP + header,
        "no document": GZIP + header + gzip.compress(b'"{}"'),
    }
    path.write_bytes(broken[damage])
    assert run_month(office, "2026-10").code == 0
    assert office.entries[ANA]["changes"] is None
    assert office.entries[RUI]["changes"] == {"since": "2026-09"} | NO_CHANGES
    assert f"client {ANA} is not held against 2026-09: " in (office.month / "run.log").read_text("utf-8")
    assert page


def test_a_period_that_was_read_again_is_reported_anew(office: Office) -> None:
    run_month(office, "2026-09")
    put_papers(office, build_paper(3, status="canceled"))
    run_month(office, "2026-09", now=datetime(2026, 10, 20, 6, 30, tzinfo=UTC))
    assert len(list((office.month / "source").glob(f"{ANA}.*.jsonl.gz"))) == 1
    put_papers(office, build_paper(4, status="canceled"))
    run_month(office, "2026-10")
    assert {row[0] for row in read_changes(office)} == {"FT 2026/4"}


def test_a_reading_made_later_than_this_one_is_no_earlier_one(office: Office) -> None:
    run_month(office, "2026-09")
    run_month(office, "2026-10")
    put_papers(office, build_paper(3, status="canceled"))
    run_month(office, "2026-09", now=datetime(2026, 12, 2, 6, 30, tzinfo=UTC))
    assert run_month(office, "2026-10", "--offline").code == 0
    assert office.entries[ANA]["changes"] is None


def test_an_older_period_that_was_read_again_hides_no_change_of_a_newer_one(office: Office) -> None:
    put_papers(office, build_paper(31, day=date(2026, 8, 3)), build_paper(32, day=date(2026, 8, 4)))
    run_month(office, "2026-09")
    put_papers(
        office, build_paper(31, day=date(2026, 8, 3), status="canceled"), build_paper(3, status="canceled")
    )
    run_month(office, "2026-08", now=datetime(2026, 10, 20, 6, 30, tzinfo=UTC))
    put_papers(
        office, build_paper(32, day=date(2026, 8, 4), status="canceled"), build_paper(4, status="canceled")
    )
    run_month(office, "2026-10")
    assert {row[0] for row in read_changes(office)} == {"FT 2026/32", "FT 2026/3", "FT 2026/4"}
    assert office.entries[ANA]["changes"]["since"] == "2026-08"
    overview = office.overview
    for held in ("01/08/2026 – 31/08/2026 (read 20/10/2026 ", "01/09/2026 – 30/09/2026 (read "):
        assert held in overview


def test_only_folders_of_earlier_periods_of_this_account_are_looked_at(office: Office) -> None:
    run_month(office, "2026-09")
    september = office.month
    for name in ("2026-q3", "last-month", "2026-10-01_2026-10-31", "2026-11", "notes"):
        shutil.copytree(september, september.with_name(name))
    september.rename(september.with_name("September"))
    assert run_month(office, "2026-10").code == 0
    assert office.entries[ANA]["changes"] is None
