"""An account's clients, a line each, as overview and summary show them. Nothing of it leaves the house."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from reports.figures.account.account_month import AccountMonth
from reports.figures.changes import Comparison
from reports.figures.checks.filing_checks import TAXES_MISSING
from reports.figures.checks.finding import PDF_FAILED, Finding, warnings
from reports.figures.checks.month_checks import check_month
from reports.figures.totals import CurrencyTotals
from reports.figures.vat.vat_rows import SchemeVat
from reports.period import Period

READY, FAILED = "ready", "failed"
NO_ADDRESS, TOO_LARGE, ON_PURPOSE, NOT_SELECTED = "no-address", "too-large", "on-purpose", "not-selected"


@dataclass(frozen=True)
class ClientLine:
    """One client in overview and summary. `files` are label and path relative to the overview.

    A failed client has a `reason`, and in `kept_from` the reading of what still lies there. `is_kept`: its
    totals are those of then. Any other failed client has none.
    `filing` are findings of the account that show at this client. `changes` is None where there was no
    earlier reading. `unmailed` is why there is no mail, NO_ADDRESS, TOO_LARGE, ON_PURPOSE or NOT_SELECTED;
    None when there is one or no mail is made at all. `listed_address` is what the account has in its field
    for the address when that is not one plain address. Instants are local time.
    """

    id: int
    name: str
    fiscal_id: str | None
    state: str
    reason: str | None = None
    read_at: dt.datetime | None = None
    kept_from: dt.datetime | None = None
    is_kept: bool = False
    documents_read: int = 0
    totals: tuple[CurrencyTotals, ...] = ()
    schemes: tuple[SchemeVat, ...] = ()
    findings: tuple[Finding, ...] = ()
    filing: tuple[Finding, ...] = ()
    changes: Comparison | None = None
    files: tuple[tuple[str, str], ...] = ()
    unmailed: str | None = None
    listed_address: str | None = None

    @property
    def warnings(self) -> int:
        return warnings(self.findings)

    @property
    def is_covered(self) -> bool:
        """Its figures are shown and added: it is ready, or stands with those of an earlier reading."""
        return self.state == READY or self.is_kept

    @property
    def is_changed(self) -> bool:
        """A document that had been reported changed since, and VAT with it."""
        return bool(self.changes and self.changes.touching_vat)


def is_selected(
    choice: str, *, documents: int, open_amounts: Iterable[Decimal], overdue: Iterable[Decimal]
) -> bool:
    """Whether a client with these figures gets a mail by `email.only`.

    `documents` are counted in the period, `open_amounts` those of the ageing, credit included.
    """
    return {
        "with-documents": documents > 0,
        "open": any(open_amounts),
        "overdue": any(amount > 0 for amount in overdue),
    }.get(choice, True)


class AccountFinding(NamedTuple):
    """A finding of the account, and the client it shows at; None for the whole account."""

    finding: Finding
    client_id: int | None = None
    client_name: str | None = None


@dataclass(frozen=True)
class AccountSummary:
    """The account, for a period: its clients, and how many of all the account's clients they are.

    `whole` are the findings that none of its clients shows. `command` is what was typed to make it, without
    the period and what else may follow. `month` is what the one who files needs of it. `data` are the files
    with tables for other programs, relative to the overview.
    """

    name: str
    issuer: str | None
    period: Period
    clients: tuple[ClientLine, ...]
    clients_in_account: int | None
    filters: Mapping[str, Sequence[str]]
    month: AccountMonth
    whole: tuple[AccountFinding, ...] = ()
    command: str = "invoice-reports run CONFIG"
    data: tuple[str, ...] = ()

    @property
    def names(self) -> Mapping[int, str]:
        """The clients' names by id."""
        return {client.id: client.name for client in self.clients}

    @property
    def findings(self) -> tuple[AccountFinding, ...]:
        """What the one who files has to know: the whole account's first, then its month's, then client by
        client."""
        found = [(finding, client) for client in self.covered for finding in client.filing]
        whole = dict.fromkeys(finding for finding, _ in found if finding.code == TAXES_MISSING)
        names = self.names
        return (
            *self.whole,
            *(
                AccountFinding(one.finding, one.client_id, names.get(one.client_id or 0))
                for one in check_month(self.month)
            ),
            *(AccountFinding(finding) for finding in whole),
            *(
                AccountFinding(finding, client.id, client.name)
                for finding, client in found
                if finding not in whole
            ),
        )

    @property
    def warnings(self) -> int:
        """How many findings of the account are warnings; those of its clients are their own."""
        return warnings(one.finding for one in self.findings)

    @property
    def failed(self) -> tuple[ClientLine, ...]:
        return tuple(client for client in self.clients if client.state == FAILED)

    @property
    def ready(self) -> tuple[ClientLine, ...]:
        return tuple(client for client in self.clients if client.state == READY)

    @property
    def kept(self) -> tuple[ClientLine, ...]:
        """The clients that failed and stand with the figures of an earlier reading."""
        return tuple(client for client in self.clients if client.is_kept)

    @property
    def covered(self) -> tuple[ClientLine, ...]:
        """The clients whose figures are shown and added."""
        return tuple(client for client in self.clients if client.is_covered)

    @property
    def failures(self) -> tuple[tuple[str | None, tuple[ClientLine, ...]], ...]:
        """Why clients failed, each reason once, with all it is the reason of."""
        return tuple(
            (reason, tuple(client for client in self.failed if client.reason == reason))
            for reason in dict.fromkeys(client.reason for client in self.failed)
        )

    @property
    def unprinted(self) -> tuple[ClientLine, ...]:
        """The clients whose PDF could not be made."""
        return tuple(
            client
            for client in self.clients
            if any(finding.code == PDF_FAILED for finding in client.findings)
        )

    def list_unmailed(self, why: str) -> tuple[ClientLine, ...]:
        """The clients that are ready without a mail, for this reason."""
        return tuple(client for client in self.ready if client.unmailed == why)

    @property
    def several_addresses(self) -> tuple[ClientLine, ...]:
        """The clients whose mail goes to all the addresses that the account has in the field of one."""
        return tuple(one for one in self.ready if one.listed_address and one.unmailed is None)

    @property
    def unusable_addresses(self) -> tuple[ClientLine, ...]:
        """The clients without a mail because what the account has is no address."""
        return tuple(one for one in self.list_unmailed(NO_ADDRESS) if one.listed_address)

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """Of the clients that were held against an earlier reading."""
        return tuple(client.changes for client in self.covered if client.changes)

    @property
    def changed_documents(self) -> int:
        """How many changed since they were reported in a way that touches VAT."""
        return sum(len(comparison.touching_vat) for comparison in self.comparisons)

    @property
    def changed_months(self) -> tuple[dt.date, ...]:
        """The months, by their first days, whose VAT such changes touch."""
        changed = (change for comparison in self.comparisons for change in comparison.changes)
        return tuple(sorted({month for change in changed for month in change.vat_months}))

    @property
    def read_at(self) -> dt.datetime | None:
        """The newest reading."""
        return max((client.read_at for client in self.clients if client.read_at), default=None)
