"""The workbook as paper: one page that is sent as it is, and tables that stay tables."""

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from reports.render.content import picture
from reports.render.content.brand import Brand
from reports.render.xlsx import cell_xml, package
from reports.render.xlsx.summary_page import LOGO_PIXELS
from reports.sandbox.data import generate
from reports.sandbox.documents import Raw
from tests.support import workbooks
from tests.support.ooxml import violations
from tests.support.papers import paper

ROOT = Path(__file__).parents[3]
SUMMARY, DOCUMENTS, LINES, VAT, OPEN = range(5)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return tmp_path / "made.xlsx"


def few() -> list[Raw]:
    return [
        paper(1, net="100", status="settled"),
        paper(2, net="68.43", due_date="01/09/2026"),
        paper(3, "CreditNote", net="30"),
    ]


def sheets(path: Path) -> Sequence[Worksheet]:
    return openpyxl.load_workbook(path).worksheets


def part(path: Path, name: str) -> str:
    with zipfile.ZipFile(path) as package:
        return package.read(name).decode()


def test_summary_of_one_currency_is_one_upright_page(made: Path) -> None:
    summary, *data = sheets(workbooks.write_client(made, few()))
    assert (summary.page_setup.orientation, summary.page_setup.fitToWidth) == ("portrait", 1)
    assert summary.page_setup.fitToHeight == 1
    assert {sheet.page_setup.orientation for sheet in data} == {"landscape"}


def test_summary_of_several_currencies_is_a_page_each_at_a_scale_that_fits(made: Path) -> None:
    papers = [paper(1), paper(2, currency="US Dollar"), paper(3, currency="Pound Sterling")]
    summary = sheets(workbooks.write_client(made, papers))[SUMMARY]
    breaks = [one.id for one in summary.row_breaks.brk]
    titles = [cell.value for (cell,) in summary.iter_rows(max_col=1) if cell.value]
    assert [summary.cell(row=after + 1, column=1).value for after in breaks] == [
        title for title in titles if str(title).startswith("Subtotais por tipo")
    ][1:]
    inches = sum(one.width for one in summary.column_dimensions.values()) * 7 / 96
    assert inches * summary.page_setup.scale / 100 < 8.27 - 0.9  # type: ignore[operator]


def test_a_very_long_summary_is_not_pressed_onto_one_page(made: Path) -> None:
    papers = [paper(number, rate=f"{number}.5") for number in range(1, 90)]
    assert sheets(workbooks.write_client(made, papers))[SUMMARY].page_setup.fitToHeight == 0


def test_every_note_lies_within_the_width_of_the_page(made: Path) -> None:
    summary = sheets(workbooks.write_client(made, few()))[SUMMARY]
    merged = {str(area) for area in summary.merged_cells.ranges}
    notes = [cell for (cell,) in summary.iter_rows(max_col=1) if "." in str(cell.value or "")][-4:]
    assert all(f"A{cell.row}:K{cell.row}" in merged and cell.alignment.wrap_text for cell in notes)


def test_chart_stands_beside_its_months_with_exact_points(made: Path) -> None:
    workbooks.write_client(made, few())
    points = re.findall("<v>([^<]*)</v>", part(made, "xl/charts/chart1.xml"))
    assert {"138.43", "31.84"} <= set(points)
    assert not [point for point in points if re.fullmatch(r"-?\d+\.\d{3,}", point)]
    chart = sheets(made)[SUMMARY]._charts[0]  # type: ignore[attr-defined]
    top = re.findall(r"\$A\$(\d+):", part(made, "xl/charts/chart1.xml"))[0]
    assert chart.anchor._from.row + 2 == int(top)
    assert chart.anchor.to.row - chart.anchor._from.row == 13


def test_chart_says_in_words_what_it_shows(made: Path) -> None:
    workbooks.write_client(made, few(), language="en")
    assert 'descr="The last twelve months: Net, VAT, Nov 2025 – Oct 2026"' in part(
        made, "xl/drawings/drawing1.xml"
    )


def test_number_opens_the_document_and_its_text_is_stored(made: Path) -> None:
    url = "https://example.com/document/1"
    long = "https://example.com/" + "a" * 240
    papers = [
        paper(1, inverted_sequence_number="2026/1", permalink=url),
        paper(2, inverted_sequence_number="2026/2", permalink=long),
        paper(3, inverted_sequence_number="=1+1", permalink="javascript:alert(1)"),
    ]
    workbooks.write_client(made, papers)
    stored = openpyxl.load_workbook(made, data_only=True)
    for number in (DOCUMENTS, OPEN):
        sheet = sheets(made)[number]
        assert sheet["A2"].value == f'=HYPERLINK("{url}","FT 2026/1")'
        assert (sheet["A3"].value, sheet["A4"].value) == ("FT 2026/2", "FT =1+1")
        assert sheet["A4"].data_type != "f"
        assert [stored.worksheets[number].cell(row=row, column=1).value for row in (2, 3, 4)] == [
            *("FT 2026/1", "FT 2026/2", "FT =1+1")
        ]


