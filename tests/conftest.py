"""What tests of several rooms set up."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from reports.source.sandbox import Sandbox
from tests.office import Office, account

ANA, RUI, EVA = 101, 102, 103


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An account of three clients with two documents each, served for as long as the test lasts."""
    with Sandbox(account_data=account({ANA: "Ana", RUI: "Rui", EVA: "Eva"})) as sandbox:
        yield Office(tmp_path, sandbox)
