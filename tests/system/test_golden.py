"""Workbooks and pages of one small client as text.

Of a workbook every cell, its type, value and look, widths, print set-up and tables; of a statement and a mail
every element with what it says, and the style sheet's rules for paper.

`UPDATE_GOLDEN=1 pytest tests/system/test_golden.py` writes the texts anew; what changed is then read as a
difference in `tests/golden`.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from reports.render.content.brand import Brand
from reports.render.content.labels import LOCALES, Labels
from reports.render.html import pages
from reports.sandbox.documents import Raw, line
from tests.support import workbooks
from tests.support.filed_accounts import build_filed_account
from tests.support.golden import compare
from tests.support.papers import paper, vat

GOLDEN = Path(__file__).parents[1] / "golden"
BRAND = Brand(colours=("#7a1f3d", "#c58fa3"), footer="Obrigado pela preferência.")
TELLING = ("lang", "value", "datetime", "href", "scope", "colspan", "role", "aria-label", "class", "content")
VOID = ("meta", "br", "link", "img", "hr", "input", "col", "rect", "line", "path", "circle")


def papers() -> list[Raw]:
    """Two rates, a discount, a credit note, something overdue, a receipt, and a draft that is not counted."""
    goods = [
        line("Pão", "1.20", quantity="40", tax=vat("6")),
        line(
            "Café", "11.35", quantity="8", tax=vat("23"), discount="4.82", description="Em grão\nSaco de 1 kg"
        ),
    ]
    return [
        paper(1, lines=goods, due_date="04/11/2026", reference="Encomenda 7"),
        paper(2, "InvoiceReceipt", net="100", status="settled", day=date(2026, 10, 8)),
        paper(3, "CreditNote", net="12", rate="6", day=date(2026, 10, 9), observations="Devolução parcial"),
        paper(4, net="80", day=date(2026, 8, 3), due_date="02/09/2026"),
        paper(5, net="15", status="draft", day=date(2026, 10, 20)),
        paper(6, "Receipt", net="64", status="settled", day=date(2026, 10, 12), reference="FT 2026/3"),
    ]


@pytest.mark.parametrize("language", sorted(LOCALES))
def test_workbook_of_a_client_is_as_it_was(language: str, tmp_path: Path) -> None:
    path = workbooks.write_client(tmp_path / "client.xlsx", papers(), language=language)
    _compare(f"client-{language}", path)


@pytest.mark.parametrize("language", sorted(LOCALES))
def test_workbook_of_an_account_is_as_it_was(language: str, tmp_path: Path) -> None:
    clients = {1310176: papers(), 1310177: []}
    path = workbooks.write_summary(tmp_path / "summary.xlsx", clients, language=language)
    _compare(f"summary-{language}", path)


def test_workbook_of_a_client_without_documents_is_as_it_was(tmp_path: Path) -> None:
    _compare("empty-pt", workbooks.write_client(tmp_path / "empty.xlsx", []))


@pytest.mark.parametrize("language", sorted(LOCALES))
@pytest.mark.parametrize("name", ["statement", "mail"])
def test_page_of_a_client_is_as_it_was(name: str, language: str) -> None:
    report, subject, _, _ = workbooks.client_report(papers(), language=language)
    labels, page = Labels(language), _Page()
    if name == "mail":
        page.feed(pages.mail(report, subject=subject, labels=labels, brand=BRAND)[1])
    else:
        page.feed("".join(pages.statement(report, subject=subject, labels=labels, brand=BRAND)))
    _compare_lines(f"{name}-{language}", page.lines)


@pytest.mark.parametrize("language", sorted(LOCALES))
def test_overview_of_an_account_is_as_it_was(language: str) -> None:
    account, page = build_filed_account(is_whole=language != "es"), _Page()
    page.feed("".join(pages.overview(account, labels=Labels(language), brand=BRAND)))
    _compare_lines(f"overview-{language}", page.lines)


class _Page(HTMLParser):
    """A page as lines: an element with the attributes that carry meaning, then its text."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._depth = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        told = [f' {name}="{value}"' for name, value in attributes if name in TELLING]
        self.lines.append(f"{'  ' * self._depth}<{tag}{''.join(told)}>")
        self._depth += tag not in VOID

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag not in VOID

    def handle_data(self, data: str) -> None:
        if self.lines and self.lines[-1].strip() == "<style>":
            self.lines += [line for line in data.splitlines() if "@page" in line or "@media print" in line]
        elif data.strip():
            self.lines.append(f"{'  ' * self._depth}{data.strip()!r}")


