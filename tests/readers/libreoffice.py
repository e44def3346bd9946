"""LibreOffice without a screen: workbooks opened, calculated anew, and read from what it saves of them.

It saves flat OpenDocument, in which a cell says what LibreOffice takes it for: number, money, date or text.
"""

import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

from tests.support.ooxml.book import Place

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
ROW_GROUPS = {TABLE + name for name in ("table-header-rows", "table-row-group", "table-rows")}
OPEN_SECONDS = 300

# By default LibreOffice shows the results that are stored, for workbooks of other programs: 0 is "always".
SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
<prop oor:name="ODFRecalcMode" oor:op="fuse"><value>0</value></prop>
</item>
</oor:items>
"""


class Seen(NamedTuple):
    """A cell as LibreOffice takes it: `kind` is OpenDocument's or `error`, `value` as it writes it."""

    kind: str
    value: str
    formula: str | None


Sheets = Mapping[str, Mapping[Place, Seen]]
"""Name of a sheet → cells that hold something."""


@dataclass(frozen=True)
class LibreOffice:
    """The program and a folder for its profile."""

    program: str
    folder: Path

    def open(self, workbooks: Sequence[Path]) -> list[Sheets]:
        """Each workbook as it is after calculation; their file names have to differ."""
        return [_read(path) for path in self.convert(workbooks, "fods")]

    def convert(self, workbooks: Sequence[Path], kind: str) -> list[Path]:
        """The workbooks saved as files of `kind`, all in one start of the program."""
        target = self.folder / kind
        settings = self.folder / "profile" / "user" / "registrymodifications.xcu"
        if not settings.exists():
            settings.parent.mkdir(parents=True)
            settings.write_text(SETTINGS, "utf-8")
        profile = f"-env:UserInstallation={(self.folder / 'profile').as_uri()}"
        command = [self.program, profile, "--headless", "--convert-to", kind, "--outdir", str(target)]
        done = subprocess.run(
            [*command, *map(str, workbooks)], capture_output=True, timeout=OPEN_SECONDS, check=False
        )
        made = [target / f"{path.stem}.{kind}" for path in workbooks]
        missing = [path.name for path in made if not path.exists()]
        assert not missing, f"LibreOffice did not open {missing}: {done.stderr.decode('utf-8', 'replace')}"
        return made


def _read(path: Path) -> Sheets:
    body = ET.parse(path).getroot().find(f"{OFFICE}body/{OFFICE}spreadsheet")  # noqa: S314 - made by us
    assert body is not None
    return {table.get(f"{TABLE}name", ""): dict(_cells(table)) for table in body.iterfind(f"{TABLE}table")}


def _cells(table: Element) -> Iterator[tuple[Place, Seen]]:
    row = 1
    for element in _rows(table):
        rows = int(element.get(f"{TABLE}number-rows-repeated", "1"))
        column = 1
        for cell in element:
            columns = int(cell.get(f"{TABLE}number-columns-repeated", "1"))
            if seen := _seen(cell):
                for place in product(range(row, row + rows), range(column, column + columns)):
                    yield place, seen
            column += columns
        row += rows


def _rows(element: Element) -> Iterator[Element]:
    """The rows of a table, those in groups too, but not those of a chart's own table in one of its cells."""
    for child in element:
        if child.tag == f"{TABLE}table-row":
            yield child
        elif child.tag in ROW_GROUPS:
            yield from _rows(child)


def _seen(cell: Element) -> Seen | None:
    kind, formula = cell.get(f"{OFFICE}value-type"), cell.get(f"{TABLE}formula")
    if kind is None:
        return None
    shown = "\n".join(map(_text, cell.iterfind(f"{TEXT}p")))
    if cell.get(f"{CALC}value-type") == "error":
        return Seen("error", shown, formula)
    keys = {"date": "date-value", "boolean": "boolean-value", "string": "string-value"}
    return Seen(kind, cell.get(f"{OFFICE}{keys.get(kind, 'value')}", shown), formula)


def _text(element: Element) -> str:
    """A paragraph's text: OpenDocument has elements for blanks in a row, tabs and line breaks."""
    parts = [element.text or ""]
    for child in element:
        if child.tag == f"{TEXT}s":
            parts.append(" " * int(child.get(f"{TEXT}c", "1")))
        else:
            parts.append({f"{TEXT}tab": "\t", f"{TEXT}line-break": "\n"}.get(child.tag) or _text(child))
        parts.append(child.tail or "")
    return "".join(parts)
