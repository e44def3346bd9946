"""`send`: each client once, the right mail to the right people, and everything else held back and said."""

import json
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from reports.deliver import publish
from tests.conftest import ANA, EVA, RUI
from tests.support.crash.scene import put
from tests.support.english import find_english
from tests.support.mail_server import HANG_UP, TAKE_AND_HANG_UP
from tests.support.mailroom import EVERYBODY, RECIPIENTS, SENDER, Mailroom, mailroom
from tests.support.office import ACCOUNT, HTML_ONLY, Office, tree

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only here can a test say what the system trusts, by SSL_CERT_FILE"
)

ANAS = "ana-101/ana-101-2026-10"


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Mailroom, dict[str, bytes]]]:
    """A month that is done, and its files."""
    with mailroom(tmp_path_factory.mktemp("mailroom")) as room:
        said = room.run()
        assert said.code == 0, said
        yield room, tree(room.office.output)


@pytest.fixture
def room(done: tuple[Mailroom, dict[str, bytes]]) -> Mailroom:
    """The month, done and not yet sent."""
    room, state = done
    put(room.office.output, state)
    room.server.wait()
    room.server.received.clear()
    room.server.steps.clear()
    room.server.answer = lambda _step, _said: None
    room.configure()
    return room


def test_every_client_gets_the_mail_that_the_run_made(room: Mailroom) -> None:
    said = room.send()
    assert (said.code, said.last) == (0, "mails sent: 3. Exit code 0.")
    for client, name in ((ANA, "ana"), (RUI, "rui"), (EVA, "eva")):
        arrived = room.arrived[f"{name}@example.com"]
        draft = (room.office.month / f"{name}-{client}/{name}-{client}-2026-10.eml").read_bytes()
        assert arrived.sender == SENDER
        assert list(arrived.recipients) == EVERYBODY[client]
        assert arrived.content.split(b"\r\n\r\n", 1)[1] == draft.split(b"\r\n\r\n", 1)[1]
        assert arrived.mail["X-Unsent"] is None
        assert arrived.mail["Date"] == "Mon, 02 Nov 2026 06:30:00 +0000"
        assert arrived.mail["Message-ID"].endswith("@example.com>")
        assert b"arquivo@" not in arrived.content
    assert len({arrived.mail["Message-ID"] for arrived in room.arrived.values()}) == 3


def test_nobody_gets_it_twice_unless_it_is_meant(room: Mailroom) -> None:
    room.send()
    said = room.send()
    assert (said.code, said.last) == (0, "mails sent: 0; sent before: 3. Exit code 0.")
    assert "Ana (101): sent before, on 2026-11-02\n" in said.out
    assert len(room.arrived) == 3
    room.server.received.clear()
    assert room.send("--again", "--client", RUI).code == 0
    assert list(room.arrived) == ["rui@example.com"]
    assert room.send("--again").code == 0
    assert len(room.server.received) == 4


def test_one_client_alone_is_sent(room: Mailroom) -> None:
    assert room.send("--client", RUI).code == 0
    assert list(room.arrived) == ["rui@example.com"]
    assert room.send().last == "mails sent: 2; sent before: 1. Exit code 0."


def test_a_dry_run_says_who_would_get_what_and_connects_to_nothing(room: Mailroom) -> None:
    before = tree(room.office.output)
    said = room.send("--dry-run", SMTP_PASSWORD="")
    assert said.code == 0
    assert "Ana (101): would be sent to ana@example.com, arquivo@example.com; " in said.out
    assert " kB with ana-101-2026-10.html\n" in said.out
    assert room.server.steps == []
    assert tree(room.office.output) == before


def test_without_an_address_a_client_is_held_back(room: Mailroom) -> None:
    room.configure({ANA: RECIPIENTS[ANA], RUI: {}, EVA: RECIPIENTS[EVA]})
    said = room.send()
    assert said.code == 6
    assert said.last == (
        "mails sent: 2; held back: 1, Rui (102): no address is known for it; give it one, or "
        "name it in email.never. Exit code 6."
    )
    assert "rui@example.com" not in room.arrived


