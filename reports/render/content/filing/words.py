"""The words of the account's month that summary and overview share: captions, coverage, reasons."""

import datetime as dt
from collections.abc import Iterable
from itertools import groupby

from reports.figures.account.account_month import AccountMonth
from reports.figures.account.vat_return import (
    CODE,
    CURRENCY,
    FOREIGN,
    NO_TAX,
    RATE,
    REGION,
    OutsideRow,
)
from reports.figures.vat.exemptions import NOT_DECLARED, find_exemption
from reports.figures.vat.regions import OSS
from reports.render.content.blocks import CurrencyAmount, Saying
from reports.render.content.labels import N_, Labels

CAPTION = (
    N_("A help with the forms, not the return itself. Sales only, by the date of the document."),
    N_("Not for cash VAT, margin schemes or the exemption of article 53 CIVA."),
    N_("Field 40: only what there is proof of (article 78, no. 5, CIVA)."),
)
KINDS_OF_SUPPLY = {"1": N_("Goods"), "4": N_("Triangular operations"), "5": N_("Services")}
"""What is supplied to clients of the Union, by the code of the recapitulative statement."""

_OUTSIDE = {
    NO_TAX: N_("the line names no VAT"),
    RATE: N_("a rate that the region never had: {rates}"),
    REGION: N_("country or region is not known; {rates}"),
    OSS: N_("OSS, {region}, {rates}"),
    FOREIGN: N_("VAT of another country, {region}, {rates}"),
    CURRENCY: N_("in {currency}: base {base}, VAT {tax}"),
}


def list_caption(labels: Labels) -> tuple[str, ...]:
    """What figures of the account's month are, and whom they do not serve."""
    return tuple(map(labels.text, CAPTION))


def list_coverage(month: AccountMonth, labels: Labels) -> tuple[str, ...]:
    """How many of the account's clients are covered, and why the month is not whole."""
    whole = labels.text("Not whole: {reasons}").format(reasons=" ".join(map(labels.say, month.why)))
    covered, *others = list_covered(month, labels)
    return (covered, *([whole] if month.why else []), *others)


def list_covered(month: AccountMonth, labels: Labels) -> tuple[str, ...]:
    """How many of the account's clients are covered, and whether its own list could be compared."""
    _, coverage = labels.text, month.coverage
    if coverage.clients_of_account is None:
        covered = _("Clients covered: {covered}; how many the account has is not known.")
    else:
        covered = _("Clients covered: {covered} of the account's {count}.")
    lines = [covered.format(covered=coverage.clients, count=coverage.clients_of_account)]
    if not month.is_listed:
        unlisted = _(
            "The account's own list of documents was not available: whether it knows more documents could "
            "not be checked."
        )
        lines.append(unlisted)
    if month.saft and month.saft.is_cash_vat:
        lines.append(_("The SAF-T file marks documents for cash VAT, for which these figures do not serve."))
    return tuple(lines)


def is_left_out(row: OutsideRow, day: dt.date) -> bool:
    """Whether the exemption's code, as of `day`, says that the sales are declared nowhere in the return."""
    exemption = find_exemption(row.key.code, day) if row.key.code else None
    return exemption is not None and exemption.outside == NOT_DECLARED


def explain_outside(row: OutsideRow, day: dt.date, labels: Labels) -> str:
    """Why sales are in no field, with the code's mention on `day`, the rates, the country, the currency.

    Amounts of another currency are in the words: no number beside those in euro.
    """
    key, amounts = row.key, row.amounts
    exemption = find_exemption(key.code, day) if key.code else None
    if key.reason == CODE and key.code:
        wording = exemption and (exemption.mention or exemption.norm)
        reason = " ".join(filter(None, (key.code, wording)))
    elif key.reason == CODE:
        reason = labels.text("0% without an exemption code")
    else:
        reason = labels.text(_OUTSIDE[key.reason]).format(
            rates=", ".join(map(labels.percent, sorted(amounts.rates, reverse=True))),
            region=labels.region(key.region),
            currency=key.currency,
            base=labels.money(amounts.net, key.currency),
            tax=labels.money(amounts.vat, key.currency),
        )
    by_hand, left_out = labels.text("To be decided by hand: {reason}"), labels.text("Not declared: {reason}")
    return (left_out if is_left_out(row, day) else by_hand).format(reason=reason)


def format_numbers(numbers: Iterable[int]) -> str:
    """`77, 80–84`, of numbers in ascending order; "" for none."""
    runs = (list(run) for _, run in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]))
    ends = ((run[0][1], run[-1][1]) for run in runs)
    return ", ".join(f"{first}" if first == last else f"{first}–{last}" for first, last in ends)


def write_saying(saying: Saying, labels: Labels) -> str:
    """The sentence as plain text."""
    shown = {
        name: labels.money(*value) if isinstance(value, CurrencyAmount) else value
        for name, value in saying.values.items()
    }
    return saying.form.format_map(shown)


def describe_supply(code: str, labels: Labels) -> str:
    """A kind of the recapitulative statement with its code: `5 – Services`."""
    return f"{code} – {labels.word(KINDS_OF_SUPPLY, code)}"


def format_quarter(quarter: str, labels: Labels) -> str:
    """`2026-Q2` in words."""
    year, number = quarter.split("-Q")
    return labels.text("Quarter {number} of {year}").format(number=number, year=year)
