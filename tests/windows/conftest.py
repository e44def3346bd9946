"""What Windows alone can show: its file system, its console, its processes.

These tests are collected on Windows only. Elsewhere `.ci/windows` runs them, on Windows' own Python under
Wine. What Wine does not do as Windows does is not tested here: paths of more than 260 characters, shares,
read-only files, permissions, and the texts of the system's messages.
"""

import os
from pathlib import Path

import pytest

from reports.sandbox.server import Sandbox
from tests.support.office import Office

collect_ignore_glob = [] if os.name == "nt" else ["test_*.py"]

DEMO_SECONDS = 300


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """The demo's folder, written by a process of its own; its name has blanks and accents."""
    with Sandbox() as unused:
        office = Office(tmp_path_factory.mktemp("Relatórios de João"), unused)
    with office.start("demo", office.output) as process:
        out, _ = process.communicate(timeout=DEMO_SECONDS)
    assert process.returncode == 0, out
    office.month = office.output / "demo" / "2026-10"
    office.config = office.output / "demo.yaml"
    return office


@pytest.fixture(scope="session")
def reference() -> Path:
    """The folder of a demo of the same version, made on another system."""
    folder = os.environ.get("REFERENCE_DEMO")
    if not folder:
        pytest.skip("REFERENCE_DEMO names no demo made on another system")
    return Path(folder)
