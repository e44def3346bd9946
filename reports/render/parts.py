"""The clients' parts of the summary's sheets, put aside until all clients are in.

An account may have thousands of clients, and their documents have no room in memory all at once. So a part is
made cells as soon as it is there, wherever that is, and put on a shelf: a file without a name, or memory as
long as it is little. When the summary is written, its cells are laid in place as they are.
"""

import json
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial, reduce
from itertools import islice
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any, NamedTuple, TypeVar

from reports.render.layout import Column, DataTab, Kind, Row, Sheet, totals_of
from reports.render.measure import Measure, measured, with_more
from reports.render.rows import CHUNK_ROWS, Stretch
from reports.render.styles import ENCODERS
from reports.render.values import Cells

IN_MEMORY_BYTES = 2_000_000
CELL_END, COLUMN_END = b"\0", b"\1"
"""Characters that XML cannot hold, so that no cell does."""

H = TypeVar("H", bound=Hashable)

Place = tuple[str, str]
"""A sheet of the summary and its currency, `""` for sheets of all currencies."""

Grids = Mapping[Place, Sheet]
"""A client's part of the summary's sheets."""


class Packed(NamedTuple):
    """One grid of a client, ready to travel: all but its rows, what they take, and stretches of them."""

    place: Place
    sheet: Sheet
    measures: Sequence[Measure]
    stretches: Sequence["PackedStretch"]


class PackedStretch(NamedTuple):
    """Some rows as cells, column by column, and the texts of columns that wrap, which make a row's height."""

    height: int
    cells: bytes
    texts: bytes


class Part(NamedTuple):
    """One grid of a client on the shelf: all but its rows, and these."""

    sheet: Sheet
    rows: "Shelved"


Parts = Mapping[Place, Part]
"""All that a client adds to the summary."""


def pack(grids: Grids) -> tuple[Packed, ...]:
    """The grids as they travel and are put aside."""
    return tuple(
        Packed(
            place,
            replace(sheet, rows=()),
            measured(replace(sheet, totals=None)),
            tuple(_packed(sheet.columns, rows) for rows in _chunks(sheet.rows)),
        )
        for place, sheet in grids.items()
    )


