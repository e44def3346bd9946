"""No secret in any form, and no control character, in what is written or shown."""

import base64
import html
import io
import json
import logging
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import quote, quote_plus, urlencode

import pytest
import requests

from reports.redaction import MASK, RedactingFormatter, Redactor

AWKWARD = "a+b/c=d&e f%20#gé"
PLAIN = "0123456789abcdef" * 2


def _in_a_url(secret: str) -> str:
    request = requests.Request("POST", "https://x.example/a.json", params={"api_key": secret, "page": "1"})
    return request.prepare().url or ""


FORMS: Mapping[str, Callable[[str], str]] = {
    "plain": lambda secret: secret,
    "url of requests": _in_a_url,
    "urlencode": lambda secret: urlencode({"api_key": secret}),
    "percent": lambda secret: quote(secret, safe=""),
    "percent, slashes kept": quote,
    "percent, reserved kept": lambda secret: quote(secret, safe="!$&'()*+,;=:@/"),
    "percent, small letters": lambda secret: re.sub("%..", lambda code: code[0].lower(), quote_plus(secret)),
    "json": json.dumps,
    "json, not ascii": lambda secret: json.dumps(secret, ensure_ascii=False),
    "json, slashes escaped": lambda secret: json.dumps(secret).replace("/", "\\/"),
    "json, not ascii, slashes escaped": lambda secret: json.dumps(secret, ensure_ascii=False).replace(
        "/", "\\/"
    ),
    "html attribute": html.escape,
    "html text": lambda secret: html.escape(secret, quote=False),
    "base64": lambda secret: base64.b64encode(secret.encode()).decode(),
    "base64 of addresses": lambda secret: base64.urlsafe_b64encode(secret.encode()).decode(),
    "base64 without padding": lambda secret: base64.b64encode(secret.encode()).decode().rstrip("="),
    "repr": repr,
    "repr of bytes": lambda secret: repr(secret.encode()),
}


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """What the log of this test holds, written through a redacting formatter."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(RedactingFormatter(Redactor([AWKWARD]), "%(levelname)s %(message)s"))
    logger = logging.getLogger("test-redaction")
    logger.propagate = False
    logger.addHandler(handler)
    yield stream
    logger.removeHandler(handler)


log = logging.getLogger("test-redaction")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("secret", [AWKWARD, PLAIN, "quote\"d\\<key>'s", "ключ/ß"])
def test_a_secret_is_found_in_every_form(secret: str, form: str) -> None:
    around = re.escape(FORMS[form]("KEY")).replace("KEY", re.escape(MASK))
    left = re.escape(MASK) + "=*" if form.startswith("base64") else around
    assert re.fullmatch(f"before {left} after", Redactor([secret])(f"before {FORMS[form](secret)} after"))


def test_the_longest_form_goes_first_so_that_no_rest_of_it_stays() -> None:
    assert Redactor(["abc", "abcdef"])("abcdef abc") == f"{MASK} {MASK}"


def test_secrets_may_be_added_later_and_empty_ones_are_ignored() -> None:
    redact = Redactor([""])
    assert redact(f"a {PLAIN}") == f"a {PLAIN}"
    redact.add(PLAIN, "")
    assert redact(f"a {PLAIN}") == f"a {MASK}"


def test_text_without_a_secret_stays_as_it_is() -> None:
    assert Redactor([PLAIN])("1 234,50 €\n") == "1 234,50 €\n"


def test_a_log_line_holds_no_secret_and_no_control_character(stream: io.StringIO) -> None:
    log.warning("name %s from %s", "Ana\x1b[31m\r\x00\x85\u2028\x9bLda", f"?api_key={quote_plus(AWKWARD)}")
    assert stream.getvalue() == f"WARNING name Ana [31m     Lda from ?api_key={MASK}\n"


def test_every_control_character_becomes_a_blank(stream: io.StringIO) -> None:
    every = (chr(code) for code in range(0x3000) if unicodedata.category(chr(code)) in {"Cc", "Zl", "Zp"})
    data = "".join(every).replace("\n", "")
    log.warning("%s|%s", data, "\x1fa ~\xa0é")
    assert stream.getvalue() == f"WARNING {' ' * len(data)}| a ~\xa0é\n"


def test_a_line_break_in_data_cannot_pretend_to_be_a_new_entry(stream: io.StringIO) -> None:
    log.warning("name %s", "Ana\nERROR all is lost")
    assert stream.getvalue() == "WARNING name Ana\n    ERROR all is lost\n"


def test_a_traceback_and_its_causes_hold_no_secret(stream: io.StringIO) -> None:
    try:
        try:
            raise OSError(f"https://x.example/?api_key={quote(AWKWARD, safe='')}")
        except OSError as cause:
            raise ValueError(f"the key is {AWKWARD}") from cause
    except ValueError:
        log.exception("it failed for %r", AWKWARD, stack_info=True)
    written = stream.getvalue()
    assert "Traceback" in written
    assert written.count(MASK) == 3
    assert AWKWARD not in written
    assert quote(AWKWARD, safe="") not in written
    assert all(line.startswith((" ", "ERROR")) for line in written.splitlines())
