"""Accounts to measure with: any number of like clients, each with so many documents of three lines.

All clients are one client under other numbers, so that a page of any of them is made by replacing the number
in a ready text. Documents of the period come first, the others lie in the months before it.
"""

import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from reports.sandbox.documents import Raw, Tax, document, line, number
from reports.sandbox.routes import json_text

ACCOUNT = "office"
PAGE_SIZE = 30
LINES = 3
FIRST_CLIENT = 7_000_001
"""All numbers of clients have as many digits, and no amount has."""
PERIOD = "2026-10"
PERIOD_FIRST = date(2026, 10, 1)
PERIOD_DAYS = 31
EARLIER_DAYS = 240
CLOCK = datetime(2026, 11, 2, 6, 30, tzinfo=UTC)
SEED = 20261031

_NORMAL, _INTERMEDIATE, _REDUCED, _EXEMPT = (
    Tax(1, "IVA23", Decimal(23)),
    Tax(2, "IVA13", Decimal(13), "PT"),
    Tax(3, "IVA6", Decimal(6), "PT"),
    Tax(4, "Isento", Decimal(0), "PT"),
)
_CODES = {"NOR": _NORMAL, "INT": _INTERMEDIATE, "RED": _REDUCED, "ISE": _EXEMPT}
_SOLD = (_NORMAL, _NORMAL, _INTERMEDIATE, _REDUCED, _EXEMPT)
_KINDS = ("Invoice",) * 6 + ("InvoiceReceipt",) * 2 + ("SimplifiedInvoice", "CreditNote")

CONFIG = """\
account:
  name: {account}
  api_key: ${{BENCH_KEY}}
  base_url: {url}
period: "{period}"
language: pt
clients: all
issuer:
  name: "Contabilidade Exemplo, Lda"
  fiscal_id: "500000001"
  address: "Rua do Exemplo 1, 1000-001 Lisboa"
output: {{folder: {folder}}}
requests: {{parallel: {parallel}, per_minute: {per_minute}}}
"""


@dataclass(frozen=True)
class Office:
    """An account: clients, documents of each, and how many of those are dated in the period."""

    clients: int
    documents: int
    in_period: int

    @property
    def pages(self) -> int:
        """Pages of one client."""
        return -(-self.documents // PAGE_SIZE)

    @property
    def numbers(self) -> range:
        """The clients by number."""
        return range(FIRST_CLIENT, FIRST_CLIENT + self.clients)

    def arguments(self) -> list[str]:
        """The office as words of a command line; `Office(*map(int, words))` reads them."""
        return [str(value) for value in asdict(self).values()]


def pages(office: Office) -> Iterator[str]:
    """The bodies of the first client's pages, in order."""
    choice = random.Random(SEED)  # noqa: S311 - data by a seed, no secret
    for page in range(1, office.pages + 1):
        rows = range((page - 1) * PAGE_SIZE, min(page * PAGE_SIZE, office.documents))
        papers = [_paper(row, office, choice) for row in rows]
        yield json_text({"invoices": papers, "pagination": pagination(office.documents, page)})


def pagination(entries: int, number: int) -> Raw:
    """What a page says about its list."""
    total_pages = -(-entries // PAGE_SIZE)
    return {
        "total_entries": entries,
        "current_page": number,
        "total_pages": total_pages,
        "per_page": PAGE_SIZE,
    }


def taxes() -> str:
    """Makes the body of `/taxes.json`: the normal rate is the default and names no region."""
    rows = [
        {
            "id": tax.id,
            "name": tax.name,
            "value": number(tax.value),
            "region": tax.region,
            "code": code,
            "default_tax": int(tax is _NORMAL),
        }
        for code, tax in _CODES.items()
    ]
    return json_text({"taxes": rows})


def of_client(page: str, client: int) -> str:
    """The page of the first client as the same page of another."""
    return page.replace(str(FIRST_CLIENT), str(client))


def client(number: int) -> Raw:
    """What the account and the documents say of a client."""
    return {
        "id": number,
        "name": f"Cliente {number} de Ensaio, Lda",
        "fiscal_id": "500000011",
        "email": f"contas{number}@example.pt",
        "address": "Rua do Ensaio 12",
        "postal_code": "0000-001 Lisboa",
        "country": "Portugal",
    }


def configure(folder: Path, *, url: str, parallel: int = 4, per_minute: int = 60_000) -> Path:
    """A configuration in `folder` for all clients of the office at `url`; what it makes lies there too."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "config.yaml"
    text = CONFIG.format(
        account=ACCOUNT, url=url, period=PERIOD, folder="output", parallel=parallel, per_minute=per_minute
    )
    path.write_text(text, "utf-8")
    return path


def _paper(row: int, office: Office, choice: random.Random) -> Raw:
    kind = choice.choice(_KINDS)
    is_recent = row < office.in_period
    day = (
        PERIOD_FIRST + timedelta(days=row % PERIOD_DAYS)
        if is_recent
        else PERIOD_FIRST - timedelta(days=1 + row % EARLIER_DAYS)
    )
    is_paid = kind == "InvoiceReceipt" or choice.random() < (0.5 if is_recent else 0.95)
    lines = [_line(choice) for _ in range(LINES)]
    is_exempt = any(item["tax"]["id"] == _EXEMPT.id for item in lines)
    return document(
        kind,
        day,
        lines,
        client=client(FIRST_CLIENT),
        identity=FIRST_CLIENT * 1_000_000 + row,
        number_in_series=row + 1,
        status="settled" if is_paid else "final",
        reference=f"PO-{row}" if row % 3 else None,
        tax_exemption="M07" if is_exempt else "",
    )


def _line(choice: random.Random) -> Raw:
    """Every other price had VAT in it, so that it has four decimals."""
    price = Decimal(choice.randrange(100, 90_000)) / 100
    if choice.random() < 0.5:
        price = (price / Decimal("1.23")).quantize(Decimal("0.0001"))
    return line(
        f"Serviço {choice.randrange(50)} de consultoria",
        price,
        quantity=str(choice.randrange(1, 9)),
        tax=choice.choice(_SOLD),
        description="Trabalho prestado durante o mês, conforme acordado",
    )
