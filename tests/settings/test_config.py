"""The configuration: what it means, and the catalogue of mistakes in tests/errors.

Each NAME.yaml there holds one mistake; NAME.txt is the exact message. UPDATE_GOLDEN=1 writes the
messages anew, for reading before they are kept.
"""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema
import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.errors import ConfigError, Problem
from reports.settings.config import (
    Account,
    Client,
    Config,
    Days,
    Filters,
    Output,
    Requests,
    Statement,
    json_schema,
    resolve_period,
)
from reports.settings.loader import load, load_all
from reports.settings.yaml_file import YamlFile, read
from tests.support.golden import compare

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "config.example.yaml"
ERRORS = Path(__file__).parents[1] / "errors"
MISTAKES = sorted(path.stem for path in ERRORS.glob("*.yaml"))
NO_KEY = "not-a-real-key-0123456789"
SHORTEST = "account: {name: my-company}\nclients: all\n"
TODAY = date(2026, 11, 2)


def written(folder: Path, text: str | bytes, name: str = "config.yaml") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def messages(*paths: Path) -> list[str]:
    """What is said about the files, without the folder they are in."""
    with pytest.raises(ConfigError) as caught:
        load_all(paths)
    return [line.replace(f"{paths[0].parent}{os.sep}", "") for line in str(caught.value).splitlines()]


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake_is_answered_with_place_and_remedy(name: str) -> None:
    said = "\n".join(messages(ERRORS / f"{name}.yaml"))
    compare(f"{said}\n", ERRORS / f"{name}.txt")


def test_catalogue_of_mistakes_is_complete() -> None:
    assert len(MISTAKES) >= 100
    assert {path.stem for path in ERRORS.iterdir()} == set(MISTAKES)


@pytest.mark.parametrize("name", MISTAKES)
def test_no_message_holds_a_key_or_the_words_of_a_library(name: str) -> None:
    said = (ERRORS / f"{name}.txt").read_text(encoding="utf-8")
    for word in (
        NO_KEY,
        "0123456789",
        "secret",
        "Input should",
        "pydantic",
        "while scanning",
        "0xFF",
        "\x1b",
    ):
        assert word not in said


@given(key=st.text("0123456789abcdef", min_size=31, max_size=64))
@settings(max_examples=30)
@pytest.mark.parametrize(
    "text",
    [
        "account: {name: my-company, api_key: KEY}\nclients: all",
        "account: {name: my-company, api_key: 'KEY'}\nclients: all",
        "account: {name: KEY, api_key: KEY}\nclients: all",
        "account: {name: KEY, api_key: my-company}\nclients: all",
        "account: {name: my-company, api_key: *KEY}\nclients: all",
        "account: {name: my-company, api_key: {KEY}}\nclients: all",
        "account: {name: my-company, KEY}\nclients: all",
        "account: {name: my-company, KEY: 1, KEY: 2}\nclients: all",
        "account: {name: my-company, base_url: 'http://x/?api_key=KEY'}\nclients: all",
        "account: KEY\nclients: KEY\nperiod: KEY\ntime_zone: KEY\nlanguage: KEY\nfilters: {status: [KEY]}",
        "account:\n  api_key:KEY\n  name: my-company\nclients: all",
    ],
)
def test_key_in_any_wrong_place_is_never_repeated(tmp_path: Path, text: str, key: str) -> None:
    assert key not in "\n".join(messages(written(tmp_path, text.replace("KEY", key))))


def test_error_keeps_nothing_of_the_file_behind_its_message(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, f"account: {{name: my-company, api_key: '{NO_KEY}'}}\nclients: all"))
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_shortest_configuration_has_the_documented_defaults(tmp_path: Path) -> None:
    config = load(written(tmp_path, SHORTEST))
    assert config.path == tmp_path / "config.yaml"
    assert config.account.origin == "https://my-company.app.invoicexpress.com"
    assert config.account.api_key == "keyring"
    assert config.period == "last-month"
    assert str(config.time_zone) == "Europe/Lisbon"
    assert config.language == "pt"
    assert config.filters.as_request() == {"archived": ["archived", "non_archived"]}
    assert config.clients is None
    assert config.issuer.name is config.issuer.fiscal_id is config.issuer.address is None
    assert (config.statement.line_items, config.statement.ageing) == (False, (30, 60, 90))
    assert (config.output.folder, config.output.excel, config.output.html) == (
        tmp_path.resolve() / "output",
        True,
        True,
    )
    requests = config.requests
    assert (requests.per_page, requests.parallel, requests.per_minute) == ("auto", 4, 600)
    assert (requests.verify, requests.deadline_minutes) == ("first_page", 90)


