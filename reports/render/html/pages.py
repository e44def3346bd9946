"""Pages: statement, mail, overview and result as HTML.

A page is one file that needs no other: no font, no image from elsewhere, and no script but the one of the
overview, which only sorts and hides what is there without it. Equal input gives equal bytes.
"""

import datetime as dt
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from functools import partial
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from reports.errors import ClientError, ExitCode, WriteError
from reports.render.content import account_report, changes_report
from reports.render.content.account import AccountSummary
from reports.render.content.blocks import Chart, Column, Kind, Rows, Sheet, drop_columns
from reports.render.content.brand import HOUSE, Brand
from reports.render.content.client_report import (
    NO_INVOICE,
    WITHOUT_RECEIPT,
    ClientReport,
    CurrencyPages,
    Subject,
    period_text,
)
from reports.render.content.colours import palette
from reports.render.content.labels import LOCALES, N_, Labels
from reports.render.html import drawings, environment
from reports.render.html.context import (
    FUNCTIONS,
    TEMPLATES,
    Amount,
    ChangesSection,
    MailPage,
    MailSection,
    MailText,
    OverviewPage,
    PageContext,
    PageSection,
    ResultLine,
    ResultPage,
    RunLine,
    StatementPage,
    Totals,
)
from reports.render.html.month_section import build_month_section
from reports.render.html.pieces import Inserts
from reports.render.html.tables import (
    MAIL,
    PAGE,
    PLAIN,
    HtmlGrid,
    Marks,
    build_listing,
    encoders,
    grid,
    money,
)

