"""All files of one client, from its archive, in a folder of their own that nobody sees yet.

Task and result are plain values without a secret, for any process or machine that sees the same folders.
"""

import logging
from dataclasses import dataclass, replace
from pathlib import Path

from reports import atomic_files, slugs
from reports.deliver import publish
from reports.deliver.record import Entry, amounts, is_kept, make_ready_entry
from reports.errors import DataError, ReportsError, UnforeseenError
from reports.figures.account.client_month import ClientMonth
from reports.figures.checks.finding import PDF_FAILED
from reports.figures.saft.book import BookEntry
from reports.mail import eml
from reports.mail.eml import Mail
from reports.render.content import account
from reports.render.content.account import ClientLine
from reports.render.content.blocks import Grids
from reports.render.job import Job, Rendered, render

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ClientTask:
    """What to make of one reading, for the folder of a period. `pages` and `requests` are the reading's.

    `is_mailing`: a mail is wanted, but for those of `is_left_out`, who get none on purpose; without a `mail`,
    which has no words yet, nobody knows an address. `listed_address`: what the account has in its place.
    `attachments`: the endings of the files that go with it. `kept`: the client's entry in the run record when
    its files stay as they are and only its figures are made. `has_data`: its rows of the account's data are
    wanted.
    """

    job: Job
    period_folder: Path
    pages: int
    requests: int
    is_mailing: bool = False
    is_left_out: bool = False
    listed_address: str | None = None
    mail: Mail | None = None
    attachments: tuple[str, ...] = ()
    kept: Entry | None = None
    has_data: bool = False


@dataclass(frozen=True)
class Made:
    """A client that is done; `staged` holds its files, read back and on the disk, None without any.

    `month` is its part of the account's month, `book` of what the SAF-T file should have. `rows` holds its
    rows of the account's data, in the folder of the period; None where none are wanted.
    """

    entry: Entry
    line: ClientLine
    grids: Grids
    month: ClientMonth
    book: tuple[BookEntry, ...]
    staged: Path | None
    rows: Path | None = None


def make(task: ClientTask) -> Made:
    """Does the task. Raises ClientError, also for what nobody foresaw, or WriteError, and leaves nothing."""
    try:
        return _make(task)
    except ReportsError:
        raise
    except Exception as error:
        # What is made of an earlier reading may meet the very error that failed its client before.
        if not (task.kept and is_kept(task.kept)):
            log.exception("client %s: an error that nobody foresaw", task.job.client)
        raise UnforeseenError from error


def _make(task: ClientTask) -> Made:
    if not task.has_data:
        return _make_files(task)
    rows = atomic_files.temporary_name(task.period_folder / f"data-{task.job.client}")
    try:
        return replace(_make_files(replace(task, job=replace(task.job, rows=rows))), rows=rows)
    except BaseException as error:
        atomic_files.remove_file(rows)
        if isinstance(error, OSError):
            raise atomic_files.as_write_error(error, task.period_folder) from error
        raise


def _make_files(task: ClientTask) -> Made:
    if task.kept:
        rendered = render(task.job, None)
        if is_kept(task.kept) and any(
            task.kept[key] != own for key, own in amounts(rendered.figures).items()
        ):
            raise DataError("the stored pages do not come to the figures of the files that are kept")
        return _make_result(task, rendered, task.kept, None)
    client, folder = task.job.client, task.period_folder
    staged = publish.stage(folder, client)
    try:
        rendered = render(task.job, staged)
        place = slugs.client_folder(rendered.subject.name, client)
        unmailed = _mail(task, rendered, staged / f"{place}-{task.job.period.label}")
        publish.seal(staged)
        entry = make_ready_entry(
            rendered, pages=task.pages, requests=task.requests, unmailed=unmailed, staged=staged, place=place
        )
        return _make_result(task, rendered, entry, staged)
    except BaseException as error:
        atomic_files.remove_folder(staged)
        if isinstance(error, OSError):
            raise atomic_files.as_write_error(error, folder) from error
        raise


def _mail(task: ClientTask, rendered: Rendered, stem: Path) -> str | None:
    """Writes the mail beside the files that go with it; else why there is none."""
    if not task.is_mailing:
        return None
    if task.is_left_out:
        return account.ON_PURPOSE
    if not rendered.is_selected:
        return account.NOT_SELECTED
    if task.mail is None or rendered.body is None:
        return account.NO_ADDRESS
    is_printed = all(finding.code != PDF_FAILED for finding in rendered.findings)
    kinds = [kind for kind in task.attachments if kind != "pdf" or is_printed]
    attachments = [stem.with_name(f"{stem.name}.{kind}") for kind in kinds]
    mail = replace(task.mail, **vars(rendered.body), attachments=attachments)
    is_made = eml.write(stem.with_name(f"{stem.name}{eml.ENDING}"), mail)
    return None if is_made else account.TOO_LARGE


def _make_result(task: ClientTask, rendered: Rendered, entry: Entry, staged: Path | None) -> Made:
    subject = rendered.subject
    line = ClientLine(
        id=subject.client,
        name=subject.name,
        fiscal_id=subject.fiscal_id,
        state=account.READY,
        read_at=subject.read_at,
        documents_read=rendered.figures.documents_read,
        totals=rendered.figures.totals,
        schemes=rendered.figures.schemes,
        findings=rendered.findings,
        filing=rendered.filing,
        changes=rendered.changes,
        files=tuple((Path(file["path"]).suffix.removeprefix("."), file["path"]) for file in entry["files"]),
        unmailed=entry["unmailed"],
        listed_address=task.listed_address,
    )
    return Made(entry, line, rendered.grids, rendered.month, rendered.book, staged)
