"""One issued paper as a value, its lines, and the client as it was.

Amounts of a document are whole cents; amounts of a line item are kept as exact as they came, because the
service rounds once per document and not per line. All amounts stand here as the API gave them: the sign of
a credit note is applied in `tables`, once.
"""

import datetime as dt
from decimal import Decimal
from typing import NamedTuple

from reports.figures.codes import STATUSES, UNKNOWN_STATUS, DocumentType, find_type, print_number


class Remark(NamedTuple):
    """Something in a reply that could not be taken as it stands."""

    code: str
    field: str
    found: str


class LineItem(NamedTuple):
    """One line of a document, amounts unrounded and unsigned.

    `rate` and `discount_rate` are percent. `rate` None: the line has no readable tax; `is_rate_absent`: its
    tax came with an id and without a rate. As parsed, `net` is
    None, and `tax` and `gross` are the vendor's `tax_amount` and `total`, None where absent; `line_items`
    completes them, and `scheme` and `region`: `net + tax = gross`, all None on a line with nothing to go by.
    `scheme` is `pt`, `oss` or `foreign`; `region` is PT, PT-AC, PT-MA or an ISO country, None: undecided;
    `is_region_told`: its tax says so itself.
    """

    position: int
    name: str | None
    description: str | None
    unit: str | None
    quantity: Decimal | None
    unit_price: Decimal | None
    discount_rate: Decimal | None
    discount: Decimal | None
    subtotal: Decimal | None
    tax_id: str | None
    tax_name: str | None
    rate: Decimal | None
    net: Decimal | None
    tax: Decimal | None
    gross: Decimal | None
    is_rate_absent: bool = False
    scheme: str = "pt"
    region: str | None = None
    is_region_told: bool = False


class Snapshot(NamedTuple):
    """The client as it was when the document was issued."""

    id: int | None
    name: str | None
    email: str | None
    address: str | None
    postal_code: str | None
    country: str | None
    code: str | None
    fiscal_id: str | None
    phone: str | None


class Document(NamedTuple):
    """One issued paper. Amounts in cents, unsigned as the API gives them; None where unreadable."""

    id: int
    type: str
    status: str
    archived: bool
    sequence_number: str | None
    inverted_sequence_number: str | None
    sequence_id: str | None
    date: dt.date | None
    due_date: dt.date | None
    reference: str | None
    observations: str | None
    permalink: str | None
    saft_hash: str | None
    atcud: str | None
    currency: str
    currency_name: str | None
    exchange_rate: Decimal | None
    exchange_currency: str | None
    counter_value: Decimal | None
    sum: Decimal | None
    discount: Decimal | None
    net: Decimal | None
    tax: Decimal | None
    total: Decimal | None
    withholding_rate: Decimal | None
    exemption: str | None
    mb_entity: str | None
    mb_reference: str | None
    mb_value: Decimal | None
    client: Snapshot
    items: tuple[LineItem, ...]
    remarks: tuple[Remark, ...]

    @property
    def kind(self) -> DocumentType:
        return find_type(self.type)

    @property
    def is_counted(self) -> bool:
        """Its type has a sign and its status counts."""
        return self.kind.sign != 0 and STATUSES.get(self.status, UNKNOWN_STATUS).is_counted

    @property
    def is_open(self) -> bool:
        """Counted, not settled, and of a type that is not paid when issued."""
        is_settled = STATUSES.get(self.status, UNKNOWN_STATUS).is_settled
        return self.is_counted and not is_settled and not self.kind.is_paid_when_issued

    @property
    def number(self) -> str:
        """What is printed on the paper: `FT 2014/60`; a draft's word; the id when there is nothing."""
        if self.inverted_sequence_number:
            return print_number(self.type, self.inverted_sequence_number)
        return self.sequence_number or f"#{self.id}"
