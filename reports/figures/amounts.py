"""What a document comes to: gross, withholding, payable and its own rounding cent, and its sign."""

from decimal import Decimal
from typing import NamedTuple

from reports.figures.document import Document
from reports.money import ZERO, cents

TOTAL_TOLERANCE = Decimal("0.02")
"""A header `total` this near to a reading of it agrees with that reading."""


class Amounts(NamedTuple):
    """A document's amounts in cents, unsigned.

    `net + tax + rounding = gross`, `gross − withholding = payable`. `is_explained` False: its `total` fits no
    reading; `is_turned`: it even has the other sign than net plus VAT.
    """

    rounding: Decimal
    gross: Decimal
    withholding: Decimal
    payable: Decimal
    is_explained: bool
    is_turned: bool


def read_amounts(document: Document) -> Amounts | None:
    """The amounts of a document as they came; None where net, tax or total is unreadable.

    The vendor's `total` comes net of withholding or gross, so each document decides: the reading nearer to
    its `total` within TOTAL_TOLERANCE, net of withholding on a tie. `total` is rounded once from unrounded
    lines, so it may be a cent off net plus VAT: that cent is the document's own rounding.
    """
    net, tax, total = document.net, document.tax, document.total
    if net is None or tax is None or total is None:
        return None
    own = net + tax
    withholding = cents(net * document.withholding_rate / 100) if document.withholding_rate else ZERO
    off_payable, off_gross = abs(total - (own - withholding)), abs(total - own)
    is_explained = min(off_payable, off_gross) <= TOTAL_TOLERANCE
    if not is_explained:
        gross = own
    elif off_payable <= off_gross:
        gross = total + withholding
    else:
        gross = total
    is_turned = not is_explained and own * total < 0
    return Amounts(gross - own, gross, withholding, gross - withholding, is_explained, is_turned)


def read_payment(total: Decimal | None, gross: Decimal | None, payable: Decimal | None) -> Decimal | None:
    """What a receipt says was paid: its payable amount, or its `total` where no reading explains that."""
    return payable if total in (gross, payable) else total


def document_sign(document: Document) -> int:
    """What amounts are multiplied by: −1 for a credit note, unless the API gave it negative already."""
    return -1 if document.kind.sign < 0 and not is_negative(document) else 1


def is_negative(document: Document) -> bool:
    """Whether the document came below zero: its net amount decides, its VAT or total where net is nothing."""
    return next(filter(None, (document.net, document.tax, document.total)), ZERO) < 0
