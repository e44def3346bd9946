"""A sheet is read as it lies on the disk, in stretches of any size; what is no row of ours is refused."""

import re
import zipfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl.utils import get_column_letter

from reports.errors import ClientError
from reports.render.verify import sheet_reader
from reports.render.verify.sheet_reader import Cell, FormulaCell, open_workbook
from reports.sandbox.documents import line
from tests.support import misprints, workbooks
from tests.support.misprints import DOCUMENTS, STRINGS, notice, part, replaced, sheet, with_part, written
from tests.support.papers import paper, vat


def read(path: Path) -> list[list[Sequence[Cell]]]:
    """The rows of each sheet of a workbook."""
    with open_workbook(path) as workbook:
        return [[row for rows in sheet.stretches for row in rows] for sheet in workbook.sheets]


def lay(folder: Path, book: bytes) -> Path:
    path = folder / "ana.xlsx"
    path.write_bytes(book)
    return path


def test_cells_are_read_as_they_were_written(tmp_path: Path) -> None:
    path = lay(tmp_path, written().book)
    summary, documents, *_ = read(path)
    link = "https://example.com/documents/7"
    assert {len(row) for row in (*summary, *documents)} == {len(sheet_reader.LETTERS)}
    assert list(documents[1][:6]) == [
        FormulaCell(f'HYPERLINK("{link}","FT 2026/1")', "FT 2026/1"),
        "Fatura",
        "Final",
        b"46300",
        b"46315",
        "",
    ]
    assert list(documents[1][documents[0].index("Moeda") :][:2]) == ["EUR", b"100.00"]
    with open_workbook(path) as workbook:
        assert [len(chart) for chart in workbook.charts] == [24, 24]
        tables = [sheet.table for sheet in workbook.sheets]
    assert tables[0] == {}
    last = get_column_letter(len([cell for cell in documents[0] if cell]))
    assert (tables[1]["displayName"], tables[1]["ref"], tables[1]["totalsRowCount"]) == (
        "t_documents_EUR",
        f"A1:{last}8",
        "1",
    )


@pytest.mark.parametrize(
    ("papers", "size"),
    [
        *((None, size) for size in (1, 61, 997, 4096)),
        *((workbooks.hostile_papers(), size) for size in (997, 4096)),
    ],
)
def test_a_sheet_is_read_the_same_in_stretches_of_any_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, papers: Any, size: int
) -> None:
    files = misprints.of(papers) if papers else written()
    path = lay(tmp_path, files.book)
    whole = read(path)
    monkeypatch.setattr(sheet_reader, "CHUNK_BYTES", size)
    assert read(path) == whole


def test_no_more_than_a_stretch_is_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_reader, "CHUNK_BYTES", 2048)
    with open_workbook(lay(tmp_path, written().book)) as workbook:
        heights = [len(rows) for sheet in workbook.sheets for rows in sheet.stretches]
    assert max(heights) < 20 < len(heights)


SIZES = (1 << 20, 997)


@pytest.mark.parametrize("size", SIZES)
def test_in_a_sheet_as_it_is_written_nothing_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr("reports.render.verify.sheet_reader.CHUNK_BYTES", size)
    assert notice(tmp_path, written().book) == ""


