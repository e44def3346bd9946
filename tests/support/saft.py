"""An account held against a SAF-T file, without a pipeline: its book, and what was found."""

import calendar
from collections.abc import Iterable, Iterator
from datetime import date

from reports.figures import tables
from reports.figures.parse import parse_document, read_page
from reports.figures.saft.book import BookEntry, list_entries
from reports.figures.saft.compare import Comparer, Elsewhere, SaftResult
from reports.figures.saft.parse_saft import SaftParser
from reports.figures.saft.saft_document import SaftDocument
from reports.figures.saft.saft_places import NAMESPACE
from reports.figures.vat.taxes import Taxation, parse_taxes
from reports.period import Period
from reports.sandbox.data import SandboxAccount
from reports.sandbox.routes import json_text
from reports.sandbox.saft_export import write_month

HEAD = (
    f'<AuditFile xmlns="{NAMESPACE}"><Header><AuditFileVersion>1.04_01</AuditFileVersion>'
    "<TaxRegistrationNumber>500000000</TaxRegistrationNumber>"
    "<StartDate>2026-10-01</StartDate><EndDate>2026-10-31</EndDate></Header>"
)
BEGIN_SALES, END = "<SourceDocuments><SalesInvoices>", "</SalesInvoices></SourceDocuments></AuditFile>"

LINE = (
    "<Line><CreditAmount>10.0000</CreditAmount><Tax><TaxType>IVA</TaxType>"
    "<TaxCountryRegion>PT</TaxCountryRegion><TaxPercentage>23</TaxPercentage></Tax></Line>"
)
INVOICE = (
    "<Invoice><InvoiceNo>FT 2026/7</InvoiceNo>"
    "<DocumentStatus><InvoiceStatus>N</InvoiceStatus></DocumentStatus>"
    "<InvoiceDate>2026-10-05</InvoiceDate><InvoiceType>FT</InvoiceType><CustomerID>7</CustomerID>"
    f"{LINE}<DocumentTotals><TaxPayable>2.30</TaxPayable><NetTotal>10.00</NetTotal>"
    "<GrossTotal>12.30</GrossTotal></DocumentTotals></Invoice>"
)
CUSTOMER = (
    "<MasterFiles><Customer><CustomerID>7</CustomerID><CustomerTaxID>123456789</CustomerTaxID>"
    "<CompanyName>Ana &amp; Filhos</CompanyName></Customer></MasterFiles>"
)
FILE = f"{HEAD}{CUSTOMER}{BEGIN_SALES}{INVOICE}{END}"
"""A file of one document."""


def month_of(year: int, month: int) -> Period:
    return Period(date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1]))


def list_book(account: SandboxAccount, period: Period, *, region: str = "PT") -> list[BookEntry]:
    """The account's side; `region` is the business's own."""
    taxes = parse_taxes([json_text({"taxes": account.taxes})])
    countries = {one["id"]: one.get("country") for one in account.clients}
    entries: list[BookEntry] = []
    for client, papers in account.documents.items():
        listed = read_page(json_text({"invoices": papers})).listed
        laid_out = tables.build(map(parse_document, listed), Taxation(taxes, region, countries.get(client)))
        entries += list_entries(laid_out, period, client=client, name=f"Cliente {client}")
    return entries


def read_all(text: str | bytes, *, name: str = "file.xml") -> list[SaftDocument]:
    """The documents of a file that is in memory."""
    return [*SaftParser([text.encode() if isinstance(text, str) else text], name=name).read()]


def hold_against(
    entries: Iterable[BookEntry], *files: str | bytes, elsewhere: dict[str, Elsewhere] | None = None
) -> SaftResult:
    """What the files differ in from `entries`; `elsewhere`: documents of other dates by number."""
    comparer = Comparer(entries, (elsewhere or {}).get)
    for text in files:
        parser = SaftParser([text.encode() if isinstance(text, str) else text], name="file.xml")
        for document in parser.read():
            comparer.add(document)
        comparer.close_file(parser.control)
    return comparer.finish()


def reconcile(account: SandboxAccount, year: int, month: int, *, region: str = "PT") -> SaftResult:
    """An account held against its own file of a month, which it has."""
    text = write_month(account, year, month)
    assert text is not None
    return hold_against(list_book(account, month_of(year, month), region=region), text)


def list_months(account: SandboxAccount) -> Iterator[tuple[int, int]]:
    """Every year and month of an account that has a document of which its file tells."""
    dates = {str(one["date"])[3:] for papers in account.documents.values() for one in papers}
    for month, year in sorted(day.split("/") for day in dates):
        if write_month(account, int(year), int(month)):
            yield int(year), int(month)
