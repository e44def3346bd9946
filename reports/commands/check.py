"""What would make a run fail, found before it: folder, key, mail, API, clients. Writes and sends nothing."""

import datetime as dt
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from reports import atomic_files
from reports.commands.dry_run import describe_unmailed
from reports.deliver import publish, record, result_page, run_log, schedule
from reports.errors import (
    ClientError,
    ConfigError,
    ExitCode,
    ReadingError,
    RefusedError,
    ReportsError,
    UnreachableError,
)
from reports.figures.checks import account_checks
from reports.figures.checks.account_checks import ClientFinding, KnownClient
from reports.figures.filters import list_hidden
from reports.mail import mailer
from reports.period import local_day
from reports.pipeline import data_files
from reports.plan import DATA, OVERVIEW, SUMMARY, brand_of, few
from reports.redaction import Redactor
from reports.render import pdf
from reports.render.content.labels import Labels
from reports.render.html import pages
from reports.render.html.context import RunLine
from reports.settings import credentials
from reports.settings.config import Config, resolve_period
from reports.settings.mail import Smtp
from reports.source import archive
from reports.source.client_list import AccountClient, list_clients
from reports.source.http.api import Api
from reports.source.http.waiting import announce
from reports.source.page_size import DOCUMENTED

LEAST_FREE_BYTES = 100_000_000
TIMES_THE_LAST_RUN = 2
"""New folders are whole before the old ones go."""

LONG_AGO_DAYS = 35
MEANINGS: Mapping[int, str] = {
    ExitCode.DONE: "every client done",
    ExitCode.BUG: "a bug",
    ExitCode.USAGE: "wrong configuration",
    ExitCode.SOME_FAILED: "some clients failed",
    ExitCode.NONE_DONE: "no client could be done",
    ExitCode.REFUSED: "key or account refused",
    ExitCode.WARNINGS: "all done, with warnings to look at",
    ExitCode.BUSY: "another run was active",
    ExitCode.NOT_WRITTEN: "something could not be written",
    ExitCode.INTERRUPTED: "interrupted",
}


@dataclass(frozen=True)
class Item:
    """One thing looked at: what was found, and the code a run would end with because of it.

    `is_note`: it is not well, and a run goes through all the same.
    """

    message: str
    exit_code: ExitCode = ExitCode.DONE
    is_note: bool = False


def check(
    settings: Config,
    *,
    now: Callable[[], dt.datetime],
    redact: Redactor,
    say: Callable[[str], None] = lambda _: None,
) -> Iterator[Item]:
    """Looks at one configuration, which is valid already, one item at a time.

    `say` is told, by another thread, when the API is waited for.
    """
    today = local_day(now(), settings.time_zone)
    period = resolve_period(settings, today)
    yield Item(
        f"configuration {settings.path}: valid, period {period.label} ({period.first} to {period.last})"
    )
    yield from _filters(settings)
    account_folder = settings.output.folder / settings.account.name
    yield _folder(account_folder / period.label)
    yield from _list_obstacles(account_folder / period.label, settings.output.data)
    last = result_page.last_run(account_folder)
    yield from _space(account_folder, last)
    yield _last_run(settings, last, now())
    if stray := schedule.find_stray(settings):
        yield Item(stray, is_note=True)
    known = record.find_known_clients(account_folder, period)
    yield from _list_account_findings(account_checks.check_period(period, today))
    if settings.output.pdf:
        yield _browser(is_alone=not (settings.output.excel or settings.output.html))
    if settings.statement.templates:
        message = f"templates: those in {settings.statement.templates} are sound"
        yield _try_out(partial(pages.check_templates, brand_of(settings)), message)
    yield from _mail(settings, redact)
    try:
        key = credentials.api_key(settings.account.name, settings.account.api_key)
    except ConfigError as error:
        yield _ill(error)
        return
    redact.add(key)
    if variable := credentials.variable(settings.account.api_key):
        whose = f"the environment variable {variable} of the user {_user()}"
        yield Item(f"key: in {whose}; a scheduled task needs it too")
    else:
        yield Item(f"key: readable by the user {_user()}; a scheduled task has to run as the same")
    yield from _check_api(settings, key, known, say)


def _filters(settings: Config) -> Iterator[Item]:
    """A filter that hides what a whole month needs is allowed, and said."""
    own = ((f"filters of client {client.id}", client.filters) for client in settings.clients or ())
    for whose, filters in (("filters", settings.filters), *own):
        if filters and (hidden := list_hidden(filters.as_request())):
            yield Item(f"{whose}: documents are left out on purpose: {', '.join(hidden)}")


def _list_account_findings(findings: Iterable[ClientFinding]) -> Iterator[Item]:
    """Findings of the account, as a run would have them."""
    labels = Labels("en")
    for finding, _ in findings:
        code = ExitCode.NONE_DONE if account_checks.is_silence(finding) else ExitCode.WARNINGS
        yield Item(f"account: {labels.finding(finding)}", code)


