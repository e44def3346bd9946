"""Every workbook of a month as others see it: calculated anew by LibreOffice, read by two libraries.

Excel itself cannot be had here; what it is strict about is in `tests/support/ooxml`.
"""

import datetime as dt
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isclose
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.readers.libreoffice import LibreOffice, Seen
from tests.readers.libreoffice import Sheets as SeenSheets
from tests.readers.paper import list_small, read_pages
from tests.readers.programs import (
    DROP_CODES,
    HAVE_SERIAL_DAYS,
    PROGRAMS,
    Sheets,
    read_instant,
    read_serial,
    to_serial,
)
from tests.support import workbooks
from tests.support.ooxml import book_of, violations
from tests.support.ooxml.book import MAIN, Book, Cell, Place, Sheet, area_of, shown
from tests.support.ooxml.cells import LINK, SUBTOTAL

ROUNDING = 1e-9
"""What binary fractions may lose; a cent is ten million times that."""

KINDS = {
    "t_vat_return": "TTTPMMMMMMNT",
    "t_field_40": "TNTTDTPMMMM",
    "t_recapitulative": "TTTMNNT",
    "t_oss": "TTTPMM",
    "t_collections": "TNMMMMMMMDTTT",
    "t_last_year": "TNMMMMNNMMMMNN",
    "t_closed": "TTTDDTMMTN",
    "t_series": "TTNNNTT",
    "t_documents": "LTTDDTTMMMMMMMMNMTTLBN",
    "t_lines": "TTTDTTTNNPMTPTMMMTN",
    "t_vat": "TTTPTTTNMMMMMMM",
    "t_receipts": "LDTMTLN",
    "t_open": "LTDDNTTMTLN",
    "t_clients": "NTTTTNMMMMMMMMNNDT",
    "t_not_counted": "TTLTTDTTMTLN",
    "t_findings": "TTTTTTAAAN",
    "t_changes": "TTLTDTTTAAATTN",
}
"""Table → what its columns hold: text, days, numbers, money, percentages, links, yes or no, any of them."""

VALUE = re.compile(r'"[^"]*"|\d+')
"""What a conditional format compares with: one of our words, or a number."""

CLIENT_COLUMNS = "TT"
SEEN_AS = {
    "T": {"string"},
    "L": {"string"},
    "D": {"date"},
    "N": {"float"},
    "M": {"float", "currency"},
    "P": {"percentage"},
    "B": {"boolean"},
    "A": {"string", "float", "currency", "date"},
}
"""Kind of a column → OpenDocument's types of its values. LibreOffice knows not every currency as money."""

DOCUMENTS = "xl/worksheets/sheet2.xml"

PLANTED: Mapping[str, tuple[str, Callable[[str], str]]] = {
    "another-amount": (
        DOCUMENTS,
        lambda text: _replaced(r'(<c r="J2" s="\d+"><v>)[^<]*', r"\g<1>1.23", text),
    ),
    "another-day": (DOCUMENTS, lambda text: _replaced(r'(<c r="D2" s="\d+"><v>)[^<]*', r"\g<1>46000", text)),
    "another-text": (DOCUMENTS, lambda text: _replaced(r'(<c r="B2" s="\d+" t="s"><v>)\d+', r"\g<1>1", text)),
}
"""Part of a client's workbook, and what is changed in it: one value of one cell, that every program reads."""

Value = str | float | bool | dt.date


@dataclass(frozen=True)
class Workbook:
    """A written workbook, what it stores, and what LibreOffice makes of it."""

    path: Path
    stored: Book
    seen: SeenSheets


@dataclass(frozen=True)
class Month:
    """All workbooks, and copies of one with a change that has to be noticed."""

    workbooks: Sequence[Workbook]
    wrong: Workbook
    filtered: Workbook
    narrow: Path
    small: Path
    changed: Sequence[Workbook]


