"""The account's month: its clients' parts added up, for the one who files for the account.

Only sales, by document date, from the same figures as the clients' files. Amounts are signed, in cents.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reports.figures.account.client_month import ClientMonth
from reports.figures.account.collections import ClosedDocuments, Debt
from reports.figures.account.coverage import (
    AccountDocument,
    Coverage,
    Reading,
    find_forgotten,
    knows_all_numbers,
    list_early,
    list_hiding,
)
from reports.figures.account.field_40 import CreditedVat, sort_credits
from reports.figures.account.last_year import ComparedPeriods, YearComparison, add_comparisons, list_compared
from reports.figures.account.oss import NOTHING, OssAmounts, OssKey, OssReturn, PrintedNumber, file_oss
from reports.figures.account.recapitulative import RecapitulativeRow, list_recapitulative_rows
from reports.figures.account.series import SeriesKey, SeriesRow, find_day, list_series
from reports.figures.account.vat_return import (
    FieldKey,
    FiledAmounts,
    OutsideKey,
    OutsideRow,
    ReturnRounding,
    ReturnRow,
    compute_rounding,
    list_outside_rows,
    list_return_rows,
)
from reports.money import ZERO
from reports.period import Period


@dataclass(frozen=True)
class AccountMonth:
    """The account's month. `why` says, a sentence a reason, why it is not whole; empty when it is.

    `region` is where the business is. `is_listed`: the account's own list of documents was there to compare
    with, and `forgotten` is what it knows more. `years` are the clients' comparisons, `account_years` their
    sums. `closed` has the clients that were held against an earlier reading, by id.
    """

    region: str
    coverage: Coverage
    why: tuple[str, ...]
    vat_return: tuple[ReturnRow, ...]
    outside: tuple[OutsideRow, ...]
    rounding: ReturnRounding
    field_40: tuple[CreditedVat, ...]
    recapitulative: tuple[RecapitulativeRow, ...]
    oss: OssReturn
    series: tuple[SeriesRow, ...]
    debts: tuple[Debt, ...]
    compared: ComparedPeriods
    years: tuple[YearComparison, ...]
    account_years: tuple[YearComparison, ...]
    closed: Mapping[int, ClosedDocuments]
    is_listed: bool
    forgotten: tuple[AccountDocument, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the account's period is missing or may be."""
        return not self.why


def add_up(
    clients: Sequence[ClientMonth],
    coverage: Coverage,
    *,
    period: Period,
    region: str,
    listed: Sequence[AccountDocument] | None,
) -> AccountMonth:
    """Adds up the clients' parts, in their order. `listed` is the account's own list, None without one."""
    readings = [Reading(own.filters, own.read_on) for own in clients]
    forgotten = find_forgotten(listed or (), (own.identities for own in clients), period)
    why = list_hiding(coverage, readings, is_listed=listed is not None)
    if forgotten:
        why.append(f"Documents that the account lists and no client's reading has: {len(forgotten)}.")
    fields: dict[FieldKey, FiledAmounts] = {}
    outside: dict[OutsideKey, FiledAmounts] = {}
    for own in clients:
        for key, amounts in own.fields.items():
            fields.setdefault(key, FiledAmounts()).merge(amounts)
        for place, amounts in own.outside.items():
            outside.setdefault(place, FiledAmounts()).merge(amounts)
    rows, left_out = list_return_rows(fields), list_outside_rows(outside)
    years = tuple(comparison for own in clients for comparison in own.years)
    return AccountMonth(
        region=region,
        coverage=coverage,
        why=(*why, *list_early(readings, period)),
        vat_return=rows,
        outside=left_out,
        rounding=compute_rounding(
            rows,
            left_out,
            net=sum((own.net for own in clients), ZERO),
            tax=sum((own.tax for own in clients), ZERO),
        ),
        field_40=sort_credits(credit for own in clients for credit in own.credits),
        recapitulative=list_recapitulative_rows({own.client: own.supplied for own in clients}),
        oss=_file_oss(clients),
        series=list_series(
            (own.numbers for own in clients), period, is_everything=knows_all_numbers(coverage, readings)
        ),
        debts=tuple(debt for own in clients for debt in own.debts),
        compared=list_compared(period),
        years=years,
        account_years=add_comparisons(years),
        closed={own.client: own.closed for own in clients if own.closed},
        is_listed=listed is not None,
        forgotten=forgotten,
    )


def _file_oss(clients: Iterable[ClientMonth]) -> OssReturn:
    clients = list(clients)
    invoices: dict[OssKey, OssAmounts] = {}
    for own in clients:
        for key, amounts in own.invoices_oss.items():
            invoices[key] = invoices.get(key, NOTHING).plus(*amounts)

    def find_named(printed: PrintedNumber) -> dt.date | None:
        key = SeriesKey(printed.type, printed.series)
        return find_day((own.numbers for own in clients), key, printed.number)

    return file_oss(invoices, (note for own in clients for note in own.notes_oss), find_named)