def _check_api(
    settings: Config, key: str, known: Mapping[int, KnownClient], say: Callable[[str], None]
) -> Iterator[Item]:
    limits = settings.requests
    api = Api(
        settings.account.origin,
        key,
        per_page=limits.page_size,
        per_minute=limits.per_minute,
        deadline_seconds=limits.deadline_minutes * 60,
    )
    with closing(api), announce(api.describe_wait, say):
        way = f"through the proxy {api.proxy}" if api.proxy else "without a proxy"
        tls = f"connection: TLS, verified with the certificates of this system, {way}"
        is_encrypted = api.origin.startswith("https:")
        yield Item(tls if is_encrypted else "connection: on this computer, without TLS")
        try:
            listed = list_clients(api)
        except RefusedError as error:
            yield _ill(error)
            return
        except ReportsError as error:
            yield Item(str(error), ExitCode.NONE_DONE)
            return
        yield Item(f"API: {settings.account.origin} accepts the key; the account has {len(listed)} clients")
        if settings.clients is None:
            yield from _list_account_findings(account_checks.check_clients([*listed], known))
            yield from _listed_addresses(settings, listed)
        readable: list[int] = []
        # One page tells; a run finds out for itself whether larger ones are given.
        size = DOCUMENTED if api.page_size.may_fall_back else None
        for client in settings.clients or ():
            filters = settings.client_filters(client).as_request()
            try:
                found = api.documents_page(client.id, 1, filters, size=size).pagination.total_entries
            except ReportsError as error:
                yield _ill(error)
                if not isinstance(error, ReadingError) or isinstance(error, UnreachableError):
                    return
            else:
                readable.append(found)
                where = f"client {client.id} {client.name}" if client.name else f"client {client.id}"
                yield Item(f"{where}: {found} documents")
        if settings.clients and not readable:
            yield Item("clients: none of them can be read", ExitCode.NONE_DONE)
        elif len(readable) == len(settings.clients or ()):
            yield from _list_account_findings(
                account_checks.check_documents(readable, known, is_everybody=False)
            )


def _folder(folder: Path) -> Item:
    """A period's folder, judged by permission alone: nothing is written here."""
    # Every file of a run goes there or into one of the two folders above it.
    places = (folder, *folder.parents[:2])
    try:
        nearest = {_nearest(place) for place in places}
    except OSError as error:
        return _ill(atomic_files.as_write_error(error, folder))
    for place in nearest:
        if place is None:
            trouble = f"{folder.anchor} is not there; connect the drive"
        elif not place.is_dir():
            trouble = f"{place} is a file; move it away"
        elif not os.access(place, os.W_OK | os.X_OK):
            trouble = f"{place} cannot be written; allow it"
        else:
            continue
        return Item(f"output: {trouble} or choose another folder", ExitCode.NOT_WRITTEN)
    return Item(f"output: {folder} can be written")


def _list_obstacles(period_folder: Path, formats: Sequence[str]) -> Iterator[Item]:
    """What lies in the place of something that a run writes, and makes it end with 8."""
    source = period_folder / archive.FOLDER_NAME
    made = [source, *([period_folder / DATA] if formats else [])]
    troubles = [
        f"{folder} is a link that leads nowhere"
        for folder in (period_folder.parent, period_folder, *made)
        if atomic_files.is_link(folder) and not folder.exists()
    ]
    blocked = (folder for folder in made if folder.exists() and not folder.is_dir())
    troubles += [f"{folder} is a file where a folder is made" for folder in blocked]
    files = [period_folder.parent.parent / result_page.FILE_NAME]
    files += [period_folder / name for name in (record.FILE_NAME, run_log.FILE_NAME, OVERVIEW, SUMMARY)]
    files += [period_folder / name for name in data_files.list_files(formats)]
    with suppress(OSError):
        files += source.glob(f"*{archive.ENDING}")
    occupied = (path for path in files if path.is_dir() and not atomic_files.is_link(path))
    troubles += [f"{path} is a folder where a file is written" for path in occupied]
    for trouble in troubles:
        yield Item(f"output: {trouble}; move it away", ExitCode.NOT_WRITTEN)
    names = record.folders(record.read(period_folder)).values()
    proofs = [
        _try_out(partial(publish.prove_lockable, period_folder.parent)),
        *(_try_out(partial(publish.prove_replaceable, period_folder / name)) for name in names),
    ]
    yield from (proof for proof in proofs if proof.exit_code)


