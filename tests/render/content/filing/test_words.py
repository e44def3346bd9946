"""The words of the account's month, in three languages."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from reports.figures.account.vat_return import FiledAmounts, OutsideKey, OutsideRow
from reports.render.content.filing.words import (
    describe_supply,
    explain_outside,
    format_numbers,
    format_quarter,
    list_caption,
    list_coverage,
)
from reports.render.content.labels import Labels
from tests.support.filed import build_account_month, build_month
from tests.support.papers import paper

LAST = date(2026, 10, 31)
PT, EN, ES = Labels("pt"), Labels("en"), Labels("es")


def explain(
    labels: Labels,
    reason: str,
    code: str | None = None,
    *,
    currency: str = "EUR",
    region: str | None = "PT",
    rates: tuple[str, ...] = ("23",),
) -> str:
    amounts = FiledAmounts(Decimal("100.00"), Decimal("23.00"), rates=frozenset(map(Decimal, rates)))
    return explain_outside(OutsideRow(OutsideKey(reason, code, currency, region), amounts), LAST, labels)


def test_the_caption_is_the_one_of_the_contract() -> None:
    assert " ".join(list_caption(PT)) == (
        "Ajuda ao preenchimento, não é a declaração. Só vendas, pela data do documento. Não serve no IVA de "
        "caixa, no regime da margem nem na isenção do artigo 53.º. Campo 40: só o que tenha prova "
        "(artigo 78.º, n.º 5, CIVA)."
    )
    assert len({list_caption(labels) for labels in (PT, EN, ES)}) == 3


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("M01", "Não se declara: M01 Artigo 16.º n.º 6 do CIVA"),
        ("M25", "Não se declara: M25 Mercadorias à consignação"),
        ("M99", "A decidir à mão: M99 Não sujeito ou não tributado"),
        ("M10", "A decidir à mão: M10 IVA – regime de isenção"),
        ("M12", "A decidir à mão: M12 Regime da margem de lucro – Agências de viagens"),
        ("X77", "A decidir à mão: X77"),
        (None, "A decidir à mão: 0% sem código de isenção"),
    ],
)
def test_only_m01_and_m25_are_not_declared_and_each_code_has_its_mention(code: str | None, text: str) -> None:
    assert explain(PT, "code", code, rates=("0",)).startswith(text)


def test_a_reason_names_rates_country_and_currency() -> None:
    assert explain(EN, "rate", rates=("20", "5.5")) == (
        "To be decided by hand: a rate that the region never had: 20%, 5.5%"
    )
    assert explain(PT, "oss", region="FR", rates=("20",)) == ("A decidir à mão: OSS, França, 20%")
    assert explain(ES, "foreign", region="DE", rates=("19",)) == (
        "A decidir a mano: IVA de otro país, Alemania, 19%"
    )
    assert explain(PT, "region", region=None) == "A decidir à mão: país ou região desconhecidos; 23%"
    assert explain(PT, "no-tax", rates=()) == "A decidir à mão: linha sem indicação de IVA"


def test_amounts_of_another_currency_are_in_the_words() -> None:
    assert explain(PT, "currency", currency="GBP") == (
        "A decidir à mão: em GBP: base 100,00\xa0£, IVA 23,00\xa0£"
    )


def test_coverage_says_how_many_clients_and_why_not_all() -> None:
    month = build_account_month(build_month(paper(1)))
    whole = replace(month, is_listed=True)
    assert list_coverage(whole, PT) == ("Clientes incluídos: 1 dos 1 da conta.",)
    why = ("Clients of the account that were not read: 2.", "How many clients the account has is not known.")
    lines = list_coverage(replace(month, why=why), PT)
    assert lines[1] == (
        "Incompleto: Clientes da conta que não foram lidos: 2. Não se sabe quantos clientes tem a conta."
    )
    assert lines[2].startswith("A lista de documentos da própria conta não estava disponível")


def test_numbers_that_follow_each_other_are_a_range() -> None:
    assert format_numbers([77, 80, 81, 82, 83, 84, 90, 91]) == "77, 80–84, 90–91"
    assert format_numbers([]) == ""


def test_kinds_and_quarters_are_words() -> None:
    assert [describe_supply(code, PT) for code in "145"] == [
        *("1 – Bens", "4 – Operações triangulares", "5 – Serviços"),
    ]
    assert [format_quarter("2026-Q2", labels) for labels in (EN, PT)] == [
        *("Quarter 2 of 2026", "2.º trimestre de 2026"),
    ]
