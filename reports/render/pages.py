"""Pages: statement, overview and result as HTML. The only room that knows Jinja.

A page is one file that needs no other: no script, no font, no image from elsewhere. Equal input gives equal
bytes.
"""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports.errors import SEVERITY, ExitCode
from reports.render import account_pages, plot
from reports.render.account_pages import Account
from reports.render.brand import HOUSE, Brand
from reports.render.cells import Grid, encoders, grid, money
from reports.render.client_pages import NO_INVOICE, ClientReport, CurrencyPages, Subject, period_text
from reports.render.labels import N_, Labels
from reports.render.layout import Chart, Column, Kind, Sheet, without
from reports.render.plot import Length, Plot

MEANINGS = {
    ExitCode.DONE: N_("Every client is done; nothing to look at."),
    ExitCode.BUG: N_("A fault in the program; the traceback is in the log."),
    ExitCode.USAGE: N_("Configuration or command is wrong; nothing was asked, nothing written."),
    ExitCode.SOME_FAILED: N_("Some clients failed; the others are done."),
    ExitCode.NONE_DONE: N_("No client could be done."),
    ExitCode.REFUSED: N_("InvoiceXpress refused the key or the account."),
    ExitCode.WARNINGS: N_("All done, with warnings to look at."),
    ExitCode.BUSY: N_("Another run was active in this folder; nothing was written."),
    ExitCode.NOT_WRITTEN: N_(
        "Something could not be written: disk full, no permission, or a file open in Excel."
    ),
    ExitCode.INTERRUPTED: N_("Interrupted; the run record says how far it came."),
}
FILES = {"html": N_("Statement"), "xlsx": N_("Workbook"), "pdf": N_("PDF"), "eml": N_("Mail")}

# What HTML and UTF-8 cannot hold, shown as what it is: a character that could not be taken over.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class RunLine:
    """How the last run of an account ended. `overview` is relative to the result page, None without one.

    `finished_at` is an ISO instant; any other text is shown as it is.
    """

    account: str
    period_label: str
    finished_at: str
    exit_code: int
    message: str
    overview: str | None


class Amount(NamedTuple):
    """A figure of the head, what it is, and what it is of."""

    label: str
    value: Markup
    hint: str | None = None


class Totals(NamedTuple):
    """One currency's figures: the few that catch the eye, and the others."""

    currency: str
    major: Sequence[Amount]
    minor: Sequence[Amount]


class Section(NamedTuple):
    """One currency of a statement; `bars` are those of the ageing, bucket by bucket."""

    documents: Grid
    types: Grid
    vat: Grid
    open_documents: Grid
    ageing: Grid
    bars: Sequence[Length]
    plot: Plot | None
    months: Grid | None


def statement(report: ClientReport, *, subject: Subject, labels: Labels, brand: Brand = HOUSE) -> str:
    """One client's statement."""
    return _page(
        "statement.html.j2",
        labels,
        report=report,
        subject=subject,
        period=period_text(subject.period, labels),
        facts=dict(report.head.facts),
        totals=_totals(report.totals, labels, period_text(subject.period, labels), subject.read_at),
        sections=[_section(pages, labels) for pages in report.currencies],
        no_invoice=NO_INVOICE,
    )


def overview(account: Account, *, labels: Labels, brand: Brand = HOUSE) -> str:
    """The page a bookkeeper opens first: what failed, every client, findings. Internal."""
    totals = account_pages.account_totals(account)
    return _page(
        "overview.html.j2",
        labels,
        account=account,
        period=period_text(account.period, labels),
        totals=totals,
        has_withholding=any(total.withholding for total in totals),
        notes=account_pages.notes(account, labels),
        files=FILES,
    )


def result(runs: Sequence[RunLine], *, labels: Labels) -> str:
    """How the last run of each account ended, the most severe first."""
    lines = [
        {
            "run": run,
            "meaning": labels.text(MEANINGS[ExitCode(run.exit_code)]) if run.exit_code in MEANINGS else "",
            "finished_at": _instant(run.finished_at, labels),
        }
        for run in sorted(runs, key=_severity)
    ]
    return _page("result.html.j2", labels, lines=lines)


def templates_folder() -> Path:
    """Where the templates lie: inside the installed package, else beside it in the checkout."""
    package = Path(__file__).parent.parent
    packaged = package / "templates"
    return packaged if packaged.is_dir() else package.parent / "templates"


@lru_cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(templates_folder(), encoding="utf-8"),
        # For every name: the default goes by the extension and misses .j2.
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["href"] = _href
    return environment


def _page(template: str, labels: Labels, **values: object) -> str:
    text = (
        _environment()
        .get_template(template)
        .render(_=labels.text, labels=labels, money=partial(money, labels=labels), **values)
    )
    return _ILLEGAL.sub("\ufffd", text)


def _section(pages: CurrencyPages, labels: Labels) -> Section:
    amounts = [row[-1] for row in pages.ageing.rows]
    chart = pages.chart if pages.chart and any(any(values) for _, values in pages.chart.series) else None
    return Section(
        documents=grid(pages.documents, labels),
        types=grid(_types(pages.types), labels),
        vat=grid(pages.vat, labels),
        open_documents=grid(pages.open_documents, labels),
        ageing=grid(pages.ageing, labels),
        bars=plot.lengths([amount for amount in amounts if isinstance(amount, Decimal)]),
        plot=plot.columns(chart, labels) if chart else None,
        months=grid(_months(chart), labels) if chart else None,
    )


def _types(types: Sheet) -> Sheet:
    """Without withholding, payable would only repeat gross."""
    has_withholding = any(column.key == "withholding" for column in types.columns)
    return types if has_withholding else without(types, "payable")


def _months(chart: Chart) -> Sheet:
    """The chart's figures as a grid: what it says to those who cannot see it."""
    series = [Column(f"series_{place}", name, Kind.MONEY) for place, (name, _) in enumerate(chart.series)]
    return Sheet(
        key=chart.key,
        title=chart.title,
        columns=(Column("month", chart.category, Kind.TEXT), *series),
        rows=list(zip(chart.categories, *(values for _, values in chart.series), strict=True)),
        empty="",
        currency=chart.currency,
    )


def _totals(sheet: Sheet, labels: Labels, period: str, read_at: dt.datetime) -> list[Totals]:
    keys = [column.key for column in sheet.columns]
    # Without withholding, payable would only repeat gross.
    first, dropped = ("payable", "") if "withholding" in keys else ("gross", "payable")
    on = labels.text("on {date}").format(date=labels.date(read_at))
    hints = {first: period, "open": on, "overdue": on}
    totals = []
    for row in sheet.rows:
        currency = str(row[keys.index("currency")])
        encode = encoders(currency, labels)
        amounts = {
            column.key: Amount(column.heading, encode[column.kind](value), hints.get(column.key))
            for column, value in zip(sheet.columns, row, strict=True)
            if column.key not in ("currency", dropped)
        }
        major = [amounts.pop(key) for key in hints]
        totals.append(Totals(currency, major, list(amounts.values())))
    return totals


def _href(path: str) -> str:
    """A relative path as an address, so that no character in it can mean anything but itself."""
    return quote(path, safe="/")


def _instant(text: str, labels: Labels) -> str:
    try:
        return labels.instant(dt.datetime.fromisoformat(text))
    except ValueError:
        return text


def _severity(run: RunLine) -> tuple[int, str, str]:
    known = [int(code) for code in SEVERITY]
    return (known.index(run.exit_code) if run.exit_code in known else -1, run.account, run.period_label)
