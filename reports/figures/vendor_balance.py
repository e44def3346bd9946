"""What a client owes by the vendor's own count, part payments included: shown beside our open documents.

Vendor documentation, "Get client balance": `currency {symbol, code}` and `balance {with_vat, without_vat}`,
among others. A plain amount, and a currency that is a plain text, are taken as well.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from reports import exact_json
from reports.figures.currencies import currency_code
from reports.figures.document import Remark
from reports.money import cents, exact

UNREADABLE = "VENDOR-OPEN-UNREADABLE"
SHOWN_CHARACTERS = 60


@dataclass(frozen=True)
class VendorBalance:
    """`open` in cents, VAT included; positive is owed by the client."""

    currency: str
    open: Decimal


def parse_balance(text: str) -> tuple[VendorBalance | None, tuple[Remark, ...]]:
    """The balance in the answer `text`, and what of it could not be read. None without amount or currency."""
    raw = exact_json.read(text)
    remarks: list[Remark] = []
    currency, balance, field = raw.get("currency"), raw["balance"], "balance"
    name = currency.get("code") if isinstance(currency, Mapping) else currency
    code = currency_code(name.strip()) if isinstance(name, str) and name.strip() else None
    if code is None:
        remarks.append(Remark(UNREADABLE, "currency", _quote(currency)))
    if isinstance(balance, Mapping):
        balance, field = balance.get("with_vat"), "balance.with_vat"
    try:
        amount = cents(exact(balance))
    except ValueError:
        remarks.append(Remark(UNREADABLE, field, _quote(balance)))
        return None, tuple(remarks)
    return VendorBalance(code, amount) if code else None, tuple(remarks)


def is_comparable(filters: Mapping[str, Sequence[str]]) -> bool:
    """Whether everything was read. The vendor counts every document, whatever a filter leaves out."""
    return all(
        not words or (key == "archived" and {*words} >= {"archived", "non_archived"})
        for key, words in filters.items()
    )


def _quote(value: object) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[: SHOWN_CHARACTERS - 1]}…"
