"""The line to the mail server: encrypted and verified before all else, and each answer within its time."""

import sys
import time
from typing import Literal

import pytest

from reports.mail import smtp as smtp_line
from tests.support.mail_server import DRIP, HANG_UP, SILENCE, Authority, MailServer, answer_only, read_trouble
from tests.support.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only here can a test say what the system trusts, by SSL_CERT_FILE"
)


@pytest.fixture(autouse=True)
def _trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.bundle))


def test_nothing_is_said_to_a_server_that_offers_no_encryption(authority: Authority) -> None:
    with MailServer(authority.server(), tls="none") as server:
        assert "it offers no encryption (STARTTLS), and without it nothing is sent" in read_trouble(server)
        assert {step for step, _ in server.steps} == {"GREETING", "EHLO"}


@pytest.mark.parametrize("reply", ["454 not now", "220 go ahead\r\n250 injected", HANG_UP])
def test_encryption_that_does_not_come_about_ends_it(server: MailServer, reply: str) -> None:
    server.answer = answer_only("STARTTLS", reply)
    read_trouble(server)
    assert server.seen("AUTH") == []


def test_a_server_that_speaks_plain_where_encryption_begins_at_once_hears_nothing(
    authority: Authority,
) -> None:
    with MailServer(authority.server(), tls="none") as server:
        assert "no secure connection could be made" in read_trouble(server, security="tls")
        assert server.seen("EHLO") == []


@pytest.mark.parametrize(
    ("address", "days", "is_known", "words"),
    [
        ("127.0.0.1", -1, True, "certificate has expired"),
        ("127.0.0.2", 30, True, "IP address mismatch"),
        ("127.0.0.1", 30, False, "unable to get local issuer certificate"),
    ],
)
@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_no_password_goes_to_a_server_whose_certificate_is_not_trusted(
    authority: Authority,
    monkeypatch: pytest.MonkeyPatch,
    tls: Literal["starttls", "tls"],
    address: str,
    days: int,
    is_known: bool,
    words: str,
) -> None:
    if not is_known:
        monkeypatch.delenv("SSL_CERT_FILE")
    with MailServer(authority.server(address, days=days), tls=tls) as server:
        assert words in read_trouble(server)
        assert server.seen("AUTH") == []


@pytest.mark.parametrize("step", ["GREETING", "EHLO", "AUTH"])
@pytest.mark.parametrize("reply", [SILENCE, DRIP])
def test_no_answer_is_waited_for_longer_than_its_time(
    server: MailServer, monkeypatch: pytest.MonkeyPatch, step: str, reply: str
) -> None:
    monkeypatch.setattr(smtp_line, "REPLY_SECONDS", 0.4)
    server.answer = answer_only(step, reply)
    began = time.monotonic()
    assert "it did not answer in time" in read_trouble(server)
    assert time.monotonic() - began < PATIENCE_SECONDS
