"""A small account whose month has something of all there is to file, to collect and to compare."""

import datetime as dt
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from reports.figures.account.account_month import AccountMonth, add_up
from reports.figures.account.client_month import ClientMonth, FiledClient
from reports.figures.account.collections import ClosedDocument, ClosedDocuments
from reports.figures.account.coverage import Coverage
from reports.figures.vat.taxes import KnownTax
from reports.period import make_period
from reports.render.content.account import READY, AccountSummary, ClientLine
from reports.sandbox.documents import Raw, line
from tests.support.filed import build_month
from tests.support.papers import OCTOBER, added, paper, vat

READ_AT = dt.datetime(2026, 10, 2, 6, 30, tzinfo=dt.UTC)
AZORES = vat("16", "IVA16 Açores", region="PT-AC")
IN_FRANCE = {"country": "France"}
IN_SPAIN = {"country": "Spain", "fiscal_id": "ESB12345674"}
PAPERS: tuple[tuple[FiledClient, Sequence[Raw]], ...] = (
    (
        FiledClient(11, "Ana, Lda", "500000011"),
        [
            paper(1, net="1000", due_date="10/10/2026"),
            paper(2, net="33.33", rate="6", due_date="20/06/2026"),
            paper(30, "CreditNote", net="200", number_in_series=1),
            paper(3, net="80", rate="0", tax_exemption="M99", due_date="30/11/2026"),
            paper(5, net="40", rate="0", tax_exemption="M01"),
            paper(70, net="500", day=date(2025, 10, 7), status="settled", number_in_series=7),
        ],
    ),
    (
        FiledClient(12, "Açor, Lda", None),
        [
            paper(6, lines=[line("Serviço", "50", tax=AZORES)], due_date="09/10/2026"),
            paper(7, net="70", currency="US Dollar", due_date="08/10/2026"),
        ],
    ),
    (
        FiledClient(13, "Ejemplo, S.L.", "ESB12345674"),
        [
            paper(8, net="340.50", rate="0", tax_exemption="M16", client=IN_SPAIN),
            paper(9, net="9.50", rate="0", tax_exemption="M40", client={"country": "Spain"}),
        ],
    ),
    (
        FiledClient(14, "Exemple", None),
        [
            paper(41, "VatMossInvoice", net="100", rate="20", client=IN_FRANCE),
            paper(42, "VatMossInvoice", net="30", rate="20", client=IN_FRANCE, day=date(2026, 6, 1)),
            paper(43, "VatMossCreditNote", net="10", rate="20", client=IN_FRANCE, reference="FVM 2026/42"),
        ],
    ),
)
"""Invoice 4 of the series 2026 is missing."""


def build_filed_account(*, is_whole: bool = True) -> AccountSummary:
    """The account; one of its clients is missing where it is not whole."""
    months = build_filed_clients()
    coverage = Coverage(len(months) + (0 if is_whole else 1), len(months))
    return AccountSummary(
        "office",
        "Exemplo, Lda",
        OCTOBER,
        tuple(
            ClientLine(
                client.id, client.name, client.fiscal_id, READY, read_at=READ_AT, totals=added(*papers).totals
            )
            for client, papers in PAPERS
        ),
        coverage.clients_of_account,
        {},
        add_up(months, coverage, period=OCTOBER, region="PT", listed=[] if is_whole else None),
    )


def build_filed_clients() -> list[ClientMonth]:
    """What each of its clients adds."""
    return [_build_client(client, papers) for client, papers in PAPERS]


def build_filed_month(*, is_whole: bool = True) -> AccountMonth:
    """The account's month alone."""
    return build_filed_account(is_whole=is_whole).month


def _build_client(client: FiledClient, papers: Sequence[Raw]) -> ClientMonth:
    taxes = {str(AZORES.id): KnownTax(AZORES.region, AZORES.value)}
    closed = _close(21, "settled"), _close(22, "canceled")
    since = make_period(date(2026, 9, 1), date(2026, 9, 30))
    was_reported = client.id in (11, 12)
    return build_month(
        *papers,
        client=client,
        taxes=taxes,
        closed=ClosedDocuments(since, READ_AT, closed) if was_reported else None,
    )


def _close(identity: int, status: str) -> ClosedDocument:
    day, amount = date(2026, 9, 3), Decimal("61.50")
    is_paid = status == "settled"
    return ClosedDocument(
        identity, f"FT 2026/{identity}", "Invoice", day, day, "EUR", amount, status, is_paid
    )
