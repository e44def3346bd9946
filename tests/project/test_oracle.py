"""The oracle by itself: rules of counting against figures that were worked out by hand."""

import ast
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.support import oracle, witness
from tests.support.entries import make_entry, make_item, make_tax
from tests.support.payloads import pages
from tests.support.recorded_papers import CLIENT, FIRST, LAST
from tests.support.tie import law, raw
from tests.support.tie.region import Known, Supply, Taxes, find_region, find_scheme

SUPPORT = Path(__file__).parents[1] / "support"
TODAY = date(2026, 11, 2)
FIFTH = date(2026, 10, 5)
TAXES: Taxes = {
    23: (None, Decimal(23)),
    22: ("PT-MA", Decimal(22)),
    21: ("ES", Decimal(21)),
    20: (" gb ", Decimal(20)),
    10: ("Desconhecido", Decimal(10)),
    4: (None, Decimal(4)),
    9: (None, Decimal(9)),
    1: ("Atlantis", Decimal(1)),
}


def test_the_oracle_knows_nothing_of_the_package() -> None:
    tie = [f"tests.support.tie.{file.stem}" for file in (SUPPORT / "tie").glob("*.py")]
    own = ("tests.support.oracle", "tests.support.witness", *tie)
    # The oracle of the account's month knows as little: test_account_oracle.
    known = (*own, "tests.support.account_oracle", "tests.support.account_sums")
    for name in own:
        source = (SUPPORT.parents[1] / f"{name.replace('.', '/')}.py").read_text("utf-8")
        for imported in _list_imports(ast.parse(source)):
            is_standard = imported.split(".")[0] in sys.stdlib_module_names
            assert is_standard or imported.startswith(known), f"{name} imports {imported}"


def test_a_total_is_payable_or_gross_whichever_is_nearer() -> None:
    for total in ("98", "123"):
        one = _document(taxes="23", total=total, retention="25")
        assert (one.gross, one.withholding, one.payable, one.rounding) == _decimals("123 25 98 0")
        assert one.said == frozenset()


def test_a_cent_between_total_and_net_and_vat_is_the_rounding() -> None:
    one = _document(before_taxes="91.21", taxes="15.47", total="106.67", items=[])
    assert (one.gross, one.payable, one.rounding) == _decimals("106.67 106.67 -0.01")
    note = _document("CreditNote", before_taxes="91.21", taxes="15.47", total="106.67", items=[])
    assert (note.gross, note.rounding) == _decimals("-106.67 0.01")


@pytest.mark.parametrize(
    ("total", "code", "payable"), [("-123", "SIGN-CONTRADICTS", "98"), ("90", "TOTAL-UNEXPLAINED", "98")]
)
def test_a_total_that_is_neither_leaves_gross_to_net_and_vat(total: str, code: str, payable: str) -> None:
    one = _document(total=total, retention="25")
    assert (one.gross, one.payable) == _decimals(f"123 {payable}")
    assert one.said == {code}


@pytest.mark.parametrize(
    ("net", "tax", "total", "said"),
    [
        ("100", "23", "123", set()),
        ("-100", "-23", "-123", {"CREDIT-NOTE-NEGATIVE"}),
        ("0", "-23", "-23", {"CREDIT-NOTE-NEGATIVE"}),
        ("100", "23", "-123", {"SIGN-CONTRADICTS"}),
    ],
)
def test_the_first_amount_says_how_a_credit_note_came(net: str, tax: str, total: str, said: set[str]) -> None:
    note = _document("CreditNote", before_taxes=net, taxes=tax, total=total, items=[])
    assert (note.net, note.gross) == (-abs(Decimal(net)), -abs(Decimal(net)) - abs(Decimal(tax)))
    assert note.said == said


def test_an_invoice_with_negative_net_stays_as_it_came_and_is_said() -> None:
    one = _document(before_taxes="-100", taxes="-23", total="-123", items=[])
    assert (one.net, one.gross) == _decimals("-100 -123")
    assert one.said == {"SIGN-CONTRADICTS"}


def test_lines_of_the_other_sign_than_their_document_are_turned() -> None:
    note = _document("CreditNote", items=[make_item(subtotal="-100", tax_amount="-23", total="-123")])
    assert (note.lines[0].net, note.lines[0].tax, note.lines[0].gross) == _decimals("-100 -23 -123")
    assert note.said == {"SIGN-CONTRADICTS"}


