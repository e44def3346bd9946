"""The generated account, and a small one that is served for as long as a test lasts."""

from collections.abc import Iterator

import pytest

from reports.sandbox.data import SandboxAccount, generate
from reports.sandbox.server import Sandbox
from tests.support.sandbox_account import build_small_account


@pytest.fixture(scope="module")
def account() -> SandboxAccount:
    return generate()


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(account_data=build_small_account()) as running:
        yield running
