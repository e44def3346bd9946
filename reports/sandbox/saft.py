"""The sandbox's book of a month as SAF-T (PT) 1.04_01.

As recorded files of the service have it: InvoiceNo is prefix, blank and SERIES/NUMBER; issued and cancelled
documents, no drafts; a line's CreditAmount (DebitAmount on credit notes) is its net amount with four
decimals, less the document's own discount; TaxPayable is what the gross amount has beyond the net one;
withholding stands apart; a client without a tax number is customer 0, 999999990. Amounts are in euro: of a
document in another currency the gross amount stands in it too.
"""

import re
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from http import HTTPStatus
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from reports.sandbox.documents import Raw, cents

NAMESPACE = "urn:OECD:StandardAuditFile-Tax:PT_1.04_01"
BUSINESS = "500000000"
NOBODY, NOBODYS_NUMBER = "0", "999999990"
PREFIXES = {
    "Invoice": "FT",
    "InvoiceReceipt": "FR",
    "SimplifiedInvoice": "FS",
    "CashInvoice": "VD",
    "DebitNote": "ND",
    "CreditNote": "NC",
    "VatMossInvoice": "FVM",
    "VatMossCreditNote": "NCM",
}
"""Of credit notes under MOSS no prefix was ever recorded: any will do."""

TYPES_OF_SCHEMA = frozenset(("FT", "FR", "FS", "VD", "ND", "NC"))
ISSUED = ("final", "sent", "settled", "second_copy", "canceled")
CODES = {23: "NOR", 22: "NOR", 16: "NOR", 13: "INT", 12: "INT", 9: "INT", 6: "RED", 4: "RED", 0: "ISE"}
UNSPECIFIED = "M99"
CURRENCIES = {"U.S. dollar": "USD", "Pound sterling": "GBP", "Euro": "EUR"}
EXCHANGE_RATE = Decimal("0.9")
"""Euro for one of any other currency: the book has to have some."""
FOUR_PLACES = Decimal("0.0001")
_NOT_OF_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOT_OF_SERIES = re.compile(r"[\s/^]+")
_REASON = re.compile("M[0-9]{2}")


class SaftRules(NamedTuple):
    """What is assumed of `GET /api/export_saft.json`.

    `refused_with`: an account's plan lacks it (401, 403). `waits`: so often 202 is answered before the file
    is there; `fails`: so often 500 before that; `seconds`: so many pass before each answer and before the
    file. `has_currency`: the amount in another currency stands in the file. `tax_is_gross_less_net`: else
    TaxPayable is the document's VAT.
    """

    refused_with: HTTPStatus | None = None
    waits: int = 2
    fails: int = 0
    seconds: float = 0.0
    has_currency: bool = True
    tax_is_gross_less_net: bool = True


RECORDED_RULES = SaftRules()


class _Totals(NamedTuple):
    net: Decimal
    tax: Decimal
    gross: Decimal
    withholding: Decimal


def write_book(
    documents: list[Raw],
    *,
    year: int,
    month: int,
    region_of: Callable[[Raw, Raw], str],
    rules: SaftRules = RECORDED_RULES,
) -> str | None:
    """The file of a month; None for one without a document. `region_of` tells a document and line theirs."""
    own = [one for one in documents if _is_issued(one) and _month_of(one) == (year, month)]
    if not own:
        return None
    own.sort(key=lambda one: (_iso_day(one["date"]), one["id"]))
    customers = {_customer_id(one): one["client"] for one in own}
    products = {_product_code(item): item for one in own for item in _items(one)}
    last = 31 if month in (1, 3, 5, 7, 8, 10, 12) else 30 if month != 2 else 29 if year % 4 == 0 else 28
    parts = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<AuditFile xmlns="{NAMESPACE}">',
        *_write_header(f"{year}-{month:02}-01", f"{year}-{month:02}-{last}"),
        "<MasterFiles>",
        *(_write_customer(identity, client) for identity, client in customers.items()),
        *(_write_product(code, item) for code, item in products.items()),
        "</MasterFiles>",
        "<SourceDocuments><SalesInvoices>",
        *_write_control(own),
        *(_write_invoice(one, region_of, rules) for one in own),
        "</SalesInvoices></SourceDocuments>",
        "</AuditFile>",
    ]
    return "\n".join(parts)


