"""Net amount, VAT and count of a period and of its year to date beside those of the year before."""

import calendar
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from reports.figures.currencies import currency_order
from reports.figures.tables import Tables, columns
from reports.money import ZERO
from reports.period import Period


class ComparedPeriods(NamedTuple):
    """The period, the year of its last day until then, and both a year earlier."""

    period: Period
    period_before: Period
    year: Period
    year_before: Period


class Turnover(NamedTuple):
    """Counted documents of some days in one currency, credit notes included."""

    net: Decimal = ZERO
    tax: Decimal = ZERO
    documents: int = 0

    def plus(self, other: "Turnover") -> "Turnover":
        """The sum of both."""
        return Turnover(self.net + other.net, self.tax + other.tax, self.documents + other.documents)


NOTHING_SOLD = Turnover()


@dataclass(frozen=True)
class YearComparison:
    """One currency of a client, or of the account; `client` None. Each turnover is that of the days of the
    same name in ComparedPeriods."""

    client: int | None
    name: str | None
    currency: str
    period: Turnover = NOTHING_SOLD
    period_before: Turnover = NOTHING_SOLD
    year: Turnover = NOTHING_SOLD
    year_before: Turnover = NOTHING_SOLD


def list_compared(period: Period) -> ComparedPeriods:
    """The days that are compared with each other."""
    year = Period(period.last.replace(month=1, day=1), period.last)
    return ComparedPeriods(period, _year_before(period), year, _year_before(year))


def compare_years(tables: Tables, period: Period, *, client: int, name: str) -> tuple[YearComparison, ...]:
    """A client's comparison, a currency each; none for a client without documents on the compared days."""
    compared = list_compared(period)
    first = min(own.first for own in compared)
    found: dict[tuple[str, str], Turnover] = {}
    names = ("is_counted", "date", "currency", "net", "tax")
    for is_counted, day, currency, net, tax in columns(tables.documents, *names):
        if not is_counted or not first <= day <= period.last:
            continue
        for field, days in zip(ComparedPeriods._fields, compared, strict=True):
            if day in days:
                key = (currency, field)
                found[key] = found.get(key, NOTHING_SOLD).plus(Turnover(net, tax, 1))
    currencies = sorted({currency for currency, _ in found}, key=currency_order)
    return tuple(
        YearComparison(
            client, name, currency, **{field: own for (its, field), own in found.items() if its == currency}
        )
        for currency in currencies
    )


def add_comparisons(clients: Iterable[YearComparison]) -> tuple[YearComparison, ...]:
    """The account's own comparison, a currency each."""
    sums: dict[str, YearComparison] = {}
    for own in clients:
        so_far = sums.get(own.currency, YearComparison(None, None, own.currency))
        sums[own.currency] = YearComparison(
            *(None, None, own.currency),
            period=so_far.period.plus(own.period),
            period_before=so_far.period_before.plus(own.period_before),
            year=so_far.year.plus(own.year),
            year_before=so_far.year_before.plus(own.year_before),
        )
    return tuple(sums[currency] for currency in sorted(sums, key=currency_order))


def _year_before(period: Period) -> Period:
    """The same days of the year before; the last day of a month stays the last day of the month."""
    return Period(_shift_year(period.first), _shift_year(period.last))


def _shift_year(day: dt.date) -> dt.date:
    last = calendar.monthrange(day.year, day.month)[1]
    last_before = calendar.monthrange(day.year - 1, day.month)[1]
    return day.replace(year=day.year - 1, day=last_before if day.day == last else min(day.day, last_before))
