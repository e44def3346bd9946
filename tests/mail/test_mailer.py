"""The mail server, and everything it may do: what is said of a message is what became of it."""

import secrets
import socket
import sys
import time
from typing import Literal

import pytest

from reports.errors import MailError
from reports.mail import smtp as smtp_line
from reports.mail.journal import Event
from reports.mail.mailer import Post, Receipt, probe, stamp
from reports.settings.mail import Smtp
from tests.support.leaks import places_of
from tests.support.mail_server import (
    DRIP,
    HANG_UP,
    SILENCE,
    TAKE_AND_HANG_UP,
    Authority,
    MailServer,
    answer_only,
    make_smtp,
    read_trouble,
)
from tests.support.office import NOW

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only here can a test say what the system trusts, by SSL_CERT_FILE"
)

SENDER, ANA, BEA = "contas@example.com", "ana@example.com", "bea@example.com"
ON_SENDER = "Check email.from, and whether email.smtp.user may send with it"
ON_ADDRESS = "Correct the address in the configuration or in InvoiceXpress, or ask your mail provider"
ON_SIZE = "Take a kind of file out of email.attach"
ON_CONTENT = "Ask your mail provider what this answer means"
MESSAGE = b"Subject: Resumo\r\n\r\nBom dia\r\n.\r\n..dois\r\n"


@pytest.fixture(autouse=True)
def _trusted(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.bundle))


def deliver(server: MailServer, *recipients: str, times: int = 1) -> list[Receipt]:
    with Post(make_smtp(server), server.password) as line:
        return [line.deliver(MESSAGE, sender=SENDER, recipients=recipients or (ANA,)) for _ in range(times)]


@pytest.mark.parametrize("tls", ["starttls", "tls"])
@pytest.mark.parametrize("without", [(), ("PLAIN",)])
def test_what_is_sent_arrives_byte_for_byte_over_one_connection(
    authority: Authority, tls: Literal["starttls", "tls"], without: tuple[str, ...]
) -> None:
    with MailServer(authority.server(), tls=tls, without_login=without) as server:
        assert deliver(server, ANA, BEA, times=3) == [Receipt(Event.SENT)] * 3
        assert len(server.seen("GREETING")) == len(server.seen("AUTH")) == 1
        assert {arrived.content for arrived in server.received} == {MESSAGE}
        assert {arrived.recipients for arrived in server.received} == {(ANA, BEA)}
        assert {arrived.sender for arrived in server.received} == {SENDER}


def test_a_login_may_hold_any_letters(server: MailServer) -> None:
    server.password = "pão & circo ☃"
    assert deliver(server) == [Receipt(Event.SENT)]


def test_without_a_user_nobody_logs_in(server: MailServer) -> None:
    probe(make_smtp(server, user=None), None)
    assert server.seen("AUTH") == []


def test_probing_sends_nothing(server: MailServer) -> None:
    probe(make_smtp(server), server.password)
    server.wait()
    assert [step for step, _ in server.steps] == ["GREETING", "EHLO", "STARTTLS", "EHLO", "AUTH"]


def test_a_refused_login_is_said_without_the_password(server: MailServer) -> None:
    wrong = secrets.token_urlsafe(24)
    server.answer = lambda step, said: f"535 no: {said} {wrong}" if step == "AUTH" else None
    said = read_trouble(server, wrong)
    assert "it refused the login (“535 no: PLAIN [key] [key]”)" in said
    assert places_of(wrong, said) == []
    assert "invoice-reports key set ACCOUNT --smtp" in said


def test_a_server_that_takes_no_passwords_is_said_so(authority: Authority) -> None:
    with MailServer(authority.server(), without_login=("PLAIN", "LOGIN")) as server:
        assert "it takes no login by password" in read_trouble(server)


@pytest.mark.parametrize(
    ("step", "reply", "words"),
    [
        ("GREETING", "554 go away", "it answered “554 go away”"),
        ("GREETING", "421 busy", "it answered “421 busy”"),
        ("GREETING", "HTTP/1.1 400 Bad Request", "it answered “-1"),
        ("GREETING", "2" * 9000, "it answered “500 Line too long.”"),
        ("GREETING", "\r\n".join(["220-more"] * 9000), "the connection broke"),
        ("GREETING", HANG_UP, "the connection broke"),
        ("EHLO", HANG_UP, "the connection broke"),
        ("AUTH", HANG_UP, "the connection broke"),
    ],
)
def test_a_server_that_cannot_be_used_is_a_sentence(
    server: MailServer, step: str, reply: str, words: str
) -> None:
    server.answer = answer_only(step, reply)
    assert words in read_trouble(server)


def test_where_nobody_listens_and_what_has_no_name_are_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    for host, words in (
        ("127.0.0.1", "it refused the connection"),
        ("nowhere.invalid", "name was not found"),
    ):
        with pytest.raises(MailError, match=words):
            probe(Smtp(host=host, port=port), None)


