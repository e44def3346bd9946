"""A workbook is read back before it is published: whatever in it is not as it has to be is noticed.

Every number of a workbook is changed once, one at a time; with `-m soak` in every way.
"""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from reports.errors import ClientError
from reports.render.content.blocks import Book, Column, DataTab, Kind, Link, Rows, Sheet, Value, totals_of
from reports.render.content.labels import Labels
from reports.render.verify.sheet_reader import open_workbook
from reports.render.verify.workbook_check import _check_data_tab
from reports.render.xlsx import workbook
from reports.sandbox.documents import Raw
from tests.conftest import Figure
from tests.support import misprints, workbooks
from tests.support.misprints import (
    DATA_SHEETS,
    DOCUMENTS,
    STRINGS,
    SUMMARY,
    notice,
    part,
    replaced,
    sheet,
    with_part,
    written,
)

NUMBER = r'<c r="[A-Z]+\d+"(?: s="\d+")?(?: t="b")?>(?:<f>[^<]*</f>)?<v>([^<]*)</v>'
FORMULA = r"<f>([^<]*)</f>"
CHART = "xl/charts/chart1.xml"
SEED = 20261031
CUTS, FLIPS = 60, 200

CHANGES: tuple[Callable[[str], str], ...] = (
    lambda value: f"{value}1" if "." in value else f"{int(value) + 1}",
    # A zero with a minus is a zero.
    lambda value: value.removeprefix("-") if "-" in value else f"-{value}" if float(value) else "0.01",
    lambda _: "",
    lambda _: "x",
)
LARGEST = Decimal("999999999999.99")
TEXTS = ("a\r\nb\t", "_x000D_", "_x005F_x000D_", "\0", "a\x0bb", "\ufffe\uffff", "\ud800")
KINDS: dict[Kind, list[tuple[Value, Value]]] = {
    Kind.MONEY: [
        (amount, amount + Decimal("0.01"))
        for size in (Decimal("0.00"), LARGEST, 100 * LARGEST, 1_000_000 * LARGEST)
        for amount in (size, -size)
    ],
    Kind.NUMBER: [(Decimal("1E-8"), Decimal("2E-8")), (Decimal("0.1234567890123456"), None)],
    Kind.PERCENT: [(Decimal(23), Decimal("23.01")), (Decimal(0), None)],
    Kind.INTEGER: [(0, 1), (10**15, 10**15 + 1), (10**18, 10**18 + 1)],
    Kind.DATE: [(date(2026, 10, 5), date(2026, 10, 6)), (date(1900, 3, 1), None)],
    Kind.INSTANT: [
        (datetime(2026, 11, 2, 6, 30, tzinfo=UTC), datetime(2026, 11, 2, 6, 30, 1, tzinfo=UTC)),
        (datetime(2026, 11, 2, tzinfo=UTC), None),
        (datetime(2026, 11, 2, 23, 59, 59, tzinfo=UTC), datetime(2026, 11, 3, tzinfo=UTC)),
    ],
    Kind.AMOUNT_OR_TEXT: [
        (Decimal("1234.50"), Decimal("1234.51")),
        (Decimal("1E-8"), "1E-8"),
        ("12.00", Decimal("12.00")),
        ("final", None),
    ],
    Kind.BOOLEAN: [(True, False), (False, None)],
    Kind.TEXT: [(text, f"{text}y") for text in (*TEXTS, "x", " ", "<&>\"'")],
    Kind.LONG_TEXT: [("é" * 40_000, "è" * 40_000), ("_x0041_" * 9_000, "_x0042_" * 9_000)],
    Kind.NAME_LINK: [
        # Where no formula can be, the name stands alone.
        (Link(text, url), Link(f"{text}y", url) if "_x" in text or len(url) > 200 else Link(text, f"{url}y"))
        for url in ("https://a.example/\"'&", f"https://a.example/{'x' * 300}")
        for text in ("FT 1", 'FT "1"', "1234567890123456", "_x0041_")
    ],
    Kind.LINK: [(Link("View", "https://a.example/"), Link("View", None)), (Link("mailto:a", None), None)],
}


def changed_numbers(change_of: Callable[[int], Callable[[str], str]]) -> Iterator[tuple[str, bytes]]:
    """Each number of each sheet, and the workbook with that one changed."""
    for name in map(sheet, (SUMMARY, *DATA_SHEETS)):
        for place, match in enumerate(re.finditer(NUMBER, part(name))):
            start, end = match.span(1)
            text = part(name)[:start] + change_of(place)(match[1]) + part(name)[end:]
            yield f"{name} {match[0]}", with_part(name, text)


def test_a_workbook_as_it_is_written_ties(tmp_path: Path) -> None:
    assert notice(tmp_path, written().book) == ""


