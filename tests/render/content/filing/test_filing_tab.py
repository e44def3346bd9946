"""What the sheets of the account's month have in common."""

from reports.render.content.blocks import Column, Kind, Rows, Sheet
from reports.render.content.filing.filing_tab import build_filing_tab, name_currency, name_support
from reports.render.content.labels import Labels
from tests.support.filed_account import build_account

ENGLISH, PORTUGUESE = Labels("en"), Labels("pt")


def make_sheet(*values: str) -> Sheet:
    return Sheet("a", "Folha", (Column("a", "A", Kind.TEXT),), Rows([values]), "")


def test_below_a_sheet_stand_caption_coverage_and_its_own_notes() -> None:
    tab = build_filing_tab(build_account(), make_sheet("1"), ["Uma nota."], PORTUGUESE, frozen=1)
    assert tab
    assert (tab.title, tab.notes[3:]) == ("Folha", ("Clientes incluídos: 1 dos 1 da conta.", "Uma nota."))
    assert build_filing_tab(build_account(), make_sheet(), ["Uma nota."], PORTUGUESE) is None


def test_a_currency_is_named_where_there_are_several() -> None:
    assert name_currency("Cobranças", "EUR", ["EUR", "USD"]) == "Cobranças EUR"
    assert name_currency("Cobranças", "EUR", ["EUR"]) == "Cobranças"


def test_other_languages_than_english_say_that_a_form_s_sheet_is_a_help() -> None:
    assert [name_support("OSS", labels) for labels in (ENGLISH, PORTUGUESE)] == ["OSS", "OSS (apoio)"]
