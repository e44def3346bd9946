"""Mails on Windows: the draft is the same file for every mail program, and nothing is sent without a word."""

import email
import email.policy
import hashlib
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from reports.sandbox.server import Sandbox
from tests.support.office import Office, account
from tests.windows.held import held

ANA, RUI = 101, 102
NAMES = {ANA: "Ana & Irmãos", RUI: "Rui"}
ADDRESSES = {ANA: "ana@example.com", RUI: "rui@example.com"}
VARIABLE = "OFFICE_MAIL_PASSWORD"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A finished month with a draft for each client; nobody listens where mail would go."""
    with Sandbox(account_data=account(NAMES)) as sandbox, socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        smtp = {
            "host": "127.0.0.1",
            "port": nobody.getsockname()[1],
            "user": "contas",
            "password": f"${{{VARIABLE}}}",
        }
        office = Office(tmp_path_factory.mktemp("mail"), sandbox)
        office.configure(
            [{"id": client, "email": {"to": [ADDRESSES[client]]}} for client in NAMES],
            email={"when": "draft", "from": "contas@example.com", "smtp": smtp},
        )
        assert office.run(**password()).code == 0
        yield office


def password() -> dict[str, str]:
    return {VARIABLE: secrets.token_urlsafe(12)}


def draft(office: Office, client: int) -> Path:
    (path,) = office.month.glob(f"*-{client}/*.eml")
    return path


def test_draft_has_the_line_ends_of_mail_alone(office: Office) -> None:
    data = draft(office, ANA).read_bytes()
    assert data.count(b"\r\n") == data.count(b"\n") == data.count(b"\r") > 100
    assert data.isascii()


def test_draft_carries_the_very_files_of_the_folder(office: Office) -> None:
    message = email.message_from_bytes(draft(office, ANA).read_bytes(), policy=email.policy.default)
    assert message["To"] == ADDRESSES[ANA]
    assert message["X-Unsent"] == "1"
    assert "\\" not in "".join(part.get_filename() or "" for part in message.walk())
    carried = {str(part.get_filename()): part.get_content() for part in message.iter_attachments()}
    assert {Path(name).suffix for name in carried} == {".xlsx", ".html"}
    for name, content in carried.items():
        data = content if isinstance(content, bytes) else content.encode("utf-8")
        assert data.replace(b"\r\n", b"\n") == (draft(office, ANA).parent / name).read_bytes().replace(
            b"\r\n", b"\n"
        )


def test_draft_stands_in_the_record_with_its_sum(office: Office) -> None:
    files = {file["path"]: file["sha256"] for file in office.entries[RUI]["files"]}
    path = draft(office, RUI)
    assert files[f"{path.parent.name}/{path.name}"] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_dry_run_of_send_says_to_whom_and_leaves_no_journal(office: Office) -> None:
    said = office.type("send", office.config, "--dry-run", **password())
    assert said.code == 0, said
    assert all(address in said.out for address in ADDRESSES.values())
    assert not list(office.output.rglob("outbox.jsonl"))


def test_server_that_is_not_there_is_code_4_and_nothing_counts_as_sent(office: Office) -> None:
    given = password()
    said = office.type("send", office.config, **given)
    assert said.code == 4, said
    assert given[VARIABLE] not in said.out + said.err
    assert "Traceback" not in said.out + said.err
    again = office.type("send", office.config, "--dry-run", **given)
    assert all(address in again.out for address in ADDRESSES.values())


def test_draft_that_is_open_in_a_mail_program_is_named(office: Office) -> None:
    with held(draft(office, ANA)):
        said = office.run("--offline")
    assert said.code == 8
    assert draft(office, ANA).name in office.entries[ANA]["reason"]
    assert office.run("--offline").code == 0
