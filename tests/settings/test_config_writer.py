"""The text of a configuration: what is added goes in, and every other letter stays."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from reports.settings import config_writer, yaml_file
from reports.settings.config import Client
from reports.settings.loader import load

ACCOUNT = "account: {name: office}\n"


ADDED = (Client(id=7, name="no: #"), Client(id=8))


LAYOUTS = {
    "usual": "clients:\n  - id: 1\n    name: a\n^\nissuer:\n  name: b\n",
    "no indentation": "clients:\n- id: 1\n- id: 2\n  name:\n^issuer: {name: b}\n",
    "deep": "clients:\n      - id: 1\n^\n",
    "first key below the dash": "clients:\n  -\n    id: 1\n^issuer: {name: b}\n",
    "comment on the last line": "clients:\n  - id: 1   # Ana, pays late\n^issuer: {name: b}\n",
    "comments behind": "clients:\n  - id: 1\n    # a\n\n  # - id: 2, gone\n^\n# Who we are\nperiod: 2026\n",
    "comment without indentation": "clients:\n- id: 1\n  # name: a\n^# Who we are\nissuer: {name: b}\n",
    "end of the file": "issuer: {name: b}\nclients:\n  - id: 1\n^",
    "no line end": "clients:\n  - id: 1^",
    "no line end behind a comment": "clients:\n  - id: 1\n    # Ana^",
    "text of several lines": "clients:\n  - id: 1\n    name: |\n      a\n      # b\n^issuer: {name: b}\n",
    "text with blank lines": "clients:\n  - id: 1\n    name: |+\n      a\n\n\n^issuer: {name: b}\n",
    "text folded": "clients:\n  - id: 1\n    name: >-\n      a\n\n      b\n^issuer: {name: b}\n",
    "quoted over lines": "clients:\n  - id: 1\n    name: 'a\n      # b'\n^issuer: {name: b}\n",
    "brackets within": "clients:\n  - {id: 1,\n     name: a}\n^issuer: {name: b}\n",
    "alias": "filters: &f {status: [final]}\nclients:\n  - id: 1\n    filters: *f\n^issuer: {name: b}\n",
    "comment between": "clients:   # ours\n  # one\n  - id: 1\n  # two\n  - id: 2\n^period: 2026\n",
    "more behind": "clients:\n  - id: 1\n    email:\n      to:\n        - a@example.com\n^\n...\n",
}
"""A ^ where the new clients belong."""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_clients_are_put_behind_the_last_one_and_every_letter_stays(
    tmp_path: Path, layout: str, mark: str, newline: str
) -> None:
    before, _, behind = (mark + ACCOUNT + LAYOUTS[layout]).replace("\n", newline).partition("^")
    path = tmp_path / "config.yaml"
    path.write_bytes((before + behind).encode())
    settings, place = load(path), yaml_file.read(path).find_entries("clients")
    assert place
    text = config_writer.append_clients(path.read_bytes().decode(), place, ADDED)
    assert text.startswith(before)
    assert text.endswith(behind)
    assert text.count("\n") == text.count(newline)
    path.write_bytes(text.encode())
    assert load(path) == settings.model_copy(update={"clients": (*(settings.clients or ()), *ADDED)})


@pytest.mark.parametrize(
    "clients",
    [
        "clients: all",
        "clients: [{id: 1}]",
        "clients:\n  [{id: 1},\n   {id: 2}]",
        "other: 1",
        "clients:\n  id: 1",
    ],
)
def test_no_place_is_named_where_nothing_can_be_added(tmp_path: Path, clients: str) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(f"{ACCOUNT}{clients}\n", "utf-8")
    assert yaml_file.read(path).find_entries("clients") is None


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_any_text_in_quotes_is_itself(text: str) -> None:
    quoted = config_writer.quote_yaml(text)
    assert yaml.safe_load(f"- name: {quoted} # comment\n") == [{"name": text}]
    assert quoted.isprintable()
