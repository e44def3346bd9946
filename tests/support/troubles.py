"""Every trouble that an answer, or a connection without one, can be: what `judge` and `trouble_of` make."""

import http.client
import json
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime

import requests
import urllib3

from reports.redaction import Redactor
from reports.source.http.response import (
    VALUES_IN_A_PAGE,
    Expected,
    HttpAnswer,
    Page,
    Trouble,
    expect_page,
    expect_record,
    judge,
)
from reports.source.http.transport_errors import trouble_of
from tests.support.asking import HTML, PAGE
from tests.support.scripted_api import KEY

NOW = datetime(2026, 11, 2, 6, 30, tzinfo=UTC)
STATUSES = (*range(201, 209), 226, *range(300, 309), *range(400, 452), *range(500, 512), 520, 530, 599)
WORDS = {
    "without a word": b"",
    "with words": json.dumps({"errors": [{"error": "Conta suspensa"}]}).encode(),
    "as a web page": HTML.encode(),
    "in no encoding": b"\xff\xfe",
}
CONTENT = {
    "a web page": HTML.encode(),
    "nothing": b"",
    "a text": b"Bem-vindo",
    "null": b"null",
    "a list": b"[]",
    "a number": b"1",
    "other content": b"{}",
    "an error": WORDS["with words"],
    "UTF-16": json.dumps(PAGE).encode("utf-16"),
    "nested deeply": b"[" * 100_000,
    "many values": b"[" + b"{}," * VALUES_IN_A_PAGE + b"{}]",
    "cut short": json.dumps(PAGE).encode()[:-5],
    "more behind it": json.dumps(PAGE).encode() + b" and more",
    "the key in a hidden form": b'{"a": "%b"}' % b"".join(b"\\u%04x" % letter for letter in KEY.encode()),
}
ASKED: dict[str, Expected[Page] | Expected[str]] = {
    "documents": expect_page("invoices", 1),
    "an extra": expect_record("balance"),
}


def _name_reason(error: ssl.SSLError) -> ssl.SSLError:
    """What OpenSSL says is set by the interpreter alone."""
    error.reason = "WRONG_VERSION_NUMBER"
    return error


def _caused(cause: BaseException) -> BaseException:
    error = requests.ConnectionError("https://my-company.example/?api_key=…")
    error.__cause__ = cause
    return error


FAILURES: dict[str, BaseException] = {
    "certificate": _caused(ssl.SSLCertVerificationError(1, "certificate verify failed")),
    "name": _caused(socket.gaierror(socket.EAI_NONAME, "Name or service not known")),
    "time": _caused(TimeoutError()),
    "refused": _caused(ConnectionRefusedError()),
    "reset": _caused(ConnectionResetError()),
    "cut": _caused(http.client.IncompleteRead(b"")),
    "cut in TLS": _caused(ssl.SSLEOFError(8, "EOF occurred in violation of protocol")),
    "TLS": _caused(_name_reason(ssl.SSLError(1, "wrong version number"))),
    "no HTTP": _caused(http.client.BadStatusLine("SSH-2.0")),
    "a chunk of negative size": ValueError(),
    "tunnel": _caused(OSError("Tunnel connection failed: 502 Bad Gateway")),
    "tunnel without a login": _caused(OSError("Tunnel connection failed: 407 Authentication Required")),
    "no proxy": requests.exceptions.InvalidProxyURL(),
    "no way to the proxy": _caused(urllib3.exceptions.ProxyError("no", OSError())),
}


def make_troubles() -> Iterator[tuple[str, Trouble]]:
    """Each with a name for it."""
    bodies = {f"{status} {words}": (status, WORDS[words]) for status in STATUSES for words in WORDS}
    bodies |= {f"200, {name}": (200, body) for name, body in CONTENT.items()}
    for asked, expected in ASKED.items():
        for name, (status, body) in bodies.items():
            answer = HttpAnswer(status, {}, bytearray(body))
            outcome: object = judge(answer, expected, redact=Redactor([KEY]), now=NOW)  # type: ignore[misc]
            assert isinstance(outcome, Trouble), name
            yield f"{asked}: {name}", outcome
    for name, error in FAILURES.items():
        yield name, trouble_of(error, Redactor([KEY]))
