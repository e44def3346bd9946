"""Every page against the Nu HTML checker of the W3C's validator: HTML, styles and drawings."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.readers.conftest import DEMO_CLIENTS, program

CHECK_SECONDS = 120
WRONG = '<!DOCTYPE html><html lang="en"><title>A</title><p><div>B</p><style>p { colour: red }</style></html>'


@pytest.fixture(scope="module")
def messages(
    pages: Mapping[str, str], node_modules: Path, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Sequence[str]]:
    """Page → the errors that the checker finds; one start of it for all pages and one that is wrong."""
    folder = tmp_path_factory.mktemp("pages")
    paths = {name: folder / f"{number}.html" for number, name in enumerate([*pages, "wrong"])}
    for name, path in paths.items():
        path.write_text(pages.get(name, WRONG), "utf-8", newline="\n")
    jar = node_modules / "vnu-jar" / "build" / "dist" / "vnu.jar"
    done = subprocess.run(
        [program("java"), "-jar", jar, "--format", "json", "--exit-zero-always", *paths.values()],
        capture_output=True,
        timeout=CHECK_SECONDS,
        check=True,
    )
    found: list[dict[str, Any]] = json.loads(done.stderr)["messages"]
    return {
        name: [
            f"{message['message']} {message.get('extract', '')!r}"
            for message in found
            # Its warnings are about what readers of mail need, and about a script that its hash lets in.
            if message["url"].endswith(f"/{path.name}") and message["type"] != "info"
        ]
        for name, path in paths.items()
    }


def test_statement_and_mail_of_every_client_are_there(pages: Mapping[str, str]) -> None:
    for language in ("pt", "en"):
        for client in DEMO_CLIENTS:
            assert any(name.startswith(language) and f"-{client}-" in name for name in pages)
            assert f"{language} mail {client}" in pages
        assert 'class="failed"' in pages[f"{language} index.html"]
        assert f"{language} RESULT.html" in pages


def test_checker_finds_no_error(messages: Mapping[str, Sequence[str]]) -> None:
    assert {name: told for name, told in messages.items() if told and name != "wrong"} == {}


def test_checker_tells_what_is_wrong(messages: Mapping[str, Sequence[str]]) -> None:
    told = "\n".join(messages["wrong"])
    assert "No “p” element in scope" in told
    assert "“colour”: Property “colour” doesn't exist" in told
