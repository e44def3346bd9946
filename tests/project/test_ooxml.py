"""Every workbook keeps the rules that Excel is strict about, and every such rule finds a breach of it."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree.ElementTree import tostring

import pytest

from reports.render.content.brand import Brand
from reports.sandbox.data import generate
from tests.support import workbooks
from tests.support.ooxml import (
    BOOK_RULES,
    PACKAGE_RULES,
    cells,
    charts,
    order,
    package,
    sheets,
    styles,
    tables,
    violations,
    workbook,
)
from tests.support.ooxml.book import read
from tests.support.ooxml.package import Package
from tests.support.papers import paper

BOOK = "xl/workbook.xml"
PAGE, DATA = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"
STYLES, TABLE = "xl/styles.xml", "xl/tables/table1.xml"
DRAWING, CHART = "xl/drawings/drawing1.xml", "xl/charts/chart1.xml"
STRINGS = "xl/sharedStrings.xml"
TYPES, CORE = "[Content_Types].xml", "docProps/core.xml"

BREACHES: list[tuple[Callable[..., object], str, str, str]] = [
    (package.names_are_unique_and_plain, "", "", "xl/Styles.xml"),
    (package.names_are_unique_and_plain, "", "", "xl\\\\more.xml"),
    (package.no_part_has_a_document_type, TABLE, "^", "<!DOCTYPE table>"),
    (package.every_part_has_its_content_type, TYPES, '<Default Extension="rels"[^>]*>', ""),
    (package.every_part_has_its_content_type, TYPES, "/xl/tables/table1.xml", "/xl/tables/table99.xml"),
    (package.every_part_has_its_content_type, TYPES, "/xl/tables/table2.xml", "/xl/tables/Table1.xml"),
    (package.every_relationship_leads_to_a_part_of_its_kind, TYPES, r"table\+xml", "styles+xml"),
    (
        package.every_relationship_leads_to_a_part_of_its_kind,
        "xl/_rels/workbook.xml.rels",
        "sheet2",
        "sheet99",
    ),
    (package.every_relationship_leads_to_a_part_of_its_kind, "xl/_rels/workbook.xml.rels", "rId2", "rId1"),
    (
        package.targets_are_relative,
        "xl/_rels/workbook.xml.rels",
        'Target="worksheets',
        'Target="/xl/worksheets',
    ),
    (package.targets_are_relative, "_rels/.rels", 'Target="xl/', 'Target="/xl/'),
    (package.targets_are_relative, "xl/drawings/_rels/drawing1.xml.rels", 'Target="[^"]*"', 'Target=""'),
    (package.drawn_parts_have_their_prefixes, DRAWING, "^.*$", f'<d:wsDr xmlns:d="{charts.DRAWING[1:-1]}"/>'),
    (package.drawn_parts_have_their_prefixes, DRAWING, "^.*$", f'<wsDr xmlns="{charts.DRAWING[1:-1]}"/>'),
    (package.drawn_parts_have_their_prefixes, CHART, "<c:chart>", '<c:chart xmlns="urn:none">'),
    (package.every_part_is_reached, "xl/worksheets/_rels/sheet2.xml.rels", "table1.xml", "table2.xml"),
    (package.every_part_is_reached, "_rels/.rels", '/officeDocument"', '/theme"'),
    (package.every_reference_has_its_relationship, DATA, 'r:id="rId1"', 'r:id="rId9"'),
    (package.core_properties_are_typed, CORE, "dcterms:W3CDTF", "terms:W3CDTF"),
    (package.core_properties_are_typed, CORE, "T06:30:00Z", " 06:30"),
    (package.core_properties_are_typed, CORE, "<dc:language(.*?)</dc:language", r"<dc:tongue\1</dc:tongue"),
    (order.children_stand_in_order, DATA, "(<pageMargins.*?)(<tableParts.*?</tableParts>)", r"\2\1"),
    (order.children_stand_in_order, DATA, r"(<f>SUBTOTAL.*?</f>)(<v>.*?</v>)", r"\2\1"),
    (order.children_stand_in_order, CHART, "(<c:idx[^>]*>)(<c:order[^>]*>)", r"\2\1"),
    (order.children_stand_in_order, PAGE, "(<pageMargins[^>]*>)", r"\1\1"),
    (
        order.children_stand_in_order,
        DATA,
        "(<ignoredErrors>.*?</ignoredErrors>)(<tableParts.*?</tableParts>)",
        r"\2\1",
    ),
    (order.children_stand_in_order, PAGE, "(<ignoredErrors>.*?</ignoredErrors>)(<drawing [^>]*>)", r"\2\1"),
    (order.children_stand_in_order, STRINGS, "<si>(<t .*?</t>)", r"<si>\1\1"),
    (order.children_stand_in_order, TABLE, "<autoFilter ", "<filter/><autoFilter "),
    (workbook.sheet_names_can_be_used, BOOK, 'name="VAT EUR"', f'name="{"V" * 32}"'),
    (workbook.sheet_names_can_be_used, BOOK, 'name="VAT EUR"', 'name="VAT/EUR"'),
    (workbook.sheet_names_can_be_used, BOOK, 'name="VAT EUR"', 'name="VAT\'"'),
    (workbook.sheet_names_can_be_used, BOOK, 'name="VAT EUR"', 'name="vat usd"'),
    (workbook.sheet_names_can_be_used, BOOK, 'name="VAT EUR"', 'name="History"'),
    (workbook.sheet_ids_are_unique, BOOK, 'sheetId="2"', 'sheetId="1"'),
    (workbook.sheet_ids_are_unique, BOOK, 'sheetId="2"', 'sheetId="0"'),
    (workbook.one_visible_sheet_is_shown_first, BOOK, 'activeTab="0"', 'activeTab="99"'),
    (workbook.one_visible_sheet_is_shown_first, BOOK, 'state="visible"', 'state="hidden"'),
    (workbook.defined_names_are_names, BOOK, 'localSheetId="1"', 'localSheetId="2"'),
    (workbook.defined_names_are_names, BOOK, 'localSheetId="1"', 'localSheetId="99"'),
    (workbook.defined_names_are_names, BOOK, "_xlnm.Print_Titles", "B2"),
    (workbook.defined_names_lead_to_cells, BOOK, r">'Documents EUR'!", ">Documents EUR!"),
    (workbook.defined_names_lead_to_cells, BOOK, r">'Documents EUR'!", ">'Documents GBP'!"),
    (workbook.defined_names_lead_to_cells, BOOK, r">'Documents EUR'!", ">'Documents USD'!"),
    (workbook.defined_names_lead_to_cells, BOOK, r"!\$1:\$1<", "!$0:$1<"),
    (workbook.nothing_is_calculated_when_it_is_opened, BOOK, "<calcPr ", '<calcPr fullCalcOnLoad="1" '),
    (workbook.nothing_is_calculated_when_it_is_opened, BOOK, 'calcId="[0-9]+"', 'calcId="191028"'),
    (workbook.nothing_is_calculated_when_it_is_opened, BOOK, 'calcId="[0-9]+"', ""),
    (workbook.nothing_is_calculated_when_it_is_opened, BOOK, "<calcPr [^>]*>", ""),
    (styles.lists_count_what_they_hold, STYLES, '<fonts count="', '<fonts count="1'),
    (styles.the_defaults_are_there, STYLES, "gray125", "solid"),
    (styles.number_formats_are_defined_once, STYLES, 'numFmtId="165" ', 'numFmtId="164" '),
    (styles.number_formats_are_defined_once, STYLES, 'numFmtId="165" ', 'numFmtId="14" '),
    (styles.number_formats_are_defined_once, STYLES, r"\[Red\]", "[Red"),
    (styles.styles_use_what_there_is, STYLES, '<numFmt numFmtId="165"', '<numFmt numFmtId="265"'),
    (styles.styles_use_what_there_is, STYLES, 'fontId="1"', 'fontId="99"'),
    (styles.fonts_colours_and_alignments_are_possible, STYLES, 'rgb="00FFFFFF"', 'rgb="white"'),
    (styles.fonts_colours_and_alignments_are_possible, STYLES, 'sz val="20"', 'sz val="500"'),
    (styles.fonts_colours_and_alignments_are_possible, STYLES, 'horizontal="right"', 'horizontal="end"'),
    (styles.cells_have_a_style_there_is, DATA, ' s="5"', ' s="999"'),
    (styles.conditional_formats_have_a_look_there_is, TABLE, "<table ", '<table headerRowDxfId="7" '),
    (sheets.rows_and_cells_ascend, DATA, '<row r="3"', '<row r="2"'),
    (sheets.rows_and_cells_ascend, DATA, '<c r="C2"', '<c r="B2"'),
    (sheets.rows_and_cells_ascend, DATA, '<c r="C2"', '<c r="C3"'),
    (sheets.the_dimension_covers_all_cells, DATA, '<dimension ref="A1:[A-Z]+', '<dimension ref="A1:B'),
    (sheets.columns_and_rows_have_possible_sizes, DATA, 'col width="', 'col width="300'),
    (sheets.columns_and_rows_have_possible_sizes, DATA, 'min="2" max="2"', 'min="1" max="2"'),
    (sheets.columns_and_rows_have_possible_sizes, DATA, '<row r="2"', '<row r="2" ht="410"'),
    (sheets.panes_are_frozen_where_they_say, DATA, 'topLeftCell="B2"', 'topLeftCell="A1"'),
    (sheets.panes_are_frozen_where_they_say, DATA, 'activePane="bottomRight"', 'activePane="topLeft"'),
    (
        sheets.panes_are_frozen_where_they_say,
        DATA,
        'selection pane="topRight"',
        'selection pane="bottomLeft"',
    ),
    (sheets.panes_are_frozen_where_they_say, DATA, 'state="frozen"', 'state="split"'),
    (sheets.selections_hold_their_active_cell, DATA, 'activeCell="A1"', 'activeCell="B9"'),
    (
        sheets.merged_cells_do_not_overlap,
        DATA,
        "</sheetData>",
        '</sheetData><mergeCells><mergeCell ref="A2:B2"/></mergeCells>',
    ),
    (sheets.headers_and_footers_are_short_and_their_codes_known, DATA, "Ana &amp;&amp;", "Ana &amp;"),
    (sheets.headers_and_footers_are_short_and_their_codes_known, DATA, "Ana ", "Ana " * 70),
    (sheets.headers_and_footers_keep_their_size, DATA, ' scaleWithDoc="0"', ""),
    (sheets.headers_and_footers_keep_their_size, PAGE, ' scaleWithDoc="0"', ' scaleWithDoc="1"'),
    (sheets.texts_of_digits_are_not_marked, DATA, "<ignoredErrors>.*?</ignoredErrors>", ""),
    (sheets.texts_of_digits_are_not_marked, PAGE, ' numberStoredAsText="1"', ' formula="1"'),
    (
        sheets.texts_of_digits_are_not_marked,
        DATA,
        'ignoredError sqref="A1:[A-Z]+',
        'ignoredError sqref="A1:B',
    ),
    (sheets.pages_are_a4_and_fit, DATA, 'paperSize="9"', 'paperSize="1"'),
    (sheets.pages_are_a4_and_fit, DATA, 'fitToPage="1"', 'fitToPage="0"'),
    (sheets.pages_are_a4_and_fit, PAGE, 'fitToPage="0"', 'fitToPage="1"'),
    (sheets.pages_are_a4_and_fit, PAGE, ' scale="[0-9]+"', ' scale="9"'),
    (sheets.pages_are_broken_between_rows, PAGE, '<brk id="[0-9]+"', '<brk id="0"'),
    (sheets.pages_are_broken_between_rows, PAGE, 'manualBreakCount="1"', 'manualBreakCount="2"'),
    (package.every_relationship_leads_to_a_part_of_its_kind, TYPES, "image/png", "image/jpeg"),
    (
        styles.conditional_formats_have_a_look_there_is,
        DATA,
        r'(operator="equal") dxfId="\d+"',
        r'\1 dxfId="99"',
    ),
    (cells.cells_hold_what_their_type_says, DATA, '(<c r="B2"[^>]*) t="s"><v>[0-9]+</v>', r"\1 t='s'>"),
    (cells.cells_hold_what_their_type_says, DATA, '(<c r="B2"[^>]*) t="s"', r"\1 t='inlineStr'"),
    (
        cells.cells_hold_what_their_type_says,
        DATA,
        '(<c r="B2"[^>]*) t="s"><v>[0-9]+</v>',
        r"\1 t='inlineStr'><is><t>Invoice</t></is>",
    ),
    (cells.cells_hold_what_their_type_says, DATA, '(<c r="D2" s="[^"]*")', r'\1 t="d"'),
    (cells.numbers_are_finite, DATA, r"<v>100\.00</v>", "<v>NaN</v>"),
    (cells.numbers_are_finite, DATA, r"<v>100\.00</v>", "<v>1,00</v>"),
    (cells.numbers_are_finite, DATA, ' t="b"><v>0<', ' t="b"><v>2<'),
    (cells.dates_are_days_that_excel_has, DATA, '(<c r="D2"[^>]*><v>)', r"\1-"),
    (cells.dates_are_days_that_excel_has, DATA, '(<c r="D2"[^>]*><v>)', r"\g<1>999"),
    (
        cells.texts_are_plain_and_stand_in_the_table,
        DATA,
        '(<c r="B2"[^>]*) t="s"><v>[0-9]+</v>',
        r"\1 t='inlineStr'><is><t>Invoice</t></is>",
    ),
    (cells.texts_are_plain_and_stand_in_the_table, STRINGS, "<si>(.*?)</si>", r"<si><r>\1</r></si>"),
    (cells.texts_are_plain_and_stand_in_the_table, STRINGS, "<si>.*?</si>", "<si/>"),
    (
        cells.texts_are_plain_and_stand_in_the_table,
        "xl/_rels/workbook.xml.rels",
        "relationships/sharedStrings",
        "relationships/theme",
    ),
    (cells.places_in_the_table_of_texts_exist, DATA, ' t="s"><v>', ' t="s"><v>9999'),
    (cells.places_in_the_table_of_texts_exist, DATA, ' t="s"><v>', ' t="s"><v>-'),
    (cells.places_in_the_table_of_texts_exist, STRINGS, "<si>.*</si>", ""),
    (cells.every_text_of_the_table_is_shown, STRINGS, "</sst>", "<si><t>more</t></si></sst>"),
    (cells.every_text_of_the_table_is_shown, PAGE, ' t="s"><v>0</v>', ' t="s"><v>1</v>'),
    (cells.texts_fit_into_their_cells, STRINGS, ">Number<", f">{'x' * 32_768}<"),
    (cells.texts_fit_into_their_cells, DATA, "<v>View</v>", f"<v>{'x' * 32_768}</v>"),
    (cells.blanks_around_a_text_are_kept, STRINGS, "<t [^>]*>Number</t>", "<t> Number</t>"),
    (cells.blanks_around_a_text_are_kept, DATA, ' t="s"><v>', "><t>Number </t><v>"),
    (cells.no_cell_shows_an_error, DATA, "<v>250.00</v>", "<v>#REF!</v>"),
    (cells.formulas_are_ours_and_have_their_result, DATA, r"<f>SUBTOTAL\(109", "<f>SUBTOTAL(9"),
    (cells.formulas_are_ours_and_have_their_result, DATA, "HYPERLINK", "WEBSERVICE"),
    (cells.formulas_are_ours_and_have_their_result, DATA, "https:", "file:"),
    (cells.formulas_are_ours_and_have_their_result, DATA, "<v>View</v>", "<v>Pay</v>"),
    (cells.formulas_are_ours_and_have_their_result, DATA, "(<f>SUBTOTAL.*?</f><v>).*?<", r"\1<"),
    (cells.formulas_keep_the_limits, DATA, "<f>SUBTOTAL", "<f>=SUBTOTAL"),
    (cells.formulas_keep_the_limits, DATA, "documents/1&?", "documents/" + "1" * 255),
    (
        tables.tables_have_names_of_their_own,
        TABLE,
        'displayName="t_documents_EUR"',
        'displayName="t_DOCUMENTS_usd"',
    ),
    (tables.tables_have_names_of_their_own, TABLE, 'displayName="t_documents_EUR"', 'displayName="EUR2026"'),
    (
        tables.tables_have_names_of_their_own,
        TABLE,
        'displayName="t_documents_EUR"',
        'displayName="t documents"',
    ),
    (tables.table_ids_are_unique, TABLE, ' id="1"', ' id="2"'),
    (
        tables.a_part_is_the_table_of_one_sheet,
        "xl/worksheets/_rels/sheet3.xml.rels",
        "table2.xml",
        "table1.xml",
    ),
    (tables.a_part_is_the_table_of_one_sheet, DATA, 'tableParts count="1"', 'tableParts count="2"'),
    (tables.tables_lie_in_their_sheet_and_apart, TABLE, ' ref="A1:([A-Z]+)5"', r' ref="A1:\g<1>1"'),
    (tables.columns_are_the_heading_cells, STRINGS, ">Gross</t>", ">Brutto</t>"),
    (tables.columns_are_the_heading_cells, DATA, '(<c r="B1" s="[^"]*" t="s">)<v>[0-9]+<', r"\1<v>0<"),
    (
        tables.columns_are_the_heading_cells,
        DATA,
        '(<c r="B1" s="[^"]*") t="s"><v>[0-9]+</v>',
        r"\1><v>5</v>",
    ),
    (tables.columns_are_the_heading_cells, TABLE, '<tableColumns count="[0-9]+"', '<tableColumns count="2"'),
    (tables.columns_have_names_and_ids_of_their_own, TABLE, 'name="Gross"', 'name="NET"'),
    (tables.columns_have_names_and_ids_of_their_own, TABLE, '<tableColumn id="2"', '<tableColumn id="1"'),
    (
        tables.the_filter_leaves_the_totals_out,
        TABLE,
        'autoFilter ref="A1:([A-Z]+)4"',
        r'autoFilter ref="A1:\g<1>5"',
    ),
    (tables.the_totals_row_is_what_the_table_says, TABLE, ' totalsRowCount="1"', ""),
    (tables.the_totals_row_is_what_the_table_says, TABLE, ' totalsRowFunction="sum"', ""),
    (tables.the_totals_row_is_what_the_table_says, TABLE, 'totalsRowLabel="Total"', 'totalsRowLabel="Sum"'),
    (tables.the_totals_row_is_what_the_table_says, DATA, r"EUR\[Net\]", "EUR[Gross]"),
    (tables.structured_references_lead_to_a_column, DATA, r"EUR\[Net\]", "EUR[Netto]"),
    (tables.structured_references_lead_to_a_column, DATA, r"documents_EUR\[Net\]", "papers_EUR[Net]"),
    (charts.drawings_are_anchored_in_their_sheet, DRAWING, "<xdr:col>[0-9]+<", "<xdr:col>16384<"),
    (charts.drawings_are_anchored_in_their_sheet, DRAWING, "<xdr:to><xdr:col>[0-9]+<", "<xdr:to><xdr:col>0<"),
    (charts.drawings_are_anchored_in_their_sheet, DRAWING, '<xdr:ext cx="[0-9]+"', '<xdr:ext cx="0"'),
    (charts.drawn_things_have_ids_and_lead_to_charts, DRAWING, 'id="2" name', 'id="1" name'),
    (
        charts.drawn_things_have_ids_and_lead_to_charts,
        "xl/drawings/_rels/drawing1.xml.rels",
        '/chart"',
        '/table"',
    ),
    (charts.axes_and_series_belong_together, CHART, '<c:axId val="100"', '<c:axId val="101"'),
    (charts.axes_and_series_belong_together, CHART, '<c:order val="1"', '<c:order val="0"'),
    (charts.cached_points_are_the_cells, CHART, "'Summary'!", "'Resumo'!"),
    (charts.cached_points_are_the_cells, CHART, r":\$A\$(\d+)</c:f>", r":$A$\1\1</c:f>"),
    (charts.cached_points_are_the_cells, CHART, "<c:v>Oct 2026<", "<c:v>Oct 2025<"),
    (charts.cached_points_are_the_cells, CHART, "<c:v>250.00<", "<c:v>250.01<"),
    (charts.cached_points_are_the_cells, CHART, "<c:strCache>.*?</c:strCache>", ""),
    (
        charts.series_are_as_long_as_their_categories,
        CHART,
        '(<c:numCache>.*?)<c:ptCount val="12"',
        r'\1<c:ptCount val="11"',
    ),
]
"""Rule, part, what is changed in it (a pattern) and into what. Without a part: one more part of that name."""


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook with two currencies, tables, charts and a logo."""
    papers = [
        paper(1, net="100"),
        paper(2, net="200", status="settled"),
        paper(3, "CreditNote", net="50"),
        paper(4, net="70", currency="US Dollar"),
    ]
    folder = tmp_path_factory.mktemp("sound")
    (folder / "logo.png").write_bytes(workbooks.png(40, 20))
    brand = Brand(logo=folder / "logo.png")
    return workbooks.write_client(folder / "sound.xlsx", papers, language="en", brand=brand)


