"""Recapitulative statement, OSS, and series."""

from datetime import date
from decimal import Decimal

import pytest

from reports.figures.account.oss import OssReturn
from reports.figures.account.series import SeriesRow
from reports.render.content.blocks import DataTab
from reports.render.content.filing.field_40_sheet import build_field_40_tab
from reports.render.content.filing.filing_sheets import (
    build_oss_tab,
    build_recapitulative_tab,
    build_series_tab,
)
from reports.render.content.labels import Labels
from reports.sandbox.documents import Raw
from tests.support.filed_account import SPAIN, build_account, build_accounts, list_column, read_total
from tests.support.papers import paper

ENGLISH, PORTUGUESE, SPANISH = Labels("en"), Labels("pt"), Labels("es")


def need(tab: DataTab | None) -> DataTab:
    assert tab
    return tab


def test_the_recapitulative_sum_is_field_7_and_lines_without_number_and_negative_ones_are_counted() -> None:
    unnumbered = {"id": 12, "name": "Beispiel GmbH", "country": "Germany"}
    account = build_account(
        paper(1, rate="0", tax_exemption="M16", client=SPAIN, net="340.50"),
        paper(2, "CreditNote", rate="0", tax_exemption="M40", client=SPAIN, net="20"),
        paper(3, rate="0", tax_exemption="M41", client=unnumbered, net="80"),
    )
    tab = need(build_recapitulative_tab(account, ENGLISH))
    rows = [row[:6] for row in tab.sheet.rows]
    assert rows == [
        ("DE", None, "4 – Triangular operations", Decimal("80.00"), 80, 1),
        ("ES", "B12345674", "1 – Goods", Decimal("340.50"), 341, 1),
        ("ES", "B12345674", "5 – Services", Decimal("-20.00"), -20, 1),
    ]
    assert list_column(tab.sheet, "clients") == ["Ana, Lda"] * 3
    assert (read_total(tab.sheet, "amount"), read_total(tab.sheet, "whole_euros")) == (
        *(Decimal("400.50"), 401),
    )
    assert tab.notes[-4:] == (
        "The sum of these lines is field 7 with its credit notes, €400.50; the statement is in whole euros.",
        "By kind, in whole euros: 1 – Goods: 341; 4 – Triangular operations: 80; 5 – Services: -20.",
        "Lines without a valid VAT number of another country of the EU: 1.",
        "Negative lines: 1; an earlier statement may have to be replaced instead.",
    )


def test_a_row_without_a_number_names_all_its_clients() -> None:
    def supply(identity: int) -> list[Raw]:
        buyer = {"id": identity, "name": "x", "country": "Germany"}
        return [paper(identity, rate="0", tax_exemption="M16", client=buyer)]

    account = build_accounts({"Eins GmbH": supply(1), "Zwei GmbH": supply(2)})
    tab = need(build_recapitulative_tab(account, ENGLISH))
    assert list_column(tab.sheet, "clients") == ["Eins GmbH, Zwei GmbH"]


def test_oss_has_sales_by_country_and_rate_then_corrections_by_quarter() -> None:
    account = build_account(
        paper(1, "VatMossInvoice", rate="20"),
        paper(2, "VatMossInvoice", rate="20", day=date(2026, 5, 5)),
        paper(3, "VatMossCreditNote", net="10", rate="20", observations="Anula FVM 2026/2"),
        paper(4, "VatMossCreditNote", net="5", rate="20"),
    )
    tab = need(build_oss_tab(account, PORTUGUESE))
    assert list(tab.sheet.rows) == [
        ("FR", "França", None, Decimal(20), Decimal("95.00"), Decimal("19.00")),
        ("FR", "França", "2.º trimestre de 2026", None, Decimal("-10.00"), Decimal("-2.00")),
    ]
    assert (read_total(tab.sheet, "base"), read_total(tab.sheet, "tax")) == (
        *(Decimal("85.00"), Decimal("17.00")),
    )
    assert "Só se a empresa está registada no OSS." in tab.notes
    assert tab.notes[-1] == (
        "Notas de crédito que não indicam nenhum documento da conta, pela sua própria data: 1."
    )


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (ENGLISH, ("Field 40", "Recapitulative", "OSS", "Series")),
        (PORTUGUESE, ("Campo 40 (apoio)", "Recapitulativa (apoio)", "OSS (apoio)", "Séries")),
        (SPANISH, ("Campo 40 (ayuda)", "Recapitulativa (ayuda)", "OSS (ayuda)", "Series")),
    ],
)
def test_sheets_have_their_names_in_each_language(labels: Labels, names: tuple[str, ...]) -> None:
    supplied = paper(2, rate="0", tax_exemption="M16", client=SPAIN)
    account = build_account(paper(1, "CreditNote"), supplied, paper(3, "VatMossInvoice", rate="20"))
    tabs = [
        build(account, labels)
        for build in (build_field_40_tab, build_recapitulative_tab, build_oss_tab, build_series_tab)
    ]
    assert tuple(need(tab).title for tab in tabs) == names


def test_numbers_of_a_series_are_ranges_or_none_or_not_known() -> None:
    rows = (
        SeriesRow("Invoice", "2026", 1, 90, 84, missing=(77, 80, 81, 82, 83, 84), backwards=()),
        SeriesRow("Receipt", "2026", 1, 3, 3, missing=None, backwards=None),
    )
    tab = need(build_series_tab(build_account(series=rows), PORTUGUESE))
    assert list(tab.sheet.rows) == [
        ("Fatura", "2026", 1, 90, 84, "77, 80–84", "nenhum"),
        ("Recibo", "2026", 1, 3, 3, "não se sabe", "não se sabe"),
    ]
    assert tab.notes[-1].startswith("Não se sabe: nem todos os documentos da conta foram lidos")
    whole = need(build_series_tab(build_account(series=rows[:1]), PORTUGUESE))
    assert not any(note.startswith("Não se sabe") for note in whole.notes)


def test_sheets_without_rows_are_not_there() -> None:
    empty = build_account(series=(), oss=OssReturn((), (), 0))
    for build in (build_field_40_tab, build_recapitulative_tab, build_oss_tab, build_series_tab):
        assert build(empty, ENGLISH) is None


def test_captions_and_coverage_stand_below_each() -> None:
    account = build_account(paper(1, "CreditNote"))
    for build in (build_field_40_tab, build_series_tab):
        notes = need(build(account, SPANISH)).notes
        assert notes[0].startswith("Ayuda para rellenar los formularios, no es la declaración.")
        assert notes[3] == "Clientes incluidos: 1 de los 1 de la cuenta."
