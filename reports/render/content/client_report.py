"""What a client is shown: the blocks of its statement and of its workbook.

Everything here leaves the house, so nothing internal stands in it: findings are only counted.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from reports.figures.checks.finding import Finding, warnings
from reports.figures.currencies import EURO
from reports.figures.filters import list_hidden
from reports.figures.totals import Figures
from reports.figures.vendor_balance import VendorBalance
from reports.fiscal_id import format_fiscal_id
from reports.money import ZERO
from reports.period import Period
from reports.render.content import columns, document_sheets, summary_sheets
from reports.render.content.blocks import (
    Beside,
    Block,
    Book,
    Chart,
    DataTab,
    Fact,
    Head,
    Note,
    PageTab,
    Sheet,
    Value,
    drop_columns,
    drop_empty_columns,
)
from reports.render.content.brand import IssuerDetails
from reports.render.content.labels import HIDDEN, N_, Labels

MAINLAND = "PT"
"""Its name stands beside rates only where there are others."""

WITHOUT_RECEIPT = N_("Payments without a receipt are not among them.")
"""Stands with every list of receipts."""
FROZEN = {"vat": 4}
"""Columns that say what a row of the sheet is, where not the first alone: currency, scheme, region, rate."""
NO_INVOICE = "Este documento não serve de fatura"
"""Said in Portuguese in every language: it is the words the law knows."""

_Block = TypeVar("_Block", Sheet, Chart)


@dataclass(frozen=True)
class Subject:
    """Whose statement it is, for which days, and from which reading. `read_at` is local time.

    `address` is lines. `vendor_balance` is None unless it was asked for and everything was read.
    """

    client: int
    name: str
    fiscal_id: str | None
    issuer: IssuerDetails
    period: Period
    read_at: dt.datetime
    filters: Mapping[str, Sequence[str]]
    address: str | None = None
    vendor_balance: VendorBalance | None = None


@dataclass(frozen=True)
class CurrencyPages:
    """The blocks of one currency, in the order of the statement. Empty sheets say so."""

    currency: str
    documents: Sheet
    types: Sheet
    vat: Sheet
    open_documents: Sheet
    ageing: Sheet
    chart: Chart | None


@dataclass(frozen=True)
class ClientReport:
    """Everything a client is shown, once: head, totals, one group of blocks a currency, notes.

    `receipts` is a grid a currency that there are any in: it may be one without blocks of its own.
    """

    title: str
    head: Head
    totals: Sheet
    currencies: tuple[CurrencyPages, ...]
    receipts: tuple[Sheet, ...]
    notes: Note
    proof: str

    @property
    def receipts_alone(self) -> tuple[Sheet, ...]:
        """The receipts of currencies that nothing else is shown of."""
        others = {pages.currency for pages in self.currencies}
        return tuple(sheet for sheet in self.receipts if sheet.currency not in others)


def client_report(
    subject: Subject, figures: Figures, *, findings: Sequence[Finding], labels: Labels, line_items: bool
) -> ClientReport:
    """The blocks of a client's statement and of its workbook's first sheet."""
    title = labels.text("Statement of documents")
    return ClientReport(
        title=title,
        head=Head(title, _facts(subject, labels)),
        totals=summary_sheets.totals_grid(figures.totals, labels, subject.vendor_balance),
        currencies=tuple(
            _currency_pages(total.currency, subject, figures, labels=labels, line_items=line_items)
            for total in figures.totals
        ),
        receipts=tuple(_receipts_grid(currency, figures, labels) for currency in figures.receipt_currencies),
        notes=Note(tuple(_notes(subject, figures, labels))),
        proof=_proof(figures, warnings(findings), labels),
    )


def client_book(
    report: ClientReport,
    subject: Subject,
    figures: Figures,
    *,
    labels: Labels,
    findings: Sequence[Finding] = (),
) -> Book:
    """The client's workbook: Summary, then a sheet a currency of each kind; receipts where there are any."""
    _ = labels.text
    period = period_text(subject.period, labels)
    tabs: list[PageTab | DataTab] = [PageTab(_("Summary"), _summary_pages(report))]
    shown: Sequence[str | None] = figures.currencies or (None,)
    for kind, title, currencies in (
        ("documents", _("Documents"), shown),
        ("lines", _("Line items"), shown),
        ("vat", _("VAT"), shown),
        ("receipts", _("Receipts"), figures.receipt_currencies),
        ("open", _("Open documents"), shown),
    ):
        is_named = len({*figures.currencies, *currencies}) > 1
        for currency in currencies:
            name = f"{title} {currency}" if is_named else title
            notes: tuple[str, ...] = (_(WITHOUT_RECEIPT),) if kind == "receipts" else ()
            if kind == "lines":
                notes = document_sheets.note_discounts(figures, currency, findings, labels)
            sheet = data_sheet(kind, figures, currency, labels=labels, title=name)
            tabs.append(DataTab(name, sheet, notes, FROZEN.get(kind, 1)))
    return Book(
        title=f"{report.title} · {subject.name} · {period}",
        footer=f"{subject.name} · {period}",
        author=subject.issuer.name or "",
        language=labels.html_language,
        made_at=subject.read_at,
        tabs=tuple(tabs),
        subject=report.title,
        keywords=tuple(
            filter(None, (subject.name, format_fiscal_id(subject.fiscal_id), subject.period.label))
        ),
    )


