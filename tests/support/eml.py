"""A message as a mail program reads it: own reader of RFC 5322 and MIME, strict where they leave no choice.

It shares nothing with what writes messages. What a lenient program would put up with is an error here: bare
line ends, long lines, anything but ASCII, a header or a boundary that is not where it belongs.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LINE_LIMIT_OCTETS = 78
LONGEST_LINE_OCTETS = 998
"""RFC 5322, 2.1.1: should be no more, and must not be. What has no blank, like an address, is not folded."""

_HEADER = re.compile(r"([!-9;-~]+):[ \t]*(.*)", re.DOTALL)
_WORD = re.compile(r"=\?([\w-]+)\?([bBqQ])\?([!->@-~]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)[ \t]+(?==\?)")
_PARAMETER = re.compile(r';\s*([\w-]+)=(?:"([^"]*)"|([^\s;"]+))')


@dataclass(frozen=True)
class Part:
    """Headers in their order, unfolded; the content, or parts."""

    headers: tuple[tuple[str, str], ...]
    content: bytes
    parts: "tuple[Part, ...]" = ()

    def header(self, name: str) -> str:
        """The one header of that name, its encoded words read; empty when there is none."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(values) < 2, f"{name} comes twice"
        return decoded(values[0]) if values else ""

    @property
    def kind(self) -> str:
        return self.header("Content-Type").partition(";")[0]

    @property
    def file_name(self) -> str:
        return _parameters(self.header("Content-Disposition")).get("filename", "")

    @property
    def text(self) -> str:
        assert _parameters(self.header("Content-Type"))["charset"].lower() == "utf-8"
        return self.content.decode("utf-8").replace("\r\n", "\n")


def read(data: bytes) -> Part:
    """The message. AssertionError for what no strict reader takes."""
    assert data.isascii()
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)|\0", data), "a bare line end, or NUL"
    for line in data.split(b"\r\n"):
        can_be_folded = b" " in line.strip()
        assert len(line) <= (LINE_LIMIT_OCTETS if can_be_folded else LONGEST_LINE_OCTETS)
    return _part(data.decode("ascii"))


def leaves(part: Part) -> Iterator[Part]:
    """The parts that have a content, in their order."""
    if part.parts:
        for one in part.parts:
            yield from leaves(one)
    else:
        yield part


def body(path: Path, kind: str) -> str:
    """The body of the message in the file, `text/plain` or `text/html`."""
    alternative = read(path.read_bytes()).parts[0]
    return next(part.text for part in alternative.parts if part.kind == kind)


def decoded(value: str) -> str:
    """A header's text, its encoded words read (RFC 2047); blanks between two of them are none."""
    joined = _BETWEEN_WORDS.sub(r"\1", value)
    for found in _WORD.finditer(joined):
        assert len(found[0]) <= 75, "an encoded word is too long"
        _word(found)
    return _WORD.sub(_word, joined)


def _part(text: str) -> Part:
    head, separator, rest = text.partition("\r\n\r\n")
    assert separator
    headers = tuple(_headers(head))
    whole = Part(headers, b"")
    if whole.kind.startswith("multipart/"):
        boundary = _parameters(whole.header("Content-Type"))["boundary"]
        return Part(headers, b"", tuple(map(_part, _between(boundary, rest))))
    return Part(headers, _content(rest, whole.header("Content-Transfer-Encoding")))


def _headers(head: str) -> Iterator[tuple[str, str]]:
    for line in re.sub(r"\r\n(?=[ \t])", "", head).split("\r\n"):
        header = _HEADER.fullmatch(line)
        assert header, f"no header: {line!r}"
        yield header[1], header[2]


def _between(boundary: str, text: str) -> list[str]:
    """What stands between the lines of the boundary; before the first and after the last there is nothing."""
    assert len(boundary) <= 70
    before, *parts, after = f"\r\n{text}".split(f"\r\n--{boundary}")
    assert before.strip() == ""
    assert after.strip() == "--"
    assert parts
    assert all(part.startswith("\r\n") for part in parts)
    return [part.removeprefix("\r\n") for part in parts]


def _content(text: str, encoding: str) -> bytes:
    if encoding == "base64":
        return base64.b64decode(text.replace("\r\n", ""), validate=True)
    assert encoding == "quoted-printable"
    assert not re.search(r"[ \t](\r\n|$)|=(?![0-9A-F]{2}|\r\n)", text), "not quoted-printable"
    return binascii.a2b_qp(text.encode("ascii"))


def _word(found: re.Match[str]) -> str:
    assert found[1].lower() == "utf-8"
    if found[2] in "bB":
        return base64.b64decode(found[3], validate=True).decode("utf-8")
    return binascii.a2b_qp(found[3].encode("ascii"), header=True).decode("utf-8")


def _parameters(value: str) -> dict[str, str]:
    return {name.lower(): quoted or bare for name, quoted, bare in _PARAMETER.findall(value)}
