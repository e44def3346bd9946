"""The clients of the generated account that are outside Portugal, and what each shows.

3100006 sales under OSS to four countries: documents with a foreign tax, and until 2025 of the OSS types;
        credit notes on this quarter, on the one before, and on no document that they name
3100007 euros, U.S. dollars and pounds; a euro document that gives a counter-value; exemption M40
3100009 a handful of documents in 2025 and none since, in Spanish; exemption M16
3100013 a company in Spain that buys goods (M16), with credit notes on this quarter and on the one before
3100014 a company in Germany that gets services (M40) and gave goods of the summer back, so that it comes to
        less than nothing in goods; its VAT number has no prefix
3100015 a company in Greece, the last of a triangular sale (M41); its VAT number has blanks
3100016 a company in Northern Ireland that buys goods (M16)
3100017 a company in Switzerland: goods (M05) and admission to a fair (M44)
3100018 a company in the Netherlands that buys goods (M16) and gave no VAT number
3100019 a consumer in Germany under OSS, with a credit note on the second quarter that names its invoice

VAT numbers are valid in form, for else there is no recapitulative statement. They are invented as manuals do
that show how to write one: their digits are 1 2 3 4 5 6 7 and so on.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from reports.sandbox.books import NAME_OF_ABOUT, DocumentBook, IssuedDocument
from reports.sandbox.documents import Raw, client
from reports.sandbox.taxes import EXEMPT, FRANCE, GERMANY, ITALY, IVA23, SPAIN


def _oss(book: DocumentBook) -> None:
    tile = book.line("Azulejo pintado à mão", "49.59", quantity="2", tax=SPAIN)
    old = book.issue("VatMossInvoice", "2025-11-19", tile, status="settled")
    book.issue("VatMossReceipt", "2025-11-19", tile, about=old, items=[])
    book.issue("VatMossCreditNote", "2025-12-03", tile, about=old, status="settled")
    sales: list[IssuedDocument] = []
    for kind, day, tax, price in (
        ("Invoice", "2026-08-19", SPAIN, "49.59"),
        ("InvoiceReceipt", "2026-10-02", GERMANY, "39.9160"),
        ("Invoice", "2026-10-10", ITALY, "57.3770"),
        ("InvoiceReceipt", "2026-10-17", FRANCE, "23.6967"),
        ("Invoice", "2026-10-24", SPAIN, "99.1736"),
    ):
        goods = book.line("Azulejo pintado à mão", price, quantity="2", tax=tax)
        sale = book.issue(kind, day, goods, book.line("Portes", "8.25", tax=tax), status="settled")
        sales.append(sale)
        if kind == "Invoice":
            book.issue("Receipt", day, goods, about=sale, items=[])
    book.issue("Invoice", "2026-10-27", book.line("Manual em francês", "18.00", tax=FRANCE))
    book.issue("InvoiceReceipt", "2026-10-28", book.line("Azulejo levantado na loja", "57.90", tax=IVA23))
    for sale in (sales[0], sales[-1]):
        book.issue("CreditNote", "2026-10-30", *sale.lines[:1], about=sale, status="settled")
    postage = book.line("Portes", "8.25", tax=ITALY)
    book.issue("CreditNote", "2026-10-31", postage, status="settled", observations="Portes oferecidos")


def _currencies(book: DocumentBook) -> None:
    design = book.line("Design of packaging", "640.00", tax=EXEMPT, unit="day", quantity="1.5")
    freight = book.line("Freight", "118.43", tax=EXEMPT, unit=None)
    support = book.line("Support in Lisbon", "75.00", quantity="4", tax=IVA23, unit="hour")
    for currency in ("U.S. dollar", "Pound sterling"):
        export: Raw = {"currency": currency, "tax_exemption": "M05"}
        book.every_month(design, since=date(2025, 9, 1), months=6, **export)
        paid = book.issue("Invoice", "2026-10-06", design, status="settled", **export)
        book.issue("Invoice", "2026-10-13", design, freight, **export)
        book.issue("CreditNote", "2026-10-22", freight, about=paid, **export)
    book.issue("Invoice", "2026-10-09", support)
    dollars = {"rate": "1.09", "currency": "U.S. dollar", "total": Decimal("1046.4")}
    book.issue("Invoice", "2026-10-15", design, tax_exemption="M40", multicurrency=dollars)


def _earlier_only(book: DocumentBook) -> None:
    cork = book.line("Tapones de corcho natural", "0.184", quantity="2500", tax=EXEMPT)
    for day in ("2025-09-18", "2025-11-04", "2025-12-16"):
        book.issue("Invoice", day, cork, status="settled", tax_exemption="M16", archived=True)
    book.issue("CreditNote", "2025-12-22", cork, status="settled", tax_exemption="M16")


def _issue_goods(book: DocumentBook) -> None:
    tiles = book.line("Azulejo industrial", "14.85", quantity="120", tax=EXEMPT)
    glue = book.line("Cola para azulejo", "6.315", quantity="40", tax=EXEMPT, unit="saco")
    book.every_month(tiles, step=3, tax_exemption="M16")
    summer = book.issue("Invoice", "2026-09-17", tiles, glue, status="settled", tax_exemption="M16")
    book.issue("CreditNote", "2026-10-12", glue, about=summer, status="settled", tax_exemption="M16")
    autumn = book.issue("Invoice", "2026-10-08", tiles, glue, tax_exemption="M16")
    broken = book.line("Azulejo industrial", "14.85", quantity="7", tax=EXEMPT)
    book.issue("CreditNote", "2026-10-27", broken, about=autumn, tax_exemption="M16")


def _issue_services(book: DocumentBook) -> None:
    design = book.line("Gestaltung des Katalogs", "92.50", quantity="18", tax=EXEMPT, unit="Stunde")
    samples = book.line("Musterfliesen", "412.40", tax=EXEMPT)
    book.every_month(design, step=3, tax_exemption="M40")
    sent = book.issue("Invoice", "2026-08-26", samples, status="settled", tax_exemption="M16")
    book.issue("Invoice", "2026-10-15", design, tax_exemption="M40")
    book.issue("CreditNote", "2026-10-19", samples, about=sent, status="settled", tax_exemption="M16")


def _issue_triangular_sale(book: DocumentBook) -> None:
    kiln = book.line("Forno para cerâmica", "7480.00", tax=EXEMPT)
    book.issue("Invoice", "2026-10-22", kiln, tax_exemption="M41")


def _issue_to_northern_ireland(book: DocumentBook) -> None:
    linen = book.line("Linen tea towels", "3.98", quantity="250", tax=EXEMPT)
    book.every_month(linen, step=6, tax_exemption="M16")
    book.issue("Invoice", "2026-10-14", linen, tax_exemption="M16")


def _issue_outside_the_union(book: DocumentBook) -> None:
    watch_cases = book.line("Estojos de cortiça", "5.72", quantity="300", tax=EXEMPT)
    ticket = book.line("Entrada na Feira da Cortiça, Lisboa", "185.00", quantity="2", tax=EXEMPT)
    book.every_month(watch_cases, step=3, tax_exemption="M05")
    book.issue("Invoice", "2026-10-09", watch_cases, tax_exemption="M05")
    book.issue("Invoice", "2026-10-23", ticket, status="settled", tax_exemption="M44")


def _issue_without_number(book: DocumentBook) -> None:
    cheese = book.line("Queijo de ovelha", "16.20", quantity="25", tax=EXEMPT, unit="kg")
    book.every_month(cheese, step=6, tax_exemption="M16")
    book.issue("Invoice", "2026-10-26", cheese, tax_exemption="M16")


def _issue_to_consumer(book: DocumentBook) -> None:
    tile = book.line("Azulejo pintado à mão", "49.59", tax=GERMANY)
    frame = book.line("Moldura", "21.85", tax=GERMANY)
    spring = book.issue("Invoice", "2026-05-14", tile, frame, status="settled")
    book.issue("Invoice", "2026-10-20", tile, status="settled")
    given_back = f"Devolução da moldura da {NAME_OF_ABOUT}"
    book.issue("CreditNote", "2026-10-28", frame, about=spring, status="settled", observations=given_back)


ABROAD: tuple[tuple[Raw, Callable[[DocumentBook], None]], ...] = (
    (
        client(
            3100006,
            "Vendas à distância, União Europeia",
            email=None,
            code=None,
            city="Paris",
            country="France",
        ),
        _oss,
    ),
    (client(3100007, "Harbour & Quay Sample Ltd", language="en", country="United Kingdom"), _currencies),
    (client(3100009, "Comercial Ría de Muestra, S.L.", language="es", country="Spain"), _earlier_only),
    (
        client(
            3100013,
            "Azulejos de Ejemplo, S.L.",
            fiscal_id="ESB12345674",
            language="es",
            city="Sevilla",
            country="Spain",
        ),
        _issue_goods,
    ),
    (
        client(
            3100014,
            "Musterfliesen Beispiel GmbH",
            fiscal_id="123456788",
            language="en",
            city="Bremen",
            country="Germany",
        ),
        _issue_services,
    ),
    (
        client(
            3100015,
            "Paradeigma Keramik A.E.",
            fiscal_id="EL 123 456 783",
            language="en",
            city="Patras",
            country="Greece",
        ),
        _issue_triangular_sale,
    ),
    (
        client(
            3100016,
            "Antrim Sample Linen Ltd",
            fiscal_id="XI123456782",
            language="en",
            city="Belfast",
            country="UK",
        ),
        _issue_to_northern_ireland,
    ),
    (
        client(3100017, "Muster Uhren AG", language="en", city="Bern", country="Switzerland"),
        _issue_outside_the_union,
    ),
    (
        client(3100018, "Voorbeeld Kaas B.V.", language="en", city="Utrecht", country="Netherlands"),
        _issue_without_number,
    ),
    (
        client(3100019, "Erika Beispiel", language="en", city="Berlin", country="Germany"),
        _issue_to_consumer,
    ),
)
