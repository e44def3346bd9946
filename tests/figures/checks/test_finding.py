"""A finding says what was expected and what came, in a sentence that data cannot change."""

from reports.figures.checks import finding
from reports.figures.checks.finding import warnings
from tests.support.papers import find_only, findings, paper


def test_a_finding_says_what_was_expected_and_what_came() -> None:
    finding = find_only(paper(total="124"))
    assert (finding.expected, finding.found, finding.difference) == ("123.00", "124.00", "1.00")
    assert finding.message == (
        "FT 2026/1: the total 124.00 is neither net plus VAT (123.00) nor that less the withholding. "
        "Look at the document in InvoiceXpress."
    )


def test_braces_in_data_stay_braces() -> None:
    finding = find_only(paper(kind="{field}{0}"))
    assert "{field}{0} is not a known document type" in finding.message


def test_warnings_are_counted_and_information_is_not() -> None:
    provoked = [
        paper(1, rate="0", tax_exemption="M99"),
        paper(2, rate="0"),
        paper(3, kind="Brand new"),
    ]
    assert warnings(findings(*provoked)) == 1
    assert {rule.level for rule in finding.RULES.values()} == {"info", "warning"}
