"""Texts as XML: the quick way and the careful one say the same, and what a cell cannot hold is seen."""

from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.render.text_xml import (
    CUT,
    MAX_TEXT,
    count_units,
    escape_text,
    format_quickly,
    format_texts,
    has_escape,
    legible,
)

ANY = st.text(alphabet=st.characters(codec=None), max_size=20)
ODD = ["\r", "\0", "\x0b", "\x1f", "\ufffe", "\uffff", "\ud800", "_x0041_", "a_x"]


def test_markup_is_escaped_and_everything_else_stays() -> None:
    assert format_texts(["a < b & c > d", "\"'", "é 😀\tx\ny", " "]) == [
        b"a &lt; b &amp; c &gt; d",
        b"&quot;&#x27;",
        "é 😀\tx\ny".encode(),
        b" ",
    ]


@pytest.mark.parametrize("odd", ODD)
def test_one_odd_text_makes_all_of_them_go_the_careful_way(odd: str) -> None:
    assert format_quickly(["plain", odd]) is None
    assert format_texts(["plain", odd]) == [b"plain", *format_texts([odd])]


@given(st.lists(ANY | st.sampled_from(ODD), min_size=1, max_size=5))
def test_texts_together_are_each_alone(texts: list[str]) -> None:
    """And each is what it was, but for what XML cannot hold and what a program would take for a number."""
    together = format_texts(texts)
    assert together == [one for text in texts for one in format_texts([text])]
    for text, written in zip(texts, together, strict=True):
        if not has_escape(legible(text)):
            assert unescape(written.decode()) == legible(text)


def test_a_carriage_return_is_numbered() -> None:
    assert escape_text("a\r\nb") == "a&#13;\nb"
    assert format_texts(["a\r\nb"]) == [b"a&#13;\nb"]


def test_a_text_like_the_number_of_a_character_is_one_no_longer() -> None:
    assert has_escape("a_x0041_")
    assert not has_escape("a_x004_")
    assert format_texts(["_x0041__x00e9_", "_x004_"]) == [b"_x005F_x0041__x005F_x00e9_", b"_x004_"]


def test_what_xml_cannot_hold_is_replaced_visibly() -> None:
    assert legible("a\0b\x1bc\ud83dd\ufffee\uffff\t\r\n😀") == "a\ufffdb\ufffdc\ufffdd\ufffde\ufffd\t\r\n😀"
    assert format_texts(["a\0b", "c"]) == ["a\ufffdb".encode(), b"c"]


def test_excel_counts_what_is_beyond_the_plane_twice() -> None:
    assert [count_units(text) for text in ("", "a", "é", "😀")] == [0, 1, 1, 2]


@pytest.mark.parametrize("letter", ["a", "é", "😀", "&"])
def test_a_text_is_cut_where_a_cell_ends_and_not_before(letter: str) -> None:
    most = MAX_TEXT // count_units(letter)
    whole, cut = (unescape(format_texts([letter * count])[0].decode()) for count in (most, most + 1))
    assert whole == letter * most
    assert cut.endswith(CUT)
    assert MAX_TEXT - 2 < count_units(cut) <= MAX_TEXT
    assert {*cut.removesuffix(CUT)} == {letter}


def test_codes_count_as_they_are_written_and_no_half_of_a_pair_is_left() -> None:
    (cut,) = format_texts(["_x0041_" + "😀" * MAX_TEXT])
    assert cut.decode().startswith("_x005F_x0041_😀")
    assert count_units(cut.decode()) in (MAX_TEXT - 1, MAX_TEXT)
