"""The clients' parts of the summary's sheets, put aside until all clients are in.

An account may have thousands of clients, and their documents have no room in memory all at once. So the rows
of a part are packed as soon as it is made, wherever that is, and put on a shelf: a file without a name, or
memory as long as they are few. They are unpacked in passing when the summary is written.
"""

import datetime as dt
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import chain
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, NamedTuple

from reports.render.layout import Column, Kind, Link, Row, Sheet

IN_MEMORY_BYTES = 2_000_000

Place = tuple[str, str]
"""A sheet of the summary and its currency, `""` for sheets of all currencies."""

Grids = Mapping[Place, Sheet]
"""A client's part of the summary's sheets."""


class Packed(NamedTuple):
    """One grid of a client: all but its rows, how many these are (`height`), and they themselves as bytes."""

    place: Place
    sheet: Sheet
    height: int
    rows: bytes


def pack(grids: Grids) -> tuple[Packed, ...]:
    """The grids as they travel and are put aside."""
    return tuple(
        Packed(place, replace(sheet, rows=()), len(sheet.rows), _packed(sheet))
        for place, sheet in grids.items()
    )


class Shelf:
    """Where packed parts lie, of one account, in `folder`; nothing of it is left when it is closed or killed.

    Raises OSError when something cannot be put there.
    """

    def __init__(self, folder: Path) -> None:
        self._file = SpooledTemporaryFile(IN_MEMORY_BYTES, dir=str(folder))  # noqa: SIM115 - closed by close()
        self._end = 0
        self._columns: dict[tuple[Column, ...], tuple[Column, ...]] = {}

    def put(self, parts: Iterable[Packed]) -> Grids:
        """Puts them aside: the same grids, whose rows are read from there whenever one goes through them."""
        grids = {}
        for place, sheet, count, rows in parts:
            self._file.seek(self._end)
            self._file.write(rows)
            # Those of a thousand clients are the same.
            columns = self._columns.setdefault(sheet.columns, sheet.columns)
            there = _Shelved(self._file, start=self._end, size=len(rows), columns=columns, count=count)
            grids[place] = replace(sheet, columns=columns, rows=there)
            self._end += len(rows)
        return grids

    def close(self) -> None:
        self._file.close()


class Joined(Collection[Row]):
    """Rows of several grids under each other, none of them copied."""

    def __init__(self, parts: Sequence[Collection[Row]]) -> None:
        self._parts = parts

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    def __iter__(self) -> Iterator[Row]:
        return chain.from_iterable(self._parts)

    def __contains__(self, row: object) -> bool:
        return any(row in part for part in self._parts)


class _Shelved(Collection[Row]):
    """Rows on the shelf, those of one grid in memory while one goes through them."""

    def __init__(
        self,
        file: SpooledTemporaryFile[bytes],
        start: int,
        size: int,
        columns: tuple[Column, ...],
        count: int,
    ) -> None:
        self._file = file
        self._start = start
        self._size = size
        self._columns = columns
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Row]:
        if not self._count:
            return iter(())
        self._file.seek(self._start)
        stored = json.loads(self._file.read(self._size))
        readers = (_READERS.get(column.kind) for column in self._columns)
        values = (_mapped(read, own) for read, own in zip(readers, stored, strict=True))
        return zip(*values, strict=True)

    def __contains__(self, row: object) -> bool:
        return any(own == row for own in self)


def _packed(sheet: Sheet) -> bytes:
    """Column by column as JSON: exact texts for what JSON has no type for."""
    columns = zip(*sheet.rows, strict=True)
    writers = (_WRITERS.get(column.kind) for column in sheet.columns)
    return json.dumps([_mapped(write, own) for write, own in zip(writers, columns, strict=False)]).encode()


def _mapped(change: Callable[[Any], Any] | None, values: Sequence[Any]) -> Sequence[Any]:
    """The values changed, but for None, which stays."""
    return values if change is None else [None if value is None else change(value) for value in values]


def _link(pair: Sequence[Any]) -> Link:
    return Link(*pair)


_NUMBERS = (Kind.MONEY, Kind.NUMBER, Kind.PERCENT)
_WRITERS: Mapping[Kind, Callable[[Any], Any]] = {
    **dict.fromkeys(_NUMBERS, str),
    Kind.DATE: dt.date.isoformat,
}
_READERS: Mapping[Kind, Callable[[Any], Any]] = {
    **dict.fromkeys(_NUMBERS, Decimal),
    Kind.DATE: dt.date.fromisoformat,
    **dict.fromkeys((Kind.LINK, Kind.NAME_LINK), _link),
}