def test_a_document_without_a_number_has_no_link(made: Path) -> None:
    assert cell_xml.name_link([("", "https://example.com/")]).values == [b"/>"]


def test_overdue_and_settled_are_told_by_word_and_marked_quietly(made: Path) -> None:
    workbooks.write_client(made, few(), language="en")
    documents, open_documents = sheets(made)[DOCUMENTS], sheets(made)[OPEN]
    assert ("C2:C4", "equal", '"Paid"') in conditions(documents)
    assert documents["C2"].value == "Paid"
    assert conditions(open_documents) == [
        ("E2:E3", "greaterThan", "0"),
        ("F2:F3", "equal", '"In your favour"'),
        ("F2:F3", "notEqual", '"Not due"'),
    ]
    assert [open_documents.cell(row=row, column=6).value for row in (2, 3)] == [
        "61 to 90 days",
        "In your favour",
    ]


def test_failed_clients_and_warnings_are_marked_in_the_summary(made: Path) -> None:
    workbooks.write_summary(made, {1: few(), 2: []}, language="en")
    clients = sheets(made)[0]
    assert clients.title == "Clients"
    assert clients.freeze_panes == "C2"
    assert {("D2:D3", "equal", '"Failed"'), ("P2:P3", "greaterThan", "0")} <= set(conditions(clients))


def test_rows_are_banded_by_the_table_so_that_sorting_keeps_the_bands(made: Path) -> None:
    workbooks.write_client(made, few())
    for sheet in sheets(made)[1:]:
        for table in sheet.tables.values():
            assert table.tableStyleInfo is not None
            assert table.tableStyleInfo.showRowStripes
            assert f'name="{table.tableStyleInfo.name}"' in part(made, "xl/styles.xml")


def test_colours_of_the_issuer_are_those_of_headings_bands_and_bars(made: Path) -> None:
    workbooks.write_client(made, few(), brand=Brand(colours=("#7a1f3d", "#c08497")))
    heading = sheets(made)[DOCUMENTS]["A1"]
    assert (heading.fill.start_color.rgb, heading.font.color.rgb) == ("007A1F3D", "00FFFFFF")
    bars = re.findall(r'<ser>.*?<spPr>.*?val="(\w+)"', part(made, "xl/charts/chart1.xml"))
    assert bars == ["7A1F3D", "C08497"]


@pytest.mark.parametrize("colour", ["#ffffff", "#ffe600", "#00ff88", "#777777"])
def test_words_on_a_light_colour_can_be_read(colour: str, made: Path) -> None:
    workbooks.write_client(made, few(), brand=Brand(colours=(colour, colour)))
    heading = sheets(made)[DOCUMENTS]["A1"]
    assert contrast(heading.fill.start_color.rgb, heading.font.color.rgb) >= 4.5
    assert contrast(sheets(made)[SUMMARY]["A1"].font.color.rgb, "00FFFFFF") >= 4.5


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
    workbooks.write_client(made, few(), brand=Brand(logo=logo))
    with zipfile.ZipFile(made) as package:
        assert package.read(f"xl/media/image1.{kind}") == content
    drawing = part(made, "xl/drawings/drawing1.xml")
    assert f'cx="{shape[0] * 9525}" cy="{shape[1] * 9525}"' in drawing
    assert 'descr="Exemplo &amp; Exemplo, Lda"' in drawing
    assert violations(made) == []
    assert sheets(made)[SUMMARY].row_dimensions[1].height >= shape[1] * 0.75


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\nabc", b"\xff\xd8\xff", b"", b"\xff\xd8\xff\xff\xff\xff"]
)
def test_a_picture_that_has_no_size_is_left_out(content: bytes, made: Path, tmp_path: Path) -> None:
    logo = tmp_path / "logo"
    logo.write_bytes(content)
    assert picture.read(logo) is None
    workbooks.write_client(made, few(), brand=Brand(logo=logo))
    assert violations(made) == []


def test_footer_of_the_issuer_is_the_last_line_of_the_summary(made: Path) -> None:
    workbooks.write_client(made, few(), brand=Brand(footer="Capital social 5 000 €\nwww.example.com"))
    texts = [cell.value for (cell,) in sheets(made)[SUMMARY].iter_rows(max_col=1) if cell.value]
    assert texts[-2:] == ["Capital social 5 000 €", "www.example.com"]


def test_properties_name_issuer_subject_client_and_instant(made: Path) -> None:
    about = openpyxl.load_workbook(workbooks.write_client(made, few())).properties
    assert about.creator == "Exemplo & Exemplo, Lda"
    assert (about.subject, about.language) == ("Resumo de documentos", "pt-PT")
    assert about.keywords == "Ana & Filhos, Lda, 2026-10"
    assert about.created == about.modified
    assert f"{about.created:%Y-%m-%d %H:%M}" == "2026-11-02 06:30"


