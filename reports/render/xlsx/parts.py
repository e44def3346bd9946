"""The clients' parts of the summary's sheets, put aside until all clients are in.

An account may have thousands of clients, and their documents have no room in memory all at once. So a part is
made cells as soon as it is there, wherever that is, and put on a shelf: a file without a name, or memory as
long as it is little. When the summary is written, its cells are laid in place as they are.
"""

import errno
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial, reduce
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NamedTuple

from reports.render.content.blocks import (
    Column,
    DataTab,
    Grids,
    Kind,
    Place,
    Row,
    Value,
    only,
    totals_of,
)
from reports.render.xlsx.cell_fields import ENCODERS
from reports.render.xlsx.cell_xml import Cells
from reports.render.xlsx.extents import Measure, measure_columns, merge_columns
from reports.render.xlsx.sheet_xml import CHUNK_ROWS, Stretch

IN_MEMORY_BYTES = 500_000
CELL_END, COLUMN_END = b"\0", b"\1"
"""Characters that XML cannot hold, so that no cell does."""


class Packed(NamedTuple):
    """One grid of a client, ready to travel: all but its rows, what they take, and stretches of them."""

    place: Place
    columns: tuple[Column, ...]
    totals: Row | None
    measures: Sequence[Measure]
    stretches: Sequence["PackedStretch"]


class PackedStretch(NamedTuple):
    """Some rows as cells, column by column, and the texts of columns that wrap, which make a row's height."""

    height: int
    cells: bytes
    texts: bytes


class PackedPart(NamedTuple):
    """One grid of a client on the shelf: all that is in memory of it. The rest lies from `start` to `end`."""

    columns: tuple[Column, ...]
    height: int
    start: int
    end: int


def pack(grids: Grids) -> tuple[Packed, ...]:
    """The grids as they travel and are put aside."""
    return tuple(
        Packed(
            place,
            tuple(sheet.columns),
            sheet.totals,
            measure_columns(replace(sheet, totals=None)),
            tuple(_pack_stretch(sheet.columns, rows) for rows in _chunks(sheet.rows)),
        )
        for place, sheet in grids.items()
    )


