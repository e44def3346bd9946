"""From pages to documents: the only module that knows what the vendor calls a document's fields.

`before_taxes` becomes `net`, `taxes` `tax`, `retention` `withholding_rate`, `dd/mm/yyyy` a date. Nothing is
repaired here: what cannot be read exactly becomes None and leaves a remark, and `checks` decides what that
means.
"""

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from reports import exact_json
from reports.errors import DataError
from reports.figures.currencies import currency_code
from reports.figures.document import Document, LineItem, Remark, Snapshot
from reports.figures.vat.exemptions import normalise_code
from reports.figures.vat.taxes import parse_rate
from reports.money import CENT, cents, exact
from reports.period import parse_document_day

MOST_ID_DIGITS = 18
"""What fits into the 64 bits of a table's column."""

READ_AGAIN = "Read the client again, without --offline and --resume"


class StoredPage(NamedTuple):
    """What a page lists, as `exact_json` reads it, and how many entries it says the whole list has."""

    listed: list[dict[str, object]]
    total: int | None


def read_page(body: str) -> StoredPage:
    """Reads the exact text of a page. Raises DataError when it is no page of documents."""
    try:
        page = _to_mapping(exact_json.read(body))
    except ValueError:
        page = {}
    listed = page.get("invoices")
    if not isinstance(listed, list) or not all(isinstance(raw, dict) for raw in listed):
        raise DataError(f"A stored page holds no documents as this API gives them. {READ_AGAIN}")
    return StoredPage(listed, _whole(_to_mapping(page.get("pagination")).get("total_entries")))


def list_own_documents(listed: Iterable[Mapping[str, Any]], client: int) -> set[int]:
    """Lists the ids of those documents of a stored page, as JSON has them, that say they are of this client,
    or of none: these came with the client's own."""
    snapshots = ((document, document.get("client")) for document in listed)
    owners = ((document, own.get("id") if isinstance(own, dict) else None) for document, own in snapshots)
    return {int(document["id"]) for document, owner in owners if owner is None or str(owner) == str(client)}


def parse_document(raw: Mapping[str, object]) -> Document:
    """One document of the reply, as `exact_json` reads it. Raises DataError for one without a readable id."""
    identity = _whole(raw.get("id"))
    if identity is None:
        raise DataError(f"A stored document has {_quote(raw.get('id'))} for its id. {READ_AGAIN}")
    reader = _FieldReader(raw)
    exchange = _FieldReader(_to_mapping(raw.get("multicurrency")), reader.remarks, "multicurrency.")
    payment = _FieldReader(_to_mapping(raw.get("mb_reference")), reader.remarks, "mb_reference.")
    currency_name, exchange_currency = reader.text("currency"), exchange.text("currency")
    return Document(
        id=identity,
        type=reader.text("type") or "",
        status=reader.text("status") or "",
        archived=raw.get("archived") in (True, "true"),
        sequence_number=reader.text("sequence_number"),
        inverted_sequence_number=reader.text("inverted_sequence_number"),
        sequence_id=reader.text("sequence_id"),
        date=reader.day("date", is_required=True),
        due_date=reader.day("due_date", is_required=False),
        reference=reader.text("reference"),
        observations=reader.text("observations"),
        permalink=reader.text("permalink"),
        saft_hash=reader.text("saft_hash"),
        atcud=reader.text("atcud"),
        currency=currency_code(currency_name),
        currency_name=currency_name,
        exchange_rate=exchange.parse_shown("rate"),
        exchange_currency=currency_code(exchange_currency) if exchange_currency else None,
        counter_value=exchange.parse_shown("total"),
        sum=reader.parse_shown_amount("sum"),
        discount=reader.parse_shown_amount("discount"),
        net=reader.header_amount("before_taxes"),
        tax=reader.header_amount("taxes"),
        total=reader.header_amount("total"),
        withholding_rate=reader.parse_withholding_rate(),
        exemption=normalise_code(reader.text("tax_exemption")),
        mb_entity=payment.text("entity"),
        mb_reference=payment.text("reference"),
        mb_value=payment.parse_shown("value"),
        client=_snapshot(_to_mapping(raw.get("client"))),
        items=tuple(reader.line_items()),
        remarks=tuple(reader.remarks),
    )


def parse_owner(raw: Mapping[str, object]) -> Document:
    """Of a document its id, date and client alone, and nothing of its amounts. Raises as `parse_document`."""
    return parse_document({key: raw[key] for key in ("id", "date", "client") if key in raw})


def _snapshot(raw: Mapping[str, object]) -> Snapshot:
    reader = _FieldReader(raw)
    return _one_snapshot(
        Snapshot(
            id=_whole(raw.get("id")),
            name=reader.line("name"),
            email=reader.line("email"),
            address=reader.text("address"),
            postal_code=reader.line("postal_code"),
            country=reader.line("country"),
            code=reader.line("code"),
            fiscal_id=reader.line("fiscal_id"),
            phone=reader.line("phone"),
        )
    )


@lru_cache(maxsize=8)
def _one_snapshot(snapshot: Snapshot) -> Snapshot:
    """Equal ones are one object: a client seldom changes."""
    return snapshot


