"""Cells of any values, in sheets of any length, are read back as they were given, by two readers."""

import textwrap
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from io import BytesIO
from typing import NamedTuple

import openpyxl
import python_calamine
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from reports.render import text_xml
from reports.render.content.blocks import Book, Column, DataTab, Kind, Link, Rows, Sheet, Value, totals_of
from reports.render.content.labels import Labels
from reports.render.xlsx import cell_fields, cell_xml, column_widths, sheet_xml, workbook
from reports.render.xlsx.extents import measure_columns
from reports.render.xlsx.shared_strings import SharedStrings
from tests.support import hostile
from tests.support.examples import examples
from tests.support.workbooks import FORMULA_LIKE, ODD

EMPTY = "nothing here"
LONG = 5_000
"""Characters; longer ones have tests of their own."""
LENGTHS = (0, 1, 2, sheet_xml.CHUNK_ROWS - 1, sheet_xml.CHUNK_ROWS, sheet_xml.CHUNK_ROWS + 1)
CODES = (
    "_x0041_",
    "__x0041__x0042_",
    "_x005F_",
    "_x",
    "a_x00",
    "\r\n",
    "\t",
    "\0",
    "a\0b",
    "\ufffe",
    "\ud800",
)
TEXTS = [
    text
    for text in (*hostile.TEXTS.values(), *hostile.LINKS.values(), *FORMULA_LIKE, *ODD, *CODES)
    if len(text) < LONG
]

texts = st.one_of(st.none(), st.just(""), st.text(max_size=40), st.sampled_from(TEXTS))
addresses = st.one_of(
    st.none(),
    st.integers(0, 10**6).map("https://office.example/documents/{}?a=1&b=2".format),
    st.integers(200, 270).map(lambda length: "https://office.example/".ljust(length, "x")),
    st.just('https://office.example/"quoted"'),
    st.just("https://office.example/_x0041_"),
)
links = st.one_of(
    st.none(), st.builds(Link, st.one_of(st.text(max_size=20), st.sampled_from(TEXTS)), addresses)
)
exponents = st.sampled_from([Decimal(text) for text in ("1E+3", "1E-10", "0E+2", "0E-8", "-0", "1.50E+4")])
cents = st.decimals(-(10**12), 10**12, places=2)
FIRST_INSTANT = datetime(1900, 3, 1, tzinfo=timezone(timedelta(hours=5, minutes=30)))
instants = st.integers(0, 200 * 366 * 86_400).map(lambda passed: FIRST_INSTANT + timedelta(seconds=passed))
VALUES: dict[Kind, st.SearchStrategy[Value]] = {
    Kind.TEXT: texts,
    Kind.LONG_TEXT: texts,
    Kind.DATE: st.none() | st.dates(date(1900, 3, 1)),
    Kind.INSTANT: st.none() | instants,
    Kind.AMOUNT_OR_TEXT: texts | cents | exponents,
    Kind.MONEY: st.none() | cents,
    Kind.NUMBER: st.none() | exponents | st.decimals(-(10**6), 10**6, places=6),
    Kind.PERCENT: st.none() | exponents | st.decimals(0, 100, places=2) | st.just(Decimal(23)),
    Kind.INTEGER: st.none() | st.integers(-(10**14), 10**14),
    Kind.BOOLEAN: st.none() | st.booleans(),
    Kind.LINK: links,
    Kind.NAME_LINK: links,
}


MARK = 7
FEW = examples(50)


class Grid(NamedTuple):
    """A sheet's kinds and the values of each of its columns."""

    kinds: Sequence[Kind]
    columns: Sequence[Sequence[Value]]


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    """Columns of any length: each goes round in a few values, one that is odd here and there among them."""
    kinds = draw(st.lists(st.sampled_from([*Kind]), min_size=1, max_size=6))
    length = draw(st.sampled_from(LENGTHS))
    columns = []
    for kind in kinds:
        pool = draw(st.lists(VALUES[kind], min_size=1, max_size=5))
        columns.append([pool[row % len(pool)] for row in range(length)])
    # Readers leave out empty rows at the end.
    return Grid([*kinds, Kind.INTEGER], [*columns, [MARK] * length])


@examples(15)
@given(st.lists(grids(), min_size=1, max_size=3))
def test_values_are_read_back_as_they_were_given(given_grids: list[Grid]) -> None:
    package = BytesIO()
    workbook.write(book(given_grids), package, labels=Labels("en"))
    by_openpyxl = openpyxl.load_workbook(package, data_only=True).worksheets
    by_calamine = python_calamine.CalamineWorkbook.from_filelike(BytesIO(package.getvalue()))
    for number, grid in enumerate(given_grids):
        wanted = [
            [shown(kind, value) for kind, value in zip(grid.kinds, row, strict=True)]
            for row in each_row(grid)
        ]
        first = [[as_given(cell) for cell in row] for row in by_openpyxl[number].iter_rows(values_only=True)]
        second = [
            [as_given(cell) for cell in row] for row in by_calamine.get_sheet_by_index(number).iter_rows()
        ]
        if not wanted:
            assert first == second == [[EMPTY]]
            continue
        as_openpyxl_does = [list(map(without_codes, row)) for row in wanted]
        for read, expected in ((first, as_openpyxl_does), (second, wanted)):
            assert [row[: len(grid.kinds)] for row in read[1 : len(wanted) + 1]] == expected


