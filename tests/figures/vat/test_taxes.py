"""The account's taxes by id: what it says now first, then what earlier readings kept of those it deleted."""

import gzip
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from reports.figures.vat.taxes import KnownTax, Taxation, parse_taxes
from reports.source.archive import Header, Spool, path_of
from reports.source.previous import earlier_answers

ACCOUNT = "my-company"
RECORDED = """{"taxes": [
    {"id": 1, "name": "IVA23", "value": 23.0, "region": "PT", "code": "NOR", "default_tax": 1},
    {"id": 2, "name": "IVA22", "value": "22.0", "region": " PT-MA ", "code": "NOR", "default_tax": 0},
    {"id": 3, "name": "Isento", "value": 0, "region": null, "code": "ISE", "default_tax": 0},
    {"id": 4, "name": "ES21", "value": 21.0, "region": "Desconhecido", "code": "OUT", "default_tax": 0}
]}"""


@pytest.fixture(autouse=True)
def _no_memory() -> Iterator[None]:
    """Earlier answers are looked up once a process."""
    earlier_answers.cache_clear()
    yield
    earlier_answers.cache_clear()


def answer(*taxes: tuple[int, str | None, object]) -> str:
    """An answer of ids, regions and rates."""
    return json.dumps({"taxes": [dict(zip(("id", "region", "value"), tax, strict=True)) for tax in taxes]})


def keep(
    source: Path,
    taxes: str | None,
    *,
    day: int,
    client: int | None = 7,
    page: str = "{}",
    account: str = ACCOUNT,
) -> None:
    """An archive read on that day of November."""
    header = Header(
        account=account,
        client=client,
        filters={},
        read_at=datetime(2026, 11, day, tzinfo=UTC),
        pages=1,
        complete=True,
        taxes=taxes,
    )
    with Spool(source) as spool:
        spool.add(1, page)
        spool.finish(header, path_of(source, header.subject))


def test_taxes_are_known_by_id_with_region_and_rate() -> None:
    assert parse_taxes([RECORDED]) == {
        "1": KnownTax("PT", Decimal(23)),
        "2": KnownTax("PT-MA", Decimal(22)),
        "3": KnownTax(None, Decimal(0)),
        "4": KnownTax("Desconhecido", Decimal(21)),
    }


@pytest.mark.parametrize(
    ("row", "tax"),
    [
        ({"id": "7", "region": "PT", "value": "5.5"}, KnownTax("PT", Decimal("5.5"))),
        ({"id": 7, "region": "", "value": None}, KnownTax(None, None)),
        ({"id": 7, "region": 5, "value": "23%"}, KnownTax(None, None)),
        ({"id": 7, "region": [], "value": 101}, KnownTax(None, None)),
        ({"id": 7, "value": -1}, KnownTax(None, None)),
        ({"id": 7}, KnownTax(None, None)),
    ],
)
def test_what_a_row_does_not_say_is_nothing(row: dict[str, object], tax: KnownTax) -> None:
    assert parse_taxes([json.dumps({"taxes": [row]})]) == {"7": tax}


@pytest.mark.parametrize("text", ['{"taxes": null}', '{"taxes": {}}', '{"taxes": [null, 5, "x"]}', "{}"])
def test_an_answer_without_rows_knows_no_tax(text: str) -> None:
    assert parse_taxes([text]) == {}


def test_the_first_answer_that_has_an_id_says_what_it_is() -> None:
    newest, oldest = answer((1, "PT", 23)), answer((1, "ES", 21), (2, "ES", 10))
    assert parse_taxes([newest, oldest]) == {
        "1": KnownTax("PT", Decimal(23)),
        "2": KnownTax("ES", Decimal(10)),
    }
    assert parse_taxes([]) == {}


def test_without_more_an_account_is_on_the_mainland_and_knows_nothing() -> None:
    assert Taxation() == Taxation(taxes={}, region="PT", country=None)


def test_deleted_taxes_are_known_from_every_archive_of_the_account_the_newest_first(tmp_path: Path) -> None:
    old, new = answer((1, "PT", 23), (2, "ES", 21)), answer((1, "PT-AC", 16))
    keep(tmp_path / "2026-09" / "source", old, day=1)
    keep(tmp_path / "2026-10" / "source", new, day=2, client=8)
    assert earlier_answers(tmp_path, ACCOUNT) == (new, old)
    assert parse_taxes(earlier_answers(tmp_path, ACCOUNT)) == {
        "1": KnownTax("PT-AC", Decimal(16)),
        "2": KnownTax("ES", Decimal(21)),
    }


def test_the_newest_reading_goes_first_whatever_its_period(tmp_path: Path) -> None:
    keep(tmp_path / "2026-10" / "source", "october", day=1)
    keep(tmp_path / "2026-09" / "source", "september, read again", day=2)
    assert earlier_answers(tmp_path, ACCOUNT) == ("september, read again", "october")


def test_an_archive_that_was_replaced_still_knows_its_taxes(tmp_path: Path) -> None:
    source = tmp_path / "2026-10" / "source"
    keep(source, "first", day=1, page="{}")
    keep(source, "second", day=2, page='{"invoices": []}')
    assert len([*source.iterdir()]) == 2
    assert earlier_answers(tmp_path, ACCOUNT) == ("second", "first")


def test_one_answer_of_many_clients_is_there_once(tmp_path: Path) -> None:
    for client in (7, 8, 9):
        keep(tmp_path / "2026-10" / "source", "same", day=client, client=client)
    keep(tmp_path / "2026-09" / "source", "other", day=8)
    assert earlier_answers(tmp_path, ACCOUNT) == ("same", "other")


def test_archives_without_taxes_of_another_account_or_of_the_list_of_clients_say_nothing(
    tmp_path: Path,
) -> None:
    source = tmp_path / "2026-10" / "source"
    keep(source, None, day=1)
    keep(source, "another account's", day=2, client=8, account="your-company")
    keep(source, "the list of clients", day=3, client=None)
    assert earlier_answers(tmp_path, ACCOUNT) == ()
    assert earlier_answers(tmp_path / "nowhere", ACCOUNT) == ()


def test_a_damaged_archive_is_passed_over_and_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    source = tmp_path / "2026-10" / "source"
    keep(source, "good", day=1)
    (source / "8.jsonl.gz").write_bytes(b"not gzip")
    (source / "9.jsonl.gz").write_bytes(gzip.compress(b'{"schema": 2}\n'))
    assert earlier_answers(tmp_path, ACCOUNT) == ("good",)
    assert caplog.text.count("no taxes are known from it") == 2
