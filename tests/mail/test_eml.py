"""One message as a file: what a strict reader finds in it, whatever stood in names and texts."""

import email
import email.policy
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.errors import ClientError
from reports.mail import eml as message
from reports.mail.eml import Mail, MailHeading
from tests.support import eml
from tests.support.examples import examples

BOOK = bytes(range(256)) * 40
PAGE = "<!DOCTYPE html>\n<p>Olá – 1 234,50 €</p>\n".encode()
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

PLAIN = Mail(
    sender="contas@example.com",
    sender_name="Contas Exemplo",
    to=("ana@example.com",),
    cc=(),
    subject="Resumo 2026-10",
    text="Bom dia.\n",
    html="<p>Bom dia.</p>\n",
)

HOSTILE = [
    "Ana\r\nBcc: eva@example.com",
    "Ana\nSubject: other\n\nbody",
    "Ana\rX-Evil: 1",
    "Ana\x0b\x0c\x1c\x85\u2028\u2029Bcc: eva@example.com",
    '"Ana", Eva <eva@example.com>',
    "Ana, Rui; Eva",
    "=?utf-8?q?=0D=0ABcc=3A_eva=40example=2Ecom?=",
    "Ana \u202e\u2066\u200fmoc.elpmaxe@ave",
    "Conceição & Irmãos " * 22,
    "a" * 400,
    "é" * 400,
    "👨‍👩‍👧‍👦" * 60,
    "\ud800\x00\x1b[31m\u007f",
    "\\",
    "",
    " \t ",
    "(comment) <>@,;:[]",
    "שלום, ana",
]


def strict(mail: Mail, files: dict[str, bytes] | None = None) -> eml.Part:
    return eml.read(message.compose(mail, files or {}))


def made(folder: Path, mail: Mail = PLAIN) -> Path:
    """The message with a workbook and a page, as a file beside them."""
    (folder / "ana-101-2026-10.xlsx").write_bytes(BOOK)
    (folder / "ana-101-2026-10.html").write_bytes(PAGE)
    files = [folder / "ana-101-2026-10.xlsx", folder / "ana-101-2026-10.html"]
    path = folder / "ana-101-2026-10.eml"
    assert message.write(path, replace(mail, attachments=files))
    return path


def test_a_message_has_two_bodies_and_the_files_with_their_types(tmp_path: Path) -> None:
    whole = eml.read(made(tmp_path).read_bytes())
    bodies, *attached = whole.parts
    assert (whole.kind, bodies.kind) == ("multipart/mixed", "multipart/alternative")
    assert [(part.kind, part.text) for part in bodies.parts] == [
        ("text/plain", "Bom dia.\n"),
        ("text/html", "<p>Bom dia.</p>\n"),
    ]
    assert [(part.kind, part.file_name, part.content) for part in attached] == [
        (XLSX, "ana-101-2026-10.xlsx", BOOK),
        ("text/html", "ana-101-2026-10.html", PAGE),
    ]
    assert all(part.header("Content-Disposition").startswith("attachment;") for part in attached)


def test_a_draft_has_these_headers_and_no_other() -> None:
    whole = strict(replace(PLAIN, cc=("rui@example.com",)))
    assert sorted(name for name, _ in whole.headers) == [
        "Cc",
        "Content-Type",
        "From",
        "MIME-Version",
        "Subject",
        "To",
        "X-Unsent",
    ]
    assert whole.header("X-Unsent") == "1"
    assert whole.header("From") == "Contas Exemplo <contas@example.com>"
    assert "Cc" not in dict(strict(PLAIN).headers)


def test_equal_content_gives_equal_bytes_and_other_content_other_boundaries() -> None:
    files = {"a-1.xlsx": BOOK}
    first, second = message.compose(PLAIN, files), message.compose(PLAIN, files)
    assert first == second
    others = [
        message.compose(replace(PLAIN, subject="Other"), files),
        message.compose(replace(PLAIN, text="Other\n"), files),
        message.compose(PLAIN, {"a-1.xlsx": BOOK[1:]}),
        message.compose(PLAIN, {"a-2.xlsx": BOOK}),
    ]
    boundaries = [re.findall(rb'boundary="([^"]+)"', data) for data in (first, *others)]
    assert all(len(pair) == 2 for pair in boundaries)
    assert len({boundary for pair in boundaries for boundary in pair}) == 10


