"""What every output of a month has to say by the oracle, as facts."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from tests.support import oracle
from tests.support.tie import raw
from tests.support.tie.facts import (
    DOCUMENT_AMOUNTS,
    DRAFT,
    LINE_AMOUNTS,
    PAGE_AMOUNTS,
    SPLIT_AMOUNTS,
    TYPE_AMOUNTS,
    VAT_AMOUNTS,
    WORDS_OF_A_DRAFT,
    Facts,
    Key,
    Month,
    rounded,
)

COUNTS = ("pages", "documents_read", "documents_counted")
TOTAL_FIELDS = {
    "Documents": "documents",
    "Net": "net",
    "VAT": "tax",
    "Rounding": "rounding",
    "Gross": "gross",
    "Withholding": "withholding",
    "Payable": "payable",
    "Open": "open",
    "Overdue": "overdue",
    "Credit": "credit",
}
WITH_PAYABLE = {"totals", "type", "group", "document"}
EXCHANGE = ("Exchange rate", "Counter-value")
SUBTOTAL = "subtotal"
UNDECIDED = "?"
Pair = tuple[Decimal, Decimal]
"""Base and VAT."""

RECORDED_OF_VAT = ("Base", "VAT", "Gross", "Base credit notes", "VAT credit notes")


def counted(client: raw.Client, month: Month, currency: str) -> list[raw.Document]:
    """The counted documents of the period in one currency, by date, then id."""
    return oracle.in_currency(client.counted(month.first, month.last), currency)


def currencies(client: raw.Client, month: Month) -> list[str]:
    """The currencies with something in the period or something open."""
    found = oracle.currencies(client.counted(month.first, month.last)) | oracle.currencies(client.open())
    return sorted(found)


def receipts(client: raw.Client, month: Month, currency: str) -> list[raw.Document]:
    """The receipts of the period in one currency, by date, then id."""
    return oracle.in_currency(client.receipts(month.first, month.last), currency)


def receipt_currencies(client: raw.Client, month: Month) -> list[str]:
    """The currencies of the period's receipts."""
    return sorted(oracle.currencies(client.receipts(month.first, month.last)))


def data_sheets(client: raw.Client, month: Month) -> list[tuple[str, str]]:
    """What each sheet after the summary holds, in order: kind and currency, no currency where it is empty.

    Receipts have no empty sheet.
    """
    here = client.counted(month.first, month.last)
    kinds = {
        "Documents": oracle.currencies(here),
        "Line items": oracle.currencies(one for one in here if one.lines),
        "VAT": oracle.currencies(here),
        "Receipts": {*receipt_currencies(client, month)},
        "Open documents": oracle.currencies(client.open()),
    }
    every = currencies(client, month) or [""]
    return [
        (kind, one if one in held else "")
        for kind, held in kinds.items()
        for one in (receipt_currencies(client, month) if kind == "Receipts" else every)
    ]


def totals(client: raw.Client, month: Month) -> Facts:
    """Documents, their amounts, what is open, overdue and a credit, per currency."""
    facts: Facts = {}
    for currency in currencies(client, month):
        facts |= _amounts((currency, "totals"), counted(client, month, currency), TYPE_AMOUNTS)
        ageing = oracle.ageing(oracle.in_currency(client.open(), currency), month.today)
        facts[currency, "totals", "Open"] = sum(ageing.values(), Decimal(0))
        facts[currency, "totals", "Overdue"] = oracle.overdue(ageing)
        facts[currency, "totals", "Credit"] = ageing["credit"]
    return facts


def parts(client: raw.Client, month: Month) -> Facts:
    """The small tables per currency: subtotals per type, VAT, ageing, twelve months."""
    facts: Facts = {}
    for currency in currencies(client, month):
        here = counted(client, month, currency)
        for kind, some in [*_by_type(here), ("total", here)]:
            facts |= _amounts((currency, "type", kind), some, TYPE_AMOUNTS)
        facts |= vat(here, currency) | vat_subtotals(here, currency)
        facts |= _ageing(oracle.in_currency(client.open(), currency), currency, month)
        months = oracle.twelve_months(oracle.in_currency(client.documents, currency), month.last)
        for name, some in months.items():
            facts |= _amounts((currency, "month", name), some, ("Net", "VAT"))
    return facts


