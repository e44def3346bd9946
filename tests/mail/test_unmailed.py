"""Who gets no mail, and why: on purpose, not selected, no address; and what `send` says of equal figures."""

import json
import sys
import time
from datetime import date
from typing import Any

import pytest

from reports.source.http import waiting
from tests.conftest import ANA, EVA, RUI
from tests.support.english import find_english
from tests.support.mailroom import NAMES, RECIPIENTS, SENDER, Mailroom
from tests.support.office import HTML_ONLY, Office, invoice

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="only here can a test say what the system trusts, by SSL_CERT_FILE"
)


def unmailed(office: Office) -> dict[int, str | None]:
    return {client: entry["unmailed"] for client, entry in office.entries.items()}


def drafts(office: Office) -> set[str]:
    return {path.parent.name for path in office.month.glob("*/*.eml")}


def read_log(office: Office) -> str:
    return (office.month / "run.log").read_text("utf-8")


def test_who_gets_none_on_purpose_is_recorded_shown_and_no_reason_to_look(room: Mailroom) -> None:
    room.configure({**RECIPIENTS, RUI: False}, never=[EVA])
    said = room.run()
    assert (said.code, said.last) == (0, "3 of 3 clients ready. Exit code 0.")
    assert unmailed(room.office) == {ANA: None, RUI: "on-purpose", EVA: "on-purpose"}
    assert drafts(room.office) == {"ana-101"}
    assert "Sem e-mail, de propósito: Rui, Eva." in room.office.overview
    assert "INFO" in next(line for line in read_log(room.office).splitlines() if "on purpose" in line)
    said = room.send()
    assert (said.code, said.last) == (0, "mails sent: 1; without a mail, on purpose: 2. Exit code 0.")
    assert "Rui (102): nobody gets its mail, on purpose\n" in said.out
    assert list(room.arrived) == ["ana@example.com"]
    # Naming it does not make a mail of it.
    assert room.send("--client", EVA).last == "mails sent: 0; without a mail, on purpose: 1. Exit code 0."


def test_what_the_configuration_says_now_keeps_a_mail_that_lies_there(room: Mailroom) -> None:
    assert room.run().code == 0
    room.configure({**RECIPIENTS, RUI: False}, only="overdue")
    assert drafts(room.office) == {"ana-101", "rui-102", "eva-103"}
    said = room.send("--dry-run")
    assert "Rui (102): nobody gets its mail, on purpose\n" in said.out
    room.configure({**RECIPIENTS, RUI: False}, never=[EVA])
    said = room.send()
    assert said.last == "mails sent: 1; without a mail, on purpose: 2. Exit code 0."
    assert list(room.arrived) == ["ana@example.com"]


def test_who_was_to_get_none_gets_one_after_it_is_rendered_again(room: Mailroom) -> None:
    room.configure({**RECIPIENTS, RUI: False}, only="with-documents")
    room.documents(EVA).clear()
    room.run()
    assert unmailed(room.office) == {ANA: None, RUI: "on-purpose", EVA: "not-selected"}
    room.configure()
    said = room.send()
    assert said.code == 6
    assert "held back: 1, Rui (102): it was to get none when it was rendered; render it again" in said.last
    assert "held back: 1, #103 (103): it was not selected when it was rendered; render it" in said.last
    room.run("--offline")
    assert room.send().last == "mails sent: 2; sent before: 1. Exit code 0."


@pytest.mark.parametrize(
    ("only", "selected"),
    [
        ("all", {ANA, RUI, EVA}),
        ("with-documents", {ANA, RUI}),
        ("open", {ANA, EVA}),
        ("overdue", {EVA}),
    ],
)
def test_only_those_who_have_what_is_asked_for_get_a_mail(
    room: Mailroom, only: str, selected: set[int]
) -> None:
    room.documents(ANA)[:] = [invoice(ANA, "Ana", date(2026, 10, 5), number=1, due_date="01/12/2026")]
    del room.documents(RUI)[0]
    room.documents(EVA)[:] = [invoice(EVA, "Eva", date(2026, 9, 5), number=1, due_date="30/09/2026")]
    room.configure(only=only)
    said = room.run()
    assert (said.code, said.last) == (0, "3 of 3 clients ready. Exit code 0.")
    expected = {client: None if client in selected else "not-selected" for client in NAMES}
    assert unmailed(room.office) == expected
    assert len(drafts(room.office)) == len(selected)
    said = room.send()
    assert said.code == 0
    left = 3 - len(selected)
    rest = f"; not selected (email.only): {left}" if left else ""
    assert said.last == f"mails sent: {len(selected)}{rest}. Exit code 0."
    assert {arrived.recipients[0] for arrived in room.server.received} == {
        RECIPIENTS[client]["to"][0] for client in selected
    }
    names = ", ".join(name for client, name in NAMES.items() if client not in selected)
    shown = f"Sem e-mail, por não estarem entre os que desta vez o recebem: {names}."
    assert (shown in room.office.overview) == bool(left)


