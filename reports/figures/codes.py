"""What the vendor's types and statuses of documents mean."""

from collections.abc import Mapping
from typing import NamedTuple


class DocumentType(NamedTuple):
    """What a vendor's type means. `sign` 0: listed, never added. `is_oss`: its VAT is another country's."""

    prefix: str
    sign: int
    is_paid_when_issued: bool = False
    is_oss: bool = False


class Status(NamedTuple):
    """What a vendor's status means."""

    is_counted: bool
    is_settled: bool = False


TYPES: Mapping[str, DocumentType] = {
    "Invoice": DocumentType("FT", 1),
    "InvoiceReceipt": DocumentType("FR", 1, is_paid_when_issued=True),
    "SimplifiedInvoice": DocumentType("FS", 1),
    "VatMossInvoice": DocumentType("FVM", 1, is_oss=True),
    "CashInvoice": DocumentType("VD", 1, is_paid_when_issued=True),
    "DebitNote": DocumentType("ND", 1),
    "CreditNote": DocumentType("NC", -1),
    "VatMossCreditNote": DocumentType("", -1, is_oss=True),
    # The vendor's exporter writes RC or RG by the account's scheme, which the reply does not tell.
    "Receipt": DocumentType("", 0),
    "VatMossReceipt": DocumentType("", 0),
    "Quote": DocumentType("", 0),
    "Proforma": DocumentType("", 0),
    "FeesNote": DocumentType("", 0),
    "Shipping": DocumentType("", 0),
    "Transport": DocumentType("", 0),
    "Devolution": DocumentType("", 0),
    "PurchaseOrder": DocumentType("", 0),
}
UNKNOWN_TYPE = DocumentType("", 0)

MOST_NUMBER_DIGITS = 18
"""What fits into 64 bits."""

STATUSES: Mapping[str, Status] = {
    "draft": Status(is_counted=False),
    "final": Status(is_counted=True),
    "sent": Status(is_counted=True),
    "second_copy": Status(is_counted=True),
    "settled": Status(is_counted=True, is_settled=True),
    "canceled": Status(is_counted=False),
    "deleted": Status(is_counted=False),
}
UNKNOWN_STATUS = Status(is_counted=False)

CANCELLED = "canceled"
NEVER_ISSUED = ("draft", "deleted")
"""Statuses of a document without a number: the service deletes drafts and cancels everything else."""


def find_type(name: str) -> DocumentType:
    """What the type means; one that nobody knows has no sign."""
    return TYPES.get(name, UNKNOWN_TYPE)


def print_number(name: str, number: str) -> str:
    """`FT 2014/60`: what is printed on a document of the type, of its SERIES/NUMBER."""
    return f"{find_type(name).prefix} {number}".strip()


def split_number(text: str | None) -> tuple[str, int] | None:
    """The series and the number of `2014/60`, with or without a prefix before it; None for what is none."""
    series, slash, number = (text or "").rpartition("/")
    is_number = number.isascii() and number.isdecimal() and len(number) <= MOST_NUMBER_DIGITS
    return (series, int(number)) if slash and is_number else None