def test_empty_sections_have_their_defaults(tmp_path: Path) -> None:
    sections = "filters:\nissuer:\nstatement:\noutput: # nothing\nrequests: ~\n"
    assert load(written(tmp_path, SHORTEST + sections)) == load(written(tmp_path, SHORTEST))


def test_configuration_can_be_made_in_code(tmp_path: Path) -> None:
    config = Config.model_validate(
        {
            "path": tmp_path / "config.yaml",
            "account": Account(name="my-company"),
            "period": Days.model_validate({"from": TODAY, "to": TODAY}),
            "time_zone": ZoneInfo("Atlantic/Azores"),
            "clients": (Client(id=1, name="Ana & Filhos, Lda"),),
            "output": Output(folder=tmp_path),
        }
    )
    assert resolve_period(config, TODAY).label == "2026-11-02_2026-11-02"
    assert config.output.folder == tmp_path.resolve()


def test_values_are_frozen(tmp_path: Path) -> None:
    config = load(written(tmp_path, SHORTEST))
    with pytest.raises(pydantic.ValidationError):
        config.account.name = "other"
    assert isinstance(config.filters.archived, tuple)


def test_client_filters_replace_only_the_keys_they_give(tmp_path: Path) -> None:
    config = load(
        written(
            tmp_path,
            "account: {name: my-company}\n"
            "filters: {status: [settled], by_type: [Invoice]}\n"
            "clients:\n"
            "  - id: 1\n"
            "  - {id: 2, filters: {by_type: [CreditNote], archived: [archived]}, language: en}\n"
            "  - {id: 3, filters: {status: []}}\n"
            "  - {id: 4, filters: ~}\n",
        )
    )
    assert config.clients is not None
    asked = [config.client_filters(client).as_request() for client in config.clients]
    both = ["archived", "non_archived"]
    assert asked == [
        {"status": ["settled"], "by_type": ["Invoice"], "archived": both},
        {"status": ["settled"], "by_type": ["CreditNote"], "archived": ["archived"]},
        {"by_type": ["Invoice"], "archived": both},
        {"status": ["settled"], "by_type": ["Invoice"], "archived": both},
    ]
    assert list(asked[0]) == ["status", "by_type", "archived"]
    assert [config.client_language(client) for client in config.clients] == ["pt", "en", "pt", "pt"]


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://api.example.com", "https://api.example.com"),
        ("https://API.Example.com/", "https://api.example.com"),
        ("https://api.example.com:8443/", "https://api.example.com:8443"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://127.8.9.10", "http://127.8.9.10"),
        ("http://localhost:8080/", "http://localhost:8080"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]"),
    ],
)
def test_base_url_is_https_or_loopback(tmp_path: Path, address: str, origin: str) -> None:
    config = load(written(tmp_path, f"account: {{name: my-company, base_url: '{address}'}}\nclients: all"))
    assert config.account.origin == origin


@pytest.mark.parametrize(
    "address",
    [
        "http://127.1",
        "http://0.0.0.0",
        "http://[::2]",
        "http://10.0.0.1",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "https://",
        "https:///clients",
        "https://api.example.com?",
        "https://api.example.com#",
        "https://ana@api.example.com",
        "https://:@api.example.com",
        "https://api.example.com\\@localhost",
        "https://[::1",
        "https://api.example.com:0x50",
        "https://exämple.com",
        "https://api example.com",
        " https://api.example.com",
        "https://api.exa\tmple.com",
        "https://-api.example.com",
        "ftp://127.0.0.1",
        "//127.0.0.1",
    ],
)
def test_base_url_that_could_show_the_key_is_refused(tmp_path: Path, address: str) -> None:
    said = messages(written(tmp_path, f"account: {{name: my-company, base_url: '{address}'}}\nclients: all"))
    assert [line.split(" ")[:2] for line in said] == [["config.yaml:1:39:", "account.base_url:"]]


def test_key_may_live_in_an_environment_variable(tmp_path: Path) -> None:
    text = "account: {name: my-company, api_key: '${INVOICEXPRESS_API_KEY}'}\nclients: all\n"
    assert load(written(tmp_path, text)).account.api_key == "${INVOICEXPRESS_API_KEY}"


