"""Where the API key lives: the system's keyring, or an environment variable.

A keyring entry belongs to the user who stored it; a scheduled task finds the entries of the user it
runs as. No message here holds a key. `keyring` is imported here alone, and late: it is slow.
"""

import contextlib
import os
import sys
from collections.abc import Iterator

from reports.errors import ConfigError

SERVICE = "invoicexpress-reports"
LENGTH_LIMIT_CHARACTERS = 500
"""Windows keeps no much longer secret; a key has some forty characters."""

_ELSE = "write api_key: ${INVOICEXPRESS_API_KEY} in the configuration and set that variable"


def api_key(account: str, reference: str) -> str:
    """The key of `account`, where `reference` (`keyring` or `${NAME}`) says it lives.

    Raises ConfigError, with the command that stores it, when it is not there or cannot be a key.
    """
    if reference.startswith("${"):
        variable = reference[2:-1]
        key = os.environ.get(variable, "")
        if not key.strip():
            raise ConfigError(
                f"the environment variable {variable} is not set: set it for the user who runs the reports, "
                f"or write api_key: keyring and store the key: {_command(account)}"
            )
        return _tidy(key, f"the environment variable {variable}")
    stored = _stored(account)
    if not stored:
        raise ConfigError(
            f"the keyring of this user has no key for account {account}: store it as the user who runs "
            f"the reports: {_command(account)}"
        )
    return _tidy(stored, f"the keyring entry of account {account}")


def store(account: str, key: str) -> None:
    """Keeps `key` in the keyring for `account`, in place of an earlier one.

    Raises ConfigError when it cannot be a key, or when the keyring does not keep it.
    """
    import keyring

    tidy = _tidy(key, "what was typed")
    with _in_sentences():
        keyring.set_password(SERVICE, account, tidy)
    if _stored(account) != tidy:
        raise ConfigError(f"the keyring did not keep the key of account {account}: {_ELSE}")


def delete(account: str) -> None:
    """Takes the key of `account` out of the keyring. Raises ConfigError when there is none."""
    import keyring

    if _stored(account) is None:
        raise ConfigError(f"the keyring of this user has no key for account {account}: nothing was deleted")
    with _in_sentences():
        keyring.delete_password(SERVICE, account)


def _stored(account: str) -> str | None:
    import keyring

    with _in_sentences():
        return keyring.get_password(SERVICE, account)


def _tidy(key: str, place: str) -> str:
    """`key` without blanks around it. Raises ConfigError when it cannot be one: a slip of pasting."""
    tidy = key.strip()
    if not tidy or not tidy.isprintable() or len(tidy) > LENGTH_LIMIT_CHARACTERS:
        raise ConfigError(f"{place} is no API key: copy the key from InvoiceXpress again")
    return tidy


@contextlib.contextmanager
def _in_sentences() -> Iterator[None]:
    """Failures of the keyring as ConfigError. Their own texts are left out: they may hold what was stored."""
    from keyring.errors import KeyringError, KeyringLocked, NoKeyringError

    failures: tuple[type[Exception], ...] = (KeyringError, OSError, ValueError, ImportError)
    if sys.platform == "win32":
        # The credential manager's own error comes through, for one when the user has not logged on.
        with contextlib.suppress(ImportError):
            from win32ctypes.pywin32 import pywintypes

            failures += (pywintypes.error,)
    try:
        yield
    except NoKeyringError:
        message = f"this system has no keyring: {_ELSE}"
    except KeyringLocked:
        message = f"the keyring is locked: unlock it, or {_ELSE}"
    except failures as error:
        message = f"the keyring did not answer ({type(error).__name__}): log on as its user, or {_ELSE}"
    else:
        return
    raise ConfigError(message)


def _command(account: str) -> str:
    return f"invoice-reports key set {account}"
