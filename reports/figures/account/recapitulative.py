"""Support for the recapitulative statement: what field 7 is made of, by the client's VAT number and kind.

Kinds of the statement: 1 goods (M16), 4 triangular operations (M41), 5 services (M40). Amounts are signed,
exact, in euro; the statement itself is in whole euros.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

GOODS, TRIANGULAR, SERVICES = "1", "4", "5"
GOODS_CODE, TRIANGULAR_CODE = "M16", "M41"
KINDS_OF_CODE = {GOODS_CODE: GOODS, TRIANGULAR_CODE: TRIANGULAR}
"""Any other code of field 7 is one of services."""


class RecapitulativeKey(NamedTuple):
    """A row: the prefix of the country's numbers, the valid number without it, or None, and the kind."""

    country: str | None
    vat_number: str | None
    code: str


@dataclass(frozen=True)
class RecapitulativeRow:
    """What a client was supplied with of one kind; `clients` and `documents` are ids, ascending."""

    country: str | None
    vat_number: str | None
    code: str
    amount: Decimal
    clients: tuple[int, ...]
    documents: tuple[int, ...]

    @property
    def whole_euros(self) -> int:
        """Half up, away from zero."""
        return int(self.amount.quantize(Decimal(1), ROUND_HALF_UP))


class SuppliedAmount(NamedTuple):
    """The part of a row that is one client's."""

    amount: Decimal
    documents: tuple[int, ...]


def list_recapitulative_rows(
    parts: Mapping[int, Mapping[RecapitulativeKey, SuppliedAmount]],
) -> tuple[RecapitulativeRow, ...]:
    """The rows of all clients, by country, number and kind; what has no number comes last in its country."""
    keys = {key for own in parts.values() for key in own}
    return tuple(
        RecapitulativeRow(
            *key,
            amount=sum((own[key].amount for own in parts.values() if key in own), Decimal("0.00")),
            clients=tuple(sorted(client for client, own in parts.items() if key in own)),
            documents=tuple(
                sorted(document for own in parts.values() if key in own for document in own[key].documents)
            ),
        )
        for key in sorted(keys, key=_order)
    )


def _order(key: RecapitulativeKey) -> tuple[object, ...]:
    return (key.country is None, key.country or "", key.vat_number is None, key.vat_number or "", key.code)
