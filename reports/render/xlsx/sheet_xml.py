"""Streams rows of cells into the parts of a workbook's package, column by column and never cell by cell.

A chunk of rows is turned into columns, each column is encoded as its field declares, and the pieces are laid
between those that are the same in every row.
"""

import zipfile
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import IO, Any, NamedTuple, Protocol

from reports.render.xlsx.cell_xml import Cells, Encoder

CHUNK_ROWS = 256
MAX_ROWS = 1_048_576
ZIP_SYSTEM = 3
"""Unix."""
ZIP_LEVEL = 1
"""A quarter larger than at zlib's usual 6, where compressing took more than all the rest."""


class Field(NamedTuple):
    """One column of a band: its letter, the look by which its style is known, and what its values are."""

    letter: str
    look: Any
    encode: Encoder


Row = tuple[Any, ...]
Height = Callable[[Row], float | None]


class Stretch(NamedTuple):
    """Rows that follow each other, as cells, a column each. `rows` are they as far as heights are theirs."""

    height: int
    columns: Sequence[Cells]
    rows: Iterable[Row]


class ReadyStretch(Protocol):
    """Rows that are cells already."""

    def stretches(self) -> Iterator[Stretch]:
        """All rows in their order, some of them at a time."""


class Band(NamedTuple):
    """Rows of like cells, from row `first` on, one value per field.

    `height`, in points, is that of every row; or gives that of each, which programs may better, or None for
    that of one line.
    """

    first: int
    fields: Sequence[Field]
    rows: Iterable[Row] | ReadyStretch
    height: float | Height | None = None


def pack(target: IO[bytes], parts: Iterable[tuple[str, Iterable[bytes]]]) -> None:
    """Writes a package of these parts, by name, each as it comes."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=ZIP_LEVEL) as package:
        for name, pieces in parts:
            # By its name alone: a ZipInfo of ours would be compressed at zlib's own level, not the package's.
            # What comes as a stream may become larger than the 4 GB that a package has without ZIP64.
            with package.open(name, "w", force_zip64=not isinstance(pieces, Sequence)) as part:
                for piece in pieces:
                    part.write(piece)
            # Python would name the system it runs on, and a month has the same bytes wherever it is rendered.
            package.getinfo(name).create_system = ZIP_SYSTEM


def stream_rows(bands: Iterable[Band], styles: Mapping[Hashable, int]) -> Iterator[bytes]:
    """The rows of `bands`, a chunk at a time; `styles` has the style id of every look.

    Raises ValueError for a formula without a result and for more rows than a sheet holds.
    """
    for band in bands:
        fields = [
            (f'<c r="{field.letter}'.encode(), f'" s="{styles[field.look]}"'.encode())
            for field in band.fields
        ]
        first = band.first
        for stretch in _stretches(band):
            if first + stretch.height - 1 > MAX_ROWS:
                raise ValueError(f"a sheet holds {MAX_ROWS} rows")
            yield _join_rows(first, stretch, fields, band.height)
            first += stretch.height


def format_merged_cells(areas: Sequence[str]) -> str:
    """Areas (`A1:C1`) that are one cell each, as they stand after the rows."""
    if not areas:
        return ""
    cells = "".join(f'<mergeCell ref="{area}"/>' for area in areas)
    return f'<mergeCells count="{len(areas)}">{cells}</mergeCells>'


def _stretches(band: Band) -> Iterator[Stretch]:
    if not isinstance(band.rows, Iterable):
        yield from band.rows.stretches()
        return
    rows = iter(band.rows)
    while chunk := list(islice(rows, CHUNK_ROWS)):
        columns = zip(band.fields, zip(*chunk, strict=True), strict=True)
        yield Stretch(len(chunk), [field.encode(values) for field, values in columns], chunk)


def _join_rows(
    first: int, stretch: Stretch, fields: Sequence[tuple[bytes, bytes]], height: float | Height | None
) -> bytes:
    """The rows from number `first` on.

    The pieces of one row, as often as there are rows, then what differs from row to row put in its places, a
    column at a time, and one join: Python has nothing faster.
    """
    count = stretch.height
    numbers = [b"%d" % place for place in range(first, first + count)]
    row = [b'<row r="', b"", b""]
    places: list[tuple[int, Sequence[bytes]]] = [(1, numbers), (2, _heights(stretch, height))]
    before = b">"
    for (cell, style), cells in zip(fields, stretch.columns, strict=True):
        places += [(len(row) + 1, numbers), (len(row) + 3, cells.values)]
        row += [before + cell, b"", style + cells.before, b""]
        before = cells.after
    row.append(before + b"</row>")
    pieces = row * count
    for place, values in places:
        pieces[place :: len(row)] = values
    return b"".join(pieces)


def _heights(stretch: Stretch, height: float | Height | None) -> Sequence[bytes]:
    """What stands after the number of each row."""
    if not callable(height):
        shown = '"' if height is None else f'" ht="{height}" customHeight="1"'
        return [shown.encode()] * stretch.height
    points = map(height, stretch.rows)
    return [b'"' if own is None else f'" ht="{own}"'.encode() for own in points]
