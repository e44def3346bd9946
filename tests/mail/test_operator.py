"""The operator is told how a run ended that left something to look at, and of no other."""

import re
import sys
from collections.abc import Iterator
from email.header import decode_header, make_header
from pathlib import Path

import pytest

from reports.deliver import publish
from tests.conftest import ANA, RUI
from tests.support.english import find_english
from tests.support.mail_server import Arrived
from tests.support.mailroom import RECIPIENTS, SENDER, Mailroom, mailroom, provoke_warning
from tests.support.office import ACCOUNT

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only here can a test say what the system trusts, by SSL_CERT_FILE"
)

OPERATOR = "gabinete@example.com"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Mailroom]:
    with mailroom(tmp_path) as room:
        room.configure(when="send")
        yield room


def read_told(room: Mailroom) -> list[Arrived]:
    return [arrived for arrived in room.server.received if arrived.recipients == (OPERATOR,)]


def read_text(arrived: Arrived) -> str:
    content = arrived.mail.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content.decode("utf-8")


def read_parts(arrived: Arrived) -> list[str]:
    parts = [part.get_payload(decode=True) for part in arrived.mail.walk()]
    return [part.decode("utf-8", "replace") for part in parts if isinstance(part, bytes)]


def test_the_operator_is_told_what_happened_where_to_look_and_nothing_secret(room: Mailroom) -> None:
    room.configure(
        {ANA: RECIPIENTS[ANA], RUI: RECIPIENTS[RUI]}, operator=OPERATOR, when="send", language="en"
    )
    said = room.run()
    assert said.code == 6
    (arrived,) = read_told(room)
    assert arrived.mail["Subject"] == "invoicexpress-reports: office 2026-10 ended with exit code 6"
    assert (arrived.mail["From"], arrived.mail["To"]) == (SENDER, OPERATOR)
    words = read_text(arrived)
    assert words.startswith(said.last)
    for line in ("Account: office", "Period: 2026-10", "Exit code: 6", f"Overview: {room.office.month}"):
        assert line in words
    for secret in (room.server.password, room.office.sandbox.api_key):
        assert secret not in arrived.content.decode("ascii")


@pytest.mark.parametrize("language", ["pt", "en", "es"])
def test_the_operator_reads_what_the_month_comes_to_and_no_client_does(room: Mailroom, language: str) -> None:
    room.configure({ANA: RECIPIENTS[ANA]}, operator=OPERATOR, when="send", language=language)
    provoke_warning(room, RUI)
    assert room.run().code == 6
    words = read_text(read_told(room)[0])
    (vat, by_hand, overdue) = words.strip().splitlines()[-3:]
    told = {
        "pt": ("IVA dos campos 2, 4, 6: ", "A decidir à mão: ", "Vencido: "),
        "en": ("VAT of fields 2, 4, 6: ", "To decide by hand: ", "Overdue: "),
        "es": ("IVA de los campos 2, 4, 6: ", "A decidir a mano: ", "Vencido: "),
    }[language]
    assert (vat.startswith(told[0]), by_hand.startswith(told[1]), overdue.startswith(told[2])) == (True,) * 3
    assert re.search(r"\d[.,]\d\d", vat)
    others = [arrived for arrived in room.server.received if arrived.recipients != (OPERATOR,)]
    assert others
    assert not any(part in str(read_parts(arrived)) for arrived in others for part in told[:2])


def test_of_a_month_without_a_word_to_say_nobody_is_told(room: Mailroom) -> None:
    room.configure(operator=OPERATOR)
    assert room.run().code == 0
    assert read_told(room) == []


def test_the_operator_is_told_of_a_run_that_could_not_begin(room: Mailroom) -> None:
    room.configure(operator=OPERATOR, language="en")
    with publish.one_run(room.office.output / ACCOUNT):
        assert room.run().code == 7
    assert "Exit code: 7" in read_text(read_told(room)[0])


def test_the_operator_is_told_in_the_language_of_the_configuration(room: Mailroom) -> None:
    room.configure(operator=OPERATOR)
    with publish.one_run(room.office.output / ACCOUNT):
        assert room.run().code == 7
    (arrived,) = read_told(room)
    assert str(make_header(decode_header(arrived.mail["Subject"]))) == (
        "invoicexpress-reports: office 2026-10 terminou com o código de saída 7"
    )
    words = read_text(arrived)
    assert "outra execução está em curso nesta pasta" in words
    assert find_english(words) == []


def test_an_operator_that_cannot_be_told_changes_nothing_and_is_logged(room: Mailroom) -> None:
    room.configure({ANA: RECIPIENTS[ANA]}, operator=OPERATOR)
    provoke_warning(room, RUI)
    room.server.answer = lambda step, _: "550 nobody" if step == "RCPT" else None
    said = room.run()
    assert said.code == 6
    log = (room.office.month / "run.log").read_text("utf-8")
    assert f"ERROR   {OPERATOR} could not be told how this run ended: {OPERATOR}: “550 nobody”" in log
    assert f"{OPERATOR} could not be told" in said.out
