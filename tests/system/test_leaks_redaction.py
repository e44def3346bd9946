"""Redaction leaves nothing that an independent search still finds, and takes nothing else."""

import base64
import html
import io
import json
import logging
import re
import secrets
import time
import urllib.parse
from collections.abc import Callable, Mapping

import pytest

from reports.redaction import MASK, RedactingFormatter, Redactor
from tests.support.leaks import places_of
from tests.system.test_leaks import FORMS, SECRETS

TEXTS = """
plain | bytes | percent | percent, slashes kept | percent, small letters | form | url of a url | JSON
JSON, not ASCII | JSON, slashes | JSON in JSON | entities | entities by name | entities, decimal
entities, hex | a URL in an attribute | base64 | base64 of a login | base64 of a longer login
base64 of addresses | hex | hex, capitals | UTF-16 little | UTF-16 big | repr | repr of bytes | repr of repr
ASCII | UTF-8 read as Latin-1
"""
"""The forms that a text may hold which is shown: text is redacted before it is packed, or cut into lines."""

SHOWN: Mapping[str, Callable[[str], str]] = {
    "an error page": lambda secret: (
        f"<a href='?api_key={html.escape(urllib.parse.quote_plus(secret))}&amp;x'>"
    ),
    "a page that escapes all it can": lambda secret: "".join(f"&#x{ord(letter):02X};" for letter in secret),
    "numbers with zeros": lambda secret: "".join(f"&#{ord(letter):05d}" for letter in secret),
    "a page in a page": lambda secret: html.escape(html.escape(secret)),
    "a URL in a URL": lambda secret: urllib.parse.quote_plus(urllib.parse.quote_plus(secret)),
    "percent, every letter": lambda secret: "".join(f"%{byte:02x}" for byte in secret.encode()),
    "percent of Latin-1": lambda secret: urllib.parse.quote(secret, encoding="latin-1", errors="replace"),
    "UTF-8 read as Latin-1": lambda secret: secret.encode().decode("latin-1"),
    "Latin-1 read as UTF-8": lambda secret: secret.encode("latin-1", "replace").decode("utf-8", "replace"),
    "UTF-16 read as UTF-8": lambda secret: secret.encode("utf-16-le").decode("utf-8", "replace"),
    "half of it escaped": lambda secret: "".join(
        urllib.parse.quote(letter, safe="") if even else html.escape(letter)
        for letter, even in zip(secret, [True, False] * len(secret), strict=False)
    ),
    "a login in base64": lambda secret: base64.b64encode(f"Basic {secret}:".encode()).decode(),
    "JSON of another maker": lambda secret: "".join(
        letter if letter.isalnum() and letter.isascii() else json.dumps(letter)[1:-1].replace("\\u", "\\U")
        for letter in secret
    ).replace("\\U", "\\u"),
}


@pytest.mark.parametrize("form", re.split(r" \| |\n", TEXTS.strip()))
@pytest.mark.parametrize("kind", SECRETS)
def test_what_the_search_finds_redaction_removes(form: str, kind: str) -> None:
    made = FORMS[form](SECRETS[kind])
    text = made.decode("utf-8", "replace") if isinstance(made, bytes) else made
    assert _left(SECRETS[kind], text) == []


@pytest.mark.parametrize("form", SHOWN)
@pytest.mark.parametrize("kind", SECRETS)
def test_however_a_page_escapes_it_nothing_of_a_secret_stays(form: str, kind: str) -> None:
    text = f"before {SHOWN[form](SECRETS[kind])} after"
    redacted = Redactor([SECRETS[kind]])(text)
    assert MASK in redacted or (kind != "plain" and form.startswith("UTF-16"))
    assert redacted.startswith("before ")
    assert redacted.endswith(" after")
    assert _left(SECRETS[kind], text) == []


AWKWARD_ENDS = ["cc\\", "\\\\'x", 'a\\"b\\', "ñ\\x\\кb0#+", "\\é1\\\\", "漢漢\\=a", "0u0000\\"]
MIXED: Mapping[str, Callable[[str], str]] = {
    "UTF-16 in JSON": lambda secret: json.dumps(secret.encode("utf-16-le").decode("latin-1"))[1:-1],
    "UTF-32": lambda secret: secret.encode("utf-32-le").decode("latin-1"),
    "JSON in JSON in UTF-16": lambda secret: "".join(
        f"{letter}\\u0000" for letter in json.dumps(json.dumps(secret)[1:-1])[1:-1]
    ),
    "UTF-8 without its letters, in JSON": lambda secret: json.dumps(
        secret.encode().decode("ascii", "replace")
    ),
    "every other letter percent, the others JSON": lambda secret: "".join(
        urllib.parse.quote(letter, safe="") if place % 2 else json.dumps(letter)[1:-1]
        for place, letter in enumerate(secret)
    ),
}


