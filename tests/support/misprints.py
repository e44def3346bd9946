"""A client's files as they are written, and the same files with one thing in them changed.

The client has all there is to go wrong: two currencies, a credit note, withholding, discounts, exempt lines,
a document without lines, one with a discount on the whole, one whose lines do not add up, open documents of
several ages, receipts.
"""

import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from reports.errors import ClientError
from reports.figures.vendor_balance import VendorBalance
from reports.render.content import client_report as client_pages
from reports.render.content.blocks import Book
from reports.render.content.labels import Labels
from reports.render.html import pages
from reports.render.verify.grid_check import Reference, check_report
from reports.render.verify.workbook_check import check_workbook
from reports.render.xlsx import workbook
from reports.sandbox.documents import Raw, line
from tests.support.papers import paper, vat
from tests.support.workbooks import client_report

LABELS = Labels("pt")
SUMMARY, DOCUMENTS, LINES, VAT, RECEIPTS, OPEN = 1, 2, 4, 6, 8, 10
"""Numbers of sheets, those in euros; each has one in dollars after it."""
DATA_SHEETS = range(2, 12)
STRINGS = "xl/sharedStrings.xml"

_ROW = re.compile(r'<row r="(\d+)".*?</row>', re.DOTALL)


class Files(NamedTuple):
    """A workbook and a statement, and what they are held against."""

    book: bytes
    page: str
    grids: Book
    reference: Reference


@cache
def written() -> Files:
    """The files as they are written, whose report is what their figures say."""
    files = of(papers())
    check_report("ana.xlsx", files.reference)
    return files


def of(raw: list[Raw]) -> Files:
    """The files of a client with these documents."""
    _, subject, figures, findings = client_report(raw)
    vendor = VendorBalance("EUR", Decimal("150.00"))
    subject = replace(subject, vendor_balance=vendor)
    report = client_pages.client_report(subject, figures, findings=findings, labels=LABELS, line_items=True)
    book = BytesIO()
    shown = client_pages.client_book(report, subject, figures, findings=findings, labels=LABELS)
    workbook.write(shown, book, labels=LABELS)
    reference = Reference(
        report=report,
        figures=figures,
        labels=LABELS,
        own=frozenset(one["id"] for one in raw),
        explained=frozenset((finding.code, finding.document) for finding in findings),
        vendor=vendor,
        has_lines=True,
    )
    page = "".join(pages.statement(report, subject=subject, labels=LABELS))
    return Files(book.getvalue(), page, shown, reference)


def part(name: str) -> str:
    """A part of the workbook as text."""
    return _parts(written().book)[name].decode()


def sheet(number: int) -> str:
    """The name of the part that is the sheet of that number."""
    return f"xl/worksheets/sheet{number}.xml"


def with_part(name: str, text: str, book: bytes | None = None) -> bytes:
    """The workbook, or `book`, with one of its parts replaced."""
    changed = BytesIO()
    with zipfile.ZipFile(changed, "w") as target:
        for one, content in _parts(book or written().book).items():
            target.writestr(one, text if one == name else content)
    return changed.getvalue()


def replaced(name: str, old: str, new: str) -> bytes:
    """The workbook with the first `old` in one of its parts replaced."""
    assert old in part(name)
    return with_part(name, part(name).replace(old, new, 1))


def notice(folder: Path, book: bytes, files: Files | None = None) -> str:
    """What the read-back says about a workbook that should be that of `files`; "" when it finds nothing."""
    due = files or written()
    path = folder / "ana.xlsx"
    path.write_bytes(book)
    try:
        if files is not None:
            check_report(path.name, due.reference)
        check_workbook(path, due.grids, due.reference)
    except ClientError as error:
        return str(error)
    return ""


def without_row(number: int, row: int) -> bytes:
    """The workbook without a row of a sheet, those below it moved up, as if it had never been there."""
    return _with_rows(number, lambda rows: rows[: row - 1] + rows[row:])


def with_row_twice(number: int, row: int) -> bytes:
    """The workbook with a row of a sheet there twice."""
    return _with_rows(number, lambda rows: rows[:row] + rows[row - 1 :])


def rows(number: int) -> int:
    """How many rows the sheet has."""
    return len(_ROW.findall(part(sheet(number))))


@lru_cache(maxsize=2)
def _parts(book: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(book)) as package:
        return {name: package.read(name) for name in package.namelist()}


def _with_rows(number: int, change: Callable[[list[str]], list[str]]) -> bytes:
    text = part(sheet(number))
    found = [match[0] for match in _ROW.finditer(text)]
    kept = [_numbered(row, place) for place, row in enumerate(change(found), start=1)]
    start, end = text.index("<sheetData>") + len("<sheetData>"), text.index("</sheetData>")
    book = with_part(sheet(number), text[:start] + "".join(kept) + text[end:])
    # The table that belongs to the sheet ends where its rows do.
    name = f"xl/tables/table{number - 1}.xml"
    moved = (
        part(name)
        .replace(f'{len(found)}"', f'{len(kept)}"')
        .replace(f'{len(found) - 1}"', f'{len(kept) - 1}"')
    )
    return with_part(name, moved, book)


def _numbered(row: str, place: int) -> str:
    row = re.sub(r'<row r="\d+"', f'<row r="{place}"', row)
    return re.sub(r'<c r="([A-Z]+)\d+"', rf'<c r="\g<1>{place}"', row)


def papers() -> list[Raw]:
    link = "https://example.com/documents/7"
    exempt = line("Formação", "40", tax=vat("0", "Isento"))
    reduced = line("Livro", "9.99", tax=vat("6"), quantity="3", discount="10")
    fine = line("Parafuso", "0.333", tax=vat("23"), quantity="7")
    return [
        paper(1, permalink=link, retention="25", due_date="20/10/2026"),
        paper(2, "InvoiceReceipt", lines=[exempt, reduced], tax_exemption="M07", status="settled"),
        paper(3, "CreditNote", net="12.34", day=date(2026, 10, 9), permalink=link),
        paper(4, net="55.55", day=date(2026, 7, 1), due_date="01/07/2026", status="sent"),
        paper(5, "SimplifiedInvoice", lines=[reduced, fine]),
        paper(6, net="200", currency="US Dollar", day=date(2026, 10, 30), due_date="30/11/2026"),
        paper(7, net="70", currency="US Dollar", items=[]),
        paper(8, net="80", document_discount="10", status="settled"),
        paper(9, net="70", status="settled")
        | {"sum": "70.5", "before_taxes": "70.5", "taxes": "16.3", "total": "86.8"},
        paper(10, "Receipt", net="80", day=date(2026, 10, 20), status="settled", reference="Fatura 8"),
        paper(11, "Receipt", net="31", day=date(2026, 10, 12), status="settled", permalink=link),
        paper(12, "Receipt", net="70", currency="US Dollar", status="settled", reference="Fatura 7"),
        paper(13, "VatMossReceipt", net="5", currency="US Dollar", status="final"),
    ]
