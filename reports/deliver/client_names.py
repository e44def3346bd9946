"""Finds a client by what a person calls it: its id, its name, or a part of the name that no other has.

Names are those of the configuration, of the account's own list as it was last stored, and of the run record
beside it. Case, accents and the marks between words do not count.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reports.deliver import record
from reports.errors import ConfigError
from reports.settings.config import Config
from reports.settings.yaml_file import NAME_LIMIT_CHARACTERS
from reports.slugs import fold
from reports.source.archive import FOLDER_NAME
from reports.source.client_list import read_stored_clients

SHOWN_AT_MOST = 20


@dataclass(frozen=True)
class NamedClient:
    """A client of a configuration; None where the id alone was said, and so no name was looked for."""

    id: int
    name: str | None = None
    config: Config | None = None

    def __str__(self) -> str:
        return f"{self.name} ({self.id})"


def find_clients(
    wanted: Iterable[str], configs: Sequence[Config], *, output: Path | None = None
) -> list[NamedClient]:
    """The client that each of the words behind --client means; `output` is in place of output.folder.

    Raises ConfigError, with the clients there are, for a word that means none or several.
    """
    known: list[NamedClient] = []
    found = []
    for said in wanted:
        if re.fullmatch("[0-9]+", said):
            found.append(NamedClient(int(said)))
            continue
        known = known or [client for settings in configs for client in _list_clients(settings, output)]
        found.append(_choose(said, known))
    return found


def _choose(said: str, known: Sequence[NamedClient]) -> NamedClient:
    sought = fold(said)
    alike = [client for client in known if sought and fold(client.name or "") == sought]
    alike = alike or [client for client in known if sought and sought in fold(client.name or "")]
    if len(alike) == 1:
        return alike[0]
    # A word too long for a name may be a key in the wrong place.
    shown = said if max(map(len, said.split()), default=0) <= NAME_LIMIT_CHARACTERS else "…"
    if alike:
        raise ConfigError(
            f'--client "{shown}" may be {_name(alike, " or ")}: say more of the name, or the id'
        )
    there_are = f"the clients are {_name(known, ', ')}" if known else "no names are known yet: say the id"
    raise ConfigError(f'--client "{shown}" is the name of no client; {there_are}')


def _list_clients(settings: Config, output: Path | None) -> Iterator[NamedClient]:
    """The clients of a configuration whose names are known, in the order of their names."""
    names = _read_stored_names((output or settings.output.folder) / settings.account.name)
    if settings.clients is not None:
        names = {own.id: own.name or names.get(own.id, "") for own in settings.clients}
    for client_id, name in sorted(names.items(), key=lambda pair: (fold(pair[1]), pair[0])):
        if name:
            yield NamedClient(client_id, name, settings)


def _read_stored_names(account_folder: Path) -> dict[int, str]:
    """Names by id from the newest period that knows any; the account's own come first."""
    folders = account_folder.iterdir() if account_folder.is_dir() else ()
    for folder in sorted((path for path in folders if path.is_dir()), reverse=True):
        listing = read_stored_clients(folder / FOLDER_NAME, account_folder.name)
        names = {client_id: entry["name"] for client_id, entry in record.entries(record.read(folder)).items()}
        names |= {client.id: client.name for client in listing.clients} if listing else {}
        if names:
            return names
    return {}


def _name(clients: Sequence[NamedClient], joint: str) -> str:
    more = " and more" if len(clients) > SHOWN_AT_MOST else ""
    return joint.join(map(str, clients[:SHOWN_AT_MOST])) + more
