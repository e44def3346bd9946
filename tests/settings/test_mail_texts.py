"""Texts with places to fill in: a sound one is filled in for every client, and no other is taken."""

from pathlib import Path

import pytest

from reports.errors import ConfigError
from reports.settings import mail_texts
from tests.support.configurations import MAIL, TOP, load_text

VALUES = mail_texts._ANY
TWO = (mail_texts._EUR, mail_texts._USD)


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Resumo", "Resumo"),
        (" {{ client }} ", "Ana & Filhos, Lda"),
        ("{{ label }} | {{ issuer or 'nós' }}", "2026-10 | nós"),
        ("{% for total in totals %}\n{{ total.currency }} {{ total.open }}\n{% endfor %}", ""),
        ("{% if totals %}{{ totals[0].net }}{% else %}nada{% endif %}", "nada"),
        ("{# note #}{{ client | upper }}", "ANA & FILHOS, LDA"),
        ("{ client } 100 %", "{ client } 100 %"),
    ],
)
def test_a_sound_text_is_filled_in(text: str, filled: str) -> None:
    assert mail_texts.sound(text) == text
    assert mail_texts.fill(text, VALUES) == filled


def test_totals_are_there_one_by_one() -> None:
    text = "{% for total in totals %}\n{{ total.currency }} {{ total.documents }}\n{% endfor %}"
    assert mail_texts.fill(text, {**VALUES, "totals": TWO}) == "EUR 12\nUSD 12"


@pytest.mark.parametrize(
    "text",
    [
        "{{ client",
        "{% for total in totals %}",
        "{{ name }}",
        "{{ client.title.__func__ }}",
        "{{ totals[0].open }}",
        "{{ totals[0].opne }}{% if 0 %}",
        "{% for total in totals %}{{ total.opne }}{% endfor %}",
        "{{ totals[1].open if totals }}",
        "{{ client.__class__ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ cycler.__init__.__globals__ }}",
        "{% include 'config.yaml' %}",
        "{% import 'os' as os %}",
        "{% extends 'x' %}",
        "{{ totals.append(1) }}",
        "{{ 'a' * 30000 }}",
        "{% for i in range(1000000) %}x{% endfor %}",
        "{{ 1 / 0 }}",
        "{{ client | nothing }}",
        "{% do x %}",
    ],
)
def test_an_unsound_text_is_refused_before_anything_is_asked(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"config.yaml:7:\d+: email.text: ") as caught:
        load_text(tmp_path, f"{TOP}{MAIL}  text: |\n    {text}\n")
    assert text not in str(caught.value)
    assert caught.value.__cause__ is None
