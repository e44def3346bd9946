"""What the one who files has to look at in the account's month."""

from datetime import date
from decimal import Decimal

from reports.figures.account.account_month import AccountMonth, add_up
from reports.figures.account.coverage import AccountDocument, Coverage
from reports.figures.checks.account_checks import ClientFinding
from reports.figures.checks.finding import Finding
from reports.figures.checks.month_checks import check_month
from reports.sandbox.documents import Raw, line
from tests.support.filed import build_month
from tests.support.papers import OCTOBER, paper, vat

SPANISH = {"id": 11, "name": "Ejemplo, S.L.", "country": "Spain", "fiscal_id": "ESB12345674"}


def list_findings(*papers: Raw, listed: list[AccountDocument] | None = None) -> list[ClientFinding]:
    return list(check_month(build_account(*papers, listed=listed)))


def build_account(*papers: Raw, listed: list[AccountDocument] | None = None) -> AccountMonth:
    return add_up([build_month(*papers)], Coverage(1, 1), period=OCTOBER, region="PT", listed=listed)


def test_an_ordinary_month_has_nothing_to_look_at() -> None:
    assert list_findings(paper(1), paper(2, "CreditNote"), listed=[]) == []


def test_vat_that_is_further_from_its_base_than_the_form_takes_is_found() -> None:
    def invoice(identity: int, tax: str) -> Raw:
        goods = line("a", "100", tax=vat("23", region="PT"))
        own = {"tax_amount": Decimal(tax), "total": 100 + Decimal(tax)}
        return paper(identity, lines=[goods | own])

    assert list_findings(invoice(1, "27.99")) == []
    difference = Finding(
        "FIELD-DIFFERENCE", number="PT", field="3", expected="23.00", found="28.00", difference="5.00"
    )
    assert list_findings(invoice(1, "28.00")) == [ClientFinding(difference)]


def test_a_negative_recapitulative_line_is_information_on_its_client() -> None:
    note = paper(1, "CreditNote", rate="0", tax_exemption="M16", client=SPANISH)
    finding = Finding("NEGATIVE-LINE", number="ES B12345674", field="1", found="-100.00")
    assert list_findings(note) == [ClientFinding(finding, 11)]


def test_a_document_that_no_reading_has_is_named_with_its_client() -> None:
    def listed(identity: int) -> AccountDocument:
        number, day = f"FT 2026/{identity}", date(2026, 10, 5)
        return AccountDocument(identity, "Invoice", "final", number, day, 77, "Esquecido, Lda")

    not_ours = [
        listed(8)._replace(status="draft"),
        listed(9)._replace(type="Quote"),
        listed(10)._replace(date=date(2026, 9, 30)),
    ]
    found = list_findings(paper(1), listed=[listed(1), listed(6), listed(7), *not_ours])
    finding = Finding("FORGOTTEN-DOCUMENTS", number="FT 2026/6, FT 2026/7", field="Esquecido, Lda", found="2")
    assert found == [ClientFinding(finding, 77)]
    assert build_account(paper(1), listed=[listed(6)]).is_whole is False
    assert build_account(paper(1), listed=[listed(1)]).is_whole is True
