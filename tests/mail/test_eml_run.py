"""The mails of a run: one a client that has an address, from the files and figures the run record names."""

import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

from reports.sandbox.data import SandboxAccount
from reports.sandbox.documents import client
from reports.sandbox.server import Sandbox
from tests.conftest import ANA, EVA, RUI
from tests.support import eml
from tests.support.office import ACCOUNT, Office, account, tree

EMAIL = {"from": "contas@example.com"}
ISSUER = {"name": "Contas Exemplo, Lda"}
TO_ANA = {"id": ANA, "email": {"to": ["ana@example.com"]}}
TO_RUI = {"id": RUI, "email": {"to": ["rui@example.com"]}, "language": "en"}
ALL_DONE, SOME_FAILED, WARNINGS = 0, 3, 6

TOO_LONG = "{% for i in range(90000) %}<p>" + "x" * 120 + "</p>{% endfor %}"
"""Of a statement, some ten million bytes."""


def mails(office: Office) -> dict[int, Path]:
    """The message of every client that has one."""
    return {
        identity: office.month / file["path"]
        for identity, entry in office.entries.items()
        for file in entry["files"]
        if file["path"].endswith(".eml")
    }


def mailed(office: Office, *clients: Any, **sections: Any) -> dict[int, Path]:
    """The messages after a run that ended well."""
    office.configure(clients or (TO_ANA, TO_RUI), **{"email": EMAIL, "issuer": ISSUER} | sections)
    said = office.run()
    assert said.code == ALL_DONE, said
    return mails(office)


def test_every_client_with_an_address_has_a_draft_beside_its_files(office: Office) -> None:
    found = mailed(office)
    assert {identity: path.relative_to(office.month).as_posix() for identity, path in found.items()} == {
        ANA: "ana-101/ana-101-2026-10.eml",
        RUI: "rui-102/rui-102-2026-10.eml",
    }
    whole = eml.read(found[ANA].read_bytes())
    assert whole.header("X-Unsent") == "1"
    assert whole.header("From") == '"Contas Exemplo, Lda" <contas@example.com>'
    assert (whole.header("To"), whole.header("Subject")) == (
        "ana@example.com",
        "Resumo de documentos 2026-10: Ana",
    )
    assert 'href="ana-101/ana-101-2026-10.eml"' in office.overview


def test_what_is_attached_is_what_the_run_record_names(office: Office) -> None:
    found = mailed(office)
    for identity, entry in office.entries.items():
        whole = found[identity].read_bytes()
        listed = {Path(file["path"]).name: file["sha256"] for file in entry["files"]}
        assert listed.pop(found[identity].name) == sha256(whole).hexdigest()
        attached = [part for part in eml.leaves(eml.read(whole)) if part.file_name]
        assert {part.file_name: sha256(part.content).hexdigest() for part in attached} == listed
        assert len(listed) == 2


def test_only_what_is_wanted_and_made_goes_with_a_mail(office: Office) -> None:
    for email, output, endings in (
        (EMAIL | {"attach": []}, {}, set()),
        (EMAIL | {"attach": ["html"]}, {}, {".html"}),
        (EMAIL, {"excel": False}, {".html"}),
    ):
        found = mailed(office, TO_ANA, email=email, output=output)
        parts = eml.leaves(eml.read(found[ANA].read_bytes()))
        assert {Path(part.file_name).suffix for part in parts if part.file_name} == endings


def test_copies_are_seen_and_blind_copies_stand_nowhere(office: Office) -> None:
    email = {"to": ["ana@example.com", "b@example.com"], "cc": ["c@example.com"], "bcc": ["zoe@example.com"]}
    data = mailed(office, {"id": ANA, "email": email})[ANA].read_bytes()
    whole = eml.read(data)
    assert whole.header("To") == "ana@example.com, b@example.com"
    assert whole.header("Cc") == "c@example.com"
    everything = data + b"".join(part.content for part in eml.leaves(whole))
    assert b"zoe@" not in everything
    assert not whole.header("Bcc") + whole.header("Resent-Bcc")


def test_a_mail_speaks_its_clients_language_in_both_bodies(office: Office) -> None:
    found = mailed(office)
    for kind in ("text/plain", "text/html"):
        assert "Resumo de documentos" in eml.body(found[ANA], kind)
        assert "Statement of documents" in eml.body(found[RUI], kind)
        assert "Este documento não serve de fatura" in eml.body(found[RUI], kind)
    assert eml.read(found[RUI].read_bytes()).header("Subject") == "Statement of documents 2026-10: Rui"


