"""What looks for a secret finds it in every form and in every container, and nowhere else."""

import base64
import gzip
import html
import io
import json
import quopri
import secrets
import urllib.parse
import zipfile
import zlib
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.support.leaks import places_of

AWKWARD = "a+b/c=d&e f%20#gé"
PLAIN = secrets.token_hex(20)
QUOTED = 'it\'s "<quoted>" \\ ключ😀' + secrets.token_hex(4)
NAMED = str.maketrans(
    {
        letter: f"&{name};"
        for name, letter in {
            "amp": "&",
            "plus": "+",
            "sol": "/",
            "eacute": "é",
            "equals": "=",
            "num": "#",
        }.items()
    }
)
SECRETS = {"awkward": AWKWARD, "plain": PLAIN, "quoted": QUOTED}


def _mail(secret: str, encoding: str) -> bytes:
    message = EmailMessage()
    message["Subject"] = "Contas"
    message.set_content(f"é {secret} " + "x" * 90, cte=encoding)
    return message.as_bytes()


def _mail_with_a_workbook(secret: str) -> bytes:
    message = EmailMessage()
    message["Subject"] = "Contas"
    message.set_content("Bom dia")
    message.add_attachment(_zip(secret), maintype="application", subtype="octet-stream", filename="a.xlsx")
    return message.as_bytes()


def _zip(secret: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/sheet1.xml", f"<t>{html.escape(secret)}</t>" + "x" * 500)
    return target.getvalue()


def _pdf(secret: str) -> bytes:
    return b"%PDF-1.7\n1 0 obj\nstream\r\n" + zlib.compress(f"({secret}) Tj".encode() * 9) + b"\nendstream\n"


def _numbered(secret: str, form: str) -> str:
    return "".join(form.format(ord(letter)) for letter in secret)


FORMS: Mapping[str, Callable[[str], bytes | str]] = {
    "plain": lambda secret: secret,
    "bytes": str.encode,
    "percent": lambda secret: urllib.parse.quote(secret, safe=""),
    "percent, slashes kept": urllib.parse.quote,
    "percent, small letters": lambda secret: "".join(f"%{byte:02x}" for byte in secret.encode()),
    "form": urllib.parse.quote_plus,
    "url of a url": lambda secret: urllib.parse.quote_plus(urllib.parse.quote_plus(secret)),
    "JSON": json.dumps,
    "JSON, not ASCII": lambda secret: json.dumps(secret, ensure_ascii=False),
    "JSON, slashes": lambda secret: json.dumps(secret).replace("/", "\\/"),
    "JSON, every letter": lambda secret: "".join(
        f"\\u{unit:04X}" for unit in memoryview(secret.encode("utf-16-le")).cast("H")
    ),
    "JSON in JSON": lambda secret: json.dumps(json.dumps(secret)),
    "entities": html.escape,
    "entities by name": lambda secret: secret.translate(NAMED),
    "entities, decimal": lambda secret: _numbered(secret, "&#{};"),
    "entities, hex": lambda secret: _numbered(secret, "&#x{:x};"),
    "a URL in an attribute": lambda secret: html.escape("?a=1&api_key=" + urllib.parse.quote(secret)),
    "base64": lambda secret: base64.b64encode(secret.encode()),
    "base64 of a login": lambda secret: base64.b64encode(f"u:{secret}:x".encode()),
    "base64 of a longer login": lambda secret: base64.b64encode(f"us:{secret}".encode()),
    "base64 of addresses": lambda secret: base64.urlsafe_b64encode(b">>>>" + secret.encode()),
    "base64 in lines": lambda secret: base64.encodebytes(b"x" * 50 + secret.encode()),
    "hex": lambda secret: secret.encode().hex(),
    "hex, capitals": lambda secret: secret.encode().hex().upper(),
    "UTF-16 little": lambda secret: b"x" + secret.encode("utf-16-le"),
    "UTF-16 big": lambda secret: secret.encode("utf-16-be"),
    "hex of UTF-16": lambda secret: "<feff" + secret.encode("utf-16-be").hex() + ">",
    "repr": repr,
    "repr of bytes": lambda secret: repr(secret.encode()),
    "repr of repr": lambda secret: repr(repr(secret)),
    "ASCII": ascii,
    "UTF-8 read as Latin-1": lambda secret: secret.encode().decode("latin-1"),
    "UTF-16, NULs as blanks": " ".join,
    "quoted-printable": lambda secret: quopri.encodestring(b"x" * 60 + secret.encode()),
    "zip": _zip,
    "gzip": lambda secret: gzip.compress(secret.encode()),
    "gzip, two members": lambda secret: gzip.compress(b"first") + gzip.compress(secret.encode()),
    "gzip cut short": lambda secret: gzip.compress(secret.encode() + secrets.token_bytes(9000))[:-4000],
    "PDF": _pdf,
    "mail, base64": lambda secret: _mail(secret, "base64"),
    "mail, quoted-printable": lambda secret: _mail(secret, "quoted-printable"),
    "mail with a workbook": _mail_with_a_workbook,
    "data address": lambda secret: (
        "src='data:;base64," + base64.b64encode(gzip.compress(secret.encode())).decode()
    ),
}
CUT: Mapping[str, Callable[[str], str]] = {
    "at the end": lambda secret: f"?api_key={secret[:15]}",
    "at the beginning": lambda secret: f"{secret[-15:]}&page=1",
    "within": lambda secret: f"{secret[3:18]}…",
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_secret_is_found(form: str) -> None:
    assert [kind for kind, secret in SECRETS.items() if not places_of(secret, FORMS[form](secret))] == []


@pytest.mark.parametrize("form", FORMS)
def test_another_secret_is_none(form: str) -> None:
    data = FORMS[form]("another+secret/é=" + secrets.token_hex(20))
    assert [place for secret in SECRETS.values() for place in places_of(secret, data)] == []


@pytest.mark.parametrize("cut", CUT)
def test_a_text_cut_before_it_was_redacted_still_shows_a_secret(cut: str) -> None:
    assert places_of(PLAIN, CUT[cut](PLAIN)) == ["text 1: piece"]


def test_cp1252_and_decomposed_letters_are_found() -> None:
    assert places_of(AWKWARD, AWKWARD.encode("cp1252"))
    assert places_of(AWKWARD, AWKWARD.replace("é", "e\u0301"))


def test_a_place_is_named_without_the_secret(tmp_path: Path) -> None:
    (tmp_path / "month").mkdir()
    (tmp_path / "month" / "a.xlsx").write_bytes(_zip(AWKWARD))
    (tmp_path / "month" / "clean.html").write_text("nothing", "utf-8")
    (tmp_path / f"of-{PLAIN}.txt").write_bytes(b"")
    assert places_of(AWKWARD, tmp_path) == ["month/a.xlsx › xl/sheet1.xml: plain in entities"]
    assert places_of(PLAIN, tmp_path, f"the key is {PLAIN}", b"") == [
        "name of entry 4: plain",
        "text 2: plain",
    ]


def test_what_is_not_there_is_no_clean_place(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        places_of(PLAIN, tmp_path / "nowhere")
    with pytest.raises(ValueError, match="nothing to look for"):
        places_of("", "text")