@pytest.mark.parametrize(
    ("fields", "base", "tax", "said"),
    [
        ({"subtotal": "1.5", "tax_amount": "0.345", "total": "1.85"}, "1.5", "0.345", set()),
        ({"subtotal": "2.0244", "tax_amount": "0.465612", "total": "2.49"}, "2.0244", "0.465612", set()),
        (
            {"subtotal": "100", "discount_amount": "10", "total": "110.7", "tax_amount": "20.7"},
            "90",
            "20.7",
            set(),
        ),
        ({"subtotal": "100", "total": "110.7", "tax_amount": "20.7"}, "90", "20.7", {"LINE-SUBTOTAL"}),
        ({"subtotal": None}, "100", "23", {"LINE-DERIVED"}),
        ({"tax_amount": None}, "100", "23", {"LINE-DERIVED"}),
        ({"total": None}, "100", "23", {"LINE-DERIVED"}),
        ({"total": None, "tax_amount": None}, "100", "23", {"LINE-DERIVED"}),
        ({"total": None, "tax_amount": "20.7", "discount_amount": "10"}, "90", "20.7", {"LINE-DERIVED"}),
        ({"total": "110.7", "tax_amount": None, "discount_amount": "10"}, "90", "20.7", {"LINE-DERIVED"}),
        ({"total": "119", "tax_amount": None, "tax": None}, "100", "19", {"LINE-DERIVED", "TAX-MISSING"}),
    ],
)
def test_base_and_vat_of_a_line(fields: dict[str, Any], base: str, tax: str, said: set[str]) -> None:
    one = _document(
        items=[make_item(**fields)], before_taxes=base, taxes=tax, total=Decimal(base) + Decimal(tax)
    )
    assert [(line.net, line.tax) for line in one.lines] == [(Decimal(base), Decimal(tax))]
    assert one.said_of_lines == said


@pytest.mark.parametrize(
    "fields",
    [
        {"subtotal": None, "total": None},
        {"subtotal": None, "tax_amount": None},
        {"tax_amount": None, "total": None, "tax": None},
    ],
)
def test_a_line_with_nothing_to_go_by_stands_in_its_row_and_adds_nothing(fields: dict[str, Any]) -> None:
    one = _document(items=[make_item(**fields)])
    assert [(line.net, line.tax) for line in one.lines] == [_decimals("0 0")]
    assert one.said == {"LINES-UNREADABLE"}


def test_a_tax_without_a_value_has_the_rate_of_its_id_or_the_one_that_explains_it() -> None:
    nameless = {"id": 77, "name": None, "value": None}
    known = {77: ("PT", Decimal(13))}
    of_six = {"subtotal": "100", "tax_amount": "6", "total": "106"}
    elsewhere = make_item(tax={"id": 77, "name": "IVA6", "value": 6}, **of_six)
    entries = [make_entry(items=[make_item(tax=nameless, **of_six)]), make_entry(id=2, items=[elsewhere])]
    assert [one.lines[0].rate for one in raw.read_documents(entries, Known(known))] == ["6", "6"]
    assert [one.lines[0].rate for one in raw.read_documents(entries[:1], Known(known))] == ["13"]
    (alone,) = raw.read_documents(entries[:1])
    assert (alone.lines[0].rate, alone.said_of_lines >= {"TAX-RESOLVED"}) == ("6", True)
    (odd,) = raw.read_documents(
        [make_entry(items=[make_item(tax=nameless, tax_amount="7.77", total="107.77")])]
    )
    assert (odd.lines[0].rate, odd.said_of_lines >= {"TAX-MISSING"}) == (None, True)


def test_a_discount_on_the_whole_document_lowers_every_row_by_largest_remainder() -> None:
    items = [
        make_item(subtotal="33.33", tax_amount="7.6659", total="41.00"),
        make_item(subtotal="33.33", tax_amount="1.9998", total="35.33", tax=make_tax(6)),
        make_item(subtotal="33.34", tax_amount="0", total="33.34", tax=make_tax(0)),
    ]
    one = _document(items=items, before_taxes="89.99", taxes="8.70", total="98.69", tax_exemption=" m07 ")
    assert one.said_of_lines == {"DOCUMENT-DISCOUNT"}
    rows = oracle.vat_rows([one])
    assert {key[2:]: (row.base, row.tax) for key, row in rows.items()} == {
        ("23", None): (Decimal("30.00"), Decimal("6.90")),
        ("6", None): (Decimal("29.99"), Decimal("1.80")),
        ("0", "M07"): (Decimal("30.00"), 0),
    }
    assert oracle.vat_rounding([one]) == oracle.Rounding(Decimal(0), Decimal(0), Decimal(0))