def page(client: raw.Client, month: Month) -> Facts:
    """The statement: totals, the small tables, and every document by its number, in groups per type."""
    facts = totals(client, month) | parts(client, month)
    for currency in currencies(client, month):
        here, left = counted(client, month, currency), oracle.in_currency(client.open(), currency)
        for one in here:
            facts |= _days((currency, "document", one.number), one)
            facts |= _amounts((currency, "document", one.number), [one], PAGE_AMOUNTS)
            facts |= _exchange((currency, "document", one.number), one)
        for kind, some in _by_type(here):
            facts |= _amounts((currency, "group", kind), some, PAGE_AMOUNTS)
        if here:
            facts |= _amounts((currency, "document", "total"), here, PAGE_AMOUNTS)
        for one in left:
            facts |= _days((currency, "open", one.number), one)
            facts |= _amounts((currency, "open", one.number), [one], ("Payable",))
            facts[currency, "open", one.number, "Days overdue"] = _days_overdue(one, month)
        if left:
            facts |= _amounts((currency, "open", "total"), left, ("Payable",))
    for currency in receipt_currencies(client, month):
        own = receipts(client, month, currency)
        facts |= {(currency, "receipt", one.number, "Date"): one.issued.isoformat() for one in own}
        facts |= {
            (currency, "receipt", one.number, "Amount"): one.paid for one in own if one.paid is not None
        }
        facts[currency, "receipt", "total", "Amount"] = sum(
            (one.paid or Decimal(0) for one in own), Decimal(0)
        )
    return facts


def workbook(client: raw.Client, month: Month) -> Facts:
    """The client's workbook: the data sheets, and the summary's totals and small tables."""
    return sheets(client, month) | totals(client, month) | parts(client, month)


def sheets(client: raw.Client, month: Month) -> Facts:
    """The data sheets of the client's workbook: every row, and the stored totals."""
    facts: Facts = {}
    for currency in currencies(client, month):
        if here := counted(client, month, currency):
            facts |= documents(here, currency)
            facts |= _lines([one for one in here if one.lines], currency)
            facts |= vat(here, currency, section="VAT")
        facts |= open_documents(oracle.in_currency(client.open(), currency), currency, month)
    for currency in receipt_currencies(client, month):
        facts |= _receipts(receipts(client, month, currency), currency)
    return facts


def documents(counted_documents: list[raw.Document], currency: str) -> Facts:
    """The rows of documents by id, their order, and their totals."""
    facts: Facts = {(currency, "Documents", "order"): " ".join(str(one.id) for one in counted_documents)}
    for one in counted_documents:
        key = (currency, "Documents", str(one.id))
        facts |= _days(key, one) | _amounts(key, [one], DOCUMENT_AMOUNTS)
        facts[*key, "Number"] = one.number
        facts[*key, "Currency"] = one.currency
        facts |= {(*key, name): "" for name in ("Sum", "Discount") if getattr(one, name.lower()) is None}
        facts |= {(*key, name): "" for name in EXCHANGE} | _exchange(key, one)
        facts[*key, "Exemption"] = one.exemption
        facts[*key, "Archived"] = Decimal(one.archived)
    return facts | _amounts((currency, "Documents", "total"), counted_documents, DOCUMENT_AMOUNTS)


def record(client: raw.Client, month: Month) -> Facts:
    """The figures of the client's entry in the run record, but for the gross of its rounding line."""
    facts = record_with_gross(client, month)
    return {key: value for key, value in facts.items() if key[2:] != ("rounding", "Gross")}


def record_with_gross(client: raw.Client, month: Month) -> Facts:
    """All figures that the client's entry in the run record may have."""
    facts = totals(client, month)
    for currency in currencies(client, month):
        facts |= _ageing(oracle.in_currency(client.open(), currency), currency, month)
        if here := counted(client, month, currency):
            facts |= vat(here, currency, section="VAT")
    kept = {key: value for key, value in facts.items() if _is_recorded(key)}
    counts = (client.pages, len(client.documents), len(client.counted(month.first, month.last)))
    return kept | {("", "counts", name): Decimal(count) for name, count in zip(COUNTS, counts, strict=True)}


