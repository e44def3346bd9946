"""The run record says what a run did, to the cent and to the byte."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reports import TOOL, __version__
from reports.deliver import record
from reports.deliver.record import Entry
from reports.errors import ExitCode, WriteError
from tests.support.papers import OCTOBER, added, paper
from tests.support.records import READ_AT, build_failed, build_ready

STARTED_AT = datetime(2026, 10, 2, 6, 30, tzinfo=ZoneInfo("Europe/Lisbon"))


def write_record(folder: Path, *entries: Entry, findings: Sequence[Mapping[str, object]] = ()) -> None:
    record.write(
        folder,
        account="my-company",
        period=OCTOBER,
        started_at=STARTED_AT,
        finished_at=READ_AT,
        exit_code=ExitCode.WARNINGS,
        message="2 of 2 clients ready. Exit code 6.",
        entries=entries,
        findings=findings,
        account_month={"is_whole": True},
    )


def read_record(folder: Path) -> dict[str, Any]:
    found = record.read(folder)
    assert found
    return found


def test_the_record_has_the_shape_of_the_contract(tmp_path: Path) -> None:
    entry = build_ready(
        tmp_path, paper(1, retention=25), paper(2, "CreditNote", net="10"), paper(3, total="124")
    )
    write_record(tmp_path, entry)
    assert read_record(tmp_path) == {
        "schema": 1,
        "tool": TOOL,
        "version": __version__,
        "account": "my-company",
        "period": {"label": "2026-10", "from": "2026-10-01", "to": "2026-10-31"},
        "started_at": "2026-10-02T06:30:00+01:00",
        "finished_at": "2026-11-02T06:30:05+00:00",
        "exit_code": 6,
        "message": "2 of 2 clients ready. Exit code 6.",
        "clients": [entry],
        "findings": [],
        "account_month": {"is_whole": True},
    }
    assert entry == {
        "id": 11,
        "name": "Ana, Lda",
        "fiscal_id": None,
        "state": "ready",
        "reason": None,
        "read_at": "2026-11-02T06:30:05+00:00",
        "kept_from": None,
        "pages": 4,
        "requests": 5,
        "documents_read": 3,
        "documents_counted": 3,
        "totals": [
            {
                "currency": "EUR",
                "documents": 3,
                "net": "190.00",
                "tax": "43.70",
                "rounding": "0.00",
                "gross": "233.70",
                "withholding": "25.00",
                "payable": "208.70",
                "open": "208.70",
                "overdue": "221.00",
                "credit": "-12.30",
            }
        ],
        "vat": [
            {
                "currency": "EUR",
                "scheme": "pt",
                "region": "PT",
                "rate": "23",
                "exemption": None,
                "base": "190.00",
                "tax": "43.70",
                "gross": "233.70",
                "credit_notes": {"base": "-10.00", "tax": "-2.30"},
            }
        ],
        "vat_rounding": [{"currency": "EUR", "base": "0.00", "tax": "0.00"}],
        "ageing": [
            {"currency": "EUR", "bucket": bucket, "amount": amount}
            for bucket, amount in {
                "current": "0.00",
                "1-30": "221.00",
                "31-60": "0.00",
                "61-90": "0.00",
                "over-90": "0.00",
                "credit": "-12.30",
            }.items()
        ],
        "findings": [
            {
                "code": "TOTAL-UNEXPLAINED",
                "level": "warning",
                "document": 3,
                "number": "FT 2026/3",
                "expected": "123.00",
                "found": "124.00",
                "difference": "1.00",
                "message": "FT 2026/3: the total 124.00 is neither net plus VAT (123.00) nor that less the "
                "withholding. Look at the document in InvoiceXpress.",
            }
        ],
        "changes": None,
        "unmailed": None,
        "files": [
            {"path": "ana-lda-11/a.html", "bytes": 0, "sha256": hashlib.sha256(b"").hexdigest()},
            {"path": "ana-lda-11/b.xlsx", "bytes": 8, "sha256": hashlib.sha256(b"workbook").hexdigest()},
        ],
    }


def test_findings_of_the_account_stand_after_its_clients(tmp_path: Path) -> None:
    found: list[dict[str, object]] = [{"code": "TAXES-MISSING", "level": "info", "client": None}]
    write_record(tmp_path, build_ready(tmp_path, paper()), findings=found)
    assert read_record(tmp_path)["findings"] == found
    assert [*read_record(tmp_path)][-3:] == ["clients", "findings", "account_month"]


def test_the_record_of_an_earlier_run_is_found_by_client(tmp_path: Path) -> None:
    write_record(tmp_path, build_ready(tmp_path, paper()), build_failed(None))
    assert {client: entry["state"] for client, entry in record.entries(read_record(tmp_path)).items()} == {
        11: "ready",
        12: "failed",
    }
    assert record.entries(None) == {}


@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_record_is_written_as_json_is(tmp_path: Path, count: int) -> None:
    names = ['\n "clients": [', "a\u2028b\u0085c", "[]"]
    write_record(tmp_path, *(build_ready(tmp_path, paper(1), name=name) for name in names[:count]))
    found = read_record(tmp_path)
    assert [entry["name"] for entry in found["clients"]] == names[:count]
    text = (tmp_path / record.FILE_NAME).read_text("utf-8")
    assert text == json.dumps(found, indent=1, ensure_ascii=False) + "\n"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"schema": 2}', '{"schema": "1"}', "\udcff"], ids=repr
)
def test_a_record_that_cannot_be_read_is_none(tmp_path: Path, text: str) -> None:
    assert record.read(tmp_path) is None
    (tmp_path / record.FILE_NAME).write_bytes(text.encode("utf-8", "surrogateescape"))
    assert record.read(tmp_path) is None


@pytest.mark.parametrize(
    "changes",
    [5, "x", [1], {"is_all_gone": True}, {"is_all_gone": True, "since": "", "removed": "1", "cancelled": 0}],
    ids=repr,
)
def test_a_record_whose_changes_are_of_another_shape_is_none(tmp_path: Path, changes: object) -> None:
    write_record(tmp_path, build_ready(tmp_path, paper()) | {"changes": changes})
    assert record.read(tmp_path) is None


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-02T06:30:00", "yesterday"]
)
def test_a_record_of_an_instant_that_is_none_everywhere_is_none(tmp_path: Path, moment: str) -> None:
    write_record(tmp_path, build_ready(tmp_path))
    found = read_record(tmp_path)
    found["clients"][0]["read_at"] = moment
    (tmp_path / record.FILE_NAME).write_text(json.dumps(found), "utf-8")
    assert record.read(tmp_path) is None


@pytest.mark.parametrize("name", ["Ação & Cª", "line\nbreak\x00", "half \ud83d character", "\u202e=1+1"])
def test_names_come_back_as_they_were(tmp_path: Path, name: str) -> None:
    write_record(tmp_path, build_ready(tmp_path, paper(), name=name))
    assert read_record(tmp_path)["clients"][0]["name"] == name
    assert json.loads((tmp_path / "run.json").read_bytes().decode("utf-8"))["schema"] == 1


def test_a_record_that_cannot_be_written_leaves_the_one_before(tmp_path: Path) -> None:
    write_record(tmp_path)
    before = (tmp_path / "run.json").read_bytes()
    with pytest.raises(WriteError):
        write_record(tmp_path / "missing")
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]
    assert (tmp_path / "run.json").read_bytes() == before


# One client


def test_a_region_that_is_undecided_is_null_and_another_countrys_vat_has_its_scheme(tmp_path: Path) -> None:
    (row,) = build_ready(tmp_path, paper(rate="17"))["vat"]
    assert (row["scheme"], row["region"]) == ("pt", None)
    spanish = paper(kind="VatMossInvoice", rate="21", client={"id": 1310176, "country": "Spain"})
    (row,) = build_ready(tmp_path, spanish)["vat"]
    assert (row["scheme"], row["region"]) == ("oss", "ES")


def test_a_client_without_documents_is_ready_with_nothing(tmp_path: Path) -> None:
    entry = build_ready(tmp_path)
    assert (entry["state"], entry["documents_read"], entry["documents_counted"]) == ("ready", 0, 0)
    assert entry["totals"] == entry["vat"] == entry["vat_rounding"] == entry["ageing"] == []


def test_a_currency_with_nothing_but_open_documents_has_no_documents(tmp_path: Path) -> None:
    entry = build_ready(tmp_path, paper(1), paper(2, currency="US Dollar", date="05/01/2026"))
    assert [(own["currency"], own["documents"], own["open"]) for own in entry["totals"]] == [
        *(("EUR", 1, "123.00"), ("USD", 0, "123.00")),
    ]
    assert entry["documents_counted"] == 1
    assert [own["currency"] for own in entry["vat_rounding"]] == ["EUR"]


@pytest.mark.parametrize(("rate", "text"), [("23", "23"), ("5.5", "5.5"), ("0", "0"), (None, None)])
def test_a_rate_is_plain_text(tmp_path: Path, rate: str | None, text: str | None) -> None:
    (row,) = build_ready(tmp_path, paper(rate=rate))["vat"]
    assert row["rate"] == text


def test_a_client_that_failed_keeps_the_figures_of_the_files_that_lie_there(tmp_path: Path) -> None:
    before = build_ready(tmp_path, paper(1), paper(2, kind="CreditNote", net="10"))
    entry = build_failed(before)
    kept = (
        "documents_read",
        "documents_counted",
        "totals",
        "vat",
        "vat_rounding",
        "ageing",
        "findings",
        "files",
    )
    assert [entry[key] for key in kept] == [before[key] for key in kept]
    assert (entry["read_at"], entry["pages"], entry["requests"]) == (None, 0, 3)
    assert [record.is_kept(one) for one in (before, entry, build_failed(entry))] == [False, True, True]
    # Earlier versions told the instant and had no files.
    assert not record.is_kept(entry | {"files": []})
    assert not record.is_kept(build_failed(None))
    figures = added(paper(1), paper(2, kind="CreditNote", net="10"))
    assert record.parse_totals(entry) == figures.totals
    assert record.parse_schemes(entry) == figures.schemes


@pytest.mark.parametrize("net", [None, "NaN", "1,00", [], "1e400"])
def test_totals_that_a_record_does_not_have_as_amounts_are_none(tmp_path: Path, net: object) -> None:
    entry = build_failed(build_ready(tmp_path, paper()))
    entry["totals"][0]["net"] = net
    entry["vat"][0]["base"] = net
    assert (record.parse_totals(entry), record.parse_schemes(entry)) == ((), ())
    del entry["totals"][0]["net"], entry["vat"][0]["base"]
    assert (record.parse_totals(entry), record.parse_schemes(entry)) == ((), ())


def test_a_client_that_failed_says_from_when_its_folder_is(tmp_path: Path) -> None:
    first = build_failed(None)
    assert (first["state"], first["reason"], first["kept_from"]) == ("failed", "no answer", None)
    assert (first["files"], first["totals"], first["requests"]) == ([], [], 3)
    again = build_failed(build_ready(tmp_path))
    assert again["kept_from"] == "2026-11-02T06:30:05+00:00"
    assert build_failed(again)["kept_from"] == again["kept_from"]
    assert build_failed(first)["kept_from"] is None
    assert again.keys() == build_ready(tmp_path).keys()
