"""CSV as spreadsheets take it: marks of the language, and no text that is a formula."""

import errno
from pathlib import Path

import pytest

from reports import atomic_files
from reports.errors import WriteError
from reports.export import csv_tables
from reports.export.columns import TABLES
from reports.export.csv_tables import FORMS, FORMULA_BEGINNINGS, disarm_text
from tests.support.datasets import list_blocks, list_named_rows, read_csv, read_typed_csv
from tests.support.hostile import TEXTS
from tests.support.papers import paper

COLUMNS = [(own.name, own.type) for own in TABLES["documents"]]


def test_the_marks_are_those_of_the_language() -> None:
    assert {language: tuple(form) for language, form in FORMS.items()} == {
        "pt": (";", ","),
        "es": (";", ","),
        "en": (",", "."),
    }


@pytest.mark.parametrize(("language", "net"), [("pt", "-1234,50"), ("es", "-1234,50"), ("en", "-1234.50")])
def test_amounts_days_and_facts_are_written_for_a_spreadsheet(
    tmp_path: Path, language: str, net: str
) -> None:
    blocks = list_blocks(paper(1, "CreditNote", net="1234.50"))
    assert csv_tables.write(tmp_path, blocks, form=FORMS[language]) == []
    (row,) = read_csv(tmp_path / "documents.csv", FORMS[language])
    assert (row["net"], row["date"], row["is_counted"], row["reference"]) == (net, "2026-10-05", "1", "")
    (line,) = read_csv(tmp_path / "line_items.csv", FORMS[language])
    assert (line["rate"], line["net"]) == ("23", net.rstrip("0"))


def test_a_file_begins_with_the_mark_of_utf_8_and_its_lines_end_with_cr_lf(tmp_path: Path) -> None:
    csv_tables.write(tmp_path, list_blocks(paper(1)), form=FORMS["pt"])
    for table in TABLES:
        data = (tmp_path / f"{table}.csv").read_bytes()
        assert data.startswith(b"\xef\xbb\xbfclient_id;client;fiscal_id;period;")
        assert data.count(b"\r\n") == data.count(b"\n") > 0


def test_a_table_without_rows_is_a_file_with_its_heading(tmp_path: Path) -> None:
    csv_tables.write(tmp_path, [], form=FORMS["en"])
    for table, columns in TABLES.items():
        assert (tmp_path / f"{table}.csv").read_text("utf-8-sig").splitlines() == [
            ",".join(own.name for own in columns)
        ]


@pytest.mark.parametrize("language", FORMS)
def test_no_text_is_a_formula_and_each_can_be_had_as_it_was(tmp_path: Path, language: str) -> None:
    papers = [paper(number, observations=text) for number, text in enumerate(TEXTS.values(), start=1)]
    blocks = list_blocks(*papers)
    csv_tables.write(tmp_path, blocks, form=FORMS[language])
    rows = read_csv(tmp_path / "documents.csv", FORMS[language])
    texts = [row["observations"] for row in rows]
    assert len(texts) == len(TEXTS)
    assert [text for text in texts if text[:1] in FORMULA_BEGINNINGS and text] == []
    wanted = list_named_rows(blocks, "documents")
    read = read_typed_csv(tmp_path / "documents.csv", FORMS[language], COLUMNS)
    assert [row["observations"] for row in read] == [row["observations"] for row in wanted]


def test_a_negative_amount_is_no_text_and_stays_a_number(tmp_path: Path) -> None:
    csv_tables.write(tmp_path, list_blocks(paper(1, "CreditNote")), form=FORMS["en"])
    (row,) = read_csv(tmp_path / "documents.csv", FORMS["en"])
    assert row["net"] == "-100.00"


@pytest.mark.parametrize("text", ["=1", "+351 210", "-1", "@a", "\ta", "\ra", "\na", "＝1", "'a", "'"])
def test_an_apostrophe_is_put_before_what_could_be_a_formula_or_begins_with_one(text: str) -> None:
    assert disarm_text(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Ana", "a=1", "1", " =1", "#N/A"])
def test_other_texts_stay(text: str) -> None:
    assert disarm_text(text) == text


def test_a_file_that_somebody_has_open_is_named_and_the_others_are_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    csv_tables.write(tmp_path, [], form=FORMS["pt"])
    usual = atomic_files.replace

    def refuse(source: Path, target: Path) -> None:
        if target.name == "vat.csv":
            raise WriteError(f"{target}: it is open in another program")
        usual(source, target)

    monkeypatch.setattr(atomic_files, "replace", refuse)
    (left,) = csv_tables.write(tmp_path, list_blocks(paper(1)), form=FORMS["pt"])
    assert "vat.csv" in str(left)
    sizes = {path.name: len(path.read_bytes().splitlines()) for path in tmp_path.iterdir()}
    assert sizes["vat.csv"] == 1
    assert sizes["documents.csv"] == 2
    assert len(sizes) == len(TABLES)


def test_a_full_disk_replaces_no_file_and_leaves_none_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    csv_tables.write(tmp_path, [], form=FORMS["pt"])
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def fill(_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(atomic_files, "sync", fill)
    with pytest.raises(WriteError, match="the disk is full") as raised:
        csv_tables.write(tmp_path, list_blocks(paper(1)), form=FORMS["pt"])
    assert raised.value.disk_full
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
