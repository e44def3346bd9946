"""Streams rows of cells into the parts of a workbook's package, column by column and never cell by cell.

A chunk of each column is encoded as its field declares, and the pieces are laid between those that are the
same in every row.
"""

import zipfile
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import IO, Any, NamedTuple

from reports.render.xlsx.cell_xml import Cells, Encoder
from reports.render.xlsx.shared_strings import SharedStrings

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


class Band(NamedTuple):
    """Rows of like cells from row `first` up to, without, `end`: a field and its values a column.

    `height`, in points, is that of every row; or gives that of each, which programs may better, or None for
    that of one line.
    """

    first: int
    fields: Sequence[Field]
    columns: Sequence[Sequence[Any]]
    end: int
    height: float | Height | None = None

    @classmethod
    def from_rows(
        cls, first: int, fields: Sequence[Field], rows: Sequence[Row], height: float | Height | None = None
    ) -> "Band":
        """A band of rows with a value a field."""
        return cls(first, fields, list(zip(*rows, strict=True)), first + len(rows), height)


def pack(
    target: IO[bytes], parts: Iterable[tuple[str, Iterable[bytes]]], *, has_large_parts: bool = False
) -> None:
    """Writes a package of these parts, by name, each as it comes.

    Raises RuntimeError for a part of more than 2 GB, unless there may be some: those are ZIP64, which SheetJS
    and others do not read, and which Python before 3.11.4 writes with headers of its own.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=ZIP_LEVEL) as package:
        for name, pieces in parts:
            # By its name alone: a ZipInfo of ours would be compressed at zlib's own level, not the package's.
            with package.open(name, "w", force_zip64=has_large_parts) as part:
                for piece in pieces:
                    part.write(piece)
            # Python would name the system it runs on, and a month has the same bytes wherever it is rendered.
            package.getinfo(name).create_system = ZIP_SYSTEM


def stream_rows(
    bands: Iterable[Band], styles: Mapping[Hashable, int], strings: SharedStrings
) -> Iterator[bytes]:
    """The rows of `bands`, a chunk at a time; `styles` has the style id of every look.

    Raises ValueError for a formula without a result and for more rows than a sheet holds.
    """
    for band in bands:
        fields = [
            (f'<c r="{field.letter}'.encode(), f'" s="{styles[field.look]}"'.encode())
            for field in band.fields
        ]
        if band.end - 1 > MAX_ROWS:
            raise ValueError(f"a sheet holds {MAX_ROWS} rows")
        for first in range(band.first, band.end, CHUNK_ROWS):
            count = min(CHUNK_ROWS, band.end - first)
            start = first - band.first
            columns = [values[start : start + count] for values in band.columns]
            cells = [
                field.encode(values, strings) for field, values in zip(band.fields, columns, strict=True)
            ]
            heights = _format_heights(band.height, columns, count)
            yield _join_rows(first, fields, cells, heights)


def format_merged_cells(areas: Sequence[str]) -> str:
    """Areas (`A1:C1`) that are one cell each, as they stand after the rows."""
    if not areas:
        return ""
    cells = "".join(f'<mergeCell ref="{area}"/>' for area in areas)
    return f'<mergeCells count="{len(areas)}">{cells}</mergeCells>'


def _join_rows(
    first: int, fields: Sequence[tuple[bytes, bytes]], columns: Sequence[Cells], heights: Sequence[bytes]
) -> bytes:
    """The rows from number `first` on.

    The pieces of one row, as often as there are rows, then what differs from row to row put in its places, a
    column at a time, and one join: Python has nothing faster.
    """
    count = len(heights)
    numbers = [b"%d" % place for place in range(first, first + count)]
    row = [b'<row r="', b"", b""]
    places: list[tuple[int, Sequence[bytes]]] = [(1, numbers), (2, heights)]
    before = b">"
    for (cell, style), cells in zip(fields, columns, strict=True):
        places += [(len(row) + 1, numbers), (len(row) + 3, cells.values)]
        row += [before + cell, b"", style + cells.before, b""]
        before = cells.after
    row.append(before + b"</row>")
    pieces = row * count
    for place, values in places:
        pieces[place :: len(row)] = values
    return b"".join(pieces)


def _format_heights(
    height: float | Height | None, columns: Sequence[Sequence[Any]], count: int
) -> Sequence[bytes]:
    """What stands after the number of each row."""
    if not callable(height):
        shown = '"' if height is None else f'" ht="{height}" customHeight="1"'
        return [shown.encode()] * count
    points = map(height, zip(*columns, strict=True))
    return [b'"' if own is None else f'" ht="{own}"'.encode() for own in points]