class Shelf:
    """Where the clients' parts of one account lie, in `folder`; nothing of it is left when it is closed or
    killed.

    The first of them lie in memory, the others in a file, on Linux without a name. Raises OSError when
    something cannot be put there; what was there before stays.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._memory = bytearray()
        self._file: IO[bytes] | None = None
        self._end = 0
        self._parts: dict[Place, dict[int, PackedPart]] = {}
        self._known: dict[tuple[Column, ...], tuple[Column, ...]] = {}

    def put(self, client: int, packed: Iterable[Packed]) -> None:
        """Puts aside what a client adds to the summary."""
        for place, columns, totals, measures, stretches in packed:
            lying = [
                _Lying(height, self._put(cells), self._put(texts), self._end)
                for height, cells, texts in stretches
            ]
            self._parts.setdefault(place, {})[client] = PackedPart(
                # Equal ones of a thousand clients are one object.
                self._known.setdefault(columns, columns),
                sum(some.height for some in lying),
                self._put(_Rest(totals, measures, lying).as_data()),
                self._end,
            )

    def joined(self, place: Place, clients: Iterable[int]) -> "Joined":
        """The parts that those of `clients` have there, in this order."""
        parts = self._parts.get(place, {})
        return Joined(self, [parts[client] for client in clients if client in parts])

    def read(self, start: int, end: int) -> bytes:
        """What lies there. Raises OSError."""
        if start < len(self._memory):
            return bytes(self._memory[start:end])
        data = b""
        if self._file:
            self._file.seek(start - len(self._memory))
            data = self._file.read(end - start)
        if len(data) < end - start:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return data

    def close(self) -> None:
        """Nothing of it is left."""
        if self._file:
            self._file.close()

    def _put(self, data: bytes) -> int:
        """Where it begins to lie."""
        start = self._end
        if self._file is None and start + len(data) <= IN_MEMORY_BYTES:
            self._memory += data
        else:
            if self._file is None:
                # Without a buffer: what a full disk did not take is not tried again by whoever reads.
                self._file = TemporaryFile(buffering=0, dir=self._folder)  # noqa: SIM115 - closed by close()
            self._file.seek(start - len(self._memory))
            left = memoryview(data)
            while left:
                left = left[self._file.write(left) :]
        self._end += len(data)
        return start


class _Lying(NamedTuple):
    """Where some rows lie on a shelf: their cells, and behind them, up to `end`, the texts that wrap."""

    height: int
    cells: int
    texts: int
    end: int


class _Rest(NamedTuple):
    """What lies on a shelf of a part besides its rows, and where these do. `measures`: what they take."""

    totals: Row | None
    measures: Sequence[Measure]
    lying: Sequence[_Lying]

    def as_data(self) -> bytes:
        return json.dumps(self, default=str).encode()

    @classmethod
    def of(cls, data: bytes, columns: Sequence[Column]) -> "_Rest":
        """From what `as_data` made of it."""
        totals, measures, lying = json.loads(data)
        return cls(
            tuple(map(_total, columns, totals)) if totals else None,
            [Measure(*one) for one in measures],
            [_Lying(*one) for one in lying],
        )


class _Texts:
    """Rows that are read from the shelf by whoever goes through them: most heights need none."""

    def __init__(self, read: Callable[[], Iterator[Row]]) -> None:
        self._read = read

    def __iter__(self) -> Iterator[Row]:
        return self._read()


class Joined:
    """Parts under each other, of which a stretch at a time is in memory."""

    def __init__(self, shelf: Shelf, parts: Sequence[PackedPart]) -> None:
        self._shelf = shelf
        self._parts = parts

    def __len__(self) -> int:
        return sum(part.height for part in self._parts)

    @property
    def columns(self) -> tuple[Column, ...]:
        """Those of the parts; hidden only where every part hides them. None for no parts."""
        # Most parts share theirs.
        several = {id(part.columns): part.columns for part in self._parts}.values()
        return tuple(
            replace(
                same[0],
                is_hidden=all(column.is_hidden for column in same),
                currency=only({column.currency for column in same}),
            )
            for same in zip(*several, strict=True)
        )

    @property
    def measures(self) -> Sequence[Measure]:
        """What the values of all rows take."""
        return reduce(merge_columns, (rest.measures for rest in self._rests()))

    def totals(self, label: str) -> Row:
        """Of the parts' own totals: going through all rows would take as long as writing them."""
        own = (rest.totals for rest in self._rests() if rest.totals)
        columns = self.columns
        return reduce(
            lambda one, more: totals_of(columns, (one, more), label), own, totals_of(columns, (), label)
        )

    def stretches(self) -> Iterator[Stretch]:
        """The rows as cells."""
        for part, rest in zip(self._parts, self._rests(), strict=True):
            for some in rest.lying:
                cells = self._shelf.read(some.cells, some.texts).split(COLUMN_END)
                columns = [
                    Cells(values, before, after)
                    for before, after, *values in (column.split(CELL_END) for column in cells)
                ]
                yield Stretch(some.height, columns, _Texts(partial(self._texts, some, part.columns)))

    def split(self, most: int) -> Iterator["Joined"]:
        """The same in several, of at most so many rows each, as far as no part is larger."""
        some: list[PackedPart] = []
        height = 0
        for part in self._parts:
            if some and height + part.height > most:
                yield Joined(self._shelf, some)
                some, height = [], 0
            some.append(part)
            height += part.height
        yield Joined(self._shelf, some)

    def _rests(self) -> Iterator[_Rest]:
        return (_Rest.of(self._shelf.read(part.start, part.end), part.columns) for part in self._parts)

    def _texts(self, some: _Lying, columns: Sequence[Column]) -> Iterator[Row]:
        """Rows in which nothing but texts that wrap stands."""
        texts = iter(json.loads(self._shelf.read(some.texts, some.end)))
        nothing = [None] * some.height
        return zip(*(next(texts) if _wraps(column) else nothing for column in columns), strict=True)


@dataclass(frozen=True, kw_only=True)
class ReadyTab(DataTab):
    """A worksheet whose rows are cells already; those of its sheet itself are none."""

    rows: Joined


def _chunks(rows: Iterable[Row]) -> Iterator[Sequence[Row]]:
    own = iter(rows)
    return iter(lambda: list(islice(own, CHUNK_ROWS)), [])


def _pack_stretch(columns: Sequence[Column], rows: Sequence[Row]) -> PackedStretch:
    values = list(zip(*rows, strict=True))
    cells = (ENCODERS[column.kind](own) for column, own in zip(columns, values, strict=True))
    texts = [own for column, own in zip(columns, values, strict=True) if _wraps(column)]
    joined = (CELL_END.join((own.before, own.after, *own.values)) for own in cells)
    return PackedStretch(len(rows), COLUMN_END.join(joined), json.dumps(texts).encode())


def _total(column: Column, came: str | int | None) -> Value:
    """A value of a totals row, from JSON: amounts are texts there, and so is the label."""
    return Decimal(came) if isinstance(came, str) and column.has_total else came


def _wraps(column: Column) -> bool:
    return column.kind is Kind.LONG_TEXT
