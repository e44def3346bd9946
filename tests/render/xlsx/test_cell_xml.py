"""Values as cells: text stays text whatever it begins with, amounts are exact, and every formula is ours."""

import re
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
import python_calamine
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.worksheet import Worksheet

from reports.render import text_xml
from reports.render.content.blocks import Book, Column, DataTab, Kind, Link, Rows, Sheet, Value, totals_of
from reports.render.content.labels import Labels
from reports.render.xlsx import cell_xml, workbook
from reports.render.xlsx.shared_strings import SharedStrings

FORMULA_LIKE = [
    *("=1+1", "=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1", "\n=1", " =1"),
    *("＝1+1", "＋1", "#N/A", "#REF!", "'=1", '"', "{=1}", "TRUE", "1E5", "007", "2026-10-05", "-0"),
]
MARKUP = ["]]>", "<b>&amp;</b>", "</t></is></c>", '"><script>', "&#x1;", "<![CDATA[x]]>", "\ufeffx"]
LETTERS = [
    "Pão de Ló",
    "emoji 👩\u200d👧 😀",
    "\u202eRTL",
    "line\nbreak",
    " blanks  around ",
    "é e\u0301",
    "\x7f\x85",
]
UNPRINTABLE = ["a\x00b", "a\x0bb", "a\x1bb", "a\ud83db", "a\udc00b", "a\ufffeb", "a\uffffb"]
CODES = ["_x0041_", "_x000D_", "__x0041__x0042_", "_x005F_", "_X0041_", "_x41_"]

MARK = Decimal("1234.50")
STRINGS = "xl/sharedStrings.xml"


def write_book(kind: Kind, values: Sequence[Value]) -> bytes:
    """A real workbook with `values` in column A and an amount beside each."""
    columns = (Column("a", "A", kind), Column("amount", "Amount", Kind.MONEY, has_total=True))
    grid = Rows([values, [MARK] * len(values)])
    sheet = Sheet(
        "s", "S", columns, grid, empty="–", currency="EUR", totals=totals_of(columns, grid, "Total")
    )
    book = Book("T", "F", "A", "en-GB", datetime(2026, 11, 2, 6, 30, tzinfo=UTC), (DataTab("S", sheet),))
    target = BytesIO()
    workbook.write(book, target, labels=Labels("en"))
    return target.getvalue()


def read_part(package: bytes, name: str = "xl/worksheets/sheet1.xml") -> str:
    return zipfile.ZipFile(BytesIO(package)).read(name).decode()


def read_worksheet(package: bytes, *, data_only: bool = False) -> Worksheet:
    sheet = openpyxl.load_workbook(BytesIO(package), data_only=data_only).worksheets[0]
    assert isinstance(sheet, Worksheet)
    return sheet


def read_by_openpyxl(package: bytes) -> list[object]:
    values: list[object] = [cell.value for (cell,) in read_worksheet(package).iter_rows(min_row=2, max_col=1)]
    return values[:-1]


def read_by_calamine(package: bytes) -> list[object]:
    sheet = python_calamine.CalamineWorkbook.from_filelike(BytesIO(package)).get_sheet_by_index(0)
    return [own[0] for own in sheet.to_python()[1:-1]]


def list_formulas(package: bytes) -> list[str]:
    return re.findall(r"<f>(.*?)</f>", read_part(package), re.DOTALL)


def test_text_stays_text_whatever_it_begins_with() -> None:
    values = [*FORMULA_LIKE, *MARKUP, *LETTERS]
    package = write_book(Kind.TEXT, values)
    assert read_by_openpyxl(package) == values
    assert read_by_calamine(package) == values
    texts = read_worksheet(package).iter_rows(min_row=2, max_row=1 + len(values), max_col=1)
    assert {cell.data_type for (cell,) in texts} == {"s"}
    assert len(re.findall(r'<c r="A\d+" s="\d+" t="s"><v>\d+</v></c>', read_part(package))) == len(values) + 2
    assert "inlineStr" not in read_part(package)
    assert list_formulas(package) == ["SUBTOTAL(109,t_s[Amount])"]


def test_what_a_cell_cannot_hold_is_replaced_visibly() -> None:
    package = write_book(Kind.TEXT, UNPRINTABLE)
    assert read_by_openpyxl(package) == read_by_calamine(package) == ["a\ufffdb"] * len(UNPRINTABLE)


