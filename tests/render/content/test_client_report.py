"""What a client is shown: nothing internal, every currency by itself, and words where there is nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from reports.figures.vendor_balance import VendorBalance
from reports.render.content.blocks import DataTab, Link, Sheet
from reports.render.content.client_report import NO_INVOICE, ClientReport, Subject, client_report
from reports.render.content.labels import Labels
from reports.sandbox.documents import Raw
from tests.support import workbooks
from tests.support.papers import FIFTH, OCTOBER, READ_ON, added, findings, paper
from tests.support.workbooks import ISSUER, READ_AT, client_book, list_few_papers, read_sheets

SUBJECT = Subject(1310176, "Ana & Filhos, Lda", None, ISSUER, OCTOBER, READ_AT, {})


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return tmp_path / "made.xlsx"


def test_properties_name_issuer_subject_client_and_instant(made: Path) -> None:
    about = openpyxl.load_workbook(workbooks.write_client(made, list_few_papers())).properties
    assert about.creator == "Exemplo & Exemplo, Lda"
    assert (about.subject, about.language) == ("Resumo de documentos", "pt-PT")
    assert about.keywords == "Ana & Filhos, Lda, 2026-10"
    assert about.created == about.modified
    assert f"{about.created:%Y-%m-%d %H:%M}" == "2026-11-02 06:30"


def test_sheets_without_rows_say_so(made: Path) -> None:
    workbooks.write_client(made, [], language="en")
    assert [sheet["A1"].value for sheet in read_sheets(made)[1:]] == [
        "No documents in this period.",
        "No line items in this period.",
        "No documents in this period.",
        "No open documents.",
    ]


def make_report(
    *papers: Raw,
    filters: Mapping[str, Sequence[str]] | None = None,
    vendor: VendorBalance | None = None,
    read_on: date = READ_ON,
) -> ClientReport:
    subject = replace(SUBJECT, filters=filters or {}, vendor_balance=vendor)
    return client_report(
        subject,
        added(*papers, read_on=read_on),
        findings=findings(*papers, filters=filters),
        labels=Labels("en"),
        line_items=False,
    )


def list_keys(sheet: Sheet) -> list[str]:
    return [column.key for column in sheet.columns]


def test_each_currency_has_blocks_of_its_own_under_its_name() -> None:
    report = make_report(paper(1), paper(2, currency="US Dollar"))
    assert [page.currency for page in report.currencies] == ["EUR", "USD"]
    assert [page.documents.title for page in report.currencies] == [
        "Documents of the period · EUR",
        "Documents of the period · USD",
    ]
    assert "Amounts of different currencies are never added together." in report.notes.lines
    (alone,) = make_report(paper(1)).currencies
    assert alone.documents.title == "Documents of the period"


def test_regions_are_named_where_there_is_another_than_the_mainland() -> None:
    (page,) = make_report(paper(1), paper(2, rate=None)).currencies
    assert "region_name" not in list_keys(page.vat)
    spanish = paper(2, "VatMossInvoice", rate="21", client={"id": 1310176, "country": "Spain"})
    (page,) = make_report(paper(1), spanish).currencies
    assert [row[list_keys(page.vat).index("region_name")] for row in page.vat.rows] == [
        "Mainland",
        "Spain",
        None,
    ]


def test_credit_notes_have_columns_of_their_own_where_there_are_some() -> None:
    apart = {"base_invoices", "tax_invoices", "base_credit_notes", "tax_credit_notes"}
    (page,) = make_report(paper(1)).currencies
    assert apart.isdisjoint(list_keys(page.vat))
    (page,) = make_report(paper(1), paper(2, "CreditNote", net="30")).currencies
    assert apart < {*list_keys(page.vat)}


def test_a_filter_that_hides_documents_takes_the_chart_and_is_said() -> None:
    (page,) = make_report(paper(1)).currencies
    assert page.chart is not None
    assert (page.chart.categories[0], page.chart.categories[-1]) == ("Nov 2025", "Oct 2026")
    report = make_report(paper(1), filters={"status": ["final"]})
    assert report.currencies[0].chart is None
    assert "By choice of the issuer this statement leaves out: paid documents." in report.notes.lines


def test_the_proof_counts_points_and_names_none() -> None:
    assert make_report(paper(1)).proof.startswith("All documents of this client were read: 1. Documents and")
    proof = make_report(paper(1, total="124"), paper(2, rate=None)).proof
    assert proof == "All documents of this client were read: 2. Points to look at: 2; ask us about them."


@pytest.mark.parametrize(("counted", "is_told"), [("123.00", False), ("100.00", True)])
def test_the_vendors_own_figure_is_explained_where_it_is_another(counted: str, is_told: bool) -> None:
    notes = make_report(paper(1), vendor=VendorBalance("EUR", Decimal(counted))).notes.lines
    told = "InvoiceXpress itself counts €100.00 as open, and the open documents come to €123.00: "
    assert any(line.startswith(told) for line in notes) is is_told


def test_a_period_that_is_not_over_is_said_up_to_its_last_day() -> None:
    sentence = "The period was not over when the documents were read."
    assert sentence in make_report(paper(1), read_on=date(2026, 10, 31)).notes.lines
    assert sentence not in make_report(paper(1), read_on=date(2026, 11, 1)).notes.lines


def test_how_an_open_document_without_a_due_date_is_aged_is_said(made: Path) -> None:
    sentence = "Open documents without a due date are aged from their own date."
    undated = paper(1, due_date=None)
    assert sentence in make_report(undated, paper(2, due_date="04/11/2026")).notes.lines
    assert sentence not in make_report(paper(2, due_date="04/11/2026")).notes.lines
    assert (
        sentence not in make_report(paper(1, "InvoiceReceipt", due_date=None, status="settled")).notes.lines
    )
    workbooks.write_client(made, [undated], language="en")
    first = read_sheets(made)[0].iter_rows(values_only=True)
    assert sentence in [cell for row in first for cell in row]


def test_a_client_sees_its_tax_number_in_one_form_and_no_line_without_one() -> None:
    def facts(fiscal_id: str | None) -> dict[str, str]:
        subject = replace(SUBJECT, fiscal_id=fiscal_id, issuer=replace(ISSUER, fiscal_id="PT 500 000 022"))
        report = client_report(subject, added(), findings=(), labels=Labels("pt"), line_items=False)
        return {fact.label: fact.value for group in report.head.groups for fact in group}

    assert facts("PT 500.000.022")["NIF"] == facts(None)["NIF do emitente"] == "500000022"
    assert "NIF" not in facts(None)
    assert "NIF" not in facts("999999990")


def test_a_long_name_of_a_client_is_whole_on_the_first_sheet(made: Path) -> None:
    name = "Sociedade Fictícia de Comércio e Distribuição de Produtos Alimentares do Atlântico Norte, Lda"
    workbooks.write_client(made, list_few_papers(), name=name)
    sheet = read_sheets(made)[0]
    (cell,) = [cell for row in sheet.iter_rows() for cell in row if cell.value == name]
    assert cell.alignment.wrap_text
    assert sheet.row_dimensions[cell.row].height > 28


def test_an_exemption_code_is_explained_once_and_the_words_of_the_law_end_the_notes() -> None:
    exempt = [paper(number, rate="0", tax_exemption="M07") for number in (1, 2)]
    notes = make_report(*exempt).notes.lines
    assert [line.partition(":")[0] for line in notes if line.startswith("M")] == ["M07"]
    assert notes[-1] == f"{NO_INVOICE}."


def test_a_workbook_has_a_sheet_a_currency_behind_its_summary() -> None:
    book, _, _ = client_book([paper(1), paper(2, currency="US Dollar")], language="en")
    assert [tab.title for tab in book.tabs] == [
        "Summary",
        *(f"{title} {own}" for title in ("Documents", "Line items") for own in ("EUR", "USD")),
        *(f"{title} {own}" for title in ("VAT", "Open documents") for own in ("EUR", "USD")),
    ]


def list_tabs(*papers: Raw, language: str = "en") -> dict[str, DataTab]:
    book, _, _ = client_book(papers, language=language)
    return {tab.title: tab for tab in book.tabs if isinstance(tab, DataTab)}


def test_every_page_of_a_sheet_says_what_its_rows_are(made: Path) -> None:
    lines = [
        paper(1, net="1"),
        paper(2, rate="0", net="1", tax_exemption="M07"),
        paper(3, "CreditNote", net="1"),
    ]
    _, documents, items, vat, _ = read_sheets(workbooks.write_client(made, lines, language="en"))
    repeated = {
        sheet.title: [
            cell.value
            for (cell,) in sheet.iter_cols(max_row=1)
            if cell.coordinate[0] in _list_letters(sheet.print_title_cols)
        ]
        for sheet in (documents, items, vat)
    }
    assert repeated == {
        "Documents": ["Number"],
        "Line items": ["Number"],
        "VAT": ["Currency", "Scheme", "Region", "Rate"],
    }


def _list_letters(columns: str | None) -> str:
    first, last = (columns or "$A:$A").replace("$", "").split(":")
    return "".join(map(chr, range(ord(first), ord(last) + 1)))


def test_receipts_of_the_period_have_a_sheet_between_vat_and_open_documents() -> None:
    receipt = paper(2, "Receipt", net="50", reference="FT 2026/1", status="settled")
    tabs = list_tabs(paper(1), receipt)
    assert [*tabs] == ["Documents", "Line items", "VAT", "Receipts", "Open documents"]
    sheet = tabs["Receipts"].sheet
    assert [column.heading for column in sheet.columns] == [
        *("Number", "Date", "Reference", "Amount", "Currency", "Link", "Id")
    ]
    assert [column.key for column in sheet.columns if column.is_hidden] == ["id"]
    url = receipt["permalink"]
    assert [*sheet.rows] == [
        (
            Link("Receipt 2026/2", url),
            *(FIFTH, "FT 2026/1", Decimal("61.50"), "EUR", Link("View", url), 2),
        )
    ]
    assert sheet.totals == ("Total", None, None, Decimal("61.50"), None, None, None)
    assert tabs["Receipts"].notes == ("Payments without a receipt are not among them.",)
    assert "Receipts" not in list_tabs(paper(1), paper(2, "Receipt", status="canceled"))


def test_receipts_have_a_sheet_for_each_currency_of_theirs() -> None:
    dollars = paper(2, "Receipt", currency="US Dollar", status="settled")
    euros = paper(3, "Receipt", status="settled")
    assert [title for title in list_tabs(paper(1), dollars) if "Receipts" in title] == ["Receipts USD"]
    tabs = list_tabs(dollars, euros, language="pt")
    assert [*tabs][-3:] == ["Recibos EUR", "Recibos USD", "Documentos por liquidar"]


def test_receipts_are_shown_whatever_else_the_client_has() -> None:
    receipt = paper(2, "Receipt", status="settled")
    report = make_report(receipt)
    assert report.currencies == ()
    assert [sheet.title for sheet in report.receipts] == ["Receipts of the period"]
    assert report.receipts_alone == report.receipts
    assert "reference" not in list_keys(report.receipts[0])
    report = make_report(paper(1), receipt, paper(3, "Receipt", currency="US Dollar", status="settled"))
    assert [sheet.title for sheet in report.receipts] == [
        *("Receipts of the period · EUR", "Receipts of the period · USD")
    ]
    assert report.receipts_alone == report.receipts[1:]


def test_a_discount_on_the_whole_document_is_noted_under_the_lines_of_its_currency() -> None:
    papers = [paper(1, document_discount="10"), paper(2, currency="US Dollar")]
    book, _, _ = client_book(papers, language="en")
    notes = {tab.title: tab.notes for tab in book.tabs if isinstance(tab, DataTab) and tab.notes}
    assert notes == {
        "Line items EUR": ("FT 2026/1: a discount of €10.00 on the whole document is not in these lines.",)
    }
