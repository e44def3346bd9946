"""The body of a client's mail, made from the archive of its month."""

from pathlib import Path

from reports.figures import tables, totals
from reports.figures.checks import document_checks
from reports.figures.parse import parse_document, read_page
from reports.render.content import client_report
from reports.render.content.brand import IssuerDetails
from reports.render.content.client_report import Subject
from reports.render.content.labels import Labels
from reports.render.html import pages
from reports.source import archive
from tests.support.papers import LIMITS_DAYS, OCTOBER

ISSUER = IssuerDetails("Contabilidade Exemplo, Lda", "500000001", "Rua do Exemplo 1\n1000-001 Lisboa")


def mail(month: Path, client: int, language: str) -> str:
    """The mail of `client` in `language`, an HTML page."""
    path = archive.path_of(month / "source", client)
    header, labels = archive.read_header(path), Labels(language)
    laid_out = tables.build(
        [paper for body in archive.read_pages(path) for paper in map(parse_document, read_page(body).listed)]
    )
    read_at = header.read_at
    figures = totals.build(laid_out, period=OCTOBER, read_on=read_at.date(), limits=LIMITS_DAYS)
    findings = document_checks.check(laid_out, figures, header.filters)
    subject = Subject(client, f"Cliente & Filhos {client}", None, ISSUER, OCTOBER, read_at, header.filters)
    report = client_report.client_report(subject, figures, findings=findings, labels=labels, line_items=False)
    return pages.mail(report, subject=subject, labels=labels)[1]