def _space(account_folder: Path, last: RunLine | None) -> Iterator[Item]:
    """Whether a run has room, going by the last one; nothing where the disk does not say."""
    try:
        files = (account_folder / last.period_label).rglob("*") if last else ()
        taken = sum(path.stat().st_size for path in files if path.is_file())
        free = shutil.disk_usage(_nearest(account_folder) or account_folder).free
    except OSError:
        return
    needed = max(LEAST_FREE_BYTES, TIMES_THE_LAST_RUN * taken)
    if free < needed:
        yield Item(
            f"space: only {_megabytes(free)} are free in {account_folder.parent}, and a run may take "
            f"{_megabytes(needed)}; free some",
            ExitCode.NOT_WRITTEN,
        )
    else:
        yield Item(f"space: {_megabytes(free)} are free; a run may take {_megabytes(needed)}")


def _last_run(settings: Config, last: RunLine | None, now: dt.datetime) -> Item:
    """How the last run ended: what a scheduler that ran it at night does not tell."""
    if last is None:
        return Item("last run: there is none yet")
    ended = dt.datetime.fromisoformat(last.finished_at).astimezone(settings.time_zone)
    days = (local_day(now, settings.time_zone) - ended.date()).days
    meaning = MEANINGS.get(last.exit_code, "of another version")
    said = (
        f"last run: {last.period_label}, ended {ended:%Y-%m-%d %H:%M} with {last.exit_code} "
        f"({meaning}): {last.message}"
    )
    return Item(f"{said} That is {days} days ago: is it still scheduled?" if days > LONG_AGO_DAYS else said)


def _mail(settings: Config, redact: Redactor) -> Iterator[Item]:
    """Who would get none, and whether the server takes what is sent; nothing is sent."""
    email = settings.email
    if email is None:
        return
    yield Item(f"mail: {email.when}, from {email.sender}")
    for line in describe_unmailed(settings):
        yield Item(f"mail: {line}")
    if email.smtp:
        server = _server(settings.account.name, email.smtp, redact)
        # Whose password is missing cannot tell the operator, and a run that should does not begin.
        is_needed = email.when == "send" or (email.operator and server.exit_code == ExitCode.USAGE)
        if not server.exit_code or is_needed:
            yield server
        else:
            yield Item(f"{server.message}. A run makes its drafts without it; send needs it", is_note=True)


def _listed_addresses(settings: Config, listed: Mapping[int, AccountClient]) -> Iterator[Item]:
    """Of all clients, whose mail has no way, and whose goes to more than one address."""
    email = settings.email
    if email is None:
        return
    if unknown := [str(client) for client in email.never if client not in listed]:
        yield Item(f"mail: in email.never, but no client of the account: {', '.join(unknown)}")
    nobody = []
    for client in listed.values():
        if not settings.is_mailed(client.id):
            continue
        found = settings.recipients(client.id, client.email).to
        if len(found) > 1:
            yield Item(f"mail: {client.name} ({client.id}) gets it at {', '.join(found)}, all in one field")
        elif not found and client.email:
            yield Item(
                f"mail: “{client.email}” of {client.name} ({client.id}) is no mail address: none for it"
            )
        elif not found:
            nobody.append(f"{client.name} ({client.id})")
    if nobody:
        yield Item(f"mail: no address in InvoiceXpress, and so none for {len(nobody)}: {few(nobody)}")


def _server(account: str, smtp: Smtp, redact: Redactor) -> Item:
    try:
        password = credentials.mail_password(account, smtp.password) if smtp.user else None
        redact.add(password or "")
        mailer.probe(smtp, password)
    except ReportsError as error:
        return _ill(error)
    login = f" and lets {smtp.user} in" if smtp.user else ""
    return Item(f"mail server: {smtp.host}, port {smtp.port}, answers over TLS{login}; nothing was sent")


def _browser(*, is_alone: bool) -> Item:
    """Whether a page can be printed, tried out in a temporary folder.

    A run makes a client's other files without the PDF, with a warning; where the PDF `is_alone`, there are
    no others.
    """
    try:
        found = pdf.try_out()
    except ClientError as error:
        return Item(str(error), ExitCode.NONE_DONE if is_alone else ExitCode.WARNINGS)
    except OSError as error:
        return _ill(atomic_files.as_write_error(error, Path(tempfile.gettempdir())))
    return Item(f"PDF: {found} prints")


def _user() -> str:
    """Who runs this, by the system's word: variables may say anything."""
    try:
        if sys.platform == "win32":
            return os.getlogin()
        import pwd

        return pwd.getpwuid(os.geteuid()).pw_name
    except (KeyError, OSError):
        return "without a name"


def _megabytes(size: int) -> str:
    """`73366 MB`: the sign between thousands is another one in each language."""
    return f"{size / 1_000_000:.0f} MB"


def _nearest(folder: Path) -> Path | None:
    """`folder`, or the first above it that is there; None on a drive that is not."""
    return next((path for path in (folder, *folder.parents) if path.exists()), None)


def _try_out(action: Callable[[], object], message: str = "") -> Item:
    """`message` when `action` succeeds, else its error."""
    try:
        action()
    except ReportsError as error:
        return _ill(error)
    return Item(message)


def _ill(error: ReportsError) -> Item:
    return Item(str(error), error.exit_code)
