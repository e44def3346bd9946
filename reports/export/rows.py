"""Lists the rows of a client's tables, without the columns that say whose they are and of which period.

These are put in front where the tables are joined, from the run record: name and tax number are its words.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple

from reports.export.columns import EVERY, OWN_COLUMNS, DataBlock, StoredRow, StoredValue, to_stored
from reports.figures.tables import Tables
from reports.figures.totals import Figures
from reports.figures.vat.vat_rows import VatRounding, VatRow
from reports.period import Period

if TYPE_CHECKING:
    import pandas as pd

ROWS_AT_ONCE = 2_000
"""Of a large client only so many are in memory as stored values."""

FINDINGS = "findings"
_FRAME_NAMES = {"link": "permalink"}
"""What a column is called in the frames, where that is another name."""

_OF_DOCUMENT = ("number", "type", "status", "is_counted", "is_in_period", "date", "currency")
"""What a line item has of its document."""

_Column = Callable[[str], Sequence[Any]]


class RecordedClient(NamedTuple):
    """A client as the run record has it; None stands for the account itself."""

    id: int | None
    name: str | None
    fiscal_id: str | None


def list_client_rows(tables: Tables, figures: Figures) -> Iterator[DataBlock]:
    """The rows of one client but for its findings: documents of all dates by date, then id, those without a
    date last; their lines in the same order."""
    documents = _read_documents(tables.documents, figures.period)
    identities = documents("id")
    order = _sort_documents(documents("date"), identities)
    yield from _list_blocks("documents", documents, order)
    places = {identities[row]: row for row in order}
    yield from _list_blocks("line_items", *_read_line_items(tables.line_items, documents, places))
    yield from _list_vat(figures)
    for table, frame in (("open_documents", figures.open_documents), ("receipts", figures.receipts)):
        yield from _list_blocks(table, _read_frame(frame), range(len(frame)))


def list_finding_rows(findings: Iterable[Mapping[str, Any]]) -> DataBlock:
    """The rows of `findings` as the run record has them."""
    return DataBlock(
        FINDINGS, _store_rows(FINDINGS, [{**one, "document_id": one.get("document")} for one in findings])
    )


def identify_rows(block: DataBlock, client: RecordedClient, period: str) -> DataBlock:
    """The same rows with what every table begins with."""
    own = {"client_id": client.id, "client": client.name, "fiscal_id": client.fiscal_id, "period": period}
    (head,) = _store_rows(EVERY, [own])
    return DataBlock(block.table, [(*head, *row) for row in block.rows])


def _list_blocks(table: str, column: _Column, order: Sequence[int]) -> Iterator[DataBlock]:
    """The rows of a table in this order."""
    names = [(own.type, column(own.name)) for own in OWN_COLUMNS[table]]
    for first in range(0, len(order), ROWS_AT_ONCE):
        some = order[first : first + ROWS_AT_ONCE]
        stored = (to_stored(kind, [values[row] for row in some]) for kind, values in names)
        yield DataBlock(table, list(zip(*stored, strict=True)))


def _read_frame(frame: "pd.DataFrame") -> _Column:
    return lambda name: frame[_FRAME_NAMES.get(name, name)].tolist()


def _read_documents(frame: "pd.DataFrame", period: Period) -> _Column:
    column = _read_frame(frame)

    def read(name: str) -> Sequence[Any]:
        if name == "is_in_period":
            return [day is not None and day in period for day in column("date")]
        return column(name)

    return read


def _read_line_items(
    frame: "pd.DataFrame", documents: _Column, places: Mapping[int, int]
) -> tuple[_Column, Sequence[int]]:
    """Line items, and their order: that of their documents in `places`, a row each, then as they came."""
    owners = [places[identity] for identity in frame["document_id"].tolist()]
    column = _read_frame(frame)
    ranks = {row: rank for rank, row in enumerate(places.values())}

    def read(name: str) -> Sequence[Any]:
        if name not in _OF_DOCUMENT:
            return column(name)
        values = documents(name)
        return [values[row] for row in owners]

    return read, sorted(range(len(owners)), key=lambda line: ranks[owners[line]])


def _sort_documents(days: Sequence[date | None], identities: Sequence[int]) -> list[int]:
    return sorted(range(len(days)), key=lambda row: (days[row] or date.max, identities[row]))


def _list_vat(figures: Figures) -> Iterator[DataBlock]:
    """The VAT rows, and one of rounding for each currency."""
    own: tuple[VatRow | VatRounding, ...] = (*figures.vat, *figures.vat_rounding)
    rows = list(map(_describe_vat, own))
    yield DataBlock("vat", _store_rows("vat", rows))


def _describe_vat(row: VatRow | VatRounding) -> Mapping[str, Any]:
    names = [own.name for own in OWN_COLUMNS["vat"]]
    known = {name: getattr(row, name, None) for name in names}
    own_names = ", ".join(row.tax_names) if isinstance(row, VatRow) else None
    return known | {"is_rounding": isinstance(row, VatRounding), "tax_names": own_names}


def _store_rows(table: str, rows: Sequence[Mapping[str, Any]]) -> list[StoredRow]:
    """Few rows by the names of their columns; what a row does not name is missing."""
    stored: list[list[StoredValue]] = [
        to_stored(own.type, [row.get(own.name) for row in rows]) for own in OWN_COLUMNS[table]
    ]
    return list(zip(*stored, strict=True))
