"""A configuration from what the account says: asked for, proven, and written whole or not at all.

A key that is typed goes into the keyring of the user together with the file that counts on it: whoever stops
before leaves neither. A configuration that is there already only gets the clients it lacks.
"""

import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from reports import atomic_files
from reports.commands import prompts
from reports.commands.console import Dialogue
from reports.deliver import publish
from reports.errors import ConfigError, RefusedError
from reports.fiscal_id import format_fiscal_id
from reports.plan import Clock
from reports.redaction import REPLACED, Redactor
from reports.settings import config_writer, credentials, validators, yaml_file
from reports.settings.config import Account, Client, Config, Issuer
from reports.settings.loader import load
from reports.settings.mail import Recipients
from reports.source.client_list import AccountClient, fetch_clients
from reports.source.http.api import Api
from reports.source.http.waiting import announce

VARIABLE = "${INVOICEXPRESS_API_KEY}"
TRIES = 3
SHORTEST_KEY_CHARACTERS = 8
DEADLINE_SECONDS = 300
NAME_CHARACTERS = 40
"""Of a name in the list to choose from."""


@dataclass(frozen=True)
class InitOptions:
    """What the command line says. `base_url` is for an account with another address than its own."""

    account: str | None = None
    base_url: str | None = None
    is_about_all: bool = False


@dataclass(frozen=True)
class _Access:
    """The account's clients, and the key that opened them; `is_typed`: it is not in the keyring yet."""

    account: Account
    clients: tuple[AccountClient, ...]
    key: str
    is_typed: bool


def init(path: Path, options: InitOptions, person: Dialogue | None, *, now: Clock, redact: Redactor) -> str:
    """Begins the configuration `path`, or adds to it, and says so; without a `person` nothing is asked.

    Raises ConfigError, RefusedError when no key is accepted, ReadingError when the clients cannot be read,
    WriteError; then nothing is written or stored.
    """
    try:
        has_folder, is_there = path.absolute().parent.is_dir(), path.exists()
    except (OSError, ValueError):
        raise ConfigError(f"{path}: this cannot be looked at: check the name and its permissions") from None
    if not has_folder:
        raise ConfigError(f"{path}: there is no such folder: make it, or name another file")
    work = _extend if is_there else _begin
    return work(path.resolve(), options, person, now=now, redact=redact)


def _begin(path: Path, options: InitOptions, person: Dialogue | None, *, now: Clock, redact: Redactor) -> str:
    account = Account(
        name=_account(options.account, person),
        base_url=_apply_rule("--base-url", validators.origin, options.base_url) if options.base_url else None,
    )
    access = _access(account, (validators.KEYRING, VARIABLE), person, now=now, redact=redact)
    language, issuer = "pt", Issuer()
    if person:
        language, issuer = prompts.language(person), prompts.issuer(person)
    if not access.clients:
        _tell(person, "The account has no clients yet: the configuration is about all it will have.")
    listed = _choose_clients(access.clients, options, person)
    for sentence in describe_addresses(listed):
        _tell(person, sentence)
    chosen = [_client(client, language) for client in listed]
    text = config_writer.write_config(access.account, language=language, issuer=issuer, clients=chosen)
    if not _is_agreed(f"Write {path}", access, person):
        return "Nothing was written"
    wanted = tuple(chosen) or None
    _write(path, text, access, before=None, is_right=lambda written: written.clients == wanted)
    counts = _count_clients(len(chosen)) if chosen else "all clients"
    return f"{path} is written: account {account.name}, {counts}. Next: {_next(path)}"