def account_sheets(clients: Sequence[raw.Client], month: Month) -> list[tuple[str, str]]:
    """What the sheets of summary.xlsx are for between Clients and Not counted, in order; some are empty."""
    held = sorted({currency for client in clients for currency in currencies(client, month)})
    return [(kind, currency) for kind in ("VAT", "Documents", "Open documents") for currency in held or [""]]


def account(clients: Sequence[raw.Client], month: Month) -> Facts:
    """What summary.xlsx has to say of all clients: totals, VAT, documents, open ones, those not counted."""
    facts = clients_totals(clients, month)
    for client in clients:
        for currency in currencies(client, month) or [""]:
            facts[currency, "Clients", str(client.id), "Client"] = shown_name(client)
        for one in client.not_counted(month.first, month.last):
            key = ("", "Not counted", str(one.id))
            number = DRAFT if one.number in WORDS_OF_A_DRAFT else one.number
            facts |= {(*key, "Number"): number, (*key, "Date"): one.issued.isoformat()}
            facts |= {(*key, "Currency"): one.currency, (*key, "Gross"): one.gross}
    for currency in {currency for client in clients for currency in currencies(client, month)}:
        here = [one for client in clients for one in counted(client, month, currency)]
        left = [one for client in clients for one in oracle.in_currency(client.open(), currency)]
        facts |= open_documents(left, currency, month)
        if not here:
            continue
        facts |= documents(here, currency)
        for client in clients:
            if own := counted(client, month, currency):
                rows = vat(own, currency, section="VAT")
                facts |= {(*key[:2], f"{client.id} {key[2]}", key[3]): value for key, value in rows.items()}
                facts = {key: value for key, value in facts.items() if key[2] != f"{client.id} total"}
        facts |= {
            key: value for key, value in vat(here, currency, section="VAT").items() if key[2] == "total"
        }
    return facts


def clients_totals(clients: Sequence[raw.Client], month: Month) -> Facts:
    """The totals of every client and currency."""
    return {
        (currency, "Clients", str(client.id), name): value
        for client in clients
        for (currency, _, name), value in totals(client, month).items()
    }


def overview(clients: Sequence[raw.Client], month: Month) -> Facts:
    """The totals of every client and currency, and those of all clients together, as on index.html."""
    facts = clients_totals(clients, month)
    together: Facts = {}
    for (currency, kind, _, name), value in facts.items():
        key = (currency, kind, "total", name)
        together[key] = Decimal(together.get(key, 0)) + Decimal(value)
    return facts | together


def shown_name(client: raw.Client) -> str:
    """The client's name in one line."""
    return " ".join(client.name.split())


def open_documents(left: list[raw.Document], currency: str, month: Month) -> Facts:
    """The rows of open documents by id, and their total; nothing when there is none."""
    facts: Facts = {}
    for one in left:
        key = (currency, "Open documents", str(one.id))
        facts |= _days(key, one) | _amounts(key, [one], ("Payable",))
        facts[*key, "Number"] = one.number
        facts[*key, "Currency"] = one.currency
        facts[*key, "Days overdue"] = _days_overdue(one, month)
    return facts | (_amounts((currency, "Open documents", "total"), left, ("Payable",)) if left else {})


def _receipts(own: list[raw.Document], currency: str) -> Facts:
    """The rows of receipts by id, their order, and their total."""
    facts: Facts = {(currency, "Receipts", "order"): " ".join(str(one.id) for one in own)}
    for one in own:
        key = (currency, "Receipts", str(one.id))
        facts |= {(*key, "Number"): one.number, (*key, "Date"): one.issued.isoformat()}
        facts |= {(*key, "Currency"): one.currency, (*key, "Amount"): "" if one.paid is None else one.paid}
    facts[currency, "Receipts", "total", "Amount"] = sum((one.paid or Decimal(0) for one in own), Decimal(0))
    return facts