@FEW
@given(
    st.sampled_from([*Kind]).flatmap(
        lambda kind: st.tuples(st.just(kind), st.lists(VALUES[kind], min_size=1))
    )
)
def test_a_column_is_its_values_one_by_one(column: tuple[Kind, list[Value]]) -> None:
    kind, values = column
    encode = cell_fields.ENCODERS[kind]
    together, alone = SharedStrings(), SharedStrings()
    one_by_one = [one for value in values for one in cells(encode([value], alone))]
    assert cells(encode(values, together)) == one_by_one
    assert b"".join(together.stream()) == b"".join(alone.stream())


@FEW
@given(st.text(), st.integers(1, 60))
def test_lines_are_counted_as_they_are_wrapped(line: str, room: int) -> None:
    assert column_widths._count_wrapped_lines(line, room) == len(
        textwrap.wrap(line, room, break_on_hyphens=False)
    )


@FEW
@given(st.text(alphabet="ab -é\t", max_size=80), st.integers(1, 20))
def test_lines_of_words_are_counted_as_they_are_wrapped(line: str, room: int) -> None:
    assert column_widths._count_wrapped_lines(line, room) == len(
        textwrap.wrap(line, room, break_on_hyphens=False)
    )


@FEW
@given(st.lists(st.one_of(texts, st.integers(), cents, links), max_size=6), st.sampled_from([*Kind]))
@example(["0\x1e", "00"], Kind.TEXT)
@example([Link("0\n", None), Link("00", None)], Kind.TEXT)
@example(["00\n0", "000"], Kind.LONG_TEXT)
def test_the_longest_line_is_that_of_any_value(values: list[Value], kind: Kind) -> None:
    (measure,) = measure_columns(Sheet("s", "S", (Column("a", "A", kind),), Rows([values]), empty=""))
    shape = {Kind.MONEY: ",.2f", Kind.NUMBER: ",.4f", Kind.PERCENT: ",.2f", Kind.AMOUNT_OR_TEXT: ",.4f"}.get(
        kind, ""
    )
    numbers = [value for value in values if isinstance(value, (int, Decimal))]
    found = [value.text if isinstance(value, Link) else value for value in values]
    lines = [line for text in found if isinstance(text, str) for line in text.splitlines()]
    lines += [f"{end:{shape}}" for end in ([min(numbers), max(numbers)] if numbers else [])]
    fixed = {Kind.DATE: len("05/10/2026"), Kind.INSTANT: len("05/10/2026 06:30")}
    assert measure.longest == fixed.get(kind, max(map(len, lines), default=0))


def book(made_of: Sequence[Grid]) -> Book:
    tabs = []
    for number, grid in enumerate(made_of):
        columns = tuple(
            Column(f"c{index}", f"Column {index}", kind, has_total=index > 0 and kind is Kind.MONEY)
            for index, kind in enumerate(grid.kinds)
        )
        values = Rows(grid.columns)
        totals = totals_of(columns, values, "Total") if number else None
        tabs.append(
            DataTab("S", Sheet("s", "S", columns, values, empty=EMPTY, currency="EUR", totals=totals))
        )
    return Book("T", "F", "A", "en-GB", datetime(2026, 11, 2, 6, 30, tzinfo=UTC), tuple(tabs))


def each_row(grid: Grid) -> list[tuple[Value, ...]]:
    return list(zip(*grid.columns, strict=True))


def shown(kind: Kind, value: Value) -> object:
    """What a reader finds in the cell of a value."""
    if value is None or value == "":
        return None
    if isinstance(value, Link):
        return text(_link_text(kind, value))
    if isinstance(value, str):
        return text(value)
    if isinstance(value, datetime):
        return as_given(value.replace(tzinfo=None))
    if kind is Kind.PERCENT and isinstance(value, Decimal):
        return float(value / 100)
    return value if isinstance(value, (bool, date)) else float(value)


def _link_text(kind: Kind, link: Link) -> str:
    otherwise = link.text if kind is Kind.NAME_LINK else link.url or link.text
    is_code = text_xml._ESCAPED.search(link.text + (link.url or ""))
    if not link.text or not link.url or is_code:
        return otherwise
    longest = max(units(part.replace('"', '""')) for part in (text_xml.legible(link.text), link.url))
    return link.text if longest <= cell_xml.MAX_LINK else otherwise


def text(value: str) -> str | None:
    legible = text_xml.legible(value)
    coded = text_xml._ESCAPED.sub("_x005F_", legible)
    if units(coded) <= text_xml.MAX_TEXT:
        return legible or None
    kept = coded.encode("utf-16-le")[: 2 * (text_xml.MAX_TEXT - len(text_xml.CUT))].decode(
        "utf-16-le", "ignore"
    )
    return unescape(kept) + text_xml.CUT


def units(value: str) -> int:
    return len(value.encode("utf-16-le", "surrogatepass")) // 2


def without_codes(value: object) -> object:
    """What openpyxl makes of a shared text: it takes every `x005F_` out of it, whatever stands before."""
    return value.replace("x005F_", "") or None if isinstance(value, str) else value


def as_given(cell: object) -> object:
    if isinstance(cell, str):
        return cell or None
    if isinstance(cell, datetime):
        # Readers have parts of a second that a cell has not.
        second = (cell + timedelta(milliseconds=500)).replace(microsecond=0)
        return second if second.time() > time() else second.date()
    return float(cell) if isinstance(cell, (int, float)) and not isinstance(cell, bool) else cell


def cells(column: cell_xml.Cells) -> list[bytes]:
    return [column.before + value + column.after for value in column.values]