def _extend(
    path: Path, options: InitOptions, person: Dialogue | None, *, now: Clock, redact: Redactor
) -> str:
    settings, place = load(path), yaml_file.read(path).find_entries("clients")
    account = settings.account
    if options.account not in (None, account.name) or options.base_url not in (None, account.base_url):
        raise ConfigError(f"{path}: this is the configuration of another account: name another file")
    if settings.clients is None:
        return f"{path} says clients: all, which covers new clients too. Nothing was changed"
    if place is None:
        raise ConfigError(f"{path}: clients in brackets cannot be added to; begin a line with - id: for each")
    before = path.read_bytes()
    access = _access(account, (account.api_key,), person, now=now, redact=redact)
    known = {client.id for client in settings.clients}
    new = [client for client in access.clients if client.id not in known]
    if gone := sorted(known - {client.id for client in access.clients}):
        _tell(person, f"In {path.name}, but no client of the account: {', '.join(map(str, gone))}.")
    if not new:
        _keep(access)
        return f"{path} has every client of the account already. Nothing was changed"
    listed = _choose_clients(new, options, person)
    for sentence in describe_addresses(listed):
        _tell(person, sentence)
    chosen = [_client(client, settings.language) for client in listed]
    text = config_writer.append_clients(before.decode(), place, chosen)
    counts = _count_clients(len(chosen))
    if not _is_agreed(f"Add {counts} to {path}", access, person):
        return "Nothing was written"
    wanted = settings.model_copy(update={"clients": (*settings.clients, *chosen), "path": None})
    _write(
        path,
        text,
        access,
        before=before,
        is_right=lambda written: written.model_copy(update={"path": None}) == wanted,
    )
    return f"{path} has {counts} more. Next: {_next(path)}"


def _write(
    path: Path, text: str, access: _Access, *, before: bytes | None, is_right: Callable[[Config], bool]
) -> None:
    """Makes `text` the file `path` and stores the key, or neither; Ctrl+C waits for that.

    `before` is what the file held when it was read, None for no file: what somebody else changed since is not
    written over. Whatever could not be read again as it is meant is not written at all.
    """
    with publish.delay_interrupt(), atomic_files.new_file(path) as file:
        file.write(text.encode())
        file.flush()
        try:
            is_proven = is_right(load(Path(file.name)))
        except ConfigError:
            is_proven = False
        if not is_proven:
            raise ConfigError(f"{path}: these clients cannot be written here safely: add them by hand")
        if (path.read_bytes() if path.exists() else None) != before:
            raise ConfigError(f"{path}: it was changed meanwhile, and is left as it is: begin again")
        if before is not None:
            shutil.copymode(path, file.name)
        _keep(access)


def _access(
    account: Account, places: Sequence[str], person: Dialogue | None, *, now: Clock, redact: Redactor
) -> _Access:
    """The account, opened with the key that one of `places` holds, or else with one that is typed."""
    is_askable = validators.KEYRING in places
    missing: ConfigError | None = None
    tried: str | None = None
    for place in places:
        try:
            key = credentials.api_key(account.name, place)
        except ConfigError as error:
            missing = missing or error
            continue
        redact.add(key)
        is_stored = place == validators.KEYRING
        where = "the keyring of this user" if is_stored else f"the variable {place[2:-1]}"
        _tell(person, f"The key is the one in {where}.")
        try:
            clients = _read_clients(account, key, person, now=now)
            return _Access(account.model_copy(update={"api_key": place}), clients, key, is_typed=False)
        except RefusedError as error:
            if person is None or not is_askable:
                raise
            person.say(f"{error}.")
            tried = where
    if person and is_askable:
        # Else whoever has typed the key and answered everything would learn last that nothing can keep it.
        try:
            credentials.read_keyring(account.name)
        except ConfigError as error:
            if tried:
                where = tried
                raise RefusedError(
                    f"the key in {where} is wrong, and no keyring takes another one: "
                    "set that variable to the right key, and type this command again"
                ) from None
            raise ConfigError(f"{error}. Set it for this command too, and type it again") from None
        return _ask_access(account, person, now=now, redact=redact, tries_left=TRIES)
    raise missing or ConfigError(f"there is no key of account {account.name}")


