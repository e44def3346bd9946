"""The grids of what was added: the VAT summary, subtotals per type, ageing and totals, a currency each."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

import pytest

from reports.figures.vendor_balance import VendorBalance
from reports.render.content.blocks import Row, Sheet, Value
from reports.render.content.labels import Labels
from reports.render.content.summary_sheets import (
    build_ageing_grid,
    group_schemes,
    totals_grid,
    types_grid,
    vat_grid,
)
from reports.sandbox.documents import Raw
from tests.support.papers import added, paper

ENGLISH = Labels("en")
SPANISH = paper(2, "VatMossInvoice", rate="21", client={"id": 1310176, "country": "Spain"})


def make_vat(*papers: Raw, keys: Sequence[str], extra: Mapping[str, Value] | None = None) -> Sheet:
    return vat_grid(added(*papers), "EUR", keys, key="vat", labels=ENGLISH, title="VAT", extra=extra)


def list_keys(sheet: Sheet) -> list[str]:
    return [column.key for column in sheet.columns]


def test_the_rounding_line_ends_the_vat_summary_and_is_in_its_total() -> None:
    sheet = make_vat(paper(total="123.01"), keys=("tax_names", "rate", "base", "tax", "gross"))
    assert list(sheet.rows) == [
        ("IVA23", Decimal(23), Decimal("100.00"), Decimal("23.00"), Decimal("123.00")),
        ("Rounding difference", None, Decimal("0.00"), Decimal("0.00"), Decimal("0.01")),
    ]
    assert sheet.totals == ("Total", None, Decimal("100.00"), Decimal("23.00"), Decimal("123.01"))


def test_a_line_without_a_tax_says_so_and_is_in_no_region() -> None:
    rows = make_vat(paper(rate=None), keys=("tax_names", "rate", "region_name")).rows
    assert next(iter(rows)) == ("No tax on the line", None, None)


def test_the_vat_of_another_currency_stands_elsewhere_and_others_values_in_every_row() -> None:
    papers = (paper(1), paper(2, currency="US Dollar", net="7"))
    sheet = make_vat(*papers, keys=("client", "base"), extra={"client": "Ana"})
    assert list(sheet.rows) == [("Ana", Decimal("100.00")), ("Ana", Decimal("0.00"))]


def test_schemes_have_subtotals_where_there_are_several() -> None:
    keys = ("tax_names", "base")
    alone = make_vat(paper(1), keys=keys)
    assert group_schemes(alone, added(paper(1)), ENGLISH) is alone
    both = group_schemes(make_vat(paper(1), SPANISH, keys=keys), added(paper(1), SPANISH), ENGLISH)
    assert [(group.title, group.totals) for group in both.groups] == [
        ("Portugal", ("Subtotal Portugal", Decimal("100.00"))),
        ("OSS", ("Subtotal OSS", Decimal("100.00"))),
        ("", ()),
    ]
    assert [row for group in both.groups for row in group.rows] == list(both.rows)


def test_types_have_a_row_each_and_no_column_for_what_nobody_withheld() -> None:
    sheet = types_grid(added(paper(1), paper(2, "CreditNote", net="30")), "EUR", labels=ENGLISH, title="")
    assert list_keys(sheet) == ["type", "documents", "net", "tax", "gross", "payable"]
    assert [row[:3] for row in sheet.rows] == [
        ("Invoice", 1, Decimal("100.00")),
        ("Credit note", 1, Decimal("-30.00")),
    ]
    assert sheet.totals is not None
    assert sheet.totals[:3] == ("Total", 2, Decimal("70.00"))
    withheld = types_grid(added(paper(1, retention=25)), "EUR", labels=ENGLISH, title="")
    assert "withholding" in list_keys(withheld)


def test_what_is_owed_to_the_client_has_a_row_only_where_there_is_some() -> None:
    without = build_ageing_grid(added(paper(1)), "EUR", labels=ENGLISH, title="")
    assert [row[0] for row in without.rows] == [
        *("Not due", "1 to 30 days", "31 to 60 days", "61 to 90 days", "Over 90 days"),
    ]
    sheet = build_ageing_grid(
        added(paper(1), paper(2, "CreditNote", net="30")), "EUR", labels=ENGLISH, title=""
    )
    assert [row for row in sheet.rows if row[1]] == [
        ("1 to 30 days", 1, Decimal("123.00")),
        ("In your favour", 1, Decimal("-36.90")),
    ]
    assert sheet.totals == ("Total", 2, Decimal("86.10"))


@pytest.mark.parametrize(
    ("vendor", "shown"),
    [
        (None, None),
        (VendorBalance("EUR", Decimal("9.90")), [Decimal("9.90"), None]),
        (VendorBalance("USD", Decimal("1.00")), [None, Decimal("1.00")]),
        (VendorBalance("GBP", Decimal("1.00")), None),
    ],
)
def test_the_vendors_own_figure_stands_beside_what_is_open_in_its_currency(
    vendor: VendorBalance | None, shown: list[Value] | None
) -> None:
    sheet = totals_grid(added(paper(1), paper(2, currency="US Dollar")).totals, ENGLISH, vendor)
    keys, rows = list_keys(sheet), list[Row](sheet.rows)
    assert ("vendor_open" in keys) == (shown is not None)
    if shown:
        place = keys.index("vendor_open")
        assert keys[place - 1] == "open"
        assert [row[place] for row in rows] == shown


def test_totals_name_their_currency_row_by_row_where_there_are_several() -> None:
    assert totals_grid(added(paper(1)).totals, ENGLISH).currency == "EUR"
    both = totals_grid(added(paper(1), paper(2, currency="US Dollar")).totals, ENGLISH)
    assert both.currency is None
    assert [row[0] for row in both.rows] == ["EUR", "USD"]
    assert both.totals is None
