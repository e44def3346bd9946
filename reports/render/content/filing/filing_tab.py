"""What the sheets of the account's month have in common: their names, and the sentences below them."""

from collections.abc import Iterable, Sequence

from reports.render.content.account import AccountSummary
from reports.render.content.blocks import DataTab, Sheet
from reports.render.content.filing.words import list_caption, list_coverage
from reports.render.content.labels import Labels


def build_filing_tab(
    account: AccountSummary, sheet: Sheet, notes: Iterable[str], labels: Labels, *, frozen: int = 1
) -> DataTab | None:
    """The sheet over its caption, what it covers, and its own notes; None where it has no rows."""
    told = (*list_caption(labels), *list_coverage(account.month, labels), *notes)
    return DataTab(sheet.title, sheet, told, frozen) if sheet.rows else None


def name_currency(title: str, currency: str, currencies: Sequence[str]) -> str:
    """The name of the sheet of a currency: with it where there are several."""
    return f"{title} {currency}" if len(currencies) > 1 else title


def name_support(form: str, labels: Labels) -> str:
    """The name of a sheet for a form; in other languages than English it says that the sheet is a help."""
    return labels.text("{form}").format(form=form)