def test_sheets_without_rows_say_so(made: Path) -> None:
    workbooks.write_client(made, [], language="en")
    assert [sheet["A1"].value for sheet in sheets(made)[1:]] == [
        "No documents in this period.",
        "No line items in this period.",
        "No documents in this period.",
        "No open documents.",
    ]


def test_every_heading_of_the_summary_has_the_lines_it_needs(made: Path) -> None:
    workbooks.write_client(made, few())
    summary = sheets(made)[SUMMARY]
    heights = {
        row[0].value: summary.row_dimensions[row[0].row or 0].height
        for row in summary.iter_rows(max_col=1)
        if row[0].fill.fill_type and row[0].font.color.rgb == "00FFFFFF"
    }
    assert heights == {"Moeda": 17, "Tipo": 17, "Impostos": 30, "Mês": 17}


@pytest.mark.slow
def test_equal_books_are_equal_bytes_in_every_process(made: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tests.support import workbooks; "
        "from tests.support.papers import paper;"
        "workbooks.write_client(Path(sys.argv[1]), [paper(1), paper(2, 'CreditNote', net='3')])"
    )
    written = []
    for seed in ("1", "2"):
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, "-c", program, made], env=environment, cwd=ROOT, check=True)
        written.append(made.read_bytes())
    assert written[0] == written[1]


def test_a_workbook_is_the_same_whatever_was_made_before(tmp_path: Path) -> None:
    package.skeleton.cache_clear()
    others = [paper(1, net="7", rate="5.5"), paper(2, currency="US Dollar")]
    first = workbooks.write_client(tmp_path / "first.xlsx", few()).read_bytes()
    workbooks.write_client(tmp_path / "other.xlsx", others, brand=Brand(colours=("#7a1f3d", "#c08497")))
    again = workbooks.write_client(tmp_path / "again.xlsx", few()).read_bytes()
    package.skeleton.cache_clear()
    workbooks.write_client(tmp_path / "other.xlsx", others, language="en")
    anew = workbooks.write_client(tmp_path / "anew.xlsx", few()).read_bytes()
    assert first == again == anew


def test_workbooks_made_at_once_are_those_made_one_by_one(tmp_path: Path) -> None:
    def written(number: int) -> bytes:
        papers = [paper(place, net=str(number * place)) for place in range(1, 2 + number % 3)]
        return workbooks.write_client(tmp_path / f"{number}.xlsx", papers).read_bytes()

    alone = [written(number) for number in range(12)]
    package.skeleton.cache_clear()
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(written, range(12))) == alone


def test_clients_of_one_kind_have_one_skeleton(tmp_path: Path) -> None:
    package.skeleton.cache_clear()
    for number in range(1, 6):
        papers = [paper(place, net=f"{number * 10**number}") for place in range(1, 3 + number)]
        workbooks.write_client(tmp_path / "made.xlsx", papers, name="Ana " * number, identity=number)
    assert package.skeleton.cache_info().misses == 1


@pytest.mark.parametrize("text", ["1040000", "104000000", "'104000001'", "1040001 104000002"])
def test_a_text_like_a_stand_in_stays_what_it_is(text: str, made: Path) -> None:
    papers = [paper(number, currency=text, reference=text) for number in (1, 2)]
    workbooks.write_client(made, papers, name=text, language="en")
    assert violations(made) == []
    document = sheets(made)[DOCUMENTS]
    assert document.title == "Documents"
    (column,) = (cell.column_letter for cell in document[1] if cell.value == "Currency")
    assert {cell.value for (cell,) in document[f"{column}2:{column}3"]} == {text}
    assert text in (openpyxl.load_workbook(made).properties.title or "")
    assert text in part(made, "xl/worksheets/sheet2.xml").partition("</sheetData>")[2]
    assert f"t_documents_{text.strip(chr(39)).replace(' ', '_')}" in next(iter(document.tables))


def test_workbooks_of_every_kind_of_client_break_no_rule_with_a_logo(tmp_path: Path) -> None:
    logo = tmp_path / "logo.png"
    logo.write_bytes(workbooks.png(*LOGO_PIXELS))
    documents = generate().documents
    for identity in (3100001, 3100007, 3100008, 3100012):
        path = tmp_path / f"{identity}.xlsx"
        workbooks.write_client(path, documents[identity], brand=Brand(logo=logo))
        assert violations(path) == []


def conditions(sheet: Worksheet) -> list[tuple[str, str, str]]:
    return [
        (str(area.sqref), rule.operator, rule.formula[0])
        for area in sheet.conditional_formatting
        for rule in area.rules
    ]


def contrast(one: str, other: str) -> float:
    """By WCAG's relative luminance."""
    lights = sorted(map(_luminance, (one, other)))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (2, 4, 6)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
