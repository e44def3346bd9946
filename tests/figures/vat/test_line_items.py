"""Every line has base, VAT and rate by what it says, its tax and the other lines; the rest is said."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.errors import DataError
from reports.figures.document import Document, LineItem, Remark
from reports.figures.tables import build
from reports.figures.vat.line_items import BASE_TOLERANCE, complete_documents
from reports.figures.vat.taxes import KnownTax, Taxation
from reports.money import HALF_CENT, cents
from reports.sandbox.documents import Habits, Raw, line
from tests.support.examples import examples
from tests.support.papers import paper, parsed, vat

TAX23: Raw = {"id": 2301, "name": "IVA23", "value": 23}
UNNAMED: Raw = {"id": 77, "name": None, "value": None}
ABSENT = object()

amounts = st.integers(1, 9_999_999).map(lambda number: Decimal(number).scaleb(-4))


def item(**fields: object) -> Raw:
    """A line of 100 at 23 % with a discount of 10; a field that is ABSENT is not there at all."""
    whole: Raw = {"name": "Pão", "unit": "un", "quantity": "1", "unit_price": "110", "discount": "9.09"}
    whole |= {"discount_amount": "10", "subtotal": "100", "tax": TAX23, "tax_amount": "23", "total": "123"}
    return {key: value for key, value in (whole | fields).items() if value is not ABSENT}


def complete(
    *items: Raw, taxation: Taxation | None = None, kind: str = "Invoice", **fields: object
) -> Document:
    """The document of these lines, completed; its own amounts are those of a line of 100 at 23 %."""
    (document,) = complete_documents(
        parsed(paper(kind=kind, items=[*items]) | fields), taxation or Taxation()
    )
    return document


def worked(document: Document) -> list[tuple[str | None, ...]]:
    """Base, VAT and gross of each line."""
    return [
        tuple(None if amount is None else f"{amount:f}" for amount in (one.net, one.tax, one.gross))
        for one in document.items
    ]


def told(document: Document) -> list[tuple[str, str]]:
    return [(remark.code, remark.field) for remark in document.remarks]


@pytest.mark.parametrize(
    ("fields", "base", "code"),
    [
        ({}, "100.00", None),
        # `subtotal` within 0.006 of total less VAT, either way; and no further.
        ({"total": "123.006"}, "100.00", None),
        ({"total": "122.994"}, "100.00", None),
        ({"total": "123.007"}, "100.007", "LINE-SUBTOTAL"),
        # The subtotal is before the line's discount.
        ({"subtotal": "110"}, "100.00", None),
        ({"subtotal": "110", "total": "123.006"}, "100.00", None),
        ({"subtotal": "110", "total": "122.993"}, "99.993", "LINE-SUBTOTAL"),
        # Both readings fit: the subtotal as it stands.
        ({"discount_amount": "0.004", "total": "123.004"}, "100.00", None),
        ({"discount_amount": ABSENT, "subtotal": "110"}, "100.00", "LINE-SUBTOTAL"),
        ({"discount_amount": None, "discount": None}, "100.00", None),
        ({"subtotal": "95"}, "100.00", "LINE-SUBTOTAL"),
        ({"subtotal": ABSENT}, "100.00", "LINE-DERIVED"),
        ({"subtotal": None}, "100.00", "LINE-DERIVED"),
        ({"subtotal": ""}, "100.00", "LINE-DERIVED"),
        # Gross is the base and its VAT, never the vendor's total in cents.
        ({"subtotal": "2.0244", "tax_amount": "0.465612", "total": "2.49"}, "2.0244", None),
        ({"subtotal": "-100", "tax_amount": "-23", "total": "-123"}, "-100.00", None),
    ],
)
def test_the_base_of_a_line_is_its_subtotal_where_the_total_agrees(
    fields: Mapping[str, object], base: str, code: str | None
) -> None:
    raw = item(**fields)
    document = complete(raw, before_taxes="-1" if base[0] == "-" else "1")
    (own,) = document.items
    assert own.net == Decimal(base)
    assert own.tax == Decimal(str(raw["tax_amount"]))
    assert own.gross == own.net + own.tax
    assert told(document) == ([(code, "1")] if code else [])


@pytest.mark.parametrize("missing", [ABSENT, None, ""], ids=["absent", "null", "empty"])
@pytest.mark.parametrize(
    ("fields", "base", "tax"),
    [
        # Whichever of subtotal and subtotal less discount the other amount agrees with.
        ({"tax_amount": "?"}, "100.00", "23.00"),
        ({"tax_amount": "?", "subtotal": "110"}, "100.00", "23.00"),
        ({"tax_amount": "?", "subtotal": "110", "discount_amount": None}, "110.00", "25.30"),
        ({"tax_amount": "?", "total": "123.006"}, "100.00", "23.00"),
        ({"tax_amount": "?", "total": "150"}, "100.00", "23.00"),
        ({"total": "?"}, "100.00", "23.00"),
        ({"total": "?", "subtotal": "110"}, "100.00", "23.00"),
        ({"total": "?", "tax_amount": "23.006"}, "100.00", "23.006"),
        ({"total": "?", "tax_amount": "22"}, "100.00", "22.00"),
        ({"total": "?", "tax_amount": "?"}, "100.00", "23.00"),
        ({"total": "?", "tax_amount": "?", "subtotal": "110"}, "110.00", "25.30"),
        # No rate: only the other amount tells the VAT.
        ({"tax_amount": "?", "tax": None}, "100.00", "23.00"),
        ({"total": "?", "tax": None}, "100.00", "23.00"),
        ({"total": "?", "tax": None, "tax_amount": "22"}, "100.00", "22.00"),
    ],
)
def test_an_absent_amount_is_worked_out_from_subtotal_and_rate(
    fields: Mapping[str, object], base: str, tax: str, missing: object
) -> None:
    named = {key: missing if value == "?" else value for key, value in fields.items()}
    document = complete(item(**named))
    (own,) = document.items
    assert (own.net, own.tax) == (Decimal(base), Decimal(tax))
    assert own.gross == Decimal(base) + Decimal(tax)
    assert told(document) == [("LINE-DERIVED", "1")]


@pytest.mark.parametrize(
    "fields",
    [
        {"subtotal": None, "tax_amount": None, "total": None},
        {"subtotal": None, "tax_amount": None},
        {"subtotal": None, "total": None},
        {"tax_amount": None, "total": None, "tax": None},
        {"tax_amount": None, "total": None, "tax": {}},
    ],
    ids=["nothing", "only total", "only VAT", "no rate", "an empty tax"],
)
def test_a_line_with_nothing_to_go_by_has_no_amounts_and_fails_nobody(fields: Mapping[str, object]) -> None:
    document = complete(item(), item(**fields))
    assert worked(document)[1] == (None, None, None)
    assert told(document) == [("LINES-UNREADABLE", "items[2]")]
    assert len(build(parsed(paper(items=[item(**fields)]))).documents) == 1


@pytest.mark.parametrize("came", ["1234,56", True, {"amount": 1}, "NaN", [], "foo"], ids=str)
@pytest.mark.parametrize("field", ["tax_amount", "total"])
def test_an_amount_that_is_there_and_cannot_be_read_fails_its_client(field: str, came: object) -> None:
    with pytest.raises(DataError, match=rf"items\[1\]\.{field} is "):
        build(parsed(paper(items=[item(**{field: came})])))
    draft = complete(item(**{field: came, "subtotal": None}), status="draft")
    assert told(draft) == [("AMOUNT-UNREADABLE", f"items[1].{field}")]


def test_an_unreadable_subtotal_is_said_once_and_the_base_comes_from_the_others() -> None:
    document = complete(item(subtotal="1,5"))
    assert worked(document) == [("100.00", "23.00", "123.00")]
    assert told(document) == [("NUMBER-UNREADABLE", "items[1].subtotal"), ("LINE-DERIVED", "1")]


@pytest.mark.parametrize("tax", [None, ABSENT, {}, "IVA23", {"name": "IVA23"}, {"id": 2301, "value": "23%"}])
def test_a_line_without_a_tax_keeps_its_amounts_and_has_no_rate(tax: object) -> None:
    document = complete(item(tax=tax))
    (own,) = document.items
    assert (own.rate, own.region, own.scheme) == (None, None, "pt")
    assert worked(document) == [("100.00", "23.00", "123.00")]
    assert told(document) == []


# The rate of a tax that came without it


def rates(document: Document) -> list[Decimal | None]:
    return [one.rate for one in document.items]


def of_rate(value: object, identity: int = 77, **fields: object) -> Raw:
    return item(tax={"id": identity, "name": None, "value": value}, **fields)


@pytest.mark.parametrize("value", [ABSENT, None, ""], ids=["absent", "null", "empty"])
def test_a_tax_without_its_rate_has_that_of_the_same_tax_elsewhere(value: object) -> None:
    tax = {"id": 77, "value": value} if value is not ABSENT else {"id": 77}
    # VAT of 23 at a rate of 22: the tax decides, not the amount.
    document = complete(item(tax=tax), of_rate("22.0", tax_amount="22", total="122"))
    assert rates(document) == [22, 22]
    assert Remark("TAX-RESOLVED", "1", "22") in document.remarks


def test_the_rate_of_the_same_tax_is_found_on_another_document_of_the_reading() -> None:
    raws = [paper(1, items=[item(tax=UNNAMED)]), paper(2, items=[of_rate(22, tax_amount="22", total="122")])]
    first, _ = complete_documents(parsed(*raws), Taxation())
    assert rates(first) == [22]


def test_the_reading_is_believed_before_the_account() -> None:
    known = Taxation(taxes={"77": KnownTax(None, Decimal(6))})
    assert rates(complete(item(tax=UNNAMED), of_rate(22), taxation=known))[0] == 22
    assert rates(complete(item(tax=UNNAMED), taxation=known)) == [6]


def test_a_tax_of_several_rates_decides_nothing() -> None:
    document = complete(item(tax=UNNAMED), of_rate(6), of_rate(13))
    assert rates(document)[0] == 23


def test_a_known_tax_without_a_rate_decides_nothing() -> None:
    known = Taxation(taxes={"77": KnownTax("PT", None)})
    assert rates(complete(item(tax=UNNAMED), taxation=known)) == [23]


@pytest.mark.parametrize(
    ("tax_amount", "day", "rate"),
    [
        ("23", "05/10/2026", 23),
        ("13", "05/10/2026", 13),
        ("22", "05/10/2026", 22),
        ("16", "05/10/2026", 16),
        # The Azores had 18 % until the last of June 2021, and nobody after it.
        ("18", "30/06/2021", 18),
        ("18", "01/07/2021", None),
        ("5", "30/09/2024", 5),
        ("5", "01/10/2024", None),
        ("0", "05/10/2026", 0),
        ("17.5", "05/10/2026", None),
        # To the cent: less than half a cent off.
        ("23.0049", "05/10/2026", 23),
        ("22.9951", "05/10/2026", 23),
        ("23.005", "05/10/2026", None),
    ],
)
def test_else_the_rate_is_one_of_the_law_on_that_day_that_the_vat_is_to_the_cent(
    tax_amount: str, day: str, rate: int | None
) -> None:
    document = complete(
        item(tax=UNNAMED, tax_amount=tax_amount, total=str(100 + Decimal(tax_amount))), date=day
    )
    assert rates(document) == [rate]
    assert told(document) == ([] if rate is None else [("TAX-RESOLVED", "1")])


def test_rates_of_the_reading_and_of_known_taxes_may_be_it_too() -> None:
    odd = item(tax=UNNAMED, tax_amount="17.5", total="117.5")
    assert rates(complete(odd, of_rate("17.5", 5)))[0] == Decimal("17.5")
    assert rates(complete(odd, taxation=Taxation(taxes={"5": KnownTax(None, Decimal("17.5"))}))) == [
        Decimal("17.5")
    ]


def test_among_rates_that_fit_the_nearest_holds() -> None:
    # VAT of 0.0004 on 0.01: 4 % and 6 % fit to the cent, 4 % is exact.
    tiny = item(tax=UNNAMED, subtotal="0.01", discount_amount="0", tax_amount="0.0004", total="0.01")
    assert rates(complete(tiny)) == [4]


def test_without_an_id_there_is_no_tax_to_look_for() -> None:
    document = complete(item(tax={"id": None, "name": "IVA23", "value": None}), of_rate(23))
    assert rates(document) == [None, 23]


def test_a_resolved_rate_works_out_what_is_absent() -> None:
    known = Taxation(taxes={"77": KnownTax(None, Decimal(23))})
    document = complete(item(tax=UNNAMED, tax_amount=None, total=None), taxation=known)
    assert worked(document) == [("100.00", "23.00", "123.00")]
    assert told(document) == [("TAX-RESOLVED", "1"), ("LINE-DERIVED", "1")]


# Lines of the other sign than their document


def test_lines_that_add_up_to_the_other_sign_are_turned_together() -> None:
    turned = item(quantity="-2", discount_amount="-10", subtotal="-110", tax_amount="-23", total="-123")
    kept = item(subtotal="40", discount_amount="0", tax_amount="9.20", total="49.20")
    document = complete(turned, kept, before_taxes="60", taxes="13.80", total="73.80")
    assert worked(document) == [("100.00", "23.00", "123.00"), ("-40.00", "-9.20", "-49.20")]
    first, second = document.items
    assert [first.quantity, first.discount, first.unit_price] == [2, 10, 110]
    assert [second.quantity, second.discount, first.subtotal] == [-1, 0, -110]
    assert document.remarks == (Remark("SIGN-CONTRADICTS", "items", "-60.00"),)


@pytest.mark.parametrize("kind", ["Invoice", "CreditNote"])
def test_the_document_decides_whatever_its_type(kind: str) -> None:
    document = complete(item(), kind=kind, before_taxes="-100", taxes="-23", total="-123")
    assert worked(document) == [("-100.00", "-23.00", "-123.00")]


@pytest.mark.parametrize("net", ["0", "0.001", "100", None])
def test_lines_of_no_other_sign_stay(net: object) -> None:
    document = complete(item(), status="draft", before_taxes=net)
    assert worked(document) == [("100.00", "23.00", "123.00")]
    assert "SIGN-CONTRADICTS" not in [remark.code for remark in document.remarks]


def test_less_than_half_a_cent_of_lines_has_no_sign() -> None:
    tiny = item(subtotal="-0.004", discount_amount="0", tax_amount="0", total="0")
    assert worked(complete(tiny)) == [("-0.004", "0.00", "-0.004")]


# Properties


@examples(100)
@given(
    st.lists(st.tuples(amounts, st.integers(0, 50), st.sampled_from(["0", "4", "6", "13", "23", "5.5"]))),
    st.booleans(),
    st.booleans(),
)
def test_a_line_of_either_habit_has_its_own_base_and_nothing_to_be_said(
    made: Sequence[tuple[Decimal, int, str]], rounds: bool, is_discounted: bool
) -> None:
    habits = Habits(rounds_line_totals=rounds, subtotal_is_discounted=is_discounted)
    lines = [
        line("a", price, discount=str(percent), tax=vat(rate), habits=habits) for price, percent, rate in made
    ]
    (document,) = complete_documents(parsed(paper(lines=lines, habits=habits)), Taxation())
    assert [remark for remark in document.remarks if remark.code.startswith("LINE")] == []
    for own, (price, percent, rate) in zip(document.items, made, strict=True):
        base = price * (100 - percent) / 100
        # A discount of next to nothing fits both readings of a total in cents: the subtotal is taken.
        assert abs(_of(own, "net") - base) <= BASE_TOLERANCE + HALF_CENT
        assert own.gross == _of(own, "net") + _of(own, "tax")
        assert own.rate == Decimal(rate)


@examples(60)
@given(amounts, st.sampled_from(["0", "4", "6", "9", "13", "16", "22", "23"]), st.booleans(), st.booleans())
def test_a_line_is_the_same_without_its_vat_or_its_total(
    price: Decimal, rate: str, has_tax: bool, has_total: bool
) -> None:
    whole = line("a", price, tax=vat(rate))
    part = whole | ({} if has_tax else {"tax_amount": None}) | ({} if has_total else {"total": None})
    (document,) = complete_documents(parsed(paper(lines=[whole], items=[part])), Taxation())
    (own,) = document.items
    assert (own.net, cents(_of(own, "tax"))) == (price, cents(price * Decimal(rate) / 100))


def _of(own: LineItem, name: str) -> Decimal:
    amount: Any = getattr(own, name)
    assert isinstance(amount, Decimal)
    return amount


def test_a_document_without_a_day_has_the_rates_of_the_reading_alone() -> None:
    document = complete(item(tax=UNNAMED), of_rate(23, 5), status="draft", date="soon")
    assert rates(document)[0] == 23
    assert rates(complete(item(tax=UNNAMED), status="draft", date="soon")) == [None]


def test_the_day_of_a_rate_is_the_documents_own() -> None:
    papers = [
        paper(identity, day=day, items=[item(tax=UNNAMED, tax_amount="18", total="118")])
        for identity, day in enumerate([date(2021, 6, 30), date(2021, 7, 1)], start=1)
    ]
    old, new = complete_documents(parsed(*papers), Taxation())
    assert [*rates(old), *rates(new)] == [18, None]
