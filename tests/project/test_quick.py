"""A test that starts a process, however it does, is not among the quick ones without anybody's notice."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.office import ROOT
from tests.support.quick import SLOW_PLACES
from tests.support.waiting import PATIENCE_SECONDS

STARTS = {
    "a command": "subprocess.run([sys.executable, '-c', ''])",
    "a fork": "os.waitpid(os.fork() or os._exit(0), 0)",
    "a pool": "ProcessPoolExecutor(1, multiprocessing.get_context('spawn')).submit(abs, -1).result()",
}
FILE = """
import multiprocessing, os, subprocess, sys
from concurrent.futures import ProcessPoolExecutor
import pytest

@pytest.fixture(scope="module")
def started(): {start}

def test_that_starts_it(): {start}
def test_that_asks_for_what_starts_it(started): pass
def test_of_nothing(): pass
@pytest.mark.slow
def test_that_is_slow(): {start}
"""


@pytest.mark.skipif(os.name == "nt", reason="needs fork")
@pytest.mark.parametrize("start", STARTS)
def test_a_test_that_starts_a_process_has_to_be_marked(tmp_path: Path, start: str) -> None:
    (tmp_path / "pytest.toml").write_text('[pytest]\nmarkers = ["slow", "soak"]\n', "utf-8")
    (tmp_path / "test_it.py").write_text(FILE.format(start=STARTS[start]), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-rE", "-p", "tests.support.quick", "-p", "no:cacheprovider"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        encoding="utf-8",
        timeout=PATIENCE_SECONDS,
    )
    assert "4 passed, 2 errors" in done.stdout, done.stdout
    for name in ("test_that_starts_it", "test_that_asks_for_what_starts_it"):
        assert f"ERROR test_it.py::{name} - Failed: it starts" in done.stdout


def test_every_place_that_is_slow_is_there() -> None:
    found = {path.stem for path in Path(__file__).parents[1].rglob("*")}
    assert sorted(SLOW_PLACES - found) == []