@pytest.fixture(scope="module")
def month(demo: Path, libreoffice: LibreOffice, tmp_path_factory: pytest.TempPathFactory) -> Month:
    """The demo's workbooks and two hostile ones, all opened in one start of LibreOffice."""
    folder = tmp_path_factory.mktemp("workbooks")
    papers = workbooks.hostile_papers()
    paths = [Path(shutil.copy(path, folder)) for path in sorted(demo.rglob("*.xlsx"))]
    client = next(path for path in paths if "3100001" in path.name)
    paths += [
        workbooks.write_client(folder / "hostile-client.xlsx", papers, name=workbooks.HOSTILE_NAME),
        workbooks.write_summary(folder / "hostile-summary.xlsx", {1: papers, 2: []}, language="en"),
        _changed(client, folder / "wrong.xlsx", _with_a_wrong_result),
        _changed(client, folder / "filtered.xlsx", _with_a_hidden_row),
    ]
    opened = zip(paths, map(book_of, paths), libreoffice.open(paths), strict=True)
    *written, wrong, filtered = (Workbook(*one) for one in opened)
    narrow = _changed(client, folder / "narrow.xlsx", _with_a_narrow_column)
    small = _changed(client, folder / "small.xlsx", _with_one_page)
    stored = book_of(client)
    planted = [
        Workbook(_changed(client, folder / f"{name}.xlsx", change, part), stored, {})
        for name, (part, change) in PLANTED.items()
    ]
    return Month(written, wrong, filtered, narrow, small, planted)


@pytest.fixture(scope="module")
def prints(month: Month, libreoffice: LibreOffice) -> Mapping[str, Path]:
    """Every workbook on paper, by its name."""
    paths = [*(one.path for one in month.workbooks), month.narrow, month.small]
    return {path.stem: path for path in libreoffice.convert(paths, "pdf")}


def test_the_month_has_a_workbook_per_client_and_a_summary(month: Month) -> None:
    names = [one.path.name for one in month.workbooks]
    assert len([name for name in names if re.fullmatch(r".+-31000\d\d-2026-10\.xlsx", name)]) == 19
    assert "summary.xlsx" in names


def test_every_workbook_keeps_the_rules_excel_is_strict_about(month: Month) -> None:
    assert {one.path.name: found for one in month.workbooks if (found := violations(one.path))} == {}


def test_every_stored_value_is_what_libreoffice_calculates(month: Month) -> None:
    assert [difference for one in month.workbooks for difference in _differences(one)] == []
    formulas = [cell for one in month.workbooks for _, _, cell in _cells(one.stored) if cell.formula]
    assert len([cell for cell in formulas if SUBTOTAL.fullmatch(cell.formula or "")]) > 100
    assert len([cell for cell in formulas if LINK.fullmatch(cell.formula or "")]) > 500


def test_a_wrong_stored_result_is_noticed(month: Month) -> None:
    (difference,) = _differences(month.wrong)
    assert re.search(r"SUBTOTAL.* is stored as 999999\.99, LibreOffice has", difference)


def test_totals_follow_the_filter(month: Month) -> None:
    sheet = month.filtered.stored.sheets[1]
    hidden = {name: _number(cell) for name, cell in _row(sheet, 2).items() if cell.type == "n" and cell.text}
    totals = {
        place: _number(cell) for place, cell in sheet.cells.items() if SUBTOTAL.fullmatch(cell.formula or "")
    }
    for place, total in totals.items():
        seen = month.filtered.seen[sheet.name][place]
        assert isclose(float(seen.value), total - hidden[place[1]], abs_tol=ROUNDING), place
    assert sum(hidden[column] != 0 for _, column in totals) >= 3


def test_no_cell_shows_an_error(month: Month) -> None:
    errors = [
        (one.path.name, name, place, seen)
        for one in month.workbooks
        for name, sheet in one.seen.items()
        for place, seen in sheet.items()
        if seen.kind == "error"
    ]
    assert errors == []


def test_no_formula_comes_from_data(month: Month) -> None:
    for one in month.workbooks:
        for part, formula in _formulas(one.path):
            assert SUBTOTAL.fullmatch(formula) or LINK.fullmatch(formula), (one.path.name, part, formula)
        # LibreOffice takes true and false for formulas.
        calculated = [
            seen
            for sheet in one.seen.values()
            for seen in sheet.values()
            if seen.formula and seen.kind != "boolean"
        ]
        assert len(calculated) == len(list(_formulas(one.path))), one.path.name