def test_warnings_hold_a_mail_back_until_its_client_is_named(room: Mailroom) -> None:
    record = room.office.record
    record["clients"][1]["findings"] = [{"level": "info"}, {"level": "warning"}]
    client = record["clients"][1]["id"]
    (room.office.month / "run.json").write_text(json.dumps(record), "utf-8")
    said = room.send()
    assert (said.code, len(room.arrived)) == (6, 2)
    assert f"warnings: 1. Look at index.html; this mails it all the same: --client {client}" in said.last
    assert room.send("--again").code == 6
    room.server.received.clear()
    assert room.send("--client", client).code == 0
    assert [*room.arrived] == [EVERYBODY[client][0]]


def test_warnings_hold_nothing_where_that_is_not_wanted(room: Mailroom) -> None:
    record = room.office.record
    for entry in record["clients"]:
        entry["findings"] = [{"level": "warning"}]
    (room.office.month / "run.json").write_text(json.dumps(record), "utf-8")
    room.configure(hold_on_warnings=False)
    assert room.send().code == 0


@pytest.mark.parametrize("ending", ["eml", "html"])
def test_a_file_that_is_not_as_the_run_left_it_is_not_mailed(room: Mailroom, ending: str) -> None:
    file = room.office.month / f"{ANAS}.{ending}"
    file.write_bytes(file.read_bytes() + b"\r\n")
    said = room.send()
    assert said.code == 3
    assert "failed: 1, Ana (101): its files are not as the run left them" in said.last
    assert len(room.arrived) == 2
    file.unlink()
    assert room.send().code == 3
    assert len(room.arrived) == 2


def test_the_mail_of_another_client_is_never_sent_whatever_the_record_says(room: Mailroom) -> None:
    record = room.office.record
    ana, rui = (next(one for one in record["clients"] if one["id"] == client) for client in (ANA, RUI))
    ana["files"] = rui["files"]
    (room.office.month / "run.json").write_text(json.dumps(record), "utf-8")
    room.configure({ANA: RECIPIENTS[RUI], RUI: RECIPIENTS[RUI], EVA: RECIPIENTS[EVA]})
    said = room.send("--client", ANA)
    assert said.code == 4
    assert "what is in the mail is not what the run made for this client" in said.last
    assert room.server.received == []


def test_an_attachment_that_is_not_in_the_record_is_never_sent(room: Mailroom) -> None:
    record = room.office.record
    for entry in record["clients"]:
        entry["files"] = [file for file in entry["files"] if file["path"].endswith(".eml")]
    (room.office.month / "run.json").write_text(json.dumps(record), "utf-8")
    assert room.send().code == 4
    assert room.server.received == []


@pytest.mark.parametrize(
    "change", [{"to": ["other@example.com"]}, {"to": ["ana@example.com"], "cc": ["x@example.com"]}]
)
def test_a_mail_addressed_otherwise_than_the_configuration_is_not_sent(
    room: Mailroom, change: dict[str, list[str]]
) -> None:
    room.configure({**RECIPIENTS, ANA: change})
    said = room.send("--client", ANA)
    assert said.code == 4
    assert "it is not addressed as the configuration is now; render it again: run --offline" in said.last
    assert room.run("--offline").code == 0
    assert room.send("--client", ANA).code == 0
    assert list(room.server.received[0].recipients) == [*chain(*change.values())]


def test_a_blind_copy_is_that_of_the_present_configuration(room: Mailroom) -> None:
    room.configure({**RECIPIENTS, ANA: {"to": ["ana@example.com"], "bcc": ["novo@example.com"]}})
    room.send("--client", ANA)
    assert room.server.received[0].recipients == ("ana@example.com", "novo@example.com")


def test_equal_figures_in_another_wording_are_no_reason_to_look(room: Mailroom) -> None:
    room.send()
    room.configure(subject="Outro")
    assert room.run("--offline").code == 0
    assert room.send().last == "mails sent: 0; sent before: 3. Exit code 0."