def data_sheet(
    kind: str,
    figures: Figures,
    currency: str | None,
    *,
    labels: Labels,
    title: str,
    extra: Mapping[str, Value] | None = None,
) -> Sheet:
    """A grid of a workbook: `documents` of the period, their `lines`, those `not_counted`, `vat`, `receipts`
    or `open` documents of any date.

    `extra` are values that every row begins with; not for lines. `currency` None: the only one, or any.
    """
    _ = labels.text
    key, before = f"{kind}_{currency}", tuple(extra or ())
    if kind == "lines":
        return document_sheets.line_items_grid(
            figures, currency, labels=labels, title=title, keys=columns.WORKBOOK_LINE_ITEMS
        )
    if kind == "vat":
        keys = (*before, *columns.WORKBOOK_VAT)
        return summary_sheets.vat_grid(
            figures, currency, keys, key=key, labels=labels, title=title, extra=extra
        )
    documents, own, empty = {
        "documents": (figures.documents, columns.WORKBOOK_DOCUMENTS, _("No documents in this period.")),
        "open": (figures.open_documents, columns.WORKBOOK_OPEN, _("No open documents.")),
        "receipts": (figures.receipts, columns.WORKBOOK_RECEIPTS, ""),
        "not_counted": (figures.not_counted, columns.NOT_COUNTED, ""),
    }[kind]
    keys = (*before, *own)
    return document_sheets.documents_grid(
        documents, keys, key=key, title=title, currency=currency, empty=empty, labels=labels, extra=extra
    )


def period_text(period: Period, labels: Labels) -> str:
    """`01/10/2026 – 31/10/2026`, both ends included."""
    return f"{labels.date(period.first)} – {labels.date(period.last)}"


def filter_text(filters: Mapping[str, Sequence[str]], labels: Labels) -> str | None:
    """What the configured filter leaves out, as a sentence; None when it hides nothing."""
    hidden = [labels.word(HIDDEN, word) for word in list_hidden(filters)]
    if not hidden:
        return None
    sentence = labels.text("By choice of the issuer this statement leaves out: {list}.")
    return sentence.format(list=", ".join(hidden))


def _proof(figures: Figures, warning_count: int, labels: Labels) -> str:
    """One line: everything was read, and whether everything ties."""
    _ = labels.text
    count = labels.number(figures.documents_read)
    read = _("All documents of this client were read: {count}.").format(count=count)
    if warning_count:
        return f"{read} " + _("Points to look at: {count}; ask us about them.").format(count=warning_count)
    ties = _(
        "Documents and VAT summary agree to the cent, and line items with them but for each document's "
        "rounding."
    )
    return f"{read} {ties}"


def _summary_pages(report: ClientReport) -> tuple[tuple[Block, ...], ...]:
    """The first sheet as paper: a page a currency, the head on the first and the notes on the last."""
    pages: list[list[Block]] = []
    for page in report.currencies:
        types, ageing, vat = map(_name_currency, (page.types, page.ageing, page.vat))
        chart = [_name_currency(page.chart)] if page.chart else []
        pages.append([Beside(types, ageing), vat, *chart])
    pages = pages or [[]]
    pages[0][:0] = [report.head, report.totals]
    pages[-1].append(Note((report.proof, *report.notes.lines)))
    return tuple(map(tuple, pages))


def _name_currency(block: _Block) -> _Block:
    """The block with its currency in the title, so that columns of amounts need not be wide enough for it."""
    end = f" · {block.currency}"
    return block if block.title.endswith(end) else replace(block, title=block.title + end)


def _facts(subject: Subject, labels: Labels) -> tuple[tuple[Fact, ...], ...]:
    """What is known of the issuer; of the client and its statement."""
    _ = labels.text
    issuer = subject.issuer
    groups = (
        {
            _("Issuer"): issuer.name,
            _("Issuer NIF"): format_fiscal_id(issuer.fiscal_id),
            _("Address"): issuer.address,
        },
        {
            _("Client"): subject.name,
            _("Client address"): subject.address,
            _("NIF"): format_fiscal_id(subject.fiscal_id),
            _("Period"): period_text(subject.period, labels),
            _("Read at"): labels.instant(subject.read_at),
            _("Filters"): _filters(subject.filters),
        },
    )
    return tuple(tuple(Fact(label, value) for label, value in group.items() if value) for group in groups)


def _filters(filters: Mapping[str, Sequence[str]]) -> str | None:
    """The filter in the vendor's words; None when it lets everything through."""
    parts = [
        f"{key}: {', '.join(words)}"
        for key, words in filters.items()
        if words and set(words) != {"archived", "non_archived"}
    ]
    return "; ".join(parts) or None


