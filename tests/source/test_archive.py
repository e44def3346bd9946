"""An archive is whole and proven complete, or it says why not."""

import gzip
import json
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from reports import atomic_files
from reports.errors import ReadingError, WriteError
from reports.source import archive
from reports.source.archive import AccountList, Header, Owner, Spool, path_of, read_header, read_pages

READ_AT = datetime(2026, 11, 2, 6, 30, tzinfo=UTC)


def _header(pages: int, **fields: object) -> Header:
    values = {
        "account": "my-company",
        "client": 7,
        "filters": {"status": ["final"]},
        "read_at": READ_AT,
        "pages": pages,
        "complete": True,
    } | fields
    return Header(**values)  # type: ignore[arg-type]


def _store(folder: Path, *bodies: str, **fields: object) -> Path:
    header = _header(len(bodies), **fields)
    target = path_of(folder, header.subject)
    with Spool(folder) as spool:
        for number, body in enumerate(bodies, start=1):
            spool.add(number, body)
        spool.finish(header, target)
    return target


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_pages_come_back_in_order_with_their_exact_text(tmp_path: Path) -> None:
    bodies = ['{"a": 1.10}\n', "two\r\nlines \u2028 and \x85 more", "ção “” 🧾 \\u0000"]
    with Spool(tmp_path / "source") as spool:
        for number in (3, 1, 2):
            spool.add(number, bodies[number - 1])
        spool.finish(_header(3), path_of(tmp_path / "source", 7))
    assert list(read_pages(tmp_path / "source" / "7.jsonl.gz")) == bodies
    assert _names(tmp_path / "source") == ["7.jsonl.gz"]


def test_the_header_comes_back(tmp_path: Path) -> None:
    fields = {
        "client_details": {"fiscal_id": "999999990"},
        "origin": "https://x.example",
        "taxes": '{"taxes": []}',
        "as_of": date(2026, 11, 1),
    }
    assert read_header(_store(tmp_path, "{}", **fields)) == _header(1, **fields)


def test_an_archive_is_lines_of_json_that_anybody_can_read(tmp_path: Path) -> None:
    path = _store(tmp_path, "one", "two", read_at=READ_AT.astimezone(timezone(timedelta(hours=1))))
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        header, *pages = (json.loads(line) for line in lines)
    assert header == {
        "schema": 1,
        "account": "my-company",
        "client": 7,
        "filters": {"status": ["final"]},
        "read_at": "2026-11-02T06:30:00Z",
        "pages": 2,
        "complete": True,
        "client_details": None,
        "origin": None,
        "taxes": None,
        "as_of": None,
        "listed": None,
    }
    assert pages == ["one", "two"]


def test_the_same_pages_make_the_same_bytes(tmp_path: Path) -> None:
    first = _store(tmp_path / "a", "one", "two").read_bytes()
    assert _store(tmp_path / "b", "one", "two").read_bytes() == first


def test_the_list_of_clients_has_its_own_name(tmp_path: Path) -> None:
    assert _store(tmp_path, "{}", client=None).name == "clients.jsonl.gz"


def test_nothing_is_left_of_a_spool_that_is_not_finished(tmp_path: Path) -> None:
    with Spool(tmp_path) as spool:
        spool.add(1, "one")
        assert len(_names(tmp_path)) == 1
    assert _names(tmp_path) == []


def test_an_archive_replaced_by_the_same_pages_is_not_kept(tmp_path: Path) -> None:
    _store(tmp_path, "one", "two")
    later = READ_AT + timedelta(days=1)
    path = _store(tmp_path, "one", "two", read_at=later)
    assert _names(tmp_path) == ["7.jsonl.gz"]
    assert read_header(path).read_at == later


@pytest.mark.parametrize("bodies", [("one",), ("one", "2"), ("one", "two", "three")])
def test_an_archive_replaced_by_other_pages_is_kept_by_its_instant(
    tmp_path: Path, bodies: tuple[str, ...]
) -> None:
    old = _store(tmp_path, "one", "two").read_bytes()
    _store(tmp_path, *bodies, read_at=READ_AT + timedelta(days=1))
    assert _names(tmp_path) == ["7.20261102T063000Z.jsonl.gz", "7.jsonl.gz"]
    assert (tmp_path / "7.20261102T063000Z.jsonl.gz").read_bytes() == old
    assert list(read_pages(tmp_path / "7.jsonl.gz")) == list(bodies)


def test_two_archives_of_one_instant_are_both_kept(tmp_path: Path) -> None:
    for body in ("one", "two", "three"):
        _store(tmp_path, body)
    kept = [tmp_path / "7.20261102T063000Z.jsonl.gz", tmp_path / "7.20261102T063000Z-2.jsonl.gz"]
    assert [list(read_pages(path)) for path in kept] == [["one"], ["two"]]


