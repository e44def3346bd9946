"""Keeps secrets out of everything that is written or shown.

The API key is part of every URL, so it is in every exception text, debug log and echoed body that shows one.
Redaction replaces it however its letters are written: as they are, percent-encoded, escaped for JSON, HTML or
Python, in any mixture of these, and as a whole in base64 and hex.
"""

import base64
import logging
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from html.entities import html5

MASK = "[key]"
REPLACED = "\ufffd"
QUOTED_CHARACTERS = 200
SHORTEST_PART = 8
"""Less of a base64 text than this may stand anywhere by chance."""

_BREAKS = (*range(32), 127, *range(128, 160), 0x2028, 0x2029)
_DIRECTIONS = (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_CONTROL = dict.fromkeys((*_BREAKS, *_DIRECTIONS), " ")
"""What would break a line, command a terminal, or show a line in another order than it is written."""

_MARKS = tuple(
    (sign, re.compile(mark))
    for sign, mark in (("%", "%(?:25)*[3-7]"), ("#", "&(?:amp;)*#"), ("\0", "\0"), ("\\", r"\\u0000"))
)
"""How a letter or digit of ASCII begins that is not written as it is, and a sign that is part of that."""

_RUN = r"\\(?<!\\\\)\\*+"
"""All backslashes that stand together, from the first to the last, so that each run is looked at once."""

_TAKEN = rf"(?<=[\0{REPLACED}])|(?<=u0000)"
"""Behind what may have been the letter already: a replaced one, or a backslash with those of a NUL."""

_NULS = 16
"""UTF-32 has three of them beside each letter, and a letter escaped twice has three signs before it."""


class Redactor:
    """Replaces every form of the given secrets by MASK."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: tuple[str, ...] = ()
        self.add(*secrets)

    def add(self, *secrets: str) -> None:
        """From now on these are replaced too. Empty text is ignored."""
        # Longest first: a short form may be part of a longer one, whose rest would then stay.
        self._secrets = tuple(_longest_first({*self._secrets, *filter(None, secrets)}))
        self._forms = tuple(_longest_first({form for secret in self._secrets for form in _forms(secret)}))
        self._spellings = tuple((secret, _compile_spelling(secret)) for secret in self._secrets)

    def __call__(self, text: str) -> str:
        """`text` without any secret."""
        for form in self._forms:
            text = text.replace(form, MASK)
        for secret, spelling in self._spellings:
            # Looking at every letter takes long in a page of megabytes, and few hold what spells a letter.
            is_plain = secret.isascii() and secret.isalnum()
            if is_plain and not any(sign in text and mark.search(text) for sign, mark in _MARKS):
                continue
            seen = text if secret.isascii() else _REPLACED_RUN.sub(REPLACED, text)
            masked = spelling.sub(MASK, seen)
            text = masked if masked != seen else text
        return text


def quote_text(text: str, redact: Redactor) -> str:
    """`text` in one short line that may be shown: without the key and without control characters."""
    line = "".join(letter if letter.isprintable() else " " for letter in redact(text))
    line = " ".join(line.split())
    return line if len(line) <= QUOTED_CHARACTERS else f"{line[: QUOTED_CHARACTERS - 1]}…"


class RedactingFormatter(logging.Formatter):
    """A log line without secrets, and without control characters that came with data.

    It works on the finished line, traceback included, so nothing reaches a handler around it.
    """

    def __init__(self, redact: Redactor, fmt: str, datefmt: str | None = None) -> None:
        super().__init__(fmt, datefmt)
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        lines = self._redact(super().format(record)).split("\n")
        return "\n    ".join(line.translate(_CONTROL) for line in lines)


def _longest_first(texts: Iterable[str]) -> list[str]:
    return sorted(texts, key=lambda text: (-len(text), text))


def _forms(secret: str) -> Iterator[str]:
    """The secret as a whole; in base64 also what belongs to it alone in a longer text, wherever it begins."""
    raw = _utf8(secret)
    yield from (secret, raw.hex(), raw.hex().upper())
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield encode(raw).decode().rstrip("=")
        for before in range(3):
            part = encode(bytes(before) + raw).decode()[-(-before * 4 // 3) : (before + len(raw)) * 8 // 6]
            if len(part) >= SHORTEST_PART:
                yield part


def _compile_spelling(secret: str) -> re.Pattern[str]:
    """The secret with every letter in any of its forms, in a text where a run of replaced ones is one sign.

    It takes time in proportion to a text, whatever stands there: what may come any number of times is taken
    from its beginning to its end, and in one way only.
    """
    letters = secret.replace("\0", "")
    pairs = zip(letters, ("", *letters), strict=False)
    return re.compile("".join(_match_between(before) + _letter(letter, before) for letter, before in pairs))


def _match_between(before: str) -> str:
    """A pattern of NULs behind a letter: UTF-16 or UTF-32 read as bytes."""
    return rf"(?:\0|{_slash(before)}u0000){{0,{_NULS}}}+" if before else ""


def _letter(letter: str, before: str) -> str:
    """A pattern of all that may stand for one letter, behind another one of the secret or none."""
    ways = [_match_letter(letter, before)]
    if letter == " ":
        ways.append(r"\+|%(?:25)*2[bB]")
    if not letter.isascii():
        # Its parts, UTF-8 taken for Latin-1, and what is left of it in an encoding that lacks it.
        others = (unicodedata.normalize("NFD", letter), _utf8(letter).decode("latin-1"))
        ways += ["".join(map(_match_letter, other, [before, *other])) for other in others]
        is_in_one_run = before == "\\" or not before.isascii()
        ways += [_match_letter("?"), f"(?>{REPLACED}|{_TAKEN})" if is_in_one_run else REPLACED]
    return f"(?:{'|'.join(ways)})"


def _match_letter(letter: str, before: str = "") -> str:
    """A pattern of the ways to write one letter."""
    if letter == "\\":
        # Those that stand together are taken at once, here or with a NUL or a replaced letter beside them.
        taken = rf"(?<=\\)|{_TAKEN}|(?={REPLACED})" if before else f"(?={REPLACED})"
        return f"(?:{_match_signs(letter, before)}|(?>{_RUN}|{taken}))"
    raw = re.escape(letter)
    return f"(?:{raw}|{_RUN}{raw}|{_match_signs(letter, before)})"


def _match_signs(letter: str, before: str = "") -> str:
    """A pattern of the ways to write one letter in signs, an escaped escape among them (%252B, &amp;lt;)."""
    code, raw = ord(letter), _utf8(letter)
    encodings = (raw, letter.encode("latin-1", "ignore"))
    ways = [
        *("".join(f"%(?:25)*(?i:{byte:02x})" for byte in encoded) for encoded in encodings if encoded),
        rf"&(?:amp;)*#(?:0*{code}|[xX]0*(?i:{code:x}));?",
        *(f"&(?:amp;)*{name}" for name in _name_letters().get(letter, ())),
    ]
    # JSON and Python leave letters and digits of ASCII as they are.
    if not (letter.isascii() and letter.isalnum()):
        units = [*memoryview(letter.encode("utf-16-le", "surrogatepass")).cast("H")]
        codes = (
            _RUN.join(rf"u(?i:{unit:04x})" for unit in units),
            _RUN.join(rf"x(?i:{byte:02x})" for byte in raw),
            rf"x(?i:{code:02x})|U(?i:{code:08x})",
        )
        ways.append(f"{_slash(before)}(?:{'|'.join(codes)})")
    return "|".join(ways)


@cache
def _name_letters() -> dict[str, list[str]]:
    """The names that HTML has for a letter. To look through all 2,231 for each one of a secret takes long."""
    names: dict[str, list[str]] = {}
    for name, text in html5.items():
        names.setdefault(text, []).append(name)
    return names


def _slash(before: str) -> str:
    """Backslashes; behind one of the secret's own, which took all that stand together, none any more."""
    return rf"(?:{_RUN}|(?<=\\))" if before == "\\" else _RUN


def _utf8(text: str) -> bytes:
    # What was typed may hold half a character.
    return text.encode("utf-8", "surrogatepass")


_REPLACED_RUN = re.compile(f"(?:{REPLACED}|{_match_signs(REPLACED)})+")
"""Letters that an encoding lacks: how many signs stand for one depends on the encoding."""