def test_own_words_stand_above_the_figures_and_in_the_subject(office: Office) -> None:
    text = (
        "Bom dia <b>,\naté {{ period[-10:] }}\n\n{% for total in totals %}\n* {{ total.open }}\n{% endfor %}"
    )
    email = EMAIL | {"subject": "{{ client }} & {{ issuer }}, {{ label }}", "text": text}
    found = mailed(office, TO_ANA, email=email)
    assert eml.read(found[ANA].read_bytes()).header("Subject") == "Ana & Contas Exemplo, Lda, 2026-10"
    plain = eml.body(found[ANA], "text/plain")
    assert "Bom dia <b>,\naté 31/10/2026\n\n* 12,30\xa0€\n\nTotal com IVA: 24,60\xa0€" in plain
    html = eml.body(found[ANA], "text/html")
    assert "Bom dia &lt;b&gt;,<br>até 31/10/2026</td>" in html
    assert "Resumo dos documentos de" not in plain + html


def test_an_issuers_own_templates_make_both_bodies(office: Office) -> None:
    own = office.folder / "own"
    own.mkdir()
    (own / "mail.txt.j2").write_text("{{ period }} & {{ totals[0].major[0].value }}\n", "utf-8")
    (own / "mail.html.j2").write_text("<p>{{ intro[0] }}</p>\n", "utf-8")
    found = mailed(office, TO_ANA, statement={"templates": "own"})
    assert eml.body(found[ANA], "text/plain") == "01/10/2026 – 31/10/2026 & 24,60\xa0€\n"
    assert eml.body(found[ANA], "text/html").startswith("<p>Resumo dos documentos de Ana,")


def test_the_same_month_gives_the_same_bytes_again_and_offline(office: Office) -> None:
    first = {identity: path.read_bytes() for identity, path in mailed(office).items()}
    assert {identity: path.read_bytes() for identity, path in mailed(office).items()} == first
    assert office.run("--offline").code == ALL_DONE
    assert {identity: path.read_bytes() for identity, path in mails(office).items()} == first


def test_without_the_section_there_is_no_mail_and_no_word_of_it(office: Office) -> None:
    office.configure([TO_ANA])
    said = office.run()
    assert said.code == ALL_DONE
    assert mails(office) == {}
    assert "mail" not in said.last
    assert office.entries[ANA]["unmailed"] is None


def test_taking_the_section_out_takes_the_drafts_away(office: Office) -> None:
    assert mailed(office)
    office.configure([TO_ANA, TO_RUI])
    assert office.run("--offline").code == ALL_DONE
    assert not [name for name in tree(office.month) if name.endswith(".eml")]


def test_a_client_without_an_address_is_ready_without_a_mail_and_named(office: Office) -> None:
    office.configure([TO_ANA, EVA], email=EMAIL)
    said = office.run()
    assert said.code == ALL_DONE
    assert said.last == (
        "2 of 2 clients ready; without an address, so without a mail: 1, Eva (103). Exit code 0."
    )
    assert {*mails(office)} == {ANA}
    assert {identity: entry["unmailed"] for identity, entry in office.entries.items()} == {
        ANA: None,
        EVA: "no-address",
    }
    assert "client 103: no mail is made: without an address" in (office.month / "run.log").read_text("utf-8")
    assert "Sem e-mail, porque não se conhece nenhum endereço: Eva." in office.overview


def test_what_is_too_large_is_ready_without_a_mail_and_a_warning(office: Office) -> None:
    own = office.folder / "own"
    own.mkdir()
    (own / "statement.html.j2").write_text(
        f'{{% extends "builtin/statement.html.j2" %}}{{% block notes %}}{{% if subject.client == {ANA} %}}'
        f"{TOO_LONG}{{% endif %}}{{% endblock %}}",
        "utf-8",
    )
    office.configure([TO_ANA, TO_RUI], email=EMAIL, statement={"templates": "own"}, output={"excel": False})
    said = office.run()
    assert said.code == WARNINGS
    assert said.last == (
        "2 of 2 clients ready; with files larger than mail takes, so without a mail: 1, Ana (101). "
        "Exit code 6."
    )
    assert {*mails(office)} == {RUI}
    assert office.entries[ANA]["state"] == "ready"
    assert office.entries[ANA]["unmailed"] == "too-large"
    assert "os ficheiros são maiores do que o e-mail aceita: Ana." in office.overview
    again = office.run("--client", str(RUI))
    assert (again.code, again.last) == (said.code, said.last)


