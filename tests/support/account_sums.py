"""What the parts of an account's month add up to, as run.json has it: for the oracle's and for the product's.

Amounts in a record are decimal text; sums are `Decimal`.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from tests.support import oracle
from tests.support.account_oracle.account import RawAccount, read_account

Month = Mapping[str, Any]
Pair = tuple[Decimal, Decimal]
EURO = "EUR"

KEYS = {
    "vat_return": ("region", "field", "tax_field", "rate"),
    "outside": ("reason", "code", "currency", "region"),
    "recapitulative": ("country", "vat_number", "code"),
    "oss": ("country", "rate"),
    "oss_corrections": ("country", "quarter"),
}
"""What tells the rows of a list apart."""

AMOUNTS = {
    "vat_return": ("base", "tax", "credit_base", "credit_tax", "documents"),
    "outside": ("base", "tax", "documents"),
    "recapitulative": ("amount",),
    "oss": ("base", "tax"),
    "oss_corrections": ("base", "tax"),
}
"""What of a row can be added over months."""


def add_euro(account: RawAccount) -> Pair:
    """Adds net and VAT of the counted documents in euro, by their headers."""
    counted = (one.document for one in read_account(account).counted())
    own = oracle.totals(one for one in counted if one.currency == EURO)
    return own.net, own.tax


def add_declared(month: Month) -> Pair:
    """Adds what stands in a field or outside of them in euro, and the rounding."""
    euro = [row for row in month["outside"] if row["currency"] == EURO]
    rows = [*month["vat_return"], *euro, month["rounding"]]
    base, tax = (add_column(rows, name) for name in ("base", "tax"))
    credited = (add_column(month["vat_return"], name) for name in ("credit_base", "credit_tax"))
    return base + next(credited), tax + next(credited)


def add_field_7(month: Month) -> Decimal:
    """Adds field 7 of every region, with its credit notes."""
    rows = [row for row in month["vat_return"] if row["field"] == "7"]
    return add_column(rows, "base") + add_column(rows, "credit_base")


def add_column(rows: Iterable[Mapping[str, Any]], name: str) -> Decimal:
    """Adds one column of some rows."""
    return sum((Decimal(row[name]) for row in rows), Decimal(0))


def add_months(months: Sequence[Month]) -> dict[str, Any]:
    """Adds months as far as they can be added: amounts by row, lists one after another."""
    added: dict[str, Any] = {name: _add_rows(months, name) for name in KEYS}
    documents: dict[tuple[Any, ...], list[int]] = {}
    for row in (row for month in months for row in month["recapitulative"]):
        documents.setdefault(_take(row, KEYS["recapitulative"]), []).extend(row["documents"])
    return added | {
        "rounding": [add_column((month["rounding"] for month in months), name) for name in ("base", "tax")],
        "field_40": [row for month in months for row in month["field_40"]],
        "recapitulative documents": {key: sorted(ids) for key, ids in documents.items()},
    }


def _add_rows(months: Sequence[Month], name: str) -> dict[tuple[Any, ...], list[Decimal]]:
    sums: dict[tuple[Any, ...], list[Decimal]] = {}
    for row in (row for month in months for row in month[name]):
        own = [Decimal(row[amount]) for amount in AMOUNTS[name]]
        key = _take(row, KEYS[name])
        sums[key] = [one + other for one, other in zip(sums.get(key, [Decimal(0)] * 9), own, strict=False)]
    return sums


def _take(row: Mapping[str, Any], names: Sequence[str]) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)