MEANINGS = {
    ExitCode.DONE: N_("Every client is done, without a warning."),
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
PNG_SIGNATURE = b"\x89PNG"

_OF_INVOICES_OR_CREDIT_NOTES = ("base_invoices", "tax_invoices", "base_credit_notes", "tax_credit_notes")


def statement(
    report: ClientReport, *, subject: Subject, labels: Labels, brand: Brand = HOUSE
) -> Iterator[str]:
    """One client's statement in pieces, so that it need not be in memory.

    Raises ClientError when the brand's logo or a template of its own is broken.
    """
    inserts = Inserts()
    receipts = {sheet.currency: grid(sheet, labels, inserts=inserts) for sheet in report.receipts}
    page = _render(
        "statement.html.j2",
        StatementPage(
            **_of_client(report, subject, labels, brand, marks=PAGE),
            facts=dict(chain.from_iterable(report.head.groups)),
            sections=[
                _section(pages, labels, inserts, receipts.get(pages.currency)) for pages in report.currencies
            ],
            receipts=[receipts[sheet.currency] for sheet in report.receipts_alone],
            receipts_note=labels.text(WITHOUT_RECEIPT),
            no_invoice=NO_INVOICE,
        ),
        brand.templates,
    )
    with environment.blame_template(brand.templates):
        yield from inserts.insert_texts(page)


def mail(
    report: ClientReport,
    *,
    subject: Subject,
    labels: Labels,
    brand: Brand = HOUSE,
    intro: Sequence[str] = (),
) -> tuple[str, str]:
    """What the mail says that carries a client's statement, its figures without its documents: text and HTML.

    `intro` are the paragraphs above them, the built-in one where there are none. The HTML is for readers that
    render like Word: tables, attributes, styles in place. Raises ClientError.
    """
    sentence = labels.text("Statement of the documents of {client}, {period}.")
    period = period_text(subject.period, labels)
    intro = intro or [sentence.format(client=subject.name, period=period)]
    sheets = [_mail_sheets(pages) for pages in report.currencies]
    text = MailText(
        **_of_client(report, subject, labels, brand, marks=PLAIN),
        intro=intro,
        listings=[build_listing(sheet, labels) for sheet in chain.from_iterable(sheets)],
    )
    page = MailPage(
        **_of_client(report, subject, labels, brand, marks=MAIL),
        intro=intro,
        sections=[MailSection(*(grid(sheet, labels, marks=MAIL) for sheet in own)) for own in sheets],
        no_invoice=NO_INVOICE,
    )
    escaped = _render("mail.txt.j2", text, brand.templates)
    # Templates escape what they put out, whatever they are called: plain text from here on.
    plain = Markup(escaped).unescape()  # noqa: S704
    return plain, _render("mail.html.j2", page, brand.templates)


def overview(account: AccountSummary, *, labels: Labels, brand: Brand = HOUSE) -> Iterator[str]:
    """The page a bookkeeper opens first: what failed, every client, findings. Internal.

    In pieces, for the clients may be thousands. Raises WriteError.
    """
    totals = account_report.account_totals(account)
    try:
        script = environment.render("overview.js", {}, brand.templates)
        page = OverviewPage(
            **_common(labels, brand),
            account=account,
            period=period_text(account.period, labels),
            totals=totals,
            has_withholding=any(total.withholding for client in account.clients for total in client.totals),
            notes=account_report.notes(account, labels),
            month=build_month_section(account, labels),
            changes=_changes(account, labels),
            files=FILES,
            script=Markup(script),  # noqa: S704 - a template's own text
            script_hash=b64encode(sha256(script.encode()).digest()).decode("ascii"),
        )
        yield from environment.stream("overview.html.j2", _values(page), brand.templates)
    except ClientError as error:
        raise WriteError(f"the overview: {error}") from error


def result(runs: Sequence[RunLine], *, labels: Labels) -> str:
    """How the last run of each account ended, the most severe first."""
    lines = [_result_line(run, labels) for run in sorted(runs, key=_severity)]
    return _render("result.html.j2", ResultPage(**_common(labels, HOUSE), lines=lines), None)


def _result_line(run: RunLine, page: Labels) -> ResultLine:
    """The line in its account's own language; one that is not known here is the page's."""
    labels = Labels(run.language) if run.language in LOCALES else page
    meaning = labels.text(MEANINGS[ExitCode(run.exit_code)]) if run.exit_code in MEANINGS else ""
    finished_at = _instant(run.finished_at, labels)
    return ResultLine(run, meaning, labels.say(run.message), labels.html_language, finished_at)


def check_templates(brand: Brand) -> None:
    """Raises ConfigError, with all its mistakes, when the brand's folder has templates that cannot work.

    What only a client's data would show comes out as that client's ClientError.
    """
    if brand.templates:
        known = {
            name: [*FUNCTIONS, *(field.name for field in fields(page))] for name, page in TEMPLATES.items()
        }
        environment.check(brand.templates, known)


def _render(template: str, page: PageContext, folder: Path | None) -> str:
    return environment.render(template, _values(page), folder)


def _values(page: PageContext) -> Mapping[str, object]:
    """What the page's template is given."""
    shown = page.labels.money if isinstance(page, MailText) else partial(money, labels=page.labels)
    functions = dict(zip(FUNCTIONS, (page.labels.text, shown, _href), strict=True))
    return {**functions, **{field.name: getattr(page, field.name) for field in fields(page)}}


def _common(labels: Labels, brand: Brand) -> dict[str, Any]:
    """The fields of a PageContext."""
    logo = _data_address(brand.logo) if brand.logo else None
    return {"labels": labels, "palette": palette(brand.colours), "logo": logo, "footer": brand.footer}


def _of_client(
    report: ClientReport, subject: Subject, labels: Labels, brand: Brand, *, marks: Marks
) -> dict[str, Any]:
    """The fields of a ClientPage."""
    period = period_text(subject.period, labels)
    return {
        **_common(labels, brand),
        "report": report,
        "subject": subject,
        "period": period,
        "totals": _totals(report.totals, labels, period, subject.read_at, marks=marks),
    }


def _data_address(image: Path) -> str:
    """The picture itself as an address, so that it travels with the page."""
    try:
        content = image.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ClientError(f"logo {image}: “{reason}”; put the file back or change issuer.logo") from error
    kind = "png" if content.startswith(PNG_SIGNATURE) else "jpeg"
    return f"data:image/{kind};base64,{b64encode(content).decode('ascii')}"


def _section(
    pages: CurrencyPages, labels: Labels, inserts: Inserts, receipts: HtmlGrid | None
) -> PageSection:
    amounts = pages.ageing.rows.columns[-1]
    chart = pages.chart if pages.chart and any(any(values) for _, values in pages.chart.series) else None
    return PageSection(
        documents=grid(pages.documents, labels, inserts=inserts),
        types=grid(_types(pages.types), labels),
        vat=grid(pages.vat, labels),
        open_documents=grid(pages.open_documents, labels, inserts=inserts),
        ageing=grid(pages.ageing, labels),
        receipts=receipts,
        bars=drawings.lengths([amount for amount in amounts if isinstance(amount, Decimal)]),
        plot=drawings.columns(chart, labels) if chart else None,
        months=grid(_months(chart), labels) if chart else None,
    )


def _mail_sheets(pages: CurrencyPages) -> tuple[Sheet, Sheet, Sheet]:
    """Subtotals per type, VAT summary, ageing."""
    return _types(pages.types), drop_columns(pages.vat, *_OF_INVOICES_OR_CREDIT_NOTES), pages.ageing


def _changes(account: AccountSummary, labels: Labels) -> ChangesSection | None:
    compared = account.comparisons
    if not compared:
        return None
    sheets = [
        (client.id, changes_report.client_changes(client.name, client.changes, labels))
        for client in account.covered
        if client.changes and client.changes.changes
    ]
    return ChangesSection(
        clients=[(identity, grid(sheet, labels)) for identity, sheet in sheets],
        empty=changes_report.format_no_change(compared, labels),
        notes=changes_report.notes(compared, len(account.covered), labels),
    )


def _types(types: Sheet) -> Sheet:
    """Without withholding, payable would only repeat gross."""
    has_withholding = any(column.key == "withholding" for column in types.columns)
    return types if has_withholding else drop_columns(types, "payable")


def _months(chart: Chart) -> Sheet:
    """The chart's figures as a grid: what it says to those who cannot see it."""
    series = [Column(f"series_{place}", name, Kind.MONEY) for place, (name, _) in enumerate(chart.series)]
    rows = Rows([chart.categories, *(values for _, values in chart.series)])
    columns = (Column("month", chart.category, Kind.TEXT), *series)
    return Sheet(chart.key, chart.title, columns, rows, empty="", currency=chart.currency)


def _totals(sheet: Sheet, labels: Labels, period: str, read_at: dt.datetime, *, marks: Marks) -> list[Totals]:
    keys = [column.key for column in sheet.columns]
    # Without withholding, payable would only repeat gross.
    first, dropped = ("payable", "") if "withholding" in keys else ("gross", "payable")
    on = labels.text("on {date}").format(date=labels.date(read_at))
    hints = {first: period, "open": on, "vendor_open": on, "overdue": on}
    totals = []
    for row in sheet.rows:
        currency = str(row[keys.index("currency")])
        encode = encoders(currency, labels, marks=marks)
        amounts = {
            column.key: Amount(column.heading, Markup(encode[column.kind](value)), hints.get(column.key))  # noqa: S704 - escaped
            for column, value in zip(sheet.columns, row, strict=True)
            if column.key not in ("currency", dropped) and value is not None
        }
        major = [amounts.pop(key) for key in hints if key in amounts]
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
    known = [int(code) for code in ExitCode]
    return (known.index(run.exit_code) if run.exit_code in known else -1, run.account, run.period_label)
