"""Pages hold every amount exactly, and nothing a client or a document is named can become markup."""

import datetime as dt
import hashlib
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from jinja2 import StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from reports.errors import ClientError, ExitCode, WriteError
from reports.figures.checks.finding import Finding
from reports.render.content import client_report
from reports.render.content.account import FAILED, READY, AccountFinding, AccountSummary, ClientLine
from reports.render.content.blocks import Kind
from reports.render.content.brand import HOUSE, Brand, IssuerDetails
from reports.render.content.client_report import Subject
from reports.render.content.colours import contrast_on_white
from reports.render.content.labels import Labels
from reports.render.html import environment as templates
from reports.render.html import pages, tables
from reports.render.html.context import RunLine
from reports.render.html.tables import ROWS_AT_A_TIME
from reports.sandbox.documents import Raw, line
from tests.support.filed import build_account_month
from tests.support.grids import build_grid
from tests.support.papers import OCTOBER, added, findings, paper, vat

READ_AT = dt.datetime(2026, 11, 2, 6, 30, tzinfo=ZoneInfo("Europe/Lisbon"))
ISSUER = IssuerDetails("Contabilidade Exemplar, Lda", "500 000 100", "Rua do Exemplo 12\n0000-001 Lisboa")
VOID = {"meta", "br", "hr", "img", "input", "link", "rect", "line"}
HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7 * 7 }}\u202e"


@dataclass
class Element:
    tag: str
    attributes: Mapping[str, str]
    text: str = ""
    inside: Sequence[str] = ()


@dataclass
class Parsed(HTMLParser):
    """The elements of a page in order, each with all text in it. Refuses what is not closed in order."""

    elements: list[Element] = field(default_factory=list)
    opened: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"{tag} has an attribute twice"
        element = Element(
            tag, {name: value or "" for name, value in attrs}, "", [one.tag for one in self.opened]
        )
        self.elements.append(element)
        if tag not in VOID:
            self.opened.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.opened.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for element in self.opened:
            element.text += data

    def all(self, tag: str, **attributes: str) -> list[Element]:
        return [
            element
            for element in self.elements
            if element.tag == tag
            and all(element.attributes.get(key) == value for key, value in attributes.items())
        ]


def parsed(page: str) -> Parsed:
    parser = Parsed()
    parser.feed(page)
    parser.close()
    assert not parser.opened
    return parser


def overview(of: AccountSummary, *, labels: Labels, brand: Brand = HOUSE) -> str:
    return "".join(pages.overview(of, labels=labels, brand=brand))


def statement(
    *papers: Raw,
    name: str = "Ana & Filhos, Lda",
    language: str = "en",
    line_items: bool = False,
    issuer: IssuerDetails = ISSUER,
    filters: Mapping[str, Sequence[str]] | None = None,
    address: str | None = None,
    brand: Brand = HOUSE,
) -> str:
    labels = Labels(language)
    subject = Subject(1310176, name, "500000011", issuer, OCTOBER, READ_AT, filters or {}, address=address)
    report = client_report.client_report(
        subject,
        added(*papers),
        findings=findings(*papers, filters=filters),
        labels=labels,
        line_items=line_items,
    )
    return "".join(pages.statement(report, subject=subject, labels=labels, brand=brand))


def visible(page: str) -> str:
    """What a person reads, the amounts taken out."""
    without_style = re.sub(r"<(style|title)>.*?</\1>", "", page, flags=re.DOTALL)
    return re.sub(r"<[^>]*>", " ", re.sub(r"<data[^>]*>[^<]*</data>", " ", without_style))


MIXED = (
    paper(1, net="100", rate="23", number_in_series=1),
    paper(2, net="33.33", rate="6", number_in_series=2, status="settled"),
    paper(3, "CreditNote", net="20", rate="23", number_in_series=1, reference="2026/1"),
    paper(4, "InvoiceReceipt", net="12.5", rate="13", number_in_series=1),
)


def test_every_amount_is_a_data_element_with_its_exact_decimal() -> None:
    page = statement(*MIXED)
    values = [element.attributes["value"] for element in parsed(page).all("data")]
    figures = added(*MIXED)
    for amount in [*figures.documents["net"], *figures.documents["gross"], figures.totals[0].open]:
        assert str(amount) in values
    assert all(str(Decimal(value)) == value for value in values)
    assert "€" not in visible(page)