class Shelf:
    """Where packed parts lie, of one account, in `folder`; nothing of it is left when it is closed or killed.

    The first of them lie in memory, the others in a file without a name. Raises OSError when something cannot
    be put there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file: IO[bytes] | None = None
        self._known: dict[Hashable, Any] = {}
        self._memory = bytearray()
        self._end = 0

    def put(self, packed: Iterable[Packed]) -> Parts:
        """Puts them aside."""
        parts = {}
        for place, sheet, measures, stretches in packed:
            columns, own = self._one(sheet.columns), tuple(map(self._one, measures))
            lying = tuple(
                _Lying(height, self._put(cells), self._put(texts), self._end)
                for height, cells, texts in stretches
            )
            parts[place] = Part(replace(sheet, columns=columns), Shelved(columns, own, lying, self))
        return parts

    def read(self, start: int, end: int) -> bytes:
        """What lies there."""
        if self._file is None or start < len(self._memory):
            return bytes(self._memory[start:end])
        self._file.seek(start - len(self._memory))
        return self._file.read(end - start)

    def close(self) -> None:
        """Nothing of it is left."""
        if self._file:
            # What a full disk did not take is tried once more.
            with suppress(OSError):
                self._file.close()

    def _one(self, value: H) -> H:
        """Equal ones of a thousand clients are one object."""
        known: H = self._known.setdefault(value, value)
        return known

    def _put(self, data: bytes) -> int:
        """Where it lies from now on."""
        start = self._end
        if self._file is None and start + len(data) <= IN_MEMORY_BYTES:
            self._memory += data
        else:
            if self._file is None:
                self._file = TemporaryFile(dir=self._folder)  # noqa: SIM115 - closed by close()
            self._file.seek(start - len(self._memory))
            self._file.write(data)
            self._file.flush()
        self._end += len(data)
        return start


class _Lying(NamedTuple):
    """Where some rows lie on a shelf: their cells, and behind them, up to `end`, the texts that wrap."""

    height: int
    cells: int
    texts: int
    end: int


class Shelved:
    """Rows on a shelf, a stretch of them in memory at a time. `measures`: what their values take."""

    def __init__(
        self,
        columns: Sequence[Column],
        measures: Sequence[Measure],
        lying: Sequence[_Lying],
        shelf: Shelf,
    ) -> None:
        self._columns = columns
        self._lying = lying
        self._shelf = shelf
        self.measures = measures

    def __len__(self) -> int:
        return sum(some.height for some in self._lying)

    def stretches(self) -> Iterator[Stretch]:
        """The rows as cells."""
        for some in self._lying:
            cells = self._shelf.read(some.cells, some.texts).split(COLUMN_END)
            columns = [
                Cells(values, before, after)
                for before, after, *values in (column.split(CELL_END) for column in cells)
            ]
            yield Stretch(some.height, columns, _Texts(partial(self._rows, some)))

    def _rows(self, some: _Lying) -> Iterator[Row]:
        """Rows in which nothing but texts that wrap stands."""
        texts = iter(json.loads(self._shelf.read(some.texts, some.end)))
        nothing = [None] * some.height
        return zip(*(next(texts) if _wraps(column) else nothing for column in self._columns), strict=True)


class _Texts:
    """Rows that are read from the shelf by whoever goes through them: most heights need none."""

    def __init__(self, read: Callable[[], Iterator[Row]]) -> None:
        self._read = read

    def __iter__(self) -> Iterator[Row]:
        return self._read()


class Joined:
    """Parts under each other, none of them copied."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._parts = parts

    def __len__(self) -> int:
        return sum(len(part.rows) for part in self._parts)

    @property
    def measures(self) -> Sequence[Measure]:
        """What the values of all rows take."""
        return reduce(with_more, (part.rows.measures for part in self._parts))

    def stretches(self) -> Iterator[Stretch]:
        """The rows as cells."""
        for part in self._parts:
            yield from part.rows.stretches()

    def totals(self, label: str) -> Row:
        """Of the parts' own totals: going through all rows would take as long as writing them."""
        sheets = [part.sheet for part in self._parts]
        return totals_of(sheets[0].columns, [sheet.totals for sheet in sheets if sheet.totals], label)

    def split(self, most: int) -> Iterator["Joined"]:
        """The same in several, of at most so many rows each, as far as no part is larger."""
        some: list[Part] = []
        height = 0
        for part in self._parts:
            if some and height + len(part.rows) > most:
                yield Joined(some)
                some, height = [], 0
            some.append(part)
            height += len(part.rows)
        yield Joined(some)


@dataclass(frozen=True)
class ReadyTab(DataTab):
    """A worksheet whose rows are cells already; those of its sheet itself are none."""

    rows: Joined = Joined(())  # noqa: RUF009 - it has nothing that could change


def _chunks(rows: Iterable[Row]) -> Iterator[Sequence[Row]]:
    own = iter(rows)
    return iter(lambda: list(islice(own, CHUNK_ROWS)), [])


def _packed(columns: Sequence[Column], rows: Sequence[Row]) -> PackedStretch:
    values = list(zip(*rows, strict=True))
    cells = (ENCODERS[column.kind](own) for column, own in zip(columns, values, strict=True))
    texts = [own for column, own in zip(columns, values, strict=True) if _wraps(column)]
    joined = (CELL_END.join((own.before, own.after, *own.values)) for own in cells)
    return PackedStretch(len(rows), COLUMN_END.join(joined), json.dumps(texts).encode())


def _wraps(column: Column) -> bool:
    return column.kind is Kind.LONG_TEXT
