"""Field 40 is by region and tax number, as its annex and annex R ask."""

from datetime import date
from decimal import Decimal

from reports.render.content.account import AccountSummary
from reports.render.content.blocks import DataTab
from reports.render.content.filing.field_40_sheet import build_field_40_tab, tell_regions
from reports.render.content.labels import Labels
from reports.sandbox.documents import Raw, line
from tests.support.filed_account import build_account, build_accounts, list_column, read_total
from tests.support.papers import paper, vat

ENGLISH, PORTUGUESE = Labels("en"), Labels("pt")


def build_tab(account: AccountSummary, labels: Labels = ENGLISH) -> DataTab:
    tab = build_field_40_tab(account, labels)
    assert tab
    return tab


def credit_madeira(identity: int, net: str) -> Raw:
    lines = [line("a", net, tax=vat("22", region="PT-MA"))]
    return paper(identity, "CreditNote", lines=lines)


def test_field_40_has_each_credit_note_with_its_client_and_the_sum_of_them() -> None:
    account = build_account(
        paper(1),
        paper(2, "CreditNote", net="30", day=date(2026, 10, 9)),
        paper(3, "CreditNote", net="10", rate="6"),
        paper(4, "CreditNote", rate="0", tax_exemption="M07"),
    )
    tab = build_tab(account, PORTUGUESE)
    assert [column.heading for column in tab.sheet.columns if not column.is_hidden] == [
        *("Cliente", "NIF", "Número", "Data", "Região", "Taxa", "Base", "IVA", "Base do NIF", "IVA do NIF"),
    ]
    assert tab.sheet.rows[0][:9] == (
        *("Ana, Lda", 3, "500000011", "NC 2026/3", date(2026, 10, 5), "PT", Decimal(6)),
        *(Decimal("10.00"), Decimal("0.60")),
    )
    assert (read_total(tab.sheet, "base"), read_total(tab.sheet, "tax")) == (
        *(Decimal("40.00"), Decimal("7.50")),
    )
    assert tab.notes[-2:] == (
        "Campo 40, Continente: IVA 7,50\xa0€, base tributável 40,00\xa0€.",
        "As mesmas notas de crédito estão na folha “IVA por campo”: usa-se uma das duas, não ambas.",
    )


def test_the_last_line_of_a_tax_number_has_its_sums_and_they_add_up_to_the_total() -> None:
    account = build_account(
        paper(1, "CreditNote", net="30"), paper(2, "CreditNote", net="10", rate="6"), credit_madeira(3, "50")
    )
    sheet = build_tab(account).sheet
    sums = list(zip(*(list_column(sheet, f"{name}_of_fiscal_id") for name in ("base", "tax")), strict=True))
    assert sums == [(None, None), (Decimal("40.00"), Decimal("7.50")), (Decimal("50.00"), Decimal("11.00"))]
    for name in ("base", "tax"):
        assert read_total(sheet, f"{name}_of_fiscal_id") == read_total(sheet, name)


def test_regions_come_first_and_clients_without_a_number_last() -> None:
    papers = {
        "Sem Número": [paper(1, "CreditNote", client={"name": "Sem Número"})],
        "Bea, Lda": [credit_madeira(2, "50"), paper(3, "CreditNote")],
    }
    account = build_accounts(papers)
    assert list_column(build_tab(account).sheet, "region") == ["PT", "PT", "PT-MA"]


def test_another_region_than_the_seats_has_field_40_in_its_annex_r() -> None:
    account = build_account(paper(1, "CreditNote", net="30"), credit_madeira(2, "50"))
    assert build_tab(account, PORTUGUESE).notes[-3:-1] == (
        "Campo 40, Continente: IVA 6,90\xa0€, base tributável 30,00\xa0€.",
        "Campo 40 do anexo R, Madeira: IVA 11,00\xa0€, base tributável 50,00\xa0€.",
    )


def test_a_month_without_credit_notes_tells_of_no_region_and_has_no_sheet() -> None:
    account = build_account(paper(1))
    assert list(tell_regions(account.month, ENGLISH)) == []
    assert build_field_40_tab(account, ENGLISH) is None
