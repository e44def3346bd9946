"""Who a document's client is to the tax office: its country, its VAT number, and how its NIF is written."""

import re
from typing import NamedTuple

from tests.support.account_oracle import tables, vat_numbers
from tests.support.account_oracle.account import Account, AccountDocument
from tests.support.tie.values import read_text

FINAL_CONSUMER = "999999990"


class VatNumber(NamedTuple):
    """A VAT number of an EU country: `prefix` is EL for Greece, XI for Northern Ireland."""

    prefix: str
    number: str


def find_country(account: Account, one: AccountDocument) -> str | None:
    """Finds the ISO code of the client's country: snapshot, the account's list, prefix of its number."""
    listed = read_text(account.clients.get(one.client_id, {}).get("country"))
    named = tables.find_country(one.country) or tables.find_country(listed)
    prefix, _ = _split_prefix(find_fiscal_id(account, one))
    return named or tables.read_prefixes().get(prefix)


def find_fiscal_id(account: Account, one: AccountDocument) -> str:
    """Finds the text of the client's number: the snapshot's, else the newest snapshot's, else the list's."""
    snapshots = (other.fiscal_id for other in account.of_client(one.client_id) if other.fiscal_id)
    listed = read_text(account.clients.get(one.client_id, {}).get("fiscal_id"))
    return one.fiscal_id or next(snapshots, "") or listed


def find_vat_number(account: Account, one: AccountDocument) -> VatNumber | None:
    """Finds the client's valid number of another EU country."""
    prefix, number = _split_prefix(find_fiscal_id(account, one))
    country = tables.read_prefixes()[prefix] if prefix else find_country(account, one)
    tried = (prefix if prefix == tables.NORTHERN_IRELAND else "") or (country and tables.find_prefix(country))
    return VatNumber(tried, number) if tried and vat_numbers.is_valid(tried, number) else None


def format_nif(text: str) -> str | None:
    """Writes a number as lists show it: a Portuguese one as its digits, none for the final consumer."""
    bare = _remove_separators(text)
    digits = bare.removeprefix(tables.PORTUGAL)
    if not text or digits == FINAL_CONSUMER:
        return None
    if re.fullmatch("[0-9]{9}", digits):
        return digits
    return re.sub(r"\s", "", text) if re.search("[0-9]", text) else text


def _split_prefix(text: str) -> tuple[str, str]:
    """Splits a number into its prefix, "" where it has none that is known, and the rest."""
    bare = _remove_separators(text)
    return (bare[:2], bare[2:]) if bare[:2] in tables.read_prefixes() else ("", bare)


def _remove_separators(text: str) -> str:
    return re.sub(r"[\s.-]", "", text).upper()
