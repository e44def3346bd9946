"""Keeps a client's rows on the disk until all clients are done: a line of JSON for each block of rows.

Whoever makes a client's files writes them, in any process, so that no rows travel between processes.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from reports import atomic_files
from reports.export.columns import DataBlock


def write(path: Path, blocks: Iterable[DataBlock]) -> None:
    """Writes the rows into the new file `path`. Raises OSError."""
    with path.open("x", encoding="ascii", newline="\n") as file:
        for block in blocks:
            if block.rows:
                file.write(json.dumps(block, separators=(",", ":")) + "\n")


def read(path: Path) -> Iterator[DataBlock]:
    """The rows, a block in memory at a time. Raises OSError."""
    with atomic_files.open_to_read(path) as file:
        for line in file:
            table, rows = json.loads(line)
            yield DataBlock(table, rows)
