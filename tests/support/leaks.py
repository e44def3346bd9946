"""Looks for a secret in everything a run leaves behind, in whatever form it lies there.

Two ways meet. Containers are opened (zip, gzip, mails, data: addresses, streams of a PDF), and what is found
is decoded, twice over: percent, HTML, JSON and Python escapes, quoted-printable. In every one of these texts
the secret is looked for as bytes of each usual encoding, in base64 at each of three alignments, and in hex.
Text of a PDF that is drawn by glyph numbers is not read; its strings and metadata are.

Decoding rather than listing forms: whichever characters a library chose to escape, the secret comes back.
It knows nothing of the product's own redaction.
"""

import base64
import email
import html
import io
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote_to_bytes

MAX_DEPTH = 6
PIECE_CHARACTERS = 12
"""A text cut before it was redacted shows part of a secret; fifteen characters of one are always found."""

PIECE_STEP = 4
SHORTEST_CUT = 16
LOCAL_HEADER, GZIP, PDF = b"PK\x03\x04", b"\x1f\x8b\x08", b"%PDF-"
_BLANKS = re.compile(rb"[\r\n\t ]+")
_ESCAPED = re.compile(
    rb"\\(?:u([0-9A-Fa-f]{4})(?:\\u([dD][c-fC-F][0-9A-Fa-f]{2}))?|x([0-9A-Fa-f]{2})|([/\"'\\]))"
)
_ENTITY = re.compile(rb"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});?")
_QUOTED = re.compile(rb"=(?:([0-9A-Fa-f]{2})|[ \t]*\r?\n)")
_DATA_ADDRESS = re.compile(rb";base64,([A-Za-z0-9+/=_%-]+)")
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_MAIL = re.compile(rb"\A(?:[A-Za-z-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?MIME-Version:", re.IGNORECASE)


def places_of(secret: str, *where: Path | bytes | str) -> list[str]:
    """Where `secret` lies: "run.json: percent", one line for each place and form, without the secret.

    A folder is every file in it and their names; a path that does not exist raises FileNotFoundError.
    """
    if not secret:
        raise ValueError("nothing to look for")
    needles = _needles(secret)
    return sorted(
        {
            f"{place}: {' in '.join(filter(None, [form, coding]))}"
            for name, data in _named(where)
            for place, content in unpacked(name, data)
            for coding, text in _decoded(content)
            for form in _found(needles, text)
        }
    )


def _named(where: tuple[Path | bytes | str, ...]) -> Iterator[tuple[str, bytes]]:
    for position, one in enumerate(where, start=1):
        if isinstance(one, bytes):
            yield f"bytes {position}", one
        elif isinstance(one, str):
            yield f"text {position}", one.encode("utf-8", "surrogatepass")
        elif one.is_dir():
            for number, path in enumerate(sorted(one.rglob("*")), start=1):
                relative = path.relative_to(one).as_posix()
                yield f"name of entry {number}", relative.encode("utf-8", "surrogateescape")
                if path.is_file():
                    yield relative, path.read_bytes()
        else:
            yield one.name, one.read_bytes()


def unpacked(place: str, data: bytes, depth: int = 0) -> Iterator[tuple[str, bytes]]:
    """The bytes themselves, and everything that is packed in them."""
    yield place, data
    if depth < MAX_DEPTH:
        for inside, content in _inside(data):
            yield from unpacked(f"{place} › {inside}", content, depth + 1)


def _inside(data: bytes) -> Iterator[tuple[str, bytes]]:
    if data.startswith(LOCAL_HEADER):
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            yield "names", "\n".join(package.namelist()).encode()
            for name in package.namelist():
                yield name, package.read(name)
    elif data.startswith(GZIP):
        yield "gzip", _inflated(data, zlib.MAX_WBITS | 16)
    elif data.startswith(PDF):
        for number, stream in enumerate(_STREAM.findall(data), start=1):
            yield f"stream {number}", _inflated(stream, zlib.MAX_WBITS)
    elif _MAIL.match(data):
        for number, part in enumerate(email.message_from_bytes(data).walk(), start=1):
            content = part.get_payload(decode=True)
            if isinstance(content, bytes):
                yield f"part {number}", content
    for number, packed in enumerate(_DATA_ADDRESS.findall(data), start=1):
        yield f"data address {number}", _from_base64(unquote_to_bytes(packed))


