"""Documents and lines as a reply has them, small enough to be read; `fields` replace what is there."""

from collections.abc import Mapping
from typing import Any

from tests.support.recorded_papers import CLIENT

Raw = dict[str, Any]


def make_tax(rate: int, *, identity: int | None = None) -> Raw:
    """Makes a tax that has an id of its own, unless it is given one."""
    return {"id": 700 + rate if identity is None else identity, "name": f"IVA{rate}", "value": rate}


def make_item(**fields: Any) -> Raw:
    """Makes a line of 100 at 23 %. A field that is `...` is left out."""
    amounts = {"subtotal": "100", "tax_amount": "23", "discount_amount": "0", "total": "123"}
    own = {"name": "Pão", "quantity": "1", "unit_price": "100", "discount": "0", "tax": make_tax(23)}
    return _leave_out({**own, **amounts, **fields})


def make_entry(kind: str = "Invoice", **fields: Any) -> Raw:
    """Makes an open document of October with one such line. A field that is `...` is left out."""
    own = {"id": 1, "type": kind, "status": "final", "date": "05/10/2026", "due_date": "04/11/2026"}
    own |= {"client": {"id": CLIENT, "name": "Casa Verde"}, "currency": "Euro", "archived": False}
    own |= {"inverted_sequence_number": f"2026/{fields.get('id', 1)}", "retention": None}
    amounts = {"sum": "100", "discount": "0", "before_taxes": "100", "taxes": "23", "total": "123"}
    return _leave_out({**own, **amounts, "items": [make_item()], **fields})


def _leave_out(fields: Mapping[str, Any]) -> Raw:
    return {name: value for name, value in fields.items() if value is not ...}
