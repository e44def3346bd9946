"""The clients of the generated account that are in Portugal, and what each shows.

3100001 every type and status of an ordinary month, open documents of every age, an open credit note, one on
        a month of an earlier quarter, a changed name, receipts, a part payment, a total that is a cent less
        than net and VAT, a number that is gone from the service and an invoice that was dated back
3100002 some 700 documents, 1,500 lines: many pages, unrounded VAT, prices that had VAT in them, archived
        ones, and less business in the year before
3100003 withholding of 25, 11.5 and 5 %, once with a total that is gross all the same
3100004 Madeira's rates (PT-MA), a credit note at 5 %, which ended in 2024, and exemptions with a code, with
        M99 and without
3100005 the Azores' rates (PT-AC), mixed rates, a discount on a whole document (its lines add up to more)
3100008 no documents at all
3100010 Consumidor final: simplified invoices, cash sales, a document without lines, prices of four decimals
3100011 a name with slashes and a line break, which was another before; exemptions M30, M31 and M35, of which
        the last began in July 2026; a tax that was deleted
3100012 a name and texts that look like formulas, markup and telephone numbers
3100020 is gone from the list of clients: its one invoice, of a series of its own, is known to the list of a
        period's documents alone
"""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from reports.sandbox.books import FIRST_MONTH, PAID_WHEN_ISSUED, DocumentBook, IssuedDocument
from reports.sandbox.documents import Raw, client
from reports.sandbox.taxes import (
    AZORES,
    DELETED,
    EXEMPT,
    EXEMPT_MADEIRA,
    IVA6,
    IVA13,
    IVA23,
    MADEIRA,
    MADEIRA_ENDED,
)

Writer = Callable[[DocumentBook], None]

OCTOBER = date(2026, 10, 1)
WHOLESALE_SINCE = date(2025, 9, 1)
YEAR_BEFORE = 110
"""Documents of the wholesaler from October 2024 to August 2025."""

WHOLESALE_KINDS = ["Invoice"] * 13 + ["InvoiceReceipt"] * 3 + ["SimplifiedInvoice", "CreditNote", "Receipt"]
RECENT_SINCE = date(2026, 9, 1)
RECENT_STATUSES = ["final"] * 3 + ["settled"] * 2 + ["sent", "second_copy"]
EARLIER_STATUSES = ["settled"] * 19 + ["final"]
GOODS = (
    ("Farinha de trigo T65, saco de 25 kg", "21.90", IVA6, "saco"),
    ("Fermento fresco", "1.85", IVA23, "un"),
    ("Açúcar branco", "0.97", IVA23, "kg"),
    ("Ovos classe M, caixa", "24.40", IVA6, "cx"),
    ("Manteiga sem sal", "7.49", IVA23, "kg"),
    ("Água com gás 0,25 l", "0.55", IVA13, "un"),
    ("Vinho branco da casa", "3.99", IVA13, "gf"),
    ("Café em grão, lote clássico", "14.99", IVA23, "kg"),
    ("Caixa de bolo 30 x 30", "0.42", IVA23, "un"),
    ("Leite meio-gordo", "0.86", IVA6, "l"),
    ("Entrega e descarga", "9.99", IVA23, "serviço"),
)


