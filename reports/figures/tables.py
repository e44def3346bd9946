"""Documents laid out as pandas DataFrames: every field of the reply, signed, one row each.

Three frames with fixed columns and types. Missing is None, never NaN: amounts are `decimal.Decimal`,
days `datetime.date`, texts `str`, all in object columns; ids and positions are int64, facts are bool.

The sign of a credit note is applied here, once, to quantity, discount, sum, net, tax, rounding, withholding,
gross, payable and counter-value together; unit prices, percentages and the vendor's `total` and `subtotal`
stay as they came.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from reports.errors import DataError
from reports.figures.amounts import document_sign, read_amounts
from reports.figures.document import Document
from reports.figures.vat.line_items import complete_documents
from reports.figures.vat.taxes import Taxation
from reports.figures.vat.vat_groups import exemption_of, group_lines
from reports.money import negate

if TYPE_CHECKING:
    import pandas as pd

ROWS_AT_ONCE = 10_000

DOCUMENT_COLUMNS = {
    "id": "int64",
    "number": "object",
    "type": "object",
    "status": "object",
    "sign": "int64",
    "is_counted": "bool",
    "is_open": "bool",
    "archived": "bool",
    "date": "object",
    "due_date": "object",
    "currency": "object",
    "sum": "object",
    "discount": "object",
    "net": "object",
    "tax": "object",
    "rounding": "object",
    "gross": "object",
    "withholding": "object",
    "payable": "object",
    "total": "object",
    "withholding_rate": "object",
    "exemption": "object",
    "reference": "object",
    "observations": "object",
    "permalink": "object",
    "sequence_number": "object",
    "inverted_sequence_number": "object",
    "sequence_id": "object",
    "saft_hash": "object",
    "atcud": "object",
    "currency_name": "object",
    "exchange_rate": "object",
    "exchange_currency": "object",
    "counter_value": "object",
    "mb_entity": "object",
    "mb_reference": "object",
    "mb_value": "object",
    "client_id": "object",
    "client_name": "object",
    "client_email": "object",
    "client_address": "object",
    "client_postal_code": "object",
    "client_country": "object",
    "client_code": "object",
    "client_fiscal_id": "object",
    "client_phone": "object",
}
LINE_ITEM_COLUMNS = {
    "document_id": "int64",
    "position": "int64",
    "name": "object",
    "description": "object",
    "unit": "object",
    "quantity": "object",
    "unit_price": "object",
    "discount_rate": "object",
    "discount": "object",
    "tax_id": "object",
    "tax_name": "object",
    "scheme": "object",
    "region": "object",
    "rate": "object",
    "exemption": "object",
    "net": "object",
    "tax": "object",
    "gross": "object",
    "subtotal": "object",
}
TAX_COLUMNS = {
    "document_id": "int64",
    "sign": "int64",
    "currency": "object",
    "scheme": "object",
    "region": "object",
    "rate": "object",
    "exemption": "object",
    "tax_names": "object",
    "base": "object",
    "tax": "object",
}


@dataclass(frozen=True)
class Tables:
    """One client's documents of all dates, in the order they were read.

    documents:  DOCUMENT_COLUMNS, one row a document. `net + tax + rounding = gross`, `gross − withholding =
                payable`.
    line_items: LINE_ITEM_COLUMNS, one row a line; amounts unrounded, `net + tax = gross`. `rate` is percent;
                `exemption` is the document's code where the rate is 0; `region` None: undecided.
    taxes:      TAX_COLUMNS, counted documents only: one row per document, scheme, region, rate and exemption
                code, in cents. `rate` None: lines without a readable tax.
    values:     the documents themselves, their lines completed, for the checks.
    """

    documents: "pd.DataFrame"
    line_items: "pd.DataFrame"
    taxes: "pd.DataFrame"
    values: tuple[Document, ...]


def build(documents: Iterable[Document], taxation: Taxation | None = None) -> Tables:
    """The tables of one client. Raises DataError for an unreadable amount or date on a counted document."""
    as_read = tuple(documents)
    refuse_holes(as_read)
    values = tuple(complete_documents(as_read, taxation or Taxation()))
    factors = [document_sign(document) for document in values]
    return Tables(
        documents=_frame(map(_document_row, values, factors), DOCUMENT_COLUMNS),
        line_items=_frame(chain.from_iterable(map(_line_rows, values, factors)), LINE_ITEM_COLUMNS),
        taxes=_frame(chain.from_iterable(map(_tax_rows, values, factors)), TAX_COLUMNS),
        values=values,
    )


def columns(frame: "pd.DataFrame", *names: str) -> Iterator[tuple[Any, ...]]:
    """The rows of a few columns, as plain values: for sums of small frames far cheaper than pandas' own."""
    return zip(*(frame[name].tolist() for name in names), strict=True)


