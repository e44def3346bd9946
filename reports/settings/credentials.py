"""Where secrets live, the API key and the mail password: the system's keyring, or an environment variable.

A keyring entry belongs to the user who stored it; a scheduled task finds the entries of the user it
runs as. No message here holds a secret. `keyring` is imported here alone, and late: it is slow.
"""

import contextlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from types import ModuleType

from reports.errors import ConfigError

LENGTH_LIMIT_CHARACTERS = 500
"""Windows keeps no much longer secret; a key has some forty characters."""


@dataclass(frozen=True)
class SecretKind:
    """A kind of secret: the keyring's name for it, ours, and how it is written, stored and found again.

    `option` is what stands in front of its place in the configuration, `again` what to do with a slip.
    """

    service: str
    noun: str
    title: str
    option: str
    variable: str
    words: str
    again: str

    @property
    def elsewhere(self) -> str:
        return f"write {self.option}: ${{{self.variable}}} in the configuration and set that variable"


API_KEY = SecretKind(
    service="invoicexpress-reports",
    noun="key",
    title="API key",
    option="api_key",
    variable="INVOICEXPRESS_API_KEY",
    words="",
    again="copy the key from InvoiceXpress again",
)
MAIL_PASSWORD = SecretKind(
    service="invoicexpress-reports-smtp",
    noun="mail password",
    title="mail password",
    option="password",
    variable="SMTP_PASSWORD",
    words=" --smtp",
    again="type or copy it again",
)


def find_secret(kind: SecretKind, account: str, reference: str) -> str:
    """The secret of `account`, where `reference` (`keyring` or `${NAME}`) says it lives.

    Raises ConfigError, with the command that stores it, when it is not there or cannot be one.
    """
    command = f"invoice-reports key set {account}{kind.words}"
    if name := variable(reference):
        secret = os.environ.get(name, "")
        if not secret.strip():
            raise ConfigError(
                f"the environment variable {name} is not set: set it for the user who runs the reports, "
                f"or write {kind.option}: keyring and store the {kind.noun}: {command}"
            )
        return _tidy(secret, f"the environment variable {name}", kind)
    stored = read_keyring(account, kind)
    if not stored:
        raise ConfigError(
            f"the keyring of this user has no {kind.noun} for account {account}: store it as the user who "
            f"runs the reports: {command}"
        )
    return _tidy(stored, f"the keyring entry of account {account}", kind)


api_key = partial(find_secret, API_KEY)
mail_password = partial(find_secret, MAIL_PASSWORD)


def store(account: str, secret: str, *, kind: SecretKind = API_KEY) -> None:
    """Keeps `secret` in the keyring. Raises ConfigError when it cannot be one, or is not kept."""
    tidy = _tidy(secret, "what was typed", kind)
    with _open_keyring(kind) as keyring:
        keyring.set_password(kind.service, account, tidy)
    if read_keyring(account, kind) != tidy:
        raise ConfigError(f"the keyring did not keep the {kind.noun} of account {account}: {kind.elsewhere}")


def read_keyring(account: str, kind: SecretKind = API_KEY) -> str | None:
    """What the keyring has for `account`. Raises ConfigError when it does not answer."""
    with _open_keyring(kind) as keyring:
        found: str | None = keyring.get_password(kind.service, account)
    return found


def delete(account: str, *, kind: SecretKind = API_KEY) -> None:
    """Takes the secret of `account` out of the keyring. Raises ConfigError when there is none."""
    if read_keyring(account, kind) is None:
        raise ConfigError(
            f"the keyring of this user has no {kind.noun} for account {account}: nothing was deleted"
        )
    with _open_keyring(kind) as keyring:
        keyring.delete_password(kind.service, account)


def variable(reference: str) -> str | None:
    """The environment variable that a reference names; None for the keyring."""
    return reference[2:-1] if reference.startswith("${") else None


def _tidy(secret: str, place: str, kind: SecretKind) -> str:
    """`secret` without blanks around it. Raises ConfigError when it cannot be one: a slip of pasting."""
    tidy = secret.strip()
    if not tidy or not tidy.isprintable() or len(tidy) > LENGTH_LIMIT_CHARACTERS:
        raise ConfigError(f"{place} is no {kind.title}: {kind.again}")
    return tidy


@contextlib.contextmanager
def _open_keyring(kind: SecretKind) -> Iterator[ModuleType]:
    """The keyring. Its failures are ConfigErrors without their own texts, which may hold what was stored."""
    import keyring
    from keyring.errors import KeyringError, KeyringLocked, NoKeyringError

    failures: tuple[type[Exception], ...] = (KeyringError, OSError, ValueError, ImportError)
    if sys.platform == "win32":
        # The credential manager's own error comes through, for one when the user has not logged on.
        with contextlib.suppress(ImportError):
            from win32ctypes.pywin32 import pywintypes

            failures += (pywintypes.error,)
    try:
        yield keyring
    except NoKeyringError:
        message = f"this system has no keyring: {kind.elsewhere}"
    except KeyringLocked:
        message = f"the keyring is locked: unlock it, or {kind.elsewhere}"
    except failures as error:
        message = (
            f"the keyring did not answer ({type(error).__name__}): log on as its user, or {kind.elsewhere}"
        )
    else:
        return
    raise ConfigError(message)
