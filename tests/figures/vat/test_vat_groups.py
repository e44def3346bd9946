"""A document's lines by what they are declared under, in cents; a discount on the whole lowers them."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reports.figures.document import Document
from reports.figures.tables import build
from reports.figures.vat.taxes import KnownTax, Taxation
from reports.figures.vat.vat_groups import (
    LineSums,
    VatGroup,
    VatKey,
    add_lines,
    count_rounding_tolerance,
    exemption_of,
    explains_discount,
    group_lines,
    is_discounted,
    share_discount,
)
from reports.money import CENT, cents
from reports.sandbox.documents import Raw, line
from tests.support.examples import examples
from tests.support.papers import codes, laid_out, paper, parsed, vat

EMPTY: Raw = {"name": "?", "quantity": "1"}

money = st.integers(1, 10_000_000).map(lambda number: Decimal(number).scaleb(-4))
rates = st.sampled_from([Decimal(rate) for rate in (4, 6, 13, 22, 23)])


def key(rate: str | None, *, region: str | None = "PT", exemption: str | None = None) -> VatKey:
    return VatKey("pt", region, None if rate is None else Decimal(rate), exemption)


def only(raw: Raw) -> Document:
    """The document with its lines completed."""
    (document,) = laid_out(raw).values
    return document


def rows(document: Document) -> list[tuple[str | None, str, str]]:
    """Rate, base and VAT of each group."""
    return [
        (None if group.key.rate is None else f"{group.key.rate:.0f}", str(group.base), str(group.tax))
        for group in group_lines(document)
    ]


# Groups


def test_lines_of_one_key_are_added_unrounded_and_rounded_once_half_up() -> None:
    lines = [line(f"{place}", "0.335", tax=vat("23")) for place in range(3)]
    assert rows(only(paper(lines=lines))) == [("23", "1.01", "0.23")]
    assert rows(only(paper(lines=lines[:1]))) == [("23", "0.34", "0.08")]


def test_scheme_region_rate_and_code_make_a_row_each_in_the_order_of_the_lines() -> None:
    taxes = {"2301": KnownTax("IE", Decimal(23)), "2201": KnownTax("PT-MA", Decimal(22))}
    lines = [
        *(line("a", "1", tax=vat("23")), line("b", "2", tax=vat("22")), line("c", "4", tax=vat("0"))),
        *(line("d", "8", tax=None), line("e", "16", tax=vat("6")), line("f", "32", tax=vat("23"))),
    ]
    raw = paper(lines=lines, tax_exemption="m16")
    (document,) = build(parsed(raw), Taxation(taxes)).values
    assert [(group.key, group.tax_names, str(group.base)) for group in group_lines(document)] == [
        (VatKey("oss", "IE", Decimal(23), None), ("IVA23",), "33.00"),
        (VatKey("pt", "PT-MA", Decimal(22), None), ("IVA22",), "2.00"),
        (VatKey("pt", "PT", Decimal(0), "M16"), ("IVA0",), "4.00"),
        (VatKey("pt", None, None, None), (), "8.00"),
        (VatKey("pt", "PT", Decimal(6), None), ("IVA6",), "16.00"),
    ]


@pytest.mark.parametrize(("rate", "code"), [("0", "M07"), ("23", None), (None, None)])
def test_the_documents_exemption_code_is_that_of_its_lines_at_zero_alone(
    rate: str | None, code: str | None
) -> None:
    document = only(paper(rate=rate, tax_exemption=" m07 "))
    assert exemption_of(document, document.items[0]) == code


def test_a_line_without_amounts_adds_nothing_and_keeps_its_row() -> None:
    document = only(paper(items=[EMPTY | {"tax": {"id": 1, "value": 23}}]))
    assert add_lines(document.items) == LineSums(Decimal(0), Decimal(0))
    assert rows(document) == [("23", "0.00", "0.00")]


@pytest.mark.parametrize(
    ("found", "tolerance"), [([], "0.00"), ([23], "0.01"), ([23, 23, 6], "0.02"), ([23, 0, None], "0.03")]
)
def test_lines_may_be_a_cent_off_for_each_distinct_rate(found: Sequence[int | None], tolerance: str) -> None:
    assert count_rounding_tolerance(None if rate is None else Decimal(rate) for rate in found) == Decimal(
        tolerance
    )


# Whether there is a discount on the whole document


@pytest.mark.parametrize(
    ("base", "tax", "net", "due", "is_one"),
    [
        ("100", "23", "90", "20.70", True),
        ("100", "23", "90", "20.71", True),
        ("100", "23", "90", "20.69", True),
        ("100", "23", "90", "20.72", False),
        ("100", "23", "90", "23", False),
        # Everything is given away.
        ("100", "23", "0", "0", True),
        ("100", "0", "90", "0", True),
        # Higher than its lines, of another sign, or lines of nothing.
        ("100", "23", "110", "25.30", False),
        ("100", "23", "-10", "-2.30", False),
        ("-100", "-23", "-90", "-20.70", False),
        ("0", "0", "0", "1", False),
        ("100.004", "23", "100", "20", False),
        # A cent is ordinary rounding.
        ("100", "23", "99.99", "23", False),
        ("100", "23", "100", "22.99", False),
        ("100", "23", "99.98", "23.00", True),
    ],
)
def test_net_and_vat_have_to_prove_the_same_share_of_the_lines(
    base: str, tax: str, net: str, due: str, is_one: bool
) -> None:
    sums = LineSums(Decimal(base), Decimal(tax))
    found = explains_discount(sums, Decimal(net), Decimal(due), tolerance=CENT)
    assert found is is_one


def test_ordinary_rounding_is_no_discount_and_changes_no_row() -> None:
    lines = [line("a", "10", tax=vat("6")), line("b", "10", tax=vat("23"))]
    raw = paper(lines=lines, before_taxes="19.98", taxes="2.90", total="22.88")
    document = only(raw)
    assert not is_discounted(document)
    assert rows(document) == [("6", "10.00", "0.60"), ("23", "10.00", "2.30")]
    assert codes(raw | {"sum": "19.98"}) == []
    lower = only(raw | {"before_taxes": "19.97", "taxes": "2.90", "total": "22.87"})
    assert is_discounted(lower)
    assert sum(group.base for group in group_lines(lower)) == Decimal("19.97")


@pytest.mark.parametrize("field", ["before_taxes", "taxes"])
def test_a_draft_without_net_or_vat_has_no_discount(field: str) -> None:
    draft = only(paper(status="draft", document_discount="10") | {field: None})
    assert not is_discounted(draft)
    assert rows(draft) == [("23", "100.00", "23.00")]


def test_a_document_without_lines_has_no_discount() -> None:
    assert not is_discounted(only(paper(items=[])))


# How it is shared


def test_a_discount_lowers_base_and_vat_of_each_row_and_leaves_the_lines() -> None:
    lines = [line("a", "100", tax=vat("23")), line("b", "50", tax=vat("6"))]
    document = only(paper(lines=lines, document_discount="10"))
    assert is_discounted(document)
    assert rows(document) == [("23", "90.00", "20.70"), ("6", "45.00", "2.70")]
    assert [item.net for item in document.items] == [100, 50]


def test_the_largest_remainder_gets_the_cent() -> None:
    sums = {
        key("23"): LineSums(Decimal("10.00"), Decimal("2.30")),
        key("6"): LineSums(Decimal("5.01"), Decimal("0.30")),
    }
    # Two thirds: 6.666… and 3.34; 1.533… and 0.2.
    shared = share_discount(sums, Decimal("10.01"), Decimal("1.74"))
    assert shared == {
        key("23"): LineSums(Decimal("6.67"), Decimal("1.54")),
        key("6"): LineSums(Decimal("3.34"), Decimal("0.20")),
    }


@pytest.mark.parametrize(
    "keys",
    [
        (key("6"), key("23")),
        (key("23", region="PT-AC"), key("23", region="PT")),
        (key("0", exemption="M16"), key("0", exemption="M07")),
        (key(None), key("0")),
        (key("0", region="PT"), key("0", region=None)),
    ],
    ids=["higher rate", "region", "code", "a rate before none", "undecided first"],
)
def test_of_equal_remainders_the_higher_rate_goes_first_then_region_then_code(
    keys: tuple[VatKey, VatKey],
) -> None:
    for later, first in (keys, keys[::-1]):
        sums = dict.fromkeys((later, first), LineSums(Decimal(10), Decimal(1)))
        shared = share_discount(sums, Decimal("15.01"), Decimal("1.51"))
        assert shared[keys[1]] == LineSums(Decimal("7.51"), Decimal("0.76"))
        assert shared[keys[0]] == LineSums(Decimal("7.50"), Decimal("0.75"))


def test_remainders_that_repeat_for_ever_are_equal_whatever_the_size_of_their_shares() -> None:
    # A third of 10, 40 and 100: a third of a cent is left of each.
    sums = {
        key("6"): LineSums(Decimal(10), Decimal(1)),
        key("13"): LineSums(Decimal(40), Decimal(1)),
        key("23"): LineSums(Decimal(100), Decimal(1)),
    }
    shared = share_discount(sums, Decimal(50), Decimal(1))
    assert {own.rate: str(amounts.base) for own, amounts in shared.items()} == {
        Decimal(23): "33.34",
        Decimal(13): "13.33",
        Decimal(6): "3.33",
    }


def test_a_row_without_vat_gets_no_cent_of_vat() -> None:
    sums = {
        key("23"): LineSums(Decimal(10), Decimal("2.30")),
        key("0"): LineSums(Decimal(10), Decimal(0)),
        key(None): LineSums(Decimal(10), Decimal(0)),
    }
    for tax in ("1.53", "1.54"):
        shared = share_discount(sums, Decimal(20), Decimal(tax))
        assert [str(shared[own].tax) for own in sums] == [tax, "0.00", "0.00"]
    nothing = share_discount({key("0"): sums[key("0")]}, Decimal(9), Decimal("0.01"))
    assert nothing == {key("0"): LineSums(Decimal(9), Decimal(0))}


def test_a_cent_of_vat_on_a_document_that_is_discounted_to_nothing_has_a_row() -> None:
    sums = {
        key(rate): LineSums(Decimal("0.02"), Decimal(tax)) for rate, tax in (("23", "0.0046"), ("0", "0"))
    }
    shared = share_discount(sums, Decimal(0), CENT)
    assert shared == {key("23"): LineSums(Decimal(0), CENT), key("0"): LineSums(Decimal(0), Decimal(0))}


@pytest.mark.parametrize("tax", ["20.69", "20.70", "20.71"])
def test_a_cent_that_the_document_is_off_its_share_is_given_too(tax: str) -> None:
    for own in ("22.9955", "23", "23.0049"):
        shared = share_discount({key("23"): LineSums(Decimal(100), Decimal(own))}, Decimal(90), Decimal(tax))
        assert [*shared.values()] == [LineSums(Decimal(90), Decimal(tax))]


@examples(200)
@given(
    st.lists(st.tuples(money, rates), min_size=1, max_size=6),
    st.integers(0, 9_999),
    st.sampled_from([-CENT, Decimal(0), CENT]),
    st.booleans(),
)
def test_shares_add_up_to_the_document_and_each_is_within_two_cents_of_its_own(
    made: list[tuple[Decimal, Decimal]], kept: int, off: Decimal, has_exempt: bool
) -> None:
    sums = {
        VatKey("pt", f"R{place}", rate, None): LineSums(base, base * rate / 100)
        for place, (base, rate) in enumerate(made)
    }
    if has_exempt:
        sums[key("0", exemption="M07")] = LineSums(Decimal(5), Decimal(0))
    whole = LineSums(*(sum(column, Decimal(0)) for column in zip(*sums.values(), strict=True)))
    net = cents(whole.base * kept / 10_000)
    tax = cents(whole.tax * net / whole.base) + off
    assume(tax >= 0 and (net or not tax))
    shared = share_discount(sums, net, tax)
    assert shared.keys() == sums.keys()
    assert sum(own.base for own in shared.values()) == net
    assert sum(own.tax for own in shared.values()) == tax
    for own, amounts in shared.items():
        _near(amounts.base, sums[own].base * net / whole.base, CENT)
        _near(amounts.tax, sums[own].tax * net / whole.base, 2 * CENT)
        if own.exemption:
            assert amounts.tax == 0


def _near(found: Decimal, exact: Decimal, most: Decimal) -> None:
    assert found.same_quantum(CENT)
    assert abs(found - exact) < most


@examples(50)
@given(st.lists(st.tuples(money, rates), min_size=2, max_size=5, unique_by=lambda own: own[1]))
def test_the_order_of_lines_never_changes_a_share(made: list[tuple[Decimal, Decimal]]) -> None:
    sums = {key(f"{rate}"): LineSums(base, base * rate / 100) for base, rate in made}
    turned: Mapping[VatKey, LineSums] = dict(reversed(sums.items()))
    net, tax = (cents(sum(column, Decimal(0)) / 3) for column in zip(*sums.values(), strict=True))
    assert share_discount(sums, net, tax) == share_discount(turned, net, tax)


@examples(50)
@given(st.lists(st.tuples(money, rates), min_size=1, max_size=5), st.integers(1, 99))
def test_a_document_of_the_vendor_with_a_discount_leaves_no_rounding_difference(
    made: list[tuple[Decimal, Decimal]], percent: int
) -> None:
    lines = [line("a", base, tax=vat(f"{rate}")) for base, rate in made]
    document = only(paper(lines=lines, document_discount=str(percent)))
    groups: Sequence[VatGroup] = group_lines(document)
    if is_discounted(document):
        assert sum(group.base for group in groups) == document.net
        assert sum(group.tax for group in groups) == document.tax
    else:
        # So little is taken off that it is rounding.
        off = abs(cents(add_lines(document.items).base) - (document.net or 0))
        assert off <= count_rounding_tolerance(item.rate for item in document.items)