def test_a_text_that_looks_like_a_boundary_is_none() -> None:
    (outer,) = re.findall(r'mixed;\s*boundary="([^"]+)"', message.compose(PLAIN, {}).decode())
    text = f"--{outer}\n\n--{outer}--\n--=_0\n"
    assert strict(replace(PLAIN, text=text)).parts[0].parts[0].text == text


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_adds_a_header_or_a_recipient(name: str) -> None:
    data = message.compose(replace(PLAIN, subject=f"Resumo: {name}", sender_name=name), {})
    whole = eml.read(data)
    assert {key for key, _ in whole.headers} == {
        "Content-Type",
        "MIME-Version",
        "X-Unsent",
        "From",
        "To",
        "Subject",
    }
    assert whole.header("To") == "ana@example.com"
    assert whole.header("Subject") == message.one_line(f"Resumo: {name}")
    assert whole.header("From").endswith(
        "contas@example.com" if not name.strip() else " <contas@example.com>"
    )
    lenient = email.message_from_bytes(data, policy=email.policy.default)
    assert lenient["To"].addresses[0].addr_spec == "ana@example.com"
    assert [one.addr_spec for one in lenient["From"].addresses] == ["contas@example.com"]
    assert lenient["Bcc"] is None


@pytest.mark.parametrize("name", HOSTILE)
def test_a_line_has_no_control_and_no_direction_and_is_not_long(name: str) -> None:
    line = message.one_line(name)
    assert len(line) <= message.SUBJECT_LIMIT_CHARACTERS
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]", line)
    assert line == line.strip()
    line.encode("utf-8")


def test_what_is_cut_says_so_and_families_stay_together() -> None:
    assert message.one_line("a" * 400).endswith("…")
    assert message.one_line("a" * message.SUBJECT_LIMIT_CHARACTERS) == "a" * message.SUBJECT_LIMIT_CHARACTERS
    assert message.one_line("👨‍👩‍👧‍👦 Lda") == "👨‍👩‍👧‍👦 Lda"


TEXTS = st.text(max_size=300)
LINES = st.text(st.characters(codec="utf-8"), max_size=2000)


@given(subject=TEXTS, name=TEXTS, text=LINES, html=LINES, data=st.binary(max_size=500))
@examples(100)
def test_a_strict_reader_finds_what_was_written(
    subject: str, name: str, text: str, html: str, data: bytes
) -> None:
    mail = replace(PLAIN, subject=subject, sender_name=name, text=text, html=html)
    bodies, attached = strict(mail, {"a-1.pdf": data}).parts
    assert [part.text for part in bodies.parts] == [re.sub("\r\n?", "\n", one) for one in (text, html)]
    assert attached.content == data
    heading = message.read(message.compose(mail, {}))
    assert heading == MailHeading(PLAIN.sender, ("ana@example.com",), (), message.one_line(subject))


def test_the_heading_is_read_as_it_was_written() -> None:
    to = tuple(f"cliente.{number}@example.com" for number in range(40))
    cc = ("a" * 64 + "@" + "b" * 60 + ".example.com",)
    mail = replace(PLAIN, to=to, cc=cc, subject="Resumo: Conceição, Lda", sender_name="Zé, Lda")
    data = message.compose(mail, {})
    assert message.read(data) == MailHeading("contas@example.com", to, cc, "Resumo: Conceição, Lda")
    long = [line for line in data.split(b"\r\n") if len(line) > eml.LINE_LIMIT_OCTETS]
    assert [line.strip().decode() for line in long] == list(cc)


