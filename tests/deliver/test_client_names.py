"""--client takes a name as well as an id, and says which clients there are where it means none or several."""

import pytest

from reports.slugs import fold
from tests.support.office import HTML_ONLY, Office, account, configure_account

ANA, RUI, EVA = 101, 102, 103
NAMES = {ANA: "Padaria São João, Lda", RUI: "Padaria São Rui", EVA: "João"}
KNOWN = "João (103), Padaria São João, Lda (101), Padaria São Rui (102)"


@pytest.fixture
def named(office: Office) -> Office:
    """Clients of a configuration, each with its name."""
    office.configure([{"id": client, "name": name} for client, name in NAMES.items()], output=HTML_ONLY)
    return office


def chosen(office: Office, *words: str) -> str:
    said = office.run("--dry-run", *(word for name in words for word in ("--client", name)))
    assert said.code == 0, said
    (line,) = (line for line in said.out.splitlines() if line.startswith("  clients: "))
    return line.removeprefix("  clients: ")


@pytest.mark.parametrize(
    ("words", "clients"),
    [
        (["PADARIA SAO JOAO LDA"], "101"),
        (["são rui"], "102"),
        (["joao"], "103"),
        (["lda", "rui"], "101, 102"),
        (["101", "João"], "101, 103"),
    ],
)
def test_a_client_is_found_by_its_name_or_a_part_that_no_other_has(
    named: Office, words: list[str], clients: str
) -> None:
    assert chosen(named, *words) == clients


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        (
            "padaria",
            "may be Padaria São João, Lda (101) or Padaria São Rui (102): say more of the name, or the",
        ),
        ("Talho", f"is the name of no client; the clients are {KNOWN}"),
        ("--", f"is the name of no client; the clients are {KNOWN}"),
    ],
)
@pytest.mark.parametrize("command", ["run", "send"])
def test_a_name_of_none_or_several_is_refused_with_those_there_are(
    named: Office, command: str, word: str, sentence: str
) -> None:
    said = named.type(command, named.config, "--client", word)
    assert said.code == 2
    assert f'--client "{word}" {sentence}' in said.err
    assert named.sandbox.requests == []
    assert not named.output.exists()


def test_a_key_in_the_place_of_a_name_is_not_repeated(named: Office) -> None:
    said = named.spawn("run", named.config, "--client", named.sandbox.api_key.replace("0", "a") + "f")
    assert said.code == 2
    assert '--client "…" is the name of no client; the clients are João (103), ' in said.err


def test_names_are_those_of_the_accounts_list_as_it_was_stored(office: Office) -> None:
    office.sandbox.account_data = account(NAMES)
    for clients in ([ANA, RUI], "all"):
        office.configure(clients, output=HTML_ONLY)
        said = office.run("--client", "sao rui")
        assert said.code == 2
        assert "no names are known yet: say the id" in said.err
    assert office.run().code == 0
    (office.output / "office" / "2026-11").mkdir()
    assert chosen(office, "sao rui") == "102"
    office.configure([ANA, RUI], output=HTML_ONLY)
    assert chosen(office, "sao joao") == "101"


def test_a_name_says_which_of_several_accounts_is_meant(office: Office) -> None:
    configs = [configure_account(office, "one"), configure_account(office, "other")]
    office.sandbox.account_data = account({ANA: "Ana"})
    assert office.type("run", configs[0]).code == 0
    office.sandbox.account_data = account({ANA: "Rui", RUI: "Eva"})
    assert office.type("run", configs[1]).code == 0
    said = office.type("run", "--dry-run", *configs, "--client", "rui")
    assert [line for line in said.out.splitlines() if "account" in line] == [
        f"{configs[1]}: account other at {office.sandbox.url}"
    ]


def test_send_takes_a_name(named: Office) -> None:
    smtp = {"host": "127.0.0.1", "port": 9}
    email = {"from": "contas@example.com", "smtp": smtp}
    clients = [{"id": client, "name": name} for client, name in NAMES.items()]
    named.configure(clients, email=email, output=HTML_ONLY | {"excel": False})
    assert named.run().code == 0
    said = named.type("send", named.config, "--dry-run", "--client", "são rui")
    assert said.out.startswith("Padaria São Rui (102): no address is known for it")
    assert "(101)" not in said.out


def test_marks_between_words_and_other_alphabets() -> None:
    assert fold("  D'Ávila & Filhos -- Lda. ") == "davila filhos lda"
    assert fold("ΑΘΗΝΑ") == fold("αθηνα") != ""
    assert fold("-- . --") == ""
