"""Faults of a value: a document of the page holds what no honest document would, or nobody expected.

`means` says what such a document amounts to where it is reported all the same: figures are compared with
that, and never with what somebody guessed.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from reports.sandbox.documents import Raw
from tests.support.faults.kinds import DOCUMENTS, FAIL, FLAG, RECOVER, TOLERATE, Kind, Meaning, altered

BY_TYPE = ("Invoice", "InvoiceReceipt", "CreditNote", "Receipt")
HOSTILE = "=1+1\x00\x0b\ufffe\u202e<script>alert(1)</script>{{7*7}}'\"&\r\n;,\t😀"
LONG_CHARACTERS = 40_000
DIGITS = 5000


def _kind(change: Meaning, name: str, *, lasting: Any, says: str = "", **options: Any) -> Kind:
    answer = altered(lambda exchange: change(exchange.rows[0]))
    options.setdefault("means", change)
    passing = options.pop("passing", RECOVER)
    return Kind(*("values", name, lasting, passing, answer, says), is_page=True, pages=DOCUMENTS, **options)


def _refused(name: str, says: str, change: Meaning) -> Kind:
    """The client fails, and the reason names the field or what came."""
    return _kind(change, name, lasting=FAIL, says=says)


def _unreadable(name: str, change: Meaning, says: str) -> Kind:
    """Not even to be told which document it is: no second reading helps."""
    return _kind(change, name, lasting=FAIL, passing=FAIL, says=says)


def _flagged(name: str, code: str, change: Meaning, means: Meaning | None = None, **options: Any) -> Kind:
    """Ready, its figures exact, and the document is named in a finding of this code."""
    return _kind(change, name, lasting=FLAG, says=code, means=means or change, **options)


def _fine(name: str, change: Meaning, means: Meaning | None = None) -> Kind:
    return _kind(change, name, lasting=TOLERATE, means=means or change)


def _ignored(name: str, change: Meaning, means: Meaning | None = None) -> Kind:
    """As fine, and no figure rests on it: two readings may differ in it."""
    return replace(_fine(name, change, means), is_compared=False)


def _noted(name: str, code: str, change: Meaning, means: Meaning | None = None) -> Kind:
    """As fine as that, and an information of this code names the document."""
    return _kind(change, name, lasting=TOLERATE, says=code, means=means or change)


def _sets(**fields: object) -> Meaning:
    return lambda row: row.update(fields)


def _drops(*names: str) -> Meaning:
    def change(row: Raw) -> None:
        for name in names:
            row.pop(name, None)

    return change


def _in_line(**fields: object) -> Meaning:
    return lambda row: row["items"][0].update(fields)


def _in_client(**fields: object) -> Meaning:
    return lambda row: row["client"].update(fields)


def _as_texts(row: Raw) -> None:
    for part in (row, *row["items"]):
        part.update({name: f"{value}0" for name, value in part.items() if isinstance(value, Decimal)})


def _noisy(row: Raw) -> None:
    noise = Decimal("4E-17")
    for name in ("sum", "before_taxes", "taxes", "total"):
        row[name] += noise


def _adds(name: str, amount: str) -> Meaning:
    return lambda row: row.update({name: row[name] + Decimal(amount)})


def _adds_to_line(**amounts: str) -> Meaning:
    def change(row: Raw) -> None:
        line = row["items"][0]
        line.update({name: line[name] + Decimal(amount) for name, amount in amounts.items()})

    return change


def _tax(value: object) -> Meaning:
    return lambda row: row["items"][0].update(tax=value)


def _rate(value: object) -> Meaning:
    return lambda row: row["items"][0].update(tax={"id": 1, "name": "IVA", "value": value})


def _withheld(row: Raw) -> None:
    row["retention"] = "5"
    row["total"] -= (row["before_taxes"] * 5 / 100).quantize(Decimal("0.01"), "ROUND_HALF_UP")


def _negative(row: Raw) -> None:
    row.update({name: -row[name] for name in ("before_taxes", "taxes", "total")})


def _nothing(row: Raw) -> None:
    """What was sent means the honest document."""


def _number(text: str) -> Decimal:
    """A number of the reply, written just so."""
    return Decimal(text)


AMOUNTS: dict[str, object] = {
    "NaN": _number("NaN"),
    "Infinity": _number("Infinity"),
    "-Infinity": _number("-Infinity"),
    "1e400": _number("1E+400"),
    "30 digits": 10**30 + 1,
    "30 digits with a point": _number(f"{10**30 + 1}.25"),
    "5,000 digits with a point": _number("7" * DIGITS + ".5"),
    "a million million": 10**12,
    "1234,56": "1234,56",
    "1.234,56": "1.234,56",
    "1 234.56": "1 234.56",
    "€ 1": "€ 1",
    "10 EUR": "10 EUR",
    "the word NaN": "NaN",
    "an empty text": "",
    "blanks": "  ",
    "a word": "dez",
    "hexadecimal": "0x10",
    "underscores": "1_000",
    "digits of another script": "١٢٣",
    "full-width digits": "１２",
    "a half": "1/2",
    "two points": "1.234.56",
    "in brackets": "(10.00)",
    "true": True,
    "false": False,
    "null": None,
    "an object": {"value": 10},
    "a list": [10],
}
NEEDED = ("before_taxes", "taxes", "total")
"""Each amount of a document that has to be read, in turn: every wrong value meets one of them."""

SHOWN = ("sum", "discount")
"""As above, the amounts that no figure rests on."""

ABSENT = (None, "")
WRONG_AMOUNTS = tuple(
    _refused(f"{field}: {name}", f"{field} is ", _sets(**{field: value}))
    for (name, value), field in zip(AMOUNTS.items(), NEEDED * len(AMOUNTS), strict=False)
)
WRONG_SHOWN = tuple(
    _fine(f"{field}: {name}", _sets(**{field: value}))
    if value in ABSENT
    else _flagged(
        *(f"{field}: {name}", "NUMBER-UNREADABLE", _sets(**{field: value}), _sets(**{field: None})),
    )
    for (name, value), field in zip(AMOUNTS.items(), SHOWN * len(AMOUNTS), strict=False)
)
MISSING = (
    *(_refused(f"no {field}", f"{field} is nothing", _drops(field)) for field in NEEDED),
    *(_fine(f"no {field}", _drops(field)) for field in SHOWN),
)
LINE_AMOUNTS = (
    _noted("a line's VAT: null", "LINE-DERIVED", _in_line(tax_amount=None)),
    _refused("a line's VAT: 1,5", "items[1].tax_amount is", _in_line(tax_amount="1,5")),
    _refused("a line's VAT: NaN", "items[1].tax_amount is", _in_line(tax_amount=_number("NaN"))),
    _noted("a line's total: missing", "LINE-DERIVED", lambda row: row["items"][0].pop("total")),
    _noted("a line's VAT and total: null", "LINE-DERIVED", _in_line(tax_amount=None, total=None)),
    _noted("a line's subtotal: null", "LINE-DERIVED", _in_line(subtotal=None)),
    _flagged(
        *("a line without an amount", "LINES-UNREADABLE"),
        _in_line(subtotal=None, tax_amount=None, total=None),
    ),
    _refused("a line's total: an object", "items[1].total is", _in_line(total={"value": 1})),
    _refused("a line's total: true", "items[1].total is", _in_line(total=True)),
    _refused("a line's total: Infinity", "items[1].total is", _in_line(total=_number("Infinity"))),
)
DATES = (
    *(
        _fine(f"{field}: as ISO has it", _sets(**{field: "2026-10-05"}), _sets(**{field: "05/10/2026"}))
        for field in ("date", "due_date")
    ),
    *(
        _refused(f"{field}: {value!r}", f"{field} is", _sets(**{field: value}))
        for field, value in (
            ("date", "31/02/2026"),
            ("date", "29/02/2025"),
            ("date", "00/10/2026"),
            ("date", "10/13/2026"),
            ("date", "2026-10-32"),
            ("date", "2026/10/05"),
            ("date", "2026-10-05T00:00:00"),
            ("date", "05/10/26"),
            ("date", "5 de outubro de 2026"),
            ("date", ""),
            ("date", None),
            ("date", 20261005),
            ("date", "05/10/0026"),
            ("date", ["05/10/2026"]),
            ("due_date", "31/09/2026"),
            ("due_date", "2026-9-31"),
            ("due_date", False),
        )
    ),
)
IDS = (
    *(
        _unreadable(f"id: {name}", _sets(id=value), "no readable id")
        for name, value in {
            "null": None,
            "a word": "abc",
            "true": True,
            "a fraction": Decimal("1.5"),
            "below zero": -5,
            "30 digits": 10**30,
            "a list": [1],
        }.items()
    ),
    _unreadable("id: missing", _drops("id"), "no readable id"),
    _fine("id: digits in a text", lambda row: row.update(id=str(row["id"])), _nothing),
    _flagged(
        "the number of another invoice", "TYPE-AND-NUMBER-TWICE", _sets(inverted_sequence_number="2026/2")
    ),
    _flagged("a document of no client", "CLIENT-ID-MISSING", _drops("client")),
    _flagged("null for the client", "CLIENT-ID-MISSING", _sets(client=None)),
    _flagged("a client without an id", "CLIENT-ID-MISSING", _sets(client={"name": "Ana"})),
    _flagged("null for the client's id", "CLIENT-ID-MISSING", _in_client(id=None)),
)
WORDS = (
    _flagged("type: unknown", "TYPE-UNKNOWN", _sets(type="CryptoInvoice")),
    _flagged("type: in small letters", "TYPE-UNKNOWN", _sets(type="invoice")),
    _flagged("type: null", "TYPE-UNKNOWN", _sets(type=None)),
    _flagged("type: missing", "TYPE-UNKNOWN", _drops("type"), _sets(type=None)),
    _flagged("type: a list", "TYPE-UNKNOWN", _sets(type=["Invoice"]), _sets(type=None)),
    _flagged("status: unknown", "STATUS-UNKNOWN", _sets(status="quarantined")),
    _flagged("status: null", "STATUS-UNKNOWN", _sets(status=None)),
    _flagged("status: missing", "STATUS-UNKNOWN", _drops("status"), _sets(status=None)),
    _flagged("status: a number", "STATUS-UNKNOWN", _sets(status=1)),
    _flagged("currency: unknown", "CURRENCY-UNKNOWN", _sets(currency="Galactic Credit")),
    _flagged("currency: null", "CURRENCY-UNKNOWN", _sets(currency=None)),
    _flagged("currency: missing", "CURRENCY-UNKNOWN", _drops("currency"), _sets(currency=None)),
    _fine("currency: its code", _sets(currency="EUR"), _nothing),
    _flagged("withholding: a word", "WITHHOLDING-UNREADABLE", _sets(retention="foo"), _sets(retention=None)),
    _flagged("withholding: below zero", "WITHHOLDING-UNREADABLE", _sets(retention=-5), _sets(retention=None)),
    _flagged("withholding: 150 %", "WITHHOLDING-UNREADABLE", _sets(retention="150"), _sets(retention=None)),
    _flagged(
        "withholding: NaN", "WITHHOLDING-UNREADABLE", _sets(retention=_number("NaN")), _sets(retention=None)
    ),
    _fine("withholding: 5 % as a text", _withheld),
    _flagged(
        *("a document outside the filter", "OUTSIDE-FILTER", _sets(type="DebitNote")),
        filters=(("by_type", BY_TYPE),),
    ),
)
NO_TAXES: dict[str, object] = {
    "null": None,
    "a text": "IVA23",
    "a number": 23,
    "a list": [],
    "an empty object": {},
    "no id and no rate": {"name": "IVA23", "value": None},
}
LINES = (
    *(
        _flagged(f"lines: {name}", code, _sets(items=value), _sets(items=[]))
        for name, code, value in (
            ("null", "LINES-UNREADABLE", None),
            ("an object", "LINES-UNREADABLE", {"name": "Pão"}),
            ("a text", "LINES-UNREADABLE", "Pão"),
            ("null in a list", "LINES-UNREADABLE", [None]),
            ("a list in a list", "LINES-UNREADABLE", [[]]),
            ("none", "NO-LINES", []),
        )
    ),
    _flagged("lines: missing", "LINES-UNREADABLE", _drops("items"), _sets(items=[])),
    _flagged("one line is null", "LINES-UNREADABLE", lambda row: row["items"].append(None), _nothing),
    *(
        _flagged(f"a line's tax: {name}", "TAX-MISSING", _tax(value), _tax(None))
        for name, value in NO_TAXES.items()
    ),
    _noted("a line's tax: null for the rate", "TAX-RESOLVED", _tax({"id": 1, "name": None, "value": None})),
    _noted("a line's tax: no rate, an id nobody knows", "TAX-RESOLVED", _tax({"id": 77, "value": None})),
    _flagged("a line's tax: missing", "TAX-MISSING", lambda row: row["items"][0].pop("tax"), _tax(None)),
    *(
        _flagged(f"a line's rate: {name}", "TAX-MISSING", _rate(value), _tax(None))
        for name, value in {
            "a word": "vinte",
            "23 %": "23 %",
            "with a comma": "23,0",
            "123": 123,
            "below zero": -23,
            "NaN": _number("NaN"),
            "true": True,
        }.items()
    ),
    _flagged("a line's price: a word", "NUMBER-UNREADABLE", _in_line(unit_price="dez"), _nothing),
    _flagged("a line's quantity: an object", "NUMBER-UNREADABLE", _in_line(quantity={}), _nothing),
    _flagged("a line's subtotal: NaN", "NUMBER-UNREADABLE", _in_line(subtotal=_number("NaN"))),
    _flagged("lines: more net than the document", "LINES-NET", _adds_to_line(subtotal="3", total="3")),
    _flagged("lines: more VAT than the document", "LINES-TAX", _adds_to_line(tax_amount="3", total="3")),
    _flagged("a line's subtotal fits nothing", "LINE-SUBTOTAL", _adds_to_line(subtotal="3")),
)
SUMS = (
    _flagged("sum less discount is not net", "HEADER-NET", _adds("sum", "7")),
    _flagged("a total that fits nothing", "TOTAL-UNEXPLAINED", _adds("total", "7")),
    _flagged("a total of the other sign", "SIGN-CONTRADICTS", lambda row: row.update(total=-row["total"])),
    _flagged("an invoice below zero", "SIGN-CONTRADICTS", _negative),
    _flagged("an amount finer than a cent", "AMOUNT-PRECISION", _adds("total", "0.005")),
    _fine("amounts as texts", _as_texts),
    _fine("binary noise", _noisy, _nothing),
    _fine("a negative zero", _sets(discount=_number("-0.0")), _nothing),
    _fine("an exponent", lambda row: row.update(total=f"{row['total']:E}"), _nothing),
)
TEXTS = (
    _ignored("fields nobody knows", _sets(extra={"a": [1, {"b": None}]}, taxes_2=_number("NaN"), new=True)),
    _ignored(
        "fields nobody knows in line and client", lambda row: (_in_line(x=[1])(row), _in_client(y={})(row))[0]
    ),
    _ignored("fields nested 50 levels", lambda row: row.update(extra=_nested(50)), _nothing),
    _ignored(
        "texts turned against the reader", _sets(reference=HOSTILE, observations=HOSTILE, permalink=HOSTILE)
    ),
    _ignored("40,000 characters", _sets(observations="á" * LONG_CHARACTERS)),
    _ignored("objects for texts", _sets(reference={}, observations=[1], permalink=7, saft_hash=False)),
    _ignored("no texts at all", _drops("reference", "observations", "permalink", "saft_hash", "sequence_id")),
    _ignored("an address for a script", _sets(permalink="javascript:alert(1)")),
    _fine("nothing said of the archive", _sets(archived=None), _sets(archived=False)),
    _noted("no due date", "DUE-DATE-MISSING", _drops("due_date")),
    _noted("null for the due date", "DUE-DATE-MISSING", _sets(due_date=None)),
)


def _nested(levels: int) -> list[Any]:
    nested: list[Any] = []
    for _ in range(levels):
        nested = [nested]
    return nested


VALUES = (*WRONG_AMOUNTS, *WRONG_SHOWN, *MISSING, *LINE_AMOUNTS, *DATES, *IDS, *WORDS, *LINES, *SUMS, *TEXTS)
