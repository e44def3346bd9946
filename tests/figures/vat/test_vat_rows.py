"""Rows of the VAT summary: what has a row of its own, what shares one, and their order."""

from decimal import Decimal

from reports.figures import tables, totals
from reports.figures.vat.taxes import KnownTax, Taxation
from reports.figures.vat.vat_rows import rate_text
from reports.sandbox.documents import Tax, line
from tests.support.papers import LIMITS_DAYS, OCTOBER, READ_ON, added, list_vat_rows, paper, parsed, vat


def list_texts(*amounts: Decimal) -> list[str]:
    return [*map(str, amounts)]


def test_vat_summary_keeps_exempt_apart_from_zero_rate_and_from_no_tax_at_all() -> None:
    figures = added(
        paper(1, net="1", rate="0", tax_exemption="M07"),
        paper(2, net="2", rate="0", tax_exemption="M16"),
        paper(3, net="4", rate="0"),
        paper(4, net="8", rate=None),
        paper(5, net="16", rate="0", tax_exemption="M07"),
        paper(6, net="32", rate="23", tax_exemption="M07"),
    )
    assert list_vat_rows(figures) == [
        ("EUR", "pt", "23", None, "32.00", "7.36"),
        ("EUR", "pt", "0", None, "4.00", "0.00"),
        ("EUR", "pt", "0", "M07", "17.00", "0.00"),
        ("EUR", "pt", "0", "M16", "2.00", "0.00"),
        ("EUR", "pt", None, None, "8.00", "0.00"),
    ]


def test_vat_summary_keeps_credit_notes_apart() -> None:
    (row,) = added(paper(1, net="100"), paper(2, "CreditNote", net="40")).vat
    assert list_texts(row.base_invoices, row.tax_invoices) == ["100.00", "23.00"]
    assert list_texts(row.base_credit_notes, row.tax_credit_notes) == ["-40.00", "-9.20"]
    assert list_texts(row.base, row.tax, row.gross) == ["60.00", "13.80", "73.80"]
    assert row.documents == 2


def test_vat_summary_keeps_foreign_vat_apart() -> None:
    figures = added(paper(1), paper(2, "VatMossInvoice", rate="19"), paper(3, "VatMossCreditNote", net="10"))
    assert [row[1:3] for row in list_vat_rows(figures)] == [("pt", "23"), ("oss", "23"), ("oss", "19")]


def test_vat_summary_goes_by_scheme_then_region_then_rate_and_what_is_undecided_last() -> None:
    regions = {"23": "PT", "22": "PT-MA", "16": "PT-AC", "21": "ES", "19": "DE", "20": "GB", "14": "AO"}
    taxes = {str(vat(rate).id): KnownTax(region, Decimal(rate)) for rate, region in regions.items()}
    papers = [paper(place, rate=rate) for place, rate in enumerate([*regions, "6", "17", "12"])]
    laid_out = tables.build(parsed(*papers), Taxation(taxes))
    figures = totals.build(laid_out, period=OCTOBER, read_on=READ_ON, limits=LIMITS_DAYS)
    assert [(row.scheme, row.region, rate_text(row.rate)) for row in figures.vat] == [
        *(("pt", "PT", "23"), ("pt", "PT", "6"), ("pt", "PT-AC", "16")),
        *(("pt", "PT-MA", "22"), ("pt", "PT-MA", "12"), ("pt", None, "17")),
        *(("oss", "DE", "19"), ("oss", "ES", "21"), ("foreign", "AO", "14"), ("foreign", "GB", "20")),
    ]


def test_one_rate_of_two_regions_is_two_rows() -> None:
    lines = [
        line("a", "100", tax=Tax(1, "IVA4", Decimal(4))),
        line("b", "10", tax=Tax(2, "IVA4", Decimal(4))),
    ]
    taxes = {"1": KnownTax("PT-AC", Decimal(4)), "2": KnownTax("PT-MA", Decimal(4))}
    laid_out = tables.build(parsed(paper(lines=lines)), Taxation(taxes))
    figures = totals.build(laid_out, period=OCTOBER, read_on=READ_ON, limits=LIMITS_DAYS)
    assert [(row.region, str(row.base)) for row in figures.vat] == [("PT-AC", "100.00"), ("PT-MA", "10.00")]


def test_one_rate_of_a_region_is_one_row_however_it_is_written_and_named() -> None:
    mainland, islands = (line("a", "100", tax=vat("22", name)) for name in ("IVA22", "IVA Madeira"))
    as_text = mainland | {"tax": {"id": 2, "name": "IVA22", "value": "22.00"}}
    (row,) = added(paper(1, lines=[mainland]), paper(2, lines=[islands]), paper(3, items=[as_text])).vat
    assert (row.tax_names, row.documents, rate_text(row.rate)) == (("IVA Madeira", "IVA22"), 3, "22")
