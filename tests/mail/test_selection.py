"""A mail does not leave where the run itself saw that something is off, until its client is named."""

import json
import shutil
import sys
from datetime import date
from pathlib import Path

import pytest

from reports.render import pdf
from tests.conftest import ANA, EVA, RUI
from tests.render.test_pdf import printing, script
from tests.support.mailroom import NAMES, RECIPIENTS, Mailroom
from tests.support.office import ACCOUNT, HTML_ONLY, invoice

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only here can a test say what the system trusts, by SSL_CERT_FILE"
)

DECEMBER_2, OCTOBER_31 = "1796193000", "1793433600"
"""06:30 UTC of 2 December, and 08:00 UTC of 31 October 2026."""


def december(room: Mailroom, *words: str) -> None:
    """November is done, a month after October was; the office then looks at it."""
    room.run("--period", "2026-11", *words, SOURCE_DATE_EPOCH=DECEMBER_2)
    room.office.month = room.office.month.parent / "2026-11"


def send(room: Mailroom, *words: str | int, period: str = "2026-11", now: str = DECEMBER_2) -> str:
    said = room.send("--period", period, *words, SOURCE_DATE_EPOCH=now)
    return f"{said.code} {said.last}"


def vanish(room: Mailroom) -> None:
    room.documents(RUI).clear()


def cancel(room: Mailroom) -> None:
    for one in room.documents(RUI):
        one["status"] = "canceled"


def vanish_and_begin_anew(room: Mailroom) -> None:
    room.documents(RUI)[:] = [invoice(RUI, "Rui", date(2026, 11, 5), number=9)]


@pytest.mark.parametrize("happens", [vanish, cancel, vanish_and_begin_anew])
def test_a_client_whose_reported_documents_are_all_gone_is_held_until_it_is_named(
    room: Mailroom, happens: object
) -> None:
    assert room.run().code == 0
    happens(room)  # type: ignore[operator]
    december(room)
    assert len([*room.office.month.glob(f"*-{RUI}/*-{RUI}-2026-11.eml")]) == 1
    who = f"mails sent: 2; held back: 1, {room.office.entries[RUI]['name']} (102)"
    words = f"{who}: all 2 documents that were reported up to 2026-10 are gone"
    assert send(room) == (
        f"6 {words}. Look at index.html; this mails it all the same: --client 102. Exit code 6."
    )
    assert sorted(room.arrived) == ["ana@example.com", "eva@example.com"]
    assert send(room, "--again").startswith(f"6 {words}")
    room.server.received.clear()
    assert send(room, "--client", RUI).startswith("0 mails sent: 1.")
    assert [*room.arrived] == ["rui@example.com"]


def test_a_client_that_has_one_of_its_documents_left_is_not_held(room: Mailroom) -> None:
    assert room.run().code == 0
    del room.documents(RUI)[0]
    december(room)
    assert send(room) == "0 mails sent: 3. Exit code 0."


def test_where_a_filter_hides_what_is_settled_nobody_is_held_for_having_settled_all(room: Mailroom) -> None:
    filters = {"status": ["final"]}
    clients = [{"id": client, "email": RECIPIENTS[client]} for client in NAMES]
    settings = {"from": "contas@example.com", "smtp": room.server.settings()}
    room.office.configure(clients, output=HTML_ONLY, email=settings, filters=filters)
    room.run()
    for one in room.documents(RUI):
        one["status"] = "settled"
    december(room)
    assert "documents that were reported" not in send(room)


def test_a_month_that_mails_itself_holds_the_same_and_still_makes_the_draft(room: Mailroom) -> None:
    assert room.run().code == 0
    vanish(room)
    room.configure(when="send")
    december(room)
    record = room.office.record
    assert record["exit_code"] == 6
    words = "(102): all 2 documents that were reported up to 2026-10 are gone"
    assert "held back: 1, " in record["message"]
    assert words in record["message"]
    assert sorted(room.arrived) == ["ana@example.com", "eva@example.com"]