def test_links_lead_where_they_are_stored_to_lead(month: Month) -> None:
    for one in month.workbooks:
        for sheet, place, cell in _cells(one.stored):
            if match := LINK.fullmatch(cell.formula or ""):
                seen = one.seen[sheet.name][place]
                assert f'"{match["address"]}"' in (seen.formula or ""), (one.path.name, cell.ref)


def test_days_are_dates_and_money_is_numbers(month: Month) -> None:
    known = set[str]()
    for one in month.workbooks:
        for sheet, name, columns in _columns(one):
            kinds = KINDS[name]
            if len(columns) == len(kinds) + len(CLIENT_COLUMNS):
                kinds = CLIENT_COLUMNS + kinds
            assert len(columns) == len(kinds), (one.path.name, sheet, name)
            for number, (kind, cells) in enumerate(zip(kinds, columns, strict=True), start=1):
                found = {seen.kind for seen in cells}
                assert found <= SEEN_AS[kind], (one.path.name, sheet, number, kind, found)
                known |= {f"{name} {number}"} if found else set()
    assert {"t_documents 4", "t_documents 10", "t_lines 4", "t_vat 3", "t_open 8", "t_clients 7"} <= known


@pytest.mark.parametrize("program", PROGRAMS)
def test_other_programs_read_the_same_values(program: str, month: Month) -> None:
    """A wrong value, a missing text and a wrong day are noticed in what each program reads."""
    books = [*month.workbooks, *month.changed]
    sheets = PROGRAMS[program]([one.path for one in books])
    unlike = {
        one.path.name: _list_unlike(one, read, program) for one, read in zip(books, sheets, strict=True)
    }
    assert [len(unlike.pop(one.path.name)) for one in month.changed] == [1] * len(PLANTED)
    assert {name: found for name, found in unlike.items() if found} == {}


def test_no_column_is_too_narrow_for_its_numbers(
    prints: Mapping[str, Path], printed: Callable[[Path], str]
) -> None:
    assert "##" in printed(prints["narrow"])
    for name, path in prints.items():
        assert "##" not in printed(path) or name == "narrow" or name.startswith("hostile"), name


def test_type_on_paper_can_be_read(prints: Mapping[str, Path]) -> None:
    """A sheet that is made to fit one page side by side, however wide, is noticed."""
    assert list_small(read_pages(prints["small"]))
    found = {name: [*map(str, list_small(read_pages(path)))] for name, path in prints.items()}
    assert {name for name, texts in found.items() if texts} == {"small"}


def _differences(workbook: Workbook) -> list[str]:
    """Where what is stored is not what LibreOffice has after calculation, in either direction."""
    found = []
    for sheet in workbook.stored.sheets:
        seen = workbook.seen[sheet.name]
        for place, cell in sheet.cells.items():
            value, other = _value(cell, workbook.stored), _as_value(seen.get(place))
            if not _is_same(value, other):
                found.append(
                    f"{workbook.path.name} {sheet.name} {cell.ref}: {cell.formula} is stored as {value}, "
                    f"LibreOffice has {other}"
                )
        found += [
            f"{workbook.path.name} {sheet.name} {place}: stored is nothing, LibreOffice has {seen[place]}"
            for place in seen.keys() - sheet.cells.keys()
        ]
    return found


def _value(cell: Cell, book: Book) -> Value | None:
    """What the cell holds, as a reader is to have it; None for an empty one."""
    if not cell.text:
        return None
    if cell.type == "b":
        return cell.text == "1"
    if cell.type != "n":
        return shown(cell.text)
    return read_serial(float(cell.text)) if cell.style in book.date_styles else float(cell.text)


def _as_value(seen: Seen | None) -> Value | None:
    if seen is None or seen.value == "":
        return None
    if seen.kind == "boolean":
        return seen.value == "true"
    if seen.kind == "date":
        return read_instant(dt.datetime.fromisoformat(seen.value))
    return seen.value if seen.kind in ("string", "error") else float(seen.value)


def _is_same(one: object, other: object) -> bool:
    if type(one) is float and type(other) in (float, int):
        return isclose(one, float(other), rel_tol=1e-12, abs_tol=ROUNDING)  # type: ignore[arg-type]
    return type(one) is type(other) and one == other


