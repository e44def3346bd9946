"""One client from its archive to its files.

A job is a plain value without a secret in it, so it can be done in any process: it reads the archive, makes
the figures once, and writes workbook and statement from them into the folder it is given.
"""

import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from reports import slugs
from reports.errors import ClientError
from reports.export import staged_rows
from reports.export.rows import list_client_rows
from reports.figures import changes, identity
from reports.figures.account.buyers import KnownBuyer
from reports.figures.account.client_month import (
    ClientMonth,
    FiledClient,
    build_client_month,
    list_filed_groups,
)
from reports.figures.account.collections import ClosedDocuments, find_contact, list_closed, list_debts
from reports.figures.changes import Change, Comparison
from reports.figures.checks import client_checks, document_checks
from reports.figures.checks.client_checks import Word
from reports.figures.checks.filing_checks import check_filing
from reports.figures.checks.finding import PDF_FAILED, Finding
from reports.figures.document import Document
from reports.figures.filters import list_hidden
from reports.figures.identity import Identity
from reports.figures.saft.book import BookEntry, list_entries
from reports.figures.totals import Figures
from reports.period import Period
from reports.render import mail_body, pdf
from reports.render.client_archive import (
    ArchivedClient,
    ClientArchive,
    find_country,
    read_client,
    read_tables,
)
from reports.render.content import account, account_report, client_report
from reports.render.content.blocks import Grids
from reports.render.content.brand import Brand, IssuerDetails
from reports.render.content.client_report import Subject
from reports.render.content.labels import Labels
from reports.render.html import pages
from reports.render.mail_body import Body, OwnWords
from reports.render.verify.grid_check import Reference, check_report
from reports.render.verify.statement_check import check_page
from reports.render.verify.workbook_check import check_workbook
from reports.render.xlsx import workbook
from reports.source.archive import Header
from reports.source.client_list import AccountClient
from reports.source.previous import Earlier
from reports.source.previous import readings as earlier_readings

