"""The language of the system, as its variables or Windows name it."""

import ctypes
from types import SimpleNamespace

import pytest

from reports.commands import system_language
from reports.commands.system_language import choose_language


@pytest.mark.parametrize(
    ("environment", "windows", "language"),
    [
        ({"LANG": "pt_PT.UTF-8"}, None, "pt"),
        ({"LANG": "pt"}, None, "pt"),
        ({"LC_ALL": "es_ES@euro", "LANG": "pt_PT"}, None, "es"),
        ({"LC_ALL": "", "LC_MESSAGES": "pt_BR", "LANG": "en"}, None, "pt"),
        ({"LANG": "fr_FR.UTF-8"}, "pt_PT", "en"),
        ({"LANG": "C.UTF-8"}, None, "en"),
        ({}, "pt-PT", "pt"),
        ({}, "es_ES", "es"),
        ({}, None, "en"),
    ],
)
def test_language_is_that_of_the_first_variable_else_of_windows_else_english(
    environment: dict[str, str], windows: str | None, language: str
) -> None:
    assert choose_language(environment, windows) == language


def test_the_present_system_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "pt_PT.UTF-8")
    assert system_language.find_language() == "pt"


def test_windows_is_asked_in_which_language_it_speaks_to_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    kernel = SimpleNamespace(GetUserDefaultUILanguage=lambda: 0x0816)
    monkeypatch.setattr(ctypes, "windll", SimpleNamespace(kernel32=kernel), raising=False)
    for name in system_language.VARIABLES:
        monkeypatch.delenv(name, raising=False)
    assert system_language.find_language() == "pt"
