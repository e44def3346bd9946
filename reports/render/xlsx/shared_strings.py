"""The texts of a workbook's cells: each is written once into a part of their own, and cells name its place.

A text inside its cell (`inlineStr`) is as valid, but some previews and libraries show nothing there.
"""

import zlib
from collections.abc import Iterator, Sequence

from reports.render.text_xml import format_texts

KEPT_TEXTS = 65_536
"""A text that comes again after so many others is written once more: the table of those known has a bound."""
BLOCK_BYTES = 1_048_576
_HEAD = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
_BEFORE, _AFTER = b'<si><t xml:space="preserve">', b"</t></si>"


class SharedStrings:
    """The table of texts in the making. What is written waits compressed, about a tenth of its size."""

    def __init__(self) -> None:
        self._places: dict[str, bytes] = {}
        self._count = 0
        self._items: list[bytes] = []
        self._bytes = 0
        self._blocks: list[bytes] = []

    def place(self, texts: Sequence[str]) -> list[bytes]:
        """The place of each text in the table, counted from 0. Raises TypeError for what is no text."""
        places = self._places
        try:
            return [places[text] for text in texts]
        except KeyError:
            pass
        new = [text for text in dict.fromkeys(texts) if text not in places]
        if len(places) + len(new) > KEPT_TEXTS:
            places.clear()
            new = list(dict.fromkeys(texts))
        self._write(format_texts(new))
        numbers = (b"%d" % place for place in range(self._count, self._count + len(new)))
        places.update(zip(new, numbers, strict=True))
        self._count += len(new)
        return [places[text] for text in texts]

    def stream(self) -> Iterator[bytes]:
        """The part, once every cell has its place."""
        yield _HEAD
        for block in self._blocks:
            yield zlib.decompress(block)
        yield b"".join((*self._items, b"</sst>"))

    def _write(self, texts: Sequence[bytes]) -> None:
        data = _BEFORE + (_AFTER + _BEFORE).join(texts) + _AFTER
        self._items.append(data)
        self._bytes += len(data)
        if self._bytes > BLOCK_BYTES:
            self._blocks.append(zlib.compress(b"".join(self._items), 1))
            self._items, self._bytes = [], 0