def test_an_archive_that_is_kept_already_is_not_kept_twice(tmp_path: Path) -> None:
    old = _store(tmp_path, "one").read_bytes()
    _store(tmp_path, "two", read_at=READ_AT + timedelta(days=1))
    (tmp_path / "7.jsonl.gz").write_bytes(old)
    _store(tmp_path, "three", read_at=READ_AT + timedelta(days=2))
    assert _names(tmp_path) == ["7.20261102T063000Z.jsonl.gz", "7.jsonl.gz"]


def test_the_pages_of_an_instant_are_found_where_a_later_reading_replaced_them(tmp_path: Path) -> None:
    owner = Owner("my-company", 7)
    _store(tmp_path, "one")
    assert archive.find_reading(tmp_path, owner, READ_AT) == (tmp_path / "7.jsonl.gz", _header(1))
    days = [READ_AT + timedelta(days=number) for number in range(4)]
    # The same pages, then others, and those of another client with the same beginning.
    _store(tmp_path, "one", read_at=days[1])
    _store(tmp_path, "two", read_at=days[2])
    _store(tmp_path, "one", client=70)
    kept = tmp_path / "7.20261103T063000Z.jsonl.gz"
    for day in days[:2]:
        assert archive.find_reading(tmp_path, owner, day) == (kept, _header(1, read_at=days[1]))
    assert archive.find_reading(tmp_path, owner, days[2]) == (
        tmp_path / "7.jsonl.gz",
        _header(1, read_at=days[2]),
    )
    assert archive.find_reading(tmp_path, owner, days[3]) is None
    assert archive.find_reading(tmp_path, Owner("other", 7), days[0]) is None


def test_a_damaged_archive_is_replaced(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "7.jsonl.gz").write_bytes(b"not gzip")
    path = _store(tmp_path, "one")
    assert list(read_pages(path)) == ["one"]
    assert _names(tmp_path) == ["7.jsonl.gz"]
    assert "damaged" in caplog.text


def test_an_archive_cut_anywhere_is_refused(tmp_path: Path) -> None:
    path = _store(tmp_path, "one", "two")
    whole = path.read_bytes()
    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        with pytest.raises(ReadingError, match="Read the client again"):
            list(read_pages(path))


def test_an_archive_with_a_changed_byte_is_refused_or_the_same(tmp_path: Path) -> None:
    path = _store(tmp_path, "one", "two")
    whole = path.read_bytes()
    for position in range(len(whole)):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 0x10]) + whole[position + 1 :])
        try:
            pages = list(read_pages(path))
        except ReadingError:
            continue
        assert pages == ["one", "two"]


def _written(path: Path, *lines: object) -> Path:
    path.write_bytes(gzip.compress("".join(f"{json.dumps(line)}\n" for line in lines).encode()))
    return path


GOOD = {
    "schema": 1,
    "account": "my-company",
    "client": 7,
    "filters": {},
    "read_at": "2026-11-02T06:30:00Z",
    "pages": 1,
    "complete": True,
    "client_details": None,
}


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([GOOD | {"schema": 2}, "one"], "another version"),
        ([GOOD | {"complete": False}, "one"], "not complete"),
        ([GOOD | {"read_at": "2026-11-02T06:30:00"}, "one"], "damaged"),
        ([GOOD | {"read_at": 5}, "one"], "damaged"),
        ([{"schema": 1}, "one"], "damaged"),
        ([[], "one"], "damaged"),
        ([GOOD], "0 of 1 pages"),
        ([GOOD, "one", "two"], "2 of 1 pages"),
        ([GOOD, {"invoices": []}], "damaged"),
        ([], "damaged"),
    ],
)
def test_an_archive_that_is_not_one_is_refused(tmp_path: Path, lines: list[object], words: str) -> None:
    path = _written(tmp_path / "7.jsonl.gz", *lines)
    with pytest.raises(ReadingError, match=words) as caught:
        list(read_pages(path))
    assert str(path) in str(caught.value)


WRONG_VALUES: dict[str, list[Any]] = {
    "account": [None, 7, ["my-company"]],
    "client": ["7", 7.0, True, [7], {}],
    "filters": [None, [], "status", {"status": "final"}, {"status": [1]}],
    "pages": ["1", 1.0, True, None, -1],
    "client_details": [[], "x", 1],
    "origin": [1, [], {}],
    "taxes": [1, [], {}],
    "complete": [1, "true", None],
    "schema": ["1", True, 1.0],
    "read_at": ["9999-12-31T23:59:59-23:59", 5, None],
}


