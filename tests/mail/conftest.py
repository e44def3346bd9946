"""A mail server of its own for each test, and the authority by which it is trusted."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.mail_server import Authority, MailServer
from tests.support.mailroom import Mailroom, mailroom


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Mailroom]:
    """Three clients whose mails are drafted; a file of tests may have a room of its own."""
    with mailroom(tmp_path) as room:
        yield room


@pytest.fixture
def server(authority: Authority) -> Iterator[MailServer]:
    with MailServer(authority.server()) as server:
        yield server
