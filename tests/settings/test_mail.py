"""The options of mail: the way to the server, what goes with a mail, and who gets it."""

from pathlib import Path

import pytest

from reports.settings.mail import Recipients
from tests.support.configurations import MAIL, TOP, load_text


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
    email = load_text(tmp_path, TOP + MAIL + smtp).email
    assert email is not None
    assert email.smtp is not None
    assert (email.smtp.host, email.smtp.is_tls_at_once) == ("smtp.example.com", is_tls_at_once)


def test_a_section_of_mail_has_the_documented_defaults(tmp_path: Path) -> None:
    config = load_text(tmp_path, TOP + MAIL)
    email = config.email
    assert email is not None
    assert (email.when, email.sender, email.hold_on_warnings) == ("draft", "contas@example.com", True)
    assert (email.subject, email.text, email.operator, email.smtp) == (None, None, None, None)
    assert config.attachments == ("xlsx", "html")


def test_no_section_and_an_empty_one_mean_no_mail(tmp_path: Path) -> None:
    for text in (TOP, f"{TOP}email:\n", f"{TOP}email: ~\n"):
        config = load_text(tmp_path, text)
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
    assert load_text(tmp_path, f"{TOP}{MAIL}{options}\n").attachments == attachments


def test_recipients_are_those_of_the_client_or_of_the_accounts_list(tmp_path: Path) -> None:
    config = load_text(tmp_path, TOP + MAIL)
    assert config.recipients(1, "other@example.com") == Recipients(
        to=("ana@example.com",), bcc=("b@example.com",)
    )
    assert config.recipients(2, "other@example.com") == Recipients()
    assert config.recipients(3, None) == Recipients()
    everyone = load_text(tmp_path, f"account: {{name: my-company}}\nclients: all\n{MAIL}")
    assert everyone.recipients(7, "Eva@Example.com") == Recipients(to=("Eva@example.com",))
    assert everyone.recipients(7, "eva") == everyone.recipients(7, None) == Recipients()


OWN_CLIENTS = """\
account: {name: my-company}
clients:
  - {id: 1, email: false}
  - {id: 2, email: {to: [eva@example.com], only: overdue}}
  - {id: 3, email: {to: [rui@example.com]}}
  - {id: 4, email: ~}
"""


def test_false_is_nobody_on_purpose_and_left_empty_is_not(tmp_path: Path) -> None:
    config = load_text(tmp_path, f"{OWN_CLIENTS}{MAIL}  never: [3]\n")
    assert [config.is_mailed(client) for client in (1, 2, 3, 4, 5)] == [False, True, False, True, True]
    assert [config.recipients(client, None).to for client in (1, 2, 3, 4)] == [
        (),
        ("eva@example.com",),
        (),
        (),
    ]
    assert not load_text(tmp_path, OWN_CLIENTS).is_mailed(1)


def test_never_holds_for_all_clients_too(tmp_path: Path) -> None:
    config = load_text(tmp_path, f"account: {{name: my-company}}\nclients: all\n{MAIL}  never: [7]\n")
    assert [config.is_mailed(client) for client in (7, 8)] == [False, True]
    assert config.recipients(7, "eva@example.com") == Recipients()
    assert config.recipients(8, "eva@example.com; ana@example.com").to == (
        "eva@example.com",
        "ana@example.com",
    )


def test_a_clients_own_choice_goes_before_that_of_all(tmp_path: Path) -> None:
    config = load_text(tmp_path, f"{OWN_CLIENTS}{MAIL}  only: open\n")
    assert [config.mail_choice(client) for client in (1, 2, 3, 9)] == ["open", "overdue", "open", "open"]
    assert load_text(tmp_path, OWN_CLIENTS + MAIL).mail_choice(3) == "all"
    assert load_text(tmp_path, OWN_CLIENTS).mail_choice(3) == "all"