def test_output_folder_is_relative_to_the_file_not_to_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "settings").mkdir()
    written(tmp_path / "settings", SHORTEST + "output: {folder: ../reports/./monthly}\n")
    monkeypatch.chdir(tmp_path)
    config = load(Path("settings/config.yaml"))
    assert config.output.folder == tmp_path.resolve() / "reports" / "monthly"
    assert config.path == tmp_path / "settings" / "config.yaml"
    absolute = written(tmp_path, SHORTEST + f"output: {{folder: '{tmp_path / 'elsewhere'}'}}\n")
    assert load(absolute).output.folder == tmp_path.resolve() / "elsewhere"


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_output_folder_that_links_in_a_circle_is_refused_or_kept(tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    config = written(tmp_path, SHORTEST + "output: {folder: one}\n")
    if sys.version_info < (3, 13):
        assert messages(config) == [
            "config.yaml:3:18: output.folder: links lead this folder in a circle: write another"
        ]
    else:
        assert load(config).output.folder == tmp_path / "one"


@pytest.mark.parametrize(
    ("written_as", "label"),
    [
        ("last-month", "2026-10"),
        ("this-quarter", "2026-Q4"),
        ("2026-10", "2026-10"),
        ("'2026-10'", "2026-10"),
        ("2026-Q3", "2026-Q3"),
        ("2025", "2025"),
        ("'2025'", "2025"),
        ("2026-10-01_2026-10-20", "2026-10-01_2026-10-20"),
        ("{from: 2026-10-01, to: 2026-10-20}", "2026-10-01_2026-10-20"),
        ("{from: '2026-10-01', to: '2026-10-31'}", "2026-10"),
        ("{to: 2026-10-01, from: 2026-10-01}", "2026-10-01_2026-10-01"),
    ],
)
def test_period_takes_every_documented_form(tmp_path: Path, written_as: str, label: str) -> None:
    config = load(written(tmp_path, SHORTEST + f"period: {written_as}\n"))
    assert resolve_period(config, TODAY).label == label


def test_period_of_the_command_replaces_the_one_of_the_file(tmp_path: Path) -> None:
    config = load(written(tmp_path, SHORTEST + "period: {from: 2026-10-01, to: 2026-10-20}\n"))
    assert resolve_period(config, TODAY, "this-year").label == "2026"
    with pytest.raises(
        ConfigError, match=r"^--period: 'last_month' is not .*; did you mean \"last-month\"\?$"
    ):
        resolve_period(config, TODAY, "last_month")


@pytest.mark.parametrize(
    ("written_as", "text"),
    [
        ("Ana & Filhos, Lda", "Ana & Filhos, Lda"),
        ('"NO"', "NO"),
        ("'0123'", "0123"),
        ('"null"', "null"),
        ("Norma", "Norma"),
        ("12:30 Lda", "12:30 Lda"),
        ("2026-10-31 Lda", "2026-10-31 Lda"),
        ("1310176A", "1310176A"),
        ('"=1+1"', "=1+1"),
        ('"Ana\\n  Filhos\\n"', "Ana\n  Filhos"),
        ("|\n      Ana\n      Filhos\n", "Ana\nFilhos"),
        ("José Conceição 🙂", "José Conceição 🙂"),
    ],
)
def test_text_comes_back_as_it_was_written(tmp_path: Path, written_as: str, text: str) -> None:
    config = load(
        written(tmp_path, f"account: {{name: my-company}}\nclients:\n  - id: 1\n    name: {written_as}\n")
    )
    assert config.clients is not None
    assert config.clients[0].name == text


@pytest.mark.parametrize(
    "content",
    [
        EXAMPLE.read_bytes().replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbf" + EXAMPLE.read_bytes(),
        b"\xef\xbb\xbf" + EXAMPLE.read_bytes().replace(b"\n", b"\r\n"),
        b"---\n" + EXAMPLE.read_bytes() + b"...\n",
    ],
    ids=["line ends of Windows", "byte order mark", "both", "marked document"],
)
def test_marks_and_line_ends_change_nothing(tmp_path: Path, content: bytes) -> None:
    assert load(written(tmp_path, content)) == load(written(tmp_path, EXAMPLE.read_bytes()))


def test_column_is_right_behind_a_byte_order_mark(tmp_path: Path) -> None:
    config = written(tmp_path, b"\xef\xbb\xbfacount: {name: my-company}\r\nclients: al\r\n")
    assert [line.split(" ")[0] for line in messages(config)] == [
        "config.yaml:1:1:",
        "config.yaml:1:1:",
        "config.yaml:2:10:",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (SHORTEST.encode("utf-16"), "1:1: this is not UTF-8 but UTF-16, or no text: save the file as UTF-8"),
        (
            SHORTEST.encode("utf-16-le"),
            "1:1: this is not UTF-8 but UTF-16, or no text: save the file as UTF-8",
        ),
        (b"PK\x03\x04\x00\x00", "1:1: this is not UTF-8 but UTF-16, or no text: save the file as UTF-8"),
        (
            b"account: {name: my-company}\nissuer: {name: Concei\xe7\xe3o}\n",
            "2:22: this character is not UTF-8: save the file as UTF-8",
        ),
        (b"#" * 1_000_001, "1:1: over 1 MB: this is not a configuration"),
    ],
    ids=["UTF-16", "UTF-16 without mark", "a workbook", "Latin-1", "too large"],
)
def test_file_that_is_no_utf_8_text_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    assert messages(written(tmp_path, content)) == [f"config.yaml:{said}"]


