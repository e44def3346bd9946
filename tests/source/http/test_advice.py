"""Whatever comes in place of an answer, the sentence about it ends with something to do."""

import pytest

from reports.render.content.labels import Labels
from tests.support import sentences
from tests.support.advice import has_advice
from tests.support.english import find_english
from tests.support.troubles import make_troubles

TROUBLES = dict(make_troubles())


def test_every_trouble_ends_with_something_to_do() -> None:
    assert {name for name, trouble in TROUBLES.items() if not has_advice(trouble.reason)} == set()
    assert {name for name, trouble in TROUBLES.items() if trouble.reason.endswith(".")} == set()


def test_what_is_said_while_it_is_tried_again_has_no_advice() -> None:
    assert {name for name, trouble in TROUBLES.items() if has_advice(trouble.message)} == set()


def test_every_advice_is_a_sentence_of_the_catalogues() -> None:
    assert {trouble.advice for trouble in TROUBLES.values()} - sentences.sentences() == set()


@pytest.mark.parametrize("language", ["pt", "es"])
def test_every_trouble_is_said_in_the_readers_language(language: str) -> None:
    labels = Labels(language)
    reasons = {f"client 7, page 1: {trouble.reason}" for trouble in TROUBLES.values()}
    assert {reason for reason in reasons if find_english(labels.say(reason))} == set()


@pytest.mark.parametrize(
    ("text", "is_advised"),
    [
        ("client 7, page 1: the API answered 403. Run again later", True),
        ("the API answered 403: “No. Check it”. Ask account.name.", True),
        ("the API answered 403: “No. Check it”", False),
        ("the API answered 403", False),
        ("the API answered 403. Nothing was sent", False),
        ("Check the network", False),
    ],
)
def test_advice_is_told_from_what_happened(text: str, is_advised: bool) -> None:
    assert has_advice(text) is is_advised
