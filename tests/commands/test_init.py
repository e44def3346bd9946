"""init without questions: what it writes, what it adds, and what it leaves alone."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import keyring
import pytest
import yaml
from keyring.backends import fail

from reports.commands.init import describe_addresses
from reports.sandbox.data import SandboxAccount
from reports.sandbox.documents import client
from reports.sandbox.server import Sandbox
from reports.settings.loader import load
from reports.source.client_list import AccountClient
from tests.support.office import KEY_VARIABLE, Office, Said, account, tree
from tests.support.scripted_api import ScriptedApi, reply

ANA, RUI, EVA, NEW = 101, 102, 103, 104
HOSTILE = [
    "no",
    "null",
    "012",
    "1e3",
    "12:30",
    ": x",
    "- x",
    "# x",
    "a: b # c",
    '"',
    "'",
    'q"\\ \\n',
    "{a}",
    "[a",
    "&a",
    "*a",
    "!a",
    "%a",
    "@a",
    "`a",
    "|",
    ">",
    "?",
    "---",
    "...",
    "=1+1",
    "Caixa 👩\u200d👧 São",
    "Rui\u202etxt",
    "\ufeffAna",
    "N" * 400,
    "{{ client }}",
    "${HOME}",
]
REPLACED = {
    "A\u00a0B": "A B",
    "a\x00b\x1b[2Jc\x7f\x9b": "a\ufffdb\ufffd[2Jc\ufffd\ufffd",
    "x\ufffe\uffff": "x\ufffd\ufffd",
}


def init(office: Office, *words: str, name: str = "mine.yaml", **variables: str) -> Said:
    """init without questions; the key is in the environment."""
    given = {"INVOICEXPRESS_API_KEY": office.sandbox.api_key} | variables
    return office.type("init", office.folder / name, "--all-clients", "--yes", *words, **given)


def begin(office: Office, **variables: str) -> Said:
    return init(office, "--account", "office", "--base-url", office.sandbox.url, **variables)


@contextmanager
def office_of(folder: Path, data: SandboxAccount) -> Iterator[Office]:
    with Sandbox(account_data=data) as sandbox:
        yield Office(folder, sandbox)


@pytest.fixture(autouse=True)
def no_keyring() -> Iterator[None]:
    """The keyring of whoever runs the tests is not asked."""
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]
    yield
    keyring.set_keyring(before)


# What is begun


def test_every_client_of_every_page_is_in_a_configuration_that_is_accepted(tmp_path: Path) -> None:
    with office_of(tmp_path, account({1000 + number: f"Client {number}" for number in range(70)})) as office:
        said = begin(office)
        config = tmp_path / "mine.yaml"
        assert (said.code, said.err) == (0, "")
        assert said.last == (
            f"{config} is written: account office, 70 clients. Next: invoice-reports check {config}. "
            "Exit code 0."
        )
        assert [one.id for one in load(config).clients or ()] == [*range(1000, 1070)]
        assert office.type("run", config, "--dry-run").code == 0


def test_what_the_account_says_of_a_client_stands_there_and_no_more(tmp_path: Path) -> None:
    clients = [
        client(ANA, "Ana & Filhos, Lda", fiscal_id="500000000", language="en", email="ana@example.com"),
        client(
            RUI,
            "Rui",
            fiscal_id="PT 500 000 000",
            email="rui@example.com, eva@example.com",
            language="klingon",
        ),
        client(EVA, " ", email=None, language=None),
    ]
    with office_of(tmp_path, SandboxAccount("office", clients, {ANA: [], RUI: [], EVA: []})) as office:
        assert begin(office).code == 0
        text = (tmp_path / "mine.yaml").read_text("utf-8")
    assert (
        """\
clients:                               # a list, or: all
  - id: 101
    name: "Ana & Filhos, Lda"
    fiscal_id: "500000000"
    language: en
    email: {to: ["ana@example.com"]}
  - id: 102
    name: "Rui"
    fiscal_id: "500000000"
    email: {to: ["rui@example.com", "eva@example.com"]}
  - id: 103

