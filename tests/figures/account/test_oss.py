"""Support for the OSS return."""

from decimal import Decimal

from reports.figures.account.oss import OssCorrection, OssReturn, OssRow, PrintedNumber, find_printed_numbers
from reports.figures.vat.taxes import KnownTax
from reports.sandbox.documents import Raw, line
from tests.support.filed import build_account_month, build_month
from tests.support.papers import paper, vat

FRENCH = [line("a", "10", tax=vat("20"))]
TAXES = {"2001": KnownTax("FR", Decimal(20))}


def file(*papers: Raw) -> OssReturn:
    return build_account_month(build_month(*papers, taxes=TAXES)).oss


def note(identity: int, reference: str | None, **fields: object) -> Raw:
    return paper(identity, "CreditNote", lines=FRENCH, reference=reference, **fields)  # type: ignore[arg-type]


def test_a_note_lowers_its_own_quarter_or_corrects_the_one_that_it_names() -> None:
    spring = paper(1, lines=FRENCH, date="10/05/2026")
    july = paper(2, lines=FRENCH, date="10/07/2026")
    autumn = paper(3, lines=FRENCH)
    filed = file(spring, july, autumn, note(4, "ref. FT 2026/1"), note(5, "ft  2026/3"))
    assert filed.rows == (OssRow("FR", Decimal(20), Decimal("0.00"), Decimal("0.00")),)
    assert filed.corrections == (OssCorrection("FR", "2026-Q2", Decimal("-10.00"), Decimal("-2.00")),)
    assert filed.unnamed == 0
    by_observations = note(6, None, observations="Devolução.\nFatura FT 2026/2")
    assert [one.quarter for one in file(july, by_observations).corrections] == ["2026-Q3"]


def test_a_note_that_names_no_document_of_the_account_is_of_its_own_quarter_and_counted() -> None:
    filed = file(note(4, None), note(5, "FT 2026/999"), note(6, "NC 2026/5"), note(7, "encomenda 2026/3"))
    assert filed.rows == (OssRow("FR", Decimal(20), Decimal("-40.00"), Decimal("-8.00")),)
    assert (filed.corrections, filed.unnamed) == ((), 4)


def test_numbers_are_found_as_they_are_printed() -> None:
    texts = ("Ref. FT2026 / 60, fs B-1/7", None, "FVM 2019/3; XX 1/2")
    assert list(find_printed_numbers(*texts)) == [
        PrintedNumber("Invoice", "2026", 60),
        PrintedNumber("SimplifiedInvoice", "b-1", 7),
        PrintedNumber("VatMossInvoice", "2019", 3),
    ]
