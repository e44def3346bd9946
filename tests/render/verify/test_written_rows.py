"""A sheet is read in two ways, by a pattern and by a parser, and what is read must not depend on which."""

from xml.parsers.expat import ExpatError

import pytest

from reports.render.verify.expected import SHEETS
from reports.render.verify.written_rows import LETTERS, Form, Reader, Row, Rows
from tests.support.misprints import DATA_SHEETS, DOCUMENTS, part, sheet

KINDS = dict(zip(DATA_SHEETS, [kind for kind in SHEETS for _ in range(2)], strict=True))
"""Of each data sheet: there is one in euros and one in dollars."""
WHOLE = 1 << 20
ROW, NEXT = "</row>", '<row r="3"'


def form(number: int) -> Form:
    """What is wanted of a data sheet."""
    columns = SHEETS[KINDS[number]]
    last = LETTERS[columns.headings.count(", ")]
    return Form(last, columns.numbers, columns.texts, columns.links)


def read(text: str, wanted: Form | None, size: int = WHOLE) -> list[Row | Rows]:
    """What is read of a sheet whose bytes come `size` at a time."""
    data, reader = text.encode(), Reader(wanted)
    found = [some for at in range(0, len(data), size) for some in reader.take(data[at : at + size])]
    return found + reader.take(b"")


def rows(text: str, number: int, *, by_parser: bool = False, size: int = WHOLE) -> list[Row] | None:
    """The rows of a data sheet with what is wanted of each; None when it is refused.

    To the parser white space behind a row belongs to its last number, which is the same number with it.
    """
    wanted = form(number)
    try:
        found = read(text, None if by_parser else wanted, size)
    except (ExpatError, ValueError, LookupError):
        return None
    single = [row for some in found for row in ([some] if isinstance(some, Row) else some.one_by_one())]
    return [
        Row(
            row.place,
            {letter: digits.strip() for letter, digits in row.numbers.items() if letter in wanted.numbers},
            {letter: text for letter, text in row.texts.items() if letter in wanted.texts + wanted.links},
            row.formulas,
        )
        for row in single
    ]


@pytest.mark.parametrize("number", DATA_SHEETS)
def test_rows_of_data_are_of_the_form_that_is_known(number: int) -> None:
    headings, data, totals, *notes = read(part(sheet(number)), form(number))
    assert isinstance(headings, Row)
    assert isinstance(data, Rows)
    assert isinstance(totals, Row)
    assert [*data.places] == [*range(2, totals.place)]
    assert all(isinstance(note, Rows) and min(note.places) > totals.place for note in notes)


@pytest.mark.parametrize("number", DATA_SHEETS)
@pytest.mark.parametrize("size", [WHOLE, 4096, 997, 61])
def test_pattern_and_parser_read_the_same(number: int, size: int) -> None:
    text = part(sheet(number))
    found = rows(text, number, size=size)
    assert found
    assert found == rows(text, number, by_parser=True)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (' xml:space="preserve"', ""),
        (' xml:space="preserve"', " xml:space='preserve'"),
        ("<row r=", '<row spans="1:19" r='),
        ("/>", " />"),
        ("><c ", "> <c "),
        (ROW, "</row >"),
        (ROW, "</row>\n"),
        (NEXT, f"<!-- {NEXT}"),
        (NEXT, f'<!-- --> {NEXT} x="1"'),
        (NEXT, f"<?x {NEXT}?>{NEXT}"),
        (NEXT, f"<x>{NEXT}"),
        (NEXT, f"<x/>{NEXT}"),
        ("<sheetData>", "<sheetData><!--"),
        ("<sheetData>", "<sheetData><![CDATA["),
        ("<worksheet", '<?xml version="1.0" encoding="UTF-8"?><worksheet'),
        ("<worksheet", '<?xml version="1.0" encoding="iso-8859-1"?><worksheet'),
        ("<worksheet", "<!DOCTYPE worksheet><worksheet"),
        ("<worksheet", "\ufeff<worksheet"),
        (">Fatura<", ">Fa&#116;ura<"),
        (">Fatura<", "><![CDATA[Fatura]]><"),
        (">Fatura<", ">F&quot;&lt;&gt;&amp;lt;&#x27;&#13;<"),
        (">Fatura<", ">F&nbsp;<"),
        (">Fatura<", ">F&<"),
        (">Fatura<", ">F\ufffe<"),
        (">Fatura<", ">F\x01<"),
        (">Fatura<", ">F\r\n<"),
        (">Fatura<", ">F]]><"),
        ("<v>100.00</v>", "<v> 100.00</v>"),
        ("<v>100.00</v>", "<v>١٠٠</v>"),
        ("<v>100.00</v>", "<v>100.00</v><v>1</v>"),
        ("<v>100.00</v>", "<v/>"),
        ("<v>100.00</v>", "<v></v>"),
        ("<v>100.00</v>", "<v>NaN</v>"),
        ("<v>100.00</v>", "<v>100.00</is>"),
        ("<v>100.00</v>", "<f>1</f><v>100.00</v>"),
        ("<v>100.00</v>", "<f/><v>100.00</v>"),
        ('<c r="H2"', '<c r="I2"'),
        ('<c r="H2"', '<c r="H3"'),
        ('<c r="H2"', '<c r="H02"'),
        ('<c r="H2" ', '<c r="H2" r="H2" '),
        ('<c r="H2" ', '<c r="H2" t="e" '),
        ('<c r="H2" ', '<c r="H2" t="str" '),
        ('<c r="H2"', '<c r="T2"/><c r="H2"'),
        (NEXT, f'<c r="A3" x="{NEXT}'),
        (NEXT, f"<c r='A3' {NEXT}"),
        (NEXT, '<row r="3'),
        (NEXT, f"{ROW}{NEXT}"),
        ("</sheetData>", '"/></sheetData>'),
        ("</sheetData>", ""),
        ("</worksheet>", ""),
        ("</worksheet>", '</worksheet><row r="99"></row>'),
    ],
)
def test_rows_of_another_form_are_read_or_refused_alike(old: str, new: str) -> None:
    text = part(sheet(DOCUMENTS))
    assert old in text
    for changed in (text.replace(old, new, 1), text.replace(old, new)):
        for size in (WHOLE, 997):
            assert rows(changed, DOCUMENTS, size=size) == rows(changed, DOCUMENTS, by_parser=True)


@pytest.mark.parametrize(
    ("start", "end"), [('<c r="A3" x="', '"/>'), ("<x ", "/>"), ("<x y='", "'/>"), ("<", "/>")]
)
def test_a_tag_that_rows_stand_in_is_refused(start: str, end: str) -> None:
    text = part(sheet(DOCUMENTS))
    changed = text.replace(NEXT, f"{start}{NEXT}", 1).replace("</sheetData>", f"{end}</sheetData>")
    assert rows(changed, DOCUMENTS) is None
    assert rows(changed, DOCUMENTS, by_parser=True) is None


def test_what_stands_between_rows_is_refused() -> None:
    text = part(sheet(DOCUMENTS))
    assert rows(text.replace(NEXT, f"\n {NEXT}"), DOCUMENTS) == rows(text, DOCUMENTS)
    cells = (f'<c r="{place}"><v>7</v></c>' for place in ("J1", "J2", "J3", "J", "U2"))
    for stray in ("7", "<v>7</v>", "<f>7</f>", "<is><t>7</t></is>", '<c r="A1"/>', *cells):
        assert rows(text.replace(NEXT, stray + NEXT), DOCUMENTS) is None
