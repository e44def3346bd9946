"""Where a document's groups stand in the periodic return: a field, or outside of it with a reason.

Fields 1, 5 and 3 are the bases of the reduced, intermediate and normal rate, 2, 6 and 4 their tax; 7, 8 and 9
are operations at 0 %, by the reason that the document gives.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from tests.support.account_oracle import parties, tables
from tests.support.account_oracle.account import Account, AccountDocument, Group
from tests.support.tie.values import cents

EURO = "EUR"
FIELDS_OF_LEVELS = {"RED": ("1", "2"), "INT": ("5", "6"), "NOR": ("3", "4")}
FIELD_ORDER = ("1", "5", "3", "7", "8", "9")
REASONS = ("code", "no-tax", "rate", "region", "oss", "foreign", "currency")
NOTES = ("CreditNote", "DebitNote", "VatMossCreditNote")
BY_COUNTRY = ("M16", "M40", "M41")
"""Codes that say of a client that it is in another country."""
LIMIT = Decimal("4.99")
NOTHING = Decimal(0)

Row = dict[str, Any]


class Place(NamedTuple):
    """`field` and `tax_field`, or `reason` and its code; `findings` are codes about the document."""

    field: str | None = None
    tax_field: str | None = None
    reason: str | None = None
    code: str | None = None
    findings: tuple[str, ...] = ()


class PlacedGroup(NamedTuple):
    """A group and where it stands."""

    group: Group
    place: Place


@dataclass
class Sums:
    """What a row adds up: invoices and debit notes, credit notes apart, and the ids of its documents."""

    documents: set[int] = field(default_factory=set)
    base: Decimal = NOTHING
    tax: Decimal = NOTHING
    credit_base: Decimal = NOTHING
    credit_tax: Decimal = NOTHING

    def add(self, group: Group, *, tax: Decimal) -> None:
        """Adds a group with the tax that it has in this row."""
        self.documents.add(group.owner.document.id)
        if group.is_note:
            self.credit_base += group.base
            self.credit_tax += tax
        else:
            self.base += group.base
            self.tax += tax


def place_groups(account: Account, groups: Iterable[Group]) -> list[PlacedGroup]:
    """Places every group."""
    return [PlacedGroup(group, place_group(account, group)) for group in groups]


def place_group(account: Account, group: Group) -> Place:
    """Places a group: the first rule that applies."""
    if group.owner.document.currency != EURO:
        return Place(reason="currency")
    if group.rate is None:
        return Place(reason="no-tax")
    if group.region is None:
        return Place(reason="region")
    if group.scheme != "pt":
        return Place(reason=group.scheme)
    if Decimal(group.rate):
        return _place_taxed(group, group.region, Decimal(group.rate))
    return _place_untaxed(account, group.owner, group.code)


def add_return(placed: Iterable[PlacedGroup]) -> list[Row]:
    """Adds the rows of the return: region, field, rate, in the order of the form, the higher rate first."""
    sums: dict[tuple[str, str, str, str | None], Sums] = {}
    for group, place in placed:
        if place.field:
            key = (group.region or "", place.field, group.rate or "", place.tax_field)
            sums.setdefault(key, Sums()).add(group, tax=group.tax if place.tax_field else NOTHING)
    ordered = sorted(
        sums, key=lambda key: (tables.REGIONS.index(key[0]), FIELD_ORDER.index(key[1]), -Decimal(key[2]))
    )
    return [_write_return_row(key, sums[key]) for key in ordered]


def add_outside(placed: Iterable[PlacedGroup]) -> list[Row]:
    """Adds what is decided by hand: invoices and notes together, by reason, code, currency, region."""
    sums: dict[tuple[str, str | None, str, str | None], Sums] = {}
    for group, place in placed:
        if place.reason:
            key = (place.reason, place.code, group.owner.document.currency, group.region)
            sums.setdefault(key, Sums()).add(group, tax=group.tax)
    ordered = sorted(
        sums, key=lambda key: (REASONS.index(key[0]), key[1] is None, key[1], key[2], key[3] is None, key[3])
    )
    return [
        {
            "reason": reason,
            "code": code,
            "currency": currency,
            "region": region,
            "base": format_money(own.base + own.credit_base),
            "tax": format_money(own.tax + own.credit_tax),
            "documents": len(own.documents),
        }
        for reason, code, currency, region in ordered
        for own in [sums[reason, code, currency, region]]
    ]


def add_rounding(documents: Iterable[AccountDocument], placed: Iterable[PlacedGroup]) -> Row:
    """Adds what the rows in euro lack towards the documents' own net and VAT."""
    own = [one.document for one in documents if one.document.currency == EURO]
    rows = [one for one in placed if one.group.owner.document.currency == EURO]
    base = sum((one.net for one in own), NOTHING) - sum((row.group.base for row in rows), NOTHING)
    tax = sum((one.tax for one in own), NOTHING) - sum(
        (group.tax for group, place in rows if place.reason or place.tax_field), NOTHING
    )
    return {"base": format_money(base), "tax": format_money(tax)}


