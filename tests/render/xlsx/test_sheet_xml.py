"""Rows of a sheet follow each other at their heights, and no sheet gets more of them than it holds."""

import re

import pytest

from reports.render.xlsx import cell_xml, sheet_xml

NUMBER = sheet_xml.Field("A", 7, cell_xml.number)


def test_a_formula_without_a_result_is_refused() -> None:
    field = sheet_xml.Field("A", 0, cell_xml.total)
    band = sheet_xml.Band.from_rows(1, [field], [(cell_xml.TotalCell("1+1", None),)])
    with pytest.raises(ValueError, match=r"the formula 1\+1 has no result"):
        list(sheet_xml.stream_rows([band], {0: 0}))


def test_more_rows_than_a_sheet_holds_are_refused() -> None:
    def write(count: int) -> None:
        band = sheet_xml.Band.from_rows(sheet_xml.MAX_ROWS - 1, [NUMBER], [(1,)] * count)
        list(sheet_xml.stream_rows([band], {7: 7}))

    write(2)
    with pytest.raises(ValueError, match="a sheet holds 1048576 rows"):
        write(3)


def test_rows_follow_each_other_with_the_heights_they_have() -> None:
    bands = [
        sheet_xml.Band.from_rows(2, [NUMBER], [(1,), (2,)], lambda row: 30.0 if row == (2,) else None),
        sheet_xml.Band.from_rows(5, [NUMBER], [(count,) for count in range(600)]),
        sheet_xml.Band.from_rows(605, [NUMBER], [(1,), (2,)], 30.0),
        sheet_xml.Band.from_rows(607, [], [()], 12.0),
    ]
    sheet = b"".join(sheet_xml.stream_rows(bands, {7: 7})).decode()
    assert sheet.startswith('<row r="2"><c r="A2" s="7"><v>1</v></c></row><row r="3" ht="30.0"><c r="A3"')
    assert (
        '<row r="604"><c r="A604" s="7"><v>599</v></c></row><row r="605" ht="30.0" customHeight="1">' in sheet
    )
    assert '<row r="606" ht="30.0" customHeight="1"><c r="A606" s="7"><v>2</v></c></row>' in sheet
    assert sheet.endswith('<row r="607" ht="12.0" customHeight="1"></row>')
    assert re.findall(r'<row r="(\d+)"', sheet) == [*map(str, (2, 3, *range(5, 608)))]


def test_merged_areas_keep_their_order() -> None:
    assert sheet_xml.format_merged_cells(["A9:B9", "A1:B1"]) == (
        '<mergeCells count="2"><mergeCell ref="A9:B9"/><mergeCell ref="A1:B1"/></mergeCells>'
    )
    assert sheet_xml.format_merged_cells([]) == ""
