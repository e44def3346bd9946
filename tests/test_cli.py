"""The commands, as they are typed: what they say, what they end with, and what they leave alone."""

import json
import os
import re
import signal
from typing import Any

import jsonschema
import pytest

from reports import __version__
from reports.cli import SANDBOX_KEY
from tests.support.dialogue import hold_dialogue
from tests.support.office import ACCOUNT, HTML_ONLY, KEY_VARIABLE, NOW, ROOT, Office, Said, tree
from tests.support.waiting import PATIENCE_SECONDS

ANA, RUI, EVA, NOBODY = 101, 102, 103, 404
WRONG_KEY = "0123456789abcdef"
COMMANDS = ("run", "check", "init", "key", "demo", "example", "sandbox", "schedule", "schema", "send")

ON_POSIX = pytest.mark.skipif(os.name == "nt", reason="needs terminals, pipes or signals of POSIX")

NO_CLOCKS = (
    *("today", "1e9", "1793687400.5", "0x10", "1_793_687_400", "١٧٩٣", " ", "9" * 5_000),
    *("-1", "-62135596800", "-62135510400", "250246627200", "253370764800", "253402300799", "253402300800"),
)
"""Among them the first and the last second of the calendar."""


def assert_refused(said: Said, *parts: str) -> None:
    """Code 2, and every one of `parts` in what was said."""
    assert said.code == 2, said
    assert said.out == ""
    assert said.last == "Nothing was done. Exit code 2."
    assert [part for part in parts if part not in said.err] == []
    assert "Traceback" not in said.err


def account_section(office: Office, **changed: Any) -> dict[str, Any]:
    usual = {"name": ACCOUNT, "api_key": f"${{{KEY_VARIABLE}}}", "base_url": office.sandbox.url}
    return usual | changed


# Usage


def test_help_names_every_command(office: Office) -> None:
    said = office.type("--help")
    assert (said.code, said.err) == (0, "")
    for command in COMMANDS:
        assert re.search(rf"^  {command} ", said.out, re.MULTILINE)
        assert office.type(command, "--help").code == 0


def test_a_key_that_is_written_where_none_belongs_is_not_repeated(office: Office) -> None:
    said = office.type("key", "set", "my-company", WRONG_KEY)
    assert_refused(said, "word too many")
    assert WRONG_KEY not in said.err


def test_version_is_the_one_of_the_package(office: Office) -> None:
    assert office.type("--version") == Said(0, f"invoice-reports, version {__version__}\n", "")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["run"], "Missing argument 'CONFIG...'."),
        (["run", "config.yaml", "--offlin"], "No such option '--offlin'."),
        (["run", "config.yaml", "--jobs", "three"], "'three' is not a valid integer"),
        (["rum"], "No such command 'rum'."),
        (["key", "set"], "Missing argument 'ACCOUNT'."),
        (["sandbox", "--port", "70000"], "70000 is not in the range"),
    ],
)
def test_slip_in_the_command_is_answered_with_a_sentence(
    office: Office, words: list[str], sentence: str
) -> None:
    assert_refused(office.type(*words), sentence, "--help")


def test_command_without_a_word_shows_the_help_and_is_refused(office: Office) -> None:
    assert_refused(office.type(), "Commands:", "  run ")


def test_slip_in_the_configuration_names_line_and_option_and_nothing_happens(office: Office) -> None:
    text = office.config.read_text("utf-8").replace('"period"', '"perriod"')
    office.config.write_text(text, "utf-8")
    line = text[: text.index("perriod")].count("\n") + 1
    before = tree(office.folder)
    for command in (["run"], ["run", "--dry-run"], ["check"]):
        name, *options = command
        said = office.type(name, office.config, *options)
        assert_refused(said, f'{office.config}:{line}:2: perriod is not an option; did you mean "period"?')
    assert tree(office.folder) == before
    assert office.sandbox.requests == []


def test_all_slips_of_all_configurations_come_at_once(office: Office) -> None:
    other = office.configure("al", name="other.yaml", account=account_section(office, name="other"))
    office.configure("alll")
    said = office.type("run", office.config, other, office.folder / "third.yaml")
    assert_refused(said, f"{office.config}:", f"{other}:", "third.yaml:1:1: there is no such file")


