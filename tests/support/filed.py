"""A client's part of the account's month, of documents as tests write them."""

from collections.abc import Mapping, Sequence

from reports.figures import tables, totals
from reports.figures.account.account_month import AccountMonth, add_up
from reports.figures.account.buyers import KnownBuyer
from reports.figures.account.client_month import (
    ClientMonth,
    FiledClient,
    FiledGroup,
    build_client_month,
    list_filed_groups,
)
from reports.figures.account.collections import ClosedDocuments, find_contact, list_debts
from reports.figures.account.coverage import Coverage
from reports.figures.tables import Tables
from reports.figures.totals import Figures
from reports.figures.vat.taxes import KnownTax, Taxation
from reports.sandbox.documents import Raw
from tests.support.papers import LIMITS_DAYS, OCTOBER, READ_ON, parsed

CLIENT = FiledClient(11, "Ana, Lda", "500000011")


def file_groups(
    *papers: Raw, known: KnownBuyer | None = None, taxes: Mapping[str, KnownTax] | None = None
) -> tuple[Tables, Figures, list[FiledGroup]]:
    """The tables, figures and filed groups of the documents; `taxes` are the account's by id."""
    laid = tables.build(parsed(*papers), Taxation(taxes or {}))
    figures = totals.build(laid, period=OCTOBER, read_on=READ_ON, limits=LIMITS_DAYS)
    return laid, figures, list(list_filed_groups(laid, figures, known or KnownBuyer()))


def build_month(
    *papers: Raw,
    client: FiledClient = CLIENT,
    known: KnownBuyer | None = None,
    taxes: Mapping[str, KnownTax] | None = None,
    filters: Mapping[str, Sequence[str]] | None = None,
    closed: ClosedDocuments | None = None,
) -> ClientMonth:
    """The part of a client that has the documents, of October 2026."""
    laid, figures, groups = file_groups(*papers, known=known, taxes=taxes)
    contact = find_contact(laid.values, None)
    return build_client_month(
        laid,
        figures,
        groups,
        client=client,
        filters=filters or {},
        debts=list_debts(figures, contact, client=client.id, name=client.name),
        closed=closed,
    )


def build_account_month(*clients: ClientMonth, region: str = "PT") -> AccountMonth:
    """The month of an account whose clients they are, all of them."""
    coverage = Coverage(len(clients), len(clients))
    return add_up(clients, coverage, period=OCTOBER, region=region, listed=None)