@pytest.fixture(scope="module")
def parts(sound: Path) -> Package:
    """The same workbook as it is read; to be looked at alone."""
    return package.opened(sound)


def test_a_sound_workbook_breaks_no_rule(sound: Path) -> None:
    assert violations(sound) == []


@pytest.mark.slow
def test_workbooks_of_the_generated_account_break_no_rule(tmp_path: Path) -> None:
    documents = generate().documents
    documents[3100002] = documents[3100002][:60]
    for identity, papers in documents.items():
        path = tmp_path / f"{identity}.xlsx"
        workbooks.write_client(path, papers, identity=identity)
        assert (identity, violations(path)) == (identity, [])
    assert violations(workbooks.write_summary(tmp_path / "summary.xlsx", documents)) == []


def test_hostile_names_texts_and_currencies_break_no_rule(tmp_path: Path) -> None:
    papers = workbooks.hostile_papers()
    client = workbooks.write_client(
        tmp_path / "client.xlsx", papers, name=workbooks.HOSTILE_NAME, language="en"
    )
    assert violations(client) == []
    assert violations(workbooks.write_summary(tmp_path / "summary.xlsx", {1: papers})) == []


def test_workbooks_without_a_document_break_no_rule(tmp_path: Path) -> None:
    assert violations(workbooks.write_client(tmp_path / "client.xlsx", [])) == []
    assert violations(workbooks.write_summary(tmp_path / "summary.xlsx", {1: [], 2: []})) == []