@pytest.mark.parametrize("form", MIXED)
@pytest.mark.parametrize("secret", AWKWARD_ENDS)
def test_backslashes_that_stand_together_hide_nothing(secret: str, form: str) -> None:
    if "UTF-" in form and "without" not in form and not secret.isascii():
        pytest.skip("its letters are no single bytes")
    redacted = Redactor([secret])(f"before {MIXED[form](secret)} after")
    # Quotation marks around it may stay, and what escapes its first letter, or is NULs of its last one.
    assert re.fullmatch(r'before "?\\*\[key\](\0|\\+u0000|\\)*"? after', redacted), redacted


def test_a_page_without_a_secret_is_left_alone() -> None:
    page = "100 % de 1 200,50 € &amp; &#39;Filhos&#39; \\u0026 a%20b a+b/c=d 0123456789abcdef 😀\0"
    for secret in SECRETS.values():
        assert Redactor([secret])(page) == page


def test_half_a_character_that_was_typed_is_no_reason_to_stop() -> None:
    typed = "abc\udce9" + secrets.token_hex(8)
    assert (
        Redactor([typed])(f"{typed} {urllib.parse.quote(typed, errors='surrogatepass')}") == f"{MASK} {MASK}"
    )


def test_a_log_line_is_shown_in_the_order_it_is_written() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(RedactingFormatter(Redactor(), "%(message)s"))
    record = logging.LogRecord(
        "x", logging.INFO, "", 0, "client %s failed", ("Ana\u202exslx\u2066.exe\u200f",), None
    )
    handler.emit(record)
    assert stream.getvalue() == "client Ana xslx .exe  failed\n"


def _left(secret: str, text: str) -> list[str]:
    """Where the secret still is; its pieces may not stay either."""
    return places_of(secret, Redactor([secret])(text))


HOSTILE = {
    "backslashes": "\\",
    "NUL": "\0",
    "escaped NUL": "\\u0000",
    "backslash, escaped NUL": "\\\\u0000",
    "percent of percent": "%25",
    "ampersand of ampersand": "amp;",
    "ampersand": "&",
    "ampersands": "&amp;",
    "number": "&#000",
    "zeros": "0",
    "replaced": "\ufffd",
    "replaced, percent": "%EF%BF%BD",
    "replaced, JSON": "\\ufffd",
    "replaced, number": "&#65533;",
    "question marks": "?",
    "plus": "+",
    "quotes": '\\\\\\"',
    "letters": "a",
    "letters in UTF-16": "a\0",
    "base64": "QUJD",
}
"""What a name may be made of, again and again, to keep whoever looks closely at it busy."""

WORN = {
    "key": "0123456789abcdef" * 2,
    "of one letter": "a" * 32,
    "password": "a+b/c=d&e f%20#gé",
    "backslashes": "\\" * 12 + "x",
    "backslashes and quotes": '\\"' * 8 + "u0000",
    "accents": "ключключключ1",
    "accents inside": "1éèàçñöü1",
    "zeros": "0u0000" * 4,
    "signs": "%25%25&amp;&amp;#0#0;;",
}
STARTS = {"key": "0", "of one letter": "a", "accents inside": "1", "zeros": "0"}
SHORT, LONG = 6_000, 60_000
MOST_TIMES = 40
"""Ten times the length takes ten times the time, and a hundred times with the square of it."""


@pytest.mark.slow
@pytest.mark.parametrize("kind", WORN)
def test_a_long_text_takes_time_in_proportion_to_its_length(kind: str) -> None:
    redact = Redactor([WORN[kind]])
    # What makes the redactor look closely, and what may be its first letter, before what keeps it busy.
    before = f"%41 &#65; \\u0000 {STARTS.get(kind, '')}&"
    ratios = {
        name: _ratio(redact, *(before + piece * (size // len(piece)) for size in (SHORT, LONG)))
        for name, piece in HOSTILE.items()
    }
    assert {name: ratio for name, ratio in ratios.items() if ratio > MOST_TIMES} == {}


def _ratio(redact: Redactor, short: str, long: str) -> float:
    """How much longer the long text takes; each at its quickest."""
    quickest = []
    for text in (short, long):
        took = []
        for _ in range(5):
            began = time.process_time()
            redact(text)
            took.append(time.process_time() - began)
        quickest.append(min(took))
    return quickest[1] / max(quickest[0], 1e-4)