class _FieldReader:
    """Reads the fields of one JSON object and notes what it could not take as it stands."""

    __slots__ = ("path", "raw", "remarks")

    def __init__(
        self, raw: Mapping[str, object], remarks: list[Remark] | None = None, path: str = ""
    ) -> None:
        self.raw = raw
        self.remarks: list[Remark] = [] if remarks is None else remarks
        self.path = path

    def text(self, key: str) -> str | None:
        """Text without blanks around it; None when there is none."""
        text = _as_text(self.raw.get(key))
        return text.replace("\r\n", "\n").replace("\r", "\n").strip() or None

    def line(self, key: str) -> str | None:
        """Text on one line: names of clients come with line breaks in them."""
        return " ".join(_as_text(self.raw.get(key)).split()) or None

    def parse_required(self, key: str) -> Decimal | None:
        """An amount the figures need."""
        try:
            return exact(self.raw.get(key))
        except ValueError:
            self.remark("AMOUNT-UNREADABLE", key)
            return None

    def header_amount(self, key: str) -> Decimal | None:
        """An amount of the document itself, in cents; more decimals than cents leave a remark."""
        return self._to_cents(self.parse_required(key), key)

    def line_amount(self, key: str) -> Decimal | None:
        """An amount that can be worked out where it is absent, and has to be one where it is not."""
        return None if _is_absent(self.raw.get(key)) else self.parse_required(key)

    def parse_shown_amount(self, key: str) -> Decimal | None:
        """An amount of the document that no figure rests on, in cents."""
        return self._to_cents(self.parse_shown(key), key)

    def parse_shown(self, key: str) -> Decimal | None:
        """A number that is shown but never added: absent is fine, nonsense leaves a remark."""
        value = self.raw.get(key)
        if value is None:
            return None
        try:
            return exact(value)
        except ValueError:
            if not _is_absent(value):
                self.remark("NUMBER-UNREADABLE", key)
            return None

    def parse_withholding_rate(self) -> Decimal | None:
        """Percent of the net amount; None when there is none."""
        value = self.raw.get("retention")
        if _is_absent(value):
            return None
        rate = parse_rate(value)
        if rate is None:
            self.remark("WITHHOLDING-UNREADABLE", "retention")
        return rate or None

    def day(self, key: str, *, is_required: bool) -> dt.date | None:
        """`dd/mm/yyyy`, where 03/04 is the third of April, or ISO's `yyyy-mm-dd`."""
        value = self.raw.get(key)
        if not is_required and _is_absent(value):
            return None
        try:
            return parse_document_day(str(value))
        except ValueError:
            self.remark("DATE-UNREADABLE", key)
            return None

    def line_items(self) -> Iterator[LineItem]:
        items = self.raw.get("items")
        if not isinstance(items, list):
            self.remark("LINES-UNREADABLE", "items")
            return
        for position, item in enumerate(items, start=1):
            if isinstance(item, dict):
                yield _FieldReader(item, self.remarks, f"items[{position}].").line_item(position)
            else:
                self.remarks.append(Remark("LINES-UNREADABLE", f"items[{position}]", _quote(item)))

    def line_item(self, position: int) -> LineItem:
        tax_of = _FieldReader(_to_mapping(self.raw.get("tax")))
        tax_id, percent = tax_of.text("id"), tax_of.raw.get("value")
        return LineItem(
            position=position,
            name=self.text("name"),
            description=self.text("description"),
            unit=self.text("unit"),
            quantity=self.parse_shown("quantity"),
            unit_price=self.parse_shown("unit_price"),
            discount_rate=self.parse_shown("discount"),
            discount=self.parse_shown("discount_amount"),
            subtotal=self.parse_shown("subtotal"),
            tax_id=tax_id,
            tax_name=tax_of.line("name"),
            rate=parse_rate(percent),
            net=None,
            tax=self.line_amount("tax_amount"),
            gross=self.line_amount("total"),
            is_rate_absent=tax_id is not None and _is_absent(percent),
        )

    def _to_cents(self, amount: Decimal | None, key: str) -> Decimal | None:
        if amount is None or amount.same_quantum(CENT):
            return amount
        self.remark("AMOUNT-PRECISION", key)
        return cents(amount)

    def remark(self, code: str, key: str) -> None:
        self.remarks.append(Remark(code, self.path + key, _quote(self.raw.get(key))))


def _is_absent(value: object) -> bool:
    # Comparing a Decimal with a text takes longer than all the rest of a field.
    return value is None or (type(value) is str and not value)


def _to_mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _whole(value: object) -> int | None:
    text = str(value)
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_ID_DIGITS else None


def _as_text(value: object) -> str:
    """The text that a field holds, "" for none; what is neither text nor number is shown as JSON."""
    if value is None or type(value) is str:
        return value or ""
    return str(value) if isinstance(value, (int, Decimal)) else json.dumps(value, default=str)


def _quote(value: object) -> str:
    text = "nothing" if value is None else repr(value) if isinstance(value, str) else _as_text(value)
    return text if len(text) <= 60 else f"{text[:57]}…"
