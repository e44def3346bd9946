"""What would make a run fail, found before it: key, API, clients, output folder. Writes nothing."""

import datetime as dt
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from reports import files
from reports.errors import (
    ClientError,
    ConfigError,
    ExitCode,
    ReadingError,
    RefusedError,
    ReportsError,
    UnreachableError,
)
from reports.figures.checks import hidden_by
from reports.period import local_day
from reports.plan import brand_of
from reports.redaction import Redactor
from reports.render import browser, pages
from reports.settings import keys
from reports.settings.config import Config, resolve_period
from reports.source.client import Api


@dataclass(frozen=True)
class Item:
    """One thing looked at: the code a run would end with because of it, and what was found."""

    exit_code: ExitCode
    message: str


def check(settings: Config, *, now: Callable[[], dt.datetime], redact: Redactor) -> Iterator[Item]:
    """Looks at one configuration, which is valid already, one item at a time."""
    period = resolve_period(settings, local_day(now(), settings.time_zone))
    yield _well(
        f"configuration {settings.path}: valid, period {period.label} ({period.first} to {period.last})"
    )
    yield from _filters(settings)
    yield _folder(settings.output.folder / settings.account.name / period.label)
    if settings.output.pdf:
        yield _browser()
    if settings.statement.templates:
        yield _templates(settings)
    try:
        key = keys.api_key(settings.account.name, settings.account.api_key)
    except ConfigError as error:
        yield _ill(error)
        return
    redact.add(key)
    yield _well("key: readable by this user")
    yield from _of_api(settings, key)


def _filters(settings: Config) -> Iterator[Item]:
    """A filter that hides what a whole month needs is allowed, and said."""
    own = ((f"filters of client {client.id}", client.filters) for client in settings.clients or ())
    for whose, filters in (("filters", settings.filters), *own):
        if filters and (hidden := hidden_by(filters.as_request())):
            yield _well(f"{whose}: documents are left out on purpose: {', '.join(hidden)}")


def _of_api(settings: Config, key: str) -> Iterator[Item]:
    limits = settings.requests
    api = Api(
        settings.account.origin,
        key,
        per_page=limits.per_page,
        per_minute=limits.per_minute,
        deadline_seconds=limits.deadline_minutes * 60,
    )
    with closing(api):
        try:
            total = api.clients_page(1).pagination.total_entries
        except RefusedError as error:
            yield _ill(error)
            return
        except ReportsError as error:
            yield Item(ExitCode.NONE_DONE, str(error))
            return
        yield _well(f"API: {settings.account.origin} accepts the key; the account has {total} clients")
        readable = 0
        for client in settings.clients or ():
            filters = settings.client_filters(client).as_request()
            try:
                found = api.documents_page(client.id, 1, filters).pagination.total_entries
            except ReportsError as error:
                yield _ill(error)
                if not isinstance(error, ReadingError) or isinstance(error, UnreachableError):
                    return
            else:
                readable += 1
                yield _well(f"client {client.id} {client.name or ''}: {found} documents".replace(" :", ":"))
        if settings.clients and not readable:
            yield Item(ExitCode.NONE_DONE, "clients: none of them can be read")


def _folder(folder: Path) -> Item:
    """A period's folder, judged by permission alone: nothing is written here."""
    # Every file of a run goes there or into one of the two folders above it.
    places = (folder, *folder.parents[:2])
    try:
        nearest = {_nearest(place) for place in places}
    except OSError as error:
        return _ill(files.as_write_error(error, folder))
    for place in nearest:
        if place is None:
            trouble = f"{folder.anchor} is not there; connect the drive"
        elif not place.is_dir():
            trouble = f"{place} is a file; move it away"
        elif not os.access(place, os.W_OK | os.X_OK):
            trouble = f"{place} cannot be written; allow it"
        else:
            continue
        return Item(ExitCode.NOT_WRITTEN, f"output: {trouble} or choose another folder")
    return _well(f"output: {folder} can be written")


def _browser() -> Item:
    """Whether a page can be printed, tried out in a temporary folder."""
    try:
        found = browser.try_out()
    except ConfigError as error:
        return _ill(error)
    except ClientError as error:
        return Item(ExitCode.NONE_DONE, str(error))
    except OSError as error:
        return _ill(files.as_write_error(error, Path(tempfile.gettempdir())))
    return _well(f"PDF: {found} prints")


def _templates(settings: Config) -> Item:
    try:
        pages.check_templates(brand_of(settings))
    except ConfigError as error:
        return _ill(error)
    return _well(f"templates: those in {settings.statement.templates} are sound")


def _nearest(folder: Path) -> Path | None:
    """`folder`, or the first above it that is there; None on a drive that is not."""
    return next((path for path in (folder, *folder.parents) if path.exists()), None)


def _well(message: str) -> Item:
    return Item(ExitCode.DONE, message)


def _ill(error: ReportsError) -> Item:
    return Item(error.exit_code, str(error))
