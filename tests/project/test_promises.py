"""SECURITY.md and docs/RELIABILITY.md say nothing that is not held by a test or a room that is there."""

import re
from pathlib import Path

import pytest

import dev

ROOT = Path(__file__).parents[2]
PAGES = ("SECURITY.md", "docs/RELIABILITY.md")
CODE = re.compile(r"`([^`\n]+)`")
COMMAND = re.compile(r"python3 dev\.py ([a-z]+)((?: [^`|]+)?)")


def quoted(page: str) -> list[str]:
    return CODE.findall((ROOT / page).read_text("utf-8"))


def missing(names: list[str]) -> list[str]:
    """Those of `names` that look like a test, a room of the package or a file, and are none."""
    tests = {name for path in (ROOT / "tests").rglob("test_*.py") for name in _names_of_tests(path)}
    found = []
    for name in names:
        if name.startswith("test_"):
            is_there = name in tests
        elif name.startswith(("tests/", "docs/", ".ci/")):
            is_there = (ROOT / name).exists()
        elif re.fullmatch(r"(?:settings|source|figures|render|deliver)/[a-z_]+", name):
            is_there = (ROOT / "reports" / f"{name}.py").is_file()
        else:
            continue
        if not is_there:
            found.append(name)
    return found


def _names_of_tests(path: Path) -> list[str]:
    return re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("page", PAGES)
def test_whatever_a_promise_rests_on_is_there(page: str) -> None:
    names = quoted(page)
    assert len([name for name in names if name.startswith(("test_", "tests/"))]) >= 4
    assert missing(names) == []


@pytest.mark.parametrize("page", PAGES)
def test_every_command_on_the_page_can_be_typed(page: str) -> None:
    for task, words in COMMAND.findall((ROOT / page).read_text("utf-8")):
        assert task in dev.TASKS
        assert [
            word for word in words.split() if word.startswith("tests/") and not (ROOT / word).exists()
        ] == []


def test_a_promise_without_a_test_is_noticed() -> None:
    names = ["test_nothing_of_the_kind", "source/nowhere", "tests/test_nowhere.py", "index.html"]
    assert missing(names) == names[:3]


def test_the_archive_of_sources_has_the_page_on_security() -> None:
    assert '"SECURITY.md",' in (ROOT / "pyproject.toml").read_text("utf-8")