def test_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    config = written(tmp_path, SHORTEST)
    assert messages(tmp_path / "none.yaml") == ["none.yaml:1:1: there is no such file"]
    (tmp_path / "folder").mkdir()
    assert messages(tmp_path / "folder") == [
        "folder:1:1: this is a folder: name the configuration file in it"
    ]
    assert "the file cannot be read" in messages(tmp_path / "nul\0.yaml")[0]
    if sys.platform != "win32":
        assert "x:1:1: the file cannot be read" in messages(config / "x")[0]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_file_without_permission_is_refused() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        config = written(folder, SHORTEST)
        config.chmod(0)
        with ordinary_user():
            assert "the file cannot be read" in messages(config)[0]


@contextmanager
def ordinary_user() -> Iterator[None]:
    """The administrator may read everything, and so proves nothing."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


def test_alias_repeats_a_value(tmp_path: Path) -> None:
    config = load(
        written(
            tmp_path,
            "account: {name: my-company}\n"
            "clients:\n"
            "  - {id: 1, filters: &paid {status: [settled]}}\n"
            "  - {id: 2, filters: *paid}\n",
        )
    )
    assert config.clients is not None
    assert config.clients[0].filters == config.clients[1].filters == Filters(status=("settled",))


def test_aliases_that_nest_without_end_are_refused(tmp_path: Path) -> None:
    chain = "".join(f"  - &c{step} [*c{step - 1}]\n" for step in range(1, 400))
    said = messages(written(tmp_path, f"account: {{name: my-company}}\nclients:\n  - &c0 []\n{chain}"))
    assert any("nested too deeply" in line for line in said)


def test_thousands_of_clients_are_read(tmp_path: Path) -> None:
    clients = "".join(f"  - id: {number}\n" for number in range(1, 3001))
    config = load(written(tmp_path, f"account: {{name: my-company}}\nclients:\n{clients}"))
    assert config.clients is not None
    assert config.clients[-1].id == 3000


def test_mistakes_of_all_files_are_said_at_once(tmp_path: Path) -> None:
    one = written(tmp_path, "account: {name: my-company}\n", "one.yaml")
    two = written(tmp_path, SHORTEST, "two.yaml")
    three = written(tmp_path, SHORTEST + "language: xx\nperod: 2026\n", "three.yaml")
    assert [line.split(" ")[0] for line in messages(one, two, tmp_path / "none.yaml", three)] == [
        "one.yaml:1:1:",
        "none.yaml:1:1:",
        "three.yaml:3:11:",
        "three.yaml:4:1:",
    ]


def test_two_configurations_of_one_folder_are_refused(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    one = written(tmp_path, SHORTEST, "one.yaml")
    two = written(tmp_path / "below", SHORTEST + "output:\n  folder: ../output\n", "two.yaml")
    (said,) = messages(one, two)
    assert said.endswith(
        "two.yaml:4:11: output.folder: one.yaml writes account my-company to the same folder: change one"
    )
    assert len(messages(one, one, one)) == 2


def test_accounts_may_share_a_folder_and_an_account_may_have_two(tmp_path: Path) -> None:
    one = written(tmp_path, SHORTEST, "one.yaml")
    other_account = written(tmp_path, SHORTEST.replace("my-company", "my-shop"), "two.yaml")
    other_folder = written(tmp_path, SHORTEST + "output: {folder: drafts}\n", "three.yaml")
    configs = load_all([one, other_account, other_folder])
    assert [config.account.name for config in configs] == ["my-company", "my-shop", "my-company"]


def test_example_shows_the_defaults() -> None:
    config = load(EXAMPLE)
    assert config.filters == Filters()
    assert config.statement == Statement()
    assert config.requests == Requests()
    assert config.output.folder == ROOT / "output"
    assert config.issuer.address == "Rua do Exemplo 1\n1000-001 Lisboa"


def test_example_shows_every_option_with_a_comment() -> None:
    file = read(EXAMPLE)
    text = EXAMPLE.read_text(encoding="utf-8")
    lines = text.splitlines()
    for route in options(json_schema()):
        if route[0] == "period" and len(route) > 1:
            assert f"{route[-1]}: 2026-10-" in text
            continue
        line = lines[place(file, route) - 1]
        assert " # " in line, f"{route}: {line}"
        assert line.strip("- ").startswith(f"{route[-1]}:"), f"{route} is missing"


def test_every_option_has_a_description_for_editors() -> None:
    schema = json_schema()
    described = [definition for definition in schema["$defs"].values() if definition["type"] == "object"]
    assert all(definition["description"] for definition in described)
    for definition in described:
        for name, option in definition["properties"].items():
            assert "$ref" in option or "description" in option or name in ("from", "to", "output"), name


def test_schema_accepts_the_example_and_the_other_forms() -> None:
    validator = validator_of_schema()
    validator.validate(as_json(read(EXAMPLE).data))
    for period in ("2026-10", 2026, {"from": "2026-10-01", "to": "2026-10-31"}):
        validator.validate({"account": {"name": "my-company"}, "clients": "all", "period": period})


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"account": {"name": "my-company"}},
        {"account": {"name": "my-company"}, "clients": "none"},
        {"account": {"name": "my-company"}, "clients": [{}]},
        {"account": {"name": "my-company"}, "clients": "all", "perod": "2026"},
        {"account": {"name": "my-company"}, "clients": "all", "path": "x"},
        {"account": {"name": "my-company"}, "clients": "all", "requests": {"per_page": 101}},
        {"account": {"name": "my-company"}, "clients": "all", "filters": {"status": ["setled"]}},
        {"account": {"name": "my-company"}, "clients": "all", "statement": {"ageing": []}},
    ],
)
def test_schema_refuses_what_the_program_refuses(data: dict[str, Any]) -> None:
    assert not validator_of_schema().is_valid(data)


@pytest.mark.slow
@given(data=st.data())
@settings(max_examples=150)
def test_damaged_file_is_read_or_refused_in_sentences(tmp_path: Path, data: st.DataObject) -> None:
    text = "\n".join(line.split(" # ")[0] for line in EXAMPLE.read_text(encoding="utf-8").splitlines())
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = start + data.draw(st.integers(0, 12))
        piece = data.draw(st.text(max_size=4) | st.text(" \t\n:-[]{}&*!|>'\"%@`#,?~0x<=", max_size=6))
        text = text[:start] + piece + text[end:]
    path = written(tmp_path, text.encode("utf-8", errors="surrogatepass"))
    problems: tuple[Problem, ...] = ()
    try:
        load(path)
    except ConfigError as error:
        problems = error.problems
        has_said_something = bool(problems)
    else:
        has_said_something = True
    assert has_said_something
    assert all(problem.line >= 1 and problem.column >= 1 for problem in problems)
    assert all(len(problem.message) < 500 for problem in problems)


def options(schema: dict[str, Any]) -> Iterator[tuple[str | int, ...]]:
    """The way to each option: sections are followed, in lists to the last entry of the example."""

    def below(node: dict[str, Any], route: tuple[str | int, ...]) -> Iterator[tuple[str | int, ...]]:
        for part in (node, *node.get("anyOf", ())):
            if "$ref" in part:
                yield from below(schema["$defs"][part["$ref"].rpartition("/")[2]], route)
            if isinstance(part.get("items"), dict) and "$ref" in part["items"]:
                yield from below(part["items"], (*route, 1))
            for name, option in part.get("properties", {}).items():
                yield (*route, name)
                yield from below(option, (*route, name))

    yield from below(schema, ())


def place(file: YamlFile, route: tuple[str | int, ...]) -> int:
    """The line of the key that `route` leads to."""
    return file.problem(route, "", at_key=True).line


def as_json(value: object) -> Any:
    """Plain data as an editor sees it."""
    return json.loads(json.dumps(value))


def validator_of_schema() -> jsonschema.Draft202012Validator:
    schema = as_json(json_schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)
