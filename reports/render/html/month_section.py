"""The account's month as values for the overview's template: grids, bars and sentences as markup."""

from markupsafe import Markup

from reports.render.content.account import AccountSummary
from reports.render.content.blocks import Sheet
from reports.render.content.filing import overview_grids, words
from reports.render.content.filing.overview_grids import DebtorsPage
from reports.render.content.filing.return_page import PLACE, build_return_page
from reports.render.content.filing.saft_sheet import SaftPage, build_saft_page
from reports.render.content.filing.support_lines import SupportLine, list_support_lines
from reports.render.content.labels import Labels
from reports.render.html import drawings
from reports.render.html.context import (
    DebtorLine,
    DebtorsSection,
    LinesPart,
    MonthSection,
    ReturnGrid,
    SaftSection,
    SupportEntry,
)
from reports.render.html.tables import TextLine, fill_saying, grid, money


def build_month_section(account: AccountSummary, labels: Labels) -> MonthSection | None:
    """What is shown of the account's month; None for an account without figures."""
    if not account.covered:
        return None
    month = account.month
    page = build_return_page(account, labels)
    closed = overview_grids.build_closed_grid(month, labels)
    return MonthSection(
        vat=_lay_out_return(page.sheet, labels),
        sayings=[fill_saying(one, labels) for one in page.sayings],
        caption=words.list_caption(labels),
        coverage=words.list_covered(month, labels),
        why=[labels.say(reason) for reason in month.why],
        supports=[_fill_support(line, labels) for line in list_support_lines(month, labels)],
        saft=_fill_saft(build_saft_page(account, labels), labels),
        debtors=[_draw_debtors(one, labels) for one in overview_grids.build_debtors_pages(month, labels)],
        years=[grid(sheet, labels) for sheet in overview_grids.build_year_grids(month, labels)],
        closed=grid(closed, labels) if closed else None,
        closed_notes=overview_grids.list_closed_notes(month, labels) if closed else [],
    )


def _lay_out_return(sheet: Sheet, labels: Labels) -> ReturnGrid:
    whole = grid(sheet, labels)
    parts = [LinesPart(part.title, list(map(_widen, part.lines)), part.total) for part in whole.parts]
    return ReturnGrid(whole.title, whole.columns, parts, whole.total, whole.empty)


def _widen(line: TextLine) -> TextLine:
    """A row without a rate is no field's: its heading, the reason, takes the places of field and rate."""
    *_, rate = line.cells[: len(PLACE) - 1]
    return line if rate.markup else line._replace(cells=line.cells[len(PLACE) - 1 :], span=len(PLACE))


def _fill_support(line: SupportLine, labels: Labels) -> SupportEntry:
    text = Markup(" ").join(fill_saying(one, labels) for one in line.sayings)
    return SupportEntry(line.title, line.has_sheet, text)


def _fill_saft(page: SaftPage | None, labels: Labels) -> SaftSection | None:
    return SaftSection(grid(page.sheet, labels), page.remedies, page.rest) if page else None


def _draw_debtors(page: DebtorsPage, labels: Labels) -> DebtorsSection:
    currency, whole = page.sheet.currency or "", grid(page.sheet, labels)
    rows = zip(
        [line for part in whole.parts for line in part.lines],
        drawings.stack(page.amounts),
        page.parts,
        strict=True,
    )
    return DebtorsSection(
        grid=whole,
        lines=[
            DebtorLine(line, bar, [(name, money(amount, currency, labels)) for name, amount in parts])
            for line, bar, parts in rows
        ],
        legend=list(zip(page.buckets, drawings.list_swatches(len(page.buckets)), strict=True)),
        rest=fill_saying(page.rest, labels) if page.rest else None,
    )
