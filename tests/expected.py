"""What every output of a month has to say by the oracle, as facts."""

from decimal import Decimal

from tests import oracle
from tests.facts import (
    DOCUMENT_AMOUNTS,
    LINE_AMOUNTS,
    SPLIT_AMOUNTS,
    TYPE_AMOUNTS,
    VAT_AMOUNTS,
    Facts,
    Key,
    Month,
    rounded,
)


def counted(client: oracle.Client, month: Month, currency: str) -> list[oracle.Document]:
    """The counted documents of the period in one currency, by date, then id."""
    return oracle.in_currency(client.counted(month.first, month.last), currency)


def currencies(client: oracle.Client, month: Month) -> list[str]:
    """The currencies with something in the period or something open."""
    found = oracle.currencies(client.counted(month.first, month.last)) | oracle.currencies(client.open())
    return sorted(found)


def data_sheets(client: oracle.Client, month: Month) -> list[tuple[str, str]]:
    """What each sheet after the summary holds, in order: kind and currency, no currency where it is empty."""
    here = client.counted(month.first, month.last)
    kinds = {
        "Documents": oracle.currencies(here),
        "Line items": oracle.currencies(one for one in here if one.lines),
        "VAT": oracle.currencies(here),
        "Open documents": oracle.currencies(client.open()),
    }
    return [(kind, currency) for kind, held in kinds.items() for currency in sorted(held) or [""]]


def totals(client: oracle.Client, month: Month) -> Facts:
    """Documents, their amounts, open and overdue, per currency."""
    facts: Facts = {}
    for currency in currencies(client, month):
        facts |= _type_amounts((currency, "totals"), counted(client, month, currency))
        ageing = oracle.ageing(oracle.in_currency(client.open(), currency), month.today)
        facts[currency, "totals", "Open"] = sum(ageing.values(), Decimal(0))
        facts[currency, "totals", "Overdue"] = sum(ageing.values(), Decimal(0)) - ageing["current"]
    return facts


def parts(client: oracle.Client, month: Month) -> Facts:
    """The small tables per currency: subtotals per type, VAT, ageing, twelve months."""
    facts: Facts = {}
    for currency in currencies(client, month):
        here = counted(client, month, currency)
        for kind, documents in [*_by_type(here), ("total", here)]:
            facts |= _type_amounts((currency, "type", kind), documents)
        facts |= vat(here, currency)
        facts |= _ageing(oracle.in_currency(client.open(), currency), currency, month)
        months = oracle.twelve_months(oracle.in_currency(client.documents, currency), month.last)
        for name, documents in months.items():
            facts[currency, "month", name, "Net"] = oracle.totals(documents).net
            facts[currency, "month", name, "VAT"] = oracle.totals(documents).tax
    return facts


def page(client: oracle.Client, month: Month) -> Facts:
    """The statement: totals, the small tables, and every document by its number, in groups per type."""
    facts = totals(client, month) | parts(client, month)
    for currency in currencies(client, month):
        here = counted(client, month, currency)
        for one in here:
            facts |= _document((currency, "document", one.number), one)
        for kind, documents in _by_type(here):
            facts |= _amounts((currency, "group", kind), documents)
        facts |= _amounts((currency, "document", "total"), here)
        for one in oracle.in_currency(client.open(), currency):
            facts |= _open((currency, "open", one.number), one, month)
        total = oracle.totals(oracle.in_currency(client.open(), currency))
        facts[currency, "open", "total", "Payable"] = total.payable
    return facts


def sheets(client: oracle.Client, month: Month) -> Facts:
    """The data sheets of the client's workbook: every row, and the stored totals."""
    facts: Facts = {}
    for currency in currencies(client, month):
        if here := counted(client, month, currency):
            facts |= {(currency, "Documents", "order"): " ".join(str(one.id) for one in here)}
            facts |= _amounts((currency, "Documents", "total"), here)
            facts |= _lines(here, currency)
            facts |= vat(here, currency, section="VAT")
        for one in here:
            facts |= _document((currency, "Documents", str(one.id)), one)
        facts |= open_documents(oracle.in_currency(client.open(), currency), currency, month)
    return facts


def open_documents(documents: list[oracle.Document], currency: str, month: Month) -> Facts:
    """The rows of open documents by id, and their total; nothing when there is none."""
    facts: Facts = {}
    for one in documents:
        facts |= _open((currency, "Open documents", str(one.id)), one, month)
    if documents:
        facts[currency, "Open documents", "total", "Payable"] = oracle.totals(documents).payable
    return facts


def vat(documents: list[oracle.Document], currency: str, *, section: str = "vat") -> Facts:
    """The VAT table: a row per rate and code, the rounding line, the total. As section VAT: per scheme too."""
    facts: Facts = {}
    invoices = [one for one in documents if not one.is_credit_note]
    credit_notes = [one for one in documents if one.is_credit_note]
    for (scheme, rate, code), row in oracle.vat_rows(documents).items():
        key = (currency, section, vat_name(scheme if section == "VAT" else "", rate, code))
        if (*key, "Base") in facts:
            raise ValueError(f"two rows of the VAT table would be called {key}")
        invoiced = (row.base - row.credit_base, row.tax - row.credit_tax)
        facts |= _vat_amounts(key, invoiced, (row.credit_base, row.credit_tax))
        if section == "VAT":
            facts[*key, "Documents"] = Decimal(len(row.documents))
            facts[*key, "Tax names"] = ", ".join(sorted(row.tax_names))
    rounding = (oracle.vat_rounding(invoices), oracle.vat_rounding(credit_notes))
    facts |= _vat_amounts((currency, section, "rounding"), *rounding)
    own, credited = oracle.totals(invoices), oracle.totals(credit_notes)
    facts |= _vat_amounts((currency, section, "total"), (own.net, own.tax), (credited.net, credited.tax))
    return facts


def vat_name(scheme: str, rate: str | None, code: str | None) -> str:
    """What a row of the VAT table is called: `pt 0 M05`, `23`, `none` without a tax."""
    return " ".join(word for word in (scheme, rate or "none", code) if word)


def optional(client: oracle.Client, month: Month, facts: Facts) -> set[Key]:
    """Facts a reader can do without, as they repeat another one or show nothing but zeros."""
    here = client.counted(month.first, month.last)
    withheld = oracle.currencies(one for one in here if one.withholding)
    credited = oracle.currencies(one for one in here if one.is_credit_note)
    kinds = {currency: {one.type for one in oracle.in_currency(here, currency)} for currency in withheld | {""}}
    return {
        key
        for key in facts
        if (key[0] not in withheld and key[1] != "open" and key[-1] in {"Withholding", "Payable"})
        or (key[0] not in credited and key[1] == "vat" and key[-1] in SPLIT_AMOUNTS)
        or (key[1:3] == ("vat", "rounding") and not facts[key])
        or (key[1] == "type" and len(kinds.get(key[0], ())) == 1)
    }
