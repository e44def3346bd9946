"""What README and the guides tell people to type exists: every command, with every option."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
import pytest

from reports.cli import main
from reports.commands.menu import CHOICES
from reports.render.content.filing import saft_sheet
from reports.render.content.labels import Labels
from tests.support.catalogue import catalogue

ROOT = Path(__file__).parents[2]
PAGES = (
    "README.md",
    "docs/INSTALL-WINDOWS.md",
    "docs/SCHEDULING.md",
    "docs/MAIL.md",
    "docs/pt/COMECAR.md",
    "docs/pt/INSTALAR-WINDOWS.md",
)
TYPED = re.compile(r"invoice-reports((?: +(?:--)?[a-z][a-z-]*)*)")
"""The name of the program and the plain words and options behind it."""


def told(page: str) -> Iterator[list[str]]:
    """The words of every command that a page tells to type."""
    text = (ROOT / page).read_text("utf-8")
    code = re.findall(r"^ {4}.+$|^```.*?^```|`[^`\n]+`", text, re.MULTILINE | re.DOTALL)
    for line in "\n".join(code).splitlines():
        for typed in TYPED.findall(line):
            if words := typed.split():
                yield [*words, *re.findall(r"--[a-z-]+", line.partition(typed)[2])]


def unknown(words: list[str]) -> list[str]:
    """What there is not, of the words and options of a command."""
    here: click.Command = main
    options = {name for option in main.params for name in option.opts}
    for place, word in enumerate(words):
        if word.startswith("--"):
            continue
        if not isinstance(here, click.Group):
            break
        if word not in here.commands:
            return words[place : place + 1]
        here = here.commands[word]
        options |= {name for option in here.params for name in option.opts}
    return [word for word in words if word.startswith("--") and word not in {*options, "--help", "--version"}]


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_a_page_exists_with_its_options(page: str) -> None:
    commands = list(told(page))
    assert len(commands) >= 3
    assert [(words, wrong) for words in commands if (wrong := unknown(words))] == []


def test_the_portuguese_page_has_the_words_that_are_on_the_screen() -> None:
    text = " ".join((ROOT / "docs" / "pt" / "COMECAR.md").read_text("utf-8").split())
    named = {*re.findall(r"(?<!\*)\*([^*]+)\*(?!\*)", text)}
    assert len(named) > 15
    # The name of the tax authority's file is the same in every language.
    said = [saft_sheet.TITLE, *(str(message.string) for message in catalogue("pt"))]
    assert [name for name in sorted(named) if not is_said(name, said)] == []
    assert not is_said("Imposto por linha", said)


@pytest.mark.parametrize(
    ("page", "language"), [("docs/INSTALL-WINDOWS.md", "en"), ("docs/pt/INSTALAR-WINDOWS.md", "pt")]
)
def test_menu_on_the_page_is_the_one_on_the_screen(page: str, language: str) -> None:
    labels = Labels(language)
    rows = [*(row for row, _ in CHOICES), "Quit the program"]
    shown = [f"    {number % len(rows)}. {labels.say(row)}" for number, row in enumerate(rows, start=1)]
    assert "\n".join(shown) in (ROOT / page).read_text("utf-8")


def is_said(name: str, said: Iterable[str]) -> bool:
    """Whether a text is `name`, begins with it, or is a form that it fills, as `{form} (apoio)` is."""
    forms = [text for text in said if re.fullmatch(r"\{form\}.+", text)]
    return any(text == name or text.startswith((f"{name}:", f"{name} ")) for text in said) or any(
        name.endswith(form.removeprefix("{form}")) for form in forms
    )


@pytest.mark.parametrize("page", [*PAGES, "docs/FINDINGS.md", "docs/pt/FINDINGS.md"])
def test_every_page_that_a_page_leads_to_is_there(page: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (ROOT / page).read_text("utf-8"))
    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []


@pytest.mark.parametrize("words", [["rum"], ["key", "put"], ["run", "--offlin"]])
def test_what_there_is_not_is_noticed(words: list[str]) -> None:
    assert unknown(words) == words[-1:]
