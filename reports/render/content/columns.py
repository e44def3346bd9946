"""The columns that workbook, statement and summary share: each is named once, and a report picks by key."""

from functools import lru_cache

from reports.figures.totals import AMOUNTS, CREDIT, CURRENT
from reports.render.content.blocks import Column, Kind, Mark, Tone
from reports.render.content.labels import N_, Labels

WORKBOOK_DOCUMENTS = (
    "opening_number type status date due_date reference currency sum discount net tax rounding gross "
    "withholding payable exchange_rate counter_value exemption observations link archived id"
).split()
STATEMENT_DOCUMENTS = (
    "linked_number date due_date reference status net tax rounding gross withholding payable exchange_rate "
    "counter_value"
).split()
WORKBOOK_OPEN = (
    "opening_number type date due_date days_overdue bucket currency payable payment link id"
).split()
STATEMENT_OPEN = "linked_number type date due_date days_overdue bucket payment payable".split()
WORKBOOK_RECEIPTS = "opening_receipt date reference amount currency link id".split()
STATEMENT_RECEIPTS = "linked_receipt date reference amount".split()
NOT_COUNTED = "opening_number type status date reason currency gross reference link id".split()
WORKBOOK_LINE_ITEMS = (
    "number type status date name description unit quantity unit_price discount_rate discount tax_name rate "
    "exemption net tax gross currency document_id"
).split()
STATEMENT_LINE_ITEMS = "name description quantity unit unit_price discount_rate rate net tax gross".split()
STATEMENT_VAT = (
    "tax_names region_name rate exemption base_invoices tax_invoices base_credit_notes tax_credit_notes base "
    "tax gross"
).split()

DOCUMENTS = {
    "number": (N_("Number"), Kind.TEXT),
    "linked_number": (N_("Number"), Kind.LINK),
    "opening_number": (N_("Number"), Kind.NAME_LINK),
    "linked_receipt": (N_("Number"), Kind.LINK),
    "opening_receipt": (N_("Number"), Kind.NAME_LINK),
    "type": (N_("Type"), Kind.TEXT),
    "status": (N_("Status"), Kind.TEXT),
    "date": (N_("Date"), Kind.DATE),
    "due_date": (N_("Due date"), Kind.DATE),
    "days_overdue": (N_("Days overdue"), Kind.INTEGER),
    "bucket": (N_("Bucket"), Kind.TEXT),
    "reference": (N_("Reference"), Kind.LONG_TEXT),
    "currency": (N_("Currency"), Kind.TEXT),
    "sum": (N_("Sum"), Kind.MONEY),
    "discount": (N_("Discount"), Kind.MONEY),
    "net": (N_("Net"), Kind.MONEY),
    "tax": (N_("VAT"), Kind.MONEY),
    "rounding": (N_("Rounding"), Kind.MONEY),
    "gross": (N_("Gross"), Kind.MONEY),
    "withholding": (N_("Withholding"), Kind.MONEY),
    "payable": (N_("Payable"), Kind.MONEY),
    "exchange_rate": (N_("Exchange rate"), Kind.NUMBER),
    "counter_value": (N_("Counter-value"), Kind.NUMBER),
    "amount": (N_("Amount"), Kind.MONEY),
    "payment": (N_("Payment reference"), Kind.TEXT),
    "exemption": (N_("Exemption"), Kind.TEXT),
    "observations": (N_("Observations"), Kind.LONG_TEXT),
    "link": (N_("Link"), Kind.LINK),
    "archived": (N_("Archived"), Kind.BOOLEAN),
    "id": (N_("Id"), Kind.INTEGER),
    "reason": (N_("Reason"), Kind.TEXT),
    "client": (N_("Client"), Kind.LONG_TEXT),
    "fiscal_id": (N_("NIF"), Kind.TEXT),
    "name": (N_("Item"), Kind.TEXT),
    "description": (N_("Description"), Kind.LONG_TEXT),
    "unit": (N_("Unit"), Kind.TEXT),
    "quantity": (N_("Quantity"), Kind.NUMBER),
    "unit_price": (N_("Unit price"), Kind.NUMBER),
    "discount_rate": (N_("Discount %"), Kind.PERCENT),
    "tax_name": (N_("Tax name"), Kind.TEXT),
    "rate": (N_("VAT rate"), Kind.PERCENT),
    "document_id": (N_("Document id"), Kind.INTEGER),
}
"""Of documents and of their lines, which have their document's too."""

OF_DOCUMENT = ("number", "type", "status", "date", "currency")
"""What a line has of its document."""
TOTALS = {**{key: DOCUMENTS[key][0] for key in AMOUNTS}, "open": N_("Open"), "overdue": N_("Overdue")}
"""Headings of the totals of a currency."""
MAY_BE_HIDDEN = ("rounding", "withholding", "exchange_rate", "counter_value")
"""Columns of documents that a workbook hides where every value is nothing or zero."""

_HIDDEN_COLUMNS = ("archived", "id", "document_id")
_DONE = ("settled", "draft", "canceled", "deleted")

VAT = {
    "currency": (N_("Currency"), Kind.TEXT),
    "scheme": (N_("Scheme"), Kind.TEXT),
    "region": (N_("Region"), Kind.TEXT),
    "region_name": (N_("Country or region"), Kind.TEXT),
    "rate": (N_("Rate"), Kind.PERCENT),
    "exemption": (N_("Exemption"), Kind.TEXT),
    "reason": (N_("Reason"), Kind.LONG_TEXT),
    "tax_names": (N_("Tax names"), Kind.TEXT),
    "documents": (N_("Documents"), Kind.INTEGER),
    "base_invoices": (N_("Base invoices"), Kind.MONEY),
    "tax_invoices": (N_("VAT invoices"), Kind.MONEY),
    "base_credit_notes": (N_("Base credit notes"), Kind.MONEY),
    "tax_credit_notes": (N_("VAT credit notes"), Kind.MONEY),
    "base": (N_("Base"), Kind.MONEY),
    "tax": (N_("VAT"), Kind.MONEY),
    "gross": (N_("Gross"), Kind.MONEY),
}
WORKBOOK_VAT = tuple(key for key in VAT if key != "region_name")


@lru_cache
def columns_of(keys: tuple[str, ...], language: str) -> tuple[Column, ...]:
    """Columns of documents or of their lines."""
    labels = Labels(language)
    return tuple(
        Column(
            name,
            labels.text(heading),
            kind,
            has_total=kind is Kind.MONEY,
            is_hidden=name in _HIDDEN_COLUMNS,
            marks=_marks(name, labels),
        )
        for name in keys
        for heading, kind in [DOCUMENTS[name]]
    )


def _marks(name: str, labels: Labels) -> tuple[Mark, ...]:
    """Statuses to which nothing is to be done stand back; what is overdue stands out."""
    if name == "status":
        return tuple(Mark("is", labels.status(status), Tone.QUIET) for status in _DONE)
    if name == "days_overdue":
        return (Mark("above", 0, Tone.ATTENTION),)
    if name == "bucket":
        in_favour = Mark("is", labels.bucket(CREDIT), Tone.QUIET)
        return (in_favour, Mark("is not", labels.bucket(CURRENT), Tone.ATTENTION))
    return ()