def count_totals(one: Raw) -> _Totals:
    """Net, VAT, gross and withholding of a document, whichever its `total` is; above zero on credit notes."""
    net, tax, total = (Decimal(str(one[name])) for name in ("before_taxes", "taxes", "total"))
    try:
        rate = Decimal(str(one.get("retention") or 0))
    except ArithmeticError:
        rate = Decimal(0)
    withheld = cents(net * rate / 100)
    is_payable = abs(total - (net + tax - withheld)) <= abs(total - net - tax)
    gross = total + withheld if is_payable else total
    turned = -1 if _is_credit(one) and net < 0 else 1
    return _Totals(turned * net, turned * tax, turned * gross, turned * withheld)


def _is_issued(one: Raw) -> bool:
    return one["type"] in PREFIXES and one["status"] in ISSUED and "inverted_sequence_number" in one


def _month_of(one: Raw) -> tuple[int, int]:
    _, month, year = str(one["date"]).split("/")
    return int(year), int(month)


def _iso_day(text: str) -> str:
    day, month, year = text.split("/")
    return f"{year}-{month}-{day}"


def _customer_id(one: Raw) -> str:
    return str(one["client"]["id"]) if one["client"].get("fiscal_id") else NOBODY


def _items(one: Raw) -> list[Raw]:
    """The schema wants a line at least."""
    return one["items"] or [
        {
            "name": "Sem linhas",
            "unit": None,
            "unit_price": one["before_taxes"],
            "quantity": "1.0",
            "tax": None,
            "subtotal": one["before_taxes"],
            "discount_amount": Decimal(0),
        }
    ]


def _product_code(item: Raw) -> str:
    return _text(item["name"], 60)


def _text(value: Any, most: int) -> str:
    """Text of the schema: one line of characters that XML has, not empty, so long at most."""
    text = " ".join(_NOT_OF_XML.sub("", str(value or "")).split())
    return escape(text[:most].strip() or "Desconhecido")


def _describe(item: Raw) -> str:
    """Of two characters at least."""
    name = _text(item["name"], 200)
    return name if len(name) > 1 else f"{name}."


def _number(one: Raw) -> str:
    """Prefix, blank and SERIES/NUMBER; what the schema lets no series have is a hyphen."""
    series, _, count = str(one["inverted_sequence_number"]).rpartition("/")
    name = _NOT_OF_SERIES.sub("-", _NOT_OF_XML.sub("", series))[:40] or "-"
    return escape(f"{PREFIXES[one['type']]} {name}/{count}")


def _write_header(first: str, last: str) -> Iterator[str]:
    yield (
        "<Header><AuditFileVersion>1.04_01</AuditFileVersion>"
        f"<CompanyID>{BUSINESS}</CompanyID>"
        f"<TaxRegistrationNumber>{BUSINESS}</TaxRegistrationNumber>"
        "<TaxAccountingBasis>F</TaxAccountingBasis><CompanyName>Demonstração, Lda</CompanyName>"
        "<CompanyAddress><AddressDetail>Rua da Amostra, 1</AddressDetail><City>Lisboa</City>"
        "<PostalCode>0000-001</PostalCode><Country>PT</Country></CompanyAddress>"
        f"<FiscalYear>{first[:4]}</FiscalYear><StartDate>{first}</StartDate><EndDate>{last}</EndDate>"
        f"<CurrencyCode>EUR</CurrencyCode><DateCreated>{last}</DateCreated><TaxEntity>Global</TaxEntity>"
        "<ProductCompanyTaxID>500000000</ProductCompanyTaxID>"
        "<SoftwareCertificateNumber>0</SoftwareCertificateNumber>"
        "<ProductID>Sandbox/Demonstração</ProductID><ProductVersion>1</ProductVersion></Header>"
    )