def _unlike(
    stored: Mapping[Place, Value], read: Mapping[Place, object]
) -> list[tuple[Place, object, object]]:
    places = sorted(stored.keys() | read.keys())
    pairs = ((place, stored.get(place), read.get(place)) for place in places)
    return [(place, one, other) for place, one, other in pairs if not _is_same(one, other)]


def _list_unlike(workbook: Workbook, sheets: Sheets, program: str) -> list[tuple[str, Place, object, object]]:
    """Where a program reads something else than is stored; the sheet, the place, and both."""
    assert list(sheets) == [sheet.name for sheet in workbook.stored.sheets]
    found = []
    for sheet in workbook.stored.sheets:
        stored: dict[Place, Value] = {}
        for place, cell in sheet.cells.items():
            value = _value(cell, workbook.stored)
            if program in HAVE_SERIAL_DAYS and isinstance(value, dt.date):
                value = to_serial(value)
            if program in DROP_CODES and isinstance(value, str):
                value = value.replace("x005F_", "")
            if value is not None:
                stored[place] = value
        found += [(sheet.name, *one) for one in _unlike(stored, sheets[sheet.name])]
    return found


def _columns(workbook: Workbook) -> Iterator[tuple[str, str, list[list[Seen]]]]:
    """Sheet, kind of table, and what stands in each column of it below heading and above totals."""
    for sheet in workbook.stored.sheets:
        seen = workbook.seen[sheet.name]
        for table in sheet.tables.values():
            area = area_of(table.get("ref", ""))
            assert area is not None
            rows = range(area.first[0] + 1, area.last[0] + 1 - int(table.get("totalsRowCount", "0")))
            columns = range(area.first[1], area.last[1] + 1)
            found = [[seen[row, column] for row in rows if (row, column) in seen] for column in columns]
            name = table.get("displayName", "")
            yield sheet.name, next(known for known in KINDS if re.match(rf"{known}(_|$)", name)), found


def _formulas(path: Path) -> Iterator[tuple[str, str]]:
    """Every formula of every part; those of charts only name cells, those of conditions only a value."""
    with zipfile.ZipFile(path) as package:
        for name in (one for one in package.namelist() if one.endswith((".xml", ".rels"))):
            root = ET.fromstring(package.read(name))  # noqa: S314 - our own workbook
            values = {
                one for rule in root.iter(f"{MAIN}cfRule") for one in rule if VALUE.fullmatch(one.text or "")
            }
            for element in root.iter():
                kind = element.tag.rpartition("}")[2].lower()
                if element.tag == f"{MAIN}f" or ("formula" in kind and element not in values):
                    yield name, element.text or ""


def _cells(book: Book) -> Iterator[tuple[Sheet, Place, Cell]]:
    for sheet in book.sheets:
        for place, cell in sheet.cells.items():
            yield sheet, place, cell


def _row(sheet: Sheet, number: int) -> dict[int, Cell]:
    return {column: cell for (row, column), cell in sheet.cells.items() if row == number}


def _number(cell: Cell) -> float:
    return float(cell.text or "")


def _changed(workbook: Path, target: Path, change: Callable[[str], str], part: str = DOCUMENTS) -> Path:
    """A copy of a client's workbook with another list of documents, its second sheet, or another `part`."""
    with zipfile.ZipFile(workbook) as source, zipfile.ZipFile(target, "w") as package:
        for name in source.namelist():
            text = source.read(name).decode()
            package.writestr(name, change(text) if name == part else text)
    return target


def _with_a_wrong_result(text: str) -> str:
    return _replaced(r"(<f>SUBTOTAL[^<]*</f><v>)[^<]*", r"\g<1>999999.99", text)


def _with_a_hidden_row(text: str) -> str:
    return _replaced('<row r="2"', '<row r="2" hidden="1"', text)


def _with_a_narrow_column(text: str) -> str:
    return _replaced('(<col [^>]*width=")[0-9.]+("[^>]*min="8")', r"\g<1>4\g<2>", text)


def _with_one_page(text: str) -> str:
    return _replaced('fitToWidth="2"', 'fitToWidth="1"', text)


def _replaced(pattern: str, replacement: str, text: str) -> str:
    changed, count = re.subn(pattern, replacement, text, count=1)
    assert count == 1, pattern
    return changed