def test_each_number_is_checked(tmp_path: Path, figure: Figure) -> None:
    outcomes = {
        place: notice(tmp_path, book)
        for place, book in changed_numbers(lambda place: CHANGES[place % len(CHANGES)])
    }
    assert [place for place, said in outcomes.items() if not said] == []
    assert len(outcomes) > 400
    figure("numbers of a workbook changed, each noticed", len(outcomes))


@pytest.mark.soak
@pytest.mark.parametrize("change", CHANGES, ids=["other", "sign", "empty", "text"])
def test_each_number_is_checked_in_every_way(tmp_path: Path, change: Callable[[str], str]) -> None:
    missed = [place for place, book in changed_numbers(lambda _: change) if not notice(tmp_path, book)]
    assert missed == []


def test_a_difference_says_file_sheet_place_and_what_to_do(tmp_path: Path) -> None:
    book = replaced(sheet(DOCUMENTS), "<v>100.00</v>", "<v>100.10</v>")
    assert notice(tmp_path, book) == (
        "ana.xlsx, sheet Documentos EUR: H2 should be 100.00 and is 100.10. "
        "The files were read back and do not tie, so nothing of this client was published. Report it"
    )


@pytest.mark.parametrize("number", DATA_SHEETS)
def test_a_row_that_is_missing_or_there_twice_is_notice(tmp_path: Path, number: int) -> None:
    last = misprints.rows(number)
    for row in range(2, last):
        assert notice(tmp_path, misprints.without_row(number, row))
        assert notice(tmp_path, misprints.with_row_twice(number, row))


def test_each_formula_is_ours(tmp_path: Path) -> None:
    formulas = [
        (sheet(number), one) for number in DATA_SHEETS for one in re.findall(FORMULA, part(sheet(number)))
    ]
    assert len(formulas) > 30
    for name, formula in formulas:
        for other in ("1+1", formula.replace("109", "9").replace("https://", "https://no.")):
            assert notice(tmp_path, replaced(name, f"<f>{formula}</f>", f"<f>{other}</f>")), formula


@pytest.mark.parametrize(
    ("number", "old", "new"),
    [
        (DOCUMENTS, "<v>100.00</v>", "<f>100</f><v>100.00</v>"),
        (DOCUMENTS, "><v>100.00</v>", ' t="inlineStr"><is><t>100.00</t></is>'),
        (DOCUMENTS, "><v>100.00</v>", ' t="s"><v>100</v>'),
        (DOCUMENTS, "><v>100.00</v>", ' t="e"><v>#N/A</v>'),
        (DOCUMENTS, "><v>100.00</v>", ' t="str"><v>100.00</v>'),
        (SUMMARY, "><v>150.00</v>", ' t="e"><v>#REF!</v>'),
        (SUMMARY, "<v>150.00</v>", "<f>150</f><v>150.00</v>"),
        (DOCUMENTS, '<c r="H2"', '<c r="H3"'),
        (DOCUMENTS, "</row></sheetData>", '</row><row r="99"><c r="A99"><v>1</v></c></row></sheetData>'),
        (DOCUMENTS, "</sheetData>", "</sheetdata>"),
        (SUMMARY, "<sheetData>", "<sheetData><"),
    ],
)
def test_what_is_in_the_wrong_place_is_notice(tmp_path: Path, number: int, old: str, new: str) -> None:
    assert notice(tmp_path, replaced(sheet(number), old, new))


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        (CHART, "<c:v>0.00</c:v>", "<c:v>1.00</c:v>"),
        (CHART, "<c:v>0.00</c:v>", ""),
        ("xl/tables/table1.xml", 'displayName="t_documents', 'displayName="t_lines'),
        ("xl/tables/table1.xml", 'displayName="t_documents', 'displayName="t_others'),
        ("xl/tables/table1.xml", 'totalsRowCount="1"', ""),
        ("xl/worksheets/_rels/sheet2.xml.rels", "../tables/", "../drawings/"),
        ("xl/workbook.xml", 'r:id="rId2"', 'r:id="rId3"'),
        ("xl/workbook.xml", 'r:id="rId2"', 'r:id="none"'),
        ("xl/styles.xml", "</styleSheet>", ""),
        (STRINGS, ">Base tributável<", ">IVA<"),
        (STRINGS, ">A pagar<", ">Total<"),
        (STRINGS, ">Valor<", ">Total<"),
        (STRINGS, ">Fatura 7<", ">Fatura 8<"),
        (STRINGS, ">Pagamentos sem recibo não constam.<", ">Constam todos os pagamentos.<"),
        (STRINGS, ">Fatura<", ">Nota de crédito<"),
        (STRINGS, ">EUR<", ">USD<"),
        (STRINGS, ">Final<", ">Paga<"),
        (STRINGS, ">M07<", ">M05<"),
        (STRINGS, ">Portugal<", ">OSS<"),
        (STRINGS, ">Mais de 90 dias<", ">Não vencido<"),
    ],
)
def test_the_parts_around_the_sheets_are_read_too(tmp_path: Path, name: str, old: str, new: str) -> None:
    assert notice(tmp_path, replaced(name, old, new))


