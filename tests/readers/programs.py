"""Programs that read workbooks, each as a function: the values of each sheet by the place of their cell.

A day is a date where the program has one, else its serial number; an instant is whole seconds.
"""

import datetime as dt
import json
import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path

import openpyxl
import python_calamine

from tests.support.ooxml.book import Place, shown

EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a cell has no time zone
SCRIPT = Path(__file__).parent / "node" / "read.mjs"
READ_SECONDS = 120

Sheets = Mapping[str, Mapping[Place, object]]


def read_by_calamine(paths: Sequence[Path]) -> list[Sheets]:
    """As pandas, Polars and DuckDB read."""
    books = map(python_calamine.CalamineWorkbook.from_path, paths)
    return [
        {
            name: {
                (row, column): _day(value)
                for row, values in enumerate(book.get_sheet_by_name(name).to_python(skip_empty_area=False), 1)
                for column, value in enumerate(values, 1)
                if value != ""
            }
            for name in book.sheet_names
        }
        for book in books
    ]


def read_by_openpyxl(paths: Sequence[Path]) -> list[Sheets]:
    return [
        {
            sheet.title: {
                (cell.row, cell.column): _day(cell.value)
                for row in sheet.iter_rows()
                for cell in row
                if cell.value is not None
            }
            for sheet in openpyxl.load_workbook(path, data_only=True).worksheets
        }
        for path in paths
    ]


def read_by_pylightxl(paths: Sequence[Path]) -> list[Sheets]:
    """A small reader of plain XML, which shows what stricter previews on phones have been seen to show."""
    # There is no wheel of it, and the development environment has wheels alone: the leg of readers brings it.
    sys.path.append(os.environ["READERS_PYTHON"])
    pylightxl = import_module("pylightxl")
    with warnings.catch_warnings():
        # It knows no name of cells that has no cell in it, such as rows that are repeated on paper.
        warnings.simplefilter("ignore", UserWarning)
        books = [pylightxl.readxl(str(path)) for path in paths]
    return [
        {
            name: {
                (row, column): _decode(value)
                for row, values in enumerate(book.ws(name).rows, start=1)
                for column, value in enumerate(values, start=1)
                if value != ""
            }
            for name in book.ws_names
        }
        for book in books
    ]


def read_by_sheetjs(paths: Sequence[Path]) -> list[Sheets]:
    """As web mail and many web applications show a workbook."""
    return _read_by_node("sheetjs", paths)


def read_by_exceljs(paths: Sequence[Path]) -> list[Sheets]:
    """As viewers made of ExcelJS show a workbook."""
    return _read_by_node("exceljs", paths)


PROGRAMS: Mapping[str, Callable[[Sequence[Path]], list[Sheets]]] = {
    "calamine": read_by_calamine,
    "openpyxl": read_by_openpyxl,
    "pylightxl": read_by_pylightxl,
    "sheetjs": read_by_sheetjs,
    "exceljs": read_by_exceljs,
}
HAVE_SERIAL_DAYS = {"sheetjs"}
"""Programs that leave a day the number it is."""
DROP_CODES = {"openpyxl"}
"""Programs that take every `x005F_` out of a shared text, whatever stands before it."""


def _read_by_node(program: str, paths: Sequence[Path]) -> list[Sheets]:
    done = subprocess.run(
        ["node", SCRIPT, program, *paths],
        env=os.environ,
        capture_output=True,
        timeout=READ_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    found = json.loads(done.stdout)
    return [
        {
            name: {(row, column): _iso_day(value) for row, column, value in cells}
            for name, cells in found[str(path)]
        }
        for path in paths
    ]


def read_instant(at: dt.datetime) -> dt.date:
    """An instant to the second; midnight as its day."""
    whole = (at + dt.timedelta(seconds=0.5)).replace(microsecond=0, tzinfo=None)
    return whole.date() if whole.time() == dt.time() else whole


def read_serial(days: float) -> dt.date:
    """The day or instant of a serial number."""
    return read_instant(EPOCH + dt.timedelta(days=days))


def to_serial(at: dt.date) -> float:
    """The serial number of a day or instant."""
    whole = at if isinstance(at, dt.datetime) else dt.datetime.combine(at, dt.time())
    return (whole - EPOCH).total_seconds() / 86_400


def _day(value: object) -> object:
    return read_instant(value) if isinstance(value, dt.datetime) else value


def _decode(value: object) -> object:
    """What pylightxl leaves as it is written: a day, and the number of a character in a text."""
    if not isinstance(value, str):
        return value
    for form in ("%Y/%m/%d", "%Y/%m/%d %H:%M:%S"):
        try:
            return read_instant(dt.datetime.strptime(value, form))  # noqa: DTZ007 - a cell has no time zone
        except ValueError:
            continue
    return shown(value)


def _iso_day(value: object) -> object:
    """A day as the script writes those of ExcelJS."""
    return read_instant(dt.datetime.fromisoformat(value["at"])) if isinstance(value, dict) else value