def _ordinary(book: DocumentBook) -> None:
    flour = book.line("Farinha de trigo T65", "18.40", quantity="12", tax=IVA6, unit="saco")
    coffee = book.line("Café em grão", "11.35", quantity="8.5", tax=IVA23, discount="5", unit="kg")
    water = book.line("Água com gás 0,25 l", "0.39", quantity="240", tax=IVA13)
    service = book.line(" Assistência ao forno ", "62.50", quantity="1.75", tax=IVA23, unit="hora")
    book.every_month(flour, coffee, water, name="Pastelaria São João")
    *_, summer, _, _, _ = [
        book.issue("Invoice", day, flour, service, payment_reference=f"000 {day[5:7]}0 {day[8:]}0")
        for day in ("2026-02-01", "2026-07-15", "2026-08-10", "2026-09-25", "2026-10-03", "2026-10-20")
    ]
    paid = book.issue("Invoice", "2026-10-06", flour, coffee, status="settled", archived=True)
    book.issue("Receipt", "2026-10-09", flour, coffee, about=paid, items=[])
    book.issue("Receipt", "2026-10-09", flour, about=paid, status="canceled")
    sent = book.issue("Invoice", "2026-10-12", coffee, water, status="sent", due_days=None)
    book.issue("CreditNote", "2026-10-15", water, about=sent, observations="Garrafas partidas na entrega")
    book.issue("CreditNote", "2026-10-16", flour, about=paid, status="settled")
    book.issue("CreditNote", "2026-10-16", service, about=summer, status="settled")
    book.issue("Invoice", "2026-10-16", coffee, is_withdrawn=True)
    book.issue("DebitNote", "2026-10-17", book.line("Juros de mora", "7.31", tax=EXEMPT), tax_exemption="M05")
    book.issue("Invoice", "2026-10-18", service, status="second_copy", due_days=8)
    book.issue("Invoice", "2026-10-13", water, status="settled", numbered_on="2026-10-18")
    book.issue("Invoice", "2026-10-19", coffee, status="canceled", observations="Emitida por engano")
    book.issue("Invoice", "2026-10-21", coffee, water, status="deleted")
    book.issue("Invoice", "2026-10-22", flour, service, status="draft", sequence_number="draft")
    book.issue("InvoiceReceipt", "2026-10-23", flour, coffee, water)
    book.issue("InvoiceReceipt", "2026-10-24", service, status="draft")
    book.issue("SimplifiedInvoice", "2026-10-25", water, status="settled")
    repair = [
        book.line("Peças de substituição", "58.7812", tax=IVA23),
        book.line("Entrega", "32.4241", tax=IVA6),
    ]
    book.issue("Invoice", "2026-10-28", *repair, status="settled")
    for status in ("accepted", "refused", "sent"):
        book.issue("Quote", "2026-10-26", flour, service, status=status)
    for kind in ("Proforma", "Shipping", "Transport", "Devolution", "PurchaseOrder"):
        book.issue(kind, "2026-10-27", flour, book.line("Palete a devolver", "0", tax=None))
    book.issue(
        "Invoice", "2026-10-31", flour, book.line("Amostra oferecida", "4.20", quantity="0", tax=IVA23)
    )