@pytest.mark.parametrize("command", ["run", "check"])
def test_missing_key_is_told_with_the_command_that_stores_it(office: Office, command: str) -> None:
    said = office.type(command, office.config, **{KEY_VARIABLE: ""})
    assert said.code == 2
    assert f"the environment variable {KEY_VARIABLE} is not set" in said.out + said.err
    assert f"invoice-reports key set {ACCOUNT}" in said.out + said.err
    assert said.last.endswith("Exit code 2.")
    assert not office.output.exists()
    assert office.sandbox.requests == []


@pytest.mark.parametrize(
    ("words", "variables", "sentence"),
    [
        (["--period", "last-mont"], {}, 'did you mean "last-month"?'),
        (["--period", "2026-13"], {}, "'2026-13' is not in the calendar"),
        (
            ["--client", f"{NOBODY}"],
            {},
            f"--client {NOBODY} is in no configuration; the clients are {ANA}, {RUI}",
        ),
        *(([], {"SOURCE_DATE_EPOCH": epoch}, "SOURCE_DATE_EPOCH is not a number of") for epoch in NO_CLOCKS),
    ],
)
def test_run_that_cannot_be_meant_is_refused(
    office: Office, words: list[str], variables: dict[str, str], sentence: str
) -> None:
    office.configure([ANA, RUI])
    assert_refused(office.run(*words, **variables), sentence)
    assert not office.output.exists()
    assert office.sandbox.requests == []


# Options of run


