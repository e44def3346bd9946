"""Workbooks as the tool writes them, from documents as the API gives them, without a run around it."""

import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from reports.figures import tables, totals
from reports.figures.account.client_month import FiledClient
from reports.figures.checks import document_checks
from reports.figures.checks.finding import Finding
from reports.figures.totals import Figures
from reports.render.content import account, account_report, summary_book
from reports.render.content import client_report as client_pages
from reports.render.content.account import AccountSummary, ClientLine
from reports.render.content.blocks import Book, Grids
from reports.render.content.brand import HOUSE, Brand, IssuerDetails
from reports.render.content.client_report import ClientReport, Subject
from reports.render.content.labels import Labels
from reports.render.xlsx import workbook
from reports.sandbox.documents import Raw, line
from tests.support.filed import build_account_month, build_month
from tests.support.papers import LIMITS_DAYS, OCTOBER, paper, parsed, vat

READ_AT = datetime(2026, 11, 2, 6, 30, tzinfo=ZoneInfo("Europe/Lisbon"))
ISSUER = IssuerDetails("Exemplo & Exemplo, Lda", "500000000", "Rua de Cima, 1\n0000-000 Exemplo")
HOSTILE_NAME = "=1+1 & [Filhos] 'Lda' 😀 &P " + "&" * 150
FORMULA_LIKE = ("=1+1", "+351 000", "-2+3", "@SUM(A1)", "\t=1", "＝1", "#N/A", "'=1", "TRUE", "1E5", "007")
ODD = (
    "_x0041_",
    "a\x00b\x0bc\ud800d\uffff",
    " blanks ",
    "two\nlines",
    "]]></t>",
    "😀" * 20_000,
    "é" * 40_000,
)
CURRENCIES = ("Euro", "US Dollar", "Moeda [de] 'X'/Y:*?", "moeda [de] 'x'/y:*?", "M" * 300, "'")
ADDRESSES = (
    'https://example.com/"quoted"?a=1&b=<2>',
    "https://example.com/_x0041_",
    "https://example.com/" + "a" * 235,
    "https://example.com/" + "a" * 236,
    "https://example.com/" + "😀" * 200,
    "javascript:alert(1)",
)


def client_report(
    papers: Sequence[Raw], *, identity: int = 1310176, name: str = "Ana & Filhos, Lda", language: str = "pt"
) -> tuple[ClientReport, Subject, Figures, tuple[Finding, ...]]:
    """What a client is shown, before it is a workbook or a page."""
    laid_out = tables.build(parsed(*papers))
    figures = totals.build(laid_out, period=OCTOBER, read_on=READ_AT.date(), limits=LIMITS_DAYS)
    findings = document_checks.check(laid_out, figures, {})
    subject = Subject(identity, name, None, ISSUER, OCTOBER, READ_AT, {})
    report = client_pages.client_report(
        subject, figures, findings=findings, labels=Labels(language), line_items=True
    )
    return report, subject, figures, findings


def client_book(
    papers: Sequence[Raw], *, identity: int = 1310176, name: str = "Ana & Filhos, Lda", language: str = "pt"
) -> tuple[Book, ClientLine, Grids]:
    """A client's workbook before it is written, and its part of the summary."""
    labels = Labels(language)
    report, subject, figures, findings = client_report(
        papers, identity=identity, name=name, language=language
    )
    client_line = ClientLine(
        id=identity,
        name=name,
        fiscal_id=None,
        state=account.READY,
        read_at=READ_AT,
        documents_read=figures.documents_read,
        totals=figures.totals,
        findings=findings,
    )
    book = client_pages.client_book(report, subject, figures, findings=findings, labels=labels)
    return book, client_line, account_report.client_grids(subject, figures, findings, labels)


def write_client(path: Path, papers: Sequence[Raw], *, brand: Brand = HOUSE, **about: object) -> Path:
    """The workbook of a client; `about` as `client_book` takes it."""
    book, _, _ = client_book(papers, **about)  # type: ignore[arg-type]
    return _write(path, book, Labels(str(about.get("language", "pt"))), brand)


def write_summary(path: Path, clients: Mapping[int, Sequence[Raw]], *, language: str = "pt") -> Path:
    """The summary workbook of these clients' documents."""
    labels = Labels(language)
    made = [
        client_book(papers, identity=identity, name=f"Cliente {identity}", language=language)
        for identity, papers in clients.items()
    ]
    month = build_account_month(
        *(
            build_month(*papers, client=FiledClient(identity, f"Cliente {identity}", None))
            for identity, papers in clients.items()
        )
    )
    lines = tuple(line for _, line, _ in made)
    account = AccountSummary("conta", "Exemplo", OCTOBER, lines, len(made), {}, month)
    grids = {line.id: own for _, line, own in made}
    return _write(path, summary_book.build_summary_book(account, grids, labels=labels), labels)


def hostile_papers() -> list[Raw]:
    """Documents with texts that look like formulas, codes or markup, and names no sheet could have."""
    papers = []
    for number, text in enumerate((*FORMULA_LIKE, *ODD), start=1):
        item = line(text, "12.34", tax=vat("23", f"IVA, {text[:50]}"), description=text)
        papers.append(
            paper(
                number,
                lines=[item],
                reference=text,
                observations=text,
                inverted_sequence_number=text[:60],
                permalink=ADDRESSES[number % len(ADDRESSES)],
                currency=CURRENCIES[number % len(CURRENCIES)],
                due_date=("02/11/2020", "05/11/2026")[number % 2],
            )
        )
    return papers


def png(width: int, height: int, colour: tuple[int, int, int] = (31, 78, 120)) -> bytes:
    """A picture of one colour."""
    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = zlib.compress((b"\0" + bytes(colour) * width) * height, 9)
    chunks = ((b"IHDR", size), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def jpeg(width: int, height: int) -> bytes:
    """The beginning of a picture, up to the header that has its size."""
    comment = b"\xff\xfe" + struct.pack(">H", 5) + b"abc"
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\x00"
    return b"\xff\xd8" + comment + frame + b"\xff\xd9"


def _write(path: Path, book: Book, labels: Labels, brand: Brand = HOUSE) -> Path:
    with path.open("wb") as target:
        workbook.write(book, target, labels=labels, brand=brand)
    return path


def list_few_papers() -> list[Raw]:
    return [
        paper(1, net="100", status="settled"),
        paper(2, net="68.43", due_date="01/09/2026"),
        paper(3, "CreditNote", net="30"),
    ]


def read_sheets(path: Path) -> Sequence[Worksheet]:
    return openpyxl.load_workbook(path).worksheets


def read_part(path: Path, name: str) -> str:
    with zipfile.ZipFile(path) as package:
        return package.read(name).decode()


def read_conditions(sheet: Worksheet) -> list[tuple[str, str, str]]:
    return [
        (str(area.sqref), rule.operator, rule.formula[0])
        for area in sheet.conditional_formatting
        for rule in area.rules
    ]
