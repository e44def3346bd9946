"""The page on mistakes in a configuration says what the program says. UPDATE_GOLDEN=1 writes it anew."""

from pathlib import Path

import pytest

from reports.settings.config import json_schema
from tests.support import error_guide
from tests.support.error_guide import CATALOGUE, PAGE
from tests.support.golden import compare


def test_the_page_on_mistakes_is_the_catalogue() -> None:
    compare(error_guide.page(), PAGE)


def test_every_message_of_the_catalogue_stands_on_the_page() -> None:
    page = PAGE.read_text("utf-8")
    for path in CATALOGUE.glob("*.txt"):
        for said in path.read_text("utf-8").splitlines():
            assert f"`{said.partition(': ')[2]}`" in page or path.stem == error_guide.ALL_AT_ONCE, path.name


def test_every_section_of_the_configuration_is_shown_right() -> None:
    headings = [
        line[3:].strip("`") for line in PAGE.read_text("utf-8").splitlines() if line.startswith("## ")
    ]
    assert {*json_schema()["properties"]} <= {*headings}


def test_a_message_that_changes_changes_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "name.yaml").write_text("account: {name: 4711}\n", "utf-8")
    (tmp_path / "many-at-once.yaml").write_text("perod: 1\n", "utf-8")
    (tmp_path / "many-at-once.txt").write_text("many-at-once.yaml:1:1: no\n", "utf-8")
    monkeypatch.setattr(error_guide, "CATALOGUE", tmp_path)
    for words in ("write text", "write a name"):
        (tmp_path / "name.txt").write_text(f"name.yaml:1:17: account.name: {words}\n", "utf-8")
        assert f"`account.name: {words}`\n\n```yaml\naccount: {{name: 4711}}\n```" in error_guide.page()