@pytest.mark.parametrize("number", DATA_SHEETS)
def test_each_text_is_checked(tmp_path: Path, number: int) -> None:
    """Changed where it stands once for all cells, and in one cell that names the place of another."""
    name, strings = sheet(number), part(STRINGS)
    items = list(re.finditer(r'<t xml:space="preserve">([^<]*)</t>', strings))
    cells = list(re.finditer(r' t="s"><v>(\d+)</v>', part(name)))
    assert cells
    for match in cells:
        other = f"{(int(match[1]) + 1) % len(items)}"
        changed = f"{part(name)[: match.start(1)]}{other}{part(name)[match.end(1) :]}"
        assert notice(tmp_path, with_part(name, changed)), match[0]
    for place in {int(match[1]) for match in cells}:
        end = items[place].end(1)
        assert notice(tmp_path, with_part(STRINGS, f"{strings[:end]}x{strings[end:]}")), items[place]


@pytest.mark.parametrize("number", DATA_SHEETS)
def test_a_formula_that_is_missing_is_notice(tmp_path: Path, number: int) -> None:
    for formula in re.findall("<f>[^<]*</f>", part(sheet(number))):
        assert notice(tmp_path, replaced(sheet(number), formula, "")), formula


def test_the_workbook_is_held_against_the_figures_of_the_run_record(tmp_path: Path) -> None:
    figures = written().reference.figures
    first, *others = figures.totals
    wrong = [
        replace(figures, totals=(replace(first, **{name: value}), *others))
        for name in ("documents", "net", "tax", "gross", "withholding", "payable", "open", "overdue")
        for value in [getattr(first, name) + 1]
    ]
    wrong += [
        replace(figures, **{name: getattr(figures, name)[1:]})
        for name in (
            "types",
            "vat",
            "vat_rounding",
            "ageing",
            "months",
            "documents",
            "line_items",
            "receipts",
        )
    ]
    for one in wrong:
        assert notice(
            tmp_path, written().book, written()._replace(reference=replace(written().reference, figures=one))
        )


def test_a_book_that_is_cut_short_or_worn_never_ends_in_a_traceback(tmp_path: Path, figure: Figure) -> None:
    book = written().book
    for number in range(CUTS):
        assert notice(tmp_path, book[: len(book) * number // CUTS])
    chance = random.Random(SEED)
    found = 0
    for _ in range(FLIPS):
        place, bit = chance.randrange(len(book)), 1 << chance.randrange(8)
        worn = bytearray(book)
        worn[place] ^= bit
        # A date in the package's own index means nothing to anybody.
        found += bool(notice(tmp_path, bytes(worn)))
    assert found > FLIPS * 0.9
    figure("bits of a workbook flipped, noticed", f"{found} of {FLIPS}")


@pytest.mark.parametrize("papers", [[], workbooks.hostile_papers()], ids=["empty", "hostile"])
def test_no_text_of_a_client_is_taken_for_a_fault(tmp_path: Path, papers: list[Raw]) -> None:
    files = misprints.of(papers)
    assert notice(tmp_path, files.book, files) == ""


def test_a_sheet_that_is_continued_on_another_is_read_as_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.render.xlsx.workbook.MAX_DATA_ROWS", 2)
    files = misprints.of(misprints.papers())
    assert notice(tmp_path, files.book, files) == ""


@pytest.mark.parametrize(
    ("kind", "value", "other"), [(own, *pair) for own in KINDS for pair in KINDS[own]], ids=repr
)
def test_a_value_of_any_kind_is_held_exactly(tmp_path: Path, kind: Kind, value: Value, other: Value) -> None:
    """A cent is noticed in whatever amount, a character in whatever text a cell can hold."""

    def make(held: Value) -> Book:
        columns = (Column("id", "Id", Kind.TEXT), Column("own", "Own", kind, has_total=kind is Kind.MONEY))
        rows = Rows([["a", "b"], [held, None]])
        grid = Sheet("s_EUR", "S", columns, rows, "none", totals=totals_of(columns, rows, "Total"))
        return replace(written().grids, tabs=(DataTab("S", grid, ("A note.",)),))

    def hold(held: Value) -> None:
        with open_workbook(path) as read:
            for tab in make(held).tabs:
                assert isinstance(tab, DataTab)
                _check_data_tab(read.sheets, path.name, tab)

    path = tmp_path / "ana.xlsx"
    with path.open("wb") as target:
        workbook.write(make(value), target, labels=Labels("en"))
    hold(value)
    with pytest.raises(ClientError, match=r"ana\.xlsx, sheet S: .*should be"):
        hold(other)
