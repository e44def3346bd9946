"""Documents of a sandbox's account, and what it answers to whoever asks it for them."""

from datetime import date
from decimal import Decimal
from typing import Any

import requests

from reports.sandbox.data import SandboxAccount
from reports.sandbox.documents import Tax, client, document, line
from reports.sandbox.server import Sandbox
from tests.support.waiting import PATIENCE_SECONDS

IVA23 = Tax(1, "IVA23", Decimal(23))
ANA, RUI, NEW = 11, 12, 13
DAY = date(2026, 10, 5)


def list_documents(account: SandboxAccount) -> list[dict[str, Any]]:
    return [one for papers in account.documents.values() for one in papers]


def build_small_account() -> SandboxAccount:
    """Ana has 35 documents with the ids 0 to 34, Rui one of each kind that a filter tells apart."""
    clients = [client(ANA, "Ana"), client(RUI, "Rui"), client(NEW, "Nova")]
    goods = line("Pão", "1.00", tax=IVA23)
    ana = [document("Invoice", DAY, [goods], client={"id": ANA}, identity=count) for count in range(35)]
    told_apart = (
        ("Invoice", "final", False),
        ("Invoice", "sent", False),
        ("Invoice", "settled", True),
        ("CreditNote", "final", True),
    )
    rui = [
        document(kind, DAY, [goods], client={"id": RUI}, identity=count, status=status, archived=is_archived)
        for count, (kind, status, is_archived) in enumerate(told_apart)
    ]
    return SandboxAccount("small", clients, {ANA: ana, RUI: rui})


def post_filter(sandbox: Sandbox, identity: int, body: object = None, **query: object) -> requests.Response:
    url = f"{sandbox.url}/clients/{identity}/invoices.json"
    given = {"api_key": sandbox.api_key} | {name: str(value) for name, value in query.items()}
    return requests.post(url, params=given, json={} if body is None else body, timeout=PATIENCE_SECONDS)


def get_path(sandbox: Sandbox, path: str, **query: object) -> requests.Response:
    """Asks for `path`; a list in `query` is sent as so many values of `name[]`."""
    given: dict[str, str | list[str]] = {"api_key": sandbox.api_key}
    for name, value in query.items():
        given |= {f"{name}[]": value} if isinstance(value, list) else {name: str(value)}
    return requests.get(f"{sandbox.url}{path}", params=given, timeout=PATIENCE_SECONDS)


def list_ids(answer: requests.Response) -> list[int]:
    return [one["id"] for one in answer.json()["invoices"]]