def _write_customer(identity: str, client: Raw) -> str:
    name = "Consumidor final" if identity == NOBODY else client.get("name")
    number = NOBODYS_NUMBER if identity == NOBODY else client["fiscal_id"]
    return (
        f"<Customer><CustomerID>{identity}</CustomerID><AccountID>Desconhecido</AccountID>"
        f"<CustomerTaxID>{_text(number, 30)}</CustomerTaxID><CompanyName>{_text(name, 100)}</CompanyName>"
        f"<BillingAddress><AddressDetail>{_text(client.get('address'), 210)}</AddressDetail>"
        f"<City>Desconhecido</City><PostalCode>{_text(client.get('postal_code'), 20)}</PostalCode>"
        "<Country>Desconhecido</Country></BillingAddress>"
        "<SelfBillingIndicator>0</SelfBillingIndicator></Customer>"
    )


def _write_product(code: str, item: Raw) -> str:
    return (
        f"<Product><ProductType>S</ProductType><ProductCode>{code}</ProductCode>"
        f"<ProductDescription>{_describe(item)}</ProductDescription>"
        f"<ProductNumberCode>{code}</ProductNumberCode></Product>"
    )


def _write_control(own: list[Raw]) -> Iterator[str]:
    valid = [one for one in own if one["status"] != "canceled"]
    debit = sum((_convert(one, count_totals(one).net) for one in valid if _is_credit(one)), Decimal(0))
    credit = sum((_convert(one, count_totals(one).net) for one in valid if not _is_credit(one)), Decimal(0))
    yield (
        f"<NumberOfEntries>{len(own)}</NumberOfEntries><TotalDebit>{debit:.2f}</TotalDebit>"
        f"<TotalCredit>{credit:.2f}</TotalCredit>"
    )


def _is_credit(one: Raw) -> bool:
    return "CreditNote" in str(one["type"])


def _convert(one: Raw, amount: Decimal) -> Decimal:
    """In euro."""
    return amount if one["currency"] == "Euro" else cents(amount * EXCHANGE_RATE)


def _write_invoice(one: Raw, region_of: Callable[[Raw, Raw], str], rules: SaftRules) -> str:
    day, totals, prefix = _iso_day(one["date"]), count_totals(one), PREFIXES[one["type"]]
    status = "A" if one["status"] == "canceled" else "N"
    net = sum((_line_net(item) for item in _items(one)), Decimal(0))
    kept = totals.net / net if net else Decimal(1)
    lines = (
        _write_line(one, item, place, kept=kept, region=region_of(one, item))
        for place, item in enumerate(_items(one), start=1)
    )
    otherwise = "NC" if _is_credit(one) else "FT"
    tax = totals.gross - totals.net if rules.tax_is_gross_less_net else totals.tax
    return (
        f"<Invoice><InvoiceNo>{_number(one)}</InvoiceNo><ATCUD>0</ATCUD>"
        f"<DocumentStatus><InvoiceStatus>{status}</InvoiceStatus>"
        f"<InvoiceStatusDate>{day}T09:00:00</InvoiceStatusDate><SourceID>1</SourceID>"
        "<SourceBilling>P</SourceBilling></DocumentStatus>"
        f"<Hash>0</Hash><HashControl>0</HashControl><Period>{int(day[5:7])}</Period>"
        f"<InvoiceDate>{day}</InvoiceDate>"
        f"<InvoiceType>{prefix if prefix in TYPES_OF_SCHEMA else otherwise}</InvoiceType>"
        "<SpecialRegimes><SelfBillingIndicator>0</SelfBillingIndicator>"
        "<CashVATSchemeIndicator>0</CashVATSchemeIndicator>"
        "<ThirdPartiesBillingIndicator>0</ThirdPartiesBillingIndicator></SpecialRegimes>"
        f"<SourceID>1</SourceID><SystemEntryDate>{day}T09:00:00</SystemEntryDate>"
        f"<CustomerID>{_customer_id(one)}</CustomerID>{''.join(lines)}"
        f"<DocumentTotals><TaxPayable>{_convert(one, tax):.2f}</TaxPayable>"
        f"<NetTotal>{_convert(one, totals.net):.2f}</NetTotal>"
        f"<GrossTotal>{_convert(one, totals.gross):.2f}</GrossTotal>"
        f"{_write_currency(one, totals, rules)}</DocumentTotals>"
        f"{_write_withholding(_convert(one, totals.withholding))}</Invoice>"
    )


