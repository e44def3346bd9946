"""What the bookkeeper is shown: all clients of an account, for the overview page and the summary workbook.

Internal: states, reasons and findings stand here, and nothing of it leaves with a client's mail.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import partial
from operator import attrgetter

from reports.figures.changes import Comparison
from reports.figures.checks.finding import Finding
from reports.figures.currencies import currency_order
from reports.figures.totals import CurrencyTotals, Figures
from reports.figures.vat.regions import PT
from reports.money import ZERO
from reports.render.content import changes_report
from reports.render.content.account import (
    FAILED,
    NO_ADDRESS,
    NOT_SELECTED,
    ON_PURPOSE,
    TOO_LARGE,
    AccountSummary,
    ClientLine,
)
from reports.render.content.blocks import (
    Column,
    Grids,
    Kind,
    Mark,
    Row,
    Rows,
    Sheet,
    Tone,
    Value,
    totals_of,
)
from reports.render.content.client_report import Subject, data_sheet, filter_text
from reports.render.content.columns import TOTALS
from reports.render.content.labels import LEVELS, N_, STATES, Labels

_UNMAILED = {
    NO_ADDRESS: N_("Without a mail, because no address is known: {list}."),
    ON_PURPOSE: N_("Without a mail, on purpose: {list}."),
    NOT_SELECTED: N_("Without a mail, because they are not among those that get one this time: {list}."),
    TOO_LARGE: N_("Without a mail, because the files are larger than mail takes: {list}."),
}

_NAMED_AT_MOST = 10


def client_grids(
    subject: Subject,
    figures: Figures,
    findings: Sequence[Finding],
    labels: Labels,
    comparison: Comparison | None = None,
) -> Grids:
    """What one client adds to the summary workbook."""
    extra = {"client": subject.name, "fiscal_id": labels.fiscal_id(subject.fiscal_id)}
    grids: dict[tuple[str, str], Sheet] = {
        (kind, currency): data_sheet(kind, figures, currency, labels=labels, title="", extra=extra)
        for currency in figures.currencies
        for kind in ("documents", "open", "vat")
    }
    grids["not_counted", ""] = data_sheet("not_counted", figures, None, labels=labels, title="", extra=extra)
    grids["findings", ""] = _findings_grid([(subject.name, finding) for finding in findings], labels)
    if comparison:
        grids["changes", ""] = changes_report.changes_grid(subject, comparison, labels)
    return grids


def account_grids(account: AccountSummary, labels: Labels) -> Grids:
    """What the account itself adds to the summary workbook: its findings."""
    if not account.findings:
        return {}
    rows = [(one.client_name or account.name, one.finding) for one in account.findings]
    return {("findings", ""): _findings_grid(rows, labels)}


def account_totals(account: AccountSummary) -> tuple[CurrencyTotals, ...]:
    """The sum over the clients that are covered, a row a currency."""
    return tuple(
        CurrencyTotals(
            currency=currency,
            documents=sum(total.documents for total in _list_totals(account, currency)),
            **{
                key: sum(map(attrgetter(key), _list_totals(account, currency)), ZERO)
                for key in (*TOTALS, "credit")
            },
        )
        for currency in list_currencies(account)
    )


def notes(account: AccountSummary, labels: Labels) -> Sequence[str]:
    """How much of the account is covered, and what these figures are not."""
    _ = labels.text
    if account.clients_in_account is None:
        covered = _("Clients covered: {covered}; how many the account has is not known.")
    else:
        covered = _("Clients covered: {covered} of the account's {count}.")
    lines = [covered.format(covered=len(account.covered), count=account.clients_in_account)]
    if missing := len(account.failed) - len(account.kept):
        failed = _("Clients that failed: {count}; their figures are missing here.")
        lines.append(failed.format(count=missing))
    lines += note_kept(account, labels)
    if hidden := filter_text(account.filters, labels):
        lines.append(hidden)
    rounded = _("Gross amounts are net plus VAT plus each document's own rounding, {amount} in all.")
    lines += [
        rounded.format(amount=labels.money(total.rounding, total.currency))
        for total in account_totals(account)
        if total.rounding
    ]
    lines += _other_countries(account, labels)
    for why, sentence in _UNMAILED.items():
        if clients := account.list_unmailed(why):
            lines.append(_(sentence).format(list=", ".join(client.name for client in clients)))
    for sentence, clients in (
        (_("What InvoiceXpress has as the mail address is none: {list}."), account.unusable_addresses),
        (_("Several addresses in InvoiceXpress, all of them used: {list}."), account.several_addresses),
    ):
        if clients:
            named = (f"{client.name} ({client.listed_address})" for client in clients)
            lines.append(sentence.format(list=", ".join(named)))
    return [*lines, _("The figures follow document dates. This is no VAT return.")]


def note_kept(account: AccountSummary, labels: Labels) -> list[str]:
    """Whose figures are of an earlier reading, and of when; empty where there are none."""
    if not account.kept:
        return []
    names = [f"{client.name} ({_kept_from(client, labels)})" for client in account.kept[:_NAMED_AT_MOST]]
    names += ["…"] if len(account.kept) > _NAMED_AT_MOST else []
    sentence = labels.text(
        "Clients that failed and stand here with the figures of an earlier reading: {count}, {list}."
    )
    return [sentence.format(count=len(account.kept), list=", ".join(names))]


def _kept_from(client: ClientLine, labels: Labels) -> str:
    instant = labels.instant(client.kept_from) if client.kept_from else ""
    return labels.text("as of {instant}").format(instant=instant)


def _other_countries(account: AccountSummary, labels: Labels) -> Iterable[str]:
    """How much of the VAT above is not Portugal's."""
    sentence = labels.text("Of the VAT in {currency}, {amount} on {base} net is not Portuguese: {scheme}.")
    parts = [part for client in account.covered for part in client.schemes if part.scheme != PT]
    for currency, scheme in dict.fromkeys((part.currency, part.scheme) for part in parts):
        own = [part for part in parts if (part.currency, part.scheme) == (currency, scheme)]
        yield sentence.format(
            currency=currency,
            amount=labels.money(sum((part.tax for part in own), ZERO), currency),
            base=labels.money(sum((part.base for part in own), ZERO), currency),
            scheme=labels.scheme(scheme),
        )