def test_what_looks_like_a_numbered_character_is_not_taken_for_one() -> None:
    package = write_book(Kind.TEXT, CODES)
    texts = re.findall('<t xml:space="preserve">(.*?)</t>', read_part(package, STRINGS))
    assert [unescape(text) for text in texts if text not in ("A", "Amount", "Total")] == CODES
    # It takes every `x005F_` out of a shared text, whatever stands before it.
    assert read_by_openpyxl(package) == [code.replace("x005F_", "") for code in CODES]
    assert read_by_calamine(package) == CODES


@pytest.mark.parametrize("letter", ["a", "é", "😀", "_x0041_"])
def test_forty_thousand_characters_are_cut_visibly_and_the_workbook_opens(letter: str) -> None:
    package = write_book(Kind.LONG_TEXT, [letter * 40_000])
    (shown,) = read_by_openpyxl(package)
    assert isinstance(shown, str)
    assert shown.endswith(text_xml.CUT)
    assert shown.startswith(letter * 2_000)
    (stored,) = re.findall(f">([^<]*{re.escape(text_xml.CUT)})<", read_part(package, STRINGS))
    assert stored.startswith(letter.replace("_x", "_x005F_x") * 2_000)
    units = len(stored.encode("utf-16-le")) // 2
    assert 32_765 < units <= 32_767


@pytest.mark.parametrize(
    "value", ["a" * 32_767, "😀" * 16_383, "é" * 20_000], ids=["as long as can be", "astral", "long"]
)
def test_text_that_fits_is_not_cut(value: str) -> None:
    package = write_book(Kind.LONG_TEXT, [value])
    assert read_by_openpyxl(package) == read_by_calamine(package) == [value]


def test_an_amount_is_its_exact_decimal_text() -> None:
    amounts = [Decimal(text) for text in ("0.00", "-0.01", "999999999999.99", "0.12345678", "1E+3")]
    package = write_book(Kind.MONEY, amounts)
    assert re.findall(r'<c r="A\d+" s="\d+"><v>(.*?)</v>', read_part(package)) == [
        *("0.00", "-0.01", "999999999999.99", "0.12345678", "1000"),
    ]
    assert read_by_calamine(package) == [float(amount) for amount in amounts]


def test_nothing_is_an_empty_cell_and_no_number() -> None:
    for kind in Kind:
        package = write_book(kind, [None, None])
        assert read_by_openpyxl(package) == [None, None]
        assert "NaN" not in read_part(package)


def test_a_percentage_is_a_fraction() -> None:
    package = write_book(Kind.PERCENT, [Decimal("23.00"), Decimal("5.50"), Decimal("0.00")])
    assert read_by_openpyxl(package) == [0.23, 0.055, 0]


def test_an_instant_is_shown_by_the_clock_of_its_own_zone() -> None:
    zone = timezone(timedelta(hours=1))
    instants = [datetime(2026, 11, 2, 6, 30, 59, tzinfo=zone), datetime(2026, 11, 2, tzinfo=zone)]
    assert read_by_openpyxl(write_book(Kind.INSTANT, instants)) == [
        one.replace(tzinfo=None) for one in instants
    ]


def test_an_amount_among_words_is_a_number_and_a_word_of_digits_is_text() -> None:
    values: list[Value] = [Decimal("1234.50"), "1234.50", "=1+1", "", None, Decimal("1E+3")]
    shown = [1234.5, "1234.50", "=1+1", None, None, 1000]
    package = write_book(Kind.AMOUNT_OR_TEXT, values)
    assert read_by_openpyxl(package) == shown
    assert list_formulas(package) == ["SUBTOTAL(109,t_s[Amount])"]


def test_days_and_facts_are_what_they_are() -> None:
    days = [date(2026, 10, 5), date(1901, 1, 1), date(9999, 12, 31), date(2028, 2, 29)]
    assert read_by_calamine(write_book(Kind.DATE, days)) == days
    assert read_by_openpyxl(write_book(Kind.BOOLEAN, [True, False])) == [True, False]
    assert read_by_openpyxl(write_book(Kind.INTEGER, [0, -3, 10**12])) == [0, -3, 10**12]


def test_a_link_is_a_formula_with_its_text_stored() -> None:
    package = write_book(Kind.LINK, [Link("View", "https://x.example/a?b=1&c=%20")])
    assert read_by_openpyxl(package) == ['=HYPERLINK("https://x.example/a?b=1&c=%20","View")']
    stored = read_worksheet(package, data_only=True)
    assert [cell.value for (cell,) in stored.iter_rows(max_col=1, max_row=2)][1] == "View"
    assert read_by_calamine(package) == ["View"]


