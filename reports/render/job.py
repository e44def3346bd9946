"""One client from its archive to its files.

A job is a plain value without a secret in it, so it can be done in any process: it reads the archive, makes
the figures once, and writes workbook and statement from them into the folder it is given.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from reports import names
from reports.figures import checks, tables, totals
from reports.figures.checks import Finding
from reports.figures.model import Document, parse_page
from reports.figures.totals import Figures
from reports.period import Period
from reports.render import account_pages, client_pages, pages, workbook
from reports.render.account_pages import Grids
from reports.render.brand import Brand
from reports.render.client_pages import Issuer, Subject
from reports.render.labels import Labels
from reports.source import archive
from reports.source.archive import Header


@dataclass(frozen=True)
class Job:
    """What to make of one archive. `name` and `fiscal_id` None: as the newest document has them."""

    client: int
    archive: Path
    name: str | None
    fiscal_id: str | None
    language: str
    account_language: str
    issuer: Issuer
    period: Period
    time_zone: str
    ageing: tuple[int, ...]
    line_items: bool
    excel: bool
    html: bool
    pdf: bool
    brand: Brand


@dataclass(frozen=True)
class Rendered:
    """A client that is done. `figures` without their frames; `grids` is its part of the summary workbook."""

    subject: Subject
    header: Header
    figures: Figures
    findings: tuple[Finding, ...]
    grids: Grids


def render(job: Job, folder: Path | None) -> Rendered:
    """Makes a client's figures and, with a `folder`, its files in it. Raises ClientError, OSError."""
    header = archive.read_header(job.archive)
    documents = [document for body in archive.read_pages(job.archive) for document in parse_page(body)]
    laid_out = tables.build(documents)
    read_at = header.read_at.astimezone(ZoneInfo(job.time_zone))
    figures = totals.build(laid_out, period=job.period, read_on=read_at.date(), limits=job.ageing)
    findings = checks.check(laid_out, figures, header.filters)
    subject = _subject(job, documents, header, read_at)
    if folder:
        _write(job, subject, figures, findings=findings, folder=folder)
    return Rendered(
        subject=subject,
        header=header,
        figures=figures.without_frames(),
        findings=findings,
        grids=account_pages.client_grids(subject, figures, findings, Labels(job.account_language)),
    )


def _write(
    job: Job, subject: Subject, figures: Figures, *, findings: Sequence[Finding], folder: Path
) -> None:
    labels = Labels(job.language)
    report = client_pages.client_report(
        subject, figures, findings=findings, labels=labels, line_items=job.line_items
    )
    stem = f"{names.client_folder(subject.name, job.client)}-{job.period.label}"
    if job.excel:
        book = client_pages.client_book(report, subject, figures, labels=labels)
        with (folder / f"{stem}.xlsx").open("wb") as target:
            workbook.write(book, target, labels=labels, brand=job.brand)
    if job.html:
        page = pages.statement(report, subject=subject, labels=labels, brand=job.brand)
        (folder / f"{stem}.html").write_bytes(page.encode("utf-8", "replace"))


def _subject(job: Job, documents: Sequence[Document], header: Header, read_at: dt.datetime) -> Subject:
    """The configuration's word first, then the newest document's snapshot of the client."""
    newest = sorted(documents, key=lambda document: (document.date or dt.date.min, document.id), reverse=True)
    names_seen = (document.client.name for document in newest if document.client.name)
    fiscal_ids = (document.client.fiscal_id for document in newest if document.client.fiscal_id)
    return Subject(
        client=job.client,
        name=" ".join((job.name or "").split()) or next(names_seen, "") or f"#{job.client}",
        fiscal_id=job.fiscal_id or next(fiscal_ids, None),
        issuer=job.issuer,
        period=job.period,
        read_at=read_at,
        filters=header.filters,
    )