def test_cents_go_by_remainder_then_rate_region_and_code() -> None:
    def key(region: str | None, rate: str, code: str | None = None) -> oracle.VatKey:
        return "pt", region, rate, code

    third = Fraction(1, 3)
    keys = [key("PT-MA", "4"), key("PT-AC", "4"), key("PT", "23")]
    assert oracle.apportion(dict.fromkeys(keys, third), Decimal(1)) == {
        keys[2]: Decimal("0.34"),
        keys[0]: Decimal("0.33"),
        keys[1]: Decimal("0.33"),
    }
    assert oracle.apportion({keys[0]: third, keys[1]: third}, Decimal("0.67"))[keys[1]] == Decimal("0.34")
    codes = [key("PT", "0", "M07"), key("PT", "0", "M05")]
    assert oracle.apportion(dict.fromkeys(codes, third), Decimal("0.67"))[codes[1]] == Decimal("0.34")
    assert oracle.apportion({keys[0]: Fraction(10)}, Decimal("9.99")) == {keys[0]: Decimal("9.99")}
    assert oracle.apportion({}, Decimal("0.01")) == {}


@pytest.mark.parametrize(
    ("rate", "tax_id", "country", "region", "scheme"),
    [
        ("23", 23, None, "PT", "pt"),
        ("23", 23, "FR", "PT", "pt"),
        ("22", 22, None, "PT-MA", "pt"),
        ("21", 21, "FR", "ES", "oss"),
        ("20", 20, None, "GB", "foreign"),
        ("10", 10, "ES", "ES", "oss"),
        ("10", 10, "PT", None, "pt"),
        ("4", 4, None, None, "pt"),
        ("9", 9, None, "PT-AC", "pt"),
        ("9", 9, "NL", None, "pt"),
        ("1", 1, None, None, "pt"),
        ("23", 999, "PT", "PT", "pt"),
        ("23", 999, "IE", None, "pt"),
        ("23", 999, law.UNKNOWN, None, "pt"),
        ("10", 10, law.UNKNOWN, None, "pt"),
        ("12", None, None, "PT-MA", "pt"),
        ("0", 23, "ES", "PT", "pt"),
        (None, 22, None, None, "pt"),
    ],
)
def test_region_and_scheme_of_a_line(
    rate: str | None, tax_id: int | None, country: str | None, region: str | None, scheme: str
) -> None:
    supply = Supply("Invoice", FIFTH, "", country, None if rate is None else Decimal(rate), tax_id)
    assert find_region(supply, Known(TAXES)) == region
    assert find_scheme("Invoice", region, FIFTH) == scheme


def test_an_exempt_line_with_a_code_is_never_oss() -> None:
    assert find_region(Supply("Invoice", FIFTH, "M40", "ES", Decimal(0), 21), Known(TAXES)) == "PT"
    assert find_region(Supply("Invoice", FIFTH, "M07", "ES", Decimal(0), 22), Known(TAXES)) == "PT-MA"
    assert find_region(Supply("Invoice", FIFTH, "", "ES", Decimal(0), 21), Known(TAXES)) == "ES"


def test_a_region_has_its_rates_on_their_days_and_any_before_its_first() -> None:
    azores = Known(TAXES, "PT-AC")
    four = Supply("Invoice", FIFTH, "", None, Decimal(4), 4)
    assert find_region(four, azores) == "PT-AC"
    assert find_region(four._replace(rate=Decimal(18)), azores) is None
    assert find_region(four._replace(rate=Decimal(18), day=date(2020, 1, 1)), Known(TAXES)) == "PT-AC"
    assert find_region(four._replace(rate=Decimal(18), day=date(2012, 1, 1)), azores) == "PT-AC"
    assert find_region(four._replace(day=date(2024, 9, 30)), Known(TAXES)) == "PT-AC"


def test_a_moss_document_is_never_portuguese() -> None:
    def found(tax_id: int, country: str | None, day: date = FIFTH) -> tuple[str | None, str]:
        region = find_region(Supply("VatMossInvoice", day, "", country, Decimal(21), tax_id), Known(TAXES))
        return region, find_scheme("VatMossInvoice", region, day)

    assert found(21, "FR") == ("ES", "oss")
    assert found(22, "FR") == ("FR", "oss")
    assert found(22, "PT") == (None, "oss")
    assert found(22, law.UNKNOWN) == (None, "oss")
    assert found(22, "AO") == ("AO", "foreign")
    assert found(20, None, date(2019, 1, 1)) == ("GB", "oss")


def test_names_of_currencies_and_countries_are_the_vendors() -> None:
    assert len(law.VENDOR_CURRENCIES) == 157
    names = ("U.S. dollar", " euro\n", "Pound sterling", "gbp", "Doubloon", "", None)
    codes = ["USD", "EUR", "GBP", "GBP", "Doubloon", "?", "?"]
    assert [_document(currency=name).currency for name in names] == codes
    assert [law.find_country(text) for text in ("Espanha", "es", "Great Britain", "Atlantis", None)] == [
        *("ES", "ES", "GB"),
        *(None, None),
    ]
    assert law.find_first_country("Atlantis", "Portugal") == "PT"
    assert law.find_first_country("Atlantis", None) == law.UNKNOWN
    assert law.find_first_country(" ", None) is None


