"""The table of a workbook's texts: each stands in it once, and a cell's place in it is that of its text."""

import re
import tracemalloc
import zipfile
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.render.content.blocks import Book, Column, DataTab, Kind, Rows, Sheet
from reports.render.content.labels import Labels
from reports.render.verify.sheet_reader import open_workbook
from reports.render.xlsx import shared_strings, workbook
from reports.render.xlsx.shared_strings import SharedStrings
from tests.support.ooxml import violations

MEGABYTE = 2**20
LETTERS = "abcdefgh"


def part(strings: SharedStrings) -> str:
    return b"".join(strings.stream()).decode()


def read(strings: SharedStrings) -> list[str]:
    items = re.findall('<si><t xml:space="preserve">(.*?)</t></si>', part(strings), re.DOTALL)
    return list(map(unescape, items))


def test_a_text_stands_in_the_table_once() -> None:
    strings = SharedStrings()
    assert strings.place(["a", "b", "a"]) == [b"0", b"1", b"0"]
    assert strings.place(["b", "c", "b"]) == [b"1", b"2", b"1"]
    assert strings.place(["c", "a"]) == [b"2", b"0"]
    assert strings.place([]) == []
    assert read(strings) == ["a", "b", "c"]


def test_a_table_of_no_texts_is_one() -> None:
    assert re.fullmatch('<sst xmlns="[^"]*"></sst>', part(SharedStrings()))


def test_texts_are_marked_up_and_keep_their_blanks() -> None:
    strings = SharedStrings()
    strings.place(["<b> & ", "a\r\n", "_x0041_", "a\0"])
    assert part(strings).partition(">")[2] == (
        '<si><t xml:space="preserve">&lt;b&gt; &amp; </t></si><si><t xml:space="preserve">a&#13;\n</t></si>'
        '<si><t xml:space="preserve">_x005F_x0041_</t></si><si><t xml:space="preserve">a\ufffd</t></si></sst>'
    )


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(TypeError):
        SharedStrings().place([7])  # type: ignore[list-item] # that is the point


@given(
    st.lists(st.lists(st.sampled_from(LETTERS), max_size=6), max_size=20),
    st.integers(1, 9),
    st.sampled_from([1, 100, MEGABYTE]),
)
def test_a_place_leads_to_its_text_whatever_the_bounds(
    columns: list[list[str]], kept: int, block_bytes: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shared_strings, "KEPT_TEXTS", kept)
        patch.setattr(shared_strings, "BLOCK_BYTES", block_bytes)
        strings = SharedStrings()
        places = [strings.place(column) for column in columns]
    table = read(strings)
    assert [[table[int(place)] for place in own] for own in places] == columns
    if kept >= len(LETTERS):
        assert len(table) == len({*table})


def test_a_text_that_comes_again_after_very_many_others_is_written_once_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(shared_strings, "KEPT_TEXTS", 3)
    strings = SharedStrings()
    assert strings.place(["a", "b", "c"]) == [b"0", b"1", b"2"]
    assert strings.place(["d", "a"]) == [b"3", b"4"]
    assert strings.place(["a", "d", "b"]) == [b"4", b"3", b"5"]
    assert read(strings) == ["a", "b", "c", "d", "a", "b"]


def test_no_more_texts_are_known_than_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_strings, "KEPT_TEXTS", 1_000)
    strings = SharedStrings()
    for first in range(0, 10_000, 256):
        strings.place([str(number) for number in range(first, first + 256)])
        assert len(strings._places) <= 1_000


def test_blocks_follow_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_strings, "BLOCK_BYTES", 400)
    strings = SharedStrings()
    texts = [f"text {number}" for number in range(100)]
    for text in texts:
        strings.place([text])
    assert len(strings._blocks) > 5
    assert read(strings) == texts
    assert part(strings) == part(strings)


def test_many_texts_wait_in_a_fraction_of_their_size() -> None:
    strings = SharedStrings()
    words = "Serviços de consultoria informática e manutenção de sistemas, contrato mensal " * 8
    tracemalloc.start()
    try:
        for first in range(0, 51_200, 256):
            strings.place([f"{number} {words}" for number in range(first, first + 256)])
            # They are known too, up to a bound of their own.
            strings._places.clear()
        waiting, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    size = sum(map(len, strings.stream()))
    assert size > 30 * MEGABYTE
    assert waiting < size / 8


def test_a_workbook_of_more_texts_than_are_known_is_read_back_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first text comes again after more others than are known, and stands in the table twice."""
    monkeypatch.setattr(shared_strings, "KEPT_TEXTS", 300)
    values = ["first", *(f"text {number}" for number in range(700)), "first"]
    grid = Rows([values])
    tab = DataTab("S", Sheet("s", "S", (Column("a", "A", Kind.TEXT),), grid, empty="–", currency="EUR"))
    book = Book("T", "F", "A", "en-GB", datetime(2026, 11, 2, 6, 30, tzinfo=UTC), (tab,))
    path = tmp_path / "made.xlsx"
    with path.open("wb") as target:
        workbook.write(book, target, labels=Labels("en"))
    with zipfile.ZipFile(path) as package:
        assert package.read("xl/sharedStrings.xml").count(b">first<") == 2
    assert violations(path) == []
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert [value for (value,) in sheet.iter_rows(min_row=2, values_only=True)] == values
    with open_workbook(path) as written:
        (own,) = written.sheets
        assert [row[0] for stretch in own.stretches for row in stretch] == ["A", *values]