def test_words_that_cannot_be_filled_in_fail_their_client_alone(tmp_path: Path) -> None:
    maria = 104
    with Sandbox(account_data=account({ANA: "Ana", maria: "Maria"})) as sandbox:
        office = Office(tmp_path, sandbox)
        office.configure(
            [TO_ANA, {"id": maria, "email": {"to": ["maria@example.com"]}}],
            email=EMAIL | {"text": "{{ 1 // (client | length - 3) }}"},
        )
        said = office.run()
        assert said.code == SOME_FAILED
        assert "email.text of the configuration: it cannot be filled in" in office.entries[ANA]["reason"]
        assert {*mails(office)} == {maria}


LISTED = {
    "ana@example.com": "ana@example.com",
    " Ana@Example.COM ": "Ana@example.com",
    "ana@padaria-pão.example": "ana@xn--padaria-po-n5a.example",
    "ana@example.com, eva@example.com": "ana@example.com, eva@example.com",
    "ana@example.com;eva@example.com": "ana@example.com, eva@example.com",
    "ana@example.com; eva": None,
    "Ana <ana@example.com>": None,
    "ana@example.com\r\nBcc: eva@example.com": None,
    "ana": None,
    "": None,
    None: None,
    4711: None,
    ("ana@example.com",): None,
}
"""What the account may have as a client's address, and who gets the mail."""


def test_of_all_clients_the_accounts_own_address_is_taken_when_it_is_one(tmp_path: Path) -> None:
    people = dict(enumerate(LISTED, start=201))
    data = SandboxAccount(
        ACCOUNT,
        [client(identity, f"Cliente {identity}", email=listed) for identity, listed in people.items()],
        {identity: [] for identity in people},
    )
    with Sandbox(account_data=data) as sandbox:
        office = Office(tmp_path, sandbox)
        office.configure("all", email=EMAIL, output={"excel": False})
        assert office.run().code == 6  # No client has a document, which is a finding of the account.
        to = {identity: eml.read(path.read_bytes()).header("To") for identity, path in mails(office).items()}
        assert {identity: to.get(identity) for identity in people} == {
            identity: LISTED[listed] for identity, listed in people.items()
        }
        assert {identity for identity, entry in office.entries.items() if entry["unmailed"]} == {*people} - {
            *to
        }
        before = {path: path.read_bytes() for path in mails(office).values()}
        assert office.run("--offline").code == 6
        assert {path: path.read_bytes() for path in mails(office).values()} == before


NAMES = {
    ANA: "Ana\r\nBcc: eva@example.com",
    RUI: '"Rui", \u202eEva\u2069 <eva@example.com>; x',
    EVA: "Conceição & Irmãos, " * 20,
}


def test_a_hostile_name_adds_nothing_to_its_mail(tmp_path: Path) -> None:
    with Sandbox(account_data=account(NAMES)) as sandbox:
        office = Office(tmp_path, sandbox)
        clients = [{"id": identity, "email": {"to": [f"c{identity}@example.com"]}} for identity in NAMES]
        office.configure(clients, email=EMAIL | {"subject": "Para {{ client }}"}, issuer=ISSUER)
        assert office.run().code == ALL_DONE
        for identity, path in mails(office).items():
            whole = eml.read(path.read_bytes())
            assert whole.header("To") == f"c{identity}@example.com"
            assert not whole.header("Bcc") + whole.header("Cc")
            assert re.fullmatch(r"Para [^\r\n\u202a-\u202e\u2066-\u2069]{1,195}", whole.header("Subject"))
            for part in eml.leaves(whole):
                assert re.fullmatch(r"[a-z0-9.-]*", part.file_name)


def test_dry_run_says_that_mails_would_be_written(office: Office) -> None:
    office.configure([TO_ANA], email=EMAIL)
    said = office.run("--dry-run")
    assert "would write xlsx, html, eml per client" in said.out
    assert not office.output.exists()


def test_the_record_stays_readable_json_for_programs(office: Office) -> None:
    mailed(office)
    text = (office.month / "run.json").read_text("utf-8")
    assert all("unmailed" in entry for entry in json.loads(text)["clients"])
