"""One message: a client's mail as a file, `.eml`, that any mail program opens as a draft.

The bytes depend on what is in it and on nothing else: no date, and boundaries made of the content. Lines end
with CRLF and are short. Nothing but an address or one line of text reaches a header, no blind copy either.
"""

import base64
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.charset import QP, Charset
from email.header import Header
from email.message import EmailMessage, Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import formataddr
from hashlib import sha256
from pathlib import Path

from reports.errors import ClientError

ENDING = ".eml"
LIMIT_BYTES = 10_000_000
"""Many servers take no larger message; counted as it travels, attachments in base64."""

ENCODED_WORD_LIMIT = 75
"""RFC 2047, 2: characters of an encoded word, its marks among them."""

SUBJECT_LIMIT_CHARACTERS = 200
TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".html": "text/html; charset=utf-8",
    ".pdf": "application/pdf",
}
"""Media types of what goes with a mail, by the ending of its name."""

_POLICY = policy.compat32.clone(linesep="\r\n", mangle_from_=False)
_UTF8 = Charset("utf-8")
_UTF8.body_encoding = QP
_DIRECTIONS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True)
class Mail:
    """What a message is made of, its words last. Names and words may be any text; addresses are checked."""

    sender: str
    sender_name: str | None
    to: Sequence[str]
    cc: Sequence[str]
    subject: str = ""
    text: str = ""
    html: str = ""
    attachments: Sequence[Path] = ()


@dataclass(frozen=True)
class MailHeading:
    """Who a message is for and what it is about, as it says itself; `files` by name."""

    sender: str
    to: tuple[str, ...]
    cc: tuple[str, ...]
    subject: str
    files: Mapping[str, bytes] = field(default_factory=dict, compare=False, repr=False)


def write(path: Path, mail: Mail) -> bool:
    """Writes the message unless it is larger than LIMIT_BYTES: False. Raises ClientError, OSError."""
    files = {file.name: file.read_bytes() for file in mail.attachments}
    data = compose(mail, files)
    if len(data) > LIMIT_BYTES:
        return False
    path.write_bytes(data)
    _read_back(path, mail, files)
    return True


def compose(mail: Mail, files: Mapping[str, bytes]) -> bytes:
    """The message with the attachments `files`, by their names, which are ASCII."""
    whole = MIMEMultipart("mixed")
    whole["X-Unsent"] = "1"
    name = one_line(mail.sender_name or "")
    encoded = _header(name, "From")
    is_plain = encoded == name
    whole["From"] = formataddr((name, mail.sender)) if is_plain else f"{encoded} <{mail.sender}>"
    whole["To"] = ", ".join(mail.to)
    if mail.cc:
        whole["Cc"] = ", ".join(mail.cc)
    whole["Subject"] = _header(one_line(mail.subject), "Subject")
    body = MIMEMultipart("alternative")
    body.attach(_text(mail.text, "plain"))
    body.attach(_text(mail.html, "html"))
    whole.attach(body)
    for file, data in files.items():
        whole.attach(_attachment(file, data))
    _set_boundaries(whole, body)
    return whole.as_bytes(policy=_POLICY)


def read(data: bytes) -> MailHeading:
    """The heading of a message that `compose` made."""
    return _read_heading(message_from_bytes(data, policy=policy.default))


def one_line(text: str) -> str:
    """`text` without line breaks, other control characters and marks of direction, cut if it is too long."""
    # A mark of direction would turn what stands behind it in every list of mails.
    shown = "".join(" " if _is_control(mark) else mark for mark in text)
    line = " ".join(shown.encode("utf-8", "replace").decode().split())
    return line if len(line) <= SUBJECT_LIMIT_CHARACTERS else f"{line[: SUBJECT_LIMIT_CHARACTERS - 1]}…"


def _read_back(path: Path, mail: Mail, files: Mapping[str, bytes]) -> None:
    """Raises ClientError when the file does not say what it was made of."""
    found = message_from_bytes(path.read_bytes(), policy=policy.default)
    heading = MailHeading(mail.sender, tuple(mail.to), tuple(mail.cc), one_line(mail.subject))
    bodies = [_content(part) for part in found.walk() if not part.is_multipart()][:2]
    is_whole = [_BREAK.sub("\n", body.decode()) for body in bodies] == [_lines(mail.text), _lines(mail.html)]
    again = _read_heading(found)
    if again != heading or again.files != files or not is_whole or found["Bcc"] or found.defects:
        raise ClientError(f"{path.name}: what was written is not what it was made of. Run again")


def _read_heading(found: EmailMessage) -> MailHeading:
    sender, to, cc = (_addresses(found, name) for name in ("From", "To", "Cc"))
    files = {part.get_filename(""): _content(part) for part in found.iter_attachments()}
    return MailHeading(", ".join(sender), to, cc, str(found["Subject"]), files)


def _text(text: str, kind: str) -> Message:
    return MIMEText(_lines(text), kind, _UTF8)  # type: ignore[arg-type] # a Charset is documented to do


def _attachment(name: str, data: bytes) -> Message:
    part = MIMEBase("application", "octet-stream")
    part.replace_header("Content-Type", TYPES[Path(name).suffix])
    part["Content-Transfer-Encoding"] = "base64"
    part.add_header("Content-Disposition", "attachment", filename=name)
    part.set_payload(base64.encodebytes(data).decode("ascii"))
    return part


def _set_boundaries(whole: Message, body: Message) -> None:
    """Made of the content; `=_` stands in no line of base64 or quoted-printable."""
    parts = [part for part in whole.walk() if not part.is_multipart()]
    content = sha256(repr(whole.items()).encode())
    for part in parts:
        content.update(part.as_bytes(policy=_POLICY))
    for place, holder in enumerate((whole, body)):
        holder.set_boundary(f"=_{place}{content.hexdigest()[:40]}")


def _header(text: str, name: str) -> str:
    """`text` as it may stand in a header, where it is not taken for something encoded (RFC 2047)."""
    if text.isascii() and "=?" not in text:
        return text
    return Header(text, "utf-8", header_name=name).encode(maxlinelen=ENCODED_WORD_LIMIT)


def _addresses(found: EmailMessage, name: str) -> tuple[str, ...]:
    return tuple(one.addr_spec for header in found.get_all(name, ()) for one in header.addresses)


def _content(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _lines(text: str) -> str:
    """`text` with one kind of line end, and only what UTF-8 can hold."""
    return _BREAK.sub("\n", text).encode("utf-8", "replace").decode()


def _is_control(mark: str) -> bool:
    is_direction = unicodedata.bidirectional(mark) in _DIRECTIONS or mark in "\u061c\u200e\u200f"
    return is_direction or unicodedata.category(mark) in ("Cc", "Zl", "Zp")
