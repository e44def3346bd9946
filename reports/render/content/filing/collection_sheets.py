"""The sheets of who owes what, and of what is open no longer, each of one currency."""

from collections.abc import Iterable, Sequence

from reports.figures.account.collections import ClosedDocument, ClosedDocuments, Debt
from reports.figures.currencies import currency_order
from reports.money import ZERO
from reports.render.content.account import AccountSummary
from reports.render.content.blocks import Column, DataTab, Kind, Row, Rows, Sheet, totals_of
from reports.render.content.filing.filing_tab import build_filing_tab, name_currency
from reports.render.content.labels import Labels


def build_collection_tabs(account: AccountSummary, labels: Labels) -> list[DataTab]:
    """Client by bucket, the most overdue first, with how to reach them: a sheet a currency."""
    debts = account.month.debts
    currencies = sorted({debt.currency for debt in debts}, key=currency_order)
    note = labels.text(
        "Open documents of any date, as they were when they were read. Part payments are not known: a "
        "document is open until it is paid in full."
    )
    tabs = []
    for currency in currencies:
        title = name_currency(labels.text("Collections"), currency, currencies)
        sheet = _build_debts(title, currency, [debt for debt in debts if debt.currency == currency], labels)
        tabs.append(build_filing_tab(account, sheet, [note], labels))
    return list(filter(None, tabs))


def build_closed_tabs(account: AccountSummary, labels: Labels) -> list[DataTab]:
    """What was open at the last report and is not, paid or set off apart from cancelled or gone: a sheet a
    currency."""
    closed = account.month.closed
    documents = [document for own in closed.values() for document in own.documents]
    currencies = sorted({document.currency for document in documents}, key=currency_order)
    tabs = []
    for currency in currencies:
        title = name_currency(labels.text("No longer open"), currency, currencies)
        sheet = _build_closed(title, currency, account, labels)
        own = [document for document in documents if document.currency == currency]
        tabs.append(build_filing_tab(account, sheet, _note_closed(own, currency, labels), labels))
    return list(filter(None, tabs))


def _build_debts(title: str, currency: str, debts: Sequence[Debt], labels: Labels) -> Sheet:
    _ = labels.text
    buckets = dict.fromkeys(bucket for debt in debts for bucket in debt.buckets)
    columns = (
        Column("name", _("Client"), Kind.LONG_TEXT),
        Column("client", _("Id"), Kind.INTEGER, is_hidden=True),
        *(Column(bucket, labels.bucket(bucket), Kind.MONEY, has_total=True) for bucket in buckets),
        Column("credit", _("Credit"), Kind.MONEY, has_total=True),
        Column("open", _("Open"), Kind.MONEY, has_total=True),
        Column("oldest_due", _("Oldest due date"), Kind.DATE),
        Column("email", _("E-mail"), Kind.LONG_TEXT),
        Column("phone", _("Phone"), Kind.TEXT),
        Column("references", _("Payment references"), Kind.LONG_TEXT),
    )

    def list_row(debt: Debt) -> Row:
        owed = (*(debt.buckets.get(bucket, ZERO) for bucket in buckets), debt.credit, debt.open)
        contact = (debt.contact.email, debt.contact.phone, ", ".join(debt.references) or None)
        return (debt.name, debt.client, *owed, debt.oldest_due, *contact)

    ordered = sorted(debts, key=lambda debt: (-debt.overdue, -debt.open))
    rows = Rows.from_rows(map(list_row, ordered), len(columns))
    totals = totals_of(columns, rows, _("Total"))
    return Sheet(f"collections_{currency}", title, columns, rows, _("No open documents."), currency, totals)


def _build_closed(title: str, currency: str, account: AccountSummary, labels: Labels) -> Sheet:
    _ = labels.text
    columns = (
        Column("number", _("Number"), Kind.TEXT),
        Column("type", _("Type"), Kind.TEXT),
        Column("client", _("Client"), Kind.LONG_TEXT),
        Column("date", _("Date"), Kind.DATE),
        Column("due_date", _("Due date"), Kind.DATE),
        Column("status", _("Status"), Kind.TEXT),
        Column("paid", _("Paid or set off"), Kind.MONEY, has_total=True),
        Column("gone", _("Cancelled or gone"), Kind.MONEY, has_total=True),
        Column("reported_in", _("Reported in"), Kind.TEXT),
        Column("document", _("Document id"), Kind.INTEGER, is_hidden=True),
    )
    names = account.names

    def list_row(client: int, since: ClosedDocuments, document: ClosedDocument) -> Row:
        status = labels.text("Gone") if document.status is None else labels.status(document.status)
        amount = document.payable
        paid, gone = (amount, None) if document.is_paid else (None, amount)
        about = (document.number, labels.type(document.type), names[client])
        days = (document.date, document.due_date)
        return (*about, *days, status, paid, gone, since.since.label, document.document)

    found = [
        (client, own, document)
        for client, own in account.month.closed.items()
        for document in own.documents
        if document.currency == currency
    ]
    rows = Rows.from_rows((list_row(*one) for one in sorted(found, key=_is_gone)), len(columns))
    totals = totals_of(columns, rows, _("Total"))
    return Sheet(f"closed_{currency}", title, columns, rows, _("Nothing to list."), currency, totals)


def _is_gone(found: tuple[int, ClosedDocuments, ClosedDocument]) -> bool:
    return not found[2].is_paid


def _note_closed(documents: Sequence[ClosedDocument], currency: str, labels: Labels) -> Iterable[str]:
    """How many, and how much, of each of the two kinds."""
    _ = labels.text
    yield _("Documents that were open when the period before was reported, and are open no longer.")
    for is_paid, told in (
        (True, _("Paid or set off: {amount} (documents: {count}).")),
        (False, _("Cancelled or gone: {amount} (documents: {count}).")),
    ):
        own = [document.payable for document in documents if document.is_paid is is_paid]
        if own:
            yield told.format(count=len(own), amount=labels.money(sum(own, ZERO), currency))
