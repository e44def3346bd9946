"""Gross, withholding, payable, the rounding cent and the sign of a document follow from its own amounts."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.figures.amounts import (
    TOTAL_TOLERANCE,
    Amounts,
    document_sign,
    is_negative,
    read_amounts,
    read_payment,
)
from reports.figures.document import Document
from reports.money import cents
from reports.sandbox.documents import Raw
from tests.support.examples import examples
from tests.support.papers import paper, parsed

money = st.integers(-100_000, 100_000).map(lambda number: Decimal(number).scaleb(-2))


def header(
    net: object, tax: object, total: object, *, retention: object = None, kind: str = "Invoice"
) -> Document:
    """A document of these amounts of its own."""
    raw: Raw = paper(kind=kind) | {"retention": retention}
    (document,) = parsed(raw | {"before_taxes": net, "taxes": tax, "total": total})
    return document


def amounts_of(document: Document) -> Amounts:
    amounts = read_amounts(document)
    assert amounts is not None
    return amounts


@pytest.mark.parametrize(
    ("total", "gross", "payable", "rounding"),
    [
        ("118", "123.00", "118.00", "0.00"),
        ("118.02", "123.02", "118.02", "0.02"),
        ("117.98", "122.98", "117.98", "-0.02"),
        ("123", "123.00", "118.00", "0.00"),
        ("123.02", "123.02", "118.02", "0.02"),
        ("122.98", "122.98", "117.98", "-0.02"),
    ],
)
def test_each_document_says_by_its_total_whether_the_withholding_is_off(
    total: str, gross: str, payable: str, rounding: str
) -> None:
    amounts = amounts_of(header("100", "23", total, retention="5"))
    assert [*map(str, amounts[:4])] == [rounding, gross, "5.00", payable]
    assert amounts.is_explained


@pytest.mark.parametrize("total", ["117.97", "118.03", "120.50", "122.97", "123.03", "0", "-118"])
def test_a_total_that_is_neither_leaves_gross_to_net_and_vat(total: str) -> None:
    amounts = amounts_of(header("100", "23", total, retention="5"))
    assert [*map(str, amounts[:4])] == ["0.00", "123.00", "5.00", "118.00"]
    assert not amounts.is_explained


@pytest.mark.parametrize(
    ("total", "gross", "payable"),
    [
        ("1.21", "1.22", "1.21"),
        ("1.22", "1.23", "1.22"),
        ("1.23", "1.23", "1.22"),
        ("1.24", "1.24", "1.23"),
    ],
)
def test_when_both_readings_are_near_the_nearer_one_holds(total: str, gross: str, payable: str) -> None:
    amounts = amounts_of(header("1", "0.23", total, retention="1"))
    assert [str(amounts.gross), str(amounts.withholding), str(amounts.payable)] == [gross, "0.01", payable]


def test_half_way_between_both_readings_the_total_is_payable() -> None:
    amounts = amounts_of(header("2", "0.46", "2.45", retention="1"))
    assert [*map(str, amounts[:4])] == ["0.01", "2.47", "0.02", "2.45"]


def test_the_cent_between_total_and_net_plus_vat_is_the_documents_own() -> None:
    amounts = amounts_of(header("91.21", "15.47", "106.67"))
    assert [*map(str, amounts[:4])] == ["-0.01", "106.67", "0.00", "106.67"]


@pytest.mark.parametrize(
    ("net", "retention", "withholding"),
    [
        ("0.10", "5", "0.01"),
        ("0.09", "5", "0.00"),
        ("-0.10", "5", "-0.01"),
        ("100", "11.5", "11.50"),
        ("100", None, "0.00"),
        ("100", "foo", "0.00"),
        ("100", "100", "100.00"),
    ],
)
def test_withholding_is_its_percentage_of_net_half_up(
    net: str, retention: str | None, withholding: str
) -> None:
    assert str(amounts_of(header(net, "0", net, retention=retention)).withholding) == withholding


@pytest.mark.parametrize("field", ["before_taxes", "taxes", "total"])
def test_without_one_of_the_three_there_are_no_amounts(field: str) -> None:
    (draft,) = parsed(paper(status="draft") | {field: None})
    assert read_amounts(draft) is None


SIGNS = [
    ("100", "23", "123", False),
    ("-100", "-23", "-123", True),
    ("-100", "23", "123", True),
    ("100", "-23", "-123", False),
    ("0", "-1", "1", True),
    ("0", "1", "-1", False),
    ("0", "0", "-1", True),
    ("0", "0", "0", False),
]


@pytest.mark.parametrize(("net", "tax", "total", "is_below"), SIGNS)
def test_the_first_amount_that_is_not_zero_decides_whether_a_document_came_negative(
    net: str, tax: str, total: str, is_below: bool
) -> None:
    assert is_negative(header(net, tax, total)) is is_below


@pytest.mark.parametrize(("net", "tax", "total", "is_below"), SIGNS)
def test_a_credit_note_is_negated_unless_it_came_negative(
    net: str, tax: str, total: str, is_below: bool
) -> None:
    for kind in ("CreditNote", "VatMossCreditNote"):
        assert document_sign(header(net, tax, total, kind=kind)) == (1 if is_below else -1)
    for kind in ("Invoice", "DebitNote", "Receipt", "Quote", "Brand new"):
        assert document_sign(header(net, tax, total, kind=kind)) == 1


@pytest.mark.parametrize(
    ("net", "tax", "total", "is_turned"),
    [
        ("100", "23", "-123", True),
        ("-100", "-23", "123", True),
        ("100", "23", "124", False),
        ("100", "23", "0", False),
        ("0", "0", "-5", False),
        # Within two cents of net plus VAT: explained, whatever its sign.
        ("0.01", "0", "-0.01", False),
    ],
)
def test_a_total_of_the_other_sign_than_net_and_vat_is_a_turned_one(
    net: str, tax: str, total: str, is_turned: bool
) -> None:
    assert amounts_of(header(net, tax, total)).is_turned is is_turned


@pytest.mark.parametrize(
    ("total", "gross", "payable", "paid"),
    [("98", "123", "98", "98"), ("123", "123", "98", "98"), ("50", "0", "0", "50"), ("50", None, None, "50")],
)
def test_a_receipt_says_what_is_payable_was_paid_or_its_total_where_that_is_no_reading(
    total: str, gross: str | None, payable: str | None, paid: str
) -> None:
    amounts = [None if text is None else Decimal(text) for text in (total, gross, payable)]
    assert read_payment(*amounts) == Decimal(paid)
    assert read_payment(None, *amounts[1:]) is None


@examples(100)
@given(money, money, st.integers(-4, 4), st.integers(0, 100), st.booleans())
def test_amounts_add_up_and_rounding_is_never_above_the_tolerance(
    net: Decimal, tax: Decimal, cents_off: int, retention: int, is_payable: bool
) -> None:
    withholding = cents(net * retention / 100)
    total = net + tax + Decimal(cents_off).scaleb(-2) - (withholding if is_payable else 0)
    amounts = amounts_of(header(net, tax, total, retention=retention))
    assert net + tax + amounts.rounding == amounts.gross
    assert amounts.gross - amounts.withholding == amounts.payable
    assert amounts.withholding == withholding
    assert abs(amounts.rounding) <= TOTAL_TOLERANCE
    if amounts.is_explained:
        assert total in (amounts.gross, amounts.payable)
    else:
        assert amounts.rounding == 0


@examples(50)
@given(money, money, money, st.integers(0, 100))
def test_amounts_of_the_opposite_document_are_the_opposite_amounts(
    net: Decimal, tax: Decimal, total: Decimal, retention: int
) -> None:
    ours = amounts_of(header(net, tax, total, retention=retention))
    opposite = amounts_of(header(-net, -tax, -total, retention=retention))
    assert [-amount for amount in opposite[:4]] == [*ours[:4]]
