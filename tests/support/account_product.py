"""The account's month as the product works it out, from the same raw account as the oracle's."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from reports.deliver.account_record import describe_account_finding, describe_month
from reports.figures import identity, tables, totals
from reports.figures.account.account_month import AccountMonth, add_up
from reports.figures.account.buyers import KnownBuyer
from reports.figures.account.client_month import (
    ClientMonth,
    FiledClient,
    build_client_month,
    list_filed_groups,
)
from reports.figures.account.collections import find_contact, list_debts
from reports.figures.account.coverage import AccountDocument, Coverage
from reports.figures.checks.filing_checks import check_filing
from reports.figures.checks.month_checks import check_month
from reports.figures.parse import parse_document, read_page
from reports.figures.vat.taxes import Taxation, parse_taxes
from reports.period import Period
from reports.sandbox.routes import json_text
from tests.support.account_oracle.account import Raw, RawAccount
from tests.support.papers import LIMITS_DAYS


def account_month_of(raw: RawAccount) -> dict[str, Any]:
    """`account_month` and the findings that belong to it, as run.json has them."""
    clients = {client: _build_client(raw, client) for client in raw.documents}
    month = add_account(raw, [own for own, _ in clients.values()])
    findings = [
        describe_account_finding(finding, client)
        for client, (_, found) in clients.items()
        for finding in found
    ]
    findings += [describe_account_finding(one.finding, one.client_id) for one in check_month(month)]
    return {"account_month": describe_month(month), "findings": findings}


def add_account(raw: RawAccount, clients: list[ClientMonth]) -> AccountMonth:
    """The month of the account whose clients they are."""
    coverage = Coverage(
        None if raw.clients is None else len(raw.clients),
        len(clients),
        failed=tuple(str(client) for client in raw.failed),
        kept=tuple(str(client) for client in raw.kept),
    )
    listed = None if raw.listed is None else [_list_document(document) for document in raw.listed]
    period = Period(raw.first, raw.last)
    return add_up(clients, coverage, period=period, region=raw.region, listed=listed)


def build_client(raw: RawAccount, client: int) -> ClientMonth:
    """One client's part."""
    return _build_client(raw, client)[0]


def _build_client(raw: RawAccount, client: int) -> tuple[ClientMonth, list[Any]]:
    row: Mapping[str, Any] = next((row for row in raw.clients or () if row["id"] == client), {})
    documents = [
        parse_document(own) for own in read_page(json_text({"invoices": raw.documents[client]})).listed
    ]
    taxes = parse_taxes([json_text({"taxes": raw.taxes})])
    laid_out = tables.build(documents, Taxation(taxes, raw.region, row.get("country")))
    period = Period(raw.first, raw.last)
    figures = totals.build(laid_out, period=period, read_on=raw.read_on, limits=LIMITS_DAYS)
    listed = identity.identity(fiscal_id=row.get("fiscal_id"), country=row.get("country"))
    who = identity.first_known([identity.read_document_identity(documents), listed])
    known = KnownBuyer(row.get("country"), who.fiscal_id)
    groups = list(list_filed_groups(laid_out, figures, known))
    own = FiledClient(client, row.get("name") or f"#{client}", who.fiscal_id)
    contact = find_contact(documents, row.get("email"))
    month = build_client_month(
        laid_out,
        figures,
        groups,
        client=own,
        filters=raw.filters,
        debts=list_debts(figures, contact, client=client, name=own.name),
        closed=None,
    )
    return month, list(check_filing(laid_out, figures, groups, has_taxes=True))


def _list_document(raw: Raw) -> AccountDocument:
    document = parse_document(raw)
    client = document.client
    day = document.date or date.min
    return AccountDocument(
        document.id, document.type, document.status, document.number, day, client.id, client.name
    )
