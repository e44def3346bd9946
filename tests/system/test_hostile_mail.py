"""Hostile texts in the mail's body: the elements of the control, the texts as they are, nothing that acts."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from reports.figures import tables, totals
from reports.figures.checks import document_checks
from reports.figures.checks.finding import Finding
from reports.figures.totals import Figures
from reports.period import Period
from reports.render.content import client_report
from reports.render.content.brand import IssuerDetails
from reports.render.content.client_report import Subject
from reports.render.content.labels import Labels
from reports.render.html import pages
from reports.sandbox.documents import Raw
from tests.render.html.test_pages import READ_AT
from tests.support.hostile import CLIENT, LINKS, TEXTS, Twin, in_one_order, of_one_client
from tests.support.hostile_read import read_page, trouble_of_page
from tests.support.papers import LIMITS_DAYS, parsed

YEAR = Period(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
NAME = "NameOfTheControl"


Added = tuple[Figures, tuple[Finding, ...]]


def added(papers: Sequence[Raw]) -> Added:
    """The figures of these documents and what was found in them."""
    laid_out = tables.build(parsed(*papers))
    figures = totals.build(laid_out, period=YEAR, read_on=READ_AT.date(), limits=LIMITS_DAYS)
    return figures, document_checks.check(laid_out, figures, {})


def mail(made: Added, name: str, path: Path) -> Path:
    """The body of a client's mail, written to `path`."""
    labels, (figures, findings) = Labels("pt"), made
    # A client's name is read as one line; issuer and address may have more.
    one_line = " ".join(name.split())
    subject = Subject(
        CLIENT, one_line, one_line, IssuerDetails(name, name, name), YEAR, READ_AT, {}, address=name
    )
    report = client_report.client_report(subject, figures, findings=findings, labels=labels, line_items=False)
    path.write_text(pages.mail(report, subject=subject, labels=labels)[1], "utf-8")
    return path


def assert_twins(control: Path, made: Path, replaced: Callable[[str], str]) -> None:
    before, after = read_page(control), read_page(made)
    # An address of two lines is shown in two.
    for page in (before, after):
        del page.elements["br",]
    assert list(trouble_of_page(made)) == []
    assert after.elements == before.elements
    assert Counter(map(in_one_order, after.texts)) == Counter(
        in_one_order(replaced(text)) for text in before.texts
    )


def test_the_mail_of_every_document_is_that_of_the_control(tmp_path: Path) -> None:
    twin = Twin()
    count = len(twin.texts)
    before, after = (of_one_client(say, count).documents[CLIENT] for say in (twin.token, twin.text))
    control = mail(added(before), "Ana", tmp_path / "control.html")
    assert_twins(control, mail(added(after), "Ana", tmp_path / "hostile.html"), twin.replaced)


def test_the_mail_of_every_name_is_that_of_the_control(tmp_path: Path) -> None:
    papers = added(of_one_client(Twin().token, 1).documents[CLIENT])
    control = mail(papers, NAME, tmp_path / "control.html")
    for text in TEXTS.values():
        made = mail(papers, text, tmp_path / "hostile.html")
        assert_twins(control, made, lambda shown, text=text: shown.replace(NAME, text))  # type: ignore[misc]


def test_no_address_of_a_document_leads_anywhere_but_to_the_web(tmp_path: Path) -> None:
    (paper,) = of_one_client(Twin().token, 1).documents[CLIENT]
    links = {*LINKS.values(), *TEXTS.values()}
    papers = [paper | {"id": number, "permalink": link} for number, link in enumerate(links)]
    assert list(trouble_of_page(mail(added(papers), "Ana", tmp_path / "links.html"))) == []