def vat(some: list[raw.Document], currency: str, *, section: str = "vat") -> Facts:
    """The VAT table: a row per region, rate and code, the rounding line, the total.

    As section VAT, that of the data sheets and the record, rows have their scheme in their names too.
    """
    facts: Facts = {}
    invoices = [one for one in some if not one.is_credit_note]
    credit_notes = [one for one in some if one.is_credit_note]
    for (scheme, region, rate, code), row in oracle.vat_rows(some).items():
        key = (currency, section, vat_name(scheme if section == "VAT" else "", region, rate, code))
        if (*key, "Base") in facts:
            raise ValueError(f"two rows of the VAT table would be called {key}")
        facts |= _vat_amounts(key, _invoiced(row), _credited(row))
        if section == "VAT":
            facts[*key, "Documents"] = Decimal(len(row.documents))
            if rate is not None:
                facts[*key, "Tax names"] = ", ".join(sorted(row.tax_names))
            facts |= {(*key, "Currency"): currency, (*key, "Exemption"): code or ""}
    lacking, credit_lacking = oracle.vat_rounding(invoices), oracle.vat_rounding(credit_notes)
    facts |= _vat_amounts(
        (currency, section, "rounding"),
        (lacking.base, lacking.tax),
        (credit_lacking.base, credit_lacking.tax),
        gross=lacking.gross + credit_lacking.gross,
    )
    own, credited = oracle.totals(invoices), oracle.totals(credit_notes)
    facts |= _vat_amounts(
        (currency, section, "total"),
        (own.net, own.tax),
        (credited.net, credited.tax),
        gross=own.gross + credited.gross,
    )
    return facts


def vat_subtotals(some: list[raw.Document], currency: str) -> Facts:
    """What the rows of each scheme add up to in the small VAT tables, where there is more than one."""
    rows = oracle.vat_rows(some)
    schemes = sorted({scheme for scheme, *_ in rows})
    facts: Facts = {}
    for scheme in schemes if len(schemes) > 1 else []:
        own = [row for key, row in rows.items() if key[0] == scheme]
        amounts = [_add_pairs(split(row) for row in own) for split in (_invoiced, _credited)]
        facts |= _vat_amounts((currency, "vat", f"{SUBTOTAL} {scheme}"), *amounts)
    return facts


def vat_name(scheme: str, region: str | None, rate: str | None, code: str | None) -> str:
    """What a row of the VAT table is called: `pt PT 0 M05`, `ES 21`, `?` undecided, `none` without a tax."""
    return " ".join(word for word in (scheme, region or UNDECIDED, rate or "none", code) if word)


def vat_keys(some: list[raw.Document], rate: str | None, code: str | None) -> dict[oracle.VatKey, Decimal]:
    """The rows of the VAT table that have a rate and a code, with their bases."""
    return {key: row.base for key, row in oracle.vat_rows(some).items() if key[2:] == (rate, code or None)}


def optional(client: raw.Client, month: Month, facts: Facts) -> set[Key]:
    """Facts a reader can do without, as they repeat another one or show nothing but zeros."""
    here = client.counted(month.first, month.last)
    withheld = oracle.currencies(one for one in here if one.withholding)
    credited = {
        currency
        for currency in oracle.currencies(here)
        for row in oracle.vat_rows(oracle.in_currency(here, currency)).values()
        if row.credit_base or row.credit_tax
    }
    left = oracle.currencies(client.open())
    busy = {key[0] for key, value in facts.items() if key[1] == "month" and value}
    mixed = {key[0] for key in facts if len(dict(_by_type(oracle.in_currency(here, key[0])))) > 1}
    return {
        key
        for key in facts
        if (key[0] not in withheld and key[1] in WITH_PAYABLE and key[-1] in {"Withholding", "Payable"})
        or (key[1] in WITH_PAYABLE and key[-1] == "Rounding" and not facts[key])
        or (key[1] == "totals" and key[-1] == "Credit")
        or (key[1] == "document" and key[-1] in EXCHANGE)
        or (key[1:3] == ("ageing", "credit") and not facts[(*key[:3], "Documents")])
        or (key[0] not in credited and key[1] == "vat" and key[-1] in SPLIT_AMOUNTS)
        or (key[0] not in mixed and key[1] == "type")
        or (key[1:3] == ("vat", "rounding") and not facts[key])
        or (key[1:3] == ("vat", "total") and key[0] not in oracle.currencies(here))
        or (key[0] not in busy and key[1] == "month")
        or (key[0] not in left and key[1] == "ageing")
    }


def optional_of_account(facts: Facts) -> set[Key]:
    """Facts that the lists of clients can do without: rounding that is none, and what is a credit."""
    return {
        key
        for key, value in facts.items()
        if key[1] == "Clients" and (key[-1] == "Credit" or (key[-1] == "Rounding" and not value))
    }


