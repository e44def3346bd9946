"""Loads configurations, with every problem of every file at once."""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from reports.errors import ConfigError, Problem
from reports.settings.config import MAKERS, Config, Output
from reports.settings.messages import did_you_mean, explain
from reports.settings.yaml_file import YamlFile, read


def load(path: Path) -> Config:
    """The configuration in the file `path`. Raises ConfigError with all its mistakes."""
    return load_all([path])[0]


def load_all(paths: Sequence[Path]) -> tuple[Config, ...]:
    """The configurations in `paths`. Raises ConfigError with all mistakes, folders written to twice too."""
    configs: list[tuple[YamlFile, Config]] = []
    found: list[Problem] = []
    for path in paths:
        try:
            file = read(path)
            configs.append((file, _validate_file(file)))
        except ConfigError as error:
            found += error.problems
    found += _find_shared_folders(configs)
    if found:
        raise ConfigError(found)
    return tuple(config for _, config in configs)


def _validate_file(file: YamlFile) -> Config:
    """The configuration. Raises ConfigError with all problems of the file in the order of lines."""
    path = file.path.absolute()
    errors: list[ErrorDetails] = []
    config = None
    try:
        config = Config.model_validate({**file.data, "path": path}, context=path.parent)
    except ValidationError as error:
        errors = error.errors(include_url=False)
    if "path" in file.data:
        errors.append(ErrorDetails(type="extra_forbidden", loc=("path",), msg="", input=None))
    mistakes = [
        *file.problems,
        *explain(file, Config, errors),
        *_find_repeated_clients(file),
        *_unmade_attachments(file),
        *_find_unlisted_never(file),
    ]
    if mistakes or config is None:
        raise ConfigError(sorted(mistakes, key=lambda problem: (problem.line, problem.column)))
    return config


def _find_repeated_clients(file: YamlFile) -> Iterator[Problem]:
    clients = file.data.get("clients")
    first: dict[int, int] = {}
    for place, client in enumerate(clients if isinstance(clients, tuple) else ()):
        number = client.get("id") if isinstance(client, dict) else None
        if isinstance(number, int) and first.setdefault(number, place) != place:
            message = f"{number} is the id of clients[{first[number]}] already: take one out"
            yield file.problem(("clients", place, "id"), f"clients[{place}].id: {message}")


def _unmade_attachments(file: YamlFile) -> Iterator[Problem]:
    """What goes with a mail has to be made."""
    email, output = file.data.get("email"), file.data.get("output")
    wanted = email.get("attach") if isinstance(email, dict) else None
    options = output if isinstance(output, dict) else {}
    for place, kind in enumerate(wanted if isinstance(wanted, tuple) else ()):
        option = MAKERS.get(kind) if isinstance(kind, str) else None
        if option and options.get(option, Output.model_fields[option].default) is False:
            message = f"{kind} is not made: write output: {{{option}: true}}, or take it out"
            yield file.problem(("email", "attach", place), f"email.attach[{place}]: {message}")


def _find_unlisted_never(file: YamlFile) -> Iterator[Problem]:
    """Who is never mailed is one of the clients: a number with a slip in it would let a mail leave."""
    email, clients = file.data.get("email"), file.data.get("clients")
    never = email.get("never") if isinstance(email, dict) else None
    if not isinstance(never, tuple) or not isinstance(clients, tuple):
        return
    ids = [client.get("id") for client in clients if isinstance(client, dict)]
    known = [str(client_id) for client_id in ids]
    for place, client in enumerate(never):
        if type(client) is int and client > 0 and client not in ids:
            message = f"{client} is no client of this file: correct it, or take it out"
            near = did_you_mean(client, known)
            yield file.problem(("email", "never", place), f"email.never[{place}]: {message}{near}")


def _find_shared_folders(configs: Iterable[tuple[YamlFile, Config]]) -> Iterator[Problem]:
    first: dict[str, YamlFile] = {}
    for file, config in configs:
        folder = os.path.normcase(config.output.folder / config.account.name)
        earlier = first.setdefault(folder, file)
        if earlier is not file:
            message = f"{earlier.path} writes account {config.account.name} to the same folder: change one"
            yield file.problem(("output", "folder"), f"output.folder: {message}")