ROW, NEXT, FIRST = "</row>", '<row r="3"', '<c r="H2"'
AMOUNT = "<v>100.00</v>"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (ROW, "</row >"),
        (ROW, "</row>\n"),
        (ROW, ""),
        (NEXT, f"<!-- {NEXT}"),
        (NEXT, f'<!-- --> {NEXT} x="1"'),
        (NEXT, f"<?x {NEXT}?>{NEXT}"),
        (NEXT, f"<x>{NEXT}"),
        (NEXT, f"<x/>{NEXT}"),
        (NEXT, '<row r="3'),
        (NEXT, '<row r="2"'),
        (NEXT, '<row r="5"'),
        (NEXT, f"{ROW}{NEXT}"),
        (NEXT, f'<c r="A3" x="{NEXT}'),
        (NEXT, f"<c r='A3' {NEXT}"),
        *((NEXT, stray + NEXT) for stray in ("7", "<v>7</v>", "<f>7</f>", "<is><t>7</t></is>", "\n ")),
        *(
            (NEXT, f'<c r="{place}" s="1"><v>7</v></c>{NEXT}')
            for place in ("J1", "J2", "J3", "J", "U2", "ZZZ2")
        ),
        *(
            (ROW, f'<c r="{place}" s="1"><v>7</v></c>{ROW}')
            for place in ("V1", "W1", "AA1", "A99", "A9999999")
        ),
        (FIRST, '<c r="I2"'),
        (FIRST, '<c r="H3"'),
        (FIRST, '<c r="H02"'),
        (FIRST, '<c r="H"'),
        (FIRST, '<c r="HHHHHHHHHH2"'),
        (FIRST, "<c"),
        (f"{FIRST} ", f'{FIRST} r="H2" '),
        (f"{FIRST} ", f'{FIRST} t="e" '),
        (f"{FIRST} ", f'{FIRST} t="str" '),
        (AMOUNT, "<v> 100.00</v>"),
        (AMOUNT, "<v>١٠٠</v>"),
        (AMOUNT, "<v>100.00</v><v>1</v>"),
        (AMOUNT, "<v>100.000000000000001</v>"),
        (AMOUNT, "<v/>"),
        (AMOUNT, "<v>NaN</v>"),
        (AMOUNT, "<v>100.00</is>"),
        (AMOUNT, "<f/><v>100.00</v>"),
        (AMOUNT, '<f t="shared">1</f><v>100.00</v>'),
        (AMOUNT, "<f><![CDATA[1]]></f><v>100.00</v>"),
        (' t="s"><v>', ' t="s"><v>9'),
        (' t="s"><v>', ' t="s"><v>-'),
        (' t="s"><v>', ' t="s"><v>x'),
        (' t="s">', ' t="s"><f>1</f>'),
        ("<sheetData>", "<sheetData><!--"),
        ("<sheetData>", "<sheetData><![CDATA["),
        ("<worksheet", '<?xml version="1.0" encoding="iso-8859-1"?><worksheet'),
        ("</sheetData>", '<row r="99"></row></sheetData>'),
        ("</sheetData>", '</sheetData><c r="A1" s="1"><v>1</v></c>'),
        ("</sheetData>", ""),
        ("</worksheet>", ""),
        ("</worksheet>", '</worksheet><row r="99"></row>'),
    ],
)
@pytest.mark.slow
@pytest.mark.parametrize("size", SIZES)
def test_what_is_no_row_or_cell_of_the_sheet_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, size: int
) -> None:
    monkeypatch.setattr("reports.render.verify.sheet_reader.CHUNK_BYTES", size)
    text = part(sheet(DOCUMENTS))
    assert notice(tmp_path, replaced(sheet(DOCUMENTS), old, new))
    assert notice(tmp_path, with_part(sheet(DOCUMENTS), text.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        *(
            (">Fatura<", other)
            for other in (
                ">F&quot;&lt;&gt;&amp;lt;&#x27;&#13;<",
                ">F&nbsp;<",
                ">F&<",
                ">F\ufffe<",
                ">F\x01<",
                ">F]]><",
                "> Fatura<",
                "><",
            )
        ),
        ('<t xml:space="preserve">Fatura<', "<t>Fatura<"),
        ("<si>", "<si><r/>"),
        ("<si>", "<!-- <si>"),
        ("<si>", "<si></si><si>"),
        ("</si>", "</si> "),
        ("</si>", ""),
        ("<sst ", '<?xml version="1.0" encoding="iso-8859-1"?><sst '),
        ("<sst ", "<sset "),
        ("</sst>", ""),
        ("</sst>", "<si></sst>"),
    ],
)
@pytest.mark.parametrize("size", [1 << 20, 61])
def test_what_is_no_shared_string_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, size: int
) -> None:
    monkeypatch.setattr("reports.render.verify.sheet_reader.CHUNK_BYTES", size)
    assert notice(tmp_path, written().book) == ""
    assert notice(tmp_path, replaced(STRINGS, old, new))


def test_the_number_of_a_character_is_read_as_other_programs_read_it(tmp_path: Path) -> None:
    texts = ["_x0041_", "__x0041__x00e9_", "_x005F_", "_x41_", "a_x"]
    files = misprints.of(
        [paper(number, reference=text, observations=text) for number, text in enumerate(texts, start=1)]
    )
    assert notice(tmp_path, files.book, files) == ""
    found = {cell for rows in read(lay(tmp_path, files.book)) for row in rows for cell in row}
    assert {*texts} <= found
    with zipfile.ZipFile(BytesIO(files.book)) as package:
        strings = package.read(STRINGS).decode()
    assert ">_x005F_x0041_<" in strings
    changed = with_part(STRINGS, strings.replace(">_x005F_x0041_<", ">_x0041_<"), files.book)
    assert "should be" in notice(tmp_path, changed, files)


def test_a_number_of_more_digits_than_a_float_keeps_is_checked_to_the_last(tmp_path: Path) -> None:
    item = line("Cabo", "9876543.12345678", tax=vat("23"), quantity="12.345678")
    files = misprints.of([paper(1, lines=[item])])
    assert notice(tmp_path, files.book, files) == ""
    with zipfile.ZipFile(BytesIO(files.book)) as package:
        text = package.read(sheet(3)).decode()
    found = list(re.finditer(r"<v>([0-9.]{17,})</v>", text))
    assert [match[1] for match in found[:2]] == ["121932621.15531165", "28044502.86572168"]
    for match in found:
        other = f"{match[1][:-1]}{(int(match[1][-1]) + 1) % 10}"
        changed = with_part(sheet(3), text[: match.start(1)] + other + text[match.end(1) :], files.book)
        said = notice(tmp_path, changed, files)
        assert f"should be {match[1]} and is {other}" in said


@pytest.mark.parametrize("error", [zipfile.BadZipFile("no"), ValueError("no")])
def test_what_a_library_raises_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(sheet_reader, "_read_rows", fail)
    with pytest.raises(ClientError, match=r"ana.xlsx, sheet .*: it cannot be read back \(no\). Nothing of"):
        read(lay(tmp_path, written().book))
