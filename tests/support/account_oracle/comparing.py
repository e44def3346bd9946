"""How two account's months are compared: rows in any order, the order apart, sentences by their number."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from tests.support.account_oracle.fields import FIELD_ORDER, REASONS
from tests.support.account_oracle.series import NUMBERED_TYPES
from tests.support.account_oracle.tables import REGIONS

LISTS = (
    *("vat_return", "outside", "field_40", "recapitulative"),
    *("oss", "oss_corrections", "series"),
)
SINGLE = ("is_whole", "clients", "clients_of_account", "region", "rounding")
WITHOUT_CLIENT = ("NEGATIVE-LINE", "FIELD-DIFFERENCE")
"""Findings about a sum, which may stand at any of its clients."""

Record = Mapping[str, Any]
FindingKey = tuple[str, str, int | None]


def compare_months(ours: Record, theirs: Record, *, codes: Sequence[str]) -> list[str]:
    """Says what of `theirs` is not as in `ours`; both have `account_month` and `findings`.

    Of the findings those of `codes` are compared, by code, level and client.
    """
    month, other = ours["account_month"], theirs["account_month"]
    said = [f"{name}: {month[name]} != {other[name]}" for name in SINGLE if month[name] != other[name]]
    if len(month["why"]) != len(other["why"]):
        said.append(f"why: {month['why']} against {other['why']}")
    for name in LISTS:
        expected, found = (sorted(map(_write, one[name])) for one in (month, other))
        said += [f"{name} lacks {row}" for row in expected if row not in found]
        said += [f"{name} has {row}" for row in found if row not in expected]
        said += [f"{name}: {len(found)} rows"] if len(found) != len(expected) else []
    said += find_disorder(other)
    expected_findings, found_findings = (_list_keys(one["findings"], codes) for one in (ours, theirs))
    said += [f"not found: {key}" for key in expected_findings if key not in found_findings]
    said += [f"found: {key}" for key in found_findings if key not in expected_findings]
    return said


def find_disorder(month: Record) -> list[str]:
    """Says which lists of a month are not in their order."""
    found = {name: [_rank(name, row) for row in month[name]] for name in LISTS}
    return [f"{name} is out of order" for name, ranks in found.items() if ranks != sorted(ranks)]


def _list_keys(found: Sequence[Record], codes: Sequence[str]) -> set[FindingKey]:
    return {
        (one["code"], one["level"], None if one["code"] in WITHOUT_CLIENT else one.get("client"))
        for one in found
        if one["code"] in codes
    }


def _write(row: Record) -> str:
    return str(dict(sorted(row.items())))


def _rank(name: str, row: Record) -> tuple[Any, ...]:
    """What a row is sorted by, as far as its order is laid down; nothing stands in the place of null."""
    if name == "vat_return":
        return REGIONS.index(row["region"]), FIELD_ORDER.index(row["field"]), -Decimal(row["rate"])
    if name == "outside":
        return (REASONS.index(row["reason"]),)
    if name == "field_40":
        return row["date"], row["document"], row["region"], -Decimal(row["rate"])
    if name == "recapitulative":
        number = row["vat_number"]
        return row["country"] or "~", number is None, number or "", row["code"]
    if name == "oss":
        return row["country"], Decimal(row["rate"])
    if name == "oss_corrections":
        return row["country"], row["quarter"]
    return NUMBERED_TYPES.index(row["type"]), row["series"]