def test_period_and_output_of_the_command_line_come_first(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(office.folder)
    office.configure([ANA], output=HTML_ONLY)
    assert office.run("--period", "2026-Q3", "--output", "elsewhere").code == 0
    record = json.loads((office.folder / "elsewhere" / ACCOUNT / "2026-Q3" / "run.json").read_text("utf-8"))
    assert record["period"] == {"label": "2026-Q3", "from": "2026-07-01", "to": "2026-09-30"}
    assert record["clients"][0]["documents_read"] == 2
    assert record["clients"][0]["documents_counted"] == 0
    assert not office.output.exists()


def test_last_month_is_one_of_the_configured_time_zone(office: Office) -> None:
    office.configure([ANA], period="last-month", time_zone="Atlantic/Azores")
    half_an_hour_into_november = {"SOURCE_DATE_EPOCH": f"{NOW.replace(day=1, hour=0).timestamp():.0f}"}
    assert "period 2026-09:" in office.run("--dry-run", **half_an_hour_into_november).out
    office.configure([ANA], period="last-month", time_zone="Europe/Lisbon")
    assert "period 2026-10:" in office.run("--dry-run", **half_an_hour_into_november).out


def test_offline_needs_no_key(office: Office) -> None:
    office.configure([ANA], output=HTML_ONLY)
    assert office.run().code == 0
    asked = len(office.sandbox.requests)
    assert office.run("--offline", **{KEY_VARIABLE: ""}).code == 0
    assert len(office.sandbox.requests) == asked


def test_offline_without_a_stored_page_says_what_to_do(office: Office) -> None:
    office.configure([ANA])
    said = office.run("--offline")
    assert said.code == 4
    assert "was never read into" in said.last
    assert "Run without --offline" in said.last
    assert office.sandbox.requests == []


def test_most_severe_of_several_accounts_wins_and_the_others_are_done(office: Office) -> None:
    good = office.configure([ANA], name="good.yaml", account=account_section(office, name="good"))
    partly = office.configure(
        [RUI, NOBODY], name="partly.yaml", account=account_section(office, name="partly")
    )
    refused = account_section(office, name="refused", api_key="${ANOTHER_KEY}")
    wrong = office.configure([EVA], name="wrong.yaml", account=refused)
    said = office.type("run", good, wrong, partly, ANOTHER_KEY=WRONG_KEY)
    assert said.code == 5
    lines = [line for line in said.out.splitlines()[:-1] if " 2026-10: " in line]
    # They are done side by side: whoever ends first is told first.
    assert sorted((line.split()[0], line[-12:]) for line in lines) == [
        ("good", "Exit code 0."),
        ("partly", "Exit code 3."),
        ("refused", "Exit code 5."),
    ]
    assert said.last.startswith("3 accounts; the most severe: refused 2026-10: ")
    assert said.last.endswith("Exit code 5.")
    written = tree(office.output)
    assert f"good/2026-10/ana-{ANA}/ana-{ANA}-2026-10.xlsx" in written
    assert f"partly/2026-10/rui-{RUI}/rui-{RUI}-2026-10.xlsx" in written
    result = written["RESULT.html"].decode()
    assert [
        name for name in ("good", "refused", "partly") if f"{name}/2026-10/index.html" not in result
    ] == []


@pytest.mark.parametrize("words", [[], ["--output", "together"]])
def test_two_configurations_that_write_to_one_folder_are_refused(office: Office, words: list[str]) -> None:
    folder = {"folder": "elsewhere"} if words else {}
    other = office.configure([RUI], name="other.yaml", output=folder)
    said = office.type("run", office.config, other, *words)
    assert_refused(said, "the same folder" if not words else "two configurations write to this folder")
    assert {path for path in tree(office.folder) if not path.endswith(".yaml")} == set()
    assert office.sandbox.requests == []


def test_chosen_client_is_looked_for_in_the_configuration_that_lists_it(office: Office) -> None:
    other = office.configure([RUI], name="other.yaml", account=account_section(office, name="other"))
    said = office.type("run", office.config, other, "--client", f"{RUI}", "--dry-run")
    assert said.code == 0
    assert [line for line in said.out.splitlines() if "account" in line] == [
        f"{other}: account other at {office.sandbox.url}"
    ]


def test_chosen_client_that_may_be_of_two_accounts_is_refused(office: Office) -> None:
    other = office.configure("all", name="other.yaml", account=account_section(office, name="other"))
    said = office.type("run", office.config, other, "--client", f"{RUI}")
    assert_refused(said, f"--client {RUI} may be of {office.config} or {other}")


# check


@pytest.mark.parametrize(
    ("clients", "variables", "code", "said"),
    [
        ([ANA, RUI], {}, 0, "A run would go through. Exit code 0."),
        ("all", {}, 0, "A run would go through. Exit code 0."),
        ([ANA, NOBODY], {}, 3, "Mend what is NOT OK; a run would fail. Exit code 3."),
        ([NOBODY], {}, 4, "Mend what is NOT OK; a run would fail. Exit code 4."),
        ([ANA], {KEY_VARIABLE: WRONG_KEY}, 5, "Mend what is NOT OK; a run would fail. Exit code 5."),
        ([ANA], {KEY_VARIABLE: ""}, 2, "Mend what is NOT OK; a run would fail. Exit code 2."),
    ],
)
def test_check_ends_with_the_code_of_the_run_and_writes_nothing(
    office: Office, clients: Any, variables: dict[str, str], code: int, said: str
) -> None:
    office.configure(clients, output=HTML_ONLY)
    before = tree(office.folder)
    looked = office.type("check", office.config, **variables)
    assert (looked.code, looked.last, looked.err) == (code, said, "")
    assert tree(office.folder) == before
    assert office.run(**variables).code == code


def test_check_of_a_folder_that_is_a_file_ends_as_the_run_does(office: Office) -> None:
    office.output.write_bytes(b"mine")
    looked = office.type("check", office.config)
    assert looked.code == 8
    assert f"NOT OK: output: {office.output} is a file" in looked.out
    assert office.run().code == 8
    assert office.output.read_bytes() == b"mine"


def test_check_says_which_documents_the_filters_hide(office: Office) -> None:
    office.configure([ANA], filters={"status": ["final"]})
    looked = office.type("check", office.config)
    assert looked.code == 0
    assert "filters: documents are left out on purpose" in looked.out


# The key


@ON_POSIX
def test_key_is_typed_unseen_and_serves_a_run_and_can_be_deleted(office: Office) -> None:
    place = f"{office.folder / 'keyring'}"
    ring = {"PYTHON_KEYRING_BACKEND": "keyrings.alt.file.PlaintextKeyring", "XDG_DATA_HOME": place}
    office.configure([ANA], account=account_section(office, api_key="keyring"), output=HTML_ONLY)

    code, shown = hold_dialogue(office, "key", "set", ACCOUNT, answer=office.sandbox.api_key, **ring)
    assert code == 0
    assert office.sandbox.api_key not in shown
    assert shown.splitlines()[-1] == f"The key of {ACCOUNT} is in the keyring of this user. Exit code 0."

    said = office.spawn("run", office.config, **ring)
    assert (said.code, said.last) == (0, "1 of 1 clients ready. Exit code 0.")
    assert [
        path for path, data in tree(office.output).items() if office.sandbox.api_key.encode() in data
    ] == []

    deleted = office.spawn("key", "delete", ACCOUNT, **ring)
    assert deleted.code == 0
    assert deleted.last.endswith("is no longer in the keyring of this user. Exit code 0.")


def test_key_of_what_cannot_be_an_account_is_refused_before_it_is_typed(office: Office) -> None:
    assert_refused(office.type("key", "set", "https://my-company.app.invoicexpress.com"))


# schema, sandbox


def test_schema_is_json_and_accepts_a_configuration(office: Office) -> None:
    said = office.type("schema")
    assert (said.code, said.err) == (0, "")
    schema = json.loads(said.out)
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads(office.config.read_text("utf-8")), schema)


