"""The recapitulative statement: what field 7 holds, by country, VAT number and kind of supply."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from tests.support.account_oracle import parties, tables
from tests.support.account_oracle.account import Account, AccountDocument
from tests.support.account_oracle.fields import NOTHING, PlacedGroup, format_money

KINDS = {"M16": "1", "M41": "4", "M40": "5", "M08": "5"}


class Line(NamedTuple):
    """What tells the lines of the statement apart."""

    country: str | None
    vat_number: str | None
    kind: str


def list_lines(account: Account, placed: Iterable[PlacedGroup]) -> list[tuple[Line, Decimal, list[int]]]:
    """Lists the lines with their amounts and the ids of their documents, in the order of the statement."""
    amounts: dict[Line, Decimal] = {}
    documents: dict[Line, set[int]] = {}
    for group, place in placed:
        if place.field == "7" and group.code:
            line = _find_line(account, group.owner, KINDS[group.code])
            amounts[line] = amounts.get(line, NOTHING) + group.base
            documents.setdefault(line, set()).add(group.owner.document.id)
    return [(line, amounts[line], sorted(documents[line])) for line in sorted(amounts, key=_rank)]


def add_statement(account: Account, placed: Iterable[PlacedGroup]) -> list[dict[str, Any]]:
    """Adds the statement as the run record has it."""
    return [
        {
            "country": line.country,
            "vat_number": line.vat_number,
            "code": line.kind,
            "amount": format_money(amount),
            "whole_euros": int(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP)),
            "documents": documents,
        }
        for line, amount, documents in list_lines(account, placed)
    ]


def _find_line(account: Account, one: AccountDocument, kind: str) -> Line:
    number = parties.find_vat_number(account, one)
    if number:
        return Line(number.prefix, number.number, kind)
    country = parties.find_country(account, one)
    return Line(country and (tables.find_prefix(country) or country), None, kind)


def _rank(line: Line) -> tuple[bool, str, bool, str, str]:
    return line.country is None, line.country or "", line.vat_number is None, line.vat_number or "", line.kind