def test_a_line_item_shows_cents_and_keeps_its_exact_amount() -> None:
    goods = line("Café", "9.755", quantity="3", tax=vat("23"))
    shown = {
        Decimal(element.attributes["value"]): element.text
        for element in parsed(statement(paper(lines=[goods]), line_items=True)).all("data")
    }
    assert shown[Decimal("29.265")] == "€29.27"
    assert shown[Decimal("6.73095")] == "€6.73"


def test_line_items_stand_under_their_document_in_a_table_of_their_own() -> None:
    page = parsed(statement(*MIXED, line_items=True))
    captions = [element.text for element in page.all("caption") if element.inside.count("table") == 2]
    assert captions[:2] == ["Line items of NC 2026/1", "Line items of FT 2026/1"] or len(captions) == len(
        MIXED
    )
    assert len(captions) == len(MIXED)


def test_receipts_stand_below_open_documents_with_their_total_and_what_is_not_among_them() -> None:
    sentence = "Payments without a receipt are not among them."
    receipts = [paper(5, "Receipt", net=net, number_in_series=5, status="settled") for net in ("10", "20")]
    receipts[1] |= {"id": 6, "currency": "US Dollar"}
    page = statement(*MIXED, receipts[0])
    block = page[page.index('<h2 id="part-1-receipts">') :]
    assert page.index('id="part-1-ageing"') < page.index('id="part-1-receipts"') < page.index("<figure>")
    assert re.findall(r'<data value="([^"]*)">', block[: block.index("</table>")]) == ["12.30"] * 2
    assert "Receipt 2026/5" in block
    assert block.index("</table>") < block.index(sentence) < block.index("</section>")
    assert sentence not in statement(*MIXED)
    page = statement(*MIXED, *receipts)
    assert page.index('id="part-1-receipts"') < page.index('id="part-2-receipts"')
    assert page.count(sentence) == 2
    page = statement(receipts[0])
    assert "No documents in this period, and none open." in page
    assert 'id="part-1-receipts"' in page


def test_a_negative_amount_is_told_by_its_minus_and_not_by_colour_alone() -> None:
    amounts = parsed(statement(*MIXED)).all("data")
    negative = [element for element in amounts if Decimal(element.attributes["value"]) < 0]
    assert negative
    assert all(element.text.startswith("-") for element in negative)
    assert all(element.attributes["class"] == "minus" for element in negative)


def test_the_groups_subtotals_add_up_to_the_total() -> None:
    page = statement(*MIXED)
    table = page[page.index('<h2 id="part-1-documents">') : page.index('<h2 id="part-1-vat">')]
    rows = {kind: re.findall(rf'<tr class="{kind}">.*?</tr>', table) for kind in ("subtotal", "total")}
    subtotals = [
        [Decimal(value) for value in re.findall(r'value="([^"]*)"', row)] for row in rows["subtotal"]
    ]
    (total,) = [[Decimal(value) for value in re.findall(r'value="([^"]*)"', row)] for row in rows["total"]]
    assert len(subtotals) == 3
    assert [sum(column) for column in zip(*subtotals, strict=True)] == total
    assert total[0] == Decimal("125.83")


def test_hostile_text_never_becomes_markup() -> None:
    hostile = paper(
        1,
        lines=[line(HOSTILE, "10", tax=vat("23", HOSTILE), description=HOSTILE, unit=HOSTILE)],
        reference=HOSTILE,
        currency=HOSTILE,
        observations=HOSTILE,
        inverted_sequence_number=HOSTILE,
        payment_reference=HOSTILE,
        permalink='https://example.com/"onmouseover="alert(1)',
    )
    issuer = IssuerDetails(HOSTILE, HOSTILE, HOSTILE)
    page = statement(hostile, name=HOSTILE, line_items=True, issuer=issuer)
    tame = parsed(statement(paper(1, payment_reference="1", reference="1"), line_items=True))
    elements = parsed(page).elements
    assert {element.tag for element in elements} == {element.tag for element in tame.elements}
    assert not [name for element in elements for name in element.attributes if name.startswith("on")]
    assert "{{ 7 * 7 }}" in page
    assert "<script" not in page
    assert "\u202e" not in "".join(element.attributes.get("id", "") for element in elements)


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//example.com/1", "vbscript:x", ""],
)
def test_only_web_addresses_become_links(address: str) -> None:
    page = parsed(statement(paper(1, permalink=address), paper(2, permalink="https://example.com/2?a=1&b=2")))
    links = page.all("a")
    assert {link.attributes["href"] for link in links} == {"https://example.com/2?a=1&b=2"}
    assert {link.attributes["rel"] for link in links} == {"noopener noreferrer"}


