"""The grids of documents and their lines that workbook, statement and summary share, each of one currency."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from reports.figures.checks.finding import Finding
from reports.figures.totals import Figures
from reports.render.content.blocks import Group, Link, Rows, Sheet, Value, only, safe_url, totals_of
from reports.render.content.columns import (
    MAY_BE_HIDDEN,
    OF_DOCUMENT,
    STATEMENT_DOCUMENTS,
    STATEMENT_LINE_ITEMS,
    columns_of,
)
from reports.render.content.labels import REASONS, Labels

if TYPE_CHECKING:
    import pandas as pd

_ColumnOf = Callable[[str], Sequence[Any]]

_MAY_LACK = ("description", "unit", "discount_rate")
"""Columns that a document's line items are shown without where none has a value."""


def documents_grid(
    documents: "pd.DataFrame",
    keys: Sequence[str],
    *,
    key: str,
    title: str,
    currency: str | None,
    empty: str,
    labels: Labels,
    extra: Mapping[str, Value] | None = None,
) -> Sheet:
    """The documents in `currency` as rows, the columns `keys` of them; None: in any.

    `extra` holds values that are the same in every row.
    """
    if currency is not None:
        documents = select_currency(documents, currency)
    column = _read(documents)
    same = {name: [value] * len(documents) for name, value in (extra or {}).items()}
    rows = Rows([same[name] if name in same else _document_values(name, column, labels) for name in keys])
    unused = {name for name in MAY_BE_HIDDEN if not any(column(name))}
    currencies = {"counter_value": only(column("exchange_currency"))}
    columns = tuple(
        replace(own, is_hidden=own.is_hidden or own.key in unused, currency=currencies.get(own.key))
        for own in columns_of(tuple(keys), labels.language)
    )
    totals = totals_of(columns, rows, labels.text("Total"))
    return Sheet(key, title, columns, rows, empty, currency, totals)


def build_grouped_documents(
    figures: Figures, currency: str, *, labels: Labels, title: str, line_items: bool
) -> Sheet:
    """The statement's list: documents by type, each with a subtotal, then the total."""
    documents = select_currency(figures.documents, currency)
    subtotals = [subtotal for subtotal in figures.types if subtotal.currency == currency]
    place = {subtotal.type: row for row, subtotal in enumerate(subtotals)}
    as_read = _read(documents)
    kinds = as_read("type")
    column = _arrange(as_read, sorted(range(len(kinds)), key=lambda row: place[kinds[row]]))
    left_out = {name for name in (*MAY_BE_HIDDEN, "reference") if not any(column(name))}
    if "withholding" in left_out:
        left_out.add("payable")
    keys = [name for name in STATEMENT_DOCUMENTS if name not in left_out]
    rows = Rows([_document_values(name, column, labels) for name in keys])
    exchanged = ", ".join(sorted({*filter(None, column("exchange_currency"))}))
    columns = tuple(
        replace(own, heading=f"{own.heading} {exchanged}") if own.key == "counter_value" else own
        for own in columns_of(tuple(keys), labels.language)
    )
    details = _details(column("id"), figures.line_items, currency, labels) if line_items else ()
    groups, first = [], 0
    for subtotal in subtotals:
        end = first + subtotal.documents
        own = rows[first:end]
        name = labels.type(subtotal.type)
        label = labels.text("Subtotal {type}").format(type=name)
        groups.append(Group(name, own, totals_of(columns, own, label), details[first:end]))
        first = end
    empty, totals = (
        labels.text("No documents in this period."),
        totals_of(columns, rows, labels.text("Total")),
    )
    return Sheet(f"s_documents_{currency}", title, columns, rows, empty, currency, totals, tuple(groups))


def line_items_grid(
    figures: Figures, currency: str | None, *, labels: Labels, title: str, keys: Sequence[str]
) -> Sheet:
    """The lines of the counted documents of one currency, with what each has of its document."""
    documents, lines = select_currency(figures.documents, currency), figures.line_items
    if documents is not figures.documents:
        lines = lines[lines["document_id"].isin(documents["id"])]
    document, line = _read(documents), _read(lines)
    place = {identity: row for row, identity in enumerate(document("id"))}
    shared = _arrange(
        lambda key: _document_values(key, document, labels),
        [place[identity] for identity in line("document_id")],
    )
    rows = Rows([shared(key) if key in OF_DOCUMENT else line(key) for key in keys])
    columns = columns_of(tuple(keys), labels.language)
    empty = labels.text("No line items in this period.")
    totals = totals_of(columns, rows, labels.text("Total"))
    return Sheet(f"lines_{currency}", title, columns, rows, empty, currency, totals)


