"""The account's month as run.json has it, worked out a second time, with the findings that belong to it.

Amounts are text, days ISO. `why` has codes instead of sentences, one per kind of reason; `saft` is not here.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.support.account_oracle import fields, findings, one_stop_shop, recapitulative, series
from tests.support.account_oracle.account import Account, RawAccount, read_account, split_groups
from tests.support.tie.counting import COUNTED_STATUSES, SIGNS

ARCHIVED_SIDES = ("archived", "non_archived")
BEFORE_SERIES = frozenset({"no-archive", "failed", "earlier-reading", "filter"})
"""Reasons for which nothing is claimed of a series."""


def account_month_of(raw: RawAccount) -> dict[str, Any]:
    """Works out `account_month` and the findings of the account, as run.json has them."""
    account = read_account(raw)
    counted = account.counted()
    placed = fields.place_groups(account, split_groups(counted))
    reasons = list(_list_reasons(account))
    vat_return = fields.add_return(placed)
    oss, oss_corrections = one_stop_shop.add_sales(account, placed)
    return {
        "account_month": {
            "is_whole": not reasons,
            "why": reasons,
            "clients": len(raw.documents),
            "clients_of_account": None if raw.clients is None else len(raw.clients),
            "region": raw.region,
            "vat_return": vat_return,
            "outside": fields.add_outside(placed),
            "rounding": fields.add_rounding(counted, placed),
            "field_40": fields.list_field_40(account, placed),
            "recapitulative": recapitulative.add_statement(account, placed),
            "oss": oss,
            "oss_corrections": oss_corrections,
            "series": series.list_series(account, is_claimed=_knows_series(raw, reasons)),
        },
        "findings": findings.list_findings(account, placed, vat_return),
    }


def _list_reasons(account: Account) -> Iterator[str]:
    """Lists why the account's month is not whole."""
    raw = account.raw
    if set(account.clients) - set(raw.documents) - raw.failed:
        yield "no-archive"
    if raw.failed:
        yield "failed"
    if raw.kept:
        yield "earlier-reading"
    if raw.read_on <= raw.last:
        yield "read-early"
    if _hides_counted(raw.filters):
        yield "filter"
    if findings.list_forgotten(account):
        yield "forgotten"


def _hides_counted(filters: Mapping[str, Sequence[str]]) -> bool:
    """Tells whether a filter hides a type with a sign, a status that counts, or one side of `archived`."""
    needed = {"by_type": SIGNS, "status": COUNTED_STATUSES, "archived": ARCHIVED_SIDES}
    return any(filters.get(name) and set(values) - set(filters[name]) for name, values in needed.items())


def _knows_series(raw: RawAccount, reasons: Sequence[str]) -> bool:
    """Tells whether every number would have been seen: cancelled documents bear theirs too."""
    status = raw.filters.get("status")
    if raw.clients is None or len(raw.clients) > len(raw.documents) or (status and "canceled" not in status):
        return False
    return BEFORE_SERIES.isdisjoint(reasons)
