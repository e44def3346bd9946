"""Documents of a client in the shape that replies were recorded in, and with what may be missing from it.

Amounts are Decimal. Ids count from 1; a document's client is CLIENT. TAX_ROWS is what /taxes.json says beside
all of them.
"""

from collections.abc import Callable
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from reports.sandbox.documents import Habits, Raw, Tax, document, line, noisy

CLIENT = 7
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
FAR_BACK_DAYS = 500

HABITS = st.builds(Habits, st.booleans(), st.booleans(), st.booleans())

SALES = ("Invoice", "InvoiceReceipt", "SimplifiedInvoice", "DebitNote", "CreditNote", "CreditNote")
KINDS = (*SALES, *SALES, "VatMossInvoice", "VatMossCreditNote", "CashInvoice", "Receipt", "Quote", "Shipping")
STATUSES = (*("final", "settled", "sent", "second_copy") * 4, "draft", "canceled", "deleted", "accepted")
IVA23, IVA13, IVA6, EXEMPT = (
    Tax(1, "IVA23", Decimal(23)),
    Tax(2, "IVA13", Decimal(13), "PT"),
    Tax(3, "IVA6", Decimal(6), " pt "),
    Tax(4, "Isento", Decimal(0)),
)
MADEIRA = (Tax(5, "IVA22", Decimal(22), "PT-MA"), Tax(6, "IVA12", Decimal(12), "PT-MA"))
AZORES = (Tax(7, "IVA16", Decimal(16), "PT-AC"), Tax(8, "IVA4", Decimal(4), "PT-AC"))
ABROAD = (
    Tax(9, "ES21", Decimal(21), "ES"),
    Tax(10, "FR20", Decimal(20), "FR"),
    Tax(11, "FR5.5", Decimal("5.5"), "FR"),
    Tax(12, "GB20", Decimal(20), "GB"),
)
UNCERTAIN = (
    Tax(13, "IVA4", Decimal(4)),
    Tax(14, "IVA22", Decimal(22)),
    Tax(15, "IVA21", Decimal(21), "Desconhecido"),
    Tax(16, "IVA23", Decimal(23), "Desconhecido"),
    Tax(17, "IVA6", Decimal(6), "Atlantis"),
    Tax(18, "Isento", Decimal(0), "ES"),
)
DELETED = (Tax(91, "IVA23", Decimal(23)), Tax(92, "IVA9", Decimal(9)), Tax(93, "IVA21", Decimal(21)))
"""On documents still, and no longer among the taxes of the account."""

KEPT = (IVA23, IVA13, IVA6, EXEMPT, *MADEIRA, *AZORES, *ABROAD, *UNCERTAIN)
TAX_ROWS: list[Raw] = [
    {"id": tax.id, "name": tax.name, "value": tax.value, "region": tax.region} for tax in KEPT
]
TAXES = (*(IVA23, IVA13, IVA6, EXEMPT) * 4, *KEPT, *DELETED, None)
FREE_ID = 500
PRICES = (
    *("0.01", "0.05", "1", "3.335", "9.99", "10", "49.90", "1234.565", "99999.99", "0", "-5", "2.675"),
    *("0.1234", "2.0244", "17.3333", "81.2999", "1.5"),
)
QUANTITIES = ("1", "2", "0.333", "12.5", "1000", "-1", "0")
DISCOUNTS = ("0", "0", "0", "10", "33.33", "100")
CURRENCIES = (
    *("Euro", "Euro", "Euro", "Euro", "U.S. dollar", "Pound sterling"),
    "eur",
    "Polish złoty",
    " euro\n",
)
COUNTRIES = (None, None, "Portugal", "PT", "Spain", "Espanha", "France", "UK", "Angola", "Atlantis")
WITHHELD = (None, None, None, "25", "11.5", "0")
EXEMPTIONS = ("M07", "M05", "M99", "", None, "M98", "m07", "M07 ")
CENTS_OFF = ("0.01", "-0.02", "0.03", "-0.5", "100", "0.005", "0.015", "0.0049999999999")
OTHER_RATES = ("17", "22.9", "23.1", "100", "100.5", "-1")


@st.composite
def recorded(draw: st.DrawFn) -> list[Raw]:
    """Draws a client's documents, none to seven, in the recorded shape, all under the same habits."""
    habits = draw(HABITS)
    return [draw(_documents(identity, habits)) for identity in range(1, 1 + draw(st.integers(0, 7)))]


@st.composite
def sound(draw: st.DrawFn) -> list[Raw]:
    """Draws documents that can all be read, some of which lack or contradict something."""
    papers = draw(recorded())
    for paper in papers:
        _bend(draw, paper)
    return papers