@pytest.mark.parametrize("when", ["draft", "send"])
def test_a_period_that_is_not_over_is_held_and_its_drafts_are_made(room: Mailroom, when: str) -> None:
    room.configure(when=when)
    said = room.run(SOURCE_DATE_EPOCH=OCTOBER_31)
    assert len([*room.office.month.glob("*/*.eml")]) == 3
    if when == "draft":
        said = room.send(SOURCE_DATE_EPOCH=OCTOBER_31)
    assert said.code == 6
    words = (
        "2026-10 was not over when it was read, on 2026-10-31. Look at index.html; this mails it all the same"
    )
    assert f"held back: 3, Ana (101), Rui (102), Eva (103): {words}: --client 101" in said.last
    assert room.server.received == []
    # A day later it is still the reading of a month that was not over.
    assert room.send().code == 6
    assert room.server.received == []
    assert room.send("--client", EVA, SOURCE_DATE_EPOCH=OCTOBER_31).code == 0
    assert [*room.arrived] == ["eva@example.com"]
    # Read again, the month is over, and has figures that it had not.
    room.documents(EVA).append(invoice(EVA, "Eva", date(2026, 10, 31), number=3))
    room.run("--resume")
    assert room.send().code == 6
    assert "rendered otherwise since" in room.send().last
    assert len(room.arrived) == 3


def test_the_day_that_is_not_over_is_one_of_the_business(room: Mailroom) -> None:
    midnight_utc = "1793491200"
    """1 November, 00:00 UTC: in Lisbon too, in the Azores still October."""
    room.run(SOURCE_DATE_EPOCH=midnight_utc)
    assert room.send(SOURCE_DATE_EPOCH=midnight_utc).code == 0
    room.configure()
    text = json.loads(room.office.config.read_text("utf-8")) | {"time_zone": "Atlantic/Azores"}
    room.office.config.write_text(json.dumps(text), "utf-8")
    said = room.send("--again", SOURCE_DATE_EPOCH=midnight_utc)
    assert (said.code, "was not over when it was read, on 2026-10-31" in said.last) == (6, True)


def test_a_reading_of_another_period_is_held_until_its_client_is_named(room: Mailroom) -> None:
    assert room.run().code == 0
    source = room.office.month / "source"
    shutil.copytree(source, room.office.month.parent / "2026-11" / "source")
    december(room, "--offline")
    said = send(room)
    assert said.startswith("6 mails sent: 0; held back: 3, ")
    assert "it was read on 2026-11-02, so for another period than 2026-11" not in said
    assert "2026-11 was not over when it was read, on 2026-11-02. " in said
    room.office.month = room.office.output / ACCOUNT / "2026-12"
    shutil.copytree(source, room.office.month / "source")
    room.run("--period", "2026-12", "--offline", SOURCE_DATE_EPOCH="1799000000")
    said = send(room, period="2026-12", now="1799000000")
    assert "it was read on 2026-11-02, before 2026-12 began: a reading of another period. Look at" in said
    assert room.server.received == []
    assert send(room, "--client", ANA, period="2026-12", now="1799000000").startswith("0 mails sent: 1.")


def test_a_mail_named_as_that_of_another_period_is_never_sent(room: Mailroom) -> None:
    assert room.run().code == 0
    draft = room.office.month / f"ana-{ANA}" / f"ana-{ANA}-2026-10.eml"
    other = draft.rename(draft.with_name(f"ana-{ANA}-2026-09.eml"))
    record = room.office.record
    for entry in record["clients"]:
        for file in entry["files"]:
            file["path"] = file["path"].replace(f"{ANA}-2026-10.eml", f"{ANA}-2026-09.eml")
    (room.office.month / "run.json").write_text(json.dumps(record), "utf-8")
    said = room.send("--client", ANA)
    assert other.is_file()
    assert said.code == 4
    assert "what is in the mail is not what the run made for this client" in said.last