def refuse_holes(documents: Iterable[Document]) -> None:
    """Raises DataError that names every unreadable amount or date of a counted document (at most five)."""
    holes = [
        f"{document.number} (id {document.id}): {remark.field} is {remark.found}"
        for document in documents
        for remark in document.remarks
        if document.is_counted and remark.code in ("AMOUNT-UNREADABLE", "DATE-UNREADABLE")
    ]
    if holes:
        more = [f"and {len(holes) - 5} more"] if len(holes) > 5 else []
        raise DataError(
            f"Unreadable amounts or dates on counted documents: {'; '.join(holes[:5] + more)}. "
            "Look at these documents in InvoiceXpress; no statement is made around a hole."
        )


def _document_row(document: Document, sign: int) -> tuple[object, ...]:
    whole = read_amounts(document)
    return (
        document.id,
        document.number,
        document.type,
        document.status,
        document.kind.sign,
        document.is_counted,
        document.is_open,
        document.archived,
        document.date,
        document.due_date,
        document.currency,
        _apply_sign(document.sum, sign),
        _apply_sign(document.discount, sign),
        _apply_sign(document.net, sign),
        _apply_sign(document.tax, sign),
        _apply_sign(whole.rounding, sign) if whole else None,
        _apply_sign(whole.gross, sign) if whole else None,
        _apply_sign(whole.withholding, sign) if whole else None,
        _apply_sign(whole.payable, sign) if whole else None,
        document.total,
        document.withholding_rate,
        document.exemption,
        document.reference,
        document.observations,
        document.permalink,
        document.sequence_number,
        document.inverted_sequence_number,
        document.sequence_id,
        document.saft_hash,
        document.atcud,
        document.currency_name,
        document.exchange_rate,
        document.exchange_currency,
        _apply_sign(document.counter_value, sign),
        document.mb_entity,
        document.mb_reference,
        document.mb_value,
        *document.client,
    )


def _line_rows(document: Document, sign: int) -> Iterator[tuple[object, ...]]:
    for item in document.items:
        yield (
            document.id,
            item.position,
            item.name,
            item.description,
            item.unit,
            _apply_sign(item.quantity, sign),
            item.unit_price,
            item.discount_rate,
            _apply_sign(item.discount, sign),
            item.tax_id,
            item.tax_name,
            item.scheme,
            item.region,
            item.rate,
            exemption_of(document, item),
            _apply_sign(item.net, sign),
            _apply_sign(item.tax, sign),
            _apply_sign(item.gross, sign),
            item.subtotal,
        )


def _tax_rows(document: Document, sign: int) -> Iterator[tuple[object, ...]]:
    if not document.is_counted:
        return
    for key, tax_names, base, tax in group_lines(document):
        yield (
            document.id,
            document.kind.sign,
            document.currency,
            *key,
            tax_names,
            _apply_sign(base, sign),
            _apply_sign(tax, sign),
        )


def _apply_sign(amount: Decimal | None, sign: int) -> Decimal | None:
    return negate(amount) if sign < 0 else amount


def _frame(rows: Iterator[tuple[object, ...]], columns: Mapping[str, str]) -> "pd.DataFrame":
    """Rows by the thousand become columns, so that a large client is never held as tuples altogether."""
    import pandas as pd

    pieces = [_piece(some, columns) for some in iter(lambda: list(islice(rows, ROWS_AT_ONCE)), [])]
    if len(pieces) > 1:
        return pd.concat(pieces, ignore_index=True)
    return pieces[0] if pieces else _piece([], columns)


def _piece(rows: Sequence[tuple[object, ...]], columns: Mapping[str, str]) -> "pd.DataFrame":
    """One block of objects, and numbers and facts put into it: pandas takes far longer column by column."""
    import numpy as np
    import pandas as pd

    parts = dict(zip(columns, zip(*rows, strict=True), strict=False)) or dict.fromkeys(columns, ())
    names = [name for name, dtype in columns.items() if dtype == "object"]
    block = np.empty((len(names), len(rows)), dtype=object)
    for place, name in enumerate(names):
        block[place] = np.fromiter(parts[name], dtype=object, count=len(rows))
    frame = pd.DataFrame(block.T, columns=names, dtype=object, copy=False)
    for place, (name, dtype) in enumerate(columns.items()):
        if dtype != "object":
            frame.insert(place, name, np.array(parts[name], dtype=dtype))
    return frame
