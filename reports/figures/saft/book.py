"""The account's own documents as its SAF-T file should have them: the sales that were issued, cancelled ones
too, of one client."""

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from reports.figures.amounts import document_sign, read_amounts
from reports.figures.codes import CANCELLED
from reports.figures.document import Document
from reports.figures.saft.saft_document import LineKey
from reports.figures.tables import Tables
from reports.figures.vat.vat_groups import group_lines
from reports.money import ZERO
from reports.period import Period


class BookEntry(NamedTuple):
    """A document as it was issued: amounts in cents, positive on credit notes too.

    `tax` is gross less net, as the vendor's exporter has it. `lines` are bases after a discount on the whole
    document; their region is None where no tax told it: the exporter does not know the account's own region.
    Of a cancelled document there are no amounts.
    """

    client: int
    name: str
    document: int
    number: str
    date: dt.date
    is_credit: bool
    is_cancelled: bool
    currency: str
    net: Decimal
    tax: Decimal
    gross: Decimal
    withholding: Decimal
    fiscal_id: str | None
    lines: Mapping[LineKey, Decimal]


def list_entries(tables: Tables, period: Period, *, client: int, name: str) -> Iterator[BookEntry]:
    """The documents of a client that are dated in the period."""
    for document in tables.values:
        is_issued = document.kind.sign != 0 and (document.is_counted or document.status == CANCELLED)
        if is_issued and document.date is not None and document.date in period:
            yield _make_entry(document, document.date, client=client, name=name)


def _make_entry(document: Document, day: dt.date, *, client: int, name: str) -> BookEntry:
    factor = document_sign(document) * document.kind.sign
    amounts = read_amounts(document) if document.is_counted else None
    net = factor * document.net if amounts and document.net is not None else ZERO
    gross = factor * amounts.gross if amounts else ZERO
    lines: dict[LineKey, Decimal] = {}
    untold = {(item.region, item.rate) for item in document.items if not item.is_region_told}
    for group in group_lines(document) if amounts else ():
        region, rate = group.key.region, group.key.rate
        key = LineKey(None if (region, rate) in untold else region, rate, group.key.exemption)
        lines[key] = lines.get(key, ZERO) + factor * group.base
    return BookEntry(
        client=client,
        name=name,
        document=document.id,
        number=document.number,
        date=day,
        is_credit=document.kind.sign < 0,
        is_cancelled=not document.is_counted,
        currency=document.currency,
        net=net,
        tax=gross - net,
        gross=gross,
        withholding=factor * amounts.withholding if amounts else ZERO,
        fiscal_id=document.client.fiscal_id,
        lines=lines,
    )