def test_a_mail_whose_attachment_is_missing_stays_and_the_file_is_named(room: Mailroom) -> None:
    assert room.run().code == 0
    (room.office.month / f"ana-{ANA}" / f"ana-{ANA}-2026-10.html").unlink()
    said = room.send()
    assert said.code == 3
    words = "missing: ana-101/ana-101-2026-10.html; render it again: run --offline, with this period"
    assert f"failed: 1, Ana (101): {words}" in said.last
    assert len(room.arrived) == 2
    assert room.send("--client", ANA).code == 4
    assert "ana@example.com" not in room.arrived


def test_a_mail_that_lacks_what_goes_with_it_now_stays_and_the_file_is_named(room: Mailroom) -> None:
    room.configure(attach=[])
    assert room.run().code == 0
    room.configure(attach=["html"])
    said = room.send("--client", ANA)
    assert said.code == 4
    assert "in email.attach, but not in the mail: ana-101-2026-10.html; render it again" in said.last
    assert room.run("--offline").code == 0
    assert room.send("--client", ANA).code == 0


def test_a_mail_whose_pdf_could_not_be_printed_is_held_as_for_any_warning(
    room: Mailroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = script(tmp_path / "browser", 'if "ana-" in target: sys.exit(3)', printing(b"%PDF-1.4 %%EOF"))
    monkeypatch.setenv(pdf.VARIABLE, str(browser))
    room.configure(output={"excel": False, "pdf": True}, attach=["pdf", "html"])
    assert room.run().code == 6
    said = room.send()
    assert (said.code, [*room.arrived]) == (6, ["rui@example.com", "eva@example.com"])
    assert "held back: 1, Ana (101): warnings: 1. Look at index.html" in said.last
    assert room.send("--client", ANA).code == 0
    names = [
        [*filter(None, (part.get_filename() for part in room.arrived[f"{who}@example.com"].mail.walk()))]
        for who in ("ana", "rui")
    ]
    assert names == [
        [f"ana-{ANA}-2026-10.html"],
        [f"rui-{RUI}-2026-10.pdf", f"rui-{RUI}-2026-10.html"],
    ]


def test_a_mail_without_its_pdf_leaves_where_warnings_hold_none(
    room: Mailroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(pdf.VARIABLE, str(script(tmp_path / "browser", "sys.exit(3)")))
    room.configure(output={"excel": False, "pdf": True}, attach=["pdf"], hold_on_warnings=False)
    assert room.run().code == 6
    assert room.send().code == 0
    assert len(room.arrived) == 3


def test_files_that_an_earlier_run_left_are_mailed_only_to_a_client_that_is_named(room: Mailroom) -> None:
    assert room.run().code == 0
    kept = room.office.entries[RUI]["files"]
    clients = room.office.sandbox.account_data.clients
    clients[:] = [one for one in clients if one["id"] != RUI]
    assert room.run(SOURCE_DATE_EPOCH=DECEMBER_2).code == 3
    assert room.office.entries[RUI]["files"] == kept
    said = room.send()
    assert (said.code, [*room.arrived]) == (6, ["ana@example.com", "eva@example.com"])
    words = (
        "Rui (102): the last run failed for it, and its files are as of 2026-11-02 06:30: client 102, page 1"
    )
    assert f"held back: 1, {words}" in said.last
    assert said.last.endswith("this mails it all the same: --client 102. Exit code 6.")
    assert room.send("--client", RUI).code == 0
    assert "rui@example.com" in room.arrived
    assert "sent before: 3" in room.send().last


def test_a_month_that_mails_itself_leaves_out_whom_it_failed_for(room: Mailroom) -> None:
    assert room.run().code == 0
    clients = room.office.sandbox.account_data.clients
    clients[:] = [one for one in clients if one["id"] != RUI]
    room.configure(when="send")
    assert room.run().code == 3
    assert [*room.arrived] == ["ana@example.com", "eva@example.com"]


def test_all_that_holds_a_mail_is_said_at_once(room: Mailroom) -> None:
    assert room.run().code == 0
    vanish(room)
    room.documents(RUI).append(invoice(RUI, "Rui", date(2026, 11, 8), number=3) | {"type": "Unheard"})
    december(room)
    said = send(room)
    assert (
        "Rui (102): all 2 documents that were reported up to 2026-10 are gone; warnings: 1. Look at" in said
    )
