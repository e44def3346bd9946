"""The mail's body: the report's own figures, in what Outlook's Word engine can render."""

import re
from functools import lru_cache

import pytest

from reports.figures import tables, totals
from reports.figures.checks import document_checks
from reports.figures.parse import parse_document, read_page
from reports.render.content import client_report
from reports.render.content.blocks import Kind, Sheet
from reports.render.content.brand import HOUSE, Brand, IssuerDetails
from reports.render.content.client_report import ClientReport, Subject
from reports.render.content.labels import Labels
from reports.render.html import pages
from reports.sandbox.data import SandboxAccount, generate
from reports.sandbox.routes import json_text
from tests.render.html.test_pages import HOSTILE, READ_AT, parsed
from tests.support.papers import LIMITS_DAYS, OCTOBER, READ_ON, paper

LIMIT_BYTES = 100_000
"""Some readers of mail cut what is longer."""

ISSUER = IssuerDetails("Contabilidade Exemplar, Lda", "500 000 100", "Rua do Exemplo 12")

ELEMENTS = set("html head meta title style body table tr td th h1 h2 span strong br".split())
ATTRIBUTES = {
    "html": {"lang"},
    "meta": {"charset", "name", "content"},
    "body": {"style"},
    "table": {"width", "border", "cellpadding", "cellspacing", "role", "class"},
    "tr": {"class"},
    "td": {"align", "valign", "width", "colspan", "style", "lang", "class"},
    "th": {"align", "valign", "width", "colspan", "style", "scope"},
    "h1": {"style"},
    "h2": {"style"},
    "span": {"style", "class"},
}
"""What Word renders, and what it passes over and others need: role, scope, lang, the classes for phones."""

PROPERTIES = {
    "background-color": {"body"},
    "border-bottom": {"td", "th"},
    "border-top": {"td"},
    "display": {"span"},
    "color": {"body", "td", "th", "h1", "h2", "span"},
    "font-family": {"body", "td", "th", "h1", "h2"},
    "font-size": {"body", "td", "th", "h1", "h2", "span"},
    "font-weight": {"td", "th", "h1", "h2", "span"},
    "line-height": {"body", "td", "th", "h1", "h2", "span"},
    "margin": {"h1", "h2"},
    "padding": {"td", "th"},
}
"""Where Word heeds them: it leaves out the padding of most elements, and all of flex, float and position."""

FONTS = {"Arial,sans-serif", "Georgia,serif"}


@lru_cache
def demo() -> SandboxAccount:
    return generate()


@lru_cache
def made(client: int, language: str) -> tuple[ClientReport, Subject]:
    """The report of one of the demo's clients."""
    laid_out = tables.build(
        list(map(parse_document, read_page(json_text({"invoices": demo().documents[client]})).listed))
    )
    figures = totals.build(laid_out, period=OCTOBER, read_on=READ_ON, limits=LIMITS_DAYS)
    subject = Subject(client, f"Cliente {client}", "500000011", ISSUER, OCTOBER, READ_AT, {})
    report = client_report.client_report(
        subject,
        figures,
        findings=document_checks.check(laid_out, figures, {}),
        labels=Labels(language),
        line_items=False,
    )
    return report, subject


def of_papers(*papers: object, name: str = "Ana & Filhos, Lda", brand: Brand = HOUSE) -> str:
    laid_out = tables.build(list(map(parse_document, read_page(json_text({"invoices": papers})).listed)))
    figures = totals.build(laid_out, period=OCTOBER, read_on=READ_ON, limits=LIMITS_DAYS)
    subject = Subject(1310176, name, "500000011", ISSUER, OCTOBER, READ_AT, {})
    report = client_report.client_report(subject, figures, findings=(), labels=Labels("en"), line_items=False)
    return pages.mail(report, subject=subject, labels=Labels("en"), brand=brand)[1]


