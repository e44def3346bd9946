"""What of a client's documents of the period cannot be declared as it stands."""

from reports.figures.checks.filing_checks import TAXES_MISSING, check_filing
from reports.figures.checks.finding import Finding
from reports.sandbox.documents import Raw, line
from tests.support.papers import added, laid_out, paper, vat


def list_findings(*papers: Raw, has_taxes: bool = True) -> list[Finding]:
    return list(check_filing(laid_out(*papers), added(*papers), has_taxes=has_taxes))


def test_an_ordinary_document_can_be_declared() -> None:
    assert list_findings(paper(1), paper(2, "CreditNote")) == []


def test_documents_of_an_undecided_region_are_one_finding_with_the_first_of_them_and_every_rate() -> None:
    undecided = paper(4, lines=[line("a", "10", tax=vat("17")), line("b", "10", tax=vat("23"))])
    earlier = paper(5, rate="11.5", date="03/10/2026")
    assert list_findings(paper(1), undecided, earlier) == [
        Finding("REGION-UNDECIDED", number="FT 2026/5", field="11.5 %, 17 %", found="2")
    ]


def test_what_does_not_count_or_is_of_another_month_need_not_be_declared() -> None:
    assert list_findings(paper(1, rate="17", status="canceled"), paper(2, rate="17", date="30/09/2026")) == []


def test_a_line_without_a_rate_is_not_undecided() -> None:
    assert list_findings(paper(rate=None)) == []


def test_a_reading_without_the_accounts_taxes_says_so_whatever_it_holds() -> None:
    assert list_findings(has_taxes=False) == [Finding(TAXES_MISSING)]