def _currency_pages(
    currency: str, subject: Subject, figures: Figures, *, labels: Labels, line_items: bool
) -> CurrencyPages:
    _ = labels.text
    # Large amounts are of currencies with a long sign, and a name is longer: both are said once.
    is_said_by_amounts = figures.currencies == (EURO,)

    def titled(title: str) -> str:
        return title if is_said_by_amounts else f"{title} · {currency}"

    vat = summary_sheets.vat_grid(
        figures,
        currency,
        columns.STATEMENT_VAT,
        key=f"s_vat_{currency}",
        labels=labels,
        title=titled(_("VAT summary")),
    )
    rows = [row for row in figures.vat if row.currency == currency]
    vat = summary_sheets.group_schemes(vat, figures, labels)
    if {row.region for row in rows if row.rate is not None} <= {MAINLAND}:
        vat = drop_columns(vat, "region_name")
    if not any(row.base_credit_notes or row.tax_credit_notes for row in rows):
        vat = drop_columns(vat, "base_invoices", "tax_invoices", "base_credit_notes", "tax_credit_notes")
    open_documents = document_sheets.documents_grid(
        figures.open_documents,
        columns.STATEMENT_OPEN,
        key=f"s_open_{currency}",
        title=titled(_("Open documents")),
        currency=currency,
        empty=_("No open documents."),
        labels=labels,
    )
    documents = document_sheets.build_grouped_documents(
        figures, currency, labels=labels, title=titled(_("Documents of the period")), line_items=line_items
    )
    types, ageing = titled(_("Subtotals per type")), titled(_("Ageing of open documents"))
    has_chart = not list_hidden(subject.filters)
    months = titled(_("The last twelve months"))
    chart = summary_sheets.build_chart(figures, currency, labels=labels, title=months)
    return CurrencyPages(
        currency=currency,
        documents=documents,
        types=summary_sheets.types_grid(figures, currency, labels=labels, title=types),
        vat=drop_empty_columns(vat, "exemption"),
        open_documents=drop_empty_columns(open_documents, "payment"),
        ageing=summary_sheets.build_ageing_grid(figures, currency, labels=labels, title=ageing),
        chart=chart if has_chart else None,
    )


def _receipts_grid(currency: str, figures: Figures, labels: Labels) -> Sheet:
    """The statement's list of receipts, its currency named unless there is nothing but euro."""
    title = labels.text("Receipts of the period")
    is_said_by_amounts = {*figures.currencies, *figures.receipt_currencies} == {EURO}
    receipts = document_sheets.documents_grid(
        figures.receipts,
        columns.STATEMENT_RECEIPTS,
        key=f"s_receipts_{currency}",
        title=title if is_said_by_amounts else f"{title} · {currency}",
        currency=currency,
        empty="",
        labels=labels,
    )
    return drop_empty_columns(receipts, "reference")


def _notes(subject: Subject, figures: Figures, labels: Labels) -> Sequence[str]:
    _ = labels.text
    lines = [
        _(
            "Documents by their date, both days included. Credit notes count as negative. Drafts, cancelled "
            "documents, receipts and documents that are not fiscal are not counted."
        ),
        _(
            "Open documents are all those not marked as paid when the documents were read ({instant}), "
            "of any date. Part payments are not visible here: a document stays open until it is paid in full."
        ).format(instant=labels.instant(subject.read_at)),
    ]
    if any(due is None for due in figures.open_documents["due_date"].tolist()):
        lines.append(_("Open documents without a due date are aged from their own date."))
    if subject.vendor_balance:
        lines += _vendor_note(subject.vendor_balance, figures, labels)
    if hidden := filter_text(subject.filters, labels):
        lines.append(hidden)
    if figures.read_on <= figures.period.last:
        lines.append(_("The period was not over when the documents were read."))
    lines += _exemption_notes(figures, labels)
    if len(figures.currencies) > 1:
        lines.append(_("Amounts of different currencies are never added together."))
    return [*lines, f"{NO_INVOICE}."]


def _exemption_notes(figures: Figures, labels: Labels) -> Sequence[str]:
    """What each exemption code of the VAT summary means."""
    codes = dict.fromkeys(row.exemption for row in figures.vat if row.exemption)
    meanings = {code: labels.exemption(code, figures.period.last) for code in codes}
    return [f"{code}: {meaning}." for code, meaning in meanings.items() if meaning]


def _vendor_note(vendor: VendorBalance, figures: Figures, labels: Labels) -> Sequence[str]:
    """Why the vendor's own figure is another one; nothing when it is the same."""
    ours = next((total.open for total in figures.totals if total.currency == vendor.currency), ZERO)
    if vendor.open == ours:
        return []
    sentence = labels.text(
        "InvoiceXpress itself counts {vendor} as open, and the open documents come to {ours}: a difference "
        "of {difference}. It also knows part payments, payments on account and opening amounts, which cannot "
        "be seen in the documents."
    )
    amounts = {"vendor": vendor.open, "ours": ours, "difference": vendor.open - ours}
    shown = {name: labels.money(amount, vendor.currency) for name, amount in amounts.items()}
    return [sentence.format(**shown)]
