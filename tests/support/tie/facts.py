"""Facts: a key of words, such as `EUR / VAT / pt PT 23 / Base`, and one value; how two sets of them differ.

Columns and their order are a contract, so a column has one name here whatever the language of its heading.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

DRAFT = "rascunho"
"""What the service gives as the number of a draft, which a workbook says in its own language."""
WORDS_OF_A_DRAFT = (DRAFT, "draft", "borrador")

DOCUMENT_COLUMNS = [
    *(
        "Number",
        "Type",
        "Status",
        "Date",
        "Due date",
        "Reference",
        "Currency",
        "Sum",
        "Discount",
        "Net",
        "VAT",
    ),
    *("Rounding", "Gross", "Withholding", "Payable", "Exchange rate", "Counter-value", "Exemption"),
    *("Observations", "Link", "Archived", "Id"),
]
LINE_COLUMNS = [
    *(
        "Number",
        "Type",
        "Status",
        "Date",
        "Item",
        "Description",
        "Unit",
        "Quantity",
        "Unit price",
        "Discount %",
    ),
    *("Discount", "Tax name", "VAT rate", "Exemption", "Net", "VAT", "Gross", "Currency", "Document id"),
]
VAT_COLUMNS = [
    *("Currency", "Scheme", "Region", "Rate", "Exemption", "Reason", "Tax names", "Documents"),
    *("Base invoices", "VAT invoices", "Base credit notes", "VAT credit notes", "Base", "VAT", "Gross"),
]
RECEIPT_COLUMNS = ["Number", "Date", "Reference", "Amount", "Currency", "Link", "Id"]
OPEN_COLUMNS = [
    *("Number", "Type", "Date", "Due date", "Days overdue", "Bucket", "Currency", "Payable"),
    *("Payment reference", "Link", "Id"),
]
CLIENT_COLUMNS = ["Id", "Client", "NIF", "State"]
"""The first columns of the list of clients; those that follow have headings that other tables have too."""

COLUMNS = {
    "Documents": DOCUMENT_COLUMNS,
    "Line items": LINE_COLUMNS,
    "VAT": VAT_COLUMNS,
    "Receipts": RECEIPT_COLUMNS,
    "Open documents": OPEN_COLUMNS,
}
PAGE_AMOUNTS = ("Net", "VAT", "Rounding", "Gross", "Withholding", "Payable")
DOCUMENT_AMOUNTS = ("Sum", "Discount", *PAGE_AMOUNTS)
TYPE_AMOUNTS = ("Documents", *PAGE_AMOUNTS)
LINE_AMOUNTS = ("Discount", "Net", "VAT", "Gross")
SPLIT_AMOUNTS = ("Base invoices", "VAT invoices", "Base credit notes", "VAT credit notes")
VAT_AMOUNTS = (*SPLIT_AMOUNTS, "Base", "VAT", "Gross")
DIGITS_OF_LINES = 8

Key = tuple[str, ...]
Facts = dict[Key, Decimal | str]


@dataclass(frozen=True)
class Month:
    """The period of a run, both days included, and the day it was read on."""

    first: date
    last: date
    today: date


def differences(where: str, found: Facts, *, must: Facts, may: Facts | None = None) -> list[str]:
    """Sentences: every fact of `must` has to be there, and nothing but what `must` and `may` say."""
    allowed = {**(may or {}), **must}
    missing = [f"{where}: {_named(key)} is missing, expected {must[key]}" for key in must if key not in found]
    wrong = [
        f"{where}: {_named(key)} is {value}, expected {allowed.get(key, 'nothing')}"
        for key, value in found.items()
        if key not in allowed or allowed[key] != value
    ]
    return missing + wrong


def ambiguous(where: str, pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Sentences about words that mean two things, and about things that have two words."""
    seen = set(pairs)
    words, things = [word for word, _ in seen], [thing for _, thing in seen]
    return [
        f"{where}: {word!r} stands for {thing!r}, and one of the two for something else as well"
        for word, thing in sorted(seen)
        if words.count(word) > 1 or things.count(thing) > 1
    ]


def add(facts: Facts, key: Key, value: Decimal | str) -> None:
    """Adds a fact. What is said twice gets a key of its own, so that it cannot hide behind the first."""
    facts[(*key, "again") if key in facts else key] = value


def rounded(number: Decimal) -> Decimal:
    """An amount of a line: digits beyond these are the noise of binary fractions."""
    return round(number, DIGITS_OF_LINES)


def _named(key: Key) -> str:
    return " / ".join(key)