def _is_recorded(key: Key) -> bool:
    """Whether the run record has such a fact: no texts, no total of the VAT table, fewer columns."""
    if key[1] == "ageing":
        return key[2] != "total" and key[-1] == "Payable"
    if key[1] == "VAT":
        return key[2] != "total" and key[-1] in RECORDED_OF_VAT[: 3 if key[2] == "rounding" else None]
    return True


def _amounts(key: Key, some: list[raw.Document], names: tuple[str, ...]) -> Facts:
    own = oracle.totals(some)
    amounts = {
        "Documents": Decimal(own.documents),
        "Sum": own.sum,
        "Discount": own.discount,
        "Net": own.net,
        "VAT": own.tax,
        "Rounding": own.rounding,
        "Gross": own.gross,
        "Withholding": own.withholding,
        "Payable": own.payable,
    }
    return {(*key, name): amounts[name] for name in names}


def _exchange(key: Key, document: raw.Document) -> Facts:
    """A document's exchange rate and counter-value, as far as it gives them."""
    given = zip(EXCHANGE, (document.exchange_rate, document.counter_value), strict=True)
    return {(*key, name): value for name, value in given if value is not None}


def _days(key: Key, document: raw.Document) -> Facts:
    due = document.due_date.isoformat() if document.due_date else ""
    return {(*key, "Date"): document.issued.isoformat(), (*key, "Due date"): due}


def _days_overdue(document: raw.Document, month: Month) -> Decimal:
    return Decimal(max(0, oracle.days_late(document, month.today)))


def _by_type(some: list[raw.Document]) -> list[tuple[str, list[raw.Document]]]:
    return [(kind, [one for one in some if one.type == kind]) for kind in sorted({one.type for one in some})]


def _invoiced(row: oracle.VatRow) -> Pair:
    return row.base - row.credit_base, row.tax - row.credit_tax


def _credited(row: oracle.VatRow) -> Pair:
    return row.credit_base, row.credit_tax


def _add_pairs(pairs: Iterable[Pair]) -> Pair:
    bases, taxes = zip(*pairs, strict=True)
    return sum(bases, Decimal(0)), sum(taxes, Decimal(0))


def _vat_amounts(key: Key, invoiced: Pair, credited: Pair, *, gross: Decimal | None = None) -> Facts:
    """The amounts of a row of the VAT table; its gross is base and VAT unless it has one of its own."""
    base, tax = _add_pairs((invoiced, credited))
    amounts = (*invoiced, *credited, base, tax, base + tax if gross is None else gross)
    return {(*key, name): value for name, value in zip(VAT_AMOUNTS, amounts, strict=True)}


def _ageing(left: list[raw.Document], currency: str, month: Month) -> Facts:
    facts: Facts = {}
    for name, amount in oracle.ageing(left, month.today).items():
        held = [one for one in left if oracle.bucket(one, month.today) == name]
        facts[currency, "ageing", name, "Documents"] = Decimal(len(held))
        facts[currency, "ageing", name, "Payable"] = amount
    return facts | _amounts((currency, "ageing", "total"), left, ("Documents", "Payable"))


def _lines(some: list[raw.Document], currency: str) -> Facts:
    if not some:
        return {}
    facts: Facts = {}
    total = dict.fromkeys(LINE_AMOUNTS, Decimal(0))
    for document in some:
        for index, line in enumerate(document.lines):
            key = (currency, "Line items", f"{document.id} {index + 1}")
            amounts = dict(zip(LINE_AMOUNTS, (line.discount, line.net, line.tax, line.gross), strict=True))
            total = {name: total[name] + amounts[name] for name in LINE_AMOUNTS}
            facts |= {(*key, name): rounded(value) for name, value in amounts.items()}
            facts[*key, "Number"] = document.number
            facts[*key, "Date"] = document.issued.isoformat()
            facts[*key, "Currency"] = currency
            facts[*key, "Quantity"] = line.quantity
            facts[*key, "Unit price"] = line.unit_price
            facts[*key, "Discount %"] = line.discount_percent / 100
            facts[*key, "VAT rate"] = line.rate or "none"
            facts[*key, "Tax name"] = line.tax_name or ""
            facts[*key, "Exemption"] = document.exemption if line.rate == "0" else ""
    return facts | {(currency, "Line items", "total", name): rounded(value) for name, value in total.items()}
