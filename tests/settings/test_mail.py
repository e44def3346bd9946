"""The options of mail: addresses, the server, and the texts with places to fill in."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reports.errors import ConfigError
from reports.settings import mail_texts, validators
from reports.settings.config import Config
from reports.settings.loader import load
from reports.settings.mail import Recipients

TOP = (
    "account: {name: my-company}\nclients:\n"
    "  - {id: 1, email: {to: [ana@example.com], bcc: [b@example.com]}}\n  - id: 2\n"
)
MAIL = "email:\n  from: contas@example.com\n"


def loaded(folder: Path, text: str) -> Config:
    path = folder / "config.yaml"
    path.write_text(text, "utf-8")
    return load(path)


@pytest.mark.parametrize(
    ("written", "travels"),
    [
        ("ana@example.com", "ana@example.com"),
        ("Ana.Lopes+iva@Example.COM", "Ana.Lopes+iva@example.com"),
        ("o'neill@example.co.uk", "o'neill@example.co.uk"),
        ("a@xn--padaria-po-n5a.example", "a@xn--padaria-po-n5a.example"),
        ("a@padaria-pão.example", "a@xn--padaria-po-n5a.example"),
        ("a" * 64 + "@example.com", "a" * 64 + "@example.com"),
    ],
)
def test_one_plain_address_is_taken_as_it_travels(written: str, travels: str) -> None:
    assert validators.address(written) == travels


@pytest.mark.parametrize(
    "written",
    [
        "",
        "ana",
        "@example.com",
        "ana@",
        "ana@example",
        "ana@example.com.",
        "ana@.example.com",
        "ana@example..com",
        "ana@-example.com",
        "ana@[192.0.2.1]",
        "ana@192.0.2.1",
        "ana@@example.com",
        ".ana@example.com",
        "ana..b@example.com",
        "ana lopes@example.com",
        " ana@example.com",
        "ana@example.com ",
        "ana@example.com\n",
        "ana@example.com\r\nBcc: eva@example.com",
        "ana@example.com, eva@example.com",
        "ana@example.com;eva@example.com",
        "Ana <ana@example.com>",
        "<ana@example.com>",
        '"ana"@example.com',
        "ana(x)@example.com",
        "ana\0@example.com",
        "añä@example.com",
        "ana@exa\u202emple.com",
        "ana@straße.example",
        "ana@example。com",
        "ana@\ud800.example",
        "a" * 65 + "@example.com",
        "ana@" + "a" * 64 + ".com",
        "ana@" + "a.b" * 90 + ".com",
        "mailto:ana@example.com?bcc=eva@example.com",
    ],
)
def test_what_is_not_one_plain_address_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r"write|as long"):
        validators.address(written)
    assert validators.parse_known_address(written) is None


@given(st.text())
@example("ana@example.com")
def test_what_is_taken_for_an_address_can_stand_in_a_header(text: str) -> None:
    found = validators.parse_known_address(text)
    if found is not None:
        assert found.isascii()
        assert found.isprintable()
        assert not set(found) & set(' ,;:<>()[]\\"')
        assert validators.address(found) == found


@pytest.mark.parametrize(
    ("options", "is_tls_at_once"),
    [
        ("", False),
        ("port: 465", True),
        ("port: 25", False),
        ("port: 465, security: starttls", False),
        ("port: 2525, security: tls", True),
        ("port: 465, security: ~", True),
    ],
)
def test_the_way_to_the_server_is_always_encrypted(
    tmp_path: Path, options: str, is_tls_at_once: bool
) -> None:
    smtp = f"  smtp: {{host: SMTP.Example.com, {options}}}\n"
    email = loaded(tmp_path, TOP + MAIL + smtp).email
    assert email is not None
    assert email.smtp is not None
    assert (email.smtp.host, email.smtp.is_tls_at_once) == ("smtp.example.com", is_tls_at_once)


def test_a_section_of_mail_has_the_documented_defaults(tmp_path: Path) -> None:
    config = loaded(tmp_path, TOP + MAIL)
    email = config.email
    assert email is not None
    assert (email.when, email.sender, email.hold_on_warnings) == ("draft", "contas@example.com", True)
    assert (email.subject, email.text, email.operator, email.smtp) == (None, None, None, None)
    assert config.attachments == ("xlsx", "html")


def test_no_section_and_an_empty_one_mean_no_mail(tmp_path: Path) -> None:
    for text in (TOP, f"{TOP}email:\n", f"{TOP}email: ~\n"):
        config = loaded(tmp_path, text)
        assert config.email is None
        assert config.attachments == ()


@pytest.mark.parametrize(
    ("options", "attachments"),
    [
        ("output: {excel: false}", ("html",)),
        ("output: {excel: false, html: false, pdf: true}", ()),
        ("output: {pdf: true}", ("xlsx", "html")),
    ],
)
def test_of_the_default_only_what_is_made_goes_with_a_mail(
    tmp_path: Path, options: str, attachments: tuple[str, ...]
) -> None:
    assert loaded(tmp_path, f"{TOP}{MAIL}{options}\n").attachments == attachments


def test_recipients_are_those_of_the_client_or_of_the_accounts_list(tmp_path: Path) -> None:
    config = loaded(tmp_path, TOP + MAIL)
    assert config.recipients(1, "other@example.com") == Recipients(
        to=("ana@example.com",), bcc=("b@example.com",)
    )
    assert config.recipients(2, "other@example.com") == Recipients()
    assert config.recipients(3, None) == Recipients()
    everyone = loaded(tmp_path, f"account: {{name: my-company}}\nclients: all\n{MAIL}")
    assert everyone.recipients(7, "Eva@Example.com") == Recipients(to=("Eva@example.com",))
    assert everyone.recipients(7, "eva") == everyone.recipients(7, None) == Recipients()


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
        loaded(tmp_path, f"{TOP}{MAIL}  text: |\n    {text}\n")
    assert text not in str(caught.value)
    assert caught.value.__cause__ is None