@pytest.mark.parametrize("client", demo().documents)
def test_outlook_knows_every_element_attribute_and_style_of_the_demos_mails(client: int) -> None:
    report, subject = made(client, "en")
    page = pages.mail(report, subject=subject, labels=Labels("en"))[1]
    assert len(page.encode()) < LIMIT_BYTES
    for element in parsed(page).elements:
        assert element.tag in ELEMENTS
        assert {*element.attributes} <= ATTRIBUTES.get(element.tag, set()), element.tag
        assert re.fullmatch(r"(\d+%?)?", element.attributes.get("width", ""))
        for property_, value in re.findall(r"([\w-]+):\s*([^;]*)", element.attributes.get("style", "")):
            assert element.tag in PROPERTIES.get(property_, ()), f"{property_} of {element.tag}"
            assert property_ != "font-family" or value in FONTS
            assert not re.search(r"url|var|calc|rem|em\b|%", value)


@pytest.mark.parametrize("client", demo().documents)
def test_the_mail_says_the_reports_own_amounts_and_no_other(client: int) -> None:
    report, subject = made(client, "en")
    labels = Labels("en")
    page = parsed(pages.mail(report, subject=subject, labels=labels)[1])
    shown = {element.text for element in page.all("span") if "style" not in element.attributes}
    sheets = [
        report.totals,
        *(sheet for part in report.currencies for sheet in (part.types, part.vat, part.ageing)),
    ]
    known = {text for sheet in sheets for text in amounts(sheet, labels)}
    assert shown <= known
    assert {text for part in report.currencies for text in amounts(part.ageing, labels)} <= shown
    assert not page.all("data")


def amounts(sheet: Sheet, labels: Labels) -> set[str]:
    """Every amount of a sheet as text, its totals too."""
    keys = [column.key for column in sheet.columns]
    texts = set()
    for row in (*sheet.rows, *([sheet.totals] if sheet.totals else [])):
        named = "currency" in keys
        currency = str(row[keys.index("currency")]) if named else sheet.shown_currency or ""
        for column, value in zip(sheet.columns, row, strict=True):
            if column.kind is Kind.MONEY and value is not None:
                texts.add(labels.money(value, currency))
    return texts


def test_the_mail_has_totals_types_vat_and_ageing_of_each_currency_and_the_notes() -> None:
    page = parsed(
        of_papers(paper(1), paper(2, currency="US Dollar", rate="0"), brand=Brand(footer="Ours\nalone"))
    )
    assert [heading.text for heading in page.all("h2")] == [
        f"{title} · {currency}"
        for currency in ("EUR", "USD")
        for title in ("Subtotals per type", "VAT summary", "Ageing of open documents")
    ] + ["Notes"]
    cells = [cell.text for cell in page.all("td")]
    assert "Statement of the documents of Ana & Filhos, Lda, 01/10/2026 – 31/10/2026." in cells
    assert "Este documento não serve de fatura." in cells
    assert cells[-2:] == ["Ours", "alone"]


def test_a_mail_about_nothing_says_so() -> None:
    page = of_papers()
    assert "No documents in this period, and none open." in page
    assert not parsed(page).all("th")


def test_tables_of_layout_say_that_they_are_none_of_data() -> None:
    for table in parsed(of_papers(paper(1))).all("table"):
        assert table.attributes.get("role") == "presentation" or "Total" in table.text


def test_hostile_text_never_becomes_markup_in_a_mail() -> None:
    hostile = paper(1, currency=HOSTILE, inverted_sequence_number=HOSTILE)
    page = parsed(of_papers(hostile, name=HOSTILE, brand=Brand(footer=HOSTILE)))
    tame = parsed(of_papers(paper(1), brand=Brand(footer="x")))
    assert {element.tag for element in page.elements} == {element.tag for element in tame.elements}


def test_equal_input_gives_equal_mails() -> None:
    assert of_papers(paper(1), paper(2)) == of_papers(paper(2), paper(1))