def _inflated(data: bytes, window: int) -> bytes:
    """What can be unpacked: a file cut short, or a stream that is not packed, is no reason to stop."""
    unpacker = zlib.decompressobj(window)
    out = b""
    try:
        out = unpacker.decompress(data)
        if unpacker.unused_data.startswith(GZIP):
            out += _inflated(unpacker.unused_data, window)
    except zlib.error:
        pass
    return out


def _from_base64(text: bytes) -> bytes:
    usual = text.translate(bytes.maketrans(b"-_", b"+/"), b"=")
    usual = usual[: len(usual) - (len(usual) % 4 == 1)]
    return base64.b64decode(usual + b"=" * (-len(usual) % 4))


def _decoded(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The text as it is, and after each decoder and each pair of decoders that changes it."""
    seen = {data}
    known = [("", data)]
    for _ in range(2):
        known += [
            (f"{name} in {coding}" if coding else name, text)
            for coding, before in list(known)
            for name, decode in _DECODERS.items()
            if (text := decode(before)) not in seen and not seen.add(text)  # type: ignore[func-returns-value]
        ]
    yield from known


def _unescaped(match: re.Match[bytes]) -> bytes:
    first, second, byte, itself = match.groups()
    if first:
        units = bytes.fromhex((first + (second or b"")).decode())
        return units.decode("utf-16-be", "replace").encode()
    return bytes.fromhex(byte.decode()) if byte else itself


def _character(match: re.Match[bytes]) -> bytes:
    return html.unescape(match[0].decode()).encode("utf-8", "replace")


_DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "percent": unquote_to_bytes,
    "form": lambda data: unquote_to_bytes(data.replace(b"+", b" ")),
    "entities": lambda data: _ENTITY.sub(_character, data),
    "escapes": lambda data: _ESCAPED.sub(_unescaped, data),
    "quoted-printable": lambda data: _QUOTED.sub(
        lambda m: bytes.fromhex(m[1].decode()) if m[1] else b"", data
    ),
}


def _needles(secret: str) -> dict[str, list[bytes]]:
    texts = {unicodedata.normalize(form, secret) for form in ("NFC", "NFD")} | {secret}
    raw = {text.encode() for text in texts}
    wide = {text.encode(coding) for text in texts for coding in ("utf-16-le", "utf-16-be")}
    single = {
        text.encode("cp1252") for text in texts if text.encode("cp1252", "ignore").decode("cp1252") == text
    }
    # UTF-8 that was taken for Latin-1 and written again: what a page without a charset does.
    twice = {data.decode("latin-1").encode() for data in raw}
    whole = raw | single | wide | twice
    # UTF-16 read as single bytes, its NULs shown as blanks.
    spaced = {" ".join(secret).encode()} if len(secret) > 1 else set()
    return {
        "plain": sorted(whole | spaced),
        "piece": _pieces(secret),
        "base64": sorted({part for data in whole for part in _in_base64(data)}),
        "hex": sorted({data.hex().encode() for data in whole}),
    }


def _pieces(secret: str) -> list[bytes]:
    starts = range(0, len(secret) - PIECE_CHARACTERS + 1, PIECE_STEP)
    return [
        secret[start : start + PIECE_CHARACTERS].encode() for start in starts if len(secret) >= SHORTEST_CUT
    ]


def _in_base64(data: bytes) -> Iterator[bytes]:
    """The characters that belong to `data` alone, wherever in a longer text it begins."""
    for before in range(3):
        packed = base64.b64encode(bytes(before) + data)
        first = -(-before * 4 // 3)
        last = (before + len(data)) * 8 // 6
        yield packed[first:last]
        yield packed[first:last].translate(bytes.maketrans(b"+/", b"-_"))


def _found(needles: dict[str, list[bytes]], text: bytes) -> Iterator[str]:
    flat = _BLANKS.sub(b"", text)
    places = {"plain": text, "piece": text, "base64": flat, "hex": flat.lower()}
    for form, parts in needles.items():
        if any(part in places[form] for part in parts):
            yield form
            if form == "plain":
                return
