"""Answers at the terminal: places by number and range, and what to type where an answer is none."""

import pytest

from reports.commands import prompts
from reports.commands.console import Dialogue
from reports.render.content.labels import Labels
from reports.settings import validators
from reports.settings.config import Issuer
from tests.support.english import find_english


@pytest.mark.parametrize(
    ("typed", "places"),
    [
        ("all", (0, 1, 2, 3, 4)),
        ("ALL", (0, 1, 2, 3, 4)),
        ("1", (0,)),
        ("5, 1", (4, 0)),
        ("2-4 3;3", (1, 2, 3)),
        (" 1-1 ,", (0,)),
    ],
)
def test_numbers_and_ranges_are_places(typed: str, places: tuple[int, ...]) -> None:
    assert prompts.parse_places(typed, 5) == places


@pytest.mark.parametrize("typed", ["", "0", "6", "4-6", "3-2", "-1", "1-", "one", "²", "1.5", "9999999"])
def test_what_names_no_place_is_told_what_does(typed: str) -> None:
    with pytest.raises(ValueError, match="type all, or numbers from 1 to 5, such as: 1 3-5"):
        prompts.parse_places(typed, 5)


class Person(Dialogue):
    """Gives the `answers` one by one, Enter alone for those that are empty, and keeps what is said."""

    def __init__(self, *answers: str) -> None:
        self._answers = [*answers]
        self.heard: list[str] = []

    def say(self, text: str) -> None:
        self.heard.append(text)

    def ask(self, question: str, *, default: str = "") -> str:
        self.heard.append(question)
        return self._answers.pop(0) or default

    def ask_unseen(self, question: str) -> str:
        return self.ask(question)


def test_an_answer_that_is_none_is_asked_for_again_with_what_to_type() -> None:
    person = Person("My company", "my-company")
    assert prompts.account(person) == "my-company"
    question = "Account, as in https://ACCOUNT.app.invoicexpress.com"
    remedy = "Please: write the first part of the account's address: small letters, digits and hyphens."
    assert person.heard == [question, remedy, question]


def test_enter_alone_takes_the_first_language_and_leaves_out_who_issues() -> None:
    assert prompts.language(Person("")) == "pt"
    assert prompts.language(Person("fr", " EN ")) == "en"
    assert prompts.issuer(Person("", "")) == Issuer()


def test_a_tax_number_with_a_wrong_digit_is_asked_for_again() -> None:
    person = Person("Office, Lda", "501964844", "501964843")
    assert prompts.issuer(person) == Issuer(name="Office, Lda", fiscal_id="501964843")
    assert "Please: a digit is wrong in this number" in person.heard[2]


@pytest.mark.parametrize(
    ("typed", "is_yes"), [("", True), ("Yes", True), ("y", True), ("no", False), ("N", False)]
)
def test_yes_is_what_enter_alone_means(typed: str, is_yes: bool) -> None:
    assert prompts.is_agreed(Person(typed), "Write the file") is is_yes


def test_rows_are_shown_with_the_numbers_that_choose_them() -> None:
    person = Person("6", "2-3")
    assert prompts.choice(person, ["Ana", "Rui", "Eva"]) == (1, 2)
    assert person.heard[0] == "   1  Ana\n   2  Rui\n   3  Eva"


@pytest.mark.parametrize(("typed", "is_yes"), [("s", True), ("Sim", True), ("sí", True), ("Não", False)])
def test_yes_and_no_may_be_typed_in_the_languages_of_the_questions(typed: str, is_yes: bool) -> None:
    assert prompts.is_agreed(Person(typed), "Write the file") is is_yes


@pytest.mark.parametrize("typed", ["https://my-company.app.invoicexpress.com", "a" * 40, "My Company"])
def test_every_rule_for_an_answer_is_a_sentence_of_the_catalogue(typed: str) -> None:
    """The rules belong to the configuration, whose mistakes are English; here they are said to a person."""
    for rule, answer in (
        (validators.account_name, typed),
        (validators.text, " "),
        (validators.text, "a\x07"),
    ):
        with pytest.raises(ValueError, match=r".") as error:
            rule(answer)
        assert find_english(Labels("pt").say(f"Please: {error.value}.")) == []
