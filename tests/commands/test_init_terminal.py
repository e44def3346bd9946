"""init, typed at a real terminal: what is asked, what is shown, and what is left when somebody stops."""

import secrets
import subprocess
import sys
from pathlib import Path

import pytest

from reports.sandbox.documents import client
from reports.sandbox.server import Sandbox
from reports.settings.loader import load
from tests.support import terminal
from tests.support.leaks import places_of
from tests.support.office import NOW, Office, account, tree
from tests.support.terminal import Desk, command_lines_with
from tests.support.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.skipif(not terminal.is_here, reason="needs tmux")

ANA, RUI, EVA, NEW = 101, 102, 103, 104
KEY_QUESTION = "(not shown):"
WRONG_KEYS = [secrets.token_hex(20) for _ in range(3)]


@pytest.fixture
def ring(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment with a keyring of its own, outside the office, and no key in a variable."""
    place = tmp_path_factory.mktemp("ring")
    return {
        "PYTHON_KEYRING_BACKEND": "keyrings.alt.file.PlaintextKeyring",
        "XDG_DATA_HOME": str(place),
        "SOURCE_DATE_EPOCH": f"{NOW.timestamp():.0f}",
    }


def stored(ring: dict[str, str]) -> dict[str, bytes]:
    """The files of the keyring."""
    return tree(Path(ring["XDG_DATA_HOME"]))


def begin(desk: Desk, office: Office, *words: str) -> None:
    desk.command("init", "mine.yaml", "--base-url", office.sandbox.url, *words)


def test_without_a_keyring_nobody_types_a_key_in_vain(office: Office, ring: dict[str, str]) -> None:
    before = tree(office.folder)
    nothing_keeps = ring | {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"}
    with Desk(office.folder, nothing_keeps) as desk:
        begin(desk, office, "--account", "office")
        assert desk.code() == 2
        assert "this system has no keyring: write api_key: ${INVOICEXPRESS_API_KEY}" in desk.screen
        assert "Set it for this command too, and type it again\nNothing was done. Exit code 2." in desk.screen
        desk.command("key", "set", "office")
        assert desk.code() == 2
        assert KEY_QUESTION not in desk.screen
    assert tree(office.folder) == before


def test_without_a_keyring_a_wrong_key_in_the_variable_is_told_as_such(
    office: Office, ring: dict[str, str]
) -> None:
    before = tree(office.folder)
    nothing_keeps = ring | {
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "INVOICEXPRESS_API_KEY": WRONG_KEYS[0],
    }
    with Desk(office.folder, nothing_keeps) as desk:
        begin(desk, office, "--account", "office")
        assert desk.code() == 5
        assert "the key in the variable INVOICEXPRESS_API_KEY is wrong" in desk.screen
        assert "set that variable to the right key, and type this command again" in desk.screen
        assert "Nothing was done. Exit code 5." in desk.screen
        assert places_of(WRONG_KEYS[0], desk.screen) == []
        assert KEY_QUESTION not in desk.screen
    assert tree(office.folder) == before


def test_whoever_answers_has_a_configuration_that_runs_and_the_key_is_nowhere_to_be_seen(
    office: Office, ring: dict[str, str]
) -> None:
    key = office.sandbox.api_key
    config = office.folder / "mine.yaml"
    with Desk(office.folder, ring) as desk:
        begin(desk, office)
        desk.answer("Account, as in", "https://office.app.invoicexpress.com")
        desk.answer("Account, as in", "office")
        desk.wait_for(KEY_QUESTION)
        desk.paste(WRONG_KEYS[0])
        desk.wait_for(KEY_QUESTION)
        desk.paste(key)
        desk.answer("[pt]:", "portuguese")
        desk.answer("[pt]:", "en")
        desk.answer("Your business", "Contas & Ca: não, Lda")
        desk.answer("NIF", "500000001")
        desk.answer("NIF", "PT 500 000 000")
        desk.answer("[all]:", "1 4")
        desk.answer("[all]:", "1 3-3")
        desk.wait_for("store the key in the keyring of this user? (y, n)")
        assert not config.exists()
        assert stored(ring) == {}
        assert command_lines_with(key) == []
        desk.type("")
        assert desk.code() == 0
        shown = desk.screen
        desk.remember()

        assert "write the name alone: office" in shown
        assert "Please: type one of: pt, en, es." in shown
        assert "Please: type all, or numbers from 1 to 3, such as: 1 3-5." in shown
        assert "a digit is wrong in this number" in shown
        assert "Exit code 0." in shown
        assert "Traceback" not in shown
        assert "mine.yaml" in desk.history.read_text("utf-8")
        for secret in (key, WRONG_KEYS[0]):
            assert places_of(secret, shown, office.folder) == []

    settings = load(config)
    assert settings.account.api_key == "keyring"
    assert settings.issuer.name == "Contas & Ca: não, Lda"
    assert (settings.language, settings.issuer.fiscal_id) == ("en", "500000000")
    assert [(one.id, one.name, one.language) for one in settings.clients or ()] == [
        (ANA, "Ana", "pt"),
        (EVA, "Eva", "pt"),
    ]
    said = office.spawn("check", config, **ring)
    assert (said.code, said.err) == (0, ""), said
    said = office.spawn("run", config, **ring)
    # Whoever was not chosen has documents, and the account's month lacks them.
    assert (said.code, said.err) == (6, ""), said
    assert said.last.startswith("2 of 2 clients ready; warnings: 1, see ")
    assert [(one["code"], one["client"]) for one in office.record["findings"]] == [
        ("FORGOTTEN-DOCUMENTS", RUI)
    ]


def test_third_wrong_key_ends_it_and_nothing_is_left(office: Office, ring: dict[str, str]) -> None:
    before = tree(office.folder)
    with Desk(office.folder, ring) as desk:
        begin(desk, office, "--account", "office")
        for wrong in WRONG_KEYS:
            desk.wait_for(KEY_QUESTION)
            desk.paste(wrong)
        assert desk.code() == 5
        assert "Nothing was done. Exit code 5." in desk.screen
        assert [place for wrong in WRONG_KEYS for place in places_of(wrong, desk.screen)] == []
    assert len(office.sandbox.requests) == len(WRONG_KEYS)
    assert tree(office.folder) == before
    assert stored(ring) == {}


def test_whoever_presses_control_c_leaves_nothing_at_any_question(
    office: Office, ring: dict[str, str]
) -> None:
    before = tree(office.folder)
    answers = [(KEY_QUESTION, office.sandbox.api_key), ("[pt]:", ""), ("Your business", ""), ("NIF", "")]
    with Desk(office.folder, ring) as desk:
        for stopped_at in (0, 1, 4):
            begin(desk, office, "--account", "office", "--all-clients")
            for question, text in answers[:stopped_at]:
                desk.wait_for(question)
                desk.paste(text)
            desk.wait_for([*(question for question, _ in answers), "(y, n)"][stopped_at])
            desk.press("C-c")
            assert desk.code() == 130
            assert "Interrupted. Exit code 130." in desk.screen
        assert "Traceback" not in desk.screen
    assert tree(office.folder) == before
    assert stored(ring) == {}


def test_again_adds_what_is_new_and_what_somebody_wrote_meanwhile_is_never_written_over(
    office: Office, ring: dict[str, str]
) -> None:
    config = office.folder / "mine.yaml"
    key = {"INVOICEXPRESS_API_KEY": office.sandbox.api_key}
    words = ("--account", "office", "--all-clients", "--yes", "--base-url", office.sandbox.url)
    assert office.type("init", config, *words, **ring, **key).code == 0
    text = config.read_text("utf-8").replace('name: "Rui"', "name: 'Rui'   # he pays in cash")
    config.write_text(text, "utf-8")
    office.sandbox.account_data.clients.append(client(NEW, "Zé"))
    with Desk(office.folder, {**ring, **key}) as desk:
        desk.command("init", "mine.yaml")
        desk.wait_for("[all]:")
        assert "   1  104 " in desk.screen
        assert "   2  " not in desk.screen
        edited = text + "# written while init was waiting\n"
        config.write_text(edited, "utf-8")
        desk.type("")
        desk.answer("(y, n)", "y")
        assert desk.code() == 2
        assert "it was changed meanwhile, and is left as it is: begin again" in desk.screen
        assert config.read_text("utf-8") == edited

        desk.command("init", "mine.yaml")
        desk.answer("[all]:", "1")
        desk.answer("(y, n)", "n")
        assert desk.code() == 0
        assert config.read_text("utf-8") == edited

        desk.command("init", "mine.yaml")
        desk.answer("[all]:", "1")
        desk.answer("(y, n)", "y")
        assert desk.code() == 0
    added = '  - id: 104\n    name: "Zé"\n    email: {to: ["cliente104@example.pt"]}\n'
    assert config.read_text("utf-8").replace(added, "") == edited
    assert [one.id for one in load(config).clients or ()] == [ANA, RUI, EVA, NEW]


def test_names_that_command_a_terminal_are_shown_without_their_commands(
    tmp_path: Path, ring: dict[str, str]
) -> None:
    names = {ANA: "Ana\x1b[2J\x1b]0;mine\x07", RUI: "R" * 400}
    data = account(names)
    data.clients[0]["fiscal_id"] = "PT 500 000 022"
    with Sandbox(account_data=data) as sandbox:
        office = Office(tmp_path, sandbox)
        with Desk(tmp_path, {**ring, "INVOICEXPRESS_API_KEY": sandbox.api_key}) as desk:
            begin(desk, office, "--account", "office")
            for question in ("[pt]:", "Your business", "NIF"):
                desk.answer(question, "")
            desk.wait_for("[all]:")
            assert "Ana [2J ]0;mine" in desk.screen
            assert f"{'R' * 39}…  NIF -" in desk.screen
            assert "NIF 500000022" in desk.screen
            desk.press("C-c")
            assert desk.code() == 130


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="needs /proc")
def test_a_key_on_a_command_line_would_be_found() -> None:
    key = secrets.token_hex(20)
    command = [sys.executable, "-c", "import sys; print(flush=True); sys.stdin.read()", key]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        assert command_lines_with(key) == [f"{process.pid}"]
        process.communicate(timeout=PATIENCE_SECONDS)