STATEMENT_TEMPLATES = ("statement.html.j2", "parts.html.j2", "page.html.j2")
"""What makes the statement: where the issuer has none of them, it is the built-in one."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """What to make of one archive. `name` and `fiscal_id` None: as the newest document has them.

    `region` is where the business is: PT, PT-AC or PT-MA. `listed` is the client in the account's own list,
    where that was read whole. `details`: what else of the account's word is shown, `client` and `balance`.
    `account_folder`: where the readings of earlier periods lie that it is held against. `own_words` None: no
    mail is made; `mail_choice`: when one is, as in `email.only`. `account`: whose the archive has to be; None
    for whatever account. `read_at`: as of when, where a later reading of the same pages replaced the one that
    is wanted. `unprinted`: where no files are made, why those that lie there are without a PDF. `has_book`:
    the documents are wanted as the account's SAF-T file has them. `rows`: where the client's rows of the
    account's data are written; None where none are wanted.
    """

    client: int
    archive: Path
    name: str | None
    fiscal_id: str | None
    language: str
    account_language: str
    issuer: IssuerDetails
    period: Period
    time_zone: str
    ageing: tuple[int, ...]
    line_items: bool
    excel: bool
    html: bool
    pdf: bool
    brand: Brand
    region: str = "PT"
    listed: AccountClient | None = None
    details: tuple[str, ...] = ()
    account_folder: Path | None = None
    own_words: OwnWords | None = None
    mail_choice: str = "all"
    account: str | None = None
    read_at: dt.datetime | None = None
    unprinted: str | None = None
    has_book: bool = False
    rows: Path | None = None


@dataclass(frozen=True)
class Rendered:
    """A client that is done. `figures` without their frames; `grids` is its part of the summary workbook.

    `filing` are findings of the account that show at this client, `month` its part of the account's month,
    `book` its documents as the SAF-T file should have them, where they are wanted.
    `changes` is None where there was no earlier reading to hold it against, `body` where no mail is made, as
    for a client that is not selected for one (`is_selected`). `own`, the ids of its documents in the archive,
    are there until its files were read back.
    """

    subject: Subject
    header: Header
    figures: Figures
    findings: tuple[Finding, ...]
    filing: tuple[Finding, ...]
    changes: Comparison | None
    month: ClientMonth
    book: tuple[BookEntry, ...] = ()
    own: frozenset[int] = frozenset()
    grids: Grids = field(default_factory=dict)
    body: Body | None = None
    is_selected: bool = True


def render(job: Job, folder: Path | None) -> Rendered:
    """Makes a client's figures and, with a `folder`, its files in it, which are read back.

    Raises ClientError, OSError.
    """
    # The documents themselves are gone before files are made of their figures.
    found = _compute_report(job)
    body, unprinted = _write(job, found, folder) if folder else (None, job.unprinted)
    if unprinted:
        found = replace(found, findings=(*found.findings, Finding(PDF_FAILED, found=unprinted)))
    labels = Labels(job.account_language)
    grids = account_report.client_grids(found.subject, found.figures, found.findings, labels, found.changes)
    return replace(found, figures=found.figures.drop_frames(), own=frozenset(), grids=grids, body=body)


def _compute_report(job: Job) -> Rendered:
    source = ClientArchive(
        path=job.archive,
        client=job.client,
        account=job.account,
        region=job.region,
        zone=ZoneInfo(job.time_zone),
        details=job.details,
        country=job.listed.country if job.listed else None,
        account_folder=job.account_folder,
        read_at=job.read_at,
    )
    found = read_client(source, period=job.period, limits=job.ageing)
    header, documents, word, laid_out, figures = found
    if job.rows:
        staged_rows.write(job.rows, list_client_rows(laid_out, figures))
    who = _identity(job, documents, word)
    findings = (
        *client_checks.check(who, word, figures),
        *document_checks.check(laid_out, figures, header.filters),
    )
    newest = identity.newest_first(documents)
    names_seen = (document.client.name for document in newest if document.client.name)
    subject = Subject(
        client=job.client,
        name=" ".join((job.name or "").split()) or next(names_seen, "") or f"#{job.client}",
        fiscal_id=who.fiscal_id,
        issuer=job.issuer,
        period=job.period,
        read_at=header.read_at.astimezone(source.zone),
        filters=header.filters,
        address=who.address,
        vendor_balance=word.balance,
    )
    compared, closed = _comparison(job, source, found)
    known = KnownBuyer(find_country(source, word), subject.fiscal_id)
    groups = list(list_filed_groups(laid_out, figures, known))
    filing = tuple(check_filing(laid_out, figures, groups, has_taxes=header.taxes is not None))
    contact = find_contact(documents, job.listed.email if job.listed else None)
    month = build_client_month(
        laid_out,
        figures,
        groups,
        client=FiledClient(job.client, subject.name, subject.fiscal_id),
        filters=header.filters,
        debts=list_debts(figures, contact, client=job.client, name=subject.name),
        closed=closed,
    )
    own = frozenset(document.id for document in documents)
    is_selected = account.is_selected(
        job.mail_choice,
        documents=sum(total.documents for total in figures.totals),
        open_amounts=(bucket.amount for bucket in figures.ageing),
        overdue=(total.overdue for total in figures.totals),
    )
    book = list_entries(laid_out, job.period, client=job.client, name=subject.name) if job.has_book else ()
    return Rendered(
        *(subject, header, figures, findings, filing, compared, month),
        book=tuple(book),
        own=own,
        is_selected=is_selected,
    )


def _write(job: Job, found: Rendered, folder: Path) -> tuple[Body | None, str | None]:
    """Makes the files; returns what the mail says that brings them, and why they are without a PDF."""
    subject, figures, findings, labels = found.subject, found.figures, found.findings, Labels(job.language)
    report = client_report.client_report(
        subject, figures, findings=findings, labels=labels, line_items=job.line_items
    )
    reference = Reference(
        report=report,
        figures=figures,
        labels=labels,
        own=found.own,
        explained=frozenset((finding.code, finding.document) for finding in findings),
        vendor=subject.vendor_balance,
        has_months=not list_hidden(subject.filters),
        has_lines=job.line_items,
    )
    stem = f"{slugs.client_folder(subject.name, job.client)}-{job.period.label}"
    check_report(stem, reference)
    unprinted = None
    if job.excel:
        book = client_report.client_book(report, subject, figures, findings=findings, labels=labels)
        written = folder / f"{stem}.xlsx"
        with written.open("wb") as target:
            workbook.write(book, target, labels=labels, brand=job.brand)
        check_workbook(written, book, reference)
    if job.html or job.pdf:
        page = folder / f"{stem}.html"
        pieces = pages.statement(report, subject=subject, labels=labels, brand=job.brand)
        with page.open("wb") as target:
            target.writelines(piece.encode() for piece in pieces)
        replaced = job.brand.templates
        is_own = replaced is not None and any((replaced / name).is_file() for name in STATEMENT_TEMPLATES)
        check_page(page, reference, is_own=is_own)
        if job.pdf:
            unprinted = _print(job, page)
        if not job.html:
            page.unlink()
    if job.own_words is None or not found.is_selected:
        return None, unprinted
    own = job.own_words
    body = mail_body.make(report, subject, figures.totals, own=own, labels=labels, brand=job.brand)
    return body, unprinted


def _print(job: Job, page: Path) -> str | None:
    """Prints a statement; returns why it could not be. Raises ClientError where no other file is made."""
    try:
        pdf.print_page(page, page.with_suffix(".pdf"))
    except pdf.PrintError as error:
        if not (job.excel or job.html):
            raise ClientError(str(error)) from error
        log.warning("client %s: its files are without a PDF: %s", job.client, error)
        return error.cause
    return None


def _comparison(
    job: Job, source: ClientArchive, now: ArchivedClient
) -> tuple[Comparison | None, ClosedDocuments | None]:
    """What changed since the earlier readings, and what is open no longer since the newest of them.

    A reading that cannot be read is as if it were not there.
    """
    if job.account_folder is None:
        return None, None
    header = now.header
    is_filtered = changes.is_by_state(header.filters)
    readings = earlier_readings(job.account_folder, header, job.period)
    held: list[Earlier] = []
    found: list[Change] = []
    closed: ClosedDocuments | None = None
    zone = ZoneInfo(job.time_zone)
    reported = 0
    for earlier in readings:
        try:
            before = replace(source, path=earlier.archive, account=header.account, read_at=None)
            then = read_tables(before, now.word)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, it fails no month
            name = "" if isinstance(error, ClientError) else f"{type(error).__name__}: "
            label = earlier.period.label
            log.warning("client %s is not held against %s: %s%s", job.client, label, name, error)
            continue
        if not held:
            since = (earlier.period, earlier.read_at.astimezone(zone))
            closed = ClosedDocuments(*since, tuple(list_closed(then, now.tables)))
        held.append(earlier)
        reported += changes.count_reported(then, period=earlier.period, after=earlier.after)
        found += changes.compare(
            then, now.tables, period=earlier.period, after=earlier.after, is_filtered=is_filtered
        )
    if not held:
        return None, None
    found.sort(key=lambda change: (change.date, change.document))
    against = tuple((earlier.period, earlier.read_at.astimezone(zone)) for earlier in held)
    return Comparison(against, is_filtered, tuple(found), reported), closed


def _identity(job: Job, documents: Sequence[Document], word: Word) -> Identity:
    """The configuration's word first, then the newest document's snapshot, then the account's."""
    known = [Identity(job.fiscal_id), identity.read_document_identity(documents), word.identity]
    if job.listed:
        known.append(identity.identity(**{part: getattr(job.listed, part) for part in identity.PARTS}))
    return identity.first_known(known)
