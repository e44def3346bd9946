"""What the tool writes, made once by a real run of its demo, and LibreOffice to open it with.

These tests are for machines that have the programs of a reader, which `.ci/readers` installs. Where one is
missing they fail.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.readers.libreoffice import LibreOffice

ROOT = Path(__file__).parents[2]
DEMO_SECONDS = 180


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The month of a demo: client folders, overview and summary."""
    folder = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [sys.executable, "-P", "-m", "reports", "demo", folder],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=DEMO_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    (month,) = (path.parent for path in folder.rglob("summary.xlsx"))
    return month


@pytest.fixture(scope="session")
def libreoffice(tmp_path_factory: pytest.TempPathFactory) -> LibreOffice:
    """LibreOffice with a profile of its own, in which it calculates every formula that it opens."""
    return LibreOffice(program("soffice"), tmp_path_factory.mktemp("libreoffice"))


@pytest.fixture(scope="session")
def printed() -> Callable[[Path], str]:
    """What gives the text of a PDF."""
    pdftotext = program("pdftotext")

    def text(path: Path) -> str:
        done = subprocess.run([pdftotext, "-layout", path, "-"], capture_output=True, timeout=60, check=True)
        return done.stdout.decode("utf-8")

    return text


def program(*names: str) -> str:
    """The path of the first of these programs that is there; fails the test where none is."""
    found = next(filter(None, map(shutil.which, names)), None)
    return found or pytest.fail(_missing(names))


def _missing(names: Iterable[str]) -> str:
    return f"{' or '.join(names)} is not installed. `bash .ci/readers` installs what these tests need."