@pytest.mark.parametrize(("rule", "part", "pattern", "breach"), BREACHES)
def test_a_breach_is_found(
    rule: Callable[..., object], part: str, pattern: str, breach: str, parts: Package
) -> None:
    name, content = _break(parts, part, pattern, breach)

    broken = package.with_part(parts, name, content)
    assert list(rule(broken if rule in PACKAGE_RULES else read(broken)))  # type: ignore[call-overload]


def test_a_package_with_a_part_changed_is_what_its_file_would_be(parts: Package, tmp_path: Path) -> None:
    for place in (
        (DATA, "</row>", ""),
        (TYPES, "^", " "),
        (TABLE, ' id="1"', ' id="2"'),
        ("", "", "more.xml"),
    ):
        changed = package.with_part(parts, *_break(parts, *place))
        again = package.opened(_lay(tmp_path / "broken.xlsx", changed))
        assert (again.names, again.parts, again.unreadable) == (
            changed.names,
            changed.parts,
            changed.unreadable,
        )
        assert {name: tostring(root) for name, root in again.roots.items()} == {
            name: tostring(root) for name, root in changed.roots.items()
        }


def test_every_rule_can_find_something() -> None:
    assert {rule for rule, *_ in BREACHES} == {*PACKAGE_RULES, *BOOK_RULES}


def test_a_part_that_is_no_xml_is_found(parts: Package, tmp_path: Path) -> None:
    broken = package.with_part(parts, *_break(parts, DATA, "</row>", ""))
    found = violations(_lay(tmp_path / "broken.xlsx", broken))
    assert any(sentence.startswith(f"{DATA}: is no XML") for sentence in found)


def test_a_file_cut_short_is_found(sound: Path, tmp_path: Path) -> None:
    (tmp_path / "cut.xlsx").write_bytes(sound.read_bytes()[:-100])
    assert len(violations(tmp_path / "cut.xlsx")) == 1


def _break(sound: Package, part: str, pattern: str, breach: str) -> tuple[str, bytes]:
    """A part with one place of it changed, or one part more: its name and what it holds."""
    if not part:
        return breach, sound.parts[STYLES]
    text, count = re.subn(pattern, breach, sound.parts[part].decode(), count=1, flags=re.DOTALL)
    assert count == 1, f"{part} has no {pattern}"
    return part, text.encode()


def _lay(path: Path, opened: Package) -> Path:
    """The parts as a file."""
    with zipfile.ZipFile(path, "w") as target:
        for name in opened.names:
            target.writestr(name, opened.parts[name])
    return path
