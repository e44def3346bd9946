"""An office with a mail server: a month that is done, and `send` typed after it.

Ana's mail has a blind copy, Rui's a copy that all see, Eva's none.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

from reports.mail.journal import FILE_NAME
from reports.sandbox.documents import Raw
from reports.sandbox.server import Sandbox
from tests.conftest import ANA, EVA, RUI
from tests.support.mail_server import Arrived, Authority, MailServer
from tests.support.office import ACCOUNT, HTML_ONLY, Office, Said, account, invoice

SENDER = "contas@example.com"
NAMES = {ANA: "Ana", RUI: "Rui", EVA: "Eva"}
RECIPIENTS: Mapping[int, Mapping[str, list[str]]] = {
    ANA: {"to": ["ana@example.com"], "bcc": ["arquivo@example.com"]},
    RUI: {"to": ["rui@example.com"], "cc": ["mae@example.com"]},
    EVA: {"to": ["eva@example.com"]},
}
EVERYBODY = {client: [*chain(*groups.values())] for client, groups in RECIPIENTS.items()}


class Mailroom:
    """`configure` changes who gets what and how, `server.answer` what the server does."""

    def __init__(self, office: Office, authority: Authority, server: MailServer) -> None:
        self.office = office
        self.authority = authority
        self.server = server
        self.configure()

    @property
    def environment(self) -> dict[str, str]:
        return {"SSL_CERT_FILE": str(self.authority.bundle), "SMTP_PASSWORD": self.server.password}

    @property
    def journal(self) -> Path:
        return self.office.output / ACCOUNT / FILE_NAME

    def documents(self, client: int) -> list[Raw]:
        """What the account has of a client; a test may change it."""
        found: list[Raw] = self.office.sandbox.account_data.documents[client]
        return found

    @property
    def arrived(self) -> dict[str, Arrived]:
        """What the server took, by the first recipient, who gets no second one."""
        found = {arrived.recipients[0]: arrived for arrived in self.server.received}
        assert len(found) == len(self.server.received), "somebody got two"
        return found

    def configure(
        self,
        recipients: Mapping[int, Mapping[str, Any] | bool] = RECIPIENTS,
        *,
        output: Mapping[str, Any] = HTML_ONLY,
        smtp: Mapping[str, Any] | None = None,
        language: str = "pt",
        **email: Any,
    ) -> None:
        clients = [{"id": client, "email": recipients.get(client, {})} for client in NAMES]
        settings = {"from": SENDER, "smtp": smtp or self.server.settings()} | email
        self.office.configure(clients, output=dict(output), email=settings, language=language)

    def run(self, *words: str, **variables: str) -> Said:
        return self.office.run(*words, **self.environment | variables)

    def send(self, *words: str | int, **variables: str) -> Said:
        return self.office.type("send", self.office.config, *map(str, words), **self.environment | variables)


@contextmanager
def mailroom(folder: Path) -> Iterator[Mailroom]:
    """A mailroom whose month is not done yet."""
    authority = Authority(folder)
    with Sandbox(account_data=account(NAMES)) as sandbox, MailServer(authority.server()) as server:
        yield Mailroom(Office(folder, sandbox), authority, server)


def provoke_warning(room: Mailroom, client: int) -> None:
    """A document of a type that nobody knows: a warning."""
    documents = room.office.sandbox.account_data.documents[client]
    documents.append(invoice(client, NAMES[client], date(2026, 10, 8), number=3) | {"type": "Unheard"})
