"""The sheet of the VAT return."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.figures.vat.taxes import KnownTax
from reports.render.content.account import AccountSummary
from reports.render.content.blocks import Column, DataTab, Kind
from reports.render.content.filing.return_sheet import build_return_grid, build_return_tab
from reports.render.content.labels import LOCALES, Labels
from reports.sandbox.documents import Raw, line
from tests.support.filed import build_month
from tests.support.filed_account import (
    SPAIN,
    build_account,
    build_accounts,
    join_months,
    list_column,
    read_total,
)
from tests.support.papers import paper, vat

ENGLISH, PORTUGUESE = Labels("en"), Labels("pt")

MONEY = ("base_invoices", "tax_invoices", "base_credit_notes", "tax_credit_notes")

PAPERS: list[Raw] = [
    paper(1),
    paper(2, rate="6"),
    paper(3, rate="16", net="50"),
    paper(4, rate="0", tax_exemption="M07"),
    paper(5, rate="0", tax_exemption="M16", client=SPAIN),
    paper(6, "CreditNote", net="30"),
    paper(7, rate="0", tax_exemption="M99"),
    paper(8, rate="0", tax_exemption="M01"),
    paper(9, rate=None),
    paper(10, currency="US Dollar", net="70"),
]


def build_tab(account: AccountSummary, labels: Labels = ENGLISH) -> DataTab:
    tab = build_return_tab(account, labels)
    assert tab
    return tab


def test_columns_are_those_of_the_contract() -> None:
    sheet = build_return_grid(build_account(paper(1)), ENGLISH)
    assert [column.heading for column in sheet.columns] == [
        *("Region", "Field", "VAT field", "Rate", "Base invoices", "VAT invoices", "VAT by rate"),
        *("Difference", "Base credit notes", "VAT credit notes", "Documents", "Reason"),
    ]
    assert sheet.columns[3] == Column("rate", "Rate", Kind.PERCENT)


def test_rows_are_fields_then_what_is_decided_by_hand_each_with_its_reason() -> None:
    sheet = build_return_grid(build_account(*PAPERS), ENGLISH)
    names = ("region", "field", "tax_field", "rate", *MONEY[:2], "reason")
    rows = list(zip(*(list_column(sheet, name) for name in names), strict=True))
    by_hand = "To be decided by hand: "
    assert [tuple(None if cell is None else str(cell) for cell in row) for row in rows] == [
        ("PT", "1", "2", "6.00", "100.00", "6.00", None),
        ("PT", "3", "4", "23.00", "100.00", "23.00", None),
        ("PT", "7", None, "0.00", "100.00", "0.00", None),
        ("PT", "9", None, "0.00", "100.00", "0.00", None),
        ("PT-AC", "3", "4", "16.00", "50.00", "8.00", None),
        ("PT", None, None, None, "100.00", "0.00", "Not declared: M01 Artigo 16.º n.º 6 do CIVA"),
        ("PT", None, None, None, "100.00", "0.00", f"{by_hand}M99 Não sujeito ou não tributado"),
        (None, None, None, None, "100.00", "0.00", f"{by_hand}the line names no VAT"),
        ("PT", None, None, None, None, None, f"{by_hand}in USD: base US$70.00, VAT US$16.10"),
    ]


def test_a_field_has_its_vat_by_rate_and_the_difference_of_its_documents() -> None:
    goods = line("a", "100", tax=vat("23", region="PT"))
    own = {"tax_amount": Decimal("23.02"), "total": Decimal("123.02")}
    sheet = build_return_grid(build_account(paper(1, lines=[goods | own])), ENGLISH)
    assert [list_column(sheet, name)[0] for name in ("tax_invoices", "tax_by_rate", "difference")] == [
        *(Decimal("23.02"), Decimal("23.00"), Decimal("0.02")),
    ]


def test_the_rounding_closes_the_table_and_is_not_there_for_nothing() -> None:
    odd = paper(1) | {"before_taxes": "100.01", "sum": "100.01", "total": "123.01"}
    sheet = build_return_grid(build_account(odd, paper(2, net="50")), PORTUGUESE)
    assert (list_column(sheet, "reason")[-1], list_column(sheet, "base_invoices")[-1]) == (
        *("Diferença de arredondamento", Decimal("0.01")),
    )
    assert list_column(build_return_grid(build_account(paper(1)), PORTUGUESE), "reason") == [None]


@given(
    amounts=st.lists(
        st.tuples(
            st.sampled_from(["Invoice", "CreditNote", "DebitNote"]),
            st.decimals("0.01", "9999", places=2),
            st.sampled_from(["23", "13", "6", "0", "20"]),
            st.sampled_from(["Euro", "US Dollar"]),
        ),
        max_size=6,
    )
)
def test_totals_are_the_euro_net_and_vat_of_the_account(amounts: list[tuple[str, Decimal, str, str]]) -> None:
    papers = [
        paper(number, kind, net=f"{net}", rate=rate, currency=currency)
        for number, (kind, net, rate, currency) in enumerate(amounts, start=1)
    ]
    account = build_account(*papers)
    sheet = build_return_grid(account, ENGLISH)
    base, tax, credit_base, credit_tax = (Decimal(str(read_total(sheet, key))) for key in MONEY)
    euro = next((own for own in account.month.account_years if own.currency == "EUR"), None)
    assert (base + credit_base, tax + credit_tax) == ((euro.period.net, euro.period.tax) if euro else (0, 0))


def test_other_currencies_are_in_no_total_and_it_says_so() -> None:
    tab = build_tab(build_account(paper(1), paper(2, currency="US Dollar")))
    assert read_total(tab.sheet, "base_invoices") == Decimal("100.00")
    note = "Amounts in other currencies are in no total: Portuguese VAT is due in euro."
    assert note in tab.notes
    assert note not in build_tab(build_account(paper(1))).notes


def test_a_field_that_credit_notes_make_negative_is_said() -> None:
    note = paper(1, "CreditNote", rate="0", tax_exemption="M16", client=SPAIN)
    assert build_tab(build_account(note), PORTUGUESE).notes[-1] == (
        "O campo 7 (Continente) é negativo com as notas de crédito: -100,00\xa0€."
    )
    invoice = paper(2, rate="0", tax_exemption="M16", client=SPAIN)
    assert "negativo" not in " ".join(build_tab(build_account(note, invoice), PORTUGUESE).notes)


def test_an_untaxed_field_with_credit_notes_has_its_sum_below() -> None:
    note = paper(1, "CreditNote", net="30", rate="0", tax_exemption="M16", client=SPAIN)
    invoice = paper(2, rate="0", tax_exemption="M16", client=SPAIN)
    assert build_tab(build_account(note, invoice), PORTUGUESE).notes[-1] == (
        "Campo 7 (Continente), já com as notas de crédito: 70,00\xa0€."
    )
    assert "já com" not in " ".join(build_tab(build_account(invoice), PORTUGUESE).notes)


def test_a_field_of_several_rates_has_their_sum_below() -> None:
    taxes = {f"{rate}01": KnownTax("PT-MA", Decimal(rate)) for rate in (4, 5)}
    sold, credited = paper(1, net="139.30", rate="4"), paper(2, "CreditNote", net="92", rate="5")
    account = join_months(build_month(sold, credited, taxes=taxes))
    assert list_column(build_return_grid(account, ENGLISH), "field") == ["1", "1"]
    assert build_tab(account, PORTUGUESE).notes[-1] == (
        "Campo 1 (Madeira), somadas as taxas: base tributável 139,30\xa0€, IVA 5,57\xa0€; "
        "notas de crédito: base -92,00\xa0€, IVA -4,60\xa0€."
    )
    one = join_months(build_month(sold, taxes=taxes))
    assert "somadas" not in " ".join(build_tab(one, PORTUGUESE).notes)


def test_below_stand_caption_coverage_credit_notes_and_other_regions() -> None:
    tab = build_tab(build_account(*PAPERS), PORTUGUESE)
    assert tab.notes[0].startswith("Ajuda ao preenchimento, não é a declaração.")
    assert tab.notes[3] == "Clientes incluídos: 1 dos 1 da conta."
    assert tab.notes[4].startswith("As notas de crédito estão à parte")
    assert tab.notes[5] == "Sede: Continente. O que se vendeu noutra região vai ao anexo R, um por região."


@pytest.mark.parametrize("language", sorted(LOCALES))
def test_the_sheet_has_its_name_in_each_language(language: str) -> None:
    names = {"en": "VAT return", "pt": "IVA por campo", "es": "IVA por campo"}
    assert build_tab(build_account(paper(1)), Labels(language)).title == names[language]


def test_a_month_without_sales_has_no_sheet() -> None:
    assert build_return_tab(build_account(), ENGLISH) is None
    assert build_return_tab(build_account(paper(1, status="draft")), ENGLISH) is None


@pytest.mark.slow
def test_three_hundred_clients_are_added_into_one_row() -> None:
    account = build_accounts({f"Cliente {number}": [paper(number, net="0.10")] for number in range(1, 301)})
    sheet = build_return_grid(account, ENGLISH)
    assert list_column(sheet, "documents") == [300]
    assert read_total(sheet, "base_invoices") == Decimal("30.00")
    # 0.02 each; the rate of the sum gives 6.90.
    assert (read_total(sheet, "tax_invoices"), read_total(sheet, "difference")) == (
        *(Decimal("6.00"), Decimal("-0.90")),
    )


def test_why_the_month_is_not_whole_stands_below() -> None:
    account = build_account(paper(1), why=("Clients of the account that were not read: 3.",))
    assert "Incompleto: Clientes da conta que não foram lidos: 3." in build_tab(account, PORTUGUESE).notes
    unlisted = replace(account, month=replace(account.month, is_listed=False))
    assert any("lista de documentos" in note for note in build_tab(unlisted, PORTUGUESE).notes)