def build_clients_grid(account: AccountSummary, labels: Labels) -> Sheet:
    """The list of clients. No total mixes currencies: of several, each has sheets of its own with theirs."""
    _ = labels.text
    currencies = list_currencies(account)
    is_one = len(currencies) <= 1
    has_rounding = any(total.rounding for client in account.clients for total in client.totals)
    columns = (
        Column("id", _("Id"), Kind.INTEGER),
        Column("client", _("Client"), Kind.LONG_TEXT),
        Column("fiscal_id", _("NIF"), Kind.TEXT),
        Column("state", _("State"), Kind.TEXT, marks=(Mark("is", labels.word(STATES, FAILED), Tone.ALARM),)),
        Column("currency", _("Currency"), Kind.TEXT),
        Column("documents", _("Documents"), Kind.INTEGER, has_total=is_one),
        *(
            Column(key, _(heading), Kind.MONEY, is_one, is_hidden=key == "rounding" and not has_rounding)
            for key, heading in TOTALS.items()
        ),
        Column("documents_read", _("Documents read"), Kind.INTEGER),
        Column("warnings", _("Warnings"), Kind.INTEGER, marks=(Mark("above", 0, Tone.ATTENTION),)),
        Column("read_at", _("Read at"), Kind.INSTANT),
        Column("reason", _("Reason"), Kind.LONG_TEXT),
    )
    values = [row for client in account.clients for row in _client_rows(client, labels)]
    rows = Rows.from_rows(values, len(columns))
    totals = totals_of(columns, rows, _("Total")) if is_one else None
    currency = currencies[0] if len(currencies) == 1 else None
    return Sheet("clients", _("Clients"), columns, rows, _("No clients."), currency, totals)


def _client_rows(client: ClientLine, labels: Labels) -> Iterable[Row]:
    fiscal_id = labels.fiscal_id(client.fiscal_id)
    state = labels.word(STATES, client.state)
    state += f" · {_kept_from(client, labels)}" if client.is_kept else ""
    before = (client.id, client.name, fiscal_id, state)
    after = (
        client.documents_read,
        client.warnings,
        client.kept_from if client.is_kept else client.read_at,
        client.reason and labels.failure(client.reason),
    )
    amounts: Sequence[tuple[Value, ...]] = [
        (total.currency, total.documents, *(getattr(total, key) for key in TOTALS)) for total in client.totals
    ]
    for values in amounts or [(None,) * (2 + len(TOTALS))]:
        yield (*before, *values, *after)


def _findings_grid(findings: Sequence[tuple[str, Finding]], labels: Labels) -> Sheet:
    """Findings, each with the name it stands under."""
    _ = labels.text
    columns = (
        Column("client", _("Client"), Kind.LONG_TEXT),
        Column(
            "level",
            _("Level"),
            Kind.TEXT,
            marks=(Mark("is", labels.word(LEVELS, "warning"), Tone.ATTENTION),),
        ),
        Column("code", _("Code"), Kind.TEXT),
        Column("number", _("Number"), Kind.TEXT),
        Column("message", _("Finding"), Kind.LONG_TEXT),
        Column("remedy", _("What to do"), Kind.LONG_TEXT),
        Column("expected", _("Expected"), Kind.AMOUNT_OR_TEXT),
        Column("found", _("Found"), Kind.AMOUNT_OR_TEXT),
        Column("difference", _("Difference"), Kind.AMOUNT_OR_TEXT),
        Column("document", _("Document id"), Kind.INTEGER),
    )
    rows = Rows.from_items(
        columns[1:],
        [finding for _, finding in findings],
        level=lambda finding: labels.word(LEVELS, finding.level),
        number=lambda finding: finding.number and labels.document_number(finding.number),
        message=labels.finding,
        remedy=labels.remedy,
        **{
            name: partial(_read_value, name=name, labels=labels)
            for name in ("expected", "found", "difference")
        },
    )
    names = [name for name, _ in findings]
    return Sheet("findings", "", columns, Rows([names, *rows.columns]), empty="")


def _read_value(finding: Finding, *, name: str, labels: Labels) -> Decimal | str | None:
    """A value of a finding: an amount as a number, everything else in words."""
    amount = finding.read_amount(name)
    return labels.finding_value(finding, name) if amount is None else amount


def list_currencies(account: AccountSummary) -> list[str]:
    names = {total.currency for client in account.clients for total in client.totals}
    return sorted(names, key=currency_order)


def _list_totals(account: AccountSummary, currency: str) -> list[CurrencyTotals]:
    return [total for client in account.clients for total in client.totals if total.currency == currency]
