"""The database: cents, keys, views, and the same bytes for the same rows."""

import os
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from reports.errors import WriteError
from reports.export import sqlite_tables
from reports.export.columns import AMOUNT, DECIMAL, TABLES, TEXT
from tests.support.datasets import list_blocks, list_named_rows, query
from tests.support.hostile import TEXTS
from tests.support.papers import paper


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A client with an invoice, a credit note, a receipt and a draft."""
    path = tmp_path / "period.sqlite"
    papers = [paper(1, net="1234.50"), paper(2, "CreditNote"), paper(3, "Receipt"), paper(4, status="draft")]
    sqlite_tables.write(path, list_blocks(*papers))
    return path


def test_amounts_of_documents_are_integers_of_cents_and_exact_numbers_are_text(database: Path) -> None:
    for table, columns in TABLES.items():
        declared = {name: kind for _, name, kind, *_ in query(database, f"PRAGMA table_info({table})")}
        assert [*declared] == [own.stored_name for own in columns]
        for own in columns:
            if own.type == AMOUNT:
                assert declared[f"{own.name}_cents"] == "INTEGER"
            if own.type in (DECIMAL, TEXT):
                assert declared[own.name] == "TEXT"
    assert query(database, "SELECT net_cents, typeof(net_cents) FROM documents WHERE id = 1") == [
        (123450, "integer")
    ]
    assert query(database, "SELECT net, typeof(net) FROM line_items WHERE document_id = 1") == [
        ("1234.5", "text")
    ]


def test_the_views_have_amounts_as_numbers_of_units(database: Path) -> None:
    views = {name for (name,) in query(database, "SELECT name FROM sqlite_master WHERE type = 'view'")}
    assert views == {f"{table}_in_units" for table in TABLES if table != "findings"}
    statement = "SELECT net, typeof(net), currency FROM documents_in_units WHERE id = 2"
    assert query(database, statement) == [(-100.0, "real", "EUR")]
    assert query(database, "SELECT quantity, rate FROM line_items_in_units WHERE document_id = 1") == [
        (1.0, 23.0)
    ]
    for view in views:
        names = [name for _, name, *_ in query(database, f"PRAGMA table_info({view})")]
        assert names == [own.name for own in TABLES[view.removesuffix("_in_units")]]


def test_every_row_hangs_on_its_document_and_is_found_by_client_and_day(database: Path) -> None:
    assert query(database, "PRAGMA foreign_key_check") == []
    for table in ("line_items", "open_documents", "receipts"):
        assert {row[2] for row in query(database, f"PRAGMA foreign_key_list({table})")} == {"documents"}
    indexed = {
        (table, name)
        for table in TABLES
        for _, index, *_ in query(database, f"PRAGMA index_list({table})")
        for place, _, name in query(database, f"PRAGMA index_info({index})")
        if place == 0
    }
    assert indexed >= {(table, "client_id") for table in TABLES}
    assert indexed >= {(table, "date") for table in ("documents", "line_items", "open_documents", "receipts")}


def test_the_same_rows_are_the_same_bytes(database: Path, tmp_path: Path) -> None:
    papers = [paper(1, net="1234.50"), paper(2, "CreditNote"), paper(3, "Receipt"), paper(4, status="draft")]
    again = tmp_path / "again.sqlite"
    sqlite_tables.write(again, list_blocks(*papers))
    assert again.read_bytes() == database.read_bytes()
    # Over one that is there, too.
    sqlite_tables.write(again, list_blocks(*papers))
    assert again.read_bytes() == database.read_bytes()
    assert query(database, "PRAGMA page_size") == [(sqlite_tables.PAGE_BYTES,)]
    assert query(database, "PRAGMA user_version") == [(sqlite_tables.SCHEMA_VERSION,)]
    assert query(database, "PRAGMA freelist_count") == [(0,)]
    assert query(database, "PRAGMA integrity_check") == [("ok",)]


def test_texts_stand_in_it_as_they_came(tmp_path: Path) -> None:
    papers = [paper(number, observations=text) for number, text in enumerate(TEXTS.values(), start=1)]
    blocks = list_blocks(*papers)
    sqlite_tables.write(tmp_path / "texts.sqlite", blocks)
    found = query(tmp_path / "texts.sqlite", "SELECT observations FROM documents ORDER BY id")
    assert [text for (text,) in found] == [
        row["observations"] for row in list_named_rows(blocks, "documents")
    ]
    assert ("=1+1",) in found


def test_sums_of_cents_are_exact_where_sums_of_units_are_near(tmp_path: Path) -> None:
    papers = [paper(number, net="0.10", rate=None) for number in range(1, 101)]
    sqlite_tables.write(tmp_path / "sums.sqlite", list_blocks(*papers))
    ((cents, units),) = query(
        tmp_path / "sums.sqlite",
        "SELECT (SELECT sum(net_cents) FROM documents), sum(net) FROM documents_in_units",
    )
    assert Decimal(cents) / 100 == Decimal("10.00")
    assert abs(units - 10) < 1e-9


def test_what_cannot_be_written_is_said_and_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "period.sqlite"
    path.write_bytes(b"of before")
    usual = sqlite3.connect

    def connect(*words: object, **names: object) -> sqlite3.Connection:
        made = usual(*words, **names)  # type: ignore[call-overload]
        made.execute("PRAGMA max_page_count = 5")
        return made  # type: ignore[no-any-return]

    monkeypatch.setattr(sqlite3, "connect", connect)
    with pytest.raises(WriteError, match="the disk is full") as raised:
        sqlite_tables.write(path, list_blocks(*(paper(number) for number in range(1, 200))))
    assert raised.value.disk_full
    assert [(one.name, one.read_bytes()) for one in tmp_path.iterdir()] == [("period.sqlite", b"of before")]


def test_a_folder_in_its_place_is_said(tmp_path: Path) -> None:
    (tmp_path / "period.sqlite").mkdir()
    with pytest.raises(WriteError, match="a folder is there"):
        sqlite_tables.write(tmp_path / "period.sqlite", [])
    with pytest.raises(WriteError):
        sqlite_tables.write(tmp_path / "nowhere" / "period.sqlite", [])
    assert [one.name for one in tmp_path.iterdir()] == ["period.sqlite"]


@pytest.mark.parametrize("name", ["João & 漢字 ' \" ? 50 %", "Jo\udce3o"])
def test_any_name_of_a_folder_is_written_to(tmp_path: Path, name: str) -> None:
    """Also one that is no UTF-8, which Windows does not have, or not read as such: LC_ALL=C."""
    if os.name == "nt":
        name = "João & 漢字 ' 50 %"
    folder = tmp_path / name
    folder.mkdir()
    sqlite_tables.write(folder / "period.sqlite", list_blocks(paper(1)))
    assert [path.name for path in folder.iterdir()] == ["period.sqlite"]
    assert query(folder / "period.sqlite", "SELECT id FROM documents") == [(1,)]


def test_a_mistake_of_ours_is_no_trouble_with_the_disk(tmp_path: Path) -> None:
    with (
        closing(sqlite3.connect(":memory:")) as memory,
        pytest.raises(sqlite3.OperationalError),
        sqlite_tables._raise_os_errors(),
    ):
        memory.execute("SELECT nothing FROM nowhere")
