"""Support for field 40."""

from decimal import Decimal

from reports.figures.vat.vat_rows import rate_text
from reports.sandbox.documents import line
from tests.support.filed import build_account_month, build_month
from tests.support.papers import paper, vat


def test_each_rate_of_a_credit_note_is_a_positive_row_by_date() -> None:
    both = [line("a", "10", tax=vat("6")), line("b", "20", tax=vat("23"))]
    later = paper(2, "CreditNote", lines=both, date="20/10/2026")
    earlier = paper(3, "CreditNote", net="5", date="02/10/2026")
    month = build_account_month(build_month(later, earlier, paper(4)))
    found = [(one.number, rate_text(one.rate), one.base, one.tax) for one in month.field_40]
    assert found == [
        ("NC 2026/3", "23", Decimal("5.00"), Decimal("1.15")),
        ("NC 2026/2", "23", Decimal("20.00"), Decimal("4.60")),
        ("NC 2026/2", "6", Decimal("10.00"), Decimal("0.60")),
    ]
    assert month.field_40[0].fiscal_id == "500000011"


def test_notes_at_zero_in_dollars_or_of_other_countries_are_not_in_field_40() -> None:
    exempt = paper(1, "CreditNote", rate="0", tax_exemption="M07")
    dollars = paper(2, "CreditNote", currency="U.S. dollar")
    assert build_account_month(build_month(exempt, dollars)).field_40 == ()