def test_what_was_rendered_otherwise_after_it_was_sent_is_held_and_said(room: Mailroom) -> None:
    room.send()
    clients = [{"id": client, "email": RECIPIENTS[client]} for client in EVERYBODY]
    settings = {"from": SENDER, "smtp": room.server.settings()}
    # Without what is paid the figures are others.
    room.office.configure(clients, output=HTML_ONLY, email=settings, filters={"status": ["final"]})
    assert room.run().code == 0
    said = room.send()
    assert said.code == 6
    assert (
        "sent before, on 2026-11-02, and rendered otherwise since; this mails the new one: --again"
        in said.last
    )
    assert len(room.arrived) == 3


def test_a_client_that_failed_in_the_run_gets_nothing_of_an_earlier_one(room: Mailroom) -> None:
    record = room.office.record
    record["clients"][0] |= {"state": "failed", "reason": "no answer", "files": []}
    (room.office.month / "run.json").write_text(json.dumps(record), "utf-8")
    said = room.send()
    assert said.code == 3
    assert "it has no files, because the run failed for it: no answer" in said.last
    assert len(room.arrived) == 2


def test_a_month_that_is_not_done_is_a_sentence(room: Mailroom) -> None:
    said = room.send("--period", "2026-09")
    assert (said.code, "there is no finished run of this period" in said.err) == (2, True)
    assert not (room.office.output / ACCOUNT / "2026-09").exists()
    for language in ("pt", "es"):
        for command in ("send", "reconcile"):
            words = (command, room.office.config, "--period", "2026-09", "--language", language)
            told = room.office.type(*words, **room.environment)
            assert told.code == 2
            assert find_english(told.out + told.err) == []
    (room.office.month / "run.json").unlink()
    assert room.send().code == 2
    assert room.server.steps == []


def test_a_client_that_is_not_in_the_run_is_a_sentence(room: Mailroom) -> None:
    said = room.send("--client", 7)
    assert (said.code, "--client 7 is not in the run of 2026-10" in said.err) == (2, True)


def test_a_mail_server_and_its_password_must_be_there(room: Mailroom) -> None:
    said = room.send(SMTP_PASSWORD="")
    assert (said.code, "invoice-reports key set office --smtp" in said.err) == (2, True)
    room.office.configure(email={"from": SENDER})
    said = room.send()
    assert (said.code, "there is no mail server in it" in said.err) == (2, True)
    room.office.configure()
    assert room.send().code == 2


def test_while_a_run_works_in_the_folder_nothing_is_sent(room: Mailroom) -> None:
    with publish.one_run(room.office.output / ACCOUNT):
        assert room.send().code == 7
    assert room.server.steps == []


def test_a_server_that_cannot_be_reached_is_said_once_and_nothing_is_noted(room: Mailroom) -> None:
    room.server.answer = lambda step, _: "554 no service" if step == "GREETING" else None
    said = room.send()
    assert said.code == 4
    assert said.last.startswith("mails sent: 0; failed: 3, Ana (101), Rui (102), Eva (103): mail server ")
    assert said.out.count("554 no service") == 1
    assert not room.journal.exists()
    assert "554 no service" in (room.office.month / "run.log").read_text("utf-8")
    room.server.answer = lambda _step, _said: None
    assert room.send().code == 0


def test_a_temporary_no_is_tried_again_by_the_next_send(room: Mailroom) -> None:
    room.server.answer = lambda step, said: "450 later" if step == "RCPT" and "rui@" in said else None
    room.configure({**RECIPIENTS, RUI: {"to": ["rui@example.com"]}})
    room.run("--offline")
    said = room.send()
    assert said.code == 3
    assert "failed: 1, Rui (102): rui@example.com: “450 later”; the next send tries again" in said.last
    room.server.answer = lambda _step, _said: None
    assert room.send().last == "mails sent: 1; sent before: 2. Exit code 0."
    assert len(room.arrived) == 3


def test_refused_for_good_it_is_not_tried_twice_in_one_command(room: Mailroom) -> None:
    room.server.answer = lambda step, _: "552 too large" if step == "MESSAGE" else None
    said = room.send()
    assert (said.code, room.server.received) == (4, [])
    assert len(room.server.seen("MESSAGE")) == 3
    events = [json.loads(line)["event"] for line in room.journal.read_text("utf-8").splitlines()]
    assert events == ["intent", "refused"] * 3