def _compare(name: str, workbook: Path) -> None:
    _compare_lines(name, _printed(workbook))


def _compare_lines(name: str, lines: Iterable[str]) -> None:
    compare("\n".join(lines) + "\n", GOLDEN / f"{name}.txt")


def _printed(path: Path) -> Iterator[str]:
    book, results = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    about = book.properties
    for name in ("title", "subject", "creator", "keywords", "language", "created", "modified"):
        yield f"{name}: {getattr(about, name)}"
    for sheet in book.worksheets:
        yield from ("", f"# {sheet.title}")
        yield from _set_up(sheet)
        for row in sheet.iter_rows():
            number = row[0].row or 0
            if height := sheet.row_dimensions[number].height:
                yield f"row {number} is {height:g} points high"
            yield from (
                _cell(cell, results[sheet.title][cell.coordinate].value) for cell in row if _holds(cell)
            )


def _set_up(sheet: Worksheet) -> Iterator[str]:
    page, fits = sheet.page_setup, sheet.sheet_properties.pageSetUpPr
    yield (
        f"page: paper {page.paperSize}, {page.orientation}, fit {fits and fits.fitToPage} "
        f"{page.fitToWidth} x {page.fitToHeight}, scale {page.scale}, titles {sheet.print_title_rows}, "
        f"area {sheet.print_area or None}, breaks {[one.id for one in sheet.row_breaks.brk]}"
    )
    yield f"footer: {sheet.oddFooter.left.text} | {sheet.oddFooter.right.text}"  # type: ignore[union-attr]
    yield f"frozen: {sheet.freeze_panes}"
    yield "widths: " + ", ".join(
        f"{letter} {one.width:g}{' hidden' if one.hidden else ''}"
        for letter, one in sorted(sheet.column_dimensions.items(), key=lambda item: item[1].min or 0)
    )
    if merged := sorted(map(str, sheet.merged_cells.ranges)):
        yield f"merged: {' '.join(merged)}"
    for table in sheet.tables.values():
        style = table.tableStyleInfo and table.tableStyleInfo.name
        yield f"table: {table.displayName} {table.ref}, filter {table.autoFilter.ref}, style {style}"
    for area in sheet.conditional_formatting:
        for rule in area.rules:
            ink = rule.dxf.font.color.rgb if rule.dxf and rule.dxf.font and rule.dxf.font.color else None
            yield f"condition: {area.sqref} {rule.operator} {rule.formula[0]}: {ink}"
    for chart in sheet._charts:  # type: ignore[attr-defined]
        corners = chart.anchor._from, chart.anchor.to
        yield "chart: " + " to ".join(f"{get_column_letter(one.col + 1)}{one.row + 1}" for one in corners)


def _holds(cell: Cell | MergedCell) -> bool:
    return cell.value is not None


def _cell(cell: Cell | MergedCell, result: object) -> str:
    value = f"{cell.value!r}" if cell.data_type != "f" else f"{cell.value} -> {result!r}"
    font, fill = cell.font, cell.fill
    look = [
        f"{font.sz:g}",
        "bold" if font.b else "",
        "underlined" if font.u else "",
        str(font.color.rgb)[2:] if font.color else "",
        f"on {str(fill.start_color.rgb)[2:]}" if fill.fill_type else "",
        str(cell.alignment.horizontal or ""),
        "wraps" if cell.alignment.wrap_text else "",
        cell.number_format if cell.number_format != "General" else "",
    ]
    return f"{cell.coordinate} {value} [{' '.join(filter(None, look))}]"