issuer:"""
        in text
    )


def test_a_hostile_name_is_the_same_text_when_it_is_read_again(tmp_path: Path) -> None:
    names = dict(enumerate([*HOSTILE, *REPLACED], start=1000))
    with office_of(tmp_path, account(names)) as office:
        assert begin(office).code == 0
        config = tmp_path / "mine.yaml"
        assert office.type("run", config, "--dry-run").code == 0
    read = {one.id: one.name for one in load(config).clients or ()}
    expected = {identity: REPLACED.get(name, name) for identity, name in names.items()}
    assert read == expected
    # A reader that is not ours sees the same.
    other = yaml.safe_load(config.read_text("utf-8"))
    assert {one["id"]: one["name"] for one in other["clients"]} == expected


def test_what_is_switched_off_in_it_is_right_when_it_is_switched_on(office: Office) -> None:
    assert begin(office).code == 0
    config = office.folder / "mine.yaml"
    lines = config.read_text("utf-8").splitlines()
    start = lines.index("account:") + 1
    switched = [line.replace("# ", "", 1) if line.lstrip().startswith("# ") else line for line in lines]
    (office.folder / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    config.write_text("\n".join(lines[:start] + switched[start:]), "utf-8")
    settings = load(config)
    assert settings.output.pdf
    assert settings.issuer.name
    assert settings.issuer.logo
    assert settings.issuer.address == "Rua do Exemplo 1\n1000-001 Lisboa"
    assert settings.email
    assert settings.email.smtp


def test_an_account_without_clients_gets_a_configuration_of_all_it_will_have(tmp_path: Path) -> None:
    with office_of(tmp_path, SandboxAccount("office", [], {})) as office:
        said = begin(office)
    assert said.code == 0
    assert "account office, all clients" in said.last
    assert load(tmp_path / "mine.yaml").clients is None


def test_a_name_that_repeats_the_key_does_not_bring_it_into_the_file(tmp_path: Path) -> None:
    data = account({ANA: "Ana"})
    with office_of(tmp_path, data) as office:
        data.clients[0]["name"] = f"Ana {office.sandbox.api_key}"
        assert begin(office).code == 0
        assert office.sandbox.api_key not in (tmp_path / "mine.yaml").read_text("utf-8")
        assert (load(tmp_path / "mine.yaml").clients or ())[0].name == "Ana [key]"


# What is refused


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--yes", "--account", "office"], "--yes asks for no clients: say --all-clients too"),
        (["--yes", "--all-clients"], "--account: say which account the configuration is for"),
        (["--yes", "--all-clients", "--account", "Office Lda"], "--account: write the first part of the"),
        (
            ["--yes", "--all-clients", "--account", "a", "--base-url", "http://example.com"],
            "--base-url: write https",
        ),
        (["--account", "office"], "this asks questions: type it at a terminal, or name everything here"),
        (["--yes", "--all-clients", "--account", "office"], "this system has no keyring"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_asked(
    office: Office, words: list[str], sentence: str
) -> None:
    before = tree(office.folder)
    said = office.type("init", office.folder / "mine.yaml", *words)
    assert said.code == 2, said
    assert sentence in said.err
    assert said.last == "Nothing was done. Exit code 2."
    assert tree(office.folder) == before
    assert office.sandbox.requests == []


def test_a_folder_that_is_not_there_is_told(office: Office) -> None:
    said = init(office, "--account", "office", name="nowhere/mine.yaml")
    assert said.code == 2
    assert "there is no such folder: make it, or name another file" in said.err


def test_a_refused_key_ends_with_5_and_no_file(office: Office) -> None:
    before = tree(office.folder)
    said = begin(office, INVOICEXPRESS_API_KEY="0123456789abcdef")
    assert (said.code, said.out) == (5, "")
    assert tree(office.folder) == before


def test_an_account_that_does_not_answer_ends_with_4_and_no_file(office: Office) -> None:
    before = tree(office.folder)
    with ScriptedApi(lambda _: reply({"errors": ["Not today"]}, status=403)) as server:
        said = init(office, "--account", "office", "--base-url", server.url)
    assert said.code == 4
    assert "Not today" in said.err
    assert said.last == "Nothing was written. Exit code 4."
    assert tree(office.folder) == before


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--account", "other"], "this is the configuration of another account"),
        (["--base-url", "https://api.example.com"], "this is the configuration of another account"),
    ],
)
def test_the_configuration_of_another_account_is_left_alone(
    office: Office, words: list[str], sentence: str
) -> None:
    assert begin(office).code == 0
    before, asked = tree(office.folder), len(office.sandbox.requests)
    said = init(office, *words)
    assert said.code == 2
    assert sentence in said.err
    assert (tree(office.folder), len(office.sandbox.requests)) == (before, asked)


@pytest.mark.parametrize("name", ["config.yaml", "flow.yaml"])
def test_a_list_in_brackets_is_refused_with_what_to_do(office: Office, name: str) -> None:
    office.configure([ANA])
    text = f"account: {{name: office, api_key: '${{{KEY_VARIABLE}}}', base_url: '{office.sandbox.url}'}}\n"
    (office.folder / "flow.yaml").write_text(f"{text}clients: [{{id: {ANA}}}]\n", "utf-8")
    before = tree(office.folder)
    said = init(office, name=name)
    assert said.code == 2
    assert "clients in brackets cannot be added to; begin a line with - id: for each" in said.err
    assert (tree(office.folder), office.sandbox.requests) == (before, [])


@pytest.mark.parametrize("clients", ["clients: &ours\n  - id: 101", "clients: !!seq\n- id: 101"])
def test_a_list_that_would_be_another_afterwards_is_left_as_it_is(office: Office, clients: str) -> None:
    assert begin(office).code == 0
    config = office.folder / "mine.yaml"
    head, _, tail = config.read_text("utf-8").partition("clients:")
    config.write_text(f"{head}{clients}\n\nissuer:{tail.partition('issuer:')[2]}", "utf-8")
    before = tree(office.folder)
    said = init(office)
    assert said.code == 2
    assert "these clients cannot be written here safely: add them by hand" in said.err
    assert tree(office.folder) == before


def test_a_mistake_in_the_file_is_told_with_its_line(office: Office) -> None:
    (office.folder / "mine.yaml").write_text("account: {name: office}\nclient: all\n", "utf-8")
    said = init(office)
    assert said.code == 2
    assert f"{office.folder / 'mine.yaml'}:2:1: client is not an option" in said.err


# What is added


def test_all_covers_new_clients_and_nothing_is_done(office: Office) -> None:
    office.configure("all")
    before = tree(office.folder)
    said = init(office, name="config.yaml")
    assert said.code == 0
    assert "says clients: all, which covers new clients too. Nothing was changed" in said.last
    assert (tree(office.folder), office.sandbox.requests) == (before, [])


def test_nothing_new_changes_nothing(office: Office) -> None:
    assert begin(office).code == 0
    before = tree(office.folder)
    said = init(office)
    assert (said.code, said.err) == (0, "")
    assert "has every client of the account already. Nothing was changed" in said.last
    assert tree(office.folder) == before


def test_a_new_client_joins_and_its_language_stands_there_when_it_is_another(office: Office) -> None:
    assert begin(office).code == 0
    config = office.folder / "mine.yaml"
    before = config.read_text("utf-8")
    office.sandbox.account_data.clients.append(client(NEW, "Zoe", language="es", email=None))
    said = init(office)
    assert (said.code, said.last) == (
        0,
        f"{config} has 1 client more. Next: invoice-reports check {config}. Exit code 0.",
    )
    added = '  - id: 104\n    name: "Zoe"\n    language: es\n'
    assert config.read_text("utf-8").replace(added, "") == before
    assert added in config.read_text("utf-8")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_what_is_added_to_keeps_its_permissions_and_stays_where_a_link_leads(office: Office) -> None:
    assert begin(office).code == 0
    config = office.folder / "mine.yaml"
    real = config.rename(office.folder / "real.yaml")
    real.chmod(0o600)
    config.symlink_to(real)
    office.sandbox.account_data.clients.append(client(NEW, "Zoe"))
    assert init(office).code == 0
    assert config.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o600
    assert len(load(config).clients or ()) == 4


def test_what_is_begun_makes_a_run(office: Office) -> None:
    assert begin(office).code == 0
    config = office.folder / "mine.yaml"
    text = config.read_text("utf-8").replace("output:\n", "output:\n  excel: false\n")
    config.write_text(text, "utf-8")
    said = office.type("run", config, INVOICEXPRESS_API_KEY=office.sandbox.api_key)
    assert said.last == "3 of 3 clients ready. Exit code 0."


def test_what_becomes_of_an_address_that_is_not_one_is_told() -> None:
    listed = {1: "ana@example.com; eva@example.com", 2: "telefone", 3: "rui@example.com", 4: None}
    clients = [
        AccountClient(identity, f"C{identity}", None, email, None) for identity, email in listed.items()
    ]
    assert [*describe_addresses(clients)] == [
        "C1 (1) has several addresses, and all are used: ana@example.com, eva@example.com.",
        "C2 (2) gets no mail, for this is no address: telefone.",
    ]