def test_what_one_recipient_does_not_get_is_said_until_it_is_sent_again(room: Mailroom) -> None:
    room.server.answer = lambda step, said: "550 nobody" if step == "RCPT" and "mae@" in said else None
    said = room.send()
    assert said.code == 3
    assert (
        "sent to some: 1, Rui (102): sent to rui@example.com, but not to mae@example.com (“550 nobody”)"
        in said.last
    )
    said = room.send()
    assert (said.code, "but not to mae@example.com (“550 nobody”)" in said.last) == (3, True)
    assert len(room.arrived) == 3


@pytest.mark.parametrize("reply", [HANG_UP, TAKE_AND_HANG_UP])
def test_what_may_have_left_is_never_sent_again_by_itself(room: Mailroom, reply: str) -> None:
    room.server.answer = lambda step, said: reply if step == "MESSAGE" and "rui@" in said else None
    said = room.send()
    assert said.code == 6
    assert "held back: 1, Rui (102): it may have left, or not: the connection broke" in said.last
    room.server.answer = lambda _step, _said: None
    for words in ([], ["--again"], ["--client", RUI]):
        before = len(room.server.received)
        said = room.send(*words)
        assert "Ask whether it came; this mails it once more: --again --client 102" in said.out
        assert [one for one in room.server.received[before:] if "rui@example.com" in one.recipients] == []
    room.server.received.clear()
    known = next(line for line in room.journal.read_text("utf-8").splitlines() if '"client":102' in line)
    assert room.send("--again", "--client", RUI).code == 0
    # Under the same name, so that a mail system that has it already may see that.
    assert room.arrived["rui@example.com"].mail["Message-ID"] == json.loads(known)["message_id"]
    assert room.send().code == 0


def test_a_journal_that_cannot_be_read_stops_everything(room: Mailroom) -> None:
    room.send("--client", ANA)
    room.journal.write_bytes(b"{}\n" + room.journal.read_bytes())
    said = room.send()
    assert (said.code, "line 1 cannot be read, so nobody knows what was mailed" in said.err) == (8, True)
    assert len(room.arrived) == 1


def test_a_journal_whose_last_line_has_no_end_and_is_no_torn_one_stops_everything(room: Mailroom) -> None:
    assert room.send().code == 0
    whole = room.journal.read_bytes()
    room.journal.write_bytes(whole.replace(b"\n", b"\r"))
    said = room.send()
    assert (said.code, "outbox.jsonl: its last line has no end" in said.err) == (8, True)
    assert len(room.arrived) == 3
    assert room.journal.read_bytes() == whole.replace(b"\n", b"\r")
    room.journal.write_bytes(whole[:-1])
    assert room.send().last == "mails sent: 0; sent before: 3. Exit code 0."


def test_a_journal_that_cannot_be_written_keeps_everything_here(room: Mailroom) -> None:
    import resource

    room.send("--client", ANA)
    room.server.received.clear()
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = room.journal.stat().st_size
    # The log grows too, and is no reason to stop: it fails quietly.
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, usual[1]))
    try:
        said = room.send()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert said.code == 8
    assert "outbox.jsonl" in said.last
    assert room.server.received == []
    assert room.send().code == 0


def test_all_clients_get_it_at_the_address_that_the_account_has(
    tmp_path: Path, done: tuple[Mailroom, object]
) -> None:
    room, _ = done
    data = room.office.sandbox.account_data
    for client in data.clients:
        client["email"] = {ANA: "ana@example.com", RUI: "rui@example.com, outro@example.com"}.get(
            client["id"]
        )
    office = Office(tmp_path, room.office.sandbox)
    office.configure(output={"excel": False}, email={"from": SENDER, "smtp": room.server.settings()})
    room.server.received.clear()
    office.run(**room.environment)
    said = office.type("send", office.config, **room.environment)
    assert said.code == 6
    assert [one.recipients for one in room.server.received] == [
        ("ana@example.com",),
        ("rui@example.com", "outro@example.com"),
    ]
    assert "held back: 1" in said.last
