"""The configuration: what it means, and the catalogue of mistakes in tests/errors.

Each NAME.yaml there holds one mistake; NAME.txt is the exact message. UPDATE_GOLDEN=1 writes the
messages anew, for reading before they are kept.
"""

import json
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.errors import ConfigError
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
from reports.settings.loader import load
from reports.settings.yaml_file import YamlFile, read
from tests.support.configurations import SHORTEST, read_refusal, write_config
from tests.support.examples import examples
from tests.support.golden import compare

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "config.example.yaml"
ERRORS = Path(__file__).parents[1] / "errors"
MISTAKES = sorted(path.stem for path in ERRORS.glob("*.yaml"))
NO_KEY = "not-a-real-key-0123456789"
TODAY = date(2026, 11, 2)


@pytest.mark.parametrize("name", MISTAKES)
def test_mistake_is_answered_with_place_and_remedy(name: str) -> None:
    said = "\n".join(read_refusal(ERRORS / f"{name}.yaml"))
    compare(f"{said}\n", ERRORS / f"{name}.txt")


def test_catalogue_of_mistakes_is_complete() -> None:
    assert len(MISTAKES) >= 100
    assert {path.stem for path in ERRORS.iterdir()} == set(MISTAKES)


def test_no_message_holds_a_key_or_the_words_of_a_library() -> None:
    foreign = (NO_KEY, "0123456789", "secret", "Input should", "pydantic", "while scanning", "0xFF", "\x1b")
    said = {name: (ERRORS / f"{name}.txt").read_text(encoding="utf-8") for name in MISTAKES}
    assert [(name, word) for name, text in said.items() for word in foreign if word in text] == []


@given(key=st.text("0123456789abcdef", min_size=31, max_size=64))
@examples(30)
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
    assert key not in "\n".join(read_refusal(write_config(tmp_path, text.replace("KEY", key))))


def test_error_keeps_nothing_of_the_file_behind_its_message(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(write_config(tmp_path, f"account: {{name: my-company, api_key: '{NO_KEY}'}}\nclients: all"))
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_shortest_configuration_has_the_documented_defaults(tmp_path: Path) -> None:
    config = load(write_config(tmp_path, SHORTEST))
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


def test_client_filters_replace_only_the_keys_they_give(tmp_path: Path) -> None:
    config = load(
        write_config(
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


def test_period_of_the_command_replaces_the_one_of_the_file(tmp_path: Path) -> None:
    config = load(write_config(tmp_path, SHORTEST + "period: {from: 2026-10-01, to: 2026-10-20}\n"))
    assert resolve_period(config, TODAY, "this-year").label == "2026"
    with pytest.raises(
        ConfigError, match=r"^--period: 'last_month' is not .*; did you mean \"last-month\"\?$"
    ):
        resolve_period(config, TODAY, "last_month")


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
        line = lines[find_place(file, route) - 1]
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


def find_place(file: YamlFile, route: tuple[str | int, ...]) -> int:
    """The line of the key that `route` leads to."""
    return file.problem(route, "", at_key=True).line


def as_json(value: object) -> Any:
    """Plain data as an editor sees it."""
    return json.loads(json.dumps(value))


@cache
def validator_of_schema() -> jsonschema.Draft202012Validator:
    schema = as_json(json_schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)
