"""The text of a configuration: values come as they were written, and what is no sound file is refused."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.errors import ConfigError, Problem
from reports.settings.config import (
    Filters,
)
from reports.settings.loader import load
from tests.support.configurations import SHORTEST, read_refusal, write_config
from tests.support.examples import examples

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "config.example.yaml"


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
        write_config(
            tmp_path, f"account: {{name: my-company}}\nclients:\n  - id: 1\n    name: {written_as}\n"
        )
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
    assert load(write_config(tmp_path, content)) == load(write_config(tmp_path, EXAMPLE.read_bytes()))


def test_column_is_right_behind_a_byte_order_mark(tmp_path: Path) -> None:
    config = write_config(tmp_path, b"\xef\xbb\xbfacount: {name: my-company}\r\nclients: al\r\n")
    assert [line.split(" ")[0] for line in read_refusal(config)] == [
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
    assert read_refusal(write_config(tmp_path, content)) == [f"config.yaml:{said}"]


def test_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    config = write_config(tmp_path, SHORTEST)
    assert read_refusal(tmp_path / "none.yaml") == ["none.yaml:1:1: there is no such file"]
    (tmp_path / "folder").mkdir()
    assert read_refusal(tmp_path / "folder") == [
        "folder:1:1: this is a folder: name the configuration file in it"
    ]
    assert "the file cannot be read" in read_refusal(tmp_path / "nul\0.yaml")[0]
    if sys.platform != "win32":
        assert "x:1:1: the file cannot be read" in read_refusal(config / "x")[0]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_file_without_permission_is_refused() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        config = write_config(folder, SHORTEST)
        config.chmod(0)
        with ordinary_user():
            assert "the file cannot be read" in read_refusal(config)[0]


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
        write_config(
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
    said = read_refusal(
        write_config(tmp_path, f"account: {{name: my-company}}\nclients:\n  - &c0 []\n{chain}")
    )
    assert any("nested too deeply" in line for line in said)


def test_thousands_of_clients_are_read(tmp_path: Path) -> None:
    clients = "".join(f"  - id: {number}\n" for number in range(1, 3001))
    config = load(write_config(tmp_path, f"account: {{name: my-company}}\nclients:\n{clients}"))
    assert config.clients is not None
    assert config.clients[-1].id == 3000


@pytest.mark.slow
@given(data=st.data())
@examples(150)
def test_damaged_file_is_read_or_refused_in_sentences(tmp_path: Path, data: st.DataObject) -> None:
    text = "\n".join(line.split(" # ")[0] for line in EXAMPLE.read_text(encoding="utf-8").splitlines())
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(text)))
        end = start + data.draw(st.integers(0, 12))
        piece = data.draw(st.text(max_size=4) | st.text(" \t\n:-[]{}&*!|>'\"%@`#,?~0x<=", max_size=6))
        text = text[:start] + piece + text[end:]
    path = write_config(tmp_path, text.encode("utf-8", errors="surrogatepass"))
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


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such pipes")
def test_a_pipe_in_place_of_a_configuration_or_a_logo_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ConfigError, match="the file cannot be read \\(no regular file\\)"):
        load(tmp_path / "pipe")
    text = "account: {name: office}\nclients: all\nissuer: {name: Eu, logo: pipe}\n"
    with pytest.raises(ConfigError, match="there is no such file that can be read"):
        load(write_config(tmp_path, text))
