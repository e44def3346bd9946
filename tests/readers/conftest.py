"""What the tool writes, made once by a real run of its demo, and LibreOffice to open it with.

These tests are for machines that have the programs of a reader, which `.ci/readers` installs. Where one is
missing they fail.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pytest
from filelock import FileLock

from reports.render import pdf
from reports.sandbox.server import Sandbox
from tests.readers.chromium import Chromium
from tests.readers.libreoffice import LibreOffice
from tests.readers.mails import mail

ROOT = Path(__file__).parents[2]
DEMO_SECONDS = 180
DEMO_CLIENTS = range(3100001, 3100020)
NOBODY = 3199999
"""A client that the account does not have."""
DEMO_INSTANT = "1793601000"
"""2026-11-02 06:30 in Lisbon, as seconds since 1970."""
SOME_FAILED = 3


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The month of a demo: client folders, overview and summary."""
    return _make_once(tmp_path_factory, "demo", _run_demo) / "demo" / "2026-10"


def _run_demo(folder: Path) -> None:
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


@pytest.fixture(scope="session")
def months(tmp_path_factory: pytest.TempPathFactory, chromium: Chromium) -> Mapping[str, Path]:
    """Language → month of all clients of the demo and of one that fails.

    The Portuguese one is printed too, the English one has line items.
    """
    folder = _make_once(tmp_path_factory, "months", _run_months)
    return {
        language: record.parent
        for language in ("pt", "en")
        for record in folder.glob(f"{language}/*/*/run.json")
    }


def _run_months(folder: Path) -> None:
    with Sandbox() as sandbox:
        _run_month(folder, sandbox, language="pt", output={"folder": "pt", "pdf": True})
        _run_month(folder, sandbox, language="en", output={"folder": "en"}, statement={"line_items": True})


@pytest.fixture(scope="session")
def pages(months: Mapping[str, Path]) -> Mapping[str, str]:
    """Name → page: every statement and its mail, overviews with a failed client, and the results."""
    found = dict[str, str]()
    for language, month in months.items():
        paths = [month.parents[1] / "RESULT.html", *sorted(month.rglob("*.html"))]
        found |= {f"{language} {path.name}": path.read_text("utf-8") for path in paths}
        found |= {f"{language} mail {client}": mail(month, client, language) for client in DEMO_CLIENTS}
    return found


@pytest.fixture(scope="session")
def chromium() -> Chromium:
    """Chromium for pages; an ordinary user runs it."""
    return Chromium(program("chromium"))


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The folder with axe-core and vnu-jar, as `tests/readers/node` has them."""
    folder = os.environ.get("NODE_MODULES", "")
    return Path(folder) if folder else pytest.fail(_missing(["axe-core and vnu-jar"]))


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


def _make_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that the first process which asks for it has made; another one waits for it."""
    own = factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / name
    made = folder / "made"
    with FileLock(f"{folder}.lock"):
        if not made.exists():
            folder.mkdir()
            make(folder)
            made.touch()
    return folder


def _run_month(folder: Path, sandbox: Sandbox, **sections: object) -> None:
    config = folder / f"{sections['language']}.yaml"
    account = {"name": sandbox.account_data.name, "api_key": "${DEMO_KEY}", "base_url": sandbox.url}
    clients = [{"id": client} for client in (*DEMO_CLIENTS, NOBODY)]
    settings = {"account": account, "period": "2026-10", "clients": clients, **sections}
    config.write_text(json.dumps(settings), "utf-8")
    # Root's browser, for Chromium refuses root.
    own = {pdf.VARIABLE: str(Path(__file__).with_name("chromium-for-root"))} if os.geteuid() == 0 else {}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "reports", "run", config],
        cwd=folder,
        env=os.environ
        | {"PYTHONPATH": str(ROOT), "DEMO_KEY": sandbox.api_key, "SOURCE_DATE_EPOCH": DEMO_INSTANT}
        | own,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=DEMO_SECONDS,
        check=False,
    )
    assert done.returncode == SOME_FAILED, done.stdout.decode("utf-8", "replace")


def program(*names: str) -> str:
    """The path of the first of these programs that is there; fails the test where none is."""
    found = next(filter(None, map(shutil.which, names)), None)
    return found or pytest.fail(_missing(names))


def _missing(names: Iterable[str]) -> str:
    return f"{' or '.join(names)} is not installed. `bash .ci/readers` installs what these tests need."