@pytest.mark.parametrize(
    ("step", "reply", "receipt"),
    [
        ("MAIL", "550 not you", Receipt(Event.REFUSED, f"“550 not you”. {ON_SENDER}")),
        ("MAIL", "552 too large", Receipt(Event.REFUSED, f"“552 too large”. {ON_SIZE}")),
        ("MAIL", "452 full", Receipt(Event.FAILED, "“452 full”")),
        ("RCPT", "550 nobody", Receipt(Event.REFUSED, f"{ANA}: “550 nobody”. {ON_ADDRESS}")),
        ("RCPT", "552 full", Receipt(Event.REFUSED, f"{ANA}: “552 full”. {ON_ADDRESS}")),
        ("RCPT", "450 later", Receipt(Event.FAILED, f"{ANA}: “450 later”")),
        ("DATA", "554 no", Receipt(Event.REFUSED, f"“554 no”. {ON_CONTENT}")),
        ("DATA", "451 later", Receipt(Event.FAILED, "“451 later”")),
        ("MESSAGE", "552 too large", Receipt(Event.REFUSED, f"“552 too large”. {ON_SIZE}")),
        ("MESSAGE", "550 spam", Receipt(Event.REFUSED, f"“550 spam”. {ON_CONTENT}")),
        ("MESSAGE", "451 later", Receipt(Event.FAILED, "“451 later”")),
        ("MESSAGE", "421 closing", Receipt(Event.FAILED, "“421 closing”")),
    ],
)
def test_a_no_is_about_one_message_and_the_next_one_goes_over_the_same_connection(
    server: MailServer, step: str, reply: str, receipt: Receipt
) -> None:
    server.answer = answer_only(step, reply, times=1)
    assert deliver(server, times=2) == [receipt, Receipt(Event.SENT)]
    assert len(server.received) == 1
    assert len(server.seen("GREETING")) == 1


def test_some_refused_recipients_do_not_keep_it_from_the_others(server: MailServer) -> None:
    server.answer = lambda step, said: "550 nobody" if step == "RCPT" and BEA in said else None
    assert deliver(server, ANA, BEA) == [Receipt(Event.SENT, refused={BEA: "“550 nobody”"})]
    assert [arrived.recipients for arrived in server.received] == [(ANA,)]


def test_refused_now_and_for_good_may_be_tried_again(server: MailServer) -> None:
    server.answer = lambda step, said: ("450 later" if BEA in said else "550 no") if step == "RCPT" else None
    (receipt,) = deliver(server, ANA, BEA)
    assert receipt.event is Event.FAILED


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("reply", [HANG_UP, "421 closing", "nonsense"])
def test_a_connection_that_breaks_before_the_message_is_made_anew_once(
    server: MailServer, step: str, reply: str
) -> None:
    server.answer = answer_only(step, reply, times=1)
    assert deliver(server, times=2) == [Receipt(Event.SENT)] * 2
    assert len(server.seen("GREETING")) == 2
    server.answer = answer_only(step, reply, times=2)
    (receipt,) = deliver(server)
    assert receipt.event is Event.FAILED
    assert len(server.received) == 2


def test_a_server_that_does_not_come_back_is_not_called_for_every_message(server: MailServer) -> None:
    calls = iter([None])
    server.answer = lambda step, _: (
        HANG_UP if step == "MAIL" else next(calls, "554 gone") if step == "GREETING" else None
    )
    receipts = deliver(server, times=5)
    assert {receipt.event for receipt in receipts} == {Event.FAILED}
    assert "it answered “554 gone”" in str(receipts[4].reason)
    assert len(server.seen("GREETING")) == 2


@pytest.mark.parametrize("reply", [HANG_UP, TAKE_AND_HANG_UP, SILENCE, DRIP, "what", "354 more"])
def test_without_an_answer_to_a_whole_message_nobody_knows_and_it_is_not_sent_again(
    server: MailServer, monkeypatch: pytest.MonkeyPatch, reply: str
) -> None:
    server.answer = answer_only("MESSAGE", reply, times=1)
    with Post(make_smtp(server), server.password) as line, monkeypatch.context() as soon:
        soon.setattr(smtp_line, "VERDICT_SECONDS", 0.4)
        assert line.deliver(MESSAGE, sender=SENDER, recipients=[ANA]).event is Event.UNCLEAR
        soon.undo()
        assert line.deliver(MESSAGE, sender=SENDER, recipients=[ANA]).event is Event.SENT
    assert len(server.seen("MESSAGE")) == 2


def test_a_message_cut_on_its_way_has_not_left(server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(step: str, _said: str) -> str | None:
        if step != "DATA":
            return None
        monkeypatch.setattr(smtp_line, "REPLY_SECONDS", 0.5)
        return "354 go on"

    # Half of a large message stays in the line when nobody reads it.
    server.answer = answer
    large = MESSAGE + b"x" * 70 + b"\r\n" * 4_000_000
    with Post(make_smtp(server), server.password) as line:
        receipt = line.deliver(large, sender=SENDER, recipients=[ANA])
    assert receipt.event is Event.FAILED
    assert server.received == []


def test_no_message_begins_after_the_time_for_all(
    server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Post(make_smtp(server), server.password) as line:
        line._until = time.monotonic() - 1
        receipt = line.deliver(MESSAGE, sender=SENDER, recipients=[ANA])
    assert receipt == Receipt(Event.FAILED, "25 minutes were not enough for all mails")


def test_a_draft_leaves_with_date_and_name_and_is_a_draft_no_more() -> None:
    draft = b"From: a@example.com\r\nX-Unsent: 1\r\nSubject: x\r\n\r\nX-Unsent: 1\r\n"
    assert stamp(draft, message_id="<1@example.com>", at=NOW) == (
        b"Date: Mon, 02 Nov 2026 06:30:00 +0000\r\nMessage-ID: <1@example.com>\r\n"
        b"From: a@example.com\r\nSubject: x\r\n\r\nX-Unsent: 1\r\n"
    )
