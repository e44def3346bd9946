"""What the account's SAF-T (PT) file differs in from its documents: the sheet, and the overview's part."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reports.figures.account.account_month import AccountMonth
from reports.figures.currencies import EURO
from reports.figures.saft import compare
from reports.figures.saft.compare import SaftDifference, SaftResult
from reports.render.content.account import AccountSummary
from reports.render.content.blocks import Column, CurrencyAmount, DataTab, Kind, Rows, Saying, Sheet
from reports.render.content.filing.filing_tab import build_filing_tab
from reports.render.content.filing.words import write_saying
from reports.render.content.labels import N_, Labels

TITLE = "SAF-T"
KINDS = {
    compare.MISSING_HERE: N_("Only in the SAF-T file (gross)"),
    compare.MISSING_IN_SAFT: N_("Not in the SAF-T file (gross)"),
    compare.DATE: N_("Date"),
    compare.STATE: N_("Cancelled or not"),
    compare.NET: N_("Net"),
    compare.TAX: N_("VAT"),
    compare.GROSS: N_("Gross"),
    compare.WITHHOLDING: N_("Withholding"),
    compare.FISCAL_ID: N_("NIF"),
    compare.LINES: N_("Lines"),
}
_AMOUNT = N_(
    "Open the document in InvoiceXpress: the amount on it counts. If the file has it too, run the period "
    "again; if not, export the file again, and ask InvoiceXpress about a difference that stays."
)
REMEDIES = {
    compare.MISSING_HERE: N_(
        "Run the period again, then reconcile: the document may have come since. If it stays only in the "
        "file, see in InvoiceXpress whose it is, and whether the configuration has that client."
    ),
    compare.MISSING_IN_SAFT: N_(
        "Export the file again and reconcile with it: the document may have come since. If it still is not "
        "there, ask InvoiceXpress why before the file goes to the tax authority."
    ),
    compare.DATE: N_(
        "See the document's date in InvoiceXpress: it decides the month that the sale is declared in. Run "
        "the period again, or export the file again, whichever has another date."
    ),
    compare.STATE: N_(
        "See in InvoiceXpress whether the document is cancelled. Run the period again, or export the file "
        "again, whichever says otherwise."
    ),
    compare.NET: _AMOUNT,
    compare.TAX: _AMOUNT,
    compare.GROSS: _AMOUNT,
    compare.WITHHOLDING: _AMOUNT,
    compare.FISCAL_ID: N_(
        "Compare the tax number on the document with that of the client in InvoiceXpress: the tax authority "
        "counts the sale for the one in the file. Have it right before the file goes there."
    ),
    compare.LINES: N_(
        "See the lines of the document in InvoiceXpress: rate, region and exemption decide the field of the "
        "return. If they are not those of the file, ask InvoiceXpress before it goes to the tax authority."
    ),
}
SHOWN_AT_MOST = 15
"""Differences on the overview; the sheet has all."""

STATES = {compare.ISSUED: N_("Issued"), compare.CANCELLED: N_("Cancelled")}


@dataclass(frozen=True)
class SaftPage:
    """The first differences, what to do about each kind among them, and what has no row."""

    sheet: Sheet
    remedies: Sequence[tuple[str, str]]
    rest: str | None


def build_saft_tab(account: AccountSummary, labels: Labels) -> DataTab | None:
    """A row a difference; None where nothing differs or nothing was compared."""
    result = account.month.saft
    if result is None or not result.differences:
        return None
    columns = (
        *_list_columns(labels),
        Column("remedy", labels.text("What to do"), Kind.LONG_TEXT),
        Column("document", labels.text("Document id"), Kind.INTEGER, is_hidden=True),
    )
    rows = _list_rows(columns, result.differences, account, labels)
    sheet = Sheet("saft", TITLE, columns, rows, labels.text("Nothing to list."))
    notes = [write_saying(saying, labels) for saying in tell_saft(account.month, labels)]
    return build_filing_tab(account, sheet, notes, labels)


def build_saft_page(account: AccountSummary, labels: Labels) -> SaftPage | None:
    """The differences as the overview shows them; None where the workbook has no sheet of them."""
    result = account.month.saft
    if result is None or not result.differences:
        return None
    shown, rest = result.differences[:SHOWN_AT_MOST], len(result.differences[SHOWN_AT_MOST:])
    columns = _list_columns(labels)
    rows = _list_rows(columns, shown, account, labels)
    found, told = {one.kind for one in shown}, dict[str, list[str]]()
    for kind in (kind for kind in compare.KINDS if kind in found):
        told.setdefault(REMEDIES[kind], []).append(labels.word(KINDS, kind))
    more = labels.text("Differences not shown: {count}. All are on the sheet {name}.")
    return SaftPage(
        Sheet("saft", TITLE, columns, rows, ""),
        [(", ".join(kinds), labels.text(remedy)) for remedy, kinds in told.items()],
        more.format(count=labels.number(rest), name=TITLE) if rest else None,
    )


def tell_saft(month: AccountMonth, labels: Labels) -> Iterator[Saying]:
    """What was found, what the file adds up to beside ours, and what was not compared."""
    _, result = labels.text, month.saft
    if result is None:
        return
    if result.state == compare.NOT_COMPARED:
        why = labels.say(result.why or "")
        yield Saying(_("Nothing was compared with the SAF-T file: {reason}"), {"reason": why})
        return
    compared = labels.number(result.ours.entries if result.ours else 0)
    if result.differences:
        yield Saying(
            _("Documents held against the SAF-T file: {count}. Differences: {differences}."),
            {"count": compared, "differences": labels.number(len(result.differences))},
        )
    else:
        yield Saying(
            _("The SAF-T file has the same documents with the same figures, {count} of them, and no other."),
            {"count": compared},
        )
    yield from _tell_control(result, labels)
    if result.uncompared:
        uncompared = _("Documents in other currencies whose amounts the file does not give: {count}.")
        yield Saying(uncompared, {"count": labels.number(result.uncompared)})
    yield Saying(_("Receipts are not compared."))


def _tell_control(result: SaftResult, labels: Labels) -> Iterator[Saying]:
    if result.ours is None or result.theirs is None:
        return
    told = labels.text(
        "Control totals here and in the file: documents {ours} and {theirs}, net of invoices {credit} and "
        "{credit_saft}, net of credit notes {debit} and {debit_saft}."
    )
    ours, theirs = result.ours, result.theirs
    yield Saying(
        told,
        {
            "ours": labels.number(ours.entries),
            "theirs": labels.number(theirs.entries),
            "credit": CurrencyAmount(ours.credit, EURO),
            "credit_saft": CurrencyAmount(theirs.credit, EURO),
            "debit": CurrencyAmount(ours.debit, EURO),
            "debit_saft": CurrencyAmount(theirs.debit, EURO),
        },
    )
    if foreign := result.foreign.entries:
        yield Saying(
            labels.text(
                "The file's totals include documents in other currencies, in euro: {count}, net of invoices "
                "{credit}, net of credit notes {debit}. The totals here are of documents in euro alone."
            ),
            {
                "count": labels.number(foreign),
                "credit": CurrencyAmount(result.foreign.credit, EURO),
                "debit": CurrencyAmount(result.foreign.debit, EURO),
            },
        )


def _list_columns(labels: Labels) -> tuple[Column, ...]:
    _ = labels.text
    return (
        Column("document_number", _("Number"), Kind.TEXT),
        Column("kind", _("Difference"), Kind.LONG_TEXT),
        Column("client", _("Client"), Kind.LONG_TEXT),
        Column("ours", _("In InvoiceXpress"), Kind.AMOUNT_OR_TEXT),
        Column("saft", _("In the SAF-T file"), Kind.AMOUNT_OR_TEXT),
        Column("currency", _("Currency"), Kind.TEXT),
    )


def _list_rows(
    columns: Sequence[Column], differences: Sequence[SaftDifference], account: AccountSummary, labels: Labels
) -> Rows:
    names = account.names
    return Rows.from_items(
        columns,
        differences,
        document_number=lambda one: one.number,
        kind=lambda one: labels.word(KINDS, one.kind),
        client=lambda one: names.get(one.client) or one.name,
        ours=lambda one: _read_value(one, one.ours, labels),
        saft=lambda one: _read_value(one, one.saft, labels),
        remedy=lambda one: labels.word(REMEDIES, one.kind),
    )


def _read_value(difference: SaftDifference, text: str | None, labels: Labels) -> Decimal | str:
    """An amount as a number, all else in the reader's form; lines keep their text, which names their tax."""
    if text is None:
        return labels.text("none")
    if difference.currency:
        return Decimal(text)
    if difference.kind in (compare.STATE, compare.MISSING_IN_SAFT) and text in STATES:
        return labels.word(STATES, text)
    return labels.write_values(text) if difference.kind != compare.FISCAL_ID else text
