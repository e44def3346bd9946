"""Texts as the XML of a workbook, as far as a cell can hold them.

Texts go the quick way together where one look at all of them finds nothing that needs care; else each alone.
"""

import re
from collections.abc import Sequence
from html import escape

MAX_TEXT = 32_767
"""UTF-16 units a cell may hold."""
CUT = " […]"
# What XML 1.0 cannot hold, shown as what it is: a character that could not be taken over.
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Excel reads _x0041_ inside a text as the character it numbers; written like this it stays as it is.
_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
_CONTROLS = bytes(code for code in range(32) if chr(code) not in "\t\n")
_NO_CHARACTERS = ("\ufffe".encode(), "\uffff".encode())
_ENTITIES = ((b"&", b"&amp;"), (b"<", b"&lt;"), (b">", b"&gt;"), (b'"', b"&quot;"), (b"'", b"&#x27;"))


def format_texts(texts: Sequence[str]) -> list[bytes]:
    """Texts as XML; what a cell cannot hold is replaced or cut visibly."""
    quick = format_quickly(texts)
    if quick and max(map(len, texts)) <= MAX_TEXT // 2:
        return quick
    return [escape_text(_cut_text(text)).encode() for text in texts]


def format_quickly(texts: Sequence[str]) -> list[bytes] | None:
    """Texts as XML, if every character of them can stand in a cell as it is or as an entity; whatever their
    lengths."""
    joined = "\0".join(texts)
    if "_x" in joined:
        return None
    try:
        data = joined.encode()
    except UnicodeEncodeError:
        return None
    separators = len(data) - len(data.translate(None, _CONTROLS))
    if separators != len(texts) - 1 or any(one in data for one in _NO_CHARACTERS):
        return None
    for character, entity in _ENTITIES:
        data = data.replace(character, entity)
    return data.split(b"\0")


def has_escape(text: str) -> bool:
    """Whether some program may read a part of `text` as the number of a character."""
    return _ESCAPED.search(text) is not None


def legible(value: str) -> str:
    """`value` with what XML cannot hold replaced by U+FFFD."""
    return _ILLEGAL.sub("\ufffd", value)


def count_units(value: str) -> int:
    """The UTF-16 units of `value`, in which Excel counts."""
    return len(value.encode("utf-16-le")) // 2


def escape_text(value: str) -> str:
    """`value` as XML, without regard to what a cell can hold."""
    # A carriage return would be read as a line feed unless it is numbered.
    return escape(value).replace("\r", "&#13;")


def _cut_text(value: str) -> str:
    """`value` as a cell can hold it; what is beyond MAX_TEXT is cut visibly."""
    value = _ESCAPED.sub("_x005F_", legible(value))
    if len(value) <= MAX_TEXT // 2 or count_units(value) <= MAX_TEXT:
        return value
    kept = value.encode("utf-16-le")[: 2 * (MAX_TEXT - len(CUT))]
    return kept.decode("utf-16-le", "ignore") + CUT
