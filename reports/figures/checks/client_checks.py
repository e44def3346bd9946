"""The account's own word on a client, and what of it does not fit: tax number, and what counts as open there.

It is kept in the head of an archive as the API gave it: `client` and `balance` are texts of JSON, `missing`
says why one of them is not there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.figures.checks.finding import Finding
from reports.figures.identity import Identity, parse_details_identity
from reports.figures.totals import Figures
from reports.figures.vendor_balance import VendorBalance, is_comparable, parse_balance
from reports.fiscal_id import format_fiscal_id, is_wrong
from reports.money import ZERO

NOT_ASKED = "it was not asked for when the documents were read"


@dataclass(frozen=True)
class Word:
    """What the account says, and what about that is worth knowing."""

    identity: Identity
    balance: VendorBalance | None
    findings: tuple[Finding, ...]


def read(kept: Mapping[str, Any], *, wanted: Sequence[str], filters: Mapping[str, Sequence[str]]) -> Word:
    """Of what was `kept`, what is `wanted`: `client`, `balance`.

    The vendor counts every document, so its balance says nothing where a filter leaves some out.
    """
    findings: list[Finding] = []
    missing = kept.get("missing", {})
    identity, balance = Identity(), None
    if "client" in wanted and "client" in kept:
        identity = parse_details_identity(kept["client"])
    elif "client" in wanted:
        findings.append(Finding("DETAILS-MISSING", found=missing.get("client", NOT_ASKED)))
    if "balance" in wanted and not is_comparable(filters):
        findings.append(Finding("VENDOR-OPEN-FILTERED"))
    elif "balance" in wanted and "balance" in kept:
        balance, remarks = parse_balance(kept["balance"])
        findings += [Finding(one.code, field=one.field, found=one.found) for one in remarks]
    elif "balance" in wanted:
        findings.append(Finding("VENDOR-OPEN-MISSING", found=missing.get("balance", NOT_ASKED)))
    return Word(identity, balance, tuple(findings))


def check(identity: Identity, word: Word, figures: Figures) -> Iterator[Finding]:
    """All findings about the client itself; `identity` is the one that is shown."""
    if identity.fiscal_id and is_wrong(identity.fiscal_id, identity.country):
        yield Finding("NIF-INVALID", found=format_fiscal_id(identity.fiscal_id))
    yield from word.findings
    if balance := word.balance:
        ours = next((total.open for total in figures.totals if total.currency == balance.currency), ZERO)
        if balance.open != ours:
            yield Finding(
                "VENDOR-OPEN-DIFFERS",
                field=balance.currency,
                expected=str(ours),
                found=str(balance.open),
                difference=str(balance.open - ours),
            )