def test_a_client_has_a_choice_of_its_own(room: Mailroom) -> None:
    for client in NAMES:
        del room.documents(client)[0]
    room.configure({**RECIPIENTS, RUI: {**RECIPIENTS[RUI], "only": "all"}}, only="open")
    room.run()
    assert unmailed(room.office) == {ANA: "not-selected", RUI: None, EVA: "not-selected"}
    assert room.send().last == "mails sent: 1; not selected (email.only): 2. Exit code 0."


def test_a_choice_that_is_made_after_the_run_holds_too(room: Mailroom) -> None:
    del room.documents(RUI)[0]
    room.run()
    room.configure(only="open")
    said = room.send()
    assert (said.code, said.last) == (0, "mails sent: 2; not selected (email.only): 1. Exit code 0.")
    assert "Rui (102): not selected, for email.only is open\n" in said.out


def test_figures_of_the_record_that_cannot_be_read_select_nobody(room: Mailroom) -> None:
    room.run()
    record = room.office.record
    record["clients"][0]["totals"][0]["overdue"] = "much"
    (room.office.month / "run.json").write_text(json.dumps(record), "utf-8")
    room.configure(only="overdue")
    said = room.send("--client", ANA)
    assert said.code == 4
    assert "its figures in the run record cannot be read; render it again" in said.last


def test_own_words_need_not_suit_who_is_not_selected(room: Mailroom) -> None:
    room.documents(RUI).clear()
    room.configure(only="with-documents", text="{{ 1 // (client | length - 4) }}")
    assert room.run().code == 0
    # Its name is #102 then, of four characters.
    assert unmailed(room.office)[RUI] == "not-selected"


def test_each_reason_stands_with_its_count(room: Mailroom) -> None:
    room.documents(EVA).append(invoice(EVA, "Eva", date(2026, 10, 8), number=3) | {"type": "Unheard"})
    room.configure({**RECIPIENTS, ANA: {}})
    room.run()
    said = room.send()
    assert said.code == 6
    assert said.last == (
        "mails sent: 1; held back: 1, Ana (101): no address is known for it; give it one, or "
        "name it in email.never; held back: 1, Eva (103): "
        "warnings: 1. Look at index.html; this mails it all the same: --client 103. Exit code 6."
    )


def test_a_run_that_mails_by_itself_names_the_reasons_too(room: Mailroom) -> None:
    room.configure({**RECIPIENTS, RUI: False}, when="send")
    said = room.run()
    assert (said.code, said.last) == (
        0,
        "3 of 3 clients ready; mails sent: 2; without a mail, on purpose: 1. Exit code 0.",
    )


def test_a_month_run_again_with_equal_figures_was_mailed_already(room: Mailroom) -> None:
    room.run()
    room.send()
    before = {path: path.read_bytes() for path in room.office.month.glob("*/*.html")}
    room.documents(RUI)[0]["reference"] = "outra"
    room.run(SOURCE_DATE_EPOCH=str(1793606400 + 7200))
    assert {path: path.read_bytes() for path in room.office.month.glob("*/*.html")} != before
    said = room.send()
    assert (said.code, said.last) == (0, "mails sent: 0; sent before: 3. Exit code 0.")
    room.documents(RUI).append(invoice(RUI, "Rui", date(2026, 10, 8), number=3))
    room.run()
    said = room.send()
    assert said.code == 6
    assert (
        "mails sent: 0; sent before: 2; held back: 1, Rui (102): sent before, on 2026-11-02, and "
        in said.last
    )
    assert "rendered otherwise since; this mails the new one: --again" in said.last
    assert len(room.arrived) == 3
    room.server.received.clear()
    assert room.send("--again", "--client", RUI).code == 0
    assert room.send().code == 0


def test_a_journal_of_an_earlier_version_knows_the_draft_alone(room: Mailroom) -> None:
    room.run()
    room.send()
    lines = [json.loads(line) for line in room.journal.read_text("utf-8").splitlines()]
    assert all(line.pop("figures") for line in lines)
    room.journal.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")
    assert room.send().last == "mails sent: 0; sent before: 3. Exit code 0."
    room.configure(subject="Outro")
    room.run("--offline")
    said = room.send()
    assert (said.code, "rendered otherwise since" in said.last) == (6, True)
    assert len(room.arrived) == 3


def test_what_is_not_made_any_more_after_it_was_mailed_was_mailed(room: Mailroom) -> None:
    room.run()
    room.send()
    for one in room.documents(RUI):
        one["status"] = "settled"
    room.configure(only="open")
    room.run()
    assert unmailed(room.office)[RUI] == "not-selected"
    assert room.send().last == "mails sent: 0; sent before: 3. Exit code 0."


