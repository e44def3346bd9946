"""Differences from the SAF-T file: both figures, in the reader's form, and what to do about each."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest

from reports.figures.saft import compare
from reports.figures.saft.compare import Control, SaftDifference, SaftResult
from reports.render.content.account import AccountSummary
from reports.render.content.blocks import Row, Sheet
from reports.render.content.filing.saft_sheet import (
    KINDS,
    REMEDIES,
    SHOWN_AT_MOST,
    build_saft_page,
    build_saft_tab,
    tell_saft,
)
from reports.render.content.filing.words import write_saying
from reports.render.content.labels import Labels
from tests.support.filed_accounts import build_filed_account

EN, PT = Labels("en"), Labels("pt")
LANGUAGES = [EN, PT, Labels("es")]
ONLY_THERE = SaftDifference("missing-here", "FT 2026/9", None, None, "Feira, Lda", None, "73.14", "EUR")
ONLY_HERE = SaftDifference("missing-in-saft", "FT 2026/2", 2, 11, "Ana", "1234.50", None, "USD")
CANCELLED_HERE = SaftDifference("missing-in-saft", "FT 2026/3", 3, 11, "Ana", "cancelled", None)
DATE = SaftDifference("date", "FT 2026/5", 5, 11, "Ana", "2026-10-05", "2026-10-06")
NUMBER = SaftDifference("fiscal_id", "FT 2026/6", 6, 12, "Açor", "500000011", "999999990")
LINES = SaftDifference("lines", "FT 2026/7", 7, 12, "Açor", "10.00 (PT, 23 %)", "0.00 (PT, 23 %)")
CENT = SaftDifference("gross", "FT 2026/8", 8, 13, "Ejemplo", "57.70", "57.71", "EUR")
ALL = (ONLY_THERE, ONLY_HERE, CANCELLED_HERE, DATE, NUMBER, LINES, CENT)


def account_of(*differences: SaftDifference, **fields: object) -> AccountSummary:
    account = build_filed_account()
    result = SaftResult(compare.DIFFERENT if differences else compare.EQUAL, differences=differences)
    saft = replace(result, ours=Control(9, Decimal(5), Decimal(100)), **fields)  # type: ignore[arg-type]
    return replace(account, month=replace(account.month, saft=saft))


def read_rows(sheet: Sheet) -> Mapping[str, Row]:
    return {str(row[0]): row for row in sheet.rows}


@pytest.mark.parametrize("labels", LANGUAGES, ids=lambda labels: labels.language)
def test_every_kind_of_difference_has_words_and_a_remedy_in_every_language(labels: Labels) -> None:
    assert KINDS.keys() == REMEDIES.keys() == {*compare.KINDS}
    for kind in compare.KINDS:
        difference = CENT._replace(kind=kind)
        tab = build_saft_tab(account_of(difference), labels)
        assert tab
        (row,) = tab.sheet.rows
        assert all(cell for cell in row)
        assert (REMEDIES[kind] in row) is (labels is EN)


def test_the_sheet_has_both_figures_as_numbers_their_currency_and_what_to_do() -> None:
    tab = build_saft_tab(account_of(*ALL), PT)
    assert tab
    rows = read_rows(tab.sheet)
    assert rows["FT 2026/9"][1:6] == (
        *("Só no ficheiro SAF-T (total com IVA)", "Feira, Lda", "nenhum", Decimal("73.14"), "EUR"),
    )
    assert rows["FT 2026/2"][2:6] == ("Ana, Lda", Decimal("1234.50"), "nenhum", "USD")
    assert rows["FT 2026/3"][3:6] == ("Cancelada", "nenhum", None)
    assert rows["FT 2026/5"][3:6] == ("05/10/2026", "06/10/2026", None)
    assert rows["FT 2026/6"][3:6] == ("500000011", "999999990", None)
    assert rows["FT 2026/7"][3:5] == ("10,00 (PT, 23 %)", "0,00 (PT, 23 %)")
    assert rows["FT 2026/8"][3:6] == (Decimal("57.70"), Decimal("57.71"), "EUR")
    assert "Exporte de novo o ficheiro" in str(rows["FT 2026/2"][6])


def test_the_overview_shows_the_first_with_a_remedy_a_kind_and_says_what_it_leaves_out() -> None:
    many = [CENT._replace(number=f"FT 2026/{number}") for number in range(100, 100 + SHOWN_AT_MOST)]
    page = build_saft_page(account_of(ONLY_HERE, *many, DATE), EN)
    assert page
    assert len(page.sheet.rows) == SHOWN_AT_MOST
    assert [kind for kind, _ in page.remedies] == ["Not in the SAF-T file (gross)", "Gross"]
    assert page.rest == "Differences not shown: 2. All are on the sheet SAF-T."
    whole = build_saft_page(account_of(CENT, CENT._replace(kind="net"), ONLY_THERE), EN)
    assert whole
    assert whole.rest is None
    assert [kind for kind, _ in whole.remedies] == ["Only in the SAF-T file (gross)", "Net, Gross"]


def test_nothing_stands_there_where_nothing_differs_or_nothing_was_compared() -> None:
    account = build_filed_account()
    refused = SaftResult(compare.NOT_COMPARED, "No SAF-T file")
    for one in (account, account_of(), replace(account, month=replace(account.month, saft=refused))):
        assert build_saft_tab(one, EN) is None
        assert build_saft_page(one, EN) is None


def test_documents_in_other_currencies_explain_the_files_totals() -> None:
    theirs, foreign = Control(9, Decimal(5), Decimal(130)), Control(1, Decimal(0), Decimal(30))
    for has_foreign in (True, False):
        part = {"foreign": foreign} if has_foreign else {}
        told = [write_saying(one, EN) for one in tell_saft(account_of(theirs=theirs, **part).month, EN)]
        said = "include documents in other currencies, in euro: 1, net of invoices €30.00, net of credit"
        assert any(said in sentence for sentence in told) is has_foreign