def _line_net(item: Raw) -> Decimal:
    """After the line's discount, whichever `subtotal` is: what its total is less its VAT tells."""
    subtotal, discount = Decimal(str(item["subtotal"])), Decimal(str(item["discount_amount"]))
    if not discount:
        return subtotal
    told = Decimal(str(item["total"])) - Decimal(str(item["tax_amount"]))
    return min(subtotal, subtotal - discount, key=lambda net: abs(net - told))


def _write_line(one: Raw, item: Raw, place: int, *, kept: Decimal, region: str) -> str:
    amount = _convert(one, (_line_net(item) * kept).quantize(FOUR_PLACES, ROUND_HALF_UP))
    rate = Decimal(str(item["tax"]["value"])) if item["tax"] else Decimal(0)
    element = "DebitAmount" if _is_credit(one) == (amount >= 0) else "CreditAmount"
    code = CODES.get(int(rate), "OUT") if region.startswith("PT") else "OUT" if rate else "ISE"
    exemption = ""
    if not rate:
        given = str(one.get("tax_exemption") or "")
        reason = given if _REASON.fullmatch(given) else UNSPECIFIED
        exemption = (
            f"<TaxExemptionReason>Isento {reason}</TaxExemptionReason>"
            f"<TaxExemptionCode>{reason}</TaxExemptionCode>"
        )
    day, discount = _iso_day(one["date"]), Decimal(str(item["discount_amount"]))
    # The schema has no amount below nothing: a line that lowers the document stands on the other side.
    return (
        f"<Line><LineNumber>{place}</LineNumber><ProductCode>{_product_code(item)}</ProductCode>"
        f"<ProductDescription>{_describe(item)}</ProductDescription>"
        f"<Quantity>{abs(Decimal(str(item['quantity'])))}</Quantity>"
        f"<UnitOfMeasure>{_text(item['unit'] or 'un', 20)}</UnitOfMeasure>"
        f"<UnitPrice>{abs(Decimal(str(item['unit_price']))):.4f}</UnitPrice><TaxPointDate>{day}</TaxPointDate>"
        f"{_write_reference(one)}<Description>{_describe(item)}</Description>"
        f"<{element}>{abs(amount):.4f}</{element}>"
        f"<Tax><TaxType>IVA</TaxType><TaxCountryRegion>{region}</TaxCountryRegion>"
        f"<TaxCode>{code}</TaxCode><TaxPercentage>{rate.normalize():f}</TaxPercentage></Tax>"
        f"{exemption}<SettlementAmount>{abs(discount):.2f}</SettlementAmount></Line>"
    )


def _write_reference(one: Raw) -> str:
    if not _is_credit(one) or not one.get("reference"):
        return ""
    return f"<References><Reference>{_text(one['reference'], 60)}</Reference></References>"


def _write_currency(one: Raw, totals: _Totals, rules: SaftRules) -> str:
    if one["currency"] == "Euro" or one["currency"] not in CURRENCIES or not rules.has_currency:
        return ""
    return (
        f"<Currency><CurrencyCode>{CURRENCIES[one['currency']]}</CurrencyCode>"
        f"<CurrencyAmount>{totals.gross:.2f}</CurrencyAmount><ExchangeRate>{EXCHANGE_RATE}</ExchangeRate>"
        "</Currency>"
    )


def _write_withholding(amount: Decimal) -> str:
    if not amount:
        return ""
    return (
        "<WithholdingTax><WithholdingTaxType>IRS</WithholdingTaxType>"
        f"<WithholdingTaxAmount>{amount:.2f}</WithholdingTaxAmount></WithholdingTax>"
    )