def test_two_addresses_in_one_field_of_the_account_are_both_used_and_said(room: Mailroom) -> None:
    addresses = {
        ANA: "ana@example.com; mae@example.com",
        RUI: "rui@example.com,outro@example.com",
        EVA: "eva@example.com; telefone",
    }
    for client in room.office.sandbox.account_data.clients:
        client["email"] = addresses[client["id"]]
    email = {"from": SENDER, "smtp": room.server.settings()}
    room.office.configure(output=HTML_ONLY, email=email)
    said = room.run()
    words = "Ana (101): InvoiceXpress has as its address “ana@example.com; mae@example.com”, all of them used"
    assert f"{words}\n" in said.out
    assert words in read_log(room.office)
    assert (
        "Eva (103): InvoiceXpress has as its address “eva@example.com; telefone”, which is none\n" in said.out
    )
    assert (
        "Vários endereços no InvoiceXpress, todos usados: Ana (ana@example.com; mae@" in room.office.overview
    )
    assert "endereço de e-mail não o é: Eva (eva@example.com; telefone)." in room.office.overview
    assert unmailed(room.office) == {ANA: None, RUI: None, EVA: "no-address"}
    assert find_english(room.run("--language", "pt").out) == []
    said = room.send()
    assert (
        said.last == "mails sent: 2; held back: 1, Eva (103): no address is known for it; give it one, or "
        "name it in email.never. Exit code 6."
    )
    assert [arrived.recipients for arrived in room.server.received] == [
        ("ana@example.com", "mae@example.com"),
        ("rui@example.com", "outro@example.com"),
    ]
    assert room.arrived["ana@example.com"].mail["To"] == "ana@example.com, mae@example.com"


def test_of_all_clients_some_get_none_on_purpose(room: Mailroom) -> None:
    for client in room.office.sandbox.account_data.clients:
        client["email"] = None if client["id"] == RUI else f"c{client['id']}@example.com; x@example.com"
    email = {"from": SENDER, "smtp": room.server.settings(), "never": [RUI, EVA]}
    room.office.configure(output=HTML_ONLY, email=email)
    said = room.run()
    assert "(103): InvoiceXpress has" not in said.out
    assert unmailed(room.office) == {ANA: None, RUI: "on-purpose", EVA: "on-purpose"}
    assert room.send().last == "mails sent: 1; without a mail, on purpose: 2. Exit code 0."


def test_while_the_server_is_waited_for_a_line_says_so(
    room: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.run()
    monkeypatch.setattr(waiting, "INTERVAL_SECONDS", 0.1)

    def answer(step: str, said: str) -> str | None:
        if step in ("GREETING", "MESSAGE"):
            time.sleep(0.5)
        return None

    room.server.answer = answer
    said = room.send("--client", ANA)
    assert said.code == 0
    lines = [
        line for line in said.out.splitlines() if line.startswith("waiting for the mail server 127.0.0.1")
    ]
    assert any(line.startswith("waiting for the mail server 127.0.0.1: ") for line in lines)
    with_mail = "waiting for the mail server 127.0.0.1, with the mail of Ana (101): "
    assert sum(line.startswith(with_mail) and line.endswith(" seconds so far") for line in lines) >= 2
    said = room.send("--again", "--client", RUI, "--quiet")
    assert "waiting" not in said.out


def test_a_server_that_answers_is_not_spoken_of(room: Mailroom) -> None:
    room.run()
    assert "waiting" not in room.send().out


def test_check_and_dry_run_say_who_gets_none(room: Mailroom) -> None:
    own = {**RECIPIENTS[RUI], "only": "all"}
    room.configure({ANA: {}, RUI: own, EVA: False}, only="overdue", never=[])
    words = [
        "mail: no address in to, and so none for 101\n",
        "mail: on purpose none for 103\n",
        "mail: none for clients with nothing overdue (email.only: overdue)\n",
        "mail: for client 102 its own only: all\n",
    ]
    out = room.run("--dry-run").out
    assert all(f"  {line}" in out for line in words)
    out = room.office.type("check", room.office.config, **room.environment).out
    assert all(line in out for line in words)
    out = room.run("--dry-run", "--client", "102").out
    assert [line in out for line in words] == [False, False, True, True]
    room.configure(never=[ANA])
    assert "mail: on purpose none for 101\n" in room.run("--dry-run").out


def test_check_asks_the_account_for_the_addresses_of_all_clients(room: Mailroom) -> None:
    addresses: dict[int, Any] = {ANA: "ana@example.com; mae@example.com", RUI: "telefone", EVA: None}
    for client in room.office.sandbox.account_data.clients:
        client["email"] = addresses[client["id"]]
    email = {"from": SENDER, "never": [7]}
    room.office.configure(email=email)
    said = room.office.type("check", room.office.config)
    assert "mail: on purpose none for 7\n" in said.out
    assert "mail: in email.never, but no client of the account: 7\n" in said.out
    assert "mail: Ana (101) gets it at ana@example.com, mae@example.com, all in one field\n" in said.out
    assert "mail: “telefone” of Rui (102) is no mail address: none for it\n" in said.out
    assert "mail: no address in InvoiceXpress, and so none for 1: Eva (103)\n" in said.out
    for client in room.office.sandbox.account_data.clients:
        client["email"] = "ana@example.com"
    room.office.configure(email=email | {"never": [RUI, EVA]})
    said = room.office.type("check", room.office.config)
    assert said.out.count("mail: ") == 2
