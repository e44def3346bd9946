"""The entry of a client in the run record: what was made of it, or from when its folder is."""

from pathlib import Path

import pytest

from tests.support.papers import paper
from tests.support.records import build_failed, build_ready


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


def test_a_client_that_failed_says_from_when_its_folder_is(tmp_path: Path) -> None:
    first = build_failed(None)
    assert (first["state"], first["reason"], first["kept_from"]) == ("failed", "no answer", None)
    assert (first["files"], first["totals"], first["requests"]) == ([], [], 3)
    again = build_failed(build_ready(tmp_path))
    assert again["kept_from"] == "2026-11-02T06:30:05+00:00"
    assert build_failed(again)["kept_from"] == again["kept_from"]
    assert build_failed(first)["kept_from"] is None
    assert again.keys() == build_ready(tmp_path).keys()
