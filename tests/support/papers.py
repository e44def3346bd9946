"""Documents as the API gives them, and what the tool makes of them: small enough to be read in a test."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from reports.figures import tables, totals
from reports.figures.checks import document_checks
from reports.figures.checks.finding import Finding
from reports.figures.document import Document
from reports.figures.parse import parse_document, read_page
from reports.figures.tables import Tables
from reports.figures.totals import Figures
from reports.figures.vat.vat_rows import rate_text
from reports.period import Period
from reports.sandbox.documents import RECORDED, Habits, Raw, Tax, document, line
from reports.sandbox.routes import json_text

OCTOBER = Period(date(2026, 10, 1), date(2026, 10, 31))
FIFTH = date(2026, 10, 5)
READ_ON = date(2026, 11, 2)
LIMITS_DAYS = (30, 60, 90)
ANA: Raw = {"id": 1310176, "name": "Ana & Filhos, Lda"}


def vat(percent: str, name: str | None = None, *, region: str | None = None) -> Tax:
    """`IVA23` for 23, unless it has another name; each rate has an id of its own."""
    return Tax(1 + int(Decimal(percent) * 100), name or f"IVA{percent}", Decimal(percent), region)


def paper(
    identity: int = 1,
    kind: str = "Invoice",
    *,
    net: str = "100",
    rate: str | None = "23",
    day: date = FIFTH,
    lines: Sequence[Raw] | None = None,
    client: object = ANA,
    habits: Habits = RECORDED,
    **fields: object,
) -> Raw:
    """A document of one line, `net` at `rate` percent, or of `lines`; `fields` as `document` takes them.

    `lines`, of the same `habits`, make its sums; `items` among the `fields` take their place without changing
    them. Its number in the series is its identity.
    """
    tax = vat(rate) if rate else None
    goods = [line("Serviço", net, tax=tax, habits=habits)] if lines is None else lines
    fields = {"number_in_series": identity} | fields
    return document(kind, day, goods, client=client, identity=identity, habits=habits, **fields)  # type: ignore[arg-type]


def parsed(*papers: Raw) -> list[Document]:
    """Read from the text of a page, as the archive holds it."""
    return list(map(parse_document, read_page(json_text({"invoices": papers})).listed))


def laid_out(*papers: Raw) -> Tables:
    return tables.build(parsed(*papers))


def added(
    *papers: Raw,
    period: Period = OCTOBER,
    read_on: date = READ_ON,
    limits: Sequence[int] = LIMITS_DAYS,
) -> Figures:
    return totals.build(laid_out(*papers), period=period, read_on=read_on, limits=limits)


def findings(*papers: Raw, filters: Mapping[str, Sequence[str]] | None = None) -> tuple[Finding, ...]:
    tables = laid_out(*papers)
    figures = totals.build(tables, period=OCTOBER, read_on=READ_ON, limits=LIMITS_DAYS)
    return document_checks.check(tables, figures, filters or {})


def codes(*papers: Raw, filters: Mapping[str, Sequence[str]] | None = None) -> list[str]:
    return [finding.code for finding in findings(*papers, filters=filters)]


def list_vat_rows(figures: Figures) -> list[tuple[object, ...]]:
    return [
        (row.currency, row.scheme, rate_text(row.rate), row.exemption, str(row.base), str(row.tax))
        for row in figures.vat
    ]


def parse_only(*papers: dict[str, object]) -> Document:
    (document,) = parsed(*papers)
    return document


def find_only(*papers: Raw, filters: Mapping[str, Sequence[str]] | None = None) -> Finding:
    (finding,) = findings(*papers, filters=filters)
    return finding
