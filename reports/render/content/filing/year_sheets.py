"""The sheets of the period, and of the year to date, beside the year before: a sheet a currency."""

from collections.abc import Sequence
from datetime import timedelta

from reports.figures.account.last_year import ComparedPeriods, YearComparison
from reports.period import Period
from reports.render.content.account import AccountSummary
from reports.render.content.blocks import Column, DataTab, Kind, Row, Rows, Sheet, totals_of
from reports.render.content.client_report import period_text
from reports.render.content.filing.filing_tab import build_filing_tab, name_currency
from reports.render.content.labels import N_, Labels

MEASURES = {
    "net": (N_("Net {days}"), Kind.MONEY),
    "tax": (N_("VAT {days}"), Kind.MONEY),
    "documents": (N_("Documents {days}"), Kind.INTEGER),
}
"""What is compared; heads say of which days."""


def build_year_tabs(account: AccountSummary, labels: Labels) -> list[DataTab]:
    """The clients' rows, and the account as their totals."""
    month = account.month
    currencies = [own.currency for own in month.account_years]
    note = labels.text("{period} against {before}; the year to date, {year}, against {year_before}.").format(
        period=period_text(month.compared.period, labels),
        before=period_text(month.compared.period_before, labels),
        year=period_text(month.compared.year, labels),
        year_before=period_text(month.compared.year_before, labels),
    )
    tabs = []
    for currency in currencies:
        title = name_currency(labels.text("Against last year"), currency, currencies)
        own = [year for year in month.years if year.currency == currency]
        sheet = _build_sheet(title, currency, own, month.compared, labels)
        tabs.append(build_filing_tab(account, sheet, [note], labels))
    return list(filter(None, tabs))


def format_days(period: Period, labels: Labels) -> str:
    """Days in a head: `2026`, `Oct 2026`, `Jan to Oct 2026` for whole months of a year, else both ends."""
    first, last = period.first, period.last
    is_whole = first.day == 1 and (last + timedelta(days=1)).day == 1
    if is_whole and (first.year, first.month, last.month) == (last.year, 1, 12):
        return f"{first:%Y}"
    if is_whole and (first.year, first.month) == (last.year, last.month):
        return labels.month(first)
    is_of_year = is_whole and first.year == last.year
    ends = (
        (labels.month_name(first), labels.month(last))
        if is_of_year
        else (labels.date(first), labels.date(last))
    )
    return labels.text("{first} to {last}").format(first=ends[0], last=ends[1])


def _build_sheet(
    title: str, currency: str, years: Sequence[YearComparison], compared: ComparedPeriods, labels: Labels
) -> Sheet:
    _ = labels.text
    places = _list_places(compared)
    columns = (
        Column("name", _("Client"), Kind.LONG_TEXT),
        Column("client", _("Id"), Kind.INTEGER, is_hidden=True),
        *(
            Column(
                f"{measure}_{field}",
                _(heading).format(days=format_days(getattr(compared, field), labels)),
                kind,
                has_total=True,
            )
            for field, measure in places
            for heading, kind in [MEASURES[measure]]
        ),
    )

    def list_row(year: YearComparison) -> Row:
        values = (getattr(getattr(year, field), measure) for field, measure in places)
        return (year.name, year.client, *values)

    rows = Rows.from_rows(map(list_row, years), len(columns))
    totals = totals_of(columns, rows, _("Total"))
    return Sheet(f"last_year_{currency}", title, columns, rows, _("Nothing to list."), currency, totals)


def _list_places(compared: ComparedPeriods) -> list[tuple[str, str]]:
    """The columns by period and measure, each beside that of the year before; the year to date only where it
    is not the period."""
    pairs = [("period", "period_before"), ("year", "year_before")]
    if compared.period == compared.year:
        pairs.pop()
    return [(field, measure) for pair in pairs for measure in MEASURES for field in pair]
