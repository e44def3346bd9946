"""`when: send`: a month that mails itself, once, and as far as its own clients are done."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ANA, RUI
from tests.support.mailroom import Mailroom, mailroom, provoke_warning

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only here can a test say what the system trusts, by SSL_CERT_FILE"
)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Mailroom]:
    with mailroom(tmp_path) as room:
        room.configure(when="send")
        yield room


def test_a_month_mails_itself_once_and_says_so_everywhere(room: Mailroom) -> None:
    said = room.run()
    sentence = "3 of 3 clients ready; mails sent: 3. Exit code 0."
    assert (said.code, said.last) == (0, sentence)
    assert room.office.record["message"] == sentence
    assert "mails sent: 3" in (room.office.output / "RESULT.html").read_text("utf-8")
    assert "mail of Ana (101): sent to ana@example.com" in (room.office.month / "run.log").read_text("utf-8")
    said = room.run()
    assert (said.code, said.last) == (0, "3 of 3 clients ready; mails sent: 0; sent before: 3. Exit code 0.")
    assert len(room.arrived) == 3


def test_drafts_are_sent_by_nobody(room: Mailroom) -> None:
    room.configure(when="draft")
    assert room.run().code == 0
    assert room.run("--offline").code == 0
    assert room.server.steps == []


def test_offline_nothing_is_mailed_and_no_password_needed(room: Mailroom) -> None:
    room.run("--client", str(ANA))
    room.server.steps.clear()
    said = room.run("--offline", SMTP_PASSWORD="")
    assert "mails" not in said.last
    assert room.server.steps == []


def test_only_the_clients_of_this_run_are_mailed_and_naming_one_here_releases_nothing(room: Mailroom) -> None:
    provoke_warning(room, ANA)
    said = room.run("--client", str(ANA))
    assert said.code == 6
    assert "held back: 1, Ana (101): warnings: 1" in said.last
    assert room.server.received == []


def test_the_worst_of_month_and_mail_is_the_exit_code(room: Mailroom) -> None:
    room.server.answer = lambda step, _: "554 gone" if step == "GREETING" else None
    said = room.run()
    # Not 4, which says that no client could be done: all of them are.
    assert said.code == 3
    assert room.office.record["exit_code"] == 3
    assert "3 of 3 clients ready; mails sent: 0; failed: 3" in said.last
    assert all(entry["state"] == "ready" for entry in room.office.entries.values())


def test_a_missing_password_is_found_before_anything_is_asked(room: Mailroom) -> None:
    said = room.run(SMTP_PASSWORD="")
    assert said.code == 2
    assert list(room.office.sandbox.requests) == []
    assert not room.office.output.exists()


def test_a_client_that_failed_gets_no_mail_and_the_others_do(room: Mailroom) -> None:
    room.office.sandbox.account_data.documents[RUI].append({"id": "none"})
    said = room.run()
    assert said.code == 3
    assert "mails sent: 2" in said.last
    assert sorted(room.arrived) == ["ana@example.com", "eva@example.com"]


def test_a_run_into_another_folder_mails_nothing_and_says_so(room: Mailroom, tmp_path: Path) -> None:
    assert room.run().code == 0
    sent = len(room.server.received)
    said = room.run("--output", str(tmp_path / "elsewhere"))
    assert len(room.server.received) == sent
    assert "nothing is mailed from another folder" in said.last
    assert said.code == 0


def test_without_a_record_nothing_is_mailed_and_the_code_is_that_of_writing(room: Mailroom) -> None:
    (room.office.month / "run.json").mkdir(parents=True)
    said = room.run()
    assert said.code == 8
    assert room.server.received == []
