"""The overview shows the account's month: each amount exactly, each row with its words, nothing as markup."""

import re
from collections.abc import Mapping
from dataclasses import replace
from html import unescape

import pytest

from reports.figures.account.client_month import FiledClient
from reports.figures.account.coverage import Coverage
from reports.figures.saft.compare import SaftDifference, SaftResult
from reports.render.content.account import AccountSummary
from reports.render.content.labels import Labels
from reports.render.html import pages
from reports.render.html.month_section import build_month_section
from tests.support.filed import build_account_month, build_month
from tests.support.filed_accounts import build_filed_account
from tests.support.papers import paper

EN = Labels("en")
HOSTILE = "\"'><script>alert(1)</script>{{ 7 * 7 }}"


def render(account: AccountSummary, language: str = "en") -> str:
    return "".join(pages.overview(account, labels=Labels(language)))


def cut_section(page: str, start: str, end: str) -> str:
    return page.partition(f'id="{start}"')[2].partition(f'id="{end}"')[0]


def read_texts(markup: str) -> list[str]:
    """What the cells of a piece of a page say, in order."""
    cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", markup, flags=re.DOTALL)
    return [unescape(re.sub(r"<[^>]*>", "", cell)).replace("\xa0", " ").strip() for cell in cells]


def test_the_vat_return_stands_before_the_clients_with_every_row() -> None:
    page = render(build_filed_account())
    assert page.index('id="vat-return"') < page.index('id="debtors-1"') < page.index('id="clients"')
    table = cut_section(page, "vat-return", "debtors-1")
    (row,) = re.findall(r'<tr><th scope="row"[^>]*>3</th>.*?-200.*?</tr>', table)
    assert read_texts(row) == [
        *("3", "4", "23%", "€1,000.00", "€230.00", "€230.00", "€0.00", "-€200.00", "-€46.00", "2"),
    ]
    assert 'colspan="3">To be decided by hand: M99' in table
    assert '<tr class="total"><th scope="row" class="text" colspan="3">Total in euro</th>' in table
    assert 'base <data value="1443.33">' in table


def test_every_amount_of_the_month_is_a_data_element() -> None:
    page = render(build_filed_account())
    month = cut_section(page, "vat-return", "clients")
    for piece in re.findall(r">([^<>]*)<", re.sub(r"<data[^>]*>[^<]*</data>", "", month)):
        assert not re.search(r"\d[.,]\d\d\b", piece), piece


def test_why_the_month_is_not_whole_stands_at_its_head() -> None:
    page = render(build_filed_account(is_whole=False))
    note = cut_section(page, "vat-return", "debtors-1").partition("<table")[0]
    assert "This month is not whole." in note
    assert "<li>Clients of the account that were not read: 1.</li>" in note
    assert "not whole" not in render(build_filed_account())


def test_each_support_says_its_sheet_only_where_there_is_one() -> None:
    page = render(build_filed_account())
    supports = cut_section(page, "vat-return", "debtors-1").partition('class="supports"')[2]
    for name in ("Field 40", "Recapitulative", "OSS", "Series"):
        assert f'<a href="summary.xlsx">Sheet {name}</a>' in supports
    empty = replace(build_filed_account(), month=build_account_month())
    assert "Sheet " not in render(empty)


def test_who_owes_most_has_a_bar_and_its_buckets_in_words() -> None:
    table = cut_section(render(build_filed_account()), "debtors-1", "debtors-2")
    ana = table.partition("Ana, Lda")[2].partition("</tr>")[0]
    assert ana.count("<rect") == 3
    assert 'Over 90 days <data value="35.33">' in ana
    assert 'Credit <data class="minus" value="-246.00">' in ana
    assert table.count('<svg aria-hidden="true"') == 4 + 5


def test_last_year_and_what_is_open_no_longer_follow() -> None:
    page = render(build_filed_account())
    years = read_texts(cut_section(page, "years-1", "years-2"))
    assert years[years.index("Difference") :][:4] == ["Difference", "943.33", "97.00", "9"]
    closed = read_texts(cut_section(page, "closed", "clients"))
    assert closed[4:8] == ["Paid or set off", "EUR", "2", "123.00"]
    assert 'id="closed"' not in render(replace(build_filed_account(), month=build_account_month()))


def test_an_account_without_figures_shows_no_month() -> None:
    nobody = replace(build_filed_account(), clients=())
    assert build_month_section(nobody, EN) is None
    assert 'id="vat-return"' not in render(nobody)


def test_names_and_numbers_of_the_month_never_become_markup() -> None:
    client = FiledClient(11, HOSTILE, HOSTILE)
    papers = [
        paper(1, currency=HOSTILE),
        paper(2, "CreditNote", client={"fiscal_id": HOSTILE}, inverted_sequence_number=f"{HOSTILE}/2"),
        paper(4, inverted_sequence_number=f"{HOSTILE}/4"),
        paper(6, inverted_sequence_number=f"{HOSTILE}/6"),
        paper(7, rate="0", tax_exemption=HOSTILE),
    ]
    month = build_account_month(build_month(*papers, client=client))
    nasty = replace(month, coverage=Coverage(3, 1, (HOSTILE,)), why=(HOSTILE,))
    page = render(replace(build_filed_account(), month=nasty))
    assert page.count("<script") == 1
    assert "&lt;script&gt;" in page
    assert "{{ 7 * 7 }}" in page


@pytest.mark.parametrize("language", ["pt", "es"])
def test_the_month_is_in_the_language_of_the_account(language: str) -> None:
    words: Mapping[str, tuple[str, ...]] = {
        "pt": (
            "IVA por campo",
            "Continente",
            "A decidir à mão: M99",
            "Cobranças EUR",
            "Folha Campo 40 (apoio)",
        ),
        "es": ("IVA por campo", "A decidir a mano: M99", "Cobros EUR", "Hoja Campo 40 (ayuda)"),
    }
    page = render(build_filed_account(is_whole=False), language)
    for word in words[language]:
        assert word in page


def test_differences_from_the_saft_file_stand_there_as_amounts_with_what_to_do() -> None:
    account = build_filed_account()
    assert 'id="saft"' not in render(account)
    differences = (
        SaftDifference("gross", "FT 2026/8", 8, 11, HOSTILE, "57.70", "57.71", "EUR"),
        SaftDifference("missing-here", HOSTILE, None, None, HOSTILE, None, "1.00", "EUR"),
    )
    saft = SaftResult("different", differences=differences)
    page = render(replace(account, month=replace(account.month, saft=saft)))
    assert page.index('id="vat-return"') < page.index('id="saft"') < page.index('id="debtors-1"')
    section = cut_section(page, "saft", "debtors-1")
    assert section.count("<data ") == 3
    assert read_texts(section)[6:12] == ["FT 2026/8", "Gross", "Ana, Lda", "57.70", "57.71", "EUR"]
    assert "<script" not in section
    assert "the amount on it counts" in section