def list_field_40(account: Account, placed: Iterable[PlacedGroup]) -> list[Row]:
    """Lists what credit notes take back of Portuguese VAT, as positive amounts."""
    rows = [group for group, place in placed if group.is_note and (place.tax_field or place.reason == "rate")]
    rows.sort(key=lambda group: (*group.owner.order, group.region, -Decimal(group.rate or 0)))
    return [
        {
            "client": group.owner.client_id,
            "fiscal_id": parties.format_nif(parties.find_fiscal_id(account, group.owner)),
            "document": group.owner.document.id,
            "number": group.owner.document.number,
            "date": group.owner.day.isoformat(),
            "region": group.region,
            "rate": group.rate,
            "base": format_money(-group.base),
            "tax": format_money(-group.tax),
        }
        for group in rows
    ]


def find_differences(rows: Iterable[Row]) -> Iterator[Decimal]:
    """Finds the fields whose VAT is further from their rates than the form allows: VAT less that by rate."""
    sums: dict[tuple[str, str], Decimal] = {}
    for row in rows:
        key = (row["region"], row["field"])
        difference = Decimal(row["tax"]) - Decimal(row["tax_by_rate"])
        sums[key] = sums.get(key, NOTHING) + difference
    return (difference for difference in sums.values() if abs(difference) > LIMIT)


def format_money(amount: Decimal) -> str:
    """Writes an amount in cents, nothing without a sign."""
    return f"{amount + NOTHING:.2f}"


def _place_taxed(group: Group, region: str, rate: Decimal) -> Place:
    level = tables.find_level(region, rate, group.owner.day)
    is_note = group.owner.document.type in NOTES
    is_old = not tables.is_in_force(region, rate, group.owner.day)
    findings = ("RATE-NOT-IN-FORCE",) if is_old and not (is_note and level) else ()
    if level is None:
        return Place(reason="rate", findings=findings)
    base_field, tax_field = FIELDS_OF_LEVELS[level]
    return Place(base_field, tax_field, findings=findings)


def _place_untaxed(account: Account, one: AccountDocument, code: str | None) -> Place:
    exemption = tables.find_exemption(code, one.day) if code else None
    if exemption is None or not exemption.field:
        return Place(reason="code", code=code)
    country = parties.find_country(account, one)
    is_at_home = code in BY_COUNTRY and country == tables.PORTUGAL
    findings = ("EXEMPTION-COUNTRY",) if is_at_home else ()
    if exemption.field != tables.EITHER:
        return Place(exemption.field, findings=findings)
    if country is None:
        return Place("8", findings=("COUNTRY-UNKNOWN",))
    return Place("7" if tables.is_other_member(country, one.day) else "8", findings=findings)


def _write_return_row(key: tuple[str, str, str, str | None], own: Sums) -> Row:
    region, base_field, rate, tax_field = key
    return {
        "region": region,
        "field": base_field,
        "tax_field": tax_field,
        "rate": rate,
        "base": format_money(own.base),
        "tax": format_money(own.tax),
        "tax_by_rate": format_money(cents(own.base * Decimal(rate) / 100)),
        "credit_base": format_money(own.credit_base),
        "credit_tax": format_money(own.credit_tax),
        "documents": len(own.documents),
    }