@st.composite
def _documents(draw: st.DrawFn, identity: int, habits: Habits) -> Raw:
    lines = draw(st.lists(_lines(habits), max_size=4))
    issued = LAST - timedelta(days=draw(st.integers(-5, 40) | st.integers(41, FAR_BACK_DAYS)))
    country = draw(st.sampled_from(COUNTRIES))
    paper = document(
        draw(st.sampled_from(KINDS)),
        issued,
        lines,
        client={"id": CLIENT, "name": "Casa Verde"} | ({"country": country} if country else {}),
        identity=identity,
        number_in_series=identity,
        status=draw(st.sampled_from(STATUSES)),
        retention=draw(st.sampled_from(WITHHELD)),
        document_discount=draw(st.sampled_from(["0", "0", "0", "0", "3", "10", "33.33", "100"])),
        currency=draw(st.sampled_from(CURRENCIES)),
        due_date=draw(st.sampled_from([None, "", "05/10/2026", "02/11/2026", "03/11/2026", "01/08/2026"])),
        tax_exemption=draw(st.sampled_from(EXEMPTIONS)),
        habits=habits,
    )
    return _in_another_hand(draw, paper)


@st.composite
def _lines(draw: st.DrawFn, habits: Habits) -> Raw:
    return line(
        "Serviço",
        draw(st.sampled_from(PRICES)),
        quantity=draw(st.sampled_from(QUANTITIES)),
        tax=draw(st.sampled_from(TAXES)),
        discount=draw(st.sampled_from(DISCOUNTS)),
        habits=habits,
    )


def _bend(draw: st.DrawFn, paper: Raw) -> None:
    """Changes what was seen to come otherwise now and then, in place."""
    if not draw(st.integers(0, 9)):
        name = draw(st.sampled_from(["sum", "discount", "before_taxes", "taxes", "total"]))
        paper[name] = Decimal(paper[name]) + Decimal(draw(st.sampled_from(CENTS_OFF)))
    if not draw(st.integers(0, 9)) and any(item["tax"] for item in paper["items"]):
        odd = next(item for item in paper["items"] if item["tax"])
        odd["tax"] |= {"id": FREE_ID + paper["id"], "value": Decimal(draw(st.sampled_from(OTHER_RATES)))}
    for change in draw(st.lists(st.sampled_from(CHANGES), max_size=2, unique=True)):
        change(paper)


def _leave_out(*names: str) -> Callable[[Raw], None]:
    """Makes a change that takes values out of a document's first line."""

    def change(paper: Raw) -> None:
        for item in paper.get("items", [])[:1]:
            for name in names:
                item.pop(name, None)

    return change


def _set(**values: object) -> Callable[[Raw], None]:
    """Makes a change that gives a document other values, each its own copy."""
    return lambda paper: paper.update(deepcopy(values))


def _set_taxes(**values: object) -> Callable[[Raw], None]:
    """Makes a change that gives the taxes of all lines other values."""

    def change(paper: Raw) -> None:
        for item in paper.get("items", []):
            if item["tax"]:
                item["tax"] |= values

    return change


def _negate(*names: str, lines: bool) -> Callable[[Raw], None]:
    """Makes a change that turns the sign of some of a document's amounts, and of its lines'."""

    def change(paper: Raw) -> None:
        parts = [(paper, names), *((item, LINE_AMOUNTS) for item in paper.get("items", []) if lines)]
        for part, own in parts:
            part.update(
                {name: -Decimal(part[name]) for name in own if part.get(name) not in (None, UNREADABLE)}
            )

    return change


def _write_iso(paper: Raw) -> None:
    """Writes a document's days as yyyy-mm-dd."""
    for name in ("date", "due_date"):
        if paper[name] and "/" in paper[name]:
            paper[name] = "-".join(reversed(paper[name].split("/")))


UNREADABLE = "foo"
LINE_AMOUNTS = ("quantity", "discount_amount", "subtotal", "tax_amount", "total")
HEAD_AMOUNTS = ("sum", "discount", "before_taxes", "taxes", "total")
CHANGES: tuple[Callable[[Raw], None], ...] = (
    _leave_out("tax_amount"),
    _leave_out("total"),
    _leave_out("tax_amount", "total"),
    _leave_out("subtotal"),
    _leave_out("subtotal", "total"),
    _set_taxes(name=None, value=None),
    _set_taxes(id=None),
    _set_taxes(id=None, name=None, value=None),
    _set(sum=None),
    _set(discount=None),
    _set(sum=UNREADABLE),
    _set(items=[]),
    _set(client={"name": "Casa Verde"}),
    _set(client=None),
    _set(inverted_sequence_number="2026/1"),
    _set(multicurrency={"rate": "1.0871", "currency": "U.S. dollar", "total": "12.34"}),
    _negate(*HEAD_AMOUNTS, lines=True),
    _negate(*HEAD_AMOUNTS, lines=False),
    _negate("total", lines=False),
    _write_iso,
    lambda paper: paper.pop("items", None) and None,
)
"""What a reply was seen to leave out or to say otherwise, or may."""


def _in_another_hand(draw: st.DrawFn, paper: Raw) -> Raw:
    """The same document with its amounts as texts, or with the noise of binary arithmetic."""
    hand = draw(st.sampled_from(["plain", "plain", "text", "noise"]))
    if hand == "plain":
        return paper
    write = str if hand == "text" else noisy
    for part in (paper, *paper["items"]):
        part.update({key: write(value) for key, value in part.items() if isinstance(value, Decimal)})
    return paper
