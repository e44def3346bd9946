"""Makes accounts to measure with: any number of like clients, each with so many documents of three lines.

All clients are one client under other numbers, so that a page of any of them is made by replacing the number
in a ready text. Documents of the period come first, the others lie in the months before it.
"""

import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path

from reports.sandbox.documents import Raw, document, line
from reports.sandbox.routes import json_text
from reports.sandbox.taxes import EXEMPT, IVA6, IVA13, IVA23

NAME = "office"
DOCUMENTED_PAGE_SIZE = 30
LINES = 3
FIRST_CLIENT = 7_000_001
"""All numbers of clients have as many digits, and no amount has."""
PERIOD = "2026-10"
PERIOD_FIRST = date(2026, 10, 1)
PERIOD_DAYS = 31
EARLIER_DAYS = 240
CLOCK = datetime(2026, 11, 2, 6, 30, tzinfo=UTC)
SEED = 20261031

_SOLD = (IVA23, IVA23, IVA13, IVA6, EXEMPT)
_KINDS = ("Invoice",) * 6 + ("InvoiceReceipt",) * 2 + ("SimplifiedInvoice", "CreditNote")

_CONFIG = """\
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
output: {{folder: output}}
requests: {{parallel: {parallel}, per_minute: {per_minute}}}
"""


@dataclass(frozen=True)
class Account:
    """Clients, documents of each, how many of those are in the period, and the largest page that is given."""

    clients: int
    documents: int
    in_period: int
    page_size: int = DOCUMENTED_PAGE_SIZE

    @property
    def numbers(self) -> range:
        """The clients by number."""
        return range(FIRST_CLIENT, FIRST_CLIENT + self.clients)

    @property
    def words(self) -> list[str]:
        """The account as words of a command line; `Account(*map(int, words))` reads them."""
        return [str(value) for value in asdict(self).values()]


def make_pages(account: Account, size: int) -> list[str]:
    """Makes the bodies of the first client's pages of `size` documents."""
    papers, pages = _make_papers(account), []
    for page in range(1, -(-account.documents // size) + 1):
        pagination = make_pagination(account.documents, page, size)
        pages.append(json_text({"invoices": list(islice(papers, size)), "pagination": pagination}))
    return pages


def make_recent_papers(account: Account) -> list[str]:
    """Makes the first client's documents of the period, each as a text."""
    return [json_text(paper) for paper in islice(_make_papers(account), account.in_period)]


def make_pagination(entries: int, page: int, size: int) -> Raw:
    """Makes what a page says about its list."""
    names = ("total_entries", "current_page", "total_pages", "per_page")
    return dict(zip(names, (entries, page, -(-entries // size), size), strict=True))


def replace_client(page: str, client: int) -> str:
    """Replaces the first client on its page by another one."""
    return page.replace(str(FIRST_CLIENT), str(client))


def make_client(number: int) -> Raw:
    """Makes what the account and the documents say of a client."""
    return {
        "id": number,
        "name": f"Cliente {number} de Ensaio, Lda",
        "fiscal_id": "500000011",
        "email": f"contas{number}@example.pt",
        "address": "Rua do Ensaio 12",
        "postal_code": "0000-001 Lisboa",
        "country": "Portugal",
    }


def write_config(folder: Path, *, url: str, parallel: int, per_minute: int) -> Path:
    """Writes a configuration for all clients at `url` into `folder`; what a run makes lies there too."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "config.yaml"
    text = _CONFIG.format(account=NAME, url=url, period=PERIOD, parallel=parallel, per_minute=per_minute)
    path.write_text(text, "utf-8")
    return path


def _make_papers(account: Account) -> Iterator[Raw]:
    choice = random.Random(SEED)  # noqa: S311 - data by a seed, no secret
    for row in range(account.documents):
        kind = choice.choice(_KINDS)
        is_recent = row < account.in_period
        day = (
            PERIOD_FIRST + timedelta(days=row % PERIOD_DAYS)
            if is_recent
            else PERIOD_FIRST - timedelta(days=1 + row % EARLIER_DAYS)
        )
        is_paid = kind == "InvoiceReceipt" or choice.random() < (0.5 if is_recent else 0.95)
        lines = [_make_line(choice) for _ in range(LINES)]
        is_exempt = any(item["tax"]["id"] == EXEMPT.id for item in lines)
        yield document(
            kind,
            day,
            lines,
            client=make_client(FIRST_CLIENT),
            identity=FIRST_CLIENT * 1_000_000 + row,
            number_in_series=row + 1,
            status="settled" if is_paid else "final",
            reference=f"PO-{row}" if row % 3 else None,
            tax_exemption="M07" if is_exempt else "",
        )


def _make_line(choice: random.Random) -> Raw:
    """Makes a line; every other price had VAT in it, so that it has four decimals."""
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
