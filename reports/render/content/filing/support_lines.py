"""What the supports of a return come to, in sentences: field 40, recapitulative, OSS and series."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from reports.figures.account.account_month import AccountMonth
from reports.figures.account.series import SeriesRow
from reports.figures.currencies import EURO
from reports.figures.vat.regions import OSS
from reports.money import ZERO
from reports.render.content.blocks import CurrencyAmount, Saying
from reports.render.content.filing.field_40_sheet import tell_regions
from reports.render.content.filing.filing_tab import name_support
from reports.render.content.filing.saft_sheet import TITLE, tell_saft
from reports.render.content.filing.words import format_numbers, format_quarter
from reports.render.content.labels import Labels

NAMED_AT_MOST = 12
"""Numbers of a series."""


@dataclass(frozen=True)
class SupportLine:
    """A support of the return. `title` is the name of its sheet, where it has rows and so a sheet."""

    title: str
    has_sheet: bool
    sayings: tuple[Saying, ...]


def list_support_lines(month: AccountMonth, labels: Labels) -> Sequence[SupportLine]:
    """A line a support, also of one there is nothing for."""
    _, has_oss = labels.text, bool(month.oss.rows or month.oss.corrections)
    told = (
        (name_support(_("Field 40"), labels), bool(month.field_40), _tell_field_40),
        (name_support(_("Recapitulative"), labels), bool(month.recapitulative), _tell_recapitulative),
        (name_support(labels.scheme(OSS), labels), has_oss, _tell_oss),
        (_("Series"), bool(month.series), _tell_series),
    )
    lines = [SupportLine(title, has_sheet, tuple(tell(month, labels))) for title, has_sheet, tell in told]
    if month.saft:
        lines.append(SupportLine(TITLE, bool(month.saft.differences), tuple(tell_saft(month, labels))))
    return lines


def _tell_field_40(month: AccountMonth, labels: Labels) -> Iterator[Saying]:
    _ = labels.text
    if not month.field_40:
        yield Saying(_("No credit note with Portuguese VAT."))
        return
    yield Saying(
        _("VAT of credit notes: {tax}, on a base of {base}. Credit notes: {count}."),
        {
            "tax": CurrencyAmount(sum((one.tax for one in month.field_40), ZERO), EURO),
            "base": CurrencyAmount(sum((one.base for one in month.field_40), ZERO), EURO),
            "count": labels.number(len({one.document for one in month.field_40})),
        },
    )
    if any(one.region != month.region for one in month.field_40):
        yield from tell_regions(month, labels)
    yield Saying(_("They stand in the table too: one of the two is used, not both."))


def _tell_recapitulative(month: AccountMonth, labels: Labels) -> Iterator[Saying]:
    _, rows = labels.text, month.recapitulative
    if not rows:
        yield Saying(_("Nothing in field 7."))
        return
    yield Saying(
        _("Lines: {count}, {amount} in all: field 7 with its credit notes."),
        {
            "count": labels.number(len(rows)),
            "amount": CurrencyAmount(sum((row.amount for row in rows), ZERO), EURO),
        },
    )
    missing = [row for row in rows if row.vat_number is None]
    if missing:
        yield Saying(
            _("Of these without a valid VAT number: {count} ({amount})."),
            {
                "count": labels.number(len(missing)),
                "amount": CurrencyAmount(sum((row.amount for row in missing), ZERO), EURO),
            },
        )
    else:
        yield Saying(_("All have a valid VAT number."))


def _tell_oss(month: AccountMonth, labels: Labels) -> Iterator[Saying]:
    _, oss = labels.text, month.oss
    if not oss.rows and not oss.corrections:
        yield Saying(_("No OSS sales."))
        return
    if oss.rows:
        yield Saying(
            _("Countries: {count}, base {base}, VAT {tax}."),
            {
                "count": labels.number(len({row.country for row in oss.rows})),
                "base": CurrencyAmount(sum((row.base for row in oss.rows), ZERO), EURO),
                "tax": CurrencyAmount(sum((row.tax for row in oss.rows), ZERO), EURO),
            },
        )
    if oss.corrections:
        quarters = dict.fromkeys(sorted(row.quarter for row in oss.corrections))
        yield Saying(
            _("Corrections of earlier quarters ({quarters}): base {base}, VAT {tax}."),
            {
                "quarters": ", ".join(format_quarter(one, labels) for one in quarters),
                "base": CurrencyAmount(sum((row.base for row in oss.corrections), ZERO), EURO),
                "tax": CurrencyAmount(sum((row.tax for row in oss.corrections), ZERO), EURO),
            },
        )
    if oss.unnamed:
        count = labels.number(oss.unnamed)
        yield Saying(
            _("Credit notes that name no document of the account, taken by their own date: {count}."),
            {"count": count},
        )


def _tell_series(month: AccountMonth, labels: Labels) -> Iterator[Saying]:
    _, rows = labels.text, month.series
    if not rows:
        yield Saying(_("No numbered document."))
        return
    yield Saying(_("Series: {count}."), {"count": labels.number(len(rows))})
    if any(row.backwards is None for row in rows):
        yield Saying(
            _("Whether numbers are missing or go back in time cannot be told: documents may be unread.")
        )
        return
    missing = [(row, row.missing) for row in rows if row.missing]
    backwards = [(row, row.backwards) for row in rows if row.backwards]
    if missing:
        yield Saying(_("Missing numbers: {numbers}."), {"numbers": _name(missing, labels)})
    if backwards:
        yield Saying(_("Dated before a lower number: {numbers}."), {"numbers": _name(backwards, labels)})
    if untold := [row for row in rows if row.missing is None]:
        yield Saying(
            _("Begun anew at another number, so of these it cannot be told what is missing: {series}."),
            {"series": ", ".join(_name_series(row, labels) for row in untold)},
        )
    elif not missing and not backwards:
        yield Saying(_("No number is missing, and none goes back in time."))


def _name(found: Iterable[tuple[SeriesRow, tuple[int, ...]]], labels: Labels) -> str:
    """How many there are, and the first of each series."""
    found = list(found)
    parts = []
    for row, numbers in found:
        named = format_numbers(numbers[:NAMED_AT_MOST])
        more = ", …" if len(numbers) > NAMED_AT_MOST else ""
        parts.append(f"{_name_series(row, labels)}: {named}{more}")
    count = sum(len(numbers) for _, numbers in found)
    return f"{labels.number(count)} ({'; '.join(parts)})"


def _name_series(row: SeriesRow, labels: Labels) -> str:
    return " ".join(filter(None, (labels.type(row.type), row.series)))