def _wholesale(book: DocumentBook) -> None:
    invoices: list[IssuedDocument] = []
    for count in range(600):
        is_october = count >= 320
        first, step = (
            (OCTOBER, (count - 320) * 31 // 280) if is_october else (WHOLESALE_SINCE, count * 395 // 320)
        )
        day = first + timedelta(days=step)
        kind = book.pick(WHOLESALE_KINDS)
        fields: dict[str, Any] = {"archived": day.year == 2025 and count % 3 == 0}
        if kind in ("CreditNote", "Receipt") and invoices:
            about = book.pick(invoices[-9:])
            fields["status"] = "settled" if kind == "Receipt" or count % 2 else "final"
            book.issue(kind, day, *about.lines[: 1 if kind == "CreditNote" else None], about=about, **fields)
            continue
        lines = [_goods(book) for _ in range(book.pick((1, 2, 2, 3, 3, 3)))]
        if kind not in PAID_WHEN_ISSUED:
            fields["status"] = book.pick(RECENT_STATUSES if day >= RECENT_SINCE else EARLIER_STATUSES)
        if count % 61 == 60:
            fields["status"] = "canceled"
        paper = book.issue(kind, day, *lines, due_days=book.pick((0, 30, 30, 60, None)), **fields)
        if kind == "Invoice" and fields["status"] != "canceled":
            invoices.append(paper)
    for count in range(YEAR_BEFORE):
        day = FIRST_MONTH + timedelta(days=count * 334 // YEAR_BEFORE)
        kind = "InvoiceReceipt" if count % 5 == 4 else "Invoice"
        book.issue(kind, day, _goods(book), status="settled", archived=count % 3 == 0)


def _goods(book: DocumentBook) -> Raw:
    """A line of wholesale: every other price had VAT in it, so that its net price has three decimals."""
    name, price, tax, unit = book.pick(GOODS)
    if book.chance.random() < 0.5:
        price = (Decimal(price) / (1 + tax.value / 100)).quantize(Decimal("0.001"))
    quantity, discount = book.pick(("1", "2", "3", "6", "12", "48", "0.5", "2.5")), book.pick("0005")
    return book.line(name, price, quantity=quantity, tax=tax, unit=unit, discount=discount)


def _issue_withholding(book: DocumentBook) -> None:
    fees = book.line("Consulta jurídica", "85.00", quantity="3.5", tax=IVA23, unit="hora")
    travel = book.line("Deslocação", "36.27", tax=IVA23)
    rent = book.line("Renda da loja, outubro", "1250.00", tax=EXEMPT, unit="mês")
    book.every_month(fees, retention="25.0")
    book.issue("Invoice", "2026-10-01", rent, retention=Decimal("25.0"), tax_exemption="M07")
    book.issue("Invoice", "2026-10-07", fees, retention="11.5")
    book.issue("InvoiceReceipt", "2026-10-13", fees, travel, retention=Decimal(5))
    settled = book.issue("Invoice", "2026-10-14", fees, retention="25.0", status="settled", archived=True)
    book.issue("CreditNote", "2026-10-20", fees, about=settled, retention="25.0")
    workshop = book.line("Formação no local", "400.00", tax=IVA23)
    exception = Decimal("492.0") if book.habits.total_is_payable else Decimal("392.0")
    book.issue("Invoice", "2026-10-21", workshop, retention="25.0", total=exception)
    book.issue("FeesNote", "2026-10-28", fees, travel, retention="25.0")


def _madeira(book: DocumentBook) -> None:
    books = book.line("Livros técnicos", "19.90", quantity="7", tax=MADEIRA[2])
    meals = book.line("Refeições", "9.75", quantity="31", tax=MADEIRA[1])
    work = book.line("Manutenção de frio", "48.333", quantity="3", tax=MADEIRA[0], unit="hora")
    exported = book.line("Exportação de conservas", "3120.00", tax=EXEMPT)
    course = book.line("Curso de segurança alimentar", "210.00", tax=EXEMPT_MADEIRA)
    before = book.line("Livros técnicos", "18.40", quantity="5", tax=MADEIRA_ENDED)
    book.every_month(work, meals)
    sold = book.issue("Invoice", "2024-09-12", before, status="settled")
    book.issue("CreditNote", "2026-10-14", before, about=sold, observations="Edição com defeito")
    book.issue("Invoice", "2026-10-02", books, meals, work)
    book.issue("Invoice", "2026-10-08", course, tax_exemption="M07")
    book.issue("Invoice", "2026-10-11", course, work, tax_exemption="M99", status="settled")
    book.issue("InvoiceReceipt", "2026-10-19", course, tax_exemption="")
    book.issue("InvoiceReceipt", "2026-10-20", course)
    book.issue("CreditNote", "2026-10-29", meals)
    book.issue("Invoice", "2026-10-30", exported, tax_exemption="M05")


def _azores(book: DocumentBook) -> None:
    cheese = book.line("Queijo curado", "13.477", quantity="22.4", tax=AZORES[2], unit="kg")
    wine = book.line("Vinho do Pico", "8.95", quantity="18", tax=AZORES[1], discount="10")
    crates = book.line("Caixas isotérmicas", "5.15", quantity="11", tax=AZORES[0])
    book.every_month(cheese, wine)
    book.issue("Invoice", "2026-10-05", cheese, wine, crates)
    book.issue("Invoice", "2026-10-12", cheese, crates, status="settled")
    book.issue("Invoice", "2026-10-16", cheese, wine, crates, document_discount="3")
    book.issue("DebitNote", "2026-10-23", crates)


def _final_consumer(book: DocumentBook) -> None:
    for count in range(14):
        kind = ("SimplifiedInvoice", "CashInvoice", "InvoiceReceipt")[count % 3]
        snack = book.line("Pastel de nata", "1.0619", quantity=str(count + 1), tax=IVA13)
        book.issue(kind, OCTOBER + timedelta(days=2 * count), snack, status="settled")
    book.issue("SimplifiedInvoice", "2026-10-30", status="settled", observations="Oferta da casa")
    book.issue("CashInvoice", "2025-10-14", book.line("Bolo de aniversário", "24.3363", tax=IVA13))


def _issue_building_site(book: DocumentBook) -> None:
    bricks = book.line("Tijolo 30x20x15", "0.475", quantity="1340", tax=DELETED)
    work = book.line("Empreitada de reabilitação", "8400.00", tax=IVA6)
    scrap = book.line("Sucata de cobre", "5.30", quantity="1000", tax=EXEMPT, unit="kg")
    relief = book.line("Serviços de construção civil", "2750.00", tax=EXEMPT)
    housing = book.line("Reabilitação de habitação acessível", "6120.00", tax=EXEMPT)
    for name in ("Obras Silveira", "OBRAS SILVEIRA  "):
        book.issue("Invoice", "2026-03-11", bricks, status="settled", name=name)
    book.issue("Invoice", "2026-10-07", bricks, work)
    for day, one, code in (("14", scrap, "M30"), ("15", relief, "M31"), ("16", housing, "M35")):
        reason = "\nIVA - autoliquidação"
        book.issue("Invoice", f"2026-10-{day}", one, tax_exemption=code, observations=reason)
    book.issue("Proforma", "2026-10-20", work)


def _hostile(book: DocumentBook) -> None:
    lines = (
        book.line("=1+1", "10.00", tax=IVA23, description='=HYPERLINK("https://example.com","aqui")'),
        book.line("@SUM(A1:A9)", "20.00", tax=IVA13, description="+351 000 000 000"),
        book.line("-2+3", "5.50", tax=IVA6, description="Coluna\tseguinte\x0be fim"),
        book.line("<script>alert(1)</script>", "1.25", tax=IVA23, description="</td></table>{{ 7 * 7 }}"),
        book.line("Caixa 🎁 de Natal", "33.00", tax=IVA23, description="Laço 🎀, cartão e \u202eoãtrac"),
        book.line(
            'Cabo 3/4" "flexível"', "7.80", tax=IVA23, description="Linha do caderno de encargos\r\n" * 90
        ),
        book.line("\uff1d1+1", "2.00", tax=EXEMPT, description="#N/A"),
    )
    for day, text in enumerate(("=1+1", "@SUM(1;2)", "+351 000 000 001", "\t=cmd", '"aspas"'), start=5):
        fields: Raw = {"reference": text, "observations": text, "tax_exemption": "M05"}
        book.issue("Invoice", f"2026-10-{day:02}", *lines, **fields)


def _issue_at_the_fair(book: DocumentBook) -> None:
    bread = book.line("Pão de centeio", "1.15", quantity="60", tax=IVA6)
    book.issue("Invoice", "2026-10-21", bread, series="FEIRA")


AT_HOME: tuple[tuple[Raw, Writer], ...] = (
    (client(3100001, "Pastelaria São João & Irmãos, Lda", fiscal_id="500000011"), _ordinary),
    (client(3100002, "Grossista Atlântico Fictício, S.A.", fiscal_id="PT500000022"), _wholesale),
    (client(3100003, "Gabinete Três Pinheiros, Lda", fiscal_id="500 000 033"), _issue_withholding),
    (client(3100004, "Cantina do Funchal Inventado, Lda", fiscal_id="500000044"), _madeira),
    (client(3100005, "Mercearia Ilha do Meio", fiscal_id="500000055", phone="+351 000 000 005"), _azores),
    (client(3100008, "Cliente Novo Sem Papéis, Lda", fiscal_id="500000066"), lambda _: None),
    (client(3100010, "Consumidor final", fiscal_id="999999990", email=None, address=None), _final_consumer),
    (client(3100011, "Obras Silveira\n/ Norte / Sul", fiscal_id="500000079"), _issue_building_site),
    (client(3100012, '=1+1 "Aspas" <script>alert(1)</script>', address="@SUM(A1)", phone="+351"), _hostile),
)
GONE: tuple[tuple[Raw, Writer], ...] = (
    (client(3100020, "Quiosque da Feira Imaginária, Lda", fiscal_id="500000087"), _issue_at_the_fair),
)
"""Clients that are in the list no more, while their documents are on the service still."""
