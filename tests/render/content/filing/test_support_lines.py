"""Each support of the return says what it comes to, and what cannot be told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from reports.figures.account.account_month import AccountMonth
from reports.figures.account.coverage import Coverage
from reports.render.content.blocks import CurrencyAmount, Saying
from reports.render.content.filing.support_lines import list_support_lines
from reports.render.content.labels import Labels
from tests.support.filed import build_account_month, build_month
from tests.support.filed_accounts import build_filed_month
from tests.support.papers import paper

EN = Labels("en")


def write(saying: Saying, labels: Labels) -> str:
    shown = {
        name: labels.money(*value) if isinstance(value, CurrencyAmount) else value
        for name, value in saying.values.items()
    }
    return saying.form.format_map(shown)


def tell(month: AccountMonth, labels: Labels = EN) -> Sequence[str]:
    return [
        " ".join(write(one, labels) for one in line.sayings) for line in list_support_lines(month, labels)
    ]


def test_each_support_is_summed_up() -> None:
    field_40, recapitulative, oss, series = tell(build_filed_month())
    assert field_40 == (
        "VAT of credit notes: €46.00, on a base of €200.00. Credit notes: 1. "
        "They stand in the table too: one of the two is used, not both."
    )
    assert recapitulative == (
        "Lines: 2, €350.00 in all: field 7 with its credit notes. "
        "Of these without a valid VAT number: 1 (€9.50)."
    )
    assert oss == (
        "Countries: 1, base €100.00, VAT €20.00. "
        "Corrections of earlier quarters (Quarter 2 of 2026): base -€10.00, VAT -€2.00."
    )
    assert series == "Series: 5. Missing numbers: 1 (Invoice 2026: 4)."


def test_field_40_is_told_apart_where_a_region_has_an_annex_r() -> None:
    madeira = paper(2, "CreditNote", net="50", rate="22")
    told = tell(build_account_month(build_month(paper(1, "CreditNote"), madeira)))[0]
    assert "Field 40, Mainland: VAT €23.00, base €100.00. " in told
    assert "Field 40 of annex R, Madeira: VAT €11.00, base €50.00." in told


def test_a_month_with_nothing_to_support_says_so_and_names_no_sheet() -> None:
    month = build_account_month()
    assert tell(month) == [
        "No credit note with Portuguese VAT.",
        "Nothing in field 7.",
        "No OSS sales.",
        "No numbered document.",
    ]
    assert not any(line.has_sheet for line in list_support_lines(month, EN))
    assert all(line.has_sheet for line in list_support_lines(build_filed_month(), EN))


def test_numbers_of_a_month_that_is_not_whole_cannot_be_told() -> None:
    month = build_filed_month(is_whole=False)
    assert "cannot be told" in tell(month)[3]
    assert "Missing" not in tell(month)[3]


def test_numbers_that_go_back_are_named_and_a_series_begun_anew_is_not_searched() -> None:
    backwards = [paper(1, day=date(2026, 10, 9)), paper(2, day=date(2026, 10, 8))]
    assert tell(build_account_month(build_month(*backwards)))[3] == (
        "Series: 1. Dated before a lower number: 1 (Invoice 2026: 2)."
    )
    anew = [paper(1), paper(2, number_in_series=900_000)]
    assert tell(build_account_month(build_month(*anew)))[3] == (
        "Series: 1. "
        "Begun anew at another number, so of these it cannot be told what is missing: Invoice 2026."
    )
    assert tell(build_account_month(build_month(paper(1), paper(2))))[3].endswith(
        "No number is missing, and none goes back in time."
    )


def test_only_the_first_of_many_numbers_are_named() -> None:
    gap = [paper(1), paper(2, number_in_series=40)]
    assert "38 (Invoice 2026: 2–13, …)" in tell(build_account_month(build_month(*gap)))[3]


def test_notes_that_name_no_document_are_counted() -> None:
    note = paper(1, "VatMossCreditNote", rate="20", client={"country": "France"})
    assert tell(build_account_month(build_month(note)))[2].endswith("taken by their own date: 1.")


@pytest.mark.parametrize("language", ["pt", "es"])
def test_every_sentence_is_translated(language: str) -> None:
    labels = Labels(language)
    for month in (build_filed_month(), build_filed_month(is_whole=False), build_account_month()):
        assert not {*tell(month, labels)} & {*tell(month)}
    uncovered = replace(build_filed_month(), coverage=Coverage(None, 4))
    assert len(tell(uncovered, labels)) == 4