def note_discounts(
    figures: Figures, currency: str | None, findings: Sequence[Finding], labels: Labels
) -> tuple[str, ...]:
    """The discounts on whole documents, which stand on none of their lines."""
    own = {*select_currency(figures.documents, currency)["id"].tolist()}
    sentence = labels.text("{number}: a discount of {amount} on the whole document is not in these lines.")
    return tuple(
        sentence.format(
            number=finding.number,
            amount=labels.money(abs(Decimal(finding.difference or 0)), currency or ""),
        )
        for finding in findings
        if finding.code == "DOCUMENT-DISCOUNT" and finding.document in own
    )


def select_currency(documents: "pd.DataFrame", currency: str | None) -> "pd.DataFrame":
    names = documents["currency"].tolist()
    return documents if names.count(currency) == len(names) else documents[documents["currency"] == currency]


def _read(frame: "pd.DataFrame") -> _ColumnOf:
    """The frame's columns as lists, by name; a table of all its values costs less than a few series."""
    place = {name: row for row, name in enumerate(frame.columns)}
    values = frame.to_numpy(dtype=object).T
    return lambda name: values[place[name]].tolist()


def _arrange(column: _ColumnOf, rows: Sequence[int]) -> _ColumnOf:
    """The same columns, of these rows."""

    def arranged(name: str) -> list[Any]:
        values = column(name)
        return [values[row] for row in rows]

    return arranged


def _document_values(name: str, column: _ColumnOf, labels: Labels) -> Sequence[Value]:
    words: Mapping[str, Callable[[str], str]] = {
        "type": labels.type,
        "status": labels.status,
        "bucket": labels.bucket,
        "reason": partial(labels.word, REASONS),
    }
    if say := words.get(name):
        # There are few of them, many times.
        codes = column(name)
        said = {code: say(code) for code in set(codes)}
        return [said[code] for code in codes]
    if name == "link":
        view = labels.text("View")
        return [_link(view, url) for url in column("permalink")]
    if name in ("linked_number", "opening_number"):
        pairs = zip(column("number"), column("permalink"), strict=True)
        return [Link(labels.document_number(number), safe_url(url)) for number, url in pairs]
    if name in ("linked_receipt", "opening_receipt"):
        receipts = zip(column("type"), column("number"), column("permalink"), strict=True)
        return [Link(labels.receipt_number(kind, number), safe_url(url)) for kind, number, url in receipts]
    if name == "number":
        return list(map(labels.document_number, column("number")))
    if name == "payment":
        pairs = zip(column("mb_entity"), column("mb_reference"), strict=True)
        return [" / ".join(filter(None, pair)) if pair[1] else None for pair in pairs]
    return column(name)


def _link(text: str, url: str | None) -> Link | None:
    """A link to `url`; an address that is not safe to open is shown as the text it is."""
    return None if url is None else Link(text, url) if safe_url(url) else Link(url, None)


def _details(
    identities: Sequence[int], line_items: "pd.DataFrame", currency: str, labels: Labels
) -> Sequence[Sheet | None]:
    """The lines of each document. No totals: a sum, unrounded, would compete with the document's amounts."""
    line = _read(line_items)
    values = {key: line(key) for key in STATEMENT_LINE_ITEMS}
    rows: dict[int, list[int]] = defaultdict(list)
    for row, identity in enumerate(line("document_id")):
        rows[identity].append(row)

    def sheet(own_rows: Sequence[int]) -> Sheet:
        own = {key: [column[row] for row in own_rows] for key, column in values.items()}
        keys = tuple(key for key, column in own.items() if key not in _MAY_LACK or any(column))
        rows = Rows([own[key] for key in keys])
        return Sheet(f"lines_{currency}", "", columns_of(keys, labels.language), rows, "", currency)

    return [sheet(rows[identity]) if identity in rows else None for identity in identities]
