"""No label without a translation, and no translation that breaks a sentence."""

import string
from collections.abc import Sequence

import pytest

from tests.support import catalogue


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_every_label_is_translated(language: str) -> None:
    translated = {
        str(message.id) for message in catalogue.catalogue(language) if message.id and message.string
    }
    assert catalogue.words() - translated == set()


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_no_translation_is_left_over(language: str) -> None:
    known = {str(message.id) for message in catalogue.catalogue(language) if message.id}
    assert known - catalogue.words() == set()


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_a_translation_has_the_places_of_its_sentence(language: str) -> None:
    for message in catalogue.catalogue(language):
        assert places(str(message.string)) <= places(str(message.id)), message.id


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_no_heading_of_a_sheet_is_translated_like_another(language: str) -> None:
    """A table in Excel needs a name of its own for each column."""
    from reports.render.content import columns
    from reports.render.content.labels import Labels

    labels = Labels(language)
    for keys, known in (
        (columns.WORKBOOK_DOCUMENTS, columns.DOCUMENTS),
        (columns.WORKBOOK_OPEN, columns.DOCUMENTS),
        (columns.WORKBOOK_LINE_ITEMS, columns.DOCUMENTS),
        (columns.VAT, columns.VAT),
    ):
        headings = [labels.text(known[key][0]).casefold() for key in keys]
        assert len({*headings}) == len(headings)


@pytest.mark.parametrize(
    ("language", "term", "word", "others"),
    [
        ("pt", "credit note", "nota", ("rectificativ", "retificativ", "abono")),
        ("es", "credit note", "nota", ("rectificativ", "abono")),
        ("es", "file", "archivo", ("fichero",)),
    ],
)
def test_a_term_is_one_word(language: str, term: str, word: str, others: Sequence[str]) -> None:
    said = {str(one.id).casefold(): str(one.string).casefold() for one in catalogue.catalogue(language)}
    assert [text for text in said.values() if any(other in text for other in others)] == []
    assert any(term in english and word in text for english, text in said.items())


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}
