"""A mail server of its own for each test, and the authority by which it is trusted."""

from collections.abc import Iterator

import pytest

from tests.support.mail_server import Authority, MailServer


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def server(authority: Authority) -> Iterator[MailServer]:
    with MailServer(authority.server()) as server:
        yield server
