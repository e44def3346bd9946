"""The mail password: where it lives, and that it is nowhere else, whatever server and keyring do."""

import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from click.testing import CliRunner
from keyrings.alt.file import PlaintextKeyring  # type: ignore[import-untyped]

from reports.cli import main
from reports.errors import ConfigError
from reports.settings import credentials
from tests.support.leaks import places_of
from tests.support.mail_server import USER
from tests.support.mailroom import Mailroom, mailroom
from tests.support.office import ACCOUNT

PASSWORD = "0123456789abcdef" * 2
KEY = PASSWORD[::-1]
ANSWERS = {"AUTH": 535, "MAIL": 450, "RCPT": 550, "DATA": 451, "MESSAGE": 552}


@pytest.fixture(autouse=True)
def _own_keyring(tmp_path: Path) -> Iterator[None]:
    """A keyring of this test alone, in a file outside of what is searched."""
    backend = PlaintextKeyring()
    backend.file_path = str(tmp_path / "keyring" / "keyring.cfg")
    before = keyring.get_keyring()
    keyring.set_keyring(backend)
    yield
    keyring.set_keyring(before)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Mailroom]:
    if sys.platform != "linux":
        pytest.skip("only here can a test say what the system trusts, by SSL_CERT_FILE")
    (tmp_path / "room").mkdir()
    with mailroom(tmp_path / "room") as room:
        yield room


def test_key_and_mail_password_of_an_account_are_two_secrets() -> None:
    credentials.store(ACCOUNT, KEY)
    with pytest.raises(ConfigError) as caught:
        credentials.mail_password(ACCOUNT, "keyring")
    assert str(caught.value) == (
        "the keyring of this user has no mail password for account office: store it as the user who runs the "
        "reports: invoice-reports key set office --smtp"
    )
    credentials.store(ACCOUNT, PASSWORD, kind=credentials.MAIL_PASSWORD)
    assert credentials.api_key(ACCOUNT, "keyring") == KEY
    assert credentials.mail_password(ACCOUNT, "keyring") == PASSWORD
    credentials.delete(ACCOUNT, kind=credentials.MAIL_PASSWORD)
    assert credentials.api_key(ACCOUNT, "keyring") == KEY


def test_a_password_comes_from_the_variable_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_PASSWORD", PASSWORD)
    assert credentials.mail_password(ACCOUNT, "${SMTP_PASSWORD}") == PASSWORD
    monkeypatch.delenv("SMTP_PASSWORD")
    with pytest.raises(
        ConfigError, match="or write password: keyring and store the mail password: "
    ) as caught:
        credentials.mail_password(ACCOUNT, "${SMTP_PASSWORD}")
    assert "invoice-reports key set office --smtp" in str(caught.value)


def test_the_password_is_typed_without_echo_stored_and_deleted() -> None:
    said = CliRunner().invoke(main, ["key", "set", ACCOUNT, "--smtp"], input=f"{PASSWORD}\n")
    assert (said.exit_code, PASSWORD in said.output) == (0, False)
    assert "mail password of office (not shown)" in said.stderr
    assert "The mail password of office is in the keyring of this user. Exit code 0." in said.stdout
    assert credentials.mail_password(ACCOUNT, "keyring") == PASSWORD
    assert CliRunner().invoke(main, ["key", "delete", ACCOUNT]).exit_code == 2
    said = CliRunner().invoke(main, ["key", "delete", ACCOUNT, "--smtp"])
    assert (said.exit_code, "The mail password of office is no longer in" in said.stdout) == (0, True)
    assert CliRunner().invoke(main, ["key", "delete", ACCOUNT, "--smtp"]).exit_code == 2


def test_mail_leaves_with_a_password_of_the_keyring(room: Mailroom) -> None:
    credentials.store(ACCOUNT, room.server.password, kind=credentials.MAIL_PASSWORD)
    room.configure(smtp=room.server.settings(password="keyring"))
    assert room.run().code == 0
    assert room.send().code == 0
    assert len(room.arrived) == 3


@pytest.mark.parametrize(("step", "code"), ANSWERS.items())
def test_a_server_that_repeats_the_password_brings_it_nowhere(room: Mailroom, step: str, code: int) -> None:
    password = room.server.password
    heard: list[str] = []

    def answer(name: str, said: str) -> str | None:
        heard.extend([said] if name == "AUTH" else [])
        return f"{code} {password} {' '.join(heard)} {USER}" if name == step else None

    room.configure(when="send", operator="gabinete@example.com")
    room.server.answer = answer
    run = room.run("--verbose")
    send = room.send("--verbose", "--again")
    said = run.out + run.err + send.out + send.err
    assert places_of(password, room.office.output, said) == []
    assert heard == [] or heard[0].split()[-1] not in said
    assert room.server.steps


def test_a_leak_would_be_found() -> None:
    assert places_of(PASSWORD, f"535 {PASSWORD}") != []
