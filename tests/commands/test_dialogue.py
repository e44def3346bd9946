"""Questions at the terminal are asked in the language that the screen speaks."""

import io
from collections.abc import Iterator

import click
import pytest

from reports.commands import console


class Keyboard(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, object]]]:
    """What is asked, with what Enter alone stands for; the answer is always that."""
    questions: list[tuple[str, object]] = []

    def prompt(question: str, **options: object) -> object:
        questions.append((question, options.get("default")))
        return options.get("default", "typed")

    monkeypatch.setattr("sys.stdin", Keyboard())
    monkeypatch.setattr(click, "prompt", prompt)
    yield questions
    console.speak("en")


@pytest.mark.parametrize(
    ("language", "questions"),
    [
        ("en", [("Write a.yaml? (y, n)", "y"), ("API key of office (not shown)", None)]),
        ("pt", [("Escrever a.yaml? (s, n)", "s"), ("Chave da API de office (não é mostrada)", None)]),
        ("es", [("¿Escribir a.yaml? (s, n)", "s"), ("Clave de la API de office (no se muestra)", None)]),
    ],
)
def test_question_and_what_enter_stands_for_are_in_the_language_of_the_screen(
    asked: list[tuple[str, object]], language: str, questions: list[tuple[str, object]]
) -> None:
    console.speak(language)
    person = console.Dialogue()
    assert person.ask("Write a.yaml? (y, n)", default="y") == questions[0][1]
    assert person.ask_unseen("API key of office (not shown)") == "typed"
    assert asked == questions