@pytest.mark.parametrize(
    ("shown", "url", "formula"),
    [
        ('FT "1"', 'https://x.example/"&A1&"', 'HYPERLINK("https://x.example/""&A1&""","FT ""1""")'),
        ("=1+1", "https://x.example/", 'HYPERLINK("https://x.example/","=1+1")'),
        ("a\x00b", "https://x.example/<", 'HYPERLINK("https://x.example/<","a\ufffdb")'),
        ("x", "https://x.example/" + "a" * 237, f'HYPERLINK("https://x.example/{"a" * 237}","x")'),
    ],
)
def test_neither_text_nor_address_leaves_its_quotes(shown: str, url: str, formula: str) -> None:
    assert read_by_openpyxl(write_book(Kind.LINK, [Link(shown, url)])) == [f"={formula}"]


@pytest.mark.parametrize(
    ("shown", "url", "text"),
    [
        ("View", None, "View"),
        ("javascript:alert(1)", None, "javascript:alert(1)"),
        ("View", "https://x.example/" + "a" * 238, "https://x.example/" + "a" * 238),
        ("View", "https://x.example/" + "😀" * 120, "https://x.example/" + "😀" * 120),
        ("View", "https://x.example/" + '"' * 130, "https://x.example/" + '"' * 130),
        ("n" * 256, "https://x.example/", "https://x.example/"),
        ("=1+1", None, "=1+1"),
    ],
)
def test_a_link_that_cannot_be_one_is_text(shown: str, url: str | None, text: str) -> None:
    package = write_book(Kind.LINK, [Link(shown, url)])
    assert read_by_openpyxl(package) == read_by_calamine(package) == [text]
    assert len(list_formulas(package)) == 1


@pytest.mark.parametrize(
    ("name", "url", "shown"),
    [
        ("Ana & Filhos", "https://x.example/", '=HYPERLINK("https://x.example/","Ana & Filhos")'),
        ("Ana & Filhos", None, "Ana & Filhos"),
        ("Ana & Filhos", "https://x.example/" + "a" * 238, "Ana & Filhos"),
        ("", "https://x.example/", None),
        ("=1+1", None, "=1+1"),
    ],
)
def test_a_name_stays_a_name_where_its_link_cannot_be(name: str, url: str | None, shown: str | None) -> None:
    package = write_book(Kind.NAME_LINK, [Link(name, url)])
    assert read_by_openpyxl(package) == [shown]
    assert read_by_calamine(package) == [name]


@pytest.mark.parametrize(
    "url", [None, "https://x.example/" + "a" * 238, "https://x.example/_x0041_"], ids=["none", "long", "code"]
)
def test_a_name_that_cannot_open_anything_is_the_name_as_text(url: str | None) -> None:
    package = write_book(Kind.NAME_LINK, [Link("=FT 1", url), Link("FT 2", "https://x.example/")])
    assert read_by_openpyxl(package) == ["=FT 1", '=HYPERLINK("https://x.example/","FT 2")']
    assert read_by_calamine(package) == ["=FT 1", "FT 2"]


def test_every_formula_has_its_result_stored() -> None:
    package = write_book(Kind.TEXT, ["a", "b", "c"])
    assert read_worksheet(package)["B5"].value == "=SUBTOTAL(109,t_s[Amount])"
    assert read_worksheet(package, data_only=True)["B5"].value == 3703.5
    assert "<v>3703.50</v>" in read_part(package)


def test_equal_content_gives_equal_bytes() -> None:
    assert write_book(Kind.TEXT, FORMULA_LIKE) == write_book(Kind.TEXT, FORMULA_LIKE)


def test_a_document_without_a_number_has_no_link() -> None:
    assert cell_xml.name_link([("", "https://example.com/")], SharedStrings()).values == [b"/>"]


def test_what_is_no_text_in_a_column_of_texts_is_shown_as_one_and_nothing_as_an_empty_cell() -> None:
    strings = SharedStrings()
    made = cell_xml.text(["a", None, "", 7, "a"], strings)
    assert [made.before + value + made.after for value in made.values] == [
        b' t="s"><v>0</v></c>',
        b"/>",
        b"/>",
        b' t="s"><v>1</v></c>',
        b' t="s"><v>0</v></c>',
    ]
    assert b"".join(strings.stream()).count(b"<si>") == 2


def test_a_text_that_many_cells_have_is_written_once() -> None:
    package = write_book(Kind.TEXT, ["Fatura", "Final"] * 300)
    assert read_by_openpyxl(package) == ["Fatura", "Final"] * 300
    assert read_part(package, STRINGS).count(">Fatura<") == 1