@pytest.mark.parametrize(
    ("key", "value"), [(key, one) for key, values in WRONG_VALUES.items() for one in values]
)
def test_a_head_with_a_value_of_another_type_is_a_damaged_archive(
    tmp_path: Path, key: str, value: object
) -> None:
    path = _written(tmp_path / "7.jsonl.gz", GOOD | {key: value}, "one")
    with pytest.raises(ReadingError, match=r"damaged|another version"):
        read_header(path)
    with pytest.raises(ReadingError, match=r"damaged|another version"):
        read_header(path, may_be_partial=True)


@pytest.mark.parametrize(
    ("owner", "words"),
    [
        (
            Owner("my-company", 8),
            "the archive of client 7, not of client 8. Move it away. Read the client",
        ),
        (
            Owner("my-company", AccountList.CLIENTS),
            "it is the archive of client 7, not of the list of clients",
        ),
        (Owner(None, 8), "it is the archive of client 7, not of client 8"),
        (Owner("other", 7), "it is an archive of the account my-company, not of other. Move it away"),
        (Owner("other", 8), "it is an archive of the account my-company"),
    ],
)
def test_an_archive_of_another_client_or_account_is_refused_and_says_whose_it_is(
    tmp_path: Path, owner: Owner, words: str
) -> None:
    path = _store(tmp_path, "one")
    for own in (Owner("my-company", 7), Owner(None, 7)):
        assert read_header(path, owner=own) == read_header(path)
    with pytest.raises(ReadingError, match=words) as caught:
        read_header(path, owner=owner)
    assert str(caught.value).startswith(f"{path}: ")


def test_an_archive_of_an_older_version_names_neither_origin_nor_taxes(tmp_path: Path) -> None:
    header = read_header(_written(tmp_path / "7.jsonl.gz", GOOD, "one"))
    assert (header.origin, header.taxes) == (None, None)


def test_a_partial_list_of_clients_is_read_when_that_is_asked_for(tmp_path: Path) -> None:
    path = _written(tmp_path / "clients.jsonl.gz", GOOD | {"complete": False, "client": None}, "one")
    assert read_header(path, may_be_partial=True).complete is False
    assert list(read_pages(path, may_be_partial=True)) == ["one"]


def test_a_missing_archive_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(ReadingError, match="no such archive"):
        read_header(tmp_path / "7.jsonl.gz")


def test_an_archive_that_cannot_be_opened_is_not_called_damaged(tmp_path: Path) -> None:
    (tmp_path / "7.jsonl.gz").mkdir()
    with pytest.raises(ReadingError, match="cannot be opened"):
        read_header(tmp_path / "7.jsonl.gz")


def test_clients_with_an_archive_are_listed_without_the_earlier_ones(tmp_path: Path) -> None:
    for name in ("20.jsonl.gz", "3.jsonl.gz", "3.20261102T063000Z.jsonl.gz", "clients.jsonl.gz", "x.gz"):
        (tmp_path / name).write_bytes(b"")
    assert archive.list_client_ids(tmp_path) == [3, 20]
    assert archive.list_client_ids(tmp_path / "missing") == []


def test_sweep_removes_the_spool_of_a_killed_run(tmp_path: Path) -> None:
    path = _store(tmp_path, "one")
    spool = Spool(tmp_path)
    spool._file.close()
    assert len(_names(tmp_path)) == 2
    atomic_files.sweep(tmp_path)
    assert _names(tmp_path) == [path.name]


def test_a_folder_that_cannot_be_made_is_a_write_error(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"a file where the folder should be")
    with pytest.raises(WriteError):
        Spool(tmp_path / "source")


def test_a_target_that_cannot_be_written_is_a_write_error(tmp_path: Path) -> None:
    with Spool(tmp_path) as spool:
        spool.add(1, "one")
        (tmp_path / "7.jsonl.gz").mkdir()
        with pytest.raises(WriteError):
            spool.finish(_header(1), path_of(tmp_path, 7))
    assert _names(tmp_path) == ["7.jsonl.gz"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_is_told_from_other_failures(tmp_path: Path) -> None:
    with Spool(tmp_path) as spool:
        spool._file.close()
        spool._file = Path("/dev/full").open("r+b")  # noqa: SIM115 - the spool closes it
        with pytest.raises(WriteError, match="disk is full") as caught:
            spool.add(1, "one")
        assert caught.value.disk_full
    assert _names(tmp_path) == []


def test_pages_that_cannot_be_read_back_leave_the_old_archive(tmp_path: Path) -> None:
    path = _store(tmp_path, "one")
    with Spool(tmp_path) as spool:
        spool.add(1, "two")
        spool._file.close()
        spool._file = (tmp_path / "written-only").open("wb")  # type: ignore[assignment]
        with pytest.raises(WriteError):
            spool.finish(_header(1), path)
    assert list(read_pages(path)) == ["one"]


def test_an_archive_is_a_clients_or_a_list_of_the_account() -> None:
    assert Owner("my-company", 7).client == 7
    assert Owner("my-company", AccountList.DOCUMENTS).client is None