@pytest.mark.parametrize("line_items", [False, True])
def test_every_table_has_a_caption_and_every_heading_a_scope(line_items: bool) -> None:
    page = parsed(statement(*MIXED, line_items=line_items))
    assert len(page.all("caption")) == len(page.all("table"))
    assert all(element.text for element in page.all("caption"))
    assert {element.attributes.get("scope") for element in page.all("th")} == {"col", "row", "rowgroup"}
    assert not page.all("tfoot")
    ids = [element.attributes["id"] for element in page.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    for element in page.elements:
        assert set(element.attributes.get("aria-labelledby", "").split()) <= set(ids)


@pytest.mark.parametrize(
    ("language", "sentence", "code"),
    [
        ("en", "No documents in this period, and none open.", "en-GB"),
        ("pt", "Não há documentos neste período, nem documentos por liquidar.", "pt-PT"),
    ],
)
def test_an_empty_client_says_so(language: str, sentence: str, code: str) -> None:
    page = statement(language=language)
    assert sentence in page
    assert f'<html lang="{code}">' in page
    assert "Este documento não serve de fatura." in page
    assert not parsed(page).all("data")
    assert not parsed(page).all("table")


def test_open_documents_of_other_months_leave_the_period_empty_and_say_so() -> None:
    page = parsed(statement(paper(1, day=dt.date(2026, 7, 1))))
    assert [element.text for element in page.all("p") if element.attributes.get("class") == "empty"] == [
        "No documents in this period.",
        "No documents in this period.",
    ]
    assert "Over 90 days" in "".join(element.text for element in page.all("table"))


def test_each_currency_has_its_own_totals_and_tables() -> None:
    page = parsed(
        statement(paper(1), paper(2, currency="US Dollar", rate="0"), paper(3, currency="Groat", rate="0"))
    )
    headings = [element.text for element in page.all("h2")]
    for currency in ("EUR", "USD", "Groat"):
        assert f"Documents of the period · {currency}" in headings
    assert len(page.all("dl", **{"class": "totals"})) == 3
    amounts = page.all("data", value="123.00")
    # The figures of the head have their currency; a table's title has it for all of its amounts.
    assert {element.text for element in amounts if "dl" in element.inside} == {"€123.00"}
    assert {element.text for element in amounts if "table" in element.inside} == {"123.00"}


def test_the_tables_of_one_currency_name_it_with_each_euro_and_once_above_others() -> None:
    euros, kwanza = (
        parsed(statement(paper(1, currency=name))) for name in ("Euro", "Moeda com nome comprido")
    )
    shown = [
        {element.text for element in page.all("data", value="123.00") if "table" in element.inside}
        for page in (euros, kwanza)
    ]
    assert shown == [{"€123.00"}, {"123.00"}]
    assert "VAT summary · Moeda com nome comprido" in [element.text for element in kwanza.all("h2")]


def test_the_chart_has_a_name_a_description_and_its_amounts_as_a_table() -> None:
    page = parsed(statement(*MIXED))
    (chart,) = page.all("svg", role="img")
    ids = chart.attributes["aria-labelledby"].split()
    texts = [element.text for element in page.elements if element.attributes.get("id") in ids]
    assert texts == [
        "The last twelve months",
        "Net, VAT per month, Nov 2025 to Oct 2026. The table below has the amounts.",
    ]
    assert len(page.all("details")) == 1


def test_a_filter_that_hides_documents_is_said_and_takes_the_charts_place() -> None:
    page = statement(*MIXED, filters={"status": ["final"]})
    assert "By choice of the issuer this statement leaves out: paid documents." in page
    assert not parsed(page).all("svg", role="img")


def test_a_page_needs_nothing_but_itself() -> None:
    for page in (
        statement(*MIXED),
        overview(account(), labels=Labels("en")),
        pages.result([], labels=Labels("en")),
    ):
        elements = parsed(page)
        tags = {element.tag for element in elements.elements}
        assert not tags & {"link", "img", "iframe", "object", "base", "form"}
        (style,) = elements.all("style")
        assert not re.search(r"url\(|@import|expression", style.text)
        (policy,) = elements.all("meta", **{"http-equiv": "Content-Security-Policy"})
        assert policy.attributes["content"].startswith(
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
        )
        assert elements.all("meta", name="robots", content="noindex")
        assert elements.all("meta", charset="utf-8")


def test_nothing_missing_is_ever_printed_as_a_word() -> None:
    bare = paper(
        1, due_date=None, permalink=None, items=None, inverted_sequence_number=None, sequence_number=None
    )
    no_tax = paper(2, rate=None)
    for language in ("en", "pt"):
        page = statement(bare, no_tax, language=language, line_items=True, issuer=IssuerDetails())
        assert not re.search(r"\b(None|nan|NaN|Undefined|Decimal|NaT|null)\b", visible(page))


def test_the_client_is_told_how_many_points_there_are_and_not_which() -> None:
    lower = paper(1) | {"sum": "90", "before_taxes": "90", "taxes": "20", "total": "110"}
    page = statement(lower)
    assert {finding.code for finding in findings(lower)} == {"LINES-NET", "LINES-TAX"}
    assert "Points to look at: 2;" in page
    assert "LINES-" not in page


@pytest.mark.parametrize("language", ["en", "pt"])
def test_no_page_promises_a_balance(language: str) -> None:
    page = statement(*MIXED, language=language).casefold()
    assert not re.search("balance|saldo|conta[ -]corrente", page)


def test_characters_that_no_page_can_hold_are_replaced() -> None:
    page = statement(paper(1, reference="a\x00b\x0bc\ufffe"), name="half \ud83d of a pair")
    assert "half \ufffd of a pair" in page
    assert "a\ufffdb\ufffdc\ufffd" in page
    assert page.encode("utf-8")


def test_a_long_statement_is_never_in_memory() -> None:
    papers = [
        paper(number, "CreditNote" if number % 3 else "Invoice", number_in_series=number)
        for number in range(1, 1_001)
    ]
    subject = Subject(1310176, "Ana", "500000011", ISSUER, OCTOBER, READ_AT, {})
    labels = Labels("en")
    report = client_report.client_report(
        subject, added(*papers), findings=(), labels=labels, line_items=False
    )
    pieces = list(pages.statement(report, subject=subject, labels=labels))
    assert max(piece.count("<tr") for piece in pieces) <= ROWS_AT_A_TIME
    assert {f"FT 2026/{number}" for number in range(3, 1_001, 3)} == set(
        re.findall(r"FT 2026/[0-9]+", "".join(pieces))
    )


def test_equal_input_gives_equal_bytes() -> None:
    assert statement(*MIXED, line_items=True) == statement(*reversed(MIXED), line_items=True)


def test_templates_escape_under_every_name_and_know_every_word_they_use() -> None:
    environment = templates.environment(None)
    assert isinstance(environment, ImmutableSandboxedEnvironment)
    assert environment.autoescape is True
    assert environment.undefined is StrictUndefined
    names = environment.list_templates()
    assert {"statement.html.j2", "overview.html.j2", "result.html.j2"} <= set(names)
    assert environment.from_string("{{ x }}").render(x="<b>") == "&lt;b&gt;"


def account(*others: ClientLine) -> AccountSummary:
    ready = ClientLine(
        2,
        "Bom Pão",
        "500000022",
        READY,
        read_at=READ_AT,
        totals=added(paper(1)).totals,
        findings=(
            Finding("LINES-NET", 1, "FT 2026/1", None, "100.00", "90.00", "-10.00"),
            Finding("EXEMPTION-M99", 1, "FT 2026/1", None, None, "M99"),
        ),
        files=(("xlsx", "bom-pao-2/bom-pao-2-2026-10.xlsx"), ("html", "bom-pao-2/a b#?%c.html")),
    )
    failed = ClientLine(
        3,
        "Última, Lda",
        None,
        FAILED,
        reason="Client 3: no answer. Try again.",
        kept_from=READ_AT,
        files=(("html", "x.html"),),
    )
    return AccountSummary(
        "demo", ISSUER.name, OCTOBER, (ready, *others, failed), 4, {}, build_account_month()
    )


KEPT: dict[str, Any] = {
    "kept_from": READ_AT,
    "is_kept": True,
    "totals": added(paper(1)).totals,
    "files": (("html", "old.html"),),
}
"""Of a client that failed and stands with the figures of an earlier reading."""


def test_what_failed_stands_first_with_its_reason_and_what_to_do() -> None:
    page = overview(account(), labels=Labels("en"))
    places = [
        page.index(text)
        for text in ("Última, Lda", "Client 3: no answer. Try again.", "--period 2026-10 --client 3")
    ]
    assert places == sorted(places)
    assert places[-1] < page.index("Bom Pão")
    assert "Its folder still holds the statement of 02/11/2026 06:30." in page


def test_clients_that_failed_for_one_reason_stand_together_with_the_command_to_go_on() -> None:
    failed = [
        ClientLine(identity, f"Cliente {identity}", None, FAILED, reason="Interrupted.", **kept)
        for identity, kept in ((7, KEPT), (8, {}))
    ]
    summary = replace(account(*failed), command="invoice-reports run /a/config.yaml")
    page = unescape("".join(overview(summary, labels=Labels("en"))))
    assert page.count("Interrupted.") == 1
    assert "--client 7" not in page
    assert "keep the folder of that earlier reading, and stand below with its figures." in page
    assert "<code>invoice-reports run /a/config.yaml --period 2026-10 --client 3</code>" in page
    assert "<code>invoice-reports run /a/config.yaml --period 2026-10 --resume</code>" in page
    bare = account(*(replace(one, is_kept=False, kept_from=None, totals=()) for one in failed))
    page = unescape("".join(overview(bare, labels=Labels("en"))))
    assert "Nothing new was published for them.</p>" in page
    assert "as of" not in page.partition('<table class="clients">')[2]


def test_client_of_an_earlier_reading_stands_with_its_figures_and_is_marked() -> None:
    finding = Finding("LINES-NET", 1, "FT 2026/7", None, "100.00", "90.00", "-10.00")
    kept = ClientLine(7, "Antiga", "500000033", FAILED, reason="No.", findings=(finding,), **KEPT)
    empty = replace(kept, id=8, name="Vazia", totals=(), findings=(), reason="Nor here.")
    page = unescape("".join(overview(account(kept, empty), labels=Labels("en"))))
    row = page.partition('data-search="Antiga 7 500000033"')[2].partition("</tbody>")[0]
    assert '<a class="not-done" href="#client-7">Failed</a> · as of 02/11/2026 06:30' in row
    assert '<data value="100.00">' in row
    assert '<a href="#findings-7">' in row
    assert "and its figures of then stand below." in page
    assert "of these, as of an earlier reading: 2" in page
    assert '<article id="findings-7">\n<h3><bdi>Antiga</bdi> <span class="hint">as of' in page
    row = page.partition('data-search="Vazia 8 500000033"')[2].partition("</tbody>")[0]
    assert "No documents in this period, and none open." in row
    assert page.count('id="client-7"') == 1


def test_the_overview_adds_the_ready_clients_per_currency() -> None:
    dollars = added(paper(1, net="7", currency="US Dollar", rate="0"), paper(2, net="50"))
    other = ClientLine(4, "Cá", None, READY, read_at=READ_AT, totals=dollars.totals)
    page = parsed(overview(account(other), labels=Labels("en")))
    rows = [element for element in page.all("tr") if element.attributes.get("class") == "total"]
    assert [re.sub(r"\s+", " ", row.text).strip() for row in rows] == [
        "Total EUR 2 150.00 34.50 184.50 184.50 184.50",
        "USD 1 7.00 0.00 7.00 7.00 7.00",
    ]


def test_links_of_the_overview_are_relative_and_encoded() -> None:
    page = parsed(overview(account(), labels=Labels("en")))
    links = {link.attributes["href"]: link.text for link in page.all("a")}
    assert links["bom-pao-2/bom-pao-2-2026-10.xlsx"] == "Workbook"
    assert links["bom-pao-2/a%20b%23%3F%25c.html"] == "Statement"
    assert not [href for href in links if ":" in href or href.startswith("/")]


def test_warnings_stand_open_and_the_rest_is_folded() -> None:
    page = parsed(overview(account(), labels=Labels("en")))
    (folded,) = page.all("details")
    assert "EXEMPTION-M99" in folded.text
    assert "LINES-NET" not in folded.text
    assert "the lines come to 90.00 net, the document to 100.00" in page.all("main")[0].text


def test_names_in_the_overview_never_become_markup() -> None:
    nasty = ClientLine(
        5,
        HOSTILE,
        HOSTILE,
        READY,
        totals=added(paper(1, currency=HOSTILE)).totals,
        findings=(Finding("LINES-NET", 1, HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE),),
        files=((HOSTILE, f"javascript:{HOSTILE}"),),
    )
    broken = ClientLine(6, HOSTILE, HOSTILE, FAILED, reason=HOSTILE)
    plain = parsed(overview(account(), labels=Labels("en")))
    page = parsed(overview(account(nasty, broken), labels=Labels("en")))
    assert {element.tag for element in page.elements} == {element.tag for element in plain.elements}
    assert not [link for link in page.all("a") if link.attributes["href"].startswith("javascript:")]


def test_each_finding_stands_with_what_to_do_in_the_accounts_language() -> None:
    whole = AccountFinding(Finding("PERIOD-NOT-BEGUN", expected="2026-11-01", found="2026-10-20"))
    page = overview(replace(account(), whole=(whole,)), labels=Labels("pt"))
    remedies = [element.text.strip() for element in parsed(page).all("span", **{"class": "hint remedy"})]
    assert [remedy.partition(".")[0].partition(":")[0] for remedy in remedies] == [
        "Indique em “period” um mês que já tenha começado; o habitual é last-month",
        "Um desconto no documento inteiro teria sido reconhecido",
        "Substitua M99 pelo motivo de isenção verdadeiro, se existir",
    ]
    assert "as linhas somam 90,00 líquidos, o documento 100,00" in page
    assert "O período começa em 01/11/2026" in page


def test_values_of_any_kind_are_shown_as_people_write_them() -> None:
    grid = tables.grid(build_grid("A", Kind.AMOUNT_OR_TEXT, Decimal("1234.5"), "<b>"), Labels("pt"))
    shown = [line.head.markup for part in grid.parts for line in part.lines]
    assert shown == ['<data value="1234.5">1\xa0234,50</data>', "&lt;b&gt;"]
    grid = tables.grid(build_grid("A", Kind.INSTANT, READ_AT), Labels("pt"))
    (line,) = [line.head.markup for part in grid.parts for line in part.lines]
    assert line == f'<time datetime="{READ_AT:%Y-%m-%dT%H:%M}+00:00">02/11/2026 06:30</time>'


def test_an_overview_without_a_ready_client_says_so() -> None:
    page = overview(replace(account(), clients=account().failed), labels=Labels("en"))
    assert "No client is ready." in page
    assert not parsed(page).all("data")
    nobody = parsed(overview(replace(account(), clients=()), labels=Labels("en")))
    assert not nobody.all("table")


def test_the_list_of_clients_has_every_client_and_what_it_can_be_sorted_out_by() -> None:
    late = ClientLine(4, "Cá", "500000044", READY, totals=added(paper(1, due_date="01/10/2026")).totals)
    page = parsed(overview(account(late), labels=Labels("en")))
    rows = {name.attributes["data-search"]: name for name in page.all("th", **{"class": "name"})}
    assert [*rows] == ["Bom Pão 2 500000022", "Cá 4 500000044", "Última, Lda 3 no NIF"]
    words = [body.attributes["data-is"].split() for body in page.all("tbody") if "data-is" in body.attributes]
    assert words == [["warnings", "overdue"], ["overdue"], ["failed"]]
    assert [link.text for link in page.all("a", href="#client-3")] == ["Failed"]
    assert page.all("article", id="client-3")


def test_every_number_in_the_list_of_clients_says_its_value() -> None:
    page = overview(account(), labels=Labels("en"))
    cells = re.findall(r'<td class="(?:money|integer)"[^>]*>(.*?)</td>', page)
    assert len(cells) > 8
    assert all(re.search('<data (class="minus" )?value="', cell) for cell in cells)


def test_the_overviews_script_is_the_only_one_its_policy_lets_run() -> None:
    page = parsed(overview(account(), labels=Labels("en")))
    (script,) = page.all("script")
    (policy,) = page.all("meta", **{"http-equiv": "Content-Security-Policy"})
    digest = b64encode(hashlib.sha256(script.text.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}';" in policy.attributes["content"]
    for other in (statement(*MIXED), pages.result([], labels=Labels("en"))):
        assert "script" not in other


def test_what_sorts_and_filters_is_hidden_until_the_script_runs_and_has_labels() -> None:
    page = parsed(overview(account(), labels=Labels("en")))
    (tools,) = page.all("div", **{"class": "tools"})
    assert "hidden" in tools.attributes
    fields = [element.attributes["id"] for element in page.elements if element.tag in ("input", "select")]
    assert [label.attributes["for"] for label in page.all("label")] == fields


@pytest.mark.parametrize(("start", "kind"), [(b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff\xe0", "jpeg")])
def test_the_logo_travels_inside_the_page_and_is_named(tmp_path: Path, start: bytes, kind: str) -> None:
    image = tmp_path / "logo.png"
    image.write_bytes(start + b"rest")
    brand = Brand(logo=image)
    address = f"data:image/{kind};base64,{b64encode(start + b'rest').decode()}"
    for page in (statement(*MIXED, brand=brand), overview(account(), labels=Labels("en"), brand=brand)):
        (shown,) = parsed(page).all("img")
        assert shown.attributes == {"class": "logo", "src": address, "alt": ISSUER.name}


def test_a_logo_that_is_gone_fails_the_client_and_says_what_to_do(tmp_path: Path) -> None:
    brand = Brand(logo=tmp_path / "gone.png")
    with pytest.raises(ClientError, match=r"logo .*gone\.png: .*put the file back or change issuer\.logo"):
        statement(*MIXED, brand=brand)
    with pytest.raises(WriteError, match=r"the overview: logo .*gone\.png"):
        overview(account(), labels=Labels("en"), brand=brand)


def test_the_footer_ends_the_page_and_is_text() -> None:
    page = statement(*MIXED, brand=Brand(footer=f"Line one\n{HOSTILE}"))
    (imprint,) = parsed(page).all("p", **{"class": "imprint"})
    assert imprint.text == f"Line one\n{HOSTILE}"
    assert page.index('"imprint"') > page.index("Este documento não serve de fatura")


def test_the_clients_address_stands_below_its_name_and_nowhere_else() -> None:
    page = statement(*MIXED, address="Avenida das Amostras 100\n1000-000 Lisboa")
    (client,) = parsed(page).all("div", **{"class": "client"})
    assert "Ana & Filhos, Lda Avenida das Amostras 100\n1000-000 Lisboa" in client.text
    assert page.count("Amostras") == 1


@pytest.mark.parametrize("colour", ["#ffffff", "#f5c24c", "#e07b00", "#1f4e78", "#000000"])
def test_words_and_bars_can_be_seen_in_every_brands_colours(colour: str) -> None:
    page = statement(*MIXED, brand=Brand(colours=(colour, colour)))
    used = dict(re.findall(r"--(brand|accent|second): (#[0-9a-f]{6})", page))
    assert used["brand"] == colour
    assert contrast_on_white(used["accent"]) >= 4.5
    assert contrast_on_white(used["second"]) >= 3


@pytest.mark.parametrize("code", list(ExitCode))
@pytest.mark.parametrize("language", ["en", "pt"])
def test_every_exit_code_is_explained_in_words(code: ExitCode, language: str) -> None:
    labels = Labels(language)
    run = RunLine(
        "demo", "2026-10", "2026-11-02T06:31:00+00:00", int(code), "The sentence.", "demo/2026-10/index.html"
    )
    page = pages.result([run], labels=labels)
    assert f"<strong>{labels.text(pages.MEANINGS[code])}</strong>" in page
    assert "The sentence." in page
    assert "02/11/2026 06:31" in page


def test_the_result_has_one_line_an_account_the_most_severe_first() -> None:
    runs = [
        RunLine("fine", "2026-10", "2026-11-02T06:31:00+00:00", 0, "Fine.", "fine/2026-10/index.html"),
        RunLine("odd one", "2026-10", "yesterday", 99, "<b>Odd.</b>", "odd one/2026-10/index.html"),
        RunLine("worse", "2026-Q3", "2026-11-02T06:31:00+00:00", 5, "Refused.", None),
    ]
    page = parsed(pages.result(runs, labels=Labels("en")))
    assert [element.text for element in page.all("th", scope="row")] == ["odd one", "worse", "fine"]
    assert [link.attributes["href"] for link in page.all("a")] == [
        "odd%20one/2026-10/index.html",
        "fine/2026-10/index.html",
    ]
    assert "<b>Odd.</b>" in page.all("main")[0].text
    assert not page.all("b")
