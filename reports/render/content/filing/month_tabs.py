"""The sheets of the account's month in their order, each only where it has rows."""

from reports.render.content.account import AccountSummary
from reports.render.content.blocks import DataTab
from reports.render.content.filing import (
    collection_sheets,
    field_40_sheet,
    filing_sheets,
    return_sheet,
    saft_sheet,
    year_sheets,
)
from reports.render.content.labels import Labels


def build_month_tabs(account: AccountSummary, labels: Labels) -> tuple[DataTab, ...]:
    """From the VAT return to the series: what is filed, who owes what, and what to compare."""
    tabs = (
        return_sheet.build_return_tab(account, labels),
        field_40_sheet.build_field_40_tab(account, labels),
        filing_sheets.build_recapitulative_tab(account, labels),
        filing_sheets.build_oss_tab(account, labels),
        *collection_sheets.build_collection_tabs(account, labels),
        *year_sheets.build_year_tabs(account, labels),
        *collection_sheets.build_closed_tabs(account, labels),
        filing_sheets.build_series_tab(account, labels),
        saft_sheet.build_saft_tab(account, labels),
    )
    return tuple(tab for tab in tabs if tab)
