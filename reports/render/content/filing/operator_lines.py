"""The account's month in three lines, for the mail that tells the operator how a run ended. For no client."""

from collections.abc import Sequence

from reports.figures.account.vat_return import TAX_FIELDS
from reports.figures.currencies import EURO, currency_order
from reports.money import ZERO
from reports.render.content.account import AccountSummary
from reports.render.content.filing.words import is_left_out
from reports.render.content.labels import Labels


def list_operator_lines(account: AccountSummary, labels: Labels) -> Sequence[str]:
    """VAT due, what is left to decide, what is overdue; empty for an account without figures."""
    if not account.covered:
        return []
    return [_tell_vat(account, labels), _tell_open_questions(account, labels), _tell_overdue(account, labels)]


def _tell_vat(account: AccountSummary, labels: Labels) -> str:
    _, month = labels.text, account.month
    taxed = [row.amounts for row in month.vat_return if row.tax_field]
    fields = ", ".join(sorted(TAX_FIELDS.values()))
    due = _("VAT of fields {fields}: {tax} of invoices, {credited} of credit notes.").format(
        fields=fields,
        tax=labels.money(sum((own.tax for own in taxed), ZERO), EURO),
        credited=labels.money(sum((own.credit_tax for own in taxed), ZERO), EURO),
    )
    whole = _("The month is whole.") if month.is_whole else _("The month is not whole.")
    return " ".join([due, whole, *map(labels.say, month.why)])


def _tell_open_questions(account: AccountSummary, labels: Labels) -> str:
    _, last = labels.text, account.period.last
    rows = [row for row in account.month.outside if not is_left_out(row, last)]
    parts = []
    for currency in sorted({row.key.currency for row in rows}, key=currency_order):
        own = [row.amounts for row in rows if row.key.currency == currency]
        amount = labels.money(sum((one.net for one in own), ZERO), currency)
        parts.append(_("{amount} net").format(amount=amount))
    by_hand = _("To decide by hand: {list}.").format(list="; ".join(parts) or _("nothing"))
    codes = dict.fromkeys(one.finding.code for one in account.findings if one.finding.level == "warning")
    warned = _("Warnings of the account: {list}.").format(list=", ".join(codes) or _("none"))
    return f"{by_hand} {warned}"


def _tell_overdue(account: AccountSummary, labels: Labels) -> str:
    _ = labels.text
    overdue = [debt for debt in account.month.debts if debt.overdue > 0]
    parts = []
    for currency in sorted({debt.currency for debt in overdue}, key=currency_order):
        own = [debt.overdue for debt in overdue if debt.currency == currency]
        amount = labels.money(sum(own, ZERO), currency)
        parts.append(_("{amount} (clients: {count})").format(amount=amount, count=labels.number(len(own))))
    return _("Overdue: {list}.").format(list="; ".join(parts) or _("nothing"))