def _ask_access(
    account: Account, person: Dialogue, *, now: Clock, redact: Redactor, tries_left: int
) -> _Access:
    key = person.ask_unseen(f"API key of {account.name} (not shown)").strip()
    try:
        if not (
            key.isprintable() and SHORTEST_KEY_CHARACTERS <= len(key) <= credentials.LENGTH_LIMIT_CHARACTERS
        ):
            raise ConfigError("this is no API key: copy it from InvoiceXpress again")
        redact.add(key)
        return _Access(account, _read_clients(account, key, person, now=now), key, is_typed=True)
    except (ConfigError, RefusedError) as error:
        if tries_left == 1:
            raise
        person.say(f"{error}.")
    return _ask_access(account, person, now=now, redact=redact, tries_left=tries_left - 1)


def _read_clients(
    account: Account, key: str, person: Dialogue | None, *, now: Clock
) -> tuple[AccountClient, ...]:
    _tell(person, f"Asking {account.origin} for its clients ...")
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(Api(account.origin, key, deadline_seconds=DEADLINE_SECONDS)) as api,
        announce(api.describe_wait, partial(_tell, person)),
    ):
        found = fetch_clients(api, account=account.name, source=Path(folder), now=now, everything=True)
    return found.clients


def _keep(access: _Access) -> None:
    if access.is_typed:
        credentials.store(access.account.name, access.key)


def _account(said: str | None, person: Dialogue | None) -> str:
    if said is not None:
        return _apply_rule("--account", validators.account_name, said)
    if person is None:
        raise ConfigError("--account: say which account the configuration is for")
    return prompts.account(person)


def _apply_rule(name: str, rule: Callable[[str], str], value: str) -> str:
    try:
        return rule(value)
    except ValueError as error:
        raise ConfigError(f"{name}: {error}") from None


def _choose_clients(
    clients: Sequence[AccountClient], options: InitOptions, person: Dialogue | None
) -> Sequence[AccountClient]:
    if not clients or options.is_about_all or person is None:
        return clients
    return [clients[place] for place in prompts.choice(person, [_row(client) for client in clients])]


def _row(client: AccountClient) -> str:
    name = client.name if len(client.name) <= NAME_CHARACTERS else f"{client.name[: NAME_CHARACTERS - 1]}…"
    rest = [f"NIF {format_fiscal_id(client.fiscal_id) or '-'}", client.language or "-", client.email or "-"]
    return f"{client.id:<10} {name:<{NAME_CHARACTERS}}  {'  '.join(rest)}"


def _client(listed: AccountClient, language: str) -> Client:
    """A client for a configuration in `language`: of what the account says, that which may stand there."""
    return Client(
        id=listed.id,
        name=_plain(listed.name),
        fiscal_id=_plain(format_fiscal_id(listed.fiscal_id) or listed.fiscal_id or ""),
        language=next((word for word in validators.LANGUAGES if word == listed.language != language), None),
        email=Recipients(to=validators.parse_known_addresses(listed.email)),
    )


def describe_addresses(clients: Sequence[AccountClient]) -> Iterator[str]:
    """Whose field of one address holds several in the account, or none that can be used, in sentences."""
    for client in clients:
        found, who = validators.parse_known_addresses(client.email), f"{client.name} ({client.id})"
        if len(found) > 1:
            yield f"{who} has several addresses, and all are used: {', '.join(found)}."
        elif client.email and not found:
            yield f"{who} gets no mail, for this is no address: {client.email}."


def _plain(text: str) -> str | None:
    """`text` as a configuration takes it, without control characters and halves of one; None for blanks."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]", REPLACED, text).strip() or None


def _is_agreed(question: str, access: _Access, person: Dialogue | None) -> bool:
    if access.is_typed:
        question = f"{question}, and store the key in the keyring of this user"
    return person is None or prompts.is_agreed(person, question)


def _tell(person: Dialogue | None, text: str) -> None:
    if person:
        person.say(text)


def _count_clients(clients: int) -> str:
    return "1 client" if clients == 1 else f"{clients} clients"


def _next(path: Path) -> str:
    return f'invoice-reports check "{path}"' if " " in str(path) else f"invoice-reports check {path}"
