"""A picture as it travels in a file: its bytes, and the kind and size that its first bytes tell.

PNG (ISO/IEC 15948, 11.2.2) and JPEG (ITU-T T.81, B.2.2) alone; sizes are in pixels. Nothing is decoded.
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"
_JPEG_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
"""The markers of a frame, whose header has the size: not those of tables and arithmetic coding."""


class Picture(NamedTuple):
    """`kind` is `png` or `jpeg`."""

    data: bytes
    kind: str
    width: int
    height: int


def read(path: Path) -> Picture | None:
    """The picture in a file; None when it is neither PNG nor JPEG or has no size. Raises OSError."""
    data = path.read_bytes()
    kind = "png" if data.startswith(_PNG) else "jpeg"
    width, height = (_png_size if kind == "png" else _jpeg_size)(data)
    return Picture(data, kind, width, height) if width and height else None


def _png_size(data: bytes) -> tuple[int, int]:
    return struct.unpack(">II", data[16:24]) if data[12:16] == b"IHDR" and len(data) >= 24 else (0, 0)


def _jpeg_size(data: bytes) -> tuple[int, int]:
    for marker, header in _jpeg_segments(data):
        if marker in _JPEG_FRAMES and len(header) >= 5:
            height, width = struct.unpack(">HH", header[1:5])
            return width, height
    return 0, 0


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and content of each segment before the picture itself."""
    place = len(_JPEG) if data.startswith(_JPEG) else len(data)
    while place + 4 <= len(data) and data[place] == 0xFF:
        if data[place + 1] == 0xFF:
            place += 1
            continue
        marker, length = data[place + 1], int.from_bytes(data[place + 2 : place + 4], "big")
        yield marker, data[place + 4 : place + 2 + length]
        place += 2 + max(length, 2)
