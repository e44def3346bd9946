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
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from reports.errors import DataError
from reports.figures.amounts import document_sign, read_amounts
from reports.figures.document import Document, Snapshot
from reports.figures.vat.line_items import complete_documents
from reports.figures.vat.taxes import Taxation
from reports.figures.vat.vat_groups import VatKey, exemption_of, group_lines
from reports.money import negate

if TYPE_CHECKING:
    import pandas as pd

ROWS_AT_ONCE = 10_000

_DTYPES = {
    **dict.fromkeys(("id", "document_id", "position", "sign"), "int64"),
    **dict.fromkeys(("is_counted", "is_open", "archived"), "bool"),
}
_DOCUMENT = (
    "id number type status is_counted is_open archived date due_date currency total withholding_rate "
    "exemption reference observations permalink sequence_number inverted_sequence_number sequence_id "
    "saft_hash atcud currency_name exchange_rate exchange_currency mb_entity mb_reference mb_value"
).split()
"""What stands as it came, of a document; below of a line."""
_SIGNED = ("sum", "discount", "net", "tax", "counter_value")
_WHOLE = ("rounding", "gross", "withholding", "payable")
"""Of `read_amounts`."""
_LINE = (
    "position name description unit unit_price discount_rate tax_id tax_name scheme region rate subtotal"
).split()
_SIGNED_OF_LINE = ("quantity", "discount", "net", "tax", "gross")

_CLIENT = [f"client_{name}" for name in Snapshot._fields]
DOCUMENT_COLUMNS, LINE_ITEM_COLUMNS, TAX_COLUMNS = (
    {name: _DTYPES.get(name, "object") for name in names}
    for names in (
        (*_DOCUMENT, "sign", *_SIGNED, *_WHOLE, *_CLIENT),
        ("document_id", "exemption", *_LINE, *_SIGNED_OF_LINE),
        ("document_id", "sign", "currency", *VatKey._fields, "tax_names", "base", "tax"),
    )
)
_read_document, _read_signed = attrgetter(*_DOCUMENT), attrgetter(*_SIGNED)
_read_whole = attrgetter(*_WHOLE)
_read_line, _read_signed_of_line = attrgetter(*_LINE), attrgetter(*_SIGNED_OF_LINE)


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
    amounts = (*_read_signed(document), *(_read_whole(whole) if whole else [None] * len(_WHOLE)))
    return (*_read_document(document), document.kind.sign, *_apply_sign(amounts, sign), *document.client)


def _line_rows(document: Document, sign: int) -> Iterator[tuple[object, ...]]:
    for item in document.items:
        amounts = _apply_sign(_read_signed_of_line(item), sign)
        yield (document.id, exemption_of(document, item), *_read_line(item), *amounts)


def _tax_rows(document: Document, sign: int) -> Iterator[tuple[object, ...]]:
    for key, tax_names, *amounts in group_lines(document) if document.is_counted else ():
        facts = (document.id, document.kind.sign, document.currency, *key, tax_names)
        yield (*facts, *_apply_sign(amounts, sign))


def _apply_sign(amounts: Iterable[Decimal | None], sign: int) -> Iterable[Decimal | None]:
    return map(negate, amounts) if sign < 0 else amounts


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
