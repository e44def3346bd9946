"""Grids of the overview alone: who owes most, sales against last year, what is open no longer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reports.figures.account.account_month import AccountMonth
from reports.figures.account.collections import ClosedDocuments, Debt
from reports.figures.account.last_year import Turnover, YearComparison
from reports.figures.currencies import currency_order
from reports.money import ZERO
from reports.period import Period
from reports.render.content.blocks import Column, CurrencyAmount, Group, Kind, Rows, Saying, Sheet
from reports.render.content.client_report import period_text
from reports.render.content.filing.filing_tab import name_currency
from reports.render.content.labels import Labels

DEBTORS_AT_MOST = 15


@dataclass(frozen=True)
class DebtorsPage:
    """Who owes most in one currency.

    `buckets` are the words of the ageing. For each row of `sheet`, `amounts` has an amount a bucket, and
    `parts` those that are not nothing with their words, a credit among them. `rest` is what has no row.
    """

    sheet: Sheet
    buckets: tuple[str, ...]
    amounts: tuple[tuple[Decimal, ...], ...]
    parts: tuple[tuple[tuple[str, Decimal], ...], ...]
    rest: Saying | None


def build_debtors_pages(month: AccountMonth, labels: Labels) -> Sequence[DebtorsPage]:
    """A page a currency; the most overdue first."""
    currencies = sorted({debt.currency for debt in month.debts}, key=currency_order)
    return [
        _build_debtors_page(
            name_currency(labels.text("Collections"), currency, currencies),
            [debt for debt in month.debts if debt.currency == currency],
            labels,
        )
        for currency in currencies
    ]


def _build_debtors_page(title: str, debts: Iterable[Debt], labels: Labels) -> DebtorsPage:
    _ = labels.text
    debts = sorted(debts, key=lambda debt: (-debt.overdue, -debt.open, debt.name))
    shown, rest = debts[:DEBTORS_AT_MOST], debts[DEBTORS_AT_MOST:]
    currency, buckets = shown[0].currency, tuple(shown[0].buckets)
    columns = (
        Column("name", _("Client"), Kind.LONG_TEXT),
        Column("overdue", _("Overdue"), Kind.MONEY, has_total=True),
        Column("open", _("Open"), Kind.MONEY, has_total=True),
        Column("oldest_due", _("Oldest due date"), Kind.DATE),
    )
    totals = (_("All clients"), _sum_overdue(debts), _sum_open(debts), None)
    saying = Saying(
        _("Clients not shown: {count}, overdue {overdue}, open {open}."),
        {
            "count": labels.number(len(rest)),
            "overdue": CurrencyAmount(_sum_overdue(rest), currency),
            "open": CurrencyAmount(_sum_open(rest), currency),
        },
    )
    return DebtorsPage(
        Sheet("debtors", title, columns, Rows.from_items(columns, shown), "", currency, totals),
        buckets=tuple(map(labels.bucket, buckets)),
        amounts=tuple(tuple(debt.buckets.get(bucket, ZERO) for bucket in buckets) for debt in shown),
        parts=tuple(
            tuple(
                (name, amount)
                for name, amount in (*_name_buckets(debt, labels), (_("Credit"), debt.credit))
                if amount
            )
            for debt in shown
        ),
        rest=saying if rest else None,
    )


def _name_buckets(debt: Debt, labels: Labels) -> Iterable[tuple[str, Decimal]]:
    return ((labels.bucket(bucket), amount) for bucket, amount in debt.buckets.items())


def build_year_grids(month: AccountMonth, labels: Labels) -> Sequence[Sheet]:
    """Period and year to date against those of the year before: a grid a currency."""
    currencies = [own.currency for own in month.account_years]
    return [
        _build_year_grid(
            name_currency(labels.text("Against last year"), own.currency, currencies), own, month, labels
        )
        for own in month.account_years
    ]


def _build_year_grid(title: str, own: YearComparison, month: AccountMonth, labels: Labels) -> Sheet:
    _, compared = labels.text, month.compared
    columns = (
        Column("days", _("Days"), Kind.TEXT),
        Column("net", _("Net"), Kind.MONEY),
        Column("tax", _("VAT"), Kind.MONEY),
        Column("documents", _("Documents"), Kind.INTEGER),
    )
    pairs = [(_("Period"), (compared.period, own.period), (compared.period_before, own.period_before))]
    # Of a year, and of January, both are the same days.
    if compared.year != compared.period:
        pairs.append((_("Year to date"), (compared.year, own.year), (compared.year_before, own.year_before)))
    groups = []
    for name, now, before in pairs:
        rows = Rows.from_rows([_turnover_row(*now, labels), _turnover_row(*before, labels)], len(columns))
        less = _subtract(now[1], before[1])
        groups.append(Group(name, rows, (_("Difference"), *less)))
    rows = Rows.from_rows([row for group in groups for row in group.rows], len(columns))
    return Sheet("years", title, columns, rows, "", own.currency, groups=tuple(groups))


def _subtract(one: Turnover, other: Turnover) -> Turnover:
    return Turnover(one.net - other.net, one.tax - other.tax, one.documents - other.documents)


def _turnover_row(days: Period, turnover: Turnover, labels: Labels) -> tuple[str, Decimal, Decimal, int]:
    return (period_text(days, labels), *turnover)


def build_closed_grid(month: AccountMonth, labels: Labels) -> Sheet | None:
    """How much is open no longer, a row a currency and reason; None without an earlier reading."""
    if not month.closed:
        return None
    _ = labels.text
    documents = [one for own in month.closed.values() for one in own.documents]
    reasons = ((True, _("Paid or set off")), (False, _("Cancelled or gone")))
    columns = (
        Column("reason", _("Reason"), Kind.TEXT),
        Column("currency", _("Currency"), Kind.TEXT),
        Column("documents", _("Documents"), Kind.INTEGER),
        Column("payable", _("Amount"), Kind.MONEY),
    )
    rows = []
    for currency in sorted({one.currency for one in documents}, key=currency_order):
        for is_paid, reason in reasons:
            own = [one.payable for one in documents if (one.currency, one.is_paid) == (currency, is_paid)]
            if own:
                rows.append((reason, currency, len(own), sum(own, ZERO)))
    empty = _("Nothing that was open then is paid, set off or cancelled.")
    return Sheet("closed", _("No longer open"), columns, Rows.from_rows(rows, len(columns)), empty)


def list_closed_notes(month: AccountMonth, labels: Labels) -> Sequence[str]:
    """Since which reports, and of how many clients that is not known."""
    _ = labels.text
    since = _("Documents that were open in the report of {periods} and are not any more.")
    lines = [since.format(periods=_name_reports(month.closed.values(), labels))]
    if count := month.coverage.clients - len(month.closed):
        without = _("Clients without an earlier reading with the same filters: {count}.")
        lines.append(without.format(count=count))
    return lines


def _name_reports(closed: Iterable[ClosedDocuments], labels: Labels) -> str:
    """Each earlier report with the newest of its readings."""
    newest = {
        one.since.label: labels.text("{period} (read {instant})").format(
            period=period_text(one.since, labels), instant=labels.instant(one.read_at)
        )
        for one in sorted(closed, key=lambda one: one.read_at)
    }
    return ", ".join(text for _, text in sorted(newest.items()))


def _sum_overdue(debts: Iterable[Debt]) -> Decimal:
    return sum((debt.overdue for debt in debts), ZERO)


def _sum_open(debts: Iterable[Debt]) -> Decimal:
    return sum((debt.open for debt in debts), ZERO)