@ON_POSIX
def test_sandbox_says_how_to_reach_it_and_serves_until_it_is_interrupted(office: Office) -> None:
    with office.start("sandbox") as process:
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        assert set(told) == {"url", "account", "api_key"}
        assert told["api_key"] == SANDBOX_KEY
        section = {"name": told["account"], "api_key": f"${{{KEY_VARIABLE}}}", "base_url": told["url"]}
        office.configure([3100008], account=section)
        assert office.type("check", office.config, **{KEY_VARIABLE: told["api_key"]}).code == 0
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, err.strip()) == (130, b"Interrupted. Exit code 130.")


def test_sandbox_takes_the_key_that_it_is_told(office: Office) -> None:
    with office.start("sandbox", "--api-key", "mine") as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["api_key"] == "mine"


def test_example_is_the_example_configuration_and_is_accepted(office: Office) -> None:
    said = office.type("example")
    assert (said.code, said.err) == (0, "")
    assert said.out == (ROOT / "config.example.yaml").read_text("utf-8")
    example = office.folder / "example.yaml"
    example.write_text(said.out, "utf-8")
    (office.folder / "logo.png").touch()
    assert office.type("run", "--dry-run", example).out.startswith(f"{example}: account my-company")


def test_no_message_names_a_file_that_an_installation_lacks(office: Office) -> None:
    sources = [*(ROOT / "reports").rglob("*.py"), *(ROOT / "reports").rglob("*.toml")]
    named = re.compile(r"""["'].*(docs/\w|\.md\b|(begin|options|see).* config\.example)""")
    lines = {f"{path.name}: {line}" for path in sources for line in path.read_text("utf-8").splitlines()}
    assert [line for line in lines if named.search(line) and '"""' not in line and "# " not in line] == []


def test_filter_that_hides_documents_is_said_in_check_and_log(office: Office) -> None:
    office.configure([{"id": ANA, "filters": {"status": ["final"]}}], output=HTML_ONLY)
    said = office.type("check", office.config)
    assert f"filters of client {ANA}: documents are left out on purpose: settled" in said.out
    office.run()
    log = (office.month / "run.log").read_text("utf-8")
    assert f"client {ANA}: left out on purpose by the filter: settled" in log


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        ("requests:\n  deadline_minutes: 1,5", "requests.deadline_minutes: write a whole number from 1 to"),
        ("requests: {deadline_minutes: 1,5}", "requests.deadline_minutes: write a whole number from 1 to"),
        ("statement:\n  ageing:\n    - 30,5", "statement.ageing[0]: write a whole number, e.g. 30"),
        ("statement: {ageing: [30,5]}", "statement.ageing[0]: write a whole number, e.g. 30"),
        ("statement: {ageing: [30,5, 60]}", "statement.ageing[0]: write a whole number, e.g. 30"),
    ],
)
def test_decimal_comma_is_told_in_the_same_words_in_a_line_and_in_brackets(
    office: Office, section: str, sentence: str
) -> None:
    office.config.write_text(f"account: {{name: {ACCOUNT}}}\nclients: all\n{section}\n", "utf-8")
    assert_refused(office.run(), sentence)


def test_list_that_is_written_without_blanks_is_a_list(office: Office) -> None:
    text = "account: {name: office}\nclients: all\nperiod: 2026-10\nstatement: {ageing: [30,60,90]}\n"
    office.config.write_text(text, "utf-8")
    assert office.run("--dry-run").code == 0
