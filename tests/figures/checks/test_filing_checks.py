"""What of a client's documents of the period cannot be declared as it stands."""

from collections.abc import Mapping
from decimal import Decimal

from reports.figures.checks.filing_checks import TAXES_MISSING, check_filing
from reports.figures.checks.finding import Finding
from reports.figures.vat.taxes import KnownTax
from reports.sandbox.documents import Raw, line
from tests.support.filed import file_groups
from tests.support.papers import paper, vat


def list_findings(
    *papers: Raw, has_taxes: bool = True, taxes: Mapping[str, KnownTax] | None = None
) -> list[Finding]:
    return list(check_filing(*file_groups(*papers, taxes=taxes), has_taxes=has_taxes))


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


SPANISH = {"id": 11, "name": "Ejemplo, S.L.", "country": "Spain", "fiscal_id": "ESB12345674"}


def list_codes(
    *papers: Raw, taxes: Mapping[str, KnownTax] | None = None
) -> list[tuple[str, str | None, str | None]]:
    found = list_findings(*papers, taxes=taxes)
    return [(finding.code, finding.number, finding.field) for finding in found]


def exempt(identity: int, code: str, kind: str = "Invoice", *, client: object = None) -> Raw:
    own = client or {"id": 11, "name": "Ana, Lda", "country": "Portugal"}
    return paper(identity, kind, rate="0", tax_exemption=code, client=own)


def test_a_rate_that_ended_is_found_on_invoices_and_not_on_notes() -> None:
    old = [line("a", "100", tax=vat("21", region="PT"))]
    invoice, note = paper(1, lines=old), paper(2, "CreditNote", lines=old)
    debit = paper(3, "DebitNote", lines=old)
    taxes = {"2101": KnownTax("PT", Decimal(21))}
    assert list_codes(note, debit, taxes=taxes) == []
    assert list_codes(invoice, note, taxes=taxes) == [("RATE-NOT-IN-FORCE", "FT 2026/1", "21 %")]


def test_services_in_the_union_need_a_valid_number() -> None:
    right = exempt(1, "M40", client=SPANISH)
    wrong = exempt(2, "M40", client=SPANISH | {"fiscal_id": "ESB12345678"})
    none = exempt(3, "M40", client=SPANISH | {"fiscal_id": None})
    assert list_codes(right) == []
    assert list_codes(right, none, wrong) == [("VAT-NUMBER-MISSING", "FT 2026/2", "M40")]


def test_an_exemption_of_the_union_is_for_no_client_at_home() -> None:
    home = {"id": 11, "name": "Ana", "country": "Portugal", "fiscal_id": "500000011"}
    assert list_codes(exempt(1, "M40", client=home)) == [("EXEMPTION-COUNTRY", "FT 2026/1", "M40")]
    found = [code for code, *_ in list_codes(exempt(1, "M16", client=home), exempt(2, "M41", client=home))]
    assert found == ["EXEMPTION-COUNTRY", "VAT-NUMBER-MISSING"]


def test_a_country_that_nothing_tells_is_information() -> None:
    nowhere = {"id": 11, "name": "Ana", "country": None, "fiscal_id": None}
    assert list_codes(exempt(1, "M40", client=nowhere)) == [("COUNTRY-UNKNOWN", "FT 2026/1", "M40")]
    assert list_codes(exempt(1, "M05", client=nowhere)) == []


def test_a_code_is_valid_on_its_days_and_on_notes_about_them() -> None:
    assert list_codes(exempt(1, "M26")) == [("EXEMPTION-NOT-IN-FORCE", "FT 2026/1", "M26")]
    assert list_codes(exempt(1, "M26", "CreditNote"), exempt(2, "M35")) == []


def test_a_code_without_a_line_is_information() -> None:
    assert list_codes(paper(1, tax_exemption="M07")) == [("EXEMPTION-WITHOUT-LINE", "FT 2026/1", "M07")]
    assert list_codes(exempt(2, "M07")) == []
