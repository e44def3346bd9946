"""The summary as paper: as many pages as it has currencies, with logo, notes and footer in their places."""

import zipfile
from itertools import pairwise
from pathlib import Path

import pytest

from reports.render.content.brand import Brand
from tests.support import workbooks
from tests.support.ooxml import violations
from tests.support.papers import paper
from tests.support.workbooks import list_few_papers, read_part, read_sheets

SUMMARY = 0


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return tmp_path / "made.xlsx"


def test_summary_of_one_currency_is_one_upright_page(made: Path) -> None:
    summary, *data = read_sheets(workbooks.write_client(made, list_few_papers()))
    assert (summary.page_setup.orientation, summary.page_setup.fitToWidth) == ("portrait", 1)
    assert summary.page_setup.fitToHeight == 0
    assert {sheet.page_setup.orientation for sheet in data} == {"landscape"}


def test_summary_of_several_currencies_is_a_page_each_at_a_scale_that_fits(made: Path) -> None:
    papers = [paper(1), paper(2, currency="US Dollar"), paper(3, currency="Pound Sterling")]
    summary = read_sheets(workbooks.write_client(made, papers))[SUMMARY]
    breaks = [one.id for one in summary.row_breaks.brk]
    titles = [cell.value for (cell,) in summary.iter_rows(max_col=1) if cell.value]
    assert [summary.cell(row=after + 1, column=1).value for after in breaks] == [
        title for title in titles if str(title).startswith("Subtotais por tipo")
    ][1:]
    inches = sum(one.width for one in summary.column_dimensions.values()) * 7 / 96
    assert inches * summary.page_setup.scale / 100 < 8.27 - 0.62  # type: ignore[operator]


@pytest.mark.parametrize("count", [1, 6, 13, 40])
@pytest.mark.parametrize("net", ["10", "123456789"])
def test_no_page_of_a_summary_is_higher_than_its_paper_and_none_begins_within_a_grid(
    count: int, net: str, made: Path
) -> None:
    papers = [
        paper(1, net=net),
        *(paper(place, net=net, currency=f"Moeda {place}") for place in range(2, count)),
    ]
    summary = read_sheets(workbooks.write_client(made, [*papers, paper(count, "CreditNote", net="1")]))[
        SUMMARY
    ]
    ends = [0, *(one.id for one in summary.row_breaks.brk), summary.max_row]
    heights = [summary.row_dimensions[row].height or 15 for row in range(1, summary.max_row + 1)]
    across, down = sorted((8.27, 11.69), reverse=summary.page_setup.orientation == "landscape")
    width = sum(one.width for one in summary.column_dimensions.values()) * 7 / 96
    scale = min(1, (across - 0.63) / width) if summary.page_setup.fitToHeight == 0 else None
    room = (down - 0.945) * 72 / (scale or (summary.page_setup.scale or 100) / 100)
    for above, below in pairwise(ends):
        grids = [row for row in range(above, below) if (summary.cell(row + 1, 1).font.sz or 0) != 9]
        page = heights[above : max(grids)]
        is_one_block = sum(cell.font.sz == 12 for cell in summary["A"][above:below]) == 1
        assert sum(page) <= room or is_one_block
        assert not above or summary.cell(row=above + 1, column=1).font.sz in (9, 12)


def test_a_summary_too_wide_for_type_that_can_be_read_is_printed_across(made: Path) -> None:
    papers = [paper(1, net="123456789.00"), paper(2, "CreditNote", net="1000000.00")]
    summary = read_sheets(workbooks.write_client(made, papers))[SUMMARY]
    assert summary.page_setup.orientation == "landscape"


def test_every_note_lies_within_the_width_of_the_page(made: Path) -> None:
    summary = read_sheets(workbooks.write_client(made, list_few_papers()))[SUMMARY]
    merged = {str(area) for area in summary.merged_cells.ranges}
    notes = [cell for (cell,) in summary.iter_rows(max_col=1) if "." in str(cell.value or "")][-4:]
    assert all(f"A{cell.row}:K{cell.row}" in merged and cell.alignment.wrap_text for cell in notes)


@pytest.mark.parametrize(
    ("name", "content", "kind", "shape"),
    [
        ("logo.png", workbooks.png(400, 100), "png", (190, 48)),
        ("logo.jpg", workbooks.jpeg(60, 120), "jpeg", (32, 64)),
        ("logo.jpeg", workbooks.jpeg(20, 10), "jpeg", (20, 10)),
    ],
)
def test_logo_stands_at_the_top_right_in_its_own_shape(
    name: str, content: bytes, kind: str, shape: tuple[int, int], made: Path, tmp_path: Path
) -> None:
    logo = tmp_path / name
    logo.write_bytes(content)
    workbooks.write_client(made, list_few_papers(), brand=Brand(logo=logo))
    with zipfile.ZipFile(made) as package:
        assert package.read(f"xl/media/image1.{kind}") == content
    drawing = read_part(made, "xl/drawings/drawing1.xml")
    assert f'cx="{shape[0] * 9525}" cy="{shape[1] * 9525}"' in drawing
    assert 'descr="Exemplo &amp; Exemplo, Lda"' in drawing
    assert violations(made) == []
    assert read_sheets(made)[SUMMARY].row_dimensions[1].height >= shape[1] * 0.75


def test_footer_of_the_issuer_is_the_last_line_of_the_summary(made: Path) -> None:
    workbooks.write_client(
        made, list_few_papers(), brand=Brand(footer="Capital social 5 000 €\nwww.example.com")
    )
    texts = [cell.value for (cell,) in read_sheets(made)[SUMMARY].iter_rows(max_col=1) if cell.value]
    assert texts[-2:] == ["Capital social 5 000 €", "www.example.com"]


def test_every_heading_of_the_summary_has_the_lines_it_needs(made: Path) -> None:
    workbooks.write_client(made, list_few_papers())
    summary = read_sheets(made)[SUMMARY]
    heights = {
        row[0].value: summary.row_dimensions[row[0].row or 0].height
        for row in summary.iter_rows(max_col=1)
        if row[0].fill.fill_type and row[0].font.color.rgb == "00FFFFFF"
    }
    assert heights == {"Moeda": 30, "Tipo": 30, "Impostos": 30, "Mês": 30}
