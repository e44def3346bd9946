"""Stores and deletes what the keyring of this user holds for an account: the API key, the mail password."""

from reports.commands.console import ask_unseen, redact, say
from reports.errors import ConfigError
from reports.settings import credentials, validators


def store_secret(account: str, *, is_for_mail: bool) -> None:
    """Asks for a secret, which is typed without echo, and stores it; the keyring is tried before.

    Raises ConfigError when this is no name of an account, or the keyring does not keep it.
    """
    try:
        validators.account_name(account)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    kind = _choose_kind(is_for_mail=is_for_mail)
    credentials.read_keyring(account, kind)
    what = kind.title
    secret = ask_unseen(f"{what} of {account} (not shown)")
    redact.add(secret)
    credentials.store(account, secret, kind=kind)
    what = kind.noun
    say(f"The {what} of {account} is in the keyring of this user. Exit code 0.")


def delete_secret(account: str, *, is_for_mail: bool) -> None:
    """Takes a secret out of the keyring. Raises ConfigError when there is none."""
    kind = _choose_kind(is_for_mail=is_for_mail)
    credentials.delete(account, kind=kind)
    what = kind.noun
    say(f"The {what} of {account} is no longer in the keyring of this user. Exit code 0.")


def _choose_kind(*, is_for_mail: bool) -> credentials.SecretKind:
    return credentials.MAIL_PASSWORD if is_for_mail else credentials.API_KEY