@pytest.mark.slow
def test_the_largest_message_is_made_and_one_larger_is_not(tmp_path: Path) -> None:
    file = tmp_path / "a-1.pdf"
    mail = replace(PLAIN, attachments=[file])
    file.write_bytes(b"\0" * 7_000_000)
    assert message.write(tmp_path / "small.eml", mail)
    free = message.LIMIT_BYTES - (tmp_path / "small.eml").stat().st_size
    # 57 bytes are a line of base64, 78 with its end.
    file.write_bytes(b"\0" * (7_000_000 + free // 78 * 57))
    assert message.write(tmp_path / "largest.eml", mail)
    assert message.LIMIT_BYTES - 100 < (tmp_path / "largest.eml").stat().st_size <= message.LIMIT_BYTES
    file.write_bytes(b"\0" * (7_000_000 + free // 78 * 57 + 114))
    assert not message.write(tmp_path / "larger.eml", mail)
    assert not (tmp_path / "larger.eml").exists()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[:-30],
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b"Bom dia", b"Bon dia", 1),
        lambda data: data.replace(b"<p>Bom dia", b"<p>Bon dia"),
        lambda data: data.replace(b"ana@", b"eva@"),
        lambda data: data.replace(b"contas@", b"conta@"),
        lambda data: data.replace(b"\r\nTo:", b"\r\nBcc: eva@example.com\r\nTo:"),
        lambda data: data.replace(b"\r\nTo:", b"\r\nCc: eva@example.com\r\nTo:"),
        lambda data: data.replace(b"2026-10\r\n", b"2026-11\r\n"),
        lambda data: data.replace(b"ana-101", b"eva-103"),
        lambda data: data.replace(b"AAECAwQF", b"AAECAwQG", 1),
        lambda data: data[:0],
    ],
)
def test_what_is_not_as_it_was_made_is_found_before_anybody_gets_it(
    tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    path = made(tmp_path)
    files = {"ana-101-2026-10.xlsx": BOOK, "ana-101-2026-10.html": PAGE}
    message._read_back(path, PLAIN, files)
    spoilt = spoil(path.read_bytes())
    assert spoilt != path.read_bytes()
    path.write_bytes(spoilt)
    with pytest.raises(ClientError, match=r"ana-101-2026-10\.eml: what was written is not"):
        message._read_back(path, PLAIN, files)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.replace(b"\r\n", b"\n"),
        lambda data: data.replace(b"Bom dia", "Bóm dia".encode()),
        lambda data: data.replace(b"\r\nTo:", b"\r\nX-Long: " + b"x " * 40 + b"\r\nTo:"),
        lambda data: data.replace(b"\r\nTo:", b"\r\n\r\nTo:", 1),
        lambda data: data.replace(b"--\r\n", b"\r\n"),
        lambda data: data.replace(b"\r\nTo:", b"\r\nTo eva\r\nTo:"),
    ],
)
def test_the_strict_reader_is_strict(tmp_path: Path, spoil: Callable[[bytes], bytes]) -> None:
    data = made(tmp_path).read_bytes()
    eml.read(data)
    with pytest.raises((AssertionError, KeyError)):
        eml.read(spoil(data)).header("To").index("ana@")


def test_another_reader_finds_the_same(tmp_path: Path) -> None:
    found = email.message_from_bytes(made(tmp_path).read_bytes(), policy=email.policy.default)
    assert found["Subject"] == "Resumo 2026-10"
    plain, html, *attached = [part for part in found.walk() if not part.is_multipart()]
    assert [part.get_content_type() for part in (plain, html)] == ["text/plain", "text/html"]
    assert [part.get_payload(decode=True) for part in attached] == [BOOK, PAGE]
    assert [part.get_filename() for part in attached] == ["ana-101-2026-10.xlsx", "ana-101-2026-10.html"]
    assert not [defect for part in found.walk() for defect in part.defects]


def test_a_long_address_without_a_name_is_read_as_it_was_written() -> None:
    sender = f"{'contas' * 9}@{'escritorio' * 2}.example"
    draft = message.compose(replace(PLAIN, sender=sender, sender_name=None, attachments=()), {})
    assert message.read(draft).sender == sender
