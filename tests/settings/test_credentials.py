"""Where the API key lives. Real keyring backends, in a folder of the test; no system keyring is touched."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.errors import InitError, KeyringLocked
from keyrings.alt.file import PlaintextKeyring  # type: ignore[import-untyped]

from reports.errors import ConfigError
from reports.settings import credentials

KEY = "0123456789abcdef" * 2
ACCOUNT = "my-company"
VARIABLE = "INVOICEXPRESS_API_KEY"
OTHER_WAY = "write api_key: ${INVOICEXPRESS_API_KEY} in the configuration and set that variable"


class FailingKeyring(KeyringBackend):
    """A keyring that raises what it is told to, and tells too much."""

    priority = 1

    def __init__(self, failure: type[Exception]) -> None:
        self.failure = failure

    def get_password(self, service: str, username: str) -> str | None:
        raise self.failure(service, username, KEY)

    def set_password(self, service: str, username: str, password: str) -> None:
        raise self.failure(service, username, password)

    def delete_password(self, service: str, username: str) -> None:
        raise self.failure(service, username, KEY)


@pytest.fixture(autouse=True)
def own_keyring(tmp_path: Path) -> Iterator[None]:
    """A keyring of this test alone, in a file."""
    backend = PlaintextKeyring()
    backend.file_path = str(tmp_path / "keyring.cfg")
    before = keyring.get_keyring()
    keyring.set_keyring(backend)
    yield
    keyring.set_keyring(before)


def test_stored_key_is_found_again() -> None:
    credentials.store(ACCOUNT, KEY)
    credentials.store("my-shop", KEY[::-1])
    assert credentials.api_key(ACCOUNT, "keyring") == KEY
    assert credentials.api_key("my-shop", "keyring") == KEY[::-1]


def test_newer_key_takes_the_place_of_the_older() -> None:
    credentials.store(ACCOUNT, KEY)
    credentials.store(ACCOUNT, KEY[::-1])
    assert credentials.api_key(ACCOUNT, "keyring") == KEY[::-1]


def test_blanks_around_a_pasted_key_are_left_out() -> None:
    credentials.store(ACCOUNT, f" {KEY}\r\n")
    assert credentials.api_key(ACCOUNT, "keyring") == KEY


def test_absent_key_is_answered_with_the_command_that_stores_it() -> None:
    with pytest.raises(ConfigError) as caught:
        credentials.api_key(ACCOUNT, "keyring")
    assert str(caught.value) == (
        "the keyring of this user has no key for account my-company: store it as the user who runs the "
        "reports: invoice-reports key set my-company"
    )


def test_deleted_key_is_gone() -> None:
    credentials.store(ACCOUNT, KEY)
    credentials.delete(ACCOUNT)
    with pytest.raises(ConfigError, match="has no key for account my-company: nothing was deleted"):
        credentials.delete(ACCOUNT)
    with pytest.raises(ConfigError, match="invoice-reports key set my-company"):
        credentials.api_key(ACCOUNT, "keyring")


def test_key_comes_from_the_variable_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, f"{KEY}\n")
    assert credentials.api_key(ACCOUNT, f"${{{VARIABLE}}}") == KEY


@pytest.mark.parametrize("value", [None, "", " \n"])
def test_variable_without_a_key_is_named(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    if value is not None:
        monkeypatch.setenv(VARIABLE, value)
    with pytest.raises(ConfigError, match=f"^the environment variable {VARIABLE} is not set: ") as caught:
        credentials.api_key(ACCOUNT, f"${{{VARIABLE}}}")
    assert "invoice-reports key set my-company" in str(caught.value)


@pytest.mark.parametrize("slip", [f"{KEY}\x16", f"{KEY}\n{KEY}", KEY * 16, "  "])
def test_what_cannot_be_a_key_is_refused_and_not_repeated(monkeypatch: pytest.MonkeyPatch, slip: str) -> None:
    with pytest.raises(ConfigError, match=r"^what was typed is no API key: ") as caught:
        credentials.store(ACCOUNT, slip)
    assert KEY not in str(caught.value)
    if slip.strip():
        monkeypatch.setenv(VARIABLE, slip)
        with pytest.raises(ConfigError, match=f"^the environment variable {VARIABLE} is no API key: "):
            credentials.api_key(ACCOUNT, f"${{{VARIABLE}}}")


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (KeyringLocked, "the keyring is locked: unlock it, or write api_key: "),
        (InitError, "the keyring did not answer (InitError): log on as its user, or write api_key: "),
        (PermissionError, "the keyring did not answer (PermissionError): log on as its user, or write "),
    ],
)
def test_keyring_that_refuses_is_a_sentence(failure: type[Exception], sentence: str) -> None:
    keyring.set_keyring(FailingKeyring(failure))
    for message in every_message():
        assert message.startswith(sentence)
        assert KEY not in message


def test_system_without_a_keyring_is_told_the_other_way() -> None:
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]
    assert set(every_message()) == {f"this system has no keyring: {OTHER_WAY}"}


def test_keyring_that_keeps_nothing_is_noticed() -> None:
    keyring.set_keyring(null.Keyring())  # type: ignore[no-untyped-call]
    with pytest.raises(ConfigError, match=r"^the keyring did not keep the key of account my-company: "):
        credentials.store(ACCOUNT, KEY)


def test_entry_is_found_by_another_process(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PYTHON_KEYRING_BACKEND": "keyrings.alt.file.PlaintextKeyring",
        "XDG_DATA_HOME": str(tmp_path),
        "LOCALAPPDATA": str(tmp_path),
    }
    store = f"from reports.settings import credentials; credentials.store('{ACCOUNT}', '{KEY[::-1]}'[::-1])"
    fetch = f"from reports.settings import credentials; print(credentials.api_key('{ACCOUNT}', 'keyring'))"
    for program, printed in ((store, ""), (fetch, f"{KEY}\n")):
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=Path(credentials.__file__).parents[2],
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=True,
        )
        assert done.stdout == printed


def test_keyring_is_not_loaded_for_a_variable() -> None:
    program = f"import os, sys; from reports.settings import credentials; os.environ['{VARIABLE}'] = 'x'; "
    program += f"credentials.api_key('{ACCOUNT}', '${{{VARIABLE}}}'); assert 'keyring' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], cwd=Path(credentials.__file__).parents[2], check=True)


def every_message() -> list[str]:
    """What storing, reading and deleting a key end with."""
    messages = []
    for attempt in (
        lambda: credentials.store(ACCOUNT, KEY),
        lambda: credentials.api_key(ACCOUNT, "keyring"),
        lambda: credentials.delete(ACCOUNT),
    ):
        with pytest.raises(ConfigError) as caught:
            attempt()
        messages.append(str(caught.value))
    return messages