def test_open_credit_is_in_a_bucket_of_its_own_and_never_overdue() -> None:
    note, invoice = _document("CreditNote", due_date="01/08/2026"), _document(due_date="2026-10-01")
    ageing = oracle.ageing([note, invoice], TODAY)
    assert {name: amount for name, amount in ageing.items() if amount} == {"31-60": 123, "credit": -123}
    assert oracle.overdue(ageing) == 123


def test_a_document_keeps_what_it_says_of_another_currency_and_its_number() -> None:
    note = _document("CreditNote", multicurrency={"rate": "1.1", "currency": "USD", "total": "135.30"})
    assert (note.exchange_rate, note.counter_value) == (Decimal("1.1"), Decimal("-135.30"))
    assert note.number == "NC 2026/1"
    assert _document("Receipt").number == "2026/1"
    assert _document("VatMossInvoice").number == "FVM 2026/1"
    assert _document("CashInvoice").number == "VD 2026/1"
    assert (_document(sum=None).sum, _document(discount=None).discount) == (None, None)


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, set()),
        ({"client": {}}, {"CLIENT-ID-MISSING"}),
        ({"client": None}, {"CLIENT-ID-MISSING"}),
        ({"sum": "foo"}, set()),
        ({"sum": None}, set()),
        ({"sum": "100.02"}, {"HEADER-NET"}),
        ({"due_date": None}, {"DUE-DATE-MISSING"}),
        ({"due_date": None, "status": "settled"}, set()),
        ({"currency": "Doubloon"}, {"CURRENCY-UNKNOWN"}),
        ({"currency": "Doubloon", "status": "settled", "date": "05/09/2026"}, set()),
        ({"currency": "Doubloon", "status": "draft"}, set()),
        ({"retention": "foo"}, {"WITHHOLDING-UNREADABLE"}),
        ({"items": []}, {"NO-LINES"}),
        ({"before_taxes": "90", "taxes": "20.7", "total": "110.7", "sum": "90"}, {"DOCUMENT-DISCOUNT"}),
        ({"before_taxes": "90", "taxes": "20", "total": "110", "sum": "90"}, {"LINES-NET", "LINES-TAX"}),
        (
            {"before_taxes": "110", "taxes": "25.3", "total": "135.3", "sum": "110"},
            {"LINES-NET", "LINES-TAX"},
        ),
    ],
)
def test_the_witness_says_what_has_to_be_found(changes: dict[str, Any], codes: set[str]) -> None:
    reading = _witnessed([make_entry(**changes)])
    assert reading.refusals == []
    assert {code for code, _ in reading.notices} == codes


@pytest.mark.parametrize(
    ("changes", "is_refused"),
    [
        ({"date": "2026-10-05"}, False),
        ({"date": "2026-10-05T00:00:00Z"}, True),
        ({"date": "05-10-2026"}, True),
        ({"total": None}, True),
        ({"total": "1234,56"}, True),
        ({"sum": None, "discount": None}, False),
        ({"client": {"id": 8}}, True),
        ({"client": {"id": "foo"}}, True),
        ({"client": {"name": "Ana"}}, False),
    ],
)
def test_the_witness_refuses_what_cannot_be_read(changes: dict[str, Any], is_refused: bool) -> None:
    assert bool(_witnessed([make_entry(**changes)]).refusals) == is_refused


def test_two_documents_of_one_type_and_number_are_noticed_where_they_are_shown() -> None:
    entries = [
        make_entry(id=1),
        make_entry(id=2, status="canceled", inverted_sequence_number="2026/1"),
        make_entry("CreditNote", id=3, inverted_sequence_number="2026/1"),
    ]
    assert _witnessed(entries).notices == {("TYPE-AND-NUMBER-TWICE", 1)}


def _list_imports(tree: ast.Module) -> Iterator[str]:
    """Every imported module and name, in full."""
    for one in ast.walk(tree):
        if isinstance(one, ast.Import):
            yield from (alias.name for alias in one.names)
        elif isinstance(one, ast.ImportFrom):
            yield from (f"{one.module}.{alias.name}" for alias in one.names)


def _decimals(texts: str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, texts.split()))


def _document(kind: str = "Invoice", **fields: Any) -> raw.Document:
    return raw.read_documents([make_entry(kind, **fields)])[0]


def _witnessed(entries: Iterable[dict[str, Any]]) -> witness.Reading:
    return witness.read(pages(list(entries)), CLIENT, FIRST, LAST)
