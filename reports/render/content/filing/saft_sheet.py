"""What the account's SAF-T (PT) file differs in from its documents: the sheet, and the overview's line."""

from collections.abc import Iterator

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
    compare.MISSING_HERE: N_("Only in the SAF-T file"),
    compare.MISSING_IN_SAFT: N_("Not in the SAF-T file"),
    compare.DATE: N_("Date"),
    compare.STATE: N_("Cancelled or not"),
    compare.NET: N_("Net"),
    compare.TAX: N_("VAT"),
    compare.GROSS: N_("Gross"),
    compare.WITHHOLDING: N_("Withholding"),
    compare.FISCAL_ID: N_("NIF"),
    compare.LINES: N_("Lines"),
}
STATES = {compare.ISSUED: N_("Issued"), compare.CANCELLED: N_("Cancelled")}


def build_saft_tab(account: AccountSummary, labels: Labels) -> DataTab | None:
    """A row a difference; None where nothing differs or nothing was compared."""
    result = account.month.saft
    if result is None or not result.differences:
        return None
    _ = labels.text
    names = account.names
    columns = (
        Column("number", _("Number"), Kind.TEXT),
        Column("kind", _("Difference"), Kind.TEXT),
        Column("client", _("Client"), Kind.LONG_TEXT),
        Column("ours", _("In InvoiceXpress"), Kind.TEXT),
        Column("saft", _("In the SAF-T file"), Kind.TEXT),
        Column("document", _("Document id"), Kind.INTEGER, is_hidden=True),
    )
    rows = Rows.from_items(
        columns,
        result.differences,
        kind=lambda one: labels.word(KINDS, one.kind),
        client=lambda one: names.get(one.client) or one.name,
        ours=lambda one: _format_value(one, one.ours, labels),
        saft=lambda one: _format_value(one, one.saft, labels),
    )
    sheet = Sheet("saft", TITLE, columns, rows, _("Nothing to list."))
    notes = [write_saying(saying, labels) for saying in tell_saft(account.month, labels)]
    return build_filing_tab(account, sheet, notes, labels)


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


def _format_value(difference: SaftDifference, text: str | None, labels: Labels) -> str:
    """A value in the reader's form; lines keep their text, which names what they are taxed under."""
    if text is None:
        return labels.text("none")
    if difference.kind in (compare.STATE, compare.MISSING_IN_SAFT) and text in STATES:
        return labels.word(STATES, text)
    return labels.write_values(text) if difference.kind != compare.FISCAL_ID else text
